"""Tree to value. A wrong kind of value gives null, as DMN says; a bound that is passed ends the whole evaluation."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from app.feel.arithmetic import calculate, negate
from app.feel.compare import all_true, any_true, compare, member, order_key
from app.feel.errors import Exhausted
from app.feel.functions import BUILTINS
from app.feel.limits import MAX_CALLS, MAX_LIST, MAX_STEPS
from app.feel.temporal import property_of, read_temporal
from app.feel.types import NamedTypes, coerce, conforms
from app.feel.values import Function, Range, as_list, number, whole

Scope = tuple[Mapping[str, Any], Any]  # the names bound here, and the scope around it or None
# Nodes that never give a number, so that a filter needs not ask whether they are an index.
_TRUTHS = frozenset(("=", "!=", "<", "<=", ">", ">=", "and", "or", "in", "between", "some", "every", "instance"))


class Evaluation:
    """One piece of work with one budget; several trees may share it, as the parts of a decision do."""

    __slots__ = ("_calls", "_steps", "exhausted", "functions", "types")

    def __init__(
        self, functions: Mapping[str, Callable[..., Any]] | None = None, types: NamedTypes | None = None
    ) -> None:
        """`functions` are the host's, by name; `types` answer for the names that `instance of` may use."""
        self.functions: Mapping[str, Callable[..., Any]] = functions or {}
        self.types: NamedTypes = types or {}
        self.exhausted = False
        self._steps, self._calls = MAX_STEPS, 0

    def value(self, tree: Any, context: Mapping[str, Any]) -> Any:
        """The value of a tree where `context` binds the names; null, and `exhausted` set, past a bound."""
        return self.guard(lambda: self.run(tree, (context, None)))

    def guard(self, work: Callable[[], Any]) -> Any:
        """What the work gives; null, and `exhausted` set, when it passes a bound."""
        try:
            return work()
        except (Exhausted, RecursionError):
            self.exhausted = True
            return None

    def run(self, node: Any, scope: Scope) -> Any:
        """One node. Raises Exhausted past a bound."""
        self._steps -= 1
        if self._steps < 0:
            raise Exhausted
        return _HANDLERS[node[0]](self, node, scope)

    def charge(self, steps: int) -> None:
        """Take steps off the budget for work that is done at once."""
        self._steps -= steps

    def look_up(self, name: str, scope: Scope) -> Any:
        """The innermost binding of a name, else the host's or the language's function, else null."""
        around: Any = scope
        while around is not None:
            names, around = around
            if name in names:
                return names[name]
        host = self.functions.get(name)
        if host is not None:
            return host if isinstance(host, Function) else _host_function(host)
        return BUILTINS.get(name)

    def call(self, function: Any, arguments: list[Any]) -> Any:
        """A function with positional arguments; null for anything that is no function. Raises Exhausted."""
        if not isinstance(function, Function):
            return None
        self.enter(arguments)
        result = function.call(arguments)
        self._calls -= 1
        return result

    def call_named(self, function: Any, arguments: dict[str, Any]) -> Any:
        """A function with arguments by name. Raises Exhausted."""
        if not isinstance(function, Function):
            return None
        self.enter(list(arguments.values()))
        result = function.call_named(arguments)
        self._calls -= 1
        return result

    def enter(self, arguments: list[Any]) -> None:
        """Count a call and the size of what it gets. Raises Exhausted."""
        self._calls += 1
        self._steps -= 1 + sum(len(value) >> 3 for value in arguments if isinstance(value, list | str))
        if self._calls > MAX_CALLS or self._steps < 0:
            raise Exhausted


def _host_function(body: Callable[..., Any]) -> Function:
    """A plain callable of the host. A wrong number of arguments gives null; what it raises itself is passed on."""
    signature = inspect.signature(body)

    def call(*arguments: Any) -> Any:
        try:
            signature.bind(*arguments)
        except TypeError:
            return None
        return body(*arguments)

    return Function(None, call)


def evaluate(
    tree: Any, context: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]] | None = None
) -> Any:
    """The value of a parsed expression where `context` binds the names; null on any error, as DMN says.

    Numbers come back as Decimal (or int, when the context held one). What a host function raises is passed on.
    """
    return Evaluation(functions).value(tree, context)


def evaluate_unary(
    tree: Any,
    value: Any,
    context: Mapping[str, Any],
    functions: Mapping[str, Callable[..., Any]] | None = None,
) -> bool | None:
    """Whether a value passes the parsed unary tests; null when that cannot be said."""
    answer = Evaluation(functions).value(tree, {**context, "?": value})
    return answer if isinstance(answer, bool) else None


def _literal(_run: Evaluation, node: Any, _scope: Scope) -> Any:
    return node[1]


