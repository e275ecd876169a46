"""Papers that have their number and whose job stopped: whose they are, how many, and those jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select

from app.models.scope import visible
from app.models.tables.offices import office
from app.models.tables.papers import certificate
from app.models.tables.workflow import job

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

#: The error of a job whose paper nothing could sign, and the code of its incident.
FOR_A_KEY = "signature_key"
FAILED = ("failed",)


def _stopped(session: Session, error: str, states: Collection[str], *columns: Any) -> Any:
    own, issuing = certificate.c, office.c
    of_paper = and_(own.district_id == job.c.district_id, own.engine_task_id == job.c.engine_task_id)
    return (
        select(*columns)
        .join(certificate, of_paper)
        .join(office, and_(issuing.district_id == own.district_id, issuing.id == own.office_id))
        .where(visible(job, session.scope), job.c.state.in_(states), job.c.error == error)
    )


def groups(session: Session, error: str, states: Collection[str] = FAILED) -> Sequence[AnyRow]:
    """Whose papers stopped for this: district, `kind` of the office, who signed; how many `papers`, and `next_at`.

    `next_at` is when the first of them may be looked at again.
    """
    whose = (job.c.district_id, office.c.kind, certificate.c.signed_by)
    counted = (func.count(job.c.id).label("papers"), func.min(job.c.run_at).label("next_at"))
    found = _stopped(session, error, states, *whose, *counted).group_by(*whose)
    return session.connection.execute(found).all()


def jobs_of(
    session: Session,
    kind: str,
    officer_id: UUID | None,
    error: str,
    now: datetime,
    limit: int,
    states: Collection[str] = FAILED,
) -> Sequence[AnyRow]:
    """Jobs (`id`, `case_id`) of papers that an officer of a kind of office signed and that may be looked at again."""
    found = _stopped(session, error, states, job.c.id, job.c.case_id).where(
        office.c.kind == kind, certificate.c.signed_by == officer_id, job.c.run_at <= now
    )
    return session.connection.execute(found.order_by(job.c.id).limit(limit)).all()
