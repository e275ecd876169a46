"""The border of the engine's memory: JSON inside, dates and decimals for FEEL."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import RouteStuck
from app.engine.values import plain, revive


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (Decimal(7), 7),
        (Decimal("7.00"), 7),
        (Decimal("0.7"), 0.7),
        (Decimal("0.1234567890123456789"), "0.1234567890123456789"),
        (date(2025, 7, 1), "2025-07-01"),
        (datetime(2025, 7, 1, 10, tzinfo=UTC), "2025-07-01T10:00:00+00:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ((1, "a", None), [1, "a", None]),
        (True, True),
    ],
)
def test_each_kind_of_value_has_one_plain_form(value: Any, kept: Any) -> None:
    assert plain(value) == kept
    assert type(plain(value)) is type(kept)


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("2025-07-01", date(2025, 7, 1)),
        ("2025-07-01T10:00:00+00:00", datetime(2025, 7, 1, 10, tzinfo=UTC)),
        ("2025-13-01", "2025-13-01"),
        ("2025-07-01x", "2025-07-01x"),
        ("0197c3a0-0000-7111-8222-333333333333", "0197c3a0-0000-7111-8222-333333333333"),
        (0.7, Decimal("0.7")),
        ({"on": ["2025-07-01"]}, {"on": [date(2025, 7, 1)]}),
    ],
)
def test_feel_reads_dates_and_exact_numbers(kept: Any, read: Any) -> None:
    assert revive(kept) == read
    assert type(revive(kept)) is type(read)


@given(st.dates())
def test_a_date_comes_back_as_the_same_date(day: date) -> None:
    assert revive(plain(day)) == day


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_comes_back_as_the_same_instant(at: datetime) -> None:
    assert revive(plain(at)) == at


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**8), max_value=10**8))
def test_a_number_of_six_places_comes_back_exact(number: Decimal) -> None:
    assert revive(plain(number)) == number


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text()
        | st.decimals(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=10,
    ).filter(lambda value: "typename" not in str(value))
)
def test_whatever_is_taken_in_is_json(value: Any) -> None:
    kept = plain(value)
    assert json.loads(json.dumps(kept)) == kept


def test_a_nest_without_end_is_refused() -> None:
    nest: list[Any] = []
    nest.append(nest)
    with pytest.raises(RouteStuck):
        plain(nest)
