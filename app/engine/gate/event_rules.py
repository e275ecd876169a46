"""Rules about events: where they may be attached, what their timers say, which errors are caught."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.gate.findings import Finding
from app.engine.gate.reading import BPMN, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.engine.gate.reading import Node, Scope
    from app.engine.gate.release import Release

#: A boundary event needs something that takes time: nothing can happen to an instant.
_LASTING = frozenset({"userTask", "serviceTask", "callActivity", "subProcess"})


def boundary_loose(release: Release) -> Iterator[Finding]:
    """Refuse a boundary event that is attached to nothing that lasts: the engine never arms it."""
    for scope in release.scopes:
        for node in scope.of_kind("boundaryEvent"):
            host = scope.nodes.get(node.attached_to)
            if host is None or host.kind not in _LASTING:
                yield Finding(scope.file, node.id)


def timer_empty(release: Release) -> Iterator[Finding]:
    """Refuse a timer without exactly one time: the engine refuses it without naming the shape."""
    for diagram, _, node in release.nodes("boundaryEvent", "intermediateCatchEvent"):
        for definition in node.element.findall(f"{BPMN}timerEventDefinition"):
            if len(definition) != 1 or not text_of(definition[0]):
                yield Finding(diagram.file, node.id)


def error_uncaught(release: Release) -> Iterator[Finding]:
    """Refuse an error end that nobody around it catches: the case would stop without a word."""
    for scope in release.scopes:
        for node in scope.of_kind("endEvent"):
            definition = node.element.find(f"{BPMN}errorEventDefinition")
            if definition is None:
                continue
            thrown = _error_code(node, str(definition.get("errorRef") or ""))
            if thrown is None or thrown not in _caught_around(release, scope):
                yield Finding(scope.file, node.id)


def error_interrupting(release: Release) -> Iterator[Finding]:
    """Refuse an error event that does not interrupt, or sits on a task: the engine never fires it there."""
    for scope in release.scopes:
        for node in scope.of_kind("boundaryEvent"):
            host = scope.nodes.get(node.attached_to)
            holds = host is not None and host.kind in {"subProcess", "callActivity"}
            if node.element.find(f"{BPMN}errorEventDefinition") is not None and not (
                holds and node.is_interrupting
            ):
                yield Finding(scope.file, node.id)


def _error_code(node: Node, reference: str) -> str | None:
    """Return the code of the error that a definition names; None when there is none."""
    root = node.element.getroottree().getroot()
    for error in root.findall(f"{BPMN}error"):
        if error.get("id") == reference and error.get("errorCode"):
            return str(error.get("errorCode"))
    return None


def _caught_around(release: Release, scope: Scope) -> set[str | None]:
    """Return the codes caught on the sub-process that a scope is, or on every call of the process it is."""
    if scope.parent is not None:
        return _caught_on(scope.parent, scope.id)
    calls = release.calls.get(scope.id, [])
    caught = [_caught_on(caller, node.id) for caller, node in calls]
    return set.intersection(*caught) if caught else set()


def _caught_on(scope: Scope, node_id: str) -> set[str | None]:
    codes: set[str | None] = set()
    for event in scope.boundaries.get(node_id, ()):
        definition = event.element.find(f"{BPMN}errorEventDefinition")
        if definition is not None:
            codes.add(_error_code(event, str(definition.get("errorRef") or "")))
    return codes
