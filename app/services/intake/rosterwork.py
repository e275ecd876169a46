"""The long part of a roster, in slices of the worker: read its file, judge its rows, make cases, take them back."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from app import spreadsheets
from app.domain.errors import Conflict, FieldProblem, NotFound, RouteStuck, Unavailable
from app.domain.ids import new_id
from app.domain.roles import Permission
from app.models.casefile import case_queries as cases
from app.models.casefile import document_queries as filed
from app.models.desk import leftover_queries as leftovers
from app.models.execution import workflow_queries as workflow
from app.models.intake import rosters as table
from app.models.scope import CaseScope, SystemReason, SystemScope
from app.services.access import officers
from app.services.antecedents import crimebook
from app.services.casefile import searchkeys, submissions
from app.services.district import foundings
from app.services.intake import asked, crimerows, officerows, registration, rosterrows
from app.services.intake.requisitions import PERSON
from app.services.procedure import releases
from app.services.store import audit, documents, keys, scopes
from app.services.store.scopes import actor_scope
from app.services.workflow import incidents, instances

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

    _Person = Callable[[Session, Mapping[str, Any]], bytes | None]

log = structlog.get_logger(__name__)

_LEASE = timedelta(minutes=2)  # a worker that died lets go after this; the longest file takes 90 seconds
_KEPT_FOR, _AT_ONCE = timedelta(days=30), 100
_JUDGED, _TAKEN = 200, 40  # rows of a slice: each about a quarter of a second
#: Where a roster stands when its work cannot go on.
_BACK = {"checking": "checked", "taking": "checked", "undoing": "taken"}
_SCRUTINY = "scrutinise"
_TWIN = "#twin"  # where a fault of a row stands that is about no field
#: Lists by what their rows are about; those of crimes and offices belong to no letter.
CANDIDATES, CRIMES, OFFICES = "candidates", "crimes", "offices"
_KNOWN = (CANDIDATES, CRIMES, OFFICES)


def go_on(database: Database, now: datetime) -> bool:
    """Do the next slice of whatever roster waits; -> whether there was one.

    A list of a kind that this version does not know waits for a worker of the newer one.
    What fails stands still with its reason, and an officer decides; a worker that dies leaves its slice to the next.
    """
    row = database.read(
        lambda session: table.next_free(session, _KNOWN, now), SystemScope(SystemReason.WORKER)
    )
    if row is None:
        return False
    own = SystemScope(SystemReason.WORKER, row.district_id)
    if not database.write(lambda session: table.claim(session, row.id, now, now + _LEASE), own):
        return True
    try:
        _SLICES[row.state](database, row, now)
    except Unavailable:
        raise
    except Exception:
        log.exception("roster_failed", roster=str(row.id))
        _stand_still(database, row, "failed", now)
    database.write(lambda session: table.release(session, row.id), own)
    return True


def _stand_still(database: Database, row: AnyRow, reason: str, now: datetime) -> None:
    own = SystemScope(SystemReason.WORKER, row.district_id)
    state = "dropped" if row.state == "checking" and not row.total else _BACK[row.state]
    values = {"state": state, "reason": reason, "ended_at": now}
    database.write(lambda session: table.change(session, row.id, [row.state], **values), own)


def seal_cells(key: bytes, row_id: UUID, texts: Sequence[str]) -> bytes:
    return keys.seal_json(key, f"roster|cells|{row_id}", texts)


def open_cells(key: bytes, row: AnyRow) -> list[str]:
    found: list[str] = keys.open_json(key, f"roster|cells|{row.id}", row.cells)
    return found


def open_faults(key: bytes, row: AnyRow) -> dict[str, FieldProblem]:
    return rosterrows.faults_of(keys.open_json(key, f"roster|faults|{row.id}", row.faults))


# -- read and judge -------------------------------------------------------------------------------------------


def _check(database: Database, row: AnyRow, now: datetime) -> None:
    own = SystemScope(SystemReason.WORKER, row.district_id)
    if not row.total:
        _read_file(database, row, now)
        return
    judged = database.read(lambda session: _judged(session, row, now), own)
    if judged is None:
        values = {"state": "checked", "ended_at": now}
        database.write(lambda session: table.change(session, row.id, ["checking"], **values), own)
        return
    release_id, found = judged

    def keep(session: Session) -> None:
        if table.change(session, row.id, ["checking"], release_id=release_id):
            table.judge(session, found)

    database.write(keep, own)


def _read_file(database: Database, row: AnyRow, now: datetime) -> None:
    """Take every row out of the file and the file away, in one transaction: half a list would look whole."""
    own = SystemScope(SystemReason.WORKER, row.district_id)
    key, sealed = database.read(
        lambda session: (keys.unlock(session, row.data_key_id), table.file_of(session, row.id)), own
    )
    if sealed is None:
        raise NotFound
    head = keys.open_json(key, f"roster|head|{row.id}", row.head)
    data = keys.open_file(key, f"roster|file|{row.id}", sealed)
    try:
        below = [(number, texts) for number, texts in spreadsheets.rows(data) if number > head["row"]]
    except spreadsheets.Refused as refused:
        _stand_still(database, row, refused.code, now)
        return
    if not below or len(below) > spreadsheets.MOST_ROWS:
        _stand_still(database, row, "rows" if below else "empty", now)
        return
    days_read = spreadsheets.read_days(data, below)
    rows = [_waiting(key, row.id, number, texts, now) for number, texts in below]
    kept = keys.seal_json(key, f"roster|head|{row.id}", {**head, "samples": [], "days_read": days_read})

    def put(session: Session) -> None:
        if table.change(session, row.id, ["checking"], file=None, head=kept, total=len(rows)):
            table.insert_rows(session, rows)

    database.write(put, own)


def _waiting(key: bytes, roster_id: UUID, number: int, texts: Sequence[str], now: datetime) -> dict[str, Any]:
    row_id = new_id(now)
    cells = seal_cells(key, row_id, texts)
    return {"id": row_id, "roster_id": roster_id, "number": number, "state": "waiting", "cells": cells}


def _judged(session: Session, row: AnyRow, now: datetime) -> tuple[UUID | None, list[dict[str, Any]]] | None:
    """What the next rows are worth, and by which release; None when all are judged."""
    waiting = table.rows_in(session, row.id, ["waiting"], _JUDGED)
    if not waiting:
        return None
    return _found_of(session, row, waiting, now)


def judge_again(session: Session, roster: AnyRow, number: int, now: datetime) -> None:
    """Judge one row of a checked list anew, for a file of its person has come or gone."""
    row = table.row_at(session, roster.id, number)
    if row is not None and table.move(session, row.id, row.state, "waiting"):
        table.judge(session, _found_of(session, roster, [row], now)[1])


def files_of(session: Session, row: AnyRow) -> dict[str, list[dict[str, Any]]]:
    """The files that were given to the person of a row, by field of the form."""
    if row.data_key_id is None:
        return {}
    return documents.references(session, filed.of_draft(session, row.id))


def _found_of(
    session: Session, row: AnyRow, waiting: Sequence[AnyRow], now: datetime
) -> tuple[UUID | None, list[dict[str, Any]]]:
    judge, release_id, person = _judge(session, row, now)
    key = keys.unlock(session, row.data_key_id)
    found = []
    for each in waiting:
        judged = judge.of(open_cells(key, each), row.mapping, files_of(session, each))
        columns: dict[str, Any] = {"id": each.id, "number": each.number, "state": "good"}
        if judged.faults:
            columns |= {"state": "bad", "wrong": judged.faults}
        else:
            columns["answers"] = keys.seal_json(key, f"roster|answers|{each.id}", judged.answers)
        columns["person"] = person(session, judged.answers or judged.readable)
        found.append(columns)
    _find_twins(session, row, found)
    for columns in found:
        if faults := columns.pop("wrong", None):
            sealed = keys.seal_json(key, f"roster|faults|{columns['id']}", rosterrows.plain(faults))
            columns["faults"] = sealed
    return release_id, found


def _judge(session: Session, row: AnyRow, now: datetime) -> tuple[rosterrows.RowJudge, UUID | None, _Person]:
    """Who judges the rows of a list, by which release, and what tells that two of them are about one person."""
    if row.subject == CRIMES:
        return crimerows.Judge(session, now), None, crimerows.person
    if row.subject == OFFICES:
        return officerows.Judge(session, now, _good(session, row)), None, _nobody
    judge = rosterrows.Judge(session, asked.of_roster(session, row, now), now)
    return judge, judge.release.id, searchkeys.person


def _good(session: Session, row: AnyRow) -> list[dict[str, Any]]:
    """The answers of the rows of a list that were found right so far."""
    key = keys.unlock(session, row.data_key_id)
    rows = table.rows_in(session, row.id, ["good"], row.total)
    return [keys.open_json(key, f"roster|answers|{each.id}", each.answers) for each in rows]


def _nobody(session: Session, answers: Mapping[str, Any]) -> None:
    """An office is nobody: two rows about one are told by their codes and names."""


def _find_twins(session: Session, row: AnyRow, found: list[dict[str, Any]]) -> None:
    """A row whose person stands above it, or has a case already, waits for the officer to decide.

    A faulty one tells it among its faults. A department is told of its own rows alone: whether a person has a case
    is not for it to know.
    """
    digests = {each["person"] for each in found if each.get("person")}
    if not digests:
        return
    above = table.persons_above(session, row.id, digests)
    past = table.cases_of_persons(session, digests) if row.requisition_id is not None else {}
    for each in found:
        digest = each.get("person")
        if digest is None:
            continue
        twin_row = above.setdefault(digest, each["number"])
        is_above = twin_row < each["number"]
        twin_case = None if is_above else past.get(digest)
        if not is_above and twin_case is None:
            continue
        if "wrong" in each:
            each["wrong"] = {**each["wrong"], _TWIN: _twin(session, twin_row, twin_case)}
            continue
        each |= {
            "state": "double",
            "twin_row": twin_row if is_above else None,
            "twin_case_id": twin_case,
        }


def _twin(session: Session, twin_row: int, twin_case: UUID | None) -> FieldProblem:
    """That a row seems to be about a person of another row, or of a case."""
    case = cases.find(session, twin_case) if twin_case is not None else None
    if case is None:
        return FieldProblem("roster.twin_row", number=twin_row)
    return FieldProblem("roster.twin_case", case=case.number)


# -- make cases -----------------------------------------------------------------------------------------------


def _enter(database: Database, row: AnyRow, now: datetime) -> None:
    """Enter the next rows of a list into the crime register, in the name of whoever handed it in."""
    own = SystemScope(SystemReason.WORKER, row.district_id)
    good = database.read(lambda session: table.rows_in(session, row.id, ["good"], _JUDGED), own)

    def put(session: Session) -> None:
        if table.take_rows(session, [each.id for each in good]):
            key = keys.unlock(session, row.data_key_id)
            answers = [keys.open_json(key, f"roster|answers|{each.id}", each.answers) for each in good]
            crimebook.put(session, row.asked_by, answers, now, row.id)

    if good:
        database.write(put, own)
        return
    values = {"state": "taken", "ended_at": now, "reason": ""}
    database.write(partial(_end, row=row, before="taking", values=values, now=now), own)


def _found_offices(database: Database, row: AnyRow, now: datetime) -> None:
    """Add the offices of a list in one act, in the name of whoever handed it in; what no longer fits is set aside."""
    own = SystemScope(SystemReason.WORKER, row.district_id)
    actor = database.read(
        lambda session: officers.in_post(session, row.asked_by, row.posting_id, now),
        scopes.door(row.district_id),
    )
    if actor is None or not actor.may(Permission.OFFICE_KEEP):
        _stand_still(database, row, "transferred", now)
        return

    def put(session: Session) -> None:
        key, book = keys.unlock(session, row.data_key_id), foundings.Book(session, now, is_sheet=True)
        left = set[str]()  # codes of offices that are not added: no other of that code leads those under them
        for each in table.rows_in(session, row.id, ["good"], row.total):
            answers = keys.open_json(key, f"roster|answers|{each.id}", each.answers)
            faults = book.faults(answers) or foundings.orphaned(answers, left)
            if faults:
                left.add(answers["code"])
                sealed = keys.seal_json(key, f"roster|faults|{each.id}", rosterrows.plain(faults))
                table.move(session, each.id, "good", "bad", faults=sealed)
            elif table.take_rows(session, [each.id]):
                foundings.found(session, actor, answers, now)
                book.note(answers)
        _end(session, row, "taking", {"state": "taken", "ended_at": now, "reason": ""}, now)

    database.write(put, own)


def _take(database: Database, row: AnyRow, now: datetime) -> None:
    if row.subject in _ENTERED:
        _ENTERED[row.subject](database, row, now)
        return
    actor = database.read(
        lambda session: officers.in_post(session, row.asked_by, row.posting_id, now),
        scopes.door(row.district_id),
    )
    if actor is None or not actor.may(Permission.ROSTER_TAKE):
        _stand_still(database, row, "transferred", now)
        return
    good, active = database.read(
        lambda session: (
            table.rows_in(session, row.id, ["good"], _TAKEN),
            releases.active(session),
        ),
        actor_scope(actor),
    )
    if good and active.id != row.release_id:
        database.write(lambda session: _judge_anew(session, row), actor_scope(actor))
        return
    if not good:
        values = {"state": "taken", "ended_at": now, "reason": ""}
        database.write(partial(_end, row=row, before="taking", values=values, now=now), actor_scope(actor))
        return
    try:
        database.write(partial(_open_some, actor=actor, row=row, rows=good, now=now), actor_scope(actor))
    except Conflict:
        return  # what is left is found by the next slice
    except RouteStuck:
        _one_by_one(database, actor, row, good, now)


def _judge_anew(session: Session, row: AnyRow) -> None:
    """The form has changed since the rows were judged by it."""
    table.move_all(session, row.id, ["good", "bad", "double"], "waiting")
    table.change(session, row.id, ["taking"], state="checking", reason="release")


def _open_some(session: Session, actor: Actor, row: AnyRow, rows: Sequence[AnyRow], now: datetime) -> None:
    """Make the cases of some rows in this transaction, which have their texts from then on, under their own keys.

    Raises Conflict where another worker has taken one of them meanwhile.
    """
    if not table.take_rows(session, [each.id for each in rows]):
        raise Conflict
    letter, release = asked.of_roster(session, row, now), releases.load(session, row.release_id)
    key = keys.unlock(session, row.data_key_id)
    classes = {field.key: field.pii for field in release.form(PERSON).fields}
    session.is_bulk = True  # what one row becomes knows nothing of what another does
    found = []
    for serial, each in enumerate(rows, registration.reserve(session, letter, len(rows), now)):
        answers = keys.open_json(key, f"roster|answers|{each.id}", each.answers)
        found.append(registration.Candidate(each.id, _case_key(session, each), answers, serial))
    registration.open_cases(session, actor, letter, release, found, now)
    for each in rows:
        if each.data_key_id is not None:
            documents.attach(session, each.id, {"case_id": each.id}, classes, now)


def _case_key(session: Session, row: AnyRow) -> UUID:
    """The key of the case: that under which the person's files were sealed, where there are any."""
    if row.data_key_id is None:
        return keys.create(session, "case")
    keys.adopt(session, row.data_key_id, "case")
    found: UUID = row.data_key_id
    return found


