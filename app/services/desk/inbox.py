"""The inbox: the open tasks of an officer's post, by age and by next act. Counts are sums, never a scan."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from app.domain import bands
from app.domain.clock import start_of
from app.domain.ids import known_id
from app.domain.offices import OfficeKind
from app.domain.roles import IN_PERSON, Permission, Role, permissions_of, roles_done_by
from app.models import ahead
from app.models.casefile import note_queries as notes
from app.models.desk import desk_queries as desks
from app.models.desk import inbox_queries as table
from app.models.district import office_queries as offices
from app.services.access import standins
from app.services.casefile import searchkeys, units
from app.services.desk import desk, holding, sending
from app.services.district import calendars, englishnames, policies
from app.services.procedure import releases
from app.services.store import keys
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from app.domain.bands import Place, Window
    from app.domain.clock import Age
    from app.domain.roles import Actor, Post
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.access.standins import StandIn

SIZES = (25, 50, 100)
SORTS = tuple(table.ORDERS)
AGES = (*bands.STATES, *bands.BANDS)
TO_GIVE = "to_give"  # done in person, and in the name of nobody who could do it
HOLDERS = ("mine", "free", TO_GIVE)
LOOKS = ("due", "all")
CAP = 1000  # a filtered count stops here and shows "1000+"
NOTES_CAP = 100


@dataclass(frozen=True, slots=True)
class InboxQuery:
    """What the officer asked to see; every field may come from a shared address, so all are checked."""

    tab: str = ""
    age: str = ""  # one of AGES
    search: str = ""
    thana: str = ""
    purpose: str = ""
    requisition: str = ""
    holder: str = ""  # one of HOLDERS: in one's own name, in nobody's, to be given to an officer
    look: str = ""  # one of LOOKS: to be looked at again by today, or one day
    sort: str = "due"  # one of SORTS
    size: int = 25
    after: str = ""


class InboxRow(NamedTuple):
    task_id: UUID
    case_number: str
    person: keys.SealedName
    purpose_hi: str
    purpose_en: str
    element_id: str
    step_hi: str
    step_en: str
    unit_kind: str  # of an enquiry that another office or district makes; empty where it is one's own
    unit_hi: str
    unit_en: str
    due_on: date
    age: Age
    requisition_number: str
    requester_hi: str
    claimed_by_hi: str
    claimed_by_en: str
    is_mine: bool
    is_to_give: bool  # done in person, in nobody's name: the reader gives it to an officer
    acting: StandIn | None  # for whom its holder acts, where he is another than the reader
    places: keys.SealedVillages | None  # of a thana's own enquiry: where it leads
    is_asked_anew: bool  # the SP or the SDPO sent the case back to this unit
    look_on: date | None  # when the officer himself wants to look again, and why
    look_note: str
    is_look_due: bool

    @property
    def name_hi(self) -> str:
        return self.person["hi"]

    @property
    def name_en(self) -> str:
        return self.person["en"]

    @property
    def father_hi(self) -> str:
        return self.person["father_hi"]

    @property
    def father_en(self) -> str:
        return self.person["father_en"]

    @property
    def relation(self) -> str:
        return self.person["relation"]

    @property
    def villages_hi(self) -> str:
        return ", ".join(self.places.names) if self.places else ""

    @property
    def villages_en(self) -> str:
        return englishnames.in_latin(self.villages_hi)


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
class Again:
    """How many tasks the officer wants to look at again: by today, and in all."""

    due: int
    all: int


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    hi: str
    en: str


@dataclass(frozen=True, slots=True)
class FilterChoices:
    thanas: list[Choice]
    purposes: Mapping[str, releases.Purpose]  # by code


@dataclass(frozen=True, slots=True)
class InboxPage:
    query: InboxQuery
    tiles: Tiles
    bands: list[tuple[str, int]]
    tabs: list[Tab]
    rows: list[InboxRow]
    next_after: str
    filters: FilterChoices
    views: list[desk.View]
    again: Again
    to_give: int | None  # how many tasks are to be given to an officer; None: here none ever are
    notes: int  # from other offices, waiting for an answer; at most NOTES_CAP
    found: int | None  # of a filtered page, at most CAP; None when nothing is filtered
    capped: bool
    acts: list[str]  # what may be sent of many tasks at once: sending.FORMS


def page(session: Session, actor: Actor, query: InboxQuery, now: datetime) -> InboxPage:
    """One page of the inbox of the actor's present post."""
    today, queue = calendars.day(now), _queue(actor)
    size = query.size if query.size in SIZES else SIZES[0]
    with_thanas = actor.post.office_kind != OfficeKind.THANA
    keyset = table.Keyset(_sort(query), _after(query), size + 1)
    #: An age is a window of days, which hangs on the calendar; all else is read in one wait.
    condition = None if query.age or query.look else _condition(session, actor, query, {}, None)
    #: Seldom is there anything to give: the statement that looks for it is asked only where the counts tell of it.
    paged = queue._replace(to_give="")
    own = [] if condition is None else [table.paging(paged, condition, keyset)]
    if with_thanas:
        own.append((offices.NAMES_OF_KIND, {"kind": OfficeKind.THANA, "day": today}))
    elif condition is not None:
        own.append(table.addressing(paged, condition, keyset))
    ahead.inbox(session, queue, actor, now, NOTES_CAP, policies.CLEAN_REPORTS, own)
    windows = bands.windows(calendars.of(session), today)
    looks = {row.user_task_id: row for row in desks.follow_ups(session, actor.officer_id, queue.office_id)}
    if condition is None:
        condition = _condition(session, actor, query, windows, _to_look_at(query, looks, today))
    counts = table.counts(session, queue)
    if any(row.to_give for row in counts):
        paged = queue
    rows = table.rows(session, paged, condition, keyset)
    shown, more = rows[:size], len(rows) > size
    lived_at = {} if with_thanas else _addresses(table.addresses(session, paged, condition, keyset))
    sums = _sums(counts, bands.places(calendars.of(session), today))
    loaded = releases.active(session)
    found = _counted(condition, counts)
    if found is None and condition:
        is_all = not more and keyset.after is None
        found = len(rows) if is_all else table.capped_count(session, paged, condition, CAP + 1)
    return InboxPage(
        query,
        _tiles(counts, sums),
        _banded(sums),
        _tabs(counts, today, loaded),
        _opened(session, actor, shown, lived_at, looks, now),
        _next(query, shown[-1]) if more else "",
        FilterChoices(_thanas(session, today) if with_thanas else [], loaded.purposes),
        desk.views(session, actor),
        Again(sum(row.look_on <= today for row in looks.values()), len(looks)),
        sum(row.to_give for row in counts) if queue.to_give else None,
        notes.waiting_count(session, queue.office_id, NOTES_CAP),
        None if found is None else min(found, CAP),
        found is not None and found > CAP,
        sending.offered(session, _forms(counts, loaded)),
    )


