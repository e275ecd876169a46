"""Rules about the FEEL of diagrams: it parses, reads what is there by then, and gives what is asked for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.engine.decisions import DecisionRefused
from app.engine.gate.asked import judged_cells
from app.engine.gate.expressions import expressions, judged
from app.engine.gate.findings import Finding
from app.engine.gate.id_rules import reserved_reason
from app.engine.gate.journey import filled
from app.engine.gate.reading import PRODUCERS
from app.engine.gate.results import NUMBER
from app.feel import DaysDuration, evaluate, names_read
from app.feel.values import kind, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.engine.gate.expressions import Expression
    from app.engine.gate.inference import Judgement
    from app.engine.gate.known import FieldReads
    from app.engine.gate.release import Release

MAX_DAYS = 366
MAX_INSTANTS = 20
_SECONDS_A_DAY = 86_400
_SHOWN = 80
#: A decision may have a row for what is not there, a job may do without.
_MAY_READ_NULL = frozenset({"parameter", "decision"})
_OPEN = frozenset({"P2", "P3", "P4"})
_TIMES = frozenset({"instant", "date and time", "days and time duration", "Any"})


def feel_syntax(release: Release) -> Iterator[Finding]:
    """Refuse what is not FEEL: the engine would die of it when a case comes there."""
    for one in expressions(release):
        if one.fault is not None:
            yield Finding(one.file, one.element_id, _fault(one.text, one.fault.position, one.fault.key))
    for file, model in release.models.items():
        for problem in model.problems if isinstance(model, DecisionRefused) else ():
            if problem.rule.startswith("feel."):
                text, position = str(problem.params.get("text", "")), int(problem.params.get("position", 0))
                yield Finding(file, problem.element_id, _fault(text, position, problem.rule))


def function_unknown(release: Release) -> Iterator[Finding]:
    """Refuse functions that are not there: they give null, and null is an incident."""
    for one, judgement in _all(release):
        for name in judgement.functions:
            yield Finding(one.file, one.element_id, {"name": name[:_SHOWN]})


def name_unknown(release: Release) -> Iterator[Finding]:
    """Refuse names that nothing fills: the case would stop there, or take the wrong way for ever."""
    for one, judgement in _all(release):
        for name in dict.fromkeys(judgement.unknown):
            yield Finding(one.file, one.element_id, {"name": name[:_SHOWN]})


def name_too_early(release: Release) -> Iterator[Finding]:
    """Refuse to read an answer on a way on which nobody has given it: the case would stop there."""
    producers = {node.id: node for _, _, node in release.nodes(*PRODUCERS)}
    for one, judgement in _all(release):
        bad = {"never"} if one.use in _MAY_READ_NULL else {"never", "sometimes"}
        for name in sorted({dotted.partition(".")[0] for dotted in judgement.reads} & producers.keys()):
            if any(filled(release, producers[name], *place) in bad for place in one.places):
                yield Finding(one.file, one.element_id, {"name": name})


def personal_value(release: Release) -> Iterator[Finding]:
    """Refuse to route by a personal text: the engine's memory holds codes and numbers only."""
    producers = {node.id for _, _, node in release.nodes(*PRODUCERS)}
    for one, judgement in _all(release):
        for dotted, reads in judgement.reads.items():
            if dotted.partition(".")[0] in producers and _is_personal(reads):
                yield Finding(one.file, one.element_id, {"name": dotted, "pii": reads.pii})


def code_unknown(release: Release) -> Iterator[Finding]:
    """Refuse to compare with a code that its list does not hold: the way would never be taken."""
    for one, judgement in _all(release):
        for name, code, codes in judgement.codes:
            params = {"name": name, "code": code[:_SHOWN], "codes": ", ".join(sorted(codes))}
            yield Finding(one.file, one.element_id, params)


def type_mismatch(release: Release) -> Iterator[Finding]:
    """Refuse to compare or reckon what cannot go together: it gives null, and null is an incident."""
    for one, judgement in _all(release):
        for left, right in judgement.mismatched:
            yield Finding(one.file, one.element_id, {"left": left, "right": right})


