"""Lists of offices: handed in by whoever keeps them, judged row by row, added by the worker in his name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.errors import NotFound
from app.models.intake import rosters as table
from app.services.district import foundings
from app.services.intake import officerows, rosterwork, sheetlists
from app.services.store import audit
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
_OWNER = "offices"  # whose columns are remembered


def lines(session: Session, actor: Actor) -> Sequence[AnyRow]:
    """The lists of late, newest first. Raises NotAllowed."""
    foundings.guard(actor)
    return table.of_register(session, rosterwork.OFFICES, _SHOWN)


def columns(session: Session, actor: Actor, now: datetime) -> list[formjs.Column]:
    """What a list may hold, for its template. Raises NotAllowed."""
    foundings.guard(actor)
    return officerows.Judge(session, now).columns


def upload(database: Database, actor: Actor, data: bytes, now: datetime) -> UUID:
    """Keep a list, sealed, until its columns are explained; -> its id. Raises sheetlists.SheetRefused, NotAllowed."""
    scope = actor_scope(actor)
    known = database.read(lambda session: columns(session, actor, now), scope)
    head = sheetlists.handed_in(database, data, known)

    def put(session: Session) -> UUID:
        roster_id = sheetlists.keep(session, actor, data, head, now, subject=rosterwork.OFFICES)
        _note(session, actor, roster_id, "upload", now)
        return roster_id

    return database.write(put, scope)


def view(session: Session, actor: Actor, roster_id: UUID, now: datetime, after: int) -> sheetlists.ListView:
    """The page of a list. Raises NotAllowed, NotFound."""
    row, judge = _find(session, actor, roster_id), officerows.Judge(session, now)
    return sheetlists.seen(session, sheetlists.ListView, row, _owner(session), judge.columns, after)


def explain(
    database: Database, actor: Actor, roster_id: UUID, chosen: Mapping[int, str], now: datetime
) -> None:
    """Say what each column means, and let the rows be judged. Raises ColumnsWrong, NotAllowed, NotFound."""

    def put(session: Session) -> None:
        row = _find(session, actor, roster_id)
        known = officerows.Judge(session, now).columns
        sheetlists.explain(session, row, _owner(session), known, chosen)

    database.write(put, actor_scope(actor))


def take(session: Session, actor: Actor, roster_id: UUID, now: datetime) -> None:
    """Let the good rows of a judged list be added; harmless when pressed twice. Raises NotAllowed, NotFound."""
    row = _find(session, actor, roster_id)
    good = table.counts(session, row.id).get("good", 0)
    if good and table.change(session, row.id, ["checked"], state="taking", reason="", ended_at=None):
        _note(session, actor, row.id, "take", now, rows=good)


def drop(session: Session, actor: Actor, roster_id: UUID, now: datetime) -> None:
    """Put a list away: what is under way stops, its texts are destroyed, what was added stays.

    Raises NotAllowed, NotFound.
    """
    row = _find(session, actor, roster_id)
    if sheetlists.put_away(session, row, ["columns", "checking", "checked", "taken"], now):
        _note(session, actor, row.id, "drop", now)


def to_mend(
    session: Session, actor: Actor, roster_id: UUID, now: datetime
) -> tuple[list[str], list[listfaults.Mended]]:
    """The headings of a list and its faulty rows. Raises NotAllowed, and NotFound for one whose texts are gone."""
    row = _find(session, actor, roster_id)
    return sheetlists.to_mend(session, row, officerows.Judge(session, now).columns, ["bad"])


def _owner(session: Session) -> bytes:
    return session.keys.blind("department", _OWNER)


def _find(session: Session, actor: Actor, roster_id: UUID) -> AnyRow:
    foundings.guard(actor)
    row = table.find(session, roster_id)
    if row is None or row.subject != rosterwork.OFFICES:
        raise NotFound
    return row


def _note(session: Session, actor: Actor, roster_id: UUID, act: str, now: datetime, **detail: Any) -> None:
    audit.record(
        session, "admin", "office:list", "offices", actor, now, roster=str(roster_id), act=act, **detail
    )
