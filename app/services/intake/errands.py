"""The one door between two districts: a letter is put before the other one, its answer before the one that asked.

An errand is done in transactions of one district each, and each step of it leaves nothing to do when it comes again:
a crash, a second worker, a lost answer of the database repeat it harmlessly. What crosses is in `Letter` and
`Answer`, and nothing else; it is sealed anew under a key of the district that it comes to.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from app.domain.errors import NotFound, Unavailable
from app.domain.roles import Role
from app.models.casefile import case_queries as cases
from app.models.desk import notification_queries as notifications
from app.models.intake import neighbours as table
from app.models.scope import SystemReason, SystemScope
from app.services.casefile import neighbours
from app.services.district import calendars, neighbourhood
from app.services.intake import answersacross as answers
from app.services.intake import lettersacross as letters
from app.services.intake import neighbourdesk
from app.services.store import audit, keys
from app.services.store.crashes import crash_point

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

log = structlog.get_logger(__name__)

_WORKER = SystemScope(SystemReason.WORKER)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=15), timedelta(hours=1)
_NEVER_SLOWER = 10  # attempts after which a pause grows no more


def go_on(database: Database, now: datetime) -> bool:
    """Do one errand that is due; False when none is. One that fails is tried again later, each time later.

    Raises Unavailable when there is no database.
    """
    errand = database.read(lambda session: table.next_errand(session, now), _WORKER)
    if errand is None:
        return False
    home = neighbourhood.there(errand.district_id)
    try:
        _DONE_BY[errand.what](database, errand)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one letter, the others go
        log.warning("errand_failed", errand=str(errand.id), what=errand.what, error=type(error).__name__)
        pause = min(_FIRST_PAUSE * 4 ** min(errand.attempts, _NEVER_SLOWER), _LONGEST_PAUSE)
        later = {"attempts": min(errand.attempts + 1, 100), "run_at": now + pause}
        database.write(partial(table.set_errand, errand_id=errand.id, **later), home)
        return True
    database.write(partial(table.set_errand, errand_id=errand.id, done_at=now), home)
    return True


# -- what the district that asks tells ---------------------------------------------------------------------


def _ask(database: Database, errand: AnyRow) -> None:
    """Put the letter before the SP there, or have it go on paper where nobody could take it."""
    here, there = (neighbourhood.there(code) for code in (errand.district_id, errand.to_district))
    letter = database.read(lambda session: letters.written(session, errand), here)
    if letter is None:  # it was recalled, or sent before
        return
    reason = neighbourhood.OVER
    if not letter.is_over:
        reason = database.write(lambda session: _receive(session, errand, letter), there)
    crash_point("letter_received")
    if not database.write(lambda session: _sent(session, errand, reason), here) and not reason:
        database.write(lambda session: _recalled(session, errand), there)  # it was recalled meanwhile


def _receive(session: Session, errand: AnyRow, letter: letters.Letter) -> str:
    """Make the letter one of the SP's office here; -> why it cannot be, else nothing."""
    known = table.find_request(session, errand.letter_id)
    if known is not None and known.other_district != errand.district_id:
        raise NotFound
    if known is not None:
        return ""
    reason = neighbourhood.obstacle(session, errand.at) or neighbourdesk.refuses(session)
    office = table.police_office(session, calendars.day(errand.at))
    if reason or office is None:
        return reason
    data_key = keys.create(session, "case")
    sealed = letters.seal(session, data_key, errand.letter_id, letter)
    row = {"id": errand.letter_id, "office_id": office.id, "data_key_id": data_key, "facts": sealed}
    told = {"other_district": errand.district_id, "letter_no": letter.number, "state": neighbours.WAITING}
    table.insert_request(session, {**row, **told, "received_at": errand.at, "reminders": 0})
    notifications.add(session, office.id, Role.SP_READER, None, "neighbour", errand.at)
    _record(session, errand, "received")
    return ""


def _sent(session: Session, errand: AnyRow, reason: str) -> bool:
    row, case = _asked(session, errand)
    if reason:
        return neighbours.tell(
            session, case, row, {neighbours.WAITING}, neighbours.PAPER, errand.at, reason=reason
        )
    was = {neighbours.WAITING}
    is_new = neighbours.tell(session, case, row, was, neighbours.SENT, errand.at, sent_at=errand.at)
    return is_new or row.state != neighbours.RECALLED


