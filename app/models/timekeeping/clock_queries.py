"""Queries on clocks of cases: one case's, those that still run, and what a recomputation writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, or_, select

from app.models.scope import visible
from app.models.statements import Change, Query, Update, inserting
from app.models.tables.cases import case
from app.models.tables.clocks import case_clock, is_office
from app.models.tables.offices import named, office

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from app.models.session import Session
    from app.models.tables.base import AnyRow

CLOCKS = Query(
    lambda at: (
        select(case_clock)
        .where(at.visible(case_clock), case_clock.c.case_id == at.case_id)
        .order_by(case_clock.c.received_at, case_clock.c.id)
    )
)
_SET = Update(case_clock, lambda at: [case_clock.c.id == at.clock_id])
_DELETE = Change(
    case_clock, lambda at: delete(case_clock).where(at.visible(case_clock), case_clock.c.id == at.clock_id)
)


def of_case(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    """Every clock of a case, oldest first."""
    return CLOCKS.all(session, case_id=case_id)


def insert_clocks(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    inserting(case_clock).put(session, rows)


def set_clock(session: Session, clock_id: UUID, values: Mapping[str, Any]) -> None:
    _SET.put(session, values, clock_id=clock_id)


def delete_clock(session: Session, clock_id: UUID) -> None:
    _DELETE.put(session, clock_id=clock_id)


_SET_CASE = Update(case, lambda at: [case.c.id == at.case_id])


def set_case_due(session: Session, case_id: UUID, due_on: date) -> None:
    _SET_CASE.put(session, {"due_on": due_on}, case_id=case_id)


# -- which cases a change reaches ------------------------------------------------------------------------


def reached(session: Session, after: UUID | None, first: date | None, limit: int) -> list[UUID]:
    """Cases, by id after the given one, of which a clock runs on or beyond a day (None: all), or is due then."""
    conditions = [visible(case, session.scope)]
    if after is not None:
        conditions.append(case.c.id > after)
    if first is not None:
        touched = (
            select(case_clock.c.case_id)
            .where(
                visible(case_clock, session.scope),
                case_clock.c.case_id == case.c.id,
                or_(
                    case_clock.c.stopped_on.is_(None),
                    case_clock.c.stopped_on >= first,
                    case_clock.c.due_on >= first,
                ),
            )
            .exists()
        )
        conditions.append(touched)
    statement = select(case.c.id).where(*conditions).order_by(case.c.id).limit(limit)
    return list(session.connection.execute(statement).scalars())


def unwritten(session: Session, limit: int) -> list[UUID]:
    """Cases without a clock of the whole: entered before clocks were kept."""
    own = select(case_clock.c.id).where(
        case_clock.c.district_id == case.c.district_id, case_clock.c.case_id == case.c.id
    )
    statement = select(case.c.id).where(visible(case, session.scope), ~own.exists()).limit(limit)
    return list(session.connection.execute(statement).scalars())


# -- an office's own ledger ------------------------------------------------------------------------------

_COLUMNS = (
    case_clock.c.id,
    case_clock.c.office_id,
    case_clock.c.purpose,
    case_clock.c.received_at,
    case_clock.c.received_on,
    case_clock.c.due_on,
    case_clock.c.paused_on,
    case_clock.c.paused_days,
    case_clock.c.stopped_at,
    case_clock.c.stopped_on,
    case_clock.c.outcome,
    case_clock.c.gross_days,
    case_clock.c.net_days,
    case.c.number.label("case_number"),
)


def _of_offices(
    session: Session,
    office_ids: Collection[UUID],
    where: list[ColumnElement[bool]],
    order: Sequence[Any],
    limit: int,
    offset: int,
) -> Sequence[AnyRow]:
    """Runs of offices' clocks; the case's number only where the reader may see the case still."""
    if office_ids:
        where = [*where, case_clock.c.office_id.in_(tuple(office_ids))]
    seen = and_(
        case.c.district_id == case_clock.c.district_id,
        case.c.id == case_clock.c.case_id,
        visible(case, session.scope),
    )
    statement = (
        select(*_COLUMNS, *named(office, "office"))
        .select_from(case_clock)
        .join(
            office,
            and_(office.c.district_id == case_clock.c.district_id, office.c.id == case_clock.c.office_id),
        )
        .outerjoin(case, seen)
        .where(visible(case_clock, session.scope), is_office, *where)
        .order_by(*order, case_clock.c.id)
        .limit(limit)
        .offset(offset)
    )
    return session.connection.execute(statement).all()


def running(session: Session, office_ids: Collection[UUID], limit: int, offset: int) -> Sequence[AnyRow]:
    """What offices hold (none named: all that are seen), the longest first."""
    return _of_offices(
        session, office_ids, [case_clock.c.stopped_on.is_(None)], (case_clock.c.received_at,), limit, offset
    )


def running_until(
    session: Session, first: date | None, last: date, office_ids: Collection[UUID], limit: int, offset: int
) -> Sequence[AnyRow]:
    """What offices hold that is due between these days (no first day: whenever before), the most urgent first."""
    where = [case_clock.c.stopped_on.is_(None), case_clock.c.due_on <= last]
    if first is not None:
        where.append(case_clock.c.due_on >= first)
    return _of_offices(session, office_ids, where, (case_clock.c.due_on,), limit, offset)


def sent_since(
    session: Session, first: date, office_ids: Collection[UUID], limit: int, offset: int
) -> Sequence[AnyRow]:
    """What offices have sent on since a day, the latest first."""
    where = [case_clock.c.stopped_on >= first]
    return _of_offices(session, office_ids, where, (case_clock.c.stopped_at.desc(),), limit, offset)
