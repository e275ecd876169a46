"""Officers at the door: signing in, the session that follows, and the post in which somebody acts."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from app.domain.errors import DomainError, NotFound
from app.domain.ids import new_id
from app.domain.roles import Actor, Post, Role
from app.models import login_queries as table
from app.services import audit, calendars, scopes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from app.models.base import AnyRow
    from app.models.scope import Session
    from app.services.database import Database

IDLE = timedelta(minutes=30)
LIFETIME = timedelta(hours=10)
#: How long after its end a session may still hand in a form that was typed in it.
GRACE = timedelta(hours=24)
#: How often a session's last sight is written down: reading must not write on every page.
TOUCH = timedelta(minutes=1)
FREE_TRIES = 5
LONGEST_WAIT = timedelta(minutes=15)
_REMEMBERED = 5_000  # officers kept in memory; a district has fewer at work


class SignInRefused(DomainError):
    """Name or password does not fit, or too many tries: the answer is the same, so that it tells nothing."""

    key = "error.sign_in"


class NoPost(DomainError):
    """The account is right, but nobody has posted the officer anywhere today."""

    key = "error.no_post"


@dataclass(frozen=True, slots=True)
class District:
    id: int
    code: str
    name_hi: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What a session is worth now. One that has run out still names its officer, so that typed text is kept."""

    actor: Actor
    district: District
    is_open: bool
    is_stale: bool  # its last sight should be written down


@dataclass(frozen=True, slots=True)
class Entry:
    """A new session, and what the officer is told on entering."""

    token: str
    district_id: int
    officer_id: UUID
    last_sign_in_at: datetime | None
    failures: int


@dataclass(frozen=True, slots=True)
class SessionLine:
    created_at: datetime
    last_seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class DemoAccount:
    officer_id: UUID
    name_hi: str
    name_en: str
    role: str
    office_kind: str
    office_hi: str
    office_en: str


@dataclass(frozen=True, slots=True)
class DemoGroup:
    kind: str
    accounts: list[DemoAccount]


@dataclass(frozen=True, slots=True)
class StaffLine:
    kind: str
    offices: int
    officers: int


class Doorkeeper:
    """Checks passwords by argon2id; one per process, because its dummy hash costs a hash to make."""

    def __init__(self, memory_kib: int = 65_536, rounds: int = 3) -> None:
        self._hasher = PasswordHasher(memory_cost=memory_kib, time_cost=rounds, parallelism=1)
        self._dummy = self._hasher.hash(secrets.token_hex(16))

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def fits(self, stored: str | None, password: str) -> bool:
        """Whether the password is the stored one. An unknown name takes as long as a known one."""
        try:
            self._hasher.verify(stored if stored is not None else self._dummy, password)
        except (Argon2Error, InvalidHashError):
            return False
        return stored is not None


def sign_in(
    database: Database,
    doorkeeper: Doorkeeper,
    username: str,
    password: str,
    *,
    knows: Callable[[UUID], bool],
    now: datetime,
) -> Entry:
    """Open a session for a name and its password. Raises SignInRefused, or NoPost for an officer without a post.

    The hash is checked outside any transaction. Too many failures slow strangers down, 2^n seconds up to a
    quarter of an hour. A device on which the account was opened before (`knows`) is never made to wait, so
    that nobody can keep an officer out.
    """
    found = database.read(lambda session: table.accounts(session, username.strip()), scopes.door())
    if not found:
        doorkeeper.fits(None, password)  # as long as for a known name
        _note_stranger(database, username, now)
    row = next((each for each in found if doorkeeper.fits(each.password_hash, password)), None)
    if row is None or not row.active or (_must_wait(row, now) and not knows(row.id)):
        for each in found:
            _count_failure(database, each, now)
        raise SignInRefused
    return _enter(database, row, now)


def enter_as(database: Database, officer_id: UUID, now: datetime) -> Entry:
    """Open a session for a demo account without its password; only the demo mode offers the way here."""
    groups = database.read(lambda session: table.demo_accounts(session, calendars.day(now)), scopes.door())
    for row in groups:
        if row.officer_id == officer_id:
            account = database.read(
                lambda session: table.account(session, officer_id), scopes.door(row.district_id)
            )
            return _enter(database, account, now)
    raise NotFound


