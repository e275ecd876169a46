"""Codes by which an officer comes in to set what he has not yet, or has lost: made by administrators, used once.

A code stands for one factor only. It replaces a password beside the second factor, or a second factor
beside the password; only the first one of an account stands for both. A second factor takes two administrators.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain.errors import DomainError, NotFound
from app.domain.ids import new_id
from app.domain.offices import OfficeKind
from app.domain.roles import Role
from app.models.district import setup_queries
from app.models.scope import SystemReason, SystemScope
from app.models.staff import factor_queries as table
from app.models.staff import login_queries as accounts
from app.services.access import door, factors, officers, stepup
from app.services.district import calendars
from app.services.store import audit, scopes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

FIRST, PASSWORD, FACTOR = "first", "password", "factor"
REOPEN = (
    "reopen"  # what the first code of an account that is shut is told as: it takes two, and opens the account
)
ASK, ALLOW = "entry:ask", "entry:allow"  # acts that take a fresh factor
_REQUEST = "request"
HOLDS = timedelta(hours=24)  # a code (ASVS 6.4.1)
WAITS = timedelta(days=7)  # a request for a second administrator
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


class AccountUnknown(DomainError):
    """The district has no account of this name."""

    key = "error.account_unknown"


class UsernameRefused(DomainError):
    """No name of an account is written like this."""

    key = "error.username_refused"


class UsernameTaken(DomainError):
    """An account of this name is in use."""

    key = "error.username_taken"


class AccountShut(DomainError):
    """An account that is shut gets no code: it is opened again on its own page first."""

    key = "error.account_shut"


class AdministratorKnown(DomainError):
    """The district has an administrator who can make accounts: the command line makes only the first one."""

    key = "error.administrator_known"


class OwnAccount(DomainError):
    """Nobody makes a code for himself, or agrees to his own request."""

    key = "error.own_account"


@dataclass(frozen=True, slots=True)
class Request:
    """A code that one administrator has asked for, and that waits for another."""

    id: UUID
    username: str
    name_hi: str
    name_en: str
    kind: str
    asked_at: datetime
    asked_by_hi: str
    asked_by_en: str
    is_own: bool  # whoever looks has asked for it himself, or it is his own account


def is_username(text: str) -> bool:
    """Whether the name of an account may be written like this: Latin small letters, digits, dot, hyphen."""
    return _USERNAME.fullmatch(text) is not None


def first_administrator(
    database: Database, district_id: int, username: str, names: tuple[str, str], now: datetime
) -> str:
    """Make the account of a district's first user administrator; -> the code by which he comes in, once.

    Asked again before he came in, it gives another code. Raises NotFound, UsernameRefused, UsernameTaken,
    AdministratorKnown.
    """
    if not is_username(username):
        raise UsernameRefused(username=username)
    scope = SystemScope(SystemReason.SETUP, district_id)
    return database.write(lambda session: _first(session, username, names, now), scope)


def _first(session: Session, username: str, names: tuple[str, str], now: datetime) -> str:
    offices = [each for each in setup_queries.offices(session) if each.kind == OfficeKind.ADMINISTRATION]
    if not offices:
        raise NotFound("error.district_unknown", code=session.district_id)
    keepers = accounts.holders(session, Role.USER_ADMIN, calendars.day(now))
    if any(row.password_hash for row in keepers):
        raise AdministratorKnown
    found = accounts.accounts(session, username)
    if found and found[0].id not in {row.id for row in keepers}:
        raise UsernameTaken(username=username)
    officer_id = found[0].id if found else _add(session, username, names, offices[0], now)
    return make(session, officer_id, FIRST, None, now)


def _add(session: Session, username: str, names: tuple[str, str], office: AnyRow, now: datetime) -> UUID:
    officer_id = new_id(session.recorded_at)
    row = {"id": officer_id, "username": username, "password_hash": "", "rank": "", "phone": ""}
    state = {"active": True, "version": 1, "language": "hi", "failures": 0}
    setup_queries.insert_officers(session, [{**row, **state, "name_hi": names[0], "name_en": names[1]}])
    posting = {"id": new_id(session.recorded_at), "officer_id": officer_id, "office_id": office.id}
    dates = {"kind": "regular", "valid_from": calendars.day(now), "valid_to": None}
    setup_queries.insert_postings(session, [{**posting, **dates, "role": Role.USER_ADMIN.value}])
    audit.record(
        session, "admin", "account:add", f"officer:{officer_id}", None, now, role=Role.USER_ADMIN.value
    )
    return officer_id


def make(session: Session, officer_id: UUID, kind: str, asked_by: Actor | None, now: datetime) -> str:
    """A code of this kind in the place of all former ones; -> the code, of which only the digest is kept."""
    table.close_entry_codes(session, officer_id, now)
    code = factors.new_code()
    table.insert_entry_code(
        session,
        {
            **_row(session, officer_id, kind, asked_by, now),
            "digest": _digest(session, officer_id, code),
            "expires_at": now + HOLDS,
        },
    )
    audit.record(session, "admin", "entry:allow", f"officer:{officer_id}", asked_by, now, kind=kind)
    return code


def to_ask(session: Session, actor: Actor, username: str, kind: str, now: datetime) -> UUID:
    """Ask for a fresh factor before a code is made for an officer. Raises AccountUnknown, AccountShut, OwnAccount.

    An account that was never entered gets its first code whatever was asked for.
    """
    row = account_named(session, username)
    if row.id == actor.officer_id:
        raise OwnAccount
    if not row.active:
        raise AccountShut
    return stepup.begin(session, actor, ASK, [_asked(row, kind if row.password_hash else FIRST)], now)


def to_reopen(session: Session, actor: Actor, row: AnyRow, now: datetime) -> UUID:
    """Ask for a fresh factor before an account that is shut is opened again; -> the step-up. Raises NotFound."""
    if row.active or row.id == actor.officer_id:
        raise NotFound
    return stepup.begin(session, actor, ASK, [_asked(row, FIRST)], now)


def told_as(row: AnyRow, kind: str) -> str:
    """The word for a code of this kind: that of an account which is shut opens it again."""
    return kind if row.active else REOPEN


def ask(session: Session, actor: Actor, wanted: stepup.StepUp, now: datetime) -> str | None:
    """Make the code that a proven step-up is for; -> the code, or None where a second administrator has to agree."""
    row, kind = asked_for(session, wanted.items[0])
    stepup.use(session, actor, wanted.id, ASK, [_asked(row, kind)], now)
    if kind != FACTOR and row.active:
        return make(session, row.id, kind, actor, now)
    table.close_entry_codes(session, row.id, now)
    request = _row(session, row.id, kind, actor, now)
    table.insert_entry_code(session, {**request, "digest": None, "expires_at": now + WAITS})
    told = told_as(row, kind)
    audit.record(session, "admin", "entry:ask", f"officer:{row.id}", actor, now, kind=told)
    return None


def asked_for(session: Session, item: stepup.Item) -> tuple[AnyRow, str]:
    """The account and the kind of code that a step-up is about. Raises NotFound."""
    kind, _, officer_id = item.thing.partition(":")
    if kind == _REQUEST:
        request = table.entry_code_of(session, UUID(officer_id))
        kind, officer_id = (request.kind, str(request.officer_id)) if request is not None else ("", "")
    row = accounts.account(session, UUID(officer_id)) if officer_id else None
    if row is None:
        raise NotFound
    return row, kind


def _asked(row: AnyRow, kind: str) -> stepup.Item:
    return stepup.item(f"{kind}:{row.id}", {"officer": str(row.id), "version": row.version, "kind": kind})


def by_command(database: Database, district_id: int, username: str, kind: str, now: datetime) -> str:
    """Make a code from the command line: for a district whose only administrator has lost a factor.

    An account that is shut is opened by it: where there is no second administrator, nobody else could.
    """

    def work(session: Session) -> str:
        row = account_named(session, username)
        if not row.active:
            _reopen(session, row, None, now)
        has_factors = row.active and row.password_hash
        return make(session, row.id, kind if has_factors else FIRST, None, now)

    return database.write(work, SystemScope(SystemReason.SETUP, district_id))


def requests(session: Session, actor: Actor, now: datetime) -> list[Request]:
    """What waits for a second administrator."""
    return [
        Request(
            id=row.id,
            username=row.username,
            name_hi=row.name_hi,
            name_en=row.name_en,
            kind=told_as(row, row.kind),
            asked_at=row.asked_at,
            asked_by_hi=row.asked_by_hi,
            asked_by_en=row.asked_by_en,
            is_own=actor.officer_id in (row.asked_by, row.officer_id),
        )
        for row in table.entry_code_requests(session, now)
    ]


def to_allow(session: Session, actor: Actor, request_id: UUID, now: datetime) -> UUID:
    """Ask for a fresh factor before another's request is agreed to. Raises OwnAccount, NotFound."""
    row = _foreign_request(session, actor, request_id, now)
    return stepup.begin(session, actor, ALLOW, [_requested(row)], now)


