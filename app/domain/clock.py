"""Working days: what an office's clock counts. Pure arithmetic over a district's holidays; days are days in IST."""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

IST = ZoneInfo("Asia/Kolkata")
SUNDAY = 6
_WEEK = 7  # days
#: Forms during whose step the case's own clock stands still, and the listed reason for it.
PAUSES = {"answer_defects": "defect", "hold_hearing": "hearing"}
_FAR = 4000  # days searched for a working day before the calendar is called broken


@dataclass(frozen=True, slots=True)
class Age:
    """How a step's time stands: `days` working days late, or left; on the last day neither."""

    kind: str  # late | last_day | left
    days: int


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The working days of a district: not its holidays, not its weekly off-days, between the office's hours."""

    holidays: frozenset[date] = frozenset()
    weekly_off: frozenset[int] = field(default_factory=lambda: frozenset({SUNDAY}))
    opens: time = time(10, 0)
    closes: time = time(17, 0)
    _off: tuple[date, ...] = field(
        init=False, repr=False, compare=False
    )  # holidays on days of work, in order

    def __post_init__(self) -> None:
        off = sorted(day for day in self.holidays if day.weekday() not in self.weekly_off)
        object.__setattr__(self, "_off", tuple(off))

    def is_working(self, day: date) -> bool:
        return day.weekday() not in self.weekly_off and day not in self.holidays

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
        weeks, rest = divmod((end - start).days, _WEEK)
        first = start.weekday() + 1
        working = weeks * (_WEEK - len(self.weekly_off)) + sum(
            (first + n) % _WEEK not in self.weekly_off for n in range(rest)
        )
        return working - (bisect_right(self._off, end) - bisect_right(self._off, start))

    def due(self, moment: datetime, days: float | Decimal) -> datetime:
        """The end of office hours so many working days after an instant; a part of a day lies within the next (UTC).

        2.1 days are two working days, and a tenth of the third one's office hours: a nudge at 70 % of a short
        step comes before its end, not with it.
        """
        whole, part = divmod(round(Decimal(days), 6), 1)
        if not part:
            day, closing = self.add_days(self.day_of(moment), int(whole)), self.closes
            return datetime.combine(day, closing, IST).astimezone(UTC)
        day = self.add_days(self.day_of(moment), int(whole) + 1)
        opening = datetime.combine(day, self.opens, IST)
        hours = datetime.combine(day, self.closes, IST) - opening
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


def start_of(day: date) -> datetime:
    """The first instant of a day in IST (UTC)."""
    return datetime.combine(day, time(), IST).astimezone(UTC)


def add_months(start: date, months: int) -> date:
    """The same day so many months later, or the month's last day when it has no such day."""
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))
