"""Which kind of field reads, judges and shows a component. Rows of a list belong to those who walk the form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.formjs.choices import ChoiceKind, TickKind, TicksKind
from app.formjs.dates import DateKind
from app.formjs.files import FileKind
from app.formjs.numbers import NumberKind
from app.formjs.texts import TextKind

if TYPE_CHECKING:
    from app.formjs.kind import Kind
    from app.formjs.model import Node

_TEXT, _DATE, _CHOICE = TextKind(), DateKind(), ChoiceKind()
_KINDS: dict[str, Kind] = {
    "textfield": _TEXT,
    "textarea": _TEXT,
    "number": NumberKind(),
    **dict.fromkeys(("date", "month", "time", "datetime"), _DATE),
    "radio": _CHOICE,
    "select": _CHOICE,
    "checklist": TicksKind(),
    "checkbox": TickKind(),
    "file": FileKind(),
}


def kind_of(node: Node) -> Kind:
    """The kind of a node that takes one answer; a list has none."""
    return _KINDS[node.kind]


def feel_type_of(node: Node) -> str:
    """FEEL's name of the type of a field."""
    return "list" if node.level is not None else kind_of(node).feel_type(node)
