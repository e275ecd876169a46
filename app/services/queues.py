"""Counts of open tasks per queue and due day, kept cheap; and the feed that tells screens of a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.models import queue_queries as counts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session

#: (office_id, role, element_id, due_on)
QueueKey = tuple[Any, ...]


def apply(session: Session, change: Mapping[QueueKey, int]) -> None:
    """Add the changes to the counts, in key order, as the last statements of a step's transaction."""
    for key in sorted(change, key=str):
        if change[key]:
            counts.add(session, key, change[key])


def announce(session: Session, case_id: UUID, change: Mapping[QueueKey, int], at: datetime) -> None:
    """Write one event for every office whose queue changed: what live screens listen to."""
    offices = sorted({key[0] for key, by in change.items() if by})
    counts.insert_events(session, [(office_id, case_id, at) for office_id in offices])


def recount(session: Session) -> list[tuple[QueueKey, int, int]]:
    """Compare the counts with the tasks themselves and put them right; -> (queue, stored, true) that differed."""
    true = {tuple(row)[:4]: row.open for row in counts.true_counts(session)}
    stored = {
        (row.office_id, row.role, row.element_id, row.due_on): row.open
        for row in counts.stored_counts(session)
    }
    found = [
        (key, stored.get(key, 0), true.get(key, 0))
        for key in sorted(true.keys() | stored.keys(), key=str)
        if stored.get(key, 0) != true.get(key, 0)
    ]
    apply(session, {key: right - wrong for key, wrong, right in found})
    return found
