"""Where one token of a scope can go by itself: along flows, past steps and choices, to where it rests.

A token rests before a gateway that other tokens take part in (parallel, inclusive), before an end that takes all
tokens away, and in an end.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from app.engine.gate.reading import error_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.engine.gate.reading import Flow, Node, Scope

#: What a sub-process or a called process may come to, beside the codes of errors that it throws.
DONE = "done"

#: Flows that one token walks, one after the other.
Leg = tuple[str, ...]

_TOGETHER = frozenset({"parallelGateway", "inclusiveGateway"})
_CLEARING = frozenset({"terminateEventDefinition", "errorEventDefinition"})


class Token(NamedTuple):
    """A token at rest: on the flow before a gateway, or in the end event that took it.

    `began`: the flow on which it began its leg; in another order of things it could still be there, or on the way.
    `shut`: inclusive joins that have opened without it, so it was by then where no way leads to them.
    """

    place: str
    began: str
    shut: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reach:
    """What a token comes to that begins on one flow: every flow and end, with the way there; where it rests."""

    ways: Mapping[str, Leg]
    rests: tuple[str, ...]


class Net:
    """The flows of a scope. `outcomes`: of its sub-processes and calls, by node id, what they can come to."""

    def __init__(self, scope: Scope, outcomes: Mapping[str, set[str]]) -> None:
        self.scope = scope
        self.flows = {flow.id: flow for flows in scope.outgoing.values() for flow in flows}
        self._outcomes = outcomes
        self._reaches: dict[str, Reach] = {}
        self._leading: dict[str, set[str]] = {}

    def target(self, flow_id: str) -> Node:
        return self.scope.nodes[self.flows[flow_id].target]

    def source(self, flow_id: str) -> Node:
        return self.scope.nodes[self.flows[flow_id].source]

    def flows_in(self, node_id: str) -> list[str]:
        return [flow.id for flow in self.scope.incoming.get(node_id, ())]

    def flows_out(self, node_id: str) -> list[str]:
        return [flow.id for flow in self.scope.outgoing.get(node_id, ())]

    def ways_out(self, node: Node) -> Iterator[Flow]:
        """Yield the flows by which a token may leave a node, those behind its interrupting events included."""
        comes_to = self._outcomes.get(node.id)
        if comes_to is None or DONE in comes_to:
            yield from self.scope.outgoing.get(node.id, ())
        for event in self.scope.boundaries.get(node.id, ()):
            if event.is_interrupting and not _never_fires(event, comes_to):
                yield from self.scope.outgoing.get(event.id, ())

    def clears(self, node: Node) -> bool:
        """Say whether an end takes all tokens of the scope away."""
        return node.kind == "endEvent" and any(map(node.has_definition, _CLEARING))

    def reach(self, first: str) -> Reach:
        """Return what a token on a flow can come to by itself."""
        if first not in self._reaches:
            self._reaches[first] = self._walk(first)
        return self._reaches[first]

    def _walk(self, first: str) -> Reach:
        ways: dict[str, Leg] = {first: (first,)}
        rests: list[str] = []
        todo = deque([first])
        while todo:
            flow_id = todo.popleft()
            node = self.target(flow_id)
            if node.kind in _TOGETHER or self.clears(node):
                rests.append(flow_id)
            elif node.kind == "endEvent":
                if node.id not in ways:
                    ways[node.id] = ways[flow_id]
                    rests.append(node.id)
            else:
                for flow in self.ways_out(node):
                    if flow.id not in ways:
                        ways[flow.id] = (*ways[flow_id], flow.id)
                        todo.append(flow.id)
        return Reach(ways, tuple(rests))

    def leads_to(self, flow_id: str, node_id: str) -> bool:
        """Say whether a token on a flow can come to a node, gateways taken for open."""
        start = self.flows[flow_id].target
        if start not in self._leading:
            self._leading[start] = self.scope.reached_from([start], aside=False)
        return node_id in self._leading[start]

    def may_stand_on(self, token: Token) -> set[str]:
        """Return every flow and end at which a token may be, in one order of things or another.

        The flow into an end that takes all tokens away does not count: who comes first ends the case.
        """
        return {place for place in self.reach(token.began).ways if self._may_stand_at(place, token)}

    def _may_stand_at(self, place: str, token: Token) -> bool:
        if place not in self.flows:
            return True
        if self.clears(self.target(place)):
            return False
        return not any(self.leads_to(place, join) for join in token.shut)


def _never_fires(event: Node, comes_to: set[str] | None) -> bool:
    """Say whether an event waits for an error that is never thrown; one without a code waits for any."""
    if comes_to is None or not event.has_definition("errorEventDefinition"):
        return False
    code = error_code(event)
    return code not in comes_to if code else not comes_to - {DONE}
