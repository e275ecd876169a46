"""The issued papers of a letter: which go into one file, and what is put together of them, to keep or to print."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from app import papers
from app.domain import secrecy
from app.domain.errors import FileDamaged, NotAllowed, NotFound
from app.domain.roles import Permission, Role
from app.models.intake import department_queries as table
from app.services.district import calendars
from app.services.store import documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.documents import File

A_PART = 400  # papers of one file: some 30 MB


class Unreadable(Exception):
    """A paper cannot be put into the file: `why` (missing | damaged), and its number."""

    def __init__(self, why: str, number: str) -> None:
        super().__init__(why)
        self.why, self.number = why, number


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


def listed(session: Session, actor: Actor, requisition_id: UUID, part: int) -> Sequence[AnyRow]:
    """The papers of a part that this officer may open, by number. Raises NotAllowed."""
    _guard(actor)
    rows = table.papers_of_letter(session, requisition_id, max(part - 1, 0) * A_PART, A_PART)
    return [row for row in rows if _may_open(actor, row)]


def zipped(session: Session, rows: Sequence[AnyRow]) -> bytes:
    """Papers as they were issued; they are packed already, and their bytes must not change. Raises Unreadable."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_STORED) as archive:
        for row in rows:
            file, issued = _read(session, row), calendars.local(row.issued_at)
            entry = ZipInfo(file.name, (issued.year, issued.month, issued.day, issued.hour, issued.minute, 0))
            archive.writestr(entry, file.data)
    return made.getvalue()


def joined(archives: Iterable[bytes]) -> bytes:
    """The entries of these archives in one, as they are."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_STORED) as whole:
        for data in archives:
            with ZipFile(BytesIO(data)) as one:
                for entry in one.infolist():
                    whole.writestr(entry, one.read(entry))
    return made.getvalue()


def sheets(session: Session, rows: Sequence[AnyRow]) -> bytes:
    """Papers to be printed, sheet behind sheet, without their signatures. Raises Unreadable."""
    return papers.bound(_read(session, row).data for row in rows)


def _read(session: Session, row: AnyRow) -> File:
    try:
        return documents.read(session, row)
    except FileDamaged as altered:
        raise Unreadable("damaged", row.number) from altered
    except NotFound as gone:
        raise Unreadable("missing", row.number) from gone


def _may_open(actor: Actor, row: AnyRow) -> bool:
    """Whether the paper is for this post's eyes: the department's own, or of a class that it reads."""
    if actor.post.role is Role.REQUESTER:
        return row.delivery_id is not None
    return secrecy.may_open(actor.post.role, row.pii, secrecy.Side.POLICE, reported=True)


def _guard(actor: Actor) -> None:
    if not (actor.may(Permission.PAPER_SEE) or actor.may(Permission.DEPARTMENT_PAPER)):
        raise NotAllowed
