"""Reminders at 70, 100, 140 and 200 per cent of a step's days: to whom, why, once after a stop, none when done."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.domain.clock import IST
from app.domain.roles import Role
from app.models.scope import CaseScope
from app.models.tables.cases import case
from app.models.tables.clocks import reminder
from app.models.tables.officers import officer
from app.models.tables.workflow import notification
from app.services.jobs import jobs
from app.services.timekeeping import recomputing
from app.services.workflow import reminders
from tests.districts import NOW
from tests.office import Office, text_of

if TYPE_CHECKING:
    from sqlalchemy import Row


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant in November on the clock of India; a day beyond the 30th is of December."""
    return (datetime(2026, 11, 1, hour, minute, tzinfo=IST) + timedelta(days=day - 1)).astimezone(UTC)


@pytest.fixture
def thana(office: Office) -> Office:
    """An office whose case came to a thana on Monday the 23rd at half past ten; its SHO has one working day."""
    office.number = office.journey.new_case(["th_mashrakh"])
    office.journey.go_on(office.number, "accept_enquiry")
    return office


def wait(office: Office, until: datetime) -> None:
    """Let time go by, and the worker look at what is due then."""
    office.now = office.journey.now = until
    task = next(iter(office.journey.waiting(office.number)))
    jobs.fire(office.database, CaseScope(task.district_id, task.case_id), until)
    while jobs.run_one(office.database, until + timedelta(seconds=1)):
        pass


def sent(office: Office, step: str = "accept_enquiry") -> list[tuple[int, int, list[str]]]:
    statement = select(reminder).where(reminder.c.element_id == step).order_by(reminder.c.level)
    with office.database.engine.connect() as connection:
        return [(row.level, row.number, row.told) for row in connection.execute(statement)]


def told(office: Office, kind: str) -> list[Row[Any]]:
    with office.database.engine.connect() as connection:
        return list(connection.execute(select(notification).where(notification.c.kind == kind)))


def test_each_share_of_the_days_tells_whom_it_concerns(thana):
    wait(thana, at(24, 15, 30))
    assert sent(thana) == [(70, 0, [])]
    wait(thana, at(24, 17, 1))
    assert sent(thana)[1:] == [(100, 1, [])]
    assert told(thana, "escalation") == []
    wait(thana, at(25, 14))
    assert sent(thana)[2:] == [(140, 2, ["sdpo", "sp"])]
    wait(thana, at(25, 17, 1))
    assert sent(thana)[3:] == [(200, 3, ["sdpo", "sp", "dm"])]
    assert {row.role for row in told(thana, "escalation")} == {"sdpo", "sp", "dm"}
    wait(thana, at(26, 17, 1))
    assert len(sent(thana)) == 4


def test_what_piled_up_while_the_program_stood_is_one_reminder(thana):
    wait(thana, at(28, 12))
    assert sent(thana) == [(200, 1, ["sdpo", "sp", "dm"])]


def test_a_step_that_is_done_is_not_reminded_of_and_its_reminder_says_so(thana):
    wait(thana, at(24, 17, 1))
    page = text_of(thana.at(Role.SHO, "th_mashrakh").get("/reminders"))
    assert "स्मार 1" in page
    assert "निर्धारित समय पूरा हो गया।" in page
    assert "निर्धारित कार्यदिवस 1, देय तिथि" in page
    assert re.search(r"SP-\w+/VER/2026/\d{5}", page), "the number of its letter"
    assert "कार्य पूरा" not in page.partition("<article")[2]
    assert "स्मार 1" not in text_of(thana.at(Role.SHO, "th_manjhi").get("/reminders"))
    assert "स्मार 1" not in text_of(thana.at(Role.DM).get("/reminders"))
    thana.journey.do(thana.number, "accept_enquiry")
    wait(thana, at(25, 17, 1))
    assert [level for level, *_ in sent(thana)] == [100]
    settled = text_of(thana.at(Role.SHO, "th_mashrakh").get("/reminders"))
    assert "कार्य पूरा" in settled.partition("<article")[2]


def test_a_reminder_to_a_thana_leaves_no_step_behind_in_the_likely_rest_of_the_route(thana):
    wait(thana, at(24, 17, 1))
    for step in ("accept_enquiry", "visit", "check_registers", "endorse_enquiry"):
        thana.journey.do(thana.number, step)
    thana.journey.go_on(thana.number, "decide")
    page = thana.at(Role.DM).get(f"/cases/{thana.number.replace('/', '-')}")
    _, heading, likely = text_of(page).partition("आगे (संभावित)")
    assert heading
    assert "निर्गमन" in likely
    assert "पुलिस अधीक्षक की अनुशंसा" not in likely, "the SP recommended already"


def test_an_order_of_the_sp_holds_reminders_back_and_the_days_after_it_bring_them(thana):
    sp = thana.at(Role.SP)
    sp.get("/orders")
    order = {"kind": "pause", "first": "24-11-2026", "last": "28-11-2026", "reason": "election", "days": ""}
    assert (
        sp.post("/orders", {**order, "number": "9/नि०", "dated": "23-11-2026", "_op": "issue"}).status_code
        == 303
    )
    recomputing.go_on(thana.database, NOW)
    wait(thana, at(28, 17, 1))
    assert sent(thana) == []
    thana.now = at(31, 12)  # Tuesday, 1 December: the day after the last working day of the step
    reminders.sweep(thana.database, thana.now)
    assert [level for level, *_ in sent(thana)] == [100]
    reminders.sweep(thana.database, thana.now)
    assert len(sent(thana)) == 1


def test_the_sdpo_calls_the_sho_who_is_late_by_one_touch(thana):
    thanas = thana.journey.staff.offices(Role.SHO)
    of_case = thana.journey.staff.holder(Role.SHO, thanas["th_mashrakh"])
    with thana.database.engine.begin() as connection:
        at_thana = officer.c.id == of_case.officer_id
        connection.execute(officer.update().where(at_thana).values(phone="9000000123"))
        above = connection.execute(
            select(case.c.sdpo_office_id).where(case.c.number == thana.number)
        ).scalar()
    wait(thana, at(25, 17, 1))
    names = {office_id: name for name, office_id in thana.journey.staff.offices(Role.SDPO).items()}
    over = thana.at(Role.SDPO, names[above])
    link = f'href="tel:9000000123">☎ {of_case.name_hi}'
    assert link in text_of(over.get("/reminders"))
    assert link in text_of(over.get("/tracking/steps/accept_enquiry"))
    assert "tel:9000000123" not in text_of(thana.at(Role.SHO, "th_mashrakh").get("/reminders"))


def test_the_dm_reads_what_has_run_over_twice(thana):
    wait(thana, at(25, 17, 1))
    page = text_of(thana.at(Role.DM).get("/reminders"))
    assert "निर्धारित समय का दोगुना बीत गया।" in page
    assert thana.number in page
    assert "अनुमंडल पुलिस पदाधिकारी" in page.partition("<article")[2]


def test_the_timeline_tells_each_reminder_once_and_which_it_was(thana):
    wait(thana, at(24, 15, 30))
    wait(thana, at(24, 17, 1))
    page = thana.at(Role.SP).get(f"/cases/{thana.number.replace('/', '-')}/timeline")
    events = text_of(page).partition("<main")[2].split("<li>")
    told = [each for each in events if "समय रहते सूचना: थाना मशरक" in each or "स्मार 1: थाना मशरक" in each]
    assert [("स्मार 1" in each, "SP-" in each) for each in told] == [(False, False), (True, True)]
