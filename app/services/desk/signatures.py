"""Today's signatures: clean decisions and kept searches that one officer may sign as a list, and the others apart."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.errors import DomainError, FormInvalid, NotAllowed, NotFound, RouteStuck, TaskAlreadyDone
from app.domain.roles import IN_PERSON, roles_done_by
from app.models.casefile import case_queries as cases
from app.models.desk import inbox_queries as table
from app.services.access import standins, stepup
from app.services.access.separation import OwnEnquiry
from app.services.casefile import hearings, sightings
from app.services.casefile.casefile import RECOMMEND
from app.services.casefile.facts import REVIEW, CaseFacts
from app.services.desk import holding, listed, previews, sheets, tasks
from app.services.district import calendars
from app.services.papers import paperplan
from app.services.papers.signing import BATCH
from app.services.procedure import releases
from app.services.store import keys
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.clock import Age
    from app.domain.roles import Actor
    from app.formjs import Form
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.access.standins import StandIn
    from app.services.desk.sheets import Sheet
    from app.services.store.database import Database

#: How many wait on one page: as many as an officer signs at a sitting, and one request signs within seconds.
AT_ONCE = 60
PAGE = "signatures"
_CLEAN = "no_adverse"
#: Reasons that tell of what was found about a person: who sees one of them has seen a fact of class P3.
_TELLING = frozenset({"finding", "contradiction", "sdpo", "recommended", "hearing", "prepared", "register"})


class NothingChosen(DomainError):
    """No case of the list was chosen, or none of those chosen can be signed as one of a list any more."""

    key = "signatures.problem.none"


@dataclass(frozen=True, slots=True)
class Line:
    """One task that waits; `reasons` say why it is none of a list, and are empty for a clean case or search."""

    task_id: UUID
    case_id: UUID
    case_number: str
    name_hi: str
    name_en: str
    father_hi: str
    father_en: str
    relation: str
    purpose_hi: str
    purpose_en: str
    requester_hi: str
    requisition_number: str
    element_id: str
    step_hi: str
    step_en: str
    age: Age
    reasons: tuple[str, ...]
    is_search: bool
    has_paper: bool  # which its decision, as it would be signed, issues


@dataclass(frozen=True, slots=True)
class Group:
    """Clean cases of one letter and step, or kept searches of one step."""

    key: str
    lines: tuple[Line, ...]
    is_of_letter: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for the officer's signature: what he may sign as a list, and what is to be opened one by one."""

    groups: tuple[Group, ...]
    exceptions: tuple[Line, ...]
    has_more: bool

    @property
    def clean(self) -> list[Line]:
        return [line for group in self.groups for line in group.lines]


@dataclass(frozen=True, slots=True)
class Shown:
    """One item of a list as the page that asks for the code tells it: whose case, and the form as it is signed."""

    case_number: str
    name_hi: str
    name_en: str
    step_hi: str
    step_en: str
    form: Form
    values: Mapping[str, Any]
    facts: Mapping[str, Any]
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item of a list that was signed: done | other (somebody else was faster) | open."""

    task_id: UUID
    case_number: str
    name_hi: str
    name_en: str
    state: str
    by_hi: str = ""
    by_en: str = ""
    acting: StandIn | None = None  # for whom that other acted


def waiting(database: Database, actor: Actor, now: datetime) -> Waiting:
    """What waits for this post's signature, most urgent first; what it tells of persons is recorded first."""
    found = database.read(lambda session: _waiting(session, actor, now), actor_scope(actor))
    told = [f"case:{line.case_id}" for line in found.exceptions if _TELLING.intersection(line.reasons)]
    sightings.note_each(database, actor, told, PAGE, now)
    return found


def ask(database: Database, actor: Actor, chosen: Collection[UUID], now: datetime) -> UUID:
    """Ask for one fresh factor for the chosen clean cases; -> the id of the request. Raises NothingChosen.

    A case that is not clean, or not there, any more is left out: the page of the request shows what is signed.
    """
    scope = actor_scope(actor)
    items = database.read(lambda session: _items(session, actor, chosen, now), scope)
    if not items:
        raise NothingChosen
    return database.write(lambda session: stepup.begin(session, actor, BATCH, items, now), scope)


