"""Messages that leave the house: what each officer wants, and the outbox with the state of every one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    and_,
    exists,
    false,
    func,
    insert,
    or_,
    select,
    update,
)

from app.domain.clock import start_of
from app.domain.roles import DELEGATE, DELEGATED
from app.models import guarded
from app.models.scope import visible
from app.models.tables.base import Json, UtcDateTime, case_table, insert_or, uuid_column, valid_on
from app.models.tables.officers import officer, posting
from app.models.tables.workflow import notification

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

EMAIL, SMS = "email", "sms"

contact = case_table(
    "contact",
    uuid_column("officer_id"),
    Column("email", String(254), nullable=False, default=""),
    Column("mobile", String(10), nullable=False, default=""),
    Column("is_digest", Boolean, nullable=False, default=False),  # once a day instead of at once
    Column("is_weekly", Boolean, nullable=False, default=False, server_default=false()),  # the week's summary
    Column("digested_until", UtcDateTime),  # notices up to here were told in a digest
    Column("changed_at", UtcDateTime, nullable=False),
    scope="officer",
    parents=[("officer_id", "officer")],
    key=("district_id", "officer_id"),
)

message = case_table(
    "message",
    uuid_column("officer_id"),
    uuid_column("notification_id", nullable=True),  # null: a digest of several, or a trial
    Column("channel", String(8), nullable=False),  # email | sms
    Column("kind", String(40), nullable=False),
    Column("facts", Json, nullable=False),  # numbers only: what a text may be filled with
    Column("state", String(8), nullable=False),  # queued | sent | held | failed
    Column("attempts", SmallInteger, nullable=False, default=0),
    Column("error", String(120), nullable=False, default=""),
    Column("at", UtcDateTime, nullable=False),
    Column("run_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    UniqueConstraint("district_id", "officer_id", "notification_id", "channel"),
    Index("ix_message_due", "state", "run_at"),
    Index("ix_message_officer", "district_id", "officer_id", "at"),
    scope="officer",
    parents=[("officer_id", "officer"), ("notification_id", "notification")],
)

#: Notices to a person rather than of work: no order of delegation passes them on.
_IN_PERSON = ("break_glass", "watch")
_BY_ORDER = or_(
    *(
        and_(
            posting.c.kind == DELEGATE,
            posting.c.role == by,
            notification.c.role.in_(theirs),
            notification.c.kind.not_in(_IN_PERSON),
        )
        for by, theirs in DELEGATED.items()
    )
)


def contact_of(session: Session, officer_id: UUID) -> AnyRow | None:
    return session.connection.execute(
        select(contact).where(visible(contact, session.scope), contact.c.officer_id == officer_id)
    ).one_or_none()


def put_contact(session: Session, officer_id: UUID, values: Mapping[str, Any]) -> None:
    """Set what an officer wants."""
    statement = insert_or(session.connection, contact).values(
        district_id=session.district_id, officer_id=officer_id, **values
    )
    session.connection.execute(
        statement.on_conflict_do_update(index_elements=["district_id", "officer_id"], set_=dict(values))
    )


def set_digested(session: Session, officer_id: UUID, until: datetime) -> None:
    """Note up to when an officer was told what waits for him."""
    session.connection.execute(
        update(contact)
        .where(visible(contact, session.scope), contact.c.officer_id == officer_id)
        .values(digested_until=until)
    )


def _told_to(day: date) -> Any:
    """Notices, each with the officers who hold the post it is for on this day and want messages.

    Of work hears, too, who does it by order of delegation; whoever holds two such posts hears once.
    """
    return (
        select(
            notification.c.id,
            notification.c.district_id,
            notification.c.kind,
            notification.c.at,
            officer.c.id.label("officer_id"),
            contact.c.email,
            contact.c.mobile,
        )
        .distinct()
        .join(
            posting,
            and_(
                posting.c.district_id == notification.c.district_id,
                posting.c.office_id == notification.c.office_id,
                or_(posting.c.role == notification.c.role, _BY_ORDER),
                *valid_on(posting.c, day),
            ),
        )
        .join(
            officer,
            and_(
                officer.c.district_id == posting.c.district_id,
                officer.c.id == posting.c.officer_id,
                officer.c.active,
            ),
        )
        .join(
            contact,
            and_(contact.c.district_id == officer.c.district_id, contact.c.officer_id == officer.c.id),
        )
    )


def untold(session: Session, day: date, since: datetime, limit: int) -> Sequence[AnyRow]:
    """Notices since an instant for officers who want each at once, of which nothing lies in the outbox yet."""
    is_told = exists().where(
        message.c.district_id == notification.c.district_id,
        message.c.notification_id == notification.c.id,
        message.c.officer_id == officer.c.id,
    )
    statement = _told_to(day).where(
        visible(notification, session.scope),
        notification.c.at > since,
        notification.c.at >= contact.c.changed_at,
        contact.c.is_digest.is_(False),
        or_(contact.c.email != "", contact.c.mobile != ""),
        ~is_told,
    )
    return session.connection.execute(statement.order_by(notification.c.at).limit(limit)).all()


def undigested(session: Session, day: date, until: datetime) -> Sequence[AnyRow]:
    """How many notices wait for each officer who wants one message a day, since his last digest."""
    since = func.coalesce(contact.c.digested_until, contact.c.changed_at)
    waiting = (
        _told_to(day)
        .where(
            visible(notification, session.scope),
            contact.c.is_digest,
            or_(contact.c.email != "", contact.c.mobile != ""),
            notification.c.at > since,
            notification.c.at <= until,
        )
        .subquery()
    )
    own = (waiting.c.district_id, waiting.c.officer_id, waiting.c.email, waiting.c.mobile)
    return session.connection.execute(select(*own, func.count().label("waiting")).group_by(*own)).all()


def weekly_readers(session: Session, day: date, roles: Sequence[str], since: date) -> Sequence[UUID]:
    """Officers in one of these roles on a day who want the week's summary and were queued none since a day."""
    holds_post = exists().where(
        posting.c.district_id == contact.c.district_id,
        posting.c.officer_id == contact.c.officer_id,
        posting.c.role.in_(roles),
        *valid_on(posting.c, day),
    )
    is_queued = exists().where(
        message.c.district_id == contact.c.district_id,
        message.c.officer_id == contact.c.officer_id,
        message.c.kind == "weekly",
        message.c.at >= start_of(since),
    )
    statement = (
        select(contact.c.officer_id)
        .join(
            officer,
            and_(officer.c.district_id == contact.c.district_id, officer.c.id == contact.c.officer_id),
        )
        .where(visible(contact, session.scope), officer.c.active)
        .where(contact.c.is_weekly, contact.c.email != "", holds_post, ~is_queued)
    )
    return session.connection.execute(statement.order_by(contact.c.officer_id)).scalars().all()


