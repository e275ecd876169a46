"""Letters that a department writes in its account: begun, sent, returned; received once the DM's office accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Date, Index, Integer, String, func, select

from app.models import guarded
from app.models.scope import visible
from app.models.statements import Query, inserting
from app.models.tables.base import Encrypted, Json, UtcDateTime, case_table, uuid_column

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

#: Its id is that of the requisition made of it: whoever accepts it a second time finds that one.
lodgement = case_table(
    "lodgement",
    uuid_column("office_id"),  # the department
    uuid_column("data_key_id"),  # becomes the requisition's
    Column("state", String(10), nullable=False),  # draft | sent | returned | accepted | dropped
    Column("purpose", String(40), nullable=False),
    Column("requester_hi", String(200), nullable=False),
    Column("letter_no", String(60), nullable=False),
    Column("letter_date", Date, nullable=False),
    Column("candidate_count", Integer, nullable=False, default=0),  # as sent
    Column("routing", Json, nullable=False),  # the routing values of F00, class P0 only
    Column("values", Encrypted),  # the answers of the letter's form, until it is accepted or put away
    Column("note", Encrypted),  # why it was returned
    uuid_column("written_by"),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("decided_at", UtcDateTime),
    uuid_column("decided_by", nullable=True),
    Index("ix_lodgement_office", "district_id", "office_id", "changed_at"),
    Index("ix_lodgement_state", "district_id", "state", "sent_at"),
    scope="letter",
    parents=[
        ("office_id", "office"),
        ("data_key_id", "data_key"),
        ("written_by", "officer"),
        ("decided_by", "officer"),
    ],
)

#: States in which it is the department's to change.
OPEN = ("draft", "returned")


def insert_lodgement(session: Session, row: Mapping[str, Any]) -> None:
    inserting(lodgement).put(session, [row])


def find(session: Session, lodgement_id: UUID) -> AnyRow | None:
    chosen = select(lodgement).where(visible(lodgement, session.scope), lodgement.c.id == lodgement_id)
    return session.connection.execute(chosen).one_or_none()


def change(session: Session, lodgement_id: UUID, before: Collection[str], **values: Any) -> bool:
    """Change one that is in one of these states; -> whether it was."""
    return guarded.change(
        session, lodgement, lodgement.c.id == lodgement_id, lodgement.c.state.in_(before), **values
    )


def unaccepted(session: Session, limit: int) -> Sequence[AnyRow]:
    """What a department has begun, sent or got back, the newest change first."""
    chosen = select(lodgement).where(
        visible(lodgement, session.scope), lodgement.c.state.in_((*OPEN, "sent"))
    )
    newest = (lodgement.c.changed_at.desc(), lodgement.c.id.desc())
    return session.connection.execute(chosen.order_by(*newest).limit(limit)).all()


def waiting(session: Session, limit: int) -> Sequence[AnyRow]:
    """What was sent and nobody has accepted or returned yet, the oldest first."""
    chosen = select(lodgement).where(visible(lodgement, session.scope), lodgement.c.state == "sent")
    return session.connection.execute(chosen.order_by(lodgement.c.sent_at, lodgement.c.id).limit(limit)).all()


WAITING = Query(lambda at: select(func.count()).where(at.visible(lodgement), lodgement.c.state == "sent"))


def waiting_count(session: Session) -> int:
    """How many of them there are."""
    return int(WAITING.scalar(session))


def idle(session: Session, before: datetime, limit: int) -> Sequence[AnyRow]:
    """What a department has not touched since an instant, and not sent."""
    chosen = select(lodgement).where(
        visible(lodgement, session.scope), lodgement.c.state.in_(OPEN), lodgement.c.changed_at < before
    )
    return session.connection.execute(chosen.order_by(lodgement.c.changed_at).limit(limit)).all()
