"""Holidays are changed by two officers, orders issued by the SP after a look; clocks follow, but the law's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.domain.errors import NotAllowed
from app.domain.roles import Role
from app.models.tables.clocks import case_clock
from app.models.tables.workflow import user_task
from app.services.store.scopes import actor_scope
from app.services.timekeeping import calendar_changes, recomputing
from tests.districts import NOW
from tests.office import Office, text_of

if TYPE_CHECKING:
    from sqlalchemy import Row

ORDER = {
    "kind": "pause",
    "first": "24-11-2026",
    "last": "२६-११-२०२६",
    "reason": "election",
    "number": "1187/नि०",
    "dated": "23-11-2026",
    "days": "",
}


@pytest.fixture
def thana(office: Office) -> Office:
    """An office whose case came to a thana on Monday the 23rd, with seven working days."""
    office.number = office.journey.new_case(["th_mashrakh"])
    office.journey.go_on(office.number, "accept_enquiry")
    office.now = NOW + timedelta(days=3)
    return office


def clock(office: Office, name: str = "office", kind: str = "thana") -> Row[Any]:
    recomputing.go_on(office.database, office.now)
    statement = select(case_clock).where(case_clock.c.clock == name, case_clock.c.office_kind == kind)
    with office.database.engine.connect() as connection:
        return connection.execute(statement).one()


def test_a_holiday_takes_two_officers_and_the_second_sees_what_it_changes(thana):
    maker, dm = thana.at(Role.PROCESS_ADMIN), thana.at(Role.DM)
    maker.get("/calendar")
    lacking = maker.post("/calendar", {"kind": "holiday", "day": "25-11-2026", "name_hi": "स्थानीय अवकाश"})
    assert lacking.status_code == 422
    assert "अवकाश का नाम हिन्दी और अंग्रेजी दोनों में लिखें।" in text_of(lacking)
    assert "स्थानीय अवकाश" in text_of(lacking)
    names = {"name_hi": "स्थानीय अवकाश", "name_en": "Local holiday"}
    asked = {"kind": "holiday", "day": "२५-११-२०२६", **names}
    assert maker.post("/calendar", asked).status_code == 303
    assert "स्वीकृत करें" not in text_of(maker.get("/calendar"))
    shown = text_of(dm.get("/calendar"))
    assert "प्रकरण 1" in shown
    assert thana.number in shown
    change = shown.partition('name="change" value="')[2].partition('"')[0]
    assert clock(thana).due_on == date(2026, 12, 1)
    staff = thana.journey.staff
    promoted = replace(staff.holder(Role.DM), officer_id=staff.holder(Role.PROCESS_ADMIN).officer_id)
    with pytest.raises(NotAllowed):  # who proposed it, in whatever post he is by now
        thana.database.write(
            lambda rows: calendar_changes.decide(rows, promoted, UUID(change), thana.now, approves=True),
            actor_scope(promoted),
        )
    assert dm.post("/calendar/decide", {"change": change, "_op": "approve"}).status_code == 303
    assert clock(thana).due_on == date(2026, 12, 2)
    assert "स्थानीय अवकाश" in text_of(thana.at(Role.SHO, "th_mashrakh").get("/calendar"))
    assert thana.at(Role.SHO, "th_mashrakh").get("/calendar").status_code == 200
    again = dm.post("/calendar/decide", {"change": change, "_op": "refuse"})
    assert again.status_code == 409


def test_a_week_of_five_days_holds_from_its_day(thana):
    maker, dm = thana.at(Role.PROCESS_ADMIN), thana.at(Role.DM)
    maker.get("/calendar")
    week = {"kind": "week", "day": "2026-11-27", "off": ["5", "6"], "opens": "10:30", "closes": "10:00"}
    assert maker.post("/calendar", week).status_code == 422
    assert maker.post("/calendar", week | {"closes": "17:30"}).status_code == 303
    change = text_of(dm.get("/calendar")).partition('name="change" value="')[2].partition('"')[0]
    dm.post("/calendar/decide", {"change": change, "_op": "approve"})
    assert clock(thana).due_on == date(2026, 12, 2)


def test_an_order_is_looked_at_first_and_stops_the_thana_but_not_the_statutory_clock(thana):
    sp = thana.at(Role.SP)
    sp.get("/orders")
    assert sp.post("/orders", ORDER | {"number": ""}).status_code == 422
    looked = sp.post("/orders", ORDER)
    assert "प्रकरण 1" in text_of(looked)
    assert clock(thana).due_on == date(2026, 12, 1), "a look changes nothing"
    assert sp.post("/orders", ORDER | {"_op": "issue"}).status_code == 303
    assert clock(thana).due_on == date(2026, 12, 4)
    ledger = text_of(sp.get(f"/cases/{thana.number.replace('/', '-')}/clock"))
    assert "घड़ी स्थगित: निर्वाचन, 3 कार्यदिवस" in ledger
    assert "आदेश 1187/नि०" in ledger
    police = ledger.partition('id="police"')[2]
    assert "सकल 3 कार्यदिवस, शुद्ध 3 कार्यदिवस" in police
    with thana.database.engine.connect() as connection:
        due = connection.execute(
            select(user_task.c.due_on).where(user_task.c.element_id == "accept_enquiry")
        ).scalar_one()
    assert due == date(2026, 11, 27), "the step is due on the first day after the pause"
    assert sp.post("/orders", ORDER | {"_op": "issue"}).status_code == 422, "a number is of one order"


def test_an_order_taken_back_leaves_no_trace_in_the_clocks(thana):
    sp = thana.at(Role.SP)
    sp.get("/orders")
    sp.post("/orders", ORDER | {"_op": "issue"})
    assert clock(thana).due_on == date(2026, 12, 4)
    order = text_of(sp.get("/orders")).partition('name="order" value="')[2].partition('"')[0]
    assert sp.post("/orders/cancel", {"order": order}).status_code == 303
    assert clock(thana).due_on == date(2026, 12, 1)
    assert sp.post("/orders/cancel", {"order": order}).status_code == 409
    assert thana.app.test_cli_runner().invoke(args=["clocks", "recompute"]).exit_code == 0
    assert thana.app.test_cli_runner().invoke(args=["inbox", "recount"]).exit_code == 0
