"""Our task specs: SpiffWorkflow's, with its silent guesses replaced by FEEL, our clock and our errors.

Specs are parsed once, shared by every case and thread, and never changed by a run.
"""
# SpiffWorkflow is extended through its underscored hooks; there are no others.
# ruff: noqa: SLF001

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, SimpleBpmnTask, _EndJoin
from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    CallActivity,
    EndEvent,
    ExclusiveGateway,
    InclusiveGateway,
    IntermediateCatchEvent,
    ParallelGateway,
    ParallelMultiInstanceTask,
    SequentialMultiInstanceTask,
    SubWorkflowTask,
    UserTask,
)
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import MultiInstanceTask
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask as SubWorkflowTaskMixin
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.util.task import TaskState

from app.domain.errors import RouteStuck
from app.engine.expressions import instant_of
from app.engine.places import element_of, place_of
from app.engine.values import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from SpiffWorkflow.task import Task

    from app.engine.expressions import StepEngine


def engine_of(task: Task) -> StepEngine:
    """Return the engine of the step that a task runs in."""
    found: StepEngine = task.workflow.script_engine
    return found


class UserStep(UserTask):
    """A user task; `days` is the FEEL text of its working days, worked out once, when it opens."""

    days = ""

    def _on_ready_hook(self, my_task: Task) -> None:
        if self.days:
            my_task.internal_data["days"] = engine_of(my_task).number(self.days, my_task.data, self.name)
        super()._on_ready_hook(my_task)


class JobStep(BpmnSpecMixin):
    """A service task: it stays STARTED until a worker has done the job."""

    kind = ""
    params: Mapping[str, str]
    kept: frozenset[str] | None = None

    def _run_hook(self, my_task: Task) -> None:
        engine = engine_of(my_task)
        values = {name: engine.value(text, my_task.data, self.name) for name, text in self.params.items()}
        my_task.internal_data["params"] = {**plain(values, self.name), **_what_is_late(my_task)}


class DecisionStep(BpmnSpecMixin):
    """A business rule task: its answer becomes the value of its own id; the release keeps what it reads."""

    decision = ""
    kept: frozenset[str] | None = None

    def _run_hook(self, my_task: Task) -> bool:
        answer = engine_of(my_task).decide(self.decision, my_task.data, self.name)
        my_task.data[self.name] = only(answer, self.kept)
        engine_of(my_task).note("decided", my_task, {self.name: answer})
        return True


def only(answer: Any, kept: frozenset[str] | None) -> Any:
    """Return the fields of an answer that a release reads; all of it when it is no context."""
    if kept is None or not isinstance(answer, dict):
        return answer
    return {name: value for name, value in answer.items() if name in kept}


class FlowCondition:
    """When a flow is taken, asked at its gateway."""

    def __init__(self, text: str, gateway_id: str) -> None:
        self.text, self.gateway_id = text, gateway_id

    def _matches(self, my_task: Task) -> bool:
        return engine_of(my_task).truth(self.text, my_task.data, self.gateway_id)


class _AsksFeel(BpmnTaskSpec):
    """A gateway whose flows carry FEEL."""

    def connect_outgoing_if(self, condition: str | None, task_spec: Any) -> None:
        if condition is None:
            self.connect(task_spec)
        else:
            self.connect_if(FlowCondition(condition, self.name), task_spec)


class Choice(_AsksFeel, ExclusiveGateway):
    """An exclusive gateway: the first condition that holds, else the default; never a guess."""

    def _run_hook(self, my_task: Task) -> bool:
        chosen = self.default_task_spec
        for condition, name in self.cond_task_specs:
            if condition is not None and condition._matches(my_task):
                chosen = name
                break
        if chosen is None:
            raise RouteStuck("no_way", self.name)
        my_task._sync_children([self._wf_spec.task_specs[chosen]], TaskState.FUTURE)
        return True


class _WholeKeys(UnstructuredJoin):
    """A join that takes whole keys, and of each branch only what the branch has changed.

    The stock join merges all data of all branches into each other, lists by place: a branch that did not
    touch a key gives back its old value.
    """

    def _run_hook(self, my_task: Task) -> bool:
        arrived = arrivals(my_task)
        if arrived:
            base = _shared_ancestor(my_task, arrived)
            merged = dict(base.data)
            for one in (*arrived, my_task):
                before = one.parent.data
                merged.update({key: value for key, value in before.items() if _is_new(key, value, base.data)})
            my_task.data = merged
        return True


def _is_new(key: str, value: Any, before: Mapping[str, Any]) -> bool:
    return key not in before or before[key] != value


class Meeting(_WholeKeys, ParallelGateway):
    """A parallel gateway; with one way in it waits for nothing.

    The stock gateway waits until the step before it is completed; a timer that goes on waiting never is, and what it
    would start is lost without a word.
    """

    def _check_threshold_unstructured(self, my_task: Task) -> bool:
        return len(self.inputs) == 1 or bool(super()._check_threshold_unstructured(my_task))


