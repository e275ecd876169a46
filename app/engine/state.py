"""A running case as bytes: only what can still matter, without the diagram, the same size after a hundred returns.

The layout, JSON under zlib: `[layout, process id, workflow]`. A workflow is a list of tasks, parents first; a task is
`[spec name, place of its parent in the list (-1: none), state (negative: a token of its own under its parent),
id (0: nobody outside knows it), internal data (0: none), data against its parent's (0: the same), workflow of the
sub-process it is (0: none)]`, zeros at the end left out. Predictions are not kept: they follow from the spec.
"""
# The library has no public way to put a task together; SpiffWorkflow is pinned to 3.2 for this.
# ruff: noqa: SLF001

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.domain.errors import RouteStuck
from app.engine.places import place_of
from app.engine.specs import JobStep, LastJoin, UserStep, arrivals, reminder_above

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.engine.expressions import StepEngine

LAYOUT = 1
#: Kept beside every state, so that a state of another engine is known as such before it is read.
VERSION = f"spiff-3.2/{LAYOUT}"

#: Places in a task's row.
ID, DATA, INSIDE = 3, 5, 6

_OPEN = TaskState.READY | TaskState.WAITING | TaskState.STARTED
_DROPPED_INTERNALS = frozenset({"merged"})
_MAX_BYTES = 4_000_000


@dataclass(slots=True)
class Loaded:
    """A case taken out of its bytes. `known`: the tasks that somebody outside knows, by their id."""

    workflow: BpmnWorkflow
    known: dict[str, Task] = field(default_factory=dict)
    _given: int = 0

    def next_id(self) -> int:
        """Return an id for a task that nobody outside knows; it holds for one step."""
        self._given += 1
        return self._given


def dump(workflow: BpmnWorkflow) -> bytes:
    """Return the case as bytes."""
    return packed(orjson.dumps([LAYOUT, workflow.spec.name, _rows(workflow, {})]))


def packed(text: bytes) -> bytes:
    """Return the JSON of a case as it is kept."""
    return zlib.compress(text, 6)


def load(blob: bytes, specs: Mapping[str, Any], engine: StepEngine) -> Loaded:
    """Return the case of these bytes. Raises RouteStuck `state_unreadable`."""
    try:
        layout, process_id, rows = orjson.loads(zlib.decompressobj().decompress(blob, _MAX_BYTES))
        if layout != LAYOUT:
            raise RouteStuck("state_unreadable", reason=f"layout {layout}")
        workflow = BpmnWorkflow(specs[process_id], dict(specs), script_engine=engine, deserializing=True)
        loaded = Loaded(workflow)
        _fill(loaded, workflow, rows, {})
    except (zlib.error, KeyError, IndexError, TypeError, ValueError) as error:
        raise RouteStuck("state_unreadable", reason=type(error).__name__) from error
    return loaded


def open_tasks(workflow: Any) -> list[Task]:
    """Return the tasks of one workflow at which a token rests or waits."""
    return [task for task in workflow.tasks.values() if task._state & _OPEN]


def inside(task: Task) -> Any:
    """Return the running workflow inside a sub-process or call; None for any other task."""
    if task._state != TaskState.STARTED:
        return None
    return task.workflow.top_workflow.subprocesses.get(task.id)


def _rows(workflow: Any, outer_data: Mapping[str, Any]) -> list[list[Any]]:
    """Return the tasks of a workflow that are kept; `outer_data` is that of the task it is the inside of."""
    kept = _kept(workflow)
    ranks = _ranks(workflow, kept)
    places: dict[Any, int] = {}
    above: dict[Any, Task] = {}  # id of a task -> itself if it is kept, else the nearest kept one above it
    rows: list[list[Any]] = []
    for task in workflow.tasks.values():
        parent = above.get(task._parent)
        if task.id not in kept:
            if parent is not None:
                above[task.id] = parent
            continue
        above[task.id] = task
        places[task.id] = len(rows)
        rows.append(_row(task, parent, -1 if parent is None else places[parent.id], ranks, outer_data))
    return rows


def _row(
    task: Task, parent: Task | None, place: int, ranks: Mapping[Any, int], outer_data: Mapping[str, Any]
) -> list[Any]:
    inner = inside(task)
    row = [
        task.task_spec.name,
        place,
        -task._state if _is_own_token(task, parent) else task._state,
        str(task.id) if _is_known_outside(task) else 0,
        _internals(task, ranks) or 0,
        _difference(task.data, outer_data if parent is None else parent.data),
        0 if inner is None else _rows(inner, task.data),
    ]
    while row[-1] == 0:
        row.pop()
    return row


def _is_own_token(task: Task, parent: Task | None) -> bool:
    """Say whether a task is none that its parent's spec foresees: an instance, or what a timer has started."""
    if task.triggered or parent is None:
        return bool(task.triggered)
    return bool(parent._state & _OPEN) and task._parent != parent.id


