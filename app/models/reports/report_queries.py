"""Queries of statements: each is one question over all cases, answered in groups; row scope as everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, or_, select

from app.models.scope import visible
from app.models.tables.clocks import case_clock, is_office, is_whole
from app.models.tables.offices import named, office
from app.models.tables.workflow import is_open, queue_count, user_task

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

_c = case_clock.c
SENT_ON = "sent_on"
LEFT_OUT = "left_out"  # its days ran out, and the SP went on without its report


def _pending(last: date) -> ColumnElement[bool]:
    """Received by the end of a day, and not sent on by it."""
    return and_(_c.received_on <= last, or_(_c.stopped_on.is_(None), _c.stopped_on > last))


def _aged(oldest: date | None, youngest: date | None) -> ColumnElement[bool]:
    """Received from the one day on (None: ever), and before the other (None: whenever)."""
    bounds = [] if oldest is None else [_c.received_on >= oldest]
    bounds += [] if youngest is None else [_c.received_on < youngest]
    return and_(*bounds)


def conditions(first: date, last: date, as_of: date, ages: Sequence[date]) -> dict[str, ColumnElement[bool]]:
    """What each figure of the pendency statement counts; `ages` are the first days of receipt of each age."""
    stopped = and_(_c.stopped_on >= first, _c.stopped_on <= last)
    sent = and_(stopped, _c.outcome.in_((SENT_ON, LEFT_OUT)))
    in_time = or_(_c.due_on.is_(None), _c.stopped_on <= _c.due_on)
    pending = _pending(last)
    week, fortnight, rest = ages
    return {
        "opening": and_(_c.received_on < first, or_(_c.stopped_on.is_(None), _c.stopped_on >= first)),
        "received": and_(_c.received_on >= first, _c.received_on <= last),
        "within": and_(sent, in_time),
        "late": and_(sent, ~in_time),
        "returned": and_(stopped, _c.outcome.not_in((SENT_ON, LEFT_OUT))),
        "closing": pending,
        "overdue": and_(pending, _c.due_on < as_of),
        "age_7": and_(pending, _aged(week, None)),
        "age_14": and_(pending, _aged(fortnight, week)),
        "age_30": and_(pending, _aged(rest, fortnight)),
        "age_more": and_(pending, _aged(None, rest)),
        "held_now": _c.stopped_on.is_(None),
    }


def _of_kind(session: Session, kind: str, purpose: str) -> list[Any]:
    found = [visible(case_clock, session.scope), is_office, _c.office_kind == kind]
    return [*found, _c.purpose == purpose] if purpose else found


def pendency(
    session: Session, kind: str, purpose: str, first: date, counted: dict[str, ColumnElement[bool]]
) -> Sequence[AnyRow]:
    """Every figure for each office of a kind, in one pass over what was held since the first day."""
    columns = [func.sum(case((condition, 1), else_=0)).label(name) for name, condition in counted.items()]
    oldest = func.min(case((counted["closing"], _c.received_on))).label("oldest")
    statement = (
        select(_c.office_id, oldest, *columns)
        .where(
            *_of_kind(session, kind, purpose),
            or_(_c.stopped_on.is_(None), _c.stopped_on >= first),
        )
        .group_by(_c.office_id)
    )
    return session.connection.execute(statement).all()


def open_by_office(session: Session, kind: str, purpose: str) -> dict[UUID, int]:
    """How many cases lie with each office at this moment by its open tasks: a count apart from the clocks."""
    statement = (
        select(user_task.c.office_id, func.count(user_task.c.case_id.distinct()))
        .join(
            office,
            and_(office.c.district_id == user_task.c.district_id, office.c.id == user_task.c.office_id),
        )
        .where(_of_offices(session, user_task), is_open, office.c.kind == kind)
        .group_by(user_task.c.office_id)
    )
    if purpose:
        statement = statement.where(user_task.c.purpose == purpose)
    return {row[0]: row[1] for row in session.connection.execute(statement)}


def _of_offices(session: Session, table: Any) -> Any:
    """Rows of the offices whose queues the reader may count: counts hold no names."""
    queues = select(queue_count.c.office_id).where(visible(queue_count, session.scope))
    return and_(table.c.district_id == session.district_id, table.c.office_id.in_(queues))


def police_days(session: Session, kind: str, purpose: str, last: date, since: date) -> Sequence[AnyRow]:
    """Of what is pending: how many cases share a day from which the police's clock runs, by office.

    Only those whose clock began before `since`, and whose purpose has statutory days.
    """
    statement = (
        select(_c.office_id, _c.police_on, _c.carried, _c.statutory, func.count().label("number"))
        .where(
            *_of_kind(session, kind, purpose),
            _pending(last),
            _c.statutory > 0,
            or_(_c.police_on <= since, _c.carried > 0),
        )
        .group_by(_c.office_id, _c.police_on, _c.carried, _c.statutory)
    )
    return session.connection.execute(statement).all()


def police_days_once(session: Session, kind: str, purpose: str, last: date, since: date) -> Sequence[AnyRow]:
    """The same for the district: a case that lies with two offices counts once."""
    statement = (
        select(_c.police_on, _c.carried, _c.statutory, func.count(_c.case_id.distinct()).label("number"))
        .where(
            *_of_kind(session, kind, purpose),
            _pending(last),
            _c.statutory > 0,
            or_(_c.police_on <= since, _c.carried > 0),
        )
        .group_by(_c.police_on, _c.carried, _c.statutory)
    )
    return session.connection.execute(statement).all()


def offices_of(
    session: Session, kind: str, first: date, last: date, also: Collection[UUID] = ()
) -> Sequence[AnyRow]:
    """The offices of a kind that there were on a day of a time, and `also` these, by the office above and name."""
    above = office.alias()
    was_there = and_(
        office.c.valid_from <= last, or_(office.c.valid_to.is_(None), office.c.valid_to >= first)
    )
    statement = (
        select(office, *named(above, "above"))
        .outerjoin(above, and_(above.c.district_id == office.c.district_id, above.c.id == office.c.parent_id))
        .where(visible(office, session.scope), office.c.kind == kind)
        .where(or_(was_there, office.c.id.in_(tuple(also))))
        .order_by(above.c.name_hi, office.c.name_hi, office.c.id)
    )
    return session.connection.execute(statement).all()


def visible_offices(session: Session, kind: str) -> list[UUID]:
    """The offices of a kind of whose clocks this reader may know."""
    statement = select(_c.office_id).where(*_of_kind(session, kind, "")).distinct()
    return list(session.connection.execute(statement).scalars())


def behind(kind: str, office_id: UUID | None, purpose: str) -> list[ColumnElement[bool]]:
    """Clocks of an office (None: of every office of the kind)."""
    found: list[ColumnElement[bool]] = [is_office, _c.office_kind == kind]
    if office_id is not None:
        found.append(_c.office_id == office_id)
    return [*found, _c.purpose == purpose] if purpose else found


def moved(first: date, last: date) -> dict[str, ColumnElement[bool]]:
    """What the statement of disposal counts of an office's runs: begun in a time, sent on in it."""
    return {
        "sent": and_(_c.received_on >= first, _c.received_on <= last),
        "reported": and_(_c.stopped_on >= first, _c.stopped_on <= last, _c.outcome == SENT_ON),
    }


