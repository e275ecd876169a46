"""Rules about who answers for a paper: the signatory that the release names, and never whoever enquired."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.engine.gate.expressions import expressions
from app.engine.gate.findings import Finding
from app.engine.gate.journey import journey
from app.engine.gate.reading import CHOICES
from app.engine.gate.tables import tables
from app.feel import evaluate, names_read

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from app.engine.gate.reading import Node, Scope
    from app.engine.gate.release import Release
    from app.engine.gate.tables import Row, Table

#: A flow, by its file and its id: ids are unique in a file only.
FlowKey = tuple[str, str]


@dataclass(frozen=True)
class Runs:
    """Runs on which some flows are never taken, and the roles one of which must have acted on them."""

    release: Release
    roles: Collection[str]
    closed: frozenset[FlowKey] = frozenset()

    def come_unsigned(self, process_id: str, node_id: str, above: frozenset[str] = frozenset()) -> bool:
        """Say whether some run comes to a node unsigned: in its process, and to each call of that."""
        reached = journey(self.release, process_id, self.closed).reached_without(self.signing(process_id))
        if node_id not in reached:
            return False
        calls = self.release.calls.get(process_id, [])
        if not calls or process_id in self.release.known.start_processes:
            return True
        around = above | {process_id}
        return any(
            self.come_unsigned(scope.process.id, node.id, around)
            for scope, node in calls
            if scope.process.id not in around
        )

    def lead_unsigned(self, process_id: str, node_id: str, above: frozenset[str] = frozenset()) -> bool:
        """Say whether a token behind a node may come to a signed job before one of the roles has acted anew.

        Where the process ends first, its callers' ways behind the call count.
        """
        release, around = self.release, above | {process_id}
        ways = journey(release, process_id, self.closed)
        reached = ways.reached_behind(node_id, self.signing(process_id))
        for scope, node in _signed_jobs(release):
            if scope.process.id == process_id and node.id in reached:
                return True
        for name, calls in release.calls.items():
            is_met = any(scope.process.id == process_id and call.id in reached for scope, call in calls)
            if is_met and name in release.processes and name not in around:
                starts = release.processes[name].of_kind("startEvent")
                if any(self.lead_unsigned(name, start.id, around) for start in starts):
                    return True
        if not any(end.id in reached for end in release.processes[process_id].of_kind("endEvent")):
            return False
        return any(
            self.lead_unsigned(scope.process.id, call.id, around)
            for scope, call in release.calls.get(process_id, [])
            if scope.process.id not in around
        )

    def signing(self, process_id: str, above: frozenset[str] = frozenset()) -> Iterator[str]:
        """Yield the steps of a process after which one of the roles has acted: tasks, and calls that hold one."""
        around = above | {process_id}
        for _, scope, node in self.release.nodes("userTask", "callActivity"):
            if scope.process.id != process_id:
                continue
            called = self.release.processes.get(str(node.element.get("calledElement")))
            if node.properties.get("candidateRole") in self.roles:
                yield node.id
            elif called is not None and node.loop is None and called.id not in around:
                within = journey(self.release, called.id, self.closed)
                unsigned = within.reached_without(self.signing(called.id, around))
                if not unsigned & {end.id for end in called.of_kind("endEvent")}:
                    yield node.id


def unsigned_way(release: Release) -> Iterator[Finding]:
    """Refuse a way to the issued paper that passes no signing officer: nobody would answer for it."""
    roles = ", ".join(sorted(release.known.signing_roles))
    runs = Runs(release, release.known.signing_roles)
    for scope, node in _signed_jobs(release):
        if runs.come_unsigned(scope.process.id, node.id):
            yield Finding(scope.file, node.id, {"roles": roles})


def signed_by_another(release: Release) -> Iterator[Finding]:
    """Refuse a way to the paper on which another acts than the signatory named: it would bear no decision of his.

    Conditions that read nothing but the name of the signatory are asked with each name that the table gives; of all
    others either answer is taken to be possible.
    """
    for name in sorted(_named(release) & release.known.signatories.keys()):
        roles = release.known.signatories[name]
        runs = Runs(release, roles, frozenset(_never_taken(release, name)))
        for scope, node in _signed_jobs(release):
            if runs.come_unsigned(scope.process.id, node.id):
                params = {"signatory": name, "roles": ", ".join(sorted(roles))}
                yield Finding(scope.file, node.id, params)


def signatory_unknown(release: Release) -> Iterator[Finding]:
    """Refuse a purpose in use whose paper nobody can sign: its cases would stop where the paper is made."""
    names = ", ".join(sorted(release.known.signatories))
    for table in _naming(release):
        for row in table.rows:
            name = _entry(table, row, release.known.signatory[1])
            if (
                isinstance(name, str)
                and name not in release.known.signatories
                and _is_in_use(release, table, row)
            ):
                yield Finding(table.file, row.id, {"name": name[:64], "names": names})


def own_enquiry(release: Release) -> Iterator[Finding]:
    """Refuse a step that endorses or decides in the post that enquires: nobody judges his own enquiry."""
    enquire = {
        node.properties.get("candidateRole", "")
        for _, _, node in release.nodes("userTask")
        if node.properties.get("formKey") in release.known.enquiring_forms
    }
    for diagram, _, node in release.nodes("userTask"):
        role = node.properties.get("candidateRole", "")
        if node.properties.get("formKey") in release.known.judging_forms and role in enquire:
            yield Finding(diagram.file, node.id, {"role": role})


def _signed_jobs(release: Release) -> Iterator[tuple[Scope, Node]]:
    for _, scope, node in release.nodes("serviceTask"):
        operator = node.extension("serviceTaskOperator")
        if operator is not None and operator.get("id") in release.known.signed_jobs:
            yield scope, node


def _naming(release: Release) -> Iterator[Table]:
    """Yield the tables that name the signatory."""
    decision, name = release.known.signatory
    for table in tables(release):
        if table.decision_id == decision and name in {output.name for output in table.outputs}:
            yield table


def _named(release: Release) -> set[str]:
    """Return the signatories that rows name; every one that there is where a row works it out."""
    found: set[str] = set()
    for table in _naming(release):
        for row in table.rows:
            entry = _entry(table, row, release.known.signatory[1])
            found |= {entry} if isinstance(entry, str) else set(release.known.signatories)
    return found


def _is_in_use(release: Release, table: Table, row: Row) -> bool:
    name, out_of_use = release.known.in_use
    return bool(_entry(table, row, name) != out_of_use)


def _entry(table: Table, row: Row, name: str) -> Any:
    """Return the text that a row gives for an output; None where it is no plain text."""
    place = next((at for at, output in enumerate(table.outputs) if output.name == name), len(row.entries))
    tree = row.entries[place] if place < len(row.entries) else None
    return tree[1] if tree is not None and tree[0] == "lit" else None


def _never_taken(release: Release, name: str) -> Iterator[FlowKey]:
    """Yield the flows that no run takes on which the signatory has this name."""
    decision, output = release.known.signatory
    asked = {(one.file, one.element_id): one.tree for one in expressions(release) if one.use == "condition"}
    facts: Mapping[str, Any] = {decision: {output: name}}
    for scope in release.scopes:
        for node in scope.of_kind(*CHOICES):
            ways = scope.outgoing.get(node.id, ())
            answers = {flow.id: _answer(asked.get((scope.file, flow.id)), facts) for flow in ways}
            for flow in ways:
                is_default = flow.id == node.element.get("default")
                if answers[flow.id] is False or (is_default and True in answers.values()):
                    yield scope.file, flow.id


def _answer(tree: Any, facts: Mapping[str, Any]) -> Any:
    """Return what a condition says of these facts; None where it reads others too, or is none."""
    ((decision, outputs),) = facts.items()
    known = {(decision, output) for output in outputs}
    if tree is None or not names_read(tree) or not names_read(tree) <= known:
        return None
    return evaluate(tree, facts)
