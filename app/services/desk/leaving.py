"""Work that was in the name of an officer who has left his post: nobody's again, and the office is told.

One rule for whatever took the post from him - an order, the last day of a charge or a substitution, an account made
inactive: he has a task as long as he holds a post that does it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import structlog

from app.domain.errors import Unavailable
from app.domain.roles import IN_PERSON, Role
from app.models.casefile import case_queries as cases
from app.models.desk import holding_queries as table
from app.models.scope import CaseScope, SystemReason, SystemScope
from app.services.desk import holding
from app.services.district import calendars
from app.services.workflow import alarms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

log = structlog.get_logger(__name__)

TRANSFER = "transfer"  # the reason that the case tells
_AT_ONCE = 200  # tasks of one tick of the worker
_MOST = 5_000  # of one officer
_WORKER = SystemScope(SystemReason.WORKER)


def give_back(database: Database, district_id: int, officer_id: UUID, now: datetime) -> list[AnyRow]:
    """Put into nobody's name what an officer had in posts that he holds no more; -> office_id, role of each task."""
    scope, day = SystemScope(SystemReason.WORKER, district_id), calendars.day(now)
    found = database.read(lambda session: table.left_behind(session, day, _MOST, officer_id), scope)
    return _let_go(database, found, now)


def sweep(database: Database, now: datetime) -> int:
    """The same of every officer whose post ended by itself, or whose account is shut; -> how many tasks."""
    day = calendars.day(now)
    found = database.read(lambda session: table.left_behind(session, day, _AT_ONCE), _WORKER)
    return len(_let_go(database, found, now))


def _let_go(database: Database, found: Sequence[AnyRow], now: datetime) -> list[AnyRow]:
    """One notice to each thana whose enquiries have nobody's name any more, with the first of them."""
    done: list[AnyRow] = []
    told: set[UUID] = set()
    for row in found:
        tells = Role(row.role) in IN_PERSON and row.office_id not in told
        if _is_let_go(database, row, now, tells=tells):
            done.append(row)
            if tells:
                told.add(row.office_id)
    return done


def _is_let_go(database: Database, row: AnyRow, now: datetime, *, tells: bool) -> bool:
    leave = partial(_leave, task_id=row.id, now=now, tells=tells)
    try:
        return database.write(leave, CaseScope(row.district_id, row.case_id))
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - one case in trouble keeps no other task from its office
        log.warning("task_not_let_go", case=str(row.case_id), error=type(error).__name__)
        return False


def _leave(session: Session, task_id: UUID, now: datetime, *, tells: bool) -> bool:
    """Look again behind the lock; -> whether it was still in the name of somebody who cannot do it."""
    cases.lock(session, session.scope.case_id)  # type: ignore[union-attr]
    task = holding.find(session, task_id)
    holder = task.assigned_to or task.claimed_by
    if task.state != "open" or holder is None:
        return False
    if holder in {each.officer_id for each in holding.doers(session, task, now)}:
        return False
    holding.let_go(session, task, TRANSFER, now)
    if tells:
        alarms.tell_of_the_unnamed(session, task.office_id, case_id=None, at=now)
    return True
