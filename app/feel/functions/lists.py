"""Built-in functions over lists, and the aggregations."""

from __future__ import annotations

import functools
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.feel.arithmetic import calculate
from app.feel.compare import all_true, any_true, equal, identity, order_key
from app.feel.errors import Exhausted
from app.feel.functions.registry import Registry
from app.feel.limits import MAX_LIST
from app.feel.values import DECIMAL128, Function, kind, number, truncated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LISTS = Registry()
_EITHER = ("list: list", "*items: any")


@LISTS.add("list contains", "list: list, element: any")
def _contains(items: list[Any], element: Any) -> bool:
    return any(equal(item, element) is True for item in items)


@LISTS.add("count", "list: list")
def _count(items: list[Any]) -> int:
    return len(items)


@LISTS.add("is empty", "value: any")
def _is_empty(value: Any) -> bool:
    """Not of DMN, for form rules: null, an empty text, list or context."""
    return value is None or (kind(value) in ("string", "list", "context") and not len(value))


def _extreme(items: list[Any], *, largest: bool) -> Any:
    keys = [order_key(item) for item in items]
    if not keys or None in keys or len({key[0] for key in keys if key}) > 1:
        return None
    choose = max if largest else min
    return choose(zip(keys, items, strict=True), key=lambda pair: pair[0] or ("", 0))[1]


@LISTS.add("min", *_EITHER)
def _min(items: list[Any]) -> Any:
    return _extreme(items, largest=False)


@LISTS.add("max", *_EITHER)
def _max(items: list[Any]) -> Any:
    return _extreme(items, largest=True)


def _numbers(items: Iterable[Any]) -> list[Decimal] | None:
    amounts = [number(item) for item in items]
    found = [amount for amount in amounts if amount is not None]
    return found if found and len(found) == len(amounts) else None


@LISTS.add("sum", *_EITHER)
def _sum(items: list[Any]) -> Any:
    if not items:
        return None
    return (
        functools.reduce(lambda left, right: calculate("+", left, right), items) if _summable(items) else None
    )


def _summable(items: list[Any]) -> bool:
    return {kind(item) for item in items} <= {"number"} or (
        len({kind(item) for item in items}) == 1 and kind(items[0]).endswith("duration")
    )


@LISTS.add("mean", *_EITHER)
def _mean(items: list[Any]) -> Any:
    return calculate("/", _sum(items), len(items)) if items else None


@LISTS.add("product", *_EITHER)
def _product(items: list[Any]) -> Any:
    amounts = _numbers(items)
    return functools.reduce(DECIMAL128.multiply, amounts) if amounts else None


@LISTS.add("median", *_EITHER)
def _median(items: list[Any]) -> Any:
    amounts = sorted(_numbers(items) or ())
    if not amounts:
        return None
    middle = len(amounts) // 2
    if len(amounts) % 2:
        return amounts[middle]
    return DECIMAL128.divide(DECIMAL128.add(amounts[middle - 1], amounts[middle]), Decimal(2))


@LISTS.add("stddev", *_EITHER)
def _stddev(items: list[Any]) -> Any:
    """Of a sample, so that one number alone has none."""
    amounts = _numbers(items)
    if not amounts or len(amounts) == 1:
        return None
    mean = DECIMAL128.divide(functools.reduce(DECIMAL128.add, amounts), Decimal(len(amounts)))
    squares = (DECIMAL128.power(DECIMAL128.subtract(amount, mean), 2) for amount in amounts)
    total = functools.reduce(DECIMAL128.add, squares)
    return DECIMAL128.sqrt(DECIMAL128.divide(total, Decimal(len(amounts) - 1)))


@LISTS.add("mode", *_EITHER)
def _mode(items: list[Any]) -> Any:
    if not items:
        return []
    amounts = _numbers(items)
    if amounts is None:
        return None
    counts: dict[Decimal, int] = {}
    for amount in amounts:
        counts[amount] = counts.get(amount, 0) + 1
    most = max(counts.values())
    return sorted(amount for amount, times in counts.items() if times == most)


@LISTS.add("all", *_EITHER)
def _all(items: list[Any]) -> Any:
    return all_true(items)


