"""Answers of a form: first values, what was posted, what is wrong with it, and what is kept of it.

Values are JSON: texts, whole numbers, truth values, ISO days and instants, lists, rows. What was typed wrong stays
as it was typed (a day as its three boxes) until it is put right; nothing that was typed is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app import feel
from app.domain.clock import IST
from app.domain.errors import FieldProblem
from app.domain.text import HARD_LENGTH, ascii_digits, fault_in, tidy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.formjs.model import Form, Level, Node, Option

Values = dict[str, Any]
FAULTS = "_faults"  # beside the answers: what was posted and does not belong there
_DAY_BOXES = ("d", "m", "y")
_YEARS = (1900, 2100)


# -- first values ----------------------------------------------------------------------------------------


def initial(form: Form, facts: Mapping[str, Any], options: Mapping[str, Any]) -> Values:
    """What the form holds before anybody typed: defaults, worked out on the facts of the case."""
    del options
    return _first(form.level, facts)


def _first(level: Level, facts: Mapping[str, Any]) -> Values:
    values: Values = {}
    for key, node in level.inputs.items():
        if node.first_rule is not None:
            values[key] = _as_json(feel.evaluate(node.first_rule, {**facts, **_typed(level, values)}), node)
        elif node.kind == "list" and node.level is not None:
            rows = max(1, node.rules.min_rows)
            values[key] = [_first(node.level, facts) for _ in range(rows)]
        else:
            values[key] = _empty(node) if node.first is None else node.first
    return values


def _empty(node: Node) -> Any:
    return {"checkbox": False, "checklist": [], "file": []}.get(node.kind)


def _as_json(value: Any, node: Node) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(IST).isoformat(timespec="minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    if isinstance(value, str | int | bool | list | dict):
        return value
    return _empty(node)


# -- what was posted -------------------------------------------------------------------------------------


def read(
    form: Form,
    posted: Mapping[str, list[str]],
    staged: Mapping[str, list[dict[str, Any]]],
    op: str = "submit",
) -> Values:
    """What was typed, right or wrong; `op` adds or removes a row. What no field owns is kept as a fault."""
    reader = _Reader(posted, staged)
    values = reader.level(form.level, "")
    verb, _, which = op.partition(":")
    if verb == "add" and isinstance(values.get(which), list):
        node = form.level.inputs.get(which)
        if node is not None and node.level is not None and len(values[which]) < node.rules.max_rows:
            values[which].append(_first(node.level, {}))
    elif verb == "del":
        name, _, place = which.rpartition("-")
        if place.isdigit() and isinstance(values.get(name), list) and int(place) < len(values[name]):
            del values[name][int(place)]
    faults = reader.faults()
    return {**values, FAULTS: faults} if faults else values


class _Reader:
    def __init__(self, posted: Mapping[str, list[str]], staged: Mapping[str, list[dict[str, Any]]]) -> None:
        self._posted, self._staged = posted, staged
        self._owned: set[str] = set()
        self._repeated: set[str] = set()

    def faults(self) -> dict[str, list[str]]:
        unknown = sorted(name[:80] for name in self._posted if name not in self._owned)
        found = {"unknown": unknown, "repeated": sorted(self._repeated)}
        return {name: names for name, names in found.items() if names}

    def level(self, level: Level, prefix: str) -> Values:
        return {key: self._value(node, prefix + key) for key, node in level.inputs.items()}

    def _value(self, node: Node, name: str) -> Any:
        match node.kind:
            case "list":
                return self._rows(node, name)
            case "file" | "checklist":
                return self._several(node, name)
            case "date" | "month":
                return self._day(name)
            case "datetime":
                return self._instant(name)
            case _:
                return self._single(node, self._text(name))

    def _several(self, node: Node, name: str) -> list[Any]:
        """The files staged for a box, or the ticks of a list."""
        self._owned.add(name)
        if node.kind == "file":
            return list(self._staged.get(node.key, ()))
        return [tidy(text[:200]) for text in self._posted.get(name, ())]

    @staticmethod
    def _single(node: Node, text: str) -> Any:
        if node.kind == "checkbox":
            return bool(text)
        if node.kind == "number":
            return _number(text)
        return (text.upper() if node.is_upper else text) or None

    def _text(self, name: str) -> str:
        self._owned.add(name)
        texts = self._posted.get(name, ())
        if len(texts) > 1:
            self._repeated.add(name)
        return tidy(texts[0][:HARD_LENGTH]) if texts else ""

    def _day(self, name: str) -> Any:
        boxes = {box: ascii_digits(self._text(f"{name}-{box}")) for box in _DAY_BOXES}
        if not any(boxes.values()):
            return None
        try:
            return date(int(boxes["y"]), int(boxes["m"]), int(boxes["d"])).isoformat()
        except ValueError:
            return boxes

    def _instant(self, name: str) -> Any:
        day, clock = self._day(name), ascii_digits(self._text(f"{name}-t"))
        if day is None and not clock:
            return None
        if isinstance(day, str) and re.fullmatch(r"\d{1,2}:\d{2}", clock):
            hours, minutes = map(int, clock.split(":"))
            try:
                moment = datetime.combine(date.fromisoformat(day), time(hours, minutes), IST)
            except ValueError:
                return {**_boxes(day), "t": clock}
            return moment.isoformat(timespec="minutes")
        return {**_boxes(day), "t": clock}

    def _rows(self, node: Node, name: str) -> list[Values]:
        places = sorted(
            {
                int(found[1])
                for each in self._posted
                if (found := re.match(rf"{re.escape(name)}-(\d{{1,3}})-", each)) is not None
            }
        )
        return [self.level(node.level, f"{name}-{place}-") for place in places if node.level is not None]


def _boxes(day: Any) -> dict[str, str]:
    if isinstance(day, str):
        year, month, number = day.split("-")
        return {"d": number, "m": month, "y": year}
    return dict(day or dict.fromkeys(_DAY_BOXES, ""))


def _number(text: str) -> Any:
    plain = ascii_digits(text).replace(",", "")
    return int(plain) if re.fullmatch(r"-?\d{1,15}", plain) else (text or None)


# -- what is seen ----------------------------------------------------------------------------------------


def _typed(level: Level, values: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as expressions see them: days and instants are such, what was typed wrong is nothing."""
    return {key: _typed_one(node, values.get(key)) for key, node in level.inputs.items()}


