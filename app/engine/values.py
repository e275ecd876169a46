"""The border of the engine's memory: plain JSON goes in, FEEL reads dates and numbers out of it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.domain.errors import RouteStuck

#: SpiffWorkflow's own converters take a value with this key for one of their classes; it never gets in.
FORBIDDEN_KEY = "typename"
MAX_LEVELS = 20

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?")


def plain(value: Any, element_id: str = "", level: int = 0) -> Any:
    """Return the value as JSON: whole numbers as int, other numbers exact, dates as ISO text.

    Raises RouteStuck (`forbidden_key`, `value_refused`) for what must not lie in a case's state.
    """
    if value is None or value is True or value is False or type(value) in {str, int}:
        return value
    if level > MAX_LEVELS:
        raise RouteStuck("value_refused", element_id, kind="too deep")
    if isinstance(value, Mapping):
        return {_key(name, element_id): plain(one, element_id, level + 1) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one, element_id, level + 1) for one in value]
    return _plain_scalar(value, element_id)


def _key(name: Any, element_id: str) -> str:
    if not isinstance(name, str) or name == FORBIDDEN_KEY:
        raise RouteStuck("forbidden_key", element_id, name=str(name)[:60])
    return name


def _plain_scalar(value: Any, element_id: str) -> Any:
    if isinstance(value, Decimal) and value.is_finite():
        return _plain_number(value)
    if isinstance(value, date):  # a datetime too
        return value.isoformat()
    if isinstance(value, float) and math.isfinite(value):
        return _plain_number(Decimal(repr(value)))
    if isinstance(value, str | UUID):
        return str(value)
    raise RouteStuck("value_refused", element_id, kind=type(value).__name__)


def _plain_number(value: Decimal) -> int | float | str:
    """Return an int, a float that reads back as the same decimal, or the digits as text."""
    if value == value.to_integral_value():
        return int(value)
    near = float(value)
    return near if Decimal(repr(near)) == value else str(value)


def revive(value: Any) -> Any:
    """Return the value as FEEL sees it: ISO texts as dates and instants, floats as decimals.

    Engine data holds codes, ids and dates, never free text, so a text of this form is a date.
    """
    if isinstance(value, str):
        return _revive_text(value)
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, Mapping):
        return {name: revive(one) for name, one in value.items()}
    if isinstance(value, list):
        return [revive(one) for one in value]
    return value


def _revive_text(text: str) -> Any:
    if text[4:5] != "-":
        return text
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
        if _INSTANT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        return text
    return text
