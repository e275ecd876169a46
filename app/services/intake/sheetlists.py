"""The frame of every list from a sheet, whatever its rows are about: handed in, explained, seen, mended, put away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from app import formjs, spreadsheets
from app.domain.errors import DomainError, NotFound
from app.domain.ids import new_id
from app.domain.legacyfont import is_legacy
from app.models.casefile import case_queries as cases
from app.models.intake import rosters as table
from app.services.intake import listfaults, rosterwork
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database


_SEEK_HEAD = 25  # rows in which the headings are looked for
_SAMPLES = 3
_FEW_LEGACY = 3  # cells that may be a slip of the pen
_LONGEST_HEAD = 200
_JUDGED = frozenset({"checked", "sent", "taken"})  # states in which its rows are told
_NAMES = frozenset({"name_hi", "name_en", "name"})
_DOUBLES = 1_000  # of a page: who leaves the first ones unticked has to come to the last
LONGEST_REASON = 300  # for which a list is taken back, or given back
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
class Double:
    """A row whose person stands above, or has a case: its name as written, and where the other one is."""

    number: int
    name: str
    twin_row: int | None
    twin_case: str


@dataclass(frozen=True, slots=True)
class ListView:
    """A list as its page shows it, whatever its state; what the state has none of is empty."""

    row: AnyRow
    counts: Mapping[str, int]
    heads: list[str]
    samples: list[list[str]]
    columns: Sequence[formjs.Column]
    chosen: Mapping[int, str]
    told: listfaults.Told
    doubles: list[Double]
    days_read: int  # numbers of Excel that were read as the days they stand for

    @property
    def is_under_way(self) -> bool:
        return self.row.state in table.UNDER_WAY

    @property
    def done(self) -> int:
        """How many rows the work under way has left behind."""
        before = {"checking": "waiting", "taking": "good", "undoing": "taken"}.get(self.row.state, "")
        return int(self.row.total) - self.counts.get(before, 0)

    def count(self, state: str) -> int:
        return self.counts.get(state, 0)

    @property
    def tells_cells(self) -> bool:
        """Whether the page shows what stands in cells: that is looked at by somebody."""
        return bool(self.told.is_any or self.doubles or self.samples)

    @property
    def has_texts(self) -> bool:
        """Whether its rows are still there to be given back."""
        return self.row.head is not None and self.row.total > 0


View = TypeVar("View", bound=ListView)


def handed_in(database: Database, data: bytes, known: Sequence[formjs.Column]) -> dict[str, Any]:
    """The head of a file, once nothing speaks against reading it. Raises SheetRefused."""
    if refused := database.scanner.refusal(data):
        raise SheetRefused(refused)
    return read_head(data, known)


def keep(
    session: Session,
    actor: Actor,
    data: bytes,
    head: Mapping[str, Any],
    now: datetime,
    **of: Any,
) -> UUID:
    """Keep a list, sealed under a key of its own, until its columns are explained; -> its id.

    `of`: the letter that it belongs to, `requisition_id` or `lodgement_id`; else the `subject` of its rows.
    """
    roster_id, key_id = new_id(session.recorded_at), keys.create(session, "roster")
    key = keys.unlock(session, key_id)
    table.insert_roster(
        session,
        {
            "id": roster_id,
            "requisition_id": None,
            "lodgement_id": None,
            "subject": "candidates",
            **of,
            "data_key_id": key_id,
            "state": "columns",
            "file": keys.seal_file(key, f"roster|file|{roster_id}", data),
            "head": keys.seal_json(key, f"roster|head|{roster_id}", head),
            "mapping": [],
            "asked_by": actor.officer_id,
            "posting_id": actor.post.posting_id,
            "asked_at": now,
        },
    )
    return roster_id


def seen(
    session: Session,
    kind: type[View],
    row: AnyRow,
    owner: bytes,
    columns: Sequence[formjs.Column],
    after: int,
    **own: Any,
) -> View:
    """The page of a list: its faulty rows behind a number, and its doubles. `own`: what only this kind shows."""
    head = opened_head(session, row)
    heads, is_judged = head.get("heads", []), bool(head) and row.state in _JUDGED
    return kind(
        row=row,
        counts=table.counts(session, row.id),
        heads=heads,
        samples=head.get("samples", []),
        columns=columns,
        chosen=chosen(session, row, owner, columns, heads),
        told=listfaults.told(session, row, columns, after) if is_judged else listfaults.Told(),
        doubles=_doubles(session, row) if is_judged else [],
        days_read=head.get("days_read", 0),
        **own,
    )


def _doubles(session: Session, row: AnyRow) -> list[Double]:
    key = keys.unlock(session, row.data_key_id)
    place = next((place for place, field in row.mapping if field in _NAMES), 0)
    found = []
    for each in table.rows_in(session, row.id, ["double"], _DOUBLES):
        texts = rosterwork.open_cells(key, each)
        case = cases.find(session, each.twin_case_id) if each.twin_case_id is not None else None
        name = texts[place] if place < len(texts) else ""
        found.append(Double(each.number, name, each.twin_row, case.number if case is not None else ""))
    return found


def put_away(session: Session, row: AnyRow, before: Collection[str], now: datetime) -> bool:
    """Stop what is under way and destroy a list's texts; what was made of it stays. -> whether texts were there."""
    state = "taken" if table.counts(session, row.id).get("taken") else "dropped"
    if not table.change(session, row.id, before, state=state, ended_at=now, reason=""):
        return False
    if row.head is None:
        return False
    rosterwork.forget(session, row, now)
    return True


def to_mend(
    session: Session, row: AnyRow, columns: Sequence[formjs.Column], states: Collection[str]
) -> tuple[list[str], list[listfaults.Mended]]:
    """The headings, and the rows in these states with what is wrong. Raises NotFound for texts that are gone."""
    head = opened_head(session, row)
    if not head or not row.total:
        raise NotFound
    return head["heads"], listfaults.mended(session, row, columns, states)


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


_HAS_DEFAULT = frozenset({"nationality", "relation", "perm_state", "declared_case", "valid_from"})


def is_needed(column: formjs.Column) -> bool:
    """Whether no row can do without the column: it is asked of everybody, and the form proposes nothing."""
    return column.is_required and column.key not in _HAS_DEFAULT
