"""Clocks on the real route: what each act writes is what the recorded events come to, worked out anew."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.domain.clock import WorkingCalendar
from app.models.casefile import case_queries
from app.models.scope import SystemReason, SystemScope
from app.models.tables.clocks import case_clock
from app.models.tables.offices import office
from app.services.timekeeping import clockbook
from tests.scripts import WITH_DETAIL, again_by_the_sp, elsewhere, fir, found_by_both, heard

if TYPE_CHECKING:
    from sqlalchemy import Row

    from tests.traveller import Traveller

CALENDAR = WorkingCalendar(frozenset({date(2026, 12, 25)}))
EVERYTHING = SystemScope(SystemReason.RECOUNT, 218)


def differences(traveller: Traveller, number: str) -> list[clockbook.Difference]:
    def work(session: Any) -> list[clockbook.Difference]:
        row = case_queries.find_number(session, number)
        assert row is not None
        return clockbook.differences(session, row, traveller.now, is_write=False)

    return traveller.database.read(work, EVERYTHING)


def clocks(traveller: Traveller, number: str, clock: str = "office") -> list[Row[Any]]:
    statement = (
        select(case_clock, office.c.key)
        .join(office, office.c.id == case_clock.c.office_id)
        .where(case_clock.c.case_id == traveller.case(number).id, case_clock.c.clock == clock)
        .order_by(case_clock.c.received_at, case_clock.c.id)
    )
    with traveller.database.engine.connect() as connection:
        return list(connection.execute(statement))


def act(traveller: Traveller, number: str, step: str, days: int = 1, **changes: Any) -> None:
    """Do one step some days later."""
    traveller.now += timedelta(days=days)
    task = next(task for task in traveller.waiting(number) if task.element_id == step)
    traveller.act(number, task, **changes)
    assert differences(traveller, number) == []


@pytest.fixture
def passed_on(traveller: Traveller) -> str:
    """A case whose department answered a defect, that went to a wrong thana first, and came back once."""
    number = traveller.begin(["th_mashrakh"])
    defect = {"action": "return", "scrutiny": [], "defects": [{"code": "no_photo", "text": "फोटो नहीं है।"}]}
    act(traveller, number, "scrutinise", **defect)
    act(traveller, number, "answer_defects", 9)
    act(traveller, number, "scrutinise")
    act(traveller, number, "route", 2)
    task = next(task for task in traveller.waiting(number) if task.element_id == "accept_enquiry")
    act(traveller, number, "accept_enquiry", 1, **elsewhere(traveller, task))
    for step in ("accept_enquiry", "visit", "check_registers", "endorse_enquiry"):
        act(traveller, number, step, 3)
    traveller.walk(number, {}, until="recommend")
    task = next(task for task in traveller.waiting(number) if task.element_id == "recommend")
    act(traveller, number, "recommend", 1, **again_by_the_sp(traveller, task))
    return number


def test_a_defect_a_wrong_thana_and_a_re_enquiry_leave_clocks_that_add_up(traveller, passed_on):
    assert [row.outcome for row in clocks(traveller, passed_on) if row.office_kind == "thana"] == [
        "passed_on",
        "sent_on",
        "",
    ]
    first = clocks(traveller, passed_on)[0]
    assert (first.office_kind, first.paused_days, first.net_days) == ("dm_office", 8, 2)
    before = traveller.case(passed_on).due_on
    assert (
        CALENDAR.days_between(before, CALENDAR.add_days(traveller.case(passed_on).received_on, 14 + 8)) == 0
    )
    traveller.walk(passed_on, {})
    whole = clocks(traveller, passed_on, "case")[0]
    assert whole.outcome == traveller.case(passed_on).status == "issued"
    assert whole.gross_days > whole.net_days
    assert whole.due_on == traveller.case(passed_on).due_on
    assert differences(traveller, passed_on) == []


def test_a_hearing_stops_the_case_and_the_police_had_done_their_part(traveller):
    traveller.waits_to_be_reminded = True
    number = traveller.begin()
    charged = found_by_both(fir(traveller, stage="trial", stage_ref="आरोप पत्र 40/21"))
    traveller.walk(number, {**charged, **WITH_DETAIL}, until="decide")
    task = next(task for task in traveller.waiting(number) if task.element_id == "decide")
    act(traveller, number, "decide", 2, **heard("dm_decision")(traveller, task))
    act(traveller, number, "hold_hearing", 14)
    assert clocks(traveller, number, "case")[0].paused_days == 12
    assert [(row.outcome, row.statutory) for row in clocks(traveller, number, "police")] == [("sent_on", 14)]


def test_what_was_altered_is_found_and_put_right(traveller):
    number = traveller.begin()
    traveller.walk(number, {}, until="recommend")
    with traveller.database.engine.begin() as connection:
        connection.execute(case_clock.update().where(case_clock.c.office_kind == "thana").values(net_days=99))
        connection.execute(case_clock.delete().where(case_clock.c.clock == "police"))
    found = differences(traveller, number)
    assert sorted(each.clock for each in found) == ["office", "police"]

    def put_right(session: Any) -> None:
        row = case_queries.find_number(session, number)
        assert row is not None
        clockbook.differences(session, row, traveller.now, is_write=True)

    traveller.database.write(put_right, EVERYTHING)
    assert differences(traveller, number) == []
