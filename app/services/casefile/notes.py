"""Notes between offices about a case: a query, its answer, each sealed with the case's key; never in a paper.

They are words about a person, class P3: the page that shows them records that it was read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from app.domain import secrecy
from app.domain.errors import DomainError, NotFound
from app.domain.ids import new_id
from app.domain.ledger import QUERIES
from app.domain.offices import OfficeKind
from app.domain.roles import Permission
from app.domain.text import tidy, words_refused
from app.models.casefile import case_queries as cases
from app.models.casefile import note_queries as table
from app.models.district import office_queries as offices
from app.models.district import setup_queries
from app.models.scope import CaseScope, SystemReason, SystemScope
from app.services.access import standins
from app.services.district import calendars
from app.services.store import audit, keys
from app.services.timekeeping import waits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.access.standins import StandIn
    from app.services.store.database import Database

SHORTEST, LONGEST = 3, 2000  # characters
FARTHEST = timedelta(days=60)  # to the day on which an answer is due
_AT_ONCE = 100  # notes that a list shows; the oldest come first


class Refused(DomainError):
    """A note that cannot be sent; the key names the reason (422)."""

    key = "note.text_missing"


@dataclass(frozen=True, slots=True)
class Note:
    """A note as both offices read it."""

    id: UUID
    from_kind: str
    from_hi: str
    from_en: str
    to_kind: str
    to_hi: str
    to_en: str
    officer_hi: str
    officer_en: str
    text: str | None  # None: the officer's post does not read it, for the reason that `closed_for` names
    at: datetime
    is_answer: bool
    closed_at: datetime | None
    closed_by_hi: str
    closed_by_en: str
    is_ours: bool  # it waits for an answer of the reader's own office, who may read it
    due_on: date | None  # the day by which an answer is wanted
    is_late: bool
    pauses_for: str  # the listed reason for which the asking office's clock stands, or stood
    resumed_at: datetime | None
    is_asked: bool  # it waits for another office's answer to the reader's own
    is_internal: bool  # an office's note sheet: for itself alone
    closed_for: secrecy.Closed | None = None
    acting: StandIn | None = None  # for whom its writer acted
    closed_acting: StandIn | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """An office that a note may go to."""

    id: UUID
    office_kind: str
    office_hi: str
    office_en: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A note that waits for the office: from whom, since when, about which case."""

    case_number: str
    name_hi: str
    name_en: str
    office_kind: str
    office_hi: str
    office_en: str
    at: datetime
    due_on: date | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """A note as it was asked for: to which office, or in answer to which note; its text; when an answer is due."""

    to_office_id: UUID | None
    answers_id: UUID | None
    text: str
    due: date | None = None
    is_unreadable_day: bool = False  # something else than a day was written for it
    pauses_for: str = ""  # the listed reason for which the own clock is to stand until the answer


def of_case(session: Session, actor: Actor, case: AnyRow, now: datetime, *, reported: bool) -> list[Note]:
    """The notes of a case that the officer may read: threads, the oldest first, each answer under its question.

    `reported`: the SP has sent the police's reports on to the DM's office.
    """
    rows = _threaded(table.notes_of(session, case.id))
    if not rows:
        return []
    key = keys.unlock(session, case.data_key_id)
    acting = standins.find(session, [act for row in rows for act in (_written(row), _closed(row))])
    today = calendars.day(now)
    opened = (
        _opened(row, key, actor, today, closed_for=_closed_for(actor, row, reported=reported)) for row in rows
    )
    return [
        replace(note, acting=acting.get(_written(row)), closed_acting=acting.get(_closed(row)))
        for row, note in zip(rows, opened, strict=True)
    ]


def _written(row: AnyRow) -> standins.Act | None:
    return standins.act(row.written_by, row.from_office_id, row.at)


def _closed(row: AnyRow) -> standins.Act | None:
    """That a question was settled by the office that was asked; one that is taken back is settled by its own."""
    return standins.act(row.closed_by, row.to_office_id, row.closed_at)


def _threaded(rows: Sequence[AnyRow]) -> list[AnyRow]:
    """Notes in the order of the questions that opened their threads; within one by time, as they came."""
    opened: dict[UUID, int] = {}
    for place, row in enumerate(rows):
        opened[row.id] = opened.get(row.answers_id, place)
    return sorted(rows, key=lambda row: opened[row.id])


def _closed_for(actor: Actor, row: AnyRow, *, reported: bool) -> secrecy.Closed | None:
    is_party = actor.post.office_id in (row.from_office_id, row.to_office_id)
    return secrecy.note_closed_for(actor.post.role, row.from_kind, is_party=is_party, reported=reported)


