"""Numbers of cases and papers: written one way, read as officers type them, wrong digits noticed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import numbers
from app.domain.ids import new_id

years, serials = st.integers(2020, 2100), st.integers(1, 999_999)


@pytest.mark.parametrize("typed", ["SRN/2026/00001", "srn-2026-1", " SRN 2026 00001 ", "SRN/२०२६/०००१"])
def test_a_case_number_is_understood_as_it_is_typed(typed):
    assert numbers.parse_case_number(typed) == "SRN/2026/00001"


@pytest.mark.parametrize("typed", ["", "राम कुमार", "2026/1", "SRN/26/1", "SRN/2026/", "SRN/2026/1; drop"])
def test_what_is_no_case_number_is_left_to_the_search_by_name(typed):
    assert numbers.parse_case_number(typed) is None


@pytest.mark.parametrize(
    ("typed", "kept"), [("45", "45"), (" ०००४५ ", "45"), ("srn-2026-1", "SRN/2026/00001")]
)
def test_the_last_part_of_a_case_number_may_stand_in_an_address(typed, kept):
    assert numbers.as_searched(typed) == kept


@pytest.mark.parametrize("typed", ["", "राम", "9431012345", "2026/45", "45 राम", "4.5"])
def test_what_may_name_a_person_or_a_letter_stands_in_no_address(typed):
    assert numbers.as_searched(typed) == ""


@given(years, serials)
def test_a_case_number_survives_an_address(year, serial):
    number = numbers.case_number("SRN", year, serial)
    assert numbers.parse_case_number(numbers.in_address(number)) == number


@given(years, serials)
def test_a_certificate_number_proves_itself(year, serial):
    assert numbers.parse_certificate_number(numbers.certificate_number("SRN", year, serial))


@given(years, serials, st.integers(0, 9), st.data())
def test_one_digit_typed_wrong_is_noticed(year, serial, digit, data):
    number = numbers.certificate_number("SRN", year, serial)
    at = data.draw(st.sampled_from([n for n, c in enumerate(number) if c.isdigit() and c != str(digit)]))
    assert not numbers.parse_certificate_number(f"{number[:at]}{digit}{number[at + 1 :]}")


@given(years, serials)
def test_two_neighbours_swapped_are_noticed(year, serial):
    number = numbers.certificate_number("SRN", year, serial)
    for at in range(13, 18):
        swapped = f"{number[:at]}{number[at + 1]}{number[at]}{number[at + 2 :]}"
        assert swapped == number or not numbers.parse_certificate_number(swapped)


def test_numbers_look_as_the_office_writes_them():
    memo, letter = (numbers.usual_prefix("DM-GEN", series) for series in numbers.Series)
    assert numbers.office_number(memo, 2026, 17) == "DM-GEN/CHAR/2026/00017"
    assert numbers.office_number(letter, 2026, 17) == "DM-GEN/VER/2026/00017"
    assert numbers.certificate_number("SRN", 2026, 123).startswith("SRN/CAV/2026/000123/")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        *(("sp-con/ver", "SP-CON/VER"), ("GO/१२", "GO/12"), ("A" * 24, "A" * 24)),
        *((text, None) for text in ("", " गो/12 ", "A//B", "-A", "A B", "A/<b>", "A" * 25)),
    ],
)
def test_the_beginning_of_an_offices_numbers_is_capitals_and_digits(typed, kept):
    assert numbers.parse_prefix(typed) == kept


@given(st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_an_id_sorts_by_its_instant_and_says_its_version(at):
    first, later = new_id(at), new_id(at + timedelta(milliseconds=1))
    assert first < later
    assert first.version == 7
    assert first.variant == "specified in RFC 4122"
    assert first.int >> 80 == int(at.timestamp() * 1000)


def test_ids_of_one_instant_differ():
    at = datetime(2026, 11, 23, tzinfo=UTC)
    assert len({new_id(at) for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("112/2026", "११२/२०२६"),
        ("११२/२०२६", "112/2026"),
        ("का०-112", "का०-११२"),
        ("का०-१०२", "का०-102"),
    ],
)
def test_a_letter_is_sought_in_the_digits_of_either_script_and_a_zero_that_is_a_dot_stays(typed, written):
    found = numbers.spellings(typed)
    assert {typed, written} <= set(found)
    assert all(("का०-" in each) == ("का०-" in typed) for each in found)
