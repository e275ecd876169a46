"""User tasks: kept as a draft, completed, signed, sent again. One act of an officer is one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from app.domain.errors import DomainError, FieldProblem, FormInvalid, NotAllowed, NotFound, RouteStuck
from app.domain.roles import Permission
from app.models import ahead
from app.models.casefile import case_queries as cases
from app.models.execution import workflow_queries as workflow
from app.models.scope import CaseScope
from app.services.access import separation, stepup
from app.services.casefile import awaitedpaper, casefile, facts, hearings, projections, submissions
from app.services.desk import finishing, holding, listed, sheets
from app.services.district import calendars
from app.services.papers import paperplan, signing
from app.services.store import documents, drafts
from app.services.store.scopes import actor_scope
from app.services.workflow import incidents

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.formjs import Posted
    from app.models.scope import Session
    from app.services.casefile.casefile import Holder
    from app.services.desk.sheets import Sheet
    from app.services.store.database import Database
    from app.services.store.documents import Upload


class WrittenOn(DomainError):
    """The draft is not any more what its officer had sent."""

    key = "error.written_on"


@dataclass(frozen=True, slots=True)
class Completed:
    """What the officer is told after sending: the step done, who has the case now, and what is next for him."""

    case_number: str
    step_hi: str
    step_en: str
    next_task_id: UUID | None
    now_with: list[Holder]
    makes_paper: bool  # the officer has decided on one, and it is being made


@dataclass(frozen=True, slots=True)
class Kept:
    """A search that was kept to be signed with others: its case, and the next of the queue that nobody has."""

    case_number: str
    next_task_id: UUID | None


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
    act_id: UUID | None = None

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
    @property
    def act_id(self) -> UUID | None: ...
    def fill(
        self, session: Session, actor: Actor, task_id: UUID, now: datetime
    ) -> tuple[Sheet, dict[str, Any]]: ...
    def also(self, session: Session, sheet: Sheet) -> None: ...


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
    values = sheet.typed(posted, sheet.staged)
    _drop(database, actor, sheet.place, posted, now)
    draft, problems = drafts.stage(database, actor, sheet.place, sheet.form, values, uploads, now)
    if problems:
        raise FormInvalid(sheet.typed(posted, draft.staged), problems)
    holding.begin(database, actor, sheet.task, now)
    return draft.updated_at


def take_prepared(database: Database, actor: Actor, task_id: UUID, now: datetime) -> None:
    """Put a prepared hearing into the officer's own form, with the decision that orders it; nothing is sent.

    Raises NotFound where none is prepared, and as `sheets.read`.
    """

    def work(session: Session) -> None:
        sheet = sheets.read(session, actor, task_id, now)
        order = hearings.order_of(sheet.form)
        found = hearings.prepared(facts.CaseFacts(session, sheet.case, now), sheet.task)
        if order is None or found is None:
            raise NotFound
        own = sheet.draft.values if sheet.draft is not None else sheet.initial()
        drafts.save(session, actor, sheet.place, {**own, **found.values, **order.chosen}, now)

    database.write(work, actor_scope(actor))


def drop_draft(session: Session, actor: Actor, task_id: UUID, now: datetime) -> None:
    """Throw away what the officer has typed into a task: its form stands as it came. Raises as `save_draft`."""
    drafts.drop(session, actor, sheets.read(session, actor, task_id, now).place, now)


def complete(
    database: Database,
    actor: Actor,
    task_id: UUID,
    posted: Posted,
    uploads: Sequence[Upload],
    now: datetime,
    act_id: UUID | None = None,
) -> Completed:
    """Finish a task with the answers of its form; exactly one of two officers who try succeeds.

    `act_id` names the act on many cases that it is part of.

    Raises FormInvalid (everything typed is kept as a draft), TaskAlreadyDone with the winner's name, NotFound,
    NotAllowed; StepUpNeeded when the form signs: it is kept as a draft, and `sign` sends that; RouteStuck opens an
    incident and keeps the draft: nothing of the case has moved then.
    """
    scope = actor_scope(actor)
    sheet = database.read(lambda session: sheets.read(session, actor, task_id, now), scope)
    sent = _Sent(*_answers(database, actor, sheet, posted, uploads, now), act_id=act_id)
    if not database.loader and signing.signs(sheet.task.form, sent.answers):
        raise stepup.StepUpNeeded(
            database.write(lambda session: _to_sign(session, actor, task_id, sent.values, now), scope)
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
    judged = sheet.judge(values, now)
    if judged.problems:
        raise FormInvalid(values, judged.problems)
    _send(database, actor, sheet, _Sent(values, judged.kept(), proof=step_up_id), now)
    return database.read(lambda session: _completed(session, actor, sheet, now), scope)


def keep_to_sign(
    database: Database,
    actor: Actor,
    task_id: UUID,
    posted: Posted,
    uploads: Sequence[Upload],
    now: datetime,
) -> Kept:
    """Keep a search that found nothing, complete as it will be sent, to be signed with others in one list.

    Raises FormInvalid for one that is not complete, or is signed by itself (everything typed is kept as a draft);
    NotAllowed for a post that signs no lists, and as `sheets.read`.
    """
    actor.require(Permission.LIST_SIGN)
    scope = actor_scope(actor)
    sheet = database.read(lambda session: sheets.read(session, actor, task_id, now), scope)
    values, _ = _answers(database, actor, sheet, listed.reported(posted), uploads, now)
    if not database.write(lambda session: _is_kept_clean(session, actor, task_id, values, now), scope):
        raise FormInvalid(values, {listed.DECISION: FieldProblem("signatures.problem.alone")})
    holding.begin(database, actor, sheet.task, now)
    return Kept(
        str(sheet.case.number), database.read(lambda session: listed.next_free(session, sheet), scope)
    )


def _is_kept_clean(
    session: Session, actor: Actor, task_id: UUID, values: dict[str, Any], now: datetime
) -> bool:
    """Keep what was typed; -> whether it may be signed as one of a list."""
    drafts.save(session, actor, sheets.read(session, actor, task_id, now).place, values, now)
    sheet = sheets.read(session, actor, task_id, now)
    return listed.values_of(sheet) is not None and not listed.is_contradicted(session, actor, sheet)


def sign_listed(
    database: Database, actor: Actor, task_id: UUID, proven: stepup.Listed, now: datetime
) -> None:
    """Send a clean case or search as one of a list that was proven and used up.

    Raises stepup.ContentChanged for one that is not in the list as it stands now, FormInvalid, and as `complete`.
    """

    def look(session: Session) -> tuple[Sheet, dict[str, Any]]:
        sheet = sheets.read(session, actor, task_id, now)
        values = listed.values_of(sheet)
        if values is None or listed.is_contradicted(session, actor, sheet):
            raise stepup.ContentChanged
        return sheet, values

    sheet, values = database.read(look, actor_scope(actor))
    judged = sheet.judge(values, now)
    answers = judged.kept()
    if sheet.content(answers) not in proven.items:
        raise stepup.ContentChanged
    if judged.problems:
        raise FormInvalid(values, judged.problems)
    _send(database, actor, sheet, _Sent(values, answers, proof=proven.id, is_listed=True), now)


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
    judged = sheet.judge(values, now)
    if judged.problems:
        raise FormInvalid(values, judged.problems)
    answers = judged.kept()
    if signing.signs(sheet.task.form, answers):
        raise NotAllowed
    _send(
        database,
        actor,
        sheet,
        _Sent(values, answers, act=prepared.act, act_id=prepared.act_id),
        now,
        prepared.also,
    )


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
    _send(database, actor, *_as_sent(database, actor, task_id, sent_at, now), now)


def kept_act(
    database: Database, actor: Actor, task_id: UUID, sent_at: datetime, now: datetime
) -> Callable[[Session], None]:
    """The very act of `resend`, for a transaction under the officer's scope that its caller takes back.

    Raises as `resend`; a RouteStuck opens no incident.
    """
    sheet, sent = _as_sent(database, actor, task_id, sent_at, now)
    return lambda session: _commit(session, actor, sheet, sent, now)


def _as_sent(
    database: Database, actor: Actor, task_id: UUID, sent_at: datetime, now: datetime
) -> tuple[Sheet, _Sent]:
    sheet = database.read(lambda session: sheets.read(session, actor, task_id, now), actor_scope(actor))
    if sheet.draft is None or sheet.draft.updated_at != sent_at:
        raise WrittenOn
    values = sheet.draft.values
    judged = sheet.judge(values, now)
    if judged.problems:
        raise FormInvalid(values, judged.problems)
    return sheet, _Sent(values, judged.kept(), sent_at=sent_at)


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
    """What was typed, and the answers that count; what fails, or brings files, is kept as a draft.

    Raises FormInvalid.
    """
    refused: dict[str, Any] = {}
    values = sheet.typed(posted, sheet.staged)
    if uploads:
        draft, refused = drafts.stage(database, actor, sheet.place, sheet.form, values, uploads, now)
        values = sheet.typed(posted, draft.staged)
    judged = sheet.judge(values, now)
    if problems := {**judged.problems, **refused}:
        database.write(
            lambda session: drafts.save(session, actor, sheet.place, values, now), actor_scope(actor)
        )
        raise FormInvalid(values, problems)
    return values, judged.kept()


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
    draft_id = sheet.draft.id if sheet.draft is not None else None
    ahead.act(session, own, sheet.task, actor.officer_id, draft_id, calendars.day(now))
    case = cases.lock(own, sheet.case.id)
    if case is None:
        raise NotFound
    task = holding.find(session, sheet.task.id)
    holding.guard(actor, task)
    separation.guard(own, actor, task)
    context = submissions.Context(own, actor, case, task, sheet.form, answers, sheet.facts, now, sent.act_id)
    projections.stamp(context)
    _attach(session, actor, sheet, now)
    finishing.finish(context, sheet.release, **sent.detail)


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


def _completed(session: Session, actor: Actor, sheet: Sheet, now: datetime) -> Completed:
    label = sheet.release.engine.user_tasks[sheet.task.element_id]
    own = session.narrowed(CaseScope(actor.district_id, sheet.case.id))
    ahead.sent(session, own, sheet.task, actor.officer_id)
    file = casefile.CaseFile(own, actor, sheet.case, sheet.release, now)
    after = workflow.next_in_queue(
        session, sheet.task.office_id, sheet.task.role, sheet.task.element_id, actor.officer_id
    )
    makes_paper = sheet.task.form in paperplan.DECIDING and bool(awaitedpaper.awaited(own, sheet.case))
    return Completed(sheet.case.number, label.name_hi, label.name_en, after, file.holders(), makes_paper)


__all__ = [
    "Completed",
    "Kept",
    "Prepared",
    "WrittenOn",
    "complete",
    "drop_draft",
    "keep_to_sign",
    "kept_act",
    "resend",
    "save_draft",
    "send_prepared",
    "sign",
    "sign_listed",
    "take_prepared",
]
