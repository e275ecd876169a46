"""What happened in a case, told in order: each act with whom it sent the case to, its reason, the paper it led to."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app import engine
from app.domain.roles import Permission
from app.models.casefile import case_queries as cases
from app.models.desk import holding_queries as holding
from app.models.scope import CaseScope
from app.models.staff import officer_queries as officers
from app.models.timekeeping import reminder_queries as reminders
from app.services.access import standins
from app.services.casefile import casepapers, hearings, neighbours, particulars, requisitionwords, units
from app.services.casefile.record import LEFT_OUT
from app.services.district import calendars, englishnames, neighbourhood

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.access.standins import StandIn
    from app.services.casefile.casefile import AnswerView, CaseFile
    from app.services.casefile.record import Moved
    from app.services.casefile.visits import FailedVisit
    from app.services.procedure.releases import Loaded

_LETTER = "requisition"  # the form of the department's letter
#: What stands of it above a case, and in the letters to the units.
_READ_BY_UNITS = ("letter_no", "letter_date", "requesting_dept", "post_name")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A step that an act opened, and the office that received it."""

    step_hi: str
    step_en: str
    office_kind: str
    office_hi: str
    office_en: str


@dataclass(frozen=True, slots=True)
class Renaming:
    """A step that stood open when the case went over to another release, and the step that it became there."""

    was_hi: str
    was_en: str
    now_hi: str
    now_en: str


@dataclass(frozen=True, slots=True)
class SetValue:
    """A routing value that was set by hand: its name, what it was and what it is, in codes."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    `kind`: registered | done | returned | reminded | issued | sent | moved | ended | failed_visit | corrected |
    letter_corrected | hearing_prepared | amended | unamended | crossed | left_out, or that of a `handover`.

    `outcome` is the kind of a paper, how the case ended, the release that it `moved` to (`number`: from), or why a
    task went to `other`, by whose hand (`by`);
    of a letter that was corrected the ground (`text`: the reason); of one that `crossed` what became of it, and
    `other` the district; where a unit (`other`) was left out, why; of a reminder which it was (empty: that the day
    is near), its letter's `number`, and the district that it went to.
    `reason` is the answer of an act that left the usual way, as far as the reader may see it.
    """

    kind: str
    at: datetime
    step_hi: str = ""
    step_en: str = ""
    office_kind: str = ""
    office_hi: str = ""
    office_en: str = ""
    officer_hi: str = ""
    officer_en: str = ""
    days: int = 0  # working days that the step took
    received: list[Receipt] = field(default_factory=list)
    reason: AnswerView | None = None
    outcome: str = ""
    number: str = ""
    document_id: UUID | None = None
    failed: FailedVisit | None = None
    other_hi: str = ""
    other_en: str = ""
    by_hi: str = ""
    by_en: str = ""
    renamed: list[Renaming] = field(default_factory=list)
    changes: list[particulars.Change] = field(
        default_factory=list
    )  # of the person's particulars, or the letter's
    text: str = ""
    value: SetValue | None = None
    acting: StandIn | None = None  # for whom the officer acted, where it was not his own post
    times: int = 1  # how often it was so, where one event stands for all


def events(session: Session, case: AnyRow, file: CaseFile) -> list[Event]:
    """Everything that happened, oldest first; what one act brought about is told with it."""
    teller = _Teller(session, case, file)
    told = [
        event
        for _, moves in groupby(file.record.moves, key=lambda move: move.step)
        for event in teller.told(list(moves))
    ]
    ended = [teller.end()] if case.closed_at is not None else []
    beside = [
        *_handovers(session, case, file),
        *_changes_of_release(file),
        *_failed_visits(file),
        *_hearings(file),
        *_corrections(file),
        *_of_letter(session, case, file),
        *_amendments(session, file),
        *_letters(session, case),
        *_reminders(session, case, file),
    ]
    everything = [*told, *beside, *ended]
    return sorted(everything, key=lambda event: event.at)