@lru_cache(maxsize=4096)
def _decimal(text: str) -> Decimal | None:
    return +Decimal(text) if Decimal(text).adjusted() <= 6144 else None  # noqa: PLR2004  # decimal128


def _number(_run: Evaluation, node: Any, _scope: Scope) -> Any:
    return _decimal(node[1])


@lru_cache(maxsize=4096)
def _temporal_value(text: str) -> Any:
    return read_temporal(text)


def _temporal(_run: Evaluation, node: Any, _scope: Scope) -> Any:
    return _temporal_value(node[1])


def _name(run: Evaluation, node: Any, scope: Scope) -> Any:
    return run.look_up(node[1], scope)


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


_RANGE_PARTS: dict[str, Callable[[Range], Any]] = {
    "start": lambda value: value.start,
    "end": lambda value: value.start if value.operator == "=" else value.end,
    "start included": lambda value: value.start_included,
    "end included": lambda value: value.end_included,
}


def _path(run: Evaluation, node: Any, scope: Scope) -> Any:
    return member_of(run.run(node[1], scope), node[2])


def item_scope(item: Any, scope: Scope) -> Scope:
    """Within a filter: `item`, and the entries of an item that is a context."""
    return ({"item": item, **item} if isinstance(item, Mapping) else {"item": item}), scope


def _filter(run: Evaluation, node: Any, scope: Scope) -> Any:
    value, predicate = run.run(node[1], scope), node[2]
    items = as_list(value)
    if predicate[0] not in _TRUTHS:
        index = run.run(predicate, scope)
        if number(index) is not None:
            return at_index(items, index)
    return [item for item in items if run.run(predicate, item_scope(item, scope)) is True]


def at_index(items: list[Any], index: Any) -> Any:
    """The item at a place counted from 1, or from the end when negative; null outside."""
    place = whole(index)
    if not place or abs(place) > len(items):
        return None
    return items[place - 1 if place > 0 else place]


def _list(run: Evaluation, node: Any, scope: Scope) -> Any:
    return [run.run(part, scope) for part in node[1:]]


def _context(run: Evaluation, node: Any, scope: Scope) -> Any:
    """An entry sees those before it; a key given twice makes the whole null."""
    made: dict[str, Any] = {}
    inner = (made, scope)
    for key, part in node[1:]:
        if key in made:
            return None
        made[key] = run.run(part, inner)
    return made


def _range(run: Evaluation, node: Any, scope: Scope) -> Any:
    start, end = run.run(node[2], scope), run.run(node[3], scope)
    if not _may_bound(node[2], start) or not _may_bound(node[3], end):
        return None
    if start is not None and end is not None and compare("<=", start, end) is None:
        return None
    return Range(start, end, start_included=node[1], end_included=node[4])


def _may_bound(node: Any, value: Any) -> bool:
    return order_key(value) is not None or (value is None and tuple(node) == ("lit", None))


def _half_range(run: Evaluation, node: Any, scope: Scope) -> Any:
    operator, value = node[1], run.run(node[2], scope)
    if operator in ("=", "!="):
        return Range(value, value, start_included=True, end_included=True, operator=operator)
    if value is None:
        return None
    if operator[0] == "<":
        return Range(None, value, start_included=False, end_included=operator == "<=")
    return Range(value, None, start_included=operator == ">=", end_included=False)


def _negative(run: Evaluation, node: Any, scope: Scope) -> Any:
    return negate(run.run(node[1], scope))


def _calculate(run: Evaluation, node: Any, scope: Scope) -> Any:
    return calculate(node[0], run.run(node[1], scope), run.run(node[2], scope))


def _compare(run: Evaluation, node: Any, scope: Scope) -> Any:
    left, right = run.run(node[1], scope), run.run(node[2], scope)
    if type(left) is str and type(right) is str and node[0] == "=":  # the commonest condition of all
        return left == right
    return compare(node[0], left, right)


def _and(run: Evaluation, node: Any, scope: Scope) -> Any:
    return all_true(run.run(part, scope) for part in node[1:])


def _or(run: Evaluation, node: Any, scope: Scope) -> Any:
    return any_true(run.run(part, scope) for part in node[1:])


def _between(run: Evaluation, node: Any, scope: Scope) -> Any:
    value, low, high = (run.run(part, scope) for part in node[1:])
    return all_true((compare(">=", value, low), compare("<=", value, high)))


def _in(run: Evaluation, node: Any, scope: Scope) -> Any:
    inner = ({"?": run.run(node[1], scope)}, scope)
    return any_true([run.run(test, inner) for test in node[2:]])


def _test(run: Evaluation, node: Any, scope: Scope) -> Any:
    return compare(node[1], run.look_up("?", scope), run.run(node[2], scope))


