"""Queries on postings and the orders behind them: who holds a post in an office, what waits for a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy import case as when

from app.models import guarded
from app.models.scope import visible
from app.models.statements import inserting
from app.models.tables.base import valid_on
from app.models.tables.officers import officer, posting, posting_order
from app.models.tables.offices import named, office
from app.models.tables.workflow import queue_count

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

_NAMED = (officer.c.username, officer.c.name_hi, officer.c.name_en, officer.c.rank)


def _with(table: Any, other: Any, column: Any) -> Any:
    return and_(other.c.district_id == table.c.district_id, other.c.id == column)


def offices(session: Session, kinds: Collection[str], day: date) -> Sequence[AnyRow]:
    """The offices of these kinds on this day, by kind and name."""
    return session.connection.execute(
        select(office.c.id, office.c.facts, *named(office, "office"))
        .where(
            visible(office, session.scope),
            office.c.kind.in_(kinds),
            *valid_on(office.c, day),
        )
        .order_by(office.c.kind, office.c.name_hi, office.c.id)
    ).all()


def held(session: Session, day: date) -> set[tuple[UUID, str]]:
    """Every post that somebody holds on this day, in whatever kind of posting: its office and role.

    Whose account is shut holds none.
    """
    chosen = (
        select(posting.c.office_id, posting.c.role)
        .join(officer, _with(posting, officer, posting.c.officer_id))
        .where(visible(posting, session.scope), officer.c.active, *valid_on(posting.c, day))
    )
    return {(row.office_id, row.role) for row in session.connection.execute(chosen)}


def waiting(session: Session, day: date) -> dict[tuple[UUID, str], tuple[int, int]]:
    """How many tasks wait in each post of the offices that are seen, and how many of them are late on this day."""
    late = when((queue_count.c.due_on < day, queue_count.c.open), else_=0)
    chosen = (
        select(
            queue_count.c.office_id,
            queue_count.c.role,
            func.sum(queue_count.c.open).label("open"),
            func.sum(late).label("late"),
        )
        .where(visible(queue_count, session.scope))
        .group_by(queue_count.c.office_id, queue_count.c.role)
    )
    return {
        (row.office_id, row.role): (int(row.open), int(row.late))
        for row in session.connection.execute(chosen)
    }


def of_office(session: Session, office_id: UUID, day: date) -> Sequence[AnyRow]:
    """The postings in an office that hold on this day or begin later."""
    return session.connection.execute(
        select(posting, *_NAMED)
        .join(officer, _with(posting, officer, posting.c.officer_id))
        .where(
            visible(posting, session.scope),
            posting.c.office_id == office_id,
            or_(posting.c.valid_to.is_(None), posting.c.valid_to >= day),
        )
        .order_by(posting.c.role, posting.c.valid_from, officer.c.name_hi, posting.c.id)
    ).all()


def find(session: Session, posting_id: UUID) -> AnyRow | None:
    return session.connection.execute(
        select(posting, *_NAMED, *named(office, "office"))
        .join(officer, _with(posting, officer, posting.c.officer_id))
        .join(office, _with(posting, office, posting.c.office_id))
        .where(visible(posting, session.scope), posting.c.id == posting_id)
    ).one_or_none()


def of_officer(session: Session, officer_id: UUID, since: date) -> Sequence[AnyRow]:
    """The postings of an officer that hold on this day or begin later."""
    return session.connection.execute(
        select(posting, office.c.kind.label("office_kind"))
        .join(office, _with(posting, office, posting.c.office_id))
        .where(
            visible(posting, session.scope),
            posting.c.officer_id == officer_id,
            or_(posting.c.valid_to.is_(None), posting.c.valid_to >= since),
        )
        .order_by(posting.c.valid_from, posting.c.id)
    ).all()


def accounts(session: Session) -> Sequence[AnyRow]:
    """The active accounts of the district, by name: what a form proposes while a user name is typed."""
    return session.connection.execute(
        select(officer.c.id, *_NAMED)
        .where(visible(officer, session.scope), officer.c.active)
        .order_by(officer.c.name_hi, officer.c.username)
    ).all()


def insert_posting(session: Session, row: Mapping[str, Any]) -> None:
    inserting(posting).put(session, [row])


def set_end(session: Session, posting_id: UUID, valid_to: date) -> None:
    session.connection.execute(
        update(posting)
        .where(visible(posting, session.scope), posting.c.id == posting_id)
        .values(valid_to=valid_to)
    )


def insert_order(session: Session, row: Mapping[str, Any]) -> None:
    inserting(posting_order).put(session, [row])


def _orders(session: Session) -> Any:
    asker = officer.alias()
    return (
        select(
            posting_order,
            *_NAMED,
            *named(office, "office"),
            asker.c.name_hi.label("asked_by_hi"),
            asker.c.name_en.label("asked_by_en"),
        )
        .join(officer, _with(posting_order, officer, posting_order.c.officer_id))
        .join(office, _with(posting_order, office, posting_order.c.office_id))
        .join(asker, _with(posting_order, asker, posting_order.c.asked_by))
        .where(visible(posting_order, session.scope))
    )


def order(session: Session, order_id: UUID) -> AnyRow | None:
    return session.connection.execute(_orders(session).where(posting_order.c.id == order_id)).one_or_none()


def waiting_orders(session: Session) -> Sequence[AnyRow]:
    """What a second person has yet to agree to, the oldest first."""
    return session.connection.execute(
        _orders(session)
        .where(posting_order.c.state == "waiting")
        .order_by(posting_order.c.asked_at, posting_order.c.id)
    ).all()


def refused_orders(session: Session, officer_id: UUID, since: datetime) -> Sequence[AnyRow]:
    """What was refused to this officer since then, the newest first."""
    return session.connection.execute(
        _orders(session)
        .where(
            posting_order.c.state == "refused",
            posting_order.c.asked_by == officer_id,
            posting_order.c.settled_at >= since,
        )
        .order_by(posting_order.c.settled_at.desc(), posting_order.c.id)
    ).all()


def settle_order(session: Session, order_id: UUID, before: str, values: Mapping[str, Any]) -> bool:
    """Give an order another state if it is still in the one before; whether it was."""
    return guarded.change(
        session, posting_order, posting_order.c.id == order_id, posting_order.c.state == before, **values
    )
