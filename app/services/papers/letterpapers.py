"""The issued papers of a letter in one file, to keep or to print, for its department and for who may open each."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from app import papers
from app.domain import secrecy
from app.domain.errors import NotAllowed, NotFound
from app.domain.roles import Permission, Role
from app.models.intake import department_queries as table
from app.services.district import calendars
from app.services.store import audit, documents
from app.services.store.documents import File
from app.services.store.drafts import actor_scope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

A_PART = 200  # papers of one file: some 15 MB, made within two seconds


@dataclass(frozen=True, slots=True)
class Part:
    """One file of several: the papers from the first to the last of the letter's, by number."""

    number: int
    first: int
    last: int


def parts(session: Session, actor: Actor, requisition_id: UUID) -> list[Part]:
    """The files in which the papers of a letter are taken; none where no paper stands. Raises NotAllowed."""
    _guard(actor)
    count = table.papers_count(session, requisition_id)
    return [
        Part(first // A_PART + 1, first + 1, min(first + A_PART, count)) for first in range(0, count, A_PART)
    ]


def take(database: Database, actor: Actor, requisition_id: UUID, part: int, now: datetime) -> File:
    """A part of the papers as a ZIP, each as it was issued and recorded as opened. Raises NotFound, NotAllowed."""
    _guard(actor)
    scope = actor_scope(actor)
    rows = database.write(lambda session: _noted(session, actor, requisition_id, part, now), scope)
    data = database.read(lambda session: _zip(session, rows), scope)
    return File(f"papers-{requisition_id.hex[-8:]}-{part}.zip", "application/zip", data)


def print_file(database: Database, actor: Actor, requisition_id: UUID, part: int, now: datetime) -> File:
    """The same part of the papers as one PDF to be printed, sheet behind sheet, without their signatures.

    Raises NotFound, NotAllowed.
    """
    _guard(actor)
    scope = actor_scope(actor)
    rows = database.write(lambda session: _noted(session, actor, requisition_id, part, now), scope)
    found = database.read(lambda session: [documents.read(session, row).data for row in rows], scope)
    return File(f"print-{requisition_id.hex[-8:]}-{part}.pdf", "application/pdf", papers.bound(found))


def _noted(
    session: Session, actor: Actor, requisition_id: UUID, part: int, now: datetime
) -> Sequence[AnyRow]:
    rows = [
        row
        for row in table.papers_of_letter(session, requisition_id, max(part - 1, 0) * A_PART, A_PART)
        if _may_open(actor, row)
    ]
    if not rows:
        raise NotFound
    for row in rows:
        what = {"pii": row.pii, "field": row.field}
        if actor.post.role is Role.REQUESTER:
            what["first"] = table.set_opened(session, row.delivery_id, now, actor.officer_id)
        audit.record(session, "access", "document:see", f"document:{row.id}", actor, now, **what)
    return rows


def _may_open(actor: Actor, row: AnyRow) -> bool:
    """Whether the paper is for this post's eyes: the department's own, or of a class that it reads."""
    if actor.post.role is Role.REQUESTER:
        return row.delivery_id is not None
    return secrecy.may_open(actor.post.role, row.pii, secrecy.Side.POLICE, reported=True)


def _zip(session: Session, rows: Sequence[AnyRow]) -> bytes:
    """The papers as they were issued; they are packed already, and their bytes must not change."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_STORED) as archive:
        for row in rows:
            file = documents.read(session, row)
            issued = calendars.local(row.issued_at)
            entry = ZipInfo(file.name, (issued.year, issued.month, issued.day, issued.hour, issued.minute, 0))
            archive.writestr(entry, file.data)
    return made.getvalue()


def _guard(actor: Actor) -> None:
    if not (actor.may(Permission.PAPER_SEE) or actor.may(Permission.DEPARTMENT_PAPER)):
        raise NotAllowed
