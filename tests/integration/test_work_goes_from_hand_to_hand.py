"""In whose name a task is: claimed for a while, taken over with a reason, given to others by those who may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.domain.errors import NotAllowed, NotFound, TaskAlreadyDone
from app.domain.roles import Role
from app.models.tables.base import metadata
from app.models.tables.cases import enquiry
from app.models.tables.officers import posting
from app.models.tables.workflow import handover, user_task
from app.services.casework import cases
from app.services.desk import holding, inbox
from app.services.store import audit, queues, scopes
from app.services.store.scopes import actor_scope
from app.worker import Worker
from tests.districts import NOW

THANA = "th_mufassil"
NEXT_EVENING = datetime(2026, 11, 24, 11, 30, tzinfo=UTC)  # 17:00 in India: the end of the next working day


def write(journey, actor, work):
    return journey.database.write(work, actor_scope(actor))


def claim(journey, actor, task, now=NOW, reason="") -> None:
    write(journey, actor, lambda rows: holding.claim(rows, actor, task.id, now, reason))


def give(journey, actor, task, officer, reason="leave", now=NOW) -> str:
    return write(
        journey, actor, lambda rows: holding.reassign(rows, actor, task.id, officer.officer_id, reason, now)
    )


def gift(journey, actor, task):
    return journey.database.read(lambda rows: holding.gift(rows, actor, task.id, NOW), actor_scope(actor))


def colleague(journey, role: Role, office_id):
    """Post an officer of the DM's office beside the holder of a post: two officers, one queue."""
    other = journey.staff.holder(Role.ADM if role is not Role.ADM else Role.DM)
    with journey.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(
            posting.update()
            .where(posting.c.officer_id == other.officer_id)
            .values(office_id=office_id, role=role.value)
        )
    journey.staff._actors.pop(other.officer_id, None)
    return journey.staff.officer(other.officer_id)


def row_of(journey, task):
    with journey.database.engine.connect() as connection:
        return connection.execute(select(user_task).where(user_task.c.id == task.id)).one()


def handovers(journey) -> list:
    with journey.database.engine.connect() as connection:
        return list(connection.execute(select(handover).order_by(handover.c.at, handover.c.id)))


def are_right(journey) -> bool:
    return journey.database.write(queues.recount, scopes.recount(218)) == []


@pytest.fixture
def waiting(journey):
    """A task of the section head, and two officers who may do it."""
    number = journey.new_case([THANA])
    [task] = journey.waiting(number)
    first = journey.actor_of(task)
    return number, task, first, colleague(journey, Role.DM_SECTION_HEAD, task.office_id)


def test_a_claim_lasts_to_the_end_of_the_next_working_day(journey, waiting):
    _, task, first, _ = waiting
    claim(journey, first, task)
    assert row_of(journey, task).claim_until.replace(tzinfo=UTC) == NEXT_EVENING
    claim(journey, first, task, NOW + timedelta(days=1))
    assert row_of(journey, task).claim_until.replace(tzinfo=UTC) == NEXT_EVENING + timedelta(days=1)


def test_a_claim_that_ran_out_goes_back_to_the_office_and_into_the_record(journey, waiting, tmp_path):
    number, task, first, _ = waiting
    claim(journey, first, task)
    worker = Worker(journey.database, tmp_path, "test")
    worker.tick(NEXT_EVENING - timedelta(minutes=1))
    assert row_of(journey, task).claimed_by == first.officer_id
    worker.tick(NEXT_EVENING + timedelta(minutes=1))
    assert row_of(journey, task).claimed_by is None
    [row] = handovers(journey)
    assert (row.kind, row.from_officer_id, row.to_officer_id, row.by_officer_id) == (
        "expire",
        first.officer_id,
        None,
        None,
    )
    assert are_right(journey)
    assert journey.database.read(audit.verify, scopes.record(218)) == []
    told = timeline(journey, first, number)
    of_hands = [(event.kind, event.outcome) for event in told if event.kind != "reminded"]
    assert of_hands[-1] == ("expire", "ran_out")


def timeline(journey, actor, number):
    view = journey.database.read(
        lambda rows: cases.find(rows, actor, number, journey.now, "timeline"), actor_scope(actor)
    )
    return view.events


def test_before_the_worker_comes_a_claim_that_ran_out_hinders_nobody(journey, waiting):
    _, task, first, second = waiting
    claim(journey, first, task)
    later = NEXT_EVENING + timedelta(seconds=1)
    page = journey.database.read(
        lambda rows: inbox.page(rows, second, inbox.InboxQuery(), later), actor_scope(second)
    )
    assert (page.rows[0].claimed_by_hi, page.rows[0].is_mine) == ("", False)
    claim(journey, second, task, later)
    assert row_of(journey, task).claimed_by == second.officer_id
    assert handovers(journey) == []
    assert are_right(journey)


def test_a_colleagues_claim_is_taken_over_for_a_listed_reason_alone(journey, waiting):
    number, task, first, second = waiting
    claim(journey, first, task)
    for reason in ("", "because I like it"):
        with pytest.raises(holding.ReasonMissing):
            claim(journey, second, task, reason=reason)
    assert row_of(journey, task).claimed_by == first.officer_id
    claim(journey, second, task, reason="urgent")
    assert row_of(journey, task).claimed_by == second.officer_id
    event = timeline(journey, first, number)[-1]
    assert (event.kind, event.outcome) == ("take_over", "urgent")
    assert (event.officer_hi, event.other_hi) == (first.name_hi, second.name_hi)
    recorded = [row for row in of_record(journey) if row.action == "task:take_over"]
    assert [row.detail["reason"] for row in recorded] == ["urgent"]
    assert recorded[0].actor_id == second.officer_id
    assert are_right(journey)