def show(session: Session, actor: Actor, item: stepup.Item, now: datetime) -> Shown:
    """An item of a list, in words. Raises stepup.ContentChanged, NotFound, NotAllowed, TaskAlreadyDone."""
    sheet = sheets.read(session, actor, item.id, now)
    values = listed.values_of(sheet)
    if values is None:
        raise stepup.ContentChanged
    person = CaseFacts(session, sheet.case, now).person()
    step = sheet.release.engine.label(sheet.task.element_id)
    return Shown(
        sheet.case.number,
        person["hi"],
        person["en"],
        *step,
        sheet.form,
        values,
        sheet.facts,
        sheet.options,
    )


def sign(database: Database, actor: Actor, wanted: stepup.StepUp, now: datetime) -> None:
    """Sign every case of the list that was proven, each in a transaction of its own.

    What is not any more as it was shown, or was done by somebody else, is left as it is; `outcomes` tells of each.
    Raises stepup.StepUpOver when the list was signed already.
    """
    proven = database.write(
        lambda session: stepup.spend(session, actor, wanted.id, BATCH, now), actor_scope(actor)
    )
    for item in proven.items:
        try:
            tasks.sign_listed(database, actor, item.id, proven, now)
        except (FormInvalid, stepup.ContentChanged, TaskAlreadyDone, RouteStuck, NotAllowed, NotFound):
            continue  # told in `outcomes`, from what the case holds then


def outcomes(session: Session, actor: Actor, step_up_id: UUID) -> list[Outcome]:
    """What became of each case of a list that was proven, in its order. Raises NotFound for another's list."""
    return [_outcome(session, actor, item.id) for item in stepup.spent(session, actor, step_up_id, BATCH)]


def _outcome(session: Session, actor: Actor, task_id: UUID) -> Outcome:
    task = holding.find(session, task_id)
    case = cases.find(session, task.case_id)
    if case is None:
        raise NotFound
    name = CaseFacts(session, case, session.recorded_at).person()
    state = "open"
    if task.state == "done":
        state = "done" if task.done_by == actor.officer_id else "other"
    elif task.state != "open":
        state = "other"
    return Outcome(
        task.id,
        case.number,
        name["hi"],
        name["en"],
        state,
        (task.done_by_hi or "") if state == "other" else "",
        (task.done_by_en or "") if state == "other" else "",
        _acting(session, task) if state == "other" else None,
    )


def _acting(session: Session, task: AnyRow) -> StandIn | None:
    """For whom a task was done that another has done first."""
    act = standins.act(task.done_by, task.office_id, task.done_at, task.role)
    return standins.find(session, [act]).get(act)


def _waiting(session: Session, actor: Actor, now: datetime) -> Waiting:
    role = actor.post.role
    person = actor.officer_id if role in IN_PERSON else None
    queue = table.Queue(actor.post.office_id, tuple(sorted(roles_done_by(actor.post))), person)
    lines: list[Line] = []
    has_more = False
    for rows in _asked_for(session, actor, queue):
        room = AT_ONCE - len(lines)
        has_more = has_more or len(rows) > room
        for row in rows[:room]:
            with suppress(OwnEnquiry):  # somebody else decides on it
                lines += _lines(session, actor, row, now)
    clean = [line for line in lines if not line.reasons]
    return Waiting(_grouped(clean), tuple(line for line in lines if line.reasons), has_more)


def _asked_for(session: Session, actor: Actor, queue: table.Queue) -> Iterator[Sequence[AnyRow]]:
    """The tasks of the queue that may be part of a list: decisions by their step, then searches that were begun."""
    for element_id in _deciding(session, queue):
        keyset = table.Keyset("due", None, AT_ONCE + 1)
        yield table.rows(session, queue, table.Condition(element_id=element_id), keyset)
    yield listed.begun_searches(session, actor, queue, AT_ONCE + 1)


def _deciding(session: Session, queue: table.Queue) -> list[str]:
    """The steps with open tasks in this queue whose form decides on a paper."""
    tasks_of = releases.active(session).engine.user_tasks
    open_steps = {row.element_id for row in table.counts(session, queue)}
    return [
        element_id
        for element_id in sorted(open_steps)
        if element_id in tasks_of and tasks_of[element_id].form in paperplan.DECIDING
    ]


