"""Cases: found by number, read tab by tab, written about, searched by name, withdrawn on the department's letter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.domain import keeping, offices, secrecy
from app.domain.errors import NotFound, RouteStuck
from app.domain.roles import Permission, Role
from app.models.casefile import case_queries as table
from app.models.casefile import note_queries as note_table
from app.models.record import audit_queries as record
from app.models.scope import CaseScope
from app.services.access import separation, standins
from app.services.casefile import (
    casefile,
    caselines,
    casepapers,
    hindsight,
    notes,
    particulars,
    searchkeys,
    sightings,
    submissions,
    timeline,
)
from app.services.casework import foretold, leavingout, numbered, preparing, remarks
from app.services.papers import letters
from app.services.store import audit, keys
from app.services.store.scopes import actor_scope
from app.services.timekeeping import ledgers
from app.services.workflow import forecast, incidents, instances, progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.access.standins import StandIn
    from app.services.casefile.caselines import CaseLine
    from app.services.casefile.facts import Particulars
    from app.services.casefile.notes import Note, Office
    from app.services.store.database import Database


_NEWEST = sightings.Part()


@dataclass(frozen=True, slots=True)
class ActivityLine:
    seq: int
    at: datetime
    action: str
    officer_hi: str
    officer_en: str
    role: str
    step_hi: str  # at which the act was done, where it was done at one
    step_en: str
    about: int  # the line that it annotates, or 0
    acting: StandIn | None = None


@dataclass(frozen=True, slots=True)
class CaseView:
    """What one tab of the page of a case shows to one officer; the parts of other tabs are empty."""

    case_id: UUID
    strip: casefile.CaseStrip
    may_withdraw: bool
    is_held_up: bool  # by an incident: no officer can move it before an administrator has seen to it
    may_correct: bool = False  # the person's particulars
    may_prepare: bool = False  # a hearing, for whoever may order one
    particulars: Particulars | None = None
    of_firm: Sequence[CaseLine] = ()  # the firm's own case and its partners', where this one is one of them
    answers: Sequence[casefile.AnswerView] = ()
    steps: Sequence[casefile.StepLine] = ()
    next_steps: Sequence[forecast.Expected] = ()
    past: hindsight.Hindsight | None = None
    my_tasks: Sequence[tuple[UUID, str, str]] = ()
    may_step_in: Sequence[tuple[UUID, str, str]] = ()  # of other posts of his office, that he may do as well
    documents: Sequence[casepapers.DocumentLine] = ()
    papers: Sequence[casepapers.PaperLine] = ()
    letters: Sequence[letters.LetterLine] = ()
    has_draft: bool = False  # of the paper that the case would get, for this officer
    pictures: Sequence[progress.Picture] = ()
    events: Sequence[timeline.Event] = ()
    activity: Sequence[ActivityLine] = ()
    may_annotate: bool = False  # a line of the record
    said: Mapping[int, Sequence[remarks.Annotation]] = field(default_factory=dict)  # by line
    overdue: Sequence[leavingout.Overdue] = ()  # units without whose report this officer may let it go on
    to_give: Sequence[tuple[UUID, str, str]] = ()  # open tasks that this officer may give to another
    notes: Sequence[Note] = ()
    receivers: Sequence[Office] = ()
    may_keep_note: bool = False  # on the note sheet of his office
    openings: sightings.Openings | None = None
    ledger: ledgers.CaseLedger | None = None
    waiting_notes: int = 0  # of those to the officer's own office

    @property
    def classes(self) -> frozenset[str]:
        """The classes of the facts that are shown."""
        told = (event.reason for event in self.events if event.reason is not None)
        words = self.said or any(note.text is not None for note in self.notes)
        said = {secrecy.SENSITIVE} if words else secrecy.NONE
        return secrecy.NONE.union(
            said, (each.pii for each in self.documents), *(each.classes for each in (*self.answers, *told))
        )


def see(
    database: Database,
    actor: Actor,
    number: str,
    tab: str,
    now: datetime,
    part: sightings.Part = _NEWEST,
    moment: hindsight.Wanted = hindsight.NOW,
) -> CaseView:
    """A tab of the page of a case, its view recorded first; of a list that is long, the `part` that is wanted.

    The diagram is drawn as it was at a `moment`.

    Raises NotFound, the same for unknown and foreign.
    """
    view = database.read(
        lambda session: find(session, actor, number, now, tab, part, moment), actor_scope(actor)
    )
    thing = f"case:{view.case_id}"
    sightings.note(database, actor, thing, tab, view.classes, now)
    if view.openings is not None:
        sightings.note_list(database, actor, thing, now)
    return view


def find(
    session: Session,
    actor: Actor,
    number: str,
    now: datetime,
    tab: str = "tasks",
    part: sightings.Part = _NEWEST,
    moment: hindsight.Wanted = hindsight.NOW,
) -> CaseView:
    """One tab of a case, without a trace. Raises NotFound, the same for an unknown, a foreign and an erased one."""
    case, loaded = numbered.of_number(session, actor, number)
    keys.unlock(session, case.data_key_id)
    file = casefile.CaseFile(session, actor, case, loaded, now)
    stopped, is_held_up = incidents.of_case(session, case.id)
    opened = _Opened(session, actor, case, file, stopped, part, moment)
    return CaseView(
        case_id=case.id,
        strip=file.strip(),
        may_withdraw=case.status == "open" and actor.may(Permission.CASE_WITHDRAW),
        is_held_up=is_held_up,
        waiting_notes=_waiting_notes(session, actor, case),
        **(_TABS[tab](opened) if tab in _TABS else {}),
    )


@dataclass(frozen=True, slots=True)
class _Opened:
    """A case with what every tab reads of it."""

    session: Session
    actor: Actor
    case: AnyRow
    file: casefile.CaseFile
    stopped: frozenset[str]  # elements at which an incident holds it up
    part: sightings.Part = _NEWEST
    moment: hindsight.Wanted = hindsight.NOW


def _work(opened: _Opened) -> dict[str, Any]:
    file = opened.file
    return {
        "particulars": file.particulars(),
        "may_correct": particulars.may_correct(opened.session, opened.actor, opened.case),
        "may_prepare": preparing.is_open(opened.actor, file),
        "of_firm": _of_firm(opened),
        "answers": file.answers(),
        "steps": file.steps(),
        "next_steps": forecast.steps(opened.case, file),
        "my_tasks": [
            (task.id, *file.label_of(task))
            for task in file.record.tasks
            if task.state == "open" and opened.actor.does(Role(task.role), task.office_id, task.assigned_to)
        ],
        "may_step_in": [(task.id, *file.label_of(task)) for task in _of_colleagues(opened)],
        "overdue": leavingout.overdue(opened.actor, file),
        "to_give": [
            (task.id, *file.label_of(task))
            for task in file.record.tasks
            if task.state == "open"
            and offices.may_give(opened.actor, Role(task.role), task.office_id, task.office_kind)
        ],
    }


def _of_colleagues(opened: _Opened) -> list[AnyRow]:
    """The open steps of other posts of the officer's office that he may do as well."""
    actor, found = opened.actor, []
    for task in opened.file.record.tasks:
        it = (Role(task.role), task.office_id, task.assigned_to)
        if task.state != "open" or actor.does(*it) or not keeping.may_do(actor, *it, task.element_id):
            continue
        if separation.is_open_to(opened.session, actor, task):
            found.append(task)
    return found


