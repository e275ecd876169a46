"""What stands still without anybody having said so: timers and jobs past their time, and cases that nothing moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from app.domain.roles import Permission
from app.models.district import setup_queries
from app.models.execution import stall_queries as table
from app.models.scope import CaseScope, SystemReason, SystemScope
from app.services.procedure import releases
from app.services.workflow import incidents

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.services.store.database import Database

PATIENCE = timedelta(minutes=5)  # a worker looks every second, at timers every fifteen
SHOWN = 100
_AT_ONCE = 200  # cases that one look writes an incident for


@dataclass(frozen=True, slots=True)
class Stall:
    """One thing overdue: a `timer` that did not fire, a job that nobody takes (`queue`) or finished (`lease`).

    Of a case its number alone: whoever keeps the system sees no person.
    """

    why: str
    case_number: str
    step_hi: str
    step_en: str
    since: datetime
    tries: int


def overdue(database: Database, actor: Actor, now: datetime) -> list[Stall]:
    """What of the actor's district is past its time by five minutes, the longest first. Raises NotAllowed."""
    actor.require(Permission.ADMIN_SEE)
    scope = SystemScope(SystemReason.WORKER, actor.district_id)
    return database.read(lambda session: _overdue(session, now), scope)


def _overdue(session: Session, now: datetime) -> list[Stall]:
    before = now - PATIENCE
    found = []
    for row in table.late_timers(session, before, SHOWN):
        loaded = releases.load(session, row.release_id).engine
        label = loaded.label(loaded.host(row.element_id) or row.element_id)
        found.append(Stall("timer", row.number, *label, row.since, 0))
    for row in table.late_jobs(session, before, now, SHOWN):
        label = releases.load(session, row.release_id).engine.label(row.element_id)
        found.append(Stall(row.why, row.number, *label, row.since, row.attempts))
    return sorted(found, key=lambda stall: stall.since)[:SHOWN]


def watch(database: Database, now: datetime) -> int:
    """Write an incident for every open case in which nothing is open, so that it can never move; -> how many.

    No act of the product leaves such a case behind: it is a fault, and nobody would see it but by this look.
    """
    count = 0
    for district_id in database.read(setup_queries.districts, SystemScope(SystemReason.WORKER)):
        count += _watch(database, district_id, now)
    return count


def watch_own(database: Database, actor: Actor, now: datetime) -> int:
    """Look at the actor's district now. Raises NotAllowed."""
    actor.require(Permission.INCIDENT_RETRY)
    return _watch(database, actor.district_id, now)


def _watch(database: Database, district_id: int, now: datetime) -> int:
    scope = SystemScope(SystemReason.WORKER, district_id)
    rows = database.read(lambda session: table.motionless(session, _AT_ONCE), scope)
    for row in rows:
        database.write(
            partial(incidents.report_motionless, case_id=row.id, element_id=row.element_id or "", now=now),
            CaseScope(row.district_id, row.id),
        )
    return len(rows)