class InOtherPost(NamedTuple):
    """What waits for the officer in another post that he holds today."""

    post: Post
    open: int
    late: int


def in_other_posts(session: Session, actor: Actor, now: datetime) -> list[InOtherPost]:
    """The other posts of the officer in which something waits: one he stands in for, or his own meanwhile."""
    today, found = calendars.day(now), []
    for post in actor.posts:
        if post.posting_id == actor.post.posting_id or Permission.INBOX_SEE not in permissions_of(
            post.role, post.kind
        ):
            continue
        there = replace(actor, post=post)
        counts = table.counts(session.narrowed(actor_scope(there)), _queue(there))
        late = sum(row.open for row in counts if row.due_on < today)
        found.append(InOtherPost(post, sum(row.open for row in counts), late))
    return [each for each in found if each.open]


def _queue(actor: Actor) -> table.Queue:
    role = actor.post.role
    person = actor.officer_id if role in IN_PERSON else None
    to_give = _TO_GIVE.get(role, "")
    return table.Queue(actor.post.office_id, tuple(sorted(roles_done_by(actor.post))), person, to_give)


#: In whose inbox lies what is done in person and has nobody's name: whoever names the officer, and who marks to him.
_TO_GIVE = {Role.SHO: table.OFFICE, Role.SP_READER: table.EVERYWHERE}


def of_officers(session: Session, actor: Actor, most: int, now: datetime) -> tuple[list[InboxRow], bool]:
    """What officers have in their own names in the office of him who names them, by the day it is due.

    And whether there is more than the first `most`. Empty in every other post: what those below it do either lies
    in its own queue, or waits in a post of their own.
    """
    if _TO_GIVE.get(actor.post.role) != table.OFFICE:
        return [], False
    queue = table.Queue(actor.post.office_id, tuple(sorted(IN_PERSON)), None)
    rows = table.rows(session, queue, table.Condition(), table.Keyset(SORTS[0], None, most + 1))
    opened = _opened(session, actor, rows[:most], {}, {}, now)
    return [row for row in opened if not row.is_to_give], len(rows) > most


