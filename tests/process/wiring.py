"""Diagrams wired at random, good and bad, and the plainest play of their tokens: one at a time, in every order.

The plain play knows no short cut of the gate's own; what the two say of a diagram must be the same.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from app.engine.gate.reading import Diagram
from app.engine.xml import load_xml
from tests import sketch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from app.engine.gate.reading import Node, Scope

_ACTS = ["step", "split", "split", "join", "join", "back", "late", "end"]
_KINDS = ["exclusive", "parallel", "inclusive"]
_TERMINATE = "terminateEventDefinition"


@dataclass
class Wiring:
    """A process that grows from its start; `opened` are the nodes that still want a flow to go on."""

    kinds: list[str]
    parts: list[str] = field(default_factory=lambda: [sketch.start()])
    flows: list[tuple[str, str]] = field(default_factory=list)
    gates: dict[str, str] = field(default_factory=dict)
    opened: list[str] = field(default_factory=lambda: ["begin"])

    def add(self, kind: str, rnd: Random) -> None:
        """Do one thing to the growing diagram, if there is room for it."""
        name = f"{kind}{len(self.flows)}"
        source = self.opened.pop(rnd.randrange(len(self.opened)))
        if kind == "back" and self.gates and self.opened:
            self.connect(source, rnd.choice(sorted(self.gates)), name)
        elif kind == "end" and self.opened:
            self.parts.append(sketch.end(name, rnd.choice(["", "", _TERMINATE])))
            self.connect(source, name, name)
        elif kind in {"split", "join"}:
            self.gates[name] = rnd.choice(self.kinds)
            self.connect(source, name, name)
            if kind == "join" and self.opened:
                self.connect(self.opened.pop(rnd.randrange(len(self.opened))), name, name)
            self.opened += [name] * (1 if kind == "join" else rnd.choice([2, 2, 3]))
        else:
            self.parts.append(sketch.user(name))
            self.connect(source, name, name)
            self.opened.append(name)
            if kind == "late":
                late = sketch.timer(
                    f"{name}_late", name, 'duration("P1D")', interrupts=True, kind="timeDuration"
                )
                self.parts.append(late)
                self.opened.append(f"{name}_late")

    def connect(self, source: str, target: str, name: str) -> None:
        """Draw a flow; a second one between the same two gets a step of its own."""
        if (source, target) in self.flows:
            between = f"{name}_more{len(self.flows)}"
            self.parts.append(sketch.user(between))
            self.flows.append((source, between))
            source = between
        self.flows.append((source, target))

    def close(self, rnd: Random) -> None:
        """Lead all that is open to one end: straight, or through a gateway."""
        self.parts.append(sketch.end("close"))
        goal = "close"
        if len(self.opened) > 1 and rnd.random() < 0.5:
            goal = "gather"
            self.gates[goal] = rnd.choice(self.kinds)
        for number, source in enumerate(self.opened):
            self.connect(source, goal, f"last{number}")
        if goal == "gather":
            self.connect(goal, "close", "gathered")

    def xml(self) -> bytes:
        """The diagram; which way a choice takes is said by `pick`, a number for X, a list of numbers for O."""
        drawn = list(self.parts)
        for name, kind in self.gates.items():
            ways = [target for source, target in self.flows if source == name]
            drawn.append(sketch.choice(name, ways[0] if kind != "parallel" and ways[1:] else "", kind=kind))
        places: dict[str, int] = {}
        for source, target in self.flows:
            place = places[source] = places.get(source, -1) + 1
            kind = self.gates.get(source, "parallel")
            says = (
                f"pick.{source} = {place}"
                if kind == "exclusive"
                else f"list contains(pick.{source}, {place})"
            )
            is_asked = kind != "parallel" and place > 0
            way = f"{source} > {target}"
            drawn.append(sketch.when(way, says) if is_asked else sketch.flows(way))
        return sketch.process("verification", *drawn)

    def picks(self, rnd: Random) -> dict[str, Any]:
        """Choose a way, or ways, at every gateway."""
        chosen: dict[str, Any] = {}
        for name, kind in self.gates.items():
            count = sum(source == name for source, _ in self.flows)
            several = [place for place in range(1, count) if rnd.random() < 0.5]
            chosen[name] = rnd.randrange(count) if kind == "exclusive" else several
        return chosen


@st.composite
def wirings(draw: st.DrawFn) -> Wiring:
    kinds = draw(st.lists(st.sampled_from(_KINDS), min_size=2, max_size=4))
    rnd = draw(st.randoms(use_true_random=False))
    wiring = Wiring(kinds)
    for act in draw(st.lists(st.sampled_from(_ACTS), min_size=2, max_size=15)):
        wiring.add(act, rnd)
    wiring.close(rnd)
    return wiring


def scope_of(xml: bytes) -> Scope:
    """The outermost scope of a diagram."""
    return Diagram("verification.bpmn", load_xml(xml)).scopes[0]


def is_open_ended(scope: Scope) -> bool:
    """Say whether an end can be reached from every node by the flows: other rules speak of what has none."""
    ends = {node.id for node in scope.of_kind("endEvent")}
    reached = scope.reached_from(["begin"])
    return all(ends & scope.reached_from([node_id], aside=False) for node_id in reached)


def is_patient(scope: Scope) -> bool:
    """Say whether somebody acts in every circle: a circle of gateways alone is another rule's matter."""
    steps = [node.id for node in scope.of_kind("userTask")]
    gates = [node.id for node in scope.nodes.values() if node.id not in steps]
    return not any(
        gate in scope.reached_from([flow.target for flow in scope.outgoing.get(gate, ())], without=steps)
        for gate in gates
    )


