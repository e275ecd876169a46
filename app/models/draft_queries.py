"""Queries on drafts: an officer's own, and nobody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from app.models.officers import draft
from app.models.scope import visible

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.models.base import AnyRow
    from app.models.scope import Session


def find(
    session: Session, officer_id: UUID, form: str, user_task_id: UUID | None, requisition_id: UUID | None
) -> AnyRow | None:
    """The newest draft of this officer at this place."""
    statement = (
        select(draft)
        .where(
            visible(draft, session.scope),
            draft.c.officer_id == officer_id,
            draft.c.form == form,
            draft.c.user_task_id.is_(None) if user_task_id is None else draft.c.user_task_id == user_task_id,
            draft.c.requisition_id.is_(None)
            if requisition_id is None
            else draft.c.requisition_id == requisition_id,
        )
        .order_by(draft.c.updated_at.desc())
        .limit(1)
    )
    return session.connection.execute(statement).one_or_none()


def insert_draft(session: Session, row: Mapping[str, Any]) -> None:
    session.connection.execute(insert(draft).values(district_id=session.district_id, **row))


def set_values(session: Session, draft_id: UUID, values: bytes, at: datetime) -> None:
    session.connection.execute(
        update(draft)
        .where(visible(draft, session.scope), draft.c.id == draft_id)
        .values(values=values, updated_at=at)
    )


def delete_draft(session: Session, draft_id: UUID) -> None:
    session.connection.execute(delete(draft).where(visible(draft, session.scope), draft.c.id == draft_id))
