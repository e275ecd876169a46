"""Which flows a case has surely taken, told from the steps that it has been at."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from app.engine.diagram import Route


def taken(route: Route, done: Collection[str], seen: Collection[str]) -> frozenset[str]:
    """Return the flows that must have been taken, when `done` are finished and `seen` are finished or open.

    Records name steps, not gateways and flows. Only what is certain is told: the one way into a node that was
    seen, the one way out of a node that is done, every way out of a fork, the one way out of a plain join, and
    that a level on which something was seen began at its one start event.
    Where a case may have come by two ways, neither is claimed.
    """
    trail = _Trail(route, done, seen)
    trail.follow(trail.visited)
    return frozenset(trail.flows)


class _Trail:
    def __init__(self, route: Route, done: Collection[str], seen: Collection[str]) -> None:
        self._route, self._done = route, frozenset(done)
        self.visited = {node for node in {*done, *seen} if node in route.kinds}
        self._begun = _beginnings(route, self.visited)
        self.visited |= self._begun
        self.flows: set[str] = {flow for flow in (*done, *seen) if flow in route.flows}
        self._into: dict[str, list[str]] = {}
        self._out_of: dict[str, list[str]] = {}
        for flow, (source, target) in route.flows.items():
            self._out_of.setdefault(source, []).append(flow)
            self._into.setdefault(target, []).append(flow)

    def follow(self, nodes: Iterable[str]) -> None:
        waiting = list(nodes)
        while waiting:
            node = waiting.pop()
            for flow in self._certain(node):
                if flow not in self.flows:
                    self.flows.add(flow)
                    waiting.extend(self._route.flows[flow])

    def _certain(self, node: str) -> list[str]:
        into, out = self._into.get(node, []), self._out_of.get(node, [])
        kind = self._route.kinds.get(node, "")
        found = list(into) if len(into) == 1 else []
        if node in self._done or node in self._begun or kind == "exclusiveGateway":
            found += out if len(out) == 1 else []
        elif kind == "parallelGateway" and len(into) == 1:
            found += out
        return found


def _beginnings(route: Route, visited: set[str]) -> set[str]:
    """Return the start events of every level on which something was seen, if the level has but one."""
    found = set()
    for parent, nodes in route.children.items():
        starts = [node for node in nodes if route.kinds[node] == "startEvent"]
        if len(starts) == 1 and (parent in visited or not visited.isdisjoint(nodes)):
            found.add(starts[0])
    return found
