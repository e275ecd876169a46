"""Working days: what an office's clock counts. Pure arithmetic over a district's holidays; days are days in IST."""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

IST = ZoneInfo("Asia/Kolkata")
SUNDAY = 6
_WEEK = 7  # days
_DAY = timedelta(days=1)
#: Forms during whose step the case's own clock stands still, and the listed reason for it.
PAUSES = {"answer_defects": "defect", "hold_hearing": "hearing"}
_FAR = 4000  # days searched for a working day before the calendar is called broken


@dataclass(frozen=True, slots=True)
class Age:
    """How a step's time stands: `days` working days late, or left; on the last day neither.

    `stands_since`: on which day the clock stopped, while it stands.
    """

    kind: str  # late | last_day | left
    days: int
    stands_since: date | None = None

    def standing(self, since: date | None) -> Age:
        """The same while the clock stands since a day; None: it runs."""
        return self if since is None else replace(self, stands_since=since)


@dataclass(frozen=True, slots=True)
class Week:
    """An office's week from a day on: the weekdays (Monday is 0) that are off, and its hours."""

    valid_from: date
    weekly_off: frozenset[int]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The working days of a district: not its holidays, not its weekly off-days, between the office's hours.

    `weekly_off`, `opens` and `closes` hold until the first of `weeks`, which stand in order of their days.
    """

    holidays: frozenset[date] = frozenset()
    weekly_off: frozenset[int] = field(default_factory=lambda: frozenset({SUNDAY}))
    opens: time = time(10, 0)
    closes: time = time(17, 0)
    weeks: tuple[Week, ...] = ()
    _off: tuple[date, ...] = field(
        init=False, repr=False, compare=False
    )  # holidays on days of work, in order

    def __post_init__(self) -> None:
        off = sorted(day for day in self.holidays if day.weekday() not in self.week_of(day).weekly_off)
        object.__setattr__(self, "_off", tuple(off))

    def week_of(self, day: date) -> Week | WorkingCalendar:
        """The week in force on a day; the calendar itself stands for the one before every change."""
        if not self.weeks or day < self.weeks[0].valid_from:
            return self
        return self.weeks[bisect_right([week.valid_from for week in self.weeks], day) - 1]

    def is_working(self, day: date) -> bool:
        return day not in self.holidays and day.weekday() not in self.week_of(day).weekly_off

    def add_days(self, start: date, days: int) -> date:
        """The day that lies `days` working days after `start`, which itself does not count."""
        day, left = start, days
        for _ in range(_FAR):
            if left <= 0:
                return day
            day += timedelta(days=1)
            left -= self.is_working(day)
        raise ValueError("no working day within eleven years: the calendar is broken")

    def earliest_within(self, end: date, days: int) -> date:
        """The earliest day from which to `end` lie no more than so many working days (`days_between`)."""
        day, left = end, days
        for _ in range(_FAR):
            left -= self.is_working(day)
            if left < 0:
                return day
            day -= timedelta(days=1)
        raise ValueError("no working day within eleven years: the calendar is broken")

    def days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; 0 when `end` is not after it."""
        if end <= start:
            return 0
        holidays = bisect_right(self._off, end) - bisect_right(self._off, start)
        working, last = 0, end
        for week in reversed(self.weeks):
            before = week.valid_from - _DAY
            if last > before:
                working += _week_days(max(start, before), last, week.weekly_off)
                last = before
            if last <= start:
                return working - holidays
        return working + _week_days(start, last, self.weekly_off) - holidays

    def due(self, moment: datetime, days: float | Decimal) -> datetime:
        """The end of office hours so many working days after an instant; a part of a day lies within the next (UTC).

        2.1 days are two working days, and a tenth of the third one's office hours: a nudge at 70 % of a short
        step comes before its end, not with it.
        """
        whole, part = divmod(round(Decimal(days), 6), 1)
        if not part:
            day = self.add_days(self.day_of(moment), int(whole))
            return datetime.combine(day, self.week_of(day).closes, IST).astimezone(UTC)
        day = self.add_days(self.day_of(moment), int(whole) + 1)
        week = self.week_of(day)
        opening = datetime.combine(day, week.opens, IST)
        hours = datetime.combine(day, week.closes, IST) - opening
        return (opening + hours * float(part)).astimezone(UTC)

    def day_of(self, moment: datetime) -> date:
        """The day in IST on which an instant falls."""
        return moment.astimezone(IST).date()

    def age(self, due_on: date, today: date) -> Age:
        """How the time to a due day stands on `today`, in working days."""
        if today > due_on:
            return Age("late", max(1, self.days_between(due_on, today)))
        if today == due_on:
            return Age("last_day", 0)
        return Age("left", self.days_between(today, due_on))


@lru_cache(maxsize=4096)
def _week_days(start: date, end: date, off: frozenset[int]) -> int:
    """Days after `start` up to and including `end` whose weekday is not off."""
    if end <= start:
        return 0
    weeks, rest = divmod((end - start).days, _WEEK)
    first = start.weekday() + 1
    return weeks * (_WEEK - len(off)) + sum((first + n) % _WEEK not in off for n in range(rest))


def start_of(day: date) -> datetime:
    """The first instant of a day in IST (UTC)."""
    return datetime.combine(day, time(), IST).astimezone(UTC)


def add_months(start: date, months: int) -> date:
    """The same day so many months later, or the month's last day when it has no such day."""
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))
