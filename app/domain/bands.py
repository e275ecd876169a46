"""Bands of age: how late a task is, or how much time is left, in working days; as windows of due days."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from app.domain.clock import WorkingCalendar

#: The three states of a task's time, and the finer bands of the first and the last of them, the most urgent first.
STATES = ("late", "last_day", "left")
BANDS = ("late_more", "late_7", "late_3", "left_3", "left_more")
FEW, MANY = 3, 7  # working days


class Window(NamedTuple):
    """Due days from the first until before the last; None: without end on that side."""

    first: date | None
    until: date | None

    def holds(self, due_on: date) -> bool:
        return (self.first is None or due_on >= self.first) and (self.until is None or due_on < self.until)


@lru_cache(maxsize=256)
def windows(calendar: WorkingCalendar, today: date) -> dict[str, Window]:
    """The window of each state and band on a day: 1 to 3, 4 to 7 and more working days late; 1 to 3 and more left.

    A task due yesterday is a day late even when today is no working day, as `WorkingCalendar.age` counts.
    """
    tomorrow = today + timedelta(days=1)
    few, many = calendar.earliest_within(today, FEW), calendar.earliest_within(today, MANY)
    beyond = calendar.add_days(today, FEW + 1)
    return {
        "late": Window(None, today),
        "last_day": Window(today, tomorrow),
        "left": Window(tomorrow, None),
        "late_more": Window(None, many),
        "late_7": Window(many, few),
        "late_3": Window(few, today),
        "left_3": Window(tomorrow, beyond),
        "left_more": Window(beyond, None),
    }
