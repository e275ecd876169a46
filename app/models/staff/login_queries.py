"""Queries behind signing in: accounts by name, the posts of an officer on a day, sessions by their digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, insert, or_, select, true, update

from app.models.scope import visible
from app.models.statements import Query
from app.models.tables.base import valid_on
from app.models.tables.officers import login_session, officer, posting
from app.models.tables.offices import district, named, office

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.statements import At
    from app.models.tables.base import AnyRow


def accounts(session: Session, username: str) -> Sequence[AnyRow]:
    """The accounts of this name: one a district at most."""
    return session.connection.execute(
        select(officer)
        .where(visible(officer, session.scope), officer.c.username == username)
        .order_by(officer.c.district_id)
    ).all()


def account(session: Session, officer_id: UUID) -> AnyRow | None:
    return session.connection.execute(
        select(officer).where(visible(officer, session.scope), officer.c.id == officer_id)
    ).one_or_none()


def found_by_name(session: Session, words: str, *, shut: bool, limit: int) -> Sequence[AnyRow]:
    """The open or the shut accounts with these signs in a name or the user name, by name."""
    own = officer.c
    fits = (each.icontains(words, autoescape=True) for each in (own.username, own.name_hi, own.name_en))
    return session.connection.execute(
        select(own.id, own.username, own.name_hi, own.name_en, own.rank, own.shut_on, own.shut_why)
        .where(visible(officer, session.scope), own.active == (not shut), or_(*fits))
        .order_by(own.name_hi, own.username)
        .limit(limit)
    ).all()


def set_account(session: Session, officer_id: UUID, **values: Any) -> None:
    session.connection.execute(
        update(officer).where(visible(officer, session.scope), officer.c.id == officer_id).values(**values)
    )


def count_failure(session: Session, officer_id: UUID, at: datetime) -> None:
    set_account(session, officer_id, failures=officer.c.failures + 1, failed_at=at)


def _posts_on(at: At) -> Any:
    return (
        select(
            posting.c.id,
            posting.c.office_id,
            posting.c.role,
            posting.c.kind,
            posting.c.valid_from,
            *named(office, "office"),
        )
        .join(office, and_(office.c.district_id == posting.c.district_id, office.c.id == posting.c.office_id))
        .where(at.visible(posting), posting.c.officer_id == at.officer_id, *valid_on(posting.c, at.day))
        .order_by(posting.c.valid_from, posting.c.id)
    )


_posts = Query(_posts_on)


def posts(session: Session, officer_id: UUID, day: date) -> Sequence[Any]:
    """The postings of an officer that hold on this day, the regular one first."""
    order = {"regular": 0, "charge": 1, "substitute": 2}
    rows = _posts.all(session, officer_id=officer_id, day=day)
    return sorted(rows, key=lambda row: order.get(row.kind, len(order)))


def _last_post(at: At) -> Any:
    return (
        select(posting, *named(office, "office"))
        .join(office, and_(office.c.district_id == posting.c.district_id, office.c.id == posting.c.office_id))
        .where(at.visible(posting), posting.c.officer_id == at.officer_id, posting.c.valid_to < at.day)
        .order_by(posting.c.valid_to.desc(), posting.c.id.desc())
        .limit(1)
    )


_LAST_POST = Query(_last_post)


def last_post(session: Session, officer_id: UUID, day: date) -> Any:
    """The post of an officer that ended last before this day; or None."""
    return _LAST_POST.first(session, officer_id=officer_id, day=day)


def insert_session(session: Session, row: dict[str, Any]) -> None:
    session.connection.execute(insert(login_session).values(**row))


def _session_with_officer(at: At) -> Any:
    return (
        select(login_session, officer.c.version, officer.c.active)
        .join(
            officer,
            and_(
                officer.c.district_id == login_session.c.district_id,
                officer.c.id == login_session.c.officer_id,
            ),
        )
        .where(at.visible(login_session), login_session.c.digest == at.digest)
    )


_by_digest = Query(_session_with_officer)  # asked by every request: compiled once


def by_digest(session: Session, digest: bytes) -> Any:
    """A session with what every request must know of its officer: one row, no second query; or None."""
    return _by_digest.one_or_none(session, digest=digest)


def set_session(session: Session, session_id: UUID, **values: Any) -> None:
    session.connection.execute(
        update(login_session)
        .where(visible(login_session, session.scope), login_session.c.id == session_id)
        .values(**values)
    )


def open_sessions(session: Session, officer_id: UUID) -> Sequence[AnyRow]:
    """The sessions of an officer that nobody has ended; the caller knows which have run out."""
    return session.connection.execute(
        select(login_session)
        .where(
            visible(login_session, session.scope),
            login_session.c.officer_id == officer_id,
            login_session.c.ended_at.is_(None),
            login_session.c.stage == "open",
        )
        .order_by(login_session.c.last_seen_at.desc(), login_session.c.id)
    ).all()


def end_others(session: Session, officer_id: UUID, session_id: UUID | None, now: datetime) -> None:
    """End the officer's sessions, but for this one."""
    session.connection.execute(
        update(login_session)
        .where(
            visible(login_session, session.scope),
            login_session.c.officer_id == officer_id,
            true() if session_id is None else login_session.c.id != session_id,
            login_session.c.ended_at.is_(None),
        )
        .values(ended_at=now)
    )


