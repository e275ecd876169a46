"""Erasing the particulars of one case for good: its key goes, and with it everything the key locked, everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.errors import Conflict, NotFound
from app.models.casefile import case_queries as cases
from app.models.casefile import document_queries as filed
from app.models.casefile import searchkey_queries as findable
from app.models.issuing import bundles
from app.models.scope import SystemReason, SystemScope
from app.services.store import audit, documents, keys

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

OPEN = "open"


def erase_case(session: Session, actor: Actor | None, case_id: UUID, now: datetime) -> list[Path]:
    """Destroy the key of a closed case and what it could be found by; -> its files, to be deleted after the commit.

    Numbers, dates, offices and the record stay: they name nobody. Raises NotFound for a case out of sight, and
    Conflict while it is open.
    """
    case = cases.find(session, case_id)
    if case is None:
        raise NotFound
    if case.status == OPEN:
        raise Conflict("error.case_open", number=case.number)
    files = [session.documents / row.path for row in filed.own(session, case_id)]
    keys.destroy(session, case.data_key_id, now)
    district = session.narrowed(SystemScope(SystemReason.WORKER, session.district_id))
    for row in bundles.about(district, case_id, case.requisition_id):
        files += end_bundle(district, row, now)
    findable.delete_all(session, case_id)
    cases.set_unplaced(session, case_id)
    filed.set_destroyed(session, case_id, now)
    audit.record(session, f"case:{case_id}", "case:erase", f"case:{case_id}", actor, now)
    return files


def erase_letter(session: Session, requisition_id: UUID, now: datetime) -> list[Path]:
    """Destroy the key of a letter whose cases are all erased; -> its files, to be deleted after the commit.

    Its number, department and dates stay. Raises NotFound.
    """
    letter = cases.requisition_row(session, requisition_id)
    if letter is None:
        raise NotFound
    found = filed.of_requisition(session, requisition_id)
    for row in found:
        filed.set_document(session, row.id, destroyed_at=now)
    keys.destroy(session, letter.data_key_id, now)
    audit.record(session, "admin", "requisition:erase", f"requisition:{requisition_id}", None, now)
    return [session.documents / row.path for row in found]


def end_bundle(session: Session, row: AnyRow, now: datetime) -> list[Path]:
    """Destroy the key of a file made of many documents; -> what is left of it, to be deleted after the commit."""
    pieces = bundles.pieces_of(session, row.id)
    if not bundles.set_state(session, row.id, bundles.ALIVE, state=bundles.GONE):
        return []
    keys.destroy(session, row.data_key_id, now)
    bundles.delete_pieces(session, row.id)
    return [
        session.documents / documents.new_path(each) for each in (row.id, *(piece.id for piece in pieces))
    ]


def delete_files(files: list[Path]) -> None:
    """Delete the sealed files of an erased case; without their key they were unreadable already."""
    for file in files:
        file.unlink(missing_ok=True)
