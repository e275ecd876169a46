"""What each kind of field is to an expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.formjs.model import Node

_TYPES = {
    "number": "number",
    "date": "date",
    "month": "date",
    "time": "time",
    "datetime": "date and time",
    "checkbox": "boolean",
    "checklist": "list",
    "list": "list",
    "file": "list",
}


@dataclass(frozen=True, slots=True)
class Kind:
    name: str

    def feel_type(self, node: Node) -> str:
        return "boolean" if node.is_boolean else _TYPES.get(self.name, "string")


def kind_of(node: Node) -> Kind:
    return Kind(node.kind)
