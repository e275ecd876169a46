"""What every list from a sheet needs, whatever its rows are about: headings, what columns mean, faults given back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app import formjs, spreadsheets
from app.domain.errors import DomainError
from app.domain.legacyfont import is_legacy
from app.models.intake import rosters as table
from app.services.intake import rosterwork
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from app.domain.errors import FieldProblem
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

    #: The texts of a row, its faults by place, and all of them by column.
    Mended = tuple[list[str], dict[int, FieldProblem], list[tuple[formjs.Column | None, FieldProblem]]]

_SEEK_HEAD = 25  # rows in which the headings are looked for
_SAMPLES = 3
_FEW_LEGACY = 3  # cells that may be a slip of the pen
_LONGEST_HEAD = 200
PAGE = 50  # faulty rows of a page
ERRORS = ("त्रुटि", "Error")  # headings of the columns that a list given back has beside its own


class SheetRefused(DomainError):
    """The file cannot be read as a list (422); `where` names the place where it says one."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(f"roster.refused.{code}", where=where)
        self.code = code


class ColumnsWrong(DomainError):
    """What the columns mean was told twice, or not at all for one that every row needs (422)."""

    def __init__(self, key: str, fields: Sequence[formjs.Column] = ()) -> None:
        super().__init__(key)
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Faulty:
    """A row with what is wrong: column (None for the row as a whole), what stands in the cell, the fault."""

    number: int
    faults: list[tuple[formjs.Column | None, str, FieldProblem]]


def read_head(data: bytes, known: Sequence[formjs.Column]) -> dict[str, Any]:
    """The headings, the row in which they stand, and the first rows below. Raises SheetRefused."""
    first: list[tuple[int, list[str]]] = []
    try:
        for number, texts in spreadsheets.rows(data):
            first.append((number, texts))
            if len(first) >= _SEEK_HEAD:
                break
    except spreadsheets.Refused as refused:
        raise SheetRefused(refused.code, refused.where) from refused
    found = [len(formjs.proposed(known, texts)) for _, texts in first]
    if not first:
        raise SheetRefused("empty")
    best = max(range(len(first)), key=lambda place: found[place])
    if not found[best]:  # no heading is ours: the first row of several texts is taken for them
        best = next((place for place, (_, texts) in enumerate(first) if sum(map(bool, texts)) > 1), 0)
    number, texts = first[best]
    below = first[best + 1 :]
    if not below:
        raise SheetRefused("empty")
    if _is_legacy([text for _, cells in below for text in cells if text]):
        raise SheetRefused("legacy")
    heads = [text[:_LONGEST_HEAD] for text in texts]
    return {"row": number, "heads": heads, "samples": [cells for _, cells in below[:_SAMPLES]]}


def _is_legacy(texts: Sequence[str]) -> bool:
    """Whether so many cells are written in an old font that the list as a whole is."""
    count = sum(map(is_legacy, texts))
    return count >= _FEW_LEGACY and count * 10 >= len(texts)


def opened_head(session: Session, row: AnyRow) -> dict[str, Any]:
    """What was kept of a list's headings; empty once its texts are gone."""
    if row.head is None:
        return {}
    key = keys.unlock(session, row.data_key_id)
    found: dict[str, Any] = keys.open_json(key, f"roster|head|{row.id}", row.head)
    return found


def chosen(
    session: Session,
    row: AnyRow,
    owner: bytes,
    columns: Sequence[formjs.Column],
    heads: Sequence[str],
) -> dict[int, str]:
    """Place of a column -> its field: as chosen, else as in its owner's last list, else by its heading."""
    if row.mapping:
        return dict(row.mapping)
    found = formjs.proposed(columns, heads)
    known = {column.key for column in columns}
    remembered = table.layout(session, owner)
    for place, head in enumerate(heads):
        field = remembered.get(_heading(session, head, place, heads))
        if field == "":
            found.pop(place, None)
        elif field in known:
            found = {at: key for at, key in found.items() if key != field} | {place: field}
    return found


def _heading(session: Session, head: str, place: int, heads: Sequence[str]) -> bytes:
    """A heading without its words; one that stands several times is told by which of them it is."""
    nth = heads[:place].count(head)
    return session.keys.blind("heading", f"{nth} {' '.join(head.casefold().split())}")


def faulty(
    session: Session, row: AnyRow, columns: Sequence[formjs.Column], after: int
) -> tuple[list[Faulty], int]:
    """The next rows with a fault, and the number after which others follow (0: none)."""
    rows = table.rows_in(session, row.id, ["bad"], PAGE + 1, after)
    key = keys.unlock(session, row.data_key_id)
    places = {field: place for place, field in row.mapping}
    by_key = {column.key: column for column in columns}
    found = []
    for each in rows[:PAGE]:
        texts, faults = rosterwork.open_cells(key, each), rosterwork.open_faults(key, each)
        told = []
        for name, fault in faults.items():
            place = places.get(name, len(texts))
            told.append((by_key.get(name), texts[place] if place < len(texts) else "", fault))
        found.append(Faulty(each.number, told))
    return found, found[-1].number if len(rows) > PAGE else 0


def explain(
    session: Session,
    row: AnyRow,
    owner: bytes,
    columns: Sequence[formjs.Column],
    chosen: Mapping[int, str],
    elsewhere: Collection[str] = (),
) -> None:
    """Say what each column means (place -> field), remember it for its owner, and let the rows be judged.

    `elsewhere`: fields that another column of a row may hold. Raises ColumnsWrong.
    """
    known = {column.key: column for column in columns}
    fields = {place: key for place, key in chosen.items() if key in known}
    if len(set(fields.values())) != len(fields):
        twice = [key for key in known if list(fields.values()).count(key) > 1]
        raise ColumnsWrong("roster.columns_twice", [known[key] for key in twice])
    told = {*fields.values(), *elsewhere}
    needed = [each for each in known.values() if is_needed(each) and each.key not in told]
    if needed:
        raise ColumnsWrong("roster.columns_missing", needed)
    heads = opened_head(session, row).get("heads", [])
    digests = {
        _heading(session, head, at, heads): fields.get(at, "") for at, head in enumerate(heads) if head
    }
    table.remember(session, owner, digests)
    mapping = sorted([place, key] for place, key in fields.items())
    table.change(session, row.id, ["columns"], state="checking", mapping=mapping, reason="")


_HAS_DEFAULT = frozenset({"nationality", "relation", "perm_state", "declared_case"})


def is_needed(column: formjs.Column) -> bool:
    """Whether no row can do without the column: it is asked of everybody, and the form proposes nothing."""
    return column.is_required and column.key not in _HAS_DEFAULT


def mended(
    session: Session, row: AnyRow, columns: Sequence[formjs.Column], states: Collection[str]
) -> list[Mended]:
    """The rows in these states, to be given back with what is wrong in each."""
    key = keys.unlock(session, row.data_key_id)
    places = {field: place for place, field in row.mapping}
    by_key = {column.key: column for column in columns}
    found: list[Mended] = []
    for each in table.rows_in(session, row.id, states, row.total):
        faults = rosterwork.open_faults(key, each) if each.faults is not None else {}
        at = {places[name]: fault for name, fault in faults.items() if name in places}
        told = [(by_key.get(name), fault) for name, fault in faults.items()]
        found.append((rosterwork.open_cells(key, each), at, told))
    return found
