"""A running case led over to another release: its rows keep what officers see, the engine's state is the new one."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app import engine
from app.domain.errors import Conflict, NotFound, RouteStuck
from app.domain.ids import new_id
from app.models.casefile import case_queries as cases
from app.models.deployment import moves as table
from app.models.execution import workflow_queries as workflow
from app.services.casefile.record import MOVED
from app.services.deployment import mapping, rehearsal
from app.services.deployment.rehearsal import World
from app.services.procedure import releases
from app.services.store import audit, keys, queues
from app.services.store.keys import KeyDestroyed
from app.services.workflow import tallies
from app.services.workflow.instances import VERIFICATION, place_of_state

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.deployment.mapping import Reading
    from app.services.procedure.releases import Loaded

_TRIES = 3  # made-up ways to the end, of a case whose steps become others
#: What is kept of an open task to go back to; older snapshots have the first three.
_PLACE = ("engine_task_id", "element_path", "iteration", "element_id", "form", "role")


class Stays(Exception):
    """The case stays on its release; `code` says why, `element_id` at which step."""

    def __init__(self, code: str, element_id: str = "") -> None:
        super().__init__(code)
        self.code, self.element_id = code, element_id


@dataclass(frozen=True, slots=True)
class Ready:
    """A case that can be led over: at which revision that was seen, and where it stands on the new release.

    `reading`: which of its steps are others there; none where all are the same.
    """

    revision: int
    release_id: UUID
    step: engine.Step
    reading: Reading


@dataclass(frozen=True, slots=True)
class Target:
    """The release that cases are led to, with what was chosen for steps that it lacks or has changed.

    `world`: what made-up cases of it are asked; with it, a case whose steps become others is led on to its end.
    """

    loaded: Loaded
    chosen: Mapping[str, str] = field(default_factory=dict)
    world: engine.World | None = None


def look(session: Session, case: AnyRow, target: Target, now: datetime) -> Ready:
    """Try a case on another release by what its officers did. Raises Stays; changes nothing.

    It can go over where its way so far is the same step by step, every decision answered the same, and the same
    steps stand open for the same offices and forms, or those that were chosen for them: what changes lies ahead.
    """
    if workflow.open_jobs(session, case.id):
        raise Stays("service")
    loaded = releases.load(session, case.release_id)
    try:
        past = rehearsal.recall(session, case, loaded)
    except (KeyDestroyed, rehearsal.NoRecord) as error:
        raise Stays("unreadable") from error
    chosen = _choices(past, loaded, target)
    refused: Stays | None = None
    for reading in mapping.readings(past, chosen):
        try:
            step = _tried(session, case, mapping.retold(past, reading), target, now)
        except Stays as stays:
            refused = refused or stays
        else:
            _same_steps(loaded, target, reading, step)
            return Ready(case.revision, case.release_id, step, reading)
    raise refused or Stays("otherwise")


def _choices(past: rehearsal.Past, loaded: Loaded, target: Target) -> dict[str, str]:
    """What was chosen of the steps at which the case stands or was; each must have a place on the new release."""
    found: dict[str, str] = {}
    waiting = {element_id for element_id, _ in past.waiting}
    for change in mapping.changes(loaded, target.loaded):
        element_id = change.step.element_id
        chosen = target.chosen.get(element_id)
        is_open = element_id in waiting
        if not is_open and (change.code != "lacks" or all(each != element_id for each, _ in past.opened)):
            continue
        if chosen is None:
            raise Stays("needs_mapping", element_id)
        if is_open and chosen == mapping.GONE:
            raise Stays("no_place", element_id)
        if code := mapping.refusal(loaded, target.loaded, element_id, chosen):
            raise Stays(f"choice_{code}", element_id)
        found[element_id] = chosen
    return found


def _tried(
    session: Session, case: AnyRow, past: rehearsal.Past, target: Target, now: datetime
) -> engine.Step:
    """Lead a retold past through the new release to where the case stands; where steps differ, on to an end."""
    release = target.loaded.engine
    try:
        reached = rehearsal.reach(past, release, World(session, case), now)
    except (KeyDestroyed, rehearsal.NoRecord) as error:
        raise Stays("unreadable") from error
    except RouteStuck as stuck:
        raise Stays("halted", stuck.element_id) from stuck
    _compare(past, reached)
    if target.chosen and target.world is not None:
        fault = engine.foresee(release, target.world, reached.step, now, _TRIES)
        if fault is not None:
            raise Stays("lacks_data", fault.element_id)
    return reached.step


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


def _same_steps(loaded: Loaded, target: Target, reading: Reading, step: engine.Step) -> None:
    """What stands open is the same step for the same office and form, or was chosen."""
    chosen = set(reading.still.values())
    for element_id in {task.element_id for task in step.tasks} - chosen:
        was, becomes = (each.engine.user_tasks[element_id] for each in (loaded, target.loaded))
        if mapping.difference(was, becomes):
            raise Stays("step_changed", element_id)


def lead_over(session: Session, case_id: UUID, ready: Ready, target: Target, now: datetime) -> None:
    """Put a case on another release as `look` has seen it; what it was is kept to go back to.

    Tasks keep their rows, with holder, draft and due date. Raises Conflict when it went on meanwhile.
    """
    case = _locked(session, case_id)
    if (case.revision, case.release_id) != (ready.revision, ready.release_id):
        raise Conflict
    version = releases.version_of(session, case.release_id)
    key = keys.unlock(session, case.data_key_id)
    kept = keys.seal_json(key, _place(case_id), _snapshot(session, case, key))
    new, still = {rehearsal.place(task): task for task in ready.step.tasks}, ready.reading.still
    places: dict[UUID, dict[str, Any]] = {}
    for row in workflow.open_tasks(session, case_id):
        element_id = still.get(row.element_id, row.element_id)
        task = new[element_id, "" if row.enquiry_id is None else str(row.enquiry_id)]
        places[row.id] = {
            "engine_task_id": task.engine_task_id,
            "element_path": task.element_path,
            "iteration": task.iteration,
        }
        if row.element_id in still:
            places[row.id] |= {"element_id": element_id, "form": task.form, "role": task.role}
    timers = [(each.engine_task_id, each.element_id, each.due_at) for each in ready.step.timers]
    _set_timers(session, case_id, timers)
    change = {"moved_from": version, "moved_revision": case.revision + 1, "before": kept}
    sealed = keys.seal(key, place_of_state(case_id), ready.step.state)
    steps = dict(ready.reading.done) | {
        each: name for each, name in still.items() if each not in ready.reading.done
    }
    told = {"steps": {each: name for each, name in steps.items() if each != name}}
    _put(session, case, target.loaded.id, places, {"blob": sealed, **change}, told, now)


def put_back(session: Session, case_id: UUID, now: datetime) -> None:
    """Put a case back on the release that it was led away from. Raises Stays when anything was done since."""
    case = _locked(session, case_id)
    kept = table.before(session, case_id)
    if kept is None or kept.before is None or kept.moved_revision != case.revision:
        raise Stays("gone_on")
    key = keys.unlock(session, case.data_key_id)
    was: dict[str, Any] = keys.open_json(key, _place(case_id), kept.before)
    places = {
        UUID(task_id): dict(zip(_PLACE, place, strict=False)) for task_id, place in was["tasks"].items()
    }
    timers = [(own, element_id, datetime.fromisoformat(due)) for own, element_id, due in was["timers"]]
    _set_timers(session, case_id, timers)
    sealed = keys.seal(key, place_of_state(case_id), b64decode(was["blob"]))
    nothing = {"moved_from": None, "moved_revision": None, "before": None}
    _put(session, case, UUID(was["release"]), places, {"blob": sealed, **nothing}, {"undone": True}, now)


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
        "tasks": {str(each.id): [getattr(each, name) for name in _PLACE] for each in tasks},
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


def _put(
    session: Session,
    case: AnyRow,
    release_id: UUID,
    places: Mapping[UUID, Mapping[str, Any]],
    state: Mapping[str, Any],
    change: Mapping[str, Any],
    now: datetime,
) -> None:
    """Write tasks, state, record, sums and the case's own row; the timeline tells of it by `change`."""
    before = {row.id: row for row in workflow.tasks_of(session, case.id)}
    by_queue, renamed = _set_places(session, before, places)
    versions = [releases.version_of(session, each) for each in (case.release_id, release_id)]
    revision = {"revision": case.revision + 1, "engine_version": engine.VERSION}
    workflow.update_state(session, case.id, {**revision, **state})
    names = {"tasks": {str(own): pair for own, pair in renamed.items()}} if renamed else {}
    told = {
        "case_id": case.id,
        "seq": case.step_seq + 1,
        "kind": MOVED,
        "element_id": VERIFICATION,
        "element_path": VERIFICATION,
        "unit_office_id": None,
        "routing": {
            "from": versions[0],
            "to": versions[1],
            **{k: v for k, v in change.items() if v},
            **names,
        },
        "facts": None,
        "release_id": release_id,
        "at": now,
        "recorded_at": session.recorded_at,
    }
    workflow.insert_steps(session, [told])
    every = workflow.tasks_of(session, case.id, states=workflow.EVERY_STATE)
    thing = f"case:{case.id}"
    audit.record(session, thing, "case:move", thing, None, now, before=versions[0], after=versions[1])
    if not cases.advance(
        session, case.id, case.revision, {"release_id": release_id, "step_seq": case.step_seq + 1}
    ):
        raise Conflict
    if by_queue:
        queues.announce(session, case.id, by_queue, now)
        queues.apply(session, by_queue)
    was = {own: pair[0] for own, pair in renamed.items()}
    tallies.change_release(session, case, every, release_id, was)


