"""Types as trees: what `instance of` and the parameters of functions ask for.

A type is a name (`number`, `date and time`, or one the host knows), `("list", type)`, `("range", type)`,
`("context", (name, type), ...)` or `("function", type, ...)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.feel.values import Range, kind

NamedTypes = Mapping[str, Callable[[Any], bool]]
_SIMPLE = frozenset(
    ("number", "string", "boolean", "date", "time", "date and time", "list", "context", "function", "range")
) | {"days and time duration", "years and months duration"}
# Older spellings of the same types, in models made before DMN 1.3.
ALIASES = {
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
}


def conforms(value: Any, wanted: Any, types: NamedTypes) -> bool:
    """Whether a value is of a type; null is of every type, an unknown name of none."""
    if value is None or wanted == "Any":
        return True
    if isinstance(wanted, str):
        named = types.get(wanted)
        if named is not None:
            return named(value)
        return ALIASES.get(wanted, wanted) == kind(value) and kind(value) in _SIMPLE
    checker = _COMPOUND.get(wanted[0])
    return checker is not None and checker(value, wanted, types)


def _list_conforms(value: Any, wanted: Any, types: NamedTypes) -> bool:
    return kind(value) == "list" and all(conforms(item, wanted[1], types) for item in value)


def _range_conforms(value: Any, wanted: Any, types: NamedTypes) -> bool:
    return isinstance(value, Range) and all(
        conforms(end, wanted[1], types) for end in (value.start, value.end)
    )


def _context_conforms(value: Any, wanted: Any, types: NamedTypes) -> bool:
    return kind(value) == "context" and all(
        name in value and conforms(value[name], part, types) for name, part in wanted[1:]
    )


def _function_conforms(value: Any, wanted: Any, _types: NamedTypes) -> bool:
    if kind(value) != "function":
        return False
    return value.parameters is None or len(value.parameters) == len(wanted) - 2  # the last part is the result


_COMPOUND: dict[str, Callable[[Any, Any, NamedTypes], bool]] = {
    "list": _list_conforms,
    "range": _range_conforms,
    "context": _context_conforms,
    "function": _function_conforms,
}


def coerce(value: Any, wanted: Any, types: NamedTypes) -> tuple[bool, Any]:
    """The value as the type, with a list of one opened or made (DMN 10.3.2.9.4); and whether it fits at all."""
    if conforms(value, wanted, types):
        return True, value
    if kind(value) == "list" and len(value) == 1 and conforms(value[0], wanted, types):
        return True, value[0]
    if conforms([value], wanted, types):
        return True, [value]
    return False, None
