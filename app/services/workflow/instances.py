"""Process instances: the one writer of workflow tables. Makes the rows say what the engine says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app import engine
from app.domain.errors import Conflict, RouteStuck
from app.domain.ids import new_id
from app.domain.offices import LANES, NEARER, ONE_PER_DISTRICT, Endorser, OfficeKind
from app.domain.roles import IN_PERSON, Role
from app.models import ahead
from app.models.casefile import case_queries as cases
from app.models.district import office_queries as offices
from app.models.execution import stall_queries as stalls
from app.models.execution import workflow_queries as workflow
from app.models.issuing import paper_queries as papers
from app.models.staff import officer_queries as officers
from app.services.casefile import neighbours
from app.services.casefile.facts import CaseHost
from app.services.district import calendars
from app.services.store import keys, queues
from app.services.timekeeping import clockbook, clocks
from app.services.workflow import alarms, tallies

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.procedure.releases import Loaded

VERIFICATION = "verification"
WITHDRAWAL = "case_withdrawn"
#: Ends of the route at which the department has taken its letter back.
TAKEN_BACK = frozenset({"withdraw_case", "take_back"})


@dataclass(frozen=True, slots=True)
class Act:
    """What moved the case: at which instant, by whom (None: the system), and which user task it finished."""

    at: datetime
    actor: Actor | None = None
    task_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Run:
    """One case on its way through one step."""

    session: Session
    case: AnyRow
    release: Loaded
    act: Act
    key: bytes

    def host(self) -> CaseHost:
        return CaseHost(self.session, self.case, self.act.at)

    def state(self) -> bytes:
        row = workflow.state_of(self.session, self.case.id)
        if row is None or row.revision != self.case.revision:
            raise Conflict
        return keys.open_sealed(self.key, place_of_state(self.case.id), row.blob)


def prepare_beginnings(release: Loaded, at: datetime) -> engine.Beginnings:
    """What `start` takes for all cases of a release that one transaction begins at this instant."""
    return engine.Beginnings(release.engine, VERIFICATION, at)


def start(
    session: Session,
    case: AnyRow,
    release: Loaded,
    begun: engine.Beginnings,
    data: Mapping[str, Any],
    act: Act,
) -> None:
    """Begin the route of a case that this transaction has made. `data` holds routing values only."""
    ahead.first_step(session, case.id, calendars.day(act.at))
    run = _Run(session, case, release, act, keys.unlock(session, case.data_key_id))
    step = begun.start(data, run.host())
    _record(run, step, first=True)


def complete_task(
    session: Session,
    case: AnyRow,
    release: Loaded,
    engine_task_id: str,
    routing: Mapping[str, Any],
    act: Act,
) -> None:
    """Finish one user task with its routing values and go as far as the diagram allows."""
    run = _begin(session, case, release, act)
    step = engine.complete_task(release.engine, run.state(), engine_task_id, routing, run.host(), act.at)
    _record(run, step)


def complete_job(
    session: Session,
    case: AnyRow,
    release: Loaded,
    engine_task_id: str,
    result: Mapping[str, Any],
    act: Act,
) -> None:
    """Hand the result of a service task to the engine; `result` becomes routing values of that element."""
    run = _begin(session, case, release, act)
    step = engine.complete_job(release.engine, run.state(), engine_task_id, result, run.host(), act.at)
    _record(run, step)


def fire_timers(session: Session, case: AnyRow, release: Loaded, act: Act) -> None:
    """Let every timer of the case that is due by `act.at` fire; what piled up during a stop fires once."""
    run = _begin(session, case, release, act)
    _record(run, engine.fire_timers(release.engine, run.state(), run.host(), act.at))


def withdraw(session: Session, case: AnyRow, release: Loaded, act: Act) -> None:
    """Interrupt the route on the department's letter: every open task and timer of the case ends."""
    run = _begin(session, case, release, act)
    _record(run, engine.send_message(release.engine, run.state(), WITHDRAWAL, run.host(), act.at))


