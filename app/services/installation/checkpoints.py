"""Signed checkpoints over every chain of the record; their copies leave the database, or they prove nothing.

A checkpoint holds where each chain ended that had grown since the one before, and its root covers these heads and the
root before: the last checkpoint therefore covers every row that any checkpoint has covered.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING

import orjson
from cryptography.exceptions import InvalidSignature

from app.domain.errors import Conflict
from app.models.record import audit_queries as table
from app.services.district import calendars
from app.services.store import scopes
from app.services.store.audit import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

    Head = tuple[str, int, bytes]  # stream, number of its last row, hash of that row

_STREAM = "checkpoint"  # under this name faults of the checkpoints themselves are told
_NO_ROOT = b"\0" * 32
_ASKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Note:
    """The signed text of a checkpoint, read: district, rows covered, root, number, when."""

    district_id: int
    rows: int
    root: bytes
    seq: int
    at: datetime

    def body(self) -> str:
        root = b64encode(self.root).decode()
        return f"e-satyapan/{self.district_id}\n{self.rows}\n{root}\nnumber {self.seq}\nat {self.at.isoformat()}\n"


def make(database: Database, district_id: int, folder: Path, now: datetime) -> Path:
    """Sign the record as it stands and write a copy to `folder`; -> the copy. Text as C2SP's checkpoints are.

    Raises Conflict when another process made one at the same time.
    """
    scope = scopes.record(district_id)
    before, grown = database.read(_grown, scope)
    seq = (before.seq if before is not None else 0) + 1
    root = _root(bytes(before.root) if before is not None else _NO_ROOT, grown.heads)
    rows = (before.rows if before is not None else 0) + grown.rows
    text = database.write(
        partial(_insert, note=Note(district_id, rows, root, seq, now), heads=grown.heads), scope
    )
    return _write_copy(folder, seq, district_id, now, text)


def make_daily(database: Database, district_id: int, folder: Path, now: datetime) -> Path | None:
    """Make the checkpoint of the day; None when it is made and its copy lies in the folder."""
    last = database.read(table.last_checkpoint, scopes.record(district_id))
    if last is None or calendars.day(last.at) < calendars.day(now):
        return make(database, district_id, folder, now)
    if not _copy_path(folder, last.seq, district_id, last.at).exists():  # the machine stopped in between
        return _write_copy(folder, last.seq, district_id, last.at, last.note)
    return None


def carry_out(folder: Path, outside: Path) -> int:
    """Add what a folder of another machine has not yet of our copies, write-once; -> how many. Raises OSError.

    What lies there is never written over: a copy that differs from ours stays, and `flask audit verify --checkpoint`
    names it.
    """
    added = 0
    for copy in sorted(folder.glob("*.txt")):
        there = outside / copy.name
        if there.exists():
            continue
        with suppress(FileExistsError):  # another worker was quicker
            with there.open("xb") as file:
                file.write(copy.read_bytes())
                file.flush()
                os.fsync(file.fileno())
            there.chmod(0o444)
            added += 1
    return added


def faults(session: Session, copies: Mapping[str, str]) -> list[Fault]:
    """What the checkpoints prove against the record, and the copies (file name -> text) against the checkpoints."""
    stored = table.checkpoints(session)
    return [*_of_checkpoints(session, stored), *_of_rows(session), *_of_copies(session, stored, copies)]


def district_of(text: str) -> int | None:
    """Of which district a copy says that it is."""
    origin, _, code = text.partition("\n")[0].partition("/")
    return int(code) if origin == "e-satyapan" and code.isascii() and code.isdecimal() else None


def _of_checkpoints(session: Session, stored: Iterable[AnyRow]) -> Iterator[Fault]:
    """Gaps in the row of checkpoints, and each whose signature, columns or heads are not what was signed."""
    expected, root = 1, _NO_ROOT
    for row in stored:
        is_next = row.seq == expected
        if not is_next:
            yield Fault(_STREAM, expected, "checkpoint_gone")
        note = _opened(session, row.note)
        is_signed = note == Note(session.district_id, row.rows, bytes(row.root), row.seq, row.at)
        held = _root(root, table.heads_of_checkpoint(session, row.seq)) if is_next else bytes(row.root)
        if not is_signed or held != bytes(row.root):
            yield Fault(_STREAM, row.seq, "checkpoint_altered")
        expected, root = row.seq + 1, bytes(row.root)


def _of_rows(session: Session) -> Iterator[Fault]:
    """Rows that were covered and are gone, or are others now: cut ends, lost chains, chains hashed anew."""
    for row in table.unlike_checkpoints(session):
        what = "gone" if row.hash is None else "rewritten"
        yield Fault(row.stream, row.row_seq, what, checkpoint=row.seq)


def _of_copies(session: Session, stored: Iterable[AnyRow], copies: Mapping[str, str]) -> Iterator[Fault]:
    notes = {row.seq: row.note for row in stored}
    for name, text in copies.items():
        note = _opened(session, text)
        if note is None:
            yield Fault(_STREAM, 0, "copy_unsigned", name=name)
        elif note.seq not in notes:
            yield Fault(_STREAM, note.seq, "copy_unknown", note.seq, name)
        elif notes[note.seq].strip() != text.strip():
            yield Fault(_STREAM, note.seq, "copy_differs", note.seq, name)


# -- making ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Grown:
    heads: list[Head]
    rows: int  # how many rows came since


def _grown(session: Session) -> tuple[AnyRow | None, _Grown]:
    """The last checkpoint, and the chains that have grown since it."""
    before, found, rows = table.last_checkpoint(session), [], 0
    every = table.heads(session)
    while some := list(islice(every, _ASKED_AT_ONCE)):
        signed = table.signed_up_to(session, [stream for stream, _, _ in some])
        for stream, last, head in some:
            if last > signed.get(stream, 0):
                found.append((stream, last, head))
                rows += last - signed.get(stream, 0)
    return before, _Grown(sorted(found), rows)


def _root(before: bytes, heads: Iterable[Head]) -> bytes:
    digest = sha256(before)
    for stream, last, head in heads:
        digest.update(orjson.dumps([stream, last, head.hex()]))
    return digest.digest()


def _insert(session: Session, note: Note, heads: list[Head]) -> str:
    body = note.body()
    signature = b64encode(session.keys.signing_key().sign(body.encode())).decode()
    text = f"{body}\n— e-satyapan/{note.district_id} {signature}\n"
    row = {"seq": note.seq, "rows": note.rows, "root": note.root, "note": text, "at": note.at}
    if not table.insert_checkpoint(session, row, heads):
        raise Conflict
    return text


def _copy_path(folder: Path, seq: int, district_id: int, at: datetime) -> Path:
    return folder / f"{district_id}-{calendars.day(at):%Y%m%d}-{seq:06d}.txt"


def _write_copy(folder: Path, seq: int, district_id: int, at: datetime, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    copy = _copy_path(folder, seq, district_id, at)
    beside = copy.with_suffix(".part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(copy)
    return copy


# -- reading --------------------------------------------------------------------------------------------------


def _opened(session: Session, text: str) -> Note | None:
    """A note that this installation signed; None for any other text."""
    body, _, signature = text.partition("\n\n")
    try:
        origin, rows, root, number, at = body.split("\n")
        given = b64decode(signature.strip().rsplit(" ", 1)[-1], validate=True)
        session.keys.signing_key().public_key().verify(given, f"{body}\n".encode())
        return Note(
            int(origin.removeprefix("e-satyapan/")),
            int(rows),
            b64decode(root, validate=True),
            int(number.removeprefix("number ")),
            datetime.fromisoformat(at.removeprefix("at ")),
        )
    except (InvalidSignature, ValueError):
        return None
