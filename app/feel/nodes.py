"""What each node of a tree does. A wrong kind of value gives null, as DMN says."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from app.feel.arithmetic import calculate, negate
from app.feel.compare import all_true, any_true, compare, member, order_key
from app.feel.errors import Exhausted
from app.feel.items import Scope, at_index, counting, item_scope, items_of, member_of
from app.feel.limits import MAX_LIST
from app.feel.temporal import read_temporal
from app.feel.types import coerce, conforms
from app.feel.values import DECIMAL128, Function, Range, as_list, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from decimal import Decimal

    from app.feel.interpreter import Evaluation

# Nodes that never give a number, so that a filter needs not ask whether they are an index.
_TRUTHS = frozenset(
    ("=", "!=", "<", "<=", ">", ">=", "and", "or", "in", "between", "some", "every", "instance")
)


def _literal(_run: Evaluation, node: Any, _scope: Scope) -> Any:
    return node[1]


@functools.lru_cache(maxsize=4096)
def _decimal(text: str) -> Decimal | None:
    try:
        return DECIMAL128.create_decimal(text)
    except ArithmeticError:
        return None


def _number(_run: Evaluation, node: Any, _scope: Scope) -> Any:
    return _decimal(node[1])


@functools.lru_cache(maxsize=4096)
def _temporal_value(text: str) -> Any:
    return read_temporal(text)


def _temporal(_run: Evaluation, node: Any, _scope: Scope) -> Any:
    return _temporal_value(node[1])


def _name(run: Evaluation, node: Any, scope: Scope) -> Any:
    value = run.look_up(node[1], scope)
    if value is None and "." in node[1]:
        # A parameter may be called `Person.Name`; where it is not bound, the same text is a path.
        head, *rest = node[1].split(".")
        value = functools.reduce(member_of, rest, run.look_up(head, scope))
    return value


def _path(run: Evaluation, node: Any, scope: Scope) -> Any:
    return member_of(run.run(node[1], scope), node[2])


def _filter(run: Evaluation, node: Any, scope: Scope) -> Any:
    value, predicate = run.run(node[1], scope), node[2]
    items = as_list(value)
    if predicate[0] not in _TRUTHS:
        index = run.run(predicate, scope)
        if number(index) is not None:
            return at_index(items, index)
    return [item for item in items if run.run(predicate, item_scope(item, scope)) is True]


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
        return Range(None, value, start_included=False, end_included=operator == "<=", operator=operator)
    return Range(value, None, start_included=operator == ">=", end_included=False, operator=operator)


def _negative(run: Evaluation, node: Any, scope: Scope) -> Any:
    return negate(run.run(node[1], scope))


def _calculate(run: Evaluation, node: Any, scope: Scope) -> Any:
    return calculate(node[0], run.run(node[1], scope), run.run(node[2], scope))


def _compare(run: Evaluation, node: Any, scope: Scope) -> Any:
    left, right = run.run(node[1], scope), run.run(node[2], scope)
    if type(left) is str and type(right) is str and node[0] == "=":  # the commonest condition of all
        return left == right
    run.weigh(left, right)
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
    run.weigh(value, candidate)
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


HANDLERS: dict[str, Callable[[Evaluation, Any, Scope], Any]] = {
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
