"""Lists of candidates from Excel: uploaded, explained, looked at, taken, taken back, given back to be mended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain import reasons
from app.domain.errors import NotAllowed, NotFound
from app.domain.roles import Permission
from app.models.intake import lodgements
from app.models.intake import rosters as table
from app.services.casefile import sightings
from app.services.intake import asked, rosterrows, rosterwork, sheetlists
from app.services.store import audit, keys
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from uuid import UUID

    from app import formjs
    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.intake import listfaults
    from app.services.store.database import Database

_MADE = frozenset({"checked", "taken"})  # states in which cases can be made of rows


class ReasonMissing(reasons.ReasonMissing):
    """Whoever takes a list back says why."""

    key = "roster.reason_missing"


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A roster among those of its letter."""

    id: UUID
    state: str
    asked_at: datetime
    total: int


@dataclass(frozen=True, slots=True)
class RosterView(sheetlists.ListView):
    """A roster as its page shows it, with the letter that it belongs to."""

    letter: asked.Letter


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
    head = sheetlists.handed_in(database, data, known)

    def put(session: Session) -> UUID:
        letter = asked.to_change(session, actor, requisition_id, now)
        if not letter.is_received:
            drop_all(session, requisition_id, now)
            lodgements.change(session, requisition_id, lodgements.OPEN, changed_at=now)
        belongs = "requisition_id" if letter.is_received else "lodgement_id"
        roster_id = sheetlists.keep(session, actor, data, head, now, **{belongs: requisition_id})
        _note(session, actor, letter, roster_id, "roster:upload", now)
        return roster_id

    return database.write(put, scope)


def drop_all(session: Session, lodgement_id: UUID, now: datetime) -> None:
    """Destroy what lists of a letter that was not received yet hold of persons."""
    for row in table.of_lodgement(session, lodgement_id):
        table.change(session, row.id, [row.state], state="dropped", ended_at=now, reason="")
        if row.head is not None:
            rosterwork.forget(session, row, now)


def view(database: Database, actor: Actor, roster_id: UUID, now: datetime, after: int = 0) -> RosterView:
    """The page of a roster, recorded where it shows what stands in cells. Raises NotAllowed, NotFound."""
    found = database.read(lambda session: _view(session, actor, roster_id, now, after), actor_scope(actor))
    if found.tells_cells:
        sightings.note(database, actor, found.letter.thing, "roster", {"P2", "P3"}, now)
    return found


def _view(session: Session, actor: Actor, roster_id: UUID, now: datetime, after: int) -> RosterView:
    row, letter = _open(session, actor, roster_id, now)
    columns = rosterrows.Judge(session, letter, now).columns
    owner = _department(session, letter)
    return sheetlists.seen(session, RosterView, row, owner, columns, after, letter=letter)


def _department(session: Session, letter: asked.Letter) -> bytes:
    return session.keys.blind("department", " ".join(letter.requester_hi.casefold().split()))


def explain(
    database: Database, actor: Actor, roster_id: UUID, chosen: Mapping[int, str], now: datetime
) -> None:
    """Say what each column means (place -> field), remember it for the department, and let the rows be judged.

    Raises ColumnsWrong, NotAllowed, NotFound, asked.Sent.
    """

    def put(session: Session) -> None:
        row, letter = _changed(session, actor, roster_id, now)
        columns = rosterrows.Judge(session, letter, now).columns
        sheetlists.explain(session, row, _department(session, letter), columns, chosen)

    database.write(put, actor_scope(actor))


def take(database: Database, actor: Actor, roster_id: UUID, doubles: Collection[int], now: datetime) -> None:
    """Let the good rows become cases, and those doubles that the officer takes all the same (numbers of rows).

    Harmless when pressed twice: a row becomes one case. Raises NotAllowed, NotFound.
    """
    _guard(actor)

    def put(session: Session) -> None:
        row, letter = _open(session, actor, roster_id, now)
        who = {"asked_by": actor.officer_id, "posting_id": actor.post.posting_id}
        if not table.change(session, row.id, _MADE, state="taking", reason="", ended_at=None, **who):
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
    text = reasons.read(reason, ReasonMissing, sheetlists.LONGEST_REASON)

    def put(session: Session) -> None:
        row, letter = _open(session, actor, roster_id, now)
        key = keys.unlock(session, letter.data_key_id)
        note = keys.seal(key, f"roster|note|{row.id}", text.encode())
        who = {"asked_by": actor.officer_id, "posting_id": actor.post.posting_id}
        is_made = table.counts(session, row.id).get("taken", 0) > 0
        before = {"taking", *_MADE}
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
        sheetlists.put_away(session, row, {"columns", "checking", "taking", *_MADE}, now)

    database.write(put, actor_scope(actor))


def to_mend(
    session: Session, actor: Actor, roster_id: UUID, now: datetime
) -> tuple[list[str], list[listfaults.Mended]]:
    """The headings of a list, and each row that is to be mended: its texts, its faults by place and by field.

    A department gets its list whole, since the mended one takes its place. Raises NotAllowed, and NotFound for a
    list whose texts are gone.
    """
    row, letter = _open(session, actor, roster_id, now)
    states = ["bad"] if letter.is_received else ["bad", "good", "double"]
    return sheetlists.to_mend(session, row, rosterrows.Judge(session, letter, now).columns, states)


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
