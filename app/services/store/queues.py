"""Counts of open tasks per queue and due day, kept cheap; and the feed that tells screens of a change."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from app.models.desk import queue_queries as counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

#: (office_id, role, element_id, due_on)
QueueKey = tuple[Any, ...]


class Counts(NamedTuple):
    """Open tasks of a queue that are due on a day, and how many of them are in nobody's name."""

    open: int = 0
    free: int = 0

    def plus(self, open: int, free: int) -> Counts:  # noqa: A002 - the field's name
        return Counts(self.open + open, self.free + free)


_NONE = Counts()


def changes(gone: Iterable[AnyRow], opened: Iterable[Mapping[str, Any]]) -> dict[QueueKey, Counts]:
    """What the counts of the queues change by when these tasks go and those come."""
    found: defaultdict[QueueKey, Counts] = defaultdict(Counts)
    for row in gone:
        key = (row.office_id, row.role, row.element_id, row.due_on)
        found[key] = found[key].plus(-1, -(row.claimed_by is None and row.assigned_to is None))
    for new in opened:
        key = (new["office_id"], new["role"], new["element_id"], new["due_on"])
        found[key] = found[key].plus(1, new["assigned_to"] is None)
    return found


def renamed(session: Session, task: AnyRow, *, is_free: bool) -> None:
    """Count an open task that comes into an officer's name, or into nobody's; `task` as it was before."""
    was_free = task.claimed_by is None and task.assigned_to is None
    key = (task.office_id, task.role, task.element_id, task.due_on)
    apply(session, {key: Counts(free=is_free - was_free)})


def apply(session: Session, change: Mapping[QueueKey, Counts]) -> None:
    """Add the changes to the counts, in key order, as the last statements of a step's transaction."""
    for key in sorted(change, key=str):
        if change[key] != _NONE:
            counts.add(session, key, *change[key])


def announce(session: Session, case_id: UUID, change: Mapping[QueueKey, Counts], at: datetime) -> None:
    """Write one event for every office whose queue changed, or one of the case alone: what live screens listen to."""
    offices: list[UUID | None] = [*sorted({key[0] for key, by in change.items() if by.open})] or [None]
    counts.insert_events(session, [(office_id, case_id, at) for office_id in offices])


def recount(session: Session) -> list[tuple[QueueKey, Counts, Counts]]:
    """Compare the counts with the tasks themselves and put them right; -> (queue, stored, true) that differed."""
    true = {tuple(row)[:4]: Counts(row.open, row.free) for row in counts.true_counts(session)}
    stored = {
        (row.office_id, row.role, row.element_id, row.due_on): Counts(row.open, row.free)
        for row in counts.stored_counts(session)
    }
    found = [
        (key, stored.get(key, _NONE), true.get(key, _NONE))
        for key in sorted(true.keys() | stored.keys(), key=str)
        if stored.get(key, _NONE) != true.get(key, _NONE)
    ]
    apply(session, {key: right.plus(-wrong.open, -wrong.free) for key, wrong, right in found})
    return found
