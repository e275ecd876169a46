"""Fields of numbers: whole ones, or with as many decimals as the form allows."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.domain.text import ascii_digits
from app.formjs.kind import Asked, Kind, Typed, own

if TYPE_CHECKING:
    from app import feel
    from app.domain.errors import FieldProblem
    from app.formjs.box import Box
    from app.formjs.model import Node

LARGEST = 999_999_999  # unless the form says more; a 12-digit number is never a count
_WHOLE = re.compile(r"[+-]?\d{1,15}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{1,15}\.\d{1,6}", re.ASCII)
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", ",": None, " ": None, "\u00a0": None})


class NumberKind(Kind):
    """A number, typed in any script's digits, with or without grouping commas."""

    required_key = "form.required.number"

    def feel_type(self, node: Node) -> str:  # noqa: ARG002
        return "number"

    def read(self, node: Node, name: str, posted: Typed) -> Any:  # noqa: ARG002
        typed = posted.one(name)
        text = ascii_digits(typed).translate(_MINUS)
        if _WHOLE.fullmatch(text):
            return int(text)
        return float(text) if _DECIMAL.fullmatch(text) else typed or None

    def known(self, node: Node, value: Any) -> Any:  # noqa: ARG002
        return value if _is_number(value) else None

    def from_rule(self, node: Node, value: Any) -> Any:  # noqa: ARG002
        if isinstance(value, Decimal) and value.is_finite():
            return int(value) if value == value.to_integral_value() else float(value)
        return value if _is_number(value) else None

    def fault(self, node: Node, value: Any, asked: Asked) -> FieldProblem | None:
        if not _is_number(value):
            return own(node, "form.number")
        rules = node.rules
        decimals = -int(Decimal(repr(value)).normalize().as_tuple().exponent)
        if decimals > rules.decimals:
            return own(node, "form.decimals" if rules.decimals else "form.whole", limit=rules.decimals)
        low = _bound(rules.low, asked, -LARGEST)
        high = _bound(rules.high, asked, LARGEST)
        if value < low or value > high:
            return own(node, _range_key(rules), low=low, high=high)
        return None

    def say(self, node: Node, value: Any, asked: Asked, lang: str) -> str:  # noqa: ARG002
        return str(value)

    def draw(self, node: Node, value: Any, asked: Asked, box: Box) -> None:  # noqa: ARG002
        box.value = "" if value is None else str(value)
        box.input_mode = "decimal" if node.rules.decimals else "numeric"
        box.longest = 24
        box.width = "small"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _bound(rule: feel.Tree | None, asked: Asked, otherwise: int) -> Any:
    found = asked.value(rule)
    return found if _is_number(found) or isinstance(found, Decimal) else otherwise


def _range_key(rules: Any) -> str:
    """Which bounds the form has decides what is said."""
    if rules.low is None:
        return "form.at_most" if rules.high is not None else "form.too_large_number"
    return "form.at_least" if rules.high is None else "form.between"
