"""Uploaded papers: checked and re-made, sealed under the case's key, written by temp and rename, read back."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import BufferedReader, BufferedWriter
from secrets import token_hex
from typing import TYPE_CHECKING, Any, BinaryIO

import structlog

from app.crypto import SealedFile, SealingFile, Unsealable
from app.domain.errors import FieldProblem, FileDamaged, NotFound
from app.domain.ids import new_id
from app.models.casefile import document_queries as filed
from app.remaking import MAX_PAGES, MAX_PIXELS, remake
from app.scanning import INFECTED, NO_SCANNER, UNSCANNED
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.scanning import Scanner

log = structlog.get_logger(__name__)

MAX_BYTES = 10_000_000  # of one upload, as it comes from a phone's camera
MAX_PDF_BYTES = 5_000_000
#: Why a file cannot be kept -> what its officer is told.
_REFUSALS = {
    "active": "form.file_active",
    "pages": "form.file_too_many_pages",
    "pixels": "form.file_too_many_pixels",
    "kind": "form.file_wrong_kind",
    INFECTED: "form.file_infected",
    UNSCANNED: "form.file_unscanned",
}
_ENDINGS = {"application/pdf": ".pdf", "image/jpeg": ".jpg"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived: `field` of the form, the name and type the browser claims, the bytes.

    `also` is done in the transaction that keeps it, and undoes it by raising.
    """

    field: str
    name: str
    media_type: str
    data: bytes
    also: Callable[[Session], None] | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A file fit to be kept: re-made, so that nothing but the picture or the pages is left of it."""

    field: str
    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class File:
    """A stored paper, opened. One that was issued is called by its number and by `kind`, a word of the catalogue."""

    name: str
    media_type: str
    data: bytes
    kind: str = ""
    number: str = ""


def prepare(upload: Upload, scanner: Scanner = NO_SCANNER) -> Paper | FieldProblem:
    """The file as it will be kept, or what is wrong with it. Judged by its content, never by its name.

    Pictures are drawn anew (turned upright, shrunk, without EXIF); a PDF is rewritten and refused when it
    carries scripts, actions, enclosed files or a password.
    The scanner is asked first. Raises Unavailable when the machine has no room for it.
    """
    name = _name(upload.name, "")
    if not upload.data:
        return FieldProblem("form.file_empty", name=name)
    most = MAX_PDF_BYTES if upload.data.startswith(b"%PDF-") else MAX_BYTES
    if len(upload.data) > most:
        return FieldProblem("form.file_too_large", name=name, megabytes=most // 1_000_000)
    made = scanner.refusal(upload.data) or remake(upload.data)
    if isinstance(made, str):
        return FieldProblem(_REFUSALS[made], name=name, pages=MAX_PAGES, megapixels=MAX_PIXELS // 1_000_000)
    if len(made.data) > MAX_BYTES:
        return FieldProblem("form.file_too_large", name=name, megabytes=MAX_BYTES // 1_000_000)
    return Paper(upload.field, _name(upload.name, _ENDINGS[made.media_type]), made.media_type, made.data)


#: What Windows takes for a device, whatever ending follows: such a file cannot be kept there, or opened.
_DEVICES = {
    "CON",
    "PRN",
    "AUX",
    "NUL",
    *(f"{name}{number}" for name in ("COM", "LPT") for number in range(10)),
}


def _name(name: str, ending: str) -> str:
    """A short plain name for the list and the download; never used as a path."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    kept = "".join(c for c in base if c.isprintable() and c not in '<>:"|?*%;\r\n').strip(" .")
    is_device = kept.partition(".")[0].rstrip().upper() in _DEVICES
    return ("file" if is_device else kept[:60].rstrip(" .") or "file") + ending


def put(folder: Path, path: str, sealed: bytes) -> None:
    """Write a sealed file whole or not at all. Safe to repeat."""
    with _new(folder / path) as out:
        out.write(sealed)


@contextmanager
def writing(folder: Path, key: bytes, document_id: UUID) -> Iterator[BinaryIO]:
    """What is written here is sealed chunk by chunk, and lies at its path when the block ends; else nothing does."""
    place = _place(document_id)
    with _new(folder / new_path(document_id)) as out, BufferedWriter(SealingFile(key, place, out)) as sealing:
        yield sealing


