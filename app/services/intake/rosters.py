"""Lists of candidates from Excel: those of a letter, made into cases, taken back, given back to be mended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain import reasons
from app.domain.errors import NotFound
from app.domain.roles import Permission
from app.models.intake import lodgements
from app.models.intake import rosters as table
from app.services.casefile import searchkeys
from app.services.intake import asked, listtexts, rostercases, rosterrows, sheetlists
from app.services.store import audit, keys
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

_MADE = frozenset({"checked", "taken"})  # states in which cases can be made of rows
#: Acts on a list as the record names them; of one that is put away it tells the destruction.
_DEEDS = {"upload": "roster:upload", "take": "roster:take", "undo": "roster:undo"}


class ReasonMissing(reasons.ReasonMissing):
    """Whoever takes a list back says why."""

    key = "roster.reason_missing"


class CandidateLists(sheetlists.Lists[asked.Letter]):
    """A person to be verified each row; the letter is one received, or one that a department has yet to send.

    Who changes a list of a letter that was sent is told so: asked.Sent.
    """

    subject = "candidates"
    goes_away = frozenset({"columns", "checking", "taking", *_MADE})

    def place(
        self, session: Session, actor: Actor, letter_id: UUID | None, now: datetime, aim: sheetlists.Aim
    ) -> asked.Letter:
        if letter_id is None:
            asked.guard(actor)
            raise NotFound
        find = asked.to_change if aim is sheetlists.Aim.CHANGE else asked.of_actor
        return find(session, actor, letter_id, now)

    def listed(self, session: Session, letter: asked.Letter) -> Sequence[AnyRow]:
        return (table.of_letter if letter.is_received else table.of_lodgement)(session, letter.id)

    def judge(self, session: Session, letter: asked.Letter, now: datetime) -> rosterrows.Judge:
        return rosterrows.Judge(session, letter, now)

    def judging(self, session: Session, row: AnyRow, now: datetime) -> sheetlists.Judging:
        judge = rosterrows.Judge(session, asked.of_roster(session, row, now), now)
        return sheetlists.Judging(judge, searchkeys.person, judge.release.id)

    def owner(self, letter: asked.Letter) -> str:
        return " ".join(letter.requester_hi.casefold().split())

    def thing(self, letter: asked.Letter) -> str:
        return letter.thing

    def record(
        self,
        session: Session,
        actor: Actor,
        of: asked.Letter,
        roster_id: UUID,
        act: str,
        now: datetime,
        **detail: Any,
    ) -> None:
        if deed := _DEEDS.get(act):
            audit.record(session, "admin", deed, of.thing, actor, now, roster=str(roster_id), **detail)

    def begun(self, session: Session, letter: asked.Letter, now: datetime) -> dict[str, UUID]:
        """A department hands in one list: the next takes its place."""
        if letter.is_received:
            return {"requisition_id": letter.id}
        drop_all(session, letter.id, now)
        lodgements.change(session, letter.id, lodgements.OPEN, changed_at=now)
        return {"lodgement_id": letter.id}

    def mends(self, letter: asked.Letter) -> Collection[str]:
        """A department gets its list whole, since the mended one takes its place."""
        return ["bad"] if letter.is_received else ["bad", "good", "double"]

    def take(self, database: Database, row: AnyRow, now: datetime) -> bool:
        actor = sheetlists.asker(database, row, Permission.ROSTER_TAKE, now)
        return rostercases.make(database, actor, row, now)

    def undo(self, database: Database, row: AnyRow, now: datetime) -> bool:
        actor = sheetlists.asker(database, row, Permission.ROSTER_TAKE, now)
        return rostercases.take_back(database, actor, row, now)


CANDIDATES = CandidateLists()


def drop_all(session: Session, lodgement_id: UUID, now: datetime) -> None:
    """Destroy what lists of a letter that was not received yet hold of persons."""
    for row in table.of_lodgement(session, lodgement_id):
        table.change(session, row.id, [row.state], state="dropped", ended_at=now, reason="")
        if row.head is not None:
            listtexts.forget(session, row, now)


def take(database: Database, actor: Actor, roster_id: UUID, doubles: Collection[int], now: datetime) -> None:
    """Let the good rows become cases, and those doubles that the officer takes all the same (numbers of rows).

    Harmless when pressed twice: a row becomes one case. Raises NotAllowed, NotFound.
    """
    actor.require(Permission.ROSTER_TAKE)

    def put(session: Session) -> None:
        row, letter = CANDIDATES.find(session, actor, roster_id, now, sheetlists.Aim.SEE)
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
        CANDIDATES.record(session, actor, letter, row.id, "take", now, **detail)

    database.write(put, actor_scope(actor))


def undo(database: Database, actor: Actor, roster_id: UUID, reason: str, now: datetime) -> None:
    """Take back the cases of a list that nobody has forwarded. Raises ReasonMissing, NotAllowed, NotFound."""
    actor.require(Permission.ROSTER_TAKE)
    text = reasons.read(reason, ReasonMissing, sheetlists.LONGEST_REASON)

    def put(session: Session) -> None:
        row, letter = CANDIDATES.find(session, actor, roster_id, now, sheetlists.Aim.SEE)
        key = keys.unlock(session, letter.data_key_id)
        note = listtexts.seal_note(key, row.id, text)
        who = {"asked_by": actor.officer_id, "posting_id": actor.post.posting_id}
        is_made = table.counts(session, row.id).get("taken", 0) > 0
        before = {"taking", *_MADE}
        if is_made and table.change(session, row.id, before, state="undoing", reason="", note=note, **who):
            CANDIDATES.record(session, actor, letter, row.id, "undo", now)

    database.write(put, actor_scope(actor))


def go_on_judging(database: Database, actor: Actor, roster_id: UUID, now: datetime) -> None:
    """Go on with a check that stood still. Raises NotAllowed, NotFound, asked.Sent."""

    def put(session: Session) -> None:
        row, _ = CANDIDATES.find(session, actor, roster_id, now, sheetlists.Aim.CHANGE)
        if table.counts(session, row.id).get("waiting"):
            table.change(session, row.id, ["checked"], state="checking", reason="", ended_at=None)

    database.write(put, actor_scope(actor))
