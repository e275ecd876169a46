"""The page of one task: its form as it stands, and all that is told beside it to whoever may read it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app import formjs
from app.models.scope import CaseScope
from app.services.access import separation, standins
from app.services.casefile import casefile, casepapers, sightings
from app.services.casefile.facts import SCRUTINY, CaseFacts
from app.services.desk import briefings, desk, holding, previews, reasking, receiving, sheets, visiting
from app.services.district import neighbourhood
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.clock import Age
    from app.domain.roles import Actor
    from app.formjs import Posted
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.access.standins import StandIn
    from app.services.casefile.casefile import AnswerView, CaseFile, CaseStrip, StepLine
    from app.services.casefile.casepapers import DocumentLine
    from app.services.casefile.facts import Particulars
    from app.services.casefile.visits import FailedVisit
    from app.services.desk.briefings import Briefing
    from app.services.desk.reasking import Elsewhere
    from app.services.desk.sheets import Sheet
    from app.services.district.neighbourhood import Way
    from app.services.store.database import Database


@dataclass(frozen=True, slots=True)
class Head:
    """Which step of whose case it is, and how its time stands."""

    element_id: str
    step_hi: str
    step_en: str
    instructions_hi: str
    instructions_en: str
    case: CaseStrip
    particulars: Particulars
    age: Age
    due_on: date
    received_at: datetime  # when it reached the office
    is_namesake: bool  # the candidate or his father is called as the officer is
    is_own_entry: bool  # he scrutinises what he entered himself


@dataclass(frozen=True, slots=True)
class Hold:
    """In whose name the task is: empty names while it is the whole office's."""

    officer_hi: str
    officer_en: str
    is_mine: bool
    acting: StandIn | None  # for whom its holder acts
    until: datetime | None  # when a claim in force runs out
    is_named: bool  # it belongs to one officer, whom the thana named


@dataclass(frozen=True, slots=True)
class Aside:
    """What stands beside the form: the case's papers, and what was told and done in it before."""

    documents: list[DocumentLine]
    answers: list[AnswerView]
    so_far: list[StepLine]

    @property
    def classes(self) -> frozenset[str]:
        """The classes of the facts that it shows."""
        return frozenset(each.pii for each in self.documents).union(*(each.classes for each in self.answers))


@dataclass(frozen=True, slots=True)
class DraftNote:
    """The draft that the page shows: its version, which what a phone sends later must know, and when it was kept."""

    version: str
    saved_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaskView:
    """All that the task's page shows: the form as it stands, and what is told above it and beside it."""

    task_id: UUID
    case_id: UUID
    head: Head
    briefing: Briefing
    elsewhere: Elsewhere
    form: formjs.Form
    values: dict[str, Any]
    facts: Mapping[str, Any]
    options: Mapping[str, Any]
    draft: DraftNote
    may_preview: bool  # the paper that it would issue, or once it is decided
    hold: Hold
    look: desk.FollowUp | None  # when the officer himself wants to look again
    takes_visits: bool  # it is a task of going there: a visit may fail
    failed_visits: list[FailedVisit]  # of this enquiry, while its report is not written
    aside: Aside
    ways: Sequence[Way] = ()  # how the letters of the form go, for whoever marks

    @property
    def classes(self) -> frozenset[str]:
        """The classes of the facts that the page shows, those in the boxes of the form among them."""
        return self.aside.classes | self.briefing.classes | formjs.classes_of(self.form, self.values)


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
    rows = view.values.get("other_district") or ()
    ways = neighbourhood.ways(database, (row for row in rows if isinstance(row, dict)), now)
    view = replace(view, ways=list(ways.values()))
    sightings.note(database, actor, f"case:{view.case_id}", view.head.element_id, view.classes, now)
    return view


def open_task(session: Session, actor: Actor, task_id: UUID, now: datetime) -> TaskView:
    """The page of one task, without a trace. Raises NotFound, NotAllowed, TaskAlreadyDone."""
    sheet = sheets.read(session, actor, task_id, now)
    return _view(session, actor, sheet, sheet.kept() or sheet.initial(), now)


def redraw(session: Session, actor: Actor, task_id: UUID, posted: Posted, now: datetime) -> TaskView:
    """The same page with what was typed, after a row was added or removed or a check failed."""
    sheet = sheets.read(session, actor, task_id, now)
    return _view(session, actor, sheet, sheet.typed(posted, sheet.staged), now)


def _view(session: Session, actor: Actor, sheet: Sheet, values: dict[str, Any], now: datetime) -> TaskView:
    task = sheet.task
    file = casefile.CaseFile(session, actor, sheet.case, sheet.release, now)
    whole = session.narrowed(CaseScope(actor.district_id, task.case_id))  # its rules tell more than he sees
    known = CaseFacts(whole, sheet.case, session.recorded_at)
    goes_there = visiting.takes_visits(task)
    return TaskView(
        task_id=task.id,
        case_id=task.case_id,
        head=_head(session, actor, sheet, file),
        briefing=briefings.of(session, actor, sheet, known, now),
        elsewhere=reasking.of(known, actor, task, now),
        form=sheet.form,
        values=values,
        facts=sheet.facts,
        options=sheet.options,
        draft=DraftNote(
            receiving.version_of(session, sheet), sheet.draft.updated_at if sheet.draft is not None else None
        ),
        may_preview=previews.offers(sheet),
        hold=_hold(session, actor, task, now),
        look=desk.follow_up(session, actor, task),
        takes_visits=goes_there,
        failed_visits=[each for each in file.failed_visits if each.task_id == task.id] if goes_there else [],
        aside=Aside(casepapers.documents(session, file), file.standing_answers(), file.steps()),
    )


def _head(session: Session, actor: Actor, sheet: Sheet, file: CaseFile) -> Head:
    task, label, case = sheet.task, sheet.release.engine.user_tasks[sheet.task.element_id], file.strip()
    scrutinises = task.form == SCRUTINY
    return Head(
        task.element_id,
        label.name_hi,
        label.name_en,
        label.instructions_hi,
        label.instructions_en,
        case,
        file.particulars(),
        file.age_of(task),
        task.due_on,
        task.created_at,
        is_namesake=separation.is_namesake(actor, case.name_hi, case.name_en, case.father_hi, case.father_en),
        is_own_entry=scrutinises and separation.has_entered(session, actor, task.case_id),
    )


def _hold(session: Session, actor: Actor, task: AnyRow, now: datetime) -> Hold:
    is_named = task.assigned_to is not None
    if not holding.holds(task, now):
        return Hold("", "", is_mine=False, acting=None, until=None, is_named=is_named)
    held = standins.act(task.claimed_by, task.office_id, now, task.role)
    return Hold(
        *casefile.officer_names(session, task.claimed_by),
        is_mine=task.claimed_by == actor.officer_id,
        acting=standins.find(session, [held]).get(held),
        until=task.claim_until,
        is_named=is_named,
    )