def _is_known_outside(task: Task) -> bool:
    """Say whether inbox, worker or timer table name the task by its id."""
    if task._state == TaskState.WAITING:
        return bool(task.internal_data.get("due"))
    return bool(task._state & _OPEN) and isinstance(task.task_spec, UserStep | JobStep)


def _internals(task: Task, ranks: Mapping[Any, int]) -> dict[str, Any]:
    kept = {name: value for name, value in task.internal_data.items() if name not in _DROPPED_INTERNALS}
    if task.id in ranks:
        kept["rank"] = ranks[task.id]
    return kept


def _difference(data: Mapping[str, Any], base: Mapping[str, Any]) -> Any:
    """Return what turns `base` into `data`: 0, the changed keys, or the changed and the lost ones."""
    changed = {key: value for key, value in data.items() if key not in base or base[key] != value}
    lost = [key for key in base if key not in data]
    if lost:
        return [changed, lost]
    return changed or 0


def _kept(workflow: Any) -> set[Any]:
    """Return the ids of the tasks that can still matter: open ones, what they look back at, and forks."""
    kept = {workflow.task_tree.id}
    for task in open_tasks(workflow):
        if not _is_spent(task):
            kept.add(task.id)
            kept.update(one.id for one in _looks_back_at(task))
    ways: dict[Any, int] = {}
    for task in reversed(workflow.tasks.values()):
        leads = ways.get(task.id, 0)
        if leads > 1:
            kept.add(task.id)
        if task.id in kept or leads:
            ways[task._parent] = ways.get(task._parent, 0) + 1
    return kept


def _is_spent(task: Task) -> bool:
    """Say whether a task is the end of a reminder: it waits for the others, and nobody waits for it."""
    if not isinstance(task.task_spec, LastJoin) or task._state != TaskState.WAITING:
        return False
    return reminder_above(task) is not None


def _looks_back_at(task: Task) -> Iterator[Task]:
    """Yield the finished tasks that the library reads when this one goes on.

    A waiting task takes its parent's data again at every turn; what hangs on a step with boundary events
    looks for the split above it; a join reads the branches that came before.
    """
    parent = task.parent
    if parent is None:
        return
    waits = task._state == TaskState.WAITING
    if waits or isinstance(parent.task_spec, BoundaryEventSplit):
        yield parent
    if waits and isinstance(task.task_spec, UnstructuredJoin):
        for one in arrivals(task):
            yield one
            yield one.parent


def _ranks(workflow: Any, kept: set[Any]) -> dict[Any, int]:
    """Return the order in which the kept joins changed, all that is kept of the time of a change."""
    joins = [
        task
        for task in workflow.tasks.values()
        if task.id in kept and not task._state & _OPEN and isinstance(task.task_spec, UnstructuredJoin)
    ]
    joins.sort(key=lambda task: task.last_state_change)
    return {task.id: rank for rank, task in enumerate(joins, start=1)}


def _fill(loaded: Loaded, workflow: Any, rows: list[list[Any]], outer_data: Mapping[str, Any]) -> None:
    """Put the tasks of one workflow together again."""
    made: list[Task] = []
    for name, place, state, task_id, internals, difference, inner in map(_padded, rows):
        parent = made[place] if place >= 0 else None
        task = Task(workflow, workflow.spec.task_specs[name], parent, abs(state), task_id or loaded.next_id())
        made.append(task)
        task.triggered = state < 0
        task.internal_data = internals or {}
        task.last_state_change = task.internal_data.pop("rank", 0)
        task.data = _applied(difference, outer_data if parent is None else parent.data)
        if task_id:
            loaded.known[task_id] = task
        if state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent):
            workflow.top_workflow.event_manager.add_task(task)
        if inner:
            _fill(loaded, _inner_workflow(task), inner, task.data)
    workflow.task_tree = made[0]


def _padded(row: list[Any]) -> list[Any]:
    return row + [0] * (7 - len(row))


def _applied(difference: Any, base: Mapping[str, Any]) -> dict[str, Any]:
    changed, lost = difference if isinstance(difference, list) else (difference or {}, ())
    data = {**base, **changed}
    for key in lost:
        del data[key]
    return data


def _inner_workflow(task: Task) -> BpmnSubWorkflow:
    """Make the empty workflow of a sub-process or call, and tell the task when it is done."""
    top = task.workflow.top_workflow
    spec = top.subprocess_specs[task.task_spec.spec]
    inner = BpmnSubWorkflow(spec, task.id, top, deserializing=True)
    inner.completed_event.connect(task.task_spec._on_subworkflow_completed, task)
    top.subprocesses[task.id] = inner
    place_of(inner)
    return inner
