"""What the record of a case says of one diagram: the state of each element, and the flows it took."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from app.engine.diagram import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.engine.diagram import Route
    from app.engine.steps import MoveKind

#: `before`: it was done, and then the case went back past it.
State = Literal["done", "before", "current", "cancelled"]

_CONTAINERS = frozenset({"subProcess", "transaction", "callActivity"})
#: Kinds that leave no trace of their own in the record: a case passes through them.
_UNRECORDED = ("Gateway", "startEvent", "endEvent", "intermediateThrowEvent")
#: Gateways that send a case one way of several.
_CHOICES = frozenset({"exclusiveGateway", "eventBasedGateway", "complexGateway"})
_NO, _MAYBE, _SURELY = 0, 1, 2


class Happening(NamedTuple):
    """One move of the record: what happened, and the element ids from the outermost down, joined by slashes."""

    kind: MoveKind
    path: str


@dataclass(frozen=True, slots=True)
class Trace:
    """`states` of the elements that the case has touched, and the flows that it has surely taken."""

    states: Mapping[str, State]
    flows: frozenset[str]


class _Proof(NamedTuple):
    sure: int
    begun: int  # the place in the record by which it is sure


@dataclass(slots=True)
class _Life:
    """An element in the record: its last beginning and end by place, and how much of it is unfinished."""

    begun: int = -1
    ended: int = -1
    open: int = 0
    is_cut: bool = False

    def take(self, kind: MoveKind, at: int) -> None:
        if kind == "opened":
            self.begun = self.begun if self.open else at
            self.open += 1
            self.is_cut = False
            return
        if kind in ("completed", "cancelled"):
            self.open = max(0, self.open - 1)
            self.is_cut = kind == "cancelled"
        self.begun = at if self.begun < 0 or kind not in ("completed", "cancelled") else self.begun
        self.ended = at

    @property
    def last(self) -> int:
        return max(self.begun, self.ended)


def retrace(xml: bytes, record: Sequence[Happening]) -> Trace:
    """Tell from the record of a case, in its order, what of one diagram it has touched and how it went.

    The record names steps, not gateways and flows: the step that began next tells which way was taken. Where two
    ways are possible, neither is claimed. Elements of other diagrams count for nothing here.
    """
    route = read(xml).route
    lives = _lives(route, record)
    left = {key for key in lives if _is_left(key, lives[key], route, record)}
    states: dict[str, State] = {key: _state(life, is_left=key in left) for key, life in lives.items()}
    below = _Below(route)
    for key in [key for key, state in states.items() if state == "done"]:
        if any(lives[other].begun > lives[key].ended and key in below.of(other) for other in lives):
            states[key] = "before"
    return Trace(states, frozenset(_Walk(route, lives, states).flows()))


def _lives(route: Route, record: Sequence[Happening]) -> dict[str, _Life]:
    lives: dict[str, _Life] = {}
    for at, (kind, path) in enumerate(record):
        for element in path.split("/"):
            if element in route.kinds:
                lives.setdefault(element, _Life()).take(kind, at)
    return lives


def _is_left(key: str, life: _Life, route: Route, record: Sequence[Happening]) -> bool:
    """Say whether the case has gone on from an element; what holds others is left when something else happened."""
    if route.kinds[key] not in _CONTAINERS:
        return True
    return any(
        kind == "ended" or key not in path.split("/") for kind, path in record[life.last + 1 :]
    ) or any(kind == "ended" for kind, _ in record[life.last :])


def _state(life: _Life, *, is_left: bool) -> State:
    if life.open:
        return "current"
    if life.is_cut:
        return "cancelled"
    return "done" if is_left else "current"


class _Below:
    """What lies behind an element on the way forward, ways back left out."""

    def __init__(self, route: Route) -> None:
        self._after = forward(route)
        self._found: dict[str, frozenset[str]] = {}

    def of(self, key: str) -> frozenset[str]:
        if key not in self._found:
            seen: set[str] = set()
            waiting = list(self._after.get(key, ()))
            while waiting:
                node = waiting.pop()
                if node not in seen:
                    seen.add(node)
                    waiting.extend(self._after.get(node, ()))
            self._found[key] = frozenset(seen)
        return self._found[key]


def forward(route: Route) -> dict[str, list[str]]:
    """Return what follows each node when every way back is cut: a flow to where the walk has just come from."""
    after: dict[str, list[str]] = {}
    for source, target in route.flows.values():
        after.setdefault(source, []).append(target)
    reached = {target for targets in after.values() for target in targets}
    done: set[str] = set()
    kept: dict[str, list[str]] = {}
    for start in (*(node for node in after if node not in reached), *after):
        if start in done:
            continue
        above = [start]
        stack = [iter(after[start])]
        while stack:
            node = above[-1]
            following = next(stack[-1], None)
            if following is None:
                done.add(node)
                above.pop()
                stack.pop()
            elif following not in above:
                kept.setdefault(node, []).append(following)
                if following not in done:
                    above.append(following)
                    stack.append(iter(after.get(following, ())))
    return kept


class _Walk:
    """Goes from every finished element as far as the record bears it out."""

    def __init__(self, route: Route, lives: Mapping[str, _Life], states: Mapping[str, State]) -> None:
        self._route, self._lives, self._states = route, lives, states
        self._out: dict[str, list[str]] = {}
        self._into: dict[str, int] = {}
        for flow, (source, target) in route.flows.items():
            self._out.setdefault(source, []).append(flow)
            self._into[target] = self._into.get(target, 0) + 1

    def flows(self) -> set[str]:
        taken: set[str] = set()
        for node, at, least in self._beginnings():
            waiting, seen = deque([node]), {node}
            while waiting:
                for flow in self._taken_from(waiting.popleft(), at, least):
                    taken.add(flow)
                    target = self._route.flows[flow][1]
                    if self._is_unrecorded(target) and target not in seen:
                        seen.add(target)
                        waiting.append(target)
        return taken

    def _beginnings(self) -> Iterator[tuple[str, int, int]]:
        """Yield where a walk begins, at which place in the record, and how sure its ways must be."""
        for nodes in self._route.children.values():
            if any(node in self._lives for node in nodes):
                yield from ((node, -1, _MAYBE) for node in nodes if self._is_start(node))
        for node, life in self._lives.items():
            state = self._states[node]
            if state in ("done", "before"):
                yield node, life.ended, _MAYBE if state == "done" else _SURELY

    def _is_start(self, node: str) -> bool:
        return self._route.kinds[node] == "startEvent" and node not in self._lives

    def _taken_from(self, node: str, at: int, least: int) -> list[str]:
        kind, flows = self._route.kinds[node], self._out.get(node, [])
        if kind == "parallelGateway" and self._into.get(node, 0) > 1:
            least = _SURELY  # a join waits for the others
        proofs = {flow: self._proof(self._route.flows[flow][1], at, frozenset()) for flow in flows}
        found = [flow for flow in flows if proofs[flow].sure >= least]
        if kind not in _CHOICES or len(found) < 2:  # noqa: PLR2004 - a choice is between two
            return found
        certain = sorted((proofs[flow].begun, flow) for flow in found if proofs[flow].sure == _SURELY)
        return [certain[0][1]] if certain else []

    def _proof(self, node: str, at: int, seen: frozenset[str]) -> _Proof:
        """Say how sure it is that the case came to a node after a place in the record, and when."""
        if not self._is_unrecorded(node):
            life = self._lives.get(node)
            if life is None or life.last <= at or self._states[node] == "before":
                return _Proof(_NO, 0)
            return _Proof(_SURELY, life.begun if life.begun > at else life.last)
        if node in seen:
            return _Proof(_NO, 0)
        following = [
            self._proof(self._route.flows[flow][1], at, seen | {node}) for flow in self._out.get(node, ())
        ]
        certain = [proof.begun for proof in following if proof.sure == _SURELY]
        if certain:
            return _Proof(_SURELY, min(certain))
        is_join = self._route.kinds[node] == "parallelGateway" and self._into.get(node, 0) > 1
        return _Proof(_MAYBE if not following or is_join else max(proof.sure for proof in following), 0)

    def _is_unrecorded(self, node: str) -> bool:
        return self._route.kinds[node].endswith(_UNRECORDED) and node not in self._lives
