"""A contractor may be a firm: every partner has a case of his own, and each case says whose partner he is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from app.domain.errors import FormInvalid
from app.domain.roles import Role
from tests.journey import scan
from tests.office import text_of

if TYPE_CHECKING:
    from tests.office import Office

FIRM = {
    "firm_name_hi": "सरयू कंस्ट्रक्शन",
    "firm_name_en": "Saryu Construction",
    "firm_kind": "partnership",
    "firm_post": "भागीदार",
    "firm_reg_no": "DEMO/2015/0417",
}


def enter(office: Office, **changes: Any) -> str:
    letter = office.journey.register(purpose="contractor", candidate_count=3)
    return office.journey.add(letter, ["th_mufassil"], [scan("photo")], **changes)


def test_the_case_of_a_partner_shows_his_firm(office: Office) -> None:
    number = enter(office, **FIRM)
    page = text_of(office.at(Role.DM_SECTION_HEAD).get(f"/cases/{number.replace('/', '-')}"))
    for words in ("सरयू कंस्ट्रक्शन", "Saryu Construction", "भागीदारी", "भागीदार", "DEMO/2015/0417"):
        assert words in page


def test_a_contractor_without_a_firm_is_asked_for_none(office: Office) -> None:
    assert enter(office) == "SRN/2026/00001"


def test_a_firm_is_named_whole(office: Office) -> None:
    with pytest.raises(FormInvalid) as refused:
        enter(office, firm_name_hi="सरयू कंस्ट्रक्शन")
    assert set(refused.value.problems) == {"firm_name_en", "firm_kind", "firm_post"}


def test_who_is_to_serve_in_an_office_has_no_firm(office: Office) -> None:
    page = text_of(office.at(Role.DM_ASSISTANT).get(f"/requisitions/{office.journey.register()}/new"))
    assert re.search(r'id="f-Group_firm"[^>]* hidden>', page)


OWN = {
    "subject_kind": "firm",
    "firm_name_hi": "सरयू कंस्ट्रक्शन",
    "firm_name_en": "Saryu Construction",
    "firm_kind": "partnership",
}


def of_firm(office: Office, number: str, role: Role) -> str:
    return text_of(office.at(role).get(f"/cases/{number.replace('/', '-')}"))


def test_a_firm_has_a_case_of_its_own_that_is_linked_to_its_partners(office: Office) -> None:
    letter = office.journey.register(purpose="contractor", candidate_count=3)
    own = office.journey.add(letter, ["th_mufassil"], **OWN)
    partner = office.journey.add(letter, ["th_mufassil"], [scan("photo")], **FIRM)
    other = office.journey.add(letter, ["th_mufassil"], [scan("photo")])
    page = of_firm(office, own, Role.DM_SECTION_HEAD)
    assert "Saryu Construction" in page
    assert "फर्म का पता" in page
    assert "पिता" not in page
    assert partner in page
    assert other not in page
    assert own in of_firm(office, partner, Role.DM_SECTION_HEAD)
    assert own not in of_firm(office, other, Role.DM_SECTION_HEAD)


def test_nothing_personal_is_asked_of_a_firm(office: Office) -> None:
    letter = office.journey.register(purpose="contractor", candidate_count=1)
    with pytest.raises(FormInvalid) as refused:
        office.journey.add(letter, ["th_mufassil"], subject_kind="firm")
    assert set(refused.value.problems) == {"firm_name_hi"}


def test_only_where_a_firm_may_ask_is_one_verified(office: Office) -> None:
    """A post that says `firm` for a purpose of persons is read as a person's."""
    letter = office.journey.register()
    office.journey.add(letter, ["th_mufassil"], **OWN)
    page = of_firm(office, "SRN/2026/00001", Role.DM_SECTION_HEAD)
    assert "Saryu Construction" not in page


def test_the_page_of_the_next_person_counts_those_before(office: Office) -> None:
    letter = office.journey.register(purpose="contractor", candidate_count=3)
    office.journey.add(letter, ["th_mufassil"], **OWN)
    assert "3 में से 1 दर्ज" in text_of(office.at(Role.DM_ASSISTANT).get(f"/requisitions/{letter}/new"))
