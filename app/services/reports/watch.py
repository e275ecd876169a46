"""Odd use of a week: what the record of access holds, summed by officer, each line with the rows behind it.

For the heads of both offices, as a page, and once a week as a notice that names nobody.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from app.domain.clock import start_of
from app.domain.errors import NotFound
from app.domain.offices import OfficeKind
from app.domain.roles import COVERS, Permission, Role
from app.domain.statement import Period
from app.models.desk import notification_queries as notifications
from app.models.district import office_queries, setup_queries
from app.models.record import watch_queries as table
from app.models.scope import SystemReason, SystemScope
from app.services.casefile import sightings
from app.services.district import calendars
from app.services.reports import keptstatements

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

KIND = "watch"  # of the notice
WEEKS = 13  # that can be looked back at
SEARCHES = frozenset({"case:search"})
REFUSALS = frozenset({"factor:refuse"})
DOORS = frozenset({"session:refuse"})
EXPORTS = frozenset({"events:export"})
EMERGENCIES = frozenset({"case:break_glass"})  # as the chains of the record have it
CONFIRMED = "factor:confirm"
_WATCHED = sightings.LOOKS | SEARCHES | REFUSALS | DOORS | EXPORTS | EMERGENCIES | {CONFIRMED}
#: Acts behind a fresh factor by which data leave the house.
_LEAVES = frozenset({"subject:export", "statement:take", "record:export"})
MANY_AN_HOUR, SEARCHES_AN_HOUR, REFUSED, AT_THE_DOOR = 50, 30, 3, 10
NIGHT = (22, 6)  # o'clock in India: nobody's hours, but a thana's
_HOUR = timedelta(hours=1)
_SHOWN = 200  # rows behind a line
#: To whom the week is told: the office and the role.
_TOLD = ((OfficeKind.DM_OFFICE, Role.DM), (OfficeKind.SP_OFFICE, Role.SP))


class Odd(StrEnum):
    """What is counted."""

    EMERGENCY = "emergency"  # every emergency opening
    OUTSIDE_WORK = "outside_work"  # openings of cases in which one has, and had, no step
    MANY = "many"  # more than fifty openings in an hour
    NIGHT = "night"  # openings and searches between 22:00 and 06:00
    SEARCHES = "searches"  # more than thirty searches in an hour
    EXPORTS = "exports"
    REFUSALS = "refusals"  # a code that did not fit, three times and more
    DOOR = "door"  # ten refused sign-ins and more under one name


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of odd use by one officer in one office; nobody known at the door has no officer."""

    odd: Odd
    officer_id: UUID | None
    officer_hi: str
    officer_en: str
    role: str
    office_kind: str
    office_hi: str
    office_en: str
    count: int


@dataclass(frozen=True, slots=True)
class Seen:
    """One recorded row behind a line."""

    at: datetime
    action: str
    case_number: str
    ground: str  # of an emergency opening


@dataclass(frozen=True, slots=True)
class Week:
    """The odd uses of a week, most of a kind first."""

    period: Period
    lines: Sequence[Line]


@dataclass(slots=True)
class _Found:
    """The rows of a week by kind and officer."""

    rows: dict[tuple[Odd, UUID | None], list[AnyRow]] = field(default_factory=lambda: defaultdict(list))


def weeks(now: datetime) -> list[Period]:
    """The weeks that can be looked at, the running one first."""
    monday = calendars.day(now) - timedelta(days=calendars.day(now).weekday())
    firsts = (monday - timedelta(weeks=back) for back in range(WEEKS))
    return [Period(first, first + timedelta(days=6)) for first in firsts]


def week_of(first: date | None, now: datetime) -> Period:
    """The week that begins on this day; the one that ended last where none is named. Raises NotFound for another."""
    known = weeks(now)
    found = known[1] if first is None else next((each for each in known if each.first == first), None)
    if found is None:
        raise NotFound
    return found


def see(session: Session, actor: Actor, period: Period) -> Week:
    """The digest of a week. Raises NotAllowed."""
    actor.require(Permission.CASE_OPENED)
    return Week(period, _lines(session, _found(session, period)))


