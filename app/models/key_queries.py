"""Queries on data keys; a destroyed key's row stays, without its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from app.models.cases import data_key
from app.models.scope import visible

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.models.base import AnyRow
    from app.models.scope import Session


def insert_key(session: Session, key_id: UUID, kind: str, wrapped: bytes) -> None:
    session.connection.execute(
        insert(data_key).values(district_id=session.district_id, id=key_id, kind=kind, wrapped=wrapped)
    )


def wrapped(session: Session, key_id: UUID) -> bytes | None:
    """The wrapped key; None when there is none, or none any more."""
    return session.connection.execute(
        select(data_key.c.wrapped).where(visible(data_key, session.scope), data_key.c.id == key_id)
    ).scalar()


def newest(session: Session) -> AnyRow | None:
    """The key made last that was not destroyed."""
    return session.connection.execute(
        select(data_key.c.id, data_key.c.wrapped)
        .where(visible(data_key, session.scope), data_key.c.wrapped.is_not(None))
        .order_by(data_key.c.id.desc())
        .limit(1)
    ).one_or_none()


def set_kind(session: Session, key_id: UUID, kind: str) -> None:
    session.connection.execute(
        update(data_key).where(visible(data_key, session.scope), data_key.c.id == key_id).values(kind=kind)
    )


def destroy(session: Session, key_id: UUID, at: datetime) -> None:
    session.connection.execute(
        update(data_key)
        .where(visible(data_key, session.scope), data_key.c.id == key_id)
        .values(wrapped=None, destroyed_at=at)
    )
