"""Queries on reminders: what was sent for a task, what an office is told, and overdue steps not told of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, select, update

from app.models.scope import visible
from app.models.tables.base import insert_or
from app.models.tables.cases import case
from app.models.tables.clocks import reminder
from app.models.tables.offices import named, office
from app.models.tables.workflow import is_open, user_task

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow


def levels_of(session: Session, task_id: UUID) -> Sequence[AnyRow]:
    """The reminders of a task: level and number of each."""
    statement = select(reminder.c.level, reminder.c.number).where(
        visible(reminder, session.scope), reminder.c.user_task_id == task_id
    )
    return session.connection.execute(statement.order_by(reminder.c.level)).all()


def add(session: Session, row: Mapping[str, Any]) -> bool:
    """Write a reminder, once for a task and level; -> whether it is new."""
    statement = insert_or(session.connection, reminder).values(district_id=session.district_id, **row)
    once = statement.on_conflict_do_nothing(index_elements=["district_id", "user_task_id", "level"])
    # How many rows an INSERT wrote is no figure on PostgreSQL (SQLAlchemy: -1); what it returns is.
    return session.connection.execute(once.returning(reminder.c.id)).first() is not None


def set_letter(session: Session, reminder_id: UUID, memo_number: str, to_place: str | None) -> None:
    """Let a reminder go out as a letter: to the office that holds the step, or to another district's SP."""
    session.connection.execute(
        update(reminder)
        .where(visible(reminder, session.scope), reminder.c.id == reminder_id)
        .values(memo_number=memo_number, to_place=to_place)
    )


def of_case(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    """The reminders of a case, oldest first, with the office that holds the step and the enquiry that it is for."""
    own = reminder.c
    return session.connection.execute(
        select(reminder, user_task.c.enquiry_id, *named(office, "office"))
        .join(user_task, and_(user_task.c.district_id == own.district_id, user_task.c.id == own.user_task_id))
        .join(office, and_(office.c.district_id == own.district_id, office.c.id == own.office_id))
        .where(visible(reminder, session.scope), own.case_id == case_id)
        .order_by(own.at, own.id)
    ).all()


def letters_of(session: Session, case_id: UUID) -> list[AnyRow]:
    """Those of them that went out as letters."""
    return [row for row in of_case(session, case_id) if row.memo_number is not None]


def sent(
    session: Session, least: int, office_ids: Collection[UUID], limit: int, offset: int
) -> Sequence[AnyRow]:
    """Reminders from a level on, of these offices (none named: of all that are seen), the latest first.

    `number_of_case` is empty where the reader may not see the case now; `state` is that of the step.
    """
    seen = and_(
        case.c.district_id == reminder.c.district_id,
        case.c.id == reminder.c.case_id,
        visible(case, session.scope),
    )
    own = reminder.c
    of_task = and_(user_task.c.district_id == own.district_id, user_task.c.id == own.user_task_id)
    columns: list[Any] = [reminder, user_task.c.state, user_task.c.created_at, user_task.c.days]
    columns += [user_task.c.done_at, case.c.number.label("case_number"), case.c.release_id]
    statement = (
        select(*columns, *named(office, "office"))
        .select_from(reminder)
        .join(user_task, of_task)
        .join(office, and_(office.c.district_id == own.district_id, office.c.id == own.office_id))
        .outerjoin(case, seen)
        .where(visible(reminder, session.scope), own.level >= least)
        .order_by(own.at.desc(), own.id)
        .limit(limit)
        .offset(offset)
    )
    if office_ids:
        statement = statement.where(own.office_id.in_(tuple(office_ids)))
    return session.connection.execute(statement).all()


def unreminded(session: Session, today: date, limit: int) -> list[UUID]:
    """Cases with an open step that is overdue and of which nobody was reminded since its due day."""
    told = select(reminder.c.id).where(
        reminder.c.district_id == user_task.c.district_id,
        reminder.c.user_task_id == user_task.c.id,
        reminder.c.due_on == user_task.c.due_on,
        reminder.c.level >= FIRST,
    )
    statement = (
        select(user_task.c.case_id)
        .where(visible(user_task, session.scope), is_open, user_task.c.due_on < today, ~told.exists())
        .distinct()
        .limit(limit)
    )
    return list(session.connection.execute(statement).scalars())


FIRST = 100  # per cent: from here on it is a reminder with a number
