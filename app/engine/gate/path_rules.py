"""Rules about the ways through a diagram: every node reached, every way ends, no loop without a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.gate.findings import Finding
from app.engine.gate.reading import GATEWAYS, RESTING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.engine.gate.reading import Node, Scope
    from app.engine.gate.release import Release

MAX_SCOPES_DEEP = 3


def start_single(release: Release) -> Iterator[Finding]:
    """Refuse none or several start events in one scope: the engine starts all of them, or nothing."""
    for scope in release.scopes:
        if len(scope.of_kind("startEvent")) != 1:
            yield Finding(scope.file, scope.id, {"count": len(scope.of_kind("startEvent"))})


def end_missing(release: Release) -> Iterator[Finding]:
    """Refuse a process or sub-process without an end: nobody could say that the work is done."""
    for scope in release.scopes:
        if not scope.of_kind("endEvent"):
            yield Finding(scope.file, scope.id)


def dead_end(release: Release) -> Iterator[Finding]:
    """Refuse a node after which nothing follows: the engine takes it for an end, the office for a gap."""
    for scope in _attached(release):
        for node in scope.nodes.values():
            if node.kind != "endEvent" and not scope.outgoing.get(node.id):
                yield Finding(scope.file, node.id)


def unreachable(release: Release) -> Iterator[Finding]:
    """Refuse an island: the engine never sees it, and the work drawn on it is never done."""
    for scope in _attached(release):
        reached = scope.reached_from(node.id for node in scope.of_kind("startEvent"))
        for node in scope.nodes.values():
            loose_boundary = node.kind == "boundaryEvent" and node.attached_to not in scope.nodes
            if node.id not in reached and node.kind != "startEvent" and not loose_boundary:
                yield Finding(scope.file, node.id)


def trap(release: Release) -> Iterator[Finding]:
    """Refuse a node from which no end can be reached: the case would never close."""
    for scope in _attached(release):
        ends = {node.id for node in scope.of_kind("endEvent")}
        reached = scope.reached_from(node.id for node in scope.of_kind("startEvent"))
        for node_id in sorted(reached) if ends else ():
            if scope.outgoing.get(node_id) and not ends & scope.reached_from([node_id], aside=False):
                yield Finding(scope.file, node_id)


def loop_without_step(release: Release) -> Iterator[Finding]:
    """Refuse a loop in which nobody acts: the engine runs until its own limit and calls the case done."""
    for scope in release.scopes:
        resting = _resting(release, scope)
        for node in scope.of_kind(*GATEWAYS):
            after = [flow.target for flow in scope.outgoing.get(node.id, ())]
            if node.id in _along_flows(scope, after, resting):
                yield Finding(scope.file, node.id)
                break


def nested_deep(release: Release) -> Iterator[Finding]:
    """Refuse sub-processes in sub-processes in sub-processes: no reader finds the step again."""
    for scope in release.scopes:
        depth, outer = 0, scope.parent
        while outer is not None:
            depth, outer = depth + 1, outer.parent
        if depth > MAX_SCOPES_DEEP:
            yield Finding(scope.file, scope.id, {"limit": MAX_SCOPES_DEEP})


def _attached(release: Release) -> list[Scope]:
    """Return the scopes all of whose flows are attached; of the others `flow_loose` speaks."""
    return [
        scope
        for scope in release.scopes
        if all(flow.source in scope.nodes and flow.target in scope.nodes for flow in scope.flows)
    ]


def _waits(release: Release, node: Node, above: tuple[str, ...] = ()) -> bool:
    """Say whether a token rests here until somebody acts.

    A sub-process or a call rests when every way through its inside does; a call over a collection need
    not, for the collection may be empty. A service task does not: its worker answers by itself.
    """
    if node.kind in RESTING:
        return True
    if node.kind not in {"callActivity", "subProcess"} or node.loop is not None or node.id in above:
        return False
    if node.kind == "subProcess":
        inner = next(one for one in release.scopes if one.element is node.element)
    else:
        called = release.processes.get(str(node.element.get("calledElement") or ""))
        if called is None:
            return False
        inner = called
    resting = _resting(release, inner, (*above, node.id))
    passing = _along_flows(inner, [start.id for start in inner.of_kind("startEvent")], resting)
    return not any(end.id in passing for end in inner.of_kind("endEvent"))


def _resting(release: Release, scope: Scope, above: tuple[str, ...] = ()) -> set[str]:
    return {node.id for node in scope.nodes.values() if _waits(release, node, above)}


def _along_flows(scope: Scope, starts: list[str], closed: set[str]) -> set[str]:
    """Return what is reached by flows alone (no boundary events), without entering `closed`."""
    seen: set[str] = set()
    todo = [node_id for node_id in starts if node_id not in closed]
    while todo:
        node_id = todo.pop()
        if node_id not in seen:
            seen.add(node_id)
            todo += [flow.target for flow in scope.outgoing.get(node_id, ()) if flow.target not in closed]
    return seen
