"""Step-up: a fresh factor for one act and the very content that was shown, used once within five minutes.

Whoever does an act of weight calls `use` first in its transaction, with what the act will do. Without a proven
step-up for exactly that it is refused by StepUpNeeded, and the officer is led to the page that asks for his code.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app import webauthn
from app.domain.errors import DomainError, NotFound
from app.domain.ids import new_id
from app.models.staff import factor_queries as table
from app.models.staff import login_queries as accounts
from app.models.tables.base import dump_json
from app.services.access import door, factors, officers, passkeys
from app.services.store import audit, scopes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

HOLDS = timedelta(minutes=5)
TWICE = timedelta(seconds=30)  # between two presses of one button on a slow line
#: After so long a row says nothing that the record does not say.
KEPT_FOR = timedelta(days=1)


class StepUpNeeded(DomainError):
    """The act waits for a fresh factor; `step_up_id` is the request whose page asks for it."""

    key = "error.step_up"

    def __init__(self, step_up_id: UUID) -> None:
        super().__init__()
        self.step_up_id = step_up_id


class CodeRefused(DomainError):
    """The code does not fit, was used before, or it is not time yet."""

    key = "account.problem.code"


class PasskeyRefused(CodeRefused):
    """The passkey proved nothing: not this officer's, not for this act, or not used in time."""

    key = "account.problem.passkey"


class StepUpOver(DomainError):
    """The request was used, was never proven, or its five minutes have passed."""

    key = "error.step_up_over"


class ContentChanged(DomainError):
    """What would be done now is not what was shown when the code was asked for."""

    key = "error.content_changed"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that the act touches (`kind:id`, in most acts), and the digest of what it does to it."""

    thing: str
    digest: str

    @property
    def id(self) -> UUID:
        """The id of a thing that is called `kind:id`."""
        return UUID(self.thing.partition(":")[2])


@dataclass(frozen=True, slots=True)
class StepUp:
    """A request for a fresh factor, as its page shows it: the act, and everything it covers."""

    id: UUID
    action: str
    items: tuple[Item, ...]
    expires_at: datetime
    is_proven: bool


@dataclass(frozen=True, slots=True)
class Given:
    """What an officer gives as a fresh factor: a code as he typed it, or his passkey's answer as JSON."""

    code: str = ""
    passkey: str = ""


def item(thing: str, content: Any) -> Item:
    """A thing with the SHA-256 of the canonical JSON of its content."""
    return Item(thing, sha256(dump_json(content).encode()).hexdigest())


def begin(session: Session, actor: Actor, action: str, items: Sequence[Item], now: datetime) -> UUID:
    """Ask for a fresh factor for this act on these things; -> the id of the request."""
    if actor.session_id is None or not items:
        raise NotFound
    step_up_id = new_id(session.recorded_at)
    table.insert_step_up(
        session,
        {
            "id": step_up_id,
            "officer_id": actor.officer_id,
            "session_id": actor.session_id,
            "action": action,
            "items": [[each.thing, each.digest] for each in items],
            "made_at": now,
            "expires_at": now + HOLDS,
        },
    )
    return step_up_id


def see(session: Session, actor: Actor, step_up_id: UUID, now: datetime) -> StepUp:
    """The request. Raises NotFound for another's or of another session, StepUpOver for one used or run out."""
    row = table.find_step_up(session, step_up_id)
    if row is None or (row.officer_id, row.session_id) != (actor.officer_id, actor.session_id):
        raise NotFound
    if row.used_at is not None or now > row.expires_at:
        raise StepUpOver
    return _told(row)


def _told(row: AnyRow) -> StepUp:
    items = tuple(Item(*each) for each in row.items)
    return StepUp(row.id, row.action, items, row.expires_at, row.proven_at is not None)


def request_passkey(session: Session, actor: Actor, wanted: StepUp, now: datetime) -> dict[str, Any]:
    """What the officer's browser is asked, so that one of his passkeys proves the request: it signs all of it.

    Raises NotFound for an officer without a passkey, and for a request that is proven.
    """
    here, known = passkeys.site(session), passkeys.usable(session, actor.officer_id)
    if here is None or not known or wanted.is_proven:
        raise NotFound
    asked = passkeys.ask(session, passkeys.CONFIRM, now, step_up_id=wanted.id, about=_about(wanted))
    return webauthn.to_use(here, asked.challenge, known)


def prove(
    database: Database, actor: Actor, wanted: StepUp, given: Given, now: datetime, *, token: str
) -> str:
    """Prove the request by a code or a passkey, used up by it; -> the session's new token in place of `token`.

    Raises CodeRefused, PasskeyRefused, NotFound.
    """
    scope = scopes.door(actor.district_id)
    row = database.read(lambda session: accounts.account(session, actor.officer_id), scope)
    if row is None or actor.session_id is None:
        raise NotFound
    own, session_id, thing = actor.session_id.bytes, actor.session_id, f"officer:{actor.officer_id}"
    if not database.write(lambda session: door.take(session, row.username, own, now), scope):
        raise CodeRefused("account.problem.wait")

    def work(session: Session) -> str | None:
        shown = _shown(session, wanted, given, now)
        if not factors.consume(session, row, shown, now) or not table.prove_step_up(session, wanted.id, now):
            audit.record(session, "access", "factor:refuse", thing, actor, now, reason=wanted.action)
            return None
        door.give_back(session, row.username, own)
        _note(session, actor, wanted, now)
        return officers.renew(session, session_id, now, token=_successor(session, token, wanted.id, given))

    new = database.write(work, scope)
    if new is None:
        raise PasskeyRefused if given.passkey else CodeRefused
    return new


