"""Which kind of field reads, judges and shows a component."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.formjs.choices import ChoiceKind, TickKind, TicksKind
from app.formjs.dates import DateKind
from app.formjs.files import FileKind
from app.formjs.kind import Asked, Kind, Posted
from app.formjs.numbers import NumberKind
from app.formjs.texts import TextKind

if TYPE_CHECKING:
    from app.domain.errors import FieldProblem
    from app.formjs.drawn import Drawn
    from app.formjs.model import Node


class ListKind(Kind):
    """Rows of columns. Rows are read, judged and drawn by those who walk the form; this says the rest."""

    required_key = "form.required.rows"

    def feel_type(self, node: Node) -> str:  # noqa: ARG002
        return "list"

    def read(self, node: Node, name: str, posted: Posted) -> Any:
        raise NotImplementedError

    def known(self, node: Node, value: Any) -> Any:
        raise NotImplementedError

    def fault(self, node: Node, value: Any, asked: Asked) -> FieldProblem | None:
        raise NotImplementedError

    def say(self, node: Node, value: Any, asked: Asked, lang: str) -> str:
        raise NotImplementedError

    def draw(self, node: Node, value: Any, asked: Asked, drawn: Drawn) -> None:
        raise NotImplementedError


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
    "list": ListKind(),
}


def kind_of(node: Node) -> Kind:
    """The kind of a node that takes an answer."""
    return _KINDS[node.kind]
