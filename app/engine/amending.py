"""Routing values of a waiting case, seen and set: nothing else of the case moves by it.

A value of the route holds for the whole case, one that a unit's own enquiry brought for that unit alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.errors import RouteStuck
from app.engine import state as states
from app.engine.places import place_of
from app.engine.runtime import any_fault_is_stuck, opened, running
from app.engine.values import plain

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from SpiffWorkflow.task import Task

    from app.engine.definitions import Release
    from app.engine.steps import Host, Step


@dataclass(frozen=True, slots=True)
class Spot:
    """One routing value: the unit it belongs to (empty: the whole case), its key, and its field (empty: none)."""

    unit: str
    key: str
    field: str = ""

    @property
    def name(self) -> str:
        """The value as expressions name it."""
        return f"{self.key}.{self.field}" if self.field else self.key


@dataclass(frozen=True, slots=True)
class Held:
    """What the whole case holds (`unit` None), or one unit in whose own enquiry something is open: key -> value."""

    unit: Mapping[str, Any] | None
    values: Mapping[str, Any]


def held(
    release: Release,
    state: bytes,
    of_case: Collection[str],
    of_unit: Collection[str],
    host: Host,
    now: datetime,
) -> tuple[Held, ...]:
    """Return the values under these keys, the whole case's first. Raises RouteStuck `state_unreadable`."""
    run = opened(release, state, host, now)
    whole: dict[str, Any] = {}
    units: dict[str, Held] = {}
    for workflow in running(run.workflow):  # outer before inner: what lies further in was changed later
        place = place_of(workflow)
        own: dict[str, Any] = {}
        for task in states.open_tasks(workflow):
            unit = place.unit(task)
            keys = of_case if unit is None else of_unit
            found = {key: task.data[key] for key in keys if key in task.data}
            if unit is None:
                own = {**found, **own}
            elif unit.get("id"):
                known = units.get(str(unit["id"]), Held(unit, {}))
                units[str(unit["id"])] = Held(unit, {**known.values, **found})
        whole |= own
    return (Held(None, whole), *units.values())


def amend(release: Release, state: bytes, spot: Spot, value: Any, host: Host, now: datetime) -> Step:
    """Set one value wherever the case keeps it; every task that was open stays open.

    Raises RouteStuck: `value_refused` for a unit in whose enquiry nothing is open, and whatever a case cannot be
    kept with.
    """
    run = opened(release, state, host, now)
    given = plain(value, spot.key)
    with any_fault_is_stuck():
        tasks = list(_tasks_of(run.workflow, spot.unit))
        if not tasks:
            raise RouteStuck("value_refused", spot.key, kind="nothing open")
        holding = [task for task in tasks if spot.key in task.data]
        for task in holding or tasks:  # a value that was never given comes to everything that is under way
            _set(task, spot, given)
        return run.go_on()


def still(release: Release, state: bytes, host: Host, now: datetime) -> Step:
    """Return a waiting case as it lies, nothing done to it: what is open in it, and its state to keep."""
    with any_fault_is_stuck():
        return opened(release, state, host, now).go_on()


def _set(task: Task, spot: Spot, value: Any) -> None:
    """Put a new value in place of the old; what other tasks share is not changed in place."""
    if not spot.field:
        task.data = {**task.data, spot.key: value}
        return
    held = task.data.get(spot.key)
    base = held if isinstance(held, dict) else {}
    task.data = {**task.data, spot.key: {**base, spot.field: value}}


def _tasks_of(workflow: Any, unit: str) -> Iterator[Task]:
    """Yield the kept tasks of a unit's enquiry, with what runs inside it; of the whole case without a unit."""
    for current in running(workflow):
        place = place_of(current)
        tasks = list(current.tasks.values())
        if not unit or any(_is_of(place.unit(task), unit) for task in tasks):
            yield from tasks


def _is_of(unit: Mapping[str, Any] | None, wanted: str) -> bool:
    return unit is not None and str(unit.get("id")) == wanted
