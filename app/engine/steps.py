"""What goes into the engine and comes out of it: plain values, none of SpiffWorkflow's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

#: What a move says of an element. `opened`: a task or job waits; `completed`: it was done; `decided`: a table
#: answered; `fired`: a timer or a message; `cancelled`: taken away unfinished; `started`, `ended`: the case;
#: `amended`: a routing value was set by hand; `left_out`: the case goes on without a unit's report.
MoveKind = Literal[
    "opened", "completed", "decided", "fired", "cancelled", "started", "ended", "amended", "left_out"
]


class Host(Protocol):
    """What one step may ask of the world around it."""

    def facts(self) -> Mapping[str, Any]:
        """Return the facts (`requisition`, `intake`, `findings`); asked at most once a step, never kept."""

    def working_days_after(self, days: Any) -> str:
        """Return the instant so many working days after the step's `now`, as ISO text with its offset."""


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A user task that waits for its form.

    `element_path` goes from the outermost element down ("handle_case/conduct_enquiries/visit"). `unit` is the
    item of the repeated call it lies in, `iteration` that item's place from 1 on, 0 outside; `days` are its
    working days, if the diagram states any.
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
    """A service task that waits for a worker; `kind` names the operation, by the id it happens once.

    Behind a timer, `params` also say what is late: `late_element`, `late_task` (its engine task id), `past`
    (how many of the timer's instants have gone by) and `due_at` (the last of them, ISO, UTC).
    """

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
    """One thing that happened in a step, for the record: element, unit, and the routing values it brought."""

    kind: MoveKind
    element_id: str
    element_path: str
    unit: Mapping[str, Any] | None = None
    routing: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """The case after one step: its state to keep, ALL that is open now, and this step's moves in order.

    `end_event` is the end event that closed the case (inside a sub-process: the inner one, which says more),
    None while it runs.
    """

    state: bytes
    tasks: tuple[OpenTask, ...]
    jobs: tuple[Job, ...]
    timers: tuple[Timer, ...]
    moves: tuple[Move, ...]
    ended: bool
    end_event: str | None = None
