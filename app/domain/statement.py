"""The thana-wise pendency statement: its figures, and the sum that must hold before anybody prints it."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, fields
from datetime import date, timedelta

from app.domain.text import whole_number

#: Ages of what is pending, in working days since receipt: up to so many, the last without end.
AGES = (7, 14, 30)
_FIRST_YEAR, _LAST_YEAR = 2015, 2099
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first to the last, both included."""

    first: date
    last: date

    @property
    def next(self) -> date:
        return self.last + timedelta(days=1)


def month_of(day: date) -> Period:
    """The month in which a day lies."""
    return Period(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def month(text: str) -> Period | None:
    """The month that is written as 2026-11; None for what is none."""
    year, dash, number = text.partition("-")
    of_year, of_month = whole_number(year), whole_number(number, len("12"))
    if not dash or of_year is None or of_month is None:
        return None
    if not (_FIRST_YEAR <= of_year <= _LAST_YEAR and 1 <= of_month <= _MONTHS):
        return None
    return month_of(date(of_year, of_month, 1))


def months_before(period: Period, count: int) -> list[Period]:
    """So many months up to and including that of the period, oldest first."""
    found = [month_of(period.first)]
    while len(found) < count:
        found.insert(0, month_of(found[0].first - timedelta(days=1)))
    return found


@dataclass(frozen=True, slots=True)
class Figures:
    """One line of the statement. `ages` counts what is pending at the end by age, youngest first."""

    opening: int = 0
    received: int = 0
    within: int = 0
    late: int = 0
    returned: int = 0
    closing: int = 0
    overdue: int = 0  # of what is pending: after its due day
    age_7: int = 0
    age_14: int = 0
    age_30: int = 0
    age_more: int = 0
    held_now: int = 0  # what the rows say lies there at this moment
    tasks_now: int = 0  # what the open tasks say, counted apart

    def plus(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def total(self) -> int:
        return self.opening + self.received

    @property
    def adds_up(self) -> bool:
        """Whether opening + received = within + late + returned + closing, ages fit, and the tasks say the same."""
        aged = self.age_7 + self.age_14 + self.age_30 + self.age_more
        moved = self.within + self.late + self.returned
        return self.total == moved + self.closing and aged == self.closing and self.held_now == self.tasks_now
