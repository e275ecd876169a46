"""Requisitions: the letter entered once, its candidates, and the case that each of them becomes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app import formjs
from app.domain import numbers, secrecy
from app.domain.errors import DomainError, FormInvalid, NotFound, RouteStuck
from app.domain.ids import day_place, known_day_place, new_id
from app.domain.roles import Permission
from app.models.casefile import case_queries as cases
from app.models.casefile import document_queries as filed
from app.models.intake import rosters
from app.services.casefile import caselines, departments, duplicates, sightings
from app.services.casefile.facts import LetterFacts
from app.services.casefile.options import choices, purposes_taken
from app.services.district import places
from app.services.intake import registration
from app.services.procedure import releases
from app.services.store import documents, drafts, keys
from app.services.store.scopes import actor_scope
from app.services.workflow import incidents

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.formjs import Posted
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.casefile.caselines import CaseLine
    from app.services.casefile.duplicates import Likeness
    from app.services.store.database import Database
    from app.services.store.documents import Upload

LETTER, PERSON = "requisition", "intake"


@dataclass(frozen=True, slots=True)
class RequisitionLine:
    """A letter as the list shows it, with how far its persons have come."""

    id: UUID
    number: str
    letter_no: str
    letter_date: date
    requester_hi: str
    purpose_hi: str
    purpose_en: str
    received_on: date
    candidates: int
    entered: int
    open: int

    @property
    def done(self) -> int:
        return self.entered - self.open


@dataclass(frozen=True, slots=True)
class RequisitionPage:
    rows: list[RequisitionLine]
    next_after: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where some of a letter's persons are: a step (`kind` is its element) or how their cases have ended."""

    kind: str
    step_hi: str
    step_en: str
    count: int
    late: int


@dataclass(frozen=True, slots=True)
class RequisitionView:
    """The letter, its answers in the reader's language, its scan, its cases; `classes` are those of what is shown."""

    line: RequisitionLine
    rows: list[tuple[str, str]]
    documents: list[dict[str, Any]]
    cases: list[CaseLine]
    places: list[Place]
    classes: frozenset[str]
    has_lists: bool  # of persons, sent for this letter


@dataclass(frozen=True, slots=True)
class IntakeView:
    """A start form to be filled: the letter's, or one candidate's."""

    form_key: str
    form: formjs.Form
    values: dict[str, Any]
    facts: Mapping[str, Any]
    options: Mapping[str, Any]
    draft_saved_at: datetime | None
    requisition: RequisitionLine | None
    likenesses: Sequence[Likeness] = ()  # who may have been entered before
    stations: Sequence[places.Told] = ()  # how the station of each address is known


@dataclass(frozen=True, slots=True)
class _Sheet:
    place: drafts.Place
    release: releases.Loaded
    form: formjs.Form
    facts: dict[str, Any]
    options: Mapping[str, Any]
    draft: drafts.Draft | None
    letter: AnyRow | None
    sent_as: UUID | None = None  # the id that what is made of it takes
    is_taken: bool = True  # whether the purpose of the letter may still be chosen
    likenesses: Sequence[Likeness] = ()

    def typed(self, posted: Posted, staged: Mapping[str, Any]) -> dict[str, Any]:
        return formjs.read(self.form, posted.values, staged, options=self.options, op=posted.op)


def page(session: Session, actor: Actor, search: str, after: str, limit: int = 25) -> RequisitionPage:
    """Letters, newest first; `after` is the key that the page before gave."""
    actor.require(Permission.REQUISITION_SEE)
    texts = numbers.spellings(search.strip()) if search.strip() else ()
    rows = list(cases.requisitions(session, search=texts, after=known_day_place(after), limit=limit + 1))
    more = rows[limit:]
    rows = rows[:limit]
    following = day_place(rows[-1].received_on, rows[-1].id) if more else ""
    loaded, back = releases.active(session), rosters.taken_back(session, [row.id for row in rows])
    counted = [_Counted(row, row.entered - back.get(row.id, 0), row.open) for row in rows]
    return RequisitionPage([_line(each, loaded) for each in counted], following)


def see(database: Database, actor: Actor, requisition_id: UUID, now: datetime) -> RequisitionView:
    """One letter with its persons, its view recorded first. Raises NotFound."""
    found = database.read(lambda session: view(session, actor, requisition_id, now), actor_scope(actor))
    sightings.note(database, actor, f"requisition:{requisition_id}", "requisition", found.classes, now)
    return found


