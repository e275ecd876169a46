"""Phones that keep what was typed without a line: the key to it stays here, and is given to its officer alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from app.domain.ids import new_id
from app.models.casefile import device_queries as table
from app.models.district import setup_queries
from app.models.scope import SystemReason, SystemScope
from app.services.store import audit, keys

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

#: So long after a phone last asked for its key the key is destroyed, and with it all that the phone still holds.
KEPT_FOR = timedelta(days=7)
MOST = 5  # phones of one officer; a further one takes the place of the one that was used longest ago
_KNOWN_FOR = timedelta(days=60)  # how long an item that came is known again: longer than any phone keeps one
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Opened:
    """A phone with the key to what it holds."""

    id: UUID
    key: bytes


def open_for(session: Session, actor: Actor, named: Sequence[UUID], now: datetime) -> Opened:
    """The key of the officer's phone among the `named` ones; where none is his, a new phone with a new key.

    What was sealed under the key of another officer stays sealed: his keys are out of sight.
    """
    rows = table.devices_of(session, actor.officer_id)
    mine = next((row for row in reversed(rows) if row.id in named), None)
    if mine is not None:
        table.set_used(session, mine.id, now)
        return Opened(mine.id, keys.unlock(session, mine.data_key_id, mine.wrapped))
    for row in rows[: max(0, len(rows) - MOST + 1)]:
        _forget(session, actor, row, now)
    key_id, device_id = keys.create(session, "device"), new_id(session.recorded_at)
    table.insert_device(
        session,
        {
            "id": device_id,
            "officer_id": actor.officer_id,
            "data_key_id": key_id,
            "made_at": now,
            "used_at": now,
        },
    )
    audit.record(session, "access", "device:begin", f"device:{device_id}", actor, now)
    return Opened(device_id, keys.unlock(session, key_id))


def forget(session: Session, actor: Actor, device_id: UUID, now: datetime) -> None:
    """Destroy the key of one of the officer's own phones: what lies on it is unreadable from then on."""
    for row in table.devices_of(session, actor.officer_id):
        if row.id == device_id:
            _forget(session, actor, row, now)


def _forget(session: Session, actor: Actor | None, row: AnyRow, now: datetime) -> None:
    keys.destroy(session, row.data_key_id, now)
    table.delete_device(session, row.id)
    audit.record(session, "access", "device:forget", f"device:{row.id}", actor, now)


def destroy_unused(database: Database, now: datetime) -> int:
    """Destroy the keys of phones that nobody used for a week, in every district; -> how many. Once a day."""
    count = 0
    for district_id in database.read(setup_queries.districts, SystemScope(SystemReason.WORKER)):
        scope = SystemScope(SystemReason.WORKER, district_id)
        while gone := database.write(partial(_destroy_some, now=now), scope):
            count += gone
        database.write(partial(table.forget_received, before=now - _KNOWN_FOR), scope)
    return count


def _destroy_some(session: Session, now: datetime) -> int:
    rows = table.unused(session, now - KEPT_FOR, _BATCH)
    for row in rows:
        _forget(session, None, row, now)
    return len(rows)
