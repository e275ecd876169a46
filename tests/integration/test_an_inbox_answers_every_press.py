"""What is pressed at the inbox and beside a task is done, or refused with what to do; nothing typed is lost."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from app.domain.clock import IST
from app.domain.roles import Role
from app.models.tables.officers import posting
from app.services.desk import holding
from app.services.store.scopes import actor_scope
from app.web.frame.forms import day_of, day_parts, day_text, known_day, known_time
from tests.office import text_of
from tests.visitor import Sheet, Visitor

if TYPE_CHECKING:
    from tests.office import Office

THANA = "th_mufassil"


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-11-30", date(2026, 11, 30)),
        ("30-11-2026", date(2026, 11, 30)),
        (" ३०.११.२०२६ ", date(2026, 11, 30)),
        ("3/1/2027", date(2027, 1, 3)),
        ("31-02-2026", None),
        ("30-11-26", None),
        ("कल", None),
        ("", None),
        ("9" * 400, None),
    ],
)
def test_a_day_is_read_as_browsers_and_officers_write_it(typed, day):
    assert known_day(typed) == day


@pytest.mark.parametrize(
    ("boxes", "text", "day"),
    [
        ({"on-d": "३०", "on-m": "११", "on-y": "२०२६"}, "३०-११-२०२६", date(2026, 11, 30)),
        ({"on-d": "3", "on-m": "1", "on-y": "2027"}, "3-1-2027", date(2027, 1, 3)),
        ({"on-d": "31", "on-m": "2", "on-y": "2026"}, "31-2-2026", None),
        ({"on-d": "31", "on-m": "", "on-y": ""}, "31--", None),
        ({"on-d": "", "on-m": "", "on-y": ""}, "", None),
        ({"on": "2026-11-30"}, "2026-11-30", date(2026, 11, 30)),
        ({}, "", None),
    ],
)
def test_a_day_of_three_boxes_is_one_text_that_the_boxes_show_again(boxes, text, day):
    assert (day_text(boxes, "on"), day_of(boxes, "on")) == (text, day)
    if text != "2026-11-30":
        written = {name: box for name, box in boxes.items() if box}
        assert {f"on-{part}": box for part, box in day_parts(text).items() if box} == written
    assert day_parts(date(2026, 3, 1)) == day_parts("2026-03-01") == {"d": "01", "m": "03", "y": "2026"}


@pytest.mark.parametrize(
    ("typed", "clock"),
    [
        ("10:30", time(10, 30)),
        ("१०.३०", time(10, 30)),
        ("1030", time(10, 30)),
        ("9:05", time(9, 5)),
        ("25:00", None),
        ("", None),
    ],
)
def test_a_time_is_read_as_officers_write_it(typed, clock):
    assert known_time(typed) == clock


def colleague(office: Office, office_id) -> Visitor:
    """An officer beside the section head, and his browser."""
    other = office.journey.staff.holder(Role.ADM)
    with office.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(
            update(posting)
            .where(posting.c.officer_id == other.officer_id)
            .values(office_id=office_id, role=Role.DM_SECTION_HEAD.value)
        )
    return Visitor(office.app).enter(other.officer_id, office.now)


def test_a_colleagues_task_asks_for_a_reason_and_keeps_the_page(office: Office):
    number = office.journey.new_case([THANA])
    task = office.task(number)
    first = office.journey.actor_of(task)
    office.database.write(lambda rows: holding.claim(rows, first, task.id, office.now), actor_scope(first))
    second = colleague(office, task.office_id)
    page = text_of(second.get(f"/tasks/{task.id}"))
    assert f"{first.name_hi} के नाम" in page
    answer = second.post(f"/tasks/{task.id}/claim")
    assert (answer.status_code, "सूची में से कारण चुनें" in text_of(answer)) == (422, True)
    assert second.post(f"/tasks/{task.id}/claim", {"reason": "leave"}).status_code == 303
    assert "यह कार्य आपके नाम है।" in text_of(second.get(f"/tasks/{task.id}"))


def test_giving_a_task_away_asks_for_whom_and_why(office: Office):
    number = office.journey.new_case([THANA])
    task = office.task(number)
    other = colleague(office, task.office_id)
    head = office.holder_of(task)
    address = f"/tasks/{task.id}/reassign"
    page = text_of(head.get(address))
    officer = re.findall(r'name="officer" value="([0-9a-f-]{36})"', page)[0]
    answer = head.post(address, {"officer": officer})
    assert (answer.status_code, "checked" in text_of(answer)) == (422, True), "the choice is kept"
    for posted in (
        {"reason": "leave"},
        {"officer": "x", "reason": "leave"},
        {"officer": str(task.id), "reason": "leave"},
    ):
        answer = head.post(address, posted)
        assert (answer.status_code, "इस कार्यालय का वह पदाधिकारी चुनें" in text_of(answer)) == (422, True)
    told = head.post_and_follow(address, {"officer": officer, "reason": "leave"})
    assert "दूसरे पदाधिकारी को दे दिया गया" in text_of(told)
    assert office.at(Role.DM_ASSISTANT).get(address).status_code == 403
    assert other.get(address).status_code in (200, 403)


def test_a_task_tells_when_it_reached_the_office(office: Office):
    task = office.task(office.journey.new_case([THANA]))
    page = text_of(office.holder_of(task).get(f"/tasks/{task.id}"))
    told = re.search(r"इस कार्यालय को प्राप्त</dt><dd>(.*?)</dd>", page)
    assert told is not None
    assert task.created_at.astimezone(IST).strftime("%d-%m-%Y %H:%M") in told[1]


def test_a_day_that_is_none_is_said_beside_its_box_and_the_words_stay(office: Office):
    number = office.journey.new_case([THANA])
    task = office.task(number)
    head = office.holder_of(task)
    head.get(f"/tasks/{task.id}")
    answer = head.post(
        f"/tasks/{task.id}/look-again", {"_op": "on", "look_on": "31-02-2026", "note": "फोन करें"}
    )
    page = text_of(answer)
    assert answer.status_code == 422
    assert "दिन-मास-वर्ष लिखें" in page
    assert 'value="फोन करें"' in page
    answer = head.post(f"/tasks/{task.id}/look-again", {"_op": "on", "look_on": "2020-01-01"})
    assert (answer.status_code, "आज से एक वर्ष के भीतर" in text_of(answer)) == (422, True)
    assert head.post(f"/tasks/{task.id}/look-again", {"_op": "3", "note": "फोन करें"}).status_code == 303
    assert "फोन करें" in text_of(head.get("/inbox?look=all"))
    office.now += timedelta(days=4)
    assert "आज फिर देखने हैं" in text_of(office.holder_of(task).get("/inbox"))
    head = office.holder_of(task)
    head.get(f"/tasks/{task.id}")
    head.post(f"/tasks/{task.id}/look-again", {"_op": "forget"})
    assert "फोन करें" not in text_of(head.get("/inbox"))


def test_a_saved_filter_holds_codes_and_never_a_name_that_was_searched(office: Office):
    office.journey.new_case([THANA])
    head = office.at(Role.DM_SECTION_HEAD)
    head.get("/inbox")
    page = text_of(head.post("/inbox?age=left", {"search": "राहुल कुमार"}))
    [action] = [
        form.attributes["action"]
        for form in Sheet(page).all("form")
        if "/views" in (form.attributes.get("action") or "")
    ]
    assert action == "/inbox/views?age=left"
    answer = head.post(action, {"name": "शेष", "shared": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/inbox?age=left")
    assert "★ शेष" in text_of(head.get("/inbox"))
    assert "★ शेष" in text_of(office.at(Role.DM_ASSISTANT).get("/inbox"))


def test_what_a_filter_does_not_know_shows_the_usual_view(office: Office):
    office.journey.new_case([THANA])
    head = office.at(Role.DM_SECTION_HEAD)
    for odd in ("age=soon", "holder=everybody", "look=never", "sort=name", "size=7", "after=x%00y"):
        answer = head.get(f"/inbox?{odd}")
        assert (answer.status_code, "data-row" in text_of(answer)) == (200, True), odd


def test_a_note_that_fails_keeps_its_words(office: Office):
    number = office.journey.new_case([THANA])
    head = office.at(Role.DM_SECTION_HEAD)
    address = f"/cases/{number.replace('/', '-')}"
    head.get(f"{address}/correspondence")
    answer = head.post(f"{address}/notes", {"to": "", "text": "कृपया पत्र की प्रति भेजें"})
    page = text_of(answer)
    assert answer.status_code == 422
    assert "वह कार्यालय चुनें" in page
    assert "कृपया पत्र की प्रति भेजें</textarea>" in page
    assert (
        head.post(f"{address}/notes", {"answers": str(office.task(number).id), "text": "हाँ जी"}).status_code
        == 404
    )
    to = re.findall(r'<option value="([0-9a-f-]{36})"', page)[0]
    answer = head.post(f"{address}/notes", {"to": to, "text": "पत्र कब का है?", "due": "शीघ्र"})
    page = text_of(answer)
    assert (answer.status_code, 'href="#note-due"' in page) == (422, True)
    assert "पत्र कब का है?</textarea>" in page
    assert f'<option value="{to}" selected>' in page


def test_a_printed_case_names_its_printer_and_none_of_the_notes(office: Office):
    number = office.journey.new_case([THANA])
    head = office.at(Role.DM_SECTION_HEAD)
    address = f"/cases/{number.replace('/', '-')}"
    page = text_of(head.get(f"{address}/correspondence"))
    to = re.findall(r'<option value="([0-9a-f-]{36})"', page)[0]
    assert head.post(f"{address}/notes", {"to": to, "text": "केवल कार्यालयों के बीच"}).status_code == 303
    printed = text_of(head.get(f"{address}/print"))
    printer = office.journey.staff.holder(Role.DM_SECTION_HEAD)
    assert f"छापा: {printer.name_hi}" in printed
    assert "केवल कार्यालयों के बीच" in text_of(head.get(f"{address}/correspondence"))
    assert "केवल कार्यालयों के बीच" not in printed
