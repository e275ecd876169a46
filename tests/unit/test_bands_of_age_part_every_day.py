"""Bands of age: every due day lies in one of them, and each says what the chip beside the task says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import bands
from app.domain.clock import WorkingCalendar

DAY = date(2026, 11, 23)  # a Monday
days = st.integers(-400, 400).map(lambda each: DAY + timedelta(days=each))
calendars = st.builds(
    WorkingCalendar,
    holidays=st.frozensets(days, max_size=40),
    weekly_off=st.sampled_from([frozenset({6}), frozenset({5, 6}), frozenset()]),
)


def band_of(age) -> str:
    """What the band must be by the words of the chip: 3 and 7 days are its borders."""
    if age.kind == "last_day":
        return "last_day"
    if age.kind == "late":
        return "late_more" if age.days > 7 else "late_7" if age.days > 3 else "late_3"
    return "left_more" if age.days > 3 else "left_3"


@given(calendars, days, st.integers(-60, 60))
def test_every_due_day_lies_in_the_band_that_its_chip_tells(calendar, today, distance):
    due_on = today + timedelta(days=distance)
    windows = bands.windows(calendar, today)
    holding = [band for band in (*bands.BANDS, "last_day") if windows[band].holds(due_on)]
    assert holding == [band_of(calendar.age(due_on, today))]


@given(calendars, days, st.integers(-60, 60))
def test_the_bands_of_a_state_make_up_the_state(calendar, today, distance):
    due_on = today + timedelta(days=distance)
    windows = bands.windows(calendar, today)
    for state in ("late", "left"):
        within = [band for band in bands.BANDS if band.startswith(state) and windows[band].holds(due_on)]
        assert bool(within) == windows[state].holds(due_on)


@given(calendars, days, st.integers(-60, 60))
def test_the_place_of_a_day_is_its_age_and_every_window_that_holds_it(calendar, today, distance):
    due_on = today + timedelta(days=distance)
    place = bands.places(calendar, today)[due_on]
    assert place == bands.places(calendar, today)[due_on]
    assert place.age == calendar.age(due_on, today)
    windows = bands.windows(calendar, today)
    assert place.bands == tuple(band for band in windows if windows[band].holds(due_on))


@given(calendars, days, st.integers(0, 12))
def test_the_earliest_day_within_some_working_days_is_the_earliest(calendar, end, count):
    found = calendar.earliest_within(end, count)
    assert calendar.days_between(found, end) <= count < calendar.days_between(found - timedelta(days=1), end)


@pytest.mark.parametrize(
    ("due_on", "band"),
    [
        (date(2026, 11, 21), "late_3"),  # Saturday, one working day ago
        (date(2026, 11, 19), "late_3"),
        (date(2026, 11, 18), "late_7"),  # four working days: Thursday to Saturday, Monday
        (date(2026, 11, 14), "late_7"),  # seven
        (date(2026, 11, 13), "late_more"),
        (date(2026, 11, 23), "last_day"),
        (date(2026, 11, 26), "left_3"),
        (date(2026, 11, 27), "left_more"),
    ],
)
def test_an_office_week_reads_as_it_is_counted(due_on, band):
    windows = bands.windows(WorkingCalendar(), DAY)
    assert [each for each in (*bands.BANDS, "last_day") if windows[each].holds(due_on)] == [band]
