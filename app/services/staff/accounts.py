"""An officer's own factors: set for the first time, changed, or set anew after a code of the administrators."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from app import webauthn
from app.domain import passwords
from app.domain.errors import BoxesRefused, NotFound
from app.models.staff import factor_queries
from app.models.staff import login_queries as table
from app.services.access import door, factors, officers, passkeys
from app.services.district import gazetteer
from app.services.store import audit, scopes

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.access.door import Doorkeeper
    from app.services.store.database import Database

#: What each change asks for. The first three are stages of a session that came by a code; a code never stands for
#: the factor that was not lost: who forgot his password still shows his second factor, and the other way round.
WANTED: dict[str, tuple[str, ...]] = {
    "first": ("password", "again", "new_code"),
    "password": ("password", "again", "code"),
    "factor": ("current", "new_code"),
    "own_password": ("current", "password", "again", "code"),
    "own_factor": ("current", "code", "new_code"),
    "own_codes": ("code",),
}
_PROOFS = frozenset({"current", "code"})  # what shows who he is; a failure is recorded
#: Changes of an open session that a passkey of the officer may confirm in the place of the code.
_BY_PASSKEY = frozenset({"own_password", "own_factor", "own_codes"})
_CODES_ANEW = frozenset({"first", "factor", "own_factor", "own_codes"})
_LOST = frozenset({"first", "factor"})  # whoever comes by a code of the administrators has lost what he had
_NAMES = ("districts", "thanas", "blocks")


class NotAccepted(BoxesRefused):
    """Something that was typed does not pass. Nothing changed."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What an officer types to change his factors; which of it counts depends on the change."""

    current: str = ""
    password: str = ""
    again: str = ""
    code: str = ""
    new_code: str = ""
    passkey: str = ""  # the browser's answer, in the place of `code`
    asked_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """The session's new token, and the recovery codes where there are new ones; they are shown this once."""

    token: str
    recovery_codes: list[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page of a change shows: its boxes, and the authenticator that is offered, if one is wanted."""

    what: str
    wanted: tuple[str, ...]
    username: str
    offer: factors.Offer | None
    passkey_host: str = ""  # the site of the officer's passkeys, where one may stand for the code


@dataclass(frozen=True, slots=True)
class Own:
    """What the officer's account page tells of his factors."""

    username: str
    recovery_codes: int


def own(session: Session, actor: Any) -> Own:
    row = table.account(session, actor.officer_id)
    if row is None:
        raise NotFound
    left = factor_queries.recovery_codes_left(session, row.id)
    return Own(row.username, left)


def sheet(session: Session, token: str, what: str) -> Sheet:
    """The page of a change. Raises NotFound for a session that is not there, or not for this."""
    here, row = _account(session, token, what)
    wanted, offer = WANTED[what], None
    if "new_code" in wanted:
        district = next(each for each in officers.districts(session) if each.id == row.district_id)
        secret = factors.offered(session.keys, here.digest)
        offer = factors.offer(secret, row.username, f"e-Satyapan ({district.name_en})")
    host = passkeys.host_for(session, row.id) if what in _BY_PASSKEY else ""
    return Sheet(what, wanted, row.username, offer, host)


def request_passkey(session: Session, token: str, what: str, now: datetime) -> tuple[UUID, dict[str, Any]]:
    """What the officer's browser is asked for this change alone; -> the challenge's id, and the options.

    Raises NotFound for a session that may not change this, and for an officer without a passkey.
    """
    here, row = _account(session, token, what)
    site, known = passkeys.site(session), passkeys.usable(session, row.id)
    if site is None or not known or what not in _BY_PASSKEY:
        raise NotFound
    asked = passkeys.ask(session, passkeys.OWN, now, about=_about(here, what))
    return asked.id, webauthn.to_use(site, asked.challenge, known)


def _about(here: AnyRow, what: str) -> bytes:
    """What a passkey signs of a change: which it is, and the session that asked for it."""
    return what.encode() + b"|" + bytes(here.digest)


def _shows_passkey(
    session: Session, here: AnyRow, row: AnyRow, what: str, typed: Typed, now: datetime
) -> bool:
    """Whether a passkey of his stands for the code; what it tells of the key is kept in any case."""
    answer = passkeys.take(session, typed.passkey, typed.asked_id, now, passkeys.OWN, _about(here, what))
    return passkeys.proves(session, row, answer, now)


def change(
    database: Database, doorkeeper: Doorkeeper, token: str, what: str, typed: Typed, now: datetime
) -> Changed:
    """Change what `what` names in one transaction: every other session ends, and this one gets a new token.

    A session that came by a code is open afterwards, and the code is used up. Raises NotAccepted, NotFound.
    """
    here, row = database.read(lambda session: _account(session, token, what), scopes.door())
    scope = scopes.door(row.district_id)
    own_try = bytes(here.digest)
    if not database.write(lambda session: door.take(session, row.username, own_try, now), scope):
        raise NotAccepted({WANTED[what][-1]: "account.problem.wait"})
    shows_key = bool(typed.passkey) and what in _BY_PASSKEY
    problems = database.read(lambda session: _faults(session, row, what, typed), scope)
    if shows_key and not database.write(
        lambda session: _shows_passkey(session, here, row, what, typed, now), scope
    ):
        problems["code"] = "account.problem.passkey"
    if "current" in WANTED[what] and not doorkeeper.fits(row.password_hash, typed.current):
        problems["current"] = "account.problem.current"
    hashed = doorkeeper.hash(typed.password) if "password" in WANTED[what] and not problems else ""

    def apply(session: Session) -> Changed:
        if problems:
            raise NotAccepted(problems)
        if "code" in WANTED[what] and not shows_key:
            _consume(session, row, typed.code, now)
        changed = _set(session, here, row, what, typed, hashed, now)
        door.give_back(session, row.username, own_try)
        return changed

    try:
        return database.write(apply, scope)
    except NotAccepted as refused:
        _note_refusal(database, row, what, refused, now)
        raise


def _note_refusal(database: Database, row: AnyRow, what: str, refused: NotAccepted, now: datetime) -> None:
    """Record that somebody could not show who he is."""
    if refused.problems.keys() & _PROOFS:
        database.write(
            lambda session: audit.record(
                session, "access", "factor:refuse", f"officer:{row.id}", None, now, reason=what
            ),
            scopes.door(row.district_id),
        )


def _account(session: Session, token: str, what: str) -> tuple[AnyRow, AnyRow]:
    """The session behind a token and its account, if it may do this: an open one the officer's own changes."""
    here = table.by_digest(session, officers.digest_of(token))
    row = table.account(session, here.officer_id) if here is not None and here.ended_at is None else None
    if here is None or row is None or what not in WANTED:
        raise NotFound
    if (here.stage != what) if not what.startswith("own_") else (here.stage != officers.OPEN):
        raise NotFound
    return here, row


def _faults(session: Session, row: AnyRow, what: str, typed: Typed) -> dict[str, str]:
    """What is wrong with a new password, by box."""
    if "password" not in WANTED[what]:
        return {}
    if fault := passwords.fault(typed.password, guessed_first(), _names(session, row), leaked()):
        return {"password": f"account.problem.password.{fault}"}
    same = hmac.compare_digest(
        passwords.normalised(typed.password).encode(), passwords.normalised(typed.again).encode()
    )
    return {} if same else {"again": "account.problem.again"}


def _names(session: Session, row: AnyRow) -> list[str]:
    offices = table.office_names(session, row.id)
    return [row.username, row.name_hi, row.name_en, *offices]


def _consume(session: Session, row: AnyRow, code: str, now: datetime) -> None:
    if not factors.consume(session, row, code, now):
        raise NotAccepted({"code": "account.problem.code"})


def _set(
    session: Session, here: AnyRow, row: AnyRow, what: str, typed: Typed, hashed: str, now: datetime
) -> Changed:
    wanted, thing = WANTED[what], f"officer:{row.id}"
    if "new_code" in wanted:
        secret = factors.offered(session.keys, here.digest)
        step = factors.fits_new(secret, typed.new_code, now)
        if step is None:
            raise NotAccepted({"new_code": "account.problem.new_code"})
        factors.set_secret(session, row.id, secret, step, now)
    if what in _LOST:
        passkeys.forget_all(session, row.id, now)
    if hashed:
        table.set_account(session, row.id, password_hash=hashed)
        audit.record(session, "access", "password:set", thing, None, now)
    codes = factors.new_recovery_codes(session, row.id, now) if what in _CODES_ANEW else []
    if what != "own_codes":
        table.end_others(session, row.id, here.id, now)
        table.set_account(session, row.id, version=row.version + 1)
    token = officers.renew(session, here.id, now, opens=here.stage != officers.OPEN)
    if here.stage != officers.OPEN:
        factor_queries.close_entry_codes(session, row.id, now)
        table.set_account(session, row.id, last_sign_in_at=now, failures=0, failed_at=None)
    return Changed(token, codes)


@cache
def guessed_first() -> frozenset[str]:
    """The words that passwords are made of first: common ones, this product's, places of the gazetteer."""
    lines = (gazetteer.SEED / "guessed_words.txt").read_text(encoding="utf-8").splitlines()
    places = [
        row[name] for table_ in _NAMES for row in gazetteer.rows(table_) for name in ("name_hi", "name_en")
    ]
    common = [word for line in lines if not line.startswith("#") for word in line.split()]
    return passwords.words([*common, *places])


@cache
def leaked() -> frozenset[str]:
    """The marks of long passwords that are known from leaks, the most frequent ones; the file says where from."""
    lines = (gazetteer.SEED / "leaked_passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))