def _one_by_one(database: Database, actor: Actor, row: AnyRow, rows: Sequence[AnyRow], now: datetime) -> None:
    """One of these rows stops all: each for itself then, and that one is told."""
    for each in rows:
        try:
            database.write(
                partial(_open_some, actor=actor, row=row, rows=[each], now=now), actor_scope(actor)
            )
        except RouteStuck as stuck:
            why = incidents.reason(stuck)
            database.write(partial(_set_aside, row=row, row_id=each.id, why=why, now=now), actor_scope(actor))


def _set_aside(session: Session, row: AnyRow, row_id: UUID, why: incidents.Stopped, now: datetime) -> None:
    key = keys.unlock(session, row.data_key_id)
    faults = rosterrows.plain({"": FieldProblem("roster.stuck")})
    sealed = keys.seal_json(key, f"roster|faults|{row_id}", faults)
    if table.move(session, row_id, "good", "bad", faults=sealed):
        incidents.report_start(session, row.requisition_id, why, now)


def _end(session: Session, row: AnyRow, before: str, values: dict[str, Any], now: datetime) -> None:
    """End the work; a list of which nothing is left to mend keeps no text."""
    table.change(session, row.id, [before], **values)
    left = table.counts(session, row.id)
    if not left.keys() & {"bad", "double", "waiting", "good"}:
        forget(session, row, now)


