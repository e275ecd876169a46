"""Tree to value: one evaluation with its budget; a bound that is passed ends the whole of it."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from app.feel.errors import Exhausted
from app.feel.functions import BUILTINS
from app.feel.limits import MAX_CALLS, MAX_STEPS
from app.feel.nodes import HANDLERS
from app.feel.values import Function, weight

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.feel.items import Scope
    from app.feel.types import NamedTypes


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
            answer = work()
            self.weigh(answer)
        except (Exhausted, RecursionError):
            self.exhausted = True
            return None
        return answer

    def run(self, node: Any, scope: Scope) -> Any:
        """One node. Raises Exhausted past a bound."""
        self._steps -= 1
        if self._steps < 0:
            raise Exhausted
        return HANDLERS[node[0]](self, node, scope)

    def charge(self, steps: int) -> None:
        """Take steps off the budget for work that is done at once."""
        self._steps -= steps

    def weigh(self, *values: Any) -> None:
        """Take the weight of lists and contexts off the budget, before they are walked through. Raises Exhausted."""
        for value in values:
            if isinstance(value, list | dict):
                self._steps -= weight(value) >> 3

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
        self.enter(function.price, arguments)
        result = function.call(arguments)
        self._calls -= 1
        return result

    def call_named(self, function: Any, arguments: dict[str, Any]) -> Any:
        """A function with arguments by name. Raises Exhausted."""
        if not isinstance(function, Function):
            return None
        self.enter(function.price, list(arguments.values()))
        result = function.call_named(arguments)
        self._calls -= 1
        return result

    def enter(self, price: int, arguments: list[Any]) -> None:
        """Count a call and the weight of what it gets. Raises Exhausted."""
        self._calls += 1
        self._steps -= price + sum(
            weight(value) >> 3 for value in arguments if isinstance(value, list | str | dict)
        )
        if self._calls > MAX_CALLS or self._steps < 0:
            raise Exhausted


def _host_function(body: Callable[..., Any]) -> Function:
    """A plain callable of the host. A wrong number of arguments gives null; what it raises itself is passed on."""
    try:
        signature = inspect.signature(body)
    except ValueError:  # written in C, without one
        return Function(None, body)

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