_MOST_OF_FIRM = 25  # more owners than a page should list


def _of_firm(opened: _Opened) -> list[CaseLine]:
    ids = searchkeys.of_firm(opened.session, opened.case, opened.file.facts.intake, _MOST_OF_FIRM)
    return caselines.of(opened.session, table.lines(opened.session, ids), opened.file.now)


def _diagram(opened: _Opened) -> dict[str, Any]:
    past = hindsight.of(opened.file, opened.moment)
    if past.shown is None:
        return {
            "past": past,
            "steps": opened.file.steps(),
            "next_steps": forecast.steps(opened.case, opened.file),
            "pictures": progress.pictures(opened.session, opened.case, opened.file, opened.stopped),
        }
    file = opened.file.behind(past.shown.step)
    then = progress.pictures(opened.session, opened.case, file, frozenset(), is_past=True)
    return {"past": past, "steps": file.steps(), "pictures": then}


def _receivers(opened: _Opened) -> list[Office]:
    return notes.receivers(
        opened.session, opened.actor, opened.case, opened.file.record.tasks, opened.file.now
    )


def _waiting_notes(session: Session, actor: Actor, case: AnyRow) -> int:
    return note_table.waiting_in_case(session, case.id, actor.post.office_id)


def _recorded(opened: _Opened) -> dict[str, Any]:
    lines = _activity(opened)
    return {"activity": lines, **_said(opened, f"case:{opened.case.id}", [line.seq for line in lines])}


def _looks(opened: _Opened) -> dict[str, Any]:
    found = sightings.of_case(opened.session, opened.actor, opened.case, opened.file, opened.part)
    return {"openings": found, **_said(opened, "access", [line.seq for line in found.lines])}


def _said(opened: _Opened, stream: str, seqs: Sequence[int]) -> dict[str, Any]:
    session, actor = opened.session, opened.actor
    return {
        "may_annotate": actor.may(Permission.RECORD_ANNOTATE),
        "said": remarks.of_rows(session, actor, stream, seqs, opened.case, opened.file.now),
    }


def _notes(opened: _Opened) -> list[notes.Note]:
    file = opened.file
    return notes.of_case(opened.session, opened.actor, opened.case, file.now, reported=file.is_reported)


