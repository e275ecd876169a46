"""Queries on the visits that failed: those of a case, and the one that was sent under an id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select

from app.models.statements import Query, inserting
from app.models.tables.officers import officer
from app.models.tables.visits import failed_visit
from app.models.tables.workflow import user_task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from app.models.session import Session
    from app.models.tables.base import AnyRow


_OF_CASE = Query(
    lambda at: (
        select(
            failed_visit,
            officer.c.name_hi.label("officer_hi"),
            officer.c.name_en.label("officer_en"),
            user_task.c.office_id,
            user_task.c.role,
        )
        .join(
            officer,
            and_(
                officer.c.district_id == failed_visit.c.district_id, officer.c.id == failed_visit.c.officer_id
            ),
        )
        .join(
            user_task,
            and_(
                user_task.c.district_id == failed_visit.c.district_id,
                user_task.c.id == failed_visit.c.user_task_id,
            ),
        )
        .where(at.visible(failed_visit), failed_visit.c.case_id == at.case_id)
        .order_by(failed_visit.c.visited_at, failed_visit.c.id)
    )
)


def failed_of_case(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    """The visits of a case that failed, sealed, in the order in which they were made, with their officers."""
    return _OF_CASE.all(session, case_id=case_id)


_SENT_AS = Query(
    lambda at: select(failed_visit.c.id).where(
        at.visible(failed_visit),
        failed_visit.c.user_task_id == at.task_id,
        failed_visit.c.sent_as == at.sent_as,
    )
)


def is_known(session: Session, task_id: UUID, sent_as: UUID) -> bool:
    """Whether this visit was received before."""
    return _SENT_AS.first(session, task_id=task_id, sent_as=sent_as) is not None


_COUNT = Query(
    lambda at: (
        select(func.count().label("found"))
        .select_from(failed_visit)
        .where(at.visible(failed_visit), failed_visit.c.user_task_id == at.task_id)
    )
)


def count_of_task(session: Session, task_id: UUID) -> int:
    """How many visits failed while this task was open."""
    return int(_COUNT.scalar(session, task_id=task_id))


def insert_failed(session: Session, row: Mapping[str, Any]) -> None:
    inserting(failed_visit).put(session, [row])
