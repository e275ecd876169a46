"""A release as the rules read it: files, diagrams, decisions and what calls what. Reads, never judges."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from app.engine.decisions import DecisionModel, DecisionRefused, load
from app.engine.gate.reading import PRODUCERS, Diagram, label_of
from app.engine.xml import XmlRefused, load_xml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lxml.etree import _Element

    from app.engine.gate.findings import Finding
    from app.engine.gate.known import Known
    from app.engine.gate.reading import Language, Node, Scope

T = TypeVar("T")


@dataclass(eq=False)
class Release:
    """The files under check, each read once, with what is known of the world around them."""

    files: Mapping[str, bytes]
    known: Known
    unreadable: dict[str, XmlRefused] = field(default_factory=dict)
    roots: dict[str, _Element] = field(default_factory=dict)
    _worked_out: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, files: Mapping[str, bytes], known: Known) -> Release:
        """Read every diagram and decision; what cannot be read is kept in `unreadable`."""
        release = cls(files, known)
        for name in sorted(files):
            if name.endswith((".bpmn", ".dmn")):
                try:
                    release.roots[name] = load_xml(files[name])
                except XmlRefused as refusal:
                    release.unreadable[name] = refusal
        return release

    def once(self, key: str, work: Callable[[], T]) -> T:
        """Return what `work` gives, worked out once for this release."""
        if key not in self._worked_out:
            self._worked_out[key] = work()
        found: T = self._worked_out[key]
        return found

    def label(self, finding: Finding, language: Language) -> str:
        """Return what the shape of a finding is called; empty for a file, and for what has no name."""
        root = self.roots.get(finding.file)
        shapes = () if root is None or not finding.element_id else root.iter()
        return next((label_of(one, language) for one in shapes if one.get("id") == finding.element_id), "")

    @cached_property
    def diagrams(self) -> list[Diagram]:
        return [Diagram(name, root) for name, root in self.roots.items() if name.endswith(".bpmn")]

    @cached_property
    def decision_roots(self) -> dict[str, _Element]:
        return {name: root for name, root in self.roots.items() if name.endswith(".dmn")}

    @cached_property
    def models(self) -> dict[str, DecisionModel | DecisionRefused]:
        """Decision file -> its decisions, or every fault for which it cannot be used."""
        found: dict[str, DecisionModel | DecisionRefused] = {}
        for name in self.decision_roots:
            try:
                found[name] = load(self.files[name])
            except DecisionRefused as refusal:
                found[name] = refusal
        return found

    @cached_property
    def decision_files(self) -> dict[str, str]:
        """Decision id -> the file that holds it; of two the first."""
        found: dict[str, str] = {}
        for name, model in self.models.items():
            for decision in model.decisions if isinstance(model, DecisionModel) else ():
                found.setdefault(decision.id, name)
        return found

    @cached_property
    def scopes(self) -> list[Scope]:
        return [scope for diagram in self.diagrams for scope in diagram.scopes]

    @cached_property
    def processes(self) -> dict[str, Scope]:
        """Process id -> its outermost scope; the first of two with one id wins."""
        found: dict[str, Scope] = {}
        for scope in self.scopes:
            if scope.parent is None:
                found.setdefault(scope.id, scope)
        return found

    @cached_property
    def calls(self) -> dict[str, list[tuple[Scope, Node]]]:
        """Called process id -> the call activities that call it, with their scopes."""
        found: dict[str, list[tuple[Scope, Node]]] = {}
        for scope in self.scopes:
            for node in scope.of_kind("callActivity"):
                found.setdefault(str(node.element.get("calledElement") or ""), []).append((scope, node))
        return found

    @cached_property
    def callers(self) -> dict[str, set[str]]:
        """Process id -> itself and every process from which it is called, near or far."""
        found = {name: {name} for name in self.processes}
        grows = True
        while grows:
            before = sum(map(len, found.values()))
            for name, calls in self.calls.items():
                for scope, _ in calls if name in found else ():
                    found[name] |= found.get(scope.process.id, set())
            grows = sum(map(len, found.values())) > before
        return found

    @cached_property
    def process_of(self) -> dict[str, str]:
        """Producer id -> the process it lies in; producers are unique over the release."""
        return {node.id: scope.process.id for _, scope, node in self.nodes(*PRODUCERS)}

    @cached_property
    def for_units(self) -> set[str]:
        """The processes that are only ever reached through a call over a collection."""
        inside: set[str] = set()
        grows = True
        while grows:
            found = {
                name
                for name, calls in self.calls.items()
                if name not in self.known.start_processes
                and all(node.loop is not None or scope.process.id in inside for scope, node in calls)
            }
            grows, inside = found != inside, found
        return inside

    def keys_seen_in(self, process_id: str) -> set[str]:
        """Return the top-level keys that a process and its callers bring: producers, system and facts."""
        around = self.callers.get(process_id, {process_id})
        keys = {*self.known.system, *self.known.facts, "unit", "requisition", "intake"}
        keys |= {node.id for _, scope, node in self.nodes(*PRODUCERS) if scope.process.id in around}
        return keys

    def nodes(self, *kinds: str) -> Iterator[tuple[Diagram, Scope, Node]]:
        """Yield the nodes of these kinds (all, without a kind) with their scope and diagram."""
        for diagram in self.diagrams:
            for scope in diagram.scopes:
                for node in scope.nodes.values():
                    if not kinds or node.kind in kinds:
                        yield diagram, scope, node
