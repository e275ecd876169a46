"""The case as an officer reads it: strip, holders, steps, answers as far as they are open to him, corrections."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from app import formjs
from app.domain import secrecy
from app.domain.roles import IN_PERSON
from app.domain.secrecy import Side
from app.models.casefile import case_queries as cases
from app.models.casefile import document_queries as filed
from app.models.execution import workflow_queries as workflow
from app.models.issuing import paper_queries
from app.models.staff import officer_queries as officers
from app.services.access import standins
from app.services.casefile import awaitedpaper, caselines, hearings, options, particulars, units, visits
from app.services.casefile.facts import INTAKE, SIGN, CaseFacts
from app.services.casefile.record import Record
from app.services.district import calendars
from app.services.procedure import releases
from app.services.timekeeping import clockbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.clock import Age, WorkingCalendar
    from app.domain.ledger import Ledger, Pause
    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.access.standins import StandIn
    from app.services.casefile.facts import Particulars
    from app.services.procedure.releases import Loaded


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has the case: an open step, its office, since when, and how its time stands."""

    step_hi: str
    step_en: str
    office_kind: str
    office_hi: str
    office_en: str
    since: datetime
    days: int  # working days with the office
    age: Age
    officer_hi: str  # in whose name it is; empty while it is the whole office's
    officer_en: str
    acting: StandIn | None = None  # whose work he does, where it is not his own
    is_unnamed: bool = False  # done in person, and nobody is named for it
    stands_for: str = ""  # why the clock of the office stands (ledger.reason); empty while it runs


@dataclass(frozen=True, slots=True)
class CaseStrip:
    number: str
    name_hi: str
    name_en: str
    own_name: str  # as the person writes it, in another script
    father_hi: str
    father_en: str
    relation: str
    gender: str
    purpose_hi: str
    purpose_en: str
    status: str  # as of a CaseLine
    requester_hi: str
    letter_no: str
    letter_date: date
    requisition_id: UUID
    received_on: date
    due_on: date
    gross_days: int
    net_days: int
    age: Age
    stands_for: str  # why the clock of the whole case stands (ledger.reason); empty while it runs
    holders: list[Holder]
    awaited: str  # of `awaitedpaper.awaited`: what an open case waits for that no office has


@dataclass(frozen=True, slots=True)
class StepLine:
    """One line of the vertical step list: done, now or next."""

    element_id: str
    step_hi: str
    step_en: str
    state: str
    office_kind: str = ""
    office_hi: str = ""
    office_en: str = ""
    officer_hi: str = ""
    officer_en: str = ""
    at: datetime | None = None
    days: int = 0
    age: Age | None = None
    acting: StandIn | None = None


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One submission as it reads: step, unit, officer, and label with text for each answer this officer may read.

    The texts are in his language; `classes` are those of what is shown.
    """

    step_hi: str
    step_en: str
    unit_kind: str
    unit_hi: str
    unit_en: str
    officer_hi: str
    officer_en: str
    at: datetime
    rows: list[tuple[str, str]]
    classes: frozenset[str]
    failed_visits: Sequence[visits.FailedVisit] = ()  # those before it, where it reports a visit
    acting: StandIn | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction of the person's particulars: when, by whom, what was, what is, and why if that was written."""

    at: datetime
    officer_hi: str
    officer_en: str
    changes: list[particulars.Change]
    reason: AnswerView | None


_OF_PEOPLE = "P2"
CORRECTED = "correct_case"  # act outside the route: why particulars of a running case were corrected
#: What officers write outside the steps of the route: act -> what a list calls it.
_ACTS = {
    "intake": ("अभ्यर्थी का विवरण", "Particulars of the candidate"),
    releases.CORRECTION: ("अभ्यर्थी के विवरण में सुधार", "Particulars of the candidate corrected"),
    CORRECTED: ("अभ्यर्थी के विवरण में सुधार का कारण", "Reason of the correction of particulars"),
    "withdraw": ("अधियाचना वापस ली गई", "Requisition withdrawn"),
    **dict.fromkeys(hearings.FORM_OF, ("सुनवाई का प्रस्ताव", "Hearing prepared")),
}
_REASON = {"hi": "कारण", "en": "Reason"}
RECOMMEND = "recommend"  # the form by which the SP reports