def of_record(journey):
    with journey.database.engine.connect() as connection:
        return list(connection.execute(select(metadata.tables["audit"])))


def test_only_he_who_has_a_task_gives_it_back(journey, waiting):
    _, task, first, second = waiting
    claim(journey, first, task)
    with pytest.raises(NotAllowed):
        write(journey, second, lambda rows: holding.release(rows, second, task.id, NOW))
    write(journey, first, lambda rows: holding.release(rows, first, task.id, NOW))
    assert row_of(journey, task).claimed_by is None


def test_whoever_begins_to_write_has_the_task_and_the_second_does_not_take_it(journey, waiting):
    _, task, first, second = waiting
    read = journey.database.read(lambda rows: holding.find(rows, task.id), actor_scope(first))
    holding.begin(journey.database, first, read, NOW)
    assert row_of(journey, task).claimed_by == first.officer_id
    holding.begin(journey.database, second, read, NOW)
    assert row_of(journey, task).claimed_by == first.officer_id
    before = len(of_record(journey))
    again = journey.database.read(lambda rows: holding.find(rows, task.id), actor_scope(first))
    holding.begin(journey.database, first, again, NOW + timedelta(hours=1))
    assert len(of_record(journey)) == before, "the same day says nothing new"
    assert are_right(journey)


# -- giving --------------------------------------------------------------------------------------------------


def test_the_head_of_a_thana_gives_an_enquiry_to_another_of_his_officers(journey):
    number = journey.new_case([THANA])
    journey.go_on(number, until="visit")
    task = next(each for each in journey.waiting(number) if each.element_id == "visit")
    before = journey.staff.officer(task.assigned_to)
    other = colleague(journey, Role.ENQUIRY_OFFICER, task.office_id)
    head = journey.staff.holder(Role.SHO, task.office_id)
    offered = gift(journey, head, task)
    assert (offered.holder_hi, offered.case_number) == (before.name_hi, number)
    assert other.officer_id in {each.officer_id for each in offered.doers}
    assert before.officer_id not in {each.officer_id for each in offered.doers}
    assert give(journey, head, task, other) == number
    assert row_of(journey, task).assigned_to == other.officer_id
    with journey.database.engine.connect() as connection:
        in_person = select(enquiry.c.officer_id).where(enquiry.c.office_id == task.office_id)
        named = connection.execute(in_person).scalars().all()
    assert named == [other.officer_id]
    with pytest.raises(NotFound):
        journey.database.read(lambda rows: cases.find(rows, before, number, NOW), actor_scope(before))
    assert are_right(journey)
    journey.go_on(number)
    assert journey.database.read(audit.verify, scopes.record(218)) == []


def test_who_may_give_work_and_where_is_as_the_matrix_says(journey):
    number = journey.new_case([THANA])
    [task] = journey.waiting(number)
    for role in (Role.DM, Role.ADM, Role.DM_SECTION_HEAD):
        assert gift(journey, journey.staff.holder(role), task).task_id == task.id, role
    for role in (Role.DM_ASSISTANT, Role.SP, Role.SP_READER):
        with pytest.raises(NotAllowed):
            gift(journey, journey.staff.holder(role), task)
    journey.go_on(number, until="accept_enquiry")
    [task] = journey.waiting(number)
    for role in (Role.SP, Role.SP_READER):
        assert gift(journey, journey.staff.holder(role), task).task_id == task.id, role
    assert gift(journey, journey.staff.holder(Role.SHO, task.office_id), task).task_id == task.id
    for role in (Role.DM, Role.DM_SECTION_HEAD):
        with pytest.raises(NotAllowed):
            gift(journey, journey.staff.holder(role), task)
    with pytest.raises((NotAllowed, NotFound)):
        gift(journey, journey.staff.holder(Role.THANA_MUNSHI, task.office_id), task)
    elsewhere = journey.staff.offices(Role.SHO)["th_garkha"]
    with pytest.raises(NotFound):
        gift(journey, journey.staff.holder(Role.SHO, elsewhere), task)


def test_the_section_head_gives_away_no_work_of_the_magistrate(journey):
    number = journey.new_case([THANA])
    journey.go_on(number, until="decide")
    [task] = journey.waiting(number)
    with pytest.raises(NotAllowed):
        gift(journey, journey.staff.holder(Role.DM_SECTION_HEAD), task)


def test_bad_choices_are_refused_and_change_nothing(journey, waiting):
    _, task, first, second = waiting
    stranger = journey.staff.holder(Role.SHO)
    for officer in (stranger,):
        with pytest.raises(holding.NobodyChosen):
            give(journey, first, task, officer)
    with pytest.raises(holding.NobodyChosen):
        write(journey, first, lambda rows: holding.reassign(rows, first, task.id, None, "leave", NOW))
    with pytest.raises(holding.ReasonMissing):
        give(journey, first, task, second, reason="")
    assert handovers(journey) == []
    give(journey, first, task, second)
    with pytest.raises(holding.NobodyChosen):
        give(journey, first, task, second)
    assert len(handovers(journey)) == 1
    journey.finish(task, journey.form_of(task))
    with pytest.raises(TaskAlreadyDone):
        give(journey, first, task, second)
    assert are_right(journey)
