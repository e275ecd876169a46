"""Fields of days, months and times: boxes for each part, so that no browser turns day and month round."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from app.domain.clock import IST
from app.domain.errors import FieldProblem
from app.domain.text import ascii_digits
from app.formjs.kind import Asked, Kind, Typed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app import feel
    from app.formjs.box import Box
    from app.formjs.model import Node

FIRST_YEAR, LAST_YEAR = 1900, 2100
_LONGEST = 30  # characters kept of one box
#: Part -> how many characters its box is wide: day, month, year, time.
_WIDTHS = {"d": 2, "m": 2, "y": 4, "t": 5}
_PARTS: Mapping[str, tuple[str, ...]] = {
    "date": ("d", "m", "y"),
    "month": ("m", "y"),
    "time": ("t",),
    "datetime": ("d", "m", "y", "t"),
}


class DateKind(Kind):
    """A day (`2026-11-05`), a month (`2026-11`), a time (`10:30`), or an instant (`2026-11-05T10:30+05:30`).

    Typed that make no date are kept as typed, by part.
    """

    required_key = "form.required.date"

    def feel_type(self, node: Node) -> str:
        return {"datetime": "date and time", "time": "time"}.get(node.kind, "date")

    def read(self, node: Node, name: str, posted: Typed) -> Any:
        typed = {part: posted.one(f"{name}-{part}")[:_LONGEST] for part in _PARTS[node.kind]}
        if not any(typed.values()):
            return None
        return _text(node.kind, typed) or typed

    def known(self, node: Node, value: Any) -> Any:
        return _value(node.kind, value) if isinstance(value, str) else None

    def from_rule(self, node: Node, value: Any) -> Any:
        return _of_value(node.kind, value)

    def fault(self, node: Node, value: Any, asked: Asked) -> FieldProblem | None:
        found = self.known(node, value)
        if found is None:
            return _incomplete(node, value)
        low, high = _bound(node.rules.low, found, asked), _bound(node.rules.high, found, asked)
        if low is not None and found < low:
            return FieldProblem("form.too_early", limit=_say(node.kind, _of_value(node.kind, low)))
        if high is not None and found > high:
            return FieldProblem("form.too_late", limit=_say(node.kind, _of_value(node.kind, high)))
        return None

    def say(self, node: Node, value: Any, asked: Asked, lang: str) -> str:  # noqa: ARG002
        return _say(node.kind, value)

    def draw(self, node: Node, value: Any, asked: Asked, box: Box) -> None:
        typed = _typed(node.kind, value)
        for part in _PARTS[node.kind]:
            box.add_part(part, typed.get(part, ""), _WIDTHS[part])
        today = asked.context.get("today")
        if node.kind == "date" and node.rules.is_required and today is not None:
            box.today = str(today) if _bound(node.rules.high, today, asked) == today else ""


def _text(kind: str, typed: Mapping[str, str]) -> str | None:
    """The ISO text of typed boxes; None when they make no date."""
    digits = {part: ascii_digits(text) for part, text in typed.items()}
    clock = _CLOCK.fullmatch(digits.pop("t", "00:00"))
    sizes = {"d": (1, 2), "m": (1, 2), "y": (4, 4)}
    if clock is None or not all(_is_number(text, *sizes[part]) for part, text in digits.items()):
        return None
    numbers = {part: int(text) for part, text in digits.items()}
    try:
        made = dt.datetime(
            numbers.get("y", FIRST_YEAR),
            numbers.get("m", 1),
            numbers.get("d", 1),
            int(clock["hour"]),
            int(clock["minute"]),
            tzinfo=IST,
        )
    except ValueError:
        return None
    return _of_value(kind, made) if FIRST_YEAR <= made.year <= LAST_YEAR else None


def _is_number(text: str, least: int, most: int) -> bool:
    return text.isascii() and text.isdecimal() and least <= len(text) <= most


def _moment(kind: str, text: Any) -> dt.datetime | None:
    """An ISO text of the kind as an instant in India; None for anything else."""
    before, after = _AROUND.get(kind, ("", ""))
    try:
        found = dt.datetime.fromisoformat(f"{before}{text}{after}")
    except ValueError:
        return None
    return found.replace(tzinfo=IST) if found.tzinfo is None else found.astimezone(IST)


def _value(kind: str, text: str) -> Any:
    """What FEEL compares: a month is its first day."""
    found = _moment(kind, text)
    if found is None or kind == "datetime":
        return found
    return found.time() if kind == "time" else found.date()


def _of_value(kind: str, value: Any) -> str | None:
    """The ISO text of a day, a time or an instant; an instant without a zone is one in India."""
    if isinstance(value, dt.datetime):
        value = value.replace(tzinfo=IST) if value.tzinfo is None else value.astimezone(IST)
        if kind == "datetime":
            return str(value.isoformat(timespec="minutes"))
        value = value.time() if kind == "time" else value.date()
    if kind == "datetime" or not isinstance(value, dt.time if kind == "time" else dt.date | dt.time):
        return None
    text: str = value.strftime(_FORMS[kind])
    return text


_FORMS = {"date": "%Y-%m-%d", "month": "%Y-%m", "time": "%H:%M"}
_SAID = {"date": "%d-%m-%Y", "month": "%m-%Y", "time": "%H:%M", "datetime": "%d-%m-%Y %H:%M"}
_AROUND = {"month": ("", "-01"), "time": ("2000-01-01T", "")}  # what makes a date and time of it
_CLOCK = re.compile(r"(?P<hour>[01]?\d|2[0-3])(?:[:.\- ]?(?P<minute>[0-5]\d))", re.ASCII)


def _say(kind: str, text: Any) -> str:
    found = _moment(kind, text)
    return found.strftime(_SAID[kind]) if found is not None else ""


def _typed(kind: str, value: Any) -> dict[str, str]:
    """The texts of the boxes: as typed, or taken apart from an ISO text."""
    if isinstance(value, dict):
        return {part: str(text) for part, text in value.items()}
    found = _moment(kind, value)
    if found is None:
        return {}
    parts = {"d": "%d", "m": "%m", "y": "%Y", "t": "%H:%M"}
    return {part: found.strftime(form) for part, form in parts.items()}


def _incomplete(node: Node, value: Any) -> FieldProblem:
    typed = _typed(node.kind, value)
    missing = [part for part in _PARTS[node.kind] if not typed.get(part)]
    if missing and len(missing) < len(_PARTS[node.kind]):
        return FieldProblem(f"form.incomplete.{node.kind}")
    if said := _no_such_day(typed):
        return FieldProblem("form.no_such_day", day=said)
    return FieldProblem(f"form.wrong.{node.kind}")  # the form's own words would speak of another fault


def _no_such_day(typed: Mapping[str, str]) -> str:
    """A day in numbers, as one writes it, that no calendar holds; empty for a day that exists and for no numbers."""
    parts = [ascii_digits(typed.get(part, "")) for part in ("d", "m", "y")]
    if not all(_is_number(text, 1, _WIDTHS[part]) for part, text in zip("dmy", parts, strict=True)):
        return ""
    if len(parts[2]) != _WIDTHS["y"]:
        return ""
    d, m, y = (int(text) for text in parts)
    try:
        dt.date(y, m, d)
    except ValueError:
        return f"{d:02}-{m:02}-{y:04}"
    return ""


def _bound(rule: feel.Tree | None, found: Any, asked: Asked) -> Any:
    """The bound as a value that can be compared with the answer; None when there is none."""
    bound = asked.value(rule)
    if isinstance(found, dt.datetime):
        if isinstance(bound, dt.datetime):
            return bound if bound.tzinfo is not None else bound.replace(tzinfo=IST)
        return None
    if isinstance(bound, dt.datetime):
        bound = bound.astimezone(IST).date() if bound.tzinfo is not None else bound.date()
    return bound if type(bound) is type(found) else None
