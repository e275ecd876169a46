"""Any BPMN diagram as SVG, drawn on the server from its own coordinates, with the steps of a case marked in it.

Classes carry the look (frontend/diagram.css): no inline style, no script. A state is always a sign and a word besides
its colour. Labels are set at a size that can be read; the page gives the drawing a box to scroll in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from app.engine import shapes
from app.engine.diagram import Box, read
from app.engine.lettering import width
from app.engine.svg import SIZE, element, xy
from app.engine.trail import taken

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from app.engine.diagram import Language, Link, Node, Plane

State = Literal["done", "current", "late", "stuck", "cancelled"]

#: State -> (sign, Hindi, English): the words of the screens' legend.
STATES: dict[str, tuple[str, str, str]] = {
    "done": ("✓", "पूरा", "Done"),
    "current": ("●", "अभी यहाँ", "Here now"),
    "late": ("!", "विलंबित", "Late"),
    "stuck": ("■", "बाधा से रुका", "Held up"),
    "cancelled": ("✕", "समाप्त", "Stopped"),
}
#: Lane (machine key) -> its name; a caller may give its own.
LANES: dict[str, tuple[str, str]] = {
    "dm_office": ("जिला पदाधिकारी का कार्यालय", "Office of the District Magistrate"),
    "sp_office": ("पुलिस अधीक्षक का कार्यालय", "Office of the Superintendent of Police"),
    "sdpo": ("अनुमंडल पुलिस कार्यालय", "Sub-divisional police office"),
    "thana": ("थाना", "Police station"),
    "dcrb": ("जिला अपराध अभिलेख ब्यूरो", "District Crime Records Bureau"),
    "special_branch": ("विशेष शाखा", "Special Branch"),
}
_DAYS = {
    "current": ("{} कार्यदिवस शेष", "{} working days left"),
    "late": ("{} कार्यदिवस विलंब", "{} working days late"),
}
_ONE_DAY = {
    "current": ("1 कार्यदिवस शेष", "1 working day left"),
    "late": ("1 कार्यदिवस विलंब", "1 working day late"),
}
_LAST_DAY = ("आज अंतिम दिन", "Last day today")

_MARGIN = 16.0
_BADGE = 24.0  # height of a badge
_BOLD = 1.1  # how much wider its letters are than those of labels
_SMALL = Box(0, 0, 400, 200)  # larger boxes are pools, lanes and open sub-processes: a badge may lie in them
_HEADS = ("plain", "done", "open")
_RANKS = {"participant": 0, "lane": 1, "group": 2, "boundaryEvent": 5}
_FRAME, _SHAPE = 3, 4


@dataclass(frozen=True, slots=True)
class Mark:
    """What a case shows at one element: its state, who holds it, and its working days.

    `days` are those left when the state is current, those over when it is late; None says nothing. `since` is
    printed as given (a day, already formatted).
    """

    state: State
    holder_hi: str = ""
    holder_en: str = ""
    days: int | None = None
    since: str = ""


def draw(
    xml: bytes,
    marks: Mapping[str, Mark],
    links: Mapping[str, str],
    lang: Language = "hi",
    lanes: Mapping[str, str] | None = None,
) -> str:
    """Draw a BPMN file as SVG: one picture, and one more for the inside of each collapsed sub-process.

    `marks` and `links` (addresses inside the site) go by element id; flows that a case has surely taken are marked
    from them. `lanes` names lanes in the language asked for. Every text is escaped. Raises XmlRefused for bad XML,
    DiagramFault for a drawing that is not there, ValueError for an address that leads off the site.
    """
    for address in links.values():
        if not address.startswith(("/", "?", "#")) or address.startswith(("//", "/\\")):
            raise ValueError(f"not an address of this site: {address}")
    diagram = read(xml)
    done = {key for key, mark in marks.items() if mark.state == "done"}
    seen = {key for key, mark in marks.items() if mark.state != "stuck"}  # it may not have come that far
    look = _Look(lang, marks, links, lanes or {}, taken(diagram.route, done, seen))
    return "".join(_Picture(plane, look).svg() for plane in diagram.planes)


@dataclass(frozen=True, slots=True)
class _Look:
    """What is said of the elements, in one language."""

    language: Language
    marks: Mapping[str, Mark]
    links: Mapping[str, str]
    lanes: Mapping[str, str]
    path: frozenset[str]

    def _word(self, pair: tuple[str, str]) -> str:
        return pair[0] if self.language == "hi" else pair[1]

    def name(self, node: Node) -> str:
        if node.kind == "lane":
            return self.lanes.get(node.hindi) or self._word(LANES.get(node.hindi, (node.hindi, node.hindi)))
        return node.said(self.language)

    def sign(self, mark: Mark) -> str:
        return STATES[mark.state][0]

    def state(self, mark: Mark | None) -> str:
        """Say a state by its word."""
        return self._word(STATES[mark.state][1:]) if mark else ""

    def signed(self, mark: Mark | None) -> str:
        """Say a state by its sign and its word."""
        return f"{self.sign(mark)} {self.state(mark)}" if mark else ""

    def badge(self, mark: Mark) -> str:
        """Say who holds a step and for how long, without the state's own word."""
        holder = self._word((mark.holder_hi or mark.holder_en, mark.holder_en or mark.holder_hi))
        return " · ".join(part for part in (holder, mark.since, self._days(mark)) if part)

    def _days(self, mark: Mark) -> str:
        if mark.days is None or mark.state not in _DAYS:
            return ""
        if mark.days == 0:
            return self._word(_LAST_DAY) if mark.state == "current" else ""
        return self._word((_ONE_DAY if mark.days == 1 else _DAYS)[mark.state]).format(mark.days)

    def title(self, node: Node, mark: Mark | None) -> str:
        parts = (self.name(node), self.state(mark), self.badge(mark) if mark else "")
        return ", ".join(part for part in parts if part)