def _remind(database: Database, errand: AnyRow) -> None:
    def note(session: Session) -> None:
        row = table.find_request(session, errand.letter_id)
        if row is None or row.other_district != errand.district_id or row.reminded_at == errand.at:
            return
        open_ = {neighbours.WAITING, neighbours.ACCEPTED}
        more = {"reminders": row.reminders + 1, "reminded_at": errand.at}
        if table.set_request(session, row.id, open_, **more):
            notifications.add(session, row.office_id, Role.SP_READER, row.case_id, "reminder", errand.at)
            _record(session, errand, "reminded")

    database.write(note, neighbourhood.there(errand.to_district))


def _recall(database: Database, errand: AnyRow) -> None:
    database.write(lambda session: _recalled(session, errand), neighbourhood.there(errand.to_district))


def _recalled(session: Session, errand: AnyRow) -> None:
    """Nobody needs the answer any more: what was begun here ends; of a letter not yet accepted nothing is kept."""
    row = table.find_request(session, errand.letter_id)
    if row is None or row.other_district != errand.district_id:
        return
    open_ = {neighbours.WAITING, neighbours.ACCEPTED}
    if not table.set_request(session, row.id, open_, state=neighbours.RECALLED, settled_at=errand.at):
        return
    if row.case_id is None:
        keys.destroy(session, row.data_key_id, errand.at)
    else:
        answers.end(session, row, errand.at)
    notifications.add(session, row.office_id, Role.SP_READER, row.case_id, "neighbour", errand.at)
    _record(session, errand, neighbours.RECALLED)


# -- what the district that was asked tells ----------------------------------------------------------------


def _accepted(database: Database, errand: AnyRow) -> None:
    there = neighbourhood.there(errand.district_id)
    number = database.read(lambda session: answers.number_of(session, errand), there)

    def note(session: Session) -> None:
        row, case = _asked(session, errand)
        told = {"their_number": number, "accepted_at": errand.at}
        if row.accepted_at is None:
            neighbours.tell(session, case, row, {neighbours.SENT}, neighbours.SENT, errand.at, **told)

    database.write(note, neighbourhood.there(errand.to_district))


def _returned(database: Database, errand: AnyRow) -> None:
    there = neighbourhood.there(errand.district_id)
    told = database.read(lambda session: letters.returned_with(session, errand), there)

    def note(session: Session) -> None:
        row, case = _asked(session, errand)
        _given_back(session, errand, row, case, told)

    database.write(note, neighbourhood.there(errand.to_district))
    database.write(lambda session: letters.forget(session, errand.letter_id, errand.at), there)


def _given_back(session: Session, errand: AnyRow, row: AnyRow, case: AnyRow, told: str) -> None:
    """The step waits on, and says that it has to be asked elsewhere."""
    more = {"ended_at": errand.at, "told": told}
    if neighbours.tell(session, case, row, {neighbours.SENT}, neighbours.RETURNED, errand.at, **more):
        answers.tell_office(session, row, errand.at)


def _answer(database: Database, errand: AnyRow) -> None:
    here, there = (neighbourhood.there(code) for code in (errand.to_district, errand.district_id))
    answer = database.read(lambda session: answers.given(session, errand), there)

    def put(session: Session) -> None:
        row, case = _asked(session, errand)
        if answer is None:  # their case was closed without one
            _given_back(session, errand, row, case, "")
        else:
            answers.put(session, row, case, answer, errand.at)

    database.write(put, here)


def _asked(session: Session, errand: AnyRow) -> tuple[AnyRow, AnyRow]:
    """The letter in the district that asked, with its case. Raises NotFound for one that went to another district."""
    row = table.find_ask(session, errand.letter_id)
    if row is None or {row.district_id, row.other_district} != {errand.district_id, errand.to_district}:
        raise NotFound
    case = cases.lock(session, row.case_id)
    if case is None:
        raise NotFound
    return row, case


def _record(session: Session, errand: AnyRow, state: str) -> None:
    """Into the chain of the district that it came to."""
    row = table.find_request(session, errand.letter_id)
    stream = f"case:{row.case_id}" if row is not None and row.case_id is not None else "admin"
    told = {"district": errand.district_id, "state": state}
    audit.record(session, stream, "letter:cross", f"letter:{errand.letter_id}", None, errand.at, **told)


_DONE_BY: dict[str, Callable[[Database, AnyRow], None]] = {
    neighbours.ASK: _ask,
    neighbours.REMIND: _remind,
    neighbours.RECALL: _recall,
    neighbours.ACCEPT: _accepted,
    neighbours.RETURN: _returned,
    neighbours.ANSWER: _answer,
}
