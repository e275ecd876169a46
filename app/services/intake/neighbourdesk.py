"""Letters of other districts before the SP's office: looked at, accepted as a case of one's own, or returned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain import reasons
from app.domain.errors import DomainError, NotFound
from app.domain.offices import OfficeKind
from app.domain.roles import Permission
from app.domain.secrecy import SENSITIVE
from app.models.casefile import case_queries as cases
from app.models.district import office_queries as offices
from app.models.execution import workflow_queries as workflow
from app.models.intake import neighbours as table
from app.models.issuing import paper_queries as papers
from app.models.scope import CaseScope
from app.services.casefile import neighbours, sightings, submissions
from app.services.casefile.facts import SCRUTINY
from app.services.casefile.options import purposes_taken
from app.services.desk import finishing
from app.services.district import calendars, englishnames, neighbourhood
from app.services.intake import lettersacross, registration
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
    from app.services.intake.lettersacross import Letter
    from app.services.store.database import Database

PURPOSE = "reverse_other_district"
_SHOWN = 100
_UNSCRUTINISED = "अन्य जिले के पुलिस अधीक्षक का पत्र; पुलिस अधीक्षक के कार्यालय ने सीधे ग्रहण किया।"
_OPEN = {neighbours.WAITING}


class ReasonMissing(reasons.ReasonMissing):
    """Whoever returns a letter says why it is not his district's (422)."""

    key = "neighbour.reason_missing"


class Settled(DomainError):
    """The letter was accepted, returned or recalled before (409)."""

    key = "neighbour.settled"


@dataclass(frozen=True, slots=True)
class Line:
    """A letter in the list: from whom, its number, since when, how often it was reminded of."""

    id: UUID
    sender_hi: str
    sender_en: str
    letter_no: str
    received_at: datetime
    reminders: int
    reminded_at: datetime | None


@dataclass(frozen=True, slots=True)
class View:
    line: Line
    letter: Letter


def waiting(session: Session, actor: Actor) -> list[Line]:
    """The letters that wait to be accepted, oldest first. Raises NotAllowed."""
    actor.require(Permission.NEIGHBOUR_RECEIVE)
    return [_line(row) for row in table.requests_in(session, _OPEN, _SHOWN)]


def waiting_count(session: Session, actor: Actor) -> int:
    """How many wait, at most those of a page; 0 for whoever may accept none."""
    return table.waiting_count(session, _SHOWN) if actor.may(Permission.NEIGHBOUR_RECEIVE) else 0


def see(database: Database, actor: Actor, request_id: UUID, now: datetime) -> View:
    """One letter that waits, its view recorded first. Raises NotAllowed, NotFound, Settled."""
    actor.require(Permission.NEIGHBOUR_RECEIVE)

    def look(session: Session) -> View:
        row = _row(session, request_id)
        return View(_line(row), lettersacross.opened(session, row))

    found = database.read(look, actor_scope(actor))
    sightings.note(database, actor, f"letter:{request_id}", "neighbour", {"P2", SENSITIVE}, now)
    return found


def accept(database: Database, actor: Actor, request_id: UUID, now: datetime) -> str:
    """Make a case of one's own of the letter, with the number of one's district; -> its number.

    It begins before the SP's office: what one SP writes to another is not scrutinised by the DM's office first.
    Raises NotAllowed, NotFound, Settled; DomainError where the purpose was disabled since.
    """
    actor.require(Permission.NEIGHBOUR_RECEIVE)

    def put(session: Session) -> str:
        row = _row(session, request_id)
        letter = lettersacross.opened(session, row)
        release = releases.active(session)
        if refuses(session):
            raise DomainError("error.purpose_disabled")
        number, case_id = _open(session, actor, row, letter, release, now)
        settled = {"case_id": case_id, "settled_at": now, "settled_by": actor.officer_id}
        if not table.set_request(session, row.id, _OPEN, state=neighbours.ACCEPTED, **settled):
            raise Settled
        own = session.narrowed(CaseScope(actor.district_id, case_id))
        neighbours.note(own, case_id, row.id, row.other_district, neighbours.ACCEPTED, actor, now)
        neighbours.send(session, row.id, row.other_district, neighbours.ACCEPT, now)
        _forward(own, actor, case_id, release, now)
        return number

    return database.write(put, actor_scope(actor))


def give_back(database: Database, actor: Actor, request_id: UUID, reason: str, now: datetime) -> None:
    """Return a letter that is not one's district's, with why. Raises ReasonMissing, NotAllowed, NotFound, Settled."""
    actor.require(Permission.NEIGHBOUR_RECEIVE)
    text = reasons.read(reason, ReasonMissing)

    def put(session: Session) -> None:
        row = _row(session, request_id)
        facts = lettersacross.seal_return(session, row, text)
        settled = {"facts": facts, "settled_at": now, "settled_by": actor.officer_id}
        if not table.set_request(session, row.id, _OPEN, state=neighbours.RETURNED, **settled):
            raise Settled
        neighbours.send(session, row.id, row.other_district, neighbours.RETURN, now)
        told = {"district": row.other_district, "state": neighbours.RETURNED}
        audit.record(session, "admin", "letter:cross", f"letter:{row.id}", actor, now, **told)

    database.write(put, actor_scope(actor))


