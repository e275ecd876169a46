"""Requesting departments: accounts of their own, their letters by stage alone, the papers delivered to them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from app.domain.errors import BoxesRefused, NotFound
from app.domain.ids import day_place, known_day_place, new_id
from app.domain.offices import OfficeKind
from app.domain.roles import Permission
from app.domain.text import tidy, words_refused
from app.models.casefile import case_queries
from app.models.district import setup_queries
from app.models.intake import department_queries as table
from app.models.issuing import paper_queries
from app.services.casefile import searchkeys
from app.services.district import calendars
from app.services.procedure import releases
from app.services.store import audit, keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

LONGEST = 160  # letters of a department's name
A_PAGE = 50


class Stage(StrEnum):
    """How far a case has come, as the department is told: no office but DM and police, and nobody's name."""

    SCRUTINY = "scrutiny"
    RETURNED = "returned"  # a defect: the department's answer is waited for
    POLICE = "police"
    DECISION = "decision"
    ISSUED = "issued"  # the paper is signed and about to leave
    DELIVERED = "delivered"
    SENT = "sent"  # by post or hand
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class Refused(BoxesRefused):
    """A department that cannot be entered. Nothing changed."""


@dataclass(frozen=True, slots=True)
class Department:
    """A department with an office here; `has_account`: somebody holds its account today."""

    id: UUID
    name_hi: str
    name_en: str
    has_account: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of the department, and how many of its persons are at which stage."""

    id: UUID
    letter_no: str
    letter_date: date
    received_on: date
    purpose_hi: str
    purpose_en: str
    candidates: int
    stages: list[tuple[Stage, int]]


@dataclass(frozen=True, slots=True)
class Person:
    """One case of a letter: whom it is about, and its stage."""

    number: str
    name_hi: str
    name_en: str
    father_hi: str
    father_en: str
    stage: Stage
    due_on: date | None  # while it is open
    delivery_id: UUID | None
    is_new: bool  # its paper was delivered, and nobody of the department has opened it yet


@dataclass(frozen=True, slots=True)
class Found:
    """A person who was looked for, with the letter that names him."""

    person: Person
    letter_id: UUID
    letter_no: str
    letter_date: date


@dataclass(frozen=True, slots=True)
class Delivery:
    """A paper in a department's inbox. `status` as in the register of papers: one that was revoked says so."""

    id: UUID
    number: str
    memo_number: str
    case_number: str
    status: str
    status_on: date | None
    valid_till: date | None
    name_hi: str
    name_en: str
    letter_no: str
    letter_date: date
    office_kind: str
    office_hi: str
    office_en: str
    delivered_at: datetime
    opened_at: datetime | None
    new_number: str  # of the corrected paper in its place
    is_signed: bool  # by a key; else the file is an advance copy of a sheet that is signed in ink


# -- what the department sees ----------------------------------------------------------------------------


def letters(session: Session, actor: Actor, after: str = "") -> tuple[list[Letter], str]:
    """The letters of the officer's department, newest first; and the key of the next page. Raises NotAllowed."""
    actor.require(Permission.DEPARTMENT_SEE)
    rows = list(case_queries.requisitions(session, search=(), after=known_day_place(after), limit=A_PAGE + 1))
    shown = rows[:A_PAGE]
    cases: dict[UUID, list[AnyRow]] = {}
    for row in table.cases(session, [each.id for each in shown]):
        cases.setdefault(row.requisition_id, []).append(row)
    following = day_place(shown[-1].received_on, shown[-1].id) if len(rows) > A_PAGE else ""
    return [_letter(session, row, cases.get(row.id, ())) for row in shown], following


def letter(session: Session, actor: Actor, requisition_id: UUID) -> tuple[Letter, list[Person]]:
    """One letter with its persons. Raises NotFound for another department's, NotAllowed."""
    actor.require(Permission.DEPARTMENT_SEE)
    row = case_queries.requisition_row(session, requisition_id)
    if row is None:
        raise NotFound
    found = table.cases(session, [requisition_id])
    return _letter(session, row, found), [_person(session, each) for each in found]


def find(session: Session, actor: Actor, text: str, now: datetime) -> list[Found]:
    """Persons of the department's letters that a number or a name in either script may mean; recorded.

    Raises NotAllowed.
    """
    actor.require(Permission.DEPARTMENT_FIND)
    ids = searchkeys.case_ids(session, text, A_PAGE)
    digest = session.keys.blind("search", text).hex()
    audit.record(session, "access", "case:search", "search", actor, now, digest=digest, found=len(ids))
    order = {case_id: place for place, case_id in enumerate(ids)}
    found = []
    for row in sorted(table.cases_of(session, ids), key=lambda each: order[each.id]):
        of = case_queries.requisition_row(session, row.requisition_id)
        if of is not None:
            found.append(Found(_person(session, row), of.id, of.letter_no, of.letter_date))
    return found


