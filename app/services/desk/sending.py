"""Tasks sent in one act, each with what its form proposes: marked, assigned, clean reports approved, papers sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson

from app.domain.errors import DomainError
from app.models.issuing import paper_queries as series
from app.services.casefile import sentletters
from app.services.casefile.facts import CaseFacts
from app.services.desk import holding, many, marking, sheets, tasks
from app.services.desk.many import Acting
from app.services.district import calendars, neighbourhood, policies
from app.services.district.places import WRITTEN, Known
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.services.casefile.units import Said as Words
    from app.services.desk.many import Item
    from app.services.desk.sheets import Sheet
    from app.services.district.neighbourhood import Way
    from app.services.store.database import Database

MARK, ASSIGN, APPROVE, DELIVER = "mark", "assign", "approve", "deliver"
#: Each act on many tasks, and the form that it sends.
FORMS = {MARK: "route", ASSIGN: "accept_enquiry", APPROVE: "endorse_enquiry", DELIVER: "dispatch"}
#: How a thana may be known that is marked without anybody looking at the address by itself.
_SURE = frozenset({WRITTEN, Known.LEARNT, Known.ONLY_ONE})
_CLEAN = "no_adverse"
_OFFICERS, _LETTERS = "enquiry_officers", "other_district"
_SERIES = "approved"  # how many reports an office approved in lists on one day


class LeftOut(DomainError):
    """A task that cannot be sent as one of many; `why` is one of many.why.* in the catalogue."""

    key = "error.not_one_of_many"

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__()


class NotConfirmed(DomainError):
    """Reports are approved in a list only by whoever says that the registers were compared (422)."""

    key = "error.registers_not_compared"


@dataclass(frozen=True, slots=True)
class Said:
    """What an officer answers once for all tasks: who enquires, or that the registers were compared.

    `act_id` is what the page called the act (`sentletters.act`); None: each task goes with letters of its own.
    """

    officer_id: UUID | None = None
    is_compared: bool = False
    act_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """A task that may be sent: whose case, what will be sent of it, and the seal of that."""

    task_id: UUID
    case_number: str
    name_hi: str
    name_en: str
    places: list[marking.Line]  # where it is marked to, and how each thana is known
    addresses: list[Words]  # of which the SHO says, by sending, that they are his
    letters: tuple[Mapping[str, Any], ...]  # rows of the form: to other districts
    seal: str
    to_hi: str = ""  # the department into whose inbox a paper goes
    ways: tuple[Way, ...] = ()  # how each letter would go today


@dataclass(frozen=True, slots=True)
class Choice:
    """An officer who could make every one of the enquiries."""

    value: str
    hi: str
    en: str


@dataclass(frozen=True, slots=True)
class Page:
    """What the page asks before it sends: what is ready, what is left out, and what is still to be chosen."""

    act: str
    ready: list[Ready]
    left: list[Item]
    officers: list[Choice]
    cap: int  # reports that may still be approved in lists today
    act_id: UUID  # what the act is called: one that stopped half way is gone on with


def allowed(session: Session, act: str) -> bool:
    """Whether the district lets this act be done on many tasks at all."""
    return act in FORMS and (act != APPROVE or policies.daily_cap(session) > 0)


def offered(session: Session, forms: Collection[str]) -> list[str]:
    """The acts that tasks with these forms may be part of, in the order of the route."""
    return [act for act, form in FORMS.items() if form in forms and allowed(session, act)]


def look(
    database: Database,
    actor: Actor,
    act: str,
    task_ids: Iterable[UUID],
    now: datetime,
    most: int = many.MOST,
) -> Page:
    """As `show`, and how every letter to another district would go today: as a task there, or on paper."""
    page = database.read(lambda session: show(session, actor, act, task_ids, now, most), actor_scope(actor))
    ways = neighbourhood.ways(database, (letter for one in page.ready for letter in one.letters), now)

    def named(one: Ready) -> Ready:
        places = dict.fromkeys(place for each in one.letters if (place := neighbourhood.place_of(each)))
        return replace(one, ways=tuple(ways[place] for place in places))

    return replace(page, ready=[named(one) for one in page.ready])


def show(
    session: Session,
    actor: Actor,
    act: str,
    task_ids: Iterable[UUID],
    now: datetime,
    most: int = many.MOST,
) -> Page:
    """What would be sent of each task, and which are left out, with the reason. Raises NothingChosen."""
    ready: list[Ready] = []
    left: list[Item] = []
    offered: list[list[Choice]] = []
    for task_id in many.some(task_ids, most):
        try:
            sheet, values = _filled(session, actor, act, task_id, now)
        except DomainError as error:
            left.append(many.told(session, task_id, error))
            continue
        ready.append(_ready(session, sheet, values, now))
        offered.append([Choice(each["value"], each["hi"], each["en"]) for each in _officers(sheet)])
    cap = _left_today(session, actor, now) if act == APPROVE else 0
    officers = _of_all(offered) if act == ASSIGN else []
    return Page(act, ready, left, officers, cap, sentletters.act(session, actor, FORMS[act], now))


def send(
    database: Database,
    actor: Actor,
    act: str,
    seals: Mapping[UUID, str],
    said: Said,
    now: datetime,
) -> Acting:
    """Send the chosen tasks, each in a transaction of its own as it is asked for; what is not as it was shown stays.

    `seals` are what the page showed of each. Raises NothingChosen, NobodyChosen and NotConfirmed before any is sent.
    """
    if act == ASSIGN and said.officer_id is None:
        raise holding.NobodyChosen
    if act == APPROVE and not said.is_compared:
        raise NotConfirmed
    chosen = many.some(seals)
    items = one_by_one(database, actor, act, seals, said, now)
    return Acting(len(chosen), items, [], is_finished_alone=True)


def one_by_one(
    database: Database,
    actor: Actor,
    act: str,
    seals: Mapping[UUID, str],
    said: Said,
    now: datetime,
) -> Iterator[Item]:
    """Send however many tasks, each when its item is asked for; as `send`, whose refusals come before this."""
    items = many.one_by_one(
        database,
        actor,
        seals,
        lambda task_id: tasks.send_prepared(
            database, actor, task_id, _Prepared(act, seals[task_id], said, now), now
        ),
    )
    return items if said.act_id is None else many.ended(database, actor, said.act_id, items, now)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """One task of the act on its way (tasks.Prepared)."""

    act: str
    seal: str
    said: Said
    now: datetime

    @property
    def act_id(self) -> UUID | None:
        return self.said.act_id

    def fill(
        self, session: Session, actor: Actor, task_id: UUID, now: datetime
    ) -> tuple[Sheet, dict[str, Any]]:
        sheet, values = _filled(session, actor, self.act, task_id, now)
        if _seal(values) != self.seal:
            raise LeftOut("changed")
        if self.act == ASSIGN:
            officer = str(self.said.officer_id)
            if officer not in {each["value"] for each in _officers(sheet)}:
                raise LeftOut("post")
            values = {**values, "eo": officer}
        return sheet, values

    def also(self, session: Session, sheet: Sheet) -> None:
        """Count a report against the day's number; one too many undoes its own transaction."""
        if self.act != APPROVE:
            return
        count = series.next_number(session, sheet.task.office_id, *_series(self.now))
        if count > policies.daily_cap(session):
            raise LeftOut("cap")


