"""Which flows of the shipped diagrams a case has taken, told act by act from its record; it reads the bare XML.

The record names steps, never gateways and flows. One act ends at a step and begins others: of the ways between
them that the diagram draws there must be exactly one, else the way is not proven and the reading fails.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_STEPS = frozenset({"userTask", "serviceTask", "businessRuleTask"})
_HOLDERS = frozenset({"subProcess", "callActivity"})
#: Kinds of move at which an act leaves a step, and at which it comes to one.
_LEFT = frozenset({"started", "completed", "decided", "fired"})
_REACHED = frozenset({"opened", "decided", "ended"})


class Moved(NamedTuple):
    """One line of the record: its kind, and the element ids from the outermost down, joined by slashes."""

    kind: str
    path: str


class Way(NamedTuple):
    """The flows from a step to where a case comes to rest: a step, an end, or a join that waits for others."""

    flows: tuple[str, ...]
    rest: str
    is_step: bool


@dataclass(slots=True)
class Drawn:
    """Everything that the diagrams draw: kinds of nodes, flows, and what begins inside of what."""

    kinds: dict[str, str] = field(default_factory=dict)
    out: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    into: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    begins: dict[str, str] = field(default_factory=dict)  # sub-process or called process -> its start event
    calls: dict[str, str] = field(default_factory=dict)
    flows: dict[str, tuple[str, str]] = field(default_factory=dict)  # id -> its source, its target

    def part_at_a_choice(self, one: Way, other: Way) -> bool:
        """Whether one token cannot have gone both ways; a repeated call has a token for every unit."""
        pairs = zip(one.flows, other.flows, strict=False)
        number = next((at for at, (left, right) in enumerate(pairs) if left != right), 0)
        called = any(self.kinds[self.flows[flow][1]] == "callActivity" for flow in one.flows[:number])
        return not called and self.kinds[self.flows[one.flows[number]][0]] == "exclusiveGateway"

    def ways(self, node: str, within: tuple[str, ...], taken: tuple[str, ...] = ()) -> Iterator[Way]:
        """Yield every way from a node that the case has left, to each place where it may rest."""
        for flow, target in self.out[node]:
            if flow not in taken:
                yield from self._arrive(target, within, (*taken, flow))

    def _arrive(self, node: str, within: tuple[str, ...], taken: tuple[str, ...]) -> Iterator[Way]:
        kind, path = self.kinds[node], "/".join((*within, node))
        if kind in _STEPS:
            yield Way(taken, path, is_step=True)
        elif kind in _HOLDERS:
            yield from self.ways(self.begins[self.calls.get(node, node)], (*within, node), taken)
        elif kind == "endEvent":
            yield Way(taken, path, is_step=False)
            if within:
                yield from self.ways(within[-1], within[:-1], taken)
        else:
            if kind == "parallelGateway" and self.into[node] > 1:
                yield Way(taken, path, is_step=False)
            yield from self.ways(node, within, taken)


def drawn() -> Drawn:
    """Read the shipped diagrams."""
    found = Drawn()
    for path in sorted((ROOT / "processes").glob("*.bpmn")):
        for process in etree.parse(path).getroot().iter("{*}process"):
            _read(found, process)
    return found


def _read(found: Drawn, scope: etree._Element) -> None:
    for element in scope.iterchildren():
        kind, name = etree.QName(element).localname, element.get("id")
        if kind == "sequenceFlow":
            source, target = element.get("sourceRef"), element.get("targetRef")
            found.flows[name] = (source, target)
            found.out[source].append((name, target))
            found.into[target] += 1
        elif kind.endswith(("Event", "Task", "Gateway", "Activity", "subProcess")):
            found.kinds[name] = kind
            if kind == "startEvent":
                found.begins[scope.get("id")] = name
            if kind == "callActivity":
                found.calls[name] = element.get("calledElement")
            if kind == "subProcess":
                _read(found, element)


def flows_of(shape: Drawn, act: Sequence[Moved]) -> set[str]:
    """Name the flows that one act has taken. Raises AssertionError where the record does not prove the way."""
    found: set[str] = set()
    for number, (kind, path) in enumerate(act):
        if kind in _LEFT:
            reached = [after.path for after in act[number + 1 :] if after.kind in _REACHED]
            found |= _taken(shape, path, reached, has_ended=act[-1].kind == "ended")
    return found


def _taken(shape: Drawn, path: str, reached: Sequence[str], *, has_ended: bool) -> set[str]:
    *within, node = path.split("/")
    ways = list(shape.ways(node, tuple(within)))
    proven: list[Way] = []
    for way in sorted((way for way in ways if way.rest in reached), key=lambda way: reached.index(way.rest)):
        # What a decision led to comes after it: what the act itself led to stands first in the record.
        if not any(way.rest != other.rest and shape.part_at_a_choice(way, other) for other in proven):
            proven.append(way)
    if not proven:
        resting = [way for way in ways if not way.is_step]
        proven = [way for way in resting if not any(_goes_on(other, way) for other in resting)]
        assert len(proven) == 1, (
            f"after {path} the record proves no way: {sorted(way.rest for way in proven)}"
        )
    assert len({way.rest for way in proven}) == len(proven), f"two ways lead on from {path}"
    if has_ended:
        proven += [way for way in ways if "/" not in way.rest and any(_goes_on(end, way) for end in proven)]
    return {flow for way in proven for flow in way.flows}


def _goes_on(first: Way, further: Way) -> bool:
    """Whether a way only goes on from where the first one ends."""
    return len(first.flows) < len(further.flows) and further.flows[: len(first.flows)] == first.flows
