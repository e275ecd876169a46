"""Cases past their term: what a list names of them, and how the worker destroys them with their files and letters."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from app.domain.clock import start_of
from app.domain.errors import NotFound
from app.domain.retention import Kind, Why
from app.domain.roles import Role
from app.models.casefile import case_queries as cases
from app.models.casefile import document_queries as filed
from app.models.record import retention_queries as table
from app.models.scope import SystemReason, SystemScope
from app.services.district import calendars
from app.services.store import audit, erasure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path
    from uuid import UUID

    from app.domain.retention import Term
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

_SLICE = 5  # cases between two looks at what else there is to do
_EVERYWHERE = SystemScope(SystemReason.WORKER)


def past(session: Session, term: Term, approver: Role, today: date, limit: int) -> Sequence[AnyRow]:
    """Cases of a class whose years are over that nothing holds back, the oldest first."""
    before, of_sp = start_of(term.closed_before(today)), approver is Role.SP
    return table.past(session, before, today, term.kind, limit, of_sp=of_sp)


def line(list_id: UUID, case: AnyRow, term: Term) -> dict[str, Any]:
    """What a list keeps of a case."""
    closed_on = calendars.day(case.closed_at)
    return {
        "destruction_id": list_id,
        "case_id": case.id,
        "number": case.number,
        "closed_on": closed_on,
        "past_on": term.past_on(closed_on),
        "state": "listed",
    }


def told(each: Mapping[str, Any]) -> tuple[Any, ...]:
    """What the hash of a list covers of a line."""
    return (each["number"], str(each["case_id"]), each["closed_on"].isoformat())


insert = table.insert_lines
lines = table.lines


def opened(_session: Session, _found: Sequence[AnyRow]) -> Mapping[UUID, Any]:
    """Nothing: the line of a case says its number."""
    return {}


def go_on(database: Database, now: datetime) -> bool:
    """Destroy the next cases of approved lists; -> whether there were any.

    Each case is looked at again in the transaction that destroys it: what is held or under way by now is kept.
    """
    rows = database.read(partial(table.next_lines, limit=_SLICE), _EVERYWHERE)
    for row in rows:
        own = SystemScope(SystemReason.WORKER, row.district_id)
        files = database.write(partial(_destroy, row=row, now=now), own)
        erasure.delete_files(files)
    return bool(rows)


def _destroy(session: Session, row: AnyRow, now: datetime) -> list[Path]:
    """Destroy one case as its list says, or keep it and say why; -> the files to delete after the commit."""
    if cases.lock(session, row.case_id) is None:
        raise NotFound
    case = table.standing(session, row.case_id)
    assert case is not None  # noqa: S101 - it is locked
    why = _why_kept(case)
    files: list[Path] = []
    if not why:
        destroy = _attachments if row.kind == Kind.ATTACHMENTS else _whole
        files = destroy(session, row.case_id, case, now)
    told = {"state": "kept" if why else "destroyed", "why": why, "files": len(files), "done_at": now}
    return files if table.set_line(session, row.destruction_id, row.case_id, told) else []


def _why_kept(case: AnyRow) -> str:
    if not case.has_key:
        return Why.GONE
    if case.is_held:
        return Why.HELD
    return Why.AT_WORK if case.is_at_work else ""


def _whole(session: Session, case_id: UUID, case: AnyRow, now: datetime) -> list[Path]:
    """The case with its key; and its letter, once no case of the letter has a key any more."""
    files = erasure.erase_case(session, None, case_id, now)
    if table.unlocked_of_letter(session, case.requisition_id):
        return files
    return files + erasure.erase_letter(session, case.requisition_id, now)


def _attachments(session: Session, case_id: UUID, _case: AnyRow, now: datetime) -> list[Path]:
    found = table.files_of_officers(session, case_id)
    for row in found:
        filed.set_document(session, row.id, destroyed_at=now)
    audit.record(
        session,
        f"case:{case_id}",
        "case:weed",
        f"case:{case_id}",
        None,
        now,
        files=[str(r.id) for r in found],
    )
    return [session.documents / row.path for row in found]
