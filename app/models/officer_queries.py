"""Queries on officers and postings as other rooms need them: names, and who can be named for an enquiry."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from app.models.officers import officer, posting
from app.models.scope import visible
from app.models.statements import Query
from app.models.workflow import user_task

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from app.models.base import AnyRow
    from app.models.scope import Session


_NAMES = Query(
    lambda at: select(officer.c.name_hi, officer.c.name_en).where(
        at.visible(officer), officer.c.id == at.officer_id
    )
)


def names(session: Session, officer_id: UUID | None) -> tuple[str, str]:
    """An officer's name in both languages; empty for nobody."""
    row = None if officer_id is None else _NAMES.one_or_none(session, officer_id=officer_id)
    return (row.name_hi, row.name_en) if row is not None else ("", "")


def enquiry_officers(session: Session, office_id: str, day: date) -> Sequence[AnyRow]:
    """The enquiry officers posted to a thana on this day, with their open tasks as `load`, the freest first."""
    load = (
        select(func.count())
        .where(
            user_task.c.district_id == officer.c.district_id,
            user_task.c.assigned_to == officer.c.id,
            user_task.c.state == "open",
        )
        .correlate(officer)
        .scalar_subquery()
    )
    statement = (
        select(officer.c.id, officer.c.name_hi, officer.c.name_en, officer.c.rank, load.label("load"))
        .join(
            posting,
            and_(posting.c.district_id == officer.c.district_id, posting.c.officer_id == officer.c.id),
        )
        .where(
            visible(officer, session.scope),
            officer.c.active,
            posting.c.office_id == UUID(office_id),
            posting.c.role == "enquiry_officer",
            posting.c.valid_from <= day,
            or_(posting.c.valid_to.is_(None), posting.c.valid_to >= day),
        )
        .order_by(load, officer.c.name_hi, officer.c.id)
    )
    return session.connection.execute(statement).all()
