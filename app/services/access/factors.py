"""The second factor: a passkey, the code of an authenticator, recovery codes for the day it is lost; each once."""

from __future__ import annotations

import re
import secrets
from base64 import b32encode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from app import papers
from app.crypto import Unsealable
from app.domain import text, totp
from app.domain.ids import new_id
from app.models.staff import factor_queries as table
from app.models.staff import login_queries as accounts
from app.services.access import passkeys
from app.services.store import audit

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.crypto import KeyRing
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

log = structlog.get_logger(__name__)

RECOVERY_CODES = 10
_SIGNS = 28  # of a printed code
CODE_BITS = 5 * _SIGNS  # 128 at least for what nobody may guess (ASVS 11.5.1)
_GROUP = 4  # signs between the hyphens of a printed code
_NOT_IN_CODES = re.compile(r"[^A-Z2-7]")
#: Signs that base32 leaves out because they look like others.
_LOOK_ALIKES = str.maketrans("018", "OIB")


@dataclass(frozen=True, slots=True)
class Offer:
    """A new authenticator to be set up: its secret for typing, and the same as a picture (a data: address)."""

    letters: str
    picture: str


def consume(session: Session, row: AnyRow, shown: str | passkeys.Answer, now: datetime) -> bool:
    """Use up what was shown as the officer's second factor; False when it does not fit, or was used before.

    `shown` is a code as it was typed, or a passkey's answer; `row` is the account. Runs in the transaction of what it
    allows: no code is used up by what fails.
    """
    if isinstance(shown, passkeys.Answer):
        return passkeys.proves(session, row, shown, now)
    digits = _digits(shown)
    if digits:
        secret = secret_of(session.keys, row)
        step = None if secret is None else totp.fitting_step(secret, digits, now, row.totp_step)
        return step is not None and table.take_step(session, row.id, step)
    if not table.take_recovery_code(session, row.id, _digest(session.keys, row.id, shown), now):
        return False
    audit.record(session, "access", "recovery:use", f"officer:{row.id}", None, now)
    return True


def secret_of(keys: KeyRing, row: AnyRow) -> bytes | None:
    """The secret of an account's authenticator; None for an account that has none, or one that was tampered with."""
    if row.totp_secret is None:
        return None
    try:
        return keys.unwrap(row.totp_secret, _place(row.id))
    except Unsealable:
        log.error("factor_unsealable", officer=str(row.id))  # noqa: TRY400 - the trace says no more
        return None


def sealed(keys: KeyRing, officer_id: UUID, secret: bytes) -> bytes:
    """A secret as its table keeps it."""
    return keys.wrap(secret, _place(officer_id))


def new_secret() -> bytes:
    return secrets.token_bytes(totp.SECRET_BYTES)


def offered(keys: KeyRing, session_digest: bytes) -> bytes:
    """The secret that is offered to a session: the same until its token changes, so that nothing is kept for it."""
    return keys.mac("authenticator", session_digest)[: totp.SECRET_BYTES]


def offer(secret: bytes, username: str, issuer: str) -> Offer:
    """What the page of a new authenticator shows."""
    picture = papers.qr_png(totp.address(secret, username, issuer))
    letters = totp.in_letters(secret)
    spread = " ".join(letters[place : place + _GROUP] for place in range(0, len(letters), _GROUP))
    return Offer(spread, f"data:image/png;base64,{b64encode(picture).decode()}")


def fits_new(secret: bytes, typed: str, now: datetime) -> int | None:
    """The step of a code by which somebody shows that his authenticator took the secret; None when it did not."""
    return totp.fitting_step(secret, _digits(typed), now, None)


def set_secret(session: Session, officer_id: UUID, secret: bytes, step: int, now: datetime) -> None:
    """Put an authenticator in the place of the former one; `step` is that of the code that proved it."""
    accounts.set_account(
        session, officer_id, totp_secret=sealed(session.keys, officer_id, secret), totp_step=step
    )
    audit.record(session, "access", "factor:set", f"officer:{officer_id}", None, now)


def new_recovery_codes(session: Session, officer_id: UUID, now: datetime) -> list[str]:
    """Ten codes in the place of all former ones; they are shown this once, and kept as digests."""
    codes = [new_code() for _ in range(RECOVERY_CODES)]
    rows = [
        {
            "id": new_id(session.recorded_at),
            "officer_id": officer_id,
            "digest": _digest(session.keys, officer_id, code),
            "made_at": now,
            "used_at": None,
        }
        for code in codes
    ]
    table.replace_recovery_codes(session, officer_id, rows)
    audit.record(session, "access", "recovery:make", f"officer:{officer_id}", None, now)
    return codes


def new_code() -> str:
    """A code that is printed and typed by hand, as somebody can copy it: ABCD-EFGH-..."""
    signs = b32encode(secrets.token_bytes(_SIGNS)).decode()[:_SIGNS]
    return "-".join(signs[place : place + _GROUP] for place in range(0, len(signs), _GROUP))


def plain(typed: str) -> str:
    """A code as it was printed, whatever was typed between its signs, and in small letters or look-alikes."""
    return _NOT_IN_CODES.sub("", typed.upper().translate(_LOOK_ALIKES))


def demo_code(session: Session, officer_id: UUID, now: datetime) -> str | None:
    """The code that a demo officer's authenticator would show; None until the next one, and outside the demo."""
    row = accounts.demo_account(session, officer_id)
    secret = None if row is None else secret_of(session.keys, row)
    step = None if row is None else totp.next_step(now, row.totp_step)
    return totp.code(secret, step) if secret is not None and step is not None else None


def _digits(typed: str) -> str:
    """The six digits that were typed, in any script, with blanks or without; empty for anything else."""
    found = "".join(text.ascii_digits(typed).split())
    return found if len(found) == totp.DIGITS and found.isdecimal() and found.isascii() else ""


def _digest(keys: KeyRing, officer_id: UUID, code: str) -> bytes:
    return keys.mac("recovery", officer_id.bytes + plain(code).encode())


def _place(officer_id: UUID) -> str:
    return f"officer|totp_secret|{officer_id}"