def forget(session: Session, row: AnyRow, now: datetime) -> None:
    """Destroy what a roster still holds of persons, with its keys; what became of its rows stays."""
    for each in table.rows_with_files(session, row.id):
        for file in filed.of_draft(session, each.id):
            filed.set_document(session, file.id, destroyed_at=now)
        leftovers.destroy_draft_key(session, each.data_key_id, now)  # not one that a case has taken
    table.forget(session, row.id)
    keys.destroy(session, row.data_key_id, now)
    audit.record(
        session,
        "admin",
        "roster:destroy",
        row.subject if row.subject in _ENTERED else f"requisition:{row.requisition_id or row.lodgement_id}",
        None,
        now,
        roster=str(row.id),
    )


def destroy_old(database: Database, now: datetime) -> int:
    """Destroy what lists of thirty days ago still hold of persons; -> how many lists. Safe to repeat."""
    everywhere = SystemScope(SystemReason.WORKER)
    rows = database.read(lambda session: table.idle(session, now - _KEPT_FOR, _AT_ONCE), everywhere)
    for row in rows:

        def end(session: Session, row: AnyRow = row) -> None:
            table.change(session, row.id, ["columns", "checked", "sent"], state="dropped", ended_at=now)
            forget(session, row, now)

        database.write(end, SystemScope(SystemReason.WORKER, row.district_id))
    return len(rows)


