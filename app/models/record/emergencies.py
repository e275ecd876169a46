"""Emergency openings: which officer opened which case outside his sight, on what ground, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Index, String, and_, func, select

from app.models.scope import visible
from app.models.statements import inserting
from app.models.tables.base import UtcDateTime, case_table, uuid_column
from app.models.tables.officers import officer
from app.models.tables.offices import named, office
from app.models.tables.workflow import notification

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

emergency = case_table(
    "break_glass",  # the name of its first release, which the record and the notices keep, too
    uuid_column("case_id"),
    uuid_column("officer_id"),
    uuid_column("office_id"),  # in whose name he acted
    Column("role", String(24), nullable=False),
    Column("number", String(40), nullable=False),  # of the case
    Column("ground", String(16), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Index("ix_break_glass_officer", "district_id", "officer_id", "opened_at"),
    scope="officer",
    parents=[("case_id", "case"), ("officer_id", "officer"), ("office_id", "office")],
)
_c = emergency.c


def insert_opening(session: Session, row: Mapping[str, Any]) -> None:
    inserting(emergency).put(session, [row])


def count_since(session: Session, officer_id: UUID, since: datetime) -> int:
    """How many cases an officer opened so since an instant."""
    return int(
        session.connection.execute(
            select(func.count())
            .select_from(emergency)
            .where(visible(emergency, session.scope), _c.officer_id == officer_id, _c.opened_at >= since)
        ).scalar_one()
    )


def lasting(session: Session, officer_id: UUID, office_id: UUID, now: datetime) -> Sequence[AnyRow]:
    """What an officer of an office has open now, the latest first."""
    statement = (
        select(_c.case_id, _c.number, _c.ground, _c.opened_at, _c.until)
        .where(
            visible(emergency, session.scope),
            _c.officer_id == officer_id,
            _c.office_id == office_id,
            _c.until > now,
        )
        .order_by(_c.opened_at.desc(), _c.id.desc())
    )
    return session.connection.execute(statement).all()


def told_to(session: Session, office_id: UUID, role: str, kind: str, since: datetime) -> Sequence[AnyRow]:
    """The openings of which a post was told since an instant, latest first, with who opened which case and why."""
    statement = (
        select(
            _c.number,
            _c.ground,
            _c.opened_at,
            _c.until,
            _c.role,
            _c.officer_id,
            _c.office_id,
            officer.c.name_hi.label("officer_hi"),
            officer.c.name_en.label("officer_en"),
            *named(office, "office"),
        )
        .join(
            notification,
            and_(
                notification.c.district_id == _c.district_id,
                notification.c.case_id == _c.case_id,
                notification.c.at == _c.opened_at,
            ),
        )
        .join(officer, and_(officer.c.district_id == _c.district_id, officer.c.id == _c.officer_id))
        .join(office, and_(office.c.district_id == _c.district_id, office.c.id == _c.office_id))
        .where(
            visible(emergency, session.scope),
            visible(notification, session.scope),
            notification.c.office_id == office_id,
            notification.c.role == role,
            notification.c.kind == kind,
            _c.opened_at >= since,
        )
        .order_by(_c.opened_at.desc(), _c.id.desc())
    )
    return session.connection.execute(statement).all()