def _shown(session: Session, wanted: StepUp, given: Given, now: datetime) -> str | passkeys.Answer:
    if not given.passkey:
        return given.code
    kind, about = passkeys.CONFIRM, _about(wanted)
    return passkeys.take_for(session, given.passkey, kind, wanted.id, about, now)


def goes_on(
    database: Database, token: str, step_up_id: UUID, given: Given, now: datetime
) -> tuple[str, officers.Standing] | None:
    """How a session goes on that was proven a moment ago, for whoever shows the token before: its new one, and whose.

    A button pressed twice sends the old token a second time, and the browser keeps the second answer alone. Only the
    same request with the very factor that proved it leads on, within seconds: whoever took the old token has not got
    that, and each try is counted; who has both could have proven the request himself, and gains nothing by coming
    second. Everywhere else the old token is worth nothing.
    """
    row = database.read(lambda session: table.find_step_up(session, step_up_id), scopes.door())
    if row is None or row.proven_at is None or now - row.proven_at > TWICE:
        return None

    def work(session: Session) -> tuple[str, officers.Standing] | None:
        account = accounts.account(session, row.officer_id)
        if account is None or not door.take(session, account.username, step_up_id.bytes, now):
            return None
        renewed = _successor(session, token, step_up_id, given)
        standing = officers.actor_for(session, renewed, now)
        if standing is None:
            return None
        door.give_back(session, account.username, step_up_id.bytes)
        return renewed, standing

    return database.write(work, scopes.door(row.district_id))


def is_proven(session: Session, actor: Actor, step_up_id: UUID) -> bool:
    """Whether this officer has proven the request in this session, used or not."""
    row = table.find_step_up(session, step_up_id)
    return (
        row is not None
        and row.proven_at is not None
        and (row.officer_id, row.session_id) == (actor.officer_id, actor.session_id)
    )


def _successor(session: Session, token: str, step_up_id: UUID, given: Given) -> str:
    """A new token that only this installation can make of the old one, the same for one request and one factor."""
    made_of = dump_json([str(step_up_id), token, given.code, given.passkey]).encode()
    return urlsafe_b64encode(session.keys.mac("renewal", made_of)).decode()


def use(
    session: Session, actor: Actor, step_up_id: UUID | None, action: str, items: Sequence[Item], now: datetime
) -> None:
    """Use a proven request up, in the transaction of its act. Acts of a loader, marked in the record, need none.

    Raises StepUpOver for one that is not proven, used or too old, NotFound for one that is not there, ContentChanged
    when it was given for another act or for other content.
    """
    if session.loader:
        return
    if step_up_id is None:
        raise StepUpOver
    wanted = _used_up(session, actor, step_up_id, now)
    if wanted.action != action or sorted(map(_key, wanted.items)) != sorted(map(_key, items)):
        raise ContentChanged


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that was proven and used up: each of its things may be done now, as it was shown, by this request."""

    id: UUID
    items: tuple[Item, ...]


def spend(session: Session, actor: Actor, step_up_id: UUID, action: str, now: datetime) -> Listed:
    """Use a proven list up before its things are done one by one; of two who try, one may.

    Whoever does a thing of it checks that its item, made anew, is in the list. Raises as `use` does.
    """
    wanted = _used_up(session, actor, step_up_id, now)
    if wanted.action != action:
        raise ContentChanged
    return Listed(wanted.id, wanted.items)


def _used_up(session: Session, actor: Actor, step_up_id: UUID, now: datetime) -> StepUp:
    """Use the officer's own request up and tell what it was: one wait for the database. Raises as `see`."""
    row = table.use_step_up(session, step_up_id, actor.officer_id, actor.session_id, now)
    if row is None:
        see(session, actor, step_up_id, now)
        raise StepUpOver
    return _told(row)


def spent(session: Session, actor: Actor, step_up_id: UUID, action: str) -> tuple[Item, ...]:
    """What a list covered that this officer has used up. Raises NotFound for any other."""
    row = table.find_step_up(session, step_up_id)
    if row is None or row.officer_id != actor.officer_id or row.action != action or row.used_at is None:
        raise NotFound
    return tuple(Item(*each) for each in row.items)


def sweep(session: Session, now: datetime) -> None:
    """Remove requests whose day has passed."""
    table.delete_old_step_ups(session, now - KEPT_FOR)


def _key(each: Item) -> tuple[str, str]:
    return each.thing, each.digest


def _note(session: Session, actor: Actor, wanted: StepUp, now: datetime) -> None:
    """Say in the record what the factor was given for: the act, and one digest over all it covers."""
    detail = {"act": wanted.action, "sha256": _whole(wanted), "things": len(wanted.items)}
    audit.record(session, "access", "factor:confirm", f"step_up:{wanted.id}", actor, now, **detail)


def _whole(wanted: StepUp) -> str:
    """One digest over all that the act covers."""
    return item("", [[each.thing, each.digest] for each in wanted.items]).digest


def _about(wanted: StepUp) -> bytes:
    """What a passkey signs of the request: its act and all that it covers."""
    return f"{wanted.action}|{_whole(wanted)}".encode()