def _filled(
    session: Session, actor: Actor, act: str, task_id: UUID, now: datetime
) -> tuple[Sheet, dict[str, Any]]:
    """A task with what would be sent of it. Raises LeftOut, and as `sheets.read`."""
    if not allowed(session, act):
        raise LeftOut("off")
    sheet = sheets.read(session, actor, task_id, now)
    if sheet.task.form != FORMS[act]:
        raise LeftOut("step")
    if holding.holds(sheet.task, now) and sheet.task.claimed_by != actor.officer_id:
        raise LeftOut("colleague")
    if sheet.draft is not None:
        raise LeftOut("begun")
    values = _ANSWERS[act](session, sheet, now)
    if sheet.judge(values, now).problems:
        raise LeftOut("asks")
    return sheet, values


def _marked(session: Session, sheet: Sheet, now: datetime) -> dict[str, Any]:
    """Each address to its thana, where none is in doubt."""
    places = marking.places_of(CaseFacts(session, sheet.case, now))
    if any(place.known and place.known not in _SURE for place in places):
        raise LeftOut("doubtful")
    return sheet.initial()


def _assigned(_session: Session, sheet: Sheet, _now: datetime) -> dict[str, Any]:
    """To the freest officer, until another is chosen."""
    first = next((each["value"] for each in _officers(sheet)), None)
    return {**sheet.initial(), "accept": "ours", "eo": first}