def _opened(row: AnyRow, key: bytes, actor: Actor, today: date, *, closed_for: secrecy.Closed | None) -> Note:
    is_read = not closed_for
    return Note(
        row.id,
        row.from_kind,
        row.from_hi,
        row.from_en,
        row.to_kind,
        row.to_hi,
        row.to_en,
        row.officer_hi,
        row.officer_en,
        keys.open_sealed(key, _place(row.id), bytes(row.text)).decode() if is_read else None,
        row.at,
        row.answers_id is not None,
        row.closed_at,
        row.closed_by_hi or "",
        row.closed_by_en or "",
        row.closed_at is None and row.to_office_id == actor.post.office_id and is_read,
        row.due_on,
        _is_late(row, today),
        row.pauses_for or "",
        row.resumed_at,
        row.closed_at is None and row.answers_id is None and row.from_office_id == actor.post.office_id,
        row.from_office_id == row.to_office_id,
        closed_for,
    )


def _is_late(row: AnyRow, today: date) -> bool:
    return row.due_on is not None and row.closed_at is None and row.due_on < today


def receivers(
    session: Session, actor: Actor, case: AnyRow, tasks: Iterable[AnyRow], now: datetime
) -> list[Office]:
    """The offices that have to do with a case, but the officer's own: those of its steps, the DM's and the SP's."""
    day = calendars.day(now)
    found = {
        task.office_id: Office(task.office_id, task.office_kind, task.office_hi, task.office_en)
        for task in tasks
    }
    heads = [
        offices.only_of_kind(session, kind, day) for kind in (OfficeKind.DM_OFFICE, OfficeKind.SP_OFFICE)
    ]
    for office_id in (*heads, case.sdpo_office_id):
        row = offices.find(session, office_id) if office_id is not None and office_id not in found else None
        if row is not None:
            found[row.id] = Office(row.id, row.kind, row.name_hi, row.name_en)
    found.pop(actor.post.office_id, None)
    return list(found.values())


def send(
    session: Session,
    actor: Actor,
    case: AnyRow,
    to: Sequence[Office],
    wanted: Wanted,
    now: datetime,
    *,
    reported: bool = False,
) -> None:
    """Write a note to another office of the case; whoever asks may say by which day he wants the answer.

    An answer goes to where the question came from, and settles it. A question may stop the clock of the office that
    asks, for a listed reason and until a named day: the answer starts it again. Raises Refused, NotFound for a
    question that the office was not asked, waits.NoClock where no clock of the office runs.
    """
    text, due_on = _checked(wanted.text), _due(wanted, now)
    pauses_for = _pauses_for(wanted, due_on)
    asked = _asked(session, actor, case, wanted, reported=reported)
    if asked is None and wanted.to_office_id not in {each.id for each in to}:
        raise Refused("note.office_missing")
    receiver = wanted.to_office_id if asked is None else asked.from_office_id
    own = session.narrowed(CaseScope(actor.district_id, case.id))
    cases.lock(own, case.id)
    _close(own, actor, case, asked, now)
    said = {"answers_id": wanted.answers_id, "due_on": due_on, "pauses_for": pauses_for}
    note_id = _insert(own, actor, case, receiver, text, now, said)
    if pauses_for is not None:
        waits.begin(own, case, actor.post.office_id, pauses_for, note_id, now)
    told = {"answers": wanted.answers_id and str(wanted.answers_id), "pauses_for": pauses_for}
    told = {name: value for name, value in told.items() if value is not None}
    audit.record(own, f"case:{case.id}", "note:send", f"note:{note_id}", actor, now, to=str(receiver), **told)


def _asked(session: Session, actor: Actor, case: AnyRow, wanted: Wanted, *, reported: bool) -> AnyRow | None:
    """The question that is answered, if one is. Raises NotFound for one that the office was not asked."""
    if wanted.answers_id is None:
        return None
    found = next((each for each in table.notes_of(session, case.id) if each.id == wanted.answers_id), None)
    if found is None or found.to_office_id != actor.post.office_id:
        raise NotFound
    if _closed_for(actor, found, reported=reported):
        raise NotFound
    return found


def _insert(
    session: Session,
    actor: Actor,
    case: AnyRow,
    receiver: UUID | None,
    text: str,
    now: datetime,
    more: Mapping[str, Any],
) -> UUID:
    """A note of the officer's office, sealed with the key of its case; -> its id."""
    note_id = new_id(session.recorded_at)
    table.insert_note(
        session,
        {
            "id": note_id,
            "case_id": case.id,
            "from_office_id": actor.post.office_id,
            "to_office_id": receiver,
            "text": keys.seal(keys.unlock(session, case.data_key_id), _place(note_id), text.encode()),
            "at": now,
            "written_by": actor.officer_id,
            **more,
        },
    )
    return note_id