def view(session: Session, actor: Actor, requisition_id: UUID, now: datetime) -> RequisitionView:
    """One letter with its persons, without a trace. Raises NotFound."""
    actor.require(Permission.REQUISITION_SEE)
    row = _row(session, requisition_id)
    loaded = releases.load(session, row.release_id)
    key = keys.unlock(session, row.data_key_id)
    values = keys.open_json(key, f"requisition|values|{row.id}", row.values)
    form = loaded.form(LETTER)
    options = choices(session, form, loaded, None)
    papers_of_letter = filed.of_requisition(session, requisition_id)
    staged = documents.references(session, papers_of_letter)
    classes = secrecy.readable(actor.post.role, secrecy.Side.INTAKE, reported=False)
    rows = cases.cases_of_requisition(session, requisition_id)
    lines = caselines.of(session, rows, now)
    return RequisitionView(
        _line(_counted(session, row, lines), loaded),
        formjs.show(form, values, options, actor.language, classes),
        [{"field": field, **entry} for field, entries in staged.items() for entry in entries],
        lines,
        _places(rows, lines),
        (classes & formjs.classes_of(form, values)) | {row.pii for row in papers_of_letter},
        bool(rosters.of_letter(session, requisition_id)),
    )


def _places(rows: Sequence[AnyRow], lines: Sequence[CaseLine]) -> list[Place]:
    """The roll-up of a letter: how many persons at which step, and how many of them late, most first."""
    found: dict[str, Place] = {}
    for row, line in zip(rows, lines, strict=True):
        kind = (row.element_id or line.status) if line.status == "open" else line.status
        late = int(line.age is not None and line.age.kind == "late")
        before = found.get(kind, Place(kind, line.step_hi, line.step_en, 0, 0))
        found[kind] = replace(before, count=before.count + 1, late=before.late + late)
    return sorted(found.values(), key=lambda place: -place.count)


def intake(
    session: Session, actor: Actor, form_key: str, requisition_id: UUID | None, now: datetime
) -> IntakeView:
    """The empty (or half-filled) start form; a station that a draft leaves out is proposed from its address."""
    sheet = _sheet(session, actor, form_key, requisition_id, now)
    if sheet.draft is None:
        return _view(session, sheet, formjs.initial(sheet.form, sheet.facts, sheet.options), now)
    values = formjs.with_files(sheet.form, sheet.draft.values, sheet.draft.staged)
    return _proposed(session, sheet, values, None, now)


def redraw(
    session: Session, actor: Actor, form_key: str, requisition_id: UUID | None, posted: Posted, now: datetime
) -> IntakeView:
    """The same form with what was typed; a police station that was left out is proposed from the PIN code."""
    sheet = _sheet(session, actor, form_key, requisition_id, now)
    staged = sheet.draft.staged if sheet.draft is not None else {}
    return _proposed(session, sheet, sheet.typed(posted, staged), posted.sent_as, now)


def _proposed(
    session: Session, sheet: _Sheet, typed: dict[str, Any], sent_as: UUID | None, now: datetime
) -> IntakeView:
    proposed = places.propose(session, typed, now) if sheet.place.form == PERSON else typed
    return _view(session, _compared(session, sheet, typed, sent_as, now), proposed, now)


def save_draft(
    database: Database,
    actor: Actor,
    form_key: str,
    requisition_id: UUID | None,
    posted: Posted,
    uploads: Sequence[Upload],
    now: datetime,
) -> datetime:
    """Keep what was typed; -> when. Raises FormInvalid for a refused file."""
    scope = actor_scope(actor)
    sheet = database.read(lambda s: _sheet(s, actor, form_key, requisition_id, now), scope)
    values = sheet.typed(posted, sheet.draft.staged if sheet.draft is not None else {})
    dropped = drafts.dropped(posted.op)
    if dropped is not None:
        database.write(lambda s: drafts.drop_file(s, actor, sheet.place, dropped, now), scope)
    draft, problems = drafts.stage(database, actor, sheet.place, sheet.form, values, uploads, now)
    if problems:
        raise FormInvalid(sheet.typed(posted, draft.staged), problems)
    return draft.updated_at