def rows_of(
    session: Session, actor: Actor, period: Period, odd: str, officer_id: UUID | None
) -> tuple[Line, Sequence[Seen]]:
    """A line with the recorded rows behind it, newest first. Raises NotAllowed, NotFound."""
    actor.require(Permission.CASE_OPENED)
    found = _found(session, period)
    line = next(
        (each for each in _lines(session, found) if (each.odd, each.officer_id) == (odd, officer_id)), None
    )
    if line is None:
        raise NotFound
    rows = found.rows[line.odd, officer_id][:_SHOWN]
    case_of = _cases_of(session, rows)
    numbers = table.numbers_of_cases(session, set(case_of.values()))
    return line, [
        Seen(row.at, row.action, numbers.get(case_of.get(row.object, UUID(int=0)), ""), _ground(row))
        for row in rows
    ]


def tell_due(database: Database, now: datetime) -> int:
    """Tell the heads of both offices once that the digest of the week that ended is there; -> how many were told."""
    done = 0
    for district_id in database.read(setup_queries.districts, SystemScope(SystemReason.WORKER)):
        done += database.write(partial(_tell, now=now), SystemScope(SystemReason.WORKER, district_id))
    return done


def _tell(session: Session, now: datetime) -> int:
    today = calendars.day(now)
    period = keptstatements.last_week(today)
    monday = start_of(period.last + timedelta(days=1))
    if table.was_told_since(session, KIND, monday) or not _lines(session, _found(session, period)):
        return 0
    places = [(office_queries.only_of_kind(session, kind, today), role) for kind, role in _TOLD]
    told = [(office_id, role) for office_id, role in places if office_id is not None]
    for office_id, role in told:
        notifications.add(session, office_id, role, None, KIND, now)
    return len(told)


# -- found in the rows -------------------------------------------------------------------------------------


def _found(session: Session, period: Period) -> _Found:
    since, until = start_of(period.first), start_of(period.last + timedelta(days=1))
    found_rows = table.access_rows(session, _WATCHED, since, until)
    rows = sorted(found_rows, key=lambda row: row.at, reverse=True)
    found = _Found()
    for (odd, who), some in _candidates(session, rows).items():
        if some:
            found.rows[odd, who] = some
    return found


def _candidates(session: Session, rows: Sequence[AnyRow]) -> dict[tuple[Odd, UUID | None], list[AnyRow]]:
    own: dict[tuple[Odd, UUID | None], list[AnyRow]] = {}
    outside = _outside(session, [row for row in rows if row.action in sightings.LOOKS])
    for who, mine in _by_officer(rows).items():
        looks = [row for row in mine if row.action in sightings.LOOKS]
        searches = [row for row in mine if row.action in SEARCHES]
        own |= {
            (Odd.EMERGENCY, who): [row for row in mine if row.action in EMERGENCIES],
            (Odd.OUTSIDE_WORK, who): outside.get(who, []),
            (Odd.MANY, who): _in_one_hour(looks, MANY_AN_HOUR),
            (Odd.NIGHT, who): [row for row in (*looks, *searches) if _is_night(row)],
            (Odd.SEARCHES, who): _in_one_hour(searches, SEARCHES_AN_HOUR),
            (Odd.EXPORTS, who): [row for row in mine if _is_export(row)],
            (Odd.REFUSALS, who): _at_least(REFUSED, [row for row in mine if row.action in REFUSALS]),
        }
    for whose, some in _by_thing(rows).items():
        own[Odd.DOOR, whose] = _at_least(AT_THE_DOOR, some)
    return own


def _by_officer(rows: Iterable[AnyRow]) -> dict[UUID, list[AnyRow]]:
    found: dict[UUID, list[AnyRow]] = defaultdict(list)
    for row in rows:
        if row.actor_id is not None:
            found[row.actor_id].append(row)
    return found


def _by_thing(rows: Iterable[AnyRow]) -> dict[UUID | None, list[AnyRow]]:
    """Refused sign-ins by the officer whose name was used; None: names that nobody has."""
    found: dict[UUID | None, list[AnyRow]] = defaultdict(list)
    for row in rows:
        if row.action in DOORS:
            found[_id_in(row.object)].append(row)
    return found


