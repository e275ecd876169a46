"""What an administrator chose for steps that the release in force lacks or has changed: shown, checked, kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from app.domain.errors import DomainError
from app.domain.roles import Permission
from app.models.deployment import moves as table
from app.models.district import setting_queries as settings
from app.services.deployment import mapping, replays
from app.services.deployment.mapping import GONE, Told
from app.services.procedure import releases
from app.services.store import audit
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app import engine
    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.procedure.releases import Loaded
    from app.services.store.database import Database

_KEPT = "cases.mapping"


class Refused(DomainError):
    """Some choices cannot be (422); `why`: step -> reason, `chosen`: all that was chosen."""

    key = "error.mapping_refused"

    def __init__(self, why: Mapping[str, str], chosen: Mapping[str, str]) -> None:
        super().__init__()
        self.why, self.chosen = dict(why), dict(chosen)


@dataclass(frozen=True, slots=True)
class Group:
    """A step of older releases: how many cases stand at it, and what of it the release in force has changed.

    `code` as in `mapping.Change`, empty where the step is the same there; `may_become`: the steps that it can become,
    `told` what is said of the one that is chosen.
    """

    step: engine.UserTaskDefinition
    open: int
    code: str = ""
    chosen: str = ""
    may_become: list[engine.UserTaskDefinition] = field(default_factory=list)
    told: Told = field(default_factory=Told)

    @property
    def verdict(self) -> str:
        """`same`, `chosen` or `needs`; `no_place` where cases stand at a step that was said to have fallen away."""
        if not self.code:
            return "same"
        if self.chosen == GONE and self.open:
            return "no_place"
        return "chosen" if self.chosen else "needs"


@dataclass(frozen=True, slots=True)
class Table:
    """All steps at which cases of older releases stand, or that need a word; and the two releases to look at."""

    groups: list[Group]
    newer: int
    older: int | None

    @property
    def needing(self) -> list[Group]:
        return [group for group in self.groups if group.code]


def chosen(session: Session, release_id: UUID) -> dict[str, str]:
    """What is chosen for the release in force: older step -> its step, or GONE."""
    kept = settings.value_of(session, _KEPT) or {}
    return dict(kept["steps"]) if kept.get("to") == str(release_id) else {}


def makers(session: Session, release_id: UUID) -> list[str]:
    """Whoever had a hand in what is chosen for the release in force: the ids of the officers."""
    kept = settings.value_of(session, _KEPT) or {}
    return list(kept.get("makers", ())) if kept.get("to") == str(release_id) else []


def show(database: Database, actor: Actor) -> Table:
    """The table of steps. Raises NotAllowed."""
    actor.require(Permission.MOVE_SEE)
    return database.read(_table, replays.past_of(actor.district_id))


def _table(session: Session) -> Table:
    new = releases.active(session)
    rows = table.standing(session, new.id)
    olds = _olds(session, rows)
    told = chosen(session, new.id)
    changed = mapping.changed([old for _, old in olds], new)
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row.element_id] += row.open
    steps: dict[str, engine.UserTaskDefinition] = {}
    for _, old in olds:
        steps = {**old.engine.user_tasks, **steps}
    groups = [
        _group(step, counts[each], changed.get(each), new, told)
        for each, step in steps.items()
        if each in counts or each in changed
    ]
    return Table(groups, releases.version_of(session, new.id), olds[0][0] if olds else None)


def _olds(session: Session, rows: Sequence[AnyRow]) -> list[tuple[int, Loaded]]:
    """The releases that open cases run on, the newest first."""
    versions = {row.version: row.release_id for row in rows}
    return [
        (version, releases.load(session, versions[version])) for version in sorted(versions, reverse=True)
    ]


def _group(
    step: engine.UserTaskDefinition,
    count: int,
    changed: tuple[Loaded, mapping.Change] | None,
    new: Loaded,
    told: Mapping[str, str],
) -> Group:
    if changed is None:
        return Group(step, count)
    old, change = changed
    element_id = step.element_id
    may = [
        each
        for each in new.engine.user_tasks.values()
        if not mapping.refusal(old, new, element_id, each.element_id)
    ]
    choice = told.get(element_id, "")
    said = mapping.told(old, new, element_id, choice)
    return Group(change.step, count, change.code, choice, may, said)


def save(database: Database, actor: Actor, wanted: Mapping[str, str], now: datetime) -> None:
    """Keep what becomes of each step; an empty choice is none. Raises NotAllowed, Refused."""
    actor.require(Permission.MOVE_ASK)
    release_id, steps, why = database.read(
        partial(_checked, wanted=wanted), replays.past_of(actor.district_id)
    )
    if why:
        raise Refused(why, steps)

    def put(session: Session) -> None:
        hands = sorted({*makers(session, release_id), str(actor.officer_id)})
        settings.put_value(session, _KEPT, {"to": str(release_id), "steps": steps, "makers": hands})
        told = [f"{old} > {new}" for old, new in steps.items()]
        audit.record(session, "admin", "cases:map", f"release:{release_id}", actor, now, steps=told)

    database.write(put, actor_scope(actor))


def _checked(session: Session, wanted: Mapping[str, str]) -> tuple[UUID, dict[str, str], dict[str, str]]:
    """For which release, what is chosen of the steps that need a word, and which of it cannot be."""
    new = releases.active(session)
    changed = mapping.changed([old for _, old in _olds(session, table.standing(session, new.id))], new)
    steps = {each: choice for each, choice in wanted.items() if choice and each in changed}
    found = {each: mapping.refusal(changed[each][0], new, each, choice) for each, choice in steps.items()}
    return new.id, steps, {each: code for each, code in found.items() if code}
