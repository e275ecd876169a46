"""The token game: every state that a scope can come into, to find where tokens wait for ever or double.

Steps with one way in and one way out change nothing that matters here, and are left out; a called process
or a sub-process is one step; an event that interrupts a step is another way out of it. Events that do not
interrupt open ways of their own, which are played apart.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.engine.gate.reading import Node, Scope

#: A state holds, sorted, the flows that a token rests on.
State = tuple[str, ...]

MAX_STATES = 20_000
#: Ways out of one inclusive gateway of which every choice is tried; beyond, single ones and all at once.
MAX_CHOICES = 6


@dataclass
class Verdict:
    """What the game showed: nodes at which tokens are stuck or double, and whether it was played to the end."""

    stuck: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    is_complete: bool = True


def play(scope: Scope) -> Verdict:
    """Return the verdict on a scope: on its main way, and on each way that an event opens beside it."""
    net = _Net(scope)
    verdict = Verdict()
    asides = [node for node in scope.of_kind("boundaryEvent") if not node.is_interrupting]
    for node in (*scope.of_kind("startEvent"), *asides):
        net.play_from(node.id, verdict)
    return verdict


class _Net:
    """The flows of a scope, chains of plain steps drawn together."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        #: Flow -> the node that a token on it comes to next, plain steps passed over.
        self.target: dict[str, Node] = {}
        self.flows_in: dict[str, set[str]] = {}
        self._entered: dict[str, str] = {}
        for flows in scope.outgoing.values():
            for flow in flows:
                node = self._next_that_matters(flow.target)
                self.target[flow.id] = node
                self.flows_in.setdefault(node.id, set()).add(flow.id)

    def play_from(self, node_id: str, verdict: Verdict) -> None:
        """Play from the ways out of one node and add what is found."""
        first = tuple(sorted(flow.id for flow in self.scope.outgoing.get(node_id, ())))
        before: dict[State, set[State]] = {first: set()}
        todo = deque([first])
        finished: set[State] = set()
        while todo:
            state = todo.popleft()
            if not state:
                finished.add(state)
            for following in self._moves(state):
                doubled = next((flow for flow in following if following.count(flow) > 1), None)
                if doubled is not None:
                    _note(verdict.doubled, self._blamed(doubled))
                    continue
                if following not in before:
                    before[following] = set()
                    todo.append(following)
                before[following].add(state)
            if len(before) > MAX_STATES:
                verdict.is_complete = False
                return
        if not verdict.doubled:
            self._note_stuck(before, finished, verdict)

    def _note_stuck(self, before: dict[State, set[State]], finished: set[State], verdict: Verdict) -> None:
        """Name a join at which tokens wait in a state from which the end cannot be reached."""
        good: set[State] = set()
        todo = list(finished)
        while todo:
            state = todo.pop()
            if state not in good:
                good.add(state)
                todo += before[state]
        for state in before:
            waiting = [self.target[flow].id for flow in state]
            if state not in good and not any(True for _ in self._moves(state)):
                _note(verdict.stuck, waiting[0])
                return

    def _moves(self, state: State) -> Iterator[State]:
        """Yield every state that one node at work leads to."""
        for node_id in dict.fromkeys(self.target[flow].id for flow in state):
            node = self.scope.nodes[node_id]
            here = [flow for flow in state if self.target[flow] is node]
            for taken, given in self._work(node, here, state):
                rest = list(state)
                for flow in taken:
                    rest.remove(flow)
                yield tuple(sorted((*rest, *given)))

    def _work(self, node: Node, here: list[str], state: State) -> Iterator[tuple[list[str], tuple[str, ...]]]:
        """Yield what a node may take from its flows in, and what it gives to its flows out."""
        out = tuple(flow.id for flow in self.scope.outgoing.get(node.id, ()))
        if node.kind == "parallelGateway":
            if len(here) == len(self.flows_in[node.id]):
                yield here, out
        elif node.kind == "inclusiveGateway":
            if not self._more_may_come(node, here, state):
                for given in _choices(out, str(node.element.get("default") or "")):
                    yield here, given
        elif any(node.event_definitions) and node.kind == "endEvent":
            yield list(state), ()
        else:
            for flow in here:
                for one in (*((way,) for way in self._ways_out(node, out)), *(() if out else ((),))):
                    yield [flow], one

    def _ways_out(self, node: Node, out: tuple[str, ...]) -> Iterator[str]:
        """Yield the ways out of a step or choice, those by its interrupting events included."""
        yield from out
        for event in self.scope.boundaries.get(node.id, ()):
            if event.is_interrupting:
                yield from (flow.id for flow in self.scope.outgoing.get(event.id, ()))

    def _more_may_come(self, join: Node, here: list[str], state: State) -> bool:
        """Say whether a token elsewhere could still come to a flow of an inclusive join that has none."""
        missing = self.flows_in[join.id] - set(here)
        starts = [self.target[flow].id for flow in state if flow not in here]
        reached = self.scope.reached_from(starts, without=[join.id])
        return any(self._source(flow) in reached for flow in missing)

    def _source(self, flow_id: str) -> str:
        if not self._entered:
            self._entered = {flow.id: flow.source for flows in self.scope.outgoing.values() for flow in flows}
        return self._entered[flow_id]

    def _next_that_matters(self, node_id: str) -> Node:
        seen: set[str] = set()
        while node_id not in seen:
            seen.add(node_id)
            node = self.scope.nodes[node_id]
            out = self.scope.outgoing.get(node_id, [])
            way_aside = any(event.is_interrupting for event in self.scope.boundaries.get(node_id, ()))
            if len(out) != 1 or len(self.scope.incoming.get(node_id, [])) != 1 or way_aside:
                return node
            node_id = out[0].target
        return self.scope.nodes[node_id]

    def _blamed(self, flow_id: str) -> str:
        """Return the gateway that lets two tokens follow each other, else the node that gets both."""
        source = self.scope.nodes[self._source(flow_id)]
        return source.id if source.kind.endswith("Gateway") else self.target[flow_id].id


def _choices(out: tuple[str, ...], default: str) -> Iterator[tuple[str, ...]]:
    """Yield what an inclusive gateway may choose: its default alone, or any of the others."""
    others = [flow for flow in out if flow != default]
    if default in out or not out:
        yield (default,) if out else ()
    sizes = range(1, len(others) + 1) if len(others) <= MAX_CHOICES else (1, len(others))
    for size in sizes:
        yield from combinations(others, size)


def _note(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)
