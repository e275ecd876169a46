"""Files made of many documents for one officer: the papers of a letter, a case file; bound piece by piece."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
)

from app.models import guarded
from app.models.scope import visible
from app.models.statements import Query
from app.models.tables.base import Encrypted, Json, UtcDateTime, case_table, uuid_column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

#: The states of a bundle; `GONE`: stopped, expired or erased, nothing of it is left but that it was asked for.
MAKING, READY, FAILED, GONE = "making", "ready", "failed", "gone"
ALIVE = (MAKING, READY, FAILED)

bundle = case_table(
    "bundle",
    uuid_column("officer_id"),  # who asked, and nobody else takes it
    uuid_column("posting_id"),
    uuid_column("data_key_id"),  # of its files alone; destroyed when it ends
    uuid_column("requisition_id", nullable=True),
    uuid_column("case_id", nullable=True),
    Column("kind", String(8), nullable=False),  # zip | print | case
    Column("part", SmallInteger, nullable=False),
    Column("about", String(60), nullable=False),  # number of the letter or the case
    Column("name", String(80), nullable=False),  # of the finished file
    Column("words", Encrypted, nullable=False),  # of its index, in the language of who asked
    Column("state", String(8), nullable=False),
    Column("total", Integer, nullable=False),  # documents
    Column("done", Integer, nullable=False),
    Column("size", Integer, nullable=False),  # bytes
    Column("fault", String(16), nullable=False),  # why it could not be made; empty while it can
    Column("fault_at", String(60), nullable=False),  # the number of the paper that is at fault
    Column("lease_until", UtcDateTime),  # while a worker puts its pieces together
    Column("asked_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),  # when its file is destroyed
    Column("taken_at", UtcDateTime),
    Index("ix_bundle_state", "state", "ends_at"),
    Index("ix_bundle_officer", "district_id", "officer_id", "asked_at"),
    Index("ix_bundle_letter", "district_id", "requisition_id"),
    Index("ix_bundle_case", "district_id", "case_id"),
    scope="officer",
    parents=[
        ("officer_id", "officer"),
        ("data_key_id", "data_key"),
        ("requisition_id", "requisition"),
        ("case_id", "case"),
    ],
)

bundle_piece = case_table(
    "bundle_piece",
    uuid_column("officer_id"),
    uuid_column("bundle_id"),
    Column("place", SmallInteger, nullable=False),
    Column("documents", Json, nullable=False),  # their ids, in the order in which they are bound
    Column("told", Encrypted),  # what the whole needs to know of it; null until it is made
    Column("lease_until", UtcDateTime),
    UniqueConstraint("district_id", "bundle_id", "place"),
    scope="officer",
    parents=[("officer_id", "officer"), ("bundle_id", "bundle")],
)


def insert_bundle(session: Session, row: Mapping[str, Any], pieces: Sequence[Mapping[str, Any]]) -> None:
    own = {"district_id": session.district_id}
    session.connection.execute(insert(bundle).values(**own, **row))
    session.connection.execute(insert(bundle_piece), [{**own, **each} for each in pieces])


def find(session: Session, bundle_id: UUID) -> AnyRow | None:
    return session.connection.execute(
        select(bundle).where(visible(bundle, session.scope), bundle.c.id == bundle_id)
    ).one_or_none()


def asked_for(session: Session, since: datetime, now: datetime) -> Sequence[AnyRow]:
    """What was asked for since an instant and is still there at this one, the newest first."""
    statement = select(bundle).where(
        visible(bundle, session.scope),
        bundle.c.state != GONE,
        bundle.c.asked_at >= since,
        bundle.c.ends_at > now,
    )
    return session.connection.execute(statement.order_by(bundle.c.asked_at.desc(), bundle.c.id.desc())).all()


UNTAKEN = Query(
    lambda at: select(func.count()).where(
        at.visible(bundle),
        bundle.c.officer_id == at.officer_id,
        bundle.c.state == READY,
        bundle.c.taken_at.is_(None),
        bundle.c.ends_at > at.now,
    )
)


def untaken(session: Session, officer_id: UUID, now: datetime) -> int:
    """How many finished files wait for an officer who has not taken them yet."""
    return int(UNTAKEN.scalar(session, officer_id=officer_id, now=now))


def pieces_of(session: Session, bundle_id: UUID) -> Sequence[AnyRow]:
    """The pieces of a bundle in their order."""
    return session.connection.execute(
        select(bundle_piece)
        .where(visible(bundle_piece, session.scope), bundle_piece.c.bundle_id == bundle_id)
        .order_by(bundle_piece.c.place)
    ).all()


def _parted() -> Any:
    return and_(bundle.c.district_id == bundle_piece.c.district_id, bundle.c.id == bundle_piece.c.bundle_id)


def next_piece(session: Session, now: datetime) -> AnyRow | None:
    """The next piece that nobody has made or has in hand."""
    statement = (
        select(bundle_piece)
        .join(bundle, _parted())
        .where(
            visible(bundle_piece, session.scope),
            bundle.c.state == MAKING,
            bundle_piece.c.told.is_(None),
            guarded.is_free(bundle_piece, now),
        )
        .order_by(bundle.c.asked_at, bundle_piece.c.place)
        .limit(1)
    )
    return session.connection.execute(statement).one_or_none()


def next_whole(session: Session, now: datetime) -> AnyRow | None:
    """The next bundle all of whose pieces are made, and which nobody puts together."""
    has_unmade = exists().where(_parted(), bundle_piece.c.told.is_(None))
    statement = select(bundle).where(
        visible(bundle, session.scope), bundle.c.state == MAKING, ~has_unmade, guarded.is_free(bundle, now)
    )
    return session.connection.execute(statement.order_by(bundle.c.asked_at).limit(1)).one_or_none()


def next_over(session: Session, now: datetime) -> AnyRow | None:
    """The next bundle whose time is over."""
    statement = select(bundle).where(
        visible(bundle, session.scope), bundle.c.state != GONE, bundle.c.ends_at <= now
    )
    return session.connection.execute(statement.order_by(bundle.c.ends_at).limit(1)).one_or_none()


def about(session: Session, case_id: UUID, requisition_id: UUID) -> Sequence[AnyRow]:
    """The bundles that may hold a document of a case or of its letter."""
    statement = select(bundle).where(
        visible(bundle, session.scope),
        bundle.c.state != GONE,
        or_(bundle.c.case_id == case_id, bundle.c.requisition_id == requisition_id),
    )
    return session.connection.execute(statement).all()


def claim_piece(session: Session, piece_id: UUID, now: datetime, until: datetime) -> bool:
    """Take a piece in hand; -> whether nobody else has."""
    wanted = bundle_piece.c.id == piece_id, bundle_piece.c.told.is_(None)
    return guarded.take(session, bundle_piece, now, until, *wanted)


def claim_whole(session: Session, bundle_id: UUID, now: datetime, until: datetime) -> bool:
    """Take a bundle in hand to put it together; -> whether nobody else has."""
    return guarded.take(session, bundle, now, until, bundle.c.id == bundle_id, bundle.c.state == MAKING)


def set_made(session: Session, piece_id: UUID, bundle_id: UUID, count: int, told: bytes) -> bool:
    """Note that a piece is made, and count its documents; False when it was before, or nobody wants it any more."""
    own = bundle_piece.c.id == piece_id, bundle_piece.c.bundle_id == bundle_id
    is_wanted = exists().where(_parted(), bundle.c.state == MAKING)
    is_unmade = bundle_piece.c.told.is_(None)
    is_new = guarded.change(session, bundle_piece, *own, is_unmade, is_wanted, told=told, lease_until=None)
    if is_new:
        guarded.change(session, bundle, bundle.c.id == bundle_id, done=bundle.c.done + count)
    return is_new


def set_state(session: Session, bundle_id: UUID, before: Sequence[str], **values: Any) -> bool:
    """Change a bundle that is in one of these states; -> whether it was."""
    return guarded.change(session, bundle, bundle.c.id == bundle_id, bundle.c.state.in_(before), **values)


def delete_pieces(session: Session, bundle_id: UUID) -> None:
    session.connection.execute(
        delete(bundle_piece).where(
            visible(bundle_piece, session.scope), bundle_piece.c.bundle_id == bundle_id
        )
    )
