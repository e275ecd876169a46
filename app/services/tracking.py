"""Progress of the whole district: how much is open and late at each step, on the diagrams and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import engine
from app.models import queue_queries as counts
from app.services import calendars, releases

if TYPE_CHECKING:
    from datetime import datetime

    from app.models.scope import Session
    from app.services.releases import Loaded


@dataclass(frozen=True, slots=True)
class StepCount:
    element_id: str
    step_hi: str
    step_en: str
    open: int
    late: int


@dataclass(frozen=True, slots=True)
class Diagram:
    """One diagram of the release, drawn in both languages."""

    process: str
    title_hi: str
    title_en: str
    svg_hi: str
    svg_en: str


@dataclass(frozen=True, slots=True)
class Overview:
    rows: list[StepCount]
    diagrams: list[Diagram]


def overview(session: Session, now: datetime) -> Overview:
    """Open and late tasks per step, over every office that this post may see; sums of counts, never a scan."""
    loaded, today = releases.active(session), calendars.day(now)
    open_by: dict[str, int] = {}
    late_by: dict[str, int] = {}
    for row in counts.by_element(session):
        open_by[row.element_id] = open_by.get(row.element_id, 0) + row.open
        if row.due_on < today:
            late_by[row.element_id] = late_by.get(row.element_id, 0) + row.open
    rows = [
        StepCount(each, *loaded.engine.label(each), open_by.get(each, 0), late_by.get(each, 0))
        for each in loaded.engine.user_tasks
    ]
    marks = {
        row.element_id: engine.Mark(
            "late" if row.late else "current",
            f"{row.open} लंबित, {row.late} विलंबित",
            f"{row.open} open, {row.late} late",
        )
        for row in rows
        if row.open
    }
    return Overview(rows, diagrams(loaded, marks))


def diagrams(loaded: Loaded, marks: dict[str, engine.Mark]) -> list[Diagram]:
    """Every diagram of a release with these marks on it."""
    return [
        Diagram(
            process,
            *loaded.engine.label(process),
            engine.draw(xml, marks, {}, "hi"),
            engine.draw(xml, marks, {}, "en"),
        )
        for process, xml in loaded.engine.diagrams.items()
    ]
