"""What an expression reads and of which type it is, worked out from its tree without running it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.engine.gate.known import FieldReads
from app.engine.gate.results import (
    ANY,
    BOOLEAN,
    DURATIONS,
    INSTANT,
    NUMBER,
    item_of,
    result_of,
    result_of_call,
)
from app.feel import evaluate
from app.feel.functions import NAMES as BUILTINS
from app.feel.values import kind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping


_WITHOUT_PARTS = frozenset({"string", "number", "boolean", "null"})


@dataclass
class Judgement:
    """What was found in one expression; `gives` is the type of its value."""

    gives: FieldReads = ANY
    unknown: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    mismatched: list[tuple[str, str]] = field(default_factory=list)
    codes: list[tuple[str, str, frozenset[str]]] = field(default_factory=list)
    reads: dict[str, FieldReads] = field(default_factory=dict)


@dataclass(frozen=True)
class _Value:
    """A part of an expression: its type, and the dotted name or the literal that it is."""

    type: FieldReads
    name: str = ""
    literal: str | None = None


def judge(tree: Any, names: Mapping[str, FieldReads], functions: Collection[str] = ()) -> Judgement:
    """Return what the tree reads out of `names`, what it cannot find there, and what cannot go together."""
    judgement = Judgement()
    judgement.gives = _Walk(judgement, functions).value(tree, dict(names)).type
    return judgement


def judge_tests(
    tests: Any,
    tested: FieldReads,
    called: str,
    names: Mapping[str, FieldReads],
    functions: Collection[str] = (),
) -> Judgement:
    """Return the same of the unary tests of a cell, put to a value of type `tested` that is called so."""
    judgement = Judgement(BOOLEAN)
    walk = _Walk(judgement, functions)
    walk.tests([tests], _Value(tested, called), dict(names))
    return judgement


class _Walk:
    """One walk over a tree; `names` are those bound at a place."""

    def __init__(self, judgement: Judgement, functions: Collection[str]) -> None:
        self.found = judgement
        self.functions = functions

    def value(self, node: Any, names: dict[str, FieldReads]) -> _Value:
        """Judge one node."""
        handler = _HANDLERS.get(node[0], _Walk.on_unknown_shape)
        return handler(self, node, names)

    def type(self, node: Any, names: dict[str, FieldReads]) -> FieldReads:
        return self.value(node, names).type

    def on_unknown_shape(self, node: Any, names: dict[str, FieldReads]) -> _Value:
        for part in node[1:]:
            if isinstance(part, list | tuple) and part and isinstance(part[0], str) and part[0] in _HANDLERS:
                self.value(part, names)
        return _Value(ANY)

    # Names and paths.

    def on_name(self, node: Any, names: dict[str, FieldReads]) -> _Value:
        name = node[1]
        if name in names:
            self.found.reads.setdefault(name, names[name])
            return _Value(names[name], name)
        if name not in BUILTINS and name not in self.functions:
            self.found.unknown.append(name)
        return _Value(ANY, name)

    def on_path(self, node: Any, names: dict[str, FieldReads]) -> _Value:
        base, name = self.value(node[1], names), node[2]
        columns = base.type.columns
        dotted = f"{base.name}.{name}" if base.name else ""
        if columns is None:
            if item_of(base.type).type in _WITHOUT_PARTS:
                self.found.unknown.append(dotted or name)
            return _Value(ANY, dotted)
        if name not in columns:
            self.found.unknown.append(dotted or name)
            return _Value(ANY, dotted)
        if dotted:
            self.found.reads[dotted] = columns[name]
        many = base.type.type == "list"
        return _Value(FieldReads("list", item=columns[name]) if many else columns[name], dotted)

    def on_filter(self, node: Any, names: dict[str, FieldReads]) -> _Value:
        base = self.value(node[1], names)
        item = item_of(base.type)
        open_columns = {} if item.columns is None else dict(item.columns)
        if item.type == "Any":
            open_columns = dict.fromkeys(_bare_names(node[2]), ANY)
        self.value(node[2], {**open_columns, **names, "item": item, **open_columns})
        is_index = node[2][0] in {"num", "neg"}
        return _Value(item if is_index else base.type, base.name)

    # Literals and collections.

    def on_literal(self, node: Any, _names: dict[str, FieldReads]) -> _Value:
        value = node[1]
        name = "null" if value is None else kind(value)
        return _Value(FieldReads(name), literal=value if isinstance(value, str) else None)

    def on_static(self, node: Any, _names: dict[str, FieldReads]) -> _Value:
        return _Value(FieldReads(kind(evaluate(node, {}))))

    def on_list(self, node: Any, names: dict[str, FieldReads]) -> _Value:
        kinds = {self.type(part, names).type for part in node[1:]}
        if not kinds:
            return _Value(FieldReads("list", item=FieldReads("null")))
        return _Value(FieldReads("list", item=FieldReads(kinds.pop()) if len(kinds) == 1 else ANY))

    def on_context(self, node: Any, names: dict[str, FieldReads]) -> _Value:
        inner = dict(names)
        columns: dict[str, FieldReads] = {}
        for key, part in node[1:]:
            columns[key] = inner[key] = self.type(part, inner)
        return _Value(FieldReads("context", columns=columns))

    def on_range(self, node: Any, names: dict[str, FieldReads]) -> _Value:
        low, high = self.value(node[2], names), self.value(node[3], names)
        self.set_against(low, high)
        return _Value(FieldReads("range", item=low.type if low.type.type != "null" else high.type))

    def on_half(self, node: Any, names: dict[str, FieldReads]) -> _Value:
        return _Value(FieldReads("range", item=self.type(node[2], names)))

    # Reckoning and comparing.

    def on_negative(self, node: Any, names: dict[str, FieldReads]) -> _Value:
        operand = self.type(node[1], names)
        if operand.type not in {"number", "Any", *DURATIONS}:
            self.found.mismatched.append(("-", operand.type))
        return _Value(operand)

    def on_calculate(self, node: Any, names: dict[str, FieldReads]) -> _Value:
        left, right = self.type(node[1], names), self.type(node[2], names)
        if "Any" in {left.type, right.type}:
            return _Value(NUMBER if NUMBER.type in {left.type, right.type} and node[0] in "*/**" else ANY)
        result = result_of(node[0], left.type, right.type)
        if result is None:
            self.found.mismatched.append((left.type, right.type))
            return _Value(ANY)
        return _Value(FieldReads(result))

    def on_compare(self, node: Any, names: dict[str, FieldReads]) -> _Value:
        left, right = self.value(node[1], names), self.value(node[2], names)
        self.set_against(left, right, equality=node[0] in {"=", "!="})
        return _Value(BOOLEAN)

    def on_between(self, node: Any, names: dict[str, FieldReads]) -> _Value:
        value, low, high = (self.value(part, names) for part in node[1:])
        self.set_against(value, low)
        self.set_against(value, high)
        return _Value(BOOLEAN)

    def on_in(self, node: Any, names: dict[str, FieldReads]) -> _Value:
        self.tests(node[2:], self.value(node[1], names), names)
        return _Value(BOOLEAN)

    def tests(self, tests: Iterable[Any], tested: _Value, names: dict[str, FieldReads]) -> None:
        """Judge unary tests put to a value."""
        inner = {**names, "?": tested.type}
        for test in tests:
            if test[0] in {"any_of", "none"}:
                self.tests(test[1:], tested, names)
            elif test[0] == "is":
                self.one_test(test[1], tested, names)
            elif test[0] == "test":
                self.set_against(tested, self.value(test[2], names), equality=test[1] in {"=", "!="})
            elif test[0] == "asked":
                self.value(test[1], inner)

    def one_test(self, operand: Any, tested: _Value, names: dict[str, FieldReads]) -> None:
        if operand[0] == "list":
            for part in operand[1:]:
                self.one_test(part, tested, names)
            return
        value = self.value(operand, names)
        if value.type.type == "range":
            self.set_against(tested, _Value(value.type.item or ANY))
        elif value.type.type == "list" and tested.type.type != "list":
            self.set_against(tested, _Value(item_of(value.type)), equality=True)
        elif value.type.type != "boolean" or operand[0] == "lit":
            self.set_against(tested, value, equality=True)

    def set_against(self, left: _Value, right: _Value, *, equality: bool = False) -> None:
        """Note two values that can never be equal, or have no order; and codes of no list."""
        kinds = {left.type.type, right.type.type}
        if equality:
            kinds.discard("null")
        if len(kinds - {"Any"}) > 1 or (not equality and kinds & {"boolean", "context", "null"}):
            self.found.mismatched.append((left.type.type, right.type.type))
        for named, other in ((left, right), (right, left)):
            codes = named.type.codes
            if codes is not None and other.literal is not None and other.literal not in codes:
                self.found.codes.append((named.name, other.literal, codes))

    # Logic and loops.

    def on_logic(self, node: Any, names: dict[str, FieldReads]) -> _Value:
        for part in node[1:]:
            given = self.type(part, names).type
            if given not in {"boolean", "Any"}:
                self.found.mismatched.append((node[0], given))
        return _Value(BOOLEAN)

    def on_instance(self, node: Any, names: dict[str, FieldReads]) -> _Value:
        self.value(node[1], names)
        return _Value(BOOLEAN)

    def on_if(self, node: Any, names: dict[str, FieldReads]) -> _Value:
        given = self.type(node[1], names).type
        if given not in {"boolean", "Any"}:
            self.found.mismatched.append(("if", given))
        branches = [self.type(part, names) for part in node[2:]]
        kinds = {branch.type for branch in branches} - {"null"}
        return _Value(FieldReads(kinds.pop()) if len(kinds) == 1 else ANY)

    def on_loop(self, node: Any, names: dict[str, FieldReads]) -> _Value:
        inner = dict(names)
        for name, *domain in node[1]:
            types = [self.type(part, inner) for part in domain]
            inner[name] = NUMBER if len(types) > 1 else item_of(types[0])
            if len(types) == 1 and types[0].type == "range":
                inner[name] = types[0].item or ANY
        if node[0] == "for":
            inner["partial"] = FieldReads("list")
            return _Value(FieldReads("list", item=self.type(node[2], inner)))
        self.value(node[2], inner)
        return _Value(BOOLEAN)

    def on_function(self, node: Any, names: dict[str, FieldReads]) -> _Value:
        self.value(node[2], {**names, **{name: ANY for name, _ in node[1]}})
        return _Value(FieldReads("function"))

    def on_call(self, node: Any, names: dict[str, FieldReads]) -> _Value:
        arguments = [part[1] if node[0] == "named" else part for part in node[2:]]
        types = [self.type(part, names) for part in arguments]
        if node[1][0] != "name" or node[1][1] in names:
            self.value(node[1], names)
            return _Value(ANY)
        name = node[1][1]
        if name in self.functions:
            return _Value(INSTANT)
        if name not in BUILTINS:
            self.found.functions.append(name)
            return _Value(ANY)
        return _Value(result_of_call(node, name, types))


def _bare_names(tree: Any) -> set[str]:
    """Return every name in a filter over rows of which nothing is known: any of them may be a column."""
    found: set[str] = set()
    todo = [tree]
    while todo:
        node = todo.pop()
        if node and node[0] == "name":
            found.add(node[1])
        todo += [part for part in node if isinstance(part, list | tuple) and part]
    return found


_HANDLERS: dict[str, Callable[[_Walk, Any, dict[str, FieldReads]], _Value]] = {
    "lit": _Walk.on_literal,
    "num": _Walk.on_static,
    "at": _Walk.on_static,
    "name": _Walk.on_name,
    "path": _Walk.on_path,
    "filter": _Walk.on_filter,
    "list": _Walk.on_list,
    "context": _Walk.on_context,
    "range": _Walk.on_range,
    "half": _Walk.on_half,
    "neg": _Walk.on_negative,
    **dict.fromkeys(("+", "-", "*", "/", "**"), _Walk.on_calculate),
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">="), _Walk.on_compare),
    "and": _Walk.on_logic,
    "or": _Walk.on_logic,
    "between": _Walk.on_between,
    "in": _Walk.on_in,
    "if": _Walk.on_if,
    "for": _Walk.on_loop,
    "some": _Walk.on_loop,
    "every": _Walk.on_loop,
    "function": _Walk.on_function,
    "call": _Walk.on_call,
    "named": _Walk.on_call,
    "instance": _Walk.on_instance,
}
