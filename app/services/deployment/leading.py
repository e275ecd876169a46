"""A running case led over to another release: its rows keep what officers see, the engine's state is the new one."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app import engine
from app.domain.errors import Conflict, NotFound, RouteStuck
from app.domain.ids import new_id
from app.models import case_queries as cases
from app.models import moves as table
from app.models import workflow_queries as workflow
from app.services.casefile.record import MOVED
from app.services.deployment import rehearsal
from app.services.deployment.rehearsal import World
from app.services.procedure import releases
from app.services.store import audit, keys
from app.services.store.keys import KeyDestroyed
from app.services.workflow import tallies
from app.services.workflow.instances import VERIFICATION, place_of_state

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.models.base import AnyRow
    from app.models.scope import Session
    from app.services.procedure.releases import Loaded


class Stays(Exception):
    """The case stays on its release; `code` says why, `element_id` at which step."""

    def __init__(self, code: str, element_id: str = "") -> None:
        super().__init__(code)
        self.code, self.element_id = code, element_id


@dataclass(frozen=True, slots=True)
class Ready:
    """A case that can be led over: at which revision that was seen, and where it stands on the new release."""

    revision: int
    release_id: UUID
    step: engine.Step


def look(session: Session, case: AnyRow, target: Loaded, now: datetime) -> Ready:
    """Try a case on another release by what its officers did. Raises Stays; changes nothing.

    It can go over where its way so far is the same step by step, every decision answered the same, and the same
    steps stand open for the same offices and forms: all that changes for it lies ahead.
    """
    if workflow.open_jobs(session, case.id):
        raise Stays("service")
    loaded = releases.load(session, case.release_id)
    try:
        past = rehearsal.recall(session, case, loaded)
        reached = rehearsal.reach(past, target.engine, World(session, case), now)
    except (KeyDestroyed, rehearsal.NoRecord) as error:
        raise Stays("unreadable") from error
    except RouteStuck as stuck:
        raise Stays("halted", stuck.element_id) from stuck
    _compare(past, reached)
    for task in reached.step.tasks:
        _same_step(loaded.engine, target.engine, task.element_id)
    return Ready(case.revision, case.release_id, reached.step)


def _compare(past: rehearsal.Past, reached: rehearsal.Reached) -> None:
    step = reached.step
    if step.ended or step.jobs:
        raise Stays("otherwise", step.end_event or step.jobs[0].element_id)
    for more, code in (
        (reached.opened - past.opened, "new_step"),
        (past.opened - reached.opened, "lost_step"),
    ):
        for element_id, _ in more:
            raise Stays(code, element_id)
    open_now = rehearsal.places(step.tasks)
    for element_id, _ in (open_now - past.waiting) + (past.waiting - open_now):
        raise Stays("otherwise", element_id)
    if any(count > 1 for count in open_now.values()):
        raise Stays("otherwise", next(iter(open_now))[0])
    for element_id in past.decided.keys() | reached.decided.keys():
        if list(past.decided.get(element_id, ())) != list(reached.decided.get(element_id, ())):
            raise Stays("decides", element_id)


def _same_step(old: engine.Release, new: engine.Release, element_id: str) -> None:
    was, becomes = old.user_tasks[element_id], new.user_tasks[element_id]
    if (was.form, was.lane, was.role) != (becomes.form, becomes.lane, becomes.role):
        raise Stays("step_changed", element_id)


def lead_over(session: Session, case_id: UUID, ready: Ready, target: Loaded, now: datetime) -> None:
    """Put a case on another release as `look` has seen it; what it was is kept to go back to.

    Tasks keep their rows, with holder, draft and due date. Raises Conflict when it went on meanwhile.
    """
    case = _locked(session, case_id)
    if (case.revision, case.release_id) != (ready.revision, ready.release_id):
        raise Conflict
    version = releases.version_of(session, case.release_id)
    key = keys.unlock(session, case.data_key_id)
    kept = keys.seal_json(key, _place(case_id), _snapshot(session, case, key))
    new = {rehearsal.place(task): task for task in ready.step.tasks}
    for row in workflow.open_tasks(session, case_id):
        task = new[row.element_id, "" if row.enquiry_id is None else str(row.enquiry_id)]
        table.set_place(session, row.id, task.engine_task_id, task.element_path, task.iteration)
    timers = [(each.engine_task_id, each.element_id, each.due_at) for each in ready.step.timers]
    _set_timers(session, case_id, timers)
    change = {"moved_from": version, "moved_revision": case.revision + 1, "before": kept}
    sealed = keys.seal(key, place_of_state(case_id), ready.step.state)
    _put(session, case, target.id, {"blob": sealed, **change}, now)


def put_back(session: Session, case_id: UUID, now: datetime) -> None:
    """Put a case back on the release that it was led away from. Raises Stays when anything was done since."""
    case = _locked(session, case_id)
    kept = table.before(session, case_id)
    if kept is None or kept.before is None or kept.moved_revision != case.revision:
        raise Stays("gone_on")
    key = keys.unlock(session, case.data_key_id)
    was: dict[str, Any] = keys.open_json(key, _place(case_id), kept.before)
    for task_id, (engine_task_id, path, iteration) in was["tasks"].items():
        table.set_place(session, UUID(task_id), engine_task_id, path, iteration)
    timers = [(own, element_id, datetime.fromisoformat(due)) for own, element_id, due in was["timers"]]
    _set_timers(session, case_id, timers)
    sealed = keys.seal(key, place_of_state(case_id), b64decode(was["blob"]))
    nothing = {"moved_from": None, "moved_revision": None, "before": None}
    _put(session, case, UUID(was["release"]), {"blob": sealed, **nothing}, now)


def _locked(session: Session, case_id: UUID) -> AnyRow:
    case = cases.lock(session, case_id)
    if case is None or case.status != "open":
        raise NotFound
    return case


def _snapshot(session: Session, case: AnyRow, key: bytes) -> dict[str, Any]:
    """What goes back: the engine's state, by which ids it knows tasks and timers, and of which release."""
    row = workflow.state_of(session, case.id)
    if row is None or row.revision != case.revision:
        raise Conflict
    tasks = workflow.tasks_of(session, case.id)
    return {
        "release": str(case.release_id),
        "blob": b64encode(keys.open_sealed(key, place_of_state(case.id), row.blob)).decode(),
        "tasks": {str(each.id): [each.engine_task_id, each.element_path, each.iteration] for each in tasks},
        "timers": [
            [each.engine_task_id, each.element_id, each.due_at.isoformat()]
            for each in workflow.timers_of(session, case.id)
        ],
    }


