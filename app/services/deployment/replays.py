"""Replays: the district's own past led through a changed route, in slices, told in figures; no case is touched."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from app import engine
from app.domain.errors import NotFound, ReleaseRefused
from app.domain.ids import new_id
from app.domain.roles import Permission
from app.models import ahead
from app.models.casefile import case_queries as cases
from app.models.deployment import replays as table
from app.models.scope import CaseScope, SystemReason, SystemScope
from app.services.deployment import rehearsal, release_proposals
from app.services.deployment.rehearsal import World
from app.services.district import calendars
from app.services.procedure import releases
from app.services.store import audit
from app.services.store.keys import KeyDestroyed
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.deployment.rehearsal import Outcome, Past
    from app.services.store.database import Database

log = structlog.get_logger(__name__)

MONTHS = (3, 6, 12)  # of the past that may be asked for; 0 asks for all of it
DAYS_A_MONTH = 31
_ALWAYS = date(2000, 1, 1)
_SLICE = 10  # cases between two looks at what else there is to do; about a fifth of a second
_LEASE = timedelta(minutes=2)  # a worker that died lets go after this
_NAMED = 20  # cases that a report names of each verdict


@dataclass(slots=True)
class StepFigures:
    """A step in all cases that came to an end: how often, and how many working days it took or is given."""

    before: int = 0
    after: int = 0
    days_before: int = 0
    days_after: int = 0

    @property
    def is_changed(self) -> bool:
        return (self.before, self.days_before) != (self.after, self.days_after)


@dataclass(slots=True)
class Report:
    """What a replay has found so far. `steps` by element; `named` holds number, element and code of some cases."""

    cases: int = 0
    same_path: int = 0
    other_path: int = 0
    stuck: int = 0
    halted: int = 0
    unreadable: int = 0  # their keys are destroyed, or nothing of them was recorded
    decided_otherwise: int = 0
    stuck_at: dict[str, int] = field(default_factory=dict)
    halted_at: dict[str, int] = field(default_factory=dict)
    decisions: dict[str, int] = field(default_factory=dict)  # that answered otherwise, in how many cases
    steps: dict[str, StepFigures] = field(default_factory=dict)
    named: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Report:
        """What `plain` has written."""
        steps = {name: StepFigures(**each) for name, each in kept.get("steps", {}).items()}
        return cls(**{**kept, "steps": steps})

    def plain(self) -> dict[str, Any]:
        return asdict(self)

    def add_unreadable(self) -> None:
        self.cases += 1
        self.unreadable += 1

    def add(self, number: str, past: Past, outcome: Outcome) -> None:
        """Count a case in."""
        self.cases += 1
        self._count_verdict(outcome)
        if outcome.decides_otherwise:
            self.decided_otherwise += 1
        for each in outcome.decides_otherwise:
            self.decisions[each] = self.decisions.get(each, 0) + 1
        if outcome.verdict in ("same", "other"):
            self._count_steps(past, outcome)
        named = self.named.setdefault(outcome.verdict, [])
        if outcome.verdict != "same" and len(named) < _NAMED:
            named.append((number, outcome.element_id, outcome.code))

    def _count_verdict(self, outcome: Outcome) -> None:
        match outcome.verdict:
            case "same":
                self.same_path += 1
            case "other":
                self.other_path += 1
            case "stuck":
                self.stuck += 1
                self.stuck_at[outcome.element_id] = self.stuck_at.get(outcome.element_id, 0) + 1
            case "halted":
                self.halted += 1
                place = outcome.element_id or outcome.code
                self.halted_at[place] = self.halted_at.get(place, 0) + 1

    def _count_steps(self, past: Past, outcome: Outcome) -> None:
        before: Counter[str] = Counter()
        for (element_id, _), count in past.opened.items():
            before[element_id] += count
        for element_id in before.keys() | outcome.added.keys():
            step = self.steps.setdefault(element_id, StepFigures())
            spent = past.days.get(element_id, ())
            gone = outcome.removed[element_id]
            saved = round(sum(spent) / len(spent) * gone) if spent and gone else 0
            step.before += before[element_id]
            step.after += before[element_id] + outcome.added[element_id] - gone
            step.days_before += sum(spent)
            step.days_after += sum(spent) + outcome.planned[element_id] - saved


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay as its page shows it. `is_of_now`: the files are still those that were replayed."""

    row: AnyRow
    report: Report
    is_of_now: bool

    @property
    def is_under_way(self) -> bool:
        return self.row.state in table.UNDER_WAY

    @property
    def is_of_all(self) -> bool:
        """Whether it takes every case there ever was."""
        return bool(self.row.since == _ALWAYS)


