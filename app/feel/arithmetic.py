"""`+ - * / **` and negation over numbers, strings, dates and durations; null where DMN has no answer."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.feel.errors import Exhausted
from app.feel.limits import MAX_STRING
from app.feel.temporal import add_duration, span
from app.feel.values import DECIMAL128, DaysDuration, MonthsDuration, number

if TYPE_CHECKING:
    from collections.abc import Callable

_DURATIONS = (DaysDuration, MonthsDuration)
_POINTS = (dt.date, dt.time)
_LONGEST = 10**15  # seconds or months of a duration: beyond any calendar, and still quick to count with


def calculate(operator: str, left: Any, right: Any) -> Any:
    """One binary operation. Raises Exhausted for a string that grows too long."""
    if left is None or right is None:
        return None
    first, second = number(left), number(right)
    try:
        if first is not None and second is not None:
            return _NUMBERS[operator](first, second)
        if isinstance(left, str) and isinstance(right, str):
            return _join(left, right) if operator == "+" else None
        other = _OTHERS.get(operator)
        return None if other is None else other(left, right)
    except (ArithmeticError, ValueError):
        return None


def negate(value: Any) -> Any:
    """`-value` of a number or a duration."""
    if isinstance(value, DaysDuration):
        return DaysDuration(-value.seconds)
    if isinstance(value, MonthsDuration):
        return MonthsDuration(-value.months)
    amount = number(value)
    return None if amount is None else DECIMAL128.minus(amount)


def _join(left: str, right: str) -> str:
    if len(left) + len(right) > MAX_STRING:
        raise Exhausted
    return left + right


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, _DURATIONS) and isinstance(right, _DURATIONS):
        return _sum(left, right)
    if isinstance(right, _DURATIONS) and isinstance(left, _POINTS):
        return add_duration(left, right)
    if isinstance(left, _DURATIONS) and isinstance(right, _POINTS):
        return add_duration(right, left)
    return None


def _sum(left: Any, right: Any) -> Any:
    if type(left) is not type(right):
        return None
    if isinstance(left, DaysDuration):
        return days_duration(left.seconds + right.seconds)
    return months_duration(Decimal(left.months + right.months))


def _subtract(left: Any, right: Any) -> Any:
    if isinstance(right, _DURATIONS):
        return _add(left, negate(right)) if isinstance(left, _DURATIONS + _POINTS) else None
    return span(left, right)


def _multiply(left: Any, right: Any) -> Any:
    if isinstance(right, _DURATIONS):
        left, right = right, left
    factor = number(right)
    if factor is None:
        return None
    if isinstance(left, DaysDuration):
        return days_duration(DECIMAL128.multiply(left.seconds, factor))
    if isinstance(left, MonthsDuration):
        return months_duration(DECIMAL128.multiply(Decimal(left.months), factor))
    return None


def _divide(left: Any, right: Any) -> Any:
    if isinstance(left, DaysDuration) and isinstance(right, DaysDuration):
        return DECIMAL128.divide(left.seconds, right.seconds)
    if isinstance(left, MonthsDuration) and isinstance(right, MonthsDuration):
        return DECIMAL128.divide(Decimal(left.months), Decimal(right.months))
    divisor = number(right)
    if divisor is None:
        return None
    if isinstance(left, DaysDuration):
        return days_duration(DECIMAL128.divide(left.seconds, divisor))
    if isinstance(left, MonthsDuration):
        return months_duration(DECIMAL128.divide(Decimal(left.months), divisor))
    return None


def days_duration(seconds: Decimal) -> DaysDuration:
    """A days and time duration. Raises OverflowError beyond 30 million years."""
    if abs(seconds) > _LONGEST:
        raise OverflowError
    return DaysDuration(seconds)


def months_duration(months: Decimal) -> MonthsDuration:
    """A years and months duration; a part of a month is cut off. Raises OverflowError for an absurd one."""
    if abs(months) > _LONGEST:
        raise OverflowError
    return MonthsDuration(int(months))


_NUMBERS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": DECIMAL128.add,
    "-": DECIMAL128.subtract,
    "*": DECIMAL128.multiply,
    "/": DECIMAL128.divide,
    "**": DECIMAL128.power,
}
_OTHERS: dict[str, Callable[[Any, Any], Any]] = {"+": _add, "-": _subtract, "*": _multiply, "/": _divide}
