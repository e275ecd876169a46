"""Queries on data keys; a destroyed key's row stays, without its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from app.models.statements import Query, Update, inserting
from app.models.tables.cases import data_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.session import Session
    from app.models.tables.base import AnyRow


WRAPPED = Query(lambda at: select(data_key.c.wrapped).where(at.visible(data_key), data_key.c.id == at.key_id))
_NEWEST = Query(
    lambda at: (
        select(data_key.c.id, data_key.c.wrapped)
        .where(at.visible(data_key), data_key.c.wrapped.is_not(None))
        .order_by(data_key.c.id.desc())
        .limit(1)
    )
)
_SET = Update(data_key, lambda at: [data_key.c.id == at.key_id])


def insert_key(session: Session, key_id: UUID, kind: str, wrapped: bytes) -> None:
    inserting(data_key).put(session, [{"id": key_id, "kind": kind, "wrapped": wrapped}])


def wrapped(session: Session, key_id: UUID) -> bytes | None:
    """The wrapped key; None when there is none, or none any more."""
    found: bytes | None = WRAPPED.scalar(session, key_id=key_id)
    return found


def newest(session: Session) -> AnyRow | None:
    """The key made last that was not destroyed."""
    return _NEWEST.one_or_none(session)


def set_kind(session: Session, key_id: UUID, kind: str) -> None:
    _SET.put(session, {"kind": kind}, key_id=key_id)


_PAGE = Query(
    lambda at: (
        select(data_key.c.id, data_key.c.wrapped)
        .where(at.visible(data_key), data_key.c.wrapped.is_not(None), data_key.c.id > at.after_id)
        .order_by(data_key.c.id)
        .limit(at.limit)
    )
)
_SET_SAME = Update(data_key, lambda at: [data_key.c.id == at.key_id, data_key.c.wrapped == at.before])


def page(session: Session, after_id: UUID, limit: int) -> Sequence[AnyRow]:
    """Keys that were not destroyed, in the order of their ids, behind this one."""
    return _PAGE.all(session, after_id=after_id, limit=limit)


def set_wrapped(session: Session, key_id: UUID, before: bytes, wrapped: bytes) -> bool:
    """Keep a key under another root, if nobody has changed or destroyed it meanwhile; whether it was so."""
    return _SET_SAME.run(session, {"wrapped": wrapped}, key_id=key_id, before=before) == 1


def destroy(session: Session, key_id: UUID, at: datetime) -> None:
    _SET.put(session, {"wrapped": None, "destroyed_at": at}, key_id=key_id)
