"""The record of a case read back: its moves in order, each with its enquiry and the task it opened or finished."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.models.execution import workflow_queries as workflow

#: Kind of the row that tells of a case led over to another release: no act, and no move of the engine. Its `routing`:
#: `from`, `to`; where steps bear other names there `steps` (old -> new, empty: fell away) and `tasks` (id -> both
#: names, of those that were open); `undone` where the case was put back.
MOVED = "moved"
#: Kind of the row that tells of a routing value that two officers have set: no move of the engine either. Its
#: `routing`: `name`, `unit`, `before`, `after`, `reason`, `proposed_by`, `approved_by` (ids), `undone`.
AMENDED = "amended"
_BESIDE = frozenset({MOVED, AMENDED})
#: Kind of the move by which an officer lets the case go on without a unit's report. Its `routing`: `enquiry`, `by`
#: (ids), `reason` (a code).
LEFT_OUT = "left_out"

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from app.engine.steps import MoveKind
    from app.models.scope import Session
    from app.models.tables.base import AnyRow


@dataclass(frozen=True, slots=True)
class Moved:
    """One move, `seq` in the record. `step` counts acts: all moves that one act brought about share its number."""

    step: int
    seq: int
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
    def amendments(self) -> list[AnyRow]:
        """The routing values that were set, and set back, by two officers."""
        return [row for row in workflow.steps_of(self._session, self._case_id) if row.kind == AMENDED]

    @cached_property
    def moves(self) -> list[Moved]:
        return list(self._told())

    @cached_property
    def retold(self) -> list[Moved]:
        """The moves under the names that their steps have on the release the case runs on now.

        What was done in a step that fell away with the change of release is left out.
        """
        found = []
        for move in self.moves:
            element_id = move.element_id
            for change in self._renamings:
                if move.seq < change.seq and element_id:
                    element_id = _name_behind(change.routing, move, element_id)
            if element_id == move.element_id:
                found.append(move)
            elif element_id:
                found.append(_renamed(move, element_id))
        return found

    @cached_property
    def _renamings(self) -> list[AnyRow]:
        """The changes of release that gave steps other names, and were not undone."""
        standing: list[AnyRow] = []
        for row in self.changes_of_release:
            standing = standing[:-1] if row.routing.get("undone") else [*standing, row]
        return [row for row in standing if row.routing.get("steps")]

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
        changes = [row.routing.get("tasks") or {} for row in self.changes_of_release]
        book, units, step = _Book(self.tasks, changes), dict[UUID, list[UUID]](), 0
        for row in workflow.steps_of(self._session, self._case_id):
            if row.kind in _BESIDE:
                book.rename(row.routing.get("tasks") or {})
                continue
            step += row.kind in ("started", "completed", "fired", LEFT_OUT)
            mine: list[UUID] | list[None] = (
                units.get(row.unit_office_id, [None]) if row.unit_office_id else [None]
            )
            found = book.task_of(row, mine)
            enquiry_id = found.enquiry_id if found is not None else mine[-1]
            yield Moved(
                step,
                row.seq,
                row.kind,
                row.element_id,
                row.element_path,
                row.at,
                enquiry_id,
                found,
                row.routing,
            )
            units |= _units(row.routing)


def _name_behind(change: Mapping[str, Any], move: Moved, element_id: str) -> str:
    """What a change of release calls the step of a move before it; nothing where the step fell away."""
    tasks: Mapping[str, Sequence[str]] = change.get("tasks") or {}
    if move.task is not None and str(move.task.id) in tasks:
        return tasks[str(move.task.id)][1]
    found: str = change["steps"].get(element_id, element_id)
    return found


def _renamed(move: Moved, element_id: str) -> Moved:
    path = move.path.split("/")[:-1]
    routing = {element_id if key == move.element_id else key: value for key, value in move.routing.items()}
    return replace(move, element_id=element_id, path="/".join([*path, element_id]), routing=routing)


def _as_opened(task: AnyRow) -> AnyRow:
    nobody = dict.fromkeys(("done_at", "done_by", "done_by_hi", "done_by_en", "holder_hi", "holder_en"))
    opened: AnyRow = task._replace(state="open", **nobody)
    return opened


class _Book:
    """The tasks of a case by step and enquiry, from which each move takes the one it opened or ended."""

    def __init__(self, tasks: Sequence[AnyRow], changes: Sequence[Mapping[str, Sequence[str]]]) -> None:
        """Take `changes` as what each change of release, oldest first, called the tasks that were open."""
        self._unopened: dict[tuple[str, UUID | None], deque[AnyRow]] = defaultdict(deque)
        self._waiting: dict[tuple[str, UUID | None], deque[AnyRow]] = defaultdict(deque)
        first = {own: names[0] for tasks_of in reversed(changes) for own, names in tasks_of.items()}
        for task in tasks:
            self._unopened[first.get(str(task.id), task.element_id), task.enquiry_id].append(task)

    def rename(self, tasks: Mapping[str, Sequence[str]]) -> None:
        """Know open tasks by other steps from here on; `tasks`: id -> old and new element."""
        for (_, enquiry_id), queue in list(self._waiting.items()):
            for task in [each for each in queue if str(each.id) in tasks]:
                queue.remove(task)
                self._waiting[tasks[str(task.id)][1], enquiry_id].append(task)

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