def gathered(told: Sequence[Event]) -> list[Event]:
    """The same for a sheet of paper: the reminders of one step and office as the last of them, and how many."""
    last: dict[tuple[str, str, str], Event] = {}
    for event in told:
        if event.kind == "reminded":
            whose = event.step_hi, event.office_kind, event.office_hi
            last[whose] = replace(event, times=last[whose].times + 1 if whose in last else 1)
    kept = [event for event in told if event.kind != "reminded"]
    return sorted([*kept, *last.values()], key=lambda event: event.at)


def _changes_of_release(file: CaseFile) -> list[Event]:
    """When the case went over to another release of the route, and to which."""
    rows = file.record.changes_of_release
    return [
        Event(
            "moved",
            row.at,
            outcome=str(row.routing["to"]),
            number=str(row.routing["from"]),
            renamed=[
                Renaming(*file.label(was), *file.label(becomes))
                for was, becomes in _names_changed(row.routing)
            ],
        )
        for row in rows
    ]


def _amendments(session: Session, file: CaseFile) -> Iterator[Event]:
    """Which routing values two officers have set, why, and who they were; an act of a test names nobody."""
    for row in file.record.amendments:
        told = row.routing
        if "proposed_by" not in told:
            continue
        maker, decider = (officers.names(session, UUID(told[who])) for who in ("proposed_by", "approved_by"))
        yield Event(
            "unamended" if told.get("undone") else "amended",
            row.at,
            *file.label(row.element_id),
            officer_hi=maker[0],
            officer_en=maker[1],
            by_hi=decider[0],
            by_en=decider[1],
            outcome=told["reason"],
            value=SetValue(told["name"], told.get("before"), told["after"]),
        )


def _letters(session: Session, case: AnyRow) -> Iterator[Event]:
    """What went to other districts of the installation and what became of it, and whence the case itself came."""
    for each in neighbours.of_case(session, case):
        steps = [
            (each.sent_at, neighbours.SENT, each.number),
            (each.accepted_at, neighbours.ACCEPTED, each.their_number),
        ]
        steps.append((each.ended_at, each.state, each.their_number))
        for at, state, number in steps:
            if at is not None:
                yield _crossed(at, state, each.district, number)
        if each.state == neighbours.PAPER and each.reason in neighbourhood.TOLD:
            yield _crossed(each.asked_at, each.reason, each.district, each.number)
    came = neighbours.request_of(session, case.id)
    if came is not None:
        yield _crossed(came.received_at, "came", came.other_district, came.letter_no)
        if came.reminded_at is not None:
            yield _crossed(came.reminded_at, "reminded", came.other_district, came.letter_no)
        if came.state == neighbours.ANSWERED and case.closed_at is not None:
            yield _crossed(case.closed_at, "answer_sent", came.other_district, came.letter_no)


def _reminders(session: Session, case: AnyRow, file: CaseFile) -> Iterator[Event]:
    """Of what an office was reminded, once for each reminder: timers of the route only ask whether one is due."""
    tasks = {task.id: task for task in file.record.tasks}
    for row in reminders.of_case(session, case.id):
        task = tasks.get(row.user_task_id)
        if task is not None:
            office = (row.office_kind, row.office_hi, row.office_en)
            other = englishnames.district(row.to_place) if row.to_place else ("", "")
            told = Event("reminded", row.at, *file.label_of(task), *office, number=row.memo_number or "")
            yield replace(told, outcome=str(row.number or ""), other_hi=other[0], other_en=other[1])


def _crossed(at: datetime, state: str, district: int, number: str) -> Event:
    hindi, english = englishnames.district(district)
    return Event("crossed", at, outcome=state, other_hi=hindi, other_en=english, number=number)


def _process_of(loaded: Loaded, element: str) -> str | None:
    """The process in which an element is drawn."""
    return next((each for each in loaded.engine.processes if element in loaded.engine.elements(each)), None)


