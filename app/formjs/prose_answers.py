"""What officers wrote in their own words: the texts of an answer by their questions, and answers without them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.formjs.view import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.formjs.model import Form, Level, Node

LONG = "textarea"  # a question that asks for sentences


def texts(form: Form, values: Mapping[str, Any]) -> Iterator[tuple[Node, str]]:
    """Each text of an answer with the question that asked for it, rows of lists among them; no code, no number."""
    yield from _texts(form.level, values)


def _texts(level: Level, values: Mapping[str, Any]) -> Iterator[tuple[Node, str]]:
    for key, node in level.inputs.items():
        value = values.get(key)
        if node.level is not None:
            for row in rows_of(value):
                yield from _texts(node.level, row)
        elif node.kind in ("textfield", LONG) and isinstance(value, str) and value:
            yield node, value


def closed(form: Form, values: Mapping[str, Any], sign: str) -> dict[str, Any]:
    """The answers with this sign in the place of each text that answers a question for sentences."""
    return _closed(form.level, values, sign)


def _closed(level: Level, values: Mapping[str, Any], sign: str) -> dict[str, Any]:
    kept = dict(values)
    for key, node in level.inputs.items():
        if node.level is not None and key in kept:
            kept[key] = [_closed(node.level, row, sign) for row in rows_of(kept[key])]
        elif node.kind == LONG and kept.get(key):
            kept[key] = sign
    return kept