def _set_timers(session: Session, case_id: UUID, timers: Sequence[tuple[str, str, datetime]]) -> None:
    workflow.delete_timers(session, [each.id for each in workflow.timers_of(session, case_id)])
    workflow.insert_timers(
        session,
        [
            {
                "id": new_id(session.recorded_at),
                "case_id": case_id,
                "engine_task_id": own,
                "element_id": element_id,
                "due_at": due_at,
            }
            for own, element_id, due_at in timers
        ],
    )


def _put(session: Session, case: AnyRow, release_id: UUID, state: Mapping[str, Any], now: datetime) -> None:
    """Write state, record, sums and the case's own row; the timeline tells of it."""
    versions = [releases.version_of(session, each) for each in (case.release_id, release_id)]
    revision = {"revision": case.revision + 1, "engine_version": engine.VERSION}
    workflow.update_state(session, case.id, {**revision, **state})
    told = {
        "case_id": case.id,
        "seq": case.step_seq + 1,
        "kind": MOVED,
        "element_id": VERIFICATION,
        "element_path": VERIFICATION,
        "unit_office_id": None,
        "routing": {"from": versions[0], "to": versions[1]},
        "facts": None,
        "release_id": release_id,
        "at": now,
        "recorded_at": session.recorded_at,
    }
    workflow.insert_steps(session, [told])
    every = workflow.tasks_of(session, case.id, states=workflow.EVERY_STATE)
    tallies.change_release(session, case, every, release_id)
    thing = f"case:{case.id}"
    audit.record(session, thing, "case:move", thing, None, now, before=versions[0], after=versions[1])
    change = {"release_id": release_id, "step_seq": case.step_seq + 1}
    if not cases.advance(session, case.id, case.revision, change):
        raise Conflict


def _place(case_id: UUID) -> str:
    return f"engine_state|before|{case_id}"
