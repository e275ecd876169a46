"""A thana is found by any spelling of its name, in a form and in the search; and it may be unknown at first."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.domain.errors import FormInvalid
from app.domain.roles import Role
from app.models.tables.cases import address
from app.services.casework import cases
from app.services.store.scopes import actor_scope
from tests.office import text_of

if TYPE_CHECKING:
    from app.domain.roles import Actor
    from tests.journey import Journey
    from tests.office import Office
    from tests.visitor import Visitor

LIST = re.compile(r'<select[^>]* name="perm_thana".*?</select>', re.DOTALL)
OPTION = re.compile(r'<option value="([^"]*)"[^>]*?( selected)?>([^<]*)</option>')


def offered(page: str) -> list[tuple[str, bool]]:
    """The names that the list of thanas offers, and whether each is chosen."""
    found = LIST.search(page)
    assert found is not None
    return [(html.unescape(name), bool(chosen)) for _, chosen, name in OPTION.findall(found[0])]


def chosen(page: str) -> str:
    return next(name for name, is_chosen in offered(page) if is_chosen)


def looked_for(visitor: Visitor, where: str, typed: str, op: str = "find:perm_thana") -> str:
    """The form as it comes back after a name was typed beside its list and the button was pressed."""
    visitor.get(where)
    answer = visitor.post(where, {"name_hi": "राहुल", "perm_thana-find": typed, "_op": op})
    assert answer.status_code == 303
    return text_of(visitor.get(where))


SPELT = {
    "Revelganj": "रिविलगंज",
    "रिवीलगंज": "रिविलगंज",
    "  garkha ": "गड़खा",
    "Gadkha": "गड़खा",
    "bhagvan bajar": "भगवान बाजार",
    "मशरख": "मशरक",
    "Mashr": "मशरक",
    "मकेर थाना": "मकेर",
    "थाना-मशरख": "मशरक",
    "P.S. Garkha": "गड़खा",
}


def test_a_form_takes_a_thana_by_any_spelling(office: Office) -> None:
    letter = office.journey.register()
    visitor, where = office.at(Role.DM_ASSISTANT), f"/requisitions/{letter}/new"
    for typed, thana in SPELT.items():
        page = looked_for(visitor, where, typed)
        assert chosen(page) == thana
        assert 'value="राहुल"' in page, "what else was typed stays"


def test_what_names_several_thanas_puts_them_first_and_what_names_none_says_so(office: Office) -> None:
    letter = office.journey.register()
    visitor, where = office.at(Role.DM_ASSISTANT), f"/requisitions/{letter}/new"
    several = looked_for(visitor, where, "ganj")
    assert "नाम मिलते हैं। वे सूची में सबसे ऊपर हैं" in several
    first = [name for name, _ in offered(several)][1:3]
    assert all("गंज" in name for name in first)
    assert not any(is_chosen for _, is_chosen in offered(several))
    none = looked_for(visitor, where, "लखनऊ")
    assert "“लखनऊ” नाम सूची में नहीं मिला" in none
    assert 'value="लखनऊ"' in none
    visitor.post("/account/language", {"language": "en"})
    assert "No name of the list matches “लखनऊ”" in text_of(visitor.get(where))


def test_a_name_typed_without_pressing_the_button_counts_when_nothing_was_chosen(office: Office) -> None:
    letter = office.journey.register()
    posted = dict(office.journey.form_of_person(letter).values)
    visitor, where = office.at(Role.DM_ASSISTANT), f"/requisitions/{letter}/new"
    visitor.get(where)
    wrong = visitor.post(where, {**posted, "perm_thana": [""], "perm_thana-find": ["लखनऊ"]})
    assert wrong.status_code == 422
    assert 'href="#f-perm_thana"' in text_of(wrong)
    sent = visitor.post(where, {**posted, "perm_thana": [""], "perm_thana-find": ["Gadkha"]})
    assert sent.status_code == 303
    (row,) = office.database.engine.connect().execute(select(address.c.office_id))
    assert row.office_id == office.journey.staff.offices(Role.SHO)["th_garkha"]


def test_a_choice_that_was_made_is_not_undone_by_a_name_beside_it(office: Office) -> None:
    letter = office.journey.register()
    visitor, where = office.at(Role.DM_ASSISTANT), f"/requisitions/{letter}/new"
    ekma = str(office.journey.staff.offices(Role.SHO)["th_ekma"])
    visitor.get(where)
    visitor.post(where, {"perm_thana": ekma, "perm_thana-find": "Gadkha", "_op": "draft"})
    assert chosen(text_of(visitor.get(where))) == "एकमा"
    visitor.post(where, {"perm_thana": ekma, "perm_thana-find": "Gadkha", "_op": "find:perm_thana"})
    assert chosen(text_of(visitor.get(where))) == "गड़खा"


def test_a_row_of_a_list_takes_a_thana_by_its_other_name_too(office: Office) -> None:
    number = office.journey.new_case(["th_mashrakh"])
    office.journey.go_on(number, "route")
    task = office.task(number)
    reader, where = office.holder_of(task), f"/tasks/{task.id}"
    reader.get(where)
    posted = office.answers(task)
    reader.post(where, {**posted, "routes-0-thana-find": ["Revelganj"], "_op": ["find:routes-0-thana"]})
    right = office.journey.staff.offices(Role.SHO)["th_rivilganj"]
    row = re.search(r'<select[^>]* name="routes-0-thana".*?</select>', text_of(reader.get(where)), re.DOTALL)
    assert row is not None
    assert re.search(rf'value="{right}"[^>]* selected', row[0])


SOUGHT = {
    "Revelganj": {"रिविलगंज"},
    "थाना रिवीलगंज": {"रिविलगंज"},
    "Mashrakh": {"मशरक"},
    "राहुल Revelganj": {"रिविलगंज"},
    "Sonpur": set(),
}


def test_the_search_finds_cases_by_any_spelling_of_their_thana(journey: Journey) -> None:
    letter = journey.register(candidate_count=2)
    numbers = {
        journey.add(letter, [key]): name
        for key, name in (("th_rivilganj", "रिविलगंज"), ("th_mashrakh", "मशरक"))
    }
    actor = journey.staff.holder(Role.DM_ASSISTANT)
    ekma = journey.staff.holder(Role.SHO, journey.staff.offices(Role.SHO)["th_ekma"])

    def sought(text: str, by: Actor) -> list[str]:
        lines = journey.database.write(lambda s: cases.search(s, by, text, journey.now), actor_scope(by))
        return [numbers[line.number] for line in lines]

    for text, found in SOUGHT.items():
        assert set(sought(text, actor)) == found
        assert not sought(text, ekma), "a search shows nobody a foreign case"
    assert sought("राहुल मशरख", actor) == ["मशरक"], "a name and a thana narrow each other"


def test_an_address_whose_thana_nobody_knows_is_placed_by_the_sps_office(journey: Journey) -> None:
    letter = journey.register()
    unknown = {"perm_thana": None, "perm_thana_unknown": True, "perm_pin": "841208"}
    number = journey.add(letter, **unknown)
    journey.go_on(number, "route")
    (task,) = journey.waiting(number)
    ekma = journey.staff.offices(Role.SHO)["th_ekma"]
    row = journey.page_of(task).values["routes"][0]
    assert row["thana"] == str(ekma), "the PIN code leaves one thana"
    assert row["address"]
    journey.go_on(number, "accept_enquiry", "search_records")
    (waiting,) = [each for each in journey.waiting(number) if each.element_id == "accept_enquiry"]
    assert waiting.office_id == ekma
    actor = journey.staff.holder(Role.SHO, ekma)
    view = journey.database.read(lambda s: cases.find(s, actor, number, journey.now), actor_scope(actor))
    assert view.particulars is not None
    assert [each.thana_hi for each in view.particulars.residences] == ["एकमा"]


def test_an_unknown_thana_without_a_likely_one_is_asked_of_the_sps_reader(journey: Journey) -> None:
    number = journey.add(journey.register(), perm_thana=None, perm_thana_unknown=True, perm_pin="841301")
    journey.go_on(number, "route")
    (task,) = journey.waiting(number)
    assert journey.page_of(task).values["routes"][0]["thana"] is None
    with pytest.raises(FormInvalid) as refused:
        journey.do(number, "route")
    assert list(refused.value.problems) == ["routes-0-thana"]
