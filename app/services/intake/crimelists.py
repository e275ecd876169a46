"""Lists for the crime register: handed in by DCRB, judged row by row, approved by the SP, entered by the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain import reasons
from app.domain.errors import Conflict
from app.domain.roles import Permission
from app.models.intake import rosters as table
from app.models.scope import SystemReason, SystemScope
from app.services.antecedents import crimebook
from app.services.intake import crimerows, listtexts, sheetlists
from app.services.store import keys

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

_AT_ONCE = 200  # rows of a slice of the worker


class ReasonMissing(reasons.ReasonMissing):
    """Whoever gives a list back says why."""

    key = "crimes.list_reason"


class CrimeLists(sheetlists.RegisterLists):
    """Accused and convicted of a case each row; the SP gives a list back with his reason, or lets it be entered."""

    subject = "crimes"
    deed = "crime:list"
    owner_name = "crime register"  # one office sends them all
    sees = Permission.CRIME_LISTS
    keeps = Permission.CRIME_KEEP
    goes_away = frozenset({"columns", "checking", "checked", "sent", "taken"})
    beside = crimerows.BESIDE_THE_NUMBER

    def judge(self, session: Session, _of: None, now: datetime) -> crimerows.Judge:
        return crimerows.Judge(session, now)

    def judging(self, session: Session, _row: AnyRow, now: datetime) -> sheetlists.Judging:
        return sheetlists.Judging(crimerows.Judge(session, now), crimerows.person)

    def note(self, session: Session, row: AnyRow) -> str:
        if row.head is None or row.note is None:
            return ""
        return listtexts.open_note(keys.unlock(session, row.data_key_id), row)

    def take(self, database: Database, row: AnyRow, now: datetime) -> bool:
        """Enter the next rows into the crime register, in the name of whoever handed the list in."""
        own = SystemScope(SystemReason.WORKER, row.district_id)
        good = database.read(lambda session: table.rows_in(session, row.id, ["good"], _AT_ONCE), own)

        def put(session: Session) -> None:
            if table.take_rows(session, [each.id for each in good]):
                key = keys.unlock(session, row.data_key_id)
                answers = [listtexts.open_answers(key, each) for each in good]
                crimebook.put(session, row.asked_by, answers, now, row.id)

        if good:
            database.write(put, own)
        return bool(good)


CRIMES = CrimeLists()


def send(session: Session, actor: Actor, roster_id: UUID, now: datetime) -> None:
    """Lay the good rows of a judged list before the SP. Raises NotAllowed, NotFound."""
    row, _ = CRIMES.find(session, actor, roster_id, now, sheetlists.Aim.CHANGE)
    good = table.counts(session, row.id).get("good", 0)
    if good and table.change(session, row.id, ["checked"], state="sent", reason="", note=None):
        CRIMES.record(session, actor, None, row.id, "send", now, rows=good)


def approve(session: Session, actor: Actor, roster_id: UUID, now: datetime) -> None:
    """Let the good rows of a list be entered; harmless when pressed twice.

    Raises NotAllowed, NotFound, Conflict for one's own list.
    """
    row = _before_the_sp(session, actor, roster_id, now)
    if row.asked_by == actor.officer_id:
        raise Conflict
    good = table.counts(session, row.id).get("good", 0)
    if table.change(session, row.id, ["sent"], state="taking", reason="", ended_at=None):
        CRIMES.record(session, actor, None, row.id, "approve", now, rows=good)


def give_back(session: Session, actor: Actor, roster_id: UUID, reason: str, now: datetime) -> None:
    """Give a list back with a reason. Raises ReasonMissing, NotAllowed, NotFound."""
    row = _before_the_sp(session, actor, roster_id, now)
    text = reasons.read(reason, ReasonMissing, sheetlists.LONGEST_REASON)
    note = listtexts.seal_note(keys.unlock(session, row.data_key_id), row.id, text)
    if table.change(session, row.id, ["sent"], state="checked", note=note):
        CRIMES.record(session, actor, None, row.id, "return", now)


def _before_the_sp(session: Session, actor: Actor, roster_id: UUID, now: datetime) -> AnyRow:
    actor.require(Permission.CRIME_APPROVE)
    return CRIMES.find(session, actor, roster_id, now, sheetlists.Aim.SEE)[0]
