"""The issued papers of a letter: which go into one file, and what is put together of them, to keep or to print."""

from __future__ import annotations

from dataclasses import dataclass
from io import SEEK_SET, BytesIO, RawIOBase
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from app import papers
from app.domain import secrecy
from app.domain.errors import FileDamaged, NotFound
from app.domain.roles import Permission, Role
from app.models.intake import department_queries as table
from app.services.district import calendars
from app.services.store import documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
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
    actor.require_one_of(Permission.PAPER_SEE, Permission.DEPARTMENT_PAPER)
    count = table.papers_count(session, requisition_id)
    return [
        Part(first // A_PART + 1, first + 1, min(first + A_PART, count)) for first in range(0, count, A_PART)
    ]


def listed(session: Session, actor: Actor, requisition_id: UUID, part: int) -> Sequence[AnyRow]:
    """The papers of a part that this officer may open, by number. Raises NotAllowed."""
    actor.require_one_of(Permission.PAPER_SEE, Permission.DEPARTMENT_PAPER)
    rows = table.papers_of_letter(session, requisition_id, max(part - 1, 0) * A_PART, A_PART)
    return [row for row in rows if _may_open(actor, row)]


def zipped(session: Session, rows: Sequence[AnyRow], out: BinaryIO) -> None:
    """Papers as they were issued; they are packed already, and their bytes must not change. Raises Unreadable."""
    _pack((_entry(row, _read(session, row)) for row in rows), out)


def _entry(row: AnyRow, file: File) -> tuple[ZipInfo, bytes]:
    at = calendars.local(row.issued_at)
    return ZipInfo(file.name, (at.year, at.month, at.day, at.hour, at.minute, 0)), file.data


def joined(archives: Iterable[BinaryIO], out: BinaryIO) -> None:
    """The entries of these archives in one, as they are; the archives are closed."""
    _pack(chain.from_iterable(map(_entries, archives)), out)


def _entries(archive: BinaryIO) -> Iterator[tuple[ZipInfo, bytes]]:
    with archive, ZipFile(archive) as one:
        for entry in one.infolist():
            yield entry, one.read(entry)


def _pack(entries: Iterable[tuple[ZipInfo, bytes]], out: BinaryIO) -> None:
    """Write an archive, of which one entry at a time is in memory."""
    held = _Held(out)
    with ZipFile(held, "w", ZIP_STORED) as archive:
        for entry, data in entries:
            archive.writestr(entry, data)
            held.let_go()
    held.let_go()


def sheets(session: Session, rows: Sequence[AnyRow], out: BinaryIO) -> None:
    """Papers to be printed, sheet behind sheet, without their signatures. Raises Unreadable."""
    papers.bind((BytesIO(_read(session, row).data) for row in rows), out)


class _Held(RawIOBase):
    """Holds what is written until it is let go to `out`, which takes nothing back; an entry begins with its sum."""

    def __init__(self, out: BinaryIO) -> None:
        super().__init__()
        self._out, self._gone, self._held = out, 0, BytesIO()

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._gone + self._held.tell()

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        return self._gone + self._held.seek(offset - self._gone, whence)

    def write(self, data: Any) -> int:
        return self._held.write(data)

    def let_go(self) -> None:
        self._gone += self._out.write(self._held.getbuffer())
        self._held = BytesIO()


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
