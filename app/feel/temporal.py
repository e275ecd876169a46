"""Dates, times and durations: reading their texts, their parts, and their arithmetic."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from app.feel.compare import time_seconds
from app.feel.values import DECIMAL128, DaysDuration, MonthsDuration

if TYPE_CHECKING:
    from collections.abc import Callable

_DATE = r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
_TIME = (
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?"
    r"(?P<zone>Z|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z0-9_+\-/]{1,60})?"
)
_DATE_TEXT = re.compile(_DATE, re.ASCII)
_TIME_TEXT = re.compile("T?" + _TIME, re.ASCII)
_INSTANT_TEXT = re.compile(f"{_DATE}(?:T{_TIME})?", re.ASCII)
_MONTHS_TEXT = re.compile(r"(?P<sign>-?)P(?:(?P<years>\d{1,12})Y)?(?:(?P<months>\d{1,12})M)?", re.ASCII)
_DAYS_TEXT = re.compile(
    r"(?P<sign>-?)P(?:(?P<days>\d{1,12})D)?"
    r"(?P<clock>T(?:(?P<hours>\d{1,12})H)?(?:(?P<minutes>\d{1,12})M)?(?:(?P<seconds>\d{1,12}(?:\.\d{0,9})?)S)?)?",
    re.ASCII,
)
_MAX_OFFSET = dt.timedelta(hours=18)


def read_date(text: str) -> dt.date | None:
    """`2026-08-01`; None for anything else. Years are 1 to 9999, as far as Python's calendar goes."""
    match = _DATE_TEXT.fullmatch(text)
    return None if match is None else make_date(*(int(match[part]) for part in ("year", "month", "day")))


def make_date(year: int, month: int, day: int) -> dt.date | None:
    """The day, None if the calendar has none such."""
    try:
        return dt.date(year, month, day)
    except (ValueError, OverflowError):
        return None


def read_time(text: str) -> dt.time | None:
    """`10:30:00` with fraction, offset (`+05:30`, `Z`) or zone (`@Asia/Kolkata`)."""
    match = _TIME_TEXT.fullmatch(text)
    return None if match is None else _clock(match)


def _clock(match: re.Match[str]) -> dt.time | None:
    zone, fine = _zone(match["zone"])
    micro = int((match["fraction"] or "").ljust(9, "0")[:6])
    try:
        clock = dt.time(int(match["hour"]), int(match["minute"]), int(match["second"]), micro, tzinfo=zone)
    except ValueError:
        return None
    return clock if fine else None


def read_instant(text: str) -> dt.datetime | None:
    """A date and time; without a clock it is midnight, and 24:00:00 is the midnight that follows."""
    match = _INSTANT_TEXT.fullmatch(text)
    if match is None:
        return None
    day = make_date(*(int(match[part]) for part in ("year", "month", "day")))
    if match["hour"] == "24" and "T24:00:00" in text and not int(match["fraction"] or 0):
        zone, fine = _zone(match["zone"])
        return (
            shift(dt.datetime.combine(day, dt.time(tzinfo=zone)), dt.timedelta(days=1))
            if day and fine
            else None
        )
    clock = dt.time() if match["hour"] is None else _clock(match)
    return None if day is None or clock is None else dt.datetime.combine(day, clock)


@lru_cache(maxsize=256)
def _zone(text: str | None) -> tuple[dt.tzinfo | None, bool]:
    """The zone, and whether the text names one (no text: no zone, and that is fine)."""
    if not text:
        return None, True
    if text == "Z":
        return dt.UTC, True
    if text.startswith("@"):
        try:
            return ZoneInfo(text[1:]), True
        except (ValueError, OSError, LookupError):  # ZoneInfo raises all three for a bad key
            return None, False
    parts = [int(part) for part in text[1:].split(":")]
    offset = dt.timedelta(hours=parts[0], minutes=parts[1], seconds=parts[2] if len(parts) > 2 else 0)  # noqa: PLR2004
    if offset > _MAX_OFFSET:
        return None, False
    return fixed_zone(-offset if text[0] == "-" else offset), True


def fixed_zone(offset: dt.timedelta) -> dt.timezone:
    """An offset as a zone; zero is UTC itself, so that `Z` and `+00:00` are one."""
    return dt.timezone(offset) if offset else dt.UTC


def read_duration(text: str) -> DaysDuration | MonthsDuration | None:
    """`P1Y2M` or `-P1DT2H3M4.5S`."""
    match = _MONTHS_TEXT.fullmatch(text)
    if match and (match["years"] or match["months"]):
        months = int(match["years"] or 0) * 12 + int(match["months"] or 0)
        return MonthsDuration(-months if match["sign"] else months)
    match = _DAYS_TEXT.fullmatch(text)
    if match is None or match["clock"] == "T" or not (match["days"] or match["clock"]):
        return None
    seconds = Decimal(int(match["days"] or 0) * 86_400 + int(match["hours"] or 0) * 3_600)
    seconds += int(match["minutes"] or 0) * 60 + Decimal(match["seconds"] or 0)
    return DaysDuration(-seconds if match["sign"] else seconds)


def read_temporal(text: str) -> Any:
    """An at-literal (`@"..."`): the first reading that fits, else None."""
    readers: tuple[Callable[[str], Any], ...] = (read_duration, read_date, read_time, read_instant)
    for read in readers:
        value = read(text)
        if value is not None:
            return value
    return None


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of another month, or that month's last; a datetime stays one. Raises OverflowError."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise OverflowError
    return day.replace(year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1]))