def _grouped(lines: Sequence[Line]) -> tuple[Group, ...]:
    """Decisions by the letter that they answer; searches, of however many letters, by their step alone."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        key = line.element_id if line.is_search else f"{line.requisition_number}-{line.element_id}"
        found.setdefault(key, []).append(line)
    return tuple(
        Group(key, tuple(members), is_of_letter=not members[0].is_search) for key, members in found.items()
    )


def _lines(session: Session, actor: Actor, row: AnyRow, now: datetime) -> list[Line]:
    """The line of a task; none for a search that is not filled in to the end, or found something."""
    sheet = sheets.read(session, actor, row.id, now)
    if sheet.task.form in listed.SEARCHES and listed.values_of(sheet) is None:
        return []
    return [_line(session, actor, row, sheet, now)]


def _line(session: Session, actor: Actor, row: AnyRow, sheet: Sheet, now: datetime) -> Line:
    person = keys.open_name(session, row.data_key_id, row.applicant_id, row.name, wrapped=row.wrapped)
    loaded = sheet.release
    return Line(
        row.id,
        sheet.case.id,
        row.number,
        person["hi"],
        person["en"],
        person["father_hi"],
        person["father_en"],
        person["relation"],
        *loaded.purpose_names(row.purpose),
        row.requester_hi,
        row.requisition_number,
        row.element_id,
        *loaded.engine.label(row.element_id),
        calendars.of(session).age(row.due_on, calendars.day(now)),
        tuple(_reasons(session, actor, sheet, now)),
        sheet.task.form in listed.SEARCHES,
        previews.shows(sheet),
    )


def _reasons(session: Session, actor: Actor, sheet: Sheet, now: datetime) -> Iterator[str]:
    """Why a decision is to be made by itself: what was found or said in the case, or that work on it has begun."""
    if sheet.task.form in listed.SEARCHES:
        is_told = listed.is_contradicted(session, actor, sheet)
        yield from ["register"] if is_told else []
    else:
        yield from _of_decision(session, sheet, now)
    if holding.holds(sheet.task, now) and sheet.task.claimed_by != actor.officer_id:
        yield "held"
    values = listed.values_of(sheet)
    if values is None:
        yield "begun"
    elif sheet.judge(values, now).problems:
        yield "asks"


def _of_decision(session: Session, sheet: Sheet, now: datetime) -> Iterator[str]:
    known = CaseFacts(session, sheet.case, now)
    yield from (reason for reason, is_so in _told(known, sheet.facts) if is_so)
    if hearings.prepared(known, sheet.task) is not None:
        yield "prepared"


def _told(known: CaseFacts, facts: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """What the units, the SDPO, the SP and the applicant have brought up, and whether it is so here."""
    review, recommended = known.answer(REVIEW), known.answer(RECOMMEND)
    findings = facts.get("findings") or {}
    yield "finding", (facts.get("outcome") or {}).get("recommendation") != _CLEAN
    yield "record", bool(findings.get("record_rows"))
    yield "contradiction", bool(findings.get("contradiction"))
    yield "sdpo", bool(review) and (review.get("sdpo_view") != "agree" or bool(review.get("sdpo_remark")))
    yield "recommended", recommended.get("sp_outcome") not in (None, _CLEAN)
    yield "hearing", bool((facts.get("hearing") or {}).get("hearing_state"))


def _items(session: Session, actor: Actor, chosen: Collection[UUID], now: datetime) -> list[stepup.Item]:
    """What signing the chosen ones covers, of those that are clean now."""
    sheets_of = (
        sheets.read(session, actor, line.task_id, now)
        for line in _waiting(session, actor, now).clean
        if line.task_id in chosen
    )
    return [
        sheet.content(sheet.clean(values))
        for sheet in sheets_of
        if (values := listed.values_of(sheet)) is not None
    ]


__all__ = [
    "AT_ONCE",
    "Group",
    "Line",
    "NothingChosen",
    "Outcome",
    "Shown",
    "Waiting",
    "ask",
    "outcomes",
    "show",
    "sign",
    "waiting",
]
