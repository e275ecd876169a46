"""Queries on how the record of access was used: rows of a time, and which office had which case as its work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, select

from app.models.scope import visible
from app.models.statements import in_parts
from app.models.tables.audit import audit
from app.models.tables.cases import answer, case, document
from app.models.tables.officers import officer
from app.models.tables.offices import named, office
from app.models.tables.workflow import notification, user_task

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

_STREAM = "access"
_PART = 2000  # rows read at a time, backwards from the end of the chain


def access_rows(
    session: Session, actions: Collection[str], since: datetime, until: datetime
) -> Iterator[AnyRow]:
    """What of these acts was recorded in a time, newest first.

    The chain is read backwards to the time's begin, so that a week costs its own rows and those since; no index of
    instants is kept for it, which every act would pay for.
    """
    before: int | None = None
    while True:
        statement = select(audit).where(visible(audit, session.scope), audit.c.stream == _STREAM)
        if before is not None:
            statement = statement.where(audit.c.seq < before)
        rows = session.connection.execute(statement.order_by(audit.c.seq.desc()).limit(_PART)).all()
        for row in rows:
            if row.recorded_at < since and row.at < since:
                return
            if row.action in actions and since <= row.at < until:
                yield row
        if len(rows) < _PART:
            return
        before = rows[-1].seq


def cases_of_documents(session: Session, document_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Document -> the case that it belongs to; one of a letter alone is not there."""
    return {
        row.id: row.case_id
        for some in in_parts(document_ids)
        for row in session.connection.execute(
            select(document.c.id, document.c.case_id).where(
                visible(document, session.scope), document.c.id.in_(some), document.c.case_id.is_not(None)
            )
        )
    }


def work_of_cases(session: Session, case_ids: Collection[UUID]) -> Iterator[AnyRow]:
    """Which office and role had a step of a case, and who did it; the intake's with no role."""
    for some in in_parts(case_ids):
        yield from session.connection.execute(
            select(
                user_task.c.case_id,
                user_task.c.office_id,
                user_task.c.role,
                user_task.c.done_by,
                user_task.c.assigned_to,
            ).where(visible(user_task, session.scope), user_task.c.case_id.in_(some))
        )


def answered_by(session: Session, case_ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """(case, officer) of everything that was ever sent in these cases."""
    return {
        (row.case_id, row.answered_by)
        for some in in_parts(case_ids)
        for row in session.connection.execute(
            select(answer.c.case_id, answer.c.answered_by)
            .where(visible(answer, session.scope), answer.c.case_id.in_(some))
            .distinct()
        )
    }


def numbers_of_cases(session: Session, case_ids: Collection[UUID]) -> dict[UUID, str]:
    return {
        row.id: row.number
        for some in in_parts(case_ids)
        for row in session.connection.execute(
            select(case.c.id, case.c.number).where(visible(case, session.scope), case.c.id.in_(some))
        )
    }


def people(session: Session, officer_ids: Collection[UUID]) -> dict[UUID, AnyRow]:
    """Officers of the district by id, with their names."""
    return {
        row.id: row
        for some in in_parts(officer_ids)
        for row in session.connection.execute(
            select(officer.c.id, officer.c.name_hi, officer.c.name_en, officer.c.rank).where(
                officer.c.district_id == session.district_id, officer.c.id.in_(some)
            )
        )
    }


def offices(session: Session, office_ids: Collection[UUID]) -> dict[UUID, AnyRow]:
    """Offices by id, with their names."""
    return {
        row.id: row
        for some in in_parts(office_ids)
        for row in session.connection.execute(
            select(office.c.id, *named(office, "office")).where(
                office.c.district_id == session.district_id, office.c.id.in_(some)
            )
        )
    }


def was_told_since(session: Session, kind: str, since: datetime) -> bool:
    """Whether any office was told of this kind since an instant."""
    return bool(
        session.connection.execute(
            select(func.count())
            .select_from(notification)
            .where(
                and_(
                    visible(notification, session.scope),
                    notification.c.kind == kind,
                    notification.c.at >= since,
                )
            )
        ).scalar_one()
    )
