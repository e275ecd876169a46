"""The door: name, password and code or passkey are tried together, and every failure is answered alike.

Whoever fails waits, longer each time. Strangers share one budget of tries an account; a device on which the
officer has been let in before has a budget of its own, so that nobody can keep him out.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from app.domain import passwords
from app.domain.errors import DomainError, NotFound
from app.models.district import setup_queries
from app.models.staff import factor_queries as tries
from app.models.staff import login_queries as table
from app.services.access import factors, officers, passkeys
from app.services.store import audit, scopes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

FREE_TRIES = 5
LONGEST_WAIT = timedelta(minutes=15)
#: After so long without a failure, the tries are counted from the beginning.
FORGOTTEN = timedelta(hours=24)
_DOUBLINGS = 10  # 2^10 seconds are more than the longest wait


class SignInRefused(DomainError):
    """Name, password or code does not fit, or it is not time yet: one answer, so that it tells nothing."""

    key = "error.sign_in"


class Doorkeeper:
    """Checks passwords by argon2id; one per process, because its dummy hash costs a hash to make."""

    def __init__(self, memory_kib: int = 65_536, rounds: int = 3) -> None:
        self._hasher = PasswordHasher(memory_cost=memory_kib, time_cost=rounds, parallelism=1)
        self._dummy = self._hasher.hash(secrets.token_hex(16))

    def hash(self, password: str) -> str:
        return self._hasher.hash(passwords.normalised(password))

    def fits(self, stored: str | None, password: str) -> bool:
        """Whether the password is the stored one. No stored one takes as long as any."""
        try:
            self._hasher.verify(stored or self._dummy, passwords.normalised(password))
        except (Argon2Error, InvalidHashError):
            return False
        return bool(stored)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody at the door types, and the device he comes from.

    `knows` tells whether an officer was let in from it before; `device` is its digest, `kind` what it calls itself.
    `passkey` is a passkey's answer in the place of the code, `asked_id` the challenge that this browser was given.
    """

    username: str
    password: str
    code: str
    knows: Callable[[UUID], bool]
    device: bytes = b""
    kind: str = ""
    passkey: str = ""
    asked_id: UUID | None = None


def sign_in(database: Database, doorkeeper: Doorkeeper, attempt: Attempt, now: datetime) -> officers.Entry:
    """Open a session for a name, its password and a code or passkey. Raises SignInRefused, or NoPost.

    A try is counted before it is judged, so that a hundred at once are a hundred; only a success is taken back.
    The code is used up only when the password is right, so that nobody can burn another's codes.
    """
    name = attempt.username.strip()
    found = database.read(lambda session: table.accounts(session, name), scopes.door())
    known = attempt.device if any(attempt.knows(row.id) for row in found) else b""
    home = found[0].district_id if found else _first_district(database)
    may_try = home is not None and database.write(
        lambda session: take(session, name, known, now), scopes.door(home)
    )
    shown = _shown(database, attempt, now)
    row = _fitting(doorkeeper, found, attempt.password)
    if may_try and row is not None and row.active:

        def enter(session: Session) -> officers.Entry | None:
            if not factors.consume(session, row, shown, now):
                return None
            give_back(session, name, known)
            return officers.open_session(session, row, now, device=attempt.kind)

        entry = database.write(enter, scopes.door(row.district_id))
        if entry is not None:
            return entry
    refuse(database, found, name, now)
    raise SignInRefused


def _shown(database: Database, attempt: Attempt, now: datetime) -> str | passkeys.Answer:
    """What stands beside the password. A challenge is used up by any answer: it belongs to this browser alone."""
    if not attempt.passkey:
        return attempt.code
    return database.write(
        lambda session: passkeys.take(session, attempt.passkey, attempt.asked_id, now), scopes.door()
    )


def ask_passkey(database: Database, now: datetime) -> tuple[UUID, dict[str, Any]]:
    """What a browser is asked that wants to come in by a passkey; -> the challenge's id, and the options.

    The same for everybody, before any name is known. Raises NotFound where the installation takes no passkeys.
    """
    home = _first_district(database)
    asked = (
        None
        if home is None
        else database.write(lambda session: passkeys.request_to_enter(session, now), scopes.door(home))
    )
    if asked is None:
        raise NotFound
    return asked


def take(session: Session, name: str, device: bytes, now: datetime) -> bool:
    """Count one more try of a name; False, and nothing is counted, while it has to wait."""
    blind = session.keys.blind("username", name.casefold())
    row = tries.lock_try(session, blind, device, now)
    failures = row.failures if now - row.failed_at < FORGOTTEN else 0
    excess = failures - FREE_TRIES
    wait = min(timedelta(seconds=2 ** min(excess + 1, _DOUBLINGS)), LONGEST_WAIT)
    if excess >= 0 and now < row.failed_at + wait:
        return False
    tries.set_try(session, blind, device, failures + 1, now)
    return True


def give_back(session: Session, name: str, device: bytes) -> None:
    """Begin anew after a success."""
    tries.forget_try(session, session.keys.blind("username", name.casefold()), device)


def sweep(session: Session, now: datetime) -> None:
    """Remove old tries, which count no more."""
    tries.forget_old_tries(session, now - FORGOTTEN)


def _fitting(doorkeeper: Doorkeeper, found: Sequence[AnyRow], password: str) -> AnyRow | None:
    """The account that the password belongs to; a name without one costs a hash, too."""
    if not found:
        doorkeeper.fits(None, password)
    return next((each for each in found if doorkeeper.fits(each.password_hash, password)), None)


def _first_district(database: Database) -> int | None:
    return next(iter(database.read(setup_queries.districts, scopes.door())), None)


def refuse(database: Database, found: Sequence[AnyRow], name: str, now: datetime) -> None:
    """Record a failure: with the accounts that were meant, else by the name's digest, for it may be a password."""

    def note(session: Session) -> None:
        digest = session.keys.blind("username", name).hex()
        audit.record(session, "access", "session:refuse", "officer:unknown", None, now, digest=digest)

    def count(session: Session, row: AnyRow) -> None:
        table.count_failure(session, row.id, now)
        audit.record(session, "access", "session:refuse", f"officer:{row.id}", None, now)

    for row in found:
        database.write(partial(count, row=row), scopes.door(row.district_id))
    if not found and (home := _first_district(database)) is not None:
        database.write(note, scopes.door(home))
