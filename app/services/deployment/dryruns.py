"""Dry runs of proposals that a page can leave: asked for, done beside the worker's other work, stopped, looked up."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from app import trials as programs
from app.domain.errors import NotFound, ReleaseRefused, Unavailable
from app.domain.ids import new_id
from app.domain.roles import Permission
from app.models.deployment import trials as table
from app.models.scope import SystemReason, SystemScope
from app.services.deployment import release_proposals, replays, trials
from app.services.jobs import jobs
from app.services.procedure import releases
from app.services.store import audit
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app import engine
    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

log = structlog.get_logger(__name__)

_LEASE = timedelta(minutes=1)  # a worker that died lets go after this; one that lives renews it at every look


class _Program(programs.Running):
    """A dry run of the files with this mark."""

    def __init__(self, files: Mapping[str, bytes], world: engine.World, mark: bytes) -> None:
        super().__init__(files, world)
        self.mark = mark


_running: dict[UUID, _Program] = {}  # of this process, by the id of the dry run


@dataclass(frozen=True, slots=True)
class DryRun:
    """A dry run as its page shows it: `found` once it is done; `is_of_now`: the files are still those tried."""

    row: AnyRow
    found: engine.Trial | None
    is_of_now: bool

    @property
    def is_under_way(self) -> bool:
        return self.row.state in table.UNDER_WAY


def ask(database: Database, actor: Actor, proposal_id: UUID, now: datetime) -> None:
    """Ask for a dry run of a proposal as it is now.

    One under way, or done for the same files today, is not begun again. Raises NotAllowed, NotFound, and
    ReleaseRefused for files that the gate would not let through: they could not run.
    """
    actor.require_one_of(Permission.PROCESS_CHANGE, Permission.PROCESS_APPROVE)
    scope = actor_scope(actor)
    contents = database.read(lambda session: release_proposals.files(session, proposal_id), scope)
    if problems := release_proposals.problems(database, contents):
        raise ReleaseRefused(problems)
    mark = releases.route_mark(contents)

    def put(session: Session) -> None:
        last = table.newest_trial(session, proposal_id)
        if last is not None and bytes(last.sha256) == mark and _still_counts(last, now):
            return
        if last is not None:
            table.set_trial(session, last.id, state="cancelled", ended_at=now)
        row = {
            "id": new_id(session.recorded_at),
            "proposal_id": proposal_id,
            "sha256": mark,
            "state": "queued",
            "found": {},
            "asked_by": actor.officer_id,
            "asked_at": now,
        }
        table.insert_trial(session, row)
        audit.record(
            session, "admin", "proposal:try", f"proposal:{proposal_id}", actor, now, sha256=mark.hex()
        )

    database.write(put, scope)


def first(database: Database, actor: Actor, proposal_id: UUID, now: datetime) -> None:
    """Have a proposal tried before it is sent or approved, which asks what was found: no page waits for a dry run.

    Raises Refused while it is not done, and what `ask` does.
    """

    def is_tried(session: Session) -> bool:
        contents = release_proposals.files(session, proposal_id)
        trials.recall(session, contents, now)
        return trials.known(contents) is not None

    if not database.read(is_tried, actor_scope(actor)):
        ask(database, actor, proposal_id, now)
        raise release_proposals.Refused("error.proposal_untried")


def _still_counts(row: AnyRow, now: datetime) -> bool:
    return row.state in table.UNDER_WAY or (row.state == "done" and row.ended_at > now - trials.HOLDS)


def cancel(session: Session, actor: Actor, proposal_id: UUID, now: datetime) -> None:
    """End the dry run of a proposal that is under way. Raises NotAllowed, NotFound where there is none."""
    actor.require_one_of(Permission.PROCESS_CHANGE, Permission.PROCESS_APPROVE)
    last = table.newest_trial(session, proposal_id)
    if last is None:
        raise NotFound
    table.set_trial(session, last.id, state="cancelled", ended_at=now)


def newest(session: Session, proposal_id: UUID, contents: Mapping[str, bytes]) -> DryRun | None:
    """The last dry run of a proposal, whose files are now `contents`; None where nobody asked for one."""
    row = table.newest_trial(session, proposal_id)
    if row is None:
        return None
    found = programs.read(row.found) if row.state == "done" else None
    return DryRun(row, found, bytes(row.sha256) == releases.route_mark(contents))


def go_on(database: Database, now: datetime) -> bool:
    """Look after the dry runs of this process, and begin the next one; -> whether one was begun or came to its end.

    The program runs beside: nobody's job waits for it.
    """
    ended = [_looked_after(database, each, now) for each in list(_running)]
    return any(ended) or (not _running and _begun(database, now))


def _begun(database: Database, now: datetime) -> bool:
    row = database.read(lambda session: table.next_trial(session, now), SystemScope(SystemReason.REPLAY))
    if row is None:
        return False
    own = replays.past_of(row.district_id)
    if not database.write(lambda session: table.claim_trial(session, row.id, now, now + _LEASE), own):
        return True
    contents = database.read(lambda session: release_proposals.files(session, row.proposal_id), own)
    mark = releases.route_mark(contents)
    if mark != bytes(row.sha256):
        _end(database, row.id, "cancelled", now)
        return True
    try:
        _running[row.id] = _Program(contents, trials.world(contents, jobs.RESULTS), mark)
    except Unavailable:
        log.exception("dry_run_failed", trial=str(row.id))
        _end(database, row.id, "failed", now)
    return True


def _looked_after(database: Database, trial_id: UUID, now: datetime) -> bool:
    """Tell how far a dry run is; one that was cancelled is stopped. -> whether it has ended."""
    running = _running[trial_id]
    found = running.found()
    values: dict[str, Any] = {"cases": running.cases, "acts": running.acts, "lease_until": now + _LEASE}
    if found is not None:
        values |= {"state": "done", "found": asdict(found), "ended_at": now, "lease_until": None}
    everywhere = SystemScope(SystemReason.REPLAY)
    is_wanted = database.write(lambda session: table.set_trial(session, trial_id, **values), everywhere)
    if found is None and is_wanted:
        return False
    if found is not None:
        trials.remember(running.mark, found)
    running.stop()
    del _running[trial_id]
    return True


def _end(database: Database, trial_id: UUID, state: str, now: datetime) -> None:
    everywhere = SystemScope(SystemReason.REPLAY)
    database.write(lambda session: table.set_trial(session, trial_id, state=state, ended_at=now), everywhere)