def keep(session: Session, actor: Actor, case: AnyRow, wanted: Wanted, now: datetime) -> None:
    """Write on the note sheet of one's own office: read there alone, and nobody answers it.

    Raises NotAllowed, Refused, also where a day or a pause is asked for: that is for a question to another office.
    """
    actor.require(Permission.NOTE_KEEP)
    text = _checked(wanted.text)
    if wanted.due is not None or wanted.is_unreadable_day or wanted.pauses_for:
        raise Refused("note.own_asks_nothing")
    own = session.narrowed(CaseScope(actor.district_id, case.id))
    cases.lock(own, case.id)
    closed = {"closed_at": now, "closed_by": actor.officer_id}
    note_id = _insert(own, actor, case, actor.post.office_id, text, now, closed)
    audit.record(own, f"case:{case.id}", "note:keep", f"note:{note_id}", actor, now)


def settle(
    session: Session, actor: Actor, case: AnyRow, note_id: UUID, now: datetime, *, reported: bool
) -> None:
    """Say that a note to one's own office was seen and needs no answer, or take one's own question back.

    Raises NotFound.
    """
    asked = next((each for each in table.notes_of(session, case.id) if each.id == note_id), None)
    if asked is None or actor.post.office_id not in (asked.to_office_id, asked.from_office_id):
        raise NotFound
    if _closed_for(actor, asked, reported=reported):
        raise NotFound
    own = session.narrowed(CaseScope(actor.district_id, case.id))
    cases.lock(own, case.id)
    if _close(own, actor, case, asked, now):
        audit.record(own, f"case:{case.id}", "note:close", f"note:{note_id}", actor, now)


def _close(session: Session, actor: Actor, case: AnyRow, asked: AnyRow | None, now: datetime) -> bool:
    """Let nobody wait for an answer any more; the clock that the question had stopped goes on."""
    if asked is None or not table.close_note(session, asked.id, actor.officer_id, now):
        return False
    if table.set_resumed(session, asked.id, now):
        waits.end(session, case, asked.from_office_id, asked.pauses_for, now)
    return True


def let_go_on(database: Database, now: datetime) -> int:
    """Let the clocks go on that questions stopped whose day of the answer is over; -> how many."""
    count = 0
    for district_id in database.read(setup_queries.districts, SystemScope(SystemReason.WORKER)):
        scope, today = SystemScope(SystemReason.WORKER, district_id), calendars.day(now)
        rows = database.read(partial(table.outlasted, today=today, limit=_AT_ONCE), scope)
        for row in rows:
            database.write(partial(_let_one_go_on, row=row), CaseScope(district_id, row.case_id))
        count += len(rows)
    return count


def _let_one_go_on(session: Session, row: AnyRow) -> None:
    case, at = cases.lock(session, row.case_id), waits.end_of(row.due_on)
    if case is not None and table.set_resumed(session, row.id, at):
        waits.end(session, case, row.from_office_id, row.pauses_for, at)


def _pauses_for(wanted: Wanted, due_on: date | None) -> str | None:
    """The listed reason for which the clock is to stand. Raises Refused for another, and without a day."""
    if not wanted.pauses_for or wanted.answers_id is not None:
        return None
    if wanted.pauses_for not in QUERIES:
        raise Refused("note.reason_unknown")
    if due_on is None:
        raise Refused("note.due_missing")
    return wanted.pauses_for


def _due(wanted: Wanted, now: datetime) -> date | None:
    """The day by which an answer is wanted. Raises Refused for one that is past, or too far."""
    today = calendars.day(now)
    if wanted.is_unreadable_day or (wanted.due and not today <= wanted.due <= today + FARTHEST):
        raise Refused("note.due_out_of_reach", most=FARTHEST.days)
    return wanted.due


def waiting(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """The notes that wait for the officer's office, the oldest first."""
    today = calendars.day(now)
    return [
        Waiting(
            row.number,
            *_name(session, row),
            row.from_kind,
            row.from_hi,
            row.from_en,
            row.at,
            row.due_on,
            row.due_on is not None and row.due_on < today,
        )
        for row in table.waiting(session, actor.post.office_id, _AT_ONCE)
    ]


def _name(session: Session, row: AnyRow) -> tuple[str, str]:
    person = keys.open_name(session, row.data_key_id, row.applicant_id, row.name)
    return person["hi"], person["en"]


def _checked(text: str) -> str:
    text = tidy(text)
    if fault := words_refused(text):
        raise Refused(fault)
    if len(text) < SHORTEST:
        raise Refused
    if len(text) > LONGEST:
        raise Refused("desk.too_long", most=LONGEST)
    return text


def _place(note_id: UUID) -> str:
    return f"note|text|{note_id}"
