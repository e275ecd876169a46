"""The kinds of FEEL values, and the classes Python lacks: durations, ranges and functions."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from app.feel.errors import Exhausted
from app.feel.limits import MAX_WEIGHT

# DMN numbers are IEEE 754 decimal128.
DECIMAL128 = Context(prec=34, Emin=-6143, Emax=6144, traps=[InvalidOperation, DivisionByZero, Overflow])


@dataclass(frozen=True, slots=True)
class DaysDuration:
    """A days and time duration, as seconds."""

    seconds: Decimal


@dataclass(frozen=True, slots=True)
class MonthsDuration:
    """A years and months duration, as months."""

    months: int


@dataclass(frozen=True, slots=True)
class Range:
    """An interval. `operator` is set for `(< x)` and the like, which have one end (`(= x)` has twice the same)."""

    start: Any
    end: Any
    start_included: bool
    end_included: bool
    operator: str = ""


class Function:
    """Something a FEEL expression can call; `parameters` are the names for a call by name."""

    __slots__ = ("body", "parameters")
    price = 1  # steps that a call costs, besides those of its body

    def __init__(self, parameters: Sequence[str] | None, body: Callable[..., Any]) -> None:
        """`parameters` None means: any number of positional arguments, none by name."""
        self.parameters = None if parameters is None else tuple(parameters)
        self.body = body

    def call(self, arguments: Sequence[Any]) -> Any:
        """Null when the number of arguments is wrong, as DMN 10.3.2.13 says."""
        if self.parameters is not None and len(arguments) != len(self.parameters):
            return None
        return self.body(*arguments)

    def call_named(self, arguments: Mapping[str, Any]) -> Any:
        """Null unless exactly the parameters are given."""
        if self.parameters is None or set(arguments) != set(self.parameters):
            return None
        return self.body(*(arguments[name] for name in self.parameters))


_LARGEST_COUNT = 10**9
_KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    str: "string",
    int: "number",
    Decimal: "number",
    float: "number",
    dt.datetime: "date and time",
    dt.date: "date",
    dt.time: "time",
    DaysDuration: "days and time duration",
    MonthsDuration: "years and months duration",
    Range: "range",
    Function: "function",
    list: "list",
    tuple: "list",
    dict: "context",
}
_WIDER: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (str, "string"),
    (Mapping, "context"),
    ((list, tuple), "list"),
    (Function, "function"),
    (int, "number"),
)


def weight(value: Any) -> int:
    """How many values lie within a value, shared ones counted wherever they appear; raises Exhausted past the bound.

    Lists that hold one another twice grow a thousandfold in ten rounds, and nobody may walk through that.
    """
    count, waiting = 0, [value]
    while waiting:
        current = waiting.pop()
        count += 1
        if isinstance(current, str):
            count += len(current) >> 3
        elif isinstance(current, list | tuple):
            waiting.extend(current)
        elif isinstance(current, Mapping):
            waiting.extend(current.values())
        if count + len(waiting) > MAX_WEIGHT:
            raise Exhausted
    return count


def kind(value: Any) -> str:
    """The FEEL type of a value, `other` for what FEEL does not know."""
    known = _KINDS.get(type(value))
    if known is not None:
        return known
    for types, name in _WIDER:
        if isinstance(value, types):
            return name
    return "other"


def number(value: Any) -> Decimal | None:
    """The value as a decimal, None for what is no number (a boolean is none, and neither is NaN or infinity)."""
    if type(value) is Decimal:
        return value if value.is_finite() else None
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(repr(value)) if math.isfinite(value) else None
    return None


def whole(value: Any) -> int | None:
    """The value as a Python int if it is a whole number."""
    amount = number(value)
    if amount is None or amount != amount.to_integral_value():
        return None
    return int(amount)


def truncated(value: Any) -> int | None:
    """A number cut to its whole part."""
    amount = number(value)
    return None if amount is None or abs(amount) > _LARGEST_COUNT else int(amount)


def as_list(value: Any) -> list[Any]:
    """A list as it is, null as the empty list, anything else as a list of one (DMN 10.3.2.5)."""
    if isinstance(value, list):
        return value
    if isinstance(value, tuple):
        return list(value)
    return [] if value is None else [value]
