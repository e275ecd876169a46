"""Cases: found by number, read as a file, searched by name, withdrawn on the department's letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app import engine
from app.domain import numbers
from app.domain.errors import NotAllowed, NotFound, RouteStuck
from app.domain.roles import Permission
from app.models import audit_queries as record
from app.models import case_queries as table
from app.models import paper_queries as papers
from app.models import workflow_queries as workflow
from app.models.scope import CaseScope
from app.services import audit, casefile, caselines, incidents, instances, releases, searchkeys, sightings
from app.services.drafts import actor_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.base import AnyRow
    from app.models.scope import Session
    from app.services.caselines import CaseLine
    from app.services.database import Database
    from app.services.facts import Particulars


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One event of the case in order: a catalogue key for what happened, the step, where, and by whom."""

    at: datetime
    kind: str
    step_hi: str
    step_en: str
    office_kind: str
    office_hi: str
    office_en: str
    officer_hi: str
    officer_en: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """One diagram of the route with the case's path drawn on it, in both languages."""

    process: str
    title_hi: str
    title_en: str
    svg_hi: str
    svg_en: str


@dataclass(frozen=True, slots=True)
class PaperLine:
    number: str
    memo_number: str
    document_id: Any
    output: str
    status: str
    issued_at: datetime | None
    valid_till: Any


@dataclass(frozen=True, slots=True)
class ActivityLine:
    seq: int
    at: datetime
    action: str
    officer_hi: str
    officer_en: str
    role: str
    object: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """What one tab of the page of a case shows to one officer; the parts of other tabs are empty."""

    case_id: UUID
    strip: casefile.CaseStrip
    may_withdraw: bool
    is_held_up: bool  # by an incident: no officer can move it before an administrator has seen to it
    steps: Sequence[casefile.StepLine] = ()
    next_steps: Sequence[tuple[str, str]] = ()
    answers: Sequence[casefile.AnswerView] = ()
    particulars: Particulars | None = None
    documents: Sequence[casefile.DocumentLine] = ()
    timeline: Sequence[TimelineLine] = ()
    diagrams: Sequence[Diagram] = ()
    papers: Sequence[PaperLine] = ()
    activity: Sequence[ActivityLine] = ()
    my_tasks: Sequence[tuple[UUID, str, str]] = ()

    @property
    def classes(self) -> frozenset[str]:
        """The classes of the facts that are shown."""
        return frozenset(each.pii for each in self.documents).union(*(each.classes for each in self.answers))


def see(database: Database, actor: Actor, number: str, tab: str, now: datetime) -> CaseView:
    """A tab of the page of a case, its view recorded first. Raises NotFound, the same for unknown and foreign."""
    view = database.read(lambda session: find(session, actor, number, now, tab), actor_scope(actor))
    sightings.note(database, actor, f"case:{view.case_id}", tab, view.classes, now)
    return view


def find(session: Session, actor: Actor, number: str, now: datetime, tab: str = "tasks") -> CaseView:
    """One case by its number, without a trace. Raises NotFound, the same for an unknown and for a foreign one."""
    case, loaded = _case(session, actor, number)
    file = casefile.CaseFile(session, actor, case, loaded, now)
    tasks = workflow.tasks_of(session, case.id, states=("open", "done"))
    stopped, is_held_up = incidents.of_case(session, case.id)
    opened = _Opened(session, actor, case, loaded, file, tasks, stopped)
    return CaseView(
        case_id=case.id,
        strip=file.strip(),
        may_withdraw=case.status == "open" and actor.may(Permission.CASE_WITHDRAW),
        is_held_up=is_held_up,
        **(_TABS[tab](opened) if tab in _TABS else {}),
    )


@dataclass(frozen=True, slots=True)
class _Opened:
    """A case with what every tab reads of it."""

    session: Session
    actor: Actor
    case: AnyRow
    loaded: releases.Loaded
    file: casefile.CaseFile
    tasks: Sequence[AnyRow]
    stopped: frozenset[str]  # elements at which an incident holds it up


def _work(opened: _Opened) -> dict[str, Any]:
    return {
        "answers": opened.file.answers(),
        "particulars": opened.file.particulars(),
        "steps": opened.file.steps(),
        "next_steps": _next_steps(opened.loaded, opened.tasks),
        "my_tasks": [
            (task.id, *opened.loaded.engine.label(task.element_id))
            for task in opened.tasks
            if task.state == "open" and task.office_id == opened.actor.post.office_id
        ],
    }


_TABS: dict[str, Callable[[_Opened], dict[str, Any]]] = {
    "tasks": _work,
    "documents": lambda opened: {"documents": opened.file.documents(), "papers": _papers(opened)},
    "diagram": lambda opened: {"steps": opened.file.steps(), "diagrams": _diagrams(opened)},
    "timeline": lambda opened: {"timeline": _timeline(opened)},
    "activity": lambda opened: {"activity": _activity(opened)},
}


def withdraw(database: Database, actor: Actor, number: str, reason: str, now: datetime) -> None:
    """End an open case on the department's letter: every task, timer and job of it ends with it.

    Raises NotFound, NotAllowed; RouteStuck opens an incident.
    """

    def end(session: Session) -> None:
        case, loaded = _case(session, actor, number)
        if not actor.may(Permission.CASE_WITHDRAW):
            raise NotAllowed
        own = session.narrowed(CaseScope(actor.district_id, case.id))
        locked = table.lock(own, case.id)
        if locked is None or locked.status != "open":
            raise NotFound
        casefile.insert_answer(own, locked, casefile.act_columns(actor, "withdraw", now), {"reason": reason})
        instances.withdraw(own, locked, loaded, instances.Act(now, actor, withdrawn=True))
        audit.record(own, f"case:{case.id}", "case:withdraw", f"case:{case.id}", actor, now)

    try:
        database.write(end, actor_scope(actor))
    except RouteStuck as stuck:
        why = incidents.reason(stuck)
        database.write(lambda session: _not_withdrawn(session, actor, number, why, now), actor_scope(actor))
        raise


