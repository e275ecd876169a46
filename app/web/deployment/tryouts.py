"""What a decision is asked and says, in the page's words: the box in which a table is tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app import engine
from app.services.deployment import vocabulary
from app.services.procedure.releases import CHECKS
from app.web.deployment.sentences import field_label
from app.web.frame import language

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TRUTH = ("true", "false")


@dataclass(frozen=True, slots=True)
class Asked:
    """A value that a table reads: its path, what it is called, and what may be chosen; () for any text."""

    path: str
    label: str
    options: tuple[tuple[str, str], ...] = ()


def asked(contents: Mapping[str, bytes], name: str, grid: engine.Grid) -> list[Asked]:
    """Every value that the table of a file reads, itself or through the decisions it rests on."""
    known = dict(_of_forms(contents))
    headings = {column.asks: column for column in grid.columns if column.kind == "input"}
    found = []
    for path in engine.asked(contents[name], grid.decision):
        column = headings.get(path)
        label = (
            known[path].label if path in known else field_label(path) or (column.label if column else path)
        )
        options = known[path].options if path in known else ()
        if path == "case.purpose":
            options = tuple(_purposes(contents))
        elif not options and column is not None and column.type == "boolean":
            options = _truth()
        found.append(Asked(path, label, options))
    return found


def outputs(grid: engine.Grid) -> dict[str, str]:
    """Output -> what its column is called."""
    return {
        column.asks: field_label(f"{grid.decision}.{column.asks}") or column.label
        for column in grid.columns
        if column.kind == "output"
    }


def shown(value: Any, path: str) -> str:
    """An answer as the page says it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return language.word("canvas", str(value).lower())
    return field_label(f"{path}.{value}") or str(value)


def _of_forms(contents: Mapping[str, bytes]) -> Iterator[tuple[str, Asked]]:
    for form in vocabulary.forms(contents):
        for field in form["fields"]:
            path = f"{form['key']}.{field['key']}"
            options = tuple(
                (str(one["value"]), language.choose(one["hi"], one["en"])) for one in field["options"]
            )
            if not options and field["type"] == "boolean":
                options = _truth()
            yield path, Asked(path, language.choose(field["hi"], field["en"]) or path, options)


def _truth() -> tuple[tuple[str, str], ...]:
    return tuple((code, language.word("canvas", code)) for code in _TRUTH)


def _purposes(contents: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    for code, names in engine.rule_names(contents.get(CHECKS, b"")).items():
        yield code, language.choose(*names)
