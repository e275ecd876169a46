"""A DMN file ready to be asked: decisions with what they require, knowledge models and decision services."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from app.engine.decisions.boxed import Boxes, Expression
from app.engine.decisions.document import Document, identity, type_ref
from app.engine.decisions.errors import DecisionFailed, DecisionRefused
from app.engine.decisions.itemtypes import ItemTypes
from app.engine.decisions.tables import DecisionTable, Output
from app.engine.xml import local_name
from app.feel import Evaluation, Function, names_read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Path = tuple[str, ...]
_INVOCABLES = ("businessKnowledgeModel", "decisionService")


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate and the modeler may know of one decision.

    `name` is the Hindi name, `label_en` the English one (DMN's own attribute `label`). `reads` are the paths it reads
    from its context, those of required decisions included. `outputs` are the columns of its table, or one unnamed
    output for any other logic. `table` is the decision table, None for other logic.
    """

    id: str
    name: str
    label_en: str
    reads: frozenset[Path]
    outputs: tuple[Output, ...]
    table: DecisionTable | None


@dataclass(frozen=True, slots=True)
class _Node:
    """An element of the requirements graph."""

    id: str
    name: str  # by which expressions know its value
    type: str
    decisions: tuple[str, ...]
    inputs: tuple[str, ...]
    knowledge: tuple[str, ...]
    logic: Expression | None


@dataclass(frozen=True, slots=True)
class _Service:
    """A decision service: which decisions it answers, and what it takes: data, and answers of decisions."""

    outputs: tuple[str, ...]
    data: tuple[str, ...]
    decisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Graph:
    """Everything of a file by id."""

    types: ItemTypes
    shapes: ItemTypes
    nodes: dict[str, _Node] = field(default_factory=dict)
    services: dict[str, _Service] = field(default_factory=dict)
    functions: dict[str, Callable[[Evaluation, Any], Function]] = field(default_factory=dict)


