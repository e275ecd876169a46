"""Consolidated replies: one letter for all persons of a requisition, listed by the worker in slices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Index, Integer, String, UniqueConstraint, select

from app.models import guarded
from app.models.scope import visible
from app.models.statements import inserting
from app.models.tables.base import Encrypted, UtcDateTime, case_table, uuid_column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

LISTING = "listing"  # the state in which the worker has something left to do

reply = case_table(
    "reply",
    uuid_column("requisition_id"),
    uuid_column("office_id"),  # that replies
    uuid_column("release_id"),  # in whose words
    Column("state", String(10), nullable=False),  # listing | issued | failed
    Column("number", String(60)),  # पत्रांक; null until it is issued
    Column("total", Integer, nullable=False),  # persons
    Column("listed", Integer, nullable=False, default=0),
    Column("rows", Encrypted, nullable=False),  # the list so far, under the letter's key
    Column("lease_until", UtcDateTime),  # while a worker has a slice in hand
    uuid_column("asked_by"),
    uuid_column("posting_id"),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("issued_at", UtcDateTime),
    UniqueConstraint("district_id", "office_id", "number"),
    Index("ix_reply_letter", "district_id", "requisition_id", "asked_at"),
    Index("ix_reply_state", "state"),
    scope="letter",
    parents=[
        ("requisition_id", "requisition"),
        ("office_id", "office"),
        ("release_id", "release"),
        ("asked_by", "officer"),
    ],
)


def insert_reply(session: Session, row: Mapping[str, Any]) -> None:
    inserting(reply).put(session, [row])


def find(session: Session, reply_id: UUID) -> AnyRow | None:
    return session.connection.execute(
        select(reply).where(visible(reply, session.scope), reply.c.id == reply_id)
    ).one_or_none()


def of_letter(session: Session, requisition_id: UUID) -> Sequence[AnyRow]:
    """The replies to a letter, newest first."""
    return session.connection.execute(
        select(reply)
        .where(visible(reply, session.scope), reply.c.requisition_id == requisition_id)
        .order_by(reply.c.asked_at.desc(), reply.c.id.desc())
    ).all()


def next_free(session: Session, now: datetime) -> AnyRow | None:
    """The oldest reply that is being listed and that no worker has in hand."""
    return guarded.oldest_free(session, reply, now, reply.c.state == LISTING)


def set_lease(session: Session, reply_id: UUID, now: datetime, until: datetime | None) -> bool:
    """Take a reply in hand until an instant, or let go of it; -> whether nobody else has it in hand."""
    own = reply.c.id == reply_id
    if until is None:
        return guarded.change(session, reply, own, lease_until=None)
    return guarded.take(session, reply, now, until, own, reply.c.state == LISTING)


def set_listed(session: Session, reply_id: UUID, before: int, **values: Any) -> bool:
    """Take the list further from where it stood; False when another worker did."""
    stood = reply.c.id == reply_id, reply.c.state == LISTING, reply.c.listed == before
    return guarded.change(session, reply, *stood, **values)
