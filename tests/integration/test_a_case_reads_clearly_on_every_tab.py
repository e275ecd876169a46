"""A case as officers read it: offices by their full names, each tab its own part, in both languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from app.domain.roles import Role
from tests.office import text_of

if TYPE_CHECKING:
    from tests.office import Office
    from tests.visitor import Visitor

THANA, HINDI, ENGLISH = "th_daudpur", "थाना दाउदपुर", "Daudpur police station"
_TAGS = re.compile(r"<[^>]+>")


def words_of(page: str) -> str:
    """The words of a page, tags and gaps left out."""
    return " ".join(_TAGS.sub(" ", page).split())


def in_english(visitor: Visitor) -> Visitor:
    visitor.get("/account")
    visitor.post("/account/language", {"language": "en", "next": "/account"})
    return visitor


# -- offices -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/inbox", "/account", "/reports"])
def test_a_police_station_is_called_by_its_full_name(office: Office, address: str) -> None:
    office.journey.new_case([THANA])
    office.journey.go_on("SRN/2026/00001", until="accept_enquiry")
    station = office.at(Role.SHO, THANA)
    assert HINDI in words_of(text_of(station.get(address)))
    assert ENGLISH in words_of(text_of(in_english(station).get(address)))


@pytest.mark.parametrize("tab", ["", "/timeline"])
@pytest.mark.parametrize(("lang", "full", "bare"), [("hi", HINDI, "दाउदपुर"), ("en", ENGLISH, "Daudpur")])
def test_a_case_calls_its_police_station_by_its_full_name(
    office: Office, tab: str, lang: str, full: str, bare: str
) -> None:
    number = office.journey.new_case([THANA])
    office.journey.go_on(number, until="endorse_enquiry")
    head = office.at(Role.DM_SECTION_HEAD)
    if lang == "en":
        in_english(head)
    page = text_of(head.get(f"/cases/{number.replace('/', '-')}{tab}"))
    # An answer to the question which police station is the place alone: it stands beside the question.
    page = words_of(re.sub(r'<dl class="pairs.*?</dl>', "", page, flags=re.DOTALL))
    assert full in page
    assert page.count(bare) == page.count(full), f"{bare} stands alone"


def test_an_office_whose_name_is_whole_is_left_as_it_is(office: Office) -> None:
    assert "थाना जिला" not in words_of(text_of(office.at(Role.DM).get("/inbox")))


def test_an_inbox_names_another_office_only_where_the_enquiry_is_another_offices(office: Office) -> None:
    number = office.journey.new_case([THANA])
    office.journey.go_on(number, until="accept_enquiry")
    rows = text_of(office.at(Role.SHO, THANA).get("/inbox")).partition("<tbody")[2]
    assert "2026/1" in rows
    assert "शिक्षा विभाग, बिहार" in rows
    assert "दाउदपुर" not in rows
