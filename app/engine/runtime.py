"""One step of a case: bytes in, one thing done, as far as the diagram goes, bytes and what is open out.

Whatever goes wrong, the case in memory is thrown away: the bytes that came in are still the truth.
"""
# SpiffWorkflow keeps its states behind underscores; the library is pinned.
# ruff: noqa: SLF001

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.util.task import TaskState

from app.domain.errors import RouteStuck, TaskAlreadyDone
from app.engine import state as states
from app.engine.expressions import StepEngine, instant_of
from app.engine.places import CHILD, element_of, path_of, place_of
from app.engine.specs import DueTimes, JobStep, UserStep, only
from app.engine.steps import Job, Move, OpenTask, Step, Timer
from app.engine.values import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from SpiffWorkflow.task import Task

    from app.engine.definitions import Release
    from app.engine.steps import Host
    from app.feel.reads import Path

MAX_RUNS_IN_ONE_PLACE = 300  # automatic elements of one process within one step; an honest diagram needs 20
MAX_RUNS = 20_000  # the same for the whole case: several hundred units begin in one step

# Each change of state would gather what to log about every task of the case.
for _name in ("spiff.task", "spiff.workflow", "spiff.data"):
    logging.getLogger(_name).setLevel(logging.WARNING)


def start(release: Release, process_id: str, data: Mapping[str, Any], host: Host, now: datetime) -> Step:
    """Begin a case with its routing values (whole top-level keys). Raises RouteStuck."""
    return begin(release, process_id, data, host, now)[0]


def begin(
    release: Release, process_id: str, data: Mapping[str, Any], host: Host, now: datetime
) -> tuple[Step, frozenset[Path] | None]:
    """Begin a case; -> with the step, the paths of the values that decided how; None where facts did, too."""
    engine = StepEngine(release.decisions, host, now)
    with any_fault_is_stuck():
        spec = release.specs[process_id]
        run = Run(release, engine, BpmnWorkflow(spec, dict(release.specs), script_engine=engine))
        root = run.workflow.task_tree
        root.data.update(plain(data))
        engine.note("started", root.children[0], plain(data))
        return run.go_on(), engine.reads


def complete_task(
    release: Release,
    state: bytes,
    engine_task_id: str,
    routing: Mapping[str, Any],
    host: Host,
    now: datetime,
) -> Step:
    """Finish a user task with routing values: whole top-level keys, the task's own named by its element.

    Raises TaskAlreadyDone when no such task is open, RouteStuck when the route cannot go on.
    """
    run = opened(release, state, host, now)
    task = run.known.get(engine_task_id)
    if task is None or task._state != TaskState.READY or not isinstance(task.task_spec, UserStep):
        raise TaskAlreadyDone
    given = plain(routing, task.task_spec.name)
    with any_fault_is_stuck():
        run.engine.note("completed", task, given)
        task.set_data(**given)
        _foresee(task)
        task.run()
        return run.go_on(task)


def complete_job(
    release: Release,
    state: bytes,
    engine_task_id: str,
    result: Mapping[str, Any],
    host: Host,
    now: datetime,
) -> Step:
    """Hand over the result of a service task; the release keeps of it what it reads.

    Raises TaskAlreadyDone when the job is not awaited (done before, or its step has ended), RouteStuck.
    """
    run = opened(release, state, host, now)
    task = run.known.get(engine_task_id)
    if task is None or task._state != TaskState.STARTED or not isinstance(task.task_spec, JobStep):
        raise TaskAlreadyDone
    name = task.task_spec.name
    given = plain(result, name)
    with any_fault_is_stuck():
        run.engine.note("completed", task, {name: given})
        kept = only(given, task.task_spec.kept)
        if kept:
            task.set_data(**{name: kept})
        _foresee(task)
        task.complete()
        return run.go_on(task)


def fire_timers(release: Release, state: bytes, host: Host, now: datetime) -> Step:
    """Fire every timer that is due by `now`, each once, however many of its instants went by."""
    run = opened(release, state, host, now)
    with any_fault_is_stuck():
        for task in [task for workflow in running(run.workflow) for task in states.open_tasks(workflow)]:
            definition = getattr(task.task_spec, "event_definition", None)
            if (
                task._state == TaskState.WAITING
                and isinstance(definition, DueTimes)
                and definition.is_due(task)
            ):
                task.task_spec._update(task)
        return run.go_on()


