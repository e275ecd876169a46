"""The documents of a case bound into one file with an index: what the officer may open, piece by piece."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

from app import papers
from app.domain import numbers
from app.domain.errors import Conflict, FileDamaged, NotFound
from app.domain.roles import Permission
from app.models.casefile import case_queries as cases
from app.models.casefile import document_queries as filed
from app.services.casefile import casefile, casepapers
from app.services.district import calendars
from app.services.procedure import releases
from app.services.store import documents, recordmarks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.casefile.casepapers import DocumentLine

MOST = 200  # documents of one file
MOST_BYTES = 100_000_000  # of all of them: the worker has them in memory once, as it binds the pieces


@dataclass(frozen=True, slots=True)
class Leaf:
    """A document as it lies in the bound file; one without pages could not be read, and `fault` says why."""

    id: UUID
    pages: int = 0
    fault: str = ""  # missing | damaged | unreadable


def case_of(session: Session, number: str) -> AnyRow:
    """The case of this number. Raises NotFound."""
    known = numbers.parse_case_number(number)
    case = cases.find_number(session, known) if known else None
    if case is None:
        raise NotFound
    return case


def listed(session: Session, actor: Actor, case_id: UUID, now: datetime) -> list[DocumentLine]:
    """The documents of a case that this officer may open, oldest first. Raises NotFound, NotAllowed."""
    actor.require(Permission.DOCUMENT_SEE)
    case = cases.find(session, case_id)
    if case is None:
        raise NotFound
    file = casefile.CaseFile(session, actor, case, releases.load(session, case.release_id), now)
    return sorted(casepapers.documents(session, file), key=lambda line: (line.at, line.id))[:MOST]


def guard_size(lines: Sequence[DocumentLine]) -> None:
    """Raise Conflict for more than one file holds."""
    size = sum(line.size for line in lines)
    if size > MOST_BYTES:
        raise Conflict("error.case_file_large", size=-(-size // 1_000_000), most=MOST_BYTES // 1_000_000)


def piece(session: Session, lines: Sequence[DocumentLine], out: BinaryIO) -> list[Leaf]:
    """Bind some documents; -> how each lies in there. What is gone, altered or unreadable is told, not bound."""
    found = [_leaf(session, line) for line in lines]
    papers.bind((BytesIO(data) for data, _ in found if data), out)
    return [leaf for _, leaf in found]


def _leaf(session: Session, line: DocumentLine) -> tuple[bytes, Leaf]:
    row = filed.find(session, line.id)
    if row is None:
        return b"", Leaf(line.id, fault="missing")
    try:
        data, pages = papers.leaves(documents.read(session, row).data, line.media_type)
    except NotFound:
        return b"", Leaf(line.id, fault="missing")
    except FileDamaged:
        return b"", Leaf(line.id, fault="damaged")
    except papers.PaperRefused:
        return b"", Leaf(line.id, fault="unreadable")
    return data, Leaf(line.id, pages)


@dataclass(frozen=True, slots=True)
class Index:
    """What the index is drawn from: the case, its documents in their order, and the words of the catalogue."""

    case: AnyRow
    lines: Sequence[tuple[DocumentLine, Leaf]]
    said: Mapping[str, str]
    is_practice: bool  # the district's


def whole(
    session: Session,
    index: Index,
    parts: Iterable[BinaryIO],
    out: BinaryIO,
    now: datetime,
    assets: papers.Assets,
) -> None:
    """The documents as one PDF: index first, every page numbered, with the newest signed checkpoint of the record."""
    mark = recordmarks.numbered(session, recordmarks.newest(session, now))
    papers.bind(chain([BytesIO(_index(index, now, assets))], parts), out, index.case.number, mark)


def _index(index: Index, now: datetime, assets: papers.Assets) -> bytes:
    """The index; it is drawn anew when it has more pages than was thought, for its own pages count too."""
    own, drawn, said, number = 1, b"", index.said, index.case.number
    for _ in range(2):
        table = papers.Table(
            title=f"{said['title']} {number}",
            language="hi",
            above=[said["made"]],
            header=[said[name] for name in ("no", "document", "day", "pages")],
            rows=list(_rows(index, own)),
            is_number=[True, False, True, True],
            total=False,
            below=[said["below"]],
            stamp=number,
            is_practice=index.is_practice,
            is_bound=True,
        )
        drawn = papers.draw_table(table, now, assets)
        _, count = papers.leaves(drawn, "application/pdf")
        if count == own:
            break
        own = count
    return drawn


def _rows(index: Index, own: int) -> Iterator[list[str]]:
    first, said = own + 1, index.said
    for place, (line, leaf) in enumerate(index.lines, 1):
        last = first + leaf.pages - 1
        pages = said[leaf.fault] if leaf.fault else (f"{first}–{last}" if last > first else str(first))
        yield [str(place), _named(line, said), papers.dmy(calendars.day(line.at)), pages]
        first = last + 1


def _named(line: DocumentLine, said: Mapping[str, str]) -> str:
    """What the form asked for, and the file's own name."""
    label = line.label_en if said["language"] == "en" else line.label_hi
    return (
        said["issued"] + f" {line.name}"
        if line.field == casepapers.ISSUED
        else f"{label or line.field}: {line.name}"
    )
