"""What a passkey is asked and what it proves: a challenge is a row, asked once, for one purpose and one content.

A challenge lives five minutes and is gone with the first answer to it, whichever process gets that. At the door it
belongs to the browser that asked for it; at a step-up to that request, and what the key signs contains the digest of
the act and of everything that the act covers.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from app import webauthn
from app.crypto import Unsealable
from app.domain.errors import NotFound
from app.domain.ids import new_id
from app.models.staff import passkey_queries as table
from app.services.store import audit

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

ENTER, CONFIRM, ADD, OWN = "enter", "confirm", "add", "own"
HOLDS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser sent: the JSON of its answer, and the challenge that was taken for it; None: there was none."""

    text: str
    challenge: bytes | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A challenge, and the id by which a browser at the door comes back to it."""

    id: UUID
    challenge: bytes


def site(at: Session | Database) -> webauthn.Site | None:
    """Where this installation's passkeys hold; None where it can have none."""
    return webauthn.site(at.public_address)


def ask(
    session: Session, kind: str, now: datetime, *, step_up_id: UUID | None = None, about: bytes = b""
) -> Asked:
    """A new challenge in the place of a former one for the same step-up; `about` is the digest of its content."""
    if step_up_id is not None:
        table.take_challenge_of(session, kind, step_up_id)
    nonce, challenge_id = secrets.token_bytes(webauthn.CHALLENGE_BYTES), new_id(session.recorded_at)
    table.insert_challenge(
        session,
        {
            "id": challenge_id,
            "kind": kind,
            "step_up_id": step_up_id,
            "nonce": nonce,
            "expires_at": now + HOLDS,
        },
    )
    return Asked(challenge_id, _challenge(nonce, kind, about))


def take(
    session: Session,
    text: str,
    challenge_id: UUID | None,
    now: datetime,
    kind: str = ENTER,
    about: bytes = b"",
) -> Answer:
    """An answer given at the door, or for a change of one's own factors, with its challenge, used up by it."""
    row = None if challenge_id is None else table.take_challenge(session, kind, challenge_id)
    return Answer(text, _of(row, about, now))


def take_for(session: Session, text: str, kind: str, step_up_id: UUID, about: bytes, now: datetime) -> Answer:
    """An answer given for a step-up, with its challenge, which is used up by it."""
    return Answer(text, _of(table.take_challenge_of(session, kind, step_up_id), about, now))


def _of(row: AnyRow | None, about: bytes, now: datetime) -> bytes | None:
    return None if row is None or now > row.expires_at else _challenge(bytes(row.nonce), row.kind, about)


def _challenge(nonce: bytes, kind: str, about: bytes) -> bytes:
    return sha256(b"|".join((kind.encode(), nonce, about))).digest()


def sweep(session: Session, now: datetime) -> None:
    """Remove what was asked and never answered."""
    table.delete_old_challenges(session, now)


def usable(session: Session, officer_id: UUID) -> list[bytes]:
    """The credentials of an officer's keys that may be used; none where the installation takes no passkeys."""
    if site(session) is None:
        return []
    return [bytes(row.credential) for row in table.passkeys(session, officer_id) if row.doubted_at is None]


def host(at: Session | Database) -> str:
    """The name of the site where passkeys hold; empty where this installation takes none."""
    here = site(at)
    return here.name if here is not None else ""


def host_for(session: Session, officer_id: UUID) -> str:
    """The same for a page that asks this officer; empty for one who has no passkey."""
    return host(session) if usable(session, officer_id) else ""


def request_to_enter(session: Session, now: datetime) -> tuple[UUID, dict[str, Any]] | None:
    """What a browser at the door is asked: of whichever key its holder chooses, so that it tells of nobody."""
    here = site(session)
    if here is None:
        return None
    asked = ask(session, ENTER, now)
    return asked.id, webauthn.to_use(here, asked.challenge)


# -- the proof -------------------------------------------------------------------------------------------


def proves(session: Session, row: AnyRow, answer: Answer, now: datetime) -> bool:
    """Whether an answer comes from a passkey of this account, whose counter then moves on; why not, the record says.

    `row` is the account. Runs in the transaction of what it allows, which must be committed also where it is False.
    """
    thing = f"officer:{row.id}"
    try:
        passkey_id = _proven(session, row, answer, now)
    except webauthn.NotProven as refused:
        audit.record(session, "access", "passkey:refuse", thing, None, now, reason=refused.fault)
        return False
    audit.record(session, "access", "passkey:use", thing, None, now, passkey=str(passkey_id))
    return True


def _proven(session: Session, row: AnyRow, answer: Answer, now: datetime) -> UUID:
    """The key that an answer proves. Raises NotProven."""
    here = site(session)
    if here is None or answer.challenge is None:
        raise webauthn.NotProven("challenge")
    use = webauthn.Use(answer.text)
    own = table.by_credential(session, use.credential)
    if own is None or own.officer_id != row.id or use.owner not in (None, row.id.bytes):
        raise webauthn.NotProven("owner")
    if own.doubted_at is not None:
        raise webauthn.NotProven("doubted")
    try:
        public_key = public_half(session, own)
    except Unsealable:
        raise webauthn.NotProven("key") from None
    use.prove(public_key, answer.challenge, here, takes_rsa_2048=session.takes_rsa_2048)
    if not table.move_counter(session, own.id, use.counter, now):
        _doubt(session, own, now)
        raise webauthn.NotProven("counter")
    passkey_id: UUID = own.id
    return passkey_id


def public_half(session: Session, own: AnyRow) -> bytes:
    """The public half of a key. Raises Unsealable where it was tampered with."""
    return session.keys.unwrap(bytes(own.public_key), place(own.officer_id, "public_key", own.id))


def _doubt(session: Session, own: AnyRow, now: datetime) -> None:
    """Close a key whose counter went back: somebody may have a copy of it. Its officer removes it."""
    table.set_doubted(session, own.id, now)
    thing = f"officer:{own.officer_id}"
    audit.record(session, "access", "passkey:doubt", thing, None, now, passkey=str(own.id))


def forget_all(session: Session, officer_id: UUID, now: datetime) -> None:
    """Remove every key of an officer who lost a factor: nobody knows what was lost with it."""
    for row in table.passkeys(session, officer_id):
        remove(session, officer_id, row.id, None, now, reason="reset")


def remove(
    session: Session, officer_id: UUID, passkey_id: UUID, actor: Actor | None, now: datetime, *, reason: str
) -> None:
    """Remove a key. Raises NotFound for one that is not his."""
    if not table.delete_passkey(session, officer_id, passkey_id):
        raise NotFound
    thing, which = f"officer:{officer_id}", str(passkey_id)
    audit.record(session, "access", "passkey:remove", thing, actor, now, passkey=which, reason=reason)


def place(officer_id: UUID, column: str, passkey_id: UUID) -> str:
    """Where a sealed value of a key belongs: with its officer, so that it opens nothing in another's name."""
    return f"passkey|{column}|{officer_id}|{passkey_id}"
