"""What the columns of a sheet mean: headings found, a meaning proposed for each, told by an officer, remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app import formjs, spreadsheets
from app.domain.errors import DomainError
from app.domain.legacyfont import is_legacy
from app.models.intake import rosters as table
from app.services.intake import listtexts

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

_SEEK_HEAD = 25  # rows in which the headings are looked for
_SAMPLES = 3
_FEW_LEGACY = 3  # cells that may be a slip of the pen
_LONGEST_HEAD = 200


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
    heads = listtexts.open_head(session, row).get("heads", [])
    digests = {
        _heading(session, head, at, heads): fields.get(at, "") for at, head in enumerate(heads) if head
    }
    table.remember(session, owner, digests)
    mapping = sorted([place, key] for place, key in fields.items())
    table.change(session, row.id, ["columns"], state="checking", mapping=mapping, reason="")


_HAS_DEFAULT = frozenset({"nationality", "relation", "perm_state", "declared_case", "valid_from"})


def is_needed(column: formjs.Column) -> bool:
    """Whether no row can do without the column: it is asked of everybody, and the form proposes nothing."""
    return column.is_required and column.key not in _HAS_DEFAULT