class DecisionModel:
    """The decisions of one file. Immutable; may be shared between threads."""

    def __init__(self, document: Document) -> None:
        self._graph = _Graph(ItemTypes(document), ItemTypes(document, constrained=False))
        self._own: dict[str, tuple[frozenset[Path], tuple[DecisionTable, ...]]] = {}
        labels: dict[str, str] = {}
        for element in document.children(document.root, "decision", "inputData", *_INVOCABLES):
            self._read(document, element)
            labels[identity(element)] = element.get("label") or ""
        self._ids = self._by_name(document)
        self._check_graph(document)
        self.problems = tuple(document.problems)
        self.decisions = tuple(
            self._describe(identity(element), labels)
            for element in document.children(document.root, "decision")
        )

    def decision(self, id_or_name: str) -> Decision:
        """One decision by id, or by name. Raises DecisionFailed `unknown_decision`."""
        for found in self.decisions:
            if id_or_name in (found.id, found.name):
                return found
        raise DecisionFailed("unknown_decision", id_or_name)

    def inputs(self, decision: str) -> frozenset[Path]:
        """The paths that a decision (by id or name) reads from the context."""
        return self.decision(decision).reads

    def outputs(self, decision: str) -> tuple[Output, ...]:
        """The outputs of a decision (by id or name) with type and allowed values."""
        return self.decision(decision).outputs

    def decide(
        self,
        decision: str,
        context: Mapping[str, Any],
        functions: Mapping[str, Callable[..., Any]] | None = None,
    ) -> Any:
        """The answer of a decision, by id or name; null when its table has no rule for this.

        A table of several outputs gives a dict by output name. Raises DecisionFailed (`unknown_decision`,
        `several_rules`, `different_outputs`, `exhausted`); what a function of the host raises is passed on.
        """
        wanted = self.decision(decision).id
        return self._ask(functions, lambda session: session.decision(wanted), wanted, context)

    def call(
        self,
        service: str,
        context: Mapping[str, Any],
        functions: Mapping[str, Callable[..., Any]] | None = None,
    ) -> Any:
        """The answer of a decision service or knowledge model, its inputs taken from the context by name."""
        wanted = self._ids.get(service, service)
        if wanted not in self._graph.services and wanted not in self._graph.functions:
            raise DecisionFailed("unknown_decision", service)
        return self._ask(functions, lambda session: session.invoke(wanted), wanted, context)

    def _ask(
        self,
        functions: Mapping[str, Callable[..., Any]] | None,
        question: Callable[[_Session], Any],
        element_id: str,
        context: Mapping[str, Any],
    ) -> Any:
        run = Evaluation(functions, self._graph.shapes)
        answer = run.guard(lambda: question(_Session(self._graph, run, context)))
        if run.exhausted:
            raise DecisionFailed("exhausted", element_id)
        return answer

    def _read(self, document: Document, element: Any) -> None:
        boxes = Boxes(document, self._graph.types)
        variable = document.child(element, "variable")
        identifier, name = identity(element), element.get("name") or ""
        known = name if variable is None else variable.get("name") or name
        self._graph.nodes[identifier] = _Node(
            identifier,
            known,
            type_ref(variable),
            tuple(document.references(element, "informationRequirement", "requiredDecision")),
            tuple(document.references(element, "informationRequirement", "requiredInput")),
            tuple(document.references(element, "knowledgeRequirement", "requiredKnowledge")),
            boxes.expression_of(element) if local_name(element) == "decision" else None,
        )
        if local_name(element) == "businessKnowledgeModel":
            logic = document.child(element, "encapsulatedLogic")
            if logic is not None:
                self._graph.functions[identifier] = boxes.function(logic)
        elif local_name(element) == "decisionService":
            self._graph.services[identifier] = _service(document, element)
        reads = frozenset(path for tree, bound in boxes.trees for path in names_read(tree, bound))
        self._own[identifier] = (reads, tuple(boxes.tables))

    def _by_name(self, document: Document) -> dict[str, str]:
        elements = document.children(document.root, "decision", *_INVOCABLES)
        return {element.get("name") or "": identity(element) for element in elements}

    def _check_graph(self, document: Document) -> None:
        nodes = self._graph.nodes
        for element in document.children(document.root, "decision", *_INVOCABLES):
            node = nodes[identity(element)]
            for reference in self._required(node.id):
                if reference not in nodes:
                    document.report(element, "dmn.reference", reference=reference)
            if self._reaches(node.id, node.id):
                document.report(element, "dmn.cycle")
                node = replace(node, decisions=())
            nodes[node.id] = replace(
                node,
                decisions=tuple(key for key in node.decisions if key in nodes),
                inputs=tuple(key for key in node.inputs if key in nodes),
                knowledge=tuple(key for key in node.knowledge if key in nodes),
            )

    def _required(self, identifier: str) -> tuple[str, ...]:
        node = self._graph.nodes[identifier]
        return (*node.decisions, *node.inputs, *node.knowledge)

    def _reaches(self, start: str, goal: str) -> bool:
        """Whether decisions require each other in a ring; a knowledge model may well call itself."""
        seen: set[str] = set()
        waiting = list(self._graph.nodes[start].decisions)
        while waiting:
            current = waiting.pop()
            if current == goal:
                return True
            if current not in seen and current in self._graph.nodes:
                seen.add(current)
                waiting.extend(self._graph.nodes[current].decisions)
        return False

    def _describe(self, identifier: str, labels: Mapping[str, str]) -> Decision:
        node = self._graph.nodes[identifier]
        tables = self._own[identifier][1]
        table = node.logic if isinstance(node.logic, DecisionTable) else None
        outputs = table.outputs if table else (Output("", node.type, None),)
        name = next((name for name, known in self._ids.items() if known == identifier), node.name)
        found = table or (tables[0] if len(tables) == 1 else None)
        return Decision(identifier, name, labels[identifier], self._reads(identifier), outputs, found)

    def _reads(self, identifier: str) -> frozenset[Path]:
        """All paths read by a decision and what it requires, less the names that the model itself provides."""
        provided = {
            node.name for key, node in self._graph.nodes.items() if node.logic or key in self._graph.functions
        }
        provided |= {self._graph.nodes[key].name for key in self._graph.services}
        waiting, seen, paths = [identifier], set[str](), set[Path]()
        while waiting:
            current = waiting.pop()
            if current not in seen and current in self._graph.nodes:
                seen.add(current)
                waiting.extend(self._required(current))
                waiting.extend(
                    self._graph.services[current].outputs if current in self._graph.services else ()
                )
                paths |= self._own[current][0]
        return frozenset(path for path in paths if path[0] not in provided)


