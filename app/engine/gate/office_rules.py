"""Rules about whose a task is: lanes, roles, and the offices that follow from the unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.gate.findings import Finding
from app.engine.gate.reading import BPMN, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.engine.gate.reading import Diagram, Node, Scope
    from app.engine.gate.release import Release


def lane_unknown(release: Release) -> Iterator[Finding]:
    """Refuse a lane that is no kind of office: its tasks would lie in nobody's inbox."""
    for diagram in release.diagrams:
        for lane in diagram.root.iter(f"{BPMN}lane"):
            if lane.get("name") not in release.known.lanes:
                params = {
                    "lane": str(lane.get("name") or ""),
                    "lanes": ", ".join(sorted(release.known.lanes)),
                }
                yield Finding(diagram.file, str(lane.get("id") or ""), params)


def lane_reference(release: Release) -> Iterator[Finding]:
    """Refuse a lane that lists what is not there: the shape it was meant for has no lane."""
    for diagram in release.diagrams:
        for reference in diagram.root.iter(f"{BPMN}flowNodeRef"):
            if text_of(reference) not in diagram.nodes:
                lane = reference.getparent()
                lane_id = "" if lane is None else str(lane.get("id") or "")
                yield Finding(diagram.file, lane_id, {"id": text_of(reference)[:64]})


def lane_missing(release: Release) -> Iterator[Finding]:
    """Refuse a user task outside every lane: no office would see it."""
    for diagram, scope, node in release.nodes("userTask"):
        if not diagram.lanes(scope, node.id):
            yield Finding(diagram.file, node.id)


def lane_twice(release: Release) -> Iterator[Finding]:
    """Refuse a node in two lanes: the engine takes the last one listed, a reader the one drawn."""
    for diagram, _, node in release.nodes():
        if len(diagram.lanes_of.get(node.id, ())) > 1:
            yield Finding(diagram.file, node.id, {"lanes": ", ".join(diagram.lanes_of[node.id])})


def role_missing(release: Release) -> Iterator[Finding]:
    """Refuse a user task without a role that exists: it would lie in an inbox that nobody opens."""
    for diagram, scope, node in release.nodes("userTask"):
        role = node.properties.get("candidateRole", "")
        if role not in release.known.roles:
            kind = _office_kind(release, diagram, scope, node)
            here = [one for one, kinds in release.known.roles.items() if kind in kinds]
            told = ", ".join(sorted(here or release.known.roles))
            yield Finding(diagram.file, node.id, {"role": role, "roles": told})


def role_elsewhere(release: Release) -> Iterator[Finding]:
    """Refuse a role that does not sit in the lane's kind of office: no officer there could act."""
    for diagram, scope, node in release.nodes("userTask"):
        role = node.properties.get("candidateRole", "")
        kind = _office_kind(release, diagram, scope, node)
        if kind and role in release.known.roles and kind not in release.known.roles[role]:
            yield Finding(diagram.file, node.id, {"role": role, "lane": kind})


def unit_lane(release: Release) -> Iterator[Finding]:
    """Refuse a lane whose office follows from the unit where no unit is: no office would be found."""
    for diagram, scope, node in release.nodes("userTask"):
        kind = _office_kind(release, diagram, scope, node)
        if kind in release.known.unit_kinds and scope.process.id not in release.for_units:
            yield Finding(diagram.file, node.id, {"lane": kind})


def _office_kind(release: Release, diagram: Diagram, scope: Scope, node: Node) -> str:
    """Return the kind of office of the node's lane; empty when the lane is missing, unknown or one of two."""
    lanes = diagram.lanes(scope, node.id)
    return release.known.lanes.get(lanes[0], "") if len(lanes) == 1 else ""
