"""Types of what FEEL reckons: of operators, of built-in functions, of the items of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.engine.gate.known import FieldReads
from app.feel import evaluate
from app.feel.values import kind

if TYPE_CHECKING:
    from collections.abc import Sequence

ANY = FieldReads("Any")
BOOLEAN, NUMBER, TEXT = FieldReads("boolean"), FieldReads("number"), FieldReads("string")
DURATIONS = frozenset({"days and time duration", "years and months duration"})
DATES = frozenset({"date", "date and time"})

#: Built-in functions whose result has one type; of the others nothing is claimed.
_RESULTS: dict[str, FieldReads] = {
    **dict.fromkeys(
        ("not", "contains", "starts with", "ends with", "matches", "list contains", "all", "any", "is"),
        BOOLEAN,
    ),
    **dict.fromkeys(("count", "string length", "floor", "ceiling", "abs", "modulo", "sqrt"), NUMBER),
    **dict.fromkeys(("number", "decimal", "round up", "round down", "sum", "mean", "median"), NUMBER),
    **dict.fromkeys(("string", "substring", "upper case", "lower case", "replace", "string join"), TEXT),
    **dict.fromkeys(("substring before", "substring after", "day of week", "month of year"), TEXT),
    **{name: FieldReads(name) for name in ("date", "time", "date and time")},
}
#: The host's function answers an instant as text; it is one kind of value that a timer takes.
INSTANT = FieldReads("instant")


def item_of(reads: FieldReads) -> FieldReads:
    """Return what a list holds; a value that is no list is its own only item."""
    if reads.type != "list":
        return reads
    return reads.item or (ANY if reads.columns is None else FieldReads("context", columns=reads.columns))


def result_of_call(node: Any, name: str, types: Sequence[FieldReads]) -> FieldReads:
    """Return the type of a built-in function's result, as far as its name and arguments tell."""
    if name in {"min", "max"}:
        kinds = {item_of(given).type for given in types}
        return FieldReads(kinds.pop()) if len(kinds) == 1 else ANY
    if name == "duration" and all(part[0] == "lit" for part in node[2:]):
        return FieldReads(kind(evaluate(node, {})))
    return _RESULTS.get(name, ANY)


def result_of(operator: str, left: str, right: str) -> str | None:
    """Return the type of a reckoning of two known types; None when it is always null."""
    if left == right == "number" or (left == right == "string" and operator == "+"):
        return left
    if operator in {"+", "-"}:
        return _shifted(operator, left, right)
    return _scaled(operator, left, right) if {left, right} & DURATIONS else None


def _shifted(operator: str, left: str, right: str) -> str | None:
    if left in DURATIONS and operator == "+" and right in DATES:
        return right
    if right in DURATIONS and (left in DATES or left == right):
        return left
    return "days and time duration" if operator == "-" and left in DATES and right in DATES else None


def _scaled(operator: str, left: str, right: str) -> str | None:
    if left == right and operator == "/":
        return "number"
    if right == "number" and operator in {"*", "/"}:
        return left
    return right if left == "number" and operator == "*" else None
