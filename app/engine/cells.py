"""A decision table as rows and columns of texts: read, changed cell by cell, and tried with a case of one's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree

from app.engine.decisions import DecisionFailed, DecisionRefused, load
from app.engine.values import plain, revive
from app.engine.xml import XmlRefused, load_xml, text_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element

_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,6})?")


@dataclass(frozen=True, slots=True)
class Column:
    """`kind` is input or output; `type` FEEL's; `asks` what an input reads or an output is called."""

    id: str
    kind: str
    label: str
    type: str
    asks: str


@dataclass(frozen=True, slots=True)
class Cell:
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    label_hi: str
    label_en: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """One decision table; the cells of each rule stand in the order of the columns."""

    decision: str
    label_hi: str
    label_en: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]


def grids(data: bytes) -> list[Grid]:
    """Return every decision table of a DMN file. Raises XmlRefused."""
    found = []
    for decision in load_xml(data).iterfind("{*}decision"):
        table = decision.find("{*}decisionTable")
        if table is not None:
            name = str(decision.get("name") or "")
            label = str(decision.get("label") or name)
            found.append(Grid(str(decision.get("id")), name, label, _columns(table), _rules(table)))
    return found


def _columns(table: _Element) -> tuple[Column, ...]:
    found = []
    for kind in ("input", "output"):
        for column in table.iterfind("{*}" + kind):
            asked = column.find("{*}inputExpression")
            asks = text_at(column, "{*}inputExpression/{*}text") or str(column.get("name") or "")
            label = str(column.get("label") or asks)
            typed = asked if asked is not None else column
            found.append(Column(str(column.get("id")), kind, label, str(typed.get("typeRef") or "Any"), asks))
    return tuple(found)


def _rules(table: _Element) -> tuple[Rule, ...]:
    found = []
    for number, rule in enumerate(table.iterfind("{*}rule"), start=1):
        cells = [
            Cell(str(entry.get("id")), text_at(entry, "{*}text"))
            for kind in ("inputEntry", "outputEntry")
            for entry in rule.iterfind("{*}" + kind)
        ]
        hindi, _, english = (part.strip() for part in text_at(rule, "{*}description").partition("|"))
        label = hindi or str(number)
        found.append(Rule(str(rule.get("id")), label, english or label, tuple(cells)))
    return tuple(found)


def change_cells(data: bytes, texts: Mapping[str, str]) -> bytes:
    """Return the file with these texts in the cells of these ids; of others nothing changes. Raises XmlRefused."""
    root = load_xml(data)
    for entry in root.iter("{*}inputEntry", "{*}outputEntry"):
        text = entry.find("{*}text")
        wanted = texts.get(str(entry.get("id")))
        if text is not None and wanted is not None:
            text.text = wanted
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def asked(data: bytes, decision: str) -> list[str]:
    """Return the paths that a decision reads, as `case.purpose`; none of a file that cannot be used."""
    try:
        return sorted(".".join(path) for path in load(data).inputs(decision))
    except (XmlRefused, DecisionRefused, DecisionFailed):
        return []


def ask(data: bytes, decision: str, answers: Mapping[str, str]) -> Any:
    """Ask a decision with answers typed by hand, by path; what is empty is null. None where no rule fits.

    Raises DecisionRefused, DecisionFailed, XmlRefused.
    """
    context: dict[str, Any] = {}
    for path, text in answers.items():
        place = context
        *outer, last = path.split(".")
        for key in outer:
            place = place.setdefault(key, {})
        place[last] = _value(text.strip())
    return plain(load(data).decide(decision, revive(context)))


def _value(text: str) -> Any:
    """Return what somebody means who types a number, true, false, a day or a word."""
    if text in {"true", "false"}:
        return text == "true"
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text or None
