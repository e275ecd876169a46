"""User tasks: open, claim, keep as a draft, complete. One act of an officer is one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from app import formjs
from app.domain import secrecy
from app.domain.errors import DomainError, FormInvalid, NotAllowed, NotFound, RouteStuck
from app.domain.roles import JUDGES, Role
from app.models import ahead
from app.models import case_queries as cases
from app.models import workflow_queries as workflow
from app.models.scope import CaseScope
from app.services.access import separation, stepup
from app.services.casefile import casefile, casepapers, duplicates, projections, reviews, sightings
from app.services.casefile.facts import REVIEW, CaseFacts
from app.services.desk import desk, holding, marking, receiving, sheets, visiting
from app.services.desk.sheets import Posted
from app.services.district import calendars, units
from app.services.district.units import Again
from app.services.papers import signing
from app.services.store import audit, documents, drafts
from app.services.store.drafts import actor_scope
from app.services.workflow import incidents, instances

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.clock import Age
    from app.domain.roles import Actor
    from app.models.base import AnyRow
    from app.models.scope import Session
    from app.services.casefile.casefile import AnswerView, CaseStrip, Holder, StepLine
    from app.services.casefile.casepapers import DocumentLine
    from app.services.casefile.duplicates import Likeness
    from app.services.casefile.facts import Particulars
    from app.services.casefile.reviews import Review
    from app.services.casefile.visits import FailedVisit
    from app.services.desk.sheets import Sheet
    from app.services.district.units import Letter, Said
    from app.services.store.database import Database
    from app.services.store.documents import Upload


SCRUTINY = "scrutinise"  # the form at which a possible duplicate is told


class WrittenOn(DomainError):
    """The draft is not any more what its officer had sent."""

    key = "error.written_on"


@dataclass(frozen=True, slots=True)
class Alike:
    """Cases of persons who may be the same; `is_held`: whoever entered this one says that they are."""

    found: Sequence[Likeness] = ()
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class TaskView:
    """All that the task's page shows."""

    task_id: UUID
    case_id: UUID
    element_id: str
    step_hi: str
    step_en: str
    instructions_hi: str
    instructions_en: str
    case: CaseStrip
    is_namesake: bool  # the candidate or his father is called as the officer is
    age: Age
    due_on: date
    form: formjs.Form
    values: dict[str, Any]
    facts: Mapping[str, Any]
    options: Mapping[str, Any]
    documents: list[DocumentLine]
    so_far: list[StepLine]
    answers: list[AnswerView]
    particulars: Particulars
    claimed_by_hi: str
    claimed_by_en: str
    claimed_by_me: bool
    claim_until: datetime | None  # when a claim in force runs out
    look: desk.FollowUp | None  # when the officer himself wants to look again
    is_named: bool  # it belongs to one officer, whom the thana named
    again: Again  # on which points it is enquired anew
    letter: Letter | None  # to another district, whose answer the task waits for
    review: Review | None  # why the case lies before the SDPO
    alike: Alike  # who may have been entered before, told to whoever scrutinises
    places: list[marking.Line]  # where the addresses lie, for whoever marks
    conflicts: list[Said]  # what the units tell against each other, and nobody has settled
    takes_visits: bool  # it is a task of going there: a visit may fail
    failed_visits: list[FailedVisit]  # of this enquiry, while its report is not written
    draft_version: str  # of the draft that the page shows: what a phone sends later must know it
    draft_saved_at: datetime | None

    @property
    def classes(self) -> frozenset[str]:
        """The classes of the facts that the page shows, those in the boxes of the form among them."""
        beside = frozenset(each.pii for each in self.documents).union(
            *(each.classes for each in self.answers)
        )
        told = {secrecy.SENSITIVE} if self.again.points or self.review or self.conflicts else secrecy.NONE
        return beside | told | formjs.classes_of(self.form, self.values)


@dataclass(frozen=True, slots=True)
class Completed:
    """What the officer is told after sending: the step done, who has the case now, and what is next for him."""

    case_number: str
    step_hi: str
    step_en: str
    next_task_id: UUID | None
    now_with: list[Holder]


