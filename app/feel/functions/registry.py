"""How a built-in function is declared and called: signatures in words, arguments checked before the body runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from app.feel.errors import Exhausted
from app.feel.limits import MAX_LIST, MAX_STRING
from app.feel.values import Function, kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Body = TypeVar("Body", bound="Callable[..., Any]")
_POINT_KINDS = frozenset(("date", "date and time"))
_ORDERED = frozenset(("number", "string", "date", "time", "date and time")) | {
    "days and time duration",
    "years and months duration",
}


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    kind: str
    optional: bool  # may be left out
    nullable: bool


@dataclass(frozen=True, slots=True)
class _Signature:
    parameters: tuple[_Parameter, ...]
    rest: str  # kind of the items of `*rest`, empty if there is none

    @property
    def required(self) -> int:
        return sum(not parameter.optional for parameter in self.parameters)


class Builtin(Function):
    """A function of the language itself, with one or several signatures."""

    __slots__ = ("name", "price", "signatures")

    def __init__(self, name: str, signatures: Sequence[str], body: Callable[..., Any], price: int) -> None:
        super().__init__(None, body)
        self.price = price
        self.name = name
        self.signatures = tuple(_signature(text) for text in signatures)

    def call(self, arguments: Sequence[Any]) -> Any:
        """The first signature that fits decides; null if none does."""
        for signature in self.signatures:
            fitted = _fit(signature, arguments)
            if fitted is not None:
                return _run(self.body, fitted)
        return None

    def call_named(self, arguments: Mapping[str, Any]) -> Any:
        """Like `call`, with the arguments put in order by their names."""
        for signature in self.signatures:
            ordered = _order(signature, arguments)
            fitted = None if ordered is None else _fit(signature, ordered)
            if fitted is not None:
                return _run(self.body, fitted)
        return None


def _unbounded(_result: Any) -> int:
    return 0


_SIZES: dict[type, Callable[[Any], int]] = {
    str: lambda result: len(result) - MAX_STRING,
    list: lambda result: len(result) - MAX_LIST,
}


def _run(body: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    try:
        result = body(*arguments)
    except (ArithmeticError, ValueError):
        return None
    if _SIZES.get(type(result), _unbounded)(result) > 0:
        raise Exhausted
    return result


def _signature(text: str) -> _Signature:
    """`string: string, start position: number, length?: number?`; `*items: any` takes what follows, one or more."""
    parameters, rest = [], ""
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, expected = part.partition(":")
        expected = expected.strip()
        if name.startswith("*"):
            rest = expected
        else:
            parameters.append(
                _Parameter(name.rstrip("?"), expected.rstrip("?"), name.endswith("?"), expected.endswith("?"))
            )
    return _Signature(tuple(parameters), rest)


def _order(signature: _Signature, arguments: Mapping[str, Any]) -> list[Any] | None:
    names = [parameter.name for parameter in signature.parameters]
    if signature.rest or not arguments.keys() <= set(names):
        return None
    ordered = []
    for parameter in signature.parameters:
        if parameter.name not in arguments and not parameter.optional:
            return None
        ordered.append(arguments.get(parameter.name))
    given = max((names.index(name) for name in arguments), default=-1) + 1
    return ordered[: max(given, signature.required)]


def _fit(signature: _Signature, arguments: Sequence[Any]) -> list[Any] | None:
    """The arguments, coerced between a value and a list of one where needed; None if they do not fit."""
    fixed = len(signature.parameters)
    if len(arguments) < signature.required + bool(signature.rest) or (
        len(arguments) > fixed and not signature.rest
    ):
        return None
    fitted = []
    for parameter, value in zip(signature.parameters, arguments, strict=False):
        fits, coerced = _coerce(value, parameter.kind, nullable=parameter.nullable)
        if not fits:
            return None
        fitted.append(coerced)
    rest = list(arguments[fixed:])
    if signature.rest:
        if any(not _coerce(value, signature.rest, nullable=False)[0] for value in rest):
            return None
        fitted.append(rest)
    return fitted


def _coerce(value: Any, expected: str, *, nullable: bool) -> tuple[bool, Any]:
    if expected == "any":
        return True, value
    if value is None:
        return nullable, None
    actual = kind(value)
    if _fits(actual, expected):
        return True, value
    if actual == "list" and len(value) == 1 and _fits(kind(value[0]), expected):
        return True, value[0]
    if expected == "list":
        return True, [value]
    return False, None


def _fits(actual: str, expected: str) -> bool:
    if expected == "day":
        return actual in _POINT_KINDS
    if expected == "point":
        return actual in _ORDERED
    return actual == expected


class Registry(dict[str, Builtin]):
    """Functions by name."""

    def add(self, name: str, *signatures: str, price: int = 1) -> Callable[[Body], Body]:
        """Declare the decorated function under a FEEL name."""

        def declare(body: Body) -> Body:
            self[name] = Builtin(name, signatures, body, price)
            return body

        return declare

    def names(self) -> frozenset[str]:
        """Every word the parser must know: function names and the names of their parameters."""
        words = {
            parameter.name
            for function in self.values()
            for signature in function.signatures
            for parameter in signature.parameters
        }
        return frozenset(words | self.keys())
