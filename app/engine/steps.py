"""What goes into the engine and comes out of it: plain values, none of SpiffWorkflow's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

#: What a move says of an element. `opened`: a task or job waits; `completed`: it was done; `decided`: a decision
#: table answered; `fired`: a timer or a message; `cancelled`: taken away unfinished; `started`/`ended`: the case.
MoveKind = Literal["opened", "completed", "decided", "fired", "cancelled", "started", "ended"]

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Host(Protocol):
    """What one step may ask of the world around it."""

    def facts(self) -> Mapping[str, Any]:
        """The case's facts (`requisition`, `intake`, `findings`), read at most once a step and never kept."""

    def working_days_after(self, days: Any) -> str:
        """The instant that lies so many working days after the step's `now`, as ISO text with its offset."""


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A user task that waits for its form.

    `element_path` goes from the outermost element down ("handle_case/conduct_enquiries/visit"); `unit` is the item
    of the multi-instance it lies in, `iteration` that item's place, 0 outside; `days` its working days, if stated.
    """

    engine_task_id: str
    element_id: str
    element_path: str
    iteration: int
    lane: str
    role: str
    form: str
    unit: Mapping[str, Any] | None = None
    days: Decimal | int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A service task that waits for a worker; `kind` names the operation, the id makes its effect happen once."""

    engine_task_id: str
    element_id: str
    element_path: str
    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer that waits; `due_at` is an aware instant in UTC."""

    engine_task_id: str
    element_id: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that happened in a step, for the record: element, unit, and the routing values that it brought."""

    kind: MoveKind
    element_id: str
    element_path: str
    unit: Mapping[str, Any] | None = None
    routing: Mapping[str, Any] = _NOTHING


@dataclass(frozen=True, slots=True)
class Step:
    """The case after one step: its state to keep, ALL that is open now, and this step's moves in order.

    `end_event` is the id of the end event that the case came to, None while it runs.
    """

    state: bytes
    tasks: tuple[OpenTask, ...]
    jobs: tuple[Job, ...]
    timers: tuple[Timer, ...]
    moves: tuple[Move, ...]
    ended: bool
    end_event: str | None = None
