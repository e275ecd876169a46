"""Queries on incidents: what stopped, with the few words of its case that an administrator may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, select

from app.models.statements import Query, Update, inserting
from app.models.tables.cases import case
from app.models.tables.offices import named, office
from app.models.tables.workflow import incident, job, timer, user_task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.session import Session
    from app.models.statements import At
    from app.models.tables.base import AnyRow


def _same(table: Any, column: Any) -> Any:
    return and_(table.c.district_id == incident.c.district_id, table.c.id == column)


def _open(at: At) -> Any:
    """Of a case only its number, its release and whether it is open: who keeps the system sees no person."""
    return (
        select(
            incident,
            case.c.number,
            case.c.release_id,
            case.c.status.label("case_status"),
            user_task.c.state.label("task_state"),
            *named(office, "office"),
            job.c.state.label("job_state"),
            job.c.attempts,
            job.c.kind.label("job_kind"),
        )
        .outerjoin(case, _same(case, incident.c.case_id))
        .outerjoin(user_task, _same(user_task, incident.c.user_task_id))
        .outerjoin(
            office,
            and_(office.c.district_id == incident.c.district_id, office.c.id == user_task.c.office_id),
        )
        .outerjoin(job, _same(job, incident.c.job_id))
        .where(at.visible(incident), incident.c.closed_at.is_(None))
        .order_by(incident.c.opened_at.desc(), incident.c.id)
    )


def _of_no_task(table: Any) -> Any:
    """A row of the same case, for incidents that are about the case and not about one task or job of it."""
    return and_(
        table.c.district_id == incident.c.district_id,
        table.c.case_id == incident.c.case_id,
        incident.c.user_task_id.is_(None),
        incident.c.job_id.is_(None),
    )


def _holders(at: At) -> Any:
    return (
        select(incident.c.id, *named(office, "office"))
        .join(user_task, _of_no_task(user_task))
        .join(
            office,
            and_(office.c.district_id == user_task.c.district_id, office.c.id == user_task.c.office_id),
        )
        .where(at.visible(incident), incident.c.closed_at.is_(None), user_task.c.state == "open")
        .order_by(user_task.c.created_at, user_task.c.id)
    )


_OPEN = Query(_open)
_OPEN_OF_CASE = Query(lambda at: _open(at).where(incident.c.case_id == at.case_id))
_TIMERS = Query(
    lambda at: (
        select(incident.c.id, timer.c.engine_task_id)
        .join(timer, _of_no_task(timer))
        .where(at.visible(incident), incident.c.closed_at.is_(None))
    )
)
_HOLDERS = Query(_holders)
_ROW = Query(lambda at: select(incident).where(at.visible(incident), incident.c.id == at.incident_id))
_SET = Update(incident, lambda at: [incident.c.id == at.incident_id, incident.c.closed_at.is_(None)])


def open_incidents(session: Session, *, case_id: UUID | None = None) -> Sequence[AnyRow]:
    """What is stopped, newest first: with the case's number, the task's office, and how the job stands."""
    if case_id is None:
        return _OPEN.all(session)
    return _OPEN_OF_CASE.all(session, case_id=case_id)


def timers_of_incidents(session: Session) -> Sequence[AnyRow]:
    """The timers of every case that is stopped as a whole, by the incident's id."""
    return _TIMERS.all(session)


def holders_of_incidents(session: Session) -> Sequence[AnyRow]:
    """The offices that hold a case which is stopped as a whole, by the incident's id."""
    return _HOLDERS.all(session)


def incident_row(session: Session, incident_id: UUID) -> AnyRow | None:
    return _ROW.one_or_none(session, incident_id=incident_id)


def insert_incident(session: Session, row: Mapping[str, Any]) -> None:
    inserting(incident).put(session, [row])


def set_incident(session: Session, incident_id: UUID, **values: Any) -> None:
    """Say anew why an open incident is open."""
    _SET.put(session, values, incident_id=incident_id)


def close_incident(session: Session, incident_id: UUID, officer_id: UUID | None, at: datetime) -> bool:
    """Close it, by an officer or by itself; False when it was closed before."""
    return bool(_SET.run(session, {"closed_at": at, "closed_by": officer_id}, incident_id=incident_id))