class _Picture:
    """Draws one plane; keeps what is already taken, so that badges cover nothing."""

    def __init__(self, plane: Plane, look: _Look) -> None:
        self._plane, self._look = plane, look
        self._boxes: list[Box] = []
        self._badges: list[tuple[Node, Mark]] = []
        ends = [(link.source, link.target) for link in plane.links if link.id in look.path]
        self._passed = frozenset(node for pair in ends for node in pair)

    def svg(self) -> str:
        nodes = sorted(self._plane.nodes, key=_rank)
        ground = [self._node(node) for node in nodes if _rank(node)[0] <= _FRAME]
        flows = [self._flow(link) for link in self._plane.links]
        upon = [self._node(node) for node in nodes if _rank(node)[0] > _FRAME]
        labels = [self._beside(link) for link in self._plane.links]
        badges = [self._badge(node, mark) for node, mark in self._badges]
        box = _around(self._boxes)
        return element(
            "svg",
            "".join((self._heads(), *ground, *flows, *upon, *labels, *badges)),
            xmlns="http://www.w3.org/2000/svg",
            class_="bpmn",
            role="group",
            aria_label=self._plane.said(self._look.language),
            lang=self._look.language,
            width=box.width,
            height=box.height,
            font_size=SIZE,
            viewBox=f"{xy(box.x, box.y)} {xy(box.width, box.height)}",
        )

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
        return f"{self._plane.id}-head-{look}"

    def _node(self, node: Node) -> str:
        mark = None if node.kind in shapes.CONTAINERS else self._look.marks.get(node.id)
        self._boxes.append(node.box)
        if mark and not node.expanded:  # an open sub-process shows inside who holds what
            self._badges.append((node, mark))
        state = mark.state if mark else "passed" if self._is_passed(node) else ""
        title = shapes.titled(self._look.title(node, mark))
        name = f"node {shapes.family(node)} {state}".rstrip()
        group = element("g", title + self._body(node, mark), class_=name, data_element=node.id)
        address = self._look.links.get(node.id)
        return element("a", group, href=address) if address else group

    def _is_passed(self, node: Node) -> bool:
        """Say whether the case went through a gateway or event, of which records say nothing."""
        return node.kind.endswith(("Gateway", "Event")) and node.id in self._passed

    def _body(self, node: Node, mark: Mark | None) -> str:
        name = self._look.name(node)
        if node.kind in shapes.CONTAINERS:
            return shapes.container(node, name)
        if node.kind.endswith(("Event", "Gateway")):
            shape = shapes.event(node) if node.kind.endswith("Event") else shapes.gateway(node)
            return (
                shape
                + self._outside(node, name)
                + (shapes.sign(node.box, self._look.sign(mark)) if mark else "")
            )
        if node.kind in shapes.ARTIFACTS:
            inside = node.kind in {"textAnnotation", "group"}
            return shapes.artifact(node, name) + ("" if inside else self._outside(node, name))
        if node.expanded:
            return shapes.frame(node, name, self._look.signed(mark))
        riders = [other.box for other in self._plane.nodes if other.host == node.id]
        return shapes.activity(node, name, self._look.signed(mark), riders)

    def _outside(self, node: Node, name: str) -> str:
        return self._kept(shapes.outside(node, name))

    def _beside(self, link: Link) -> str:
        return self._kept(shapes.beside(link, link.said(self._look.language)))

    def _kept(self, label: tuple[str, Box] | None) -> str:
        if label is None:
            return ""
        self._boxes.append(label[1])
        return label[0]

    def _flow(self, link: Link) -> str:
        self._boxes.extend(Box(x, y, 0, 0) for x, y in link.points)
        is_taken = link.id in self._look.path
        head = "done" if is_taken else "open" if link.kind == "messageFlow" else "plain"
        return shapes.flow(link, self._head(head), taken=is_taken)

    def _badge(self, node: Node, mark: Mark) -> str:
        said = self._look.badge(mark)
        if not said:
            return ""
        signed = f"{self._look.sign(mark)} {said}"
        place = self._free_place(node.box, width(signed, SIZE) * _BOLD + 16)
        self._boxes.append(place)
        return element("g", shapes.badge(signed, place), class_=f"badge {mark.state}", aria_hidden="true")

    def _free_place(self, box: Box, broad: float) -> Box:
        """Find room for a badge near a shape: where it covers the fewest shapes, labels and corners of flows."""
        tops = [box.y - _BADGE - 4, box.bottom + 4, box.y - 2 * _BADGE - 8, box.bottom + _BADGE + 8]
        places = [Box(x, y, broad, _BADGE) for y in tops for x in (box.x, box.right - broad)]
        small = [one for one in self._boxes if one.height < _SMALL.height and one.width < _SMALL.width]
        return min(places, key=lambda place: sum(place.meets(one) for one in small))


def _rank(node: Node) -> tuple[int, float]:
    """Order shapes from the ground up: pools, lanes, open sub-processes by size, the rest, boundary events."""
    rank = _FRAME if node.expanded else _RANKS.get(node.kind, _SHAPE)
    return rank, -node.box.width * node.box.height if rank == _FRAME else 0.0


def _around(boxes: Iterable[Box]) -> Box:
    found = list(boxes)
    left, top = min(box.x for box in found) - _MARGIN, min(box.y for box in found) - _MARGIN
    right, bottom = max(box.right for box in found) + _MARGIN, max(box.bottom for box in found) + _MARGIN
    return Box(left, top, right - left, bottom - top)
