"""Departments are told at an address of theirs that a letter has moved: which, how far, where to read."""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.domain.roles import Permission
from app.models.desk import queue_queries as feed
from app.models.district import setup_queries
from app.models.intake import webhooks as table
from app.models.scope import SystemReason, SystemScope
from app.postbox import AddressRefused, NotSent
from app.services.casefile import departments
from app.services.store import audit, keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.postbox import Caller
    from app.services.store.database import Database

QUEUED, SENT, FAILED = "queued", "sent", "failed"
TRIAL = {"state": "trial", "stages": {}}
_OVERLAP = timedelta(seconds=15)  # an act may be committed so long after it began, when its number was taken
_PAUSES = tuple(timedelta(minutes=each) for each in (1, 5, 15, 60, 240, 720))
_AT_ONCE, _SHOWN = 20, 20
_KEPT = timedelta(days=30)
_BYTES = 32


class Refused(DomainError):
    """An address that may not be called (422); `key` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"webhook.refused.{reason}")


@dataclass(frozen=True, slots=True)
class View:
    """The address of the department, if it has one, and what it was told last."""

    address: str
    calls: Sequence[AnyRow]


def view(session: Session, actor: Actor) -> View:
    """What the department's page shows. Raises NotAllowed."""
    actor.require(Permission.PROGRAM_KEEP)
    found = table.live(session)
    return View(found[0].address if found else "", table.last_calls(session, _SHOWN))


def set_address(session: Session, actor: Actor, caller: Caller, address: str, now: datetime) -> str:
    """Let the department be told at this address, and no other; -> the secret, shown this once. A trial goes out.

    Raises NotAllowed, Refused.
    """
    actor.require(Permission.PROGRAM_KEEP)
    try:
        caller.judge(address)
    except AddressRefused as refused:
        raise Refused(refused.reason) from refused
    _stop_all(session, now)
    webhook_id, key_id = new_id(session.recorded_at), keys.create(session, "webhook")
    secret = secrets.token_urlsafe(_BYTES)
    sealed = keys.seal(keys.unlock(session, key_id), _place(webhook_id), secret.encode())
    row = {"id": webhook_id, "office_id": actor.post.office_id, "data_key_id": key_id, "secret": sealed}
    seen = {"seen_at": now, "seen_seq": table.last_event(session)}
    table.insert_webhook(
        session, {**row, **seen, "address": address, "made_by": actor.officer_id, "made_at": now}
    )
    table.insert_calls(session, [_call(session, webhook_id, actor.post.office_id, None, TRIAL, now)])
    audit.record(session, "admin", "webhook:set", f"webhook:{webhook_id}", actor, now)
    return secret


def stop(session: Session, actor: Actor, now: datetime) -> None:
    """Let the department be told nothing more. Raises NotAllowed."""
    actor.require(Permission.PROGRAM_KEEP)
    for webhook_id in _stop_all(session, now):
        audit.record(session, "admin", "webhook:stop", f"webhook:{webhook_id}", actor, now)


def _stop_all(session: Session, now: datetime) -> list[UUID]:
    stopped = []
    for row in table.live(session):
        table.set_webhook(session, row.id, stopped_at=now)
        table.cancel_calls(session, row.id)
        keys.destroy(session, row.data_key_id, now)
        stopped.append(row.id)
    return stopped


def _place(webhook_id: UUID) -> str:
    return f"webhook|secret|{webhook_id}"


