"""Queries on officers and postings as other rooms need them: names, and who can be named for an enquiry."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import and_, func, select

from app.domain.posts import REGULAR
from app.domain.roles import Role
from app.models.scope import visible
from app.models.statements import Query
from app.models.tables.base import valid_on
from app.models.tables.officers import officer, posting
from app.models.tables.workflow import user_task

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from app.models.scope import Session
    from app.models.tables.base import AnyRow


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
    """Who may enquire for a thana on this day, the SHO too: the freest first, open tasks as `load`."""
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
        select(
            officer.c.id,
            officer.c.name_hi,
            officer.c.name_en,
            officer.c.rank,
            posting.c.role,
            posting.c.kind,
            load.label("load"),
        )
        .join(
            posting,
            and_(posting.c.district_id == officer.c.district_id, posting.c.officer_id == officer.c.id),
        )
        .where(
            visible(officer, session.scope),
            officer.c.active,
            posting.c.office_id == UUID(office_id),
            posting.c.role.in_((Role.ENQUIRY_OFFICER, Role.SHO)),
            *valid_on(posting.c, day),
        )
        .order_by(load, officer.c.name_hi, officer.c.id)
    )
    return session.connection.execute(statement).all()


_POSTED = Query(
    lambda at: select(posting.c.role).where(
        at.visible(posting),
        posting.c.officer_id == at.officer_id,
        posting.c.office_id == at.office_id,
        *valid_on(posting.c, at.day),
    )
)


def roles_in(session: Session, officer_id: UUID, office_id: UUID, day: date) -> list[str]:
    """The roles that an officer holds in an office on this day, however he was posted."""
    return [row.role for row in _POSTED.all(session, officer_id=officer_id, office_id=office_id, day=day)]


def holding(session: Session, office_ids: Collection[UUID], role: str, day: date) -> Sequence[AnyRow]:
    """Who holds a role in each of these offices on this day, with the telephone number of his account."""
    statement = (
        select(posting.c.office_id, officer.c.name_hi, officer.c.name_en, officer.c.phone)
        .join(
            officer,
            and_(officer.c.district_id == posting.c.district_id, officer.c.id == posting.c.officer_id),
        )
        .where(
            visible(officer, session.scope),
            officer.c.active,
            posting.c.office_id.in_(office_ids),
            posting.c.role == role,
            *valid_on(posting.c, day),
        )
        .order_by(posting.c.kind.desc(), posting.c.valid_from, posting.c.id)
    )
    return session.connection.execute(statement).all()


def posts_of(session: Session, officer_ids: Collection[UUID]) -> Sequence[AnyRow]:
    """Every post that these officers have or had, in order."""
    statement = select(posting).where(visible(posting, session.scope), posting.c.officer_id.in_(officer_ids))
    return session.connection.execute(statement.order_by(posting.c.valid_from, posting.c.id)).all()


def regular_posts_in(session: Session, office_ids: Collection[UUID]) -> Sequence[AnyRow]:
    """Who holds or held a regular post in these offices, by name, in order."""
    statement = (
        select(posting, officer.c.name_hi, officer.c.name_en)
        .join(
            officer,
            and_(officer.c.district_id == posting.c.district_id, officer.c.id == posting.c.officer_id),
        )
        .where(
            visible(posting, session.scope),
            posting.c.office_id.in_(office_ids),
            posting.c.kind == REGULAR,
        )
        .order_by(posting.c.valid_from, posting.c.id)
    )
    return session.connection.execute(statement).all()
