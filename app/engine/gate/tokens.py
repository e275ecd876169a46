"""The token play: every way that the tokens of one scope can go, until one waits for ever or two meet.

It decides soundness, as it is known of workflow nets: the case can always end, no flow holds two tokens at once,
every shape is reached. A choice is free: whatever its conditions say, each way may be taken. A step, a call or a
sub-process is one move; an event that interrupts it is another way out. An event that does not interrupt opens a way
beside, any number of times; it is played apart, and must not touch the main way.

Steps and exclusive gateways only pass a token on, and never take one from each other. So their moves are not played
one by one: a token that leaves a fork walks its leg at once, to each gateway or end at which it can next rest. Two
tokens on the way at the same time whose legs share a flow can stand on that flow together. What is left to play are
the orders in which gateways open: few states even where many branches run side by side.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import chain, combinations, pairwise, permutations, product
from typing import TYPE_CHECKING, Literal

from app.engine.gate.legs import DONE, Net, Token
from app.engine.gate.reading import error_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.engine.gate.legs import Leg
    from app.engine.gate.reading import Node, Scope

#: Beyond so many states neither a program nor a person can say what a case may do.
MAX_STATES = 10_000

State = frozenset[Token]


@dataclass(frozen=True, slots=True)
class Lost:
    """A run that goes wrong: `legs` lead to `node`, where a token waits for ever, or meets another.

    Of a token that waits: `missing` are the nodes from which none comes, `parted` the gateway at which the one
    awaited went elsewhere. Of tokens that meet, `parted` is where they parted. Empty where nothing can be named.
    """

    how: Literal["waits", "meets"]
    node: str
    legs: tuple[Leg, ...]
    missing: tuple[str, ...] = ()
    parted: str = ""


@dataclass
class Verdict:
    """What the play of one scope showed. `outcomes`: DONE and error codes that it can come to."""

    lost: Lost | None = None
    is_complete: bool = True
    outcomes: set[str] = field(default_factory=set)
    walked: set[str] = field(default_factory=set)


def play(scope: Scope, outcomes: Mapping[str, set[str]]) -> Verdict:
    """Play a scope whose flows are attached: its main way, and each way that an event opens beside it.

    `outcomes`: of its sub-processes and calls, by node id, what they can come to.
    """
    net = Net(scope, outcomes)
    verdict = Verdict()
    asides = [node for node in scope.of_kind("boundaryEvent") if not node.is_interrupting]
    for entry in (*scope.of_kind("startEvent"), *asides):
        if verdict.lost is None and verdict.is_complete:
            _Game(net, verdict, entry).play()
    return verdict


class _Game:
    """One play, from one entry; states in the order of the shortest runs that lead to them."""

    def __init__(self, net: Net, verdict: Verdict, entry: Node) -> None:
        self.net = net
        self.verdict = verdict
        self.entry = entry
        self.before: dict[State, tuple[State | None, tuple[Leg, ...]]] = {}
        self.after: dict[State, list[State]] = {}
        self.ended: list[State] = []

    def play(self) -> None:
        """Play to the end, to the first run that goes wrong, or to the bound."""
        first = tuple(self.net.flows_out(self.entry.id))
        todo = deque(self._spread(None, frozenset(), first))
        while todo and self.verdict.lost is None:
            state = todo.popleft()
            if not self._held(state):
                self._end(state)
                continue
            moves = list(self._moves(state))
            if not moves:
                self.verdict.lost = self._stuck(state)
            for rest, given in moves:
                todo.extend(self._spread(state, rest, given))
            if len(self.before) > MAX_STATES:
                self.verdict.is_complete = False
                return
        if self.verdict.lost is None:
            self._find_endless()

    def _held(self, state: State) -> set[str]:
        """Return the flows that hold a token; what an end has taken is none."""
        return {token.place for token in state if token.place in self.net.flows}

    def _end(self, state: State) -> None:
        """Note a state without tokens; one that was cleared is empty, and its end has said what it comes to."""
        self.ended.append(state)
        if state and self.entry.kind == "startEvent":
            self.verdict.outcomes.add(DONE)

    def _spread(self, previous: State | None, rest: State, given: tuple[str, ...]) -> Iterator[State]:
        """Yield the new states that follow when tokens leave on the flows `given` and walk their legs."""
        self.verdict.walked.update(*(self.net.reach(first).ways for first in given))
        met = self._meeting(rest, given)
        if met is not None:
            self.verdict.lost = self.verdict.lost or self._doubled(previous, given, *met)
            return
        for places in product(*(self.net.reach(first).rests for first in given)):
            state = rest.union(
                Token(at, first, frozenset({first})) for at, first in zip(places, given, strict=True)
            )
            if previous is not None:
                self.after.setdefault(state, []).append(previous)
            if state not in self.before:
                legs = (self.net.reach(first).ways[at] for at, first in zip(places, given, strict=True))
                self.before[state] = previous, tuple(legs)
                yield state
            if len(self.before) > MAX_STATES:
                return

    def _meeting(self, rest: State, given: tuple[str, ...]) -> tuple[Token, Token, set[str]] | None:
        """Return two tokens that can stand on one flow together, the second one new; and all such flows."""
        new = [Token(first, first, frozenset({first})) for first in given]
        for one, other in chain(product(rest, new), combinations(new, 2)):
            shared = self.net.shared(one, other)
            if shared:
                return one, other, shared
        return None

    def _doubled(
        self, previous: State | None, given: tuple[str, ...], one: Token, other: Token, shared: set[str]
    ) -> Lost:
        """Return the run on which two tokens meet: at the gateway that lets both pass, or at an end."""
        first, second = self.net.reach(one.began).ways, self.net.reach(other.began).ways
        flows_first = sorted(shared, key=lambda at: (at not in self.net.flows, at))
        place = min(flows_first, key=lambda at: len(first[at]) + len(second[at]))
        steps = self._steps(previous)
        parted = self._fork_of(one.began, other.began, [*steps, tuple((flow_id,) for flow_id in given)])
        legs = tuple(leg for leg in chain.from_iterable(steps) if leg[0] != one.began)
        if place not in self.net.flows:
            return Lost("meets", place, (*legs, first[place], second[place]), parted=parted)
        both = tuple(leg for leg in (first[place][:-1], second[place][:-1]) if leg)
        return Lost("meets", self.net.flows[place].source, (*legs, *both), parted=parted)

    def _fork_of(self, one: str, other: str, steps: list[tuple[Leg, ...]]) -> str:
        """Return the last gateway of a run from which two flows were given that lead to the two."""
        for step in reversed(steps):
            for left, right in permutations([leg[0] for leg in step], 2):
                if self.net.leads(left, one) and self.net.leads(right, other):
                    return self.net.flows[left].source
        return self.net.flows[other].source

    def _moves(self, state: State) -> Iterator[tuple[State, tuple[str, ...]]]:
        """Yield what each gateway and each clearing end that can work leaves at rest, and which flows it gives."""
        held = self._held(state)
        for node_id in sorted({self.net.flows[flow_id].target for flow_id in held}):
            node = self.net.scope.nodes[node_id]
            ways_in = set(self.net.flows_in(node_id))
            rest = frozenset(token for token in state if token.place not in ways_in)
            if self.net.clears(node):
                self.verdict.outcomes.add(error_code(node) or DONE)
                yield frozenset(), ()
            elif node.kind == "parallelGateway" and ways_in <= held:
                yield rest, tuple(self.net.flows_out(node_id))
            elif node.kind == "inclusiveGateway":
                for left in self._openings(node, state):
                    for chosen in _choices(node, self.net.flows_out(node_id)):
                        yield left, chosen

    def _openings(self, join: Node, state: State) -> Iterator[State]:
        """Yield what an inclusive join may leave when it opens: with all tokens before it, or with some of them.

        It opens with some while another is still where the join does not wait for it.
        """
        ways_in = set(self.net.flows_in(join.id))
        here = [token for token in state if token.place in ways_in]
        late = [token for token in here if self.net.may_be_late(token, join.id)]
        sure = [token for token in here if token not in late]
        for some in chain.from_iterable(combinations(late, size) for size in range(len(late) + 1)):
            taken = (*sure, *some)
            held = frozenset(token.place for token in taken)
            left = {token: self.net.unheeded(token, join.id, held) for token in state.difference(taken)}
            if taken and all(self._goes_on(token, since) for token, since in left.items()):
                yield frozenset(token._replace(since=since) for token, since in left.items())

    def _goes_on(self, token: Token, since: frozenset[str]) -> bool:
        """Say whether a token that is at one of these places can come to rest where it rests in the play."""
        return any(self.net.could_rest_at(place, token.place) for place in since)

    def _find_endless(self) -> None:
        """Note the shortest run to a state from which the case goes on for ever without an end."""
        hopeful: set[State] = set()
        todo = list(self.ended)
        while todo:
            state = todo.pop()
            if state not in hopeful:
                hopeful.add(state)
                todo += self.after.get(state, ())
        endless = next((state for state in self.before if state not in hopeful), None)
        if endless is not None:
            self.verdict.lost = self._stuck(endless)

    def _stuck(self, state: State) -> Lost:
        """Return the run to a state in which a gateway waits for ever, for what did not come, and why."""
        held = self._held(state)
        waiting = {self.net.flows[flow_id].target for flow_id in held}
        node_id = next(one for one in self.net.scope.nodes if one in waiting)
        empty = [flow_id for flow_id in self.net.flows_in(node_id) if flow_id not in held]
        missing = tuple(dict.fromkeys(self.net.flows[flow_id].source for flow_id in empty))
        legs = self._run(state)
        return Lost("waits", node_id, legs, missing, self._parted(node_id, set(empty), legs))

    def _parted(self, join: str, empty: set[str], legs: tuple[Leg, ...]) -> str:
        """Return the node at which the run left the last way on which the awaited token could still have come."""
        found = ""
        hopeful = {flow_id for flow_id in self.net.flows if self.net.comes_to(flow_id, join) & empty}
        given = {leg[0] for leg in legs}
        for leg in legs:
            fork = self.net.scope.nodes[self.net.flows[leg[0]].source]
            if fork.kind == "inclusiveGateway" and hopeful & set(self.net.flows_out(fork.id)) - given:
                found = fork.id
            for taken, following in pairwise(leg):
                node = self.net.target(taken)
                others = {flow.id for flow in self.net.ways_out(node)} - {following}
                if following not in hopeful and others & hopeful:
                    found = node.id
        return found

    def _run(self, state: State | None) -> tuple[Leg, ...]:
        """Return the legs walked from the entry to a state, in order."""
        return tuple(chain.from_iterable(self._steps(state)))

    def _steps(self, state: State | None) -> list[tuple[Leg, ...]]:
        """Return the same by moves: the legs of one are those of the tokens that one gateway gave."""
        steps: list[tuple[Leg, ...]] = []
        while state is not None:
            state, walked = self.before[state]
            steps.append(walked)
        return steps[::-1]


def _choices(gateway: Node, ways: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield what an inclusive gateway may choose: its default alone, or any of the others."""
    usual = str(gateway.element.get("default") or "")
    others = [flow_id for flow_id in ways if flow_id != usual]
    if len(others) < len(ways):
        yield (usual,)
    for size in range(1, len(others) + 1):
        yield from combinations(others, size)
