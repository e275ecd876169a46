"""Queries on the workflow tables: tasks, steps, timers, jobs and clock events of a case; which worker lives."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, or_, select

from app.models.scope import visible
from app.models.statements import Change, Query, Update, inserting, one_of
from app.models.tables.base import first_of
from app.models.tables.cases import case
from app.models.tables.officers import officer
from app.models.tables.offices import named, office
from app.models.tables.workflow import (
    clock_event,
    engine_state,
    is_open,
    job,
    step,
    timer,
    user_task,
    worker,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime, timedelta
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from app.models.session import Session
    from app.models.statements import At
    from app.models.tables.base import AnyRow


def _task_with_winner(at: At) -> Any:
    winner = officer.alias()
    return (
        select(
            user_task,
            case.c.data_key_id,
            winner.c.name_hi.label("done_by_hi"),
            winner.c.name_en.label("done_by_en"),
        )
        .join(case, and_(case.c.district_id == user_task.c.district_id, case.c.id == user_task.c.case_id))
        .outerjoin(
            winner, and_(winner.c.district_id == user_task.c.district_id, winner.c.id == user_task.c.done_by)
        )
        .where(at.visible(user_task), user_task.c.id == at.task_id)
    )


TASK = Query(_task_with_winner)


def task(session: Session, task_id: UUID) -> AnyRow | None:
    """One user task, with the names of the officers who hold or finished it."""
    return TASK.one_or_none(session, task_id=task_id)


EVERY_STATE = ("open", "done", "cancelled")


@cache
def tasks_in(states: tuple[str, ...]) -> Query:
    """The statement that `tasks_of` runs for these states."""
    return Query(lambda at: _tasks_with_names(at, states))


def _tasks_with_names(at: At, states: tuple[str, ...]) -> Any:
    holder, done = officer.alias(), officer.alias()
    return (
        select(
            user_task,
            *named(office, "office"),
            holder.c.name_hi.label("holder_hi"),
            holder.c.name_en.label("holder_en"),
            done.c.name_hi.label("done_by_hi"),
            done.c.name_en.label("done_by_en"),
        )
        .join(
            office,
            and_(office.c.district_id == user_task.c.district_id, office.c.id == user_task.c.office_id),
        )
        .outerjoin(
            holder,
            and_(
                holder.c.district_id == user_task.c.district_id,
                holder.c.id == first_of(user_task.c.assigned_to, user_task.c.claimed_by),
            ),
        )
        .outerjoin(
            done, and_(done.c.district_id == user_task.c.district_id, done.c.id == user_task.c.done_by)
        )
        .where(
            at.visible(user_task),
            user_task.c.case_id == at.case_id,
            user_task.c.state.in_(states),
        )
        .order_by(user_task.c.created_at, user_task.c.id)
    )


def tasks_of(session: Session, case_id: UUID, *, states: Collection[str] = ("open",)) -> Sequence[AnyRow]:
    """The user tasks of a case in these states, oldest first, with office names and who holds them."""
    return tasks_in(tuple(states)).all(session, case_id=case_id)


_OPEN = (
    user_task.c.id,
    user_task.c.engine_task_id,
    user_task.c.office_id,
    user_task.c.lane,
    user_task.c.role,
    user_task.c.element_id,
    user_task.c.enquiry_id,
    user_task.c.form,
    user_task.c.due_on,
    user_task.c.claimed_by,
    user_task.c.assigned_to,
    user_task.c.created_at,
)


OPEN_TASKS = Query(
    lambda at: select(*_OPEN).where(at.visible(user_task), user_task.c.case_id == at.case_id, is_open)
)


def open_tasks(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    """What a step compares the engine's open tasks with: keys, queue, form and due day only."""
    return OPEN_TASKS.all(session, case_id=case_id)