@dataclass(frozen=True, slots=True)
class _Sent:
    """What goes out: what was typed, its answers that count, when it was first sent, and what signs it.

    A proof for a list is used up before the first of its tasks is sent.
    """

    values: dict[str, Any]
    answers: dict[str, Any]
    sent_at: datetime | None = None
    proof: UUID | None = None
    is_listed: bool = False
    act: str = ""  # of which act on many tasks it is one

    @property
    def detail(self) -> dict[str, str]:
        """What the record says of it beyond every act."""
        told = {
            "sent_at": self.sent_at.isoformat() if self.sent_at is not None else "",
            "step_up": str(self.proof) if self.proof is not None else "",
            "listed": self.act,
        }
        return {name: text for name, text in told.items() if text}


class Prepared(Protocol):
    """How each task of one act on many is filled in, and what happens in the same transaction."""

    @property
    def act(self) -> str: ...
    def fill(
        self, session: Session, actor: Actor, task_id: UUID, now: datetime
    ) -> tuple[Sheet, dict[str, Any]]: ...
    def also(self, session: Session, sheet: Sheet) -> None: ...


def see(
    database: Database, actor: Actor, task_id: UUID, now: datetime, typed: Posted | None = None
) -> TaskView:
    """The page of one task, its view recorded first; with what was `typed`, after a check failed.

    Raises NotFound (also for a foreign one), NotAllowed, TaskAlreadyDone.
    """

    def look(session: Session) -> TaskView:
        if typed is None:
            return open_task(session, actor, task_id, now)
        return redraw(session, actor, task_id, typed, now)

    view = database.read(look, actor_scope(actor))
    sightings.note(database, actor, f"case:{view.case_id}", view.element_id, view.classes, now)
    return view


def open_task(session: Session, actor: Actor, task_id: UUID, now: datetime) -> TaskView:
    """The page of one task, without a trace. Raises NotFound, NotAllowed, TaskAlreadyDone."""
    sheet = sheets.read(session, actor, task_id, now)
    return _view(session, actor, sheet, sheet.kept() or sheet.initial(), now)


def redraw(session: Session, actor: Actor, task_id: UUID, posted: Posted, now: datetime) -> TaskView:
    """The same page with what was typed, after a row was added or removed or a check failed."""
    sheet = sheets.read(session, actor, task_id, now)
    staged = sheet.draft.staged if sheet.draft is not None else {}
    return _view(session, actor, sheet, sheet.typed(posted, staged), now)


def save_draft(
    database: Database,
    actor: Actor,
    task_id: UUID,
    posted: Posted,
    uploads: Sequence[Upload],
    now: datetime,
) -> datetime:
    """Keep what was typed, whatever it is worth; -> when it was kept. Raises FormInvalid for a refused file."""
    sheet = database.read(lambda session: sheets.read(session, actor, task_id, now), actor_scope(actor))
    staged = sheet.draft.staged if sheet.draft is not None else {}
    values = sheet.typed(posted, staged)
    _drop(database, actor, sheet.place, posted, now)
    draft, problems = drafts.stage(database, actor, sheet.place, sheet.form, values, uploads, now)
    if problems:
        raise FormInvalid(sheet.typed(posted, draft.staged), problems)
    holding.begin(database, actor, sheet.task, now)
    return draft.updated_at


def complete(
    database: Database,
    actor: Actor,
    task_id: UUID,
    posted: Posted,
    uploads: Sequence[Upload],
    now: datetime,
) -> Completed:
    """Finish a task with the answers of its form; exactly one of two officers who try succeeds.

    Raises FormInvalid (everything typed is kept as a draft), TaskAlreadyDone with the winner's name, NotFound,
    NotAllowed; StepUpNeeded when the form signs: it is kept as a draft, and `sign` sends that; RouteStuck opens an
    incident and keeps the draft: nothing of the case has moved then.
    """
    scope = actor_scope(actor)
    sheet = database.read(lambda session: sheets.read(session, actor, task_id, now), scope)
    values, problems = _answers(database, actor, sheet, posted, uploads, now)
    if problems:
        raise FormInvalid(values, problems)
    sent = _Sent(values, sheet.clean(values))
    if not database.loader and signing.signs(sheet.task.form, sent.answers):
        raise stepup.StepUpNeeded(
            database.write(lambda session: _to_sign(session, actor, task_id, values, now), scope)
        )
    _send(database, actor, sheet, sent, now)
    return database.read(lambda session: _completed(session, actor, sheet, now), scope)