def _names_changed(routing: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The old and the new name of each step that stood open, once."""
    pairs = [(was, becomes) for was, becomes in (routing.get("tasks") or {}).values()]
    return list(dict.fromkeys(pairs))


def _failed_visits(file: CaseFile) -> list[Event]:
    """The visits at which nobody could be asked; the task went on."""
    return [
        Event(
            "failed_visit",
            each.visited_at,
            officer_hi=each.officer_hi,
            officer_en=each.officer_en,
            failed=each,
        )
        for each in file.failed_visits
    ]


def _hearings(file: CaseFile) -> list[Event]:
    """The hearings that were prepared, for the office that reads them: by whom and when, not where."""
    return [
        Event("hearing_prepared", row.at, officer_hi=row.officer_hi or "", officer_en=row.officer_en or "")
        for row in file.answer_rows
        if row.form in hearings.FORM_OF and file.classes_of(row)
    ]


def _corrections(file: CaseFile) -> list[Event]:
    """What was corrected in the particulars of the person, by whom and why."""
    return [
        Event(
            "corrected",
            each.at,
            officer_hi=each.officer_hi,
            officer_en=each.officer_en,
            reason=each.reason,
            changes=each.changes,
        )
        for each in file.corrections()
    ]


def _of_letter(session: Session, case: AnyRow, file: CaseFile) -> Iterator[Event]:
    """What was corrected in the department's letter since the case began, as far as the reader reads a letter."""
    form = file.release.forms.get(_LETTER)
    of_case = session.narrowed(CaseScope(session.district_id, case.id))
    is_read_whole = cases.requisition_row(session, case.requisition_id) is not None
    for each in requisitionwords.corrections(of_case, case.requisition_id):
        before, after = each.before, each.after
        if not is_read_whole:
            before, after = ({name: side.get(name) for name in _READ_BY_UNITS} for side in (before, after))
        if form is not None and each.at >= case.opened_at and before != after:
            yield Event(
                "letter_corrected",
                each.at,
                officer_hi=each.officer_hi,
                officer_en=each.officer_en,
                outcome=each.cause,
                text=each.reason,
                changes=particulars.differences(form, (before, after), file.language),
            )


def _handovers(session: Session, case: AnyRow, file: CaseFile) -> list[Event]:
    """Which task went from one officer's name to another's, by whom and why."""
    rows = holding.handovers_of(session, case.id)
    taken = standins.find(session, map(_taken, rows))
    given = standins.by_right(session, map(_given, rows), Permission.TASK_REASSIGN)
    return [
        Event(
            row.kind,
            row.at,
            *file.label(row.element_id),
            officer_hi=row.from_hi or "",
            officer_en=row.from_en or "",
            outcome=row.reason,
            other_hi=row.to_hi or "",
            other_en=row.to_en or "",
            by_hi=row.by_hi or "",
            by_en=row.by_en or "",
            acting=taken.get(_taken(row)) or given.get(_given(row)),
        )
        for row in rows
    ]


def _taken(row: AnyRow) -> standins.Act | None:
    """That somebody took a colleague's task, as the work of the post that does it."""
    by = row.by_officer_id if row.kind == "take_over" else None
    return standins.act(by, row.office_id, row.at, row.role or "")


def _given(row: AnyRow) -> tuple[UUID | None, datetime | None]:
    """Who gave a task to another, and when: he need not be of its office."""
    return (row.by_officer_id if row.kind == "reassign" else None), row.at


class _Teller:
    """Tells the moves of one step at a time."""

    def __init__(self, session: Session, case: AnyRow, file: CaseFile) -> None:
        self._session, self._case, self._file = session, case, file
        self._papers = deque(
            paper for paper in casepapers.issued(session, case, file) if paper.issued_at is not None
        )
        self._answers = {row.user_task_id or row.element_id: row for row in file.answer_rows}

    def told(self, moves: list[Moved]) -> Iterator[Event]:
        first = moves[0]
        received = [
            self._receipt(move.task) for move in moves if move.kind == "opened" and move.task is not None
        ]
        if first.kind == "started":
            yield replace(self._by("intake", Event("registered", first.at)), received=received)
        elif first.kind == "completed" and first.task is not None:
            yield replace(self._act(first.task, moves), received=received)
        elif first.kind == LEFT_OUT:
            yield replace(self._left_out(first), received=received)
        elif first.kind == "completed" and first.task is None:  # a job was done
            yield from self._issued(first)
            if received:
                yield Event("sent", first.at, received=received)

    def _left_out(self, move: Moved) -> Event:
        """Without which unit's report the case went on, who decided it and why."""
        told = move.routing
        row = next((row for row in self._file.facts.enquiries if str(row.id) == told["enquiry"]), None)
        named = ("", "") if row is None else units.name(self._file.facts, row)
        by = officers.names(self._session, UUID(told["by"]))
        return Event(
            LEFT_OUT,
            move.at,
            other_hi=named[0],
            other_en=named[1],
            officer_hi=by[0],
            officer_en=by[1],
            outcome=told["reason"],
        )

    def _issued(self, move: Moved) -> Iterator[Event]:
        """What was issued by this job, each paper once."""
        while self._papers and (self._papers[0].issued_at or move.at) <= move.at:
            paper = self._papers.popleft()
            yield Event(
                "issued",
                move.at,
                outcome=paper.output,
                number=paper.number,
                document_id=paper.document_id,
            )

    def end(self) -> Event:
        case = self._case
        event = Event("ended", case.closed_at, outcome=case.status)
        if case.status != "withdrawn":
            return event
        answer = self._answers.get("withdraw")
        return replace(self._by("withdraw", event), reason=self._readable(answer))

    def _readable(self, answer: AnyRow | None) -> AnswerView | None:
        return next(iter(self._file.readable([answer] if answer is not None else [])), None)

    def _by(self, act: str, event: Event) -> Event:
        """Name who did what stands outside the route: entered the person, or took the letter back."""
        row = self._answers.get(act)
        if row is None:
            return event
        return replace(event, officer_hi=row.officer_hi or "", officer_en=row.officer_en or "")

    def _receipt(self, task: AnyRow) -> Receipt:
        return Receipt(*self._file.label(task.element_id), task.office_kind, task.office_hi, task.office_en)

    def _act(self, task: AnyRow, moves: list[Moved]) -> Event:
        act = moves[0]
        left = self._leaves_the_usual_way(act, moves[1:])
        answer = self._answers.get(task.id) if left else None
        calendar = calendars.of(self._session)
        return Event(
            "returned" if left else "done",
            act.at,
            *self._file.label(act.element_id),
            task.office_kind,
            task.office_hi,
            task.office_en,
            task.done_by_hi or "",
            task.done_by_en or "",
            calendar.days_between(calendars.day(task.created_at), calendars.day(act.at)),
            reason=self._readable(answer),
            acting=self._file.acting_in(task),
        )

    def _leaves_the_usual_way(self, act: Moved, moves: list[Moved]) -> bool:
        """Whether what followed is not what follows by default: a return, another station, a case closed early."""
        path = act.path.split("/")
        for move in moves:
            if move.kind not in ("opened", "ended"):
                continue
            other = move.path.split("/")
            shared = next(
                (at for at, pair in enumerate(zip(path, other, strict=False)) if pair[0] != pair[1]), None
            )
            if shared is None or not self._is_usual(path[shared], other[shared]):
                return True
        return False

    def _is_usual(self, element: str, following: str) -> bool:
        """Whether the diagram leads from one element to the other without a decision of whoever did the first."""
        loaded = self._file.knowing(lambda each: _process_of(each, element) is not None)
        process = _process_of(loaded, element)
        assert process is not None  # noqa: S101 - the record names steps of its releases alone
        return following in engine.usual_stops(loaded.engine.diagrams[process], element)