def view_of(actor: Actor, tasks: Iterable[AnyRow]) -> str:
    """Under which of HOLDERS the officer finds in his inbox these tasks (office_id, role) in nobody's name."""
    queue, found = _queue(actor), list(tasks)
    if queue.person is not None or not actor.may(Permission.INBOX_SEE):
        return ""
    given = [row for row in found if Role(row.role) in IN_PERSON]
    if queue.to_give == table.EVERYWHERE and given:
        return TO_GIVE
    here = {Role(row.role) in IN_PERSON for row in found if row.office_id == queue.office_id}
    if queue.to_give and True in here:
        return TO_GIVE
    is_own = any(row.office_id == queue.office_id and row.role in queue.roles for row in found)
    return "free" if is_own else ""


def _sort(query: InboxQuery) -> str:
    return query.sort if query.sort in SORTS else SORTS[0]


def _to_look_at(query: InboxQuery, looks: Mapping[UUID, AnyRow], today: date) -> tuple[UUID, ...] | None:
    if query.look not in LOOKS:
        return None
    return tuple(row.user_task_id for row in looks.values() if query.look == "all" or row.look_on <= today)


_NO_ID = UUID(int=0)  # of no thana: a filter that names none finds nothing


def _condition(
    session: Session,
    actor: Actor,
    query: InboxQuery,
    windows: Mapping[str, Window],
    task_ids: tuple[UUID, ...] | None,
) -> table.Condition:
    case_ids: tuple[UUID, ...] | None = None
    if query.search.strip():
        case_ids = tuple(searchkeys.case_ids(session, query.search, limit=200))
    window = windows.get(query.age, _ALWAYS)
    return table.Condition(
        element_id=query.tab or None,
        due_from=None if window.first is None else start_of(window.first),
        due_before=None if window.until is None else start_of(window.until),
        thana_id=(known_id(query.thana) or _NO_ID) if query.thana else None,
        purpose=query.purpose or None,
        requisition=query.requisition or None,
        claimed_by=actor.officer_id if query.holder == "mine" else None,
        is_free=True if query.holder == "free" else None,
        is_to_give=True if query.holder == TO_GIVE else None,
        case_ids=case_ids,
        task_ids=task_ids,
    )


_ALWAYS = bands.Window(None, None)


def _counted(condition: table.Condition, counts: Sequence[AnyRow]) -> int | None:
    """How many tasks pass the filter, read off the counts; None where nothing is filtered or they cannot tell."""
    if not condition or not condition.is_counted:
        return None
    of = "to_give" if condition.is_to_give else "free" if condition.is_free else "open"
    return sum(
        int(getattr(row, of))
        for row in counts
        if condition.element_id in (None, row.element_id)
        and (condition.due_from is None or start_of(row.due_on) >= condition.due_from)
        and (condition.due_before is None or start_of(row.due_on) < condition.due_before)
    )


def _sums(counts: Sequence[AnyRow], places: Mapping[date, Place]) -> dict[str, int]:
    """How many tasks lie in each state and band of age."""
    sums = dict.fromkeys(AGES, 0)
    for row in counts:
        for band in places[row.due_on].bands:
            sums[band] += row.open
    return sums


def _tiles(counts: Sequence[AnyRow], sums: Mapping[str, int]) -> Tiles:
    late, last, left = (sums[state] for state in bands.STATES)
    return Tiles(late, last, left, sum(row.free for row in counts))


def _banded(sums: Mapping[str, int]) -> list[tuple[str, int]]:
    """The finer bands of age, the most urgent first, of a state that lies in more than one of them."""
    filled = [(band, sums[band]) for band in bands.BANDS if sums[band]]
    states = [band.partition("_")[0] for band, _ in filled]
    return [each for each, state in zip(filled, states, strict=True) if states.count(state) > 1]


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


def _forms(counts: Sequence[AnyRow], loaded: releases.Loaded) -> set[str]:
    """The forms of the steps with open tasks."""
    known = loaded.engine.user_tasks
    return {known[row.element_id].form for row in counts if row.open and row.element_id in known}


