"""Boxed expressions of DMN (literal, context, invocation, list, relation, function, conditional, iterations)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app.engine.decisions.document import Document, type_ref
from app.engine.decisions.tables import DecisionTable
from app.engine.xml import local_name
from app.feel import Evaluation, Function, Tree
from app.feel.compare import all_true, any_true
from app.feel.items import Scope, at_index, item_scope, items_of
from app.feel.values import as_list, number

if TYPE_CHECKING:
    from app.engine.decisions.itemtypes import ItemTypes

Expression = Callable[[Evaluation, Scope], Any]
KINDS = (
    "literalExpression",
    "decisionTable",
    "context",
    "invocation",
    "list",
    "relation",
    "functionDefinition",
    "conditional",
    "for",
    "some",
    "every",
    "filter",
)


class Boxes:
    """Turns the boxed expressions of one file into callables, and remembers every FEEL tree and table in them."""

    def __init__(self, document: Document, types: ItemTypes) -> None:
        self._document, self._types = document, types
        self.trees: list[tuple[Tree, frozenset[str]]] = []  # with the names bound around each
        self.tables: list[DecisionTable] = []
        self._bound: frozenset[str] = frozenset()

    def expression_of(self, element: Any) -> Expression | None:
        """The boxed expression that is a child of the element, None if it has none."""
        boxed = next(self._document.children(element, *KINDS), None)
        return None if boxed is None else self.compile(boxed)

    def compile(self, element: Any) -> Expression:
        """One boxed expression; its result is fitted to the type it declares."""
        made: Expression = getattr(self, f"_{local_name(element)}".lower())(element)
        wanted = type_ref(element)
        if wanted == "Any" or local_name(element) in ("decisionTable", "functionDefinition"):
            return made
        return lambda run, scope: self._types.accept(made(run, scope), wanted)

    def function(self, element: Any) -> Callable[[Evaluation, Scope], Function]:
        """`formalParameter`s and a body: a function definition, or the logic of a business knowledge model."""
        parameters = [
            (parameter.get("name") or "", type_ref(parameter))
            for parameter in self._document.children(element, "formalParameter")
        ]
        if element.get("kind") not in (None, "FEEL"):
            self._document.report(element, "dmn.external_function", kind=element.get("kind"))
        body = self._within([name for name, _ in parameters], lambda: self.expression_of(element)) or _nothing

        def make(run: Evaluation, scope: Scope) -> Function:
            def call(*arguments: Any) -> Any:
                bound = self._types.bind(parameters, arguments)
                return None if bound is None else body(run, (bound, scope))

            return Function([name for name, _ in parameters], call)

        return make

    def _within(self, names: list[str], compile_body: Callable[[], Any]) -> Any:
        before = self._bound
        self._bound = before | set(names)
        try:
            return compile_body()
        finally:
            self._bound = before

    def _part(self, element: Any, name: str) -> Expression:
        part = self._document.child(element, name)
        made = None if part is None else self.expression_of(part)
        if made is None:
            self._document.report(element, "dmn.missing_part", part=name)
        return made or _nothing

    def _literalexpression(self, element: Any) -> Expression:
        tree = self._document.expression(element)
        self.trees.append((tree, self._bound))
        return lambda run, scope: run.run(tree, scope)

    def _decisiontable(self, element: Any) -> Expression:
        table = DecisionTable(self._document, element, self._types)
        self.tables.append(table)
        self.trees.extend((tree, self._bound | {"?"}) for tree in table.trees())
        return table

    def _context(self, element: Any) -> Expression:
        before, entries = self._bound, []
        for entry in self._document.children(element, "contextEntry"):
            variable = self._document.child(entry, "variable")
            name = None if variable is None else variable.get("name")
            made = self.expression_of(entry) or _nothing
            entries.append((name, type_ref(variable), made))
            self._bound |= {name} if name else set()
        self._bound = before

        def value(run: Evaluation, scope: Scope) -> Any:
            found: dict[str, Any] = {}
            for name, wanted, made in entries:
                answer = self._types.accept(made(run, (found, scope)), wanted)
                if name is None:
                    return answer
                found[name] = answer
            return found

        return value

    def _invocation(self, element: Any) -> Expression:
        callee = self.expression_of(element) or _nothing
        bindings = []
        for binding in self._document.children(element, "binding"):
            parameter = self._document.child(binding, "parameter")
            bindings.append(("" if parameter is None else parameter.get("name"), self.expression_of(binding)))

        def value(run: Evaluation, scope: Scope) -> Any:
            arguments = {name: (made or _nothing)(run, scope) for name, made in bindings}
            return run.call_named(callee(run, scope), arguments)

        return value

    def _list(self, element: Any) -> Expression:
        parts = [self.compile(part) for part in self._document.children(element, *KINDS)]
        return lambda run, scope: [part(run, scope) for part in parts]

    def _relation(self, element: Any) -> Expression:
        names = [column.get("name") or "" for column in self._document.children(element, "column")]
        rows = [
            [self.compile(cell) for cell in self._document.children(row, *KINDS)]
            for row in self._document.children(element, "row")
        ]
        return lambda run, scope: [
            {name: cell(run, scope) for name, cell in zip(names, row, strict=False)} for row in rows
        ]

    def _functiondefinition(self, element: Any) -> Expression:
        return self.function(element)

    def _conditional(self, element: Any) -> Expression:
        test, then, otherwise = (self._part(element, name) for name in ("if", "then", "else"))

        def value(run: Evaluation, scope: Scope) -> Any:
            answer = test(run, scope)
            if answer is not None and not isinstance(answer, bool):
                return None
            return (then if answer else otherwise)(run, scope)

        return value

    def _iterated(self, element: Any, body: str) -> tuple[str, Expression, Expression]:
        name = element.get("iteratorVariable") or ""
        return name, self._part(element, "in"), self._within([name], lambda: self._part(element, body))

    def _for(self, element: Any) -> Expression:
        name, domain, body = self._iterated(element, "return")

        def value(run: Evaluation, scope: Scope) -> Any:
            results: list[Any] = []
            items = items_of(domain(run, scope))
            for item in items or ():
                results.append(body(run, ({name: item, "partial": list(results)}, scope)))
            return None if items is None else results

        return value

    def _some(self, element: Any) -> Expression:
        return self._quantified(element, any_true)

    def _every(self, element: Any) -> Expression:
        return self._quantified(element, all_true)

    def _quantified(self, element: Any, decide: Callable[[Any], bool | None]) -> Expression:
        name, domain, body = self._iterated(element, "satisfies")

        def value(run: Evaluation, scope: Scope) -> Any:
            items = items_of(domain(run, scope))
            answers = [body(run, ({name: item}, scope)) for item in items or ()]
            return None if items is None or not _truths(answers) else decide(answers)

        return value

    def _filter(self, element: Any) -> Expression:
        domain = self._part(element, "in")
        match = self._within(["item"], lambda: self._part(element, "match"))

        def value(run: Evaluation, scope: Scope) -> Any:
            items = as_list(domain(run, scope))
            index = match(run, scope)
            if number(index) is not None:
                return at_index(items, index)
            answers = [match(run, item_scope(item, scope)) for item in items]
            if not _truths(answers):
                return None
            return [item for item, answer in zip(items, answers, strict=True) if answer]

        return value


def _truths(answers: list[Any]) -> bool:
    """Boxed expressions are stricter than FEEL: whatever is neither true, false nor null makes the whole null."""
    return all(answer is None or isinstance(answer, bool) for answer in answers)


def _nothing(_run: Evaluation, _scope: Scope) -> None:
    return None
