"""Queries behind passkeys: the keys of an officer, and what they are asked to sign, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from app.models import guarded
from app.models.scope import visible
from app.models.statements import inserting
from app.models.tables.officers import passkey, passkey_challenge

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow


def passkeys(session: Session, officer_id: UUID) -> Sequence[AnyRow]:
    """The keys of an officer, the oldest first."""
    return session.connection.execute(
        select(passkey)
        .where(visible(passkey, session.scope), passkey.c.officer_id == officer_id)
        .order_by(passkey.c.made_at, passkey.c.id)
    ).all()


def by_credential(session: Session, credential: bytes) -> AnyRow | None:
    """The key that browsers know by this id, whoever's it is."""
    return session.connection.execute(
        select(passkey).where(visible(passkey, session.scope), passkey.c.credential == credential)
    ).one_or_none()


def insert_passkey(session: Session, row: dict[str, Any]) -> None:
    inserting(passkey).put(session, [row])


def move_counter(session: Session, passkey_id: UUID, counter: int, at: datetime) -> bool:
    """Write down a use; False where the key has signed as often or oftener before. A key may count nothing at all."""
    before = passkey.c.counter < counter if counter else passkey.c.counter == 0
    return guarded.change(session, passkey, passkey.c.id == passkey_id, before, counter=counter, used_at=at)


def set_doubted(session: Session, passkey_id: UUID, at: datetime) -> None:
    session.connection.execute(
        update(passkey)
        .where(visible(passkey, session.scope), passkey.c.id == passkey_id)
        .values(doubted_at=at)
    )


def delete_passkey(session: Session, officer_id: UUID, passkey_id: UUID) -> bool:
    """Remove an officer's key; False for one that is not his."""
    done = session.connection.execute(
        delete(passkey).where(
            visible(passkey, session.scope),
            passkey.c.officer_id == officer_id,
            passkey.c.id == passkey_id,
        )
    )
    return done.rowcount == 1


# -- challenges ------------------------------------------------------------------------------------------


def insert_challenge(session: Session, row: dict[str, Any]) -> None:
    inserting(passkey_challenge).put(session, [row])


def take_challenge(session: Session, kind: str, challenge_id: UUID) -> AnyRow | None:
    """What was asked of a browser; it is gone with this, and asked of nobody twice."""
    return _take(session, kind, passkey_challenge.c.id == challenge_id)


def take_challenge_of(session: Session, kind: str, step_up_id: UUID) -> AnyRow | None:
    """What was asked for a step-up, the newest; it is gone with this."""
    return _take(session, kind, passkey_challenge.c.step_up_id == step_up_id)


def _take(session: Session, kind: str, which: Any) -> AnyRow | None:
    found = session.connection.execute(
        delete(passkey_challenge)
        .where(visible(passkey_challenge, session.scope), passkey_challenge.c.kind == kind, which)
        .returning(passkey_challenge)
    ).all()
    return found[0] if found else None


def delete_old_challenges(session: Session, before: datetime) -> None:
    session.connection.execute(
        delete(passkey_challenge).where(
            visible(passkey_challenge, session.scope), passkey_challenge.c.expires_at < before
        )
    )
