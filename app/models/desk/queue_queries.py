"""Queries on the counts per queue and on the feed of events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, select
from sqlalchemy import case as when

from app.models.scope import visible
from app.models.statements import Change, inserting
from app.models.tables.workflow import event, is_open, queue_count, user_task

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.session import Session
    from app.models.statements import At
    from app.models.tables.base import AnyRow

_EVENT_GRAIN = 1000  # event numbers within one microsecond


def _counting(at: At) -> Any:
    keys = ["district_id", "office_id", "role", "element_id", "due_on"]
    statement = at.insert(queue_count).values(
        district_id=at.district,
        office_id=at.office_id,
        role=at.role,
        element_id=at.element_id,
        due_on=at.due_on,
        open=at.open,
        free=at.free,
    )
    return statement.on_conflict_do_update(
        index_elements=keys,
        set_={
            "open": queue_count.c.open + statement.excluded.open,
            "free": queue_count.c.free + statement.excluded.free,
        },
    )


_ADD = Change(queue_count, _counting)
_DROP_EMPTY = Change(
    queue_count,
    lambda at: delete(queue_count).where(
        at.visible(queue_count),
        queue_count.c.office_id == at.office_id,
        queue_count.c.role == at.role,
        queue_count.c.element_id == at.element_id,
        queue_count.c.due_on == at.due_on,
        queue_count.c.open == 0,
        queue_count.c.free == 0,
    ),
)


def add(session: Session, key: tuple[Any, ...], open: int, free: int) -> None:  # noqa: A002 - the column's name
    """Change the counts of one queue and day. Their row comes with the first task, and goes with the last one."""
    office_id, role, element_id, due_on = key
    place = {"office_id": office_id, "role": role, "element_id": element_id, "due_on": due_on}
    _ADD.put(session, **place, open=open, free=free)
    if open < 0:
        _DROP_EMPTY.put(session, **place)


def event_number(moment: datetime) -> int:
    """The least number of an event of this instant, by the machine's clock."""
    return int(moment.timestamp() * 1_000_000) * _EVENT_GRAIN


#: The channel on which PostgreSQL tells every process that events were committed; SQLite has one process.
CHANNEL = "esp_events"
_NOTIFY = (f"NOTIFY {CHANNEL}", None)


def insert_events(session: Session, rows: Sequence[tuple[UUID | None, UUID, datetime]]) -> None:
    """One event an office; numbered by the machine's clock, so that no counter makes cases wait for each other."""
    if not rows:
        return
    moment = event_number(session.recorded_at)
    first = moment + rows[0][1].int % (_EVENT_GRAIN - len(rows))
    given = session.cache.setdefault("event_numbers", set())  # many cases may be moved in one transaction
    while not given.isdisjoint(range(first, first + len(rows))):
        first += len(rows)
    given.update(range(first, first + len(rows)))
    inserting(event).put(
        session,
        [
            {
                "seq": first + number,
                "kind": "case" if office_id is None else "queue",
                "case_id": case_id,
                "office_id": office_id,
                "at": at,
            }
            for number, (office_id, case_id, at) in enumerate(rows)
        ],
    )
    if session.dialect.name == "postgresql":
        session.put(event.name, [_NOTIFY])


def true_counts(session: Session) -> Sequence[AnyRow]:
    """The counts as the tasks themselves say: what a recount compares with."""
    keys = (user_task.c.office_id, user_task.c.role, user_task.c.element_id, user_task.c.due_on)
    in_no_name = and_(user_task.c.claimed_by.is_(None), user_task.c.assigned_to.is_(None))
    return session.connection.execute(
        select(*keys, func.count().label("open"), func.sum(when((in_no_name, 1), else_=0)).label("free"))
        .where(visible(user_task, session.scope), is_open)
        .group_by(*keys)
    ).all()


def stored_counts(session: Session) -> Sequence[AnyRow]:
    return session.connection.execute(select(queue_count).where(visible(queue_count, session.scope))).all()
