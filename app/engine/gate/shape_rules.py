"""Rules about the drawing: every node and flow has its shape, in numbers that a screen can show."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from app.engine.gate.findings import Finding
from app.engine.gate.reading import BPMN, BPMNDI, DC, DI, FLOW_NODES
from app.engine.xml import local_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from app.engine.gate.reading import Diagram
    from app.engine.gate.release import Release

MAX_COORDINATE = 100_000
_NEED_A_SHAPE = FLOW_NODES | {"lane", "participant", "textAnnotation"}
_NEED_AN_EDGE = frozenset({"sequenceFlow", "association"})


def shape_missing(release: Release) -> Iterator[Finding]:
    """Refuse a node or flow that is not drawn: the office could not see where a case stands."""
    for diagram in release.diagrams:
        shapes, edges = _drawn(diagram, "BPMNShape"), _drawn(diagram, "BPMNEdge")
        for element in diagram.root.iter():
            kind = local_name(element)
            needs_shape = kind in _NEED_A_SHAPE and element.get("id") not in shapes
            if str(element.tag).startswith(BPMN) and (
                needs_shape or (kind in _NEED_AN_EDGE and element.get("id") not in edges)
            ):
                yield Finding(diagram.file, str(element.get("id") or ""))


def shape_stray(release: Release) -> Iterator[Finding]:
    """Refuse a shape of nothing, or two shapes of one thing: the modeler opens it with a warning."""
    for diagram in release.diagrams:
        ids = {element.get("id") for element in diagram.root.iter() if str(element.tag).startswith(BPMN)}
        drawn = _drawn(diagram, "BPMNShape") + _drawn(diagram, "BPMNEdge") + _drawn(diagram, "BPMNPlane")
        for name, count in drawn.items():
            if name not in ids or count > 1:
                yield Finding(diagram.file, name, {"id": name[:64]})


def shape_bounds(release: Release) -> Iterator[Finding]:
    """Refuse coordinates that are no finite numbers of a screen's size: the drawing would be empty."""
    for diagram in release.diagrams:
        for bounds in diagram.root.iter(f"{DC}Bounds"):
            sized = min(_number(bounds, "width"), _number(bounds, "height")) > 0
            if not (sized and _is_on_screen(bounds, "x", "y", "width", "height")):
                yield Finding(diagram.file, _owner(bounds))
        for point in diagram.root.iter(f"{DI}waypoint"):
            if not _is_on_screen(point, "x", "y"):
                yield Finding(diagram.file, _owner(point))


def _drawn(diagram: Diagram, kind: str) -> Counter[str]:
    """Count how often each element id is drawn as this kind, with bounds or points."""
    found = diagram.root.iter(BPMNDI + kind)
    return Counter(str(one.get("bpmnElement") or "") for one in found if kind == "BPMNPlane" or len(one))


def _is_on_screen(element: _Element, *names: str) -> bool:
    return all(abs(_number(element, name)) <= MAX_COORDINATE for name in names)


def _number(element: _Element, name: str) -> float:
    """Return the coordinate, or not-a-number, which no comparison accepts."""
    try:
        return float(element.get(name, "nan"))
    except ValueError:
        return math.nan


def _owner(element: _Element) -> str:
    """Return the id of the element that a coordinate draws."""
    for ancestor in element.iterancestors():
        if ancestor.get("bpmnElement"):
            return str(ancestor.get("bpmnElement"))
    return ""
