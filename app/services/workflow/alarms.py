"""What is urgent: the answer of a decision, an enquiry without its officer. Notices to the offices, and incidents.

Codes only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.offices import OfficeKind, UnitKind
from app.domain.roles import Role
from app.models.casefile import case_queries as cases
from app.models.desk import notification_queries as notifications
from app.models.district import office_queries as offices
from app.models.staff import officer_queries as officers
from app.services.casefile.facts import CaseFacts
from app.services.district import calendars
from app.services.workflow import incidents

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from app import engine
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

WANTED = "person_wanted"
UNNAMED = "unnamed"


def raise_for(session: Session, case: AnyRow, moves: Iterable[engine.Move], at: datetime) -> None:
    """Do what the alerts of this step's decisions ask for; the same alert within a day is told once."""
    for move in moves:
        answer = move.routing.get(move.element_id) if move.kind == "decided" else None
        alert = answer.get("alert") if isinstance(answer, dict) else None
        if alert == WANTED:
            _tell_of_the_wanted(session, case, at)
        elif alert == "input_missing":
            _tell_of_the_missing(session, case, move.element_id, at)


def _tell_of_the_missing(session: Session, case: AnyRow, element_id: str, at: datetime) -> None:
    """An input that no answer gives is a fault of the forms, for an administrator.

    What an officer left open in so many words is none: the SDPO and the SP read it on their forms, and ask again.
    """
    found = CaseFacts(session, case, at).found
    missing = {name for name, value in found.inputs().items() if value is None} - found.left_open
    if missing:
        why = incidents.Stopped("input_missing", element_id, {"inputs": ", ".join(sorted(missing))})
        incidents.report_input(session, case.id, why, at)


def _tell_of_the_wanted(session: Session, case: AnyRow, at: datetime) -> None:
    """Whoever is wanted may be arrested: the SP and every thana that enquired are told at once."""
    office_id = offices.only_of_kind(session, OfficeKind.SP_OFFICE, calendars.day(at))
    told: dict[tuple[UUID, str], None] = {}
    if office_id is not None:
        told[office_id, Role.SP] = None
    for row in cases.enquiries_of(session, case.id):
        if row.unit_kind == UnitKind.THANA:
            told[row.office_id, Role.SHO] = None
    for place, role in told:
        notifications.add_once(session, place, role, case.id, WANTED, at)


def tell_of_the_unnamed(session: Session, office_id: UUID, case_id: UUID | None, at: datetime) -> None:
    """Enquiries of a thana are in nobody's name: its SHO is told, or the SP's reader where nobody holds that post."""
    day = calendars.day(at)
    place, role = office_id, Role.SHO
    if not officers.holding(session, [office_id], Role.SHO, day):
        of_sp = offices.only_of_kind(session, OfficeKind.SP_OFFICE, day)
        place, role = (office_id, Role.SHO) if of_sp is None else (of_sp, Role.SP_READER)
    notifications.add(session, place, role, case_id, UNNAMED, at)
