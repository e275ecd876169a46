"""Queries on documents: of a case, of its letter, staged beside a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from app.models.statements import Query, Update, inserting
from app.models.tables.cases import document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.session import Session
    from app.models.statements import At
    from app.models.tables.base import AnyRow


def insert_documents(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    inserting(document).put(session, rows)


def _there(at: At) -> Any:
    """What is still there, oldest first."""
    return (
        select(document)
        .where(at.visible(document), document.c.destroyed_at.is_(None))
        .order_by(document.c.created_at, document.c.id)
    )


_OF_CASE = Query(
    lambda at: _there(at).where(
        or_(document.c.case_id == at.case_id, document.c.requisition_id == at.requisition_id)
    )
)
_OF_REQUISITION = Query(lambda at: _there(at).where(document.c.requisition_id == at.requisition_id))
OF_DRAFT = Query(lambda at: _there(at).where(document.c.draft_id == at.draft_id))
_FIND = Query(lambda at: _there(at).where(document.c.id == at.document_id))
_SET_DOCUMENT = Update(document, lambda at: [document.c.id == at.document_id])


def of_case(session: Session, case_id: UUID, requisition_id: UUID) -> Sequence[AnyRow]:
    """The papers of a case and of the letter it came with, oldest first."""
    return _OF_CASE.all(session, case_id=case_id, requisition_id=requisition_id)


def of_requisition(session: Session, requisition_id: UUID) -> Sequence[AnyRow]:
    return _OF_REQUISITION.all(session, requisition_id=requisition_id)


def of_draft(session: Session, draft_id: UUID) -> Sequence[AnyRow]:
    return OF_DRAFT.all(session, draft_id=draft_id)


def find(session: Session, document_id: UUID) -> AnyRow | None:
    return _FIND.one_or_none(session, document_id=document_id)


def set_document(session: Session, document_id: UUID, **values: Any) -> None:
    _SET_DOCUMENT.put(session, values, document_id=document_id)


_OWN = Query(
    lambda at: select(document.c.id, document.c.path).where(
        at.visible(document), document.c.case_id == at.case_id
    )
)
_DESTROY = Update(document, lambda at: [document.c.case_id == at.case_id])


def own(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    """The files of a case alone; those of its letter belong to the other persons of the letter too."""
    return _OWN.all(session, case_id=case_id)


def set_destroyed(session: Session, case_id: UUID, at: datetime) -> None:
    """Mark the files of a case as destroyed."""
    _DESTROY.put(session, {"destroyed_at": at}, case_id=case_id)
