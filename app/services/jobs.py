"""Jobs and timers: claimed with a lease, run outside any officer's request, repeated safely after a crash."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from app import papers
from app.domain.errors import Conflict, NotFound, RouteStuck
from app.models import case_queries as cases
from app.models import workflow_queries as workflow
from app.models.scope import CaseScope, SystemReason, SystemScope
from app.services import audit, certificates, incidents, instances, releases, reminders
from app.services.crashes import crash_point

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from uuid import UUID

    from app.models.base import AnyRow
    from app.models.scope import Session
    from app.services.database import Database

    #: A handler works outside the transaction that finishes the job; -> (what the engine is told, what is
    #: written in the finishing transaction). It is called again after a crash and must then change nothing twice.
    Handler = Callable[[Database, AnyRow], tuple[Mapping[str, Any], Callable[[Session], None]]]

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)  # a paper takes under a second; a worker that is silent this long is dead
MAX_ATTEMPTS = 5
WORKER = SystemScope(SystemReason.WORKER)

HANDLERS: dict[str, Handler] = {
    "issue_report": certificates.issue,
    "remind": reminders.remind,
}
#: Kind of job -> the fields of its result that a diagram may read.
RESULTS: dict[str, tuple[str, ...]] = {"issue_report": ("number",), "remind": ()}


def run_one(database: Database, now: datetime) -> bool:
    """Claim and run one job that is due; False when none is. A failure is counted, never raised."""
    if not database.read(lambda session: workflow.has_due_job(session, now), WORKER):
        return False  # an idle worker only reads
    job = database.write(lambda session: workflow.claim_job(session, now, now + LEASE), WORKER)
    if job is None:
        return False
    crash_point("claimed")
    try:
        result, effects = HANDLERS[job.kind](database, job)
        database.write(lambda session: _finish(session, job, result, effects), _scope(job))
    except Exception as error:  # noqa: BLE001 - the last line of defence: whatever a handler does, the job is kept
        _failed(database, job, error, now)
    crash_point("finished")
    return True


def fire_due_timers(database: Database, now: datetime, limit: int = 50) -> int:
    """Let the cases whose timers are due move; -> how many moved. One transaction a case."""
    due = database.read(lambda session: workflow.due_timers(session, now, limit), WORKER)
    for row in due:
        scope = CaseScope(row.district_id, row.case_id)
        try:
            database.write(partial(_fire, case_id=row.case_id, now=now), scope)
        except (RouteStuck, Conflict, NotFound) as stuck:
            database.write(
                partial(incidents.open_for_timer, case_id=row.case_id, stuck=stuck, now=now), scope
            )
    return len(due)


def beat(database: Database, name: str, now: datetime) -> None:
    """Say that this worker is alive: one row, once a minute."""
    database.write(lambda session: workflow.touch_worker(session, name, now), WORKER)


def _scope(job: AnyRow) -> CaseScope:
    return CaseScope(job.district_id, job.case_id)


def _fire(session: Session, case_id: UUID, now: datetime) -> None:
    case = cases.lock(session, case_id)
    if case is None:
        raise NotFound
    loaded = releases.load(session, case.release_id)
    instances.fire_timers(session, case, loaded, instances.Act(now))


def _finish(
    session: Session, job: AnyRow, result: Mapping[str, Any], effects: Callable[[Session], None]
) -> None:
    """One commit: the handler's rows, the engine's next step, and the job done."""
    case = cases.lock(session, job.case_id)
    mine = workflow.job_row(session, job.id)
    if case is None or mine is None or mine.state not in ("running", "queued"):
        return
    loaded = releases.load(session, case.release_id)
    effects(session)
    workflow.set_job(session, job.id, state="done", lease_until=None, error="")
    act = instances.Act(job.at)
    instances.complete_job(session, case, loaded, job.engine_task_id, result, act)
    audit.record(
        session,
        f"case:{case.id}",
        "job:finish",
        f"job:{job.id}",
        None,
        job.at,
        kind=job.kind,
        element=job.element_id,
    )
    crash_point("before_commit")


def _failed(database: Database, job: AnyRow, error: Exception, now: datetime) -> None:
    """Try again later, each time later; after the last attempt an incident asks for an administrator."""
    code = error.key if hasattr(error, "key") else type(error).__name__
    log.warning("job_failed", job=str(job.id), kind=job.kind, attempt=job.attempts, error=code)
    last = job.attempts >= MAX_ATTEMPTS
    said = error.params if isinstance(error, papers.PapersUnavailable) else {}  # files and places, no person

    def note(session: Session) -> None:
        values = {"state": "failed"} if last else {"state": "queued", "run_at": now + _pause(job.attempts)}
        workflow.set_job(session, job.id, lease_until=None, error=code[:200], **values)
        if last:
            incidents.open_for_job(session, job, code, now, said)

    database.write(note, _scope(job))


def _pause(attempts: int) -> timedelta:
    return timedelta(seconds=15 * 4 ** (attempts - 1))
