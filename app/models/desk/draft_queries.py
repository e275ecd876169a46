"""Queries on drafts: an officer's own, and nobody else's."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, select

from app.models.statements import Change, Query, Update, inserting
from app.models.tables.officers import draft
from app.models.tables.workflow import is_open, user_task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.session import Session
    from app.models.tables.base import AnyRow


@cache
def _finding(*, has_task: bool, has_requisition: bool) -> Query:
    return Query(
        lambda at: (
            select(draft)
            .where(
                at.visible(draft),
                draft.c.officer_id == at.officer_id,
                # a task has one form, which another release may have changed
                *([] if has_task else [draft.c.form == at.form]),
                draft.c.user_task_id == at.user_task_id if has_task else draft.c.user_task_id.is_(None),
                draft.c.requisition_id == at.requisition_id
                if has_requisition
                else draft.c.requisition_id.is_(None),
            )
            .order_by(draft.c.updated_at.desc())
            .limit(1)
        )
    )


def of_task() -> Query:
    """The statement that `find` runs for a draft of a task."""
    return _finding(has_task=True, has_requisition=False)


def find(
    session: Session, officer_id: UUID, form: str, user_task_id: UUID | None, requisition_id: UUID | None
) -> AnyRow | None:
    """The newest draft of this officer at this place."""
    place: dict[str, Any] = {"user_task_id": user_task_id, "requisition_id": requisition_id}
    given = {name: value for name, value in place.items() if value is not None}
    if user_task_id is None:
        given["form"] = form
    query = _finding(has_task=user_task_id is not None, has_requisition=requisition_id is not None)
    return query.first(session, officer_id=officer_id, **given)


@cache
def _of_open_tasks(forms: tuple[str, ...]) -> Query:
    return Query(
        lambda at: (
            select(draft.c.user_task_id)
            .join(
                user_task,
                and_(user_task.c.district_id == draft.c.district_id, user_task.c.id == draft.c.user_task_id),
            )
            .where(
                at.visible(draft),
                at.visible(user_task),
                draft.c.officer_id == at.officer_id,
                draft.c.form.in_(forms),
                is_open,
            )
            .order_by(user_task.c.due_at, user_task.c.id)
            .limit(at.limit)
        )
    )


def of_open_tasks(session: Session, officer_id: UUID, forms: Sequence[str], limit: int) -> list[UUID]:
    """The open tasks with one of these forms that this officer has a draft of, most urgent first."""
    query = _of_open_tasks(tuple(forms))
    return [row.user_task_id for row in query.all(session, officer_id=officer_id, limit=limit)]


_SET = Update(draft, lambda at: [draft.c.id == at.draft_id])
_DELETE = Change(draft, lambda at: delete(draft).where(at.visible(draft), draft.c.id == at.draft_id))


def insert_draft(session: Session, row: Mapping[str, Any]) -> None:
    inserting(draft).put(session, [row])


def set_values(session: Session, draft_id: UUID, values: bytes, at: datetime) -> None:
    _SET.put(session, {"values": values, "updated_at": at}, draft_id=draft_id)


def delete_draft(session: Session, draft_id: UUID) -> bool:
    """Delete it; False when it has gone already: sent, or destroyed."""
    return bool(_DELETE.run(session, draft_id=draft_id))
