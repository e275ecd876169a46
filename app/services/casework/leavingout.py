"""A case that goes on without the report of an overdue unit: decided by the SP, with a listed reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.errors import NotFound, TaskAlreadyDone
from app.domain.offices import UnitKind
from app.domain.roles import Permission
from app.models.casefile import case_queries as table
from app.models.scope import CaseScope
from app.services.casefile import casefile, units
from app.services.casefile.facts import NO_REPLY
from app.services.casework import numbered
from app.services.desk.holding import ReasonMissing
from app.services.store import audit
from app.services.store.scopes import actor_scope
from app.services.workflow import instances

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.services.store.database import Database

REASONS = ("silent", "unable", "enough")


@dataclass(frozen=True, slots=True)
class Overdue:
    """A unit whose report is overdue: since when it has the case, the steps that wait there, the earliest due day."""

    enquiry_id: UUID
    name_hi: str
    name_en: str
    received_at: datetime
    due_on: date
    steps: Sequence[tuple[str, str]]


def overdue(actor: Actor, file: casefile.CaseFile) -> list[Overdue]:
    """The units without whose report the case may go on; for another district its own step says so."""
    if not actor.may(Permission.ENQUIRY_LEAVE_OUT):
        return []
    found = []
    for row in file.facts.enquiries:
        waiting = [each for each in file.record.tasks if each.enquiry_id == row.id and each.state == "open"]
        if row.unit_kind != UnitKind.OTHER_DISTRICT and any(each.due_at <= file.now for each in waiting):
            name, day = units.name(file.facts, row), min(each.due_on for each in waiting)
            found.append(
                Overdue(row.id, *name, row.received_at, day, [file.label_of(each) for each in waiting])
            )
    return found


def find(session: Session, actor: Actor, number: str, enquiry_id: UUID, now: datetime) -> tuple[str, Overdue]:
    """The unit, and the number of its case. Raises NotAllowed, NotFound; TaskAlreadyDone where it is not overdue."""
    actor.require(Permission.ENQUIRY_LEAVE_OUT)
    case, loaded = numbered.of_number(session, actor, number)
    file = casefile.CaseFile(session, actor, case, loaded, now)
    if all(row.id != enquiry_id for row in file.facts.enquiries):
        raise NotFound
    one = next((each for each in overdue(actor, file) if each.enquiry_id == enquiry_id), None)
    if one is None:
        raise TaskAlreadyDone
    return case.number, one


def leave_out(
    database: Database, actor: Actor, number: str, enquiry_id: UUID, reason: str, now: datetime
) -> None:
    """End what the unit has open and let the case go on; who decided it and why stands in the case and in the record.

    What it answered so far counts; what it owes reads as missing, never as clean. Raises ReasonMissing, NotAllowed,
    NotFound, RouteStuck; TaskAlreadyDone where its report has come, or its days have not run out.
    """

    def end(session: Session) -> None:
        case, loaded = numbered.of_number(session, actor, number)
        own = session.narrowed(CaseScope(actor.district_id, case.id))
        locked = table.lock(own, case.id)
        if locked is None or locked.status != "open":
            raise NotFound
        find(session, actor, number, enquiry_id, now)
        if reason not in REASONS:
            raise ReasonMissing
        told = {"enquiry": str(enquiry_id), "by": str(actor.officer_id), "reason": reason}
        table.set_enquiry(own, enquiry_id, state=NO_REPLY)
        instances.leave_out(own, locked, loaded, enquiry_id, told, instances.Act(now, actor))
        thing = f"case:{case.id}"
        audit.record(own, thing, "enquiry:leave_out", f"enquiry:{enquiry_id}", actor, now, reason=reason)

    database.write(end, actor_scope(actor))
