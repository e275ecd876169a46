"""What a retry would bring: the act itself, done in a transaction of the real case that is always taken back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain.errors import FormInvalid, NotAllowed, NotFound, RouteStuck, TaskAlreadyDone
from app.models.casefile import case_queries as cases
from app.models.execution import workflow_queries as workflow
from app.models.scope import CaseScope
from app.services.access import officers
from app.services.desk import tasks
from app.services.jobs.jobs import RESULTS
from app.services.jobs.retries import Outcome
from app.services.procedure import releases
from app.services.store import scopes
from app.services.store.scopes import actor_scope
from app.services.workflow import incidents, instances
from app.services.workflow.incidents import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.models.scope import Scope, Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

    #: Does `first`, then an act of this kind, and looks.
    _Act = Callable[
        [Database, AnyRow, Callable[[Session], None], Callable[[Session], "Foreseen"], datetime], "Foreseen"
    ]


@dataclass(frozen=True, slots=True)
class Following:
    """A step that would stand open behind the retry, at an office; `is_new`: it does not stand open now."""

    step_hi: str
    step_en: str
    place: Place
    is_new: bool


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What came of it: `moved` with the steps that follow and the jobs, or why it did not go on.

    `stopped` says why the route is stuck again; the other outcomes are those of a retry.
    """

    outcome: Outcome
    stopped: incidents.Stopped | None = None
    element: tuple[str, str] = ("", "")
    following: list[Following] = field(default_factory=list)
    services: list[tuple[str, str]] = field(default_factory=list)
    has_ended: bool = False


class _Seen(Exception):
    def __init__(self, found: Foreseen) -> None:
        super().__init__()
        self.found = found


def foresee(database: Database, row: AnyRow, first: Callable[[Session], None], now: datetime) -> Foreseen:
    """Do `first`, then what had stopped (an incident that can be retried), look, and take everything back.

    Raises what `first` raises, but a route that is stuck is an outcome.
    """
    own = CaseScope(row.district_id, row.case_id)
    before = {
        each.id for each in database.read(lambda session: workflow.open_tasks(session, row.case_id), own)
    }

    def then(session: Session) -> Foreseen:
        return _seen(session.narrowed(own), row.case_id, before)

    try:
        return _ACTS[row.detail["act"]](database, row, first, then, now)
    except RouteStuck as stuck:
        element_id = stuck.element_id
        label = database.read(lambda session: _label(session, row.case_id, element_id), own)
        return Foreseen(Outcome.STUCK, incidents.reason(stuck), label)
    except TaskAlreadyDone:
        return Foreseen(Outcome.SETTLED)
    except NotAllowed:
        return Foreseen(Outcome.TRANSFERRED)
    except (tasks.WrittenOn, FormInvalid):
        return Foreseen(Outcome.REWRITTEN)


def _task(
    database: Database,
    row: AnyRow,
    first: Callable[[Session], None],
    then: Callable[[Session], Foreseen],
    now: datetime,
) -> Foreseen:
    """Send the officer's form as he had sent it, in his name."""
    sent: dict[str, Any] = row.detail
    sender = database.read(
        lambda session: officers.in_post(session, UUID(sent["officer"]), UUID(sent["posting"]), now),
        scopes.door(row.district_id),
    )
    if sender is None:
        return Foreseen(Outcome.TRANSFERRED)
    sent_at = datetime.fromisoformat(sent["sent_at"])
    act = tasks.kept_act(database, sender, row.user_task_id, sent_at, now)
    return _taken_back(database, actor_scope(sender), [first, act], then)


def _job(
    database: Database,
    row: AnyRow,
    first: Callable[[Session], None],
    then: Callable[[Session], Foreseen],
    now: datetime,
) -> Foreseen:
    """Go on behind the job as if it had been done; the job itself makes papers, and is not tried here."""

    def act(session: Session) -> None:
        case, loaded = releases.with_case_locked(session, row.case_id)
        job = workflow.job_row(session, row.job_id)
        if job is None:
            raise NotFound
        result = dict.fromkeys(RESULTS.get(job.kind, ()), "")
        instances.complete_job(session, case, loaded, job.engine_task_id, result, instances.Act(now))

    return _taken_back(database, CaseScope(row.district_id, row.case_id), [first, act], then)


def _led(lead: Callable[..., object]) -> _Act:
    """What leads a case on of itself: its timers, or, where nothing moves it, what is open laid down anew."""

    def tried(
        database: Database,
        row: AnyRow,
        first: Callable[[Session], None],
        then: Callable[[Session], Foreseen],
        now: datetime,
    ) -> Foreseen:
        def act(session: Session) -> None:
            lead(session, *releases.with_case_locked(session, row.case_id), instances.Act(now))

        return _taken_back(database, CaseScope(row.district_id, row.case_id), [first, act], then)

    return tried


def _taken_back(
    database: Database,
    scope: Scope,
    acts: Sequence[Callable[[Session], None]],
    then: Callable[[Session], Foreseen],
) -> Foreseen:
    """Do the acts in one transaction, look, and let its exception take all of it back."""

    def work(session: Session) -> None:
        for act in acts:
            act(session)
        raise _Seen(then(session))

    try:
        database.write(work, scope)
    except _Seen as seen:
        return seen.found
    raise AssertionError  # pragma: no cover - the write always ends by an exception


def _seen(session: Session, case_id: UUID, before: set[UUID]) -> Foreseen:
    case = cases.find(session, case_id)
    if case is None:
        raise NotFound
    loaded = releases.load(session, case.release_id).engine
    following = [
        Following(
            *loaded.label(task.element_id),
            Place(task.office_kind, task.office_hi, task.office_en),
            task.id not in before,
        )
        for task in workflow.tasks_of(session, case_id)
    ]
    jobs = [workflow.job_row(session, each.id) for each in workflow.open_jobs(session, case_id)]
    services = [loaded.label(job.element_id) for job in jobs if job is not None]
    return Foreseen(
        Outcome.MOVED, following=following, services=services, has_ended=bool(case.status != "open")
    )


def _label(session: Session, case_id: UUID, element_id: str) -> tuple[str, str]:
    case = cases.find(session, case_id)
    if case is None or not element_id:
        return "", ""
    return releases.load(session, case.release_id).engine.label(element_id)


_ACTS = {
    incidents.JOB: _job,
    incidents.TASK: _task,
    incidents.TIMER: _led(instances.fire_timers),
    incidents.WATCH: _led(instances.resume),
}