def leave_out(
    session: Session, case: AnyRow, release: Loaded, unit: UUID, told: Mapping[str, Any], act: Act
) -> None:
    """Let the case go on without the report of one unit: what that unit has open ends. `told`: codes, for the record.

    Raises TaskAlreadyDone where nothing of it is open, RouteStuck.
    """
    run = _begin(session, case, release, act)
    _record(run, engine.leave_out(release.engine, run.state(), str(unit), told, run.host(), act.at))


def amend(
    session: Session,
    case: AnyRow,
    release: Loaded,
    spot: engine.Spot,
    value: Any,
    told: Mapping[str, Any],
    act: Act,
) -> bytes:
    """Set one routing value of a case; nothing opens or ends by it, but rows that were lost come back.

    `told` is for the record of the case.
    -> the state before, sealed with the case's key. Raises RouteStuck, Conflict.
    """
    run = _begin(session, case, release, act)
    before = run.state()
    step = engine.amend(release.engine, before, spot, value, run.host(), act.at)
    _revive(run, step)
    _record(run, replace(step, moves=(_amended(spot, told),)))
    return keys.seal(run.key, place_of_kept(case.id), before)


def resume(session: Session, case: AnyRow, release: Loaded, act: Act) -> None:
    """Put a case in motion again whose rows have lost what is open in it: they say anew what the engine says.

    Nothing is decided by it. Raises RouteStuck where the engine itself has nothing open, Conflict.
    """
    run = _begin(session, case, release, act)
    step = engine.still(release.engine, run.state(), run.host(), act.at)
    _revive(run, step)
    _record(run, replace(step, moves=()))


def _revive(run: _Run, step: engine.Step) -> None:
    """Open again the rows of what is open in the engine and was cancelled here; their queues count them again."""
    session, case_id = run.session, run.case.id
    before = {row.id for row in workflow.open_tasks(session, case_id)}
    stalls.set_tasks_open(session, case_id, [task.engine_task_id for task in step.tasks])
    stalls.set_jobs_queued(session, case_id, [job.engine_task_id for job in step.jobs], run.act.at)
    back = [row for row in workflow.open_tasks(session, case_id) if row.id not in before]
    if back:
        by_queue = {
            key: queues.Counts(-each.open, -each.free) for key, each in queues.changes(back, ()).items()
        }
        queues.announce(session, case_id, by_queue, run.act.at)
        queues.apply(session, by_queue)


def put_back(
    session: Session,
    case: AnyRow,
    release: Loaded,
    spot: engine.Spot,
    kept: bytes,
    told: Mapping[str, Any],
    act: Act,
) -> None:
    """Put a case back into the state before a value was set, as long as nothing else was done since."""
    run = _begin(session, case, release, act)
    state = keys.open_sealed(run.key, place_of_kept(case.id), kept)
    step = engine.still(release.engine, state, run.host(), act.at)
    _record(run, replace(step, moves=(_amended(spot, told),)))


def _amended(spot: engine.Spot, told: Mapping[str, Any]) -> engine.Move:
    return engine.Move("amended", spot.key, spot.key, None, told)


def _begin(session: Session, case: AnyRow, release: Loaded, act: Act) -> _Run:
    if act.task_id is None:  # an officer's act has read ahead already, together with his task
        ahead.step(session, case.id, case.data_key_id, calendars.day(act.at))
    return _Run(session, case, release, act, keys.unlock(session, case.data_key_id))


def place_of_state(case_id: UUID) -> str:
    """Under which name the engine's state of a case is sealed."""
    return f"engine_state|blob|{case_id}"


def place_of_kept(case_id: UUID) -> str:
    """Under which name the state before a change of a routing value is sealed."""
    return f"amendment|kept|{case_id}"