def sign(database: Database, actor: Actor, task_id: UUID, step_up_id: UUID, now: datetime) -> Completed:
    """Send the kept form of a task that signs, by a step-up that was proven for exactly this content.

    Raises stepup.ContentChanged when it was written on since, stepup.StepUpOver, and as `complete`.
    """
    scope = actor_scope(actor)
    sheet = database.read(lambda session: sheets.read(session, actor, task_id, now), scope)
    if sheet.draft is None:
        raise stepup.ContentChanged
    values = sheet.kept()
    if problems := sheet.check(values, now):
        raise FormInvalid(values, problems)
    _send(database, actor, sheet, _Sent(values, sheet.clean(values), proof=step_up_id), now)
    return database.read(lambda session: _completed(session, actor, sheet, now), scope)


def sign_listed(
    database: Database, actor: Actor, task_id: UUID, listed: stepup.Listed, now: datetime
) -> None:
    """Send a clean case as one of a list that was proven and used up.

    Raises stepup.ContentChanged for one that is not in the list as it stands now, FormInvalid, and as `complete`.
    """
    sheet = database.read(lambda session: sheets.read(session, actor, task_id, now), actor_scope(actor))
    values = sheet.prepared()
    answers = sheet.clean(values)
    if sheet.draft is not None or sheet.content(answers) not in listed.items:
        raise stepup.ContentChanged
    if problems := sheet.check(values, now):
        raise FormInvalid(values, problems)
    _send(database, actor, sheet, _Sent(values, answers, proof=listed.id, is_listed=True), now)


def send_prepared(
    database: Database,
    actor: Actor,
    task_id: UUID,
    prepared: Prepared,
    now: datetime,
) -> None:
    """Send a task as one of many, with what was prepared for it; a form that signs is sent by itself.

    Raises NotAllowed for one that signs, FormInvalid, what `prepared` raises, and as `complete`.
    """
    sheet, values = database.read(
        lambda session: prepared.fill(session, actor, task_id, now), actor_scope(actor)
    )
    answers = sheet.clean(values)
    if problems := sheet.check(values, now):
        raise FormInvalid(values, problems)
    if signing.signs(sheet.task.form, answers):
        raise NotAllowed
    _send(database, actor, sheet, _Sent(values, answers, act=prepared.act), now, prepared.also)


def _to_sign(session: Session, actor: Actor, task_id: UUID, values: dict[str, Any], now: datetime) -> UUID:
    """Keep what was typed, and ask for a fresh factor for that; -> the id of the request."""
    before = sheets.read(session, actor, task_id, now)
    drafts.save(session, actor, before.place, values, now)
    sheet = sheets.read(session, actor, task_id, now)
    return stepup.begin(session, actor, signing.ACTION, [sheet.content(sheet.clean(sheet.kept()))], now)


def resend(database: Database, actor: Actor, task_id: UUID, sent_at: datetime, now: datetime) -> None:
    """Send once more what an officer had sent at `sent_at`, when the route was stuck; not a letter of it changes.

    Raises WrittenOn when he has gone on writing since (then only he can send it), FormInvalid, and as `complete`.
    """
    sheet = database.read(lambda session: sheets.read(session, actor, task_id, now), actor_scope(actor))
    if sheet.draft is None or sheet.draft.updated_at != sent_at:
        raise WrittenOn
    values = sheet.draft.values
    if problems := sheet.check(values, now):
        raise FormInvalid(values, problems)
    _send(database, actor, sheet, _Sent(values, sheet.clean(values), sent_at=sent_at), now)


def _send(
    database: Database,
    actor: Actor,
    sheet: Sheet,
    sent: _Sent,
    now: datetime,
    also: Callable[[Session, Sheet], None] | None = None,
) -> None:
    def work(session: Session) -> None:
        if sent.proof is not None and not sent.is_listed:
            items = [sheet.content(sent.answers)]
            stepup.use(session, actor, sent.proof, signing.ACTION, items, now)
        _commit(session, actor, sheet, sent, now)
        if also is not None:
            also(session, sheet)

    try:
        database.write(work, actor_scope(actor))
    except RouteStuck as stuck:
        _keep(database, actor, sheet, sent.values, stuck, now)
        raise


