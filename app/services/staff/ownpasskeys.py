"""An officer's own passkeys: added and removed by himself, each by an act that took a fresh factor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app import webauthn
from app.crypto import Unsealable
from app.domain.errors import BoxesRefused, DomainError, NotFound
from app.domain.ids import new_id
from app.domain.text import tidy, words_refused
from app.models.staff import login_queries as accounts
from app.models.staff import passkey_queries as table
from app.services.access import passkeys, stepup
from app.services.store import audit, scopes

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

ADD, REMOVE = "passkey:add", "passkey:remove"  # acts that take a fresh factor
MOST = 10  # an officer has a telephone, a computer or two, and a key in the drawer
LONGEST_NAME = 60


class NotAdded(BoxesRefused):
    """No passkey was added. Nothing changed."""


class TooMany(DomainError):
    """The officer has as many passkeys as he may have."""

    key = "error.passkeys_enough"


class LastFactor(DomainError):
    """An officer without an authenticator keeps his last passkey: nothing else would let him in."""

    key = "error.last_factor"


@dataclass(frozen=True, slots=True)
class Line:
    """One passkey as its officer sees it."""

    id: UUID
    name: str
    made_at: datetime
    used_at: datetime | None
    is_doubted: bool
    is_weak: bool = False  # its key has less than 128 bits of security, and counts no more


@dataclass(frozen=True, slots=True)
class Own:
    """An officer's passkeys, and the address at which they hold; empty: this installation can have none."""

    origin: str
    host: str
    lines: list[Line]

    @property
    def has_room(self) -> bool:
        return len(self.lines) < MOST


def own(session: Session, actor: Actor) -> Own:
    here = passkeys.site(session)
    lines = [_line(session, row) for row in table.passkeys(session, actor.officer_id)]
    return Own(here.origin if here else "", here.name if here else "", lines)


def _line(session: Session, row: AnyRow) -> Line:
    try:
        name = session.keys.unwrap(bytes(row.name), passkeys.place(row.officer_id, "name", row.id)).decode()
        is_weak = not session.takes_rsa_2048 and webauthn.is_weak(passkeys.public_half(session, row))
    except Unsealable:  # nobody added it by these pages; it opens nothing, and can be removed
        return Line(row.id, "?", row.made_at, row.used_at, is_doubted=True)
    return Line(row.id, name, row.made_at, row.used_at, row.doubted_at is not None, is_weak)


# -- adding ----------------------------------------------------------------------------------------------


def to_add(session: Session, actor: Actor, now: datetime) -> UUID:
    """Ask for a fresh factor before a passkey is made; -> the step-up. Raises TooMany, NotFound."""
    if passkeys.site(session) is None:
        raise NotFound
    if len(table.passkeys(session, actor.officer_id)) >= MOST:
        raise TooMany(most=MOST)
    return stepup.begin(session, actor, ADD, [_adding(session, actor)], now)


def _adding(session: Session, actor: Actor) -> stepup.Item:
    """What the step-up is for: one more key of the account as it now is."""
    version = _account(session, actor).version
    return stepup.item(f"officer:{actor.officer_id}", {"version": version})


def see(session: Session, actor: Actor, step_up_id: UUID, now: datetime) -> stepup.StepUp:
    """The proven request behind the page that makes a key. Raises NotFound, StepUpOver."""
    wanted = stepup.see(session, actor, step_up_id, now)
    if wanted.action != ADD:
        raise NotFound
    if not wanted.is_proven:
        raise stepup.StepUpOver
    return wanted


def request(session: Session, actor: Actor, step_up_id: UUID, now: datetime) -> dict[str, Any]:
    """What the browser is asked, so that it makes a key. Raises NotFound, StepUpOver."""
    see(session, actor, step_up_id, now)
    here = passkeys.site(session)
    if here is None:
        raise NotFound
    asked = passkeys.ask(session, passkeys.ADD, now, step_up_id=step_up_id, about=actor.officer_id.bytes)
    known = [bytes(row.credential) for row in table.passkeys(session, actor.officer_id)]
    names = (_account(session, actor).username, actor.name_hi)
    is_open = session.takes_rsa_2048
    return webauthn.to_make(
        here, asked.challenge, actor.officer_id.bytes, names, known, takes_rsa_2048=is_open
    )