def refuses(session: Session) -> str:
    """Why the district takes no requests of others in this system; empty where it does."""
    taken = purposes_taken(session, releases.active(session))
    return "" if PURPOSE in taken else neighbourhood.NO_PURPOSE


# -- a case made of a letter -------------------------------------------------------------------------------


def _open(
    session: Session, actor: Actor, row: AnyRow, letter: Letter, release: releases.Loaded, now: datetime
) -> tuple[str, UUID]:
    """Enter the letter and its one person, under the letter's own key."""
    form = release.form("requisition")
    received = registration.Received(
        row.id, keys.create(session, "requisition"), form, _entered(letter, now), release.id
    )
    registration.receive(session, actor, received, now)
    entered = cases.requisition_row(session, row.id)
    if entered is None:
        raise NotFound
    candidate = registration.Candidate(
        row.id, row.data_key_id, _person(session, letter), _serial(session, now)
    )
    return registration.open_case(session, actor, entered, release, candidate, now), candidate.case_id


def _serial(session: Session, now: datetime) -> int:
    """The next number of the district's cases, which the DM's office counts."""
    day = calendars.day(now)
    office_id = offices.only_of_kind(session, OfficeKind.DM_OFFICE, day)
    if office_id is None:
        raise NotFound
    return papers.next_number(session, office_id, "case", day.year)


def _entered(letter: Letter, now: datetime) -> dict[str, Any]:
    """The answers of the letter's form, as its reader would have filled it in from paper."""
    today = calendars.day(now).isoformat()
    return {
        "letter_no": letter.number,
        "letter_date": letter.written_on,
        "received_date": today,
        "receipt_mode": "portal",
        "requesting_dept": f"पुलिस अधीक्षक, {letter.sender_hi}",
        "requesting_designation": "पुलिस अधीक्षक",
        "requesting_address": letter.sender_hi,
        "purpose": PURPOSE,
        "priority": "normal",
        "candidate_count": 1,
    }


def _person(session: Session, letter: Letter) -> dict[str, Any]:
    """The answers of the person's form: the first address as his home here, every further one as a stay."""
    first, *others = [_here(session, each) for each in letter.places or [{}]]
    return {
        **letter.person,
        "subject_kind": "person",
        **{f"perm_{name}": value for name, value in first.items()},
        "same_address": True,
        "declared_case": "not_on_file",
        **({"stays": others} if others else {}),
    }


def _here(session: Session, place: Mapping[str, str]) -> dict[str, Any]:
    """A place in this district, with its station where its name is one of ours; else the reader finds it."""
    where = {"state": "bihar", "district": str(session.district_id)}
    parts = {name: value for name, value in place.items() if name not in ("kind", "thana_other")}
    thana = _station(session, place.get("thana_other", ""))
    return {**where, **parts, **({"thana": thana} if thana else {"thana_unknown": True})}


def _station(session: Session, written: str) -> str:
    """The id of the station that is written so, in either script; empty where none that takes verifications is."""
    for row in offices.of_kind(session, "thana", calendars.day(session.recorded_at)):
        names = {row.name_hi, row.name_en, *(row.facts.get("spellings") or ())}
        if row.facts.get("receives_verification", True) and _plain(written) in map(_plain, names):
            return str(row.id)
    return ""


def _plain(name: str) -> str:
    """A name without its spaces, its capitals and the word for a station."""
    return "".join(name.casefold().replace("थाना", "").replace("p.s.", "").split())


def _forward(own: Session, actor: Actor, case_id: UUID, release: releases.Loaded, now: datetime) -> None:
    """Lead the case past the DM's scrutiny, in the reader's name; a route that has none begins where it begins."""
    for task in workflow.tasks_of(own, case_id):
        case = cases.lock(own, case_id)
        if task.form == SCRUTINY and case is not None:
            form, answers = release.form(SCRUTINY), {"action": "forward", "instruction": _UNSCRUTINISED}
            context = submissions.Context(own, actor, case, task, form, answers, {}, now)
            finishing.finish(context, release)


def _row(session: Session, request_id: UUID) -> AnyRow:
    row = table.find_request(session, request_id)
    if row is None:
        raise NotFound
    if row.state != neighbours.WAITING:
        raise Settled
    return row


def _line(row: AnyRow) -> Line:
    sender = englishnames.district(row.other_district)
    return Line(row.id, *sender, row.letter_no, row.received_at, row.reminders, row.reminded_at)
