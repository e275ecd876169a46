"""Reaching into values: members of contexts, items of lists, what a loop runs over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from app.feel.compare import compare, member
from app.feel.temporal import property_of
from app.feel.values import Range, as_list, whole

Scope = tuple[Mapping[str, Any], Any]  # the names bound here, and the scope around it or None

_RANGE_PARTS: dict[str, Callable[[Range], Any]] = {
    "start": lambda value: value.start,
    "end": lambda value: value.end,
    "start included": lambda value: value.start_included,
    "end included": lambda value: value.end_included,
}


def member_of(value: Any, name: str) -> Any:
    """`value.name`: an entry of a context, a part of a date, or the same of each item of a list."""
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list | tuple):
        return [member_of(item, name) for item in value]
    if isinstance(value, Mapping):
        return value.get(name)
    if isinstance(value, Range):
        return _RANGE_PARTS[name](value) if name in _RANGE_PARTS else None
    return property_of(value, name)


def item_scope(item: Any, scope: Scope) -> Scope:
    """Within a filter: `item`, and the entries of an item that is a context."""
    return ({"item": item, **item} if isinstance(item, Mapping) else {"item": item}), scope


def at_index(items: list[Any], index: Any) -> Any:
    """The item at a place counted from 1, or from the end when negative; null outside."""
    place = whole(index)
    if not place or abs(place) > len(items):
        return None
    return items[place - 1 if place > 0 else place]


def counting(start: Any, end: Any) -> Iterable[Any] | None:
    """The whole numbers or days from `start` to `end`, up or down; null for other kinds."""
    if type(start) is dt.date and type(end) is dt.date:
        step = 1 if start <= end else -1
        return (start + dt.timedelta(days=days) for days in range(0, (end - start).days + step, step))
    first, last = whole(start), whole(end)
    if first is None or last is None:
        return None
    return map(Decimal, range(first, last + 1) if first <= last else range(first, last - 1, -1))


def items_of(value: Any) -> Iterable[Any] | None:
    """What a loop runs over: a list, a closed range, or one value; null gives null."""
    if value is None:
        return None
    if isinstance(value, Range):
        if not compare("<=", value.start, value.end):
            return None
        items = counting(value.start, value.end)
        if items is None:
            return None
        return (item for item in items if member(item, value))
    return as_list(value)