class CaseFile:
    """One case opened for one officer; each part is read when it is asked for."""

    def __init__(self, session: Session, actor: Actor, case: AnyRow, release: Loaded, now: datetime) -> None:
        self._session, self._actor, self._case, self.now = session, actor, case, now
        self.release = release

    @property
    def language(self) -> str:
        """In which the officer reads."""
        return str(self._actor.language)

    @cached_property
    def facts(self) -> CaseFacts:
        return CaseFacts(self._session, self._case, self.now)

    @cached_property
    def calendar(self) -> WorkingCalendar:
        return calendars.of(self._session)

    @cached_property
    def record(self) -> Record:
        return Record(self._session, self._case.id)

    def behind(self, step: int) -> CaseFile:
        """The file as it was behind one act of the record (1 is the first), at that act's own time."""
        past = CaseFile(self._session, self._actor, self._case, self.release, self.now)
        past.facts, past.record = self.facts, self.record.until(step)
        past.now = past.record.moves[-1].at
        return past

    def age(self, due_on: date) -> Age:
        return self.calendar.age(due_on, calendars.day(self.now))

    def label(self, element_id: str) -> tuple[str, str]:
        knowing = self.knowing(lambda loaded: loaded.engine.label(element_id)[0] != element_id)
        return knowing.engine.label(element_id)

    def host(self, event_id: str) -> str:
        """The step on which a time limit rides; nothing for any other element."""
        return self.knowing(lambda loaded: bool(loaded.engine.host(event_id))).engine.host(event_id)

    def knowing(self, knows: Callable[[Loaded], bool]) -> Loaded:
        """The release that knows a thing of the case: that of now, or one that the case was led away from."""
        if knows(self.release):
            return self.release
        return next((each for each in self._earlier if knows(each)), self.release)

    @cached_property
    def _earlier(self) -> list[Loaded]:
        """The releases that the case ran on before, the last one first."""
        if not self.record.changes_of_release:
            return []
        moves = workflow.steps_of(self._session, self._case.id)
        others = dict.fromkeys(row.release_id for row in reversed(moves) if row.release_id != self.release.id)
        return [releases.load(self._session, each) for each in others]

    def label_of(self, task: AnyRow) -> tuple[str, str]:
        """What a list of the case calls a task: its step, and the other district whose answer it waits for."""
        step, place = self.label(task.element_id), units.asked_elsewhere(self.facts, task)
        hindi, english = (" · ".join(filter(None, both)) for both in zip(step, place, strict=True))
        return hindi, english

    def strip(self) -> CaseStrip:
        case, person = self._case, self.facts.person()
        purpose_hi, purpose_en = self.facts.purpose(self.release)
        clock, holders = self._clocks.whole, self.holders()
        stands = _open_of(clock.pauses) if case.status == "open" else None
        return CaseStrip(
            number=case.number,
            name_hi=person["hi"],
            name_en=person["en"],
            own_name=str(self.facts.intake.get("own_name") or ""),
            father_hi=person["father_hi"],
            father_en=person["father_en"],
            relation=person["relation"],
            gender=person["gender"],
            purpose_hi=purpose_hi,
            purpose_en=purpose_en,
            status=self._status(),
            requester_hi=case.requester_hi,
            letter_no=case.letter_no,
            letter_date=case.letter_date,
            requisition_id=case.requisition_id,
            received_on=case.received_on,
            due_on=case.due_on,
            gross_days=clock.gross,
            net_days=clock.net,
            age=self.age(case.due_on).standing(stands.since if stands is not None else None),
            stands_for=stands.reason if stands is not None else "",
            holders=holders,
            awaited=""
            if holders or case.status != "open"
            else awaitedpaper.awaited(self._session, case, self._actor.officer_id),
        )

    def _status(self) -> str:
        is_revoked = paper_queries.has_only_revoked(self._session, self._case.id)
        return caselines.REVOKED if is_revoked else str(self._case.status)

    def holders(self) -> list[Holder]:
        """Every open step with its office: parallel enquiries are several lines."""
        return [self.holder(task) for task in self.record.tasks if task.state == "open"]

    def holder(self, task: AnyRow) -> Holder:
        today = calendars.day(self.now)
        return Holder(
            *self.label_of(task),
            task.office_kind,
            task.office_hi,
            task.office_en,
            task.created_at,
            self.calendar.days_between(calendars.day(task.created_at), today),
            self.age_of(task),
            task.holder_hi or "",
            task.holder_en or "",
            self._acting.get(self._held(task)),
            is_unnamed=task.role in IN_PERSON and task.assigned_to is None,
            stands_for=self._standing[task.office_id].reason if task.office_id in self._standing else "",
        )

    def age_of(self, task: AnyRow) -> Age:
        """How the time of an open task stands, and since when its office's clock does, if it does."""
        pause = self._standing.get(task.office_id)
        return self.age(task.due_on).standing(pause.since if pause is not None else None)

    @cached_property
    def _clocks(self) -> Ledger:
        return clockbook.clocks_of(self._session, self._case, self.now)

    @cached_property
    def _standing(self) -> Mapping[UUID, Pause]:
        """For what the clock of each office stands now."""
        held = (
            (each.office, _open_of(each.pauses)) for each in self._clocks.holdings if each.sent_at is None
        )
        return {office: pause for office, pause in held if pause is not None}

    def acting_in(self, task: AnyRow | None) -> StandIn | None:
        """For whom a task was done, where whoever did it acted for another."""
        return self._acting.get(_done(task)) if task is not None else None

    @cached_property
    def _acting(self) -> Mapping[standins.Act | None, StandIn]:
        tasks = self.record.tasks
        return standins.find(self._session, [*map(_done, tasks), *map(self._held, tasks)])

    def _held(self, task: AnyRow) -> standins.Act | None:
        """That somebody has an open task in his name today, as an act of his."""
        holder = (task.assigned_to or task.claimed_by) if task.state == "open" else None
        return standins.act(holder, task.office_id, self.now, task.role)

    @cached_property
    def _tasks(self) -> dict[UUID, AnyRow]:
        return {task.id: task for task in self.record.tasks}

    def steps(self) -> list[StepLine]:
        """What was done, by whom and how fast; what is open, and where; what ended unfinished."""
        return [self._step(task) for task in self.record.tasks]

    def _step(self, task: AnyRow) -> StepLine:
        done = task.state == "done"
        until = calendars.day(self.now if task.state == "open" else task.done_at)
        return StepLine(
            task.element_id,
            *self.label_of(task),
            state="now" if task.state == "open" else task.state,
            office_kind=task.office_kind,
            office_hi=task.office_hi,
            office_en=task.office_en,
            officer_hi=(task.done_by_hi if done else task.holder_hi) or "",
            officer_en=(task.done_by_en if done else task.holder_en) or "",
            at=task.created_at if task.state == "open" else task.done_at,
            days=self.calendar.days_between(calendars.day(task.created_at), until),
            age=self.age_of(task) if task.state == "open" else None,
            acting=self._acting.get(_done(task) if done else self._held(task)),
        )

    def document_rows(self) -> Sequence[AnyRow]:
        """The papers of the case and its letter, also those that this officer may not open."""
        return filed.of_case(self._session, self._case.id, self._case.requisition_id)

    def answers(self) -> list[AnswerView]:
        """Every submission this officer may read, oldest first."""
        return self.readable(self.answer_rows)

    def standing_answers(self) -> list[AnswerView]:
        """Of the route's steps, what this officer may read and no later submission replaced, newest first."""
        replaced = {row.supersedes_id for row in self.answer_rows}
        return self.readable(
            row
            for row in reversed(self.answer_rows)
            if row.id not in replaced and row.user_task_id is not None
        )

    @cached_property
    def answer_rows(self) -> Sequence[AnyRow]:
        """Every submission, sealed as it lies in its table, oldest first."""
        return cases.answers_of(self._session, self._case.id)

    @cached_property
    def failed_visits(self) -> list[visits.FailedVisit]:
        """The visits at which nobody could be asked, as far as the officer's post reads what the police write."""
        role = self._actor.post.role
        if visits.CLASS not in secrecy.readable(role, Side.POLICE, reported=self.is_reported):
            return []
        return visits.of_case(self._session, self._case)

    @cached_property
    def is_reported(self) -> bool:
        """Whether the SP has sent the police's reports on to the DM's office."""
        return any(row.form == RECOMMEND for row in self.answer_rows)

    def may_open(self, row: AnyRow) -> bool:
        """Whether the officer's post may open this document of the case or of its letter."""
        asked = self.knowing(lambda loaded: loaded.asks_for(row.field))
        side = Side.INTAKE if row.requisition_id is not None else asked.side_of_field(row.field)
        return secrecy.may_open(self._actor.post.role, row.pii, side, reported=self.is_reported)

    def replaced_files(self) -> frozenset[str]:
        """Ids of the files that stand in no answer any more: their step was answered again without them."""
        replaced = {row.supersedes_id for row in self.answer_rows} - {None}
        if not replaced:
            return frozenset()
        files = {row.id: self._files_of(row) for row in self.answer_rows}
        standing = (ids for answer_id, ids in files.items() if answer_id not in replaced)
        return frozenset().union(*files.values()).difference(*standing)

    def files_of_others(self, form: str) -> frozenset[str]:
        """Ids of the files that were sent with other forms than this: boxes of two forms may have one name."""
        return frozenset().union(*(self._files_of(row) for row in self.answer_rows if row.form != form))

    def _files_of(self, row: AnyRow) -> frozenset[str]:
        form = self._form_of(row)
        if form is None:
            return frozenset()
        values = self.facts.open_answer(row)
        boxes = (field.key for field in form.fields if field.type == "file")
        return frozenset(str(file["id"]) for box in boxes for file in values.get(box) or ())

    def classes_of(self, row: AnyRow) -> frozenset[str]:
        """The classes of facts in a submission that the officer's post may read."""
        if row.form in hearings.FORM_OF and not hearings.reads(self._actor.post.role, row.form):
            return secrecy.NONE
        is_step = row.user_task_id is not None
        asked = self.knowing(lambda loaded: not is_step or row.element_id in loaded.engine.user_tasks)
        side = asked.side_of_step(row.element_id)
        return secrecy.readable(self._actor.post.role, side, reported=self.is_reported)

    def readable(
        self, rows: Iterable[AnyRow], within: frozenset[str] = secrecy.CLASSES, closing: str = ""
    ) -> list[AnswerView]:
        """Of these submissions, what the officer's post may read, of these classes alone where some are named.

        `closing` is the sign that stands for what was written in sentences, where that stays closed.
        """
        found = []
        for row in rows:
            classes = self.classes_of(row) & within
            if classes:
                found.append(self._answer(row, classes, closing))
        return found

    def written_of_people(self) -> list[tuple[str, str]]:
        """Each text of class P2 in the submissions, by the key of its question: names, fathers, witnesses, places."""
        return [
            (node.key, text)
            for row in self.answer_rows
            if (form := self._form_of(row)) is not None
            for node, text in formjs.texts(form, self.facts.open_answer(row))
            if node.pii == _OF_PEOPLE
        ]

    def _form_of(self, row: AnyRow) -> formjs.Form | None:
        is_step = row.user_task_id is not None
        named = hearings.FORM_OF.get(row.form, row.form)
        return self.knowing(lambda loaded: not is_step or row.form in loaded.forms).forms.get(named)

    def _answer(self, row: AnyRow, classes: frozenset[str], closing: str = "") -> AnswerView:
        values = secrecy.read_by(self._actor.post.role, self.facts.open_answer(row))
        form = self._form_of(row)
        if closing and form is not None:
            values = formjs.closed(form, values, closing)
        task = self._tasks.get(row.user_task_id)
        return AnswerView(
            *(_ACTS.get(row.element_id) or self.label(row.element_id)),
            *_unit_that_wrote(row, task),
            row.officer_hi or "",
            row.officer_en or "",
            row.at,
            rows=self.shown(form, values, classes),
            classes=classes & formjs.classes_of(form, values) if form is not None else secrecy.NONE,
            failed_visits=[each for each in self.failed_visits if each.task_id == row.user_task_id]
            if row.form == visits.FORM
            else (),
            acting=self.acting_in(task),
        )

    def shown(
        self, form: formjs.Form | None, values: dict[str, Any], classes: frozenset[str]
    ) -> list[tuple[str, str]]:
        """An answer as label and text; an act outside the route has no form, but a reason.

        Of the signature's tick nothing is said: that it was sent, by whom and when stands above the answer.
        """
        language = self._actor.language
        if form is None:
            return [(_REASON.get(language, _REASON["hi"]), str(values.get("reason", "")))]
        said = {name: value for name, value in values.items() if name != SIGN}
        return formjs.show(form, said, self._labels(form, said), language, classes)

    def _labels(self, form: formjs.Form, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return options.labels(self._session, form, self.release, self.facts, values)

    def corrections(self) -> list[Correction]:
        """What was corrected in the particulars of the person, as far as the officer's post reads it."""
        by_id = {row.id: row for row in self.answer_rows}
        reasons = {row.at: row for row in self.answer_rows if row.element_id == CORRECTED}
        return [
            self._correction(row, by_id[row.supersedes_id], reasons.get(row.at))
            for row in self.answer_rows
            if row.element_id == releases.CORRECTION and row.supersedes_id in by_id
        ]

    def _correction(self, row: AnyRow, before: AnyRow, reason: AnyRow | None) -> Correction:
        form = self.release.form(INTAKE)
        both = self.facts.open_answer(before), self.facts.open_answer(row)
        chosen = {
            key: [*self._labels(form, both[0]).get(key, ()), *names]
            for key, names in self._labels(form, both[1]).items()
        }
        role, classes = self._actor.post.role, self.classes_of(row)
        return Correction(
            row.at,
            row.officer_hi or "",
            row.officer_en or "",
            particulars.as_read_by(role, classes, form, chosen, both, self._actor.language),
            next(iter(self.readable([reason] if reason is not None else [])), None),
        )

    def particulars(self) -> Particulars:
        """The person and the addresses in a few lines, as the officer's post may read them."""
        found = self.facts.particulars()
        return replace(found, mobile=secrecy.told(self._actor.post.role, "mobile", found.mobile) or "")


def _unit_that_wrote(row: AnyRow, task: AnyRow | None) -> tuple[str, str, str]:
    """Kind and names of the unit of an answer, empty where it is of none.

    An enquiry that was passed on is another office's by now: what the first one wrote stays under its own name.
    """
    if task is not None and row.unit_kind is not None and task.office_kind == row.unit_kind:
        return task.office_kind, task.office_hi, task.office_en
    return row.unit_kind or "", row.unit_hi or "", row.unit_en or ""


def _open_of(pauses: Iterable[Pause]) -> Pause | None:
    """The pause that has no end yet."""
    return next((each for each in pauses if each.until is None), None)


def _done(task: AnyRow) -> standins.Act | None:
    return standins.act(task.done_by, task.office_id, task.done_at, task.role)


def officer_names(session: Session, officer_id: UUID | None) -> tuple[str, str]:
    return ("", "") if officer_id is None else officers.names(session, officer_id)
