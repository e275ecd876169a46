"""Queries that set up a district: written once, by the command line, under the system's scope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, insert, select

from app.models.scope import visible
from app.models.statements import inserting
from app.models.tables.base import valid_on
from app.models.tables.officers import officer, posting
from app.models.tables.offices import district, holiday, jurisdiction, office

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from app.models.scope import Session
    from app.models.tables.base import AnyRow


def has_district(session: Session, code: int) -> bool:
    return session.connection.execute(select(district.c.id).where(district.c.id == code)).first() is not None


def districts(session: Session) -> list[int]:
    """The codes of every district of the installation."""
    return list(session.connection.execute(select(district.c.id).order_by(district.c.id)).scalars())


def insert_district(session: Session, values: tuple[int, str, str, str, str, bool]) -> None:
    code, key, name_hi, name_en, short, demo = values
    session.connection.execute(
        insert(district).values(id=code, key=key, name_hi=name_hi, name_en=name_en, code=short, demo=demo)
    )


def insert_offices(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    inserting(office).put(session, rows)


def insert_jurisdiction(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    inserting(jurisdiction).put(session, rows)


def insert_holidays(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    inserting(holiday).put(session, rows)


def insert_officers(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    inserting(officer).put(session, rows)


def insert_postings(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    inserting(posting).put(session, rows)


def offices(session: Session) -> Sequence[AnyRow]:
    """Every office of the district, by kind and key."""
    return session.connection.execute(
        select(office).where(visible(office, session.scope)).order_by(office.c.kind, office.c.key)
    ).all()


def has_officers(session: Session) -> bool:
    return (
        session.connection.execute(
            select(officer.c.id).where(visible(officer, session.scope)).limit(1)
        ).first()
        is not None
    )


def postings(session: Session, day: date) -> Sequence[AnyRow]:
    """Who holds which post on a day, with the office's key; in the order of the user names.

    `has_come`: whether its officer has chosen a password, and so can sign in.
    """
    own = (posting.c.id, posting.c.officer_id, posting.c.office_id, posting.c.role, office.c.key)
    return session.connection.execute(
        select(*own, and_(officer.c.active, officer.c.password_hash != "").label("has_come"))
        .join(office, and_(office.c.district_id == posting.c.district_id, office.c.id == posting.c.office_id))
        .join(
            officer,
            and_(officer.c.district_id == posting.c.district_id, officer.c.id == posting.c.officer_id),
        )
        .where(
            visible(posting, session.scope),
            *valid_on(posting.c, day),
        )
        .order_by(officer.c.username, posting.c.id)
    ).all()
