"""Photos of a whole list in one ZIP: each goes to the person whose row its name tells, as a single photo does."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from app.domain.errors import Conflict, DomainError, FieldProblem
from app.domain.text import ascii_digits
from app.services.intake import enclosures
from app.services.store import documents
from app.services.store.documents import Upload
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID
    from zipfile import ZipInfo

    from app.domain.roles import Actor
    from app.services.store.database import Database

MOST = 100  # photos of one ZIP: each is made anew while the officer waits
MAX_UNPACKED = 150_000_000  # bytes of all of them
PHOTO = "photo"  # the field of the intake form
_MOST_PARTS = 1_000  # of the ZIP, folders and all
_BLOCK = 1 << 16
_BROKEN = (BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError)
_ENDINGS = (".jpg", ".jpeg", ".png")


class Refused(DomainError):
    """A ZIP that is not read at all; the key says why."""

    key = "photozip.broken"


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of one file of the ZIP: the row it went to, or the fault for which it went nowhere."""

    name: str
    number: int = 0
    fault: FieldProblem | None = None


def place(database: Database, actor: Actor, roster_id: UUID, data: bytes, now: datetime) -> list[Placed]:
    """Give every photo of a ZIP to the person of its row, whatever photo he had before; one result a file.

    A name is the number of a row (12.jpg), or the text of one of its cells that no other row has (a name, a roll
    number).

    Raises Refused for no ZIP, one that unpacks too large, or holds too many; NotAllowed, NotFound, asked.Sent.
    """
    rows = database.read(lambda session: enclosures.cells(session, actor, roster_id, now), actor_scope(actor))
    known = _by_name(rows)
    return [
        _place(database, actor, roster_id, name, photo, known, now) for name, photo in list(_photos(data))
    ]


def _place(
    database: Database,
    actor: Actor,
    roster_id: UUID,
    name: str,
    photo: bytes | None,
    known: dict[str, int],
    now: datetime,
) -> Placed:
    stem, _, ending = name.rpartition(".")
    number = known.get(_plain(stem), 0)
    if f".{ending.lower()}" not in _ENDINGS:
        return Placed(name, fault=FieldProblem("photozip.no_photo"))
    if photo is None:
        megabytes = documents.MAX_BYTES // 1_000_000
        return Placed(name, fault=FieldProblem("form.file_too_large", name=name, megabytes=megabytes))
    if not number:
        why = "photozip.no_row" if _plain(stem) not in known else "photozip.many_rows"
        return Placed(name, fault=FieldProblem(why))
    upload = Upload(PHOTO, name, "", photo)
    try:
        problems = enclosures.put_photo(database, actor, roster_id, number, upload, now)
    except Conflict:
        return Placed(name, fault=FieldProblem("photozip.changed"))
    return Placed(name, number, next(iter(problems.values()), None))


def _by_name(rows: list[tuple[int, list[str]]]) -> dict[str, int]:
    """By what a photo may be called -> number of the row; 0 where several rows have that text."""
    found: dict[str, int] = {}
    for number, texts in rows:
        for text in {_plain(text) for text in texts} - {""}:
            found[text] = 0 if text in found else number
    return found | {str(number): number for number, _ in rows}


def _plain(text: str) -> str:
    plain = " ".join(ascii_digits(unicodedata.normalize("NFC", text)).casefold().split())
    return plain.lstrip("0") or plain if plain.isdecimal() else plain


def _photos(data: bytes) -> Iterator[tuple[str, bytes | None]]:
    """Name and bytes of every file of the ZIP; None for one that is too large. What its heads say is not believed."""
    try:
        with ZipFile(BytesIO(data)) as parcel:
            parts = [part for part in parcel.infolist()[: _MOST_PARTS + 1] if _is_file(part)]
            if len(parcel.infolist()) > _MOST_PARTS or len(parts) > MOST:
                raise Refused("photozip.too_many", most=MOST)
            room = MAX_UNPACKED
            for part in parts:
                photo, size = _read(parcel, part, min(room, documents.MAX_BYTES))
                room -= size
                if room <= 0:
                    raise Refused("photozip.too_large", megabytes=MAX_UNPACKED // 1_000_000)
                yield part.filename.rsplit("/", 1)[-1], photo
    except _BROKEN as broken:
        raise Refused from broken


def _is_file(part: ZipInfo) -> bool:
    """What the systems that pack ZIPs put in by themselves is no photo of anybody."""
    name = part.filename.rsplit("/", 1)[-1]
    return not part.is_dir() and not name.startswith(".") and "__MACOSX/" not in part.filename


def _read(parcel: ZipFile, part: ZipInfo, most: int) -> tuple[bytes | None, int]:
    """The bytes of a part, unless they are more than `most`; and how many were unpacked."""
    held = bytearray()
    with parcel.open(part) as stream:
        while block := stream.read(_BLOCK):
            held += block
            if len(held) > most:
                return None, len(held)
    return bytes(held), len(held)
