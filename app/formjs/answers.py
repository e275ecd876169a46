"""Answers of a form: first values, what was posted, what is kept, what is read later."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from app.formjs.kind import Asked, Typed
from app.formjs.kinds import feel_type_of, kind_of
from app.formjs.model import PII_CLASSES, FieldType
from app.formjs.scripts import spell
from app.formjs.view import View, blank_row, first_value, is_blank, rows_of

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterator, Mapping, Sequence

    from app import feel
    from app.formjs.kind import Options
    from app.formjs.model import Form, Level, Node

#: Where faults of the post as a whole wait for `judge`: names on no field, names that came twice.
UNKNOWN, REPEATED = "_unknown", "_repeated"
_KEPT_NAMES, _LONGEST_NAME = 20, 60
_OP = re.compile(r"(?P<act>add|del):(?P<list>[a-z][a-z0-9_]*)(?:-(?P<row>\d{1,3}))?")


def initial(form: Form, facts: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a form that nobody has touched: defaults, proposals, and the rows that a list begins with.

    A default outside the offered choices is told when it is sent, as any other answer.
    """
    asked = Asked(facts, options)
    return {
        key: [blank_row(node.level, facts) for _ in range(first_rows(node))]
        if node.level is not None
        else _proposal(node, asked) or first_value(node, facts)
        for key, node in form.level.inputs.items()
    }


def _proposal(node: Node, asked: Asked) -> str | None:
    """The first choice of the host's list, where the form proposes it: the list's order says why."""
    offered = asked.choices(node) if node.has_proposal else []
    return offered[0].value if offered else None


def first_rows(node: Node) -> int:
    """With how many rows a list begins."""
    wanted = node.first if isinstance(node.first, int) else 1
    return min(max(wanted, node.rules.min_rows), node.rules.max_rows)


def read(
    form: Form,
    posted: Mapping[str, Sequence[str]],
    staged: Mapping[str, Sequence[Any]],
    *,
    options: Options | None = None,
    op: str = "submit",
) -> dict[str, Any]:
    """The values of a posted form, right or wrong: what is not of its kind is kept as it was typed.

    `options` are the lists outside the form: a choice of theirs may be named in any spelling. `op` is the button:
    `find:<field>` takes what is named, `add:<list>` and `del:<list>-<row>` change rows, `spell:<field>` writes a
    name in its other script. Names that are on no field, and scalars that came twice, are noted for `judge`. Never
    raises, whatever was posted.
    """
    texts = Typed(posted, staged, options or {}, op)
    values = _read_level(form.level, texts, "")
    unknown = [name[:_LONGEST_NAME] for name in texts.unknown()[:_KEPT_NAMES]]
    if unknown:
        values[UNKNOWN] = unknown
    if texts.repeated:
        values[REPEATED] = texts.repeated[:_KEPT_NAMES]
    _change_rows(form, values, op)
    spell(form, values, op)
    return values


