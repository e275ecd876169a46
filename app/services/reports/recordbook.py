"""The record as an auditor reads it: every act of a chain, officers by a mark, of a case numbers, dates and stages.

No name of a person or an officer, no answer, finding or file leaves here; each reading is itself recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import UUID

from app.domain import numbers
from app.domain.errors import NotFound
from app.domain.roles import Permission
from app.models.casefile import case_queries as cases
from app.models.execution import workflow_queries as workflow
from app.models.issuing import paper_queries as papers
from app.models.record import audit_queries as record
from app.models.record import watch_queries
from app.papers.devanagari import masked
from app.services.casefile import searchkeys, sightings
from app.services.casework import remarks
from app.services.procedure import releases
from app.services.store import audit, keys, scopes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.procedure.releases import Loaded
    from app.services.store.database import Database

#: Chains that belong to no case: sign-ins, openings and searches; orders, releases, posts.
CHAINS = remarks.CHAINS
PAGE = 50
#: The log of security: what is asked of it -> the chain and the acts that tell it.
SECURITY: dict[str, tuple[str, frozenset[str]]] = {
    "signins": ("access", frozenset({"session:start", "session:end", "session:switch"})),
    "failures": (
        "access",
        frozenset({"session:refuse", "factor:refuse", "passkey:refuse", "passkey:doubt"}),
    ),
    "factors": (
        "access",
        frozenset(
            {
                "password:set",
                "factor:set",
                "factor:confirm",
                "passkey:add",
                "passkey:remove",
                "recovery:make",
                "recovery:use",
            }
        ),
    ),
    "grants": (
        "admin",
        frozenset(
            {
                "account:add",
                "posting:ask",
                "posting:add",
                "posting:end",
                "posting:refuse",
                "entry:ask",
                "entry:allow",
                "entry:refuse",
                "token:make",
                "token:revoke",
                "keys:rotate",
            }
        ),
    ),
}
_MOST_FOUND = 50
_CASE = "case:"
_MARK = 6  # hexadecimal digits by which an officer is told from another


@dataclass(frozen=True, slots=True)
class Act:
    """One row of a chain. `officer` is a mark, the same for all acts of one officer; empty for the system."""

    seq: int
    at: datetime
    action: str
    case_number: str
    officer: str
    role: str
    office_kind: str
    office_hi: str
    office_en: str
    hash: str
    about: int  # the act that it annotates, or 0
    may_annotate: bool  # this act, or the one that it annotates


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a case: where, from when to when."""

    step_hi: str
    step_en: str
    office_kind: str
    office_hi: str
    office_en: str
    state: str
    created_at: datetime
    due_on: date
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Masked:
    """A case without its person: the first letters of the name, numbers, dates, stages, outcome."""

    id: UUID
    number: str
    name: str
    purpose_hi: str
    purpose_en: str
    status: str
    received_on: date
    due_on: date
    closed_at: datetime | None
    steps: Sequence[Step]
    papers: Sequence[AnyRow]  # number, output, status, issued_at


@dataclass(frozen=True, slots=True)
class Found:
    """A case that a search found: its number, what it is for, and where it stands; nobody's name."""

    number: str
    purpose_hi: str
    purpose_en: str
    status: str


@dataclass(frozen=True, slots=True)
class Book:
    """A page of one chain, newest first; `case` where it is a case's."""

    chain: str
    acts: Sequence[Act]
    following: int | None
    case: Masked | None = None
    said: Mapping[int, Sequence[remarks.Annotation]] = field(default_factory=dict)  # by act


def of_chain(database: Database, actor: Actor, chain: str, before: int | None, now: datetime) -> Book:
    """A page of a chain that belongs to no case. Raises NotAllowed, NotFound."""
    actor.require(Permission.RECORD_READ)
    if chain not in CHAINS:
        raise NotFound

    def read(session: Session) -> Book:
        return _with_said(session, actor, _book(session, actor, chain, chain, before), chain, None, now)

    book = database.read(read, scopes.record(actor.district_id))
    sightings.note_list(database, actor, f"record:{chain}", now)
    return book


def of_case(database: Database, actor: Actor, number: str, before: int | None, now: datetime) -> Book:
    """A case without its person, and a page of its chain. Raises NotAllowed, NotFound."""
    actor.require(Permission.RECORD_READ)
    known = numbers.parse_case_number(number)

    def read(session: Session) -> tuple[UUID, Book]:
        case = cases.find_number(session, known) if known is not None else None
        if case is None:
            raise NotFound
        stream = f"{_CASE}{case.id}"
        book = replace(_book(session, actor, stream, case.number, before), case=_masked(session, case))
        return case.id, _with_said(session, actor, book, stream, case, now)

    case_id, book = database.read(read, scopes.record(actor.district_id))
    sightings.note_list(database, actor, f"{_CASE}{case_id}", now)
    return book


