"""Diagrams to specs: SpiffWorkflow's parser, fed with checked trees, making our task specs and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.event_parsers import (
    BoundaryEventParser,
    EndEventParser,
    EventDefinitionParser,
    IntermediateCatchEventParser,
    IntermediateThrowEventParser,
    StartEventParser,
)
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.task_parsers import (
    CallActivityParser,
    ConditionalGatewayParser,
    GatewayParser,
    SubWorkflowParser,
)
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.defaults import (
    IntermediateThrowEvent,
    StartEvent,
)
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.spiff.parser.process import VALIDATOR, SpiffBpmnParser

from app.engine.specs import (
    AllUnits,
    Boundary,
    Call,
    Choice,
    DecisionStep,
    DueTimes,
    Frame,
    JobStep,
    Meeting,
    OpenChoice,
    Pause,
    RouteEnd,
    RouteSpec,
    UnitAfterUnit,
    UserStep,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lxml.etree import _Element

SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
_BPMN = full_tag("")


class DiagramRefused(ValueError):
    """A diagram that cannot be run; the gate says why in the words of the office, long before."""

    def __init__(self, file: str, element_id: str, reason: str) -> None:
        super().__init__(f"{file} {element_id}: {reason}")
        self.file, self.element_id, self.reason = file, element_id, reason


def parse(roots: Mapping[str, _Element]) -> dict[str, Any]:
    """Return the wired specs of all processes and sub-processes by id, from hardened trees by file name.

    Raises DiagramRefused.
    """
    parser = RouteParser(validator=VALIDATOR)
    for file, root in roots.items():
        _adding(parser, file, root)
    specs: dict[str, Any] = {}
    for process_id in parser.get_process_ids():
        try:
            specs[process_id] = parser.get_spec(process_id)
            parser.get_subprocess_specs(process_id, specs)
        except (ValidationException, RecursionError, AttributeError) as error:
            raise _refused(error, "") from error
    wire(specs.values())
    return specs


def wire(specs: Iterable[Any]) -> None:
    """Connect every repeated call with its instances.

    Only the library's spec converter does so; without it a case that was stored before its first unit came
    back never completes the call.
    """
    for spec in specs:
        for loop in spec.task_specs.values():
            if isinstance(loop, LoopTask):
                finished = spec.task_specs[loop.task_spec].completed_event
                if not finished.is_connected(loop.merge_child):
                    finished.connect(loop.merge_child)


def _adding(parser: RouteParser, file: str, root: _Element) -> None:
    try:
        parser.add_bpmn_xml(etree.ElementTree(root), file)
    except (ValidationException, RecursionError) as error:
        raise _refused(error, file) from error


def _refused(error: Exception, file: str) -> DiagramRefused:
    where = getattr(error, "file_name", "") or file
    return DiagramRefused(where, getattr(error, "id", ""), str(error)[:300])


class _UserParser(TaskParser):
    def create_task(self) -> Any:
        task = super().create_task()
        task.days = _properties(self.node).get("days", "")
        return task


class _JobParser(TaskParser):
    def create_task(self) -> Any:
        operator = self.node.find(f"{_BPMN}extensionElements/{SPIFF}serviceTaskOperator")
        if operator is None:
            self.raise_validation_exception("A service task needs an operation")
        task = super().create_task()
        task.kind = operator.get("id")
        task.params = {
            one.get("id"): one.get("value") or "null" for one in operator.iter(f"{SPIFF}parameter")
        }
        return task


class _DecisionParser(TaskParser):
    def create_task(self) -> Any:
        task = super().create_task()
        task.decision = (
            self.node.findtext(f"{_BPMN}extensionElements/{SPIFF}calledDecisionId") or ""
        ).strip()
        return task

    @staticmethod
    def get_decision_ref(_node: Any) -> None:
        """Name no decision to the library: its own tables, which run Python, are not asked."""


class _CallParser(CallActivityParser):
    PARALLEL_MI_CLASS = AllUnits
    SEQUENTIAL_MI_CLASS = UnitAfterUnit


class _Timers(EventDefinitionParser):
    """Event parsers whose timers are ours."""

    def parse_timer_event(self, event: _Element) -> DueTimes:
        for kind in ("timeDate", "timeDuration"):
            text = event.findtext(f"{_BPMN}{kind}")
            if text and text.strip():
                return DueTimes(self.node.get("id"), text.strip())
        raise ValidationException("A timer needs a time", node=self.node)


class _BoundaryParser(_Timers, BoundaryEventParser):
    pass


class _CatchParser(_Timers, IntermediateCatchEventParser):
    pass


class _RouteProcessParser(ProcessParser):
    def create_spec(self) -> RouteSpec:
        return RouteSpec(name=self.bpmn_id, description=self.get_name(), filename=self.filename)

    def _index_process_nodes(self) -> None:
        """Index BPMN's own elements only: the id of a service operation is no place in the diagram."""
        super()._index_process_nodes()
        self.nodes_by_id = {
            node.get("id"): node for node in self.node.iter(f"{_BPMN}*") if node.get("id") is not None
        }


class RouteParser(SpiffBpmnParser):
    """Knows the elements of our palette; anything else is refused."""

    PROCESS_PARSER_CLASS = _RouteProcessParser
    PARSER_CLASSES: Mapping[str, Any] = {
        full_tag("startEvent"): (StartEventParser, StartEvent),
        full_tag("endEvent"): (EndEventParser, RouteEnd),
        full_tag("boundaryEvent"): (_BoundaryParser, Boundary),
        full_tag("intermediateCatchEvent"): (_CatchParser, Pause),
        full_tag("intermediateThrowEvent"): (IntermediateThrowEventParser, IntermediateThrowEvent),
        full_tag("userTask"): (_UserParser, UserStep),
        full_tag("serviceTask"): (_JobParser, JobStep),
        full_tag("businessRuleTask"): (_DecisionParser, DecisionStep),
        full_tag("callActivity"): (_CallParser, Call),
        full_tag("subProcess"): (SubWorkflowParser, Frame),
        full_tag("exclusiveGateway"): (ConditionalGatewayParser, Choice),
        full_tag("inclusiveGateway"): (ConditionalGatewayParser, OpenChoice),
        full_tag("parallelGateway"): (GatewayParser, Meeting),
    }
    OVERRIDE_PARSER_CLASSES: Mapping[str, Any] = {}


def _properties(node: _Element) -> dict[str, str]:
    found = node.iterfind(f"{_BPMN}extensionElements/{SPIFF}properties/{SPIFF}property")
    return {one.get("name", ""): one.get("value", "") for one in found}
