"""Queries that sum the counts per queue for statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, select

from app.models.scope import visible
from app.models.tables.offices import named, office
from app.models.tables.workflow import queue_count

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import ColumnElement

    from app.models.scope import Session


def by_office(session: Session, today: date) -> Sequence[Any]:
    """Open tasks of each office: late, on their last day, with time left; the most late first."""

    def where(condition: ColumnElement[bool]) -> Any:
        return func.coalesce(func.sum(case((condition, queue_count.c.open), else_=0)), 0)

    late = where(queue_count.c.due_on < today).label("late")
    return session.connection.execute(
        select(
            office.c.id.label("office_id"),
            *named(office, "office"),
            late,
            where(queue_count.c.due_on == today).label("last_day"),
            where(queue_count.c.due_on > today).label("left"),
        )
        .join(
            office,
            and_(office.c.district_id == queue_count.c.district_id, office.c.id == queue_count.c.office_id),
        )
        .where(visible(queue_count, session.scope), queue_count.c.open > 0)
        .group_by(office.c.id, office.c.kind, office.c.name_hi, office.c.name_en)
        .order_by(late.desc(), office.c.name_hi, office.c.id)
    ).all()
