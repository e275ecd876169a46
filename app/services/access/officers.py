"""Officers at the door: signing in, the session that follows, and the post in which somebody acts."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any

from app.domain.errors import DomainError, NotFound
from app.domain.ids import new_id
from app.domain.roles import SESSION_LIMITS, Actor, Post, Role, session_limits
from app.models.staff import login_queries as table
from app.services.district import calendars
from app.services.store import audit, scopes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

#: The longest that any session lasts; a role may have less (app.domain.roles).
LIFETIME = max(limits.whole for limits in SESSION_LIMITS.values())
#: What is left to somebody who came by a code, to set his password and his second factor.
SETTING_UP = timedelta(minutes=30)
OPEN = "open"  # the stage of a session that is let in
#: How long after its end a session may still hand in a form that was typed in it.
GRACE = timedelta(hours=24)
#: How often a session's last sight is written down: reading must not write on every page.
TOUCH = timedelta(minutes=1)
_REMEMBERED = 5_000  # officers kept in memory; a district has fewer at work


class NoPost(DomainError):
    """The account is right, but nobody has posted the officer anywhere today."""

    key = "error.no_post"


@dataclass(frozen=True, slots=True)
class District:
    id: int
    code: str
    name_hi: str
    name_en: str
    demo: bool  # its names and letters are invented, for practice


@dataclass(frozen=True, slots=True)
class Standing:
    """What a session is worth now. One that has run out still names its officer, so that typed text is kept."""

    actor: Actor
    district: District
    is_open: bool
    is_stale: bool  # its last sight should be written down
    stage: str = OPEN


@dataclass(frozen=True, slots=True)
class Entry:
    """A new session, and what the officer is told on entering; a `stage` other than open has yet to be set up."""

    token: str
    district_id: int
    officer_id: UUID
    last_sign_in_at: datetime | None
    failures: int
    stage: str = OPEN


@dataclass(frozen=True, slots=True)
class SessionLine:
    id: UUID
    created_at: datetime
    last_seen_at: datetime
    device: str
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


def enter_as(database: Database, officer_id: UUID, now: datetime) -> Entry:
    """Open a session for a demo account without its password; only the demo mode offers the way here.

    Raises NotFound for one that the sign-in page does not offer: not of the demo, shut, or without a regular post.
    """
    account = database.read(lambda session: _offered(session, officer_id, now), scopes.door())
    if account is None:
        raise NotFound
    return database.write(
        lambda session: open_session(session, account, now), scopes.door(account.district_id)
    )


def _offered(session: Session, officer_id: UUID, now: datetime) -> AnyRow | None:
    account = table.demo_account(session, officer_id)
    if account is None or not account.active:
        return None
    posts = table.posts(session, officer_id, calendars.day(now))
    return account if any(each.kind == "regular" for each in posts) else None


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
    if now > row.expires_at + GRACE:
        return None
    known = _remembered(session, row, digest, now)
    if known is None:
        return None
    actor, district = known
    runs_out = _runs_out(row, actor.post.role)
    if now > runs_out + GRACE:
        return None
    return Standing(actor, district, now < runs_out, now - row.last_seen_at > TOUCH, row.stage)


def without_post(session: Session, token: str, now: datetime) -> Actor | None:
    """Whose session this is, if he holds no post any more: in the last one he had, for what he sent to be kept.

    He may do nothing. None for every other session, and for one that is dead.
    """
    row = table.by_digest(session, digest_of(token))
    if row is None or row.ended_at is not None or not row.active or row.stage != OPEN:
        return None
    day = calendars.day(now)
    last = table.last_post(session, row.officer_id, day)
    account = table.account(session, row.officer_id)
    if last is None or account is None or table.posts(session, row.officer_id, day):
        return None
    if now > _runs_out(row, Role(last.role)) + GRACE:
        return None
    [post] = _posts([last])
    return _actor(account, (post,), post, row.id)


def _runs_out(row: AnyRow, role: Role) -> datetime:
    """When a session ends by itself: idle, or old, as its officer's role has it."""
    limits = session_limits(role)
    ends: datetime = min(row.expires_at, row.created_at + limits.whole, row.last_seen_at + limits.idle)
    return ends


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
    """Where the officer is signed in, the one seen last first."""
    return [
        SessionLine(row.id, row.created_at, row.last_seen_at, row.device, row.id == actor.session_id)
        for row in table.open_sessions(session, actor.officer_id)
        if now < _runs_out(row, actor.post.role)
    ]


def districts(session: Session) -> list[District]:
    return [
        District(row.id, row.code, row.name_hi, row.name_en, row.demo) for row in table.districts(session)
    ]


def staff(session: Session, now: datetime) -> list[StaffLine]:
    """Offices and officers of the district by kind of office: counts, no names."""
    return [
        StaffLine(row.kind, row.offices, row.officers) for row in table.staff(session, calendars.day(now))
    ]


def digest_of(token: str) -> bytes:
    """What the table keeps of a token; from it nobody gets the token back."""
    return sha256(token.encode()).digest()


def open_session(
    session: Session, row: AnyRow, now: datetime, *, stage: str = OPEN, device: str = ""
) -> Entry:
    """Begin a session of an officer whose factors were proven. Raises NoPost for one without a post today."""
    posts = table.posts(session, row.id, calendars.day(now))
    if not posts:
        raise NoPost
    token, session_id = new_token(), new_id(session.recorded_at)
    table.insert_session(
        session,
        {
            "id": session_id,
            "district_id": row.district_id,
            "officer_id": row.id,
            "digest": digest_of(token),
            "created_at": now,
            "last_seen_at": now,
            "expires_at": now + (LIFETIME if stage == OPEN else SETTING_UP),
            "stage": stage,
            "device": device,
        },
    )
    if stage == OPEN:
        table.set_account(session, row.id, last_sign_in_at=now, failures=0, failed_at=None)
    audit.record(
        session,
        "access",
        "session:start",
        f"officer:{row.id}",
        None,
        now,
        posting=str(posts[0].id),
        stage=stage,
    )
    return Entry(token, row.district_id, row.id, row.last_sign_in_at, row.failures, stage)


def renew(session: Session, session_id: UUID, now: datetime, *, opens: bool = False, token: str = "") -> str:
    """Give a session another token, as after every change of what it may do; the old one is worth nothing."""
    token = token or new_token()
    more = {"stage": OPEN, "created_at": now, "expires_at": now + LIFETIME} if opens else {}
    table.set_session(session, session_id, digest=digest_of(token), last_seen_at=now, **more)
    return token


def leave_behind(session: Session, token: str, now: datetime) -> None:
    """End the session that this browser had before somebody came in by it anew."""
    row = table.by_digest(session, digest_of(token))
    if row is not None and row.ended_at is None:
        table.set_session(session, row.id, ended_at=now)


def new_token() -> str:
    return secrets.token_urlsafe(32)


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
