"""A paper that was delivered to a department, as the department opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.errors import NotFound
from app.domain.roles import Permission
from app.models.casefile import document_queries as filed
from app.models.intake import department_queries as table
from app.services.casefile import casepapers, sightings
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database
    from app.services.store.documents import File


def open_first(database: Database, actor: Actor, delivery_id: UUID, now: datetime) -> AnyRow:
    """Note that the department opens the paper, and whether for the first time; -> its document.

    Raises NotFound, NotAllowed.
    """

    def noted(session: Session) -> AnyRow:
        _, document = _delivered(session, actor, delivery_id)
        is_first = table.set_opened(session, delivery_id, now, actor.officer_id)
        sightings.note_document(session, actor, document, now, turns=False, first=is_first)
        return document

    return database.write(noted, actor_scope(actor))


def open_paper(database: Database, actor: Actor, delivery_id: UUID, now: datetime) -> File:
    """The same; -> the paper to take away."""
    document = open_first(database, actor, delivery_id, now)
    return database.read(lambda session: casepapers.read(session, document), actor_scope(actor))


def take(
    database: Database, actor: Actor, delivery_id: UUID, now: datetime, *, turns: bool = False
) -> File | None:
    """A paper that the department has opened, to take away or look at again; None where it has not.

    `turns`: it is looked at page by page, see `sightings.note_document`. Raises NotFound, NotAllowed.
    """

    def noted(session: Session) -> AnyRow | None:
        row, document = _delivered(session, actor, delivery_id)
        if row.opened_at is None:
            return None
        sightings.note_document(session, actor, document, now, turns=turns, first=False)
        return document

    scope = actor_scope(actor)
    document = database.write(noted, scope)
    return database.read(lambda session: casepapers.read(session, document), scope) if document else None


def _delivered(session: Session, actor: Actor, delivery_id: UUID) -> tuple[AnyRow, AnyRow]:
    actor.require(Permission.DEPARTMENT_PAPER)
    row = table.delivered(session, delivery_id)
    document = filed.find(session, row.document_id) if row is not None else None
    if row is None or document is None:
        raise NotFound
    return row, document
