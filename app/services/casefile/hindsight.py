"""A case at a past moment: which moments its record has, and which of them is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from app.services.district import calendars

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from app.services.casefile.casefile import CaseFile
    from app.services.casefile.record import Moved


@dataclass(frozen=True, slots=True)
class Wanted:
    """The moment that is asked for: behind an act, by its number, or at the end of a day. Neither: now."""

    step: int | None = None
    on: date | None = None


NOW = Wanted()


@dataclass(frozen=True, slots=True)
class Moment:
    """One act of the record: its number, its time, what was done, and by which office where a task was."""

    step: int
    at: datetime
    kind: str  # started | completed | fired
    step_hi: str
    step_en: str
    office_kind: str
    office_hi: str
    office_en: str


@dataclass(frozen=True, slots=True)
class Hindsight:
    """All moments of a case, and the one that is shown; None: the case as it is now."""

    moments: Sequence[Moment]
    shown: Moment | None = None
    is_before: bool = False  # the day asked for lies before the first act, which is shown instead

    @property
    def before(self) -> Moment | None:
        """The moment before the one shown; before now, the last but one: the last act made what is now."""
        at = self.shown.step if self.shown is not None else len(self.moments)
        return self.moments[at - 2] if at > 1 else None

    @property
    def after(self) -> Moment | None:
        """The moment after the one shown; None where that is now."""
        at = self.shown.step if self.shown is not None else len(self.moments)
        return self.moments[at] if at < len(self.moments) - 1 else None


def of(file: CaseFile, wanted: Wanted) -> Hindsight:
    """The moments of a case, and the one that is wanted: the last act, and whatever is later, is now."""
    moments = [
        _moment(file, step, next(iter(moves)))
        for step, moves in groupby(file.record.moves, key=lambda move: move.step)
    ]
    step = wanted.step
    if wanted.on is not None:
        step = sum(calendars.day(moment.at) <= wanted.on for moment in moments)
    if step is None or step >= len(moments):
        return Hindsight(moments)
    return Hindsight(moments, moments[max(step, 1) - 1], is_before=step < 1)


def _moment(file: CaseFile, step: int, move: Moved) -> Moment:
    task = move.task
    office = ("", "", "") if task is None else (task.office_kind, task.office_hi, task.office_en)
    element = file.host(move.element_id) if move.kind == "fired" else ""
    return Moment(step, move.at, move.kind, *file.label(element or move.element_id), *office)
