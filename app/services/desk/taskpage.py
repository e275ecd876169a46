"""The page of one task: its form as it stands, and all that is told beside it to whoever may read it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app import formjs
from app.domain import secrecy
from app.domain.roles import JUDGES, Permission, Role
from app.models.scope import CaseScope
from app.services.access import separation, standins
from app.services.casefile import (
    accounts,
    casefile,
    casepapers,
    duplicates,
    hearings,
    reviews,
    sightings,
    units,
)
from app.services.casefile.facts import REVIEW, CaseFacts
from app.services.casefile.units import Again
from app.services.desk import desk, holding, marking, previews, reasking, receiving, sheets, visiting
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
    from app.services.casefile.accounts import Account
    from app.services.casefile.casefile import AnswerView, CaseStrip, StepLine
    from app.services.casefile.casepapers import DocumentLine
    from app.services.casefile.duplicates import Likeness
    from app.services.casefile.facts import Particulars
    from app.services.casefile.neighbours import Asked
    from app.services.casefile.reviews import Review
    from app.services.casefile.units import Letter, Said
    from app.services.casefile.visits import FailedVisit
    from app.services.desk.sheets import Sheet
    from app.services.district.neighbourhood import Way
    from app.services.store.database import Database


SCRUTINY = "scrutinise"  # the form at which a possible duplicate is told


@dataclass(frozen=True, slots=True)
class Alike:
    """Cases of persons who may be the same; `is_held`: whoever entered this one says that they are."""

    found: Sequence[Likeness] = ()
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Hearing:
    """A hearing that was prepared for the officer who decides: what is proposed, in words, by whom and when."""

    rows: list[tuple[str, str]]
    officer_hi: str
    officer_en: str
    acting: StandIn | None  # for whom he prepared it
    at: datetime
    classes: frozenset[str]


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
    is_own_entry: bool  # he scrutinises what he entered himself
    age: Age
    due_on: date
    received_at: datetime  # when it reached the office
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
    acting: StandIn | None  # for whom its holder acts
    claim_until: datetime | None  # when a claim in force runs out
    look: desk.FollowUp | None  # when the officer himself wants to look again
    is_named: bool  # it belongs to one officer, whom the thana named
    again: Again  # on which points it is enquired anew
    letter: Letter | None  # to another district, whose answer the task waits for
    asked: list[Asked]  # the same as far as it went in this system, oldest first
    may_ask_again: bool
    ways: list[Way]  # how the letters of the form go, for whoever marks
    districts: Sequence[Mapping[str, str]]  # that may be asked anew
    review: Review | None  # why the case lies before the SDPO
    alike: Alike  # who may have been entered before, told to whoever scrutinises
    places: list[marking.Line]  # where the addresses lie, for whoever marks
    addresses: list[Said]  # for the SHO who accepts, and who goes there
    accounts: list[Account]  # what each unit has answered, for whoever decides on all of it
    conflicts: list[Said]  # what the units tell against each other, and nobody has settled
    hearing: Hearing | None  # prepared for the officer, who may order it
    takes_visits: bool  # it is a task of going there: a visit may fail
    failed_visits: list[FailedVisit]  # of this enquiry, while its report is not written
    may_preview: bool  # the paper that it would issue, or once it is decided
    draft_version: str  # of the draft that the page shows: what a phone sends later must know it
    draft_saved_at: datetime | None

    @property
    def classes(self) -> frozenset[str]:
        """The classes of the facts that the page shows, those in the boxes of the form among them."""
        beside = frozenset(each.pii for each in self.documents).union(
            *(each.classes for each in self.answers)
        )
        is_told = self.again.points or self.review or self.conflicts or self.accounts
        told = frozenset({secrecy.SENSITIVE}) if is_told else secrecy.NONE
        told |= self.hearing.classes if self.hearing is not None else secrecy.NONE
        return beside | told | formjs.classes_of(self.form, self.values)


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
    sightings.note(database, actor, f"case:{view.case_id}", view.element_id, view.classes, now)
    return view


def open_task(session: Session, actor: Actor, task_id: UUID, now: datetime) -> TaskView:
    """The page of one task, without a trace. Raises NotFound, NotAllowed, TaskAlreadyDone."""
    sheet = sheets.read(session, actor, task_id, now)
    return _view(session, actor, sheet, sheet.kept() or sheet.initial(), now)


def redraw(session: Session, actor: Actor, task_id: UUID, posted: Posted, now: datetime) -> TaskView:
    """The same page with what was typed, after a row was added or removed or a check failed."""
    sheet = sheets.read(session, actor, task_id, now)
    return _view(session, actor, sheet, sheet.typed(posted, sheet.staged), now)


def _held(task: AnyRow, now: datetime) -> standins.Act | None:
    return standins.act(task.claimed_by, task.office_id, now, task.role)


def _view(session: Session, actor: Actor, sheet: Sheet, values: dict[str, Any], now: datetime) -> TaskView:
    task, label = sheet.task, sheet.release.engine.user_tasks[sheet.task.element_id]
    file = casefile.CaseFile(session, actor, sheet.case, sheet.release, now)
    strip = file.strip()
    told, conflicts = _told_by_units(session, actor, sheet)
    is_held = holding.holds(task, now)
    held_hi, held_en = casefile.officer_names(session, task.claimed_by if is_held else None)
    asked = reasking.asked(_facts(session, actor, sheet), task)
    return TaskView(
        task_id=task.id,
        case_id=task.case_id,
        element_id=task.element_id,
        step_hi=label.name_hi,
        step_en=label.name_en,
        instructions_hi=label.instructions_hi,
        instructions_en=label.instructions_en,
        case=strip,
        is_namesake=separation.is_namesake(
            actor, strip.name_hi, strip.name_en, strip.father_hi, strip.father_en
        ),
        is_own_entry=sheet.task.form == SCRUTINY and separation.has_entered(session, actor, task.case_id),
        age=file.age_of(task),
        due_on=task.due_on,
        received_at=task.created_at,
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
        acting=next(iter(standins.find(session, [_held(task, now)] if is_held else []).values()), None),
        claimed_by_me=is_held and task.claimed_by == actor.officer_id,
        claim_until=task.claim_until if is_held else None,
        look=desk.follow_up(session, actor, task),
        is_named=task.assigned_to is not None,
        again=_again(session, actor, sheet),
        letter=_letter(session, actor, sheet),
        asked=reasking.told(asked, now),
        may_ask_again=reasking.may_ask_again(asked) and actor.may(Permission.NEIGHBOUR_ASK),
        ways=[],
        districts=reasking.districts(session) if reasking.may_ask_again(asked) else (),
        review=_review(actor, sheet),
        alike=_alike(session, sheet, now),
        places=marking.told(_facts(session, actor, sheet), task),
        addresses=marking.asked(_facts(session, actor, sheet), task),
        accounts=told,
        conflicts=conflicts,
        hearing=_hearing(session, actor, sheet),
        takes_visits=visiting.takes_visits(task),
        failed_visits=[each for each in file.failed_visits if each.task_id == task.id]
        if visiting.takes_visits(task)
        else [],
        may_preview=previews.offers(sheet),
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


def _told_by_units(session: Session, actor: Actor, sheet: Sheet) -> tuple[list[Account], list[Said]]:
    """What each unit has answered and where they disagree, for those who judge the whole case."""
    if sheet.task.enquiry_id is not None or Role(sheet.task.role) not in JUDGES:
        return [], []
    known = _facts(session, actor, sheet)
    return accounts.of(known, sheet.release), units.conflicts(known, sheet.release)


def _hearing(session: Session, actor: Actor, sheet: Sheet) -> Hearing | None:
    """What was prepared for this decision."""
    order = hearings.order_of(sheet.form)
    found = hearings.prepared(_facts(session, actor, sheet), sheet.task) if order is not None else None
    if found is None:
        return None
    rows = formjs.show(sheet.form, found.values, sheet.options, actor.language, secrecy.CLASSES)
    classes = formjs.classes_of(sheet.form, found.values)
    done = (found.by, found.at)
    acting = standins.by_right(session, [done], Permission.HEARING_PREPARE).get(done)
    return Hearing(rows, *casefile.officer_names(session, found.by), acting, found.at, classes)


def _reads_reports(actor: Actor) -> bool:
    return secrecy.SENSITIVE in secrecy.readable(actor.post.role, secrecy.Side.POLICE, reported=True)


def _of_case(session: Session, actor: Actor, case: AnyRow) -> Session:
    """The same session with all of this case in sight, for what is then told of it by its rules."""
    return session.narrowed(CaseScope(actor.district_id, case.id))
