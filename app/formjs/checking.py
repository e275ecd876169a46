"""What is wrong with the answers of a form, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.clock import IST
from app.domain.errors import FieldProblem
from app.formjs.answers import REPEATED, UNKNOWN, kept_of
from app.formjs.kind import Asked, own
from app.formjs.kinds import kind_of
from app.formjs.view import View, is_blank, rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app import feel
    from app.formjs.model import Form, Level, Node

Problems = dict[str, FieldProblem]
_PARTS = ("-d", "-m", "-y", "-t", "-n")


class Judged:
    """The answers of a form, looked at once: what is wrong with them, and what of them is kept.

    `problems`: by name of the field (`witnesses-0-name` in a row; "" for names on no field), in the form's order.
    """

    def __init__(self, form: Form, values: Mapping[str, Any], view: View, problems: Problems) -> None:
        self.problems = problems
        self._form, self._values, self._view = form, values, view

    def kept(self) -> dict[str, Any]:
        """As `clean`, of those without a problem; a field that has one is kept as it was typed."""
        return kept_of(self._form, self._values, self._view)


def judge(
    form: Form,
    values: Mapping[str, Any],
    facts: Mapping[str, Any],
    options: Mapping[str, Any],
    now: datetime,
    memory: feel.Memory | None = None,
) -> Judged:
    """Look at the answers by every rule of the form. Never raises, whatever the values are.

    A field that does not apply has no fault. Facts `now` and `today` are taken from `now` where the host
    gives none. `memory` is for those who judge many answers by one form.
    """
    known = _known(facts, now)
    view = View(form, values, known, memory)
    return Judged(form, values, view, _checked(form, values, view, known, options))


def _known(facts: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {"now": now.astimezone(IST), "today": now.astimezone(IST).date(), **facts}


def _checked(
    form: Form,
    values: Mapping[str, Any],
    view: View,
    known: Mapping[str, Any],
    options: Mapping[str, Any],
) -> Problems:
    problems = _post_faults(values)
    for key, node in form.level.inputs.items():
        if not view.applies(key):
            continue
        if node.level is None:
            _note(problems, key, _fault(node, values.get(key), Asked(view.context, options, view.memory)))
        else:
            _check_rows(node, values.get(key), view, Asked(known, options, view.memory), problems)
    _cross_check(form.level, view.context, view, "", problems)
    return problems


def _post_faults(values: Mapping[str, Any]) -> Problems:
    """Names on no field, and fields that came twice (a box of a date stands for the date)."""
    found: Problems = {}
    if values.get(UNKNOWN):
        found[""] = FieldProblem("form.unknown_key", names=", ".join(map(str, values[UNKNOWN])))
    for name in values.get(REPEATED) or ():
        box = str(name)
        found[box[:-2] if box[-2:] in _PARTS else box] = FieldProblem("form.repeated_key")
    return found


def _note(problems: Problems, name: str, fault: FieldProblem | None) -> None:
    if fault is not None:
        problems.setdefault(name, fault)


def _fault(node: Node, value: Any, asked: Asked) -> FieldProblem | None:
    kind = kind_of(node)
    if not kind.is_empty(value):
        return kind.fault(node, value, asked)
    is_required = node.rules.is_required or asked.holds(node.rules.required_when)
    if is_required and kind.is_empty(asked.context.get(node.key)):
        return own(node, kind.required_key)
    return None


def _check_rows(node: Node, value: Any, view: View, around: Asked, problems: Problems) -> None:
    """A row that nobody wrote into has no fault, unless the list needs so many rows."""
    level, rows = node.level, rows_of(value)
    if level is None:
        return
    if len(rows) > node.rules.max_rows:
        problems[node.key] = FieldProblem("form.too_many_rows", limit=node.rules.max_rows)
        return
    needed = node.rules.min_rows
    if len(rows) < max(needed, node.rules.is_required):
        problems[node.key] = own(node, "form.too_few_rows", limit=max(needed, 1))
    for number, row in enumerate(rows):
        if number >= needed and is_blank(row, level, around.context):
            continue
        prefix, asked = (
            f"{node.key}-{number}-",
            Asked(view.rows[node.key][number], around.options, view.memory),
        )
        for column, each in level.inputs.items():
            if view.applies(prefix + column):
                _note(problems, prefix + column, _fault(each, row.get(column), asked))
        _cross_check(level, asked.context, view, prefix, problems)


def _cross_check(
    level: Level, context: Mapping[str, Any], view: View, prefix: str, problems: Problems
) -> None:
    """Rules between fields: asked when every field they read is answered and right; then they must be true."""
    for key, node in level.inputs.items():
        name = prefix + key
        if name in problems or not view.applies(name):
            continue
        for rule in node.rules.checks:
            own_fields = [each for each in rule.reads if each in level.inputs]
            if any(_is_open(each, prefix, context, problems) for each in own_fields):
                continue
            if view.memory.value(rule.tree, context) is not True:
                problems[name] = FieldProblem("form.check", rule.error.hi, rule.error.en)


def _is_open(key: str, prefix: str, context: Mapping[str, Any], problems: Problems) -> bool:
    """Whether a field has no right answer yet: then a rule about it can say nothing."""
    faulty = any(name == prefix + key or name.startswith(f"{prefix}{key}-") for name in problems)
    return faulty or context.get(key) is None or context.get(key) == []