def demo_accounts(session: Session, now: datetime) -> list[DemoGroup]:
    """The demo accounts by kind of office, for the sign-in page of the demo mode."""
    groups: dict[str, list[DemoAccount]] = {}
    rows = table.demo_accounts(session, calendars.day(now))
    several = len({row.district_id for row in rows}) > 1
    for row in rows:
        where = (f", {row.district_hi}", f", {row.district_en}") if several else ("", "")
        office = (row.office_kind, row.office_hi + where[0], row.office_en + where[1])
        line = DemoAccount(row.officer_id, row.name_hi, row.name_en, row.role, *office)
        groups.setdefault(row.office_kind, []).append(line)
    order = ("dm_office", "sp_office", "thana", "sdpo", "circle", "dcrb", "special_branch")
    rank = {kind: place for place, kind in enumerate(order)}
    return [
        DemoGroup(kind, groups[kind]) for kind in sorted(groups, key=lambda each: (rank.get(each, 99), each))
    ]


def actor_for(session: Session, token: str, now: datetime) -> Standing | None:
    """Who stands behind a session's token now; None for an unknown, ended or long dead session.

    One query a request; the officer's posts are read again only when his `version` or the day has changed.
    """
    digest = digest_of(token)
    row = table.by_digest(session, digest)
    if row is None or row.ended_at is not None or not row.active:
        return None
    runs_out = min(row.expires_at, row.last_seen_at + IDLE)
    if now > runs_out + GRACE:
        return None
    known = _remembered(session, row, digest, now)
    if known is None:
        return None
    actor, district = known
    return Standing(actor, district, now < runs_out, now - row.last_seen_at > TOUCH)


def in_post(session: Session, officer_id: UUID, posting_id: UUID, now: datetime) -> Actor | None:
    """An officer as he may act in this post today, without a session; None when the post is his no more."""
    officer = table.account(session, officer_id)
    if officer is None or not officer.active:
        return None
    posts = _posts(table.posts(session, officer_id, calendars.day(now)))
    chosen = next((post for post in posts if post.posting_id == posting_id), None)
    return None if chosen is None else _actor(officer, posts, chosen)


def touch(session: Session, standing: Standing, now: datetime) -> None:
    """Write down that the session was seen."""
    if standing.actor.session_id is not None:
        table.set_session(session, standing.actor.session_id, last_seen_at=now)


def sign_out(session: Session, actor: Actor, now: datetime) -> None:
    """End the session for good; its token is worth nothing from the next request on."""
    if actor.session_id is not None:
        table.set_session(session, actor.session_id, ended_at=now)
        audit.record(
            session, "access", "session:end", f"officer:{actor.officer_id}", actor, now, reason="sign_out"
        )


def switch_post(session: Session, actor: Actor, posting_id: UUID, now: datetime) -> None:
    """Act in another of one's own posts. Raises NotFound for a post that is not his today."""
    if posting_id not in {post.posting_id for post in actor.posts} or actor.session_id is None:
        raise NotFound
    table.set_session(session, actor.session_id, posting_id=posting_id)
    audit.record(
        session,
        "access",
        "session:switch",
        f"officer:{actor.officer_id}",
        actor,
        now,
        posting=str(posting_id),
    )


def set_language(session: Session, actor: Actor, language: str) -> None:
    """Keep the officer's choice of language; it counts on every device."""
    row = table.account(session, actor.officer_id)
    if row is not None and row.language != language:
        table.set_account(session, actor.officer_id, language=language, version=row.version + 1)


def open_sessions(session: Session, actor: Actor, now: datetime) -> list[SessionLine]:
    """Where the officer is signed in."""
    return [
        SessionLine(row.created_at, row.last_seen_at, row.id == actor.session_id)
        for row in table.open_sessions(session, actor.officer_id, now - IDLE, now)
    ]


def end_other_sessions(session: Session, actor: Actor, now: datetime) -> None:
    if actor.session_id is not None:
        table.end_others(session, actor.officer_id, actor.session_id, now)
        audit.record(
            session, "access", "session:end", f"officer:{actor.officer_id}", actor, now, reason="others"
        )


def districts(session: Session) -> list[District]:
    return [District(row.id, row.code, row.name_hi, row.name_en) for row in table.districts(session)]


