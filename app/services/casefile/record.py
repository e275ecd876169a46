"""The record of a case read back: its moves in order, each with its enquiry and the task it opened or finished."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.models import workflow_queries as workflow

MOVED = "moved"  # kind of the row that tells of a case led over to another release: no act, and no move of the engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from app.engine.steps import MoveKind
    from app.models.base import AnyRow
    from app.models.scope import Session


@dataclass(frozen=True, slots=True)
class Moved:
    """One move. `step` counts the acts of the case: all moves that one act brought about share its number."""

    step: int
    kind: MoveKind
    element_id: str
    path: str
    at: datetime
    enquiry_id: UUID | None
    task: AnyRow | None
    routing: Mapping[str, Any]

    @property
    def unit(self) -> str:
        """The enquiry it was for, as the engine names it; empty outside of enquiries."""
        return "" if self.enquiry_id is None else str(self.enquiry_id)


class Record:
    """What happened in one case, as far as its reader may see it."""

    def __init__(self, session: Session, case_id: UUID) -> None:
        self._session, self._case_id = session, case_id

    @cached_property
    def tasks(self) -> list[AnyRow]:
        """Every user task, oldest first, with its office and officers."""
        return list(workflow.tasks_of(self._session, self._case_id, states=workflow.EVERY_STATE))

    @cached_property
    def changes_of_release(self) -> list[AnyRow]:
        """When the case was led over to another release, and from which version to which (`routing`)."""
        return [row for row in workflow.steps_of(self._session, self._case_id) if row.kind == MOVED]

    @cached_property
    def moves(self) -> list[Moved]:
        return list(self._told())

    def until(self, step: int) -> Record:
        """The record as it was behind an act: its moves so far, and its tasks as they stood then.

        In whose name a task was then is not told: only the office, which the record keeps.
        """
        past = Record(self._session, self._case_id)
        moves = [move for move in self.moves if move.step <= step]
        ended = {move.task.id for move in moves if move.task is not None and move.kind != "opened"}
        opened = [move.task for move in moves if move.task is not None and move.kind == "opened"]
        past.moves = moves
        past.tasks = [task if task.id in ended else _as_opened(task) for task in opened]
        return past

    def _told(self) -> Iterator[Moved]:
        book, units, step = _Book(self.tasks), dict[UUID, list[UUID]](), 0
        for row in workflow.steps_of(self._session, self._case_id):
            if row.kind == MOVED:
                continue
            step += row.kind in ("started", "completed", "fired")
            mine: list[UUID] | list[None] = (
                units.get(row.unit_office_id, [None]) if row.unit_office_id else [None]
            )
            found = book.task_of(row, mine)
            enquiry_id = found.enquiry_id if found is not None else mine[-1]
            yield Moved(
                step, row.kind, row.element_id, row.element_path, row.at, enquiry_id, found, row.routing
            )
            units |= _units(row.routing)


def _as_opened(task: AnyRow) -> AnyRow:
    nobody = dict.fromkeys(("done_at", "done_by", "done_by_hi", "done_by_en", "holder_hi", "holder_en"))
    opened: AnyRow = task._replace(state="open", **nobody)
    return opened


class _Book:
    """The tasks of a case by step and enquiry, from which each move takes the one it opened or ended."""

    def __init__(self, tasks: Sequence[AnyRow]) -> None:
        self._unopened: dict[tuple[str, UUID | None], deque[AnyRow]] = defaultdict(deque)
        self._waiting: dict[tuple[str, UUID | None], deque[AnyRow]] = defaultdict(deque)
        for task in tasks:
            self._unopened[task.element_id, task.enquiry_id].append(task)

    def task_of(self, row: AnyRow, enquiries: Sequence[UUID | None]) -> AnyRow | None:
        """The task of a move of one of these enquiries; several lie with one office where it writes letters."""
        if row.kind == "opened":
            for each in enquiries:
                if found := self._unopened[row.element_id, each]:
                    self._waiting[row.element_id, each].append(found[0])
                    return found.popleft()
        if row.kind in ("completed", "cancelled"):
            ends = [self._waiting[row.element_id, each] for each in enquiries]
            ends = [each for each in ends if each]
            first = next((each for each in ends if each[0].done_at == row.at), ends[0] if ends else None)
            return first.popleft() if first else None
        return None


def _units(routing: dict[str, Any]) -> dict[UUID, list[UUID]]:
    """Which enquiries an office makes from this move on. A move may send one to another office."""
    named = [*(routing.get("units") or []), *([routing["unit"]] if routing.get("unit") else [])]
    found: dict[UUID, list[UUID]] = {}
    for unit in named:
        found.setdefault(UUID(unit["office_id"]), []).append(UUID(unit["id"]))
    return found