def allow(session: Session, actor: Actor, wanted: stepup.StepUp, now: datetime) -> str:
    """Agree to what another administrator asked for; -> the code. Raises OwnAccount, NotFound when it is settled."""
    request_id = wanted.items[0].id
    row = _foreign_request(session, actor, request_id, now)
    stepup.use(session, actor, wanted.id, ALLOW, [_requested(row)], now)
    code = factors.new_code()
    if not table.agree(session, row.id, _digest(session, row.officer_id, code), now + HOLDS):
        raise NotFound
    audit.record(session, "admin", "entry:allow", f"officer:{row.officer_id}", actor, now, kind=row.kind)
    account = accounts.account(session, row.officer_id)
    if account is not None and not account.active:
        _reopen(session, account, actor, now)
    return code


def _reopen(session: Session, row: AnyRow, actor: Actor | None, now: datetime) -> None:
    """Let a shut account in again, by a first code alone: it has no factor any more. Its posts are as they stand."""
    unsaid = dict.fromkeys(("shut_at", "shut_on", "shut_why", "shut_by"))
    accounts.set_account(session, row.id, active=True, version=row.version + 1, **unsaid)
    audit.record(session, "admin", "account:reopen", f"officer:{row.id}", actor, now)


def _foreign_request(session: Session, actor: Actor, request_id: UUID, now: datetime) -> AnyRow:
    row = _request(session, request_id, now)
    if actor.officer_id in (row.asked_by, row.officer_id):
        raise OwnAccount
    return row


