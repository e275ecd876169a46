"""Progress of the district: what is open and late at each step, how long it takes, and the cases behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from app import engine
from app.domain.clock import add_months
from app.domain.errors import NotFound
from app.domain.roles import DISTRICT_WIDE, WITHOUT_CASES, Permission
from app.models.deployment import releases as release_table
from app.models.execution import stall_queries as stalls
from app.models.reports import tally_queries as table
from app.models.tables.tallies import TOOK
from app.services.casefile import caselines
from app.services.district import calendars, telephones
from app.services.procedure import releases
from app.services.workflow import tallies

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.casefile.caselines import CaseLine
    from app.services.district.telephones import Head
    from app.services.procedure.releases import Loaded, Plan
    from app.services.workflow.tallies import Pace

MONTHS = 12  # that may be looked at one by one, this one included
A_PAGE = 25
#: Periods of several months, this one included: their names in an address, and how many months they have.
SPANS = {"3m": 3, "12m": 12}
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """What part of the district is looked at. `period` and `against` are months (2026-11) or names of SPANS."""

    office_id: UUID | None = None
    purpose: str = ""
    release_id: UUID | None = None
    letter: str = ""  # the diary number of a requisition
    period: str = "3m"
    against: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """Open tasks, and how many of them are past their day."""

    open: int = 0
    late: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.open + other.open, self.late + other.late)


@dataclass(frozen=True, slots=True)
class StepCount:
    """A step of the route: what is open, and how long it took in the period, and in the one compared with."""

    process: str
    element_id: str
    step_hi: str
    step_en: str
    count: Count
    pace: Pace | None
    before: Pace | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer to this officer: offices, purposes (code, names), releases (id, version), periods."""

    offices: Sequence[AnyRow]
    purposes: Sequence[tuple[str, str, str]]
    releases: Sequence[tuple[UUID, int]]
    months: Sequence[str]
    has_letters: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """`counts` also of what holds others: a call or a closed sub-process counts all that is inside."""

    rows: list[StepCount]
    plans: list[Plan]
    counts: Mapping[str, Count]
    choices: Choices
    no_letter: bool  # the requisition that was asked for is none
    stuck: Mapping[str, int]  # element -> cases that an incident holds up there; of the whole district alone


@dataclass(frozen=True, slots=True)
class CaseAtStep:
    """A case in the list of a step: the case as lists show it, and since when it lies there."""

    line: CaseLine
    days: int  # working days
    due_on: date
    head: Head | None  # whom to call, where it lies at a police station


@dataclass(frozen=True, slots=True)
class Waiting:
    """A page of the cases that wait at a step, the earliest due first; `next_after` begins the next page."""

    step_hi: str
    step_en: str
    cases: list[CaseAtStep]
    next_after: str
    no_letter: bool


def overview(session: Session, actor: Actor, asked: Asked, now: datetime) -> Overview:
    """Open and late tasks per step and how long steps took, of the offices that this post may count.

    Read from sums that are kept with every act; of one letter from its own tasks. Raises NotAllowed.
    """
    actor.require(Permission.TRACKING_SEE)
    today = calendars.day(now)
    only, no_letter = _only(session, actor, asked)
    shown = _shown_release(session, asked)
    if no_letter:
        found = _Figures({}, {}, {})
    elif only.letter_id is not None:
        found = _of_letter(session, only, asked, today)
    else:
        found = _of_sums(session, only, asked, today)
    inside = engine.contents(shown.engine.diagrams.values())
    held = {
        holder: sum((found.counts.get(each, Count()) for each in inner), Count())
        for holder, inner in inside.items()
    }
    return Overview(
        rows=list(_rows(session, shown, found)),
        plans=shown.plans,
        counts={**held, **found.counts},
        choices=_choices(session, actor, shown, today),
        no_letter=no_letter,
        stuck=_stuck(session, actor) if asked == Asked(period=asked.period, against=asked.against) else {},
    )


def _stuck(session: Session, actor: Actor) -> Mapping[str, int]:
    return stalls.stopped_at(session) if actor.post.role in DISTRICT_WIDE | WITHOUT_CASES else {}


@dataclass(frozen=True, slots=True)
class _Figures:
    """Element -> what is open, its pace in the period, and in the period compared with."""

    counts: Mapping[str, Count]
    pace: Mapping[str, Pace]
    before: Mapping[str, Pace]


def _of_sums(session: Session, only: table.Only, asked: Asked, today: date) -> _Figures:
    counts = {row.element_id: Count(row.open, row.late) for row in table.standing(session, today, only)}

    def paces(period: str) -> dict[str, Pace]:
        found = {}
        for row in table.pace(session, *months(period, today), only) if period else ():
            pace = tallies.pace({name: getattr(row, name) for name in TOOK})
            if pace is not None:
                found[row.element_id] = pace
        return found

    return _Figures(counts, paces(asked.period), paces(asked.against))


