"""What is wrong in the rows of a list: told on its page, one fault of many rows once, and in the sheet given back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from heapq import nlargest
from typing import TYPE_CHECKING, Any

from app.models.intake import rosters as table
from app.services.intake import listtexts, rosterrows
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
_COMMON = 50  # faults that are told so, at most


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
    """The faults of a judged list, the rows with faults of their own behind a number.

    What is said of many rows is found by its mark: only the rows of the page are opened, and one for each such fault.
    """
    marked = {each.number: _parted(each.marks) for each in table.marks_in(session, row.id)}
    common = _alike(marked)
    left = [number for number, marks in marked.items() if number > after and not _is_said(marks, common)]
    shown, told_once = left[:PAGE], {} if after else common
    key, by_key = keys.unlock(session, row.data_key_id), {column.key: column for column in columns}
    wanted = {*shown, *(numbers[0] for numbers in told_once.values())}
    opened = {
        each.number: (each, listtexts.open_faults(key, each))
        for each in table.rows_at(session, row.id, wanted)
    }
    places = {field: place for place, field in row.mapping}
    rows = [
        Faulty(number, _told_in(listtexts.open_cells(key, each), own, places, by_key))
        for number in shown
        for each, faults in [opened[number]]
        for own in [_without(key, faults, common)]
    ]
    gathered = [
        Common(by_key.get(name), fault, len(numbers), _spans(numbers))
        for mark, numbers in told_once.items()
        for name, fault in _marked(key, opened[numbers[0]][1], mark)
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


def _parted(marks: bytes | None) -> list[bytes]:
    """The marks of a row; none of one that was judged before there were any, which is told by itself."""
    whole, size = bytes(marks or b""), rosterrows.MARK
    return [whole[at : at + size] for at in range(0, len(whole), size)]


def _alike(marked: Mapping[int, Sequence[bytes]]) -> dict[bytes, list[int]]:
    """The faults that many rows share, the most frequent ones: mark -> the rows in which it stands, in order."""
    found = defaultdict[bytes, list[int]](list)
    for number, marks in marked.items():
        for mark in marks:
            found[mark].append(number)
    often = [mark for mark, numbers in found.items() if len(numbers) >= _MANY]
    most = set(nlargest(_COMMON, often, key=lambda mark: len(found[mark])))
    return {mark: numbers for mark, numbers in found.items() if mark in most}


def _is_said(marks: Sequence[bytes], common: Collection[bytes]) -> bool:
    """Whether all that is wrong in a row is told once for many."""
    return bool(marks) and all(mark in common for mark in marks)


def _marked(key: bytes, faults: _Faults, mark: bytes) -> list[tuple[str, FieldProblem]]:
    marks = rosterrows.marks(key, faults)
    return [(name, fault) for name, fault in faults.items() if marks[name] == mark]


def _without(key: bytes, faults: _Faults, common: Collection[bytes]) -> dict[str, FieldProblem]:
    marks = rosterrows.marks(key, faults)
    return {name: fault for name, fault in faults.items() if marks[name] not in common}


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
