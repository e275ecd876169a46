"""What a page shows of a form: every box with its words in one language; and answers as they read afterwards."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from app.formjs.answers import FAULTS, offered, seen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.domain.errors import FieldProblem
    from app.formjs.model import Form, Level, Node

_YES_NO = {"hi": ("हाँ", "नहीं"), "en": ("Yes", "No")}


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list: its number (from 1), what it is called, its boxes, and the button that takes it out."""

    number: int
    name: str
    boxes: list[Box]
    remove: str


@dataclass(frozen=True, slots=True)
class Box:
    """One thing on the page. `hide` is the rule in JSON for the browser; `error` waits for its text."""

    kind: str
    id: str
    name: str
    label: str
    hint: str = ""
    value: Any = ""
    problem: FieldProblem | None = None
    is_optional: bool = False
    is_hidden: bool = False
    hide: str = ""
    choices: list[Choice] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    accept: str = ""
    has_camera: bool = False
    is_multiple: bool = False
    is_folded: bool = False
    input_type: str = "text"
    input_mode: str = ""
    longest: int = 4000
    add: str = ""
    body: list[tuple[str, str]] = field(default_factory=list)

    @property
    def described_by(self) -> str:
        """The ids of what explains the box to a screen reader."""
        hint = [f"{self.id}-hint"] if self.hint else []
        return " ".join([*hint, *([f"{self.id}-error"] if self.problem is not None else [])])


def draw(
    form: Form,
    values: Mapping[str, Any],
    problems: Mapping[str, FieldProblem],
    facts: Mapping[str, Any],
    options: Mapping[str, Any],
    lang: str,
) -> list[Box]:
    """Every box of the form in the order of the page, with what was typed and what is wrong."""
    drawer = _Drawer(problems, options, lang)
    return list(drawer.level(form.level, form.level, values, dict(facts), ""))


class _Drawer:
    def __init__(self, problems: Mapping[str, FieldProblem], options: Mapping[str, Any], lang: str) -> None:
        self._problems, self._options, self._lang = problems, options, lang

    def level(
        self, whole: Level, level: Level, values: Mapping[str, Any], outer: Mapping[str, Any], prefix: str
    ) -> Iterator[Box]:
        look = seen(whole, values, outer)
        for node in level.nodes:
            yield self._box(whole, node, values, look.context, prefix, is_hidden=node.name not in look.names)

    def _box(
        self,
        whole: Level,
        node: Node,
        values: Mapping[str, Any],
        context: Mapping[str, Any],
        prefix: str,
        *,
        is_hidden: bool,
    ) -> Box:
        name, lang = prefix + node.key, self._lang
        value = values.get(node.key) if node.key else None
        boxes: list[Box] = []
        if node.kind == "group" and node.level is not None:
            boxes = list(self.level(whole, node.level, values, context, prefix))
        return Box(
            kind=node.kind,
            id=f"f-{name}" if node.key else f"f-{node.id}",
            name=name,
            label=node.label.get(lang),
            hint=node.hint.get(lang),
            value=_in_boxes(node, value),
            problem=self._problems.get(name),
            is_optional=not node.rules.is_required
            and node.rules.required_when is None
            and not node.is_boolean,
            is_hidden=is_hidden,
            hide=json.dumps(node.hide, ensure_ascii=False) if node.hide is not None else "",
            choices=self._choices(node, name, value, context),
            files=list(value or ()) if node.kind == "file" else [],
            rows=self._rows(node, name, value, context),
            boxes=boxes,
            accept=node.look.accept,
            has_camera=node.look.has_camera,
            is_multiple=node.look.is_multiple,
            is_folded=node.look.is_folded and not value and name not in self._problems,
            input_type=node.look.input_type,
            input_mode=node.look.input_mode,
            longest=node.rules.max_length,
            add=f"add:{name}" if node.kind == "list" else "",
            body=list(_paragraphs(node.body.get(lang))),
        )

    def _choices(self, node: Node, name: str, value: Any, context: Mapping[str, Any]) -> list[Choice]:
        if node.kind not in ("radio", "select", "checklist"):
            return []
        chosen = set(value) if isinstance(value, list) else {value}
        return [
            Choice(
                f"f-{name}-{number}",
                each["value"],
                each["en"] if self._lang == "en" else each["hi"],
                each["value"] in chosen,
            )
            for number, each in enumerate(offered(node, self._options, context))
        ]

    def _rows(self, node: Node, name: str, value: Any, context: Mapping[str, Any]) -> list[Row]:
        if node.kind != "list" or node.level is None:
            return []
        return [
            Row(
                place + 1,
                node.look.row_name.get(self._lang) or node.label.get(self._lang),
                list(self.level(node.level, node.level, row, context, f"{name}-{place}-")),
                f"del:{name}-{place}",
            )
            for place, row in enumerate(value or ())
        ]


