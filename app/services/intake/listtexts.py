"""What a list holds of persons, sealed under its key: headings, cells, answers, faults, files; its destruction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.models.casefile import document_queries as filed
from app.models.desk import leftover_queries as leftovers
from app.models.intake import rosters as table
from app.services.intake import rosterrows
from app.services.store import audit, documents, keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.errors import FieldProblem
    from app.models.scope import Session
    from app.models.tables.base import AnyRow


def seal_head(key: bytes, roster_id: UUID, head: Mapping[str, Any]) -> bytes:
    return keys.seal_json(key, f"roster|head|{roster_id}", head)


def open_head(session: Session, row: AnyRow) -> dict[str, Any]:
    """What was kept of a list's headings; empty once its texts are gone."""
    if row.head is None:
        return {}
    key = keys.unlock(session, row.data_key_id)
    found: dict[str, Any] = keys.open_json(key, f"roster|head|{row.id}", row.head)
    return found


def seal_cells(key: bytes, row_id: UUID, texts: Sequence[str]) -> bytes:
    return keys.seal_json(key, f"roster|cells|{row_id}", texts)


def open_cells(key: bytes, row: AnyRow) -> list[str]:
    found: list[str] = keys.open_json(key, f"roster|cells|{row.id}", row.cells)
    return found


def seal_answers(key: bytes, row_id: UUID, answers: Mapping[str, Any]) -> bytes:
    return keys.seal_json(key, f"roster|answers|{row_id}", answers)


def open_answers(key: bytes, row: AnyRow) -> dict[str, Any]:
    found: dict[str, Any] = keys.open_json(key, f"roster|answers|{row.id}", row.answers)
    return found


def faulty(key: bytes, row_id: UUID, faults: Mapping[str, FieldProblem]) -> dict[str, bytes]:
    """What is kept of the faults of a row: their words sealed, and marks by which equal ones are found unopened."""
    sealed = keys.seal_json(key, f"roster|faults|{row_id}", rosterrows.plain(faults))
    return {"faults": sealed, "marks": b"".join(rosterrows.marks(key, faults).values())}


def open_faults(key: bytes, row: AnyRow) -> dict[str, FieldProblem]:
    return rosterrows.faults_of(keys.open_json(key, f"roster|faults|{row.id}", row.faults))


def seal_note(key: bytes, roster_id: UUID, text: str) -> bytes:
    return keys.seal(key, f"roster|note|{roster_id}", text.encode())


def open_note(key: bytes, row: AnyRow) -> str:
    return keys.open_sealed(key, f"roster|note|{row.id}", row.note).decode()


def files_of(session: Session, row: AnyRow) -> dict[str, list[dict[str, Any]]]:
    """The files that were given to the person of a row, by field of the form."""
    if row.data_key_id is None:
        return {}
    return documents.references(session, filed.of_draft(session, row.id))


def forget(session: Session, row: AnyRow, now: datetime) -> None:
    """Destroy what a list still holds of persons, with its keys; what became of its rows stays."""
    for each in table.rows_with_files(session, row.id):
        for file in filed.of_draft(session, each.id):
            filed.set_document(session, file.id, destroyed_at=now)
        leftovers.destroy_draft_key(session, each.data_key_id, now)  # not one that a case has taken
    table.forget(session, row.id)
    keys.destroy(session, row.data_key_id, now)
    letter_id = row.requisition_id or row.lodgement_id
    thing = row.subject if letter_id is None else f"requisition:{letter_id}"
    audit.record(session, "admin", "roster:destroy", thing, None, now, roster=str(row.id))