def insert_messages(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    own = {"district_id": session.district_id}
    session.connection.execute(insert(message), [{**own, **row} for row in rows])


def due(session: Session, now: datetime, limit: int) -> Sequence[AnyRow]:
    """Messages to be sent now, with where to; the oldest first."""
    statement = (
        select(message, contact.c.email, contact.c.mobile, officer.c.language)
        .join(
            officer,
            and_(officer.c.district_id == message.c.district_id, officer.c.id == message.c.officer_id),
        )
        .outerjoin(
            contact,
            and_(
                contact.c.district_id == message.c.district_id, contact.c.officer_id == message.c.officer_id
            ),
        )
        .where(visible(message, session.scope), message.c.state == "queued", message.c.run_at <= now)
    )
    return session.connection.execute(statement.order_by(message.c.run_at).limit(limit)).all()


def update_message(session: Session, message_id: UUID, known: int, values: Mapping[str, Any]) -> bool:
    """Note a try, or what became of it, while its tries are still the `known` number; -> whether they were."""
    return guarded.change(
        session,
        message,
        message.c.id == message_id,
        message.c.state == "queued",
        message.c.attempts == known,
        **values,
    )


def last_messages(session: Session, officer_id: UUID, limit: int) -> Sequence[AnyRow]:
    """The newest messages to an officer, with their states."""
    return session.connection.execute(
        select(message)
        .where(visible(message, session.scope), message.c.officer_id == officer_id)
        .order_by(message.c.at.desc(), message.c.id.desc())
        .limit(limit)
    ).all()