def ask(database: Database, actor: Actor, proposal_id: UUID, months: int, now: datetime) -> UUID:
    """Ask for a replay of a proposal over the cases of so many months (0: of all); -> its id.

    One that is under way for the same files is not begun again. Raises NotAllowed, NotFound, and ReleaseRefused for
    files that the gate would not let through: they could not run.
    """
    actor.require_one_of(Permission.PROCESS_CHANGE, Permission.PROCESS_APPROVE)
    scope = actor_scope(actor)
    contents = database.read(lambda session: release_proposals.files(session, proposal_id), scope)
    if problems := release_proposals.problems(database, contents):
        raise ReleaseRefused(problems)
    since, mark = first_day(months, now), releases.route_mark(contents)
    total = database.read(lambda session: table.count_cases(session, since), past_of(actor.district_id))

    def put(session: Session) -> UUID:
        last = table.newest(session, proposal_id)
        if last is not None and last.state in table.UNDER_WAY:
            if last.sha256 == mark and last.since == since:
                running: UUID = last.id
                return running
            table.set_values(session, last.id, state="cancelled", ended_at=now)
        replay_id = new_id(session.recorded_at)
        row = {
            "id": replay_id,
            "proposal_id": proposal_id,
            "sha256": mark,
            "since": since,
            "state": "queued",
            "total": total,
            "report": Report().plain(),
            "asked_by": actor.officer_id,
            "asked_at": now,
        }
        table.insert_replay(session, row)
        told = {"replay": str(replay_id), "since": since.isoformat(), "sha256": mark.hex()}
        audit.record(session, "admin", "proposal:replay", f"proposal:{proposal_id}", actor, now, **told)
        return replay_id

    return database.write(put, scope)


def first_day(months: int, now: datetime) -> date:
    """The first day of the past that is replayed; 0 months are all there ever was."""
    return calendars.day(now) - timedelta(days=DAYS_A_MONTH * months) if months in MONTHS else _ALWAYS


def cancel(session: Session, actor: Actor, proposal_id: UUID, now: datetime) -> None:
    """End the replay of a proposal that is under way; what it found so far stays. Raises NotAllowed, NotFound."""
    actor.require_one_of(Permission.PROCESS_CHANGE, Permission.PROCESS_APPROVE)
    last = table.newest(session, proposal_id)
    if last is None:
        raise NotFound
    table.set_values(session, last.id, state="cancelled", ended_at=now)


def newest(session: Session, proposal_id: UUID, contents: Mapping[str, bytes]) -> Replay | None:
    """The last replay of a proposal, whose files are now `contents`; None where nobody asked for one."""
    row = table.newest(session, proposal_id)
    if row is None:
        return None
    return Replay(row, Report.read(row.report), bytes(row.sha256) == releases.route_mark(contents))


def go_on(database: Database, now: datetime) -> bool:
    """Do the next slice of whatever replay waits; -> whether there was one.

    A replay whose files cannot run fails; a worker that dies in the middle leaves its slice to the next one.
    """
    everywhere = SystemScope(SystemReason.REPLAY)
    row = database.read(lambda session: table.next_free(session, now), everywhere)
    if row is None:
        return False
    own = past_of(row.district_id)
    if not database.write(lambda session: table.claim_replay(session, row.id, now, now + _LEASE), own):
        return True
    try:
        values = _slice(database, row, now)
    except Exception:
        # A candidate that breaks the program fails its own replay, not the worker.
        log.exception("replay_failed", replay=str(row.id))
        values = {"state": "failed", "ended_at": now}
    database.write(lambda session: table.set_values(session, row.id, lease_until=None, **values), own)
    return True


def _slice(database: Database, row: AnyRow, now: datetime) -> dict[str, Any]:
    own, report = past_of(row.district_id), Report.read(row.report)
    contents = database.read(lambda session: release_proposals.files(session, row.proposal_id), own)
    mark = releases.route_mark(contents)
    if mark != bytes(row.sha256):
        return {"state": "cancelled", "ended_at": now}
    candidate = engine.load_release(mark, contents)
    found = database.read(lambda session: table.some_cases(session, row.since, row.last_case_id, _SLICE), own)
    if not found:
        return {"state": "done", "ended_at": now}
    lead(database, row.district_id, found, candidate, report)
    return {"done": row.done + len(found), "last_case_id": found[-1].id, "report": report.plain()}


def run(
    database: Database,
    district_id: int,
    contents: Mapping[str, bytes],
    since: date,
    tell: Callable[[int, int], None],
) -> Report:
    """Lead every case received since a day through the files of a release, in one go.

    `tell` hears how many of how many are done. Raises ReleaseRefused for files that the gate would not let through.
    """
    if problems := release_proposals.problems(database, contents):
        raise ReleaseRefused(problems)
    candidate = engine.load_release(releases.fingerprint(contents), contents)
    own, report, last = past_of(district_id), Report(), None
    total = database.read(lambda session: table.count_cases(session, since), own)
    while True:
        after = last
        found = database.read(lambda session: table.some_cases(session, since, after, _SLICE), own)  # noqa: B023
        if not found:
            return report
        lead(database, district_id, found, candidate, report)
        last = found[-1].id
        tell(report.cases, total)


def lead(
    database: Database,
    district_id: int,
    found: Iterable[AnyRow],
    candidate: engine.Release,
    report: Report,
) -> None:
    """Lead some cases through a release, each on its own picture of the database."""
    for each in found:
        scope = CaseScope(district_id, each.id)
        try:
            past, outcome = database.read(partial(_one, row=each, candidate=candidate), scope)
        except (KeyDestroyed, rehearsal.NoRecord):
            report.add_unreadable()
        else:
            report.add(each.number, past, outcome)


def _one(session: Session, row: AnyRow, candidate: engine.Release) -> tuple[Past, Outcome]:
    ahead.past(session, row.id, row.data_key_id)
    case = cases.find(session, row.id)
    if case is None:
        raise NotFound
    past = rehearsal.recall(session, case, releases.load(session, case.release_id))
    return past, rehearsal.rehearse(past, candidate, World(session, case))


def past_of(district_id: int) -> SystemScope:
    """The scope of a district's past: for counting and naming its cases, never for reading what is in one."""
    return SystemScope(SystemReason.REPLAY, district_id)
