"""What is looked at beside a form: a document of its case, the paper that it issues, a file that was put into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from app.domain.errors import NotFound
from app.models.casefile import document_queries as filed
from app.services.casefile import sightings
from app.services.desk import previews, sheets, tasks
from app.services.papers import certificates
from app.services.store import documents
from app.services.store.documents import File
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.formjs import Posted
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.desk.taskpage import TaskView
    from app.services.store.database import Database
    from app.services.store.documents import Upload

#: What is looked at where it is none of the case's documents.
PAPER = "paper"
_EMPTY: tuple[object, ...] = (None, "", [], {}, False)


def keep_typed(
    database: Database,
    actor: Actor,
    task_id: UUID,
    posted: Posted,
    uploads: Sequence[Upload],
    now: datetime,
) -> None:
    """As `tasks.save_draft`, before something is looked at. A form as it was shown keeps and takes nothing."""
    sheet = database.read(lambda session: sheets.read(session, actor, task_id, now), actor_scope(actor))
    before = sheet.kept() or sheet.initial()
    if uploads or _answered(sheet.typed(posted, sheet.staged)) != _answered(before):
        tasks.save_draft(database, actor, task_id, posted, uploads, now)


def _answered(value: Any) -> Any:
    """An answer without what is left empty in it: a box that was never touched is posted as an empty one."""
    if isinstance(value, Mapping):
        return {name: kept for name, each in value.items() if (kept := _answered(each)) not in _EMPTY}
    if isinstance(value, list):
        return [kept for each in value if (kept := _answered(each)) not in _EMPTY]
    return value


def open_paper(database: Database, actor: Actor, task: TaskView, what: str, now: datetime) -> File:
    """The paper to show beside this task's form: `PAPER`, or the id of one of its documents; the look is recorded.

    Raises NotFound for any other, and as `previews.draw` and `certificates.file`.
    """
    if what == PAPER:
        return File(PAPER, "application/pdf", previews.draw(database, actor, task.task_id, now))
    for each in task.aside.documents:
        if str(each.id) == what:
            return certificates.file(database, actor, each.id, now, turns=True)
    raise NotFound


def staged(
    database: Database, actor: Actor, document_id: UUID, now: datetime, *, turns: bool = False
) -> File:
    """A file that lies in a form which is not sent yet, for the officer who put it there; the look is recorded.

    `turns`: as for `certificates.file`. Raises NotFound for every other file, and for everybody else.
    """

    def noted(session: Session) -> AnyRow:
        row = filed.find(session, document_id)
        if row is None or row.draft_id is None or row.created_by != actor.officer_id:
            raise NotFound
        sightings.note_document(session, actor, row, now, turns=turns)
        return row

    scope = actor_scope(actor)
    row = database.write(noted, scope)
    return database.read(lambda session: documents.read(session, row), scope)