def _requested(row: AnyRow) -> stepup.Item:
    return stepup.item(f"{_REQUEST}:{row.id}", {"officer": str(row.officer_id), "kind": row.kind})


def refuse(session: Session, actor: Actor, request_id: UUID, now: datetime) -> None:
    """Turn a request down, one's own too."""
    row = _request(session, request_id, now)
    table.close_entry_codes(session, row.officer_id, now)
    audit.record(session, "admin", "entry:refuse", f"officer:{row.officer_id}", actor, now, kind=row.kind)


def enter(database: Database, username: str, code: str, device: str, now: datetime) -> officers.Entry:
    """Come in by a code, to set what it stands for. Raises door.SignInRefused, officers.NoPost."""
    name = username.strip()
    found = database.read(lambda session: accounts.accounts(session, name), scopes.door())
    for row in found:
        scope = scopes.door(row.district_id)
        entry = database.write(partial(_enter, row=row, code=code, device=device, now=now), scope)
        if entry is not None:
            return entry
    door.refuse(database, found, name, now)
    raise door.SignInRefused("error.entry_code")


def _enter(session: Session, row: AnyRow, code: str, device: str, now: datetime) -> officers.Entry | None:
    digest = _digest(session, row.id, code)
    standing = table.entry_codes(session, now, officer_id=row.id, digest=digest)
    if not standing or not row.active:
        return None
    return officers.open_session(session, row, now, stage=standing[0].kind, device=device)


def account_named(session: Session, username: str) -> AnyRow:
    """The account of the district that has this name. Raises AccountUnknown."""
    found = accounts.accounts(session, username.strip())
    if not found:
        raise AccountUnknown(username=username.strip())
    return found[0]


def _request(session: Session, request_id: UUID, now: datetime) -> AnyRow:
    found: Sequence[AnyRow] = table.entry_codes(session, now, id=request_id, digest=None)
    if not found:
        raise NotFound
    return found[0]


def _row(
    session: Session, officer_id: UUID, kind: str, asked_by: Actor | None, now: datetime
) -> dict[str, Any]:
    return {
        "id": new_id(session.recorded_at),
        "officer_id": officer_id,
        "kind": kind,
        "asked_by": asked_by.officer_id if asked_by is not None else None,
        "asked_at": now,
    }


def _digest(session: Session, officer_id: UUID, code: str) -> bytes:
    return session.keys.mac("entry", officer_id.bytes + factors.plain(code).encode())
