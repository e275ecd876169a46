"""FEEL where SpiffWorkflow would run Python: one step's engine of expressions, decisions and time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app import feel
from app.domain.errors import RouteStuck
from app.engine.decisions import DecisionFailed
from app.engine.places import element_of, path_of, place_of
from app.engine.steps import Move
from app.engine.values import plain, revive

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from app.engine.decisions import DecisionModel
    from app.engine.steps import Host, MoveKind
    from app.feel.reads import Path

#: What the host reads for decisions and expressions; never part of a case's engine data.
FACTS = frozenset({"requisition", "intake", "findings"})
WORKING_DAYS_AFTER = "working days after"
FUNCTION_NAMES = frozenset({WORKING_DAYS_AFTER})

_MAX_DUE = 20  # instants of one timer; a reminder a day for a month is no reminder


@dataclass(frozen=True, slots=True)
class Expression:
    """A FEEL text made ready: its tree, and the paths it reads."""

    text: str
    tree: feel.Tree
    reads: frozenset[tuple[str, ...]]


@lru_cache(maxsize=2048)
def expression(text: str) -> Expression:
    """Parse a FEEL text once per process. Raises feel.FeelError."""
    tree = feel.parse(text, FUNCTION_NAMES)
    return Expression(text, tree, feel.names_read(tree))


class StepEngine:
    """What SpiffWorkflow asks during one step: expressions, decisions, `now`. It refuses scripts and services."""

    environment = None

    def __init__(self, decisions: Mapping[str, DecisionModel], host: Host, now: datetime) -> None:
        self.now = now
        self.moves: list[Move] = []
        self._decisions = decisions
        self._host = host
        self._facts: Mapping[str, Any] | None = None
        self._reads: set[Path] = set()
        self._functions: dict[str, Any] = {
            WORKING_DAYS_AFTER: feel.Function(("days",), self._working_days_after)
        }

    @property
    def reads(self) -> frozenset[Path] | None:
        """The paths of all values that were asked for so far; None where the host's facts were, too."""
        return frozenset(self._reads) if self._facts is None else None

    def evaluate(self, task: Any, text: str, _external_context: Any = None) -> Any:
        """Return the value of a FEEL text over the task's data (SpiffWorkflow's own entry)."""
        return self.value(text, task.data, task.task_spec.name)

    def execute(self, task: Any, _script: str, _external_context: Any = None) -> None:
        """Refuse: no script runs here."""
        raise RouteStuck("script_refused", task.task_spec.name)

    def call_service(self, task: Any, **_call: Any) -> None:
        """Refuse: a service is a job, done by a worker after the step."""
        raise RouteStuck("service_refused", task.task_spec.name)

    def note(self, kind: MoveKind, task: Any, routing: Mapping[str, Any] | None = None) -> None:
        """Remember what happens to a task now, with the unit that it belongs to at this moment."""
        unit = place_of(task.workflow).unit(task)
        self.moves.append(Move(kind, element_of(task), path_of(task), unit, routing or {}))

    def value(self, text: str, data: Mapping[str, Any], element_id: str) -> Any:
        """Return the value of a FEEL text. Raises RouteStuck `expression_refused` if it is none."""
        known = _ready(text, element_id)
        context = self._context(known.reads, data)
        return feel.evaluate(known.tree, context, self._functions)

    def truth(self, text: str, data: Mapping[str, Any], element_id: str) -> bool:
        """Return whether a condition holds; one that is neither true nor false is never taken for false.

        Raises RouteStuck `value_missing` when a value that it reads was never given, `condition_null` when
        the answer is no truth value.
        """
        known = _ready(text, element_id)
        context = self._context(known.reads, data)
        for path in known.reads:
            if _is_missing(path, context):
                raise RouteStuck("value_missing", element_id, name=".".join(path))
        answer = feel.evaluate(known.tree, context, self._functions)
        if not isinstance(answer, bool):
            raise RouteStuck("condition_null", element_id, expression=text)
        return answer

    def number(self, text: str, data: Mapping[str, Any], element_id: str) -> int | float | str:
        """Return a number as it is kept. Raises RouteStuck `days_null` if the text gives none."""
        answer = self.value(text, data, element_id)
        if isinstance(answer, bool) or not isinstance(answer, Decimal | int):
            raise RouteStuck("days_null", element_id, expression=text)
        kept: int | float | str = plain(answer, element_id)
        return kept

    def instants(self, text: str, data: Mapping[str, Any], element_id: str) -> list[int]:
        """Return when a timer is due, in seconds since 1970, earliest first.

        The text gives an ISO instant with its offset, a date and time, a duration from `now`, or a list of
        them. Raises RouteStuck `timer_null` for anything else.
        """
        answer = self.value(text, data, element_id)
        given = answer if isinstance(answer, list) else [answer]
        found = [self._instant(one) for one in given]
        if not found or len(found) > _MAX_DUE or None in found:
            raise RouteStuck("timer_null", element_id, expression=text)
        return sorted({one for one in found if one is not None})

    def decide(self, decision_id: str, data: Mapping[str, Any], element_id: str) -> Any:
        """Return what a decision says, plain. Raises RouteStuck when it has no answer."""
        model = self._decisions.get(decision_id)
        if model is None:
            raise RouteStuck("decision_missing", element_id, decision=decision_id)
        try:
            context = self._context(model.inputs(decision_id), data)
            answer = model.decide(decision_id, context, self._functions)
        except DecisionFailed as failed:
            raise RouteStuck(
                "decision_failed", element_id, decision=decision_id, reason=failed.code
            ) from failed
        if answer is None:
            raise RouteStuck("decision_null", element_id, decision=decision_id)
        return plain(answer, element_id)

    def _context(self, paths: Collection[Path], data: Mapping[str, Any]) -> dict[str, Any]:
        """Gather the values of some names; the host's facts are read when the first of them is named."""
        self._reads.update(paths)
        names = {path[0] for path in paths}
        context = {name: revive(data[name]) for name in names if name in data}
        for name in FACTS.intersection(names) - context.keys():
            if self._facts is None:
                self._facts = self._host.facts()
            if name in self._facts:
                context[name] = revive(self._facts[name])
        return context

    def _working_days_after(self, days: Any) -> str | None:
        """FEEL's `working days after(n)`: null for what is no number."""
        if isinstance(days, bool) or not isinstance(days, Decimal | int):
            return None
        return self._host.working_days_after(days)

    def _instant(self, value: Any) -> int | None:
        """Return one due instant in whole seconds, None for what is none."""
        if isinstance(value, feel.DaysDuration):
            return _seconds(self.now + timedelta(seconds=float(value.seconds)))
        if isinstance(value, str):
            value = revive(value)
        if isinstance(value, datetime) and value.tzinfo is not None:
            return _seconds(value)
        return None


def instant_of(seconds: int) -> datetime:
    """Return the aware UTC instant of kept seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def _seconds(at: datetime) -> int:
    """Return whole seconds, rounded up: a timer never fires early."""
    return -int(-at.timestamp() // 1)


def _ready(text: str, element_id: str) -> Expression:
    try:
        return expression(text)
    except feel.FeelError as error:
        raise RouteStuck("expression_refused", element_id, expression=text, reason=error.key) from error


def _is_missing(path: tuple[str, ...], context: Mapping[str, Any]) -> bool:
    """Say whether a value was never given: no such key, or no such field in a context that is there."""
    if path[0] not in context:
        return True
    top = context[path[0]]
    return len(path) > 1 and isinstance(top, dict) and path[1] not in top
