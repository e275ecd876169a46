"""An incident tried again by a click, once its cause is mended: the same act, done at most once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain.errors import FormInvalid, NotAllowed, NotFound, RouteStuck, TaskAlreadyDone
from app.models.execution import incident_queries as table
from app.models.execution import workflow_queries as workflow
from app.models.scope import CaseScope
from app.services.access import officers
from app.services.desk import tasks
from app.services.jobs import jobs
from app.services.procedure import releases
from app.services.store import audit, scopes
from app.services.store.scopes import actor_scope
from app.services.workflow import incidents, instances

if TYPE_CHECKING:
    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database


AT_ONCE = 25  # each of them a transaction or two: about a second


class Outcome(StrEnum):
    """What came of it; each has its words on the page."""

    QUEUED = "queued"  # the worker takes it up in a moment
    MOVED = "moved"
    STUCK = "stuck"  # again; the incident says why
    SETTLED = "settled"  # nothing was left to do
    REWRITTEN = "rewritten"  # the officer has gone on writing, or must look at his form: only he can send it
    TRANSFERRED = "transferred"  # the officer does not hold the post any more
    SKIPPED = "skipped"  # the case goes on without it


def retry(database: Database, actor: Actor, incident_id: UUID, now: datetime) -> Outcome:
    """Do once more what had stopped. Raises NotFound for an unknown incident, NotAllowed for one to be put away."""
    scope = actor_scope(actor)
    row = database.read(lambda session: table.incident_row(session, incident_id), scope)
    if row is None:
        raise NotFound
    if row.closed_at is not None:
        return Outcome.SETTLED
    act = row.detail.get("act")
    if act not in incidents.RETRIED_HERE:
        raise NotAllowed
    database.write(partial(_note, actor=actor, row=row, now=now), scope)
    outcome = _AGAIN[act](database, actor, row, now)
    if outcome in (Outcome.MOVED, Outcome.SETTLED):
        database.write(
            lambda session: table.close_incident(session, incident_id, actor.officer_id, now), scope
        )
    return outcome


def retry_all(database: Database, actor: Actor, code: str, now: datetime) -> dict[str, int]:
    """Do once more what had stopped for one cause, the oldest first, as many as one click may take.

    -> outcome -> how many came to it.
    """
    stopped = database.read(incidents.open_incidents, actor_scope(actor))
    same = [line for line in reversed(stopped) if line.code == code and line.may_retry]
    return dict(Counter(str(retry(database, actor, line.id, now)) for line in same[:AT_ONCE]))


def skip(database: Database, actor: Actor, incident_id: UUID, now: datetime) -> Outcome:
    """Let the case go on without a job that failed for good, as a reminder may.

    Raises NotFound for an unknown incident, NotAllowed for a job that a case cannot do without.
    """
    row = database.read(lambda session: table.incident_row(session, incident_id), actor_scope(actor))
    if row is None:
        raise NotFound
    if row.closed_at is not None or row.job_id is None:
        return Outcome.SETTLED
    own = CaseScope(row.district_id, row.case_id)
    try:
        is_skipped = database.write(lambda session: jobs.skip(session, actor, row, now), own)
    except RouteStuck:
        return Outcome.STUCK
    if is_skipped:
        database.write(
            lambda session: table.close_incident(session, incident_id, actor.officer_id, now),
            actor_scope(actor),
        )
    return Outcome.SKIPPED if is_skipped else Outcome.SETTLED


def _note(session: Session, actor: Actor, row: AnyRow, now: datetime) -> None:
    audit.record(session, "admin", "incident:retry", f"incident:{row.id}", actor, now, code=row.code)


def _job(database: Database, _actor: Actor, row: AnyRow, now: datetime) -> Outcome:
    """Give the job to the worker again; its incident is closed when it is done."""
    database.write(
        lambda session: workflow.update_failed_job(session, row.job_id, now),
        CaseScope(row.district_id, row.case_id),
    )
    return Outcome.QUEUED


def _timer(database: Database, _actor: Actor, row: AnyRow, now: datetime) -> Outcome:
    moved = jobs.fire(database, CaseScope(row.district_id, row.case_id), now)
    return Outcome.MOVED if moved else Outcome.STUCK


def _task(database: Database, _actor: Actor, row: AnyRow, now: datetime) -> Outcome:
    """Send the officer's form as he had sent it, in his name and post, if both still hold."""
    sent: dict[str, Any] = row.detail
    sender = database.read(
        lambda session: officers.in_post(session, UUID(sent["officer"]), UUID(sent["posting"]), now),
        scopes.door(row.district_id),
    )
    if sender is None:
        return Outcome.TRANSFERRED
    try:
        tasks.resend(database, sender, row.user_task_id, datetime.fromisoformat(sent["sent_at"]), now)
    except TaskAlreadyDone:
        return Outcome.SETTLED
    except RouteStuck:
        return Outcome.STUCK
    except NotAllowed:
        return Outcome.TRANSFERRED
    except (tasks.WrittenOn, FormInvalid):
        return Outcome.REWRITTEN
    return Outcome.MOVED


def _watch(database: Database, actor: Actor, row: AnyRow, now: datetime) -> Outcome:
    """Lay down anew what is open in the case by the engine's own state."""
    own = CaseScope(row.district_id, row.case_id)

    def act(session: Session) -> None:
        case, loaded = releases.with_case_locked(session, row.case_id)
        instances.resume(session, case, loaded, instances.Act(now))
        thing = f"case:{row.case_id}"
        audit.record(session, thing, "case:resume", thing, actor, now)

    try:
        database.write(act, own)
    except RouteStuck:
        return Outcome.STUCK
    return Outcome.MOVED


_AGAIN = {incidents.JOB: _job, incidents.TASK: _task, incidents.TIMER: _timer, incidents.WATCH: _watch}