def _id_in(thing: str) -> UUID | None:
    try:
        return UUID(thing.partition(":")[2])
    except ValueError:
        return None


def _in_one_hour(rows: Sequence[AnyRow], more_than: int) -> list[AnyRow]:
    """All rows of hours in which there were more than so many; rows come newest first."""
    chosen: set[int] = set()
    first = 0
    for last, row in enumerate(rows):
        while rows[first].at - row.at >= _HOUR:
            first += 1
        if last - first + 1 > more_than:
            chosen.update(range(first, last + 1))
    return [row for place, row in enumerate(rows) if place in chosen]


def _at_least(count: int, rows: list[AnyRow]) -> list[AnyRow]:
    return rows if len(rows) >= count else []


def _is_night(row: AnyRow) -> bool:
    hour = calendars.local(row.at).hour
    return hour >= NIGHT[0] or hour < NIGHT[1]


def _is_export(row: AnyRow) -> bool:
    return row.action in EXPORTS or (row.action == CONFIRMED and row.detail.get("act") in _LEAVES)


def _cases_of(session: Session, rows: Iterable[AnyRow]) -> dict[str, UUID]:
    """Object of a row -> the case it is about, where it is about one."""
    things = {row.object for row in rows}
    direct = {each: found for each in things if each.startswith("case:") and (found := _id_in(each))}
    papers = {found: each for each in things if each.startswith("document:") and (found := _id_in(each))}
    of_papers = table.cases_of_documents(session, papers)
    return direct | {papers[document_id]: case_id for document_id, case_id in of_papers.items()}


def _outside(session: Session, looks: Sequence[AnyRow]) -> dict[UUID, list[AnyRow]]:
    """Looks at cases in which the officer's post has no step, open or done, and nothing was sent by him."""
    case_of = _cases_of(session, looks)
    case_ids = set(case_of.values())
    sent = table.answered_by(session, case_ids)
    posts, persons = set(), set()
    for task in table.work_of_cases(session, case_ids):
        posts.add((task.case_id, task.office_id, task.role))
        persons |= {(task.case_id, each) for each in (task.done_by, task.assigned_to) if each is not None}

    def is_work(row: AnyRow, case_id: UUID) -> bool:
        roles = {Role(row.role)} | COVERS.get(Role(row.role), frozenset())
        return any((case_id, row.office_id, each) in posts for each in roles) or (
            (case_id, row.actor_id) in persons | sent
        )

    found: dict[UUID, list[AnyRow]] = defaultdict(list)
    for row in looks:
        case_id = case_of.get(row.object)
        if case_id is not None and row.actor_id is not None and not is_work(row, case_id):
            found[row.actor_id].append(row)
    return found


# -- in lines ----------------------------------------------------------------------------------------------


def _lines(session: Session, found: _Found) -> list[Line]:
    people = table.people(session, {who for _, who in found.rows if who is not None})
    places = table.offices(session, {row.office_id for rows in found.rows.values() for row in rows})
    order = list(Odd)
    lines = [_line(odd, who, rows, people, places) for (odd, who), rows in found.rows.items()]
    return sorted(lines, key=lambda line: (order.index(line.odd), -line.count, line.officer_en))


def _line(
    odd: Odd,
    who: UUID | None,
    rows: Sequence[AnyRow],
    people: Mapping[UUID, AnyRow],
    places: Mapping[UUID, AnyRow],
) -> Line:
    person, place = people.get(who) if who else None, places.get(rows[0].office_id)
    return Line(
        odd,
        who,
        officer_hi=person.name_hi if person is not None else "",
        officer_en=person.name_en if person is not None else "",
        role=rows[0].role if rows[0].actor_id is not None else "",
        office_kind=place.office_kind if place is not None else "",
        office_hi=place.office_hi if place is not None else "",
        office_en=place.office_en if place is not None else "",
        count=len(rows),
    )


def _ground(row: AnyRow) -> str:
    return str(row.detail.get("ground") or "")