@contextmanager
def _new(target: Path) -> Iterator[BinaryIO]:
    """A file that is there whole or not at all: temp beside it, flushed to disk, renamed.

    Whatever the umask of the program that calls, only its own user may read the file.
    """
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{token_hex(4)}")
    try:
        with open(beside, "xb", opener=_for_owner) as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def seal_file(key: bytes, document_id: UUID, data: bytes) -> bytes:
    return keys.seal_file(key, _place(document_id), data)


def open_file(key: bytes, document_id: UUID, sealed: bytes) -> bytes:
    """The clear bytes of a sealed file. Raises FileDamaged."""
    try:
        return keys.open_file(key, _place(document_id), sealed)
    except Unsealable as altered:
        log.warning("file_damaged", document=str(document_id))
        raise FileDamaged from altered


def reading(folder: Path, key: bytes, document_id: UUID) -> BinaryIO:
    """A sealed file to be read in pieces, by whoever closes it. Raises FileDamaged, also when its bytes are gone."""
    try:
        source = (folder / new_path(document_id)).open("rb")
    except FileNotFoundError as missing:
        raise FileDamaged from missing
    try:
        return BufferedReader(SealedFile(key, _place(document_id), source))
    except Unsealable as altered:
        source.close()
        log.warning("file_damaged", document=str(document_id))
        raise FileDamaged from altered


def _place(document_id: UUID) -> str:
    return f"document|file|{document_id}"


def new_path(document_id: UUID) -> str:
    """Where a document lies below the folder of documents: by its own id, which says nothing."""
    return f"{document_id.hex[-2:]}/{document_id.hex}"


def row(document_id: UUID, paper: Paper, key: bytes, **columns: Any) -> dict[str, Any]:
    """The table row of a paper that lies sealed at its path."""
    return {
        "id": document_id,
        "field": paper.field,
        "name": keys.seal(key, f"document|name|{document_id}", paper.name.encode()),
        "media_type": paper.media_type,
        "size": len(paper.data),
        "sha256": sha256(paper.data).digest(),
        "path": new_path(document_id),
        "case_id": None,
        "requisition_id": None,
        "draft_id": None,
        **columns,
    }


def lay_down(
    session: Session,
    papers: Sequence[Paper],
    data_key_id: UUID,
    draft_id: UUID,
    officer_id: UUID,
    at: datetime,
) -> list[dict[str, Any]]:
    """Seal papers that are staged under `draft_id` and write their files; -> the rows, still to be written."""
    key, rows = keys.unlock(session, data_key_id), []
    for paper in papers:
        document_id = new_document_id(session)
        put(session.documents, new_path(document_id), seal_file(key, document_id, paper.data))
        owner = {"data_key_id": data_key_id, "draft_id": draft_id, "created_by": officer_id, "created_at": at}
        rows.append(row(document_id, paper, key, **owner))
    return rows


def read(session: Session, document: AnyRow) -> File:
    """The clear file. Raises NotFound when its bytes are gone or its key was destroyed, FileDamaged."""
    key = keys.unlock(session, document.data_key_id)
    try:
        sealed = (session.documents / document.path).read_bytes()
    except FileNotFoundError as missing:
        raise NotFound from missing
    name = keys.open_sealed(key, f"document|name|{document.id}", document.name).decode()
    return File(name, document.media_type, open_file(key, document.id, sealed))


def references(session: Session, rows: Sequence[AnyRow]) -> dict[str, list[dict[str, Any]]]:
    """Field -> what a form shows of the files staged or stored for it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for each in rows:
        key = keys.unlock(session, each.data_key_id)
        name = keys.open_sealed(key, f"document|name|{each.id}", each.name).decode()
        found.setdefault(each.field, []).append(
            {"id": str(each.id), "name": name, "size": each.size, "media_type": each.media_type}
        )
    return found


def attach(
    session: Session, draft_id: UUID, owner: Mapping[str, Any], pii: Mapping[str, str], at: datetime
) -> None:
    """Move what was staged under a draft to its case or requisition (`owner`: the columns to set)."""
    for each in filed.of_draft(session, draft_id):
        filed.set_document(
            session, each.id, draft_id=None, created_at=at, pii=pii.get(each.field, each.pii), **owner
        )


def new_document_id(session: Session) -> UUID:
    return new_id(session.recorded_at)