def whole_cases(first: date, last: date, day: date) -> dict[str, ColumnElement[bool]]:
    """What the statement of months counts of whole cases: ended in a time, open at the end of a day."""
    return {
        "ended": and_(is_whole, _c.stopped_on >= first, _c.stopped_on <= last),
        "closing_cases": and_(is_whole, _pending(day)),
    }


# -- how long ---------------------------------------------------------------------------------------------


def days_of_offices(session: Session, kind: str, purpose: str, first: date, last: date) -> Sequence[AnyRow]:
    """What offices sent on in a time: how many runs took so many net days, in time or late, by office."""
    late = case((_c.stopped_on > _c.due_on, 1), else_=0)
    statement = (
        select(_c.office_id, _c.net_days, func.count().label("number"), func.sum(late).label("late"))
        .where(
            *_of_kind(session, kind, purpose),
            moved(first, last)["reported"],
        )
        .group_by(_c.office_id, _c.net_days)
    )
    return session.connection.execute(statement).all()


def days_of_cases(session: Session, first: date, last: date) -> Sequence[AnyRow]:
    """Cases that ended in a time: how many took so many gross days."""
    statement = (
        select(_c.gross_days, func.count().label("number"))
        .where(visible(case_clock, session.scope), whole_cases(first, last, last)["ended"])
        .group_by(_c.gross_days)
    )
    return session.connection.execute(statement).all()


def open_at(session: Session, day: date) -> int:
    """How many cases were open at the end of a day."""
    statement = select(func.count()).where(
        visible(case_clock, session.scope), whole_cases(day, day, day)["closing_cases"]
    )
    return int(session.connection.execute(statement).scalar_one())


def first_day(session: Session) -> date | None:
    """The day on which the first case was received."""
    statement = select(func.min(_c.received_on)).where(visible(case_clock, session.scope), is_whole)
    return session.connection.execute(statement).scalar_one_or_none()


def received_by_office(session: Session, kind: str, purpose: str, first: date, last: date) -> dict[UUID, int]:
    """How many cases reached each office of a kind in a time."""
    statement = (
        select(_c.office_id, func.count().label("number"))
        .where(*_of_kind(session, kind, purpose), moved(first, last)["sent"])
        .group_by(_c.office_id)
    )
    return {row[0]: row[1] for row in session.connection.execute(statement)}
