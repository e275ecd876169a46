"""Letters between two districts of one installation: what one asks, what came to the other, what is to cross.

The same id stands on both sides; a row never leaves its district, and no key opens rows of two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    Index,
    Integer,
    SmallInteger,
    String,
    and_,
    exists,
    func,
    select,
    text,
    update,
)

from app.domain.roles import Role
from app.models.scope import visible
from app.models.statements import Query, inserting
from app.models.tables.base import Encrypted, UtcDateTime, case_table, uuid_column, valid_on
from app.models.tables.officers import officer, posting
from app.models.tables.offices import district, office

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

ask = case_table(
    "neighbour_ask",
    uuid_column("case_id"),
    uuid_column("enquiry_id"),
    Column("other_district", Integer, nullable=False),
    Column("state", String(10), nullable=False),  # as app.services.casefile.neighbours names them
    Column("reason", String(24), nullable=False, default=""),  # why on paper: of a closed list
    Column("their_number", String(40), nullable=False, default=""),  # of the case there, once it was accepted
    Column("facts", Encrypted, nullable=False),  # the letter's office and number, the words of a return
    Column("asked_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("accepted_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Index("ix_neighbour_ask_case", "district_id", "case_id"),
    scope="case",
    parents=[("case_id", "case"), ("enquiry_id", "enquiry")],
)

request = case_table(
    "neighbour_request",
    uuid_column("office_id"),
    uuid_column("data_key_id"),  # becomes the key of the case that is made of it
    uuid_column("case_id", nullable=True),
    Column("other_district", Integer, nullable=False),
    Column("letter_no", String(60), nullable=False),
    Column("state", String(10), nullable=False),  # as app.services.casefile.neighbours names them
    Column("facts", Encrypted, nullable=False),  # what the letter says, and no more
    Column("received_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    uuid_column("settled_by", nullable=True),
    Column("reminders", SmallInteger, nullable=False, default=0),
    Column("reminded_at", UtcDateTime),
    Index("ix_neighbour_request_state", "district_id", "state", "received_at"),
    Index("ix_neighbour_request_case", "district_id", "case_id"),
    scope="office",
    parents=[
        ("office_id", "office"),
        ("data_key_id", "data_key"),
        ("case_id", "case"),
        ("settled_by", "officer"),
    ],
)

_LEFT = text("done_at is null")
errand = case_table(
    "neighbour_errand",
    uuid_column("letter_id"),
    Column("to_district", Integer, nullable=False),
    Column("what", String(10), nullable=False),  # ask | accepted | returned | answer | remind | recall
    Column("at", UtcDateTime, nullable=False),  # when the officer acted
    Column("run_at", UtcDateTime, nullable=False),
    Column("attempts", SmallInteger, nullable=False, default=0),
    Column("done_at", UtcDateTime),
    Index("ix_neighbour_errand_due", "run_at", sqlite_where=_LEFT, postgresql_where=_LEFT),
    scope="system",
)


# -- the side that asks ------------------------------------------------------------------------------------


def insert_ask(session: Session, row: Mapping[str, Any]) -> None:
    inserting(ask).put(session, [row])


def asks_of(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    """What a case has asked of other districts, oldest first."""
    chosen = select(ask).where(visible(ask, session.scope), ask.c.case_id == case_id)
    return session.connection.execute(chosen.order_by(ask.c.asked_at, ask.c.id)).all()


def find_ask(session: Session, ask_id: UUID) -> AnyRow | None:
    chosen = select(ask).where(visible(ask, session.scope), ask.c.id == ask_id)
    return session.connection.execute(chosen).one_or_none()


def set_ask(session: Session, ask_id: UUID, before: Collection[str], **values: Any) -> bool:
    """Lead a letter from one of these states on; False when it was in another by then."""
    changed = (
        update(ask)
        .where(visible(ask, session.scope), ask.c.id == ask_id, ask.c.state.in_(tuple(before)))
        .values(**values)
        .returning(ask.c.id)
    )
    return session.connection.execute(changed).first() is not None


# -- the side that is asked --------------------------------------------------------------------------------


def insert_request(session: Session, row: Mapping[str, Any]) -> None:
    inserting(request).put(session, [row])


def find_request(session: Session, request_id: UUID) -> AnyRow | None:
    chosen = select(request).where(visible(request, session.scope), request.c.id == request_id)
    return session.connection.execute(chosen).one_or_none()


REQUEST = Query(lambda at: select(request).where(at.visible(request), request.c.case_id == at.case_id))


def request_of(session: Session, case_id: UUID) -> AnyRow | None:
    """The letter of another district that a case was made of."""
    return REQUEST.one_or_none(session, case_id=case_id)


WAITING = Query(
    lambda at: select(func.count()).select_from(
        select(request.c.id)
        .where(at.visible(request), request.c.state == "waiting")
        .limit(at.limit)
        .subquery()
    )
)


def waiting_count(session: Session, limit: int) -> int:
    """How many letters of other districts nobody has accepted or returned yet, at most so many."""
    return int(WAITING.scalar(session, limit=limit))


def requests_in(session: Session, states: Collection[str], limit: int) -> Sequence[AnyRow]:
    """Letters of other districts in these states, oldest first."""
    chosen = select(request).where(visible(request, session.scope), request.c.state.in_(tuple(states)))
    return session.connection.execute(chosen.order_by(request.c.received_at, request.c.id).limit(limit)).all()


def set_request(session: Session, request_id: UUID, before: Collection[str], **values: Any) -> bool:
    """Lead a letter from one of these states on; False when it was in another by then."""
    changed = (
        update(request)
        .where(
            visible(request, session.scope), request.c.id == request_id, request.c.state.in_(tuple(before))
        )
        .values(**values)
        .returning(request.c.id)
    )
    return session.connection.execute(changed).first() is not None


# -- who is there ------------------------------------------------------------------------------------------

_RECEIVERS = (Role.SP_READER, Role.SP)


def district_of(session: Session) -> AnyRow | None:
    """The district of the scope, if the installation has it."""
    chosen = select(district.c.id, district.c.name_hi, district.c.name_en).where(
        visible(district, session.scope), district.c.id == session.district_id
    )
    return session.connection.execute(chosen).one_or_none()


def police_office(session: Session, day: date) -> AnyRow | None:
    """The SP's office of the district on a day, and whether somebody there can take a letter (`is_staffed`)."""
    holds = exists().where(
        posting.c.district_id == office.c.district_id,
        posting.c.office_id == office.c.id,
        posting.c.role.in_(_RECEIVERS),
        *valid_on(posting.c, day),
        officer.c.district_id == posting.c.district_id,
        officer.c.id == posting.c.officer_id,
        officer.c.active,
    )
    chosen = select(office.c.id, office.c.name_hi, office.c.name_en, holds.label("is_staffed")).where(
        visible(office, session.scope),
        office.c.kind == "sp_office",
        *valid_on(office.c, day),
    )
    return session.connection.execute(chosen.limit(1)).first()


# -- what is to be handed over -----------------------------------------------------------------------------


def insert_errand(session: Session, row: Mapping[str, Any]) -> None:
    inserting(errand).put(session, [row])


def next_errand(session: Session, now: datetime) -> AnyRow | None:
    """What has been due for longest, of any district."""
    due = and_(errand.c.done_at.is_(None), errand.c.run_at <= now)
    chosen = select(errand).where(visible(errand, session.scope), due)
    return session.connection.execute(chosen.order_by(errand.c.run_at, errand.c.id).limit(1)).first()


def set_errand(session: Session, errand_id: UUID, **values: Any) -> bool:
    """Mark what was handed over, or put it off; False when it was handed over before."""
    changed = (
        update(errand)
        .where(visible(errand, session.scope), errand.c.id == errand_id, errand.c.done_at.is_(None))
        .values(**values)
        .returning(errand.c.id)
    )
    return session.connection.execute(changed).first() is not None
