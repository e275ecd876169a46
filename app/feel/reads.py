"""Which names an expression reads from the context it is given, as dotted paths."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from app.feel.functions import BUILTINS

Path = tuple[str, ...]
_Bound = Mapping[str, Path | None]  # a local name, and the path of what it stands for if that is known


def names_read(tree: Any, bound: Collection[str] = ()) -> frozenset[Path]:
    """The free names of a parsed tree with their paths: `case.purpose` gives `("case", "purpose")`.

    A loop's variable stands for the items of what it runs over (`some r in reports satisfies r.outcome = "x"` reads
    `("reports",)` and `("reports", "outcome")`), and so does `item` in a filter. A bare name in a filter may be an
    entry of the items or a free name: it is reported as a free name, so write `item.x` where the gate shall know.
    Names called as functions and the names in `bound` are not reported.
    """
    found: set[Path] = set()
    _visit(tree, dict.fromkeys(bound), found)
    return frozenset(found)


def _visit(node: Any, bound: _Bound, found: set[Path]) -> None:
    path = _path_of(node, bound)
    if path is not None:
        found.add(path)
        return
    _VISITORS.get(node[0], _visit_parts)(node, bound, found)


def _path_of(node: Any, bound: _Bound) -> Path | None:
    """The path that a name or a chain of names stands for."""
    if node[0] == "name":
        return bound[node[1]] if node[1] in bound else (node[1],)
    if node[0] == "path":
        before = _path_of(node[1], bound)
        return None if before is None else (*before, node[2])
    return None


def _visit_parts(node: Any, bound: _Bound, found: set[Path]) -> None:
    for part in node[1:]:
        if isinstance(part, list | tuple) and part:
            _visit(part, bound, found)


def _visit_nothing(_node: Any, _bound: _Bound, _found: set[Path]) -> None:
    return


def _visit_context(node: Any, bound: _Bound, found: set[Path]) -> None:
    inner = dict(bound)
    for key, part in node[1:]:
        _visit(part, inner, found)
        inner[key] = None


def _visit_filter(node: Any, bound: _Bound, found: set[Path]) -> None:
    _visit(node[1], bound, found)
    _visit(node[2], {**bound, "item": _path_of(node[1], bound)}, found)


def _visit_loop(node: Any, bound: _Bound, found: set[Path]) -> None:
    inner = dict(bound)
    for iterator in node[1]:
        for part in iterator[1:]:
            _visit(part, inner, found)
        inner[iterator[0]] = _path_of(iterator[1], inner) if len(iterator) == 2 else None  # noqa: PLR2004
    if node[0] == "for":
        inner["partial"] = None
    _visit(node[2], inner, found)


def _visit_function(node: Any, bound: _Bound, found: set[Path]) -> None:
    _visit(node[2], {**bound, **{name: None for name, _ in node[1]}}, found)


def _visit_call(node: Any, bound: _Bound, found: set[Path]) -> None:
    if node[1][0] != "name":
        _visit(node[1], bound, found)
    for part in node[2:]:
        argument = part[1] if node[0] == "named" else part
        builtin = (
            argument[0] == "name" and argument[1] in BUILTINS
        )  # a function handed over, as in sort(list, max)
        if not (builtin and argument[1] not in bound):
            _visit(argument, bound, found)


def _visit_in(node: Any, bound: _Bound, found: set[Path]) -> None:
    _visit(node[1], bound, found)
    for test in node[2:]:
        _visit(test, {**bound, "?": None}, found)


def _visit_instance(node: Any, bound: _Bound, found: set[Path]) -> None:
    _visit(node[1], bound, found)


def _visit_range(node: Any, bound: _Bound, found: set[Path]) -> None:
    _visit(node[2], bound, found)
    _visit(node[3], bound, found)


def _visit_operand(node: Any, bound: _Bound, found: set[Path]) -> None:
    _visit(node[2], bound, found)


_VISITORS: dict[str, Callable[[Any, _Bound, set[Path]], None]] = {
    "lit": _visit_nothing,
    "num": _visit_nothing,
    "at": _visit_nothing,
    "name": _visit_nothing,  # a local one: the free ones are paths
    "context": _visit_context,
    "filter": _visit_filter,
    "for": _visit_loop,
    "some": _visit_loop,
    "every": _visit_loop,
    "function": _visit_function,
    "call": _visit_call,
    "named": _visit_call,
    "in": _visit_in,
    "instance": _visit_instance,
    "range": _visit_range,
    "half": _visit_operand,
    "test": _visit_operand,
}