def security(database: Database, actor: Actor, kind: str, before: int | None, now: datetime) -> Book:
    """A page of the log of security: sign-ins, refusals, factors, or grants. Raises NotAllowed, NotFound."""
    actor.require(Permission.SECURITY_LOG)
    if kind not in SECURITY:
        raise NotFound
    stream, actions = SECURITY[kind]

    def read(session: Session) -> Book:
        book = _book(session, actor, stream, kind, before, actions)
        return _with_said(session, actor, book, stream, None, now)

    book = database.read(read, scopes.record(actor.district_id))
    sightings.note_list(database, actor, f"record:{kind}", now)
    return book


def search(session: Session, actor: Actor, text: str, now: datetime) -> list[Found]:
    """The cases that a name or a village may mean, by their numbers alone; recorded. Raises NotAllowed."""
    actor.require(Permission.RECORD_SEARCH)
    own = session.narrowed(scopes.record(actor.district_id))
    ids = searchkeys.case_ids(own, text, _MOST_FOUND)
    digest = session.keys.blind("search", text).hex()
    audit.record(own, "access", "case:search", "search", actor, now, digest=digest, found=len(ids))
    return [
        Found(row.number, *releases.load(own, row.release_id).purpose_names(row.purpose), row.status)
        for row in cases.lines(own, ids)
    ]


def masked_case(database: Database, actor: Actor, number: str, now: datetime) -> Masked:
    """A case without its person, for who supervises from above; recorded. Raises NotAllowed, NotFound."""
    actor.require(Permission.CASE_MASKED)
    known = numbers.parse_case_number(number)

    def read(session: Session) -> tuple[UUID, Masked]:
        case = cases.find_number(session, known) if known is not None else None
        if case is None:
            raise NotFound
        return case.id, _masked(session, case)

    case_id, found = database.read(read, scopes.record(actor.district_id))
    sightings.note_list(database, actor, f"{_CASE}{case_id}", now)
    return found


def _book(
    session: Session,
    actor: Actor,
    stream: str,
    chain: str,
    before: int | None,
    actions: frozenset[str] = frozenset(),
) -> Book:
    rows = record.page_of_stream(session, stream, before, PAGE + 1, actions)
    shown = rows[:PAGE]
    numbers_of = _numbers(session, shown)
    return Book(
        chain,
        [_act(session, actor, row, numbers_of) for row in shown],
        shown[-1].seq if len(rows) > PAGE else None,
    )


def _with_said(
    session: Session, actor: Actor, book: Book, stream: str, case: AnyRow | None, now: datetime
) -> Book:
    """The page with what was said about its acts; a text about some case or other is read on its own page."""
    said = remarks.of_rows(session, actor, stream, [act.seq for act in book.acts], case, now)
    return replace(book, said=said)


def _numbers(session: Session, rows: Sequence[AnyRow]) -> dict[str, str]:
    """Object of a row -> the number of the case that it names."""
    ids = {row.object: UUID(row.object.removeprefix(_CASE)) for row in rows if row.object.startswith(_CASE)}
    found = watch_queries.numbers_of_cases(session, set(ids.values()))
    return {thing: found.get(case_id, "") for thing, case_id in ids.items()}


def _act(session: Session, actor: Actor, row: AnyRow, numbers_of: dict[str, str]) -> Act:
    mark = "" if row.actor_id is None else session.keys.blind("auditor", str(row.actor_id)).hex()[:_MARK]
    return Act(
        row.seq,
        row.at,
        row.action,
        numbers_of.get(row.object, ""),
        mark.upper(),
        row.role,
        row.office_kind or "",
        row.office_hi or "",
        row.office_en or "",
        bytes(row.hash).hex()[:12],
        remarks.about(row),
        remarks.takes(actor, row.stream, row.action),
    )


def _masked(session: Session, case: AnyRow) -> Masked:
    person, loaded = cases.applicant_of(session, case.id), releases.load(session, case.release_id)
    name = keys.NO_NAME
    if person is not None:
        name = keys.open_name(session, case.data_key_id, person.id, person.name)
    tasks = workflow.tasks_of(session, case.id, states=workflow.EVERY_STATE)
    return Masked(
        case.id,
        case.number,
        masked(name["hi"] or name["en"]),
        *loaded.purpose_names(case.purpose),
        status=case.status,
        received_on=case.received_on,
        due_on=case.due_on,
        closed_at=case.closed_at,
        steps=[_step(loaded, task) for task in tasks],
        papers=[row for row in papers.of_case(session, case.id) if row.status != "allotted"],
    )


def _step(loaded: Loaded, task: AnyRow) -> Step:
    step_hi, step_en = loaded.engine.label(task.element_id)
    return Step(
        step_hi,
        step_en,
        task.office_kind,
        task.office_hi,
        task.office_en,
        task.state,
        task.created_at,
        task.due_on,
        task.done_at,
    )
