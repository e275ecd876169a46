"""A form filled in row by row: what a sheet can ask for, and the cells of a row as a browser posts them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app import feel
from app.domain import names
from app.domain.errors import FieldProblem
from app.domain.legacyfont import is_legacy
from app.domain.text import ascii_digits
from app.formjs.choices import NO, YES
from app.formjs.expressions import is_true
from app.formjs.kind import Choice, listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from app.formjs.kind import Options
    from app.formjs.model import Form, Node, Text

_ONE_CELL = frozenset(("textfield", "textarea", "number", "date", "month", "radio", "select", "checkbox"))
_DAY = re.compile(r"(?P<d>\d{1,2})[-./\s](?P<m>\d{1,2})[-./\s](?P<y>\d{4})", re.ASCII)
_ISO = re.compile(r"(?P<y>\d{4})[-./](?P<m>\d{1,2})(?:[-./](?P<d>\d{1,2}))?(?:[ T]\d\d:\d\d)?", re.ASCII)
_MONTH = re.compile(r"(?P<m>\d{1,2})[-./\s](?P<y>\d{4})", re.ASCII)
_TRUE = frozenset(("true", "yes", "y", "1", "हाँ", "हां", "हा", "जी हाँ", "✓", "✔", "x"))
_FORMULA = re.compile(r"=|#(?:REF|N/A|NAME|VALUE|DIV/0|NUM|NULL|CALC|SPILL)\b")
_FALSE = frozenset(("false", "no", "n", "0", "नहीं", "नही", "जी नहीं", "-"))


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A field of the form as a column: `choices` are the words of its list, `kind` the form's own name of it.

    `hangs_on`: the names of the columns that decide in which row it is needed, where not all or none do.
    """

    key: str
    kind: str
    label: Text
    hint: Text
    error: Text
    is_required: bool
    hangs_on: tuple[Text, ...]
    choices: tuple[Choice, ...]
    heads: frozenset[str]  # what its heading may say, without what people add to one
    _known: dict[str, str] = field(default_factory=dict)  # what a word of a cell was found to mean

    def chosen(self, text: str) -> str:
        """The code of the choice that is named so; the text itself where none is, or several are."""
        if text not in self._known:
            self._known[text] = _chosen(text, self.choices)
        return self._known[text]


def columns(form: Form, facts: Mapping[str, Any], options: Options, alike: Mapping[str, Any]) -> list[Column]:
    """The fields that a row of a list can answer, in the order of the form; `alike` are the answers of every row.

    Lists, files and ticks of several are not among them, nor what facts and answers of all rule out for every row.
    """
    found = []
    known, own = {**facts, **alike}, form.level.inputs.keys() - alike.keys()
    for placed in form.level.steps:
        node = placed.node
        if node.key not in own or node.kind not in _ONE_CELL or node.is_decision:
            continue
        around = (*placed.groups, node)
        hidden = [_is_hidden(each, own, known) for each in around]
        if True in hidden:
            continue
        asked_by = _read_of(around, own) if node.rules.is_required and None in hidden else ()
        found.append(
            Column(
                node.key,
                node.kind,
                node.label,
                node.hint,
                node.error,
                node.rules.is_required and None not in hidden,
                tuple(form.level.inputs[key].label for key in form.level.inputs if key in asked_by),
                tuple(_choices(node, options)),
                _heads(node),
            )
        )
    order = {key: place for place, key in enumerate(form.level.inputs)}
    return sorted(found, key=lambda each: order[each.key])


def _is_hidden(node: Node, own: Collection[str], known: Mapping[str, Any]) -> bool | None:
    """Whether every row hides it, or none does; None where that hangs on what the row says in its `own` fields."""
    if node.hide is None:
        return False
    return None if _read_of([node], own) else is_true(node.hide, known)


def _read_of(nodes: Iterable[Node], own: Collection[str]) -> set[str]:
    """The `own` fields of a row that say whether these are hidden."""
    rules = [node.hide for node in nodes if node.hide is not None]
    return {path[0] for rule in rules for path in feel.names_read(rule)} & set(own)


def _choices(node: Node, options: Options) -> list[Choice]:
    if node.kind == "checkbox":
        return [Choice("true", YES), Choice("false", NO)]
    if node.options:
        return [Choice(each.value, each.text) for each in node.options]
    return listed(node, options)


def posted(columns: Mapping[str, Column], cells: Mapping[str, str]) -> dict[str, list[str]]:
    """The boxes of the form with what stands in the cells of a row, by key; an empty cell fills no box.

    A choice may be named by its words in either language, or by another spelling that means it alone; what names
    none is posted as it stands, and told by `check`.
    """
    boxes: dict[str, list[str]] = {}
    for key, text in cells.items():
        column = columns[key]
        if text and column.kind in ("date", "month"):
            boxes |= _boxes(key, column.kind, text)
        elif text and column.choices:
            boxes[key] = [column.chosen(text)]
        elif text:
            boxes[key] = [text]
    return boxes


def unreadable(cells: Mapping[str, str]) -> dict[str, FieldProblem]:
    """What is wrong with texts that hold no answer at all: a formula, or the keys of an old font; by key."""
    found = {}
    for key, text in cells.items():
        if _FORMULA.match(text):
            found[key] = FieldProblem("roster.formula")
        elif is_legacy(text):
            found[key] = FieldProblem("roster.legacy")
    return found


def _boxes(key: str, kind: str, text: str) -> dict[str, list[str]]:
    plain = ascii_digits(text.strip())
    ways = (_ISO, _DAY) if kind == "date" else (_MONTH, _ISO, _DAY)
    found = next((each for way in ways if (each := way.fullmatch(plain)) is not None), None)
    if found is None:
        return {f"{key}-d" if kind == "date" else f"{key}-m": [plain]}
    parts = "dmy" if kind == "date" else "my"
    return {f"{key}-{part}": [found[part] or ""] for part in parts}


def _chosen(text: str, choices: tuple[Choice, ...]) -> str:
    """The code of the choice that is named so, by spelling or, where one alone sounds so, by sound."""
    plain = " ".join(text.casefold().split())
    if {each.value for each in choices} == {"true", "false"} and plain in _TRUE | _FALSE:
        return "true" if plain in _TRUE else "false"
    if any(each.value == text for each in choices):
        return text
    found = names.named(text, [each.names for each in choices])
    return choices[found[0]].value if len(found) == 1 else text


def proposed(columns: Sequence[Column], heads: Sequence[str]) -> dict[int, str]:
    """Which field each heading of a sheet means: place -> key; by its label in either language, never one twice."""
    found: dict[int, str] = {}
    for place, head in enumerate(heads):
        plain = _plain(head)
        fitting = [each.key for each in columns if plain in each.heads]
        meant = next((key for key in fitting if key not in found.values()), None)
        if meant is not None:
            found[place] = meant
    return found


def _heads(node: Node) -> frozenset[str]:
    return frozenset({_plain(node.label.hi), _plain(node.label.en), node.key} - {""})


def _plain(text: str) -> str:
    """A heading without what people add to it: star, brackets' blanks, capitals."""
    return re.sub(r"[\s*:।.()\[\]/,-]+", " ", text.casefold()).strip()