def _record(run: _Run, step: engine.Step, *, first: bool = False) -> None:
    """Write all that one step left behind. The counts come last, table by table in key order (no deadlocks)."""
    before = {row.engine_task_id: row for row in workflow.open_tasks(run.session, run.case.id)}
    opened = [_task_row(run, task) for task in step.tasks if task.engine_task_id not in before]
    still = {task.engine_task_id for task in step.tasks}
    gone = [row for key, row in before.items() if key not in still]
    _close_tasks(run, gone)
    workflow.insert_tasks(run.session, opened)
    _record_timers(run, step.timers)
    _record_jobs(run, step.jobs)
    is_withdrawn = step.end_event in TAKEN_BACK
    change = (run.act.at, list(before.values()), gone, opened, step.moves, first, is_withdrawn)
    clocks.record(run.session, run.case, clocks.Moved(*change))
    moved = _record_moves(run, step.moves)
    alarms.raise_for(run.session, run.case, step.moves, run.act.at)
    _save_state(run, step, moved, first=first)
    by_queue = queues.changes(gone, opened)
    queues.announce(run.session, run.case.id, by_queue, run.act.at)
    queues.apply(run.session, by_queue)
    done = [row for row in gone if row.id == run.act.task_id]
    tallies.keep(run.session, run.case, gone, opened, done, run.act.at)


def _task_row(run: _Run, task: engine.OpenTask) -> dict[str, Any]:
    unit = task.unit or {}
    enquiry_id = UUID(unit["id"]) if unit.get("id") else None
    role = Role(task.role)
    office_id = _office_for(run, task, unit)
    kind = LANES.get(task.lane, task.lane)
    does = Role.SHO if role in IN_PERSON and unit.get("endorses") == Endorser.ABOVE else role
    days = task.days or 1
    due_on, due_at = clockbook.step_due(run.session, (office_id, kind), days, run.act.at)
    return {
        "id": new_id(run.session.recorded_at),
        "case_id": run.case.id,
        "engine_task_id": task.engine_task_id,
        "element_id": task.element_id,
        "element_path": task.element_path,
        "iteration": task.iteration,
        "lane": task.lane,
        "office_id": office_id,
        "role": does,
        "form": task.form,
        "purpose": run.case.purpose,
        "enquiry_id": enquiry_id,
        "assigned_to": _assignee(run, office_id, does, enquiry_id) if role in IN_PERSON else None,
        "claimed_by": None,
        "claimed_at": None,
        "state": "open",
        "created_at": run.act.at,
        "days": str(days),
        "due_on": due_on,
        "due_at": due_at,
    }


def _office_for(run: _Run, task: engine.OpenTask, unit: Mapping[str, Any]) -> UUID:
    """The office of a lane on this day: the district's one office, or the unit's nearest office of the kind."""
    kind = LANES.get(task.lane)
    office_id: UUID | None = None
    day = run.act.at
    if kind in ONE_PER_DISTRICT:
        office_id = offices.only_of_kind(run.session, kind, calendars.day(day))
    elif kind is OfficeKind.SDPO and not unit:
        office_id = run.case.sdpo_office_id
    elif kind is not None and unit.get("office_id"):
        place = UUID(unit["office_id"])
        nearer = NEARER.get(Role(task.role))
        office_id = offices.nearest_of_kind(run.session, place, nearer) if nearer is not None else None
        office_id = office_id or offices.nearest_of_kind(run.session, place, kind)
    if office_id is None:
        raise RouteStuck("no_office", task.element_id, lane=task.lane)
    return office_id


def _assignee(run: _Run, office_id: UUID, role: Role, enquiry_id: UUID | None) -> UUID | None:
    """A task in person belongs to the officer whom the thana named; nobody, once he holds that post no more."""
    enquiry = cases.enquiry_row(run.session, enquiry_id) if enquiry_id is not None else None
    if enquiry is None or enquiry.officer_id is None:
        return None
    day = calendars.day(run.act.at)
    if role in officers.roles_in(run.session, enquiry.officer_id, office_id, day):
        named: UUID = enquiry.officer_id
        return named
    alarms.tell_of_the_unnamed(run.session, office_id, run.case.id, run.act.at)
    return None


