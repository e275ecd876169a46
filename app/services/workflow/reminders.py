"""Reminders and escalation: how far the days of a step have run out, whom that concerns, and why an officer is told.

The timers of the route only ask; how far a step is, is reckoned at that moment by the office's own calendar. So a
holiday added late, an order of the SP or a query without its answer holds a reminder back, and what piled up while
the program stood is one. Whoever has done his step is told nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from app.domain.ids import new_id
from app.domain.numbers import Outgoing, Series
from app.domain.offices import OfficeKind, is_police
from app.domain.roles import DISTRICT_WIDE, OVER_THANAS, Permission, Role
from app.models.casefile import case_queries as cases
from app.models.desk import notification_queries as notifications
from app.models.district import office_queries as offices
from app.models.district import setup_queries
from app.models.execution import workflow_queries as workflow
from app.models.scope import SystemReason, SystemScope
from app.models.timekeeping import reminder_queries as table
from app.services.casefile import neighbours
from app.services.district import calendars, englishnames, series, telephones
from app.services.procedure import releases
from app.services.timekeeping import clockbook
from app.services.workflow.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.district.telephones import Head
    from app.services.store.database import Database

#: Shares of a step's days, in per cent: a nudge, the first स्मार पत्र, the second with notice above, the DM's list.
NUDGE, FIRST, SECOND, LAST = LEVELS = (70, 100, 140, 200)
_HUNDRED = 100
PAGE = 50
_SWEPT = 200  # cases a day and district that no timer speaks for
#: From which level on a post is told of other offices' steps.
_TOLD_FROM = {Role.DM: LAST, Role.ADM: LAST, Role.SP: SECOND, Role.SP_READER: SECOND, Role.SDPO: SECOND}


def remind(_database: Database, job: AnyRow) -> Work:
    """What a due timer of a case leads to: each of its open steps is looked at."""
    return Work({}, lambda session: of_case(session, job.case_id, job.at))


def of_case(session: Session, case_id: UUID, at: datetime) -> None:
    """Remind each office of the steps that it holds, as far as their days have run out."""
    case = cases.find(session, case_id)
    if case is None or case.status != "open":
        return
    for task in workflow.tasks_of(session, case_id):
        level = _level(session, case, task, at)
        if level:
            _tell(session, case, task, level, at)


def _level(session: Session, case: AnyRow, task: AnyRow, at: datetime) -> int:
    """The highest level that a step has reached; 0: none. A step without its days is judged by its due day."""
    if task.days is None:
        return FIRST if at > task.due_at else 0
    office = (task.office_id, task.office_kind)
    standing = clockbook.own_calendar(session, case, office, at, is_waiting=True)
    reached = [
        level
        for level in LEVELS
        if standing.due(task.created_at, Decimal(task.days) * level / _HUNDRED) <= at
    ]
    return max(reached, default=0)


def _tell(session: Session, case: AnyRow, task: AnyRow, level: int, at: datetime) -> None:
    """Write the reminder and the notices, once for a step and level."""
    before = table.levels_of(session, task.id)
    if any(row.level >= level for row in before):
        return
    above = _above(session, task, level, at)
    number = 0 if level < FIRST else 1 + max((row.number for row in before), default=0)
    row = {
        "id": new_id(session.recorded_at),
        "case_id": case.id,
        "user_task_id": task.id,
        "office_id": task.office_id,
        "role": task.role,
        "element_id": task.element_id,
        "level": level,
        "number": number,
        "told": [role for role, _ in above],
        "due_on": task.due_on,
        "at": at,
    }
    if not table.add(session, row):
        return
    if level >= FIRST:
        elsewhere = neighbours.remind(session, case, task.enquiry_id, at)
        _number(session, case, task, row["id"], elsewhere, at)
    notifications.add_once(session, task.office_id, task.role, case.id, "reminder", at)
    for role, office_id in above:
        notifications.add_once(session, office_id, role, case.id, "escalation", at)


def sender_of(office_kind: str) -> OfficeKind | None:
    """Which office reminds one of this kind by letter; None: none does."""
    if office_kind == OfficeKind.SP_OFFICE:
        return OfficeKind.DM_OFFICE
    return OfficeKind.SP_OFFICE if is_police(office_kind) else None


def _number(
    session: Session, case: AnyRow, task: AnyRow, reminder_id: UUID, elsewhere: str | None, at: datetime
) -> None:
    """Give the स्मार पत्र its पत्रांक: of the SP's office to the police, of the DM's to the SP's; none to itself.

    Where the step waits for another district (`elsewhere`, as `neighbours.remind` says), it is of the office that
    waits, and goes there.
    """
    day = calendars.day(at)
    sender = task.office_id if elsewhere else _only(session, sender_of(task.office_kind), day)
    office = offices.find(session, sender) if sender is not None and elsewhere != "" else None
    if office is not None and (elsewhere or office.id != task.office_id):
        to = {"to_place": elsewhere} if elsewhere else {"to_office_id": task.office_id}
        given = series.Given(Outgoing.REMINDER, day, case.id, **to)
        number = series.take(session, (office.id, office.code), Series.LETTER, given)
        table.set_letter(session, reminder_id, number, elsewhere)


def _only(session: Session, kind: OfficeKind | None, day: date) -> UUID | None:
    return offices.only_of_kind(session, kind, day) if kind is not None else None


def _above(session: Session, task: AnyRow, level: int, at: datetime) -> list[tuple[str, UUID]]:
    """Whom a level concerns besides the office itself: SDPO and SP from the second reminder on, at last the DM."""
    day, found = calendars.day(at), []
    if level >= SECOND and is_police(task.office_kind):
        found.append((Role.SDPO, offices.nearest_of_kind(session, task.office_id, OfficeKind.SDPO)))
        found.append((Role.SP, offices.only_of_kind(session, OfficeKind.SP_OFFICE, day)))
    if level >= LAST:
        found.append((Role.DM, offices.only_of_kind(session, OfficeKind.DM_OFFICE, day)))
    return [(str(role), office_id) for role, office_id in found if office_id not in (None, task.office_id)]


# -- what no timer speaks for ----------------------------------------------------------------------------


def sweep(database: Database, now: datetime) -> None:
    """Remind of overdue steps whose timers had gone before they became so: their due day was moved."""
    for district_id in database.read(setup_queries.districts, SystemScope(SystemReason.WORKER)):
        scope = SystemScope(SystemReason.WORKER, district_id)
        today = calendars.day(now)
        waiting = database.read(partial(table.unreminded, today=today, limit=_SWEPT), scope)
        for case_id in waiting:
            database.write(partial(of_case, case_id=case_id, at=now), scope)


# -- why an officer was reminded ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reminded:
    """A reminder as its page tells it: of which step, how its days stood, who else was told, if it is settled."""

    at: datetime
    case_number: str  # empty: the case is out of sight now
    step_hi: str
    step_en: str
    office_kind: str
    office_hi: str
    office_en: str
    role: str
    level: int
    number: int
    told: list[str]
    received_at: datetime
    days: str
    due_on: date
    is_settled: bool
    head: Head | None  # whom to call, while it is not settled
    letter: str  # its number, where one went out
    place_hi: str  # the other district that it went to; empty: the office itself
    place_en: str


def listing(session: Session, actor: Actor, number: int, now: datetime) -> tuple[list[Reminded], bool]:
    """A page of the reminders to the officer's office, and of those that his post is told of. Raises NotAllowed."""
    actor.require(Permission.CLOCK_SEE)
    role = actor.post.role
    sees_others = role in DISTRICT_WIDE | OVER_THANAS
    own = [] if sees_others else [actor.post.office_id]
    least = _TOLD_FROM.get(role, 0)
    rows = table.sent(session, least, own, PAGE + 1, PAGE * number)
    labels = releases.active(session).engine
    late = {row.office_id for row in rows[:PAGE] if row.state == "open"}
    heads = telephones.of_thanas(session, actor, late, calendars.day(now))
    return [_reminded(row, labels, heads) for row in rows[:PAGE]], len(rows) > PAGE


def _reminded(row: AnyRow, labels: Any, heads: Mapping[UUID, Head]) -> Reminded:
    step: tuple[str, str] = labels.label(row.element_id)
    return Reminded(
        row.at,
        row.case_number or "",
        *step,
        row.office_kind,
        row.office_hi,
        row.office_en,
        row.role,
        row.level,
        row.number,
        list(row.told),
        row.created_at,
        row.days or "",
        row.due_on,
        row.state != "open",
        heads.get(row.office_id) if row.state == "open" else None,
        row.memo_number or "",
        *(englishnames.district(row.to_place) if row.to_place else ("", "")),
    )