def with_files(form: Form, values: Mapping[str, Any], staged: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Values as they were kept, with the files that are staged now: one may have come or gone since."""
    fields = [key for key, node in form.level.inputs.items() if node.kind == "file"]
    return {**values, **{key: [dict(each) for each in staged.get(key, ())] for key in fields}}


def _read_level(level: Level, posted: Typed, prefix: str) -> dict[str, Any]:
    return {
        key: _read_rows(node, posted, prefix + key)
        if node.level is not None
        else kind_of(node).read(node, prefix + key, posted)
        for key, node in level.inputs.items()
    }


def _read_rows(node: Node, posted: Typed, name: str) -> list[dict[str, Any]]:
    """The rows that were on the page (the box `<list>-n` says how many), closed up."""
    level = node.level
    if level is None:
        return []
    count = posted.one(f"{name}-n")
    shown = int(count) if count.isascii() and count.isdecimal() and len(count) < 4 else 0  # noqa: PLR2004
    numbers = set(range(min(shown, node.rules.max_rows))) | posted.row_numbers(f"{name}-")
    kept = sorted(numbers)[: node.rules.max_rows + 1]  # one too many is kept, so that it can be told
    return [_read_level(level, posted, f"{name}-{number}-") for number in kept]


def _change_rows(form: Form, values: dict[str, Any], op: str) -> None:
    wanted = _OP.fullmatch(op)
    node = form.level.inputs.get(wanted["list"]) if wanted else None
    if wanted is None or node is None or node.level is None or node.look.has_given_rows:
        return
    rows = values[node.key]
    if wanted["act"] == "add" and len(rows) < node.rules.max_rows:
        rows.append({key: first_value(each, {}) for key, each in node.level.inputs.items()})
    elif wanted["act"] == "del" and wanted["row"] and int(wanted["row"]) < len(rows):
        del rows[int(wanted["row"])]


def clean(form: Form, values: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as they are kept, once `judge` has found no fault: only what applies, proposals filled in.

    A field that applies and was left empty is there as null (false for a tick, [] for a list).
    """
    return kept_of(form, values, View(form, values, facts))


def kept_of(form: Form, values: Mapping[str, Any], view: View) -> dict[str, Any]:
    """What `clean` keeps, of values that were looked at already."""
    kept: dict[str, Any] = {}
    for key, node in form.level.inputs.items():
        if not view.applies(key):
            continue
        if node.level is None:
            kept[key] = _kept(node, values.get(key), view.context, view.memory)
            continue
        kept[key] = [
            {
                column: _kept(each, row.get(column), view.rows[key][number], view.memory)
                for column, each in node.level.inputs.items()
                if view.applies(f"{key}-{number}-{column}")
            }
            for number, row in enumerate(rows_of(values.get(key)))
            if number < node.rules.min_rows or not is_blank(row, node.level, view.facts)
        ]
    return kept


def _kept(node: Node, value: Any, context: Mapping[str, Any], memory: feel.Memory) -> Any:
    kind = kind_of(node)
    if kind.is_empty(value) and node.computed is not None:
        return kind.from_rule(node, memory.value(node.computed, context))
    if kind.is_empty(value):
        return {"checkbox": False, "checklist": [], "file": []}.get(node.kind)
    return value


def show(
    form: Form, values: Mapping[str, Any], options: Mapping[str, Any], lang: str, classes: Container[str]
) -> list[tuple[str, str]]:
    """Stored answers of these classes for reading: label and text of each, in order; none that is empty."""
    return list(_shown(form.level, values, Asked({}, options), lang, classes, ""))


def _shown(
    level: Level, values: Mapping[str, Any], asked: Asked, lang: str, classes: Container[str], before: str
) -> Iterator[tuple[str, str]]:
    for node, value in _answered(level, values, classes):
        if node.level is None:
            yield before + node.label.get(lang), kind_of(node).say(node, value, asked, lang)
            continue
        for number, row in enumerate(rows_of(value), 1):
            yield from _shown(node.level, row, asked, lang, classes, f"{row_name(node, lang)} {number}: ")


def classes_of(form: Form, values: Mapping[str, Any]) -> frozenset[str]:
    """The classes of all that is answered in these values."""
    return frozenset(_classes(form.level, values))


def _classes(level: Level, values: Mapping[str, Any]) -> Iterator[str]:
    for node, value in _answered(level, values, PII_CLASSES):
        if node.level is None:
            if not kind_of(node).is_empty(value):
                yield node.pii
            continue
        within = [each for row in rows_of(value) for each in _classes(node.level, row)]
        yield from [*within, node.pii] if within else ()


def _answered(level: Level, values: Mapping[str, Any], classes: Container[str]) -> Iterator[tuple[Node, Any]]:
    for key, node in level.inputs.items():
        value = values.get(key)
        is_told = value is not False or not node.look.is_short_cut
        if node.pii in classes and is_told and value is not None and value not in ("", []):
            yield node, value


def without(form: Form, values: Mapping[str, Any], classes: Collection[str]) -> dict[str, Any]:
    """Answers less those of fields of these classes (P0 to P4), columns of rows among them."""
    return _without(form.level, values, classes)


def _without(level: Level, values: Mapping[str, Any], classes: Collection[str]) -> dict[str, Any]:
    kept = {}
    for key, value in values.items():
        node = level.inputs.get(key)
        if node is not None and node.pii in classes:
            continue
        if node is not None and node.level is not None:
            kept[key] = [_without(node.level, row, classes) for row in rows_of(value)]
        else:
            kept[key] = value
    return kept


def row_name(node: Node, lang: str) -> str:
    """What a row of a list is called, without its number: साक्षी."""
    return (node.look.row_name or node.label).get(lang)


def label(form: Form, path: str, value: Any, options: Mapping[str, Any], lang: str) -> str:
    """One stored value in words; `path` is the key, or `list.key` of a column. Empty for what is not there.

    Codes become their words, days DD-MM-YYYY; the rows of a list are parted by semicolons.
    """
    node = form.node(path)
    if node is None or value is None:
        return ""
    asked = Asked({}, options)
    if node.level is None:
        return kind_of(node).say(node, value, asked, lang)
    rows = (_shown(node.level, row, asked, lang, PII_CLASSES, "") for row in rows_of(value))
    return "; ".join(", ".join(text for _, text in row) for row in rows)


def field_types(form: Form) -> dict[str, FieldType]:
    """What expressions may count on when they read the answers of this form."""
    return _types(form.level)


def may_stay_blank(form: Form) -> frozenset[str]:
    """The fields that an officer may leave without an answer whatever else he says."""
    return frozenset(
        key
        for key, node in form.level.inputs.items()
        if not (node.is_boolean or node.computed or node.hide)
        and not (node.rules.is_required or node.rules.required_when)
    )


def _types(level: Level) -> dict[str, FieldType]:
    return {
        key: FieldType(
            feel_type_of(node),
            node.pii,
            frozenset(each.value for each in node.options) if node.options and not node.is_boolean else None,
            _types(node.level) if node.level is not None else None,
        )
        for key, node in level.inputs.items()
    }
