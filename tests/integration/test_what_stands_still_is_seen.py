"""Timers and jobs past their time are listed, a case that nothing moves is found, a reminder may be done without."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from app.domain.roles import Role
from app.models.scope import CaseScope, SystemReason, SystemScope
from app.models.tables.workflow import incident, job, timer, user_task
from app.services.deployment import amendments
from app.services.installation import upkeep
from app.services.jobs import jobs, retries, stalls
from app.services.reports import tracking
from app.services.store import queues
from app.services.store.scopes import actor_scope
from app.services.workflow import incidents, tallies
from tests.districts import NOW
from tests.office import text_of
from tests.rows import DISTRICT

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from sqlalchemy import Row

    from tests.journey import Journey
    from tests.office import Office
    from tests.visitor import Visitor


def rows(journey: Journey, table: Any, *conditions: Any) -> list[Row[Any]]:
    with journey.database.engine.connect() as connection:
        return list(connection.execute(select(table).where(*conditions)))


def change(journey: Journey, *statements: Any) -> None:
    with journey.database.engine.execution_options(writing=True).begin() as connection:
        for statement in statements:
            connection.execute(statement)


def press(visitor: Visitor, action: str) -> str:
    """Press the first button of the administrator's page that does this; -> the words that follow."""
    page = text_of(visitor.get("/admin"))
    found = next(each for each in re.findall(r'action="(/admin/[^"]+)"', page) if each.endswith(action))
    return text_of(visitor.post_and_follow(found, {}))


def with_reminder(journey: Journey) -> Row[Any]:
    """A case whose first step is overdue; -> the job that reminds of it, not yet done."""
    journey.new_case()
    jobs.fire_due_timers(journey.database, NOW + timedelta(days=3))
    (found,) = rows(journey, job, job.c.kind == "remind", job.c.state == "queued")
    return found


def failed(journey: Journey, row: Row[Any]) -> None:
    """What the last try of a job leaves behind."""
    change(journey, update(job).where(job.c.id == row.id).values(state="failed", attempts=5))
    scope = CaseScope(DISTRICT, row.case_id)
    why = incidents.Stopped("fault", detail={"error": "OSError"})
    journey.database.write(lambda session: incidents.report_job(session, row, why, NOW), scope)


def test_what_is_past_its_time_is_told_until_it_is_done(journey: Journey) -> None:
    admin = journey.staff.holder(Role.PROCESS_ADMIN)

    def told(days: float) -> list[str]:
        found = stalls.overdue(journey.database, admin, NOW + timedelta(days=days))
        return [each.why for each in found]

    journey.new_case()
    assert told(0) == []
    assert told(3) == ["timer"]
    jobs.fire_due_timers(journey.database, NOW + timedelta(days=3))
    row = rows(journey, job, job.c.kind == "remind")[0]
    assert told(3) == []
    assert told(3.1) == ["queue"]
    lease = NOW + timedelta(days=3, minutes=2)
    change(
        journey, update(job).where(job.c.id == row.id).values(state="running", lease_until=lease, attempts=2)
    )
    stall = stalls.overdue(journey.database, admin, NOW + timedelta(days=3.1))[0]
    assert (stall.why, stall.tries, stall.case_number) == ("lease", 2, "SRN/2026/00001")


def test_a_case_that_nothing_moves_is_found_by_the_days_upkeep(journey: Journey, tmp_path: Path) -> None:
    number, other = journey.new_case(), journey.new_case()
    journey.go_on(number, until="route")
    upkeep.run(journey.database, tmp_path, NOW)
    assert rows(journey, incident) == []
    case_id = journey.waiting(number)[0].case_id
    change(
        journey,
        delete(timer).where(timer.c.case_id == case_id),
        update(user_task).where(user_task.c.case_id == case_id).values(state="cancelled", done_at=NOW),
    )
    for _ in range(2):  # found again, it stays one incident
        upkeep.run(journey.database, tmp_path, NOW + timedelta(days=1))
    (found,) = rows(journey, incident)
    assert (found.code, found.case_id, found.element_id) == ("motionless", case_id, "route")
    assert found.closed_at is None
    assert journey.steps(other) == ["scrutinise"]


def still(journey: Journey, number: str) -> UUID:
    """Leave of the case no open row, as a fault would."""
    case_id = journey.waiting(number)[0].case_id
    change(
        journey,
        delete(timer).where(timer.c.case_id == case_id),
        update(user_task)
        .where(user_task.c.case_id == case_id, user_task.c.state == "open")
        .values(state="cancelled", done_at=NOW),
    )
    scope = SystemScope(SystemReason.RECOUNT, DISTRICT)
    journey.database.write(lambda session: (queues.recount(session), tallies.recount(session)), scope)
    stalls.watch(journey.database, NOW)
    return case_id


