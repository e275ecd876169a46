"""Built-in functions over contexts and truth values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.feel.compare import identity
from app.feel.functions.registry import Registry
from app.feel.texts import to_text
from app.feel.values import kind

CONTEXTS = Registry()


@CONTEXTS.add("not", "negand: boolean")
def _not(value: bool) -> bool:  # noqa: FBT001
    return not value


@CONTEXTS.add("is", "value1?: any, value2?: any")
def _is(left: Any = None, right: Any = None) -> bool:
    """Not only equal but the same: a time with another zone is another time."""
    if kind(left) != kind(right):
        return False
    if kind(left) in ("time", "date and time"):
        return to_text(left) == to_text(right)
    return bool(identity(left) == identity(right))


@CONTEXTS.add("get value", "m: context, key: string", "context: context, keys: list")
def _get_value(context: Mapping[str, Any], key: Any) -> Any:
    if isinstance(key, str):
        return context.get(key)
    value: Any = context
    for step in key:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if key else None


@CONTEXTS.add("get entries", "m: context")
def _get_entries(context: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in context.items()]


@CONTEXTS.add("context", "entries: list")
def _context(entries: list[Any]) -> Any:
    made: dict[str, Any] = {}
    for entry in entries:
        fits = isinstance(entry, Mapping) and isinstance(entry.get("key"), str) and "value" in entry
        if not fits or entry["key"] in made:
            return None
        made[entry["key"]] = entry["value"]
    return made


@CONTEXTS.add(
    "context put", "context: context, key: string, value: any", "context: context, keys: list, value: any"
)
def _context_put(context: Mapping[str, Any], key: Any, value: Any) -> Any:
    if isinstance(key, str):
        return {**context, key: value}
    if not key or not isinstance(key[0], str):
        return None
    if len(key) == 1:
        return {**context, key[0]: value}
    inner = context.get(key[0], {})
    changed = _context_put(inner, key[1:], value) if isinstance(inner, Mapping) else None
    return None if changed is None else {**context, key[0]: changed}


@CONTEXTS.add("context merge", "contexts: list")
def _context_merge(contexts: list[Any]) -> Any:
    merged: dict[str, Any] = {}
    for context in contexts:
        if not isinstance(context, Mapping):
            return None
        merged.update(context)
    return merged
