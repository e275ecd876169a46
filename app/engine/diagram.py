"""A BPMN file as shapes on planes: what stands where, how it is joined, what it is called."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from lxml import etree

from app.engine.xml import load_xml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
        return (
            self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom
        )


@dataclass(frozen=True, slots=True)
class Node:
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

    def said(self, language: Language) -> str:
        return (self.hindi or self.english) if language == "hi" else (self.english or self.hindi)


@dataclass(frozen=True, slots=True)
class Link:
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

    def said(self, language: Language) -> str:
        return (self.hindi or self.english) if language == "hi" else (self.english or self.hindi)


@dataclass(frozen=True, slots=True)
class Plane:
    """One drawing: the main one, or the inside of a collapsed sub-process."""

    id: str
    hindi: str
    english: str
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]

    def said(self, language: Language) -> str:
        return (self.hindi or self.english) if language == "hi" else (self.english or self.hindi)


@dataclass(frozen=True, slots=True)
class Route:
    """The flows of a file, whatever is drawn: which node leads to which."""

    kinds: Mapping[str, str]
    flows: Mapping[str, tuple[str, str]]  # flow id -> (source, target), in the file's order
    children: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # sub-process or process -> nodes
    hosts: Mapping[str, str] = field(default_factory=dict)  # boundary event -> task


@dataclass(frozen=True, slots=True)
class Diagram:
    planes: tuple[Plane, ...]
    route: Route
    names: Mapping[str, tuple[str, str]]  # every element -> (Hindi, English)


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
    names = {key: _names(one) for key, one in elements.items()}
    return Diagram(tuple(plane for plane in planes if plane.nodes), _route(elements), names)


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
    hosts = {key: elements[key].get("attachedToRef", "") for key in kinds if kinds[key] == "boundaryEvent"}
    return Route(kinds, flows, {key: tuple(nodes) for key, nodes in children.items()}, hosts)


def is_flow_node(kind: str) -> bool:
    """Say whether a BPMN kind is something a token stands on."""
    return kind.endswith(("Task", "Event", "Gateway")) or kind in {
        "task",
        "subProcess",
        "callActivity",
        "transaction",
    }


class OutlineStep(NamedTuple):
    """One node in the order of the flow."""

    element_id: str
    kind: str
    label: str


def outline(xml: bytes, language: Language) -> list[OutlineStep]:
    """List every node in the order in which a case meets it: a sub-process before what it holds.

    Loops are followed once; what nothing leads to comes last. For the step list of a telephone.
    """
    diagram = read(xml)
    route = diagram.route
    order: list[str] = []
    for key, kind in route.kinds.items():
        if kind == "process":
            order.extend(_in_order(key, route))
    said = (0, 1) if language == "hi" else (1, 0)
    return [
        OutlineStep(
            key, route.kinds[key], next((diagram.names[key][at] for at in said if diagram.names[key][at]), "")
        )
        for key in order
    ]


def _in_order(parent: str, route: Route) -> Iterator[str]:
    """Yield the nodes of one level by reverse post-order of the flow, each followed by what it holds."""
    nodes = route.children.get(parent, ())
    after: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in route.flows.values():
        if source in after and target in after:
            after[source].append(target)
    for event, host in route.hosts.items():
        if event in after and host in after:
            after[host].append(event)
    reached = {target for targets in after.values() for target in targets}
    starts = [node for node in nodes if route.kinds[node] == "startEvent"]
    seen: set[str] = set()
    for start in [*starts, *(node for node in nodes if node not in reached), *nodes]:
        if start not in seen:
            for node in _from(start, after, seen):
                yield node
                yield from _in_order(node, route)


def _from(start: str, after: Mapping[str, list[str]], seen: set[str]) -> list[str]:
    """Return what can be reached from a node and was not yet seen, each before what it leads to."""
    done: list[str] = []
    stack = [(start, iter(reversed(after[start])))]
    seen.add(start)
    while stack:
        node, following = stack[-1]
        ahead = next((one for one in following if one not in seen), None)
        if ahead is None:
            done.append(node)
            stack.pop()
        else:
            seen.add(ahead)
            stack.append((ahead, iter(reversed(after[ahead]))))
    return done[::-1]
