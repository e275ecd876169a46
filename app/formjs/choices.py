"""Fields of choices: one of a list, several of a list, or a single tick."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from app.formjs.kind import Asked, Kind, Typed, meant, own
from app.formjs.model import Text

if TYPE_CHECKING:
    from app.domain.errors import FieldProblem
    from app.formjs.box import Box
    from app.formjs.model import Node

YES, NO = Text("हाँ", "Yes"), Text("नहीं", "No")
_TRUTHS = {"true": True, "false": False}
_MOST = 100  # choices kept of one list of ticks


class ChoiceKind(Kind):
    """One of a list: a code, or a truth value where the choices are yes and no."""

    required_key = "form.required.choice"

    def feel_type(self, node: Node) -> str:
        return "boolean" if node.is_boolean else "string"

    def read(self, node: Node, name: str, posted: Typed) -> Any:
        typed = posted.one(name)
        if node.is_boolean:
            return _TRUTHS.get(typed, typed or None)
        return _found(node, name, posted, typed) or None

    def known(self, node: Node, value: Any) -> Any:
        return value if isinstance(value, bool if node.is_boolean else str) else None

    def from_rule(self, node: Node, value: Any) -> Any:
        return value if isinstance(value, bool if node.is_boolean else str) else None

    def fault(self, node: Node, value: Any, asked: Asked) -> FieldProblem | None:
        code = _code(value)
        return None if asked.offers(node, code) else own(node, "form.choice_unknown")

    def say(self, node: Node, value: Any, asked: Asked, lang: str) -> str:
        return words(node, _code(value), asked, lang)

    def draw(self, node: Node, value: Any, asked: Asked, box: Box) -> None:
        code, offered = _code(value), asked.choices(node)
        box.is_sought = any(each.also for each in offered)
        if box.is_sought and code and not _IS_ID.fullmatch(code):
            found = meant(code, offered)
            box.sought, box.matches = code, len(found)
            offered = [*found, *(each for each in offered if each not in found)]
        for each in offered:
            box.add_choice(each.value, each.text, is_chosen=each.value == code, names=each.names)
        box.value = code


def _found(node: Node, name: str, posted: Typed, chosen: str) -> str:
    """The choice that the finder beside a list named, where none was chosen or its own button was pressed.

    What names none, or several, stays as it was typed.
    """
    sought = posted.one(f"{name}-find") if node.options_key else ""
    if not sought or (chosen and posted.op != f"find:{name}"):
        return chosen
    found = meant(sought, posted.offered(node))
    return found[0].value if len(found) == 1 else sought


_IS_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class TicksKind(Kind):
    """Several of a list."""

    required_key = "form.required.ticks"

    def feel_type(self, node: Node) -> str:  # noqa: ARG002
        return "list"

    def read(self, node: Node, name: str, posted: Typed) -> Any:  # noqa: ARG002
        return list(dict.fromkeys(text for text in posted.many(name)[:_MOST] if text))

    def known(self, node: Node, value: Any) -> Any:  # noqa: ARG002
        return value if isinstance(value, list) else None

    def from_rule(self, node: Node, value: Any) -> Any:  # noqa: ARG002
        return [each for each in value if isinstance(each, str)] if isinstance(value, list) else None

    def fault(self, node: Node, value: Any, asked: Asked) -> FieldProblem | None:
        offered = {each.value for each in asked.choices(node)}
        if isinstance(value, list) and all(each in offered for each in value):
            return None
        return own(node, "form.choice_unknown")

    def say(self, node: Node, value: Any, asked: Asked, lang: str) -> str:
        return ", ".join(words(node, each, asked, lang) for each in value) if isinstance(value, list) else ""

    def draw(self, node: Node, value: Any, asked: Asked, box: Box) -> None:
        chosen = value if isinstance(value, list) else []
        for each in asked.choices(node):
            box.add_choice(each.value, each.text, is_chosen=each.value in chosen)


class TickKind(Kind):
    """A single tick. No tick is false; where it is required it must be set."""

    required_key = "form.required.tick"

    def feel_type(self, node: Node) -> str:  # noqa: ARG002
        return "boolean"

    def read(self, node: Node, name: str, posted: Typed) -> Any:  # noqa: ARG002
        typed = posted.one(name)
        return _TRUTHS.get(typed, typed) if typed else False

    def is_empty(self, value: Any) -> bool:
        return value is None or value is False or value == ""

    def known(self, node: Node, value: Any) -> Any:  # noqa: ARG002
        return value is True

    def from_rule(self, node: Node, value: Any) -> Any:  # noqa: ARG002
        return value is True

    def fault(self, node: Node, value: Any, asked: Asked) -> FieldProblem | None:  # noqa: ARG002
        return None if value is True else own(node, "form.choice_unknown")

    def say(self, node: Node, value: Any, asked: Asked, lang: str) -> str:  # noqa: ARG002
        return (YES if value is True else NO).get(lang)

    def draw(self, node: Node, value: Any, asked: Asked, box: Box) -> None:  # noqa: ARG002
        box.value = value is True


def words(node: Node, code: str, asked: Asked, lang: str) -> str:
    """The words of a code; the code itself where the list no longer holds it."""
    for option in node.options:
        if option.value == code:
            return option.text.get(lang)
    for choice in asked.choices(node):
        if choice.value == code:
            return choice.text.get(lang)
    return code


def _code(value: Any) -> str:
    """A value as its code is written in the form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else ""
