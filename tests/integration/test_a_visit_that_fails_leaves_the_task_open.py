"""At the door of a house: a visit at which nobody could be asked is kept once, and the report lists them all."""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import select

from app import papers
from app.domain.errors import NotAllowed, NotFound, TaskAlreadyDone
from app.domain.ids import new_id
from app.domain.roles import Role
from app.models.tables.cases import answer
from app.models.tables.visits import failed_visit
from app.services.casefile import visits
from app.services.casework import cases
from app.services.desk import visiting
from app.services.store import audit, scopes
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.office import text_of
from tests.visitor import Sheet

if TYPE_CHECKING:
    from tests.office import Office

THANA, OTHER = "th_mufassil", "th_garkha"
HOUR = timedelta(hours=1)


def said(**changes) -> visits.Said:
    return visits.Said(**{"reason": "locked", "met": "neighbour", "sent_as": new_id(NOW), **changes})


def fail(journey, actor, task, told, now=None) -> bool:
    at = now or journey.now
    return journey.database.write(
        lambda rows: visiting.fail(rows, actor, task.id, told, at), actor_scope(actor)
    )


def kept(journey):
    with journey.database.engine.connect() as connection:
        return connection.execute(select(failed_visit)).all()


def tab(journey, actor, number, name):
    return journey.database.read(
        lambda rows: cases.find(rows, actor, number, journey.now, name), actor_scope(actor)
    )


def at_the_door(journey, *thanas):
    """A case that stands before its visits; -> its number, the task of the first thana, its officer."""
    number = journey.new_case(thanas or (THANA,))
    journey.go_on(number, until="visit")
    task = next(each for each in journey.waiting(number) if each.element_id == "visit")
    return number, task, journey.actor_of(task)


def test_visits_that_failed_are_kept_once_each_and_listed_with_the_report(journey):
    number, task, officer = at_the_door(journey, THANA, OTHER)
    journey.now += 5 * HOUR
    first, second = said(note="छठ तक लौटेंगे"), said(reason="refused", met="family", visited_at=NOW + 2 * HOUR)
    assert [fail(journey, officer, task, first) for _ in range(3)] == [True, False, False]
    assert fail(journey, officer, task, second)
    assert len(kept(journey)) == 2
    assert "छठ".encode() not in b"".join(bytes(row.details) for row in kept(journey))
    assert task.id in {each.id for each in journey.waiting(number)}, "the task stays open"
    page = journey.page_of(task)
    assert [(each.reason, each.met, each.is_late) for each in page.failed_visits] == [
        ("refused", "family", True),
        ("locked", "neighbour", False),
    ]

    journey.finish(task, journey.form_of(task))
    assert fail(journey, officer, task, first) is False, "received before the task ended"
    with pytest.raises(TaskAlreadyDone):
        fail(journey, officer, task, said())
    head = journey.staff.holder(Role.SHO, task.office_id)
    events = [each for each in tab(journey, head, number, "timeline").events if each.kind == "failed_visit"]
    assert [each.at for each in events] == [NOW + 2 * HOUR, NOW + 5 * HOUR]
    assert events[-1].failed.note == "छठ तक लौटेंगे"
    [report] = [each for each in tab(journey, head, number, "tasks").answers if each.failed_visits]
    assert [each.reason for each in report.failed_visits] == ["refused", "locked"]
    thanas = journey.staff.offices(Role.SHO)
    other = journey.staff.holder(Role.SHO, thanas[OTHER if task.office_id == thanas[THANA] else THANA])
    for actor in (other, journey.staff.holder(Role.DM_ASSISTANT), journey.staff.holder(Role.DM_SECTION_HEAD)):
        told = [each.kind for each in tab(journey, actor, number, "timeline").events]
        assert "failed_visit" not in told, actor.post.role
    assert journey.database.read(audit.verify, scopes.record(218)) == []


def test_a_visit_of_another_officer_or_another_time_is_not_taken(journey):
    _, task, officer = at_the_door(journey)
    for told, key in (
        (said(reason=""), "visit.reason_missing"),
        (said(met="dog"), "visit.met_missing"),
        (said(visited_at=NOW + HOUR), "visit.time_out_of_reach"),
        (said(visited_at=NOW - timedelta(days=2)), "visit.time_out_of_reach"),
        (said(is_no_time=True), "visit.time_out_of_reach"),
        (said(note="क" * 201), "desk.too_long"),
        (said(note="मेरा आधार 234123412346"), "form.aadhaar"),
    ):
        with pytest.raises(visits.Refused) as refused:
            fail(journey, officer, task, told)
        assert refused.value.key == key
    elsewhere = journey.waiting(journey.new_case((THANA,)))[0]
    with pytest.raises(NotFound):
        fail(journey, journey.actor_of(elsewhere), elsewhere, said())
    with pytest.raises((NotAllowed, NotFound)):
        fail(journey, journey.staff.holder(Role.SP_READER), task, said())
    assert kept(journey) == []
    for _ in range(visits.MOST):
        fail(journey, officer, task, said(sent_as=uuid4()))
    with pytest.raises(visits.Refused):
        fail(journey, officer, task, said(sent_as=uuid4()))


