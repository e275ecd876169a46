"""A BPMN file as shapes on planes: what stands where, how it is joined, what it is called."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from lxml import etree

from app.engine.xml import load_xml

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from lxml.etree import _Element

Language = Literal["hi", "en"]

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_DC = "{http://www.omg.org/spec/DD/20100524/DC}"
_DI = "{http://www.omg.org/spec/DD/20100524/DI}"
_SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
_FURTHEST = 50_000.0  # no drawing is larger, in pixels


class DiagramFault(ValueError):
    """The file cannot be drawn.

    `code` is no_plane (it holds no drawing at all), no_shapes (the drawing is empty), no_element (a shape of
    nothing), no_place (a shape or flow without coordinates), or bad_number.
    """

    def __init__(self, code: str, element_id: str = "") -> None:
        super().__init__(f"{code}: {element_id}" if element_id else code)
        self.code, self.element_id = code, element_id


class Point(NamedTuple):
    x: float
    y: float


class Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def centre(self) -> Point:
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    def meets(self, other: Box) -> bool:
        """Say whether the two share some area."""
        return (
            self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom
        )

    def touches(self, other: Box) -> bool:
        """Say whether the two meet, a box without width or height included."""
        return (
            self.x <= other.right
            and other.x <= self.right
            and self.y <= other.bottom
            and other.y <= self.bottom
        )

    def shared(self, other: Box) -> float:
        """Return the area that the two share; of a point in this box, one."""
        across = min(self.right, other.right) - max(self.x, other.x)
        down = min(self.bottom, other.bottom) - max(self.y, other.y)
        return max(1.0, across * down) if across >= 0 and down >= 0 and self.meets(other) else 0.0


class Labelled:
    """What is drawn with a text: where one language is missing the other stands in."""

    __slots__ = ()
    hindi: str
    english: str

    def said(self, language: Language) -> str:
        return (self.hindi or self.english) if language == "hi" else (self.english or self.hindi)


@dataclass(frozen=True, slots=True)
class Node(Labelled):
    """One shape. `kind` is its BPMN name (userTask...), `trigger` what an event waits for (timer...)."""

    id: str
    kind: str
    hindi: str
    english: str
    box: Box
    label: Box | None = None
    trigger: str = ""
    interrupting: bool = True
    expanded: bool = False
    repeats: Literal["", "parallel", "sequential", "loop"] = ""
    host: str = ""  # of a boundary event


@dataclass(frozen=True, slots=True)
class Link(Labelled):
    """One flow, message flow or association, from waypoint to waypoint."""

    id: str
    kind: str
    hindi: str
    english: str
    points: tuple[Point, ...]
    label: Box | None = None
    source: str = ""
    target: str = ""
    default: bool = False
    conditional: bool = False  # a condition without a gateway


@dataclass(frozen=True, slots=True)
class Plane(Labelled):
    """One drawing: the main one, or the inside of a collapsed sub-process."""

    id: str
    hindi: str
    english: str
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """The flows of a file, whatever is drawn: which node leads to which."""

    kinds: Mapping[str, str]
    flows: Mapping[str, tuple[str, str]]  # flow id -> (source, target), in the file's order
    children: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # sub-process or process -> nodes
    conditions: Mapping[str, str] = field(default_factory=dict)  # flow -> FEEL
    defaults: frozenset[str] = frozenset()  # flows that are taken when no condition holds
    calls: Mapping[str, str] = field(default_factory=dict)  # call activity -> process


@dataclass(frozen=True, slots=True)
class Diagram:
    planes: tuple[Plane, ...]
    route: Route


@lru_cache(maxsize=16)
def read(xml: bytes) -> Diagram:
    """Read a BPMN file. Raises XmlRefused for bad XML and DiagramFault for a drawing that is not there."""
    root = load_xml(xml)
    # Only BPMN's own: the id of a service operator may be that of its task.
    elements = {str(one.get("id")): one for one in root.iter(f"{_BPMN}*") if one.get("id")}
    planes = tuple(_plane(plane, elements) for plane in root.iter(f"{_BPMNDI}BPMNPlane"))
    if not planes:
        raise DiagramFault("no_plane")
    if not planes[0].nodes:
        raise DiagramFault("no_shapes", planes[0].id)
    return Diagram(tuple(plane for plane in planes if plane.nodes), _route(elements))


def _local(element: _Element) -> str:
    return str(etree.QName(element).localname)


def _names(element: _Element) -> tuple[str, str]:
    """Return the Hindi and the English name: the attribute, and the property `label_en`."""
    if _local(element) == "textAnnotation":
        text = " ".join((element.findtext(f"{_BPMN}text") or "").split())
        return text, text
    path = f"{_BPMN}extensionElements/{_SPIFF}properties/{_SPIFF}property"
    english = next(
        (one.get("value", "") for one in element.iterfind(path) if one.get("name") == "label_en"), ""
    )
    return element.get("name", ""), english


def _plane(plane: _Element, elements: Mapping[str, _Element]) -> Plane:
    owner = elements.get(plane.get("bpmnElement", ""))
    if owner is None:
        raise DiagramFault("no_element", str(plane.get("bpmnElement")))
    if _local(owner) == "collaboration":  # it has no name of its own: its first pool's
        owner = next(owner.iterfind(f"{_BPMN}participant"), owner)
        owner = elements.get(owner.get("processRef", ""), owner)
    return Plane(
        str(plane.get("id") or owner.get("id")),
        *_names(owner),
        nodes=tuple(_node(shape, elements) for shape in plane.iterfind(f"{_BPMNDI}BPMNShape")),
        links=tuple(_link(edge, elements) for edge in plane.iterfind(f"{_BPMNDI}BPMNEdge")),
    )


def _drawn(shape: _Element, elements: Mapping[str, _Element]) -> _Element:
    element = elements.get(shape.get("bpmnElement", ""))
    if element is None:
        raise DiagramFault("no_element", str(shape.get("bpmnElement") or shape.get("id")))
    return element


def _node(shape: _Element, elements: Mapping[str, _Element]) -> Node:
    element = _drawn(shape, elements)
    bounds = shape.find(f"{_DC}Bounds")
    if bounds is None:
        raise DiagramFault("no_place", str(element.get("id")))
    # An interrupting event says so by an attribute whose name depends on its kind; absent means yes.
    interrupts = element.get("cancelActivity", element.get("isInterrupting", "true")) in {"true", "1"}
    return Node(
        str(element.get("id")),
        _local(element),
        *_drawn_names(element, elements),
        box=_box(bounds),
        label=_label(shape),
        trigger=_trigger(element),
        interrupting=interrupts,
        expanded=shape.get("isExpanded") == "true",
        repeats=_repeats(element),
        host=element.get("attachedToRef", ""),
    )


def _drawn_names(element: _Element, elements: Mapping[str, _Element]) -> tuple[str, str]:
    """Return the names; a pool bears the English one of its process, for a participant has no properties."""
    hindi, english = _names(element)
    process = elements.get(element.get("processRef", ""))
    return hindi, english or (_names(process)[1] if process is not None else "")


def _trigger(element: _Element) -> str:
    for child in element:
        name = _local(child)
        if name.endswith("EventDefinition"):
            return name.removesuffix("EventDefinition")
    return ""


def _repeats(element: _Element) -> Literal["", "parallel", "sequential", "loop"]:
    many = element.find(f"{_BPMN}multiInstanceLoopCharacteristics")
    if many is not None:
        return "sequential" if many.get("isSequential") == "true" else "parallel"
    return "loop" if element.find(f"{_BPMN}standardLoopCharacteristics") is not None else ""


def _link(edge: _Element, elements: Mapping[str, _Element]) -> Link:
    element = _drawn(edge, elements)
    points = tuple(Point(_number(one, "x"), _number(one, "y")) for one in edge.iterfind(f"{_DI}waypoint"))
    if len(points) < 2:  # noqa: PLR2004 - a line has two ends
        raise DiagramFault("no_place", str(element.get("id")))
    source = elements.get(element.get("sourceRef", ""))
    default = source is not None and source.get("default") == element.get("id")
    condition = element.find(f"{_BPMN}conditionExpression") is not None
    from_gateway = source is not None and _local(source).endswith("Gateway")
    return Link(
        str(element.get("id")),
        _local(element),
        *_names(element),
        points=points,
        label=_label(edge),
        source=element.get("sourceRef", ""),
        target=element.get("targetRef", ""),
        default=default,
        conditional=condition and not from_gateway,
    )


def _label(shape: _Element) -> Box | None:
    bounds = shape.find(f"{_BPMNDI}BPMNLabel/{_DC}Bounds")
    return None if bounds is None else _box(bounds)


def _box(bounds: _Element) -> Box:
    return Box(*(_number(bounds, name) for name in ("x", "y", "width", "height")))


def _number(element: _Element, name: str) -> float:
    try:
        value = float(element.get(name, ""))
    except ValueError:
        value = math.nan
    if not abs(value) <= _FURTHEST:  # not a number is neither
        parent = element.getparent()
        raise DiagramFault("bad_number", "" if parent is None else str(parent.get("bpmnElement")))
    return value


def _route(elements: Mapping[str, _Element]) -> Route:
    kinds = {key: _local(one) for key, one in elements.items()}
    flows = {
        key: (elements[key].get("sourceRef", ""), elements[key].get("targetRef", ""))
        for key, kind in kinds.items()
        if kind == "sequenceFlow"
    }
    children: dict[str, list[str]] = {}
    for key, kind in kinds.items():
        if is_flow_node(kind):
            parent = elements[key].getparent()
            children.setdefault(str(parent.get("id")) if parent is not None else "", []).append(key)
    texts = {key: elements[key].findtext(f"{_BPMN}conditionExpression") for key in flows}
    return Route(
        kinds,
        flows,
        {key: tuple(nodes) for key, nodes in children.items()},
        conditions={key: text.strip() for key, text in texts.items() if text},
        defaults=frozenset(str(one.get("default")) for one in elements.values() if one.get("default")),
        calls={
            key: str(one.get("calledElement")) for key, one in elements.items() if one.get("calledElement")
        },
    )


def is_flow_node(kind: str) -> bool:
    """Say whether a BPMN kind is something a token stands on."""
    return kind.endswith(("Task", "Event", "Gateway")) or kind in {
        "task",
        "subProcess",
        "callActivity",
        "transaction",
    }


def calls(xml: bytes) -> Mapping[str, str]:
    """Tell which process every call of a file begins: call activity -> process id."""
    return read(xml).route.calls


def ends(xml: bytes) -> tuple[str, ...]:
    """Tell the end events of a file."""
    return tuple(key for key, kind in read(xml).route.kinds.items() if kind == "endEvent")


def contents(diagrams: Collection[bytes]) -> dict[str, frozenset[str]]:
    """Tell what every sub-process and every call holds, however deep: its id -> the ids of the nodes in it."""
    inside: dict[str, tuple[str, ...]] = {}
    for xml in diagrams:
        inside |= read(xml).route.children
    for xml in diagrams:
        inside |= {call: inside.get(process, ()) for call, process in calls(xml).items()}
    return {key: _held(key, inside) for key in inside}


def _held(key: str, inside: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    found: set[str] = set()
    waiting = [key]
    while waiting:
        held = [one for one in inside.get(waiting.pop(), ()) if one not in found]
        found.update(held)
        waiting.extend(held)
    return frozenset(found)