def drop_draft(
    session: Session, actor: Actor, form_key: str, requisition_id: UUID | None, now: datetime
) -> None:
    """Throw away what the officer has typed into a start form: the next one begins empty."""
    drafts.drop(session, actor, _sheet(session, actor, form_key, requisition_id, now).place, now)


def register(
    database: Database, actor: Actor, posted: Posted, uploads: Sequence[Upload], now: datetime
) -> UUID:
    """Enter a letter; -> its id. The draft's key becomes the letter's, its staged scan the letter's document.

    The same filled form sent again (`posted.sent_as`) makes no second letter. Raises FormInvalid, AlreadySent.
    """
    if posted.sent_as is not None and database.read(
        lambda s: _letter_sent_as(s, actor, posted.sent_as), actor_scope(actor)
    ):
        return posted.sent_as
    sheet, draft, answers = _submitted(database, actor, LETTER, None, posted, uploads, now)
    return database.write(lambda s: _register(s, actor, sheet, draft, answers, now), actor_scope(actor))


def add_candidate(
    database: Database,
    actor: Actor,
    requisition_id: UUID,
    posted: Posted,
    uploads: Sequence[Upload],
    now: datetime,
) -> str:
    """Enter one person of a letter: makes the case and starts its route in one transaction; -> case number.

    The same filled form sent again (`posted.sent_as`) makes no second case. Raises FormInvalid, AlreadySent;
    RouteStuck opens an incident, and what was typed waits as a draft.
    """
    scope = actor_scope(actor)
    if known := database.read(lambda s: _case_sent_as(s, requisition_id, posted.sent_as), scope):
        return known
    sheet, draft, answers = _submitted(database, actor, PERSON, requisition_id, posted, uploads, now)
    try:
        return database.write(lambda s: _open_case(s, actor, sheet, draft, answers, now), scope)
    except RouteStuck as stuck:
        why = incidents.reason(stuck)
        database.write(lambda s: incidents.report_start(s, requisition_id, why, now), scope)
        raise


def _submitted(
    database: Database,
    actor: Actor,
    form_key: str,
    requisition_id: UUID | None,
    posted: Posted,
    uploads: Sequence[Upload],
    now: datetime,
) -> tuple[_Sheet, drafts.Draft, dict[str, Any]]:
    """Everything typed is kept as a draft first; then the answers are checked.

    Raises FormInvalid, and DomainError for a letter whose purpose was disabled since it was entered.
    """
    sheet = database.read(lambda s: _sheet(s, actor, form_key, requisition_id, now), actor_scope(actor))
    typed = sheet.typed(posted, sheet.draft.staged if sheet.draft is not None else {})
    draft, refused = drafts.stage(database, actor, sheet.place, sheet.form, typed, uploads, now)
    if not sheet.is_taken:
        raise DomainError("error.purpose_disabled")
    values = sheet.typed(posted, draft.staged)
    sheet = database.read(lambda s: _compared(s, sheet, values, posted.sent_as, now), actor_scope(actor))
    judged = formjs.judge(sheet.form, values, sheet.facts, sheet.options, now)
    if problems := {**judged.problems, **refused}:
        raise FormInvalid(values, problems)
    return replace(sheet, sent_as=posted.sent_as), draft, judged.kept()


def _letter_sent_as(session: Session, actor: Actor, sent_as: UUID | None) -> bool:
    """Whether this officer has sent this filling of the form before. Raises NotFound for an id of something else."""
    row = cases.requisition_row(session, sent_as) if sent_as is not None else None
    if row is not None and row.created_by != actor.officer_id:
        raise NotFound
    return row is not None


def _case_sent_as(session: Session, requisition_id: UUID, sent_as: UUID | None) -> str | None:
    """The case that this filling of the form has made before. Raises NotFound for an id of something else."""
    row = cases.find(session, sent_as) if sent_as is not None else None
    if row is not None and row.requisition_id != requisition_id:
        raise NotFound
    return None if row is None else str(row.number)


