"""Entries of the crime register erased for good: with their row, what found them, and the key that they shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.models.antecedents import crimes as table
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow


def erase(session: Session, found_by: Mapping[UUID, Collection[bytes]], now: datetime) -> None:
    """Take these entries out, each with the digests that it is found by, so that no later copy can be read.

    What else was sealed under their keys is sealed anew first: a key that went on would open what a file of the
    database, or a copy made tomorrow, may still hold of them.
    """
    rows = table.entries(session, list(found_by))
    table.lock_firs(session, {row.fir_id for row in rows})
    for row in rows:
        table.delete_accused(session, row.id, found_by[row.id])
    cases = {row.fir_id for row in rows}
    left = {row.fir_id for row in table.accused_of(session, cases)} if cases else set()
    for fir_id in cases - left:
        table.delete_fir(session, fir_id)
    for key_id in {row.data_key_id for row in rows}:
        firs = table.lock_firs_under(session, key_id)
        if firs:
            _under_another(session, firs)
        keys.destroy(session, key_id, now)


def _under_another(session: Session, firs: Sequence[AnyRow]) -> None:
    """Seal criminal cases and their accused under a new key."""
    old, new_id = keys.unlock(session, firs[0].data_key_id), keys.create(session, "crime")
    new = keys.unlock(session, new_id)

    def sealed(place: str, facts: bytes) -> bytes:
        return keys.seal(new, place, keys.open_sealed(old, place, facts))

    people = table.accused_of(session, [row.id for row in firs])
    table.set_sealed_accused(
        session, {row.id: sealed(f"accused|facts|{row.id}", row.facts) for row in people}
    )
    table.set_sealed_firs(session, new_id, {row.id: sealed(f"fir|facts|{row.id}", row.facts) for row in firs})