def _typed_one(node: Node, value: Any) -> Any:
    try:
        return _TYPED.get(node.kind, _as_it_is)(node, value)
    except ValueError:
        return None


def _as_it_is(_node: Node, value: Any) -> Any:
    return value


def _typed_rows(node: Node, value: Any) -> list[dict[str, Any]]:
    rows = value if isinstance(value, list) else []
    return [_typed(node.level, row) for row in rows if node.level is not None and isinstance(row, dict)]


_TYPED: dict[str, Callable[[Node, Any], Any]] = {
    "date": lambda _node, value: date.fromisoformat(value) if isinstance(value, str) else None,
    "month": lambda _node, value: date.fromisoformat(value) if isinstance(value, str) else None,
    "datetime": lambda _node, value: datetime.fromisoformat(value) if isinstance(value, str) else None,
    "number": lambda _node, value: value if isinstance(value, int) else None,
    "checkbox": lambda _node, value: value is True,
    "file": lambda _node, value: [entry.get("name") for entry in value or ()],
    "list": _typed_rows,
}


@dataclass(frozen=True, slots=True)
class Seen:
    """Which fields of a level are shown, and what expressions there may read."""

    names: frozenset[str]
    context: dict[str, Any]


def seen(level: Level, values: Mapping[str, Any], outer: Mapping[str, Any]) -> Seen:
    """Work out which fields are shown: one whose condition hides it counts as unanswered for all the others."""
    typed = _typed(level, values)
    context = {**outer, **dict.fromkeys(level.inputs)}
    names: set[str] = set()
    for placed in level.steps:
        node = placed.node
        hidden = any(
            each.hide is not None and feel.evaluate(each.hide, context) is True
            for each in (*placed.groups, node)
        )
        if not hidden:
            names.add(node.name)
            if node.key:
                context[node.key] = typed[node.key]
    return Seen(frozenset(names), context)


