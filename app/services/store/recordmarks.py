"""Which signed checkpoint of the record a file that leaves the office carries with it."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from app import papers
from app.models.record import audit_queries as table
from app.services.store import scopes

if TYPE_CHECKING:
    from datetime import datetime

    from app.models.scope import Session

_KEY_ID = 16  # letters of the digest of the public key: enough to tell two installations apart


def newest(session: Session, at: datetime) -> int:
    """The number of the district's newest checkpoint at a time; 0 before the first."""
    return table.checkpoint_at(_record(session), at)


def numbered(session: Session, number: int) -> papers.RecordMark | None:
    """A checkpoint as a file carries it; None for 0. It holds ids and digests alone."""
    note = table.checkpoint_note(_record(session), number)
    if note is None:
        return None
    public = session.keys.signing_key().public_key().public_bytes_raw()
    return papers.RecordMark(note, sha256(public).hexdigest()[:_KEY_ID])


def _record(session: Session) -> Session:
    return session.narrowed(scopes.record(session.district_id))