class _Session:
    """One question: each decision is worked out once."""

    def __init__(self, graph: _Graph, run: Evaluation, context: Mapping[str, Any]) -> None:
        self._graph, self._run, self._context = graph, run, context
        self._answers: dict[str, Any] = {}
        self._functions: dict[str, Function] = {}

    def decision(self, identifier: str) -> Any:
        """The answer of a decision by id."""
        if identifier not in self._answers:
            node = self._graph.nodes[identifier]
            value = (
                None
                if node.logic is None
                else node.logic(self._run, (self._scope(node), (self._context, None)))
            )
            self._answers[identifier] = self._graph.types.accept(value, node.type)
        return self._answers[identifier]

    def invoke(self, identifier: str) -> Any:
        """A service or knowledge model with its parameters taken from the context."""
        function = self.function(identifier)
        arguments = {name: self._context.get(name) for name in function.parameters or ()}
        return self._run.call_named(function, arguments)

    def function(self, identifier: str) -> Function:
        """A knowledge model or decision service as something to call; a model may call itself."""
        if identifier not in self._functions:
            node, scope = self._graph.nodes[identifier], dict[str, Any]()
            make = self._graph.functions.get(identifier)
            if identifier in self._graph.services:
                self._functions[identifier] = self._service(identifier)
            else:
                self._functions[identifier] = (
                    Function((), _nothing) if make is None else make(self._run, (scope, None))
                )
            scope[node.name] = self._functions[identifier]
            scope.update(self._knowledge(node))
        return self._functions[identifier]

    def _scope(self, node: _Node) -> dict[str, Any]:
        names = self._knowledge(node)
        for identifier in node.inputs:
            wanted = self._graph.nodes[identifier]
            names[wanted.name] = self._graph.types.accept(self._context.get(wanted.name), wanted.type)
        for identifier in node.decisions:
            names[self._graph.nodes[identifier].name] = self.decision(identifier)
        return names

    def _knowledge(self, node: _Node) -> dict[str, Any]:
        return {
            self._graph.nodes[identifier].name: self.function(identifier) for identifier in node.knowledge
        }

    def _service(self, identifier: str) -> Function:
        graph = self._graph
        service = graph.services[identifier]
        parameters = [graph.nodes[key] for key in (*service.data, *service.decisions)]
        wanted = [(parameter.name, parameter.type) for parameter in parameters]

        def call(*arguments: Any) -> Any:
            given = graph.types.bind(wanted, arguments)
            if given is None:
                return None
            inner = _Session(graph, self._run, given)
            inner._answers.update({key: given[graph.nodes[key].name] for key in service.decisions})
            answers = {graph.nodes[key].name: inner.decision(key) for key in service.outputs}
            single = next(iter(answers.values())) if len(answers) == 1 else answers
            return graph.types.accept(single, graph.nodes[identifier].type)

        return Function([parameter.name for parameter in parameters], call)


def _nothing() -> None:
    return None


def _service(document: Document, element: Any) -> _Service:
    def targets(name: str) -> tuple[str, ...]:
        return tuple(document.target(part) for part in document.children(element, name))

    return _Service(targets("outputDecision"), targets("inputData"), targets("inputDecision"))


def load(data: bytes, *, lenient: bool = False) -> DecisionModel:
    """The decisions of a DMN file (1.1 to 1.5).

    Raises XmlRefused for XML that is not read at all, DecisionRefused with every fault of the file; `lenient` keeps
    the model instead, its `problems` filled and its broken expressions null (the conformance suite needs that).
    """
    document = Document(data)
    model = DecisionModel(document)
    if document.problems and not lenient:
        raise DecisionRefused(document.problems)
    return model
