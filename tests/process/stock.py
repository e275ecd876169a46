"""The engine as it comes, without our adapter: what it does with a diagram when nobody checks first.

Expressions of the corpus are written so that FEEL and Python read them alike, for the stock engine
evaluates Python. Answers are put under the task's id, as our adapter does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.spiff.specs.defaults import UserTask
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

#: Far above any honest diagram of the corpus, far below the engine's own depth of 1,000.
STEPS = 300
KNOWN_SERVICES = {"issue_report", "remind"}


class Row(dict[str, Any]):
    """A value with fields that Python reads as FEEL does: `visit.resident`."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class TooManySteps(Exception):
    """The engine does not come to rest."""


class Counter:
    """Counts what the engine completes, and stops it where no honest diagram of the corpus goes."""

    def __init__(self) -> None:
        self.steps = 0

    def __call__(self, _task: Any) -> None:
        self.steps += 1
        if self.steps > STEPS:
            raise TooManySteps


class Surroundings(TaskDataEnvironment):
    """The least that an application must add to the stock engine: its services.

    The stock engine pours the answer of a decision over all other data; the corpus reads it, as our
    adapter keeps it, under the decision's id.
    """

    def __init__(self, decisions: Collection[str]) -> None:
        super().__init__()
        self.decisions = decisions

    def evaluate(self, expression: str, context: Any, external_context: Any = None) -> Any:
        around = {**dict.fromkeys(self.decisions, Row(context)), **context}
        return super().evaluate(expression, around, external_context)

    def call_service(self, _context: Any, **call: Any) -> str:
        if call["operation_name"] not in KNOWN_SERVICES:
            raise LookupError(call["operation_name"])
        return "{}"


class Engine(PythonScriptEngine):
    """The stock script engine; `call_service` only repairs the name that its own error path forgets."""

    def call_service(self, task: Any, **call: Any) -> Any:
        return self.environment.call_service(task.data, **call)


@dataclass(frozen=True)
class Given:
    """What a run gets: process, first data, answers by task, a message sent after the first answer.

    Several answers are given one after the other, the last of them as often as the task comes again.
    """

    process: str
    data: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    message: str = ""
    saved: bool = False


@dataclass
class Ran:
    """What became of one run: `verdict` is refuses, dies, hangs or ends."""

    verdict: str = ""
    why: str = ""
    done: list[str] = field(default_factory=list)
    lanes: dict[str, str | None] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)


def run(files: Mapping[str, bytes], given: Given) -> Ran:
    """Parse and run on the stock engine, answering every user task, until it ends, hangs or dies."""
    ran = Ran()
    try:
        workflow = _started(files, given)
    except ValidationException as error:
        ran.verdict, ran.why = "refuses", str(error)
        return ran
    try:
        ran.verdict = _walk(workflow, given, ran)
        if given.saved:
            serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(SPIFF_CONFIG))
            serializer.deserialize_json(serializer.serialize_json(workflow))
    except TooManySteps:
        ran.verdict, ran.why = "hangs", "it never comes to rest"
    except Exception as error:  # noqa: BLE001  # whatever the engine dies of is the finding
        ran.verdict, ran.why = "dies", f"{type(error).__name__}: {error}"
    ran.data = dict(workflow.last_task.data if workflow.last_task else {})
    return ran


def _started(files: Mapping[str, bytes], given: Given) -> BpmnWorkflow:
    parser = SpiffBpmnParser()
    for name, data in files.items():
        if name.endswith(".bpmn"):
            parser.add_bpmn_xml(etree.ElementTree(etree.fromstring(data)), name)
        elif name.endswith(".dmn"):
            parser.add_dmn_xml(etree.fromstring(data), name)
    spec = parser.get_spec(given.process)
    parts = parser.get_subprocess_specs(given.process)
    workflow = BpmnWorkflow(spec, parts, script_engine=Engine(Surroundings(set(parser.dmn_parsers))))
    workflow.task_tree.data.update(boxed(given.data))
    return workflow


def _walk(workflow: BpmnWorkflow, given: Given, ran: Ran) -> str:
    """Let the engine go as far as it can, then answer one task; say how it came to rest."""
    counted = Counter()
    while True:
        workflow.do_engine_steps(did_complete_task=counted)
        if workflow.is_completed():
            return "ends"
        ready = workflow.get_next_task(state=TaskState.READY, manual=True)
        if ready is None or not isinstance(ready.task_spec, UserTask):
            return "hangs"
        name = ready.task_spec.bpmn_id
        answer = given.answers.get(name, {})
        if isinstance(answer, list):
            answer = answer[min(ran.done.count(name), len(answer) - 1)]
        ready.data[name] = boxed(answer)
        ready.run()
        ran.done.append(name)
        ran.lanes[name] = ready.task_spec.lane
        counted(ready)
        if given.message and len(ran.done) == 1:
            workflow.send_event(BpmnEvent(MessageEventDefinition(given.message)))


def boxed(value: Any) -> Any:
    """Make every mapping readable by dots."""
    if isinstance(value, dict):
        return Row({key: boxed(one) for key, one in value.items()})
    if isinstance(value, list):
        return [boxed(one) for one in value]
    return value
