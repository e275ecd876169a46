"""Queries behind the factors of signing in: steps and recovery codes, codes to come in by, tries, step-ups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, or_, select, update

from app.models import guarded
from app.models.scope import visible
from app.models.statements import Change, Query, inserting
from app.models.tables.base import insert_or
from app.models.tables.officers import entry_code, login_session, officer, recovery_code, sign_in_try, step_up

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow


# -- the second factor -----------------------------------------------------------------------------------


def take_step(session: Session, officer_id: UUID, step: int) -> bool:
    """Write down that the code of this step was used; False when it, or a later one, was used before."""
    return guarded.change(
        session,
        officer,
        officer.c.id == officer_id,
        or_(officer.c.totp_step.is_(None), officer.c.totp_step < step),
        totp_step=step,
    )


def take_recovery_code(session: Session, officer_id: UUID, digest: bytes, at: datetime) -> bool:
    """Use a recovery code up; False for one that is unknown or was used."""
    return guarded.change(
        session,
        recovery_code,
        recovery_code.c.officer_id == officer_id,
        recovery_code.c.digest == digest,
        recovery_code.c.used_at.is_(None),
        used_at=at,
    )


def replace_recovery_codes(session: Session, officer_id: UUID, rows: Sequence[dict[str, Any]]) -> None:
    session.connection.execute(
        delete(recovery_code).where(
            visible(recovery_code, session.scope), recovery_code.c.officer_id == officer_id
        )
    )
    inserting(recovery_code).put(session, rows)


def recovery_codes_left(session: Session, officer_id: UUID) -> int:
    return (
        session.connection.execute(
            select(func.count()).where(
                visible(recovery_code, session.scope),
                recovery_code.c.officer_id == officer_id,
                recovery_code.c.used_at.is_(None),
            )
        ).scalar()
        or 0
    )


def without_factor(session: Session) -> Sequence[AnyRow]:
    """The officers of the scope who have no second factor yet."""
    return session.connection.execute(
        select(officer.c.id, officer.c.username)
        .where(visible(officer, session.scope), officer.c.totp_secret.is_(None))
        .order_by(officer.c.id)
    ).all()


# -- tries -----------------------------------------------------------------------------------------------


def lock_try(session: Session, name: bytes, device: bytes, now: datetime) -> AnyRow:
    """The tries of a name from a device, locked; the first makes their row.

    One statement, for a success elsewhere may remove the row between a look and a lock.
    """
    key = {"district_id": session.district_id, "name": name, "device": device}
    return session.connection.execute(
        insert_or(session.connection, sign_in_try)
        .values(**key, failures=0, failed_at=now)
        .on_conflict_do_update(index_elements=list(key), set_={"failures": sign_in_try.c.failures})
        .returning(sign_in_try)
    ).one()


def set_try(session: Session, name: bytes, device: bytes, failures: int, at: datetime) -> None:
    key = {"district_id": session.district_id, "name": name, "device": device}
    session.connection.execute(
        update(sign_in_try)
        .where(visible(sign_in_try, session.scope), *_same(key))
        .values(failures=failures, failed_at=at)
    )


def forget_try(session: Session, name: bytes, device: bytes) -> None:
    key = {"district_id": session.district_id, "name": name, "device": device}
    session.connection.execute(delete(sign_in_try).where(visible(sign_in_try, session.scope), *_same(key)))


def forget_old_tries(session: Session, before: datetime) -> int:
    done = session.connection.execute(
        delete(sign_in_try).where(visible(sign_in_try, session.scope), sign_in_try.c.failed_at < before)
    )
    return done.rowcount


def _same(key: dict[str, Any]) -> list[Any]:
    return [sign_in_try.c[column] == value for column, value in key.items()]


# -- codes to come in by ---------------------------------------------------------------------------------


def insert_entry_code(session: Session, row: dict[str, Any]) -> None:
    inserting(entry_code).put(session, [row])


def entry_codes(session: Session, now: datetime, **values: Any) -> Sequence[AnyRow]:
    """The codes that still stand, with these values, the newest first."""
    return session.connection.execute(
        select(entry_code)
        .where(
            visible(entry_code, session.scope),
            entry_code.c.closed_at.is_(None),
            entry_code.c.expires_at > now,
            *(entry_code.c[name] == value for name, value in values.items()),
        )
        .order_by(entry_code.c.asked_at.desc(), entry_code.c.id)
    ).all()


def entry_code_requests(session: Session, now: datetime) -> Sequence[AnyRow]:
    """What an administrator has asked for and a second one has not agreed to, with the officer's names."""
    asking = officer.alias("asking")
    return session.connection.execute(
        select(
            entry_code,
            officer.c.username,
            officer.c.name_hi,
            officer.c.name_en,
            officer.c.active,
            asking.c.name_hi.label("asked_by_hi"),
            asking.c.name_en.label("asked_by_en"),
        )
        .join(
            officer,
            and_(officer.c.district_id == entry_code.c.district_id, officer.c.id == entry_code.c.officer_id),
        )
        .join(
            asking,
            and_(asking.c.district_id == entry_code.c.district_id, asking.c.id == entry_code.c.asked_by),
        )
        .where(
            visible(entry_code, session.scope),
            entry_code.c.closed_at.is_(None),
            entry_code.c.digest.is_(None),
            entry_code.c.expires_at > now,
        )
        .order_by(entry_code.c.asked_at, entry_code.c.id)
    ).all()


