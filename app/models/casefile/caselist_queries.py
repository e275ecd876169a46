"""Queries on the list of all cases that a post may see: filtered by codes and days, newest first, by keyset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, String, and_, cast, exists, func, select, type_coerce

from app.models.scope import visible
from app.models.tables.cases import case
from app.models.tables.workflow import step, user_task

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from app.models.scope import Session


#: How a tick is asked for, as no code of a list is written; and how the two databases tell it as text.
YES, NO = "=true", "=false"
_TICKS = {YES: ("true", "1"), NO: ("false", "0")}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; empty: to nothing. `element_id` and `office_id` ask for an open task there."""

    status: str = ""
    purpose: str = ""
    element_id: str = ""
    office_id: UUID | None = None
    received_from: date | None = None
    received_to: date | None = None
    time: str = ""  # late | last_day | left: of open cases, by the day the whole case is due
    again: bool = False  # enquired into more than once
    answer: tuple[str, str, str] = ("", "", "")  # element, field, value: a step that was once answered so
    opened_until: date | None = None  # received that day or before, and still open


def page(session: Session, wanted: Wanted, today: date, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Ids of the next cases, the newest first."""
    statement = select(case.c.id).where(*_conditions(session, wanted, today))
    if after is not None:
        statement = statement.where(case.c.id < after)
    return session.connection.execute(statement.order_by(case.c.id.desc()).limit(limit)).scalars().all()


def count(session: Session, wanted: Wanted, today: date, most: int) -> int:
    """How many cases there are; it stops counting at `most`."""
    some = select(case.c.id).where(*_conditions(session, wanted, today)).limit(most).subquery()
    return int(session.connection.execute(select(func.count()).select_from(some)).scalar_one())


def _conditions(session: Session, wanted: Wanted, today: date) -> Iterator[ColumnElement[bool]]:
    yield visible(case, session.scope)
    equal = {case.c.status: wanted.status, case.c.purpose: wanted.purpose}
    yield from (column == value for column, value in equal.items() if value)
    if wanted.received_from is not None:
        yield case.c.received_on >= wanted.received_from
    if wanted.received_to is not None:
        yield case.c.received_on <= wanted.received_to
    if wanted.again:
        yield case.c.rounds > 0
    if wanted.time:
        due: Any = case.c.due_on
        yield case.c.status == "open"
        yield {"late": due < today, "last_day": due == today, "left": due > today}[wanted.time]
    if wanted.opened_until is not None:
        yield and_(case.c.status == "open", case.c.received_on <= wanted.opened_until)
    if wanted.element_id or wanted.office_id is not None:
        yield _has_task(wanted)
    if any(wanted.answer):
        yield _was_answered(*wanted.answer)


def _was_answered(element_id: str, field: str, value: str) -> ColumnElement[bool]:
    """Whether a step of the case was done with this value of a routing field, once or at last."""
    told = cast(type_coerce(step.c.routing, JSON)[(element_id, field)].as_string(), String)
    is_so = told.in_(_TICKS.get(value, (value,)))  # never as a truth: another release may keep a word there
    own = (step.c.district_id == case.c.district_id, step.c.case_id == case.c.id)
    return exists().where(*own, step.c.element_id == element_id, is_so).correlate(case)


def _has_task(wanted: Wanted) -> ColumnElement[bool]:
    own = [
        user_task.c.district_id == case.c.district_id,
        user_task.c.case_id == case.c.id,
        user_task.c.state == "open",
    ]
    if wanted.element_id:
        own.append(user_task.c.element_id == wanted.element_id)
    if wanted.office_id is not None:
        own.append(user_task.c.office_id == wanted.office_id)
    return exists().where(*own).correlate(case)
