"""What is wrong in the rows of a list: told on its page, one fault of many rows once, and in the sheet given back."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.models.intake import rosters as table
from app.services.intake import listtexts
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from app import formjs
    from app.domain.errors import FieldProblem
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

    #: The texts of a row, its faults by place, and all of them by column.
    Mended = tuple[list[str], dict[int, FieldProblem], list[tuple[formjs.Column | None, FieldProblem]]]
    _Faults = Mapping[str, FieldProblem]  # of a row, by key of the field

PAGE = 50  # faulty rows of a page
_SPANS = 12  # runs of rows that are named
_MANY = 5  # rows from which one fault is told once for all


@dataclass(frozen=True, slots=True)
class Faulty:
    """A row with what is wrong: column (None for the row as a whole), what stands in the cell, the fault."""

    number: int
    faults: list[tuple[formjs.Column | None, str, FieldProblem]]


@dataclass(frozen=True, slots=True)
class Common:
    """One fault that stands in many rows, told once: how many, and from which row to which."""

    column: formjs.Column | None
    fault: FieldProblem
    count: int
    spans: list[tuple[int, int]]

    @property
    def shown_spans(self) -> str:
        """Its rows in short: 3-42, 47."""
        return ", ".join(
            str(first) if first == last else f"{first}–{last}" for first, last in self.spans[:_SPANS]
        )

    @property
    def is_cut(self) -> bool:
        """Whether it stands in further rows than are named."""
        return len(self.spans) > _SPANS


@dataclass(frozen=True, slots=True)
class Told:
    """A page of faults: those of many rows, rows with faults of their own, the number behind which others follow."""

    common: list[Common] = field(default_factory=list)
    rows: list[Faulty] = field(default_factory=list)
    next_after: int = 0  # 0: none

    @property
    def is_any(self) -> bool:
        """Whether anything is told."""
        return bool(self.common or self.rows)


def told(session: Session, row: AnyRow, columns: Sequence[formjs.Column], after: int) -> Told:
    """The faults of a judged list, the rows with faults of their own behind a number."""
    found, by_key = _by_row(session, row), {column.key: column for column in columns}
    wrong = {each.number: faults for each, faults in found}
    common = {one: numbers for one, numbers in _alike(wrong).items() if len(numbers) >= _MANY}
    own = {number: _without(faults, common) for number, faults in wrong.items()}
    left = [number for number, faults in own.items() if faults and number > after]
    texts = _texts(session, row, left[:PAGE])
    places = {field: place for place, field in row.mapping}
    rows = [Faulty(number, _told_in(texts[number], own[number], places, by_key)) for number in left[:PAGE]]
    gathered = [
        Common(by_key.get(name), wrong[numbers[0]][name], len(numbers), _spans(numbers))
        for (name, _), numbers in common.items()
    ]
    return Told(gathered, rows, left[PAGE - 1] if len(left) > PAGE else 0)


def mended(
    session: Session, row: AnyRow, columns: Sequence[formjs.Column], states: Collection[str]
) -> list[Mended]:
    """The rows in these states, to be given back with what is wrong in each."""
    key = keys.unlock(session, row.data_key_id)
    places = {field: place for place, field in row.mapping}
    by_key = {column.key: column for column in columns}
    found: list[Mended] = []
    for each in table.rows_in(session, row.id, states, row.total):
        faults = listtexts.open_faults(key, each) if each.faults is not None else {}
        at = {places[name]: fault for name, fault in faults.items() if name in places}
        told_beside = [(by_key.get(name), fault) for name, fault in faults.items()]
        found.append((listtexts.open_cells(key, each), at, told_beside))
    return found


def _by_row(session: Session, row: AnyRow) -> list[tuple[AnyRow, _Faults]]:
    key = keys.unlock(session, row.data_key_id)
    return [(each, listtexts.open_faults(key, each)) for each in table.faults_in(session, row.id)]


def _alike(wrong: Mapping[int, _Faults]) -> dict[tuple[str, str], list[int]]:
    """(field, fault) -> the rows in which it stands, in their order."""
    found = defaultdict[tuple[str, str], list[int]](list)
    for number, faults in wrong.items():
        for name, fault in faults.items():
            found[name, _said(fault)].append(number)
    return found


def _said(fault: FieldProblem) -> str:
    """What a fault says, as a text: two that say the same are one."""
    return json.dumps([fault.key, fault.hi, fault.en, fault.params], sort_keys=True)


def _without(faults: _Faults, common: Collection[tuple[str, str]]) -> dict[str, FieldProblem]:
    return {name: fault for name, fault in faults.items() if (name, _said(fault)) not in common}


def _texts(session: Session, row: AnyRow, numbers: Sequence[int]) -> dict[int, list[str]]:
    key = keys.unlock(session, row.data_key_id)
    rows = table.rows_at(session, row.id, numbers)
    return {each.number: listtexts.open_cells(key, each) for each in rows}


def _told_in(
    texts: Sequence[str], faults: _Faults, places: Mapping[str, int], by_key: Mapping[str, formjs.Column]
) -> list[tuple[Any, str, FieldProblem]]:
    found = []
    for name, fault in faults.items():
        place = places.get(name, len(texts))
        found.append((by_key.get(name), texts[place] if place < len(texts) else "", fault))
    return found


def _spans(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Rows that follow one another, as first and last of each run."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
