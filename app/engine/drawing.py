"""Any BPMN diagram as SVG, drawn on the server from its own coordinates, with the steps of a case marked in it.

Classes carry the look (frontend/styles/bpmn.css): no inline style, no script. A state is always a sign and a word
besides its colour. Labels are set at a size that can be read; a drawing that is too wide for a page is cut up.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from app.engine import shapes
from app.engine.diagram import Box, read
from app.engine.lettering import width
from app.engine.svg import SIZE, element, xy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from app.engine.diagram import Diagram, Language, Link, Node, Plane

#: What an element shows: of one case, of many (`open`, `late`), of two releases compared (the last three).
State = Literal[
    "done",
    "before",
    "current",
    "late",
    "stuck",
    "cancelled",
    "ahead",
    "open",
    "idle",
    "added",
    "removed",
    "changed",
]

SIGNS: dict[str, str] = {
    "done": "✓",
    "before": "↺",
    "current": "●",
    "late": "!",
    "stuck": "■",
    "cancelled": "✕",
    "ahead": "→",
    "open": "●",
    "idle": "○",
    "added": "+",
    "removed": "−",
    "changed": "≠",
}

_MARGIN = 16.0
_BADGE = 24.0  # height of a badge
_BOLD = 1.1  # how much wider its letters are than those of labels
_SMALL = Box(0, 0, 400, 200)  # larger boxes are pools, lanes and open sub-processes: a badge may lie in them
_HEADS = ("plain", "done", "open", "added", "removed", "changed")
_RANKS = {"participant": 0, "lane": 1, "group": 2, "boundaryEvent": 5}
_FRAME, _SHAPE = 3, 4
_OVERLAP = 30.0  # what two neighbouring pieces both show
_SHIFT = 160.0  # how far a cut may lie from its place, so that it goes through fewer shapes


@dataclass(frozen=True, slots=True)
class Mark:
    """What is shown at one element: its state, the state's word inside it, and a badge beside it.

    Both texts are finished, in the language of the drawing; an empty one is left out. `heat` from 1 on colours the
    shape; a figure in the badge says the same.
    """

    state: State
    word: str = ""
    badge: str = ""
    heat: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """How a diagram is drawn: in which language, with what marked, and what leads where.

    `marks` and `links` (addresses inside the site) go by element id, `lanes` names lanes by their keys; `way` are
    the flows that one case has taken, `flows` say of others what became of them (added, removed, changed). A drawing
    wider than `widest` is cut into pieces no wider than that.
    """

    language: Language = "hi"
    marks: Mapping[str, Mark] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    lanes: Mapping[str, str] = field(default_factory=dict)
    way: Collection[str] = frozenset()
    flows: Mapping[str, str] = field(default_factory=dict)
    widest: float | None = None
    name: str = ""  # begins every id of the drawing: two drawings of one file stand on a page

    def said(self, node: Node) -> str:
        return self.lanes.get(node.hindi, node.hindi) if node.kind == "lane" else node.said(self.language)

    def title(self, node: Node, mark: Mark | None) -> str:
        parts = (self.said(node), mark.word if mark else "", mark.badge if mark else "")
        return ", ".join(part for part in parts if part)


def draw(xml: bytes, look: Look) -> str:
    """Draw a BPMN file as SVG: one picture, and one more for the inside of each collapsed sub-process.

    Every text is escaped. Raises XmlRefused for bad XML, DiagramFault for a drawing that is not there, ValueError
    for an address that leads off the site.
    """
    for address in look.links.values():
        if not address.startswith(("/", "?", "#")) or address.startswith(("//", "/\\")):
            raise ValueError(f"not an address of this site: {address}")
    diagram = read(xml)
    return "".join(svg for plane in diagram.planes for svg in _Picture(plane, diagram, look).pieces())


class _Part(NamedTuple):
    """A finished piece of the drawing, and the room that it takes."""

    markup: str
    box: Box


class _Picture:
    """Draws one plane; keeps what is already taken, so that badges cover nothing."""

    def __init__(self, plane: Plane, diagram: Diagram, look: Look) -> None:
        self._plane, self._look = plane, look
        self._small: list[Box] = []  # what a badge must not cover
        self._badges: list[tuple[Node, Mark]] = []
        # The pieces of all flows, each once: every place for a badge is held against every one of them.
        self._runs = [
            _hull([Box(*start, 0, 0), Box(*end, 0, 0)])
            for link in plane.links
            for start, end in pairwise(link.points)
        ]
        ends = [diagram.route.flows[flow] for flow in look.way if flow in diagram.route.flows]
        self._passed = frozenset(node for pair in ends for node in pair)

    def pieces(self) -> Iterator[str]:
        """Yield the drawing as one picture, or cut into several beside each other."""
        parts = list(self._parts())
        whole = _around(part.box for part in parts)
        cuts = self._cuts(whole)
        pieces = len(cuts) - 1
        for number, (left, right) in enumerate(pairwise(cuts), start=1):
            from_x = left if number == 1 else left - _OVERLAP
            to_x = right if number == pieces else right + _OVERLAP
            window = Box(from_x, whole.y, to_x - from_x, whole.height)
            shown = "".join(part.markup for part in parts if part.box.touches(window))
            inside = self._heads() + shown if number == 1 else shown + self._gutter(window)
            yield self._svg(inside, window, f" ({number}/{pieces})" if pieces > 1 else "")

    def _svg(self, inside: str, window: Box, count: str) -> str:
        return element(
            "svg",
            inside,
            xmlns="http://www.w3.org/2000/svg",
            class_="bpmn",
            role="group",
            aria_label=self._plane.said(self._look.language) + count,
            lang=self._look.language,
            width=window.width,
            height=window.height,
            font_size=SIZE,
            viewBox=f"{xy(window.x, window.y)} {xy(window.width, window.height)}",
        )

    def _cuts(self, whole: Box) -> list[float]:
        """Return where the drawing is cut, its two ends included: where fewest shapes and words lie."""
        widest = self._look.widest
        pieces = 1 if widest is None else -int(-whole.width // widest)
        inner = []
        for number in range(1, pieces):
            ideal = whole.x + whole.width * number / pieces
            places = [ideal + shift for shift in sorted(range(-int(_SHIFT), int(_SHIFT), 4), key=abs)]
            inner.append(min(places, key=lambda x: sum(box.x < x < box.right for box in self._small)))
        return [whole.x, *inner, whole.right]

    def _gutter(self, window: Box) -> str:
        """Name the lanes again at the left of a piece that does not begin the drawing."""
        lanes = [node for node in self._plane.nodes if node.kind == "lane"]
        bands = [replace(lane, box=Box(window.x, lane.box.y, shapes.BAND, lane.box.height)) for lane in lanes]
        drawn = (shapes.container(lane, self._look.said(lane)) for lane in bands)
        return "".join(element("g", one, class_="node lane gutter", aria_hidden="true") for one in drawn)

    def _parts(self) -> Iterator[_Part]:
        nodes = sorted(self._plane.nodes, key=_rank)
        yield from [part for node in nodes if _rank(node)[0] <= _FRAME for part in self._node(node)]
        yield from [self._flow(link) for link in self._plane.links]
        yield from [part for node in nodes if _rank(node)[0] > _FRAME for part in self._node(node)]
        yield from [part for link in self._plane.links for part in self._beside(link)]
        yield from [part for node, mark in self._badges for part in self._badge(node, mark)]

    def _heads(self) -> str:
        """Draw the arrow heads: one for each look of a flow, of a size that does not grow with the line."""
        tip = element("path", d="M0 0L10 5L0 10z")
        heads = (
            element(
                "marker",
                tip,
                id=self._head(look),
                class_=f"head {look}",
                markerUnits="userSpaceOnUse",
                viewBox="0 0 10 10",
                refX=9.5,
                refY=5,
                markerWidth=11,
                markerHeight=11,
                orient="auto",
            )
            for look in _HEADS
        )
        return element("defs", "".join(heads))

    def _head(self, look: str) -> str:
        """Name an arrow head; by plane, for a page may show several drawings."""
        return f"{self._look.name}{self._plane.id}-head-{look}"

    def _node(self, node: Node) -> Iterator[_Part]:
        mark = None if node.kind in shapes.CONTAINERS else self._mark(node)
        if mark and mark.badge and not node.expanded:  # an open sub-process shows inside who holds what
            self._badges.append((node, mark))
        state = mark.state if mark else "passed" if self._is_passed(node) else ""
        heat = f" heat-{mark.heat}" if mark and mark.heat else ""
        body, outside = self._body(node, mark)
        group = element(
            "g",
            shapes.titled(self._look.title(node, mark)) + body + (outside.markup if outside else ""),
            class_=f"node {shapes.family(node)} {state}".rstrip() + heat,
            data_element=node.id,
        )
        address = self._look.links.get(node.id)
        boxes = [node.box, *([outside.box] if outside else [])]
        self._small += [box for box in boxes if box.height < _SMALL.height and box.width < _SMALL.width]
        yield _Part(element("a", group, href=address) if address else group, _hull(boxes))

    def _mark(self, node: Node) -> Mark | None:
        """Return what is marked; a begin or end that the case has passed is done, though no record names it."""
        mark = self._look.marks.get(node.id)
        if mark is None and node.kind in ("startEvent", "endEvent") and node.id in self._passed:
            return Mark("done")
        return mark

    def _is_passed(self, node: Node) -> bool:
        """Say whether the case went through a gateway or event, of which records say nothing."""
        return node.kind.endswith(("Gateway", "Event")) and node.id in self._passed

    def _body(self, node: Node, mark: Mark | None) -> tuple[str, _Part | None]:
        """Draw a shape; its label apart where it stands outside."""
        name = self._look.said(node)
        signed = f"{SIGNS[mark.state]} {mark.word}" if mark and mark.word else ""
        if node.kind in shapes.CONTAINERS:
            return shapes.container(node, name), None
        if node.kind.endswith(("Event", "Gateway")):
            shape = shapes.event(node) if node.kind.endswith("Event") else shapes.gateway(node)
            sign = shapes.sign(node.box, SIGNS[mark.state]) if mark else ""
            return shape + sign, _part(shapes.outside(node, name))
        if node.kind in shapes.ARTIFACTS:
            inside = node.kind in {"textAnnotation", "group"}
            return shapes.artifact(node, name), None if inside else _part(shapes.outside(node, name))
        if node.expanded:
            return shapes.frame(node, name, signed), None
        riders = [other.box for other in self._plane.nodes if other.host == node.id]
        return shapes.activity(node, name, signed, riders), None

    def _beside(self, link: Link) -> Iterator[_Part]:
        label = _part(shapes.beside(link, link.said(self._look.language)))
        if label is not None:
            self._small.append(label.box)
            yield label

    def _flow(self, link: Link) -> _Part:
        self._small.extend(Box(x, y, 0, 0) for x, y in link.points)
        state = self._look.flows.get(link.id) or ("done" if link.id in self._look.way else "")
        head = state or ("open" if link.kind == "messageFlow" else "plain")
        box = _hull([Box(x, y, 0, 0) for x, y in link.points])
        return _Part(shapes.flow(link, self._head(head), state), box)

    def _badge(self, node: Node, mark: Mark) -> Iterator[_Part]:
        signed = f"{SIGNS[mark.state]} {mark.badge}"
        place = self._free_place(node.box, width(signed, SIZE) * _BOLD + 16)
        self._small.append(place)
        group = element("g", shapes.badge(signed, place), class_=f"badge {mark.state}", aria_hidden="true")
        yield _Part(group, place)

    def _free_place(self, box: Box, broad: float) -> Box:
        """Find room for a badge near a shape: where it covers the least of shapes and words, and fewest flows."""
        tops = [box.y - _BADGE - 4, box.bottom + 4, box.y - 2 * _BADGE - 8, box.bottom + _BADGE + 8]
        lefts = (box.x, box.right - broad, box.centre.x - broad / 2)
        places = [Box(x, y, broad, _BADGE) for y in tops for x in lefts]
        return min(places, key=self._cost)

    def _cost(self, place: Box) -> float:
        left, top, right, bottom = place.x, place.y, place.right, place.bottom
        covered = sum(
            place.shared(one)
            for one in self._small
            if one.x < right and left < one.right and one.y < bottom and top < one.bottom
        )
        crossed = sum(
            x <= right and left <= x + broad and y <= bottom and top <= y + high
            for x, y, broad, high in self._runs
        )
        return covered * 10 + crossed


def _part(label: tuple[str, Box] | None) -> _Part | None:
    return None if label is None else _Part(*label)


def _rank(node: Node) -> tuple[int, float]:
    """Order shapes from the ground up: pools, lanes, open sub-processes by size, the rest, boundary events."""
    rank = _FRAME if node.expanded else _RANKS.get(node.kind, _SHAPE)
    return rank, -node.box.width * node.box.height if rank == _FRAME else 0.0


def _hull(boxes: Sequence[Box]) -> Box:
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    return Box(left, top, max(box.right for box in boxes) - left, max(box.bottom for box in boxes) - top)


def _around(boxes: Iterable[Box]) -> Box:
    hull = _hull(list(boxes))
    return Box(hull.x - _MARGIN, hull.y - _MARGIN, hull.width + 2 * _MARGIN, hull.height + 2 * _MARGIN)
