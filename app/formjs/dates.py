"""Fields of days, months and times: boxes for each part, so that no browser turns day and month round."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from app import feel
from app.domain.clock import IST
from app.domain.errors import FieldProblem
from app.domain.text import ascii_digits
from app.formjs.kind import Asked, Kind, Posted, own

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.formjs.drawn import Drawn
    from app.formjs.model import Node

FIRST_YEAR, LAST_YEAR = 1900, 2100
_LONGEST = 30  # characters kept of one box
#: Part -> how many digits its box is wide.
_WIDTHS = {"d": 2, "m": 2, "y": 4, "h": 2, "i": 2}
_PARTS: Mapping[str, tuple[str, ...]] = {
    "date": ("d", "m", "y"),
    "month": ("m", "y"),
    "time": ("h", "i"),
    "datetime": ("d", "m", "y", "h", "i"),
}


class DateKind(Kind):
    """A day (`2026-11-05`), a month (`2026-11`), a time (`10:30`) or both (`2026-11-05T10:30`), on IST.

    Boxes that make no date are kept as typed, by part.
    """

    required_key = "form.required.date"

    def feel_type(self, node: Node) -> str:
        return {"datetime": "date and time", "time": "time"}.get(node.kind, "date")

    def read(self, node: Node, name: str, posted: Posted) -> Any:
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

    def draw(self, node: Node, value: Any, asked: Asked, drawn: Drawn) -> None:  # noqa: ARG002
        typed = _typed(node.kind, value)
        for place, part in enumerate(_PARTS[node.kind]):
            drawn.add_box(part, typed.get(part, ""), _WIDTHS[part], is_first=place == 0)


def _text(kind: str, typed: Mapping[str, str]) -> str | None:
    """The ISO text of typed boxes; None when they make no date."""
    digits = {part: ascii_digits(text) for part, text in typed.items()}
    if not all(text.isascii() and text.isdigit() and len(text) <= _WIDTHS[p] for p, text in digits.items()):
        return None
    if len(digits.get("y", "2000")) != _WIDTHS["y"]:
        return None
    numbers = {part: int(text) for part, text in digits.items()}
    return _MAKERS[kind](numbers)


def _make(numbers: Mapping[str, int]) -> dt.datetime | None:
    try:
        made = dt.datetime(  # noqa: DTZ001 - a date as written, on the clock of India
            numbers.get("y", FIRST_YEAR), numbers.get("m", 1), numbers.get("d", 1), *_clock(numbers)
        )
    except ValueError:
        return None
    return made if FIRST_YEAR <= made.year <= LAST_YEAR else None


def _clock(numbers: Mapping[str, int]) -> tuple[int, int]:
    return numbers.get("h", 0), numbers.get("i", 0)


def _maker(form: str) -> Callable[[Mapping[str, int]], str | None]:
    def make(numbers: Mapping[str, int]) -> str | None:
        made = _make(numbers)
        return None if made is None else made.strftime(form)

    return make


_FORMS = {"date": "%Y-%m-%d", "month": "%Y-%m", "time": "%H:%M", "datetime": "%Y-%m-%dT%H:%M"}
_SAID = {"date": "%d-%m-%Y", "month": "%m-%Y", "time": "%H:%M", "datetime": "%d-%m-%Y %H:%M"}
_AROUND = {"month": ("", "-01"), "time": ("2000-01-01T", "")}  # what makes a date and time of it
_MAKERS = {kind: _maker(form) for kind, form in _FORMS.items()}


def _moment(kind: str, text: Any) -> dt.datetime | None:
    before, after = _AROUND.get(kind, ("", ""))
    try:
        found = dt.datetime.fromisoformat(f"{before}{text}{after}")
    except ValueError:
        return None
    return found if found.tzinfo is None else None


def _value(kind: str, text: str) -> Any:
    """What FEEL compares: a month is its first day; a date and time stands on the clock of India."""
    found = _moment(kind, text)
    if found is None:
        return None
    if kind == "datetime":
        return found.replace(tzinfo=IST)
    return found.time() if kind == "time" else found.date()


def _of_value(kind: str, value: Any) -> str | None:
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        value = value.astimezone(IST)
    try:
        return value.strftime(_FORMS[kind]) if isinstance(value, dt.date | dt.time) else None
    except ValueError:
        return None


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
    parts = {"d": "%d", "m": "%m", "y": "%Y", "h": "%H", "i": "%M"}
    return {part: found.strftime(form) for part, form in parts.items()}


def _incomplete(node: Node, value: Any) -> FieldProblem:
    typed = _typed(node.kind, value)
    missing = [part for part in _PARTS[node.kind] if not typed.get(part)]
    if missing and len(missing) < len(_PARTS[node.kind]):
        return FieldProblem(f"form.incomplete.{node.kind}")
    return own(node, f"form.wrong.{node.kind}")


def _bound(rule: feel.Tree | None, found: Any, asked: Asked) -> Any:
    """The bound as a value that can be compared with the answer; None when there is none."""
    bound = None if rule is None else feel.evaluate(rule, asked.context)
    if isinstance(found, dt.datetime):
        if isinstance(bound, dt.datetime):
            return bound if bound.tzinfo is not None else bound.replace(tzinfo=IST)
        return None
    if isinstance(bound, dt.datetime):
        bound = bound.astimezone(IST).date() if bound.tzinfo is not None else bound.date()
    return bound if type(bound) is type(found) else None
