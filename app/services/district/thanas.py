"""Police stations renamed, split, merged and put under others from a day on: planned, taken back until then, done.

Running tasks stay where they are; an enquiry goes to another station by the same act as ever. What a station was
called before stays a spelling of its name, and the name of the papers of older cases. Under another SDPO or Circle
Inspector: what lies open with the former one is finished by him, what comes up from that day on goes to the new one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain.areas import village_in
from app.domain.errors import BoxRefused, NotFound
from app.domain.ids import new_id
from app.domain.offices import LEADS
from app.domain.roles import Permission
from app.domain.text import tidy, words_refused
from app.models.district import setting_queries as settings
from app.models.district import setup_queries
from app.models.district import thana_queries as table
from app.models.scope import SystemReason, SystemScope
from app.services.district import calendars, thanachanges
from app.services.store import audit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

RENAME, SPLIT, SHIFT, MERGE, UNDER = "rename", "split", "shift", "merge", "under"
KINDS = (RENAME, SPLIT, SHIFT, MERGE, UNDER)
PLANNED, DONE, UNDONE = "planned", "done", "undone"
FARTHEST = timedelta(days=366)
_PREFIX = "thana.change:"
_SHOWN = 30  # changes that are over
_MOST = 300  # villages of one change
_NAMES = {"hi": re.compile(r"[\u0900-\u097f .()-]{2,60}"), "en": re.compile(r"[A-Za-z .()-]{2,60}")}


class Refused(BoxRefused):
    """A change that cannot be as it was typed (422)."""

    def __init__(self, box: str, key: str, **params: Any) -> None:
        super().__init__(box, f"thana.refused.{key}", **params)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change as it was asked for: villages that go by the ids of their rows, and in lines (name, PIN)."""

    kind: str
    on: date | None
    name_hi: str = ""
    name_en: str = ""
    villages: tuple[str, ...] = ()
    more: str = ""
    to: str = ""  # key of the station to which they go, or of the office under which the station comes