def test_the_page_keeps_a_failed_visit_and_what_could_not_be_kept(office: Office):
    _, task, _ = at_the_door(office.journey)
    visitor = office.holder_of(task)
    page = text_of(visitor.get(f"/tasks/{task.id}"))
    assert "असफल भ्रमण दर्ज करें" in page
    assert "<li>स्थायी पता: रामपुर टोला, 841301</li>" in page, "where to go stands open above the form"
    sent_as = next(
        box.attributes["value"] for box in Sheet(page).all("input") if box.attributes.get("name") == "sent_as"
    )
    form = {"reason": "away", "met": "", "note": "दिल्ली गए हैं", "sent_as": sent_as}
    refused = visitor.post(f"/tasks/{task.id}/failed-visits", form)
    words = text_of(refused)
    assert refused.status_code == 422
    assert "चुनें कि वहाँ किससे बात हुई" in words
    assert 'value="दिल्ली गए हैं"' in words
    form |= {"met": "neighbour", "day": "23-11-2026", "time": "०९:३०"}
    for _ in range(3):
        assert visitor.post(f"/tasks/{task.id}/failed-visits", form).status_code == 303
    assert len(kept(office.journey)) == 1
    words = text_of(visitor.get(f"/tasks/{task.id}"))
    assert "बाहर गए हुए हैं" in words
    assert "23-11-2026 09:30" in words
    form |= {"sent_as": str(uuid4()), "time": "25:99"}
    assert visitor.post(f"/tasks/{task.id}/failed-visits", form).status_code == 422


def test_the_sheet_of_a_visit_asks_the_forms_questions_and_its_code_names_nobody(office: Office):
    number, task, _ = at_the_door(office.journey)
    answer = office.holder_of(task).get(f"/tasks/{task.id}/sheet")
    page = text_of(answer)
    assert answer.status_code == 200
    for words in ("किससे भेंट हुई", "साक्षी का नाम", "कथन का सार", "राहुल कुमार शर्मा", number):
        assert words in page
    assert "परिसर/शस्त्र" not in page, "this purpose has no inspection"
    code = next(each.attributes["src"] or "" for each in Sheet(page).all("img"))
    address = f"{office.database.public_address}/cases/{number.replace('/', '-')}"
    assert b64decode(code.partition(",")[2]) == papers.qr_png(address)
    [other] = office.journey.waiting(office.journey.new_case((THANA,)))
    assert office.holder_of(other).get(f"/tasks/{other.id}/sheet").status_code == 404, (
        "no visit is asked there"
    )


def test_the_phone_may_be_asked_where_it_is_on_that_page_alone_and_never_must_tell(office: Office):
    _, task, _ = at_the_door(office.journey)
    visitor = office.holder_of(task)
    page = visitor.get(f"/tasks/{task.id}")
    assert page.headers["Permissions-Policy"].startswith("geolocation=(self)")
    assert "geolocation=()" in visitor.get("/inbox").headers["Permissions-Policy"]
    assert "यह आवश्यक नहीं है" in text_of(page), "consent is asked in words before the press"
    answers = office.answers(task)
    assert not answers.get("position", [""])[0]
    wrong = visitor.post(f"/tasks/{task.id}", {**answers, "position": "मंदिर के पास", "_op": "submit"})
    assert wrong.status_code == 422
    assert "मंदिर के पास" in text_of(wrong)
    told = {**answers, "position": "25.78012, 84.74731 ±12m", "_op": "submit"}
    assert visitor.post(f"/tasks/{task.id}", told).status_code == 303
    with office.database.engine.connect() as connection:
        stored = b"".join(bytes(row.values) for row in connection.execute(select(answer)))
    assert b"25.78012" not in stored


def test_a_report_of_a_locked_house_is_the_same_visit_that_failed(office: Office) -> None:
    number, task, _ = at_the_door(office.journey)
    visitor = office.holder_of(task)
    address = f"/tasks/{task.id}"
    visitor.get(address)
    said = office.answers(task, resident="house_locked", met_whom="neighbour", next_visit="2026-11-25")
    assert 'id="failed-visit"' in text_of(visitor.get(address))
    for _ in range(2):  # a double click
        answer = visitor.post(address, dict(said))
        assert answer.headers["Location"].endswith(f"{address}#failed-visit")
    [row] = kept(office.journey)
    assert row.user_task_id == task.id
    [told] = office.journey.page_of(task).failed_visits
    assert (told.reason, told.met) == ("locked", "neighbour")
    page = office.journey.page_of(task)
    assert page.look is not None
    assert f"{page.look.look_on:%d-%m-%Y}" == "25-11-2026", "the day that he named is noted"
    assert page.values.get("resident") in (None, ""), "the form begins anew at the next visit"
    assert task.id in {each.id for each in office.journey.waiting(number)}, "his task stays open"
    assert "घर बंद" in text_of(visitor.get(address))
    missing = visitor.post(address, dict(office.answers(task, resident="house_locked", met_whom="nobody")))
    assert missing.status_code == 422, "the day of the next visit is asked for, as before"
