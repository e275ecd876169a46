"""Queries on what was begun and never sent: drafts nobody touched, uploads without a draft, files without a row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import and_, delete, exists, or_, select, update

from app.models.intake.lodgements import lodgement
from app.models.intake.memos import memo
from app.models.intake.rosters import roster_row
from app.models.issuing.bundles import GONE, bundle, bundle_piece
from app.models.scope import visible
from app.models.statements import Change
from app.models.tables.cases import data_key, document
from app.models.tables.officers import draft

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from app.models.session import Session
    from app.models.tables.base import AnyRow

_NAMED = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}")
_HEX = 32  # characters of an id


def lock_idle_drafts(
    session: Session, before: datetime, sooner: tuple[str, datetime], limit: int
) -> Sequence[AnyRow]:
    """Drafts last touched before this instant, or the later one of their form, locked: nobody sends one meanwhile."""
    form, its_before = sooner
    is_idle = or_(draft.c.updated_at < before, and_(draft.c.form == form, draft.c.updated_at < its_before))
    statement = (
        select(draft.c.id, draft.c.data_key_id)
        .where(visible(draft, session.scope), is_idle)
        .order_by(draft.c.updated_at, draft.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return session.connection.execute(statement).all()


def documents_of_drafts(session: Session, draft_ids: Collection[UUID]) -> Sequence[AnyRow]:
    """Every upload staged under these drafts, also one that was taken out again."""
    statement = select(document.c.id, document.c.draft_id, document.c.path).where(
        visible(document, session.scope), document.c.draft_id.in_(draft_ids)
    )
    return session.connection.execute(statement).all()


def loose_documents(session: Session, before: datetime, limit: int) -> Sequence[AnyRow]:
    """Uploads that were taken out of their draft, and old ones whose draft has gone without them.

    A letter of a department, and a row of a list, keep their files as a draft does.
    """
    has_draft = or_(
        *(
            exists().where(table.c.district_id == document.c.district_id, table.c.id == document.c.draft_id)
            for table in (draft, lodgement, roster_row, memo)
        )
    )
    statement = (
        select(document.c.id, document.c.path)
        .where(
            visible(document, session.scope),
            document.c.draft_id.is_not(None),
            or_(document.c.destroyed_at.is_not(None), and_(document.c.created_at < before, ~has_draft)),
        )
        .order_by(document.c.id)
        .limit(limit)
    )
    return session.connection.execute(statement).all()


_DELETE_DOCUMENT = Change(
    document,
    lambda at: delete(document).where(
        at.visible(document), document.c.id == at.document_id, document.c.draft_id.is_not(None)
    ),
)
_DESTROY_DRAFT_KEY = Change(
    data_key,
    lambda at: (
        update(data_key)
        .where(at.visible(data_key), data_key.c.id == at.key_id, data_key.c.kind == "draft")
        .values(wrapped=None, destroyed_at=at.at)
    ),
)


def delete_document(session: Session, document_id: UUID) -> None:
    """Delete the row of an upload; one that was attached in the meantime stays."""
    _DELETE_DOCUMENT.put(session, document_id=document_id)


def destroy_draft_key(session: Session, key_id: UUID, at: datetime) -> None:
    """Destroy a key that no case and no letter has taken over; any other stays."""
    _DESTROY_DRAFT_KEY.put(session, key_id=key_id, at=at)


def known_paths(session: Session, paths: Collection[str]) -> list[str]:
    """Those of these paths at which a row has its file: a document, or a file made of many and what it is made of."""
    statement = select(document.c.path).where(visible(document, session.scope), document.c.path.in_(paths))
    return [*session.connection.execute(statement).scalars(), *_bundled(session, paths)]


def _bundled(session: Session, paths: Collection[str]) -> list[str]:
    """Those of these paths, named by an id, at which a file for an officer lies or a piece of one."""
    named = {UUID(path[-_HEX:]): path for path in paths if _NAMED.fullmatch(path)}
    wanted = (
        select(bundle.c.id).where(
            visible(bundle, session.scope), bundle.c.id.in_(named), bundle.c.state != GONE
        ),
        select(bundle_piece.c.id).where(visible(bundle_piece, session.scope), bundle_piece.c.id.in_(named)),
    )
    return [named[each] for one in wanted for each in session.connection.execute(one).scalars()]