def stages(session: Session, requisition_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """Of each letter, how many of its persons are at which stage; the session sees these letters."""
    found: dict[UUID, Counter[str]] = {}
    for row in table.cases(session, requisition_ids):
        found.setdefault(row.requisition_id, Counter())[str(_stage(row))] += 1
    return {requisition_id: dict(counted) for requisition_id, counted in found.items()}


def _letter(session: Session, row: AnyRow, cases: Sequence[AnyRow]) -> Letter:
    counted = Counter(_stage(each) for each in cases)
    return Letter(
        row.id,
        row.letter_no,
        row.letter_date,
        row.received_on,
        *releases.load(session, row.release_id).purpose_names(row.purpose),
        row.candidate_count,
        [(stage, counted[stage]) for stage in Stage if counted[stage]],
    )


def _person(session: Session, row: AnyRow) -> Person:
    name = keys.open_name(session, row.data_key_id, row.applicant_id, row.name)
    return Person(
        row.number,
        name["hi"],
        name["en"],
        name["father_hi"],
        name["father_en"],
        _stage(row),
        row.due_on if row.status == "open" else None,
        row.delivery_id,
        is_new=row.opened_at is None,
    )


def _stage(row: AnyRow) -> Stage:
    """What is told of a case whose row `department_queries.cases` gives."""
    if row.status != "open":
        return _ended(row)
    if row.paper_id is not None:
        return Stage.ISSUED
    if row.element_id == "answer_defects":
        return Stage.RETURNED
    if row.office_kind not in (None, OfficeKind.DM_OFFICE):
        return Stage.POLICE
    return Stage.DECISION if row.is_asked else Stage.SCRUTINY


def _ended(row: AnyRow) -> Stage:
    if row.status == "withdrawn":
        return Stage.WITHDRAWN
    if row.delivered_at is not None:
        return Stage.DELIVERED
    return Stage.CLOSED if row.paper_id is None else Stage.SENT


def inbox(session: Session, actor: Actor, after: str = "") -> tuple[list[Delivery], str]:
    """The papers delivered to the officer's department, newest first; and the key of the next page."""
    actor.require(Permission.DEPARTMENT_PAPER)
    rows = list(table.deliveries(session, _moment_key(after), A_PAGE + 1))
    last = rows[A_PAGE - 1] if len(rows) > A_PAGE else None
    following = f"{last.delivered_at.isoformat()}_{last.id.hex}" if last is not None else ""
    return [_delivery(session, row) for row in rows[:A_PAGE]], following


def unopened(session: Session, actor: Actor) -> int:
    """How many delivered papers nobody of the department has opened yet."""
    actor.require(Permission.DEPARTMENT_PAPER)
    return table.unopened(session)


def _delivery(session: Session, row: AnyRow) -> Delivery:
    name = keys.open_name(session, row.data_key_id, row.applicant_id, row.name)
    return Delivery(
        row.id,
        row.number,
        row.memo_number,
        row.case_number,
        row.status,
        row.status_on,
        row.valid_till,
        name["hi"],
        name["en"],
        row.letter_no,
        row.letter_date,
        row.office_kind,
        row.office_hi,
        row.office_en,
        row.delivered_at,
        row.opened_at,
        row.new_number or "",
        is_signed=row.signed_with is not None,
    )


# -- delivering ------------------------------------------------------------------------------------------


def has_inbox(session: Session, requisition_id: UUID, now: datetime) -> bool:
    """Whether a paper of this letter can be delivered to an account of the department that asked."""
    found = table.of_letter(session, requisition_id, calendars.day(now))
    return found is not None and bool(found.has_account)


def is_for_ink(session: Session, case_id: UUID) -> bool:
    """Whether the paper of a case is signed by hand on its sheet: by the portal only an advance copy of it goes."""
    issued = [row for row in paper_queries.of_case(session, case_id) if row.status == "issued"]
    return bool(issued) and issued[-1].signed_with is None


def deliver(session: Session, actor: Actor, case: AnyRow, now: datetime) -> bool:
    """Lay the case's paper in the inbox of its department; False where there is none, or no account is held.

    The session sees exactly this case.
    """
    department = table.of_letter(session, case.requisition_id, calendars.day(now))
    issued = [row for row in paper_queries.of_case(session, case.id) if row.status == "issued"]
    if department is None or not department.has_account or not issued:
        return False
    row = {
        "id": new_id(session.recorded_at),
        "case_id": case.id,
        "certificate_id": issued[-1].id,
        "office_id": department.id,
        "delivered_at": now,
        "delivered_by": actor.officer_id,
    }
    table.insert_delivery(session, row)
    audit.record(
        session,
        f"case:{case.id}",
        "paper:deliver",
        f"certificate:{issued[-1].id}",
        actor,
        now,
        office=str(department.id),
    )
    return True


def of_paper(session: Session, certificate_id: UUID) -> list[Delivery]:
    """Where a paper was delivered and when it was opened there, for whoever may open the paper."""
    return [_delivery(session, row) for row in table.of_paper(session, certificate_id)]


# -- whose letter it is ----------------------------------------------------------------------------------


def known(session: Session, now: datetime) -> list[Department]:
    """The departments with an office here, by name."""
    return [
        Department(row.id, row.name_hi, row.name_en, bool(row.has_account))
        for row in table.departments(session, calendars.day(now))
    ]


def of_letter(session: Session, requisition_id: UUID, now: datetime) -> Department | None:
    """The department whose account a letter belongs to."""
    row = table.of_letter(session, requisition_id, calendars.day(now))
    return None if row is None else Department(row.id, row.name_hi, row.name_en, bool(row.has_account))


def link_by_name(session: Session, actor: Actor, requisition_id: UUID, name: str, now: datetime) -> None:
    """Let a new letter belong to the department of this very name, in either language, where there is one."""
    for each in known(session, now):
        if _plain(name) in (_plain(each.name_hi), _plain(each.name_en)):
            _link(session, actor, requisition_id, each.id, now)
            return


def link(session: Session, actor: Actor, requisition_id: UUID, office_id: UUID | None, now: datetime) -> None:
    """Let a letter belong to a department's account; papers that left before stay where they are.

    Raises NotAllowed; NotFound for an office that is no department, or a letter out of sight.
    """
    actor.require(Permission.CASE_REGISTER)
    if case_queries.requisition_row(session, requisition_id) is None:
        raise NotFound
    chosen = next((each for each in known(session, now) if each.id == office_id), None)
    if chosen is None:
        raise NotFound
    _link(session, actor, requisition_id, chosen.id, now)


def _link(session: Session, actor: Actor, requisition_id: UUID, office_id: UUID, now: datetime) -> None:
    row = {"office_id": office_id, "linked_at": now, "linked_by": actor.officer_id}
    table.insert_link(session, {"requisition_id": requisition_id, **row})
    thing = f"requisition:{requisition_id}"
    audit.record(session, "admin", "requisition:link", thing, actor, now, office=str(office_id))


# -- entering a department -------------------------------------------------------------------------------


def add(session: Session, actor: Actor, name_hi: str, name_en: str, now: datetime) -> UUID:
    """Enter a department, so that it can be given an account; -> its office. Raises NotAllowed, Refused."""
    actor.require(Permission.DEPARTMENT_KEEP)
    names = {"name_hi": tidy(name_hi), "name_en": tidy(name_en)}
    problems = {
        box: words_refused(name) or f"department.problem.{box}"
        for box, name in names.items()
        if not 0 < len(name) <= LONGEST or words_refused(name)
    }
    taken = {_plain(name) for each in known(session, now) for name in (each.name_hi, each.name_en)}
    problems |= {
        box: "department.problem.taken" for box, name in names.items() if name and _plain(name) in taken
    }
    if problems:
        raise Refused(problems)
    office_id = new_id(session.recorded_at)
    row = {
        "id": office_id,
        "kind": OfficeKind.REQUESTER.value,
        "parent_id": None,
        "key": f"dept_{office_id.hex}",
        "code": "DEPT",
        "lgd_code": None,
        "facts": {},
        "valid_from": calendars.day(now),
        "valid_to": None,
    }
    setup_queries.insert_offices(session, [{**row, **names}])
    audit.record(session, "admin", "office:add", f"office:{office_id}", actor, now, kind=row["kind"])
    return office_id


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _moment_key(after: str) -> tuple[datetime, UUID] | None:
    at, _, last = after.partition("_")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, UUID(last)) if moment.tzinfo is not None else None
    except ValueError:
        return None
