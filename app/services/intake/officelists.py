"""Lists of offices: handed in by whoever keeps them, judged row by row, added by the worker in his name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.roles import Permission
from app.models.intake import rosters as table
from app.models.scope import SystemReason, SystemScope
from app.services.district import foundings
from app.services.intake import listtexts, officerows, sheetlists
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database


class OfficeLists(sheetlists.RegisterLists):
    """An office each row, or the station that a row puts under another office."""

    subject = "offices"
    deed = "office:list"
    owner_name = "offices"
    sees = keeps = Permission.OFFICE_KEEP
    goes_away = frozenset({"columns", "checking", "checked", "taken"})
    is_of_persons = False

    def judge(self, session: Session, _of: None, now: datetime) -> officerows.Judge:
        return officerows.Judge(session, now)

    def judging(self, session: Session, row: AnyRow, now: datetime) -> sheetlists.Judging:
        key = keys.unlock(session, row.data_key_id)
        above = [listtexts.open_answers(key, each) for each in _good(session, row)]
        return sheetlists.Judging(officerows.Judge(session, now, above), _nobody)

    def take(self, database: Database, row: AnyRow, now: datetime) -> bool:
        """Add the offices in one act, in the name of whoever handed the list in; what no longer fits is set aside."""
        actor = sheetlists.asker(database, row, self.keeps, now)
        own = SystemScope(SystemReason.WORKER, row.district_id)
        database.write(lambda session: _found(session, actor, row, now), own)
        return False


OFFICES = OfficeLists()


def take(session: Session, actor: Actor, roster_id: UUID, now: datetime) -> None:
    """Let the good rows of a judged list be added; harmless when pressed twice. Raises NotAllowed, NotFound."""
    row, _ = OFFICES.find(session, actor, roster_id, now, sheetlists.Aim.CHANGE)
    good = table.counts(session, row.id).get("good", 0)
    if good and table.change(session, row.id, ["checked"], state="taking", reason="", ended_at=None):
        OFFICES.record(session, actor, None, row.id, "take", now, rows=good)


def _good(session: Session, row: AnyRow) -> Sequence[AnyRow]:
    """The rows of a list that were found right so far."""
    return table.rows_in(session, row.id, ["good"], row.total)


def _nobody(_session: Session, _answers: Mapping[str, Any]) -> None:
    """An office is nobody: two rows about one are told by their codes and names."""


def _found(session: Session, actor: Actor, row: AnyRow, now: datetime) -> None:
    key, book = keys.unlock(session, row.data_key_id), foundings.Book(session, now, is_sheet=True)
    left = set[str]()  # codes of offices that are not added: no other of that code leads those under them
    for each in _good(session, row):
        answers = listtexts.open_answers(key, each)
        if faults := book.faults(answers) or foundings.orphaned(answers, left):
            left.add(answers["code"])
            table.move(session, each.id, "good", "bad", **listtexts.faulty(key, each.id, faults))
        elif table.take_rows(session, [each.id]):
            foundings.found(session, actor, answers, now)
            book.note(answers)
