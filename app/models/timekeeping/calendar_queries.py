"""Queries on what moves clocks: holidays and weeks, proposed changes of them, orders of the SP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, select, update

from app.models.scope import visible
from app.models.statements import inserting
from app.models.tables.base import insert_or, valid_on
from app.models.tables.clocks import calendar_change, clock_order, office_week
from app.models.tables.officers import officer
from app.models.tables.offices import holiday, office

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow


def holidays_between(session: Session, first: date, last: date) -> Sequence[AnyRow]:
    statement = (
        select(holiday)
        .where(visible(holiday, session.scope), holiday.c.day >= first, holiday.c.day <= last)
        .order_by(holiday.c.day)
    )
    return session.connection.execute(statement).all()


def years(session: Session) -> list[int]:
    """The years of which holidays are known."""
    ends = select(func.min(holiday.c.day), func.max(holiday.c.day)).where(visible(holiday, session.scope))
    first, last = session.connection.execute(ends).one()
    return [] if first is None else list(range(first.year, last.year + 1))


def weeks(session: Session) -> Sequence[AnyRow]:
    """The changes of the office's week, in order of their days."""
    statement = select(office_week).where(visible(office_week, session.scope))
    return session.connection.execute(statement.order_by(office_week.c.valid_from)).all()


def insert_holiday(session: Session, day: date, name_hi: str, name_en: str) -> None:
    """Add a holiday, or give one another name."""
    names = {"name_hi": name_hi, "name_en": name_en}
    statement = insert_or(session.connection, holiday).values(
        district_id=session.district_id, day=day, **names
    )
    session.connection.execute(
        statement.on_conflict_do_update(index_elements=["district_id", "day"], set_=names)
    )


def delete_holiday(session: Session, day: date) -> None:
    session.connection.execute(delete(holiday).where(visible(holiday, session.scope), holiday.c.day == day))


def insert_week(session: Session, first: date, values: Mapping[str, str]) -> None:
    """Have another week from a day on."""
    statement = insert_or(session.connection, office_week).values(
        district_id=session.district_id, valid_from=first, **values
    )
    session.connection.execute(
        statement.on_conflict_do_update(index_elements=["district_id", "valid_from"], set_=dict(values))
    )


def insert_change(session: Session, row: Mapping[str, Any]) -> None:
    inserting(calendar_change).put(session, [row])


def changes(session: Session, states: Sequence[str], limit: int) -> Sequence[AnyRow]:
    """Proposed changes of the calendar in these states, the newest first, with who proposed and who decided."""
    maker, decider = officer.alias(), officer.alias()
    own = calendar_change.c
    statement = (
        select(
            calendar_change,
            maker.c.name_hi.label("proposed_by_hi"),
            maker.c.name_en.label("proposed_by_en"),
            decider.c.name_hi.label("decided_by_hi"),
            decider.c.name_en.label("decided_by_en"),
        )
        .join(maker, and_(maker.c.district_id == own.district_id, maker.c.id == own.proposed_by))
        .outerjoin(decider, and_(decider.c.district_id == own.district_id, decider.c.id == own.decided_by))
        .where(visible(calendar_change, session.scope), own.state.in_(states))
        .order_by(own.proposed_at.desc(), own.id)
        .limit(limit)
    )
    return session.connection.execute(statement).all()


def change(session: Session, change_id: UUID) -> AnyRow | None:
    statement = select(calendar_change).where(
        visible(calendar_change, session.scope), calendar_change.c.id == change_id
    )
    return session.connection.execute(statement).first()


def set_change(session: Session, change_id: UUID, values: Mapping[str, Any]) -> bool:
    """Decide a change that nobody has decided yet; -> whether it was so."""
    statement = update(calendar_change).where(
        visible(calendar_change, session.scope),
        calendar_change.c.id == change_id,
        calendar_change.c.state == "proposed",
    )
    return session.connection.execute(statement.values(values)).rowcount == 1


def insert_order(session: Session, row: Mapping[str, Any]) -> None:
    inserting(clock_order).put(session, [row])


def has_order(session: Session, number: str) -> bool:
    statement = select(clock_order.c.id).where(
        visible(clock_order, session.scope), clock_order.c.number == number
    )
    return session.connection.execute(statement).first() is not None


def orders(session: Session, first: date | None = None, last: date | None = None) -> Sequence[AnyRow]:
    """The SP's orders, the latest first; those only that hold on a day between two, where these are given."""
    own = clock_order.c
    conditions = [visible(clock_order, session.scope)]
    if first is not None and last is not None:
        conditions += [own.first_on <= last, own.last_on >= first, own.cancelled_at.is_(None)]
    statement = (
        select(
            clock_order,
            office.c.kind.label("office_kind"),
            office.c.name_hi.label("office_hi"),
            office.c.name_en.label("office_en"),
            officer.c.name_hi.label("issued_by_hi"),
            officer.c.name_en.label("issued_by_en"),
        )
        .outerjoin(office, and_(office.c.district_id == own.district_id, office.c.id == own.office_id))
        .join(officer, and_(officer.c.district_id == own.district_id, officer.c.id == own.issued_by))
        .where(*conditions)
        .order_by(own.first_on.desc(), own.id)
    )
    return session.connection.execute(statement).all()


def set_cancelled(session: Session, order_id: UUID, values: Mapping[str, Any]) -> AnyRow | None:
    """Cancel an order that stands; -> it, or None when it stood no more."""
    statement = (
        update(clock_order)
        .where(
            visible(clock_order, session.scope),
            clock_order.c.id == order_id,
            clock_order.c.cancelled_at.is_(None),
        )
        .values(values)
        .returning(clock_order.c.first_on)
    )
    return session.connection.execute(statement).first()


def offices_of_orders(session: Session, day: date, kinds: Sequence[str]) -> Sequence[AnyRow]:
    """The offices of these kinds that there are on a day, by kind and Hindi name."""
    statement = select(office).where(
        visible(office, session.scope),
        office.c.kind.in_(kinds),
        *valid_on(office.c, day),
    )
    return session.connection.execute(statement.order_by(office.c.kind, office.c.name_hi)).all()