def test_a_case_that_nothing_moves_is_set_in_motion_as_the_engine_knows_it(journey: Journey) -> None:
    number = journey.new_case(["th_dighwara", "th_derni"])
    journey.go_on(number, "visit", "check_registers")
    standing = [(row.id, row.element_id, row.due_at) for row in journey.waiting(number)]
    case_id = still(journey, number)
    (found,) = rows(journey, incident, incident.c.code == "motionless")
    admin = journey.staff.holder(Role.PROCESS_ADMIN)
    assert retries.retry(journey.database, admin, found.id, NOW) == retries.Outcome.MOVED
    assert sorted((row.id, row.element_id, row.due_at) for row in journey.waiting(number)) == sorted(standing)
    assert rows(journey, timer, timer.c.case_id == case_id), "its clocks run again"
    assert rows(journey, incident, incident.c.code == "motionless")[0].closed_at is not None
    scope = SystemScope(SystemReason.RECOUNT, DISTRICT)
    drifted = journey.database.write(lambda session: len(queues.recount(session)), scope)
    assert drifted == 0, "its queues count it again"
    assert stalls.watch(journey.database, NOW) == 0
    journey.go_on(number)
    assert journey.waiting(number) == [], "and it goes to its end"


def test_the_values_of_a_case_that_nothing_moves_are_corrected_by_two(journey: Journey) -> None:
    number = journey.new_case()
    journey.go_on(number, "route")
    still(journey, number)
    (found,) = rows(journey, incident, incident.c.code == "motionless")
    admin = journey.staff.holder(Role.PROCESS_ADMIN)
    stop = amendments.look(journey.database, admin, found.id, NOW)
    value = next(each for each in stop.values if each.type == "number" and not each.bound)
    wanted = amendments.Wanted(value.spot.name, value.spot.unit, str(int(value.value or 0) + 1), "wrong")
    foreseen = amendments.foresee(journey.database, admin, found.id, wanted, NOW)
    assert (foreseen.outcome, [each.step_en for each in foreseen.following]) == (
        "moved",
        ["Send to the units"],
    )
    assert journey.waiting(number) == [], "nothing was changed by looking"
    amendment_id = amendments.propose(journey.database, admin, found.id, wanted, NOW)
    dm = journey.staff.holder(Role.DM)
    asked = journey.database.write(
        lambda session: amendments.to_decide(session, dm, amendment_id, NOW, is_undo=False), actor_scope(dm)
    )
    journey.confirm(dm, asked)
    assert amendments.approve(journey.database, dm, amendment_id, asked, NOW) == retries.Outcome.MOVED
    assert journey.steps(number) == ["route"]


def test_an_administrator_looks_at_once_and_sees_it_red_where_it_was_last(office: Office) -> None:
    journey = office.journey
    number = journey.new_case()
    admin = office.at(Role.PROCESS_ADMIN)
    assert "ऐसा कोई प्रकरण नहीं मिला" in press(admin, "/admin/watch")
    case_id = journey.waiting(number)[0].case_id
    change(
        journey,
        delete(timer).where(timer.c.case_id == case_id),
        update(user_task).where(user_task.c.case_id == case_id).values(state="cancelled", done_at=NOW),
    )
    page = press(admin, "/admin/watch")
    assert number in page
    assert "न कोई कार्य है, न समय-सीमा" in page
    dm = office.at(Role.DM)
    drawn = text_of(dm.get(f"/cases/{number.replace('/', '-')}/diagram"))
    assert re.search(r'class="node task stuck" data-element="scrutinise"', drawn)
    district = text_of(dm.get("/tracking"))
    assert re.search(r'class="node task stuck[^"]*" data-element="scrutinise"', district)
    assert "1 बाधा से रुका" in district
    actor = journey.staff.holder(Role.SHO)
    view = office.database.read(
        lambda session: tracking.overview(session, actor, tracking.Asked(), NOW), actor_scope(actor)
    )
    assert view.stuck == {}, "a thana learns nothing of what stops elsewhere"


def test_a_case_goes_on_without_a_reminder_that_cannot_be_sent(office: Office) -> None:
    journey = office.journey
    row = with_reminder(journey)
    failed(journey, row)
    office.now = NOW + timedelta(days=3)
    page = press(office.at(Role.PROCESS_ADMIN), "/skip")
    assert "प्रकरण इस स्मार के बिना आगे बढ़ा" in page
    assert [each.state for each in rows(journey, job, job.c.id == row.id)] == ["cancelled"]
    assert rows(journey, incident, incident.c.closed_at.is_(None)) == []
    journey.now = office.now
    journey.go_on("SRN/2026/00001", until="route")
    assert journey.steps("SRN/2026/00001") == ["route"]


def test_a_case_does_not_go_on_without_its_paper(office: Office) -> None:
    journey = office.journey
    number = journey.new_case()
    journey.go_on(number, until="decide")
    journey.do(number, "decide")
    (row,) = rows(journey, job, job.c.kind == "issue_report", job.c.state == "queued")
    failed(journey, row)
    admin = office.at(Role.PROCESS_ADMIN)
    page = text_of(admin.get("/admin"))
    assert "/skip" not in page
    (stopped,) = rows(journey, incident)
    admin.get("/admin")
    assert admin.post(f"/admin/incidents/{stopped.id}/skip", {}).status_code == 403
    assert [each.state for each in rows(journey, job, job.c.id == row.id)] == ["failed"]