_TABS: dict[str, Callable[[_Opened], dict[str, Any]]] = {
    "tasks": _work,
    "documents": lambda opened: {
        "documents": casepapers.documents(opened.session, opened.file),
        "papers": casepapers.issued(opened.session, opened.case, opened.file, proven=True),
        "letters": letters.of_case(opened.session, opened.actor, opened.file),
        "has_draft": foretold.may(opened.actor, opened.file),
    },
    "diagram": _diagram,
    "timeline": lambda opened: {"events": timeline.events(opened.session, opened.case, opened.file)},
    "correspondence": lambda opened: {
        "notes": _notes(opened),
        "receivers": _receivers(opened),
        "may_keep_note": opened.actor.may(Permission.NOTE_KEEP),
    },
    "clock": lambda opened: {
        "ledger": ledgers.of_case(opened.session, opened.actor, opened.case, opened.file.now)
    },
    "print": lambda opened: {
        "particulars": opened.file.particulars(),
        "answers": opened.file.answers(),
        "events": timeline.gathered(timeline.events(opened.session, opened.case, opened.file)),
        "documents": casepapers.documents(opened.session, opened.file),
        "papers": casepapers.issued(opened.session, opened.case, opened.file),
    },
    "activity": _recorded,
    "opened": _looks,
}


def write_note(
    session: Session,
    actor: Actor,
    number: str,
    wanted: notes.Wanted,
    now: datetime,
) -> None:
    """Send a note about a case to another of its offices, or an answer; or keep one for one's own.

    Raises NotFound, `notes.Refused`.
    """
    case, loaded = numbered.of_number(session, actor, number)
    file = casefile.CaseFile(session, actor, case, loaded, now)
    if wanted.answers_id is None and wanted.to_office_id == actor.post.office_id:
        notes.keep(session, actor, case, wanted, now)
        return
    receivers = _receivers(_Opened(session, actor, case, file, frozenset()))
    notes.send(session, actor, case, receivers, wanted, now, reported=file.is_reported)


def settle_note(session: Session, actor: Actor, number: str, note_id: UUID, now: datetime) -> None:
    """A note to one's own office was seen and needs no answer. Raises NotFound."""
    case, loaded = numbered.of_number(session, actor, number)
    file = casefile.CaseFile(session, actor, case, loaded, now)
    notes.settle(session, actor, case, note_id, now, reported=file.is_reported)


def withdraw(
    database: Database,
    actor: Actor,
    number: str,
    letter: Mapping[str, Any],
    now: datetime,
    also: Callable[[Session, AnyRow], None] | None = None,
) -> None:
    """End an open case on the department's letter: every task, timer and job of it ends with it.

    `letter` are the answers of the act's form, at least the `reason`; `also` happens in the same transaction. Raises
    NotFound, NotAllowed; RouteStuck opens an incident.
    """

    def end(session: Session) -> None:
        case, loaded = numbered.of_number(session, actor, number)
        actor.require(Permission.CASE_WITHDRAW)
        own = session.narrowed(CaseScope(actor.district_id, case.id))
        locked = table.lock(own, case.id)
        if locked is None or locked.status != "open":
            raise NotFound
        submissions.keep(own, locked, submissions.act_columns(actor, "withdraw", now), dict(letter))
        if also is not None:
            also(session, locked)
        instances.withdraw(own, locked, loaded, instances.Act(now, actor))
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
    case, _ = numbered.of_number(session, actor, number)
    incidents.report_withdrawal(session, case.id, why, now)


def search(session: Session, actor: Actor, text: str, now: datetime, limit: int = 50) -> list[CaseLine]:
    """Cases that a number, a name in either script, a father's name or a village may mean."""
    actor.require(Permission.CASE_SEARCH)
    found = searchkeys.case_ids(session, text, limit)
    digest = session.keys.blind(
        "search", text
    ).hex()  # who looked for the same again can be told, the words cannot
    audit.record(session, "access", "case:search", "search", actor, now, digest=digest, found=len(found))
    order = {case_id: place for place, case_id in enumerate(found)}
    rows = sorted(table.lines(session, found), key=lambda row: order[row.id])
    return caselines.of(session, rows, now)


def has(session: Session, number: str) -> bool:
    """Whether a case has this number and is within sight."""
    return table.find_number(session, number) is not None


def of_numbers(session: Session, known: Sequence[str], now: datetime) -> list[CaseLine]:
    """The cases of these numbers that are within sight, in their order."""
    rows = [row for number in known if (row := table.find_number(session, number)) is not None]
    order = {row.id: place for place, row in enumerate(rows)}
    lines = sorted(table.lines(session, list(order)), key=lambda row: order[row.id])
    return caselines.of(session, lines, now)


def _act(row: AnyRow) -> standins.Act | None:
    return standins.act(row.actor_id, row.office_id, row.at, row.role)


def _activity(opened: _Opened) -> list[ActivityLine]:
    if not opened.actor.may(Permission.AUDIT_SEE):
        return []
    lines, rows = [], record.of_stream(opened.session, f"case:{opened.case.id}")
    acting = standins.find(opened.session, map(_act, rows))
    for row in rows:
        element = row.detail.get("element")
        step = opened.file.label(element) if element else ("", "")
        officer = (row.officer_hi or "", row.officer_en or "")
        about = remarks.about(row)
        lines.append(
            ActivityLine(row.seq, row.at, row.action, *officer, row.role, *step, about, acting.get(_act(row)))
        )
    return lines
