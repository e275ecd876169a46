"""Queries on the workflow tables: what the engine left open, and the writing of one step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, insert, or_, select, update

from app.models.base import insert_or
from app.models.cases import case
from app.models.officers import officer
from app.models.offices import office
from app.models.scope import visible
from app.models.workflow import (
    clock_event,
    engine_state,
    incident,
    job,
    step,
    timer,
    user_task,
    worker,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from app.models.base import AnyRow
    from app.models.scope import Session


def task(session: Session, task_id: UUID) -> AnyRow | None:
    """One user task, with the names of the officers who hold or finished it."""
    winner = officer.alias()
    statement = (
        select(
            user_task,
            winner.c.name_hi.label("done_by_hi"),
            winner.c.name_en.label("done_by_en"),
        )
        .outerjoin(
            winner, and_(winner.c.district_id == user_task.c.district_id, winner.c.id == user_task.c.done_by)
        )
        .where(visible(user_task, session.scope), user_task.c.id == task_id)
    )
    return session.connection.execute(statement).one_or_none()


def tasks_of(session: Session, case_id: UUID, *, states: Collection[str] = ("open",)) -> Sequence[AnyRow]:
    """The user tasks of a case in these states, oldest first, with office names and who holds them."""
    holder, done = officer.alias(), officer.alias()
    statement = (
        select(
            user_task,
            office.c.name_hi.label("office_hi"),
            office.c.name_en.label("office_en"),
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
                holder.c.id == func.coalesce(user_task.c.assigned_to, user_task.c.claimed_by),
            ),
        )
        .outerjoin(
            done, and_(done.c.district_id == user_task.c.district_id, done.c.id == user_task.c.done_by)
        )
        .where(
            visible(user_task, session.scope),
            user_task.c.case_id == case_id,
            user_task.c.state.in_(tuple(states)),
        )
        .order_by(user_task.c.created_at, user_task.c.id)
    )
    return session.connection.execute(statement).all()


_OPEN = (
    user_task.c.id,
    user_task.c.engine_task_id,
    user_task.c.office_id,
    user_task.c.role,
    user_task.c.element_id,
    user_task.c.due_on,
)


def open_tasks(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    """What a step compares the engine's open tasks with: keys, queue and due day only."""
    statement = select(*_OPEN).where(
        visible(user_task, session.scope), user_task.c.case_id == case_id, user_task.c.state == "open"
    )
    return session.connection.execute(statement).all()