def entry_code_of(session: Session, entry_code_id: UUID) -> AnyRow | None:
    return session.connection.execute(
        select(entry_code).where(visible(entry_code, session.scope), entry_code.c.id == entry_code_id)
    ).one_or_none()


def agree(session: Session, entry_code_id: UUID, digest: bytes, expires_at: datetime) -> bool:
    """Give an asked-for code its digest; False when another was quicker."""
    return guarded.change(
        session,
        entry_code,
        entry_code.c.id == entry_code_id,
        entry_code.c.digest.is_(None),
        entry_code.c.closed_at.is_(None),
        digest=digest,
        expires_at=expires_at,
    )


def close_entry_codes(session: Session, officer_id: UUID, at: datetime) -> None:
    """Void every code of an officer, and end the sessions that were opened by one."""
    session.connection.execute(
        update(entry_code)
        .where(
            visible(entry_code, session.scope),
            entry_code.c.officer_id == officer_id,
            entry_code.c.closed_at.is_(None),
        )
        .values(closed_at=at)
    )
    session.connection.execute(
        update(login_session)
        .where(
            visible(login_session, session.scope),
            login_session.c.officer_id == officer_id,
            login_session.c.stage != "open",
            login_session.c.ended_at.is_(None),
        )
        .values(ended_at=at)
    )


# -- step-ups --------------------------------------------------------------------------------------------


def insert_step_up(session: Session, row: dict[str, Any]) -> None:
    inserting(step_up).put(session, [row])


_STEP_UP = Query(lambda at: select(step_up).where(at.visible(step_up), step_up.c.id == at.step_up_id))
_USE_STEP_UP = Change(
    step_up,
    lambda at: (
        update(step_up)
        .where(
            at.visible(step_up),
            step_up.c.id == at.step_up_id,
            step_up.c.officer_id == at.officer_id,
            step_up.c.session_id == at.session_id,
            step_up.c.proven_at.is_not(None),
            step_up.c.used_at.is_(None),
            step_up.c.expires_at >= at.now,
        )
        .values(used_at=at.now)
        .returning(*step_up.columns)
    ),
)


def find_step_up(session: Session, step_up_id: UUID) -> AnyRow | None:
    return _STEP_UP.one_or_none(session, step_up_id=step_up_id)


def prove_step_up(session: Session, step_up_id: UUID, at: datetime) -> bool:
    """Mark a step-up as proven, once."""
    unproven = (step_up.c.id == step_up_id, step_up.c.proven_at.is_(None))
    return guarded.change(session, step_up, *unproven, proven_at=at)


def use_step_up(
    session: Session, step_up_id: UUID, officer_id: UUID, session_id: UUID | None, at: datetime
) -> AnyRow | None:
    """Use a proven step-up of this officer, from this session of his, up; of two acts that try, one may.

    -> the row as it is now, None where there is none such, or it is not proven, ran out or was used before.
    """
    return _USE_STEP_UP.returned(
        session, step_up_id=step_up_id, officer_id=officer_id, session_id=session_id, now=at
    )


def delete_old_step_ups(session: Session, before: datetime) -> None:
    session.connection.execute(
        delete(step_up).where(visible(step_up, session.scope), step_up.c.expires_at < before)
    )