def _in_boxes(node: Node, value: Any) -> Any:
    """A day as its three boxes, everything else as it was typed."""
    if node.kind in ("date", "month", "datetime"):
        if isinstance(value, dict):
            return value
        if not isinstance(value, str):
            return {"d": "", "m": "", "y": "", "t": ""}
        day, _, clock = value.partition("T")
        year, month, number = day.split("-")
        return {"d": number, "m": month, "y": year, "t": clock[:5]}
    return "" if value is None else value


def _paragraphs(text: str) -> Iterator[tuple[str, str]]:
    """The few marks that a text may hold: `#` headings, `-` points, paragraphs; all of it plain text."""
    for line in text.split("\n"):
        plain = line.strip()
        if plain.startswith("#"):
            yield "heading", plain.lstrip("#").strip()
        elif plain.startswith("- "):
            yield "point", plain[2:].strip()
        elif plain:
            yield "text", plain


def show(
    form: Form, values: Mapping[str, Any], options: Mapping[str, Any], lang: str
) -> list[tuple[str, str]]:
    """An answer as it reads: label and text of everything that was answered; rows one after another."""
    return list(_shown(form.level, values, options, lang, ""))


def _shown(
    level: Level, values: Mapping[str, Any], options: Mapping[str, Any], lang: str, before: str
) -> Iterator[tuple[str, str]]:
    for key, node in level.inputs.items():
        value = values.get(key)
        if key == FAULTS or value in (None, "", [], {}):
            continue
        if node.kind == "list" and node.level is not None:
            for number, row in enumerate(value, 1):
                name = node.look.row_name.get(lang) or node.label.get(lang)
                yield from _shown(node.level, row, options, lang, f"{name} {number}: ")
        else:
            yield f"{before}{node.label.get(lang)}", _said(node, value, options, lang)


def label(form: Form, path: str, value: Any, options: Mapping[str, Any], lang: str) -> str:
    """One answer in words: labels for codes, DD-MM-YYYY for days, haan or nahin; rows joined by semicolons."""
    node = form.node(path)
    if node is None or value in (None, "", [], {}):
        return ""
    if node.kind == "list" and node.level is not None:
        rows = (", ".join(text for _, text in _shown(node.level, row, options, lang, "")) for row in value)
        return "; ".join(rows)
    return _said(node, value, options, lang)


def _said(node: Node, value: Any, options: Mapping[str, Any], lang: str) -> str:
    if node.is_boolean:
        return _YES_NO[lang][0 if value is True else 1]
    if node.kind in ("radio", "select", "checklist"):
        every = options.get(node.options_key, ()) if node.options_key else offered_ever(node)
        said = {each["value"]: each["en"] if lang == "en" else each["hi"] for each in every}
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(said.get(str(each), str(each)) for each in chosen)
    if node.kind == "file":
        return ", ".join(str(entry.get("name", "")) for entry in value)
    if node.kind in ("date", "month") and isinstance(value, str):
        return date.fromisoformat(value).strftime("%d-%m-%Y")
    if node.kind == "datetime" and isinstance(value, str):
        return datetime.fromisoformat(value).strftime("%d-%m-%Y %H:%M")
    return str(value)


def offered_ever(node: Node) -> list[dict[str, str]]:
    """Every choice of a field, offered today or not."""
    return [{"value": each.value, "hi": each.text.hi, "en": each.text.en} for each in node.options]
