"""How each kind of BPMN shape and flow looks, drawn from its own coordinates."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from app.engine import symbols
from app.engine.diagram import Box, Point
from app.engine.lettering import width, wrap
from app.engine.svg import LINE, SIZE, bent, element, fitting, number, rect, rows, symbol, words, xy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.engine.diagram import Link, Node

CONTAINERS = frozenset({"participant", "lane"})
FRAMES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ARTIFACTS = frozenset({"textAnnotation", "group", "dataObjectReference", "dataStoreReference"})

BAND = 30.0  # the strip of a pool or lane that holds its name
_BAND_LINE = 13.5  # two rows must share that strip
_CORNER = 10.0
_TOP = 22.0  # what icon and state take of a task
_FOOT = 16.0
_AROUND = 110.0  # how wide the label of an event or gateway may be where the diagram does not say
_NARROWEST = 100.0  # a label has at least this room, or every word would have a row
_NARROWEST_FLOW = 60.0


def family(node: Node) -> str:
    """Name the classes of a shape's look."""
    if node.kind in FRAMES:
        return "frame" if node.expanded else "task sub"
    if node.kind in CONTAINERS or node.kind in ARTIFACTS:
        return node.kind
    if node.kind.endswith("Gateway"):
        return "gateway"
    if node.kind.endswith("Event"):
        return {"startEvent": "event start", "endEvent": "event end"}.get(node.kind, "event")
    return "task call" if node.kind == "callActivity" else "task"


def container(node: Node, name: str) -> str:
    """Draw a pool or lane, its name turned in the strip at its left."""
    box = node.box
    lines = wrap(name, box.height - 12, SIZE)[:2]
    middle = Point(box.x + BAND / 2, box.centre.y)
    strip = f"M{xy(box.x + BAND, box.y)}V{number(box.bottom)}"
    edge = element("path", d=strip) if node.kind == "participant" else ""
    label = rows(lines, middle, apart=_BAND_LINE if len(lines) > 1 else LINE)
    turned = element("g", label, transform=f"rotate(-90 {xy(*middle)})") if label else ""
    return rect(box) + edge + turned


def frame(node: Node, name: str, state: str) -> str:
    """Draw an open sub-process, its name and state inside its upper left corner."""
    said = " · ".join(part for part in (name, state) if part)
    return rect(node.box, _CORNER) + words(said, Point(node.box.x + 14, node.box.y + 20), "frame")


def activity(node: Node, name: str, state: str, riders: Sequence[Box]) -> str:
    """Draw a task, call or closed sub-process; the state is written where no boundary event rides."""
    box, feet = node.box, _feet(node)
    parts = [rect(box, _CORNER)]
    if node.kind == "transaction":
        parts.append(rect(Box(box.x + 3, box.y + 3, box.width - 6, box.height - 6), _CORNER - 2))
    if node.kind in symbols.TASKS:
        filled = "icon filled" if node.kind == "sendTask" else "icon"
        parts.append(symbol(filled, symbols.TASKS[node.kind], Point(box.x + 6, box.y + 5)))
    top = box.y + (_TOP if state or node.kind in symbols.TASKS else 4)
    bottom = box.bottom - (_FOOT if feet else 4)
    lines = wrap(name, box.width - 12, SIZE)
    parts.append(
        rows(lines, Point(box.centre.x, (top + bottom) / 2), apart=fitting(len(lines), bottom - top))
    )
    return "".join((*parts, feet, _state(box, state, riders)))


def _state(box: Box, state: str, riders: Sequence[Box]) -> str:
    if not state:
        return ""
    broad = width(state, SIZE)
    corners = [
        Box(x, y, broad, LINE)
        for y in (box.y + 4, box.bottom - LINE - 3)
        for x in (box.right - 7 - broad, box.x + 7)
    ]
    del corners[1]  # the icon's own
    free = [corner for corner in corners if not any(corner.meets(rider) for rider in riders)]
    place = (free or corners)[0]
    return words(state, Point(place.right, place.y + SIZE), "state")


def _feet(node: Node) -> str:
    """Draw what stands on the lower edge: how it repeats, and that its inside stands elsewhere."""
    marks = [symbols.REPEATS[node.repeats]] if node.repeats else []
    if node.kind in FRAMES and not node.expanded:
        marks.append(symbols.COLLAPSED)
    start = node.box.centre.x - 11 * (len(marks) - 1)
    places = (Point(start + 22 * at, node.box.bottom - 3) for at in range(len(marks)))
    return "".join(symbol("foot", mark, place) for mark, place in zip(marks, places, strict=True))


def event(node: Node) -> str:
    """Draw an event: thin to begin, thick to end, double between; broken where it does not interrupt."""
    centre, radius = node.box.centre, node.box.width / 2
    broken = "" if node.interrupting else " open"
    parts = [element("circle", class_=f"edge{broken}", cx=centre.x, cy=centre.y, r=radius)]
    if node.kind in {"boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"}:
        parts.append(element("circle", class_=f"ring{broken}", cx=centre.x, cy=centre.y, r=radius - 3))
    if node.trigger in symbols.TRIGGERS:
        thrown = node.kind in {"endEvent", "intermediateThrowEvent"} or node.trigger == "terminate"
        parts.append(symbol("icon filled" if thrown else "icon", symbols.TRIGGERS[node.trigger], centre))
    return "".join(parts)


