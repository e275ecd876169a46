"""Rules about whole runs, as the token play shows them: nobody waits for ever, nothing is done twice or never."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.engine.gate.findings import Finding
from app.engine.gate.reading import LANGUAGES, label_of
from app.engine.gate.tokens import MAX_STATES, play

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.engine.gate.reading import Language, Scope
    from app.engine.gate.release import Release
    from app.engine.gate.tokens import Lost, Verdict

_JOINS = frozenset({"parallelGateway", "inclusiveGateway"})
#: A run longer than this is told from its end: what went wrong stands there.
_MAX_TOLD = 24


def side_way(release: Release) -> Iterator[Finding]:
    """Refuse a way beside the main one that runs into it, or into a join: it may come never, or many times."""
    for scope in release.scopes:
        main = scope.reached_from((node.id for node in scope.of_kind("startEvent")), aside=False)
        for event in scope.of_kind("boundaryEvent"):
            beside = set() if event.is_interrupting else scope.reached_from([event.id], aside=False)
            joins = {node.id for node in scope.of_kind(*_JOINS) if len(scope.incoming.get(node.id, ())) > 1}
            for node_id in [one for one in scope.nodes if one in beside & (main | joins)][:1]:
                yield Finding(scope.file, event.id, _named("target", scope, node_id))


def deadlock(release: Release) -> Iterator[Finding]:
    """Refuse a join that waits on some run for a way that never comes: the case would lie there for ever."""
    for scope, lost in _lost(release):
        if lost.how == "waits":
            missing = lost.missing or (lost.node,)
            params = _named("missing", scope, *missing) | _named("parted", scope, lost.parted or missing[0])
            yield Finding(scope.file, lost.node, params | _told(scope, lost))


def doubled_token(release: Release) -> Iterator[Finding]:
    """Refuse a place that two branches come to unjoined: all that follows would be done twice."""
    for scope, lost in _lost(release):
        if lost.how == "meets":
            yield Finding(scope.file, lost.node, _named("parted", scope, lost.parted) | _told(scope, lost))


def tangled(release: Release) -> Iterator[Finding]:
    """Refuse a route with so many orders of things that nobody, and no program, can survey them."""
    for scope, verdict in _verdicts(release):
        if not verdict.is_complete:
            yield Finding(scope.file, scope.id, {"limit": MAX_STATES})


def never_reached(release: Release) -> Iterator[Finding]:
    """Refuse a shape that flows lead to and no run ever comes to: its work is drawn and never done."""
    for scope, verdict in _verdicts(release):
        if verdict.lost is not None or not verdict.is_complete:
            continue
        passed = {flow.source for flow in scope.flows if flow.id in verdict.walked}
        passed |= {flow.target for flow in scope.flows if flow.id in verdict.walked}
        for node in scope.nodes.values():
            before = {flow.source for flow in scope.incoming.get(node.id, ())} | {node.attached_to}
            if node.id not in passed and before & passed:
                yield Finding(scope.file, node.id)


def _lost(release: Release) -> Iterator[tuple[Scope, Lost]]:
    for scope, verdict in _verdicts(release):
        if verdict.lost is not None:
            yield scope, verdict.lost


def _verdicts(release: Release) -> Iterator[tuple[Scope, Verdict]]:
    for scope in release.scopes:
        yield scope, _verdict(release, scope)


def _verdict(release: Release, scope: Scope) -> Verdict:
    return release.once(f"play of {scope.id}", lambda: play(scope, _outcomes(release, scope)))


def _outcomes(release: Release, scope: Scope) -> dict[str, set[str]]:
    """Return what each sub-process and call of a scope can come to; of those that go wrong nothing is said."""
    found: dict[str, set[str]] = {}
    inner = {one.id: one for one in release.scopes if one.parent is scope}
    for node in scope.of_kind("subProcess", "callActivity"):
        called = inner.get(node.id) or release.processes[str(node.element.get("calledElement"))]
        verdict = _verdict(release, called)
        if verdict.lost is None and verdict.is_complete:
            found[node.id] = verdict.outcomes
    return found


def _named(param: str, scope: Scope, *node_ids: str) -> dict[str, Any]:
    """Return the nodes as a parameter of both languages: their labels, and the ids known to the modeler."""
    found = {}
    for language in LANGUAGES:
        labels = ((label_of(scope.nodes[node_id].element, language), node_id) for node_id in node_ids)
        texts = (f"{label} ({node_id})" if label else node_id for label, node_id in labels)
        found[f"{param}_{language}"] = ", ".join(texts)
    return found


def _told(scope: Scope, lost: Lost) -> dict[str, Any]:
    """Return the run in the words of the diagram, in both languages."""
    return {f"path_{language}": _path(scope, lost, language) for language in LANGUAGES}


def _path(scope: Scope, lost: Lost, language: Language) -> str:
    """Return a run as `Step → Choice: way taken → Step; branch → Step`; gateways without a name say nothing."""
    flows = {flow.id: flow for flow in scope.flows}
    told: list[list[str]] = []
    for leg in lost.legs:
        words: list[str] = []
        for flow in (flows[flow_id] for flow_id in leg):
            source = scope.nodes[flow.source]
            host = scope.nodes.get(source.attached_to)
            said = [one.element for one in (host, source, flow) if one is not None]
            words.append(": ".join(filter(None, (label_of(element, language) for element in said))))
        words.append(label_of(scope.nodes[flows[leg[-1]].target].element, language))
        told.append([word for word in words if word])
    return _from_its_end(told)


def _from_its_end(told: list[list[str]]) -> str:
    """Return branches joined, of a long run only the last words."""
    skipped = max(0, sum(map(len, told)) - _MAX_TOLD)
    text = "… " if skipped else ""
    branches = []
    for words in told:
        branches.append(" → ".join(words[skipped:]))
        skipped = max(0, skipped - len(words))
    return text + "; ".join(filter(None, branches))
