"""Decision tables as the rules read them: columns, rows and cells with their trees. Reads, never judges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.engine.gate.reading import text_of
from app.engine.xml import local_name
from app.feel import FeelError, parse, parse_unary_tests

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.etree import _Element

    from app.engine.gate.release import Release

_LOGIC = frozenset(
    {"decisionTable", "literalExpression", "context", "invocation", "list", "relation", "functionDefinition"}
)
_PROVIDERS = frozenset({"decision", "businessKnowledgeModel", "decisionService"})


@dataclass(frozen=True, eq=False)
class Column:
    """An input: its heading, its expression, the type it declares, and the closed list of values it declares."""

    id: str
    heading: str
    tree: Any
    type: str
    allowed: tuple[Any, ...] | None


@dataclass(frozen=True, eq=False)
class Output:
    """An output: its name, the type it declares, and whether it has a default."""

    id: str
    name: str
    type: str
    has_default: bool


@dataclass(frozen=True, eq=False)
class Row:
    """A rule: the trees of its cells; None for a cell that cannot be read, of which another rule speaks."""

    id: str
    tests: tuple[Any, ...]
    entries: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Table:
    """One decision table with the decision that it belongs to."""

    file: str
    decision_id: str
    policy: str
    columns: tuple[Column, ...]
    outputs: tuple[Output, ...]
    rows: tuple[Row, ...]
    provided: frozenset[str]


def decisions(release: Release) -> Iterator[tuple[str, _Element]]:
    """Yield every decision with the name of its file."""
    for file, root in release.decision_roots.items():
        for element in root:
            if local_name(element) == "decision":
                yield file, element


def has_logic(decision: _Element) -> bool:
    """Say whether a decision holds a table or another expression."""
    return any(local_name(child) in _LOGIC for child in decision)


def tables(release: Release) -> tuple[Table, ...]:
    """Return the decision tables of the release."""
    return release.once(
        "tables",
        lambda: tuple(
            _table(file, decision, child)
            for file, decision in decisions(release)
            for child in decision
            if local_name(child) == "decisionTable"
        ),
    )


def _table(file: str, decision: _Element, element: _Element) -> Table:
    root = decision.getroottree().getroot()
    names = frozenset(str(one.get("name")) for one in root.iter() if one.get("name"))
    provided = frozenset(_known_as(one) for one in root if local_name(one) in _PROVIDERS)
    return Table(
        file,
        str(decision.get("id") or ""),
        str(element.get("hitPolicy") or "UNIQUE"),
        tuple(_column(one, names) for one in _children(element, "input")),
        tuple(_output(one) for one in _children(element, "output")),
        tuple(_row(one, names) for one in _children(element, "rule")),
        provided,
    )


def _column(element: _Element, names: frozenset[str]) -> Column:
    expression = next(_children(element, "inputExpression"), None)
    values = next(_children(element, "inputValues"), None)
    tests = None if values is None else _tree(values, names, tests=True)
    kind = "" if expression is None else str(expression.get("typeRef") or "")
    tree = None if expression is None else _tree(expression, names)
    asked = "" if expression is None else text_of(next(_children(expression, "text"), None))
    heading = str(element.get("label") or asked)
    return Column(
        str(element.get("id") or ""), heading, tree, kind, None if tests is None else literals_of(tests)
    )


def _output(element: _Element) -> Output:
    has_default = next(_children(element, "defaultOutputEntry"), None) is not None
    kind = str(element.get("typeRef") or "")
    return Output(str(element.get("id") or ""), str(element.get("name") or ""), kind, has_default)


def _row(element: _Element, names: frozenset[str]) -> Row:
    return Row(
        str(element.get("id") or ""),
        tuple(_tree(one, names, tests=True) for one in _children(element, "inputEntry")),
        tuple(_tree(one, names) for one in _children(element, "outputEntry")),
    )


def told(table: Table, situation: Sequence[Any]) -> str:
    """Write an input as a person reads it: each heading with its value, as a cell holds it."""
    pairs = zip(table.columns, situation, strict=False)
    return "; ".join(f"{column.heading} = {_written(value)}" for column, value in pairs)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else f'"{value}"' if isinstance(value, str) else f"{value:f}"


def literals_of(tests: Any) -> tuple[Any, ...] | None:
    """Return the literal values that unary tests list; None when they test in another way."""
    if tests[0] != "any_of":
        return None
    operands = [test[1] if test[0] == "is" else None for test in tests[1:]]
    if any(operand is None or operand[0] not in {"lit", "num"} for operand in operands):
        return None
    return tuple(operand[1] for operand in operands if operand is not None)


def _children(element: _Element, name: str) -> Iterator[_Element]:
    return (child for child in element if local_name(child) == name)


def _known_as(element: _Element) -> str:
    variable = next(_children(element, "variable"), element)
    return str(variable.get("name") or element.get("name") or "")


def _tree(element: _Element, names: frozenset[str], *, tests: bool = False) -> Any:
    text = text_of(next(_children(element, "text"), None))
    try:
        if tests:
            return parse_unary_tests(text or "-", names)
        return parse(text, names) if text else None
    except FeelError:
        return None
