"""Rules asked again and again: a tree that knows what its answer hangs on, and a memory for one piece of work."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.feel.interpreter import evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Self

    from app.feel.reads import Path

_NOWHERE: Any = object()  # stands for a name that the context does not bind
_NO_ITEMS: Any = object()
_NEW: Any = object()
#: Values that equal nothing but the same value of the same type; `1`, `true` and `1.0` are one key of a dict.
_PLAIN = frozenset((str, type(None), dt.date))
_MARKED = frozenset((bool, int))
_KEPT = _PLAIN | _MARKED | {Decimal, dt.datetime}  # answers that nobody who gets them can change


class Rule(tuple[Any, ...]):  # noqa: SLOT001 - a tuple takes no slots that hold anything
    """A parsed tree, and the `paths` of every name that may be looked up around it: the name, what follows it."""

    paths: tuple[tuple[str, Path], ...]

    def __new__(cls, tree: Any) -> Self:
        rule = super().__new__(cls, tree)
        rule.paths = tuple((root, tuple(parts)) for root, *parts in sorted(set(_paths(tree))))
        return rule

    def reads(self, context: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """What the answer hangs on, as a key; None where that is more than a few plain values."""
        found: list[Any] = []
        for root, parts in self.paths:
            value = context.get(root, _NOWHERE)
            for part in parts:
                if type(value) is dict:
                    value = value.get(part)
                elif value is not None and value is not _NOWHERE:
                    return None  # a part of a date, or the same of each item of a list
            kind = type(value)
            if kind in _PLAIN or value is _NOWHERE:
                found.append(value)
            elif kind in _MARKED:
                found.append((kind, value))
            elif kind is list and not value:
                found.append(_NO_ITEMS)
            else:
                return None
        return tuple(found)


def _paths(node: Any) -> Iterator[Path]:
    """Names wherever they stand, those that a loop or a filter binds among them: too many never hurt."""
    path = _chain(node)
    if path is not None:
        yield path
        if "." in path[0]:  # `Person.Name` may be a name or a path
            yield (*path[0].split("."), *path[1:])
        return
    for part in node:
        if isinstance(part, tuple | list):
            yield from _paths(part)


def _chain(node: Any) -> Path | None:
    """The path that a node stands for; None for one of another kind, and for a loop over something named `name`."""
    parts: list[str] = []
    while len(node) == 3 and node[0] == "path" and isinstance(node[2], str):  # noqa: PLR2004
        parts.append(node[2])
        node = node[1]
    is_name = len(node) == 2 and node[0] == "name" and isinstance(node[1], str)  # noqa: PLR2004
    return (node[1], *reversed(parts)) if is_name else None


class Memory:
    """What rules have answered in one piece of work. It holds what they read: let it go with the work."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        # By the id of the rule, which is its own while the rule is kept.
        self._known: dict[int, tuple[Rule, dict[Any, Any]]] = {}

    def value(self, tree: Any, context: Mapping[str, Any]) -> Any:
        """The same as `evaluate`; worked out once for equal values of what a rule reads."""
        key = tree.reads(context) if type(tree) is Rule else None
        if key is None:
            return evaluate(tree, context)
        known = self._known.get(id(tree))
        if known is None:
            known = self._known[id(tree)] = (tree, {})
        found = known[1].get(key, _NEW)
        if found is _NEW:
            found = evaluate(tree, context)
            if type(found) in _KEPT:
                known[1][key] = found
        return found
