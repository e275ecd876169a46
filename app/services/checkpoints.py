"""Signed checkpoints over every chain of the record; their copies leave the database, or they prove nothing."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature

from app.models import audit_queries as table
from app.services import audit, calendars

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from app.models.scope import Session


def make(session: Session, folder: Path, now: datetime) -> Path:
    """Sign the record as it stands and write a copy to `folder`; -> the copy. Text as C2SP's checkpoints are."""
    before = table.last_checkpoint(session)
    seq = (before.seq if before is not None else 0) + 1
    rows, root = audit.rows_covered(session), audit.root(session)
    body = f"e-satyapan/{session.district_id}\n{rows}\n{b64encode(root).decode()}\n"
    signature = b64encode(session.keys.signing_key().sign(body.encode())).decode()
    note = f"{body}\n— e-satyapan/{session.district_id} {signature}\n"
    table.insert_checkpoint(session, {"seq": seq, "rows": rows, "root": root, "note": note, "at": now})
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / f"{session.district_id}-{calendars.day(now):%Y%m%d}-{seq:06d}.txt"
    copy.write_text(note, encoding="utf-8")
    return copy


def agrees(session: Session, note: str) -> bool:
    """Whether a copy was signed by this installation, and the record still holds what it covered.

    Rows come after a checkpoint, never before it: the record today must be at least as long, and if it is just
    as long its root must be the same.
    """
    body, _, signature = note.partition("\n\n")
    lines = body.split("\n")
    try:
        given = b64decode(signature.strip().rsplit(" ", 1)[-1], validate=True)
        session.keys.signing_key().public_key().verify(given, f"{body}\n".encode())
        rows, root = int(lines[1]), b64decode(lines[2], validate=True)
    except (InvalidSignature, ValueError, IndexError):
        return False
    stored = table.checkpoint_of(session, rows, root)
    now_rows = audit.rows_covered(session)
    return stored and now_rows >= rows and (now_rows > rows or audit.root(session) == root)
