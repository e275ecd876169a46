"""The days of a demo case: acts spread over office hours of the past, none after the instant the loading began."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from app.domain.clock import IST

if TYPE_CHECKING:
    from app.domain.clock import WorkingCalendar

_OPENS, _CLOSES = time(10, 15), time(16, 45)
#: A day that has just begun has no past to fill: the district then stands as on the evening before.
_ENOUGH = time(11, 30)
_LAST = 0.95  # of a day's hours: nothing is done while the office is being locked


@dataclass(frozen=True, slots=True)
class Days:
    """Working time since the day a case came in, in working days: 2.5 is the middle of the second day after it."""

    calendar: WorkingCalendar
    received: date
    age: int  # working days from the first to the last day of the story
    until: datetime

    def moment(self, position: float) -> datetime:
        """The instant (UTC) at a position; never after the last one of the story."""
        whole = min(int(position), self.age)
        opens, closes = self._hours(self.calendar.add_days(self.received, whole))
        return (opens + (closes - opens) * min(position - whole, _LAST)).astimezone(UTC)

    def after(self, last: datetime, share: float) -> datetime:
        """The instant when so large a share of what is left of the story has passed since `last`."""
        position = self.position(last)
        return self.moment(position + (self.age + _LAST - position) * share)

    def position(self, moment: datetime) -> float:
        day = moment.astimezone(IST).date()
        opens, closes = self._hours(day)
        part = (moment - opens) / (closes - opens) if closes > opens else 0.0
        return self.calendar.days_between(self.received, day) + min(max(part, 0.0), 1.0)

    def _hours(self, day: date) -> tuple[datetime, datetime]:
        opens, closes = datetime.combine(day, _OPENS, IST), datetime.combine(day, _CLOSES, IST)
        return opens, min(closes, self.until.astimezone(IST))


def last_day(calendar: WorkingCalendar, now: datetime) -> date:
    """The last working day that has a past worth telling."""
    local = now.astimezone(IST)
    day = local.date()
    return day if calendar.is_working(day) and local.time() >= _ENOUGH else days_before(calendar, day, 1)


def days_before(calendar: WorkingCalendar, day: date, days: int) -> date:
    """The working day so many working days before a day."""
    left = days
    while left > 0:
        day -= timedelta(days=1)
        left -= calendar.is_working(day)
    return day