def _close_tasks(run: _Run, gone: Sequence[AnyRow]) -> None:
    done = run.act.task_id
    if done is not None:
        by = run.act.actor.officer_id if run.act.actor is not None else None
        workflow.finish_task(run.session, done, by, run.act.at)
    workflow.cancel_tasks(run.session, [row.id for row in gone if row.id != done], run.act.at)


def _record_timers(run: _Run, timers: Sequence[engine.Timer]) -> None:
    before = {row.engine_task_id: row for row in workflow.timers_of(run.session, run.case.id)}
    wanted = {timer.engine_task_id: timer for timer in timers}
    workflow.insert_timers(
        run.session,
        [
            {
                "id": new_id(run.session.recorded_at),
                "case_id": run.case.id,
                "engine_task_id": timer.engine_task_id,
                "element_id": timer.element_id,
                "due_at": timer.due_at,
            }
            for key, timer in wanted.items()
            if key not in before
        ],
    )
    for key in before.keys() & wanted.keys():
        if before[key].due_at != wanted[key].due_at:
            workflow.move_timer(run.session, before[key].id, wanted[key].due_at)
    workflow.delete_timers(run.session, [row.id for key, row in before.items() if key not in wanted])


def _record_jobs(run: _Run, jobs: Sequence[engine.Job]) -> None:
    before = {row.engine_task_id: row for row in workflow.open_jobs(run.session, run.case.id)}
    wanted = {job.engine_task_id: job for job in jobs}
    workflow.insert_jobs(
        run.session,
        [
            {
                "id": new_id(run.session.recorded_at),
                "case_id": run.case.id,
                "engine_task_id": job.engine_task_id,
                "element_id": job.element_id,
                "element_path": job.element_path,
                "kind": job.kind,
                "params": dict(job.params),
                "state": "queued",
                "at": run.act.at,
                "run_at": run.act.at,
            }
            for key, job in wanted.items()
            if key not in before
        ],
    )
    workflow.cancel_jobs(run.session, [row.id for key, row in before.items() if key not in wanted])


def _record_moves(run: _Run, moves: Sequence[engine.Move]) -> int:
    workflow.insert_steps(
        run.session,
        [
            {
                "case_id": run.case.id,
                "seq": run.case.step_seq + number,
                "kind": move.kind,
                "element_id": move.element_id,
                "element_path": move.element_path,
                "unit_office_id": UUID(move.unit["office_id"]) if move.unit else None,
                "routing": dict(move.routing),
                "facts": None,
                "release_id": run.release.id,
                "at": run.act.at,
                "recorded_at": run.session.recorded_at,
            }
            for number, move in enumerate(moves, start=1)
        ],
    )
    return len(moves)


def _save_state(run: _Run, step: engine.Step, moved: int, *, first: bool) -> None:
    sealed = keys.seal(run.key, place_of_state(run.case.id), step.state)
    values = {
        "revision": run.case.revision + 1,
        "blob": sealed,
        "engine_version": engine.VERSION,
    }
    if first:
        workflow.insert_state(run.session, {"case_id": run.case.id, **values})
    else:
        workflow.update_state(run.session, run.case.id, values)
    change: dict[str, Any] = {"step_seq": run.case.step_seq + moved}
    if step.ended:
        ahead.ending(run.session, run.case.id)
        status = _final_status(run, step.end_event)
        clockbook.settle(run.session, run.case, run.act.at, status)
        neighbours.ended(run.session, run.case, status, run.act.at)
        change |= {"status": status, "closed_at": run.act.at}
    if not cases.advance(run.session, run.case.id, run.case.revision, change):
        raise Conflict


def _final_status(run: _Run, end_event: str | None) -> str:
    if end_event in TAKEN_BACK:
        return "withdrawn"
    return "issued" if papers.has_issued(run.session, run.case.id) else "closed"
