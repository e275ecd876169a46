"""The record of a case read back: its moves in order, each with its enquiry and the task it opened or finished."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.models import workflow_queries as workflow

if TYPE_CHECKING:
    from collections.abc import Iterator
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


class Record:
    """What happened in one case, as far as its reader may see it."""

    def __init__(self, session: Session, case_id: UUID) -> None:
        self._session, self._case_id = session, case_id

    @cached_property
    def tasks(self) -> list[AnyRow]:
        """Every user task, oldest first, with its office and officers."""
        return list(workflow.tasks_of(self._session, self._case_id, states=workflow.EVERY_STATE))

    @cached_property
    def moves(self) -> list[Moved]:
        return list(self._told())

    def _told(self) -> Iterator[Moved]:
        opened: dict[tuple[str, UUID | None], deque[AnyRow]] = defaultdict(deque)
        for task in self.tasks:
            opened[task.element_id, task.enquiry_id].append(task)
        waiting: dict[tuple[str, UUID | None], deque[AnyRow]] = defaultdict(deque)
        units: dict[UUID, UUID] = {}
        step = 0
        for row in workflow.steps_of(self._session, self._case_id):
            step += row.kind in ("started", "completed", "fired")
            enquiry_id = units.get(row.unit_office_id) if row.unit_office_id is not None else None
            key = (row.element_id, enquiry_id)
            found: AnyRow | None = None
            if row.kind == "opened" and opened[key]:
                found = opened[key].popleft()
                waiting[key].append(found)
            elif row.kind in ("completed", "cancelled") and waiting[key]:
                found = waiting[key].popleft()
            yield Moved(step, row.kind, row.element_id, row.element_path, row.at, enquiry_id, found)
            units |= _units(row.routing)


def _units(routing: dict[str, Any]) -> dict[UUID, UUID]:
    """Which enquiry an office makes from this move on: office -> enquiry. A move may send it to another office."""
    named = [*(routing.get("units") or []), *([routing["unit"]] if routing.get("unit") else [])]
    return {UUID(unit["office_id"]): UUID(unit["id"]) for unit in named}
