"""Decision tables: which rules match, and what each hit policy makes of them (DMN 8.2.10)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from app.engine.decisions.document import Document, type_ref
from app.engine.decisions.errors import DecisionFailed
from app.feel import Evaluation, Tree
from app.feel.compare import equal
from app.feel.functions import BUILTINS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from app.engine.decisions.itemtypes import ItemTypes
    from app.feel.items import Scope

_POLICIES = {
    "UNIQUE": "_unique",
    "ANY": "_any",
    "PRIORITY": "_priority",
    "FIRST": "_first",
    "RULE ORDER": "_rule_order",
    "OUTPUT ORDER": "_output_order",
    "COLLECT": "_collect",
}
_AGGREGATIONS = {"SUM": "sum", "MIN": "min", "MAX": "max", "COUNT": "count"}


@dataclass(frozen=True, slots=True)
class Output:
    """One output column. `allowed` are the values it can take, None when they are not a closed list of literals.

    `label` is what readers see above it, in Hindi.
    """

    name: str
    type: str
    allowed: tuple[Any, ...] | None
    label: str = ""


@dataclass(frozen=True, slots=True)
class _Input:
    expression: Tree
    type: str


@dataclass(frozen=True, slots=True)
class _Column:
    output: Output
    priorities: tuple[Tree, ...]
    default: Tree | None


@dataclass(frozen=True, slots=True)
class _Rule:
    tests: tuple[Tree, ...]
    entries: tuple[Tree, ...]


class DecisionTable:
    """One table, ready to be asked."""

    def __init__(self, document: Document, element: Any, types: ItemTypes) -> None:
        self._id = element.get("id") or ""
        self._types = types
        self._inputs = tuple(_input(document, part) for part in document.children(element, "input"))
        rules = list(document.children(element, "rule"))
        self._rules = tuple(self._rule(document, rule) for rule in rules)
        self._columns = tuple(
            self._column(document, part, place)
            for place, part in enumerate(document.children(element, "output"))
        )
        self._check_shape(document, element, rules)
        self._policy = element.get("hitPolicy") or "UNIQUE"
        self._aggregation = element.get("aggregation") or ""
        self._check_policy(document, element)

    @property
    def outputs(self) -> tuple[Output, ...]:
        """The output columns in order."""
        return tuple(column.output for column in self._columns)

    def trees(self) -> list[Tree]:
        """Every expression of the table, for whoever wants to know what it reads."""
        rules = [tree for rule in self._rules for tree in (*rule.tests, *rule.entries)]
        defaults = [column.default for column in self._columns if column.default is not None]
        return [*(part.expression for part in self._inputs), *rules, *defaults]

    def inputs(self) -> tuple[Tree, ...]:
        """The input expressions in order."""
        return tuple(part.expression for part in self._inputs)

    def rules(self) -> tuple[tuple[Tree, ...], ...]:
        """The unary tests of each rule."""
        return tuple(rule.tests for rule in self._rules)

    def matches(self, run: Evaluation, scope: Scope) -> Iterator[int]:
        """The numbers (from 1) of the rules whose tests all hold, in order, each tried when it is asked for."""
        inner = [({"?": self._value(run, part, scope)}, scope) for part in self._inputs]
        return (number for number, rule in enumerate(self._rules, 1) if _holds(run, rule, inner))

    def __call__(self, run: Evaluation, scope: Scope) -> Any:
        """The answer of the table; null when no rule matches and no output has a default.

        Raises DecisionFailed when UNIQUE or ANY is broken.
        """
        matching = self.matches(run, scope)
        wanted = islice(matching, 1) if self._policy == "FIRST" else matching
        matched = [self._rules[number - 1] for number in wanted]
        if not matched:
            return self._default(run, scope)
        decide: Callable[[Evaluation, Scope, list[_Rule]], Any] = getattr(self, _POLICIES[self._policy])
        return decide(run, scope, matched)

    def _value(self, run: Evaluation, part: _Input, scope: Scope) -> Any:
        return self._types.accept(run.run(part.expression, scope), part.type)

    def _answer(self, run: Evaluation, scope: Scope, rule: _Rule) -> Any:
        values = [run.run(entry, scope) for entry in rule.entries]
        if len(self._columns) == 1:
            return self._types.accept(values[0], self._columns[0].output.type)
        return {
            column.output.name: self._types.accept(value, column.output.type)
            for column, value in zip(self._columns, values, strict=True)
        }

    def _default(self, run: Evaluation, scope: Scope) -> Any:
        if all(column.default is None for column in self._columns):
            return Decimal(0) if self._aggregation == "COUNT" else None
        values = [
            None if column.default is None else run.run(column.default, scope) for column in self._columns
        ]
        if len(values) == 1:
            return values[0]
        return {column.output.name: value for column, value in zip(self._columns, values, strict=True)}

    def _unique(self, run: Evaluation, scope: Scope, matched: list[_Rule]) -> Any:
        if len(matched) > 1:
            raise DecisionFailed("several_rules", self._id)
        return self._answer(run, scope, matched[0])

    def _any(self, run: Evaluation, scope: Scope, matched: list[_Rule]) -> Any:
        answers = [self._answer(run, scope, rule) for rule in matched]
        if any(not equal(answers[0], answer) for answer in answers[1:]):
            raise DecisionFailed("different_outputs", self._id)
        return answers[0]

    def _first(self, run: Evaluation, scope: Scope, matched: list[_Rule]) -> Any:
        return self._answer(run, scope, matched[0])

    def _priority(self, run: Evaluation, scope: Scope, matched: list[_Rule]) -> Any:
        return self._output_order(run, scope, matched)[0]

    def _rule_order(self, run: Evaluation, scope: Scope, matched: list[_Rule]) -> list[Any]:
        return [self._answer(run, scope, rule) for rule in matched]

    def _output_order(self, run: Evaluation, scope: Scope, matched: list[_Rule]) -> list[Any]:
        """By the place of each output in its output values, the first column counting most."""
        answers = self._rule_order(run, scope, matched)
        orders = [[run.run(tree, scope) for tree in column.priorities] for column in self._columns]
        return sorted(answers, key=lambda answer: self._places(answer, orders))

    def _places(self, answer: Any, orders: list[list[Any]]) -> list[int]:
        values = [answer] if len(self._columns) == 1 else list(answer.values())
        return [
            next((place for place, known in enumerate(order) if equal(value, known)), len(order))
            for value, order in zip(values, orders, strict=True)
        ]

    def _collect(self, run: Evaluation, scope: Scope, matched: list[_Rule]) -> Any:
        answers = self._rule_order(run, scope, matched)
        if not self._aggregation:
            return answers
        return BUILTINS[_AGGREGATIONS[self._aggregation]].call([answers])

    def _rule(self, document: Document, element: Any) -> _Rule:
        return _Rule(
            tuple(document.tests(entry) for entry in document.children(element, "inputEntry")),
            tuple(document.expression(entry) for entry in document.children(element, "outputEntry")),
        )

    def _column(self, document: Document, element: Any, place: int) -> _Column:
        values, default = (
            document.child(element, "outputValues"),
            document.child(element, "defaultOutputEntry"),
        )
        priorities = _literals(None if values is None else document.tests(values))
        if values is None:
            priorities = next(filter(None, map(self._allowed_by, _typed(document, element))), ())
        entries = [rule.entries[place] for rule in self._rules if place < len(rule.entries)]
        default_tree = None if default is None else document.expression(default)
        allowed = priorities or _closed([*entries, *([] if default_tree is None else [default_tree])])
        values_allowed = (
            None if not allowed else tuple(dict.fromkeys(_literal_value(tree) for tree in allowed))
        )
        name = element.get("name") or ""
        label = str(element.get("label") or "")
        return _Column(Output(name, type_ref(element), values_allowed, label), priorities, default_tree)

    def _allowed_by(self, name: str) -> tuple[Tree, ...]:
        return _literals(self._types.allowed(name))

    def _check_shape(self, document: Document, element: Any, rules: list[Any]) -> None:
        if not self._columns:
            document.report(element, "dmn.no_output")
        if len(self._columns) > 1 and len({column.output.name for column in self._columns}) < len(
            self._columns
        ):
            document.report(element, "dmn.output_names")
        for rule, source in zip(self._rules, rules, strict=True):
            if len(rule.tests) != len(self._inputs) or len(rule.entries) != len(self._columns):
                document.report(source, "dmn.cells")

    def _check_policy(self, document: Document, element: Any) -> None:
        if self._policy not in _POLICIES:
            document.report(element, "dmn.hit_policy", policy=self._policy)
        if self._aggregation and (
            self._aggregation not in _AGGREGATIONS or self._policy != "COLLECT" or len(self._columns) > 1
        ):
            document.report(element, "dmn.aggregation", aggregation=self._aggregation)
        needs_order = self._policy in ("PRIORITY", "OUTPUT ORDER")
        if needs_order and not any(column.priorities for column in self._columns):
            document.report(element, "dmn.no_priorities")


def _typed(document: Document, output: Any) -> list[str]:
    """The types that may say which values an output takes: its own, its table's, its decision's."""
    table = output.getparent()
    owner = table.getparent()
    variable = None if owner is None else document.child(owner, "variable")
    return [type_ref(output), type_ref(table), type_ref(variable)]


def _input(document: Document, element: Any) -> _Input:
    expression = document.child(element, "inputExpression")
    if expression is None or not document.text(expression):
        document.report(element, "dmn.no_input_expression")
        return _Input(("lit", None), "Any")
    return _Input(document.expression(expression), type_ref(expression))


def _holds(run: Evaluation, rule: _Rule, scopes: Sequence[Scope]) -> bool:
    return all(run.run(test, inner) is True for test, inner in zip(rule.tests, scopes, strict=True))


def _literals(tests: Tree | None) -> tuple[Tree, ...]:
    """The expressions of plain tests, in order."""
    if tests is None or tests[0] != "any_of":
        return ()
    return tuple(test[1] for test in tests[1:] if test[0] == "is")


def _closed(entries: list[Tree]) -> tuple[Tree, ...]:
    """The entries when all are literals, else none."""
    return tuple(entries) if all(entry[0] in ("lit", "num") for entry in entries) else ()


def _literal_value(tree: Tree) -> Any:
    return Evaluation().value(tree, {})
