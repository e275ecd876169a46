"""Queries on districts, offices and settings; dates of validity are read on the day of the act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from app.domain import offices as rules
from app.domain.offices import OfficeKind
from app.models.offices import district as districts
from app.models.offices import holiday, office, setting
from app.models.scope import visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from app.models.base import AnyRow
    from app.models.scope import Session


def district(session: Session) -> AnyRow:
    """The district of the scope."""
    return session.connection.execute(select(districts).where(districts.c.id == session.district_id)).one()


def find(session: Session, office_id: UUID) -> AnyRow | None:
    return session.connection.execute(
        select(office).where(visible(office, session.scope), office.c.id == office_id)
    ).one_or_none()


def of_kind(session: Session, kind: str, day: date) -> Sequence[AnyRow]:
    """The offices of a kind that exist on this day, by Hindi name."""
    return session.connection.execute(
        select(office)
        .where(visible(office, session.scope), office.c.kind == kind, *_valid(day))
        .order_by(office.c.name_hi, office.c.id)
    ).all()


def only_of_kind(session: Session, kind: str | None, day: date) -> UUID | None:
    """The district's one office of a kind (DM, SP, DCRB, special branch) on this day."""
    return session.connection.execute(
        select(office.c.id)
        .where(visible(office, session.scope), office.c.kind == kind, *_valid(day))
        .order_by(office.c.valid_from.desc(), office.c.id)
        .limit(1)
    ).scalar()


def nearest_of_kind(session: Session, office_id: UUID, kind: OfficeKind) -> UUID | None:
    """The office itself, or its nearest ancestor of the kind (thana -> circle -> SDPO)."""

    def row(each: UUID) -> AnyRow:
        return session.connection.execute(
            select(office.c.kind, office.c.parent_id).where(
                visible(office, session.scope), office.c.id == each
            )
        ).one()

    return rules.nearest(
        office_id, kind, lambda each: row(each).parent_id, lambda each: OfficeKind(row(each).kind)
    )


def settings(session: Session) -> dict[str, Any]:
    """Every setting of the district, by key."""
    rows = session.connection.execute(
        select(setting.c.key, setting.c.value).where(visible(setting, session.scope))
    )
    return {row.key: row.value for row in rows}


def holidays(session: Session) -> Sequence[AnyRow]:
    return session.connection.execute(
        select(holiday).where(visible(holiday, session.scope)).order_by(holiday.c.day)
    ).all()


def _valid(day: date) -> tuple[Any, ...]:
    return (office.c.valid_from <= day, or_(office.c.valid_to.is_(None), office.c.valid_to >= day))