def add(database: Database, actor: Actor, step_up_id: UUID, typed: tuple[str, str], now: datetime) -> None:
    """Add the key that a browser made, under a name; `typed` are the name and the answer. His other sessions end.

    The challenge is used up by whatever was answered; the step-up by a key that was added, so that a browser may try
    again. Raises NotAdded, NotFound, StepUpOver.
    """
    scope, owner = scopes.door(actor.district_id), actor.officer_id.bytes
    name, text = tidy(typed[0]), typed[1]
    database.read(lambda session: see(session, actor, step_up_id, now), scope)
    if fault := words_refused(name) or ("" if 0 < len(name) <= LONGEST_NAME else "passkey.problem.name"):
        raise NotAdded({"name": fault})
    answer = database.write(
        lambda session: passkeys.take_for(session, text, passkeys.ADD, step_up_id, owner, now), scope
    )

    def work(session: Session) -> None:
        made = _made(session, answer)
        stepup.use(session, actor, step_up_id, ADD, [_adding(session, actor)], now)
        _insert(session, actor, made, name, now)
        _changed(session, actor, now)

    database.write(work, scope)


def _made(session: Session, answer: passkeys.Answer) -> webauthn.Made:
    here = passkeys.site(session)
    if here is None or answer.challenge is None:
        raise NotAdded({"passkey": "passkey.problem.made"})
    try:
        made = webauthn.made(answer.text, answer.challenge, here, takes_rsa_2048=session.takes_rsa_2048)
    except webauthn.NotProven:
        raise NotAdded({"passkey": "passkey.problem.made"}) from None
    if table.by_credential(session, made.credential) is not None:
        raise NotAdded({"passkey": "passkey.problem.known"})
    return made


def _insert(session: Session, actor: Actor, made: webauthn.Made, name: str, now: datetime) -> None:
    passkey_id, owner = new_id(session.recorded_at), actor.officer_id
    table.insert_passkey(
        session,
        {
            "id": passkey_id,
            "officer_id": owner,
            "credential": made.credential,
            "public_key": session.keys.wrap(made.public_key, passkeys.place(owner, "public_key", passkey_id)),
            "name": session.keys.wrap(name.encode(), passkeys.place(owner, "name", passkey_id)),
            "counter": made.counter,
            "made_at": now,
        },
    )
    audit.record(session, "access", "passkey:add", f"officer:{owner}", actor, now, passkey=str(passkey_id))


# -- removing --------------------------------------------------------------------------------------------


def to_remove(session: Session, actor: Actor, passkey_id: UUID, now: datetime) -> UUID:
    """Ask for a fresh factor before a key is removed; -> the step-up. Raises NotFound, LastFactor."""
    return stepup.begin(session, actor, REMOVE, [_removing(session, actor, passkey_id)], now)


def _removing(session: Session, actor: Actor, passkey_id: UUID) -> stepup.Item:
    line = find(session, actor, passkey_id)
    is_last = len(table.passkeys(session, actor.officer_id)) == 1
    if is_last and _account(session, actor).totp_secret is None:
        raise LastFactor
    return stepup.item(f"passkey:{line.id}", {"name": line.name, "made_at": line.made_at.isoformat()})


def find(session: Session, actor: Actor, passkey_id: UUID) -> Line:
    """One of the officer's own keys. Raises NotFound."""
    rows = table.passkeys(session, actor.officer_id)
    row = next((each for each in rows if each.id == passkey_id), None)
    if row is None:
        raise NotFound
    return _line(session, row)


def remove(session: Session, actor: Actor, step_up_id: UUID, passkey_id: UUID, now: datetime) -> None:
    """Remove a key by a proven step-up; his other sessions end. Raises NotFound, LastFactor, StepUpOver."""
    stepup.use(session, actor, step_up_id, REMOVE, [_removing(session, actor, passkey_id)], now)
    passkeys.remove(session, actor.officer_id, passkey_id, actor, now, reason="own")
    _changed(session, actor, now)


def _account(session: Session, actor: Actor) -> AnyRow:
    row = accounts.account(session, actor.officer_id)
    if row is None:
        raise NotFound
    return row


def _changed(session: Session, actor: Actor, now: datetime) -> None:
    """Let every other session of the officer end: whoever sits in one had the factors of before."""
    accounts.end_others(session, actor.officer_id, actor.session_id, now)
    accounts.set_account(session, actor.officer_id, version=_account(session, actor).version + 1)
