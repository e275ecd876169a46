"""From the bytes of a `.form` file to a compiled form; everything that is wrong with it is said at once."""

from __future__ import annotations

import json
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from app.formjs.components import MAX_COMPONENTS, MAX_DEPTH, Faults, Names, names_of, read_component
from app.formjs.expressions import FACTS, roots_read
from app.formjs.kinds import feel_type_of
from app.formjs.model import Field, Form, Level, Node, Placed, Text
from app.formjs.refusals import FormRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

MAX_BYTES = 512_000
NEWEST_SCHEMA = 19  # of form-js 1.23, whose editor the administrators use


def load(data: bytes, facts: Collection[str] = FACTS) -> Form:
    """Compile a form. `facts` are the names that its rules may read beside its own fields.

    Raises FormRefused with every problem; nothing else, whatever the bytes are. One that was loaded lately is not
    read again: the pages of a release load all its forms, time and again.
    """
    return _load(data, frozenset(facts))


@lru_cache(maxsize=128)
def _load(data: bytes, facts: frozenset[str]) -> Form:
    faults = Faults()
    schema = _schema(data, faults)
    if faults.problems:
        raise FormRefused(faults.problems)
    components = schema["components"]
    names = names_of(components, facts)
    nodes = tuple(_nodes(components, faults, names, ""))
    level = _level(nodes, faults)
    if faults.problems:
        raise FormRefused(faults.problems)
    fields = tuple(_fields(level))
    return Form(
        id=str(schema.get("id", "")),
        level=level,
        fields=fields,
        option_keys=tuple(dict.fromkeys(each.options_key for each in fields if each.options_key)),
        submit=_submit(components),
    )


def _schema(data: bytes, faults: Faults) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        faults.add("", "too_large", limit=MAX_BYTES // 1000)
        return {}
    try:
        schema = json.loads(data)
    except (ValueError, RecursionError):
        faults.add("", "not_json")
        return {}
    if not isinstance(schema, dict) or not isinstance(schema.get("components"), list):
        faults.add("", "not_a_form")
        return {}
    version = schema.get("schemaVersion")
    if schema.get("type") != "default" or type(version) is not int or not 0 < version <= NEWEST_SCHEMA:
        faults.add("", "schema_version", newest=NEWEST_SCHEMA)
    if _count(schema["components"], MAX_DEPTH) > MAX_COMPONENTS:
        faults.add("", "too_many_components", limit=MAX_COMPONENTS, depth=MAX_DEPTH)
    return schema


def _count(components: Any, depth: int) -> int:
    """How many components there are; more than allowed when they stand too deep in each other."""
    if not isinstance(components, list):
        return 0
    if depth == 0:
        return MAX_COMPONENTS + 1 if components else 0
    return sum(1 + _count(each.get("components"), depth - 1) for each in components if isinstance(each, dict))


def _nodes(
    components: Sequence[Any], faults: Faults, names: Mapping[str, Names], within: str
) -> Iterator[Node]:
    """The components of one place, each with its parts; `within` is the list whose columns they are."""
    for component in components:
        node = read_component(component, faults, names[within], within)
        if node is None:
            continue
        inside = component.get("components") or []
        if node.kind == "group":
            yield _with(node, parts=tuple(_nodes(inside, faults, names, within)))
        elif node.kind == "list":
            columns = tuple(_nodes(inside, faults, names, node.key))
            if not columns:
                faults.add(node.id, "list_empty")
            yield _with(node, level=_level(columns, faults))
        else:
            yield node


def _with(node: Node, **parts: Any) -> Node:
    return Node(**{name: getattr(node, name) for name in node.__slots__} | parts)


def _level(nodes: tuple[Node, ...], faults: Faults) -> Level:
    placed = list(_placed(nodes, ()))
    inputs: dict[str, Node] = {}
    for each in placed:
        if each.node.key in inputs:
            faults.add(each.node.id, "key_repeated", key=each.node.key)
        elif each.node.key:
            inputs[each.node.key] = each.node
    return Level(nodes, MappingProxyType(inputs), _ordered(placed, inputs, faults))


def _placed(nodes: Sequence[Node], groups: tuple[Node, ...]) -> Iterator[Placed]:
    for node in nodes:
        yield Placed(node, groups, node.name, tuple(group.name for group in groups))
        yield from _placed(node.parts, (*groups, node))


def _ordered(placed: Sequence[Placed], inputs: Mapping[str, Node], faults: Faults) -> tuple[Placed, ...]:
    """The nodes so that each condition comes after the fields it reads; a circle of conditions is a fault."""
    by_name = {each.name: each for each in placed}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for each in placed:
        read = (_field_of(root, inputs) for root in _reads(each.node))
        sorter.add(each.name, *each.around, *(name for name in read if name))
    try:
        return tuple(by_name[name] for name in sorter.static_order() if name in by_name)
    except CycleError as error:
        faults.add(by_name[error.args[1][0]].node.id, "condition_cycle", fields=", ".join(error.args[1]))
        return tuple(placed)


def _reads(node: Node) -> frozenset[str]:
    """The names that decide whether a node applies, or what it proposes; a list also waits for its columns'."""
    reads = roots_read(node.hide) | roots_read(node.computed)
    if node.level is not None:
        inside = frozenset().union(*(_reads(each.node) for each in node.level.steps))
        reads |= {root for root in inside if _field_of(root, node.level.inputs) is None}
    return reads


def _field_of(root: str, inputs: Mapping[str, Node]) -> str | None:
    """The field of this level that a name stands for: itself, or the one that proposes it."""
    if root in inputs:
        return root
    proposer = inputs.get(root.removesuffix("_proposed"))
    return proposer.key if proposer is not None and proposer.computed is not None else None


def _fields(level: Level, prefix: str = "") -> Iterator[Field]:
    for node in level.inputs.values():
        yield Field(
            key=node.key,
            path=prefix + node.key,
            type=node.kind,
            label_hi=node.label.hi,
            label_en=node.label.en,
            pii=node.pii,
            options=node.options,
            options_key=node.options_key,
            feel_type=feel_type_of(node),
            repeated=bool(prefix),
        )
        if node.level is not None:
            yield from _fields(node.level, f"{node.key}.")


def _submit(components: Sequence[Any]) -> Text:
    """The words of the form's own send button; empty when it has none."""
    for component in components:
        if component.get("type") == "button":
            properties = component.get("properties") or {}
            return Text(str(component.get("label", "")), str(properties.get("label_en", "")))
    return Text()