def gateway(node: Node) -> str:
    """Draw a gateway: × chooses one way, + takes all, ○ takes some."""
    box, centre = node.box, node.box.centre
    corners = (xy(centre.x, box.y), xy(box.right, centre.y), xy(centre.x, box.bottom), xy(box.x, centre.y))
    choice = symbols.GATEWAYS.get(node.kind)
    edge = element("polygon", class_="edge", points=" ".join(corners))
    return edge + (symbol("choice", choice, centre) if choice else "")


def artifact(node: Node, name: str) -> str:
    """Draw a note, a group, a sheet or a store of data."""
    box = node.box
    if node.kind == "group":
        return rect(box, _CORNER)
    if node.kind == "textAnnotation":
        return _note(box, name)
    shape = symbols.STORE if node.kind == "dataStoreReference" else symbols.SHEET
    sized = f"translate({xy(box.x, box.y)}) scale({number(box.width / 100)} {number(box.height / 100)})"
    return element("path", class_="edge", d=shape, transform=sized)


def _note(box: Box, name: str) -> str:
    lines = wrap(name, box.width - 10, SIZE)
    bracket = f"M{xy(box.x + 10, box.y)}H{number(box.x)}V{number(box.bottom)}H{number(box.x + 10)}"
    first = box.centre.y - (len(lines) - 1) * LINE / 2 + SIZE / 3
    written = (words(line, Point(box.x + 8, first + at * LINE)) for at, line in enumerate(lines))
    return element("path", d=bracket) + "".join(written)


def sign(box: Box, mark: str) -> str:
    """Put a state's sign at the upper right of a shape too small for its word."""
    at = Point(box.right - 3, box.y + 3)
    letter = words(mark, Point(at.x, at.y + 4.5), anchor="middle")
    return element("g", element("circle", cx=at.x, cy=at.y, r=8) + letter, class_="sign")


def outside(node: Node, name: str) -> tuple[str, Box] | None:
    """Write the label of a shape that has no room inside, and tell where it stands; None without a name."""
    place = node.label or Box(node.box.centre.x - _AROUND / 2, node.box.bottom + 4, _AROUND, LINE)
    side = "right" if place.x > node.box.centre.x else "left" if place.right < node.box.centre.x else "middle"
    upwards = place.centre.y < node.box.y
    return _label(name, place, max(place.width, _NARROWEST), upwards=upwards, side=side)


def beside(link: Link, name: str) -> tuple[str, Box] | None:
    """Write the label of a flow where the diagram wants it, else near its begin."""
    (from_x, from_y), (to_x, to_y) = link.points[0], link.points[1]
    middle = Point((from_x + to_x) / 2, (from_y + to_y) / 2)
    place = link.label or Box(middle.x - _AROUND / 2, middle.y - LINE - 4, _AROUND, LINE)
    return _label(name, place, max(place.width, _NARROWEST_FLOW), upwards=True)


def _label(
    name: str, place: Box, room: float, *, upwards: bool, side: str = "middle"
) -> tuple[str, Box] | None:
    """Write rows where the diagram wants them; ours may be larger, and grow away from what they name."""
    lines = wrap(name, room, SIZE)
    if not lines:
        return None
    broad, tall = max(width(line, SIZE) for line in lines), len(lines) * LINE
    top = place.bottom - tall if upwards else place.y
    left = {"right": place.x, "left": place.right - broad}.get(side, place.centre.x - broad / 2)
    box = Box(left, top, broad, tall)
    return rows(lines, box.centre, "label outside"), box


def flow(link: Link, head: str, state: str) -> str:
    """Draw a flow with its head, the stroke of a default or the diamond of a condition; `state` names its look."""
    kind = {"sequenceFlow": "flow", "messageFlow": "message"}.get(link.kind, "association")
    end = None if kind == "association" else f"url(#{head})"
    line = element("path", class_=f"{kind} {state}".rstrip(), d=bent(link.points), marker_end=end)
    return line + _tail(link)


def _tail(link: Link) -> str:
    start, after = link.points[0], link.points[1]
    length = ((after.x - start.x) ** 2 + (after.y - start.y) ** 2) ** 0.5 or 1.0
    way = Point((after.x - start.x) / length, (after.y - start.y) / length)
    if link.default:
        x, y = start.x + way.x * 12, start.y + way.y * 12
        return element("path", class_="flow default", d=f"M{xy(x - 4, y - 5)}L{xy(x + 4, y + 5)}")
    if link.conditional:
        x, y = start.x + way.x * 8, start.y + way.y * 8
        return element("path", class_="flow condition", d=f"M{xy(x - 8, y)}l8-5 8 5-8 5z")
    return ""


def badge(said: str, place: Box) -> str:
    """Draw a rounded plate with one row of text."""
    row = words(said, Point(place.centre.x, place.centre.y + SIZE / 3), anchor="middle")
    return rect(place, place.height / 2) + row


def titled(said: str) -> str:
    return element("title", escape(said)) if said else ""
