"""Built-in functions over numbers."""

from __future__ import annotations

import re
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    InvalidOperation,
)
from typing import Any

from app.feel.arithmetic import negate
from app.feel.compare import compare
from app.feel.functions.registry import Registry
from app.feel.values import DECIMAL128, DaysDuration, MonthsDuration, number, whole

NUMBERS = Registry()
_SCALES = range(-6111, 6177)  # DMN: the exponents of decimal128
_WIDE = Context(prec=6400, traps=[InvalidOperation])  # quantizing must not fail for the length of a number
_NUMBER_TEXT = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_GROUPED = {None: "", " ": " ", ",": ",", ".": "."}


def _rounded(value: Any, scale: Any, mode: str) -> Decimal | None:
    amount, places = number(value), number(scale)
    if amount is None or places is None or int(places) not in _SCALES:
        return None
    exponent = -int(places)
    digits = amount.as_tuple().exponent
    if not isinstance(digits, int) or digits >= exponent:
        return amount  # already as coarse as asked: writing more zeros would not change it
    return DECIMAL128.plus(amount.quantize(Decimal((0, (1,), exponent)), rounding=mode, context=_WIDE))


@NUMBERS.add("decimal", "n: number, scale: number")
def _decimal(value: Any, scale: Any) -> Any:
    return _rounded(value, scale, ROUND_HALF_EVEN)


@NUMBERS.add("floor", "n: number, scale?: number")
def _floor(value: Any, scale: Any = 0) -> Any:
    return _rounded(value, scale, ROUND_FLOOR)


@NUMBERS.add("ceiling", "n: number, scale?: number")
def _ceiling(value: Any, scale: Any = 0) -> Any:
    return _rounded(value, scale, ROUND_CEILING)


@NUMBERS.add("round up", "n: number, scale: number")
def _round_up(value: Any, scale: Any) -> Any:
    return _rounded(value, scale, ROUND_UP)


@NUMBERS.add("round down", "n: number, scale: number")
def _round_down(value: Any, scale: Any) -> Any:
    return _rounded(value, scale, ROUND_DOWN)


@NUMBERS.add("round half up", "n: number, scale: number")
def _round_half_up(value: Any, scale: Any) -> Any:
    return _rounded(value, scale, ROUND_HALF_UP)


@NUMBERS.add("round half down", "n: number, scale: number")
def _round_half_down(value: Any, scale: Any) -> Any:
    return _rounded(value, scale, ROUND_HALF_DOWN)


@NUMBERS.add("abs", "n: number", "n: days and time duration", "n: years and months duration")
def _abs(value: Any) -> Any:
    amount = number(value)
    if amount is not None:
        return abs(amount)
    zero = DaysDuration(Decimal(0)) if isinstance(value, DaysDuration) else MonthsDuration(0)
    return negate(value) if compare("<", value, zero) else value


@NUMBERS.add("modulo", "dividend: number, divisor: number")
def _modulo(dividend: Any, divisor: Any) -> Any:
    """Takes the sign of the divisor: dividend - divisor * floor(dividend / divisor)."""
    left, right = number(dividend), number(divisor)
    if left is None or not right:
        return None
    rest = DECIMAL128.remainder(left, right)
    return DECIMAL128.add(rest, right) if rest and (rest < 0) != (right < 0) else rest


@NUMBERS.add("sqrt", "number: number")
def _sqrt(value: Any) -> Any:
    return DECIMAL128.sqrt(value)


@NUMBERS.add("log", "number: number")
def _log(value: Any) -> Any:
    amount = number(value)
    return None if amount is None or amount <= 0 else DECIMAL128.ln(amount)


@NUMBERS.add("exp", "number: number")
def _exp(value: Any) -> Any:
    return DECIMAL128.exp(value)


@NUMBERS.add("odd", "number: number")
def _odd(value: Any) -> Any:
    amount = whole(value)
    return None if amount is None else amount % 2 == 1


@NUMBERS.add("even", "number: number")
def _even(value: Any) -> Any:
    amount = whole(value)
    return None if amount is None else amount % 2 == 0


@NUMBERS.add(
    "number",
    "from: string",
    "from: string, grouping separator: string?, decimal separator: string?",
)
def _number(text: str, grouping: str | None = None, point: str | None = None) -> Any:
    if grouping not in _GROUPED or point not in (None, ".", ",") or (point is not None and point == grouping):
        return None
    plain = text.replace(grouping, "") if grouping else text
    plain = plain.replace(point, ".") if point and "." not in plain else plain if point != "," else ""
    return DECIMAL128.create_decimal(plain) if _NUMBER_TEXT.fullmatch(plain) else None
