"""Tokens of departments' programs: made with a fresh code and shown once, looked at with every request, revoked."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app.domain.errors import BoxesRefused, NotFound
from app.domain.ids import new_id
from app.domain.roles import Permission
from app.domain.text import tidy, words_refused
from app.models.intake import apitokens as table
from app.services.access import officers, stepup
from app.services.store import audit, scopes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

#: What a token may be good for.
LODGE, READ, FETCH = SCOPES = ("lodge", "read", "fetch")
LIVES = (30, 90, 365)  # days
MAKE = "token:make"
_PREFIX = "esp1_"  # so that whoever finds one in a file knows what it is
_BYTES = 32
_LONGEST = 60
_TOUCH = timedelta(minutes=1)
_KEPT = timedelta(days=30)  # how long a key of a request is known


class Refused(BoxesRefused):
    """A token that cannot be made. Nothing changed."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program that has shown a token: as whom it acts, and what the token is good for."""

    token_id: UUID
    actor: Actor
    scopes: frozenset[str]
    is_stale: bool  # its last use was noted a while ago


@dataclass(frozen=True, slots=True)
class Line:
    """A token as its page lists it; the token itself is nowhere."""

    id: UUID
    office_id: UUID
    name: str
    scopes: list[str]
    maker_hi: str
    maker_en: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    state: str  # live | expired | revoked | transferred


def listing(session: Session, actor: Actor, now: datetime) -> list[Line]:
    """The tokens of the department, or of all departments for those who keep the system. Raises NotAllowed."""
    actor.require_one_of(Permission.PROGRAM_KEEP, Permission.PROGRAM_WATCH)
    rows = table.tokens(session)
    with_posts = session.narrowed(scopes.door(actor.district_id))
    return [_line(with_posts, row, now) for row in rows]


def _line(session: Session, row: AnyRow, now: datetime) -> Line:
    return Line(
        row.id,
        row.office_id,
        row.name,
        row.scopes.split(),
        getattr(row, "maker_hi", ""),
        getattr(row, "maker_en", ""),
        row.made_at,
        row.expires_at,
        row.used_at,
        _state(session, row, now),
    )


def _state(session: Session, row: AnyRow, now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.expires_at <= now:
        return "expired"
    holder = officers.in_post(session, row.officer_id, row.posting_id, now)
    return "live" if holder is not None and holder.post.office_id == row.office_id else "transferred"


def to_make(
    session: Session, actor: Actor, name: str, wanted: Sequence[str], days: int, now: datetime
) -> UUID:
    """Ask for a token: it is worth nothing until a fresh code has proven the wish; -> the step-up's id.

    Raises NotAllowed, Refused.
    """
    actor.require(Permission.PROGRAM_KEEP)
    text = tidy(name)
    chosen = [each for each in SCOPES if each in wanted]
    problems = {}
    if fault := words_refused(text) or ("" if 0 < len(text) <= _LONGEST else "token.problem.name"):
        problems["name"] = fault
    if not chosen:
        problems["scopes"] = "token.problem.scopes"
    if days not in LIVES:
        problems["days"] = "token.problem.days"
    if problems:
        raise Refused(problems)
    token_id = new_id(session.recorded_at)
    row = {
        "id": token_id,
        "office_id": actor.post.office_id,
        "officer_id": actor.officer_id,
        "posting_id": actor.post.posting_id,
        "digest": None,
        "name": text,
        "scopes": " ".join(chosen),
        "made_at": now,
        "expires_at": now + timedelta(days=days),
    }
    table.insert_token(session, row)
    within = session.narrowed(scopes.door(actor.district_id))
    return stepup.begin(within, actor, MAKE, [_item(token_id, text, chosen, days)], now)


def _item(token_id: UUID, name: str, wanted: Sequence[str], days: int) -> stepup.Item:
    return stepup.item(f"token:{token_id}", {"name": name, "scopes": list(wanted), "days": days})


def asked_for(session: Session, actor: Actor, item: stepup.Item) -> Line:
    """The token that a step-up is about. Raises NotFound."""
    row = table.find(session, item.id)
    if row is None or row.officer_id != actor.officer_id:
        raise NotFound
    return _line(session.narrowed(scopes.door(actor.district_id)), row, row.made_at)


def make(session: Session, actor: Actor, wanted: stepup.StepUp, now: datetime) -> str:
    """Make the token that a fresh code has proven; -> its text, shown this once. Raises StepUpOver, NotAllowed."""
    actor.require(Permission.PROGRAM_KEEP)
    line = asked_for(session, actor, wanted.items[0])
    within = session.narrowed(scopes.door(actor.district_id))
    days = (line.expires_at - line.made_at).days
    stepup.use(within, actor, wanted.id, MAKE, [_item(line.id, line.name, line.scopes, days)], now)
    text = _PREFIX + secrets.token_urlsafe(_BYTES)
    table.set_token(session, line.id, digest=officers.digest_of(text))
    audit.record(session, "admin", MAKE, f"token:{line.id}", actor, now, scopes=line.scopes, days=days)
    return text


def revoke(session: Session, actor: Actor, token_id: UUID, now: datetime) -> None:
    """End a token at once. Raises NotAllowed, NotFound."""
    actor.require_one_of(Permission.PROGRAM_KEEP, Permission.PROGRAM_WATCH)
    row = table.find(session, token_id)
    if row is None:
        raise NotFound
    if table.set_token(session, token_id, revoked_at=now, revoked_by=actor.officer_id):
        audit.record(session, "admin", "token:revoke", f"token:{token_id}", actor, now)


def program(session: Session, token: str, now: datetime) -> Program | None:
    """Who a token lets in; None for one that never was, is over, was revoked, or whose maker's post has ended.

    The session may look across districts; whoever acts on what it finds takes the scope of the actor.
    """
    row = table.by_digest(session, officers.digest_of(token))
    if row is None:
        return None
    own = session.narrowed(scopes.door(row.district_id))
    if _state(own, row, now) != "live":
        return None
    actor = officers.in_post(own, row.officer_id, row.posting_id, now)
    if actor is None or not actor.may(Permission.DEPARTMENT_SEE):
        return None
    is_stale = row.used_at is None or row.used_at < now - _TOUCH
    return Program(row.id, actor, frozenset(row.scopes.split()), is_stale)


def touch(session: Session, token_id: UUID, now: datetime) -> None:
    """Note that a token was used."""
    table.set_token(session, token_id, used_at=now)


def sweep(session: Session, now: datetime) -> None:
    """Forget the keys of requests of long ago."""
    table.delete_requests(session, now - _KEPT)
