"""A case outside one's sight, opened in an emergency: for half an hour, on a listed ground, under everybody's eyes.

The row scope stays as it is: what is opened has a page of its own, which reads this one case and writes nothing. The
officers above are told at once, and every look is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app.domain import numbers
from app.domain.emergency import LASTS, MOST_A_DAY, Ground
from app.domain.errors import BoxesRefused, DomainError, NotFound
from app.domain.ids import new_id
from app.domain.offices import SEALED_UNITS, OfficeKind, is_police
from app.domain.roles import Permission, Role
from app.models.casefile import case_queries as cases
from app.models.desk import notification_queries as notifications
from app.models.district import office_queries as offices
from app.models.record import emergencies as table
from app.models.scope import CaseScope, SystemReason, SystemScope
from app.services.access import standins
from app.services.casefile import casefile, sightings
from app.services.district import calendars
from app.services.procedure import releases
from app.services.store import audit, keys
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.access.standins import StandIn
    from app.services.casefile.facts import Particulars
    from app.services.store.database import Database

KIND = "break_glass"  # of the notice, as older ones have it in their rows
PAGE = "emergency"  # by which the record names the page
_DAY = timedelta(days=1)
_TOLD_FOR = timedelta(days=30)


class Refused(BoxesRefused):
    """A case that is not opened so. Nothing changed."""


class InSight(DomainError):
    """The officer sees this case as it is: no emergency is needed."""

    key = "emergency.in_sight"

    def __init__(self, number: str) -> None:
        super().__init__()
        self.number = number


@dataclass(frozen=True, slots=True)
class Opened:
    """What the page shows of the case: no file to take away, and nothing of the special branch."""

    case_id: UUID
    number: str
    ground: str
    until: datetime
    strip: casefile.CaseStrip
    particulars: Particulars
    answers: Sequence[casefile.AnswerView]
    steps: Sequence[casefile.StepLine]


def lasting(session: Session, actor: Actor, now: datetime) -> Sequence[AnyRow]:
    """What the officer has open so now. Raises NotAllowed."""
    actor.require(Permission.EMERGENCY_OPEN)
    return table.lasting(session, actor.officer_id, actor.post.office_id, now)


def told(session: Session, actor: Actor, now: datetime) -> list[tuple[AnyRow, StandIn | None]]:
    """The openings of the last month of which the officer's post was told, each with for whom it was done.

    Raises NotAllowed.
    """
    actor.require(Permission.EMERGENCY_OPEN)
    district = session.narrowed(SystemScope(SystemReason.EMERGENCY, actor.district_id))
    rows = table.told_to(district, actor.post.office_id, actor.post.role.value, KIND, now - _TOLD_FOR)
    acts = [standins.act(row.officer_id, row.office_id, row.opened_at, row.role) for row in rows]
    acting = standins.find(session, acts)
    return [(row, acting.get(act)) for row, act in zip(rows, acts, strict=True)]


def open_case(session: Session, actor: Actor, number: str, ground: str, now: datetime) -> str:
    """Open a case of one's own district for half an hour; -> its number.

    Raises NotAllowed, Refused, and InSight for one that the officer sees anyway.
    """
    actor.require(Permission.EMERGENCY_OPEN)
    known = numbers.parse_case_number(number)
    if known is not None and cases.find_number(session, known) is not None:
        raise InSight(known)
    district = session.narrowed(SystemScope(SystemReason.EMERGENCY, actor.district_id))
    case = cases.find_number(district, known) if known is not None else None
    problems = _problems(session, actor, case, ground, now)
    if problems or case is None:
        raise Refused(problems)
    keys.unlock(district, case.data_key_id)
    until = now + LASTS
    row = {"id": new_id(session.recorded_at), "case_id": case.id, "number": case.number, "ground": ground}
    own = {"officer_id": actor.officer_id, "office_id": actor.post.office_id, "role": actor.post.role.value}
    table.insert_opening(session, {**row, **own, "opened_at": now, "until": until})
    detail = {"ground": ground, "until": until.isoformat()}
    audit.record(session, "access", "case:break_glass", f"case:{case.id}", actor, now, **detail)
    for role, office_id in _above(district, actor, now):
        notifications.add(district, office_id, role, case.id, KIND, now)
    return str(case.number)


def see(database: Database, actor: Actor, number: str, now: datetime) -> Opened:
    """The case while it is open so, its view recorded first. Raises NotAllowed; NotFound once the time is over."""
    found = database.read(lambda session: _seen(session, actor, number, now), actor_scope(actor))
    sightings.note_each(database, actor, [f"case:{found.case_id}"], PAGE, now)
    return found


def _seen(session: Session, actor: Actor, number: str, now: datetime) -> Opened:
    known = numbers.parse_case_number(number)
    grant = next((row for row in lasting(session, actor, now) if row.number == known), None)
    if grant is None:
        raise NotFound
    own = session.narrowed(CaseScope(actor.district_id, grant.case_id))
    case = cases.find(own, grant.case_id)
    if case is None:
        raise NotFound
    keys.unlock(own, case.data_key_id)
    file = casefile.CaseFile(own, actor, case, releases.load(own, case.release_id), now)
    return Opened(
        case.id,
        case.number,
        grant.ground,
        grant.until,
        file.strip(),
        file.particulars(),
        [each for each in file.answers() if each.unit_kind not in SEALED_UNITS],
        file.steps(),
    )


def _above(session: Session, actor: Actor, now: datetime) -> list[tuple[str, UUID]]:
    """Who is told at once: in the police the SDPO over a thana and the SP, else the DM."""
    today = calendars.day(now)
    if not is_police(actor.post.office_kind):
        head = offices.only_of_kind(session, OfficeKind.DM_OFFICE, today)
        return [] if head is None else [(Role.DM.value, head)]
    found = []
    if actor.post.role is not Role.SDPO:
        sdpo = offices.nearest_of_kind(session, actor.post.office_id, OfficeKind.SDPO)
        found += [] if sdpo is None else [(Role.SDPO.value, sdpo)]
    head = offices.only_of_kind(session, OfficeKind.SP_OFFICE, today)
    return found + ([] if head is None else [(Role.SP.value, head)])


def _problems(
    session: Session, actor: Actor, case: AnyRow | None, ground: str, now: datetime
) -> dict[str, str]:
    problems = {}
    if case is None:
        problems["number"] = "retention.problem.case"
    if ground not in set(Ground):
        problems["ground"] = "emergency.problem.ground"
    if table.count_since(session, actor.officer_id, now - _DAY) >= MOST_A_DAY:
        problems["number"] = "emergency.problem.often"
    return problems
