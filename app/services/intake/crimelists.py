"""Lists for the crime register: handed in by DCRB, judged row by row, approved by the SP, entered by the worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain import reasons
from app.domain.errors import Conflict, NotAllowed, NotFound
from app.domain.roles import Permission
from app.models.intake import rosters as table
from app.services.casefile import sightings
from app.services.intake import crimerows, rosterwork, sheetlists
from app.services.store import audit, keys
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app import formjs
    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.intake import listfaults
    from app.services.store.database import Database

_SHOWN = 20  # lists, newest first
_OWNER = "crime register"  # whose columns are remembered: one office sends them all


class ReasonMissing(reasons.ReasonMissing):
    """Whoever gives a list back says why."""

    key = "crimes.list_reason"


@dataclass(frozen=True, slots=True)
class CrimeListView(sheetlists.ListView):
    """A list as its page shows it, with the reason for which the SP gave it back."""

    note: str


def lines(session: Session, actor: Actor) -> Sequence[AnyRow]:
    """The lists of late, newest first. Raises NotAllowed."""
    _guard(actor, Permission.CRIME_LISTS)
    return table.of_register(session, rosterwork.CRIMES, _SHOWN)


def columns(session: Session, actor: Actor, now: datetime) -> list[formjs.Column]:
    """What a list may hold, for its template. Raises NotAllowed."""
    _guard(actor, Permission.CRIME_KEEP)
    return crimerows.Judge(session, now).columns


def upload(database: Database, actor: Actor, data: bytes, now: datetime) -> UUID:
    """Keep a list, sealed, until its columns are explained; -> its id. Raises sheetlists.SheetRefused, NotAllowed."""
    scope = actor_scope(actor)
    known = database.read(lambda session: columns(session, actor, now), scope)
    head = sheetlists.handed_in(database, data, known)

    def put(session: Session) -> UUID:
        roster_id = sheetlists.keep(session, actor, data, head, now, subject=rosterwork.CRIMES)
        _note(session, actor, roster_id, "upload", now)
        return roster_id

    return database.write(put, scope)


def view(database: Database, actor: Actor, roster_id: UUID, now: datetime, after: int = 0) -> CrimeListView:
    """The page of a list, recorded where it shows what stands in cells. Raises NotAllowed, NotFound."""
    found = database.read(lambda session: _view(session, actor, roster_id, now, after), actor_scope(actor))
    if found.tells_cells:
        sightings.note(database, actor, "crimes", "roster", {"P2", "P3"}, now)
    return found


def _view(session: Session, actor: Actor, roster_id: UUID, now: datetime, after: int) -> CrimeListView:
    row = _find(session, actor, roster_id, Permission.CRIME_LISTS)
    columns, note = crimerows.Judge(session, now).columns, ""
    if row.head is not None and row.note is not None:
        key = keys.unlock(session, row.data_key_id)
        note = keys.open_sealed(key, f"roster|note|{row.id}", row.note).decode()
    return sheetlists.seen(session, CrimeListView, row, _owner(session), columns, after, note=note)


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
    text = reasons.read(reason, ReasonMissing, sheetlists.LONGEST_REASON)
    note = keys.seal(keys.unlock(session, row.data_key_id), f"roster|note|{row.id}", text.encode())
    if table.change(session, row.id, ["sent"], state="checked", note=note):
        _note(session, actor, row.id, "return", now)


def drop(session: Session, actor: Actor, roster_id: UUID, now: datetime) -> None:
    """Put a list away: what is under way stops, its texts are destroyed, what was entered stays.

    Raises NotAllowed, NotFound.
    """
    row = _find(session, actor, roster_id, Permission.CRIME_KEEP)
    if sheetlists.put_away(session, row, ["columns", "checking", "checked", "sent", "taken"], now):
        _note(session, actor, row.id, "drop", now)


def to_mend(
    session: Session, actor: Actor, roster_id: UUID, now: datetime
) -> tuple[list[str], list[listfaults.Mended]]:
    """The headings of a list and its faulty rows. Raises NotAllowed, and NotFound for one whose texts are gone."""
    row = _find(session, actor, roster_id, Permission.CRIME_KEEP)
    return sheetlists.to_mend(session, row, crimerows.Judge(session, now).columns, ["bad"])


def _owner(session: Session) -> bytes:
    return session.keys.blind("department", _OWNER)


def _find(session: Session, actor: Actor, roster_id: UUID, permission: Permission) -> AnyRow:
    _guard(actor, permission)
    row = table.find(session, roster_id)
    if row is None or row.subject != rosterwork.CRIMES:
        raise NotFound
    return row


def _note(session: Session, actor: Actor, roster_id: UUID, act: str, now: datetime, **detail: Any) -> None:
    audit.record(
        session, "admin", "crime:list", "crimes", actor, now, roster=str(roster_id), act=act, **detail
    )


def _guard(actor: Actor, permission: Permission) -> None:
    if not actor.may(permission):
        raise NotAllowed
