"""Clocks worked out anew after a change of the calendar or an order: the difference first, then written, in batches.

What an officer has asked for is kept in a setting and done by the worker; each batch is a transaction, so that a
stop loses nothing and no officer waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.models.casefile import case_queries as cases
from app.models.district import setting_queries as settings
from app.models.execution import workflow_queries as workflow
from app.models.scope import SystemReason, SystemScope
from app.models.timekeeping import clock_queries as table
from app.services.district import calendars
from app.services.store import queues
from app.services.timekeeping import clockbook

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from app.domain.clock import WorkingCalendar
    from app.domain.ledger import Order
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database
    from app.services.timekeeping.clockbook import Difference

BATCH = 100  # cases of one transaction: about half a second of the one writer
LOOKED_AT = 600  # cases of a look before a change: about two seconds
SHOWN = 25
_ROUND = 20  # batches of one round of the worker: officers' jobs must not wait long
_ASKED = "clocks.recompute"  # {"first": the day from which on, "after": the case done last}


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch looked at, and what of it reads otherwise."""

    last: UUID | None  # the last case; None: there was none left
    seen: int
    found: list[Difference]


def scope(district_id: int) -> SystemScope:
    return SystemScope(SystemReason.RECOUNT, district_id)


def through(
    database: Database, district_id: int, now: datetime, *, is_write: bool, first: date | None = None
) -> Iterator[Batch]:
    """Go through the cases of a district that a change from a day on may reach (None: all), batch by batch."""
    after: UUID | None = None
    run = database.write if is_write else database.read
    while True:
        work = partial(batch, after=after, first=first, now=now, is_write=is_write)
        done = run(work, scope(district_id))
        if done.last is None:
            return
        yield done
        after = done.last


def batch(
    session: Session, after: UUID | None, first: date | None, now: datetime, *, is_write: bool
) -> Batch:
    """Work out the next cases by id; under the calendar as this session reads it."""
    ids = table.reached(session, after, first, BATCH)
    found = []
    for case_id in ids:
        row = cases.lock(session, case_id) if is_write else cases.find(session, case_id)
        if row is not None:
            found += clockbook.differences(session, row, now, is_write=is_write)
            if is_write:
                move_tasks(session, row, now)
    return Batch(ids[-1] if ids else None, len(ids), found)


def move_tasks(session: Session, case: AnyRow, now: datetime) -> None:
    """Open steps of the case are due on the day that the calendar, orders and answered queries give them now."""
    for task in workflow.tasks_of(session, case.id):
        if task.days is None:
            continue
        standing = clockbook.own_calendar(session, case, (task.office_id, task.office_kind), now)
        due_at = standing.due(task.created_at, Decimal(task.days))
        due_on = calendars.day(due_at)
        if (due_on, due_at) != (task.due_on, task.due_at):
            workflow.set_task_due(session, task.id, due_on, due_at)
            moved = task._asdict() | {"due_on": due_on}
            change = queues.changes([task], [moved | {"assigned_to": task.claimed_by or task.assigned_to}])
            queues.apply(session, change)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do: so many clocks of so many cases read otherwise; the first of them, to be looked at."""

    cases: int
    clocks: int
    lines: list[Difference]
    is_whole: bool  # False: more cases are reached than were looked at


def preview(
    session: Session,
    calendar: WorkingCalendar,
    orders: Sequence[Order],
    first: date,
    now: datetime,
) -> Preview:
    """What clocks would read under another calendar and other orders. The session's own calendar stays as it is."""
    before = calendars.of(session), tuple(calendars.orders(session))
    everything = session.narrowed(scope(session.district_id))  # what is told of it are counts and numbers
    calendars.assume(session, calendar, tuple(orders))
    try:
        after, seen, found = None, 0, []
        while seen < LOOKED_AT:
            part = batch(everything, after, first, now, is_write=False)
            found += [line for line in part.found if line.clock != clockbook.POLICE]
            seen, after = seen + part.seen, part.last
            if after is None:
                break
    finally:
        calendars.assume(session, *before)
    return Preview(len({line.case_id for line in found}), len(found), found[:SHOWN], after is None)


# -- asked for by an officer, done by the worker ---------------------------------------------------------


def ask(session: Session, first: date) -> None:
    """Have the worker go through the cases that a change from this day on may reach."""
    before = settings.value_of(session, _ASKED) or {}
    known = date.fromisoformat(before["first"]) if before else first
    settings.put_value(session, _ASKED, {"first": min(first, known).isoformat(), "after": None})


def is_asked(session: Session) -> bool:
    """Whether the worker has yet to go through cases."""
    return bool(settings.value_of(session, _ASKED))


def go_on(database: Database, now: datetime) -> None:
    """Do the next batches of what was asked, as many as one round of the worker may take."""
    for district_id in _waiting(database):
        for _ in range(_ROUND):
            if not database.write(partial(_next, now=now), scope(district_id)):
                break


def _waiting(database: Database) -> list[int]:
    """The districts in which somebody has asked."""
    everywhere = SystemScope(SystemReason.WORKER)
    return database.read(lambda session: settings.districts_with(session, _ASKED), everywhere)


def _next(session: Session, now: datetime) -> bool:
    """Do the next batch; -> whether there is more to do."""
    asked: dict[str, Any] = settings.value_of(session, _ASKED) or {}
    if not asked:
        return False
    after = UUID(asked["after"]) if asked["after"] else None
    found = batch(session, after, date.fromisoformat(asked["first"]), now, is_write=True)
    if found.last is None:
        settings.delete_value(session, _ASKED)
        return False
    settings.put_value(session, _ASKED, {**asked, "after": str(found.last)})
    return True


def fill(database: Database, district_id: int, now: datetime) -> int:
    """Write the clocks of cases from before clocks were kept; -> how many."""
    count = 0
    while True:
        done = database.write(partial(_fill, now=now), scope(district_id))
        if not done:
            return count
        count += done


def _fill(session: Session, now: datetime) -> int:
    written = 0
    for case_id in table.unwritten(session, BATCH):
        row = cases.find(session, case_id)
        if row is not None:
            written += bool(clockbook.differences(session, row, now, is_write=True))
    return written
