"""The likely rest of a case's route: which steps are still to come, and by which day each will be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app import engine
from app.services.district import calendars
from app.services.procedure import releases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.models.tables.base import AnyRow
    from app.services.casefile.casefile import CaseFile
    from app.services.casefile.record import Moved


@dataclass(frozen=True, slots=True)
class Expected:
    """A step still to come, and the working day by which it will be done if every office keeps to its days."""

    step_hi: str
    step_en: str
    on: date


def steps(case: AnyRow, file: CaseFile) -> list[Expected]:
    """The steps that the case will likely meet next, in order; nothing for a case in which nothing is open."""
    found, loaded = days(case, file), file.release.engine
    return [
        Expected(*loaded.label(each), found[each])
        for each in engine.ahead(loaded.diagrams, _here(file.record.retold), _known(case, file))
        if each in found
    ]


def days(case: AnyRow, file: CaseFile, process: str = "", enquiry_id: UUID | None = None) -> dict[str, date]:
    """By which day each user task still ahead will likely be done; of one enquiry, in its own process.

    What is open keeps to its due day, what is late is done today; every later step takes the days that the release
    and its decisions give it. Branches side by side are as long as the longest.
    """
    loaded, moves = file.release.engine, file.record.retold
    if enquiry_id is not None:
        moves = [move for move in moves if move.enquiry_id == enquiry_id]
    here = dict.fromkeys(_here(moves), 0.0)
    if not here:
        return {}
    for task in file.record.tasks:
        if task.state == "open" and enquiry_id in (None, task.enquiry_id):
            age = file.age(task.due_on)
            left = float(age.days) if age.kind == "left" else 0.0
            here[task.element_id] = max(here.get(task.element_id, 0.0), left)
    diagrams = {process: loaded.diagrams[process]} if process else loaded.diagrams
    known = _known(case, file)
    ends = engine.forecast(diagrams, here, known, loaded.given_days(known))
    today = calendars.day(file.now)
    return {
        element: file.calendar.add_days(today, round(end))
        for element, end in ends.items()
        if element in loaded.user_tasks
    }


def _known(case: AnyRow, file: CaseFile) -> Mapping[str, Any]:
    """What decisions have said of the case; before the first, what they will say by what is known already."""
    decided = file.facts.decided
    if "checks" in decided:
        return decided
    said = releases.checks(file.release.engine, case.purpose, case.requisition_routing, file.facts.intake)
    return {**decided, "checks": said or {}}


def _here(moves: Sequence[Moved]) -> frozenset[str]:
    """Every element that holds something open: tasks, jobs, and what they lie in."""
    open_at: dict[tuple[str, UUID | None], int] = {}
    for move in moves:
        change = {"opened": 1, "completed": -1, "cancelled": -1}.get(move.kind, 0)
        # A job is opened in no enquiry's name, and done in that of the one it lies in.
        key = (move.path, move.enquiry_id if move.task is not None else None)
        open_at[key] = max(0, open_at.get(key, 0) + change)
    return frozenset(element for (path, _), count in open_at.items() if count for element in path.split("/"))
