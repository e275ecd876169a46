"""Queries on districts, offices and settings; dates of validity are read on the day of the act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import String, cast, func, select
from sqlalchemy.exc import NoResultFound

from app.domain import offices as rules
from app.domain.offices import OfficeKind
from app.models.scope import visible
from app.models.statements import Query
from app.models.tables.base import valid_on
from app.models.tables.clocks import clock_order, office_week
from app.models.tables.offices import district as districts
from app.models.tables.offices import holiday, office

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy import ColumnElement, Table

    from app.models.session import Session
    from app.models.statements import At
    from app.models.tables.base import AnyRow


_DISTRICT = Query(lambda at: select(districts).where(districts.c.id == at.district))
FIND = Query(lambda at: select(office).where(at.visible(office), office.c.id == at.office_id))
OF_KIND = Query(
    lambda at: (
        select(office)
        .where(at.visible(office), office.c.kind == at.kind, *valid_on(office.c, at.day))
        .order_by(office.c.name_hi, office.c.id)
    )
)
#: The same offices by their names alone: a page that only lists them opens no facts.
NAMES_OF_KIND = Query(
    lambda at: (
        select(office.c.id, office.c.name_hi, office.c.name_en)
        .where(at.visible(office), office.c.kind == at.kind, *valid_on(office.c, at.day))
        .order_by(office.c.name_hi, office.c.id)
    )
)
ONE_OF_A_KIND = Query(
    lambda at: (
        select(office.c.kind, office.c.id)
        .where(
            at.visible(office), office.c.kind.in_(sorted(rules.ONE_PER_DISTRICT)), *valid_on(office.c, at.day)
        )
        .order_by(office.c.valid_from.desc(), office.c.id)
    )
)


def _above(at: At) -> Any:
    """An office and all that stand above it, in one statement however many they are."""
    columns = (office.c.id, office.c.parent_id, office.c.kind)
    own = select(*columns).where(at.visible(office), office.c.id == at.office_id).cte(recursive=True)
    parents = select(*columns).join(own, office.c.id == own.c.parent_id).where(at.visible(office))
    return select(own.union(parents))


ABOVE = Query(_above)


def _calendar(at: At) -> Any:
    """Holidays, weeks and standing orders as one text each, so that an unchanged calendar is known at a glance."""
    days = select(func.aggregate_strings(cast(holiday.c.day, String), ",")).where(at.visible(holiday))
    week, order = office_week.c, clock_order.c
    orders = (order.kind, order.first_on, order.last_on, order.days, order.reason)
    return select(
        days.scalar_subquery().label("days"),
        _lines(at, office_week, (week.valid_from, week.weekly_off, week.opens, week.closes)).label("weeks"),
        _lines(
            at,
            clock_order,
            (*orders, func.coalesce(at.text_of(order.office_id), ""), order.number),
            order.cancelled_at.is_(None),
        ).label("orders"),
    )


def _lines(at: At, table: Table, columns: Iterable[Any], *where: Any) -> Any:
    """The rows of a small table, a line each, values parted by bars."""
    first, *others = (cast(column, String) for column in columns)
    line: ColumnElement[str] = first
    for other in others:
        line = line + "|" + other
    text = func.aggregate_strings(line, "\n")
    return select(text).where(at.visible(table), *where).scalar_subquery()


CALENDAR = Query(_calendar)


def district(session: Session) -> AnyRow:
    """The district of the scope."""
    return _DISTRICT.one(session)


def find(session: Session, office_id: UUID) -> AnyRow | None:
    return FIND.one_or_none(session, office_id=office_id)


def of_kind(session: Session, kind: str, day: date) -> Sequence[AnyRow]:
    """The offices of a kind that exist on this day, by Hindi name."""
    return OF_KIND.all(session, kind=kind, day=day)


def names_of_kind(session: Session, kind: str, day: date) -> Sequence[AnyRow]:
    """Id and names of the offices of a kind that exist on this day, by Hindi name."""
    return NAMES_OF_KIND.all(session, kind=kind, day=day)


def codes(session: Session) -> Sequence[AnyRow]:
    """Id and code of every office that there is or was."""
    statement = select(office.c.id, office.c.code).where(visible(office, session.scope))
    return session.connection.execute(statement).all()


def only_of_kind(session: Session, kind: str | None, day: date) -> UUID | None:
    """The district's one office of a kind (DM, SP, DCRB, special branch) on this day."""
    return next((row.id for row in ONE_OF_A_KIND.all(session, day=day) if row.kind == kind), None)


def nearest_of_kind(session: Session, office_id: UUID, kind: OfficeKind) -> UUID | None:
    """The office itself, or its nearest ancestor of the kind (thana -> circle -> SDPO)."""
    if FIND.one(session, office_id=office_id).kind == kind:
        return office_id
    rows = {each.id: each for each in ABOVE.all(session, office_id=office_id)}

    def row(each: UUID) -> AnyRow:
        if each not in rows:
            raise NoResultFound
        return rows[each]

    return rules.nearest(
        office_id, kind, lambda each: row(each).parent_id, lambda each: OfficeKind(row(each).kind)
    )


def calendar(session: Session) -> AnyRow | None:
    """The holidays (`days`, parted by commas), `weeks` and standing `orders` of the district, as texts; or None."""
    found = CALENDAR.one(session)
    return found if any(found) else None
