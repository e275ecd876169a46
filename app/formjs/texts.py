"""Fields of text: one line or many."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from app.domain.errors import FieldProblem
from app.domain.legacyfont import is_legacy
from app.domain.text import ascii_digits, fault_in, foreign_letters
from app.formjs.kind import Asked, Kind, Typed, own
from app.formjs.scripts import is_name, wants_hindi

if TYPE_CHECKING:
    from app.formjs.box import Box
    from app.formjs.model import Node

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+){1,8}")
_PHONE = re.compile(r"\+?\d{10,13}", re.ASCII)
_SHAPES = {"email": _EMAIL, "phone": _PHONE}
_NAMED = 5  # letters that are named at most
_SMALL, _MIDDLE = 8, 24  # characters up to which a box is drawn narrow


class TextKind(Kind):
    """A text, kept as it was written; where digits are meant, those of every script are kept as 0-9."""

    def feel_type(self, node: Node) -> str:  # noqa: ARG002
        return "string"

    def read(self, node: Node, name: str, posted: Typed) -> Any:
        typed = posted.one(name)
        text = typed.upper() if node.is_upper else typed
        return (ascii_digits(text) if _means_digits(node, text) else text) or None

    def known(self, node: Node, value: Any) -> Any:  # noqa: ARG002
        return value if isinstance(value, str) else None

    def fault(self, node: Node, value: Any, asked: Asked) -> FieldProblem | None:  # noqa: ARG002
        if not isinstance(value, str):
            return own(node, "form.text")
        rules, shape = node.rules, node.rules.pattern or _SHAPES.get(node.look.input_type)
        hygiene = fault_in(value, lines=node.kind == "textarea", may_hold_aadhaar=rules.may_hold_aadhaar)
        letters = "" if shape else foreign_letters(value)
        if hygiene or letters:
            return FieldProblem(f"form.{hygiene or 'letters'}", letters=" ".join(letters[:_NAMED]))
        if len(value) > rules.max_length:
            return FieldProblem("form.too_long", limit=rules.max_length, length=len(value))
        if len(value) < rules.min_length:
            return FieldProblem("form.too_short", limit=rules.min_length, length=len(value))
        if (is_name(node) or wants_hindi(node)) and is_legacy(value):
            return FieldProblem("form.legacy_font")
        return None if shape is None or shape.fullmatch(value) else own(node, _shape_key(node))

    def say(self, node: Node, value: Any, asked: Asked, lang: str) -> str:  # noqa: ARG002
        return str(value)

    def draw(self, node: Node, value: Any, asked: Asked, box: Box) -> None:  # noqa: ARG002
        box.value = value if isinstance(value, str) else ""
        box.longest = node.rules.max_length
        box.input_mode = node.look.input_mode
        box.capitals = node.look.capitals
        box.is_position = node.look.is_position
        box.input_type = "tel" if node.look.input_type == "phone" else node.look.input_type
        box.width = _width(node.rules.max_length)
        box.lines = node.look.rows
        box.is_hindi = wants_hindi(node)


def _means_digits(node: Node, text: str) -> bool:
    """Whether digits of another script stand for numbers here: the form says so, or only 0-9 follow its pattern.

    In a name they need not: the zero of मो० is a full stop.
    """
    if node.has_digits or node.look.input_type == "phone":
        return True
    pattern = node.rules.pattern
    if pattern is None or text.isascii() or len(text) > node.rules.max_length:
        return False
    return not pattern.fullmatch(text) and pattern.fullmatch(ascii_digits(text)) is not None


def _shape_key(node: Node) -> str:
    kind = node.look.input_type
    return "form.pattern" if node.rules.pattern or kind == "text" else f"form.{kind}"


def _width(length: int) -> str:
    if length <= _SMALL:
        return "small"
    return "middle" if length <= _MIDDLE else "full"