# -- take back ------------------------------------------------------------------------------------------------


def _undo(database: Database, row: AnyRow, now: datetime) -> None:
    actor = database.read(
        lambda session: officers.in_post(session, row.asked_by, row.posting_id, now),
        scopes.door(row.district_id),
    )
    if actor is None or not actor.may(Permission.ROSTER_TAKE):
        _stand_still(database, row, "transferred", now)
        return
    taken = database.read(
        lambda session: table.rows_in(session, row.id, ["taken"], _TAKEN), actor_scope(actor)
    )
    if not taken:
        values = {"state": "undone", "ended_at": now, "reason": ""}
        database.write(
            lambda session: table.change(session, row.id, ["undoing"], **values), actor_scope(actor)
        )
        return
    database.write(partial(_withdraw, actor=actor, row=row, rows=taken, now=now), actor_scope(actor))


def _withdraw(session: Session, actor: Actor, row: AnyRow, rows: Sequence[AnyRow], now: datetime) -> None:
    """End the cases that nobody has forwarded yet; the others go on, and their rows say so."""
    key = keys.unlock(session, asked.of_roster(session, row, now).data_key_id)
    reason = keys.open_sealed(key, f"roster|note|{row.id}", row.note).decode()
    for each in rows:
        own = session.narrowed(CaseScope(actor.district_id, each.id))
        case = cases.lock(own, each.id)
        if case is None or not _is_untouched(own, case):
            table.move(session, each.id, "taken", "kept")
        elif table.move(session, each.id, "taken", "undone"):
            columns = submissions.act_columns(actor, "withdraw", now)
            submissions.keep(own, case, columns, {"reason": reason})
            instances.withdraw(own, case, releases.load(session, case.release_id), instances.Act(now, actor))
            audit.record(own, f"case:{case.id}", "case:withdraw", f"case:{case.id}", actor, now)


def _is_untouched(session: Session, case: AnyRow) -> bool:
    """Whether the case still waits for its first scrutiny."""
    tasks = workflow.tasks_of(session, case.id, states=("open", "done"))
    return case.status == "open" and [(each.state, each.form) for each in tasks] == [("open", _SCRUTINY)]


_ENTERED = {CRIMES: _enter, OFFICES: _found_offices}
_SLICES = {"checking": _check, "taking": _take, "undoing": _undo}