class TooManyOrders(Exception):
    """The plain play has no patience for this one."""


Marking = tuple[frozenset[str], frozenset[str]]


class PlainPlay:
    """Every order in which tokens can move, one move of one node at a time; markings hold flows and ends reached."""

    def __init__(self, scope: Scope, first: str = "begin") -> None:
        self.scope = scope
        self.first = first
        self.flows = {flow.id: flow for flows in scope.outgoing.values() for flow in flows}
        self.found: set[str] = set()

    def faults(self, limit: int = 20_000) -> set[str]:
        """Return what can happen: tokens that meet, tokens that wait for ever. Raises TooManyOrders."""
        first: Marking = frozenset(self._ids_out(self.first)), frozenset()
        before: dict[Marking, list[Marking]] = {first: []}
        todo, ended = deque([first]), []
        while todo:
            marking = todo.popleft()
            if not marking[0]:
                ended.append(marking)
            for following in self._moves(*marking):
                if following not in before:
                    before[following] = []
                    todo.append(following)
                before[following].append(marking)
            if len(before) > limit:
                raise TooManyOrders
        hopeful: set[Marking] = set()
        while ended:
            marking = ended.pop()
            if marking not in hopeful:
                hopeful.add(marking)
                ended += before[marking]
        return self.found | ({"waits"} if len(hopeful) < len(before) else set())

    def _moves(self, held: frozenset[str], ends: frozenset[str]) -> Iterator[Marking]:
        for flow_id in sorted(held):
            node = self.scope.nodes[self.flows[flow_id].target]
            if self._clears(node):
                yield frozenset(), frozenset({node.id})
            elif node.kind == "endEvent":
                if node.id in ends:
                    self.found.add("meets")
                else:
                    yield held - {flow_id}, ends | {node.id}
            else:
                for taken, given in self._work(node, flow_id, held):
                    left = held - taken
                    if any(
                        not self._clears(self.scope.nodes[self.flows[one].target]) for one in left & given
                    ):
                        self.found.add("meets")
                    else:
                        yield left | given, ends

    def _work(
        self, node: Node, flow_id: str, held: frozenset[str]
    ) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
        ways_in = frozenset(flow.id for flow in self.scope.incoming.get(node.id, ()))
        out = self._ids_out(node.id)
        if node.kind == "parallelGateway":
            if ways_in <= held:
                yield ways_in, frozenset(out)
        elif node.kind == "inclusiveGateway":
            here = ways_in & held
            if not any(self._holds_up(one, node, here) for one in held - here):
                yield from ((here, chosen) for chosen in _some_of(out, node))
        else:
            events = [one for one in self.scope.boundaries.get(node.id, ()) if one.is_interrupting]
            for way in (*out, *(way for event in events for way in self._ids_out(event.id))):
                yield frozenset({flow_id}), frozenset({way})

    def _holds_up(self, flow_id: str, join: Node, here: frozenset[str]) -> bool:
        passed = self.scope.reached_from([self.flows[flow_id].target], without=[join.id], aside=False)
        coming = {flow.id for flow in self.scope.incoming[join.id] if flow.source in passed}
        return bool(coming - here) and not coming & here

    def _ids_out(self, node_id: str) -> list[str]:
        return [flow.id for flow in self.scope.outgoing.get(node_id, ())]

    def _clears(self, node: Node) -> bool:
        return node.kind == "endEvent" and node.has_definition(_TERMINATE)


def _some_of(out: list[str], gateway: Node) -> Iterator[frozenset[str]]:
    usual = gateway.element.get("default")
    others = [one for one in out if one != usual]
    if len(others) < len(out):
        yield frozenset({str(usual)})
    for size in range(1, len(others) + 1):
        yield from map(frozenset, combinations(others, size))
