"""The long part of every list, in slices of the worker: its file read, its rows judged, taken and taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from app import spreadsheets
from app.domain.errors import FieldProblem, NotFound, Unavailable
from app.domain.ids import new_id
from app.models.casefile import case_queries as cases
from app.models.intake import rosters as table
from app.models.scope import SystemReason, SystemScope
from app.services.intake import crimelists, listtexts, officelists, rosters
from app.services.intake.sheetlists import Lists, StandsStill
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

log = structlog.get_logger(__name__)

_LEASE = timedelta(minutes=2)  # a worker that died lets go after this; the longest file takes 90 seconds
_KEPT_FOR, _AT_ONCE = timedelta(days=30), 100
_JUDGED = 200  # rows of a slice
#: Where a list stands when its work cannot go on.
_BACK = {"checking": "checked", "taking": "checked", "undoing": "taken"}
_TWIN = "#twin"  # where a fault of a row stands that is about no field
_KINDS: dict[str, Lists[Any]] = {
    each.subject: each for each in (rosters.CANDIDATES, crimelists.CRIMES, officelists.OFFICES)
}


def go_on(database: Database, now: datetime) -> bool:
    """Do the next slice of whatever list waits; -> whether there was one.

    A list of a kind that this version does not know waits for a worker of the newer one.
    What fails stands still with its reason, and an officer decides; a worker that dies leaves its slice to the next.
    """
    row = database.read(
        lambda session: table.next_free(session, tuple(_KINDS), now), SystemScope(SystemReason.WORKER)
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
    except StandsStill as still:
        _stand_still(database, row, still.reason, now)
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
    key, sealed, head = database.read(
        lambda session: (
            keys.unlock(session, row.data_key_id),
            table.file_of(session, row.id),
            listtexts.open_head(session, row),
        ),
        own,
    )
    if sealed is None:
        raise NotFound
    data = keys.open_file(key, f"roster|file|{row.id}", sealed)
    try:
        below = [(number, texts) for number, texts in spreadsheets.rows(data) if number > head["row"]]
    except spreadsheets.Refused as refused:
        raise StandsStill(refused.code) from refused
    if not below or len(below) > spreadsheets.MOST_ROWS:
        raise StandsStill("rows" if below else "empty")
    days_read = spreadsheets.read_days(data, below)
    rows = [_waiting(key, row.id, number, texts, now) for number, texts in below]
    kept = listtexts.seal_head(key, row.id, {**head, "samples": [], "days_read": days_read})

    def put(session: Session) -> None:
        if table.change(session, row.id, ["checking"], file=None, head=kept, total=len(rows)):
            table.insert_rows(session, rows)

    database.write(put, own)


def _waiting(key: bytes, roster_id: UUID, number: int, texts: Sequence[str], now: datetime) -> dict[str, Any]:
    row_id = new_id(now)
    cells = listtexts.seal_cells(key, row_id, texts)
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


def _found_of(
    session: Session, row: AnyRow, waiting: Sequence[AnyRow], now: datetime
) -> tuple[UUID | None, list[dict[str, Any]]]:
    judging = _KINDS[row.subject].judging(session, row, now)
    key = keys.unlock(session, row.data_key_id)
    found = []
    for each in waiting:
        texts, files = listtexts.open_cells(key, each), listtexts.files_of(session, each)
        judged = judging.judge.of(texts, row.mapping, files)
        columns: dict[str, Any] = {"id": each.id, "number": each.number, "state": "good"}
        if judged.faults:
            columns |= {"state": "bad", "wrong": judged.faults}
        else:
            columns["answers"] = listtexts.seal_answers(key, each.id, judged.answers)
        columns["person"] = judging.person(session, judged.answers or judged.readable)
        found.append(columns)
    _find_twins(session, row, found)
    for columns in found:
        if faults := columns.pop("wrong", None):
            columns.update(listtexts.faulty(key, columns["id"], faults))
    return judging.release_id, found


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


# -- take, take back, end -----------------------------------------------------------------------------------


def _take(database: Database, row: AnyRow, now: datetime) -> None:
    if not _KINDS[row.subject].take(database, row, now):
        own = SystemScope(SystemReason.WORKER, row.district_id)
        database.write(lambda session: _end(session, row, now), own)


def _end(session: Session, row: AnyRow, now: datetime) -> None:
    """End the taking; a list of which nothing is left to mend keeps no text."""
    table.change(session, row.id, ["taking"], state="taken", ended_at=now, reason="")
    left = table.counts(session, row.id)
    if not left.keys() & {"bad", "double", "waiting", "good"}:
        listtexts.forget(session, row, now)


def _undo(database: Database, row: AnyRow, now: datetime) -> None:
    if not _KINDS[row.subject].undo(database, row, now):
        values = {"state": "undone", "ended_at": now, "reason": ""}
        own = SystemScope(SystemReason.WORKER, row.district_id)
        database.write(lambda session: table.change(session, row.id, ["undoing"], **values), own)


def destroy_old(database: Database, now: datetime) -> int:
    """Destroy what lists of thirty days ago still hold of persons; -> how many lists. Safe to repeat."""
    everywhere = SystemScope(SystemReason.WORKER)
    rows = database.read(lambda session: table.idle(session, now - _KEPT_FOR, _AT_ONCE), everywhere)
    for row in rows:

        def end(session: Session, row: AnyRow = row) -> None:
            table.change(session, row.id, ["columns", "checked", "sent"], state="dropped", ended_at=now)
            listtexts.forget(session, row, now)

        database.write(end, SystemScope(SystemReason.WORKER, row.district_id))
    return len(rows)


_SLICES = {"checking": _check, "taking": _take, "undoing": _undo}
