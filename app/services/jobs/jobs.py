"""Jobs and timers: claimed with a lease, run outside any officer's request, repeated safely after a crash."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from app.domain.errors import NotAllowed, NotFound, RouteStuck, Unavailable
from app.models.casefile import case_queries as cases
from app.models.execution import workflow_queries as workflow
from app.models.scope import CaseScope, SystemReason, SystemScope
from app.pades import KeyRefused
from app.services.papers import certificates, superseding
from app.services.procedure import releases
from app.services.store import audit
from app.services.store.crashes import crash_point
from app.services.workflow import incidents, instances, reminders
from app.services.workflow.work import Waits

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database
    from app.services.workflow.work import Work

    #: A handler works outside the transaction that finishes the job. After a crash it is called again, and two
    #: workers may be at it when the first was silent for too long: it must change nothing twice.
    Handler = Callable[[Database, AnyRow], Work]

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)  # a paper takes under a second; a worker that is silent this long is dead
MAX_ATTEMPTS = 5  # before an administrator is asked, and again after each time that he has it tried
FIRST_PAUSE = timedelta(seconds=15)  # after a failure; four times as long after each further one
LOOK_AGAIN = timedelta(hours=1)  # at a timer that cannot fire, and at most at a key; sooner by a click
WORKER = SystemScope(SystemReason.WORKER)

HANDLERS: dict[str, Handler] = {
    "issue_report": certificates.issue,
    "remind": reminders.remind,
    superseding.JOB: superseding.issue,
}
#: Kind of job of a service task -> the fields of its result that a diagram may read.
RESULTS: dict[str, tuple[str, ...]] = {"issue_report": ("number",), "remind": ()}


class LeaseLost(Exception):
    """The job is not ours any more: another worker has it, or has done it, or its case was withdrawn meanwhile."""


def run_one(database: Database, now: datetime) -> bool:
    """Claim and run one job that is due; False when none is. A failure is counted, never raised.

    `now` says what is due, and may lie in times gone by; a lease is held by the machine's clock, so that no other
    worker takes a job in hand for one whose worker has died. A kind that this version does not know is left to the
    workers of the next one.

    Raises Unavailable when there is no database to count it in; the job is then taken up again after its lease.
    """
    if not database.read(lambda session: workflow.has_due_job(session, tuple(HANDLERS), now), WORKER):
        return False  # an idle worker only reads
    job = database.write(lambda session: _claim(session, now), WORKER)
    if job is None:
        return False
    crash_point("claimed")
    try:
        _carry_out(database, job)
    except Waits as waits:
        database.write(partial(_put_back, job=job, waits=waits), _scope(job))
    except LeaseLost:
        log.warning("job_lost", job=str(job.id), kind=job.kind, attempt=job.attempts)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - the last line of defence: whatever a handler does, the job is kept
        _failed(database, job, error, now)
    crash_point("finished")
    return True


def fire_due_timers(database: Database, now: datetime, limit: int = 50) -> int:
    """Let the cases whose timers are due move; -> how many were looked at. One transaction a case.

    A case that cannot move gets an incident and is looked at again later, so that it holds up no other.
    """
    due = database.read(lambda session: workflow.due_timers(session, now, limit), WORKER)
    for row in due:
        fire(database, CaseScope(row.district_id, row.case_id), now)
    return len(due)


def fire(database: Database, scope: CaseScope, now: datetime) -> bool:
    """Let the timers of one case fire that are due; False when that did not go, and an incident says why."""
    try:
        database.write(lambda session: _fire(session, scope.case_id, now), scope)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one case, the others move
        log.warning("timer_failed", case=str(scope.case_id), error=incidents.reason(error).code)
        database.write(partial(_put_off, case_id=scope.case_id, error=error, now=now), scope)
        return False
    return True


def beat(database: Database, name: str, now: datetime) -> None:
    """Say that this worker is alive: one row, once a minute."""
    database.write(lambda session: workflow.touch_worker(session, name, now), WORKER)


def _scope(job: AnyRow) -> CaseScope:
    return CaseScope(job.district_id, job.case_id)


def _claim(session: Session, now: datetime) -> AnyRow | None:
    """Take the next job for as long as a lease lasts; one over which worker after worker died is stopped."""
    row = workflow.lock_next_job(session, tuple(HANDLERS), now)
    if row is None:
        return None
    if row.state == "running" and _is_last(row.attempts):
        own = session.narrowed(CaseScope(row.district_id, row.case_id))
        if workflow.update_claimed_job(own, row.id, row.lease_until, state="failed", error="worker_lost"):
            incidents.report_job(own, row, incidents.Stopped("worker_lost"), now)
        return None
    return workflow.claim_job(session, row, LEASE)


def _carry_out(database: Database, job: AnyRow) -> None:
    """Do the job and write it down. Raises LeaseLost, and then nothing of it is left."""
    work = HANDLERS[job.kind](database, job)
    try:
        database.write(lambda session: _finish(session, job, work), _scope(job))
    except Unavailable:
        raise  # perhaps it was committed and only the answer lost: what lies outside must stay
    except Exception:
        work.tidy(False)  # noqa: FBT003
        raise
    work.tidy(True)  # noqa: FBT003


def _finish(session: Session, job: AnyRow, work: Work) -> None:
    """One commit: the handler's rows, the engine's next step, and the job done, if its lease still holds."""
    case = cases.lock(session, job.case_id)
    if case is None:
        raise NotFound
    if not workflow.update_claimed_job(session, job.id, job.lease_until, state="done", error=""):
        raise LeaseLost
    loaded = releases.load(session, case.release_id)
    work.rows(session)
    if work.result is not None:
        act = instances.Act(job.at)
        instances.complete_job(session, case, loaded, job.engine_task_id, work.result, act)
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


def skip(session: Session, actor: Actor, incident: AnyRow, now: datetime) -> bool:
    """End a job that failed for good without doing it; False when it is not waiting for that any more.

    Raises NotAllowed for a kind that a case cannot do without, RouteStuck when the route does not go on behind it.
    """
    case, loaded = releases.with_case_locked(session, incident.case_id)
    job = workflow.job_row(session, incident.job_id)
    if job is None:
        raise NotFound
    if job.kind not in incidents.SKIPPABLE:
        raise NotAllowed
    if not workflow.cancel_failed_job(session, job.id):
        return False
    instances.complete_job(session, case, loaded, job.engine_task_id, {}, instances.Act(now))
    stream, thing = f"case:{case.id}", f"job:{job.id}"
    audit.record(session, stream, "job:skip", thing, actor, now, kind=job.kind, element=job.element_id)
    return True


def _put_back(session: Session, job: AnyRow, waits: Waits) -> None:
    """Leave the job to the hand that it waits for; waiting is no attempt that failed."""
    then = {"state": "queued", "run_at": waits.until(session), "attempts": 0}
    workflow.update_claimed_job(session, job.id, job.lease_until, error="", **then)


def _failed(database: Database, job: AnyRow, error: Exception, now: datetime) -> None:
    """Try again later, each time later; after the last attempt an incident asks for an administrator.

    A route that is stuck behind the job does not come free by waiting, nor does a key open: there the first
    attempt is the last. For its key a paper is looked at again, see `keysback`; each time later, lest one that
    opens and does not sign be tried without end.
    """
    why = incidents.reason(error)
    log.warning("job_failed", job=str(job.id), kind=job.kind, attempt=job.attempts, error=why.code)
    is_last = isinstance(error, RouteStuck | KeyRefused) or _is_last(job.attempts)
    then: dict[str, Any] = {"state": "failed" if is_last else "queued"}
    if isinstance(error, KeyRefused):
        then["run_at"] = now + min(_longer(min(job.attempts, MAX_ATTEMPTS)), LOOK_AGAIN)
    elif not is_last:
        then["run_at"] = now + _pause(job.attempts)

    def note(session: Session) -> None:
        if workflow.update_claimed_job(session, job.id, job.lease_until, error=why.code, **then) and is_last:
            incidents.report_job(session, job, why, now)

    database.write(note, _scope(job))


def _is_last(attempts: int) -> bool:
    return attempts % MAX_ATTEMPTS == 0


def _pause(attempts: int) -> timedelta:
    return _longer(attempts % MAX_ATTEMPTS)


def _longer(failures: int) -> timedelta:
    return FIRST_PAUSE * int(4 ** (failures - 1))


def _fire(session: Session, case_id: UUID, now: datetime) -> None:
    case, loaded = releases.with_case_locked(session, case_id)
    instances.fire_timers(session, case, loaded, instances.Act(now))
    incidents.settle_timers(session, case_id, now)
    crash_point("timer_fired")


def _put_off(session: Session, case_id: UUID, error: Exception, now: datetime) -> None:
    """Say why the timers of a case cannot fire, and look at them again later."""
    incidents.report_timers(session, case_id, incidents.reason(error), now)
    workflow.move_due_timers(session, case_id, now, now + LOOK_AGAIN)
