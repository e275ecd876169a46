"""Built-in functions over dates, times and durations. `now()` and `today()` are the host's: FEEL has no clock."""

from __future__ import annotations

import calendar
import datetime as dt
from decimal import Decimal
from typing import Any

from app.feel.functions.registry import Registry
from app.feel.temporal import (
    fixed_zone,
    make_date,
    months_between,
    read_date,
    read_duration,
    read_instant,
    read_time,
)
from app.feel.values import DaysDuration, number, whole

TIMES = Registry()


@TIMES.add("date", "from: string", "from: day", "year: number, month: number, day: number")
def _date(first: Any, month: Any = None, day: Any = None) -> Any:
    if isinstance(first, str):
        return read_date(first)
    if isinstance(first, dt.datetime):
        return first.date()
    if isinstance(first, dt.date):
        return first
    parts = (whole(first), whole(month), whole(day))
    return None if None in parts else make_date(*(part or 0 for part in parts))


@TIMES.add(
    "time",
    "from: string",
    "from: time",
    "from: day",
    "hour: number, minute: number, second: number, offset?: days and time duration?",
)
def _time(first: Any, minute: Any = None, second: Any = None, offset: DaysDuration | None = None) -> Any:
    if isinstance(first, str):
        return read_time(first)
    if isinstance(first, dt.time):
        return first
    if isinstance(first, dt.datetime):
        return first.timetz()
    if isinstance(first, dt.date):
        return dt.time(tzinfo=dt.UTC)
    return _make_time(first, minute, second, offset)


def _make_time(hour: Any, minute: Any, second: Any, offset: DaysDuration | None) -> dt.time | None:
    hours, minutes, seconds = whole(hour), whole(minute), number(second)
    if hours is None or minutes is None or seconds is None:
        return None
    zone = None if offset is None else fixed_zone(dt.timedelta(seconds=int(offset.seconds)))
    micro = int(seconds % 1 * 1_000_000)
    return dt.time(hours, minutes, int(seconds), micro, tzinfo=zone)


@TIMES.add("date and time", "from: string", "from: day", "date: day, time: time")
def _date_and_time(first: Any, clock: dt.time | None = None) -> Any:
    if clock is not None:
        return dt.datetime.combine(first, clock)
    if isinstance(first, str):
        return read_instant(first)
    return first if isinstance(first, dt.datetime) else dt.datetime.combine(first, dt.time())


@TIMES.add("duration", "from: string")
def _duration(text: str) -> Any:
    return read_duration(text)


@TIMES.add("years and months duration", "from: day, to: day")
def _months(start: dt.date, end: dt.date) -> Any:
    return months_between(_day(start), _day(end))


def _day(value: dt.date) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


@TIMES.add("day of year", "date: day")
def _day_of_year(day: dt.date) -> int:
    return day.timetuple().tm_yday


@TIMES.add("day of week", "date: day")
def _day_of_week(day: dt.date) -> str:
    return calendar.day_name[day.weekday()]


@TIMES.add("month of year", "date: day")
def _month_of_year(day: dt.date) -> str:
    return calendar.month_name[day.month]


@TIMES.add("week of year", "date: day")
def _week_of_year(day: dt.date) -> Decimal:
    return Decimal(day.isocalendar().week)
