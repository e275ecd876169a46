"""A form as JSON Schema (2020-12), from the very rules that judge it: what a program may send of each field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app import feel

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from app.formjs.cells import Column
    from app.formjs.model import Form, Node

_MONTH = "^[0-9]{4}-(0[1-9]|1[0-2])$"
_PLAIN: dict[str, dict[str, str]] = {
    "checkbox": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "month": {"type": "string", "pattern": _MONTH},
}
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}


def schema(form: Form, columns: Sequence[Column], needed: Collection[str]) -> dict[str, Any]:
    """The object that holds the answers of these fields; `needed` are the keys without which none is taken."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {column.key: _property(form.level.inputs[column.key], column) for column in columns},
        "required": [column.key for column in columns if column.key in needed],
    }


def _property(node: Node, column: Column) -> dict[str, Any]:
    said = {"title": f"{column.label.hi} / {column.label.en}"}
    hint = " / ".join(filter(None, (node.hint.hi, node.hint.en)))
    if hint:
        said["description"] = hint
    return {**said, **_shape(node)}


def _shape(node: Node) -> dict[str, Any]:
    if node.kind in _PLAIN:
        return dict(_PLAIN[node.kind])
    if node.kind == "number":
        return {"type": "number" if node.rules.decimals else "integer", **_bounds(node)}
    if node.options:
        return {"type": "string", "enum": [option.value for option in node.options]}
    if node.options_key:  # a list of the district: named by its code, or by its words in either language
        return {"type": "string", "minLength": 1, "maxLength": node.rules.max_length}
    return _text(node)


def _text(node: Node) -> dict[str, Any]:
    rules = node.rules
    shape: dict[str, Any] = {"type": "string", "maxLength": rules.max_length}
    if rules.min_length or rules.is_required:
        shape["minLength"] = max(rules.min_length, int(rules.is_required))
    if rules.pattern is not None:
        shape["pattern"] = f"^(?:{rules.pattern.pattern})$"
    return shape


def _bounds(node: Node) -> dict[str, Any]:
    """The bounds that hang on nothing else."""
    found = {}
    for name, tree in (("minimum", node.rules.low), ("maximum", node.rules.high)):
        if tree is not None and not feel.names_read(tree):
            found[name] = int(feel.evaluate(tree, {}))
    return found


def misshapen(shape: Mapping[str, Any], value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names that the schema does not know (key, ""), and values of another type (key, the type that is wanted)."""
    for key, given in value.items():
        wanted = shape["properties"].get(key)
        if wanted is None:
            yield key, ""
        elif not _is_of(given, wanted["type"]):
            yield key, str(wanted["type"])


def _is_of(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])
