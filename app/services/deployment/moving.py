"""Moving running cases to the release in force: looked at, tried, and done by the worker once it is ordered.

By default a case ends on the release that it began with. Who asks for more gets it case by case: whatever cannot go
over stays where it is, and is counted with the reason. Steps that the release lacks go by what was chosen for them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain.errors import Conflict, DomainError, NotFound
from app.domain.roles import Permission
from app.models.casefile import case_queries as cases
from app.models.deployment import moves as table
from app.models.district import setting_queries as settings
from app.models.scope import CaseScope, SystemReason, SystemScope
from app.services.deployment import choices, leading, replays, trials
from app.services.deployment.leading import Stays, Target
from app.services.jobs import jobs
from app.services.procedure import procedures, releases
from app.services.store import audit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.deployment.leading import Ready
    from app.services.store.database import Database

SHOWN = 25
_SLICE = 5  # cases between two looks at what else there is to do
_ASKED, _DONE, _LOOKED = "cases.move", "cases.moved", "cases.looked"


class UnderWay(DomainError):
    """Cases are being moved already (422)."""

    key = "error.moving_under_way"


@dataclass(frozen=True, slots=True)
class Line:
    """An open case of an older release: whether it can go over, or why and at which step it cannot."""

    id: UUID
    number: str
    version: int
    code: str = ""
    element_id: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """How far the worker is, or what came of the last run. `stayed`: reason -> how many cases.

    `is_look`: the cases were only tried; `moved` then counts those that can go over.
    """

    is_back: bool
    version: int
    is_over: bool
    is_look: bool = False
    moved: int = 0
    stayed: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Overview:
    """Open cases of older releases: how many, the next of them with how each fares, and how many can go back.

    `looked`: what the last trial of all cases found, for what is chosen now.
    """

    version: int
    older: int
    may_go_back: int
    lines: list[Line]
    following: UUID | None
    run: Run | None
    looked: Run | None


def overview(database: Database, actor: Actor, after: UUID | None, now: datetime) -> Overview:
    """Look at the next cases of older releases, each tried on the one in force. Raises NotAllowed."""
    actor.require(Permission.MOVE_SEE)
    own = replays.past_of(actor.district_id)
    target = database.read(target_of, own)
    release_id = target.loaded.id
    rows = database.read(lambda session: table.older(session, release_id, after, SHOWN), own)
    lines = [_line(database, actor.district_id, row, target, now) for row in rows]
    return database.read(
        lambda session: Overview(
            version=releases.version_of(session, release_id),
            older=table.count_older(session, release_id),
            may_go_back=table.count_moved(session, release_id),
            lines=lines,
            following=rows[-1].id if len(rows) == SHOWN else None,
            run=_run(session),
            looked=looked(session, target),
        ),
        own,
    )


def target_of(session: Session) -> Target:
    """The release in force with what is chosen for it."""
    loaded = releases.active(session)
    return Target(loaded, choices.chosen(session, loaded.id))


def version_of(session: Session, target: Target) -> int:
    return releases.version_of(session, target.loaded.id)


def _line(database: Database, district_id: int, row: AnyRow, target: Target, now: datetime) -> Line:
    try:
        _look(database, district_id, row.id, target, now)
    except Stays as stays:
        return Line(row.id, row.number, row.version, stays.code, stays.element_id)
    return Line(row.id, row.number, row.version)


def _look(database: Database, district_id: int, case_id: UUID, target: Target, now: datetime) -> Ready:
    def tried(session: Session) -> Ready:
        case = cases.find(session, case_id)
        if case is None or case.status != "open":
            raise Stays("gone_on")
        return leading.look(session, case, target, now)

    return database.read(tried, CaseScope(district_id, case_id))


def _run(session: Session) -> Run | None:
    asked = settings.value_of(session, _ASKED)
    kept: dict[str, Any] | None = asked or settings.value_of(session, _DONE)
    if not kept:
        return None
    return _told(kept, is_over=not asked)


def looked(session: Session, target: Target) -> Run | None:
    """What the last trial of all cases found, where it was of this release and of what is chosen now."""
    kept: dict[str, Any] | None = settings.value_of(session, _LOOKED)
    if not kept or (kept["to"], kept["steps"]) != (str(target.loaded.id), dict(target.chosen)):
        return None
    return _told(kept, is_over=True)


def _told(kept: Mapping[str, Any], *, is_over: bool) -> Run:
    is_look = bool(kept.get("look"))
    return Run(kept["back"], kept["version"], is_over, is_look, kept["moved"], kept["stayed"])


# -- asked for ---------------------------------------------------------------------------------------------


def refuse_while_under_way(session: Session) -> None:
    """Raises UnderWay while the worker moves cases, or tries them."""
    if settings.value_of(session, _ASKED):
        raise UnderWay


def ask_look(session: Session, actor: Actor, now: datetime) -> None:
    """Have the worker try every case, and write nothing but what it found. Raises NotAllowed, UnderWay."""
    actor.require(Permission.MOVE_ASK)
    refuse_while_under_way(session)
    version = begin(session, is_back=False, is_look=True)
    thing = f"release:{releases.active(session).id}"
    audit.record(session, "admin", "cases:try", thing, actor, now, version=version)


def stop(session: Session, actor: Actor, now: datetime) -> None:
    """End what is under way; cases that were moved so far stay moved. Raises NotAllowed."""
    actor.require(Permission.MOVE_SEE)
    asked = settings.value_of(session, _ASKED)
    if asked:
        _keep(session, asked, is_over=True)
        thing = f"release:{asked['to']}"
        audit.record(session, "admin", "cases:stop", thing, actor, now, version=asked["version"])


def begin(session: Session, *, is_back: bool, is_look: bool) -> int:
    """Leave it to the worker to move every case that can go over, or to try them all; -> the version."""
    target = target_of(session)
    version = version_of(session, target)
    empty = {
        "back": is_back,
        "look": is_look,
        "to": str(target.loaded.id),
        "version": version,
        "steps": dict(target.chosen),
        "after": None,
        "moved": 0,
        "stayed": {},
    }
    settings.put_value(session, _ASKED, empty)
    return version


# -- done by the worker ------------------------------------------------------------------------------------


def go_on(database: Database, now: datetime) -> bool:
    """Move the next cases of whatever was asked; -> whether there was anything to do."""
    everywhere = SystemScope(SystemReason.WORKER)
    districts = database.read(lambda session: settings.districts_with(session, _ASKED), everywhere)
    for district_id in districts:
        _slice(database, district_id, now)
    return bool(districts)


def _slice(database: Database, district_id: int, now: datetime) -> None:
    own = replays.past_of(district_id)
    asked: dict[str, Any] = database.read(lambda session: settings.value_of(session, _ASKED), own) or {}
    if not asked:
        return
    after, release_id = UUID(asked["after"]) if asked["after"] else None, UUID(asked["to"])
    choose = table.moved if asked["back"] else table.older
    rows = database.read(lambda session: choose(session, release_id, after, _SLICE), own)
    stayed = Counter(asked["stayed"])
    count = asked["moved"]
    target = database.read(lambda session: _whole_target(session, release_id, asked), own)
    for row in rows:
        try:
            _move(database, district_id, row.id, target, now, asked)
            count += 1
        except Stays as stays:
            stayed[stays.code] += 1
        except (Conflict, NotFound):
            stayed["gone_on"] += 1
    told = {**asked, "moved": count, "stayed": dict(stayed), "after": str(rows[-1].id) if rows else None}
    database.write(partial(_go_on_with, told=told, is_over=not rows), own)


def _whole_target(session: Session, release_id: UUID, asked: Mapping[str, Any]) -> Target:
    loaded, chosen = releases.load(session, release_id), asked.get("steps") or {}
    world = trials.world(procedures.contents(session, release_id), jobs.RESULTS) if chosen else None
    return Target(loaded, chosen, world)


def _go_on_with(session: Session, told: dict[str, Any], *, is_over: bool) -> None:
    if settings.value_of(session, _ASKED):  # else it was stopped meanwhile
        _keep(session, told, is_over=is_over)


def _keep(session: Session, told: dict[str, Any], *, is_over: bool) -> None:
    if not is_over:
        settings.put_value(session, _ASKED, told)
        return
    settings.delete_value(session, _ASKED)
    settings.put_value(session, _LOOKED if told.get("look") else _DONE, told)


def _move(
    database: Database,
    district_id: int,
    case_id: UUID,
    target: Target,
    now: datetime,
    asked: Mapping[str, Any],
) -> None:
    own = CaseScope(district_id, case_id)
    if asked["back"]:
        database.write(lambda session: leading.put_back(session, case_id, now), own)
        return
    ready = _look(database, district_id, case_id, target, now)
    if not asked.get("look"):
        database.write(lambda session: leading.lead_over(session, case_id, ready, target, now), own)
