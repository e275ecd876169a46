"""Queries for whoever watches that nothing stands still unseen, and sets in motion again what does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, exists, func, or_, select, update

from app.models.scope import visible
from app.models.statements import Query
from app.models.tables.cases import case as cases
from app.models.tables.workflow import incident, job, timer, user_task

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.session import Session
    from app.models.statements import At
    from app.models.tables.base import AnyRow


def _of_case(table: Any) -> Any:
    return and_(table.c.district_id == cases.c.district_id, table.c.case_id == cases.c.id)


def _late_timers(at: At) -> Any:
    return (
        select(cases.c.number, cases.c.release_id, timer.c.element_id, timer.c.due_at.label("since"))
        .join(timer, _of_case(timer))
        .where(at.visible(timer), timer.c.due_at < at.before)
        .order_by(timer.c.due_at)
        .limit(at.limit)
    )


def _late_jobs(at: At) -> Any:
    """Jobs whose worker is silent beyond its lease, and jobs that nobody takes up."""
    lost = and_(job.c.state == "running", job.c.lease_until < at.now)
    return (
        select(
            cases.c.number,
            cases.c.release_id,
            job.c.element_id,
            job.c.kind,
            job.c.attempts,
            case((job.c.state == "running", "lease"), else_="queue").label("why"),
            case((job.c.state == "running", job.c.lease_until), else_=job.c.run_at).label("since"),
        )
        .join(job, _of_case(job))
        .where(at.visible(job), or_(lost, and_(job.c.state == "queued", job.c.run_at < at.before)))
        .order_by(job.c.run_at)
        .limit(at.limit)
    )


_TIMERS, _JOBS = Query(_late_timers), Query(_late_jobs)


def late_timers(session: Session, before: datetime, limit: int) -> Sequence[AnyRow]:
    """Timers that were due before an instant and have not fired: case, element, since when."""
    return _TIMERS.all(session, before=before, limit=limit)


def late_jobs(session: Session, before: datetime, now: datetime, limit: int) -> Sequence[AnyRow]:
    """Jobs due before an instant that nobody has done (`why` queue), or whose lease is over (`why` lease)."""
    return _JOBS.all(session, before=before, now=now, limit=limit)


def motionless(session: Session, limit: int) -> Sequence[AnyRow]:
    """Open cases in which nothing is open: no task, no timer, no job; with the element of their last task."""
    last = (
        select(user_task.c.element_id)
        .where(_of_case(user_task))
        .order_by(user_task.c.created_at.desc(), user_task.c.id.desc())
        .limit(1)
        .correlate(cases)
        .scalar_subquery()
    )
    still = ("queued", "running", "failed")
    return session.connection.execute(
        select(cases.c.district_id, cases.c.id, cases.c.number, last.label("element_id"))
        .where(
            visible(cases, session.scope),
            cases.c.status == "open",
            ~exists().where(_of_case(user_task), user_task.c.state == "open"),
            ~exists().where(_of_case(timer)),
            ~exists().where(_of_case(job), job.c.state.in_(still)),
        )
        .order_by(cases.c.opened_at, cases.c.id)
        .limit(limit)
    ).all()


def set_tasks_open(session: Session, case_id: UUID, engine_task_ids: Collection[str]) -> None:
    """Open again those of these tasks of a case that were cancelled; due days and holders stay as they were."""
    session.connection.execute(
        update(user_task)
        .where(
            visible(user_task, session.scope),
            user_task.c.case_id == case_id,
            user_task.c.engine_task_id.in_(engine_task_ids),
            user_task.c.state == "cancelled",
        )
        .values(state="open", done_at=None)
    )


def set_jobs_queued(session: Session, case_id: UUID, engine_task_ids: Collection[str], now: datetime) -> None:
    """Give those of these jobs of a case that were cancelled to the worker again."""
    session.connection.execute(
        update(job)
        .where(
            visible(job, session.scope),
            job.c.case_id == case_id,
            job.c.engine_task_id.in_(engine_task_ids),
            job.c.state == "cancelled",
        )
        .values(state="queued", run_at=now, attempts=0)
    )


def stopped_at(session: Session) -> dict[str, int]:
    """Element -> how many cases an incident holds up there."""
    rows = session.connection.execute(
        select(incident.c.element_id, func.count(incident.c.case_id.distinct()).label("cases"))
        .where(
            visible(incident, session.scope),
            incident.c.closed_at.is_(None),
            incident.c.case_id.is_not(None),
            incident.c.element_id != "",
        )
        .group_by(incident.c.element_id)
    )
    return {row.element_id: row.cases for row in rows}
