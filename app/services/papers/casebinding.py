"""The documents of a case bound into one file with an index: what the officer may open, each recorded as opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import papers
from app.domain import numbers
from app.domain.errors import FileDamaged, NotAllowed, NotFound
from app.domain.roles import Permission
from app.models.casefile import case_queries as cases
from app.services.casefile import casefile, casepapers
from app.services.district import calendars
from app.services.procedure import releases
from app.services.store import audit, documents, recordmarks
from app.services.store.documents import File
from app.services.store.drafts import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.casefile.casepapers import DocumentLine
    from app.services.store.database import Database

MOST = 40  # documents of one file: what a server holds in memory at once
_ISSUED = "issued_paper"


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A document as it lies in the bound file; without data it could not be read, and `fault` says why."""

    line: DocumentLine
    data: bytes = b""
    pages: int = 0
    fault: str = ""  # missing | damaged | unreadable


def take(database: Database, actor: Actor, number: str, said: Mapping[str, str], now: datetime) -> File:
    """The documents of a case as one PDF: index first, every page numbered. The opening of each is recorded first.

    It carries the newest signed checkpoint of the record, as issued papers do.

    `said` are the words of the index, from the catalogue. Raises NotFound, NotAllowed.
    """
    scope = actor_scope(actor)
    case, lines = database.write(lambda session: _noted(session, actor, number, now), scope)
    mark = database.read(
        lambda session: recordmarks.numbered(session, recordmarks.newest(session, now)), scope
    )
    leaves = database.read(lambda session: [_leaf(session, line) for line in lines], scope)
    assets = papers.Assets(fonts=database.fonts)
    index = _index(case, leaves, said, now, assets)
    data = papers.bound([index, *(leaf.data for leaf in leaves if leaf.data)], case.number)
    if mark is not None:
        data = papers.marked(data, mark)
    return File(f"{case.number.replace('/', '-')}-file.pdf", "application/pdf", data)


def _noted(session: Session, actor: Actor, number: str, now: datetime) -> tuple[AnyRow, list[DocumentLine]]:
    """The case and the documents that this officer may open, each recorded as opened."""
    if not actor.may(Permission.DOCUMENT_SEE):
        raise NotAllowed
    known = numbers.parse_case_number(number)
    case = cases.find_number(session, known) if known else None
    if case is None:
        raise NotFound
    file = casefile.CaseFile(session, actor, case, releases.load(session, case.release_id), now)
    lines = sorted(casepapers.documents(session, file), key=lambda line: (line.at, line.id))[:MOST]
    if not lines:
        raise NotFound
    for line in lines:
        what = {"pii": line.pii, "field": line.field}
        audit.record(session, "access", "document:see", f"document:{line.id}", actor, now, **what)
    return case, lines


def _leaf(session: Session, line: DocumentLine) -> _Leaf:
    """A document with its pages; one that is gone, altered or cannot be read is named, and the others go on."""
    row = cases.document_row(session, line.id)
    if row is None:
        return _Leaf(line, fault="missing")
    try:
        data, pages = papers.leaves(documents.read(session, row).data, line.media_type)
    except NotFound:
        return _Leaf(line, fault="missing")
    except FileDamaged:
        return _Leaf(line, fault="damaged")
    except papers.PaperRefused:
        return _Leaf(line, fault="unreadable")
    return _Leaf(line, data, pages)


def _index(
    case: AnyRow,
    leaves: Sequence[_Leaf],
    said: Mapping[str, str],
    now: datetime,
    assets: papers.Assets,
) -> bytes:
    """The index; it is drawn anew when it has more pages than was thought, for its own pages count too."""
    own, drawn = 1, b""
    for _ in range(2):
        table = papers.Table(
            title=f"{said['title']} {case.number}",
            language="hi",
            above=[said["made"]],
            header=[said[name] for name in ("no", "document", "day", "pages")],
            rows=list(_rows(leaves, said, own)),
            is_number=[True, False, True, True],
            total=False,
            below=[said["below"]],
            stamp=case.number,
        )
        drawn = papers.draw_table(table, now, assets)
        _, count = papers.leaves(drawn, "application/pdf")
        if count == own:
            break
        own = count
    return drawn


def _rows(leaves: Sequence[_Leaf], said: Mapping[str, str], own: int) -> list[list[str]]:
    first, rows = own + 1, []
    for place, leaf in enumerate(leaves, 1):
        last = first + leaf.pages - 1
        pages = said[leaf.fault] if leaf.fault else (f"{first}–{last}" if last > first else str(first))
        day = papers.dmy(calendars.day(leaf.line.at))
        rows.append([str(place), _named(leaf.line, said), day, pages])
        first = last + 1
    return rows


def _named(line: DocumentLine, said: Mapping[str, str]) -> str:
    """What the form asked for, and the file's own name."""
    label = line.label_en if said["language"] == "en" else line.label_hi
    return (
        said["issued"] + f" {line.name}" if line.field == _ISSUED else f"{label or line.field}: {line.name}"
    )