def insert_tasks(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    _insert(session, user_task, rows)


def finish_task(session: Session, task_id: UUID, officer_id: UUID, at: datetime) -> None:
    session.connection.execute(
        update(user_task)
        .where(visible(user_task, session.scope), user_task.c.id == task_id)
        .values(state="done", done_at=at, done_by=officer_id)
    )


def cancel_tasks(session: Session, task_ids: Collection[UUID], at: datetime) -> None:
    if task_ids:
        session.connection.execute(
            update(user_task)
            .where(visible(user_task, session.scope), user_task.c.id.in_(tuple(task_ids)))
            .values(state="cancelled", done_at=at)
        )


def set_claim(session: Session, task_id: UUID, officer_id: UUID | None, at: datetime | None) -> bool:
    """Claim (or release) an open task; False when it is no longer open."""
    result = session.connection.execute(
        update(user_task)
        .where(visible(user_task, session.scope), user_task.c.id == task_id, user_task.c.state == "open")
        .values(claimed_by=officer_id, claimed_at=at)
    )
    return bool(result.rowcount)


def state_of(session: Session, case_id: UUID) -> AnyRow | None:
    statement = select(engine_state.c.revision, engine_state.c.blob).where(
        visible(engine_state, session.scope), engine_state.c.case_id == case_id
    )
    return session.connection.execute(statement).one_or_none()


def insert_state(session: Session, row: Mapping[str, Any]) -> None:
    _insert(session, engine_state, [row])


def update_state(session: Session, case_id: UUID, values: Mapping[str, Any]) -> None:
    session.connection.execute(
        update(engine_state)
        .where(visible(engine_state, session.scope), engine_state.c.case_id == case_id)
        .values(**values)
    )


def insert_steps(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    _insert(session, step, rows)


def steps_of(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    """Every move of the case in order, with the office of the unit where there is one."""
    statement = (
        select(step, office.c.name_hi.label("unit_hi"), office.c.name_en.label("unit_en"))
        .outerjoin(
            office, and_(office.c.district_id == step.c.district_id, office.c.id == step.c.unit_office_id)
        )
        .where(visible(step, session.scope), step.c.case_id == case_id)
        .order_by(step.c.seq)
    )
    return session.connection.execute(statement).all()


def decided(session: Session, case_id: UUID) -> dict[str, Any]:
    """The latest result of each decision of the case, by its name: what the route was told."""
    statement = (
        select(step.c.element_id, step.c.routing)
        .where(visible(step, session.scope), step.c.case_id == case_id, step.c.kind == "decided")
        .order_by(step.c.seq)
    )
    found: dict[str, Any] = {}
    for row in session.connection.execute(statement):
        found |= row.routing
    return found


def timers_of(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    statement = select(timer.c.id, timer.c.engine_task_id, timer.c.due_at).where(
        visible(timer, session.scope), timer.c.case_id == case_id
    )
    return session.connection.execute(statement).all()


def insert_timers(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    _insert(session, timer, rows)


def move_timer(session: Session, timer_id: UUID, due_at: datetime) -> None:
    session.connection.execute(
        update(timer).where(visible(timer, session.scope), timer.c.id == timer_id).values(due_at=due_at)
    )


def delete_timers(session: Session, timer_ids: Collection[UUID]) -> None:
    if timer_ids:
        session.connection.execute(
            delete(timer).where(visible(timer, session.scope), timer.c.id.in_(tuple(timer_ids)))
        )


def due_timers(session: Session, now: datetime, limit: int) -> Sequence[AnyRow]:
    """The cases with a timer that is due, earliest first; every district (system scope only)."""
    statement = (
        select(timer.c.district_id, timer.c.case_id, func.min(timer.c.due_at).label("due_at"))
        .where(visible(timer, session.scope), timer.c.due_at <= now)
        .group_by(timer.c.district_id, timer.c.case_id)
        .order_by(func.min(timer.c.due_at))
        .limit(limit)
    )
    return session.connection.execute(statement).all()


def open_jobs(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    statement = select(job.c.id, job.c.engine_task_id).where(
        visible(job, session.scope),
        job.c.case_id == case_id,
        job.c.state.in_(("queued", "running", "failed")),
    )
    return session.connection.execute(statement).all()


def insert_jobs(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    _insert(session, job, rows)


def cancel_jobs(session: Session, job_ids: Collection[UUID]) -> None:
    if job_ids:
        session.connection.execute(
            update(job)
            .where(visible(job, session.scope), job.c.id.in_(tuple(job_ids)))
            .values(state="cancelled", lease_until=None)
        )


def _due(session: Session, now: datetime) -> ColumnElement[bool]:
    """A job whose time has come, or whose worker died with its lease."""
    return and_(
        visible(job, session.scope),
        or_(
            and_(job.c.state == "queued", job.c.run_at <= now),
            and_(job.c.state == "running", job.c.lease_until < now),
        ),
    )


def has_due_job(session: Session, now: datetime) -> bool:
    return session.connection.execute(select(job.c.id).where(_due(session, now)).limit(1)).first() is not None


def claim_job(session: Session, now: datetime, lease_until: datetime) -> AnyRow | None:
    """Take one job that is due; SKIP LOCKED keeps workers apart."""
    due = (
        select(job.c.district_id, job.c.id)
        .where(_due(session, now))
        .order_by(job.c.run_at, job.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.connection.execute(due).one_or_none()
    if row is None:
        return None
    mine = and_(job.c.district_id == row.district_id, job.c.id == row.id)
    session.connection.execute(
        update(job)
        .where(visible(job, session.scope), mine)
        .values(state="running", attempts=job.c.attempts + 1, lease_until=lease_until)
    )
    return session.connection.execute(select(job).where(mine)).one()


def job_row(session: Session, job_id: UUID) -> AnyRow | None:
    return session.connection.execute(
        select(job).where(visible(job, session.scope), job.c.id == job_id)
    ).one_or_none()


def set_job(session: Session, job_id: UUID, **values: Any) -> None:
    session.connection.execute(
        update(job).where(visible(job, session.scope), job.c.id == job_id).values(**values)
    )


def next_due(session: Session) -> datetime | None:
    """When the worker is next needed: the earliest job or timer, or None."""
    jobs = select(func.min(job.c.run_at)).where(visible(job, session.scope), job.c.state == "queued")
    timers = select(func.min(timer.c.due_at)).where(visible(timer, session.scope))
    found = [session.connection.execute(s).scalar() for s in (jobs, timers)]
    return min((at for at in found if at is not None), default=None)


def set_rounds(session: Session, case_id: UUID, rounds: int) -> None:
    session.connection.execute(
        update(case).where(visible(case, session.scope), case.c.id == case_id).values(rounds=rounds)
    )


def next_in_queue(
    session: Session, office_id: UUID, role: str, element_id: str, officer_id: UUID
) -> UUID | None:
    """The most urgent open task of the same queue that this officer may take up next."""
    statement = (
        select(user_task.c.id)
        .where(
            visible(user_task, session.scope),
            user_task.c.office_id == office_id,
            user_task.c.role == role,
            user_task.c.state == "open",
            user_task.c.element_id == element_id,
            or_(user_task.c.assigned_to.is_(None), user_task.c.assigned_to == officer_id),
            or_(user_task.c.claimed_by.is_(None), user_task.c.claimed_by == officer_id),
        )
        .order_by(user_task.c.due_at, user_task.c.id)
        .limit(1)
    )
    return session.connection.execute(statement).scalar()


def insert_incident(session: Session, row: Mapping[str, Any]) -> None:
    _insert(session, incident, [row])


def incidents(session: Session, *, case_id: UUID | None = None) -> Sequence[AnyRow]:
    """Open incidents of the district, newest first, with the case's number."""
    statement = (
        select(incident, case.c.number)
        .outerjoin(case, and_(case.c.district_id == incident.c.district_id, case.c.id == incident.c.case_id))
        .where(visible(incident, session.scope), incident.c.closed_at.is_(None))
        .order_by(incident.c.opened_at.desc(), incident.c.id)
    )
    if case_id is not None:
        statement = statement.where(incident.c.case_id == case_id)
    return session.connection.execute(statement).all()


def incident_row(session: Session, incident_id: UUID) -> AnyRow | None:
    return session.connection.execute(
        select(incident).where(visible(incident, session.scope), incident.c.id == incident_id)
    ).one_or_none()


def close_incident(session: Session, incident_id: UUID, officer_id: UUID | None, at: datetime) -> None:
    session.connection.execute(
        update(incident)
        .where(visible(incident, session.scope), incident.c.id == incident_id, incident.c.closed_at.is_(None))
        .values(closed_at=at, closed_by=officer_id)
    )


def insert_clock_events(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    _insert(session, clock_event, rows)


def clock_events_of(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    statement = (
        select(clock_event, office.c.name_hi.label("office_hi"), office.c.name_en.label("office_en"))
        .join(
            office,
            and_(office.c.district_id == clock_event.c.district_id, office.c.id == clock_event.c.office_id),
        )
        .where(visible(clock_event, session.scope), clock_event.c.case_id == case_id)
        .order_by(clock_event.c.at, clock_event.c.id)
    )
    return session.connection.execute(statement).all()


def seen_worker(session: Session) -> datetime | None:
    return session.connection.execute(
        select(func.max(worker.c.seen_at)).where(visible(worker, session.scope))
    ).scalar()


def touch_worker(session: Session, name: str, at: datetime) -> None:
    statement = insert_or(session.connection, worker).values(district_id=0, name=name, seen_at=at)
    session.connection.execute(
        statement.on_conflict_do_update(index_elements=["district_id", "name"], set_={"seen_at": at})
    )


def _insert(session: Session, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.connection.execute(
            insert(table), [{"district_id": session.district_id, **row} for row in rows]
        )
