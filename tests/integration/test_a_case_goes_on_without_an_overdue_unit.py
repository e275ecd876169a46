"""An overdue unit is waited for no longer when the SP says so: why is told, and nothing reads as clean."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.domain.errors import NotAllowed, TaskAlreadyDone
from app.domain.roles import Role
from app.models.casefile import case_queries
from app.models.tables.cases import case, enquiry
from app.models.tables.clocks import case_clock
from app.models.tables.workflow import incident
from app.services.casework import cases, leavingout
from app.services.deployment import rehearsal
from app.services.desk.holding import ReasonMissing
from app.services.procedure import releases
from app.services.store import audit, scopes
from app.services.store.scopes import actor_scope
from tests.office import text_of

if TYPE_CHECKING:
    from typing import Any
    from uuid import UUID

    from sqlalchemy import Row

    from app.domain.roles import Actor
    from app.models.scope import Session
    from tests.journey import Journey
    from tests.office import Office

ANSWERS, SILENT = "th_mufassil", "th_garkha"
LONG = timedelta(days=60)


def rows(journey: Journey, table: Any, number: str) -> list[Row[Any]]:
    statement = select(table).join(case, case.c.id == table.c.case_id).where(case.c.number == number)
    with journey.database.engine.connect() as connection:
        return connection.execute(statement).all()


def with_a_silent_thana(journey: Journey) -> tuple[str, UUID, list[Row[Any]]]:
    """A case of two thanas of which one does nothing; -> its number, that enquiry, what waits there."""
    number = journey.new_case((ANSWERS, SILENT))
    journey.go_on(number, until="accept_enquiry")
    silent = journey.staff.offices(Role.SHO)[SILENT]
    while mine := [task for task in journey.waiting(number) if task.office_id != silent]:
        journey.finish(mine[0], journey.form_of(mine[0]))
    waiting = journey.waiting(number)
    return number, waiting[0].enquiry_id, waiting


def leave_out(journey: Journey, actor: Actor, number: str, enquiry_id: UUID, reason: str = "silent") -> None:
    leavingout.leave_out(journey.database, actor, number, enquiry_id, reason, journey.now)


def tab(journey: Journey, actor: Actor, number: str, name: str) -> cases.CaseView:
    return journey.database.read(
        lambda session: cases.find(session, actor, number, journey.now, name), actor_scope(actor)
    )


def test_the_sp_lets_a_case_go_on_and_what_is_missing_reads_as_missing(journey: Journey) -> None:
    number, enquiry_id, [waits] = with_a_silent_thana(journey)
    sp, sho = journey.staff.holder(Role.SP), journey.staff.holder(Role.SHO, waits.office_id)
    form = journey.form_of(waits)
    assert tab(journey, sp, number, "tasks").overdue == []
    with pytest.raises(TaskAlreadyDone):
        leave_out(journey, sp, number, enquiry_id)  # its days have not run out
    journey.now += LONG
    assert [each.enquiry_id for each in tab(journey, sp, number, "tasks").overdue] == [enquiry_id]
    for other in (journey.staff.holder(Role.SP_READER), journey.staff.holder(Role.DM), sho):
        with pytest.raises(NotAllowed):
            leave_out(journey, other, number, enquiry_id)
    with pytest.raises(ReasonMissing):
        leave_out(journey, sp, number, enquiry_id, "because")
    assert journey.steps(number) == ["accept_enquiry"], "what was refused has changed nothing"

    leave_out(journey, sp, number, enquiry_id)
    with pytest.raises(TaskAlreadyDone):
        leave_out(journey, sp, number, enquiry_id)
    with pytest.raises(TaskAlreadyDone):
        journey.finish(waits, form, sho)  # the thana's answer comes too late
    assert journey.steps(number) == ["review_findings"], "never clean by itself"
    assert {row.id: row.state for row in rows(journey, enquiry, number)}[enquiry_id] == "no_reply"
    assert rows(journey, incident, number) == [], "it was decided, and is no fault of a form"
    [clock] = [row for row in rows(journey, case_clock, number) if row.office_id == waits.office_id]
    assert (clock.outcome, clock.stopped_on > clock.due_on) == ("left_out", True)
    [event] = [each for each in tab(journey, sp, number, "timeline").events if each.kind == "left_out"]
    assert (event.outcome, event.officer_hi) == ("silent", sp.name_hi)
    assert "गड़खा" in event.other_hi
    review = journey.page_of(next(iter(journey.waiting(number))))
    said = {account.name_en: account.said for account in review.briefing.accounts}
    assert [told for name, told in said.items() if "Garkha" in name] == [[left_out_words()]]
    journey.go_on(number, until="recommend")
    why = "दूसरे थाना और डीसीआरबी के प्रतिवेदन पर्याप्त हैं।"
    journey.do(number, "recommend", sp_outcome="no_adverse", sp_reason=why)
    assert journey.steps(number) == ["decide"]
    assert told_again(journey, number) == ["decide"]
    assert journey.database.read(audit.verify, scopes.record(218)) == []


def told_again(journey: Journey, number: str) -> list[str]:
    """The steps at which the case stands when all that was done in it is repeated on its release."""

    def repeat(session: Session) -> list[str]:
        row = case_queries.find_number(session, number)
        loaded = releases.load(session, row.release_id)
        past = rehearsal.recall(session, row, loaded)
        reached = rehearsal.reach(past, loaded.engine, rehearsal.World(session, row), journey.now)
        return [task.element_id for task in reached.step.tasks]

    return journey.database.read(repeat, actor_scope(journey.staff.holder(Role.SP)))


def left_out_words() -> tuple[str, str]:
    return (
        "समय पर प्रतिवेदन नहीं, पुलिस अधीक्षक के निर्णय से इसके बिना आगे बढ़ा",
        "no report in time, went on without it by decision of the SP",
    )


def test_the_page_says_what_follows_and_asks_for_the_reason(office: Office) -> None:
    journey = office.journey
    number, enquiry_id, _ = with_a_silent_thana(journey)
    office.now = journey.now = journey.now + LONG
    sp = office.at(Role.SP)
    address = f"/cases/{number.replace('/', '-')}"
    assert f"{address}/units/{enquiry_id}/leave-out" in text_of(sp.get(address))
    assert "कभी “कुछ नहीं मिला” नहीं" in text_of(sp.get(f"{address}/units/{enquiry_id}/leave-out"))
    refused = sp.post(f"{address}/units/{enquiry_id}/leave-out", {"reason": ""})
    assert refused.status_code == 422
    done = sp.post(f"{address}/units/{enquiry_id}/leave-out", {"reason": "unable"})
    assert done.headers["Location"].endswith(f"{address}/timeline")
    told = text_of(sp.get(f"{address}/timeline"))
    assert "प्रतिवेदन के बिना आगे बढ़ा दिया गया" in told, "said once, on top of the page"
    assert "प्रतिवेदन के बिना आगे बढ़ा दिया गया" not in text_of(sp.get(f"{address}/timeline"))
    assert "इकाई अभी जाँच करने में असमर्थ है" in told
    assert "बिना प्रतिवेदन आगे बढ़ाया" in text_of(sp.get(f"{address}/diagram"))
    again = sp.post(f"{address}/units/{enquiry_id}/leave-out", {"reason": "unable"})
    assert again.status_code == 409
    assert office.at(Role.SP_READER).get(f"{address}/units/{enquiry_id}/leave-out").status_code == 403