def _of_letter(session: Session, only: table.Only, asked: Asked, today: date) -> _Figures:
    calendar, rows = calendars.of(session), table.of_letter(session, only)
    counts: dict[str, Count] = {}
    for row in rows:
        if row.state == "open":
            before = counts.get(row.element_id, Count())
            counts[row.element_id] = before + Count(1, int(row.due_on < today))

    def paces(period: str) -> dict[str, Pace]:
        took: dict[str, list[int]] = {}
        since, until = months(period, today) if period else (today, today)
        for row in rows:
            if row.state == "done" and period and since <= calendars.day(row.done_at).replace(day=1) <= until:
                begun, ended = calendars.day(row.created_at), calendars.day(row.done_at)
                took.setdefault(row.element_id, []).append(calendar.days_between(begun, ended))
        made = {element: tallies.pace(tallies.histogram(days)) for element, days in took.items()}
        return {element: pace for element, pace in made.items() if pace is not None}

    return _Figures(counts, paces(asked.period), paces(asked.against))


def months(period: str, today: date) -> tuple[date, date]:
    """The first days of the first and the last month of a period. Raises ValueError for what is none."""
    this = today.replace(day=1)
    if period in SPANS:
        return add_months(this, 1 - SPANS[period]), this
    if _MONTH.fullmatch(period) is None:
        raise ValueError(period)
    month = date.fromisoformat(f"{period}-01")
    return month, month


def is_period(period: str) -> bool:
    """Whether an address names a period by this text."""
    try:
        months(period, date.max.replace(year=2100))
    except ValueError:
        return False
    return True


def _rows(session: Session, shown: Loaded, found: _Figures) -> Iterable[StepCount]:
    """Each step of the route that is shown; then those of other releases at which something lies or was done."""
    elements = [
        (task.process, each, *shown.engine.label(each)) for each, task in shown.engine.user_tasks.items()
    ]
    known = {each for _, each, *_ in elements}
    others = sorted({*found.counts, *found.pace, *found.before} - known)
    elements += [("", each, *_label(session, each)) for each in others]
    for process, each, hindi, english in elements:
        count = found.counts.get(each, Count())
        yield StepCount(process, each, hindi, english, count, found.pace.get(each), found.before.get(each))


def _label(session: Session, element_id: str) -> tuple[str, str]:
    """What the newest release that has a step of this id calls it."""
    for row in release_table.listing(session):
        loaded = releases.load(session, row.id)
        if element_id in loaded.engine.user_tasks:
            return loaded.engine.label(element_id)
    return element_id, element_id


def _shown_release(session: Session, asked: Asked) -> Loaded:
    """The release that was asked for, else the one in force."""
    if asked.release_id is not None and release_table.find(session, asked.release_id) is not None:
        return releases.load(session, asked.release_id)
    return releases.active(session)


def _only(session: Session, actor: Actor, asked: Asked) -> tuple[table.Only, bool]:
    """The filters as the tables know them, and whether the letter that was asked for is none."""
    only = table.Only(asked.office_id, asked.purpose, asked.release_id)
    if not asked.letter:
        return only, False
    letter = table.letter(session, asked.letter) if _has_letters(actor) else None
    return (only, True) if letter is None else (replace(only, letter_id=letter.id), False)


def _has_letters(actor: Actor) -> bool:
    return actor.post.role in DISTRICT_WIDE


def _choices(session: Session, actor: Actor, shown: Loaded, today: date) -> Choices:
    this = today.replace(day=1)
    versions = [(row.id, row.version) for row in release_table.listing(session)]
    return Choices(
        offices=table.offices(session),
        purposes=sorted(
            (code, one.hi, one.en) for code, one in shown.purposes.items() if one.enabled != "no"
        ),
        releases=versions if len(versions) > 1 else (),
        months=[f"{add_months(this, -back):%Y-%m}" for back in range(MONTHS)],
        has_letters=_has_letters(actor),
    )


# -- the cases behind a number ---------------------------------------------------------------------------


def waiting(
    session: Session, actor: Actor, element_id: str, asked: Asked, after: str, now: datetime
) -> Waiting:
    """The cases that wait at a step, as far as this officer may see them; late ones lead.

    Raises NotAllowed; NotFound for a step that no release has.
    """
    actor.require(Permission.CASE_SEE)
    only, no_letter = _only(session, actor, asked)
    label = _shown_release(session, asked).engine.label(element_id)
    if label == (element_id, element_id):
        label = _label(session, element_id)
    if label == (element_id, element_id):
        raise NotFound
    rows = [] if no_letter else table.at_step(session, element_id, only, _place(after), A_PAGE + 1)
    page, calendar, today = rows[:A_PAGE], calendars.of(session), calendars.day(now)
    since = [calendar.days_between(calendars.day(row.created_at), today) for row in page]
    heads = telephones.of_thanas(session, actor, {row.office_id for row in page}, today)
    found = [
        CaseAtStep(line, days, row.task_due_on, heads.get(row.office_id))
        for line, days, row in zip(caselines.of(session, page, now), since, page, strict=True)
    ]
    last = f"{page[-1].due_at.isoformat()}~{page[-1].task_id}" if len(rows) > A_PAGE else ""
    return Waiting(*label, found, last, no_letter)


def _place(after: str) -> tuple[datetime, UUID] | None:
    """Where the page before ended; None for a text that names no place."""
    moment, _, task_id = after.partition("~")
    try:
        found = datetime.fromisoformat(moment), UUID(task_id)
    except ValueError:
        return None
    return found if found[0].tzinfo is not None else None