class OpenChoice(_AsksFeel, _WholeKeys, InclusiveGateway):
    """An inclusive gateway: every condition that holds, else the default; its join waits for all that may come.

    The stock join reads predicted tasks, which the state does not keep; this one reads the diagram. BPMN's rule: it
    waits for a token that can still come to an empty way in, unless that can come to a way in that has its token too.
    """

    def _check_threshold_unstructured(self, my_task: Task) -> bool:
        held = {one.parent.task_spec for one in (my_task, *arrivals(my_task))}
        for task in my_task.workflow.tasks.values():
            if task.task_spec is not self and _may_still_move(task):
                coming = _ways_into(self, task.task_spec)
                if coming - held and not coming & held:
                    return False
        return True

    def _run_hook(self, my_task: Task) -> bool:
        _WholeKeys._run_hook(self, my_task)
        matches, defaults = self._get_matching_outputs(my_task)
        if not (matches or defaults):
            raise RouteStuck("no_way", self.name)
        my_task._sync_children(matches or defaults, TaskState.FUTURE)
        return True


def _may_still_move(task: Task) -> bool:
    """Say whether a token is at a task, or on the flow into it."""
    if task.state == TaskState.FUTURE:
        return task.parent is not None and task.parent.state == TaskState.COMPLETED
    return bool(task.state & (TaskState.READY | TaskState.WAITING | TaskState.STARTED))


def _ways_into(join: Any, spec: Any) -> set[Any]:
    """Return the specs before a join that a token at one spec can come to, not passing the join itself."""
    seen = {spec}
    waiting = [spec]
    while waiting:
        for output in waiting.pop().outputs:
            if output is not join and output not in seen:
                seen.add(output)
                waiting.append(output)
    return seen.intersection(join.inputs)


class LastJoin(_WholeKeys, _EndJoin):
    """Where all branches of a process end."""


class RouteSpec(BpmnProcessSpec):
    """A process or sub-process whose last join is ours."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name in (f"{self.name}.EndJoin", "End"):
            del self.task_specs[name]
        self.end: Any = LastJoin(self, f"{self.name}.EndJoin")
        self.end.connect(SimpleBpmnTask(self, "End"))


class RouteEnd(EndEvent):
    """An end event; noted where it may close the case: not in a unit's enquiry, not behind a reminder."""

    def _on_complete_hook(self, my_task: Task) -> None:
        if not place_of(my_task.workflow).item and reminder_above(my_task) is None:
            engine_of(my_task).note("ended", my_task)
        super()._on_complete_hook(my_task)


class Boundary(BoundaryEvent):
    """An event on the edge of a step."""

    def _on_complete_hook(self, my_task: Task) -> None:
        engine_of(my_task).note("fired", my_task)
        super()._on_complete_hook(my_task)


class Pause(IntermediateCatchEvent):
    """An event that the route waits for."""

    def _on_complete_hook(self, my_task: Task) -> None:
        engine_of(my_task).note("fired", my_task)
        super()._on_complete_hook(my_task)


def arrivals(join: Task) -> list[Task]:
    """Return the other branches that have come to a join in this round, in the order of their coming.

    Tasks of the same join that ran already, and what they took with them, belong to earlier rounds.
    """
    others = [
        task
        for task in join.workflow.tasks.values()
        if task.task_spec is join.task_spec and task is not join and task.state & TaskState.FINISHED_MASK
    ]
    ran = [task.last_state_change for task in others if task.state == TaskState.COMPLETED]
    since = max(ran, default=-1.0)
    waited = [task for task in others if task.state == TaskState.CANCELLED and task.last_state_change > since]
    return sorted(waited, key=lambda task: task.last_state_change)


def _shared_ancestor(task: Task, others: list[Task]) -> Task:
    """Return the nearest task above all of them: the fork, whose data the branches began with."""
    chains = [{one.id for one in ancestors(other)} for other in others]
    for candidate in ancestors(task):
        if all(candidate.id in chain for chain in chains):
            return candidate
    return task.workflow.task_tree


def ancestors(task: Task) -> Iterator[Task]:
    """Yield the tasks above one, nearest first, without the recursion that deep trees do not survive."""
    current = task.parent
    while current is not None:
        yield current
        current = current.parent


class _HandsOver(SubWorkflowTaskMixin):
    """A step with an inside. Values are replaced, never changed in place, so inside and outside may share them."""

    def copy_data(self, my_task: Task, subworkflow: Any) -> None:
        subworkflow.task_tree.data.update(my_task.data)

    def update_data(self, my_task: Task, subworkflow: Any) -> None:
        my_task.data = dict(subworkflow.last_task.data)


class Frame(_HandsOver, SubWorkflowTask):
    """A sub-process drawn open."""


class Call(_HandsOver, CallActivity):
    """A call of another process."""


