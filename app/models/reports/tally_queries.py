"""Queries on the sums per step: kept, read with filters, told anew from the tasks; and the tasks behind a number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, literal, or_, select, tuple_
from sqlalchemy import case as when

from app.models.issuing import paper_queries
from app.models.scope import counted, visible
from app.models.statements import Change, inserting
from app.models.tables.cases import applicant, case, requisition
from app.models.tables.clocks import stands_since
from app.models.tables.offices import named, office
from app.models.tables.tallies import TOOK, pace_count, standing_count
from app.models.tables.workflow import is_open, user_task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from app.models.session import Session
    from app.models.statements import At
    from app.models.tables.base import AnyRow

_STANDING_KEY = ("office_id", "element_id", "purpose", "release_id", "due_on")
_PACE_KEY = ("office_id", "element_id", "purpose", "release_id", "month")


@dataclass(frozen=True, slots=True)
class Only:
    """Which part of a district is counted; what is None or empty does not narrow it."""

    office_id: UUID | None = None
    purpose: str = ""
    release_id: UUID | None = None
    letter_id: UUID | None = None


# -- kept ------------------------------------------------------------------------------------------------


def _standing(at: At) -> Any:
    keys = {name: getattr(at, name) for name in _STANDING_KEY}
    statement = at.insert(standing_count).values(district_id=at.district, **keys, open=at.open)
    return statement.on_conflict_do_update(
        index_elements=["district_id", *_STANDING_KEY],
        set_={"open": standing_count.c.open + statement.excluded.open},
    )


_ADD_STANDING = Change(standing_count, _standing)
_DROP_STANDING = Change(
    standing_count,
    lambda at: delete(standing_count).where(
        at.visible(standing_count),
        *(standing_count.c[name] == getattr(at, name) for name in _STANDING_KEY),
        standing_count.c.open == 0,
    ),
)


@cache
def _pace(column: str) -> Change:
    """The statement that counts in one column: all others take no part in it."""

    def build(at: At) -> Any:
        keys = {name: getattr(at, name) for name in _PACE_KEY}
        statement = at.insert(pace_count).values(district_id=at.district, **keys, **{column: at.done})
        more = {column: pace_count.c[column] + statement.excluded[column]}
        return statement.on_conflict_do_update(index_elements=["district_id", *_PACE_KEY], set_=more)

    return Change(pace_count, build)


def add_standing(session: Session, key: tuple[Any, ...], more: int) -> None:
    """Change the open tasks of (office, element, purpose, release, due day); a row of none goes."""
    place = dict(zip(_STANDING_KEY, key, strict=True))
    _ADD_STANDING.put(session, **place, open=more)
    if more < 0:
        _DROP_STANDING.put(session, **place)


def add_pace(session: Session, key: tuple[Any, ...], column: str, done: int = 1) -> None:
    """Count steps done of (office, element, purpose, release, month) in the column of their days."""
    _pace(column).put(session, **dict(zip(_PACE_KEY, key, strict=True)), done=done)


# -- read ------------------------------------------------------------------------------------------------


def _narrowed(table: Any, session: Session, only: Only) -> Iterator[ColumnElement[bool]]:
    yield visible(table, session.scope)
    if only.office_id is not None:
        yield table.c.office_id == only.office_id
    if only.purpose:
        yield table.c.purpose == only.purpose
    if only.release_id is not None:
        yield table.c.release_id == only.release_id


def standing(session: Session, today: date, only: Only) -> Sequence[AnyRow]:
    """(element_id, open, late) of every step at which something is open."""
    count = standing_count.c.open
    late = func.sum(when((standing_count.c.due_on < today, count), else_=0))
    return session.connection.execute(
        select(standing_count.c.element_id, func.sum(count).label("open"), late.label("late"))
        .where(*_narrowed(standing_count, session, only), count > 0)
        .group_by(standing_count.c.element_id)
    ).all()


def pace(session: Session, since: date, until: date, only: Only) -> Sequence[AnyRow]:
    """(element_id, one sum a column of days) of the steps done in the months from `since` to `until`."""
    sums = (func.sum(pace_count.c[name]).label(name) for name in TOOK)
    return session.connection.execute(
        select(pace_count.c.element_id, *sums)
        .where(*_narrowed(pace_count, session, only), pace_count.c.month.between(since, until))
        .group_by(pace_count.c.element_id)
    ).all()


def offices(session: Session) -> Sequence[AnyRow]:
    """The offices of which something is counted, as far as the scope may count them."""
    held = [
        select(table.c.office_id).where(visible(table, session.scope)).distinct()
        for table in (standing_count, pace_count)
    ]
    return session.connection.execute(
        select(office.c.id, *named(office, "office"))
        .where(visible(office, session.scope), or_(*(office.c.id.in_(each) for each in held)))
        .order_by(office.c.kind, office.c.name_hi, office.c.id)
    ).all()


def letter(session: Session, number: str) -> AnyRow | None:
    """A letter by its diary number."""
    return session.connection.execute(
        select(requisition.c.id, requisition.c.number).where(
            visible(requisition, session.scope), requisition.c.number == number
        )
    ).first()


_OF_CASE = and_(case.c.district_id == user_task.c.district_id, case.c.id == user_task.c.case_id)


def _tasks_where(session: Session, only: Only) -> Iterator[ColumnElement[bool]]:
    """Tasks of cases that the scope sees, with the offices that it counts."""
    yield visible(user_task, session.scope)
    yield counted(user_task, session.scope)
    yield visible(case, session.scope)
    if only.office_id is not None:
        yield user_task.c.office_id == only.office_id
    if only.purpose:
        yield user_task.c.purpose == only.purpose
    if only.release_id is not None:
        yield case.c.release_id == only.release_id
    if only.letter_id is not None:
        yield case.c.requisition_id == only.letter_id


def of_letter(session: Session, only: Only) -> Sequence[AnyRow]:
    """Every task of the cases of one letter: at most some thousands, told without sums."""
    return session.connection.execute(
        select(*(user_task.c[name] for name in ("element_id", "state", "due_on", "created_at", "done_at")))
        .join(case, _OF_CASE)
        .where(*_tasks_where(session, only), user_task.c.state != "cancelled")
    ).all()


def at_step(
    session: Session,
    element_id: str,
    only: Only,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[AnyRow]:
    """The open tasks of a step as a list of cases shows them, the earliest due first: late ones lead."""
    conditions = [*_tasks_where(session, only), is_open, user_task.c.element_id == element_id]
    if after is not None:
        last = tuple_(literal(after[0], user_task.c.due_at.type), literal(after[1], user_task.c.id.type))
        conditions.append(tuple_(user_task.c.due_at, user_task.c.id) > last)
    return session.connection.execute(
        select(
            user_task.c.id.label("task_id"),
            user_task.c.due_at,
            user_task.c.created_at,
            user_task.c.due_on.label("task_due_on"),
            stands_since(),
            user_task.c.element_id,
            user_task.c.office_id,
            *(
                case.c[name]
                for name in ("number", "purpose", "status", "due_on", "data_key_id", "release_id")
            ),
            paper_queries.is_revoked().label("is_revoked"),
            applicant.c.id.label("applicant_id"),
            applicant.c.name,
            *named(office, "office"),
        )
        .join(case, _OF_CASE)
        .join(
            applicant, and_(applicant.c.district_id == case.c.district_id, applicant.c.case_id == case.c.id)
        )
        .join(office, and_(office.c.district_id == case.c.district_id, office.c.id == user_task.c.office_id))
        .where(*conditions)
        .order_by(user_task.c.due_at, user_task.c.id)
        .limit(limit)
    ).all()


# -- told anew -------------------------------------------------------------------------------------------


def true_standing(session: Session) -> dict[tuple[Any, ...], int]:
    """What is open, as the tasks themselves say: key of `add_standing` -> how many."""
    keys = (user_task.c.office_id, user_task.c.element_id, user_task.c.purpose, case.c.release_id)
    rows = session.connection.execute(
        select(*keys, user_task.c.due_on, func.count().label("open"))
        .join(case, _OF_CASE)
        .where(visible(user_task, session.scope), is_open)
        .group_by(*keys, user_task.c.due_on)
    )
    return {tuple(row)[:5]: row.open for row in rows}


def stored_standing(session: Session) -> dict[tuple[Any, ...], int]:
    columns = [standing_count.c[name] for name in (*_STANDING_KEY, "open")]
    rows = session.connection.execute(select(*columns).where(visible(standing_count, session.scope)))
    return {tuple(row)[:5]: row.open for row in rows}


def done_tasks(session: Session) -> Iterator[AnyRow]:
    """Every task that was done, one at a time: what the pace of steps is told from."""
    names = ("office_id", "element_id", "purpose", "created_at", "done_at")
    yield from session.connection.execute(
        select(*(user_task.c[name] for name in names), case.c.release_id)
        .join(case, _OF_CASE)
        .where(visible(user_task, session.scope), user_task.c.state == "done")
    )


def stored_pace(session: Session) -> dict[tuple[Any, ...], dict[str, int]]:
    """Key of `add_pace` -> column -> how many."""
    keys = [pace_count.c[name] for name in _PACE_KEY]
    rows = session.connection.execute(
        select(*keys, *(pace_count.c[name] for name in TOOK)).where(visible(pace_count, session.scope))
    )
    return {tuple(row)[:5]: dict(zip(TOOK, tuple(row)[5:], strict=True)) for row in rows}


def replace_pace(session: Session, key: tuple[Any, ...], counts: Mapping[str, int]) -> None:
    """Put one row of the pace right: without counts it goes."""
    own = [pace_count.c[name] == value for name, value in zip(_PACE_KEY, key, strict=True)]
    session.connection.execute(delete(pace_count).where(visible(pace_count, session.scope), *own))
    if counts:
        inserting(pace_count).put(
            session, [{**dict.fromkeys(TOOK, 0), **dict(zip(_PACE_KEY, key, strict=True)), **counts}]
        )