def condition_type(release: Release) -> Iterator[Finding]:
    """Refuse a condition that is no truth value: the stock engine takes any text for true."""
    for one, judgement in judged(release):
        if one.use != "condition" or judgement.functions:
            continue
        fixed = _fixed(one, release)
        gives = judgement.gives.type if fixed is None else kind(fixed[0])
        if gives not in {"boolean", "Any"}:
            yield Finding(one.file, one.element_id, {"type": gives})


def days_type(release: Release) -> Iterator[Finding]:
    """Refuse days that are no number of a year: the clock of the office would not start."""
    for one, judgement in judged(release):
        if one.use != "days":
            continue
        fixed = _fixed(one, release)
        amount = None if fixed is None else number(fixed[0])
        wrong_type = judgement.gives.type not in {NUMBER.type, "Any"}
        if wrong_type or (fixed is not None and (amount is None or not 0 <= amount <= MAX_DAYS)):
            yield Finding(one.file, one.element_id, {"limit": MAX_DAYS})


def timer_type(release: Release) -> Iterator[Finding]:
    """Refuse a timer that gives neither instants nor a duration: the case would stop when it is armed."""
    for one, judgement in judged(release):
        if one.use != "timer":
            continue
        fixed = _fixed(one, release)
        if fixed is None:
            gives = _single(judgement.gives).type
            bad = gives not in _TIMES
        else:
            gives = judgement.gives.type
            values = fixed[0] if isinstance(fixed[0], list) else fixed
            bad = not values or not all(_is_time(value) for value in values)
        if bad:
            yield Finding(one.file, one.element_id, {"type": gives})


def timer_range(release: Release) -> Iterator[Finding]:
    """Refuse fixed durations under a minute or over a year, and long lists: a storm of jobs, or none ever."""
    for one, _ in judged(release):
        fixed = _fixed(one, release) if one.use == "timer" else None
        if fixed is None:
            continue
        values = fixed[0] if isinstance(fixed[0], list) else fixed
        if len(values) > MAX_INSTANTS or not all(map(_is_bounded, values)):
            yield Finding(one.file, one.element_id, {"limit": MAX_DAYS})


def timer_list(release: Release) -> Iterator[Finding]:
    """Refuse several instants where the first ends the wait: the others are never heard."""
    for one, judgement in judged(release):
        node = one.node
        if one.use != "timer" or node is None or judgement.gives.type != "list":
            continue
        if node.kind != "boundaryEvent" or node.is_interrupting:
            yield Finding(one.file, one.element_id)


def field_reserved(release: Release) -> Iterator[Finding]:
    """Refuse field keys that mean something else: to the engine's store, to FEEL, to the browser."""
    for key, form in release.known.forms.items():
        for path in form.fields:
            for part in path.split("."):
                if reserved_reason(part):
                    params = {"field": path[:_SHOWN], "reason": reserved_reason(part)}
                    yield Finding(f"{key}.form", path, params)


def _all(release: Release) -> tuple[tuple[Expression, Judgement], ...]:
    return (*judged(release), *judged_cells(release))


def _fault(text: str, position: int, key: str) -> dict[str, Any]:
    return {"text": text[:_SHOWN], "position": position + 1, "fault": key}


def _is_personal(reads: FieldReads) -> bool:
    return reads.pii in _OPEN and reads.codes is None and reads.type != "boolean"


def _single(reads: FieldReads) -> FieldReads:
    return reads.item if reads.type == "list" and reads.item is not None else reads


def _fixed(one: Expression, release: Release) -> tuple[Any] | None:
    """Return the value of a text that reads nothing and calls nothing of the host; None for the others."""
    if names_read(one.tree) or any(name in one.text for name in release.known.functions):
        return None
    return (evaluate(one.tree, {}),)


def _is_time(value: Any) -> bool:
    """Say whether the engine takes the value: a duration in days and hours, or an instant with its offset."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return False
    return isinstance(value, DaysDuration) or (isinstance(value, datetime) and value.tzinfo is not None)


def _is_bounded(value: Any) -> bool:
    if not isinstance(value, DaysDuration):
        return True
    return 60 <= value.seconds <= MAX_DAYS * _SECONDS_A_DAY  # noqa: PLR2004  # a minute