def _is(run: Evaluation, node: Any, scope: Scope) -> Any:
    """A plain expression as a test: the value is it or in it; or it is a truth about something else."""
    value, candidate = run.look_up("?", scope), run.run(node[1], scope)
    if isinstance(candidate, bool) and not isinstance(value, bool) and node[1][0] != "lit":
        return candidate
    return member(value, candidate)


def _asked(run: Evaluation, node: Any, scope: Scope) -> Any:
    """An expression with `?` answers for itself, or names what the value must be."""
    answer = run.run(node[1], scope)
    return answer if isinstance(answer, bool) or answer is None else member(run.look_up("?", scope), answer)


def _any_test(_run: Evaluation, _node: Any, _scope: Scope) -> Any:
    return True


def _any_of(run: Evaluation, node: Any, scope: Scope) -> Any:
    return any_true(run.run(test, scope) for test in node[1:])


def _none_of(run: Evaluation, node: Any, scope: Scope) -> Any:
    found = _any_of(run, node, scope)
    return None if found is None else not found


def _if(run: Evaluation, node: Any, scope: Scope) -> Any:
    return run.run(node[2] if run.run(node[1], scope) is True else node[3], scope)


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


def _domain(run: Evaluation, iterator: Any, scope: Scope) -> Iterable[Any] | None:
    bounds = [run.run(part, scope) for part in iterator[1:]]
    if len(bounds) == 2:  # noqa: PLR2004  # `for i in 1..3`
        return counting(*bounds)
    return items_of(bounds[0])


class _NotIterable(Exception):
    """A loop over something that is no list."""


def _rounds(run: Evaluation, iterators: Any, scope: Scope) -> Iterator[Scope]:
    """One scope for each combination; a later iterator may use an earlier one's name."""
    items = _domain(run, iterators[0], scope)
    if items is None:
        raise _NotIterable
    for item in items:
        inner = ({iterators[0][0]: item}, scope)
        if len(iterators) == 1:
            yield inner
        else:
            yield from _rounds(run, iterators[1:], inner)


def _for(run: Evaluation, node: Any, scope: Scope) -> Any:
    results: list[Any] = []
    try:
        for inner in _rounds(run, node[1], scope):
            around = inner
            if node[3]:  # the body speaks of `partial`: it gets a copy, or the list would come to hold itself
                run.charge(len(results) >> 3)
                around = ({"partial": list(results)}, inner)
            results.append(run.run(node[2], around))
            if len(results) > MAX_LIST:
                raise Exhausted
    except _NotIterable:
        return None
    return results


def _quantified(run: Evaluation, node: Any, scope: Scope) -> Any:
    decide = any_true if node[0] == "some" else all_true
    try:
        return decide(run.run(node[2], inner) for inner in _rounds(run, node[1], scope))
    except _NotIterable:
        return None


def _function(run: Evaluation, node: Any, scope: Scope) -> Any:
    parameters, body = node[1], node[2]

    def call(*arguments: Any) -> Any:
        bound = {}
        for (name, wanted), argument in zip(parameters, arguments, strict=True):
            fits, value = coerce(argument, wanted, run.types)
            if not fits:
                return None
            bound[name] = value
        return run.run(body, (bound, scope))

    return Function([name for name, _ in parameters], call)


def _call(run: Evaluation, node: Any, scope: Scope) -> Any:
    return run.call(run.run(node[1], scope), [run.run(part, scope) for part in node[2:]])


def _call_named(run: Evaluation, node: Any, scope: Scope) -> Any:
    arguments = {name: run.run(part, scope) for name, part in node[2:]}
    return run.call_named(run.run(node[1], scope), arguments)


def _instance(run: Evaluation, node: Any, scope: Scope) -> Any:
    value = run.run(node[1], scope)
    return value is not None and conforms(value, node[2], run.types)


_HANDLERS: dict[str, Callable[[Evaluation, Any, Scope], Any]] = {
    "lit": _literal,
    "num": _number,
    "at": _temporal,
    "name": _name,
    "path": _path,
    "filter": _filter,
    "list": _list,
    "context": _context,
    "range": _range,
    "half": _half_range,
    "neg": _negative,
    **dict.fromkeys(("+", "-", "*", "/", "**"), _calculate),
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">="), _compare),
    "and": _and,
    "or": _or,
    "between": _between,
    "in": _in,
    "test": _test,
    "is": _is,
    "asked": _asked,
    "any": _any_test,
    "any_of": _any_of,
    "none": _none_of,
    "if": _if,
    "for": _for,
    "some": _quantified,
    "every": _quantified,
    "function": _function,
    "call": _call,
    "named": _call_named,
    "instance": _instance,
}
TAGS = frozenset(_HANDLERS)
