"""What departments have sent, before the DM's office: looked at, accepted as if it had come by post, or returned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app import formjs
from app.domain import reasons
from app.domain.errors import DomainError, FormInvalid, NotFound
from app.domain.roles import Permission
from app.models.casefile import case_queries as cases
from app.models.intake import lodgements as table
from app.models.intake import rosters as lists
from app.services.casefile import departments, sightings
from app.services.casefile.options import choices, purposes_taken
from app.services.intake import enclosures, listtexts, lodgements, registration
from app.services.intake.asked import Sent
from app.services.intake.requisitions import LETTER, PERSON
from app.services.procedure import releases
from app.services.store import audit, keys
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

    #: Files, each with what its field asks for in Hindi and English.
    Files = list[tuple[str, str, Mapping[str, Any]]]

_SHOWN = 100
_NAMES = ("name_hi", "name_en", "father_hi", "father_en")


class ReasonMissing(reasons.ReasonMissing):
    """Whoever returns a letter says what is wrong with it (422)."""

    key = "lodgement.reason_missing"


class FormChanged(DomainError):
    """The letter was right by the form of the day it was sent, and is not by today's: it has to be returned (422)."""

    key = "lodgement.form_changed"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the list, as the assistant compares him with the letter."""

    number: int
    name_hi: str
    name_en: str
    father_hi: str
    father_en: str
    files: Files


@dataclass(frozen=True, slots=True)
class Handed:
    """A letter as it was sent: its answers in words, its files, and whom it is about."""

    line: lodgements.Line
    rows: list[tuple[str, str]]
    files: Files
    persons: list[Person]
    next_after: int


def waiting(session: Session, actor: Actor) -> list[lodgements.Line]:
    """What was sent and waits, the oldest first. Raises NotAllowed."""
    _guard(actor)
    loaded = releases.active(session)
    return [lodgements.line(row, loaded) for row in table.waiting(session, _SHOWN)]


def waiting_count(session: Session, actor: Actor) -> int:
    """How many wait; 0 for whoever may accept none."""
    return table.waiting_count(session) if actor.may(Permission.ROSTER_TAKE) else 0


def see(database: Database, actor: Actor, lodgement_id: UUID, now: datetime, after: int = 0) -> Handed:
    """One letter with a page of its persons, recorded as seen. Raises NotAllowed, NotFound."""
    _guard(actor)
    found = database.read(lambda session: _view(session, actor, lodgement_id, after), actor_scope(actor))
    sightings.note(database, actor, f"lodgement:{lodgement_id}", "lodgement", {"P2", "P3"}, now)
    return found


def _view(session: Session, actor: Actor, lodgement_id: UUID, after: int) -> Handed:
    row = _sent(session, lodgement_id)
    loaded = releases.active(session)
    form, values = loaded.form(LETTER), lodgements.opened(session, row)
    options = choices(session, form, loaded, None)
    shown = formjs.show(form, values, options, actor.language, set(formjs.PII_CLASSES))
    roster = lodgements.current_list(session, row.id)
    if roster is None:
        raise NotFound
    key = keys.unlock(session, roster.data_key_id)
    rows = lists.rows_in(session, roster.id, ["good", "double"], _SHOWN + 1, after)
    asks = loaded.form(PERSON)
    persons = [
        _person(
            each.number,
            listtexts.open_answers(key, each),
            enclosures.labelled(asks, listtexts.files_of(session, each)),
        )
        for each in rows[:_SHOWN]
    ]
    following = persons[-1].number if len(rows) > _SHOWN else 0
    return Handed(lodgements.line(row, loaded), shown, enclosures.labelled(form, values), persons, following)


def _person(number: int, answers: Mapping[str, Any], files: Files) -> Person:
    return Person(number, **{name: str(answers.get(name) or "") for name in _NAMES}, files=files)


def accept(database: Database, actor: Actor, lodgement_id: UUID, now: datetime) -> UUID:
    """Receive the letter today, as if it had been entered from paper, under the id it has; -> its list.

    The list is judged once more, now against the past too, and waits to be taken as any other. Harmless when pressed
    twice. Raises NotAllowed, NotFound, FormChanged; DomainError for a purpose that was disabled meanwhile.
    """
    _guard(actor)

    def put(session: Session) -> UUID:
        if cases.requisition_row(session, lodgement_id) is not None:
            return _first_list(session, lodgement_id)
        row = _sent(session, lodgement_id)
        loaded = releases.active(session)
        if row.purpose not in purposes_taken(session, loaded):
            raise DomainError("error.purpose_disabled")
        form, answers = _today(session, loaded, row, now)
        received = registration.Received(row.id, row.data_key_id, form, answers, loaded.id)
        registration.receive(session, actor, received, now)
        enclosures.hand_over(session, form, row.id, {"requisition_id": row.id}, now)
        departments.link(session, actor, row.id, row.office_id, now)
        roster_id = _hand_over(session, actor, row)
        decided = {"decided_at": now, "decided_by": actor.officer_id, "values": None, "note": None}
        if not table.change(session, row.id, ["sent"], state="accepted", changed_at=now, **decided):
            raise Sent
        return roster_id

    return database.write(put, actor_scope(actor))


def _first_list(session: Session, requisition_id: UUID) -> UUID:
    """The list that a department sent with its letter."""
    first: UUID = lists.of_letter(session, requisition_id)[-1].id
    return first


def _today(
    session: Session, loaded: releases.Loaded, row: AnyRow, now: datetime
) -> tuple[formjs.Form, dict[str, Any]]:
    filled = lodgements.rules(session, loaded, now)
    try:
        answers = lodgements.checked(
            filled, lodgements.opened(session, row), row.requester_hi, row.candidate_count, now
        )
    except FormInvalid as invalid:
        raise FormChanged from invalid
    return filled.form, answers


def _hand_over(session: Session, actor: Actor, row: AnyRow) -> UUID:
    """The list is the DM's office's from now on, and judged anew: the department was told nothing of past cases."""
    roster = lodgements.current_list(session, row.id)
    if roster is None:
        raise NotFound
    who = {"asked_by": actor.officer_id, "posting_id": actor.post.posting_id}
    lists.move_all(session, roster.id, ["good", "bad", "double"], "waiting")
    lists.change(
        session, roster.id, ["checked"], state="checking", requisition_id=row.id, ended_at=None, **who
    )
    roster_id: UUID = roster.id
    return roster_id


def give_back(database: Database, actor: Actor, lodgement_id: UUID, reason: str, now: datetime) -> None:
    """Return a letter to its department with what is wrong. Raises ReasonMissing, NotAllowed, NotFound."""
    _guard(actor)
    text = reasons.read(reason, ReasonMissing)

    def put(session: Session) -> None:
        row = _sent(session, lodgement_id)
        note = keys.seal(keys.unlock(session, row.data_key_id), f"lodgement|note|{row.id}", text.encode())
        decided = {"decided_at": now, "decided_by": actor.officer_id}
        table.change(session, row.id, ["sent"], state="returned", note=note, changed_at=now, **decided)
        audit.record(session, "admin", "lodgement:return", f"lodgement:{row.id}", actor, now)

    database.write(put, actor_scope(actor))


def _sent(session: Session, lodgement_id: UUID) -> AnyRow:
    row = table.find(session, lodgement_id)
    if row is None or row.state != "sent":
        raise NotFound
    return row


def _guard(actor: Actor) -> None:
    actor.require(Permission.CASE_REGISTER)
    actor.require(Permission.ROSTER_TAKE)
