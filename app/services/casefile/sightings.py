"""Who has looked at what: a page that shows facts of class P3 or P4 leaves one row, before it leaves the house.

Who has opened a case is read from those rows, for the heads of both offices.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.domain import secrecy
from app.domain.errors import NotFound
from app.domain.roles import Permission
from app.domain.secrecy import WATCHED
from app.models.record import audit_queries as record
from app.services.access import standins
from app.services.casefile import casepapers
from app.services.store import audit
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.access.standins import StandIn
    from app.services.casefile.casefile import CaseFile
    from app.services.store.database import Database

#: The acts that tell of a look at something.
LOOKS = frozenset({"case:see", "document:see", "record:see"})
#: For so long turning the pages of a document is one look at it.
SITTING = timedelta(minutes=30)
_A_PAGE = 50
_DOCUMENT = "document:"


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of the list is wanted: the rows before this one, of this office's officers; None: any."""

    before: int | None = None
    office_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """One look: `page` names the screen where no step of the route does, `file` what was taken away."""

    seq: int  # of its row in the chain
    at: datetime
    action: str
    officer_hi: str
    officer_en: str
    role: str
    office_kind: str
    office_hi: str
    office_en: str
    classes: Sequence[str]
    page: str
    step_hi: str
    step_en: str
    file: str
    label_hi: str  # what the form asked for when it got the file
    label_en: str
    acting: StandIn | None  # for whom he looked


@dataclass(frozen=True, slots=True)
class Openings:
    """A page of the list, newest first; `following` is the number that the next page starts before, or None."""

    lines: Sequence[Opening]
    offices: Sequence[AnyRow]  # of everybody who has looked, for the choice of one
    part: Part
    following: int | None


def note(
    database: Database, actor: Actor, thing: str, page: str, classes: Iterable[str], now: datetime
) -> None:
    """Record that the officer sees `thing` on a page that shows these classes; nothing where none is watched.

    Committed when it returns: whoever shows the page calls it first, and without the record there is no page.
    Raises Unavailable where the record cannot be written.
    """
    seen = sorted(WATCHED.intersection(classes))
    if seen:
        _write(database, actor, "case:see", thing, now, classes=seen, page=page)


def note_each(database: Database, actor: Actor, things: Iterable[str], page: str, now: datetime) -> None:
    """Record that the officer sees facts of class P3 of each of these on one page, as `note` does of one."""
    told = list(things)

    def write(session: Session) -> None:
        for thing in told:
            audit.record(
                session, "access", "case:see", thing, actor, now, classes=[secrecy.SENSITIVE], page=page
            )

    if told:
        database.write(write, actor_scope(actor))


def note_document(
    session: Session,
    actor: Actor,
    document: AnyRow,
    now: datetime,
    *,
    turns: bool,
    first: bool | None = None,
) -> None:
    """Record that the officer opens a document, in the transaction that gives it out.

    `turns`: as a page of it; a look of his at the same document within `SITTING` is the same opening. `first`:
    whether his department opens it for the first time, where that is noted.
    """
    thing, office_id = f"{_DOCUMENT}{document.id}", actor.post.office_id
    if turns and not first and record.has_looked(session, thing, actor.officer_id, office_id, now - SITTING):
        return
    told = {"pii": document.pii, "field": document.field}
    if first is not None:
        told["first"] = first
    audit.record(session, "access", "document:see", thing, actor, now, **told)


def note_list(database: Database, actor: Actor, thing: str, now: datetime) -> None:
    """Record that the officer sees who has opened `thing`; committed when it returns, as `note` is."""
    _write(database, actor, "record:see", thing, now)


def _write(database: Database, actor: Actor, action: str, thing: str, now: datetime, **detail: Any) -> None:
    database.write(
        lambda session: audit.record(session, "access", action, thing, actor, now, **detail),
        actor_scope(actor),
    )


def of_case(session: Session, actor: Actor, case: AnyRow, file: CaseFile, part: Part) -> Openings:
    """Who has seen watched facts of a case or its letter, and taken a paper of either. Raises NotFound."""
    if not actor.may(Permission.CASE_OPENED):
        raise NotFound
    papers = [f"{_DOCUMENT}{row.id}" for row in file.document_rows()]
    things = [f"case:{case.id}", f"requisition:{case.requisition_id}", *papers]
    rows = record.looks(session, things, part.before, part.office_id, _A_PAGE + 1)
    shown = rows[:_A_PAGE]
    files = {f"{_DOCUMENT}{each.id}": each for each in casepapers.documents(session, file)}
    acting = standins.find(session, map(_looked, shown))
    return Openings(
        [_opening(row, file, files.get(row.object), acting.get(_looked(row))) for row in shown],
        record.offices_of_looks(session, things),
        part,
        shown[-1].seq if len(rows) > _A_PAGE else None,
    )


def _looked(row: AnyRow) -> standins.Act | None:
    return standins.act(row.actor_id, row.office_id, row.at, row.role)


def _opening(
    row: AnyRow, file: CaseFile, document: casepapers.DocumentLine | None, acting: StandIn | None
) -> Opening:
    page = row.detail.get("page", "")
    step = file.label(page)
    is_step = page not in step
    return Opening(
        row.seq,
        row.at,
        row.action,
        row.officer_hi or "",
        row.officer_en or "",
        row.role,
        row.office_kind or "",
        row.office_hi or "",
        row.office_en or "",
        classes=row.detail.get("classes") or sorted(WATCHED & {row.detail.get("pii")}),
        page="" if is_step else page,
        step_hi=step[0] if is_step else "",
        step_en=step[1] if is_step else "",
        file=document.name if document is not None else "",
        label_hi=document.label_hi if document is not None else "",
        label_en=document.label_en if document is not None else "",
        acting=acting,
    )
