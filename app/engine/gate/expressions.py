"""Every FEEL text of a release's diagrams: where it stands, when it is asked, its tree or its fault."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from app.engine.gate.inference import judge
from app.engine.gate.names import visible
from app.engine.gate.reading import BPMN, CHOICES, SPIFF, text_of
from app.feel import FeelError, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.engine.gate.inference import Judgement
    from app.engine.gate.reading import Node, Scope
    from app.engine.gate.release import Release

Use = Literal["condition", "timer", "days", "parameter", "decision"]
#: Process id, and the node at which a token stands when the text is asked.
Place = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Expression:
    """One text; `element_id` is the shape to mark, `places` where it is asked (a decision: at several)."""

    file: str
    element_id: str
    places: tuple[Place, ...]
    use: Use
    text: str
    tree: Any = None
    fault: FeelError | None = None
    node: Node | None = None


def expressions(release: Release) -> tuple[Expression, ...]:
    """Return every text of the diagrams, parsed."""
    return release.once(
        "expressions",
        lambda: tuple(
            _parsed(one, release)
            for scope in release.scopes
            for one in (*_conditions(scope), *_timers(scope), *_of_tasks(scope))
        ),
    )


def judged(release: Release) -> tuple[tuple[Expression, Judgement], ...]:
    """Return every text of the diagrams that can be read, with what it reads and gives."""
    return release.once("judged", lambda: tuple(_judge_all(release)))


def _judge_all(release: Release) -> Iterator[tuple[Expression, Judgement]]:
    for one in expressions(release):
        if one.fault is None:
            yield one, judge(one.tree, visible(release, one.places[0][0]), release.known.functions)


def _parsed(one: Expression, release: Release) -> Expression:
    try:
        return replace(one, tree=parse(one.text, frozenset(release.known.functions)))
    except FeelError as fault:
        return replace(one, fault=fault)


def _conditions(scope: Scope) -> Iterator[Expression]:
    for source, flows in scope.outgoing.items():
        if scope.nodes[source].kind in CHOICES:
            for flow in flows:
                if flow.condition is not None:
                    yield _at(scope, flow.id, source, "condition", text_of(flow.condition))


def _timers(scope: Scope) -> Iterator[Expression]:
    for node in scope.of_kind("boundaryEvent", "intermediateCatchEvent"):
        for definition in node.element.findall(f"{BPMN}timerEventDefinition"):
            for time in definition:
                if text_of(time):
                    asked_at = node.attached_to or node.id
                    yield replace(_at(scope, node.id, asked_at, "timer", text_of(time)), node=node)


def _of_tasks(scope: Scope) -> Iterator[Expression]:
    for node in scope.of_kind("userTask"):
        if node.properties.get("days"):
            yield _at(scope, node.id, node.id, "days", node.properties["days"])
    for node in scope.of_kind("serviceTask"):
        for parameter in node.element.iter(f"{SPIFF}parameter"):
            if parameter.get("value"):
                yield _at(scope, node.id, node.id, "parameter", str(parameter.get("value")))


def _at(scope: Scope, element_id: str, asked_at: str, use: Use, text: str) -> Expression:
    return Expression(scope.file, element_id, ((scope.process.id, asked_at),), use, text)
