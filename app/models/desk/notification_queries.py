"""Queries on notices to offices."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from app.domain.ids import new_id
from app.models.scope import visible
from app.models.tables.workflow import notification

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session


def add_once(
    session: Session, office_id: UUID, role: str, case_id: UUID | None, kind: str, at: datetime
) -> bool:
    """Tell an office something, about a case if one is named; not twice within a day. -> whether it was told."""
    before = session.connection.execute(
        select(notification.c.id).where(
            visible(notification, session.scope),
            notification.c.office_id == office_id,
            notification.c.role == role,
            notification.c.case_id == case_id,
            notification.c.kind == kind,
            notification.c.at > at - timedelta(days=1),
        )
    ).first()
    if before is not None:
        return False
    add(session, office_id, role, case_id, kind, at)
    return True


def add(session: Session, office_id: UUID, role: str, case_id: UUID | None, kind: str, at: datetime) -> None:
    """Tell an office something, whatever it was told before."""
    row = {"id": new_id(session.recorded_at), "case_id": case_id, "office_id": office_id, "role": role}
    session.connection.execute(
        insert(notification).values(district_id=session.district_id, **row, kind=kind, at=at)
    )