def shift(instant: dt.datetime, by: dt.timedelta) -> dt.datetime | None:
    """Moved along the clock of its own zone."""
    try:
        return instant + by
    except OverflowError:
        return None


def delta(duration: DaysDuration) -> dt.timedelta:
    """As Python counts; raises OverflowError past its 2.7 million years."""
    return dt.timedelta(microseconds=int(duration.seconds * 1_000_000))


def add_duration(value: Any, duration: DaysDuration | MonthsDuration) -> Any:
    """A date, time or date and time moved by a duration; null where DMN Table 59 has no row."""
    if isinstance(duration, MonthsDuration):
        return add_months(value, duration.months) if isinstance(value, dt.date) else None
    if isinstance(value, dt.datetime):
        return shift(value, delta(duration))
    if isinstance(value, dt.date):
        moved = shift(dt.datetime.combine(value, dt.time()), delta(duration))
        return None if moved is None else moved.date()
    base = dt.datetime.combine(dt.date(2000, 1, 1), value.replace(tzinfo=None))
    seconds = DECIMAL128.remainder(duration.seconds, Decimal(86_400))
    return (base + delta(DaysDuration(seconds))).time().replace(tzinfo=value.tzinfo)


def span(later: Any, earlier: Any) -> DaysDuration | None:
    """`later - earlier` of two points in time of one kind; a date beside an instant is midnight UTC."""
    if isinstance(later, dt.time) and isinstance(earlier, dt.time):
        if (later.tzinfo is None) != (earlier.tzinfo is None):
            return None
        return DaysDuration(time_seconds(later) - time_seconds(earlier))
    if not (isinstance(later, dt.date) and isinstance(earlier, dt.date)):
        return None
    first, second = _midnight(later), _midnight(earlier)
    if (first.tzinfo is None) != (second.tzinfo is None):
        return None
    # In UTC, because Python takes two instants of one named zone by their clock faces.
    gap = first - second if first.tzinfo is None else first.astimezone(dt.UTC) - second.astimezone(dt.UTC)
    return DaysDuration(Decimal(gap // dt.timedelta(microseconds=1)) / 1_000_000)


def _midnight(day: dt.date) -> dt.datetime:
    return day if isinstance(day, dt.datetime) else dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)


def months_between(start: dt.date, end: dt.date) -> MonthsDuration:
    """Whole months from one day to another, negative when it runs back."""
    if end < start:
        return MonthsDuration(-months_between(end, start).months)
    months = (end.year - start.year) * 12 + end.month - start.month
    return MonthsDuration(months - 1 if end.day < start.day else months)


def property_of(value: Any, name: str) -> Any:
    """A part of a date, time, duration or range by its FEEL name; null if it has none such."""
    getter = _PARTS.get((_group(value), name))
    return None if getter is None else getter(value)


def _group(value: Any) -> str:
    for types, name in _GROUPS:
        if isinstance(value, types):
            return name
    return ""


_GROUPS: tuple[tuple[type, str], ...] = (
    (dt.datetime, "instant"),
    (dt.date, "date"),
    (dt.time, "time"),
    (DaysDuration, "days"),
    (MonthsDuration, "months"),
)


def _offset(value: dt.datetime | dt.time) -> DaysDuration | None:
    offset = value.utcoffset()
    return None if offset is None else DaysDuration(Decimal(int(offset.total_seconds())))


def _zone_name(value: dt.datetime | dt.time) -> str | None:
    return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None


def _second(value: dt.datetime | dt.time) -> Decimal:
    return Decimal(value.second)


def _part_of_days(unit: int, size: int) -> Callable[[DaysDuration], Decimal]:
    def part(value: DaysDuration) -> Decimal:
        amount = abs(int(value.seconds)) // unit
        amount = amount % size if size else amount
        return Decimal(-amount if value.seconds < 0 else amount)

    return part


def _part_of_months(value: MonthsDuration, *, years: bool) -> Decimal:
    amount = abs(value.months) // 12 if years else abs(value.months) % 12
    return Decimal(-amount if value.months < 0 else amount)


def _parts() -> dict[tuple[str, str], Callable[[Any], Any]]:
    parts: dict[tuple[str, str], Callable[[Any], Any]] = {
        ("days", "days"): _part_of_days(86_400, 0),
        ("days", "hours"): _part_of_days(3_600, 24),
        ("days", "minutes"): _part_of_days(60, 60),
        ("days", "seconds"): _part_of_days(1, 60),
        ("months", "years"): lambda value: _part_of_months(value, years=True),
        ("months", "months"): lambda value: _part_of_months(value, years=False),
    }
    for group in ("date", "instant"):
        parts[group, "year"] = lambda value: Decimal(value.year)
        parts[group, "month"] = lambda value: Decimal(value.month)
        parts[group, "day"] = lambda value: Decimal(value.day)
        parts[group, "weekday"] = lambda value: Decimal(value.isoweekday())
    for group in ("time", "instant"):
        parts[group, "hour"] = lambda value: Decimal(value.hour)
        parts[group, "minute"] = lambda value: Decimal(value.minute)
        parts[group, "second"] = _second
        parts[group, "time offset"] = _offset
        parts[group, "timezone"] = _zone_name
    return parts


_PARTS = _parts()