@dataclass(frozen=True, slots=True)
class Change:
    """One change: of which station, from which day, and what becomes of it."""

    id: UUID
    kind: str
    state: str
    on: date
    thana: tuple[str, str]
    names: tuple[str, str]  # of the new one, of the station to which villages go, or of the new superior
    villages: list[str]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do, told before it is planned; `tasks` stand open there and stay."""

    change: Change
    tasks: int


@dataclass(frozen=True, slots=True)
class Page:
    """The stations of the district with the day until which each was, and what is planned and was done."""

    thanas: Sequence[AnyRow]
    planned: list[Change]
    over: list[Change]
    today: date


@dataclass(frozen=True, slots=True)
class Station:
    """One station, its villages, the others beside it, who stands above it and who else may, and what is planned."""

    row: AnyRow
    superior: AnyRow | None
    leads: list[AnyRow]
    villages: Sequence[AnyRow]
    others: list[AnyRow]
    planned: list[Change]


def page(session: Session, actor: Actor, now: datetime) -> Page:
    """Raises NotAllowed."""
    actor.require(Permission.THANA_KEEP)
    found = table.all_thanas(session)
    changes = _changes(session)
    over = sorted((each for each in changes if each.state != PLANNED), key=lambda each: each.on, reverse=True)
    planned = sorted((each for each in changes if each.state == PLANNED), key=lambda each: each.on)
    return Page(found, planned, over[:_SHOWN], calendars.day(now))


def station(session: Session, actor: Actor, key: str, now: datetime) -> Station:
    """Raises NotAllowed, NotFound for a station that is not there today."""
    actor.require(Permission.THANA_KEEP)
    today, found = calendars.day(now), table.all_thanas(session)
    row = _on(found, key, today)
    planned = [each for each in _changes(session) if each.state == PLANNED]
    own = [each for each in planned if each.thana == (row.name_hi, row.name_en)]
    others = [each for each in found if each.id != row.id and _is_there(each, today)]
    offices = {each.id: each for each in setup_queries.offices(session)}
    leads = [each for each in offices.values() if each.kind in LEADS and _stays(each, row)]
    above = offices.get(row.parent_id)
    return Station(row, above, leads, table.villages_of(session, row.id, today), others, own)


def look(database: Database, actor: Actor, key: str, wanted: Wanted, now: datetime) -> Preview:
    """What a change would do; nothing is written. Raises NotAllowed, NotFound, Refused."""
    actor.require(Permission.THANA_KEEP)
    scope = SystemScope(SystemReason.WORKER, actor.district_id)

    def read(session: Session) -> Preview:
        found = table.all_thanas(session)
        value = _checked(session, found, key, wanted, now)
        change = _told(new_id(session.recorded_at), value, _names_of(session))
        return Preview(change, table.open_tasks_at(session, UUID(value["office"])))

    return database.read(read, scope)


def plan(session: Session, actor: Actor, key: str, wanted: Wanted, now: datetime) -> UUID:
    """Plan a change for its day. Raises NotAllowed, NotFound, Refused."""
    actor.require(Permission.THANA_KEEP)
    value = _checked(session, table.all_thanas(session), key, wanted, now)
    change_id = new_id(session.recorded_at)
    said = {"state": PLANNED, "by": str(actor.officer_id), "at": now.isoformat()}
    settings.put_value(session, f"{_PREFIX}{change_id}", {**value, **said})
    _record(session, "thana:plan", change_id, value, actor, now)
    return change_id


def take_back(session: Session, actor: Actor, change_id: UUID, now: datetime) -> None:
    """Let a planned change not come, as long as its day has not. Raises NotAllowed, NotFound, Refused."""
    actor.require(Permission.THANA_KEEP)
    value = settings.value_of(session, f"{_PREFIX}{change_id}")
    if value is None:
        raise NotFound
    if value["state"] != PLANNED or date.fromisoformat(value["on"]) <= calendars.day(now):
        raise Refused("change", "over")
    settings.put_value(session, f"{_PREFIX}{change_id}", {**value, "state": UNDONE})
    _record(session, "thana:take_back", change_id, value, actor, now)


def carry_out(database: Database, now: datetime) -> int:
    """Do every planned change whose day has come, the oldest first; -> how many. Harmless when several do it."""
    done = 0
    for district_id in database.read(setup_queries.districts, SystemScope(SystemReason.WORKER)):
        scope = SystemScope(SystemReason.WORKER, district_id)
        if database.read(lambda session: bool(_due(session, now)), scope):
            done += database.write(partial(_carry_out, now=now), scope)
    return done


def _due(session: Session, now: datetime) -> list[tuple[str, dict[str, Any]]]:
    today = calendars.day(now).isoformat()
    rows = table.kept_under(session, _PREFIX)
    found = [
        (row.key, row.value) for row in rows if row.value["state"] == PLANNED and row.value["on"] <= today
    ]
    return sorted(found, key=lambda each: (each[1]["on"], each[0]))


def _carry_out(session: Session, now: datetime) -> int:
    due = _due(session, now)
    for key, value in due:
        thanachanges.do(session, value)
        settings.put_value(session, key, {**value, "state": DONE})
        _record(session, "thana:done", UUID(key.removeprefix(_PREFIX)), value, None, now)
    return len(due)


# -- checked -----------------------------------------------------------------------------------------------


def _checked(
    session: Session, found: Sequence[AnyRow], key: str, wanted: Wanted, now: datetime
) -> dict[str, Any]:
    """A change as it is kept. Raises NotFound, Refused."""
    today = calendars.day(now)
    row = _on(found, key, today)
    if wanted.kind not in KINDS:
        raise NotFound
    on = free_day(session, row, wanted.on, today)
    value: dict[str, Any] = {"kind": wanted.kind, "office": str(row.id), "on": on.isoformat()}
    if wanted.kind in (RENAME, SPLIT):
        value |= _names(found, wanted, today)
    if wanted.kind == UNDER:
        value |= {"to": _lead(session, row, wanted.to, on)}
    if wanted.kind in (SHIFT, MERGE):
        value |= {"to": _other(found, row, wanted, today)}
    if wanted.kind in (SPLIT, SHIFT):
        value |= {"villages": _villages(session, row, wanted, today)}
    return value


def free_day(session: Session, row: AnyRow, on: date | None, today: date) -> date:
    """A day to come on which a station may change: nothing else is planned of it. Raises Refused."""
    if on is None or not today < on <= today + FARTHEST:
        raise Refused("on", "day")
    for each in table.kept_under(session, _PREFIX):
        if each.value["state"] == PLANNED and each.value["office"] == str(row.id):
            raise Refused("on", "planned")
    return on


def _lead(session: Session, row: AnyRow, key: str, on: date) -> str:
    """Under whom a station comes: an SDPO or Circle Inspector who is there by then and stays. Raises Refused."""
    lead = next((each for each in setup_queries.offices(session) if each.key == key), None)
    if lead is None or lead.kind not in LEADS or not _stays(lead, row):
        raise Refused("to", "lead")
    if lead.valid_from > on:
        raise Refused("to", "lead_later", name=lead.name_hi)
    return str(lead.id)


def _stays(lead: AnyRow, row: AnyRow) -> bool:
    """Whether an office that leads stays, and does not lead the station by now."""
    return lead.valid_to is None and lead.id != row.parent_id


def _names(found: Sequence[AnyRow], wanted: Wanted, today: date) -> dict[str, str]:
    """The new names; no other station of today bears one of them. Raises Refused."""
    names = {"hi": tidy(wanted.name_hi), "en": tidy(wanted.name_en)}
    for language, text in names.items():
        if not _NAMES[language].fullmatch(text) or words_refused(text, lines=False):
            raise Refused(f"name_{language}", f"name_{language}")
    for row in found:
        if _is_there(row, today) and (
            row.name_hi == names["hi"] or row.name_en.casefold() == names["en"].casefold()
        ):
            raise Refused("name_hi", "taken", name=row.name_hi)
    return names


def _other(found: Sequence[AnyRow], row: AnyRow, wanted: Wanted, today: date) -> str:
    other = next((each for each in found if each.key == wanted.to and _is_there(each, today)), None)
    if other is None or other.id == row.id or other.valid_to is not None:
        raise Refused("to", "to")
    return str(other.id)


def _villages(session: Session, row: AnyRow, wanted: Wanted, today: date) -> list[dict[str, str]]:
    """The villages that go: ticked ones of the station, and those that were typed. Raises Refused."""
    known = {str(each.id): each for each in table.villages_of(session, row.id, today)}
    ticked = [known[each] for each in wanted.villages if each in known]
    villages = {each.area_code: str(each.name) for each in ticked}
    for line in filter(None, map(str.strip, wanted.more.splitlines())):
        found = village_in(line)
        if found is None:
            raise Refused("more", "line", line=line[:60])
        villages[found[0]] = found[1]
    if not villages or len(villages) > _MOST:
        raise Refused("more", "villages", most=_MOST)
    return [{"code": code, "name": name} for code, name in villages.items()]


# -- told --------------------------------------------------------------------------------------------------


def _changes(session: Session) -> list[Change]:
    rows, names = table.kept_under(session, _PREFIX), _names_of(session)
    return [_told(UUID(row.key.removeprefix(_PREFIX)), row.value, names) for row in rows]


def _names_of(session: Session) -> dict[str, tuple[str, str]]:
    """What every office of the district is called, by its id."""
    return {str(each.id): (each.name_hi, each.name_en) for each in setup_queries.offices(session)}


def _told(change_id: UUID, value: Mapping[str, Any], names: Mapping[str, tuple[str, str]]) -> Change:
    was = value.get("was") or names.get(value["office"], ("", ""))
    to = names.get(value.get("to", ""), ("", ""))
    return Change(
        change_id,
        value["kind"],
        value.get("state", PLANNED),
        date.fromisoformat(value["on"]),
        (was[0], was[1]),
        (value["hi"], value["en"]) if "hi" in value else to,
        [each["name"] for each in value.get("villages", ())],
    )


def _on(found: Sequence[AnyRow], key: str, day: date) -> AnyRow:
    row = next((each for each in found if each.key == key), None)
    if row is None or not _is_there(row, day):
        raise NotFound
    return row


def _is_there(row: AnyRow, day: date) -> bool:
    return bool(row.valid_from <= day and (row.valid_to is None or row.valid_to >= day))


def _record(
    session: Session, act: str, change_id: UUID, value: Mapping[str, Any], actor: Actor | None, now: datetime
) -> None:
    told = {name: value[name] for name in ("kind", "on", "hi", "en") if name in value}
    audit.record(session, "admin", act, f"thana_change:{change_id}", actor, now, **told)
