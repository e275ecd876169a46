"""The inbox: the open tasks of an officer's post, by age and by next act. Counts are sums, never a scan."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from app.domain.clock import start_of
from app.domain.offices import OfficeKind
from app.domain.roles import IN_PERSON, roles_done_by
from app.models import ahead
from app.models import inbox_queries as table
from app.models import office_queries as offices
from app.services import calendars, keys, releases, searchkeys

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from app.domain.clock import Age
    from app.domain.roles import Actor
    from app.models.base import AnyRow
    from app.models.scope import Session

SIZES = (25, 50, 100)
CAP = 1000  # a filtered count stops here and shows "1000+"


@dataclass(frozen=True, slots=True)
class InboxQuery:
    """What the officer asked to see; every field may come from a shared address, so all are checked."""

    tab: str = ""
    age: str = ""  # late | last_day | left
    search: str = ""
    thana: str = ""
    purpose: str = ""
    requisition: str = ""
    mine: bool = False
    sort: str = "due"  # due | received
    size: int = 25
    after: str = ""


class InboxRow(NamedTuple):
    task_id: UUID
    case_number: str
    name_hi: str
    name_en: str
    father_hi: str
    father_en: str
    relation: str
    purpose_hi: str
    purpose_en: str
    element_id: str
    step_hi: str
    step_en: str
    unit_kind: str  # of an enquiry that another office makes; empty where it is one's own
    unit_hi: str
    unit_en: str
    due_on: date
    age: Age
    requisition_number: str
    requester_hi: str
    claimed_by_hi: str
    claimed_by_en: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Tab:
    element_id: str
    step_hi: str
    step_en: str
    open: int
    late: int


@dataclass(frozen=True, slots=True)
class Tiles:
    late: int
    last_day: int
    left: int
    office: int  # waiting in the office, in nobody's name


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    hi: str
    en: str


@dataclass(frozen=True, slots=True)
class FilterChoices:
    thanas: list[Choice]
    purposes: list[Choice]


@dataclass(frozen=True, slots=True)
class InboxPage:
    query: InboxQuery
    tiles: Tiles
    tabs: list[Tab]
    rows: list[InboxRow]
    next_after: str
    filters: FilterChoices
    found: int | None  # of a filtered page, at most CAP; None when nothing is filtered
    capped: bool


def page(session: Session, actor: Actor, query: InboxQuery, now: datetime) -> InboxPage:
    """One page of the inbox of the actor's present post."""
    today, queue = calendars.day(now), _queue(actor)
    condition = _condition(session, actor, query, today)
    size = query.size if query.size in SIZES else SIZES[0]
    keyset = table.Keyset(query.sort, _after(query.after), size + 1)
    with_thanas = actor.post.office_kind != OfficeKind.THANA
    ahead.inbox(session, queue, condition, keyset, today if with_thanas else None)
    counts = table.counts(session, queue)
    rows = table.rows(session, queue, condition, keyset)
    shown, more = rows[:size], len(rows) > size
    loaded = releases.active(session)
    found = _counted(condition, counts)
    if found is None and condition:
        is_all = not more and keyset.after is None
        found = len(rows) if is_all else table.capped_count(session, queue, condition, CAP + 1)
    return InboxPage(
        query,
        _tiles(counts, today),
        _tabs(counts, today, loaded),
        _opened(session, actor, shown, today),
        _next(shown[-1]) if more else "",
        FilterChoices(_thanas(session, today) if with_thanas else [], _purposes(loaded)),
        None if found is None else min(found, CAP),
        found is not None and found > CAP,
    )


def open_total(session: Session, actor: Actor) -> int:
    """How many tasks wait for this post: the number beside the inbox in the navigation."""
    return sum(row.open for row in table.counts(session, _queue(actor)))


def _queue(actor: Actor) -> table.Queue:
    role = actor.post.role
    person = actor.officer_id if role in IN_PERSON else None
    return table.Queue(actor.post.office_id, tuple(sorted(roles_done_by(actor.post))), person)


def _condition(session: Session, actor: Actor, query: InboxQuery, today: date) -> table.Condition:
    case_ids: tuple[UUID, ...] | None = None
    if query.search.strip():
        case_ids = tuple(searchkeys.case_ids(session, query.search, limit=200))
    from_day, until_day = _AGES.get(query.age, _ALWAYS)
    return table.Condition(
        element_id=query.tab or None,
        due_from=None if from_day is None else start_of(today + from_day),
        due_before=None if until_day is None else start_of(today + until_day),
        thana_id=_uuid(query.thana),
        purpose=query.purpose or None,
        requisition=query.requisition or None,
        claimed_by=actor.officer_id if query.mine else None,
        case_ids=case_ids,
    )


