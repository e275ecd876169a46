"""Accounts that are shut: their officer is out at once, with no factor left; two administrators open one again.

One administrator shuts, for it gives nobody anything and cannot wait; what gives rights back takes two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from app.domain.errors import BoxesRefused, DomainError, NotAllowed, NotFound
from app.domain.roles import Permission, Role
from app.models.staff import factor_queries, officer_queries
from app.models.staff import login_queries as table
from app.services.access import passkeys, stepup
from app.services.desk import leaving
from app.services.district import calendars
from app.services.staff import entrycodes
from app.services.store import audit, scopes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

SHUT = "account:shut"  # an act that takes a fresh factor
SHOWN = 50  # accounts of one page; a search finds the others
_BACK = timedelta(days=366)  # how long ago the day may be: who retired unnoticed is shut late, not years late


class Why(StrEnum):
    """Why an account is shut: a closed list, for a free text would name somebody in the record."""

    RETIRED = "retired"
    DIED = "died"
    DISMISSED = "dismissed"
    SUSPENDED = "suspended"
    MOVED = "moved"  # to another district
    MISUSED = "misused"  # somebody else is feared to act by it


class Refused(BoxesRefused):
    """An account that is not shut like this. Nothing changed."""


class OwnAccount(DomainError):
    """Nobody shuts his own account: whoever leaves has it done by another administrator."""

    key = "error.own_account_shut"


class LastAdministrator(DomainError):
    """Without him nobody could make or open an account any more."""

    key = "error.last_administrator"


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the district, with the posts that it holds today, and how it came to be shut."""

    id: UUID
    username: str
    name_hi: str
    name_en: str
    rank: str
    is_open: bool
    is_own: bool
    posts: Sequence[AnyRow]
    shut_at: datetime | None
    shut_on: date | None
    shut_why: str
    by_hi: str
    by_en: str
    is_asked_back: bool  # one administrator wants it open again, and a second has to agree


@dataclass(frozen=True, slots=True)
class Shutting:
    """What a step-up is about: whose account, why it is shut, and since which day there is nobody behind it."""

    officer: AnyRow
    why: Why
    since: date


def search(session: Session, actor: Actor, words: str, *, shut: bool) -> tuple[Sequence[AnyRow], bool]:
    """The open or the shut accounts with these signs in their names, and whether there are more than SHOWN."""
    actor.require(Permission.ENTRY_CODE)
    found = table.found_by_name(session, words.strip(), shut=shut, limit=SHOWN + 1)
    return found[:SHOWN], len(found) > SHOWN


def account(session: Session, actor: Actor, officer_id: UUID, now: datetime) -> Account:
    """One account. Raises NotAllowed, NotFound."""
    actor.require(Permission.ENTRY_CODE)
    row = _account(session, officer_id)
    by_hi, by_en = officer_queries.names(session, row.shut_by)
    asked = not row.active and bool(factor_queries.entry_codes(session, now, officer_id=row.id, digest=None))
    return Account(
        row.id,
        row.username,
        row.name_hi,
        row.name_en,
        row.rank,
        row.active,
        row.id == actor.officer_id,
        table.posts(session, row.id, calendars.day(now)),
        row.shut_at,
        row.shut_on,
        row.shut_why or "",
        by_hi,
        by_en,
        asked,
    )


def to_shut(
    session: Session, actor: Actor, officer_id: UUID, why: str, since: date | None, now: datetime
) -> UUID:
    """Ask for a fresh factor before an account is shut; -> the step-up.

    Raises Refused, OwnAccount, LastAdministrator, NotFound for one that is shut already.
    """
    row = _open_account(session, actor, officer_id, now)
    today, problems = calendars.day(now), {}
    if why not in set(Why):
        problems["why"] = "accounts.problem.why"
    if since is None or not today - _BACK <= since <= today:
        problems["since"] = "accounts.problem.since"
    if problems or since is None:
        raise Refused(problems)
    return stepup.begin(session, actor, SHUT, [_item(row, why, since)], now)


def asked_for(session: Session, item: stepup.Item) -> Shutting:
    """What a step-up is about. Raises NotFound."""
    why, officer_id, since = item.thing.split(":")
    return Shutting(_account(session, UUID(officer_id)), Why(why), date.fromisoformat(since))


def shut(database: Database, actor: Actor, wanted: stepup.StepUp, now: datetime) -> Sequence[AnyRow]:
    """Shut the account: no session, code or passkey opens anything any more, and what it had goes to its offices.

    -> the tasks (office_id, role) that are in nobody's name by it. Raises what `to_shut` raises.
    """

    def work(session: Session) -> AnyRow:
        asked = asked_for(session, wanted.items[0])
        row, since = asked.officer, asked.since
        stepup.use(session, actor, wanted.id, SHUT, [_item(row, asked.why, since)], now)
        thing = f"officer:{row.id}"
        # Recorded first: behind the lock of the chain two administrators do not shut each other at one time.
        audit.record(session, "admin", SHUT, thing, actor, now, why=asked.why.value, since=since.isoformat())
        _open_account(session, actor, row.id, now)
        passkeys.forget_all(session, row.id, now)
        factor_queries.replace_recovery_codes(session, row.id, [])
        factor_queries.close_entry_codes(session, row.id, now)
        table.end_others(session, row.id, None, now)
        told = {"shut_at": now, "shut_on": since, "shut_why": asked.why, "shut_by": actor.officer_id}
        gone = {"password_hash": "", "totp_secret": None, "totp_step": None}
        table.set_account(session, row.id, active=False, version=row.version + 1, **gone, **told)
        return row

    officer = database.write(work, scopes.door(actor.district_id))
    return leaving.give_back(database, actor.district_id, officer.id, now)


def to_reopen(session: Session, actor: Actor, officer_id: UUID, now: datetime) -> UUID:
    """Ask for a fresh factor before a shut account is put before a second administrator; -> the step-up."""
    actor.require(Permission.ENTRY_CODE)
    return entrycodes.to_reopen(session, actor, _account(session, officer_id), now)


def _open_account(session: Session, actor: Actor, officer_id: UUID, now: datetime) -> AnyRow:
    """An account that this administrator may shut, as long as he is one himself."""
    actor.require(Permission.ENTRY_CODE)
    if officer_id == actor.officer_id:
        raise OwnAccount
    row = _account(session, officer_id)
    if not row.active:
        raise NotFound
    keepers = {each.id for each in table.holders(session, Role.USER_ADMIN, calendars.day(now))}
    if not keepers - {officer_id}:
        raise LastAdministrator
    if actor.officer_id not in keepers:
        raise NotAllowed
    return row


def _account(session: Session, officer_id: UUID) -> AnyRow:
    row = table.account(session, officer_id)
    if row is None:
        raise NotFound
    return row


def _item(row: AnyRow, why: str, since: date) -> stepup.Item:
    content = {"officer": str(row.id), "version": row.version, "why": str(why), "since": since.isoformat()}
    return stepup.item(f"{why}:{row.id}:{since.isoformat()}", content)