def staff(session: Session, now: datetime) -> list[StaffLine]:
    """Offices and officers of the district by kind of office: counts, no names."""
    return [
        StaffLine(row.kind, row.offices, row.officers) for row in table.staff(session, calendars.day(now))
    ]


def digest_of(token: str) -> bytes:
    """What the table keeps of a token; from it nobody gets the token back."""
    return sha256(token.encode()).digest()


def _must_wait(row: AnyRow, now: datetime) -> bool:
    excess = row.failures - FREE_TRIES
    if excess < 0 or row.failed_at is None:
        return False
    wait = min(timedelta(seconds=2 ** min(excess + 1, 10)), LONGEST_WAIT)
    return bool(now < row.failed_at + wait)


def _count_failure(database: Database, row: AnyRow, now: datetime) -> None:
    def count(session: Session) -> None:
        table.count_failure(session, row.id, now)
        audit.record(session, "access", "session:refuse", f"officer:{row.id}", None, now)

    database.write(count, scopes.door(row.district_id))


def _note_stranger(database: Database, username: str, now: datetime) -> None:
    """Record a try under a name that nobody has; by its digest, for a password may have slipped into the box."""
    codes = [district.id for district in database.read(districts, scopes.door())]
    if not codes:
        return

    def note(session: Session) -> None:
        digest = session.keys.blind("username", username.strip()).hex()
        audit.record(session, "access", "session:refuse", "officer:unknown", None, now, digest=digest)

    database.write(note, scopes.door(codes[0]))


def _enter(database: Database, row: AnyRow | None, now: datetime) -> Entry:
    if row is None:
        raise NotFound
    token = secrets.token_urlsafe(32)

    def enter(session: Session) -> None:
        posts = table.posts(session, row.id, calendars.day(now))
        if not posts:
            raise NoPost
        session_id = new_id(session.recorded_at)
        table.insert_session(
            session,
            {
                "id": session_id,
                "district_id": row.district_id,
                "officer_id": row.id,
                "digest": digest_of(token),
                "created_at": now,
                "last_seen_at": now,
                "expires_at": now + LIFETIME,
            },
        )
        table.set_account(session, row.id, last_sign_in_at=now, failures=0, failed_at=None)
        audit.record(
            session, "access", "session:start", f"officer:{row.id}", None, now, posting=str(posts[0].id)
        )

    database.write(enter, scopes.door(row.district_id))
    return Entry(token, row.district_id, row.id, row.last_sign_in_at, row.failures)


# --- who an officer is, kept in memory while nothing about him changes -----------------------------------------

_memory: dict[tuple[Any, ...], tuple[Actor, District]] = {}
_memory_lock = Lock()


def _remembered(session: Session, row: AnyRow, digest: bytes, now: datetime) -> tuple[Actor, District] | None:
    day = calendars.day(now)
    key = (digest, row.version, row.posting_id, day)
    known = _memory.get(key)
    if known is not None:
        return known
    found = _resolve(session, row, day)
    if found is not None:
        with _memory_lock:
            while len(_memory) >= _REMEMBERED:
                _memory.pop(next(iter(_memory)))
            _memory[key] = found
    return found


def _resolve(session: Session, row: AnyRow, day: Any) -> tuple[Actor, District] | None:
    officer = table.account(session, row.officer_id)
    posts = _posts(table.posts(session, row.officer_id, day))
    if officer is None or not posts:
        return None
    chosen = next((post for post in posts if post.posting_id == row.posting_id), posts[0])
    own = next(each for each in districts(session) if each.id == officer.district_id)
    return _actor(officer, posts, chosen, row.id), own


def _actor(officer: AnyRow, posts: tuple[Post, ...], chosen: Post, session_id: UUID | None = None) -> Actor:
    return Actor(
        district_id=officer.district_id,
        officer_id=officer.id,
        name_hi=officer.name_hi,
        name_en=officer.name_en,
        rank=officer.rank,
        post=chosen,
        posts=posts,
        session_id=session_id,
        language=officer.language,
    )


def _posts(rows: Sequence[AnyRow]) -> tuple[Post, ...]:
    return tuple(
        Post(row.id, row.office_id, row.office_kind, row.office_hi, row.office_en, Role(row.role), row.kind)
        for row in rows
    )
