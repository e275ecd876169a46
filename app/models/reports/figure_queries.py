"""Queries of the cases behind the figures of statements: of clocks, tasks, letters and enquiries; a page of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, select

from app.models.scope import visible
from app.models.tables.cases import case as cases
from app.models.tables.cases import enquiry, requisition
from app.models.tables.clocks import case_clock
from app.models.tables.workflow import queue_count, user_task

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from app.models.scope import Session
    from app.models.tables.base import AnyRow


@dataclass(frozen=True, slots=True)
class Tasks:
    """Which tasks a figure counts; what is None or empty does not narrow them. Times are half open."""

    element_id: str = ""
    office_id: UUID | None = None
    officer_id: UUID | None = None
    state: str = ""  # open | done
    created: tuple[datetime, datetime] | None = None
    done: tuple[datetime, datetime] | None = None
    due_before: date | None = None
    due_on: date | None = None
    due_after: date | None = None


@dataclass(frozen=True, slots=True)
class Letters:
    """Which letters a figure counts the cases of: one, those of a department, or all received in a time."""

    first: date
    last: date
    letter_id: UUID | None = None
    requester: str = ""
    open: bool | None = None  # of open cases, of those that are not, of both


def of_clocks(
    session: Session, where: Sequence[ColumnElement[bool]], limit: int, offset: int
) -> Sequence[AnyRow]:
    """Cases of the clocks that a figure counts, the longest held first: `case_id`, and `seen` if it may be seen."""
    own = case_clock.c
    source = select(own.case_id, own.received_on.label("at"), own.id.label("row_id"))
    return _page(session, source.where(visible(case_clock, session.scope), *where), limit, offset)


def of_tasks(session: Session, tasks: Tasks, limit: int, offset: int) -> Sequence[AnyRow]:
    """Cases of tasks in the offices whose queues the reader may count, the earliest due first."""
    own = user_task.c
    queues = select(queue_count.c.office_id).where(visible(queue_count, session.scope))
    source = select(own.case_id, own.due_at.label("at"), own.id.label("row_id"))
    counted = and_(own.district_id == session.district_id, own.office_id.in_(queues))
    return _page(session, source.where(counted, *_of(tasks)), limit, offset)


def _of(tasks: Tasks) -> list[ColumnElement[bool]]:
    own = user_task.c
    equal: list[tuple[Any, Any]] = [
        (own.element_id, tasks.element_id),
        (own.office_id, tasks.office_id),
        (own.assigned_to, tasks.officer_id),
        (own.state, tasks.state),
        (own.due_on, tasks.due_on),
    ]
    found: list[ColumnElement[bool]] = [column == value for column, value in equal if value]
    for column, span in ((own.created_at, tasks.created), (own.done_at, tasks.done)):
        if span is not None:
            found += [column >= span[0], column < span[1]]
    found += [] if tasks.due_before is None else [own.due_on < tasks.due_before]
    return [*found, *([] if tasks.due_after is None else [own.due_on > tasks.due_after])]


def of_letters(session: Session, letters: Letters, limit: int, offset: int) -> Sequence[AnyRow]:
    """Cases of letters received in a time, in the order in which they came."""
    own = requisition.c
    source = (
        select(cases.c.id.label("case_id"), own.received_on.label("at"), cases.c.id.label("row_id"))
        .join(requisition, and_(own.district_id == cases.c.district_id, own.id == cases.c.requisition_id))
        .where(
            visible(requisition, session.scope),
            own.received_on >= letters.first,
            own.received_on <= letters.last,
        )
    )
    if letters.letter_id is not None:
        source = source.where(own.id == letters.letter_id)
    if letters.requester:
        source = source.where(own.requester_hi == letters.requester)
    if letters.open is not None:
        is_open = cases.c.status == "open"
        source = source.where(is_open if letters.open else ~is_open)
    return _page(session, source, limit, offset)


def of_enquiries(
    session: Session, office_id: UUID | None, first: datetime, until: datetime, limit: int, offset: int
) -> Sequence[AnyRow]:
    """Cases of enquiries of a second or third round that an office (None: any) received in a time."""
    own = enquiry.c
    queues = select(queue_count.c.office_id).where(visible(queue_count, session.scope))
    source = select(own.case_id, own.received_at.label("at"), own.id.label("row_id")).where(
        own.district_id == session.district_id,
        own.office_id.in_(queues),
        own.round > 0,
        own.received_at >= first,
        own.received_at < until,
    )
    if office_id is not None:
        source = source.where(own.office_id == office_id)
    return _page(session, source, limit, offset)


def _page(session: Session, source: Any, limit: int, offset: int) -> Sequence[AnyRow]:
    """A page of what is counted, each with the case's id as `seen` where the reader may see the case."""
    here = source.order_by("at", "row_id").limit(limit).offset(offset).subquery()
    is_seen = and_(
        cases.c.district_id == session.district_id,
        cases.c.id == here.c.case_id,
        visible(cases, session.scope),
    )
    statement = (
        select(here.c.case_id, cases.c.id.label("seen"))
        .select_from(here)
        .outerjoin(cases, is_seen)
        .order_by(here.c.at, here.c.row_id)
    )
    return session.connection.execute(statement).all()
