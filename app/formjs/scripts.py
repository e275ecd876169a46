"""Two fields that hold one name in two scripts (`name_hi`, `name_en`): what one says is proposed for the other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from app.domain import transliteration

if TYPE_CHECKING:
    from app.formjs.model import Form, Level, Node

_OTHER = {"_hi": "_en", "_en": "_hi"}
_INTO = {"_hi": transliteration.to_devanagari, "_en": transliteration.to_latin}
_OP = re.compile(r"spell:(?:(?P<list>[a-z][a-z0-9_]*)-(?P<row>\d{1,3})-)?(?P<key>[a-z][a-z0-9_]*)")
_DEVANAGARI_RANGE = "\u0900"
_NUMBER = "_no"  # of a letter, a register, a firm: a key that ends so
_ENDING = 3  # letters of _hi and _en


def other_field(node: Node, level: Level) -> str:
    """The field beside this one that holds the same name in the other script; empty where there is none."""
    ending = _OTHER.get(node.key[-_ENDING:])
    key = f"{node.key[:-_ENDING]}{ending}"
    other = level.inputs.get(key) if ending is not None and node.kind == "textfield" else None
    return key if other is not None and other.kind == "textfield" else ""


def spell(form: Form, values: dict[str, Any], op: str) -> None:
    """Write into the field that `spell:<field>` names what the one beside it says, in its own script."""
    wanted = _OP.fullmatch(op)
    if wanted is None:
        return
    level, place = _place(form, values, wanted)
    node = level.inputs.get(wanted["key"]) if level is not None else None
    if level is None or node is None or not (other := other_field(node, level)):
        return
    said = place.get(other)
    if isinstance(said, str) and said.strip():
        place[node.key] = _INTO[node.key[-_ENDING:]](said.strip())[: node.rules.max_length]


def _place(form: Form, values: dict[str, Any], wanted: re.Match[str]) -> tuple[Level | None, dict[str, Any]]:
    """The level that a field stands on, and the values it stands among: the form's own, or those of a row."""
    if wanted["list"] is None:
        return form.level, values
    node, rows = form.level.inputs.get(wanted["list"]), values.get(wanted["list"])
    if node is None or node.level is None or not isinstance(rows, list) or int(wanted["row"]) >= len(rows):
        return None, {}
    return node.level, rows[int(wanted["row"])]


def wants_hindi(node: Node) -> bool:
    """Whether a field is filled in Hindi: its pattern asks for Devanagari, or it is free text."""
    pattern = node.rules.pattern
    if pattern is None:
        return (
            not node.key.endswith(_NUMBER)
            and not node.has_digits
            and node.look.input_type == "text"
            and not node.look.input_mode
        )
    return _DEVANAGARI_RANGE in pattern.pattern or r"\u0900" in pattern.pattern


def is_name(node: Node) -> bool:
    """Whether only letters of one script may stand here, as in a name."""
    pattern = node.rules.pattern
    if pattern is None:
        return False
    return wants_hindi(node) or ("A-Za-z" in pattern.pattern and not re.search(r"0-9|\\d", pattern.pattern))
