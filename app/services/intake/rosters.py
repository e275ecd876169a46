"""Lists of candidates from Excel: uploaded, explained, looked at, taken, taken back, given back to be mended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app import formjs, spreadsheets
from app.domain.errors import DomainError, NotAllowed, NotFound
from app.domain.ids import new_id
from app.domain.legacyfont import is_legacy
from app.domain.roles import Permission
from app.models import case_queries as cases
from app.models import lodgements
from app.models import rosters as table
from app.services.casefile import sightings
from app.services.intake import asked, rosterrows, rosterwork
from app.services.store import audit, keys
from app.services.store.drafts import actor_scope

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.errors import FieldProblem
    from app.domain.roles import Actor
    from app.models.base import AnyRow
    from app.models.scope import Session
    from app.services.store.database import Database

_SEEK_HEAD = 25  # rows in which the headings are looked for
_SAMPLES = 3
_SHORTEST_REASON, _LONGEST_REASON = 5, 300
_FEW_LEGACY = 3  # cells that may be a slip of the pen
PAGE = 50  # faulty rows of a page
_LONGEST_HEAD = 200
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


class ReasonMissing(DomainError):
    """Whoever takes a list back says why (422)."""

    key = "roster.reason_missing"


@dataclass(frozen=True, slots=True)
class Faulty:
    """A row with what is wrong: column (None for the row as a whole), what stands in the cell, the fault."""

    number: int
    faults: list[tuple[formjs.Column | None, str, FieldProblem]]


@dataclass(frozen=True, slots=True)
class Double:
    """A row whose person stands above, or has a case: its name as written, and where the other one is."""

    number: int
    name: str
    twin_row: int | None
    twin_case: str


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A roster among those of its letter."""

    id: UUID
    state: str
    asked_at: datetime
    total: int


@dataclass(frozen=True, slots=True)
class RosterView:
    """A roster as its page shows it, whatever its state; lists are empty where the state has none."""

    row: AnyRow
    letter: asked.Letter
    counts: Mapping[str, int]
    heads: list[str]
    samples: list[list[str]]
    columns: list[formjs.Column]
    chosen: Mapping[int, str]
    faulty: list[Faulty]
    next_after: int
    doubles: list[Double]

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
    def has_texts(self) -> bool:
        """Whether its rows are still there to be given back."""
        return self.row.head is not None and self.row.total > 0


def columns(session: Session, actor: Actor, requisition_id: UUID, now: datetime) -> list[formjs.Column]:
    """What a list of this letter may hold, for its template. Raises NotAllowed, NotFound."""
    return rosterrows.Judge(session, asked.of_actor(session, actor, requisition_id, now), now).columns


def lines(
    session: Session, actor: Actor, requisition_id: UUID, now: datetime
) -> tuple[asked.Letter, list[RosterLine]]:
    """The letter and its rosters, newest first. Raises NotAllowed, NotFound."""
    letter = asked.of_actor(session, actor, requisition_id, now)
    find = table.of_letter if letter.is_received else table.of_lodgement
    rows = find(session, requisition_id)
    return letter, [RosterLine(row.id, row.state, row.asked_at, row.total) for row in rows]


