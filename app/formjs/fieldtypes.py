"""What expressions elsewhere may count on when they read a form: key -> type, class, closed codes, columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.formjs.kinds import kind_of
from app.formjs.model import FieldType

if TYPE_CHECKING:
    from app.formjs.model import Form, Node


def field_types(form: Form) -> dict[str, FieldType]:
    """The types of a form's fields; those of a list's columns below it."""
    return {key: _field_type(node) for key, node in form.level.inputs.items()}


def _field_type(node: Node) -> FieldType:
    codes = frozenset(option.value for option in node.options) if node.options else None
    columns = None
    if node.level is not None:
        columns = {key: _field_type(each) for key, each in node.level.inputs.items()}
    return FieldType(kind_of(node).feel_type(node), node.pii, codes, columns)
