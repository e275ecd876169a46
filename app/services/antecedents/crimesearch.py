"""Searching the crime register by names in either script: ranked, each with its reasons, each search recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain import antecedents
from app.domain.antecedents import Match, Someone
from app.domain.errors import BoxRefused, NotFound
from app.domain.legacyfont import is_legacy
from app.domain.roles import Permission
from app.domain.text import whole_number
from app.models.antecedents import crimes as table
from app.services.antecedents import crimebook
from app.services.district import calendars
from app.services.store import audit
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.services.antecedents.crimebook import Entry
    from app.services.store.database import Database

LOOKED_AT = 40  # entries that share the most keys: only these are opened
MOST = 25  # that are shown
_LONGEST = 80  # signs of a box
BOXES = ("name", "alias", "father", "village", "age", "born")
_OLDEST, _FIRST_YEAR = 110, 1900


class Refused(BoxRefused):
    """A search that cannot be made as it was typed (422)."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that may be the person who is sought, and why."""

    entry: Entry
    match: Match


@dataclass(frozen=True, slots=True)
class Found:
    """The likest entries, best first; `is_more`: others share as much, so that more should be told of the person."""

    hits: Sequence[Hit]
    is_more: bool
    is_empty: bool  # the register itself
    person: Someone


def search(session: Session, actor: Actor, typed: Mapping[str, str], now: datetime) -> Found:
    """Look for somebody by what was typed into the boxes, and record it. Raises NotAllowed, Refused."""
    actor.require(Permission.CRIME_SEARCH)
    person = _someone(typed, calendars.day(now).year)
    found = matching(session, person)
    record(session, actor, person, found, now)
    return found


def matching(session: Session, person: Someone) -> Found:
    """The entries of the register that may be this person, likest first; nothing is recorded."""
    groups = [
        (weight, [crimebook.blind(session, kind, key) for key in keys])
        for kind, weight, keys in antecedents.groups(person)
    ]
    rows = table.search(session, groups, LOOKED_AT)
    found = crimebook.find(session, [row.accused_id for row in rows])
    hits = [Hit(entry, antecedents.compare(person, entry.someone)) for entry in found.values()]
    hits = [hit for hit in hits if antecedents.is_shown(hit.match)]
    hits.sort(key=lambda hit: (-hit.match.score, hit.entry.id))
    is_more = len(hits) > MOST or len(hits) == LOOKED_AT
    return Found(hits[:MOST], is_more, not hits and not table.has_entries(session), person)


def record(
    session: Session, actor: Actor, person: Someone, found: Found, now: datetime, case_id: UUID | None = None
) -> None:
    """Write down that the officer looked for somebody: that he looked again can be told, the words cannot."""
    words = "|".join((*person.names, *person.fathers, *person.villages, str(person.born)))
    about = {"case": str(case_id)} if case_id is not None else {}
    digest = session.keys.blind("search", words).hex()
    audit.record(
        session, "access", "crime:search", "crimes", actor, now, digest=digest, found=len(found.hits), **about
    )


def see(database: Database, actor: Actor, accused_id: UUID, now: datetime) -> Entry:
    """One entry, its view recorded before it leaves the house. Raises NotAllowed, NotFound."""
    actor.require(Permission.CRIME_SEARCH)
    return opened(database, actor, accused_id, now, withheld=may_see_withheld(actor))


def may_see_withheld(actor: Actor) -> bool:
    """Whether an officer opens what was taken from search: by keeping the register, or by lists of destruction."""
    return actor.may(Permission.CRIME_KEEP) or actor.may(Permission.RETENTION_SEE)


def opened(
    database: Database,
    actor: Actor,
    accused_id: UUID,
    now: datetime,
    case_id: UUID | None = None,
    *,
    withheld: bool = False,
) -> Entry:
    """One entry, its view recorded first, for whoever has the right to it. Raises NotFound.

    `withheld`: also one that was taken from search.
    """
    about = {"case": str(case_id)} if case_id is not None else {}

    def look(session: Session) -> Entry:
        found = crimebook.find(session, [accused_id], withheld=withheld).get(accused_id)
        if found is None:
            raise NotFound
        audit.record(session, "access", "crime:see", f"accused:{accused_id}", actor, now, **about)
        return found

    return database.write(look, actor_scope(actor))


def _someone(typed: Mapping[str, str], year: int) -> Someone:
    """The person who is meant. Raises Refused."""
    texts = {key: " ".join(typed.get(key, "").split())[:_LONGEST] for key in BOXES}
    for key in ("name", "alias", "father", "village"):
        if is_legacy(texts[key]):
            raise Refused(key, "roster.legacy")
    spelt = antecedents.spellings
    person = Someone(
        spelt(texts["name"], texts["alias"]),
        spelt(texts["father"]),
        spelt(texts["village"]),
        _born(texts, year),
    )
    if not any(True for _ in antecedents.groups(person)):
        raise Refused("name", "crimes.nothing_sought")
    return person


def _born(texts: Mapping[str, str], year: int) -> int:
    """The year of birth by itself or by an age of today; 0 where neither was typed. Raises Refused."""
    born, age = (whole_number(texts[key]) for key in ("born", "age"))
    if texts["born"]:
        if born is None or not _FIRST_YEAR <= born <= year:
            raise Refused("born", "crimes.wrong_born")
        return born
    if texts["age"]:
        if age is None or not 0 < age <= _OLDEST:
            raise Refused("age", "crimes.wrong_age")
        return year - age
    return 0