def _call(
    session: Session,
    webhook_id: UUID,
    office_id: UUID,
    requisition_id: UUID | None,
    facts: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    return {
        "id": new_id(session.recorded_at),
        "webhook_id": webhook_id,
        "office_id": office_id,
        "requisition_id": requisition_id,
        "facts": dict(facts),
        "state": QUEUED,
        "at": now,
        "run_at": now,
    }


# -- the worker ------------------------------------------------------------------------------------------


def go_on(database: Database, caller: Caller, now: datetime) -> int:
    """Put what has moved into the outbox and send what is due; -> how many were tried. Safe to repeat."""
    for district_id in database.read(setup_queries.districts, SystemScope(SystemReason.MESSAGES)):
        scope = SystemScope(SystemReason.MESSAGES, district_id)
        for row in database.read(table.live, scope):
            news = database.read(lambda session, row=row: _news(session, row, now), scope)  # type: ignore[misc]
            if news:
                database.write(lambda session, row=row: _fill(session, row, now), scope)  # type: ignore[misc]
    return _send(database, caller, now)


def _news(session: Session, row: AnyRow, now: datetime) -> list[dict[str, Any]]:
    """What is to be told of letters that have moved since the last look, and was not told yet."""
    behind = feed.event_number(now) - feed.event_number(now - _OVERLAP)
    ids = {
        *table.touched(session, row.office_id, row.seen_seq - behind),
        *table.moved(session, row.office_id, row.seen_at - _OVERLAP),
    }
    states = table.states(session, list(ids))
    stages = departments.stages(session, list(ids))
    found = []
    for requisition_id in sorted(ids):
        facts = {"state": states.get(requisition_id, ""), "stages": stages.get(requisition_id, {})}
        if facts != table.last_told(session, row.id, requisition_id):
            found.append(_call(session, row.id, row.office_id, requisition_id, facts, now))
    return found


def _fill(session: Session, row: AnyRow, now: datetime) -> None:
    calls = _news(session, row, now)  # looked at again where it is written: another worker may have been here
    if calls:
        table.insert_calls(session, calls)
    table.set_webhook(session, row.id, seen_at=now, seen_seq=table.last_event(session))


def _send(database: Database, caller: Caller, now: datetime) -> int:
    """Each call is taken in hand first: no second worker makes it too, unless this one died over it."""
    found = database.read(
        lambda session: table.due(session, now, _AT_ONCE), SystemScope(SystemReason.MESSAGES)
    )
    dead: set[UUID] = set()
    for row in found:
        in_hand = {"attempts": row.attempts + 1, "run_at": now + _PAUSES[0]}
        if row.webhook_id in dead or not _changed(database, row, row.attempts, in_hand):
            continue
        values = _tried(database, caller, row, now)
        if values.get("state") != SENT:
            dead.add(row.webhook_id)  # the rest of a round need not wait for the same server
        _changed(database, row, row.attempts + 1, values)
    return len(found)


def _changed(database: Database, row: AnyRow, known: int, values: Mapping[str, Any]) -> bool:
    return database.write(
        lambda session: table.update_call(session, row.id, known, values),
        SystemScope(SystemReason.MESSAGES, row.district_id),
    )


def _tried(database: Database, caller: Caller, row: AnyRow, now: datetime) -> dict[str, Any]:
    """Make one call; -> what is to be kept of the try."""
    scope = SystemScope(SystemReason.MESSAGES, row.district_id)
    secret = database.read(
        lambda session: keys.open_sealed(
            keys.unlock(session, row.data_key_id), _place(row.webhook_id), row.secret
        ),
        scope,
    )
    told = written(_told(database.public_address, row))
    try:
        caller.post(row.address, told, _headers(secret, row.id, told, now))
    except NotSent as failed:
        if failed.is_final or row.attempts >= len(_PAUSES):
            return {"state": FAILED, "error": failed.reason}
        return {"run_at": now + _PAUSES[row.attempts], "error": failed.reason}
    return {"state": SENT, "sent_at": now, "error": ""}


def _told(public_address: str, row: AnyRow) -> dict[str, Any]:
    told = {"id": str(row.id), "at": row.at.isoformat(), **row.facts}
    if row.requisition_id is not None:
        told["requisition"] = str(row.requisition_id)
        told["link"] = f"{public_address}/api/v1/requisitions/{row.requisition_id}"
    return told


def written(told: Mapping[str, Any]) -> bytes:
    """What is posted, and signed to the byte."""
    return json.dumps(told, sort_keys=True).encode()


def _headers(secret: bytes, call_id: UUID, body: bytes, now: datetime) -> dict[str, str]:
    stamp = str(int(now.timestamp()))
    return {
        "Content-Type": "application/json",
        "User-Agent": "e-Satyapan",
        "Esp-Id": str(call_id),
        "Esp-Signature": f"t={stamp},v1={signature(secret, stamp, body)}",
    }


def signature(secret: bytes, stamp: str, body: bytes) -> str:
    """HMAC-SHA-256 over the time and the body: what was sent once cannot be sent again later as new."""
    return hmac.new(secret, stamp.encode() + b"." + body, sha256).hexdigest()


def sweep(session: Session, now: datetime) -> None:
    """Forget calls that were settled long ago."""
    table.delete_calls(session, now - _KEPT)