def send_message(release: Release, state: bytes, name: str, host: Host, now: datetime) -> Step:
    """Deliver a message to whatever waits for it. Raises RouteStuck `message_unexpected` if nothing does."""
    run = opened(release, state, host, now)
    with any_fault_is_stuck():
        event = BpmnEvent(MessageEventDefinition(name), payload={})
        if run.workflow.event_manager.catch(event, internal=False) == 0:
            raise RouteStuck("message_unexpected", name=name)
        return run.go_on()


def leave_out(
    release: Release,
    state: bytes,
    unit: str,
    told: Mapping[str, Any],
    host: Host,
    now: datetime,
) -> Step:
    """End what one unit of a repeated call has open, and let the others go on; `told` stands with it in the record.

    Raises TaskAlreadyDone when nothing of that unit is open, RouteStuck.
    """
    run = opened(release, state, host, now)
    found = _call_of(run.workflow, unit)
    if found is None:
        raise TaskAlreadyDone
    call, whose = found
    with any_fault_is_stuck():
        run.engine.moves.append(Move("left_out", element_of(call), path_of(call), whose, plain(told)))
        states.inside(call).cancel()
        _foresee(call)
        call.complete()
        return run.go_on(call)


def _call_of(workflow: BpmnWorkflow, unit: str) -> tuple[Task, Mapping[str, Any]] | None:
    """Return the call that runs for a unit, with the unit as its own open steps know it."""
    for inner in running(workflow):
        place = place_of(inner)
        for task in states.open_tasks(inner) if place.item else ():
            whose = place.unit(task)
            if whose is not None and str(whose.get("id")) == unit:
                holder = workflow.get_task_from_id(inner.parent_task_id)
                while not holder.task_spec.name.endswith(CHILD):
                    holder = workflow.get_task_from_id(holder.workflow.parent_task_id)
                return holder, whose
    return None


def opened(release: Release, state: bytes, host: Host, now: datetime) -> Run:
    """Return the case in memory. Raises RouteStuck `state_unreadable`."""
    engine = StepEngine(release.decisions, host, now)
    loaded = states.load(state, release.specs, engine)
    return Run(release, engine, loaded.workflow, loaded.known)


@contextmanager
def any_fault_is_stuck() -> Iterator[None]:
    """Turn what the library throws into RouteStuck; what the host throws passes."""
    try:
        yield
    except RecursionError as error:
        raise RouteStuck("too_deep") from error
    except SpiffWorkflowException as error:
        name = str(getattr(getattr(error, "task_spec", None), "name", ""))
        raise RouteStuck("engine", name.partition(".")[0], reason=type(error).__name__) from error


