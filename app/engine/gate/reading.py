"""A diagram as the rules read it: scopes, nodes and flows. Reads, never judges."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from app.engine.xml import local_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lxml.etree import _Element

Language = Literal["hi", "en"]
LANGUAGES: tuple[Language, ...] = ("hi", "en")

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"

ACTIVITIES = frozenset({"userTask", "serviceTask", "businessRuleTask", "callActivity", "subProcess"})
GATEWAYS = frozenset({"exclusiveGateway", "inclusiveGateway", "parallelGateway"})
CHOICES = frozenset({"exclusiveGateway", "inclusiveGateway"})
EVENTS = frozenset(
    {"startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"}
)
FLOW_NODES = ACTIVITIES | GATEWAYS | EVENTS
#: Where a token rests until a person or the clock acts.
RESTING = frozenset({"userTask", "intermediateCatchEvent"})
#: Elements whose answer becomes a top-level key of the routing values, named by the element's id.
PRODUCERS = frozenset({"userTask", "serviceTask", "businessRuleTask"})

_DRAWN = FLOW_NODES | {
    *("process", "participant", "lane", "sequenceFlow", "textAnnotation", "association", "group"),
    *("scriptTask", "task", "manualTask", "sendTask", "receiveTask", "complexGateway", "eventBasedGateway"),
    *("adHocSubProcess", "transaction", "dataStoreReference", "dataObjectReference"),
    *("decision", "rule", "input", "output", "inputData", "businessKnowledgeModel"),
}


def text_of(element: _Element | None) -> str:
    """Return the stripped text, empty when there is no element."""
    return "" if element is None else (element.text or "").strip()


def shape_id(element: _Element) -> str:
    """Return the id of the nearest drawn element: itself, or the node, flow, lane or process around it."""
    for candidate in (element, *element.iterancestors()):
        if local_name(candidate) in _DRAWN and candidate.get("id"):
            return str(candidate.get("id"))
    return ""


@dataclass(frozen=True, eq=False)
class Node:
    """One flow node: a task, a gateway or an event."""

    file: str
    id: str
    kind: str
    element: _Element

    @cached_property
    def properties(self) -> dict[str, str]:
        """The extension properties by name."""
        return properties_of(self.element)

    @cached_property
    def loop(self) -> _Element | None:
        """The multi-instance marker, if there is one."""
        return self.element.find(f"{BPMN}multiInstanceLoopCharacteristics")

    @property
    def attached_to(self) -> str:
        return str(self.element.get("attachedToRef") or "")

    @property
    def is_interrupting(self) -> bool:
        return self.element.get("cancelActivity", "true") != "false"

    def has_definition(self, name: str) -> bool:
        """Say whether this is an event of a kind (`timerEventDefinition`)."""
        return self.element.find(BPMN + name) is not None

    def extension(self, name: str) -> _Element | None:
        """Return the first extension element of this name."""
        return self.element.find(f"{BPMN}extensionElements/{SPIFF}{name}")


@dataclass(frozen=True, eq=False)
class Flow:
    """One sequence flow."""

    id: str
    source: str
    target: str
    element: _Element

    @property
    def condition(self) -> _Element | None:
        return self.element.find(f"{BPMN}conditionExpression")


@dataclass(eq=False)
class Scope:
    """A process or a sub-process: the nodes and flows that lie directly in it."""

    file: str
    element: _Element
    parent: Scope | None
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)

    @property
    def id(self) -> str:
        return str(self.element.get("id") or "")

    @property
    def process(self) -> Scope:
        """The process that this scope lies in."""
        return self if self.parent is None else self.parent.process

    @cached_property
    def outgoing(self) -> dict[str, list[Flow]]:
        """Attached flows by the node they leave."""
        return self._by(lambda flow: flow.source)

    @cached_property
    def incoming(self) -> dict[str, list[Flow]]:
        """Attached flows by the node they enter."""
        return self._by(lambda flow: flow.target)

    def _by(self, end: Callable[[Flow], str]) -> dict[str, list[Flow]]:
        found: dict[str, list[Flow]] = {}
        for flow in self.flows:
            if flow.source in self.nodes and flow.target in self.nodes:
                found.setdefault(end(flow), []).append(flow)
        return found

    @cached_property
    def boundaries(self) -> dict[str, list[Node]]:
        """Boundary events by the activity they are attached to."""
        found: dict[str, list[Node]] = {}
        for node in self.of_kind("boundaryEvent"):
            found.setdefault(node.attached_to, []).append(node)
        return found

    def of_kind(self, *kinds: str) -> list[Node]:
        """Return the scope's nodes of these kinds, in document order."""
        return [node for node in self.nodes.values() if node.kind in kinds]

    def next_nodes(self, node_id: str, *, aside: bool = True) -> Iterator[str]:
        """Yield where a token may go from a node: along its flows, or out by its boundary events.

        Without `aside`, events that do not interrupt are left out: their token is another one.
        """
        for flow in self.outgoing.get(node_id, ()):
            yield flow.target
        for event in self.boundaries.get(node_id, ()):
            if aside or event.is_interrupting:
                yield event.id

    def reached_from(
        self, starts: Iterable[str], without: Iterable[str] = (), *, aside: bool = True
    ) -> set[str]:
        """Return every node that a token from `starts` can come to, not passing through `without`."""
        closed = set(without)
        seen: set[str] = set()
        todo = [start for start in starts if start not in closed]
        while todo:
            node_id = todo.pop()
            if node_id not in seen:
                seen.add(node_id)
                todo += [
                    following
                    for following in self.next_nodes(node_id, aside=aside)
                    if following not in closed
                ]
        return seen