# -- what is wrong ---------------------------------------------------------------------------------------


def check(
    form: Form,
    values: Mapping[str, Any],
    facts: Mapping[str, Any],
    options: Mapping[str, Any],
    now: datetime,
) -> dict[str, FieldProblem]:
    """Every fault of the answers, by the name of its box (`list-0-key` in a row); empty when they may be sent."""
    outer = {**facts, "now": now.astimezone(IST), "today": now.astimezone(IST).date()}
    problems: dict[str, FieldProblem] = {}
    faults = values.get(FAULTS) or {}
    for name in faults.get("unknown", ()):
        problems[name] = FieldProblem("form.unknown_key", name=name)
    for name in faults.get("repeated", ()):
        problems[name] = FieldProblem("form.repeated", name=name)
    _Checker(options, problems).level(form.level, values, outer, "")
    return problems


class _Checker:
    def __init__(self, options: Mapping[str, Any], problems: dict[str, FieldProblem]) -> None:
        self._options, self._problems = options, problems

    def level(self, level: Level, values: Mapping[str, Any], outer: Mapping[str, Any], prefix: str) -> None:
        look = seen(level, values, outer)
        for key, node in level.inputs.items():
            if node.name not in look.names:
                continue
            problem = self._fault(node, values.get(key), look.context)
            if problem is not None:
                self._problems[prefix + key] = problem
            elif node.kind == "list" and node.level is not None:
                for place, row in enumerate(values.get(key) or ()):
                    self.level(node.level, row, look.context, f"{prefix}{key}-{place}-")

    def _fault(self, node: Node, value: Any, context: Mapping[str, Any]) -> FieldProblem | None:
        if value in (None, "", [], {}) or (node.is_boolean and value is not True):
            return self._missing(node, context)
        problem = _KINDS.get(node.kind, _text_fault)(node, value, context)
        if problem is None and node.kind in ("radio", "select", "checklist"):
            problem = self._choice(node, value, context)
        return problem or _broken_check(node, context)

    @staticmethod
    def _missing(node: Node, context: Mapping[str, Any]) -> FieldProblem | None:
        rules = node.rules
        asked = rules.required_when is not None and feel.evaluate(rules.required_when, context) is True
        if rules.is_required or asked:
            return _said(node, "form.required_tick" if node.is_boolean else "form.required")
        return None

    def _choice(self, node: Node, value: Any, context: Mapping[str, Any]) -> FieldProblem | None:
        allowed = {option["value"] for option in offered(node, self._options, context)}
        chosen = value if isinstance(value, list) else [value]
        return None if set(chosen) <= allowed else _said(node, "form.choice")


def offered(node: Node, options: Mapping[str, Any], context: Mapping[str, Any]) -> list[dict[str, str]]:
    """The choices of a field as they stand now: value, Hindi, English."""
    if node.options_key:
        return [dict(each) for each in options.get(node.options_key, ())]
    return [
        {"value": option.value, "hi": option.text.hi, "en": option.text.en}
        for option in node.options
        if _is_offered(option, context)
    ]


def _is_offered(option: Option, context: Mapping[str, Any]) -> bool:
    return option.offered is None or feel.evaluate(option.offered, context) is True


def _said(node: Node, key: str, **params: Any) -> FieldProblem:
    """The fault in the form's own words where it has some."""
    return FieldProblem(
        key, node.error.hi, node.error.en, label_hi=node.label.hi, label_en=node.label.en, **params
    )


