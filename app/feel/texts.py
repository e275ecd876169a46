"""Values as FEEL writes them: what `string()` gives."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from app.feel.values import DaysDuration, MonthsDuration, Range, kind, number

if TYPE_CHECKING:
    from collections.abc import Callable


def to_text(value: Any) -> str:
    """A value as text: strings bare at the top, quoted within lists and contexts."""
    return value if isinstance(value, str) else _write(value)


def _write(value: Any) -> str:
    return _WRITERS.get(kind(value), str)(value)


def number_text(value: Any) -> str:
    """Plain digits: no exponent and no idle zeros."""
    amount = number(value) or Decimal(0)
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _clock_text(value: dt.time | dt.datetime) -> str:
    text = f"{value.hour:02}:{value.minute:02}:{value.second:02}"
    if value.microsecond:
        text += f".{value.microsecond:06}".rstrip("0")
    return text + _zone_text(value.tzinfo)


def _zone_text(zone: dt.tzinfo | None) -> str:
    if zone is None:
        return ""
    if isinstance(zone, ZoneInfo):
        return "@" + zone.key
    offset = int((zone.utcoffset(None) or dt.timedelta()).total_seconds())
    if not offset:
        return "Z"
    minutes, seconds = divmod(abs(offset), 60)
    text = f"{'-' if offset < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
    return text + (f":{seconds:02}" if seconds else "")


def _instant_text(value: dt.datetime) -> str:
    return f"{value.year:04}-{value.month:02}-{value.day:02}T{_clock_text(value)}"


def _days_text(value: DaysDuration) -> str:
    total = abs(value.seconds)
    whole = int(total)
    days, rest = divmod(whole, 86_400)
    parts = f"{days}D" if days else ""
    clock = "".join(
        f"{amount}{unit}" for amount, unit in ((rest // 3600, "H"), (rest % 3600 // 60, "M")) if amount
    )
    seconds = rest % 60 + (total - whole)
    if seconds:
        clock += number_text(seconds) + "S"
    text = "P" + parts + ("T" + clock if clock else "")
    return ("-" if value.seconds < 0 else "") + (text if text != "P" else "PT0S")


def _months_text(value: MonthsDuration) -> str:
    years, months = divmod(abs(value.months), 12)
    text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
    return ("-" if value.months < 0 else "") + "P" + (text or "0M")


def _range_text(value: Range) -> str:
    if value.operator:
        return f"({value.operator} {_write(value.end if value.start is None else value.start)})"
    opening, closing = "[" if value.start_included else "(", "]" if value.end_included else ")"
    return f"{opening}{_write(value.start)}..{_write(value.end)}{closing}"


def _list_text(value: Any) -> str:
    return "[" + ", ".join(_write(item) for item in value) + "]"


def _context_text(value: Any) -> str:
    return "{" + ", ".join(f"{key}: {_write(item)}" for key, item in value.items()) + "}"


_WRITERS: dict[str, Callable[[Any], str]] = {
    "null": lambda _: "null",
    "boolean": lambda value: "true" if value else "false",
    "string": _quoted,
    "number": number_text,
    "date": lambda value: f"{value.year:04}-{value.month:02}-{value.day:02}",
    "time": _clock_text,
    "date and time": _instant_text,
    "days and time duration": _days_text,
    "years and months duration": _months_text,
    "range": _range_text,
    "list": _list_text,
    "context": _context_text,
    "function": lambda _: "function",
}