@dataclass(slots=True)
class Run:
    """A case in memory, for one step. `known`: the tasks that were open when it began, by id."""

    release: Release
    engine: StepEngine
    workflow: BpmnWorkflow
    known: dict[str, Task] = field(default_factory=dict)

    def go_on(self, acted: Task | None = None) -> Step:
        """Go as far as the diagram allows and gather what came of it; `acted` is the task that was done."""
        _settle(self.workflow)
        tasks: list[OpenTask] = []
        jobs: list[Job] = []
        timers: list[Timer] = []
        resting = [task for workflow in running(self.workflow) for task in states.open_tasks(workflow)]
        for task in resting:
            if isinstance(task.task_spec, UserStep):
                tasks.append(self._open_task(task))
            elif isinstance(task.task_spec, JobStep):
                jobs.append(_job(task))
            elif task.internal_data.get("due"):
                timers.append(_timer(task))
        if resting and not any(map(_awaits_the_world, resting)):
            raise RouteStuck("hangs", element_of(resting[-1]))
        end = None if resting else self._end()
        moves = [move for move in self.engine.moves if move.kind != "ended"]
        moves += self._changes(acted, (*tasks, *jobs))
        if end is not None:
            moves.append(end)
        return Step(
            state=states.dump(self.workflow),
            tasks=tuple(tasks),
            jobs=tuple(jobs),
            timers=tuple(timers),
            moves=tuple(moves),
            ended=not resting,
            end_event=None if end is None else end.element_id,
        )

    def _open_task(self, task: Task) -> OpenTask:
        place = place_of(task.workflow)
        drawn = self.release.user_tasks[element_of(task)]
        return OpenTask(
            engine_task_id=str(task.id),
            element_id=drawn.element_id,
            element_path=place.path + drawn.element_id,
            iteration=place.iteration,
            lane=drawn.lane,
            role=drawn.role,
            form=drawn.form,
            unit=place.unit(task),
            days=task.internal_data.get("days"),
        )

    def _changes(self, acted: Task | None, still: tuple[OpenTask | Job, ...]) -> list[Move]:
        """Return what was taken away unfinished and what is newly open, against the step's beginning."""
        now_open = {one.engine_task_id for one in still}
        gone = [
            task
            for task_id, task in self.known.items()
            if task is not acted
            and task_id not in now_open
            and isinstance(task.task_spec, UserStep | JobStep)
        ]
        cancelled = [
            Move("cancelled", element_of(task), path_of(task), place_of(task.workflow).unit(task))
            for task in gone
        ]
        opened = [
            Move("opened", one.element_id, one.element_path, getattr(one, "unit", None))
            for one in still
            if one.engine_task_id not in self.known
        ]
        return cancelled + opened

    def _end(self) -> Move:
        """Return the end event that closed the case; the first one reached lies innermost and says most."""
        ends = [move for move in self.engine.moves if move.kind == "ended"]
        if not ends:
            raise RouteStuck("no_end")
        return ends[0]


def _job(task: Task) -> Job:
    spec = task.task_spec
    return Job(str(task.id), spec.name, path_of(task), spec.kind, task.internal_data.get("params", {}))


def _timer(task: Task) -> Timer:
    return Timer(str(task.id), task.task_spec.name, instant_of(task.internal_data["due"][0]))


def _awaits_the_world(task: Task) -> bool:
    """Say whether somebody or something outside will move this task: a person, a worker, the clock, a letter.

    What only watches a step does not count: a case in which nothing else is open hangs.
    """
    spec = task.task_spec
    if isinstance(spec, BoundaryEvent):
        return False
    return isinstance(spec, UserStep | JobStep | CatchingEvent)


def running(workflow: Any) -> Iterator[Any]:
    """Yield a workflow and all that run inside it, outer before inner; never what was cut off."""
    waiting = [workflow]
    while waiting:
        current = waiting.pop()
        yield current
        found = [states.inside(task) for task in current.tasks.values()]
        waiting.extend(inner for inner in reversed(found) if inner is not None)


def _settle(workflow: Any) -> None:
    """Run everything that runs by itself, inner workflows first. Raises RouteStuck when it does not end."""
    total = 0
    counts: dict[int, int] = {}
    moved = True
    while moved:
        moved = False
        for current in reversed(list(running(workflow))):
            while ready := _ready(current):
                moved = True
                for task in ready:
                    total += 1
                    count = counts[id(current)] = counts.get(id(current), 0) + 1
                    if count > MAX_RUNS_IN_ONE_PLACE or total > MAX_RUNS:
                        raise RouteStuck("step_budget", element_of(task))
                    _run_one(task)


def _ready(workflow: Any) -> list[Task]:
    return [
        task
        for task in workflow.tasks.values()
        if task._state == TaskState.READY and not task.task_spec.manual
    ]


def _run_one(task: Task) -> None:
    """Run an automatic task, unless one before it has taken it away."""
    if task._state == TaskState.READY and task.id in task.workflow.tasks:
        _foresee(task)
        task.run()


def _foresee(task: Task) -> None:
    """Give a task the children that the library needs when it ends; the state does not keep them.

    Only those: the library would foresee the whole way behind every step, and again behind the next one; nothing
    here reads it (`OpenChoice` asks the diagram).
    """
    if task.task_spec._outputs and all(child.triggered for child in task.children):
        task.task_spec._predict_hook(task)