def _approved(_session: Session, sheet: Sheet, _now: datetime) -> dict[str, Any]:
    """A report in which nothing adverse was found, and nothing is worth a second look."""
    if sheet.facts.get("outcome_proposed") != _CLEAN:
        raise LeftOut("found")
    return {**sheet.initial(), "agree": "agree", "sho_outcome": _CLEAN, "register_certify": True}


def _delivered(_session: Session, sheet: Sheet, _now: datetime) -> dict[str, Any]:
    """Into the inbox of the department that asked; what goes by post or hand is recorded paper by paper."""
    if not sheet.facts["department_has_inbox"]:
        raise LeftOut("no_inbox")
    return {**sheet.initial(), "dispatch_mode": "portal"}


_ANSWERS: dict[str, Callable[[Session, Sheet, datetime], dict[str, Any]]] = {
    MARK: _marked,
    ASSIGN: _assigned,
    APPROVE: _approved,
    DELIVER: _delivered,
}


def _ready(session: Session, sheet: Sheet, values: dict[str, Any], now: datetime) -> Ready:
    known = CaseFacts(session, sheet.case, now)
    person = known.person()
    return Ready(
        sheet.task.id,
        str(sheet.case.number),
        person["hi"],
        person["en"],
        marking.told(known, sheet.task),
        marking.asked(known, sheet.task),
        tuple(row for row in values.get(_LETTERS) or () if isinstance(row, dict)),
        _seal(values),
        sheet.case.requester_hi if sheet.task.form == FORMS[DELIVER] else "",
    )


def _officers(sheet: Sheet) -> list[dict[str, Any]]:
    return list(sheet.options.get(_OFFICERS) or ())


def _of_all(offered: list[list[Choice]]) -> list[Choice]:
    """The officers whom every form offers, in the order of the first."""
    able = [{each.value for each in choices} for choices in offered]
    return [each for each in offered[0] if all(each.value in one for one in able)] if offered else []


def _seal(values: Mapping[str, Any]) -> str:
    """What will be sent under one digest; who enquires is chosen for all, and no part of it."""
    told = {name: value for name, value in values.items() if name != "eo"}
    return sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()[:32]


def _left_today(session: Session, actor: Actor, now: datetime) -> int:
    used = series.last_number(session, actor.post.office_id, *_series(now))
    return max(0, policies.daily_cap(session) - used)


def _series(now: datetime) -> tuple[str, int]:
    """The series that counts a day's: one of its own for each day of a year, begun anew every morning."""
    day = calendars.day(now)
    return f"{_SERIES}{day:%m%d}", day.year


__all__ = [
    "APPROVE",
    "ASSIGN",
    "DELIVER",
    "FORMS",
    "MARK",
    "LeftOut",
    "NotConfirmed",
    "Page",
    "Ready",
    "Said",
    "allowed",
    "look",
    "offered",
    "one_by_one",
    "send",
    "show",
]