def upload(database: Database, actor: Actor, requisition_id: UUID, data: bytes, now: datetime) -> UUID:
    """Keep a list, sealed, until its columns are explained; -> its id.

    A department hands in one list: the next takes its place. Raises SheetRefused, NotAllowed, NotFound, asked.Sent.
    """
    scope = actor_scope(actor)
    known = database.read(lambda session: columns(session, actor, requisition_id, now), scope)
    if refused := database.scanner.refusal(data):
        raise SheetRefused(refused)
    head = _head(data, known)

    def put(session: Session) -> UUID:
        letter = asked.to_change(session, actor, requisition_id, now)
        if not letter.is_received:
            drop_all(session, requisition_id, now)
            lodgements.change(session, requisition_id, lodgements.OPEN, changed_at=now)
        roster_id, key_id = new_id(session.recorded_at), keys.create(session, "roster")
        key = keys.unlock(session, key_id)
        table.insert_roster(
            session,
            {
                "id": roster_id,
                "requisition_id": requisition_id if letter.is_received else None,
                "lodgement_id": None if letter.is_received else requisition_id,
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
        _note(session, actor, letter, roster_id, "roster:upload", now)
        return roster_id

    return database.write(put, scope)


def drop_all(session: Session, lodgement_id: UUID, now: datetime) -> None:
    """Destroy what lists of a letter that was not received yet hold of persons."""
    for row in table.of_lodgement(session, lodgement_id):
        table.change(session, row.id, [row.state], state="dropped", ended_at=now, reason="")
        if row.head is not None:
            rosterwork.forget(session, row, now)


def _head(data: bytes, known: Sequence[formjs.Column]) -> dict[str, Any]:
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


def view(database: Database, actor: Actor, roster_id: UUID, now: datetime, after: int = 0) -> RosterView:
    """The page of a roster, recorded where it shows what stands in cells. Raises NotAllowed, NotFound."""
    found = database.read(lambda session: _view(session, actor, roster_id, now, after), actor_scope(actor))
    if found.faulty or found.doubles or found.samples:
        sightings.note(database, actor, found.letter.thing, "roster", {"P2", "P3"}, now)
    return found


def _view(session: Session, actor: Actor, roster_id: UUID, now: datetime, after: int) -> RosterView:
    row, letter = _open(session, actor, roster_id, now)
    judge = rosterrows.Judge(session, letter, now)
    head = _opened_head(session, row)
    heads = head.get("heads", [])
    faulty: list[Faulty] = []
    following, doubles = 0, list[Double]()
    if head and row.state in ("checked", "taken"):
        faulty, following = _faulty(session, row, judge, after)
        doubles = _doubles(session, row)
    return RosterView(
        row,
        letter,
        table.counts(session, row.id),
        heads,
        head.get("samples", []),
        judge.columns,
        _chosen(session, row, letter, judge, heads),
        faulty,
        following,
        doubles,
    )


def _opened_head(session: Session, row: AnyRow) -> dict[str, Any]:
    if row.head is None:
        return {}
    key = keys.unlock(session, row.data_key_id)
    found: dict[str, Any] = keys.open_json(key, f"roster|head|{row.id}", row.head)
    return found


def _chosen(
    session: Session, row: AnyRow, letter: asked.Letter, judge: rosterrows.Judge, heads: Sequence[str]
) -> dict[int, str]:
    """Place of a column -> its field: as chosen, else as this department's last list, else by its heading."""
    if row.mapping:
        return dict(row.mapping)
    found = formjs.proposed(judge.columns, heads)
    known = {column.key for column in judge.columns}
    remembered = table.layout(session, _department(session, letter))
    for place, head in enumerate(heads):
        field = remembered.get(_heading(session, head, place, heads))
        if field == "":
            found.pop(place, None)
        elif field in known:
            found = {at: key for at, key in found.items() if key != field} | {place: field}
    return found


def _department(session: Session, letter: asked.Letter) -> bytes:
    return session.keys.blind("department", " ".join(letter.requester_hi.casefold().split()))


def _heading(session: Session, head: str, place: int, heads: Sequence[str]) -> bytes:
    """A heading without its words; one that stands several times is told by which of them it is."""
    nth = heads[:place].count(head)
    return session.keys.blind("heading", f"{nth} {' '.join(head.casefold().split())}")


def _faulty(session: Session, row: AnyRow, judge: rosterrows.Judge, after: int) -> tuple[list[Faulty], int]:
    rows = table.rows_in(session, row.id, ["bad"], PAGE + 1, after)
    key = keys.unlock(session, row.data_key_id)
    places = {field: place for place, field in row.mapping}
    by_key = {column.key: column for column in judge.columns}
    found = []
    for each in rows[:PAGE]:
        texts, faults = rosterwork.open_cells(key, each), rosterwork.open_faults(key, each)
        told = []
        for name, fault in faults.items():
            place = places.get(name, len(texts))
            told.append((by_key.get(name), texts[place] if place < len(texts) else "", fault))
        found.append(Faulty(each.number, told))
    return found, found[-1].number if len(rows) > PAGE else 0


def _doubles(session: Session, row: AnyRow) -> list[Double]:
    key = keys.unlock(session, row.data_key_id)
    place = next((place for place, field in row.mapping if field in ("name_hi", "name_en")), 0)
    found = []
    for each in table.rows_in(session, row.id, ["double"], PAGE):
        texts = rosterwork.open_cells(key, each)
        case = cases.find(session, each.twin_case_id) if each.twin_case_id is not None else None
        name = texts[place] if place < len(texts) else ""
        found.append(Double(each.number, name, each.twin_row, case.number if case is not None else ""))
    return found


def explain(
    database: Database, actor: Actor, roster_id: UUID, chosen: Mapping[int, str], now: datetime
) -> None:
    """Say what each column means (place -> field), remember it for the department, and let the rows be judged.

    Raises ColumnsWrong, NotAllowed, NotFound, asked.Sent.
    """

    def put(session: Session) -> None:
        row, letter = _changed(session, actor, roster_id, now)
        known = {column.key: column for column in rosterrows.Judge(session, letter, now).columns}
        fields = {place: key for place, key in chosen.items() if key in known}
        if len(set(fields.values())) != len(fields):
            twice = [key for key in known if list(fields.values()).count(key) > 1]
            raise ColumnsWrong("roster.columns_twice", [known[key] for key in twice])
        needed = [each for each in known.values() if is_needed(each) and each.key not in fields.values()]
        if needed:
            raise ColumnsWrong("roster.columns_missing", needed)
        heads = _opened_head(session, row).get("heads", [])
        digests = {
            _heading(session, head, at, heads): fields.get(at, "") for at, head in enumerate(heads) if head
        }
        table.remember(session, _department(session, letter), digests)
        mapping = sorted([place, key] for place, key in fields.items())
        table.change(session, row.id, ["columns"], state="checking", mapping=mapping, reason="")

    database.write(put, actor_scope(actor))


_HAS_DEFAULT = frozenset({"nationality", "relation", "perm_state", "declared_case"})


def is_needed(column: formjs.Column) -> bool:
    """Whether no row can do without the column: it is asked of everybody, and the form proposes nothing."""
    return column.is_required and column.key not in _HAS_DEFAULT


def take(database: Database, actor: Actor, roster_id: UUID, doubles: Collection[int], now: datetime) -> None:
    """Let the good rows become cases, and those doubles that the officer takes all the same (numbers of rows).

    Harmless when pressed twice: a row becomes one case. Raises NotAllowed, NotFound.
    """
    _guard(actor)

    def put(session: Session) -> None:
        row, letter = _open(session, actor, roster_id, now)
        who = {"asked_by": actor.officer_id, "posting_id": actor.post.posting_id}
        before = ["checked", "taken"]
        if not table.change(session, row.id, before, state="taking", reason="", ended_at=None, **who):
            return
        wanted = [
            each
            for each in table.rows_in(session, row.id, ["double"], row.total or 1)
            if each.number in doubles
        ]
        for each in wanted:
            table.move(session, each.id, "double", "good")
        good = table.counts(session, row.id).get("good", 0)
        numbers = [each.number for each in wanted]
        detail = {"rows": good, "doubles": numbers}
        _note(session, actor, letter, row.id, "roster:take", now, **detail)

    database.write(put, actor_scope(actor))


def undo(database: Database, actor: Actor, roster_id: UUID, reason: str, now: datetime) -> None:
    """Take back the cases of a list that nobody has forwarded. Raises ReasonMissing, NotAllowed, NotFound."""
    _guard(actor)
    text = " ".join(reason.split())[:_LONGEST_REASON]
    if len(text) < _SHORTEST_REASON:
        raise ReasonMissing

    def put(session: Session) -> None:
        row, letter = _open(session, actor, roster_id, now)
        key = keys.unlock(session, letter.data_key_id)
        note = keys.seal(key, f"roster|note|{row.id}", text.encode())
        who = {"asked_by": actor.officer_id, "posting_id": actor.post.posting_id}
        is_made = table.counts(session, row.id).get("taken", 0) > 0
        before = ["checked", "taken", "taking"]
        if is_made and table.change(session, row.id, before, state="undoing", reason="", note=note, **who):
            _note(session, actor, letter, row.id, "roster:undo", now)

    database.write(put, actor_scope(actor))


def go_on_judging(database: Database, actor: Actor, roster_id: UUID, now: datetime) -> None:
    """Go on with a check that stood still. Raises NotAllowed, NotFound, asked.Sent."""

    def put(session: Session) -> None:
        row, _ = _changed(session, actor, roster_id, now)
        if table.counts(session, row.id).get("waiting"):
            table.change(session, row.id, ["checked"], state="checking", reason="", ended_at=None)

    database.write(put, actor_scope(actor))


def drop(database: Database, actor: Actor, roster_id: UUID, now: datetime) -> None:
    """Put a list away: what is under way stops, its texts are destroyed; cases already made stay.

    Raises NotAllowed, NotFound, asked.Sent.
    """

    def put(session: Session) -> None:
        row, _ = _changed(session, actor, roster_id, now)
        made = table.counts(session, row.id).get("taken", 0)
        before = ["columns", "checking", "checked", "taking", "taken"]
        state = "taken" if made else "dropped"
        if (
            table.change(session, row.id, before, state=state, ended_at=now, reason="")
            and row.head is not None
        ):
            rosterwork.forget(session, row, now)

    database.write(put, actor_scope(actor))


def to_mend(
    session: Session, actor: Actor, roster_id: UUID, now: datetime
) -> tuple[
    list[str],
    list[tuple[list[str], dict[int, FieldProblem], list[tuple[formjs.Column | None, FieldProblem]]]],
]:
    """The headings of a list, and each row that is to be mended: its texts, its faults by place and by field.

    A department gets its list whole, since the mended one takes its place. Raises NotAllowed, and NotFound for a
    list whose texts are gone.
    """
    row, letter = _open(session, actor, roster_id, now)
    head = _opened_head(session, row)
    if not head or not row.total:
        raise NotFound
    key = keys.unlock(session, row.data_key_id)
    places = {field: place for place, field in row.mapping}
    by_key = {column.key: column for column in rosterrows.Judge(session, letter, now).columns}
    found = []
    states = ["bad"] if letter.is_received else ["bad", "good", "double"]
    for each in table.rows_in(session, row.id, states, row.total):
        faults = rosterwork.open_faults(key, each) if each.faults is not None else {}
        at = {places[name]: fault for name, fault in faults.items() if name in places}
        told = [(by_key.get(name), fault) for name, fault in faults.items()]
        found.append((rosterwork.open_cells(key, each), at, told))
    return head["heads"], found


def _note(
    session: Session,
    actor: Actor,
    letter: asked.Letter,
    roster_id: UUID,
    act: str,
    now: datetime,
    **detail: Any,
) -> None:
    audit.record(session, "admin", act, letter.thing, actor, now, roster=str(roster_id), **detail)


def _open(session: Session, actor: Actor, roster_id: UUID, now: datetime) -> tuple[AnyRow, asked.Letter]:
    """A list and its letter. Raises NotAllowed, NotFound."""
    row = table.find(session, roster_id)
    if row is None:
        asked.guard(actor)
        raise NotFound
    return row, asked.of_actor(session, actor, row.requisition_id or row.lodgement_id, now)


def _changed(session: Session, actor: Actor, roster_id: UUID, now: datetime) -> tuple[AnyRow, asked.Letter]:
    """A list that may be changed, and its letter. Raises NotAllowed, NotFound, asked.Sent."""
    row, letter = _open(session, actor, roster_id, now)
    return row, asked.to_change(session, actor, letter.id, now)


def _guard(actor: Actor) -> None:
    if not actor.may(Permission.ROSTER_TAKE):
        raise NotAllowed