def insert_tasks(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    inserting(user_task).put(session, rows)


_SET_TASK = Update(user_task, lambda at: [user_task.c.id == at.task_id])


def finish_task(session: Session, task_id: UUID, officer_id: UUID | None, at: datetime) -> None:
    _SET_TASK.put(session, {"state": "done", "done_at": at, "done_by": officer_id}, task_id=task_id)


def cancel_tasks(session: Session, task_ids: Collection[UUID], at: datetime) -> None:
    for task_id in task_ids:
        _SET_TASK.put(session, {"state": "cancelled", "done_at": at}, task_id=task_id)


def set_task_due(session: Session, task_id: UUID, due_on: date, due_at: datetime) -> None:
    _SET_TASK.put(session, {"due_on": due_on, "due_at": due_at}, task_id=task_id)


STATE = Query(
    lambda at: select(engine_state.c.revision, engine_state.c.blob).where(
        at.visible(engine_state), engine_state.c.case_id == at.case_id
    )
)


def state_of(session: Session, case_id: UUID) -> AnyRow | None:
    return STATE.one_or_none(session, case_id=case_id)


def insert_state(session: Session, row: Mapping[str, Any]) -> None:
    inserting(engine_state).put(session, [row])


_SET_STATE = Update(engine_state, lambda at: [engine_state.c.case_id == at.case_id])


def update_state(session: Session, case_id: UUID, values: Mapping[str, Any]) -> None:
    _SET_STATE.put(session, values, case_id=case_id)


def insert_steps(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    inserting(step).put(session, rows)


STEPS = Query(
    lambda at: (
        select(step, *named(office, "unit"))
        .outerjoin(
            office, and_(office.c.district_id == step.c.district_id, office.c.id == step.c.unit_office_id)
        )
        .where(at.visible(step), step.c.case_id == at.case_id)
        .order_by(step.c.seq)
    )
)


def steps_of(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    """Every move of the case in order, with the office of the unit where there is one."""
    return STEPS.all(session, case_id=case_id)


DECIDED = Query(
    lambda at: (
        select(step.c.element_id, step.c.routing)
        .where(at.visible(step), step.c.case_id == at.case_id, step.c.kind == "decided")
        .order_by(step.c.seq)
    )
)


def decided(session: Session, case_id: UUID) -> dict[str, Any]:
    """The latest result of each decision of the case, by its name: what the route was told."""
    found: dict[str, Any] = {}
    for row in DECIDED.all(session, case_id=case_id):
        found |= row.routing
    return found


TIMERS = Query(
    lambda at: select(timer.c.id, timer.c.engine_task_id, timer.c.element_id, timer.c.due_at).where(
        at.visible(timer), timer.c.case_id == at.case_id
    )
)


def timers_of(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    return TIMERS.all(session, case_id=case_id)


def insert_timers(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    inserting(timer).put(session, rows)


_SET_TIMER = Update(timer, lambda at: [timer.c.id == at.timer_id])
_DELETE_TIMER = Change(timer, lambda at: delete(timer).where(at.visible(timer), timer.c.id == at.timer_id))


def move_timer(session: Session, timer_id: UUID, due_at: datetime) -> None:
    _SET_TIMER.put(session, {"due_at": due_at}, timer_id=timer_id)


def delete_timers(session: Session, timer_ids: Collection[UUID]) -> None:
    for timer_id in timer_ids:
        _DELETE_TIMER.put(session, timer_id=timer_id)


_MOVE_DUE_TIMERS = Update(timer, lambda at: [timer.c.case_id == at.case_id, timer.c.due_at <= at.now])


def move_due_timers(session: Session, case_id: UUID, now: datetime, until: datetime) -> None:
    """Look at the timers of a case that are due again only then; their true time lies in the engine's state."""
    _MOVE_DUE_TIMERS.put(session, {"due_at": until}, case_id=case_id, now=now)


_DUE_TIMERS = Query(
    lambda at: (
        select(timer.c.district_id, timer.c.case_id, func.min(timer.c.due_at).label("due_at"))
        .where(at.visible(timer), timer.c.due_at <= at.now)
        .group_by(timer.c.district_id, timer.c.case_id)
        .order_by(func.min(timer.c.due_at))
        .limit(at.limit)
    )
)


def due_timers(session: Session, now: datetime, limit: int) -> Sequence[AnyRow]:
    """The cases with a timer that is due, earliest first; every district (system scope only)."""
    return _DUE_TIMERS.all(session, now=now, limit=limit)


OPEN_JOBS = Query(
    lambda at: select(job.c.id, job.c.engine_task_id).where(
        at.visible(job),
        job.c.case_id == at.case_id,
        job.c.element_path != "",
        job.c.state.in_(("queued", "running", "failed")),
    )
)


def open_jobs(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    return OPEN_JOBS.all(session, case_id=case_id)


def paper_job(session: Session, case_id: UUID, kinds: Sequence[str]) -> AnyRow | None:
    """The job of these kinds that a case waits for, if any; its state and error tell how."""
    statement = select(job.c.id, job.c.state, job.c.error).where(
        visible(job, session.scope),
        job.c.case_id == case_id,
        job.c.kind.in_(kinds),
        job.c.state.in_(("queued", "running", "failed")),
    )
    return session.connection.execute(statement.order_by(job.c.id).limit(1)).one_or_none()


def insert_jobs(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    inserting(job).put(session, rows)


_SET_JOB = Update(job, lambda at: [job.c.id == at.job_id])


def cancel_jobs(session: Session, job_ids: Collection[UUID]) -> None:
    for job_id in job_ids:
        _SET_JOB.put(session, {"state": "cancelled", "lease_until": None}, job_id=job_id)


_SET_RUNNING_JOBS = Update(job, lambda _at: [job.c.state == "running"])


def requeue_running_jobs(session: Session) -> None:
    """Let every job in hand be claimed anew, for whoever knows that nobody is at work."""
    _SET_RUNNING_JOBS.put(session, {"state": "queued", "lease_until": None})


def _is_due(at: At, kinds: int) -> ColumnElement[bool]:
    """A job of one of so many kinds whose time has come, or whose worker died with its lease.

    Whoever does jobs in times gone by holds them by the same clock as all others: the machine's.
    """
    return and_(
        at.visible(job),
        at.is_one_of(job.c.kind, kinds),
        or_(
            and_(job.c.state == "queued", job.c.run_at <= at.now),
            and_(job.c.state == "running", job.c.lease_until < at.clock),
        ),
    )


@cache
def _due_job(kinds: int) -> Query:
    return Query(lambda at: select(job.c.id).where(_is_due(at, kinds)).limit(1))


@cache
def _next_job(kinds: int) -> Query:
    return Query(
        lambda at: (
            select(job)
            .where(_is_due(at, kinds))
            .order_by(job.c.run_at, job.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
    )


_JOB = Query(lambda at: select(job).where(at.visible(job), job.c.id == at.job_id))
_SET_CLAIMED_JOB = Update(
    job, lambda at: [job.c.id == at.job_id, job.c.state == "running", job.c.lease_until == at.lease]
)
_SET_FAILED_JOB = Update(job, lambda at: [job.c.id == at.job_id, job.c.state == "failed"])


def has_due_job(session: Session, kinds: Sequence[str], now: datetime) -> bool:
    named = one_of("kind", kinds)
    return _due_job(len(named)).first(session, now=now, clock=session.recorded_at, **named) is not None


def lock_next_job(session: Session, kinds: Sequence[str], now: datetime) -> AnyRow | None:
    """The job of these kinds that has been due for longest, locked; SKIP LOCKED keeps workers apart."""
    named = one_of("kind", kinds)
    return _next_job(len(named)).first(session, now=now, clock=session.recorded_at, **named)


def claim_job(session: Session, row: AnyRow, lease: timedelta) -> AnyRow:
    """Claim a job that `lock_next_job` has found, for so long from now by the machine's clock.

    -> the row, whose lease is the claim's own mark.
    """
    lease_until = session.recorded_at + lease
    columns = {"state": "running", "attempts": row.attempts + 1, "lease_until": lease_until}
    _SET_JOB.put(session, columns, job_id=row.id)
    return _JOB.one(session, job_id=row.id)


def update_claimed_job(session: Session, job_id: UUID, lease_until: datetime, **values: Any) -> bool:
    """End the claim that holds to `lease_until`; False when it holds no more: another has the job, or nobody."""
    columns = {"lease_until": None, **values}
    return bool(_SET_CLAIMED_JOB.run(session, columns, job_id=job_id, lease=lease_until))


def update_failed_job(session: Session, job_id: UUID, at: datetime) -> bool:
    """Have a job that failed for the last time tried again; False when it is not waiting for that."""
    columns = {"state": "queued", "at": at, "run_at": at, "error": ""}
    return bool(_SET_FAILED_JOB.run(session, columns, job_id=job_id))


def cancel_failed_job(session: Session, job_id: UUID) -> bool:
    """Do without a job that failed for the last time; False when it is not waiting for that."""
    return bool(_SET_FAILED_JOB.run(session, {"state": "cancelled", "error": ""}, job_id=job_id))


def job_row(session: Session, job_id: UUID) -> AnyRow | None:
    return _JOB.one_or_none(session, job_id=job_id)


_SET_CASE = Update(case, lambda at: [case.c.id == at.case_id])


def set_rounds(session: Session, case_id: UUID, rounds: int) -> None:
    _SET_CASE.put(session, {"rounds": rounds}, case_id=case_id)


def set_sdpo(session: Session, case_id: UUID, office_id: UUID | None) -> None:
    """Name the SDPO's office that reviews a case: it follows the thana of the first address."""
    _SET_CASE.put(session, {"sdpo_office_id": office_id}, case_id=case_id)


NEXT_IN_QUEUE = Query(
    lambda at: (
        select(user_task.c.id)
        .where(
            at.visible(user_task),
            user_task.c.office_id == at.office_id,
            user_task.c.role == at.role,
            is_open,
            user_task.c.element_id == at.element_id,
            or_(user_task.c.assigned_to.is_(None), user_task.c.assigned_to == at.officer_id),
            or_(user_task.c.claimed_by.is_(None), user_task.c.claimed_by == at.officer_id),
        )
        .order_by(user_task.c.due_at, user_task.c.id)
        .limit(1)
    )
)


def next_in_queue(
    session: Session, office_id: UUID, role: str, element_id: str, officer_id: UUID
) -> UUID | None:
    """The most urgent open task of the same queue that this officer may take up next."""
    found: UUID | None = NEXT_IN_QUEUE.scalar(
        session, office_id=office_id, role=role, element_id=element_id, officer_id=officer_id
    )
    return found


def insert_clock_events(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    inserting(clock_event).put(session, rows)


CLOCK_EVENTS = Query(
    lambda at: (
        select(clock_event, *named(office, "office"))
        .join(
            office,
            and_(office.c.district_id == clock_event.c.district_id, office.c.id == clock_event.c.office_id),
        )
        .where(at.visible(clock_event), clock_event.c.case_id == at.case_id)
        .order_by(clock_event.c.at, clock_event.c.id)
    )
)


def clock_events_of(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    return CLOCK_EVENTS.all(session, case_id=case_id)


_SEEN_WORKER = Query(lambda at: select(func.max(worker.c.seen_at).label("at")).where(at.visible(worker)))
_TOUCH_WORKER = Change(
    worker,
    lambda at: (
        at.insert(worker)
        .values(district_id=0, name=at.name, seen_at=at.seen_at)
        .on_conflict_do_update(index_elements=["district_id", "name"], set_={"seen_at": at.seen_at})
    ),
)


def seen_worker(session: Session) -> datetime | None:
    found: datetime | None = _SEEN_WORKER.scalar(session)
    return found


def touch_worker(session: Session, name: str, at: datetime) -> None:
    _TOUCH_WORKER.put(session, name=name, seen_at=at)