def _register(
    session: Session, actor: Actor, sheet: _Sheet, draft: drafts.Draft, answers: dict[str, Any], now: datetime
) -> UUID:
    requisition_id = sheet.sent_as or new_id(session.recorded_at)
    if _letter_sent_as(session, actor, sheet.sent_as):
        drafts.discard(session, draft, now)
        return requisition_id
    received = registration.Received(requisition_id, draft.data_key_id, sheet.form, answers, sheet.release.id)
    registration.receive(session, actor, received, now)
    _adopt_files(session, sheet, draft, {"requisition_id": requisition_id}, now)
    departments.link_by_name(session, actor, requisition_id, answers["requesting_dept"], now)
    return requisition_id


def _open_case(
    session: Session, actor: Actor, sheet: _Sheet, draft: drafts.Draft, answers: dict[str, Any], now: datetime
) -> str:
    letter = sheet.letter
    if letter is None:
        raise NotFound
    if known := _case_sent_as(session, letter.id, sheet.sent_as):
        drafts.discard(session, draft, now)
        return known
    candidate = registration.Candidate(
        sheet.sent_as or new_id(session.recorded_at), draft.data_key_id, answers
    )
    keys.adopt(session, draft.data_key_id, "case")
    number = registration.open_case(session, actor, letter, sheet.release, candidate, now)
    _adopt_files(session, sheet, draft, {"case_id": candidate.case_id}, now)
    return number


def _adopt_files(
    session: Session, sheet: _Sheet, draft: drafts.Draft, owner: Mapping[str, Any], now: datetime
) -> None:
    pii = {field.key: field.pii for field in sheet.form.fields}
    documents.attach(session, draft.id, owner, pii, now)
    drafts.delete(session, draft.id)


def _sheet(
    session: Session, actor: Actor, form_key: str, requisition_id: UUID | None, now: datetime
) -> _Sheet:
    actor.require(Permission.CASE_REGISTER)
    if form_key not in (LETTER, PERSON):
        raise NotFound
    letter = _row(session, requisition_id) if requisition_id is not None else None
    loaded = releases.active(session)
    form = loaded.form(form_key)
    known = LetterFacts(session, letter, loaded, now)
    place = drafts.Place(form_key, requisition_id=requisition_id)
    draft = drafts.find(session, actor, place)
    lists = choices(session, form, loaded, None)
    is_taken = letter is None or letter.purpose in purposes_taken(session, loaded)
    return _Sheet(place, loaded, form, known.for_form(), lists, draft, letter, is_taken=is_taken)


def _compared(
    session: Session, sheet: _Sheet, values: Mapping[str, Any], sent_as: UUID | None, now: datetime
) -> _Sheet:
    """The sheet of a person with those who may be the same: the form then asks what the officer decides."""
    if sheet.place.form != PERSON:
        return sheet
    found = duplicates.of(session, values, now, but=sent_as)
    return replace(sheet, facts={**sheet.facts, "duplicate_found": bool(found)}, likenesses=found)


def _view(session: Session, sheet: _Sheet, values: dict[str, Any], now: datetime) -> IntakeView:
    letter = sheet.letter
    line = None
    if letter is not None:
        line = _line(_counted(session, letter, cases.cases_of_requisition(session, letter.id)), sheet.release)
    return IntakeView(
        sheet.place.form,
        sheet.form,
        values,
        sheet.facts,
        sheet.options,
        sheet.draft.updated_at if sheet.draft is not None else None,
        line,
        sheet.likenesses,
        places.told(session, values, now) if sheet.place.form == PERSON else (),
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    row: AnyRow
    entered: int
    open: int

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


def _counted(session: Session, row: AnyRow, persons: Sequence[CaseLine | AnyRow]) -> _Counted:
    """A letter with its persons counted: whose list was taken back is neither entered nor disposed of."""
    back = rosters.taken_back(session, [row.id]).get(row.id, 0)
    return _Counted(row, len(persons) - back, sum(each.status == "open" for each in persons))


def _line(row: Any, loaded: releases.Loaded) -> RequisitionLine:
    purpose_hi, purpose_en = loaded.purpose_names(row.purpose)
    return RequisitionLine(
        row.id,
        row.number,
        row.letter_no,
        row.letter_date,
        row.requester_hi,
        purpose_hi,
        purpose_en,
        row.received_on,
        row.candidate_count,
        row.entered,
        row.open,
    )


def _row(session: Session, requisition_id: UUID) -> AnyRow:
    row = cases.requisition_row(session, requisition_id)
    if row is None:
        raise NotFound
    return row