@dataclass(eq=False)
class Diagram:
    """One .bpmn file that could be read."""

    file: str
    root: _Element

    @cached_property
    def processes(self) -> list[_Element]:
        return self.root.findall(f"{BPMN}process")

    @cached_property
    def scopes(self) -> list[Scope]:
        """All scopes, outer before inner."""
        found: list[Scope] = []
        todo = [Scope(self.file, process, None) for process in self.processes]
        while todo:
            scope = todo.pop(0)
            found.append(scope)
            _fill(scope)
            todo.extend(Scope(self.file, node.element, scope) for node in scope.of_kind("subProcess"))
        return found

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """All flow nodes of all scopes."""
        return {node.id: node for scope in self.scopes for node in scope.nodes.values()}

    @cached_property
    def lanes_of(self) -> dict[str, list[str]]:
        """Node id -> the names of the lanes that list it."""
        found: dict[str, list[str]] = {}
        for lane in self.root.iter(f"{BPMN}lane"):
            for reference in lane.findall(f"{BPMN}flowNodeRef"):
                found.setdefault(text_of(reference), []).append(str(lane.get("name") or ""))
        return found

    def lanes(self, scope: Scope, node_id: str) -> list[str]:
        """Return the lanes of a node: its own, or those of the nearest sub-process around it."""
        own = self.lanes_of.get(node_id)
        if own or scope.parent is None:
            return own or []
        return self.lanes(scope.parent, scope.id)


def _fill(scope: Scope) -> None:
    for child in scope.element:
        kind = local_name(child)
        if kind in FLOW_NODES:
            node = Node(scope.file, str(child.get("id") or ""), kind, child)
            scope.nodes[node.id] = node
        elif kind == "sequenceFlow":
            ends = str(child.get("sourceRef") or ""), str(child.get("targetRef") or "")
            scope.flows.append(Flow(str(child.get("id") or ""), *ends, child))


def properties_of(element: _Element) -> dict[str, str]:
    """Return the extension properties of an element by name."""
    path = f"{BPMN}extensionElements/{SPIFF}properties/{SPIFF}property"
    return {str(found.get("name") or ""): str(found.get("value") or "") for found in element.iterfind(path)}


def label_of(element: _Element, language: Language) -> str:
    """Return what an element is called: by its name in Hindi; by a property of our own in English.

    A decision has no such property; it bears its English label as DMN's attribute `label`.
    """
    if language == "hi":
        return str(element.get("name") or "")
    return properties_of(element).get("label_en") or str(element.get("label") or "")


def error_code(event: Node) -> str | None:
    """Return the code of the error that an event throws or catches; None when it names none."""
    definition = event.element.find(f"{BPMN}errorEventDefinition")
    reference = None if definition is None else definition.get("errorRef")
    for error in event.element.getroottree().getroot().findall(f"{BPMN}error"):
        if error.get("id") == reference and error.get("errorCode"):
            return str(error.get("errorCode"))
    return None
