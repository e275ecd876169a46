"""Equality, order, membership and three-valued logic of FEEL values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.feel.values import DaysDuration, MonthsDuration, Range, kind, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)


def all_true(values: Iterable[Any]) -> bool | None:
    """False beats null beats true; whatever is no boolean counts as null."""
    unknown = False
    for value in values:
        if value is False:
            return False
        unknown = unknown or value is not True
    return None if unknown else True


def any_true(values: Iterable[Any]) -> bool | None:
    """True beats null beats false."""
    unknown = False
    for value in values:
        if value is True:
            return True
        unknown = unknown or value is not False
    return None if unknown else False


def offset_of(value: dt.time | dt.datetime) -> dt.timedelta | None:
    """The offset from UTC; a time in a named zone takes the zone's offset of 1970, since it has no day."""
    if isinstance(value, dt.time) and value.tzinfo is not None:
        return value.tzinfo.utcoffset(_EPOCH)
    return value.utcoffset()


def time_seconds(value: dt.time) -> Decimal:
    """Seconds since midnight, UTC if the time has an offset."""
    micro = ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
    offset = offset_of(value) or dt.timedelta()
    return (Decimal(micro) / 1_000_000) - Decimal(int(offset.total_seconds()))


def equal(left: Any, right: Any) -> bool | None:
    """DMN 10.3.2.3.1: null equals null only; two different kinds have no answer (null)."""
    if left is None or right is None:
        return left is right
    name = kind(left)
    if name != kind(right):
        return None
    compare = _EQUAL.get(name)
    return left == right if compare is None else compare(left, right)


def _equal_numbers(left: Any, right: Any) -> bool:
    return number(left) == number(right)


def _equal_lists(left: Any, right: Any) -> bool | None:
    if len(left) != len(right):
        return False
    return all_true(equal(a, b) for a, b in zip(left, right, strict=True))


def _equal_contexts(left: Any, right: Any) -> bool | None:
    if left.keys() != right.keys():
        return False
    return all_true(equal(left[key], right[key]) for key in left)


def _equal_instants(left: dt.datetime, right: dt.datetime) -> bool | None:
    """By whole seconds, as the value function of DMN 10.3.2.3.5 counts."""
    if (left.tzinfo is None) != (right.tzinfo is None):
        return None
    return left.replace(microsecond=0) == right.replace(microsecond=0)


def _equal_times(left: dt.time, right: dt.time) -> bool | None:
    if (left.tzinfo is None) != (right.tzinfo is None):
        return None
    return int(time_seconds(left)) == int(time_seconds(right))


def _equal_ranges(left: Range, right: Range) -> bool | None:
    def shape(value: Range) -> tuple[Any, ...]:
        return (
            value.start_included,
            value.end_included,
            value.operator,
            value.start is None,
            value.end is None,
        )

    if shape(left) != shape(right):
        return False
    return all_true((equal(left.start, right.start), equal(left.end, right.end)))


_EQUAL: dict[str, Callable[[Any, Any], bool | None]] = {
    "number": _equal_numbers,
    "list": _equal_lists,
    "context": _equal_contexts,
    "date and time": _equal_instants,
    "time": _equal_times,
    "range": _equal_ranges,
}


def order_key(value: Any) -> tuple[str, Any] | None:
    """What values are ordered by, None for a kind that has no order."""
    name = kind(value)
    key = _ORDER.get(name)
    if key is None:
        return None
    if isinstance(value, dt.datetime | dt.time) and value.tzinfo is not None:
        name += " in a zone"
    ordered = key(value)
    return None if ordered is None else (name, ordered)


def _itself(value: Any) -> Any:
    return value


def _seconds(value: DaysDuration) -> Decimal:
    return value.seconds


def _months(value: MonthsDuration) -> int:
    return value.months


_ORDER: dict[str, Callable[[Any], Any]] = {
    "number": number,
    "string": _itself,
    "date": _itself,
    "date and time": _itself,
    "time": time_seconds,
    "days and time duration": _seconds,
    "years and months duration": _months,
}


def compare(operator: str, left: Any, right: Any) -> bool | None:
    """`=`, `!=`, `<`, `<=`, `>`, `>=`; null when the two cannot be compared."""
    if operator in ("=", "!="):
        same = equal(left, right)
        return same if operator == "=" or same is None else not same
    first, second = order_key(left), order_key(right)
    if first is None or second is None or first[0] != second[0]:
        return None
    return bool(_COMPARE[operator](first[1], second[1]))


_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def within(value: Any, interval: Range) -> bool | None:
    """Whether a range holds the value; null when they cannot be compared."""
    if interval.operator:
        return compare(interval.operator, value, interval.end if interval.start is None else interval.start)
    after = compare(">=" if interval.start_included else ">", value, interval.start)
    before = compare("<=" if interval.end_included else "<", value, interval.end)
    if interval.start is None or interval.end is None:
        return None
    return all_true((after, before))


def member(value: Any, candidate: Any) -> bool | None:
    """`value in candidate` for one candidate: itself, a range around it, or a list that holds either."""
    if isinstance(candidate, Range) and not isinstance(value, Range):
        return within(value, candidate)
    if isinstance(candidate, list | tuple):
        if isinstance(value, list | tuple) and equal(value, candidate):
            return True
        return any_true(_among(value, item) for item in candidate)
    return equal(value, candidate)


def _among(value: Any, item: Any) -> bool:
    """An item that cannot be compared is simply another item."""
    if isinstance(item, Range) and not isinstance(value, Range):
        return within(value, item) is True
    return equal(value, item) is True


def identity(value: Any) -> Any:
    """A hashable key that is the same for equal values: lets `distinct values` run in one pass."""
    name = kind(value)
    if name == "list":
        return name, tuple(identity(item) for item in value)
    if name == "context":
        return name, frozenset((key, identity(item)) for key, item in value.items())
    if name == "number":
        return name, number(value)
    if name in ("time", "function", "other"):
        return name, str(value)
    return name, value
