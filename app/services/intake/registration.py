"""A letter is received, and a case made of one person's answers: numbers, rows, the start of the route."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain import numbers
from app.domain.offices import OfficeKind
from app.models import ahead
from app.models.casefile import case_queries as cases
from app.models.district import office_queries as offices
from app.models.issuing import paper_queries as papers
from app.models.scope import CaseScope
from app.services.casefile import projections, searchkeys
from app.services.district import calendars
from app.services.store import audit, keys
from app.services.workflow import instances

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app import formjs
    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.intake.asked import Letter
    from app.services.procedure import releases


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who is to be verified: the id and the key that his case takes, and the answers of the intake, checked."""

    case_id: UUID
    data_key_id: UUID
    answers: dict[str, Any]
    serial: int | None = None  # of its number, where one was reserved


@dataclass(frozen=True, slots=True)
class Received:
    """A letter to be received: the id and the key that it takes, and the answers of its form, checked."""

    id: UUID
    data_key_id: UUID
    form: formjs.Form
    answers: dict[str, Any]
    release_id: UUID


def receive(session: Session, actor: Actor, letter: Received, now: datetime) -> None:
    """Enter a letter with the next number of the officer's diary, in the transaction of the caller."""
    year, answers = calendars.day(now).year, letter.answers
    serial = papers.next_number(session, actor.post.office_id, "diary", year)
    keys.adopt(session, letter.data_key_id, "requisition")
    key = keys.unlock(session, letter.data_key_id)
    public = {field.key for field in letter.form.fields if field.pii == "P0"}
    cases.insert_requisition(
        session,
        {
            "id": letter.id,
            "data_key_id": letter.data_key_id,
            "office_id": actor.post.office_id,
            "number": numbers.diary_number(year, serial),
            "purpose": answers["purpose"],
            "requester_hi": answers["requesting_dept"],
            "letter_no": answers["letter_no"],
            "letter_date": date.fromisoformat(answers["letter_date"]),
            "received_on": date.fromisoformat(answers["received_date"]),
            "candidate_count": int(answers["candidate_count"]),
            "routing": {name: value for name, value in answers.items() if name in public},
            "values": keys.seal_json(key, f"requisition|values|{letter.id}", answers),
            "release_id": letter.release_id,
            "created_at": now,
            "created_by": actor.officer_id,
        },
    )
    audit.record(session, "admin", "requisition:register", f"requisition:{letter.id}", actor, now)


def reserve(session: Session, letter: AnyRow | Letter, count: int, now: datetime) -> int:
    """Draw the numbers of so many cases of a letter at once; -> the first. All must be used in this transaction."""
    return papers.next_number(session, letter.office_id, "case", calendars.day(now).year, count)


def open_case(
    session: Session,
    actor: Actor,
    letter: AnyRow | Letter,
    release: releases.Loaded,
    candidate: Candidate,
    now: datetime,
) -> str:
    """Make the case and start its route, in the transaction of the caller; -> its number. Raises RouteStuck."""
    return open_cases(session, actor, letter, release, [candidate], now)[0]


def open_cases(
    session: Session,
    actor: Actor,
    letter: AnyRow | Letter,
    release: releases.Loaded,
    candidates: Sequence[Candidate],
    now: datetime,
) -> list[str]:
    """Make cases and start their routes, in the transaction of the caller; -> their numbers. Raises RouteStuck."""
    made = [(each, _insert(session, letter, release, each, now)) for each in candidates]
    own = {each.case_id: session.narrowed(CaseScope(actor.district_id, each.case_id)) for each in candidates}
    rows = ahead.new_cases(own)  # all, before one is led on: that changes its row
    begun = instances.prepare_beginnings(release, now)
    for each, number in made:
        its, case, thing = own[each.case_id], rows[each.case_id], f"case:{each.case_id}"
        projections.register_person(its, actor, case, each.answers, now)
        searchkeys.index(its, case, each.answers)
        data = {"case": _routing(case), "rounds": 0, "reviewed": -1, "units": []}
        instances.start(its, case, release, begun, data, instances.Act(now, actor))
        audit.record(its, thing, "case:open", thing, actor, now, number=number)
    return [number for _, number in made]


def _insert(
    session: Session,
    letter: AnyRow | Letter,
    release: releases.Loaded,
    candidate: Candidate,
    now: datetime,
) -> str:
    year = calendars.day(now).year
    thana = candidate.answers.get("perm_thana") or candidate.answers.get("pres_thana")
    sdpo = offices.nearest_of_kind(session, UUID(thana), OfficeKind.SDPO) if thana else None
    district = offices.district(session)
    serial = candidate.serial if candidate.serial is not None else reserve(session, letter, 1, now)
    number = numbers.case_number(district.code, year, serial)
    days = release.purposes[letter.purpose].days
    cases.insert_case(
        session,
        {
            "id": candidate.case_id,
            "requisition_id": letter.id,
            "data_key_id": candidate.data_key_id,
            "release_id": release.id,
            "sdpo_office_id": sdpo,
            "number": number,
            "purpose": letter.purpose,
            "status": "open",
            "received_on": letter.received_on,
            "due_on": calendars.of(session).add_days(letter.received_on, days),
            "sample": session.keys.sample(candidate.case_id.bytes),
            "opened_at": now,
            "audit_head": b"\0" * 32,
        },
    )
    return number


def _routing(case: AnyRow) -> dict[str, Any]:
    return {
        "id": str(case.id),
        "purpose": case.purpose,
        "received_on": case.received_on.isoformat(),
        "sdpo_office_id": str(case.sdpo_office_id or ""),
        "sample": case.sample,
    }