def _answers(
    database: Database,
    actor: Actor,
    sheet: Sheet,
    posted: Posted,
    uploads: Sequence[Upload],
    now: datetime,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was typed, and what is wrong with it; a form that fails, or brings files, is kept as a draft."""
    staged = sheet.draft.staged if sheet.draft is not None else {}
    refused: dict[str, Any] = {}
    values = sheet.typed(posted, staged)
    if uploads:
        draft, refused = drafts.stage(database, actor, sheet.place, sheet.form, values, uploads, now)
        values = sheet.typed(posted, draft.staged)
    problems = {**sheet.check(values, now), **refused}
    if problems:
        database.write(
            lambda session: drafts.save(session, actor, sheet.place, values, now), actor_scope(actor)
        )
    return values, problems


def _commit(
    session: Session,
    actor: Actor,
    sheet: Sheet,
    sent: _Sent,
    now: datetime,
) -> None:
    """The one transaction of the act. The case is locked first, then the task decides who came first."""
    answers = sent.answers
    own = session.narrowed(CaseScope(actor.district_id, sheet.case.id))
    ahead.act(session, own, sheet.task, actor.officer_id, calendars.day(now))
    case = cases.lock(own, sheet.case.id)
    if case is None:
        raise NotFound
    task = holding.find(session, sheet.task.id)
    holding.guard(actor, task)
    separation.guard(own, actor, task)
    context = projections.Context(own, actor, case, task, sheet.form, answers, sheet.facts, now)
    projections.stamp(context)
    answer_id = casefile.store_answer(context)
    _attach(session, actor, sheet, now)
    extras = projections.project(context, answer_id)
    reads = sheet.release.engine.routing_reads.get(task.element_id, frozenset())
    routing = {task.element_id: {name: answers.get(name) for name in sorted(reads)}, **extras}
    act = instances.Act(now, actor, task.id)
    instances.complete_task(own, case, sheet.release, task.engine_task_id, routing, act)
    audit.record(
        own,
        f"case:{case.id}",
        "task:complete",
        f"task:{task.id}",
        actor,
        now,
        element=task.element_id,
        answer=str(answer_id),
        **sent.detail,
    )


def _attach(session: Session, actor: Actor, sheet: Sheet, now: datetime) -> None:
    """Move what the officer staged to the case; under his own scope, for a draft is nobody else's."""
    draft = drafts.find(session, actor, sheet.place)
    if draft is None:
        return
    pii = {each.key: each.pii for each in sheet.form.fields}
    documents.attach(session, draft.id, {"case_id": sheet.case.id}, pii, now)
    drafts.delete(session, draft.id)


def _drop(database: Database, actor: Actor, place: drafts.Place, posted: Posted, now: datetime) -> None:
    from_draft = drafts.dropped(posted.op)
    if from_draft is not None:
        database.write(
            lambda session: drafts.drop_file(session, actor, place, from_draft, now), actor_scope(actor)
        )


def _keep(
    database: Database, actor: Actor, sheet: Sheet, values: dict[str, Any], stuck: RouteStuck, now: datetime
) -> None:
    def keep(session: Session) -> None:
        incidents.report_task(session, actor, sheet.task, incidents.reason(stuck), now)
        drafts.save(session, actor, sheet.place, values, now)

    database.write(keep, actor_scope(actor))


def _view(session: Session, actor: Actor, sheet: Sheet, values: dict[str, Any], now: datetime) -> TaskView:
    task, label = sheet.task, sheet.release.engine.user_tasks[sheet.task.element_id]
    file = casefile.CaseFile(session, actor, sheet.case, sheet.release, now)
    strip = file.strip()
    is_held = holding.holds(task, now)
    held_hi, held_en = casefile.officer_names(session, task.claimed_by if is_held else None)
    return TaskView(
        task_id=task.id,
        case_id=task.case_id,
        element_id=task.element_id,
        step_hi=label.name_hi,
        step_en=label.name_en,
        instructions_hi=label.instructions_hi,
        instructions_en=label.instructions_en,
        case=strip,
        is_namesake=separation.is_namesake(actor, strip),
        age=file.age(task.due_on),
        due_on=task.due_on,
        form=sheet.form,
        values=values,
        facts=sheet.facts,
        options=sheet.options,
        documents=casepapers.documents(session, file),
        so_far=file.steps(),
        answers=file.standing_answers(),
        particulars=file.particulars(),
        claimed_by_hi=held_hi,
        claimed_by_en=held_en,
        claimed_by_me=is_held and task.claimed_by == actor.officer_id,
        claim_until=task.claim_until if is_held else None,
        look=desk.follow_up(session, actor, task),
        is_named=task.assigned_to is not None,
        again=_again(session, actor, sheet),
        letter=_letter(session, actor, sheet),
        review=_review(actor, sheet),
        alike=_alike(session, sheet, now),
        places=marking.told(_facts(session, actor, sheet), task),
        conflicts=_conflicts(session, actor, sheet),
        takes_visits=visiting.takes_visits(task),
        failed_visits=[each for each in file.failed_visits if each.task_id == task.id]
        if visiting.takes_visits(task)
        else [],
        draft_version=receiving.version_of(session, sheet),
        draft_saved_at=sheet.draft.updated_at if sheet.draft is not None else None,
    )


def _again(session: Session, actor: Actor, sheet: Sheet) -> Again:
    """What is asked of this unit anew, for a post that may read such words."""
    if not _reads_reports(actor):
        return Again()
    return units.asked_again(_facts(session, actor, sheet), sheet.task.enquiry_id)


def _facts(session: Session, actor: Actor, sheet: Sheet) -> CaseFacts:
    return CaseFacts(_of_case(session, actor, sheet.case), sheet.case, session.recorded_at)


def _letter(session: Session, actor: Actor, sheet: Sheet) -> Letter | None:
    if sheet.task.enquiry_id is None:
        return None
    return units.letter(_facts(session, actor, sheet), sheet.task.enquiry_id)


def _alike(session: Session, sheet: Sheet, now: datetime) -> Alike:
    """The cases of persons who may be the same, with what the assistant decided of it."""
    if sheet.task.form != SCRUTINY:
        return Alike()
    person = sheet.facts["intake"]
    found = duplicates.of(session, person, now, but=sheet.case.id)
    return Alike(found, is_held=person.get("dup_ack") == "same_person")


def _review(actor: Actor, sheet: Sheet) -> Review | None:
    """Why the case is to be reviewed, for a post that may read what was found."""
    if sheet.task.form != REVIEW or not _reads_reports(actor):
        return None
    return reviews.of(sheet.facts, sheet.release)


def _conflicts(session: Session, actor: Actor, sheet: Sheet) -> list[Said]:
    """Where the units disagree, for those who judge the whole case."""
    if sheet.task.enquiry_id is not None or Role(sheet.task.role) not in JUDGES:
        return []
    known = CaseFacts(_of_case(session, actor, sheet.case), sheet.case, session.recorded_at)
    return units.conflicts(known, sheet.release)


def _reads_reports(actor: Actor) -> bool:
    return secrecy.SENSITIVE in secrecy.readable(actor.post.role, secrecy.Side.POLICE, reported=True)


def _completed(session: Session, actor: Actor, sheet: Sheet, now: datetime) -> Completed:
    label = sheet.release.engine.user_tasks[sheet.task.element_id]
    own = _of_case(session, actor, sheet.case)
    ahead.sent(session, own, sheet.task, actor.officer_id)
    file = casefile.CaseFile(own, actor, sheet.case, sheet.release, now)
    after = workflow.next_in_queue(
        session, sheet.task.office_id, sheet.task.role, sheet.task.element_id, actor.officer_id
    )
    return Completed(sheet.case.number, label.name_hi, label.name_en, after, file.holders())


def _of_case(session: Session, actor: Actor, case: AnyRow) -> Session:
    """The same session with all of this case in sight, for what is then told of it by its rules."""
    return session.narrowed(CaseScope(actor.district_id, case.id))


__all__ = [
    "Completed",
    "Posted",
    "Prepared",
    "TaskView",
    "WrittenOn",
    "complete",
    "open_task",
    "redraw",
    "resend",
    "save_draft",
    "see",
    "send_prepared",
    "sign",
    "sign_listed",
]
