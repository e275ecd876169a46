"""Rules about single flows and gateways: attached, conditioned where the engine looks, with a default."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from app.engine.gate.findings import Finding
from app.engine.gate.reading import CHOICES, GATEWAYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.engine.gate.reading import Flow, Node, Scope
    from app.engine.gate.release import Release


def flow_loose(release: Release) -> Iterator[Finding]:
    """Refuse a flow that is not attached at both ends in one scope: the engine drops it, or dies."""
    for scope in release.scopes:
        for flow in scope.flows:
            if flow.source not in scope.nodes or flow.target not in scope.nodes:
                yield Finding(scope.file, flow.id)


def flow_doubled(release: Release) -> Iterator[Finding]:
    """Refuse two flows between one pair: a parallel gateway makes two tasks of one."""
    for scope in release.scopes:
        counted = Counter((flow.source, flow.target) for flow in scope.flows)
        seen: set[tuple[str, str]] = set()
        for flow in scope.flows:
            pair = flow.source, flow.target
            if counted[pair] > 1 and pair in seen:
                yield Finding(scope.file, flow.id, {"source": flow.source, "target": flow.target})
            seen.add(pair)


def flow_backwards(release: Release) -> Iterator[Finding]:
    """Refuse flows into a start or boundary event and out of an end: the engine goes on past the end."""
    for scope in release.scopes:
        for flow in scope.flows:
            source, target = scope.nodes.get(flow.source), scope.nodes.get(flow.target)
            into = target is not None and target.kind in {"startEvent", "boundaryEvent"}
            if into or (source is not None and source.kind == "endEvent"):
                yield Finding(scope.file, flow.id)


def fork_without_gateway(release: Release) -> Iterator[Finding]:
    """Refuse several flows out of a task or event: a reader takes them for a choice, BPMN for a fork."""
    for scope in release.scopes:
        for node in scope.nodes.values():
            if node.kind not in GATEWAYS and len(scope.outgoing.get(node.id, ())) > 1:
                yield Finding(scope.file, node.id)


def join_without_gateway(release: Release) -> Iterator[Finding]:
    """Refuse several flows into a task or event: one token each, and loops end the engine's parser."""
    for scope in release.scopes:
        for node in scope.nodes.values():
            if node.kind not in GATEWAYS | {"endEvent"} and len(scope.incoming.get(node.id, ())) > 1:
                yield Finding(scope.file, node.id)


def condition_ignored(release: Release) -> Iterator[Finding]:
    """Refuse a condition where the engine does not look: out of a task, event or parallel gateway."""
    for scope, source, flow in _flows(release):
        if source.kind not in CHOICES and flow.condition is not None:
            yield Finding(scope.file, flow.id, {"source": source.id})


def condition_on_default(release: Release) -> Iterator[Finding]:
    """Refuse a condition on the default flow: the engine takes it without asking."""
    for scope, source, flow in _flows(release):
        if source.kind in CHOICES and flow.condition is not None and source.element.get("default") == flow.id:
            yield Finding(scope.file, flow.id)


def condition_missing(release: Release) -> Iterator[Finding]:
    """Refuse a way out of a choice that says neither when it is taken nor that it is the default."""
    for scope, source, flow in _flows(release):
        is_choice = source.kind in CHOICES and len(scope.outgoing[source.id]) > 1
        if is_choice and flow.condition is None and source.element.get("default") != flow.id:
            yield Finding(scope.file, flow.id)


def condition_alone(release: Release) -> Iterator[Finding]:
    """Refuse a condition on the only way on: when it is not true the case dies."""
    for scope, source, flow in _flows(release):
        is_only = source.kind in CHOICES and len(scope.outgoing[source.id]) == 1
        if is_only and flow.condition is not None:
            yield Finding(scope.file, flow.id)


def default_missing(release: Release) -> Iterator[Finding]:
    """Refuse a choice without a default flow of its own: when no condition is true the case dies."""
    for scope in release.scopes:
        for node in scope.of_kind(*CHOICES):
            ways = scope.outgoing.get(node.id, [])
            if len(ways) > 1 and node.element.get("default") not in {flow.id for flow in ways}:
                yield Finding(scope.file, node.id)


def default_stray(release: Release) -> Iterator[Finding]:
    """Refuse a default that names a flow of another node: the engine passes over it in silence."""
    for scope in release.scopes:
        for node in scope.of_kind(*CHOICES):
            ways = {flow.id for flow in scope.outgoing.get(node.id, [])}
            if len(ways) <= 1 and node.element.get("default") not in ways | {None}:
                yield Finding(scope.file, node.id)


def _flows(release: Release) -> Iterator[tuple[Scope, Node, Flow]]:
    """Yield every attached flow with its scope and the node that it leaves."""
    for scope in release.scopes:
        for flows in scope.outgoing.values():
            for flow in flows:
                yield scope, scope.nodes[flow.source], flow
