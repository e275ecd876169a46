"""Papers that stopped because nothing could sign them: they go on by themselves once their key works again."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from app import pades
from app.models.execution import workflow_queries as workflow
from app.models.issuing import stoppedpapers as table
from app.models.scope import CaseScope, SystemReason, SystemScope
from app.services.papers import ownhand

if TYPE_CHECKING:
    from datetime import datetime

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

AT_ONCE = 50  # of one office at one look: a paper takes the worker about a second


def go_on(database: Database, now: datetime) -> int:
    """Give the worker the papers whose key signs now, as many of each office as one look may take; -> how many.

    The key is an office's, on a file or a token, or an officer's own certificate; an office that signs in ink by now
    holds up nothing, either. Only reads where no paper stands still. Two workers at once take a paper up once, and
    the number that it has is its task's.
    """
    scope = SystemScope(SystemReason.WORKER)
    groups = database.read(lambda session: table.groups(session, table.FOR_A_KEY), scope)
    return sum(
        _go_on(database, group, now) for group in groups if group.next_at <= now and _signs(database, group)
    )


def _signs(database: Database, group: AnyRow) -> bool:
    """Whether the papers of an office that one officer decided can be signed, by the machine's clock."""
    return database.read(
        lambda session: _can_sign(session, database, group),
        SystemScope(SystemReason.WORKER, group.district_id),
    )


def _can_sign(session: Session, database: Database, group: AnyRow) -> bool:
    side, at = group.kind.removesuffix("_office"), session.recorded_at
    if not database.office_keys.is_by_hand(group.district_id, side):
        return database.office_keys.state(group.district_id, side, at).state != "unusable"
    try:
        ownhand.usable(session, group.signed_by, at)
    except pades.KeyRefused:
        return False
    return True


def _go_on(database: Database, group: AnyRow, now: datetime) -> int:
    scope = SystemScope(SystemReason.WORKER, group.district_id)
    rows = database.read(
        lambda session: table.jobs_of(session, group.kind, group.signed_by, table.FOR_A_KEY, now, AT_ONCE),
        scope,
    )
    return sum(
        database.write(
            partial(workflow.update_failed_job, job_id=row.id, at=now),
            CaseScope(group.district_id, row.case_id),
        )
        for row in rows
    )


def counts(database: Database, district_id: int) -> dict[str, int]:
    """Side (dm | sp) -> how many papers of that office stand still for want of a key; no word of whose they are."""
    scope, found = SystemScope(SystemReason.WORKER, district_id), Counter[str]()
    for group in database.read(lambda session: table.groups(session, table.FOR_A_KEY), scope):
        found[group.kind.removesuffix("_office")] += group.papers
    return dict(found)
