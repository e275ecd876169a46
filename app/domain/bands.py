"""Bands of age: how late a task is, or how much time is left, in working days; as windows of due days."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from app.domain.clock import Age, WorkingCalendar

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


class Place(NamedTuple):
    """How a due day stands: its age, and the state and the bands in whose windows it lies."""

    age: Age
    bands: tuple[str, ...]


class Places(dict[date, Place]):
    """The places of due days on one day; each is worked out when it is first asked for."""

    def __init__(self, calendar: WorkingCalendar, today: date) -> None:
        super().__init__()
        self._calendar, self._today = calendar, today

    def __missing__(self, due_on: date) -> Place:
        within = tuple(
            band for band, window in windows(self._calendar, self._today).items() if window.holds(due_on)
        )
        place = self[due_on] = Place(self._calendar.age(due_on, self._today), within)
        return place


@lru_cache(maxsize=32)
def places(calendar: WorkingCalendar, today: date) -> Places:
    """Where due days stand on a day: a list says the same few again and again."""
    return Places(calendar, today)