def _addresses(rows: Sequence[AnyRow]) -> dict[UUID, list[tuple[UUID, bytes]]]:
    """The sealed addresses of each case, by its id."""
    found: dict[UUID, list[tuple[UUID, bytes]]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append((row.id, row.details))
    return found


def _opened(
    session: Session,
    actor: Actor,
    rows: Sequence[AnyRow],
    addresses: Mapping[UUID, list[tuple[UUID, bytes]]],
    looks: Mapping[UUID, AnyRow],
    now: datetime,
) -> list[InboxRow]:
    """The rows as they are shown; a name stays sealed until somebody reads it."""
    today = calendars.day(now)
    places = bands.places(calendars.of(session), today)
    said: dict[tuple[UUID, str, str], tuple[tuple[str, str], tuple[str, str]]] = {}
    officer_id = actor.officer_id
    held = [_holding(row, officer_id, now) for row in rows]
    acting = standins.find(session, held)
    opened = []
    for row, hold in zip(rows, held, strict=True):
        spoken_of = (row.release_id, row.purpose, row.element_id)
        if spoken_of not in said:
            loaded = releases.load(session, row.release_id)
            said[spoken_of] = loaded.purpose_names(row.purpose), loaded.engine.label(row.element_id)
        purpose, step = said[spoken_of]
        is_held = row.assigned_to is not None or holding.holds(row, now)
        look = looks.get(row.id) if looks else None
        opened.append(
            InboxRow(
                row.id,
                row.number,
                keys.SealedName(session.keys, row.data_key_id, row.applicant_id, row.name, row.wrapped),
                *purpose,
                row.element_id,
                *step,
                *(_OWN if row.asked is None and row.unit_id is None else _unit(session, row)),
                row.due_on,
                places[row.due_on].age.standing(row.stands_since),
                row.requisition_number,
                row.requester_hi,
                (row.holder_hi or "") if is_held else "",
                (row.holder_en or "") if is_held else "",
                is_held and officer_id in (row.claimed_by, row.assigned_to),
                not is_held and Role(row.role) in IN_PERSON,
                acting.get(hold),
                _villages(session, row, addresses.get(row.case_id)),
                bool(row.round),
                *(_NO_LOOK if look is None else _look(session, actor, row, look, today)),
            )
        )
    return opened


def _holding(row: AnyRow, reader_id: UUID, now: datetime) -> standins.Act | None:
    """That another than the reader has a task in his name, as an act of his."""
    is_held = row.assigned_to is not None or holding.holds(row, now)
    holder = (row.claimed_by or row.assigned_to) if is_held else None
    return standins.act(holder, row.office_id, now, row.role) if holder != reader_id else None


_NO_LOOK = (None, "", False)
_OWN = ("", "", "")


def _unit(session: Session, row: AnyRow) -> tuple[str, str, str]:
    """Whose enquiry it is, where it is not one's own office's: another office's, or another district's by letter."""
    if row.asked is not None and row.wrapped is not None:
        key = keys.unlock(session, row.data_key_id, row.wrapped)
        asked = keys.open_json(key, f"enquiry|facts|{row.enquiry_id}", row.asked)
        return "", *units.elsewhere(asked)
    return (row.unit_kind, row.unit_hi, row.unit_en) if row.unit_id is not None else _OWN


def _villages(
    session: Session, row: AnyRow, addresses: list[tuple[UUID, bytes]] | None
) -> keys.SealedVillages | None:
    """Where an enquiry of the reader's own thana leads."""
    if row.asked_here is None or row.unit_id is not None or not addresses:
        return None
    sealed = (row.enquiry_id, row.asked_here, tuple(addresses))
    return keys.SealedVillages(session.keys, row.data_key_id, sealed, row.wrapped)


def _look(session: Session, actor: Actor, row: AnyRow, look: AnyRow, today: date) -> tuple[date, str, bool]:
    note = desk.note_of(session, actor, row.id, row.data_key_id, look.note)
    return look.look_on, note, look.look_on <= today


def _thanas(session: Session, today: date) -> list[Choice]:
    """The thanas to filter by, for an office that is not itself one."""
    found = offices.names_of_kind(session, OfficeKind.THANA, today)
    return [Choice(str(row.id), row.name_hi, row.name_en) for row in found]


def _next(query: InboxQuery, row: AnyRow) -> str:
    """Where the next page begins, as it stands in an address: the order, the row's place in it, the row."""
    key = row.sort_key.hex if isinstance(row.sort_key, UUID) else row.sort_key.isoformat()
    return urlsafe_b64encode(f"{_sort(query)}|{key}|{row.id.hex}".encode()).decode().rstrip("=")


def _after(query: InboxQuery) -> tuple[datetime | UUID, UUID] | None:
    """The row after which the page begins; None, and so the first page, for what is no place in this order."""
    text = query.after
    try:
        sort, key, last = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split("|")
        if sort != _sort(query):
            return None
        if sort == "case":
            return UUID(key), UUID(last)
        moment = datetime.fromisoformat(key)
        return (moment, UUID(last)) if moment.tzinfo is not None else None
    except ValueError:
        return None