def _set_places(
    session: Session, before: Mapping[UUID, AnyRow], places: Mapping[UUID, Mapping[str, Any]]
) -> tuple[dict[queues.QueueKey, queues.Counts], dict[UUID, tuple[str, str]]]:
    """Put open tasks at their new places; -> what the queues change by, and which tasks stand at another step."""
    by_queue: dict[queues.QueueKey, queues.Counts] = {}
    renamed: dict[UUID, tuple[str, str]] = {}
    for task_id, place in places.items():
        row, values = before[task_id], dict(place)
        element_id, role = values.get("element_id", row.element_id), values.get("role", row.role)
        if role != row.role:  # whoever held it may not be of that post
            values |= {"claimed_by": None, "claimed_at": None, "claim_until": None, "assigned_to": None}
        table.set_place(session, task_id, values)
        if element_id != row.element_id:
            renamed[task_id] = (row.element_id, element_id)
        was_free = row.claimed_by is None and row.assigned_to is None
        is_free = was_free or role != row.role
        for where, more in (((row.role, row.element_id), -1), ((role, element_id), 1)):
            key = (row.office_id, *where, row.due_on)
            free = was_free if more < 0 else is_free
            by_queue[key] = by_queue.get(key, queues.Counts()).plus(more, more * free)
    changed = {key: by for key, by in by_queue.items() if by != queues.Counts()}
    return changed, renamed


def _place(case_id: UUID) -> str:
    return f"engine_state|before|{case_id}"
