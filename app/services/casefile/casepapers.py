"""The papers of a case: what came with it or was enclosed on the way, and what was issued; each for its readers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.models.issuing import ownpapers
from app.models.issuing import paper_queries as papers
from app.services.casefile import paperproof
from app.services.casefile.awaitedpaper import BY_HAND
from app.services.store import documents as files
from app.services.store import keys

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.casefile.casefile import CaseFile
    from app.services.casefile.paperproof import SignatureView
    from app.services.store.documents import File


ISSUED = "issued_paper"  # the field of the document that is an issued paper, and bears its id


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A file by its own name, and by what the form asked for; `is_replaced` by a later answer to the same step."""

    id: UUID
    name: str
    field: str
    label_hi: str
    label_en: str
    media_type: str
    size: int
    at: datetime
    pii: str
    is_replaced: bool = False


@dataclass(frozen=True, slots=True)
class PaperLine:
    """An issued paper; its kind and its document only for whoever may open it."""

    number: str
    memo_number: str
    document_id: UUID | None
    output: str
    status: str
    issued_at: datetime | None
    valid_till: date | None
    id: UUID
    signature: SignatureView | None  # None: signed in ink, not for these eyes, or not asked for


def documents(session: Session, file: CaseFile) -> list[DocumentLine]:
    """The files of the case and of its letter that this officer may open, oldest first."""
    asked = {
        field.key: (field.label_hi, field.label_en)
        for form in file.release.forms.values()
        for field in form.fields
        if field.type == "file"
    }
    lines, replaced = [], file.replaced_files()
    for row in file.document_rows():
        if file.may_open(row):
            key = keys.unlock(session, row.data_key_id)
            name = keys.open_sealed(key, f"document|name|{row.id}", row.name).decode()
            label = asked.get(row.field, ("", ""))
            lines.append(
                DocumentLine(
                    row.id,
                    name,
                    row.field,
                    *label,
                    row.media_type,
                    row.size,
                    row.created_at,
                    row.pii,
                    is_replaced=str(row.id) in replaced,
                )
            )
    return lines


def read(session: Session, document: AnyRow) -> File:
    """A document opened; an issued paper by its kind and number. Raises as `documents.read`."""
    found = files.read(session, document)
    paper = papers.find(session, document.id) if document.field == ISSUED else None
    return found if paper is None else replace(found, kind=f"paper.{paper.output}", number=paper.number)


def issued(session: Session, case: AnyRow, file: CaseFile, *, proven: bool = False) -> list[PaperLine]:
    """What was issued in this case, oldest first, and what waits for its officer's hand.

    `proven`: with what its signature proves now.
    """
    held = {row.id: row for row in file.document_rows()}
    lines = []
    for row in papers.of_case(session, case.id):
        if row.status == "allotted":
            if ownpapers.prepared_of(session, row.id) is not None:
                lines.append(
                    PaperLine(row.number, row.memo_number, None, "", BY_HAND, None, None, row.id, None)
                )
            continue
        document = held.get(row.document_id)
        is_open = document is not None and file.may_open(document)
        proof = paperproof.of_paper(session, row, document) if proven and is_open and document else None
        lines.append(
            PaperLine(
                row.number,
                row.memo_number,
                row.document_id if is_open else None,
                row.output if is_open else "",
                row.status,
                row.issued_at,
                row.valid_till,
                row.id,
                proof,
            )
        )
    return lines