@LISTS.add("any", *_EITHER)
def _any(items: list[Any]) -> Any:
    return any_true(items)


def _index(items: list[Any], position: Any) -> int | None:
    """A position counted from 1, or from the end if negative, as Python counts; None when outside."""
    place = truncated(position)
    if not place or abs(place) > len(items):
        return None
    return place - 1 if place > 0 else len(items) + place


@LISTS.add("sublist", "list: list, start position: number, length?: number")
def _sublist(items: list[Any], start: Any, length: Any = None) -> Any:
    begin = _index(items, start)
    count = len(items) if length is None else truncated(length)
    if begin is None or count is None or count < 0 or (length is not None and begin + count > len(items)):
        return None
    return items[begin : begin + count]


@LISTS.add("append", "list: list, *items: any")
def _append(items: list[Any], more: list[Any]) -> list[Any]:
    return [*items, *more]


@LISTS.add("concatenate", "*lists: list")
def _concatenate(lists: list[Any]) -> list[Any]:
    return [item for part in lists for item in (part if kind(part) == "list" else [part])]


@LISTS.add("insert before", "list: list, position: number, newItem: any")
def _insert(items: list[Any], position: Any, new: Any) -> Any:
    at = _index(items, position)
    return None if at is None else [*items[:at], new, *items[at:]]


@LISTS.add("remove", "list: list, position: number")
def _remove(items: list[Any], position: Any) -> Any:
    at = _index(items, position)
    return None if at is None else [*items[:at], *items[at + 1 :]]


@LISTS.add(
    "list replace", "list: list, position: number, newItem: any", "list: list, match: function, newItem: any"
)
def _list_replace(items: list[Any], where: Any, new: Any) -> Any:
    if isinstance(where, Function):
        answers = [where.call([item, new]) for item in items]
        if any(not isinstance(answer, bool) for answer in answers):
            return None
        return [new if answer else item for item, answer in zip(items, answers, strict=True)]
    at = _index(items, where)
    return None if at is None else [*items[:at], new, *items[at + 1 :]]


@LISTS.add("reverse", "list: list")
def _reverse(items: list[Any]) -> list[Any]:
    return items[::-1]


@LISTS.add("index of", "list: list, match: any")
def _index_of(items: list[Any], match: Any) -> list[int]:
    return [place for place, item in enumerate(items, 1) if equal(item, match) is True]


@LISTS.add("union", "*lists: list")
def _union(lists: list[Any]) -> list[Any]:
    return _distinct(_concatenate(lists))


@LISTS.add("distinct values", "list: list")
def _distinct(items: list[Any]) -> list[Any]:
    seen: dict[Any, Any] = {}
    for item in items:
        seen.setdefault(identity(item), item)
    return list(seen.values())


@LISTS.add("flatten", "list: list")
def _flatten(items: list[Any]) -> list[Any]:
    flat: list[Any] = []
    waiting = list(reversed(items))
    while waiting:
        item = waiting.pop()
        if isinstance(item, list | tuple):
            waiting.extend(reversed(item))
        else:
            flat.append(item)
        if len(flat) + len(waiting) > MAX_LIST:
            raise Exhausted
    return flat


@LISTS.add("sort", "list: list, precedes?: function")
def _sort(items: list[Any], precedes: Function | None = None) -> Any:
    if precedes is None:
        keys = [order_key(item) for item in items]
        if None in keys or len({key[0] for key in keys if key}) > 1:
            return None
        return [
            item for _, item in sorted(zip(keys, items, strict=True), key=lambda pair: pair[0] or ("", 0))
        ]
    return sorted(items, key=functools.cmp_to_key(_ordering(precedes)))


def _ordering(precedes: Function) -> Callable[[Any, Any], int]:
    def order(left: Any, right: Any) -> int:
        forth, back = precedes.call([left, right]), precedes.call([right, left])
        if not isinstance(forth, bool) or not isinstance(back, bool):
            raise ValueError("a sort's function must answer true or false")  # noqa: TRY004  # null, like every wrong value
        return back - forth

    return order