def districts(session: Session) -> Sequence[AnyRow]:
    return session.connection.execute(select(district).order_by(district.c.id)).all()


def staff(session: Session, day: date) -> Sequence[AnyRow]:
    """Offices and posted officers of each kind of office on this day."""
    return session.connection.execute(
        select(
            office.c.kind,
            func.count(office.c.id.distinct()).label("offices"),
            func.count(posting.c.officer_id.distinct()).label("officers"),
        )
        .outerjoin(
            posting,
            and_(
                posting.c.district_id == office.c.district_id,
                posting.c.office_id == office.c.id,
                *valid_on(posting.c, day),
            ),
        )
        .where(
            visible(office, session.scope),
            *valid_on(office.c, day),
        )
        .group_by(office.c.kind)
        .order_by(office.c.kind)
    ).all()


def holders(session: Session, role: str, day: date) -> Sequence[AnyRow]:
    """The active accounts that hold a role on this day."""
    return session.connection.execute(
        select(officer)
        .join(
            posting,
            and_(posting.c.district_id == officer.c.district_id, posting.c.officer_id == officer.c.id),
        )
        .where(
            visible(officer, session.scope),
            officer.c.active,
            posting.c.role == role,
            *valid_on(posting.c, day),
        )
        .order_by(officer.c.id)
    ).all()


def office_names(session: Session, officer_id: UUID) -> list[str]:
    """The names of every office that the officer was ever posted to."""
    rows = session.connection.execute(
        select(office.c.name_hi, office.c.name_en)
        .join(
            posting, and_(office.c.district_id == posting.c.district_id, office.c.id == posting.c.office_id)
        )
        .where(visible(posting, session.scope), posting.c.officer_id == officer_id)
        .order_by(office.c.name_hi)
    ).all()
    return [name for row in rows for name in row]


_demo_account = Query(
    lambda at: (
        select(officer)
        .join(district, district.c.id == officer.c.district_id)
        .where(at.visible(officer), officer.c.id == at.officer_id, district.c.demo)
    )
)


def demo_account(session: Session, officer_id: UUID) -> AnyRow | None:
    """An account of a demo district; None for any other."""
    return _demo_account.one_or_none(session, officer_id=officer_id)


def demo_accounts(session: Session, day: date) -> Sequence[Any]:
    """Every account of the demo districts with its regular post, for the buttons of the sign-in page."""
    return session.connection.execute(
        select(
            officer.c.district_id,
            officer.c.id.label("officer_id"),
            officer.c.name_hi,
            officer.c.name_en,
            posting.c.role,
            *named(office, "office"),
            district.c.name_hi.label("district_hi"),
            district.c.name_en.label("district_en"),
        )
        .join(
            posting,
            and_(posting.c.district_id == officer.c.district_id, posting.c.officer_id == officer.c.id),
        )
        .join(office, and_(office.c.district_id == posting.c.district_id, office.c.id == posting.c.office_id))
        .join(district, district.c.id == officer.c.district_id)
        .where(
            visible(officer, session.scope),
            district.c.demo,
            officer.c.active,
            posting.c.kind == "regular",
            *valid_on(posting.c, day),
        )
        .order_by(office.c.name_hi, posting.c.role, officer.c.name_hi, officer.c.id)
    ).all()
