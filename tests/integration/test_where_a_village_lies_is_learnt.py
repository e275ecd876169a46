"""A thana that passes a case on teaches where a village lies: once the SP approves it, the next case goes there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from app.domain.areas import area_key
from app.domain.errors import Conflict, NotAllowed, NotFound
from app.domain.ids import new_id
from app.domain.roles import Role
from app.models.district import area_queries
from app.models.scope import SystemReason, SystemScope
from app.services.casework import cases
from app.services.district import areas, calendars, places
from app.services.store import audit, erasure, scopes
from app.services.store.scopes import actor_scope
from tests.scripts import elsewhere

SARAN = SystemScope(SystemReason.SETUP, 218)
THANA = "th_mashrakh"


def task_at(traveller, number, step):
    return next(task for task in traveller.waiting(number) if task.element_id == step)


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ("रामपुर टोला", "Rampur Tola", True),
        ("ग्राम रामपुर टोला", "रामपुरटोला", True),
        ("बड़का गाँव", "Barka Gaon", True),
        ("वार्ड 5, नया टोला", "नया टोला वार्ड नं० 05", True),
        ("नया टोला वार्ड 5", "नया टोला वार्ड 6", False),
        ("रामपुर", "श्यामपुर", False),
    ],
)
def test_a_village_is_one_in_its_usual_spellings_and_its_wards_are_told_apart(first, second, is_one):
    keys = [area_key("841301", each) for each in (first, second)]
    assert all(keys)
    assert (keys[0] == keys[1]) is is_one
    assert area_key("841302", first) != keys[0], "a village of the same name elsewhere is another"


@pytest.mark.parametrize(
    ("pin", "village"), [("", "रामपुर"), ("84130", "रामपुर"), ("841301", "12"), ("841301", "")]
)
def test_what_says_too_little_is_no_village(pin, village):
    assert area_key(pin, village) == ""


@pytest.fixture
def passed_on(traveller):
    """A case that its thana has passed on to another; -> number, the two thanas."""
    number = traveller.begin([THANA])
    traveller.walk(number, {}, until="accept_enquiry")
    task = task_at(traveller, number, "accept_enquiry")
    right = elsewhere(traveller, task)
    traveller.act(number, task, **right)
    return number, task.office_id, UUID(right["correct_thana"])


def look(traveller, actor, now=None):
    return traveller.database.read(
        lambda rows: areas.show(rows, actor, now or traveller.now), actor_scope(actor)
    )


def decide(traveller, actor, proposal_id, village):
    traveller.database.write(
        lambda rows: areas.decide(rows, actor, proposal_id, village, traveller.now), actor_scope(actor)
    )


def told(traveller, values):
    """What whoever enters the candidate reads of his addresses."""
    return traveller.database.read(lambda rows: places.told(rows, values, traveller.now), SARAN)


def likely(traveller, day, **place):
    return traveller.database.read(lambda rows: places.likely(rows, place, day), SARAN)


def test_what_a_thana_passed_on_is_proposed_and_holds_once_the_sp_approves(traveller, passed_on):
    number, wrong, right = passed_on
    by = traveller.staff.holder(Role.SHO, wrong)
    sp, reader = traveller.staff.holder(Role.SP), traveller.staff.holder(Role.SP_READER)
    [proposal] = look(traveller, reader).proposals
    assert (proposal.case_number, proposal.village, proposal.pin) == (number, "रामपुर टोला", "841301")
    for approver in (sp, reader):
        assert look(traveller, approver).proposals[0].reason == "यह ग्राम दूसरे थाना में है।", (
            "read before it is decided"
        )
    day = calendars.day(traveller.now)
    rampur = {"village": "Rampur Tola", "pin": "841301"}
    typed = {"perm_village": "Rampur Tola", "perm_pin": "841301"}
    [unsure] = told(traveller, typed)
    assert (unsure.which, unsure.thana, unsure.known) == ("perm", None, "one_of_several")
    assert len(unsure.among) > 1
    assert [each.known for each in told(traveller, {**typed, "perm_thana": str(wrong)})] == ["written"]
    assert told(traveller, {"perm_village": "Rampur Tola"}) == [], "without a PIN nothing is guessed"
    assert likely(traveller, day, **rampur).known is places.Known.ONE_OF_SEVERAL
    with pytest.raises(NotAllowed):
        decide(traveller, reader, proposal.id, proposal.village)
    with pytest.raises(areas.Refused):
        decide(traveller, sp, proposal.id, "12")
    with pytest.raises(Conflict):  # whoever passed it on has the post of whoever approves since then
        decide(traveller, replace(sp, officer_id=by.officer_id), proposal.id, proposal.village)
    decide(traveller, sp, proposal.id, proposal.village)
    found = likely(traveller, day, **rampur)
    assert (found.known, found.office_id) == (places.Known.LEARNT, right)
    assert likely(traveller, day - timedelta(days=1), **rampur).known is places.Known.ONE_OF_SEVERAL
    [sure] = told(traveller, typed)
    assert (sure.known, sure.among, bool(sure.thana)) == ("learnt", [], True)
    assert [each.known for each in told(traveller, {**typed, "perm_thana": str(wrong)})] == ["another"]
    page = look(traveller, sp)
    assert ([row.name for row in page.known], page.proposals) == (["रामपुर टोला"], [])
    with pytest.raises(NotFound):
        decide(traveller, sp, proposal.id, None)
    assert traveller.database.read(audit.verify, scopes.record(218)) == []

    again = traveller.begin([THANA])
    traveller.walk(again, {}, until="route")
    marking = traveller.page_of(task_at(traveller, again, "route"))
    assert [line.known for line in marking.briefing.places] == ["another"]
    assert [row["thana"] for row in marking.values["routes"]] == [str(right)]
    assert wrong != right


def test_a_later_correction_ends_the_one_before(traveller, passed_on):
    _, wrong, right = passed_on
    sp = traveller.staff.holder(Role.SP)
    place = {"village": "रामपुर टोला", "pin": "841301"}
    day = calendars.day(traveller.now)
    traveller.database.write(
        lambda rows: area_queries.insert_area(rows, area(rows, wrong, day - timedelta(days=30))), SARAN
    )
    assert likely(traveller, day, **place).office_id == wrong
    decide(traveller, sp, look(traveller, sp).proposals[0].id, place["village"])
    assert likely(traveller, day, **place).office_id == right
    assert likely(traveller, day - timedelta(days=1), **place).office_id == wrong, (
        "past days keep their answer"
    )


def area(rows, office_id, since):
    key = area_key("841301", "रामपुर टोला")
    names = {"area_kind": area_queries.VILLAGE, "area_code": key, "name": "रामपुर टोला"}
    return {
        "id": new_id(rows.recorded_at),
        **names,
        "office_id": office_id,
        "valid_from": since,
        "valid_to": None,
    }


def test_a_proposal_reads_nothing_of_a_case_that_was_erased_and_a_refused_one_teaches_nothing(
    traveller, passed_on
):
    number, *_ = passed_on
    head, sp = traveller.staff.holder(Role.DM_SECTION_HEAD), traveller.staff.holder(Role.SP)
    [proposal] = look(traveller, sp).proposals
    case_id = traveller.database.read(
        lambda rows: cases.find(rows, head, number, traveller.now, "tasks").case_id, actor_scope(head)
    )
    cases.withdraw(traveller.database, head, number, {"reason": "विभाग का पत्र क-9"}, traveller.now)
    traveller.database.write(
        lambda rows: erasure.erase_case(rows, head, case_id, traveller.now), actor_scope(head)
    )
    assert [row.village for row in look(traveller, sp).proposals] == [""]
    with pytest.raises(areas.Refused):
        decide(traveller, sp, proposal.id, "रामपुर")
    decide(traveller, sp, proposal.id, None)
    page = look(traveller, sp)
    assert (page.proposals, list(page.known)) == ([], [])