def _not_withdrawn(
    session: Session, actor: Actor, number: str, why: incidents.Stopped, now: datetime
) -> None:
    case, _ = _case(session, actor, number)
    incidents.report_withdrawal(session, case.id, why, now)


def search(session: Session, actor: Actor, text: str, now: datetime, limit: int = 50) -> list[CaseLine]:
    """Cases that a number, a name in either script, a father's name or a village may mean."""
    if not actor.may(Permission.CASE_SEARCH):
        raise NotAllowed
    found = searchkeys.case_ids(session, text, limit)
    digest = session.keys.blind(
        "search", text
    ).hex()  # who looked for the same again can be told, the words cannot
    audit.record(session, "access", "case:search", "search", actor, now, digest=digest, found=len(found))
    order = {case_id: place for place, case_id in enumerate(found)}
    rows = sorted(table.lines(session, found), key=lambda row: order[row.id])
    return caselines.of(session, rows, now)


def _case(session: Session, actor: Actor, number: str) -> tuple[AnyRow, releases.Loaded]:
    if not actor.may(Permission.CASE_SEE):
        raise NotFound
    known = numbers.parse_case_number(number)
    case = table.find_number(session, known) if known is not None else None
    if case is None:
        raise NotFound
    return case, releases.load(session, case.release_id)


def _next_steps(loaded: releases.Loaded, tasks: Sequence[AnyRow]) -> list[tuple[str, str]]:
    """The steps of the route that were not reached yet, in the order of the diagram: the likely way."""
    if not any(task.state == "open" for task in tasks):
        return []
    seen = {task.element_id for task in tasks}
    order = list(loaded.engine.user_tasks)
    reached = max((order.index(each) for each in seen if each in order), default=-1)
    return [loaded.engine.label(each) for each in order[reached + 1 :]]


def _timeline(opened: _Opened) -> list[TimelineLine]:
    """Who did what, newest last: the opening, each step received and sent on, the paper, the end."""
    case, loaded, tasks = opened.case, opened.loaded, opened.tasks
    lines = [TimelineLine(case.opened_at, "opened", "", "", "", "", "", "", "")]
    for task in tasks:
        step = loaded.engine.label(task.element_id)
        office = (task.office_kind, task.office_hi, task.office_en)
        lines.append(TimelineLine(task.created_at, "received", *step, *office, "", ""))
        if task.state == "done":
            who = (task.done_by_hi or "", task.done_by_en or "")
            lines.append(TimelineLine(task.done_at, "completed", *step, *office, *who))
    lines += [
        TimelineLine(row.issued_at, "issued", row.number, row.number, "", "", "", "", "")
        for row in papers.of_case(opened.session, case.id)
        if row.issued_at is not None
    ]
    if case.closed_at is not None:
        lines.append(TimelineLine(case.closed_at, f"ended_{case.status}", "", "", "", "", "", "", ""))
    order = {"opened": 0, "completed": 1, "received": 2}
    return sorted(lines, key=lambda line: (line.at, order.get(line.kind, 3)))


def _diagrams(opened: _Opened) -> list[Diagram]:
    """Every process of the release that the case has touched, its path marked."""
    marks, loaded = _marks(opened), opened.loaded
    found = []
    for process, xml in loaded.engine.diagrams.items():
        if process != instances.VERIFICATION and not marks.keys() & loaded.engine.elements(process):
            continue
        title_hi, title_en = loaded.engine.label(process)
        found.append(
            Diagram(
                process,
                title_hi,
                title_en,
                engine.draw(xml, marks, {}, "hi"),
                engine.draw(xml, marks, {}, "en"),
            )
        )
    return found


def _marks(opened: _Opened) -> dict[str, engine.Mark]:
    marks: dict[str, engine.Mark] = {}
    for move in workflow.steps_of(opened.session, opened.case.id):
        if move.kind in ("completed", "decided", "fired", "ended", "started"):
            marks[move.element_id] = engine.Mark("done")
    for task in opened.tasks:
        if task.state != "open":
            continue
        age = opened.file.age(task.due_on)
        mark = engine.Mark(
            "late" if age.kind == "late" else "current", task.office_hi, task.office_en, age.days
        )
        for element_id in task.element_path.split("/"):
            marks[element_id] = mark
    return marks | dict.fromkeys(opened.stopped, engine.Mark("stuck"))


def _papers(opened: _Opened) -> list[PaperLine]:
    """The issued papers; their kind and a link only for whoever may open them."""
    issued = {row.id: row for row in opened.file.document_rows()}
    lines = []
    for row in papers.of_case(opened.session, opened.case.id):
        if row.status == "allotted":
            continue
        document = issued.get(row.document_id)
        may_open = document is not None and opened.file.may_open(document)
        lines.append(
            PaperLine(
                row.number,
                row.memo_number,
                row.document_id if may_open else None,
                row.output if may_open else "",
                row.status,
                row.issued_at,
                row.valid_till,
            )
        )
    return lines


def _activity(opened: _Opened) -> list[ActivityLine]:
    if not opened.actor.may(Permission.AUDIT_SEE):
        return []
    return [
        ActivityLine(
            row.seq, row.at, row.action, row.officer_hi or "", row.officer_en or "", row.role, row.object
        )
        for row in record.of_stream(opened.session, f"case:{opened.case.id}")
    ]