#: The days of each age, from the one until before the other, counted from today.
_AGES = {
    "late": (None, timedelta(0)),
    "last_day": (timedelta(0), timedelta(1)),
    "left": (timedelta(1), None),
}
_ALWAYS = (None, None)


def _counted(condition: table.Condition, counts: Sequence[AnyRow]) -> int | None:
    """How many tasks pass the filter, read off the counts; None where nothing is filtered or they cannot tell."""
    if not condition or not condition.is_counted:
        return None
    return sum(
        int(row.open)
        for row in counts
        if condition.element_id in (None, row.element_id)
        and (condition.due_from is None or start_of(row.due_on) >= condition.due_from)
        and (condition.due_before is None or start_of(row.due_on) < condition.due_before)
    )


def _tiles(counts: Sequence[AnyRow], today: date) -> Tiles:
    late = sum(row.open for row in counts if row.due_on < today)
    last = sum(row.open for row in counts if row.due_on == today)
    left = sum(row.open for row in counts) - late - last
    return Tiles(late, last, left, sum(row.free for row in counts))


def _tabs(counts: Sequence[AnyRow], today: date, loaded: releases.Loaded) -> list[Tab]:
    open_by: dict[str, int] = {}
    late_by: dict[str, int] = {}
    for row in counts:
        open_by[row.element_id] = open_by.get(row.element_id, 0) + row.open
        late_by[row.element_id] = late_by.get(row.element_id, 0) + (row.open if row.due_on < today else 0)
    order = {element_id: number for number, element_id in enumerate(loaded.engine.user_tasks)}
    return [
        Tab(element_id, *loaded.engine.label(element_id), open_by[element_id], late_by[element_id])
        for element_id in sorted(open_by, key=lambda each: (order.get(each, len(order)), each))
        if open_by[element_id]
    ]


def _opened(session: Session, actor: Actor, rows: Sequence[AnyRow], today: date) -> list[InboxRow]:
    """The page with its sealed names opened: 25 keys and names cost a fraction of a millisecond."""
    calendar = calendars.of(session)
    ages = {due_on: calendar.age(due_on, today) for due_on in {row.due_on for row in rows}}
    known = {
        release_id: releases.load(session, release_id) for release_id in {row.release_id for row in rows}
    }
    post, officer_id = actor.post, actor.officer_id
    opened = []
    for row in rows:
        person = keys.open_name(session, row.data_key_id, row.applicant_id, row.name, wrapped=row.wrapped)
        loaded = known[row.release_id]
        is_own = row.unit_id in (None, post.office_id)
        unit: tuple[str, str, str] = ("", "", "") if is_own else (row.unit_kind, row.unit_hi, row.unit_en)
        opened.append(
            InboxRow(
                row.id,
                row.number,
                person["hi"],
                person["en"],
                person["father_hi"],
                person["father_en"],
                person["relation"],
                *loaded.purpose_names(row.purpose),
                row.element_id,
                *loaded.engine.label(row.element_id),
                *unit,
                row.due_on,
                ages[row.due_on],
                row.requisition_number,
                row.requester_hi,
                row.holder_hi or "",
                row.holder_en or "",
                officer_id in (row.claimed_by, row.assigned_to),
            )
        )
    return opened


def _thanas(session: Session, today: date) -> list[Choice]:
    """The thanas to filter by, for an office that is not itself one."""
    found = offices.of_kind(session, OfficeKind.THANA, today)
    return [Choice(str(row.id), row.name_hi, row.name_en) for row in found]


def _purposes(loaded: releases.Loaded) -> list[Choice]:
    return [Choice(code, each.hi, each.en) for code, each in loaded.purposes.items()]


def _next(row: AnyRow) -> str:
    return urlsafe_b64encode(f"{row.sort_key.isoformat()}|{row.id.hex}".encode()).decode().rstrip("=")


def _after(text: str) -> tuple[datetime, UUID] | None:
    try:
        at, _, last = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition("|")
        moment = datetime.fromisoformat(at)
        return (moment, UUID(last)) if moment.tzinfo is not None else None
    except ValueError:
        return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return UUID(int=0)