def _text_fault(node: Node, value: Any, _context: Mapping[str, Any]) -> FieldProblem | None:
    if not isinstance(value, str):
        return _said(node, "form.wrong")
    labels = {"label_hi": node.label.hi, "label_en": node.label.en}
    fault = fault_in(value, lines=node.kind == "textarea", may_hold_aadhaar=node.rules.may_hold_aadhaar)
    if fault:
        return FieldProblem(f"form.{fault}", **labels)
    if len(value) > node.rules.max_length:
        return FieldProblem("form.too_long", **labels, most=node.rules.max_length)
    return _shape_fault(node, value)


def _shape_fault(node: Node, value: str) -> FieldProblem | None:
    rules = node.rules
    if len(value) < rules.min_length:
        return _said(node, "form.too_short", least=rules.min_length)
    if rules.pattern is not None and rules.pattern.fullmatch(ascii_digits(value)) is None:
        return _said(node, "form.pattern")
    if node.look.input_type == "email" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        return _said(node, "form.email")
    return None


def _number_fault(node: Node, value: Any, context: Mapping[str, Any]) -> FieldProblem | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return _said(node, "form.number")
    return _bounds(node, value, context)


def _day_fault(node: Node, value: Any, context: Mapping[str, Any]) -> FieldProblem | None:
    typed = _typed_one(node, value)
    if typed is None:
        return _said(node, "form.date")
    if not _YEARS[0] <= typed.year <= _YEARS[1]:
        return _said(node, "form.date")
    return _bounds(node, typed, context)


def _bounds(node: Node, value: Any, context: Mapping[str, Any]) -> FieldProblem | None:
    for tree, is_low in ((node.rules.low, True), (node.rules.high, False)):
        bound = feel.evaluate(tree, context) if tree is not None else None
        if bound is None or (type(bound) is not type(value) and not isinstance(bound, Decimal)):
            continue
        if (value < bound) if is_low else (value > bound):
            return _said(node, "form.too_low" if is_low else "form.too_high", bound=_shown(bound))
    return None


def _shown(value: Any) -> str:
    return value.strftime("%d-%m-%Y") if isinstance(value, date) else str(value)


def _list_fault(node: Node, value: Any, _context: Mapping[str, Any]) -> FieldProblem | None:
    if len(value) < node.rules.min_rows:
        return _said(node, "form.too_few", least=node.rules.min_rows)
    return (
        _said(node, "form.too_many", most=node.rules.max_rows) if len(value) > node.rules.max_rows else None
    )


def _nothing(_node: Node, _value: Any, _context: Mapping[str, Any]) -> FieldProblem | None:
    return None


_KINDS = {
    "number": _number_fault,
    "date": _day_fault,
    "month": _day_fault,
    "datetime": _day_fault,
    "list": _list_fault,
    "file": _nothing,
    "checkbox": _nothing,
    "checklist": _nothing,
    "radio": _nothing,
    "select": _nothing,
}


def _broken_check(node: Node, context: Mapping[str, Any]) -> FieldProblem | None:
    for rule in node.rules.checks:
        if feel.evaluate(rule.tree, context) is False:
            return FieldProblem(
                "form.check", rule.error.hi, rule.error.en, label_hi=node.label.hi, label_en=node.label.en
            )
    return None


# -- what is kept ----------------------------------------------------------------------------------------


def clean(form: Form, values: Mapping[str, Any], facts: Mapping[str, Any]) -> Values:
    """The answers to be stored: only fields that are shown; a truth value that nobody gave is false."""
    return _kept(form.level, values, facts)


def _kept(level: Level, values: Mapping[str, Any], outer: Mapping[str, Any]) -> Values:
    look = seen(level, values, outer)
    found: Values = {}
    for key, node in level.inputs.items():
        if node.name not in look.names:
            continue
        value = values.get(key)
        if node.kind == "list" and node.level is not None:
            value = [_kept(node.level, row, look.context) for row in value or ()]
        found[key] = value is True if node.is_boolean else value
    return found
