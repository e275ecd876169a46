"""Rules about events: where they may be attached, what their timers say, which errors are caught."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.gate.findings import Finding
from app.engine.gate.reading import BPMN, error_code, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.engine.gate.reading import Scope
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
            thrown = error_code(node)
            if node.has_definition("errorEventDefinition") and (
                thrown is None or thrown not in _caught_around(release, scope)
            ):
                yield Finding(scope.file, node.id)


def error_interrupting(release: Release) -> Iterator[Finding]:
    """Refuse an error event that does not interrupt, or sits on a task: the engine never fires it there."""
    for scope in release.scopes:
        for node in scope.of_kind("boundaryEvent"):
            host = scope.nodes.get(node.attached_to)
            holds = host is not None and host.kind in {"subProcess", "callActivity"}
            if node.has_definition("errorEventDefinition") and not (holds and node.is_interrupting):
                yield Finding(scope.file, node.id)


def _caught_around(release: Release, scope: Scope) -> set[str | None]:
    """Return the codes caught on the sub-process that a scope is, or on every call of the process it is."""
    if scope.parent is not None:
        return _caught_on(scope.parent, scope.id)
    calls = release.calls.get(scope.id, [])
    caught = [_caught_on(caller, node.id) for caller, node in calls]
    return set.intersection(*caught) if caught else set()


def _caught_on(scope: Scope, node_id: str) -> set[str | None]:
    events = scope.boundaries.get(node_id, ())
    return {error_code(event) for event in events if event.has_definition("errorEventDefinition")}
