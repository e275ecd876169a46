"""Lists for the crime register: handed in by DCRB, judged row by row, approved by the SP, entered by the worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from app.domain.ids import new_id
from app.domain.roles import Permission
from app.models.intake import rosters as table
from app.services.casefile import sightings
from app.services.intake import crimerows, rosterwork, sheetlists
from app.services.store import audit, keys
from app.services.store.drafts import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app import formjs
    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

_SHOWN = 20  # lists, newest first
_OWNER = "crime register"  # whose columns are remembered: one office sends them all
_SHORTEST, _LONGEST = 5, 300


class ReasonMissing(DomainError):
    """Whoever gives a list back says why (422)."""

    key = "crimes.list_reason"


@dataclass(frozen=True, slots=True)
class ListView:
    """A list as its page shows it, whatever its state; lists are empty where the state has none."""

    row: AnyRow
    counts: Mapping[str, int]
    heads: list[str]
    samples: list[list[str]]
    columns: list[formjs.Column]
    chosen: Mapping[int, str]
    faulty: list[sheetlists.Faulty]
    next_after: int
    doubles: list[tuple[int, int]]  # numbers of a row and of the one above that is the same accused
    note: str  # why the SP gave it back

    @property
    def is_under_way(self) -> bool:
        return self.row.state in table.UNDER_WAY

    @property
    def done(self) -> int:
        """How many rows the work under way has left behind."""
        before = {"checking": "waiting", "taking": "good"}.get(self.row.state, "")
        return int(self.row.total) - self.counts.get(before, 0)

    def count(self, state: str) -> int:
        return self.counts.get(state, 0)


def lines(session: Session, actor: Actor) -> Sequence[AnyRow]:
    """The lists of late, newest first. Raises NotAllowed."""
    _guard(actor, Permission.CRIME_LISTS)
    return table.of_register(session, _SHOWN)


def columns(session: Session, actor: Actor, now: datetime) -> list[formjs.Column]:
    """What a list may hold, for its template. Raises NotAllowed."""
    _guard(actor, Permission.CRIME_KEEP)
    return crimerows.Judge(session, now).columns


def upload(database: Database, actor: Actor, data: bytes, now: datetime) -> UUID:
    """Keep a list, sealed, until its columns are explained; -> its id. Raises sheetlists.SheetRefused, NotAllowed."""
    scope = actor_scope(actor)
    known = database.read(lambda session: columns(session, actor, now), scope)
    if refused := database.scanner.refusal(data):
        raise sheetlists.SheetRefused(refused)
    head = sheetlists.read_head(data, known)

    def put(session: Session) -> UUID:
        roster_id, key_id = new_id(session.recorded_at), keys.create(session, "roster")
        key = keys.unlock(session, key_id)
        table.insert_roster(
            session,
            {
                "id": roster_id,
                "requisition_id": None,
                "lodgement_id": None,
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
        _note(session, actor, roster_id, "upload", now)
        return roster_id

    return database.write(put, scope)


def view(database: Database, actor: Actor, roster_id: UUID, now: datetime, after: int = 0) -> ListView:
    """The page of a list, recorded where it shows what stands in cells. Raises NotAllowed, NotFound."""
    found = database.read(lambda session: _view(session, actor, roster_id, now, after), actor_scope(actor))
    if found.faulty or found.samples:
        sightings.note(database, actor, "crimes", "roster", {"P2", "P3"}, now)
    return found


def _view(session: Session, actor: Actor, roster_id: UUID, now: datetime, after: int) -> ListView:
    row = _find(session, actor, roster_id, Permission.CRIME_LISTS)
    judge, head = crimerows.Judge(session, now), sheetlists.opened_head(session, row)
    heads = head.get("heads", [])
    faulty: list[sheetlists.Faulty] = []
    following, doubles, note = 0, list[tuple[int, int]](), ""
    if head and row.state in ("checked", "sent", "taken"):
        faulty, following = sheetlists.faulty(session, row, judge.columns, after)
        twice = table.rows_in(session, row.id, ["double"], sheetlists.PAGE)
        doubles = [(each.number, each.twin_row) for each in twice]
        if row.note is not None:
            key = keys.unlock(session, row.data_key_id)
            note = keys.open_sealed(key, f"roster|note|{row.id}", row.note).decode()
    chosen = sheetlists.chosen(session, row, _owner(session), judge.columns, heads)
    counts = table.counts(session, row.id)
    samples = head.get("samples", [])
    return ListView(row, counts, heads, samples, judge.columns, chosen, faulty, following, doubles, note)


def explain(
    database: Database, actor: Actor, roster_id: UUID, chosen: Mapping[int, str], now: datetime
) -> None:
    """Say what each column means, and let the rows be judged. Raises ColumnsWrong, NotAllowed, NotFound."""

    def put(session: Session) -> None:
        row = _find(session, actor, roster_id, Permission.CRIME_KEEP)
        known = crimerows.Judge(session, now).columns
        sheetlists.explain(session, row, _owner(session), known, chosen, crimerows.BESIDE_THE_NUMBER)

    database.write(put, actor_scope(actor))


def send(session: Session, actor: Actor, roster_id: UUID, now: datetime) -> None:
    """Lay the good rows of a judged list before the SP. Raises NotAllowed, NotFound."""
    row = _find(session, actor, roster_id, Permission.CRIME_KEEP)
    good = table.counts(session, row.id).get("good", 0)
    if good and table.change(session, row.id, ["checked"], state="sent", reason="", note=None):
        _note(session, actor, row.id, "send", now, rows=good)


def approve(session: Session, actor: Actor, roster_id: UUID, now: datetime) -> None:
    """Let the good rows of a list be entered; harmless when pressed twice.

    Raises NotAllowed, NotFound, Conflict for one's own list.
    """
    row = _find(session, actor, roster_id, Permission.CRIME_APPROVE)
    if row.asked_by == actor.officer_id:
        raise Conflict
    good = table.counts(session, row.id).get("good", 0)
    if table.change(session, row.id, ["sent"], state="taking", reason="", ended_at=None):
        _note(session, actor, row.id, "approve", now, rows=good)


def give_back(session: Session, actor: Actor, roster_id: UUID, reason: str, now: datetime) -> None:
    """Give a list back with a reason. Raises ReasonMissing, NotAllowed, NotFound."""
    row = _find(session, actor, roster_id, Permission.CRIME_APPROVE)
    text = " ".join(reason.split())[:_LONGEST]
    if len(text) < _SHORTEST:
        raise ReasonMissing
    note = keys.seal(keys.unlock(session, row.data_key_id), f"roster|note|{row.id}", text.encode())
    if table.change(session, row.id, ["sent"], state="checked", note=note):
        _note(session, actor, row.id, "return", now)


def drop(session: Session, actor: Actor, roster_id: UUID, now: datetime) -> None:
    """Put a list away: what is under way stops, its texts are destroyed, what was entered stays.

    Raises NotAllowed, NotFound.
    """
    row = _find(session, actor, roster_id, Permission.CRIME_KEEP)
    state = "taken" if table.counts(session, row.id).get("taken") else "dropped"
    before = ["columns", "checking", "checked", "sent", "taken"]
    if table.change(session, row.id, before, state=state, ended_at=now, reason="") and row.head is not None:
        rosterwork.forget(session, row, now)
        _note(session, actor, row.id, "drop", now)


def to_mend(
    session: Session, actor: Actor, roster_id: UUID, now: datetime
) -> tuple[list[str], list[sheetlists.Mended]]:
    """The headings of a list and its faulty rows. Raises NotAllowed, and NotFound for one whose texts are gone."""
    row = _find(session, actor, roster_id, Permission.CRIME_KEEP)
    head = sheetlists.opened_head(session, row)
    if not head or not row.total:
        raise NotFound
    return head["heads"], sheetlists.mended(session, row, crimerows.Judge(session, now).columns, ["bad"])


def _owner(session: Session) -> bytes:
    return session.keys.blind("department", _OWNER)


def _find(session: Session, actor: Actor, roster_id: UUID, permission: Permission) -> AnyRow:
    _guard(actor, permission)
    row = table.find(session, roster_id)
    if row is None or not crimerows.are_of(row):
        raise NotFound
    return row


def _note(session: Session, actor: Actor, roster_id: UUID, act: str, now: datetime, **detail: Any) -> None:
    audit.record(
        session, "admin", "crime:list", "crimes", actor, now, roster=str(roster_id), act=act, **detail
    )


def _guard(actor: Actor, permission: Permission) -> None:
    if not actor.may(permission):
        raise NotAllowed
