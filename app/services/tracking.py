"""Progress of the whole district: how much is open and late at each step, on the diagrams and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import engine
from app.models import queue_queries as counts
from app.services import calendars, releases

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.models.scope import Session
    from app.services.releases import Plan


@dataclass(frozen=True, slots=True)
class Count:
    """Open tasks, and how many of them are past their day."""

    open: int = 0
    late: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.open + other.open, self.late + other.late)


@dataclass(frozen=True, slots=True)
class StepCount:
    """A step of the route with its count, and the process that it belongs to."""

    process: str
    element_id: str
    step_hi: str
    step_en: str
    count: Count


@dataclass(frozen=True, slots=True)
class Overview:
    """`counts` also of what holds others: a call or a closed sub-process counts all that is inside."""

    rows: list[StepCount]
    plans: list[Plan]
    counts: Mapping[str, Count]


def overview(session: Session, now: datetime) -> Overview:
    """Open and late tasks per step, over every office that this post may see; sums of counts, never a scan."""
    loaded, today = releases.active(session), calendars.day(now)
    found: dict[str, Count] = {}
    for row in counts.by_element(session):
        more = Count(row.open, row.open if row.due_on < today else 0)
        found[row.element_id] = found.get(row.element_id, Count()) + more
    rows = [
        StepCount(task.process, each, *loaded.engine.label(each), found.get(each, Count()))
        for each, task in loaded.engine.user_tasks.items()
    ]
    inside = engine.contents(loaded.engine.diagrams.values())
    sums = {
        holder: sum((found.get(each, Count()) for each in held), Count()) for holder, held in inside.items()
    }
    return Overview(rows, loaded.plans, {**sums, **found})