class _ForEachUnit(MultiInstanceTask):
    """A repeated call: every unit gets its item, and gives back what its own steps have brought."""

    def init_data_output_with_input_data(self, my_task: Task, _input_data: Any) -> None:
        """Begin every round with no answers; those of the round before are in the record."""
        self.data_output.set(my_task, [])

    def gather(self, child: Task) -> None:
        """Add a finished unit's answer: the output item if it was set, else all values that are the unit's."""
        loop, name = child.parent, self.output_item.bpmn_id
        taken = {name, self.data_output.bpmn_id}
        own = {
            key: value
            for key, value in child.data.items()
            if key not in taken and _is_new(key, value, loop.data)
        }
        answers = self.data_output.get(loop)
        self.data_output.set(loop, [*answers, child.data.get(name, own)])

    def check_collection(self, my_task: Task) -> None:
        """Raise RouteStuck `collection_missing` unless there is a list to go through."""
        name = self.data_input.bpmn_id
        if not isinstance(my_task.data.get(name), list):
            raise RouteStuck("collection_missing", self.name, name=name)


class AllUnits(_ForEachUnit, ParallelMultiInstanceTask):
    """A call for all units at the same time."""

    def create_children(self, my_task: Task) -> None:
        self.check_collection(my_task)
        super().create_children(my_task)

    def merge_child(self, _workflow: Any, child: Task) -> None:
        self.gather(child)
        if self.children_complete(child.parent):
            child.parent._set_state(TaskState.READY)


class UnitAfterUnit(_ForEachUnit, SequentialMultiInstanceTask):
    """A call for one unit after the other."""

    def init_remaining_items(self, my_task: Task) -> Any:
        self.check_collection(my_task)
        return super().init_remaining_items(my_task)

    def merge_child(self, _workflow: Any, child: Task) -> None:
        self.gather(child)
        if self.children_complete(child.parent):
            child.parent._set_state(TaskState.READY)
        else:
            self.add_next_child(child.parent)


class DueTimes(TimerEventDefinition):
    """A timer: a FEEL text that gives one instant or several, compared with the step's `now`.

    On a boundary that does not interrupt it fires at each instant; instants that went by together count
    once, and what it starts lives no longer than the step it watches. Elsewhere the first instant ends the wait.
    """

    def has_fired(self, my_task: Task) -> bool:
        due = my_task.internal_data.get("due")
        if due is None:
            spec = my_task.task_spec
            due = engine_of(my_task).instants(self.expression, my_task.data, spec.name)
            my_task.internal_data["due"] = due
        return not _reminds(my_task) and self.is_due(my_task)

    def is_due(self, my_task: Task) -> bool:
        """Say whether an instant has come."""
        due = my_task.internal_data.get("due") or []
        return bool(due) and instant_of(due[0]) <= engine_of(my_task).now

    def update_task(self, my_task: Task) -> None:
        if not (_reminds(my_task) and self.is_due(my_task)):
            return
        now = engine_of(my_task).now
        due = my_task.internal_data["due"]
        gone = [one for one in due if instant_of(one) <= now]
        my_task.internal_data["due"] = due[len(gone) :]
        my_task.internal_data["past"] = my_task.internal_data.get("past", 0) + len(gone)
        my_task.internal_data["last"] = gone[-1]
        engine_of(my_task).note("fired", my_task)
        for output in my_task.task_spec.outputs:
            if not isinstance(output, BoundaryEventJoin):
                _start_branch(my_task, output)

    def details(self, my_task: Task) -> Any:
        return my_task.internal_data.get("due")


def _start_branch(event: Task, output: Any) -> None:
    """Let a token leave a timer that goes on waiting."""
    child = event._add_child(output, TaskState.FUTURE)
    child.triggered = True
    child.task_spec._update(child)


def _reminds(task: Task) -> bool:
    spec = task.task_spec
    return isinstance(spec, BoundaryEvent) and not spec.cancel_activity


def is_reminder(task: Task) -> bool:
    """Say whether a task is a timer that watches a step without interrupting it."""
    return _reminds(task) and isinstance(task.task_spec.event_definition, DueTimes)


def reminder_above(task: Task) -> Task | None:
    """Return the timer in whose branch a task lies."""
    return next((one for one in ancestors(task) if is_reminder(one)), None)


def _what_is_late(job: Task) -> dict[str, Any]:
    """Say, for a job behind a timer, which step it is about and how many of its instants are past."""
    timer = reminder_above(job)
    if timer is None:
        return {}
    watched = next(one for one in timer.parent.children if not isinstance(one.task_spec, BoundaryEvent))
    return {
        "late_element": element_of(watched),
        "late_task": str(watched.id) if isinstance(watched.task_spec, UserStep) else "",
        "past": timer.internal_data["past"],
        "due_at": instant_of(timer.internal_data["last"]).isoformat(),
    }
