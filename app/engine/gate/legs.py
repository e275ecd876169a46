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

    `began`: the flow on which it began its leg. `since`: where it was when something last took notice of it; in
    another order of things it could still be there, or on any way from there.
    """

    place: str
    began: str
    since: frozenset[str]


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
        self._shared: dict[tuple[frozenset[str], frozenset[str]], set[str]] = {}
        self._coming: dict[tuple[str, str], frozenset[str]] = {}

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

    def is_shared(self, node: Node) -> bool:
        """Say whether tokens meet or part in a node."""
        ways = max(len(self.flows_in(node.id)), len(self.flows_out(node.id)))
        return node.kind in _TOGETHER and ways > 1

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
            if self.is_shared(node) or self.clears(node):
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

    def may_stand_on(self, token: Token) -> set[str]:
        """Return every flow and end at which a token may be, in one order of things or another."""
        places: set[str] = set()
        for place in token.since:
            places.update(self.reach(place).ways if place in self.flows else (place,))
        return places

    def shared(self, one: Token, other: Token) -> set[str]:
        """Return where two tokens can be at the same time.

        The flow into an end that takes all tokens away does not count: who comes first ends the case.
        """
        key = one.since, other.since
        if key not in self._shared:
            both = self.may_stand_on(one) & self.may_stand_on(other)
            self._shared[key] = {
                place for place in both if place not in self.flows or not self.clears(self.target(place))
            }
        return self._shared[key]

    def leads(self, flow_id: str, later: str) -> bool:
        """Say whether a flow is another, or its way goes on to it, gateways taken for open."""
        return flow_id == later or self.flows[later].source in self.scope.reached_from(
            [self.flows[flow_id].target], aside=False
        )

    def comes_to(self, flow_id: str, join_id: str) -> frozenset[str]:
        """Return the flows into a join that a token on a flow can come to without passing the join itself."""
        key = self.flows[flow_id].target, join_id
        if key[0] == join_id:
            return frozenset({flow_id})
        if key not in self._coming:
            passed = self.scope.reached_from([key[0]], without=[join_id], aside=False)
            ways_in = self.scope.incoming.get(join_id, ())
            self._coming[key] = frozenset(flow.id for flow in ways_in if flow.source in passed)
        return self._coming[key]

    def holds_up(self, flow_id: str, join_id: str, held: frozenset[str]) -> bool:
        """Say whether an inclusive join waits for a token on a flow, holding tokens on some of its ways in.

        BPMN's rule: it waits for what can still come to an empty way in, unless that can come to a held one too.
        """
        coming = self.comes_to(flow_id, join_id)
        return bool(coming - held) and not coming & held

    def unheeded(self, token: Token, join_id: str, held: frozenset[str]) -> frozenset[str]:
        """Return where a token may be while an inclusive join that holds others opens without it."""
        return frozenset(
            place
            for place in self.may_stand_on(token)
            if place not in self.flows
            or not (self.flows[place].target == join_id or self.holds_up(place, join_id, held))
        )

    def may_be_late(self, token: Token, join_id: str) -> bool:
        """Say whether an inclusive join could open while a token that comes to it is still on the way.

        Only from where the token can come to another way in of the join too.
        """
        places = (place for place in self.may_stand_on(token) if place in self.flows)
        return any(len(self.comes_to(place, join_id)) > 1 for place in places)

    def could_rest_at(self, place: str, rest: str) -> bool:
        """Say whether a token that is at a place can come to rest at another, or rests there."""
        return place == rest or (place in self.flows and rest in self.reach(place).rests)


def _never_fires(event: Node, comes_to: set[str] | None) -> bool:
    """Say whether an event waits for an error that is never thrown; one without a code waits for any."""
    if comes_to is None or not event.has_definition("errorEventDefinition"):
        return False
    code = error_code(event)
    return code not in comes_to if code else not comes_to - {DONE}
