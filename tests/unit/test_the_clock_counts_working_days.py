"""Working days: holidays and Sundays do not count, the day of receipt does not either; days are days in IST."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.clock import IST, Age, WorkingCalendar, add_months

CHHATH = date(2026, 11, 16)
CALENDAR = WorkingCalendar(holidays=frozenset({CHHATH}))
SATURDAY = date(2026, 11, 14)

days = st.dates(date(2020, 1, 1), date(2040, 1, 1))
calendars = st.builds(
    WorkingCalendar,
    holidays=st.frozensets(days, max_size=20),
    weekly_off=st.frozensets(st.integers(0, 6), max_size=3),
)


def ist(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), IST)


def test_a_sunday_and_a_holiday_are_passed_over():
    assert CALENDAR.add_days(SATURDAY, 1) == date(2026, 11, 17)
    assert CALENDAR.days_between(SATURDAY, date(2026, 11, 17)) == 1


def test_the_day_of_receipt_does_not_count():
    assert CALENDAR.add_days(date(2026, 11, 23), 2) == date(2026, 11, 25)


@given(calendars, days, st.integers(1, 60))
def test_as_many_days_lie_between_as_were_added(calendar, start, count):
    assert calendar.days_between(start, calendar.add_days(start, count)) == count


@given(calendars, days, st.integers(1, 60))
def test_what_is_due_is_due_on_a_working_day(calendar, start, count):
    assert calendar.is_working(calendar.add_days(start, count))


def test_a_step_ends_with_the_office_hours_of_its_last_day():
    assert CALENDAR.due(ist(SATURDAY, 9), 1) == ist(date(2026, 11, 17), 17)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (Decimal("0.7"), ist(date(2026, 11, 24), 14, 54)),
        (Decimal("2.1"), ist(date(2026, 11, 26), 10, 42)),
        (0.7 * 3, ist(date(2026, 11, 26), 10, 42)),
        (0.1 * 30, ist(date(2026, 11, 26), 17)),
    ],
)
def test_a_part_of_a_day_lies_within_the_next_days_office_hours(days, expected):
    assert CALENDAR.due(ist(date(2026, 11, 23), 11), days) == expected


@given(days, st.integers(1, 20))
def test_nudge_reminder_and_alert_come_one_after_the_other(start, count):
    moments = [CALENDAR.due(ist(start, 11), Decimal(share) * count) for share in ("0.7", "1", "1.4", "2")]
    assert moments == sorted(set(moments))


def test_an_instant_late_in_the_evening_of_india_belongs_to_that_day():
    evening = datetime(2026, 12, 31, 18, 29, tzinfo=UTC)
    assert CALENDAR.day_of(evening) == date(2026, 12, 31)
    assert CALENDAR.day_of(evening + timedelta(minutes=1)) == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("today", "age"),
    [
        (date(2026, 11, 20), Age("left", 3)),
        (date(2026, 11, 24), Age("last_day", 0)),
        (date(2026, 11, 25), Age("late", 1)),
        (date(2026, 11, 30), Age("late", 5)),
    ],
)
def test_the_age_of_a_step_is_told_in_working_days(today, age):
    assert CALENDAR.age(date(2026, 11, 24), today) == age


def test_a_step_that_ended_before_a_holiday_is_late_on_it():
    assert CALENDAR.age(SATURDAY, CHHATH) == Age("late", 1)


def test_a_calendar_without_working_days_is_called_broken():
    with pytest.raises(ValueError, match="calendar is broken"):
        WorkingCalendar(weekly_off=frozenset(range(7))).add_days(SATURDAY, 1)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 30), 6, date(2027, 5, 30)),
    ],
)
def test_months_end_with_the_month(start, months, expected):
    assert add_months(start, months) == expected
