"""Files made of many documents, by the worker: asked for, made piece by piece, told of, taken, destroyed after a day.

Several workers make the pieces of one file at once. Whatever a piece or a file holds lies sealed under a key of its
own; nothing is written in the clear. A piece that was cut off is made again when its lease has ended.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple
from uuid import UUID

import structlog

from app import papers
from app.crypto import Unsealable
from app.domain.errors import Conflict, FileDamaged, NotAllowed, NotFound, Unavailable
from app.domain.ids import new_id
from app.domain.roles import Role
from app.models.casefile import case_queries as cases
from app.models.desk import messages
from app.models.intake import department_queries as departments
from app.models.issuing import bundles as table
from app.models.scope import SystemReason, SystemScope
from app.services.access import officers
from app.services.papers import casebinding, letterkinds, letterpapers
from app.services.store import audit, documents, erasure, keys, scopes
from app.services.store.crashes import crash_point
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

log = structlog.get_logger(__name__)

ZIP, PRINT, CASE = "zip", "print", "case"
KIND = "file_ready"  # of the message to whoever asked
KEPT = timedelta(days=1)  # a file that was made, and what is told of one that was not
_LEASE = timedelta(minutes=2)  # a worker that died lets go after this
_MOST = 20  # files of one officer at once
_PIECE = {ZIP: 50, PRINT: 50, CASE: 10}  # documents of a piece, at most
_PIECE_BYTES = 16_000_000  # of all of them, unless one alone is larger: what a step has in memory
_CHUNK = 1_000_000  # bytes of a file that are handed over at once
_WORKER = SystemScope(SystemReason.WORKER)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: a part of a letter's papers (ZIP or PRINT), or the documents of the case of this number.

    `words` are those of a case file's index, from the catalogue.
    """

    kind: str
    requisition_id: UUID | None = None
    number: str = ""
    part: int = 1
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A file as its officer is told of it. `about` is the number of its letter or case."""

    id: UUID
    kind: str
    about: str
    requisition_id: UUID | None
    state: str  # making | ready | failed | gone
    total: int
    done: int
    size: int
    fault: str
    fault_at: str
    asked_at: datetime
    ends_at: datetime
    taken_at: datetime | None

    @property
    def is_under_way(self) -> bool:
        return self.state == table.MAKING

    @property
    def is_ready(self) -> bool:
        return self.state == table.READY


class Taken(NamedTuple):
    """A finished file on its way to its officer, chunk by chunk."""

    name: str
    media_type: str
    size: int
    chunks: Iterator[bytes]


class _Subject(NamedTuple):
    """What a bundle is made of; a row of one reads the same."""

    kind: str
    requisition_id: UUID | None
    case_id: UUID | None
    part: int


# -- asked for ------------------------------------------------------------------------------------------------


def ask(database: Database, actor: Actor, wanted: Wanted, now: datetime) -> UUID:
    """Have a file made; -> its id. One that is being made already is not begun again.

    Raises NotFound where there is nothing to bind, NotAllowed, and Conflict for too much of it, or too many files.
    """
    return database.write(lambda session: _ask(session, actor, wanted, now), actor_scope(actor))


def _ask(session: Session, actor: Actor, wanted: Wanted, now: datetime) -> UUID:
    subject, about, name = _subject(session, wanted)
    found = _listed(session, actor, subject, now)
    if not found:
        raise NotFound
    if wanted.kind == CASE:
        casebinding.guard_size(found)
    others = table.asked_for(session, now - KEPT, now)
    for each in others:
        if each.state == table.MAKING and each.posting_id == actor.post.posting_id and _of(each) == subject:
            same: UUID = each.id
            return same
    if len(others) >= _MOST:
        raise Conflict("error.bundles_many", most=_MOST)
    row = {
        **_begun(session, actor, wanted.words, now),
        **subject._asdict(),
        "about": about,
        "name": name,
        "total": len(found),
    }
    pieces = [
        {
            "id": new_id(session.recorded_at),
            "officer_id": actor.officer_id,
            "bundle_id": row["id"],
            "place": place,
            "documents": part,
        }
        for place, part in enumerate(_parted(wanted.kind, found))
    ]
    table.insert_bundle(session, row, pieces)
    told = {"kind": wanted.kind, "documents": len(found)}
    audit.record(session, "access", "bundle:ask", _thing(subject), actor, now, **told)
    bundle_id: UUID = row["id"]
    return bundle_id


def _begun(session: Session, actor: Actor, words: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """A file of an officer of which nothing is made yet, its words sealed under a key of its own."""
    bundle_id, key_id = new_id(session.recorded_at), keys.create(session, "bundle")
    key = keys.unlock(session, key_id)
    return {
        "id": bundle_id,
        "officer_id": actor.officer_id,
        "posting_id": actor.post.posting_id,
        "data_key_id": key_id,
        "words": keys.seal_json(key, f"bundle|words|{bundle_id}", dict(words)),
        "state": table.MAKING,
        "done": 0,
        "size": 0,
        "fault": "",
        "fault_at": "",
        "asked_at": now,
        "ends_at": now + KEPT,
    }


def _parted(kind: str, found: Sequence[Any]) -> list[list[str]]:
    """The ids of documents in parts, each so small that a worker has it in memory."""
    parts: list[list[str]] = []
    held = 0
    for each in found:
        if not parts or len(parts[-1]) == _PIECE[kind] or held + each.size > _PIECE_BYTES:
            parts.append([])
            held = 0
        parts[-1].append(str(each.id))
        held += each.size
    return parts


def _subject(session: Session, wanted: Wanted) -> tuple[_Subject, str, str]:
    """What is wanted, the number it is known by, and the name of the file. Raises NotFound."""
    if wanted.kind == CASE:
        case = casebinding.case_of(session, wanted.number)
        return _Subject(CASE, None, case.id, 1), case.number, f"{case.number.replace('/', '-')}-file.pdf"
    letter = cases.requisition_row(session, wanted.requisition_id) if wanted.requisition_id else None
    if letter is None:
        raise NotFound
    stem, ending = ("papers", "zip") if wanted.kind == ZIP else ("print", "pdf")
    name = f"{stem}-{letter.id.hex[-8:]}-{wanted.part}.{ending}"
    return _Subject(wanted.kind, letter.id, None, wanted.part), letter.letter_no, name


def _of(row: AnyRow) -> _Subject:
    return _Subject(row.kind, row.requisition_id, row.case_id, row.part)


def _thing(subject: _Subject) -> str:
    return f"case:{subject.case_id}" if subject.kind == CASE else f"requisition:{subject.requisition_id}"


def _listed(session: Session, actor: Actor, subject: _Subject, now: datetime) -> Sequence[Any]:
    """The documents that belong in there and that this officer may open now, in their order."""
    if subject.kind == CASE:
        assert subject.case_id is not None  # noqa: S101 - `_subject` gives every case file its case
        return casebinding.listed(session, actor, subject.case_id, now)
    assert subject.requisition_id is not None  # noqa: S101 - and any other its letter
    return letterpapers.listed(session, actor, subject.requisition_id, subject.part)


# -- told of and taken ----------------------------------------------------------------------------------------


def see(session: Session, actor: Actor, bundle_id: UUID, now: datetime) -> Bundle:
    """A file that this officer asked for in this post; one whose time is over is gone. Raises NotFound."""
    return _told(_own(session, actor, bundle_id), now)


def mine(session: Session, actor: Actor, now: datetime) -> list[Bundle]:
    """What the officer has asked for in this post and is still there, newest first."""
    rows = table.asked_for(session, now - 2 * KEPT, now)
    return [_told(row, now) for row in rows if row.posting_id == actor.post.posting_id]


def waiting_count(session: Session, actor: Actor, now: datetime) -> int:
    """How many finished files wait to be taken."""
    return table.untaken(session, actor.officer_id, now)


def _own(session: Session, actor: Actor, bundle_id: UUID) -> AnyRow:
    row = table.find(session, bundle_id)
    if row is None or row.officer_id != actor.officer_id or row.posting_id != actor.post.posting_id:
        raise NotFound
    return row


def _told(row: AnyRow, now: datetime) -> Bundle:
    return Bundle(
        row.id,
        row.kind,
        row.about,
        row.requisition_id,
        table.GONE if row.ends_at <= now else row.state,
        row.total,
        row.done,
        row.size,
        row.fault,
        row.fault_at,
        row.asked_at,
        row.ends_at,
        row.taken_at,
    )


def take(database: Database, actor: Actor, bundle_id: UUID, now: datetime) -> Taken:
    """The finished file; the opening of every document in it is recorded first, under the rights of now.

    Raises NotFound, NotAllowed, FileDamaged, and Conflict where it is not ready, gone, or holds what may not be
    opened any more.
    """
    scope = actor_scope(actor)
    row = database.write(lambda session: _noted(session, actor, bundle_id, now), scope)
    return database.read(partial(_opened, row=row), scope)


def _noted(session: Session, actor: Actor, bundle_id: UUID, now: datetime) -> AnyRow:
    row = _own(session, actor, bundle_id)
    if row.state != table.READY or row.ends_at <= now:
        raise Conflict("error.bundle_not_there")
    found = {str(each.id): each for each in _listed(session, actor, _of(row), now)}
    held = [each for piece in table.pieces_of(session, row.id) for each in piece.documents]
    if not found.keys() >= set(held):
        raise Conflict("error.bundle_changed")
    for document in map(found.__getitem__, held):
        what = {"pii": document.pii, "field": document.field}
        if actor.post.role is Role.REQUESTER:
            what["first"] = departments.set_opened(session, document.delivery_id, now, actor.officer_id)
        audit.record(session, "access", "document:see", f"document:{document.id}", actor, now, **what)
    told = {"kind": row.kind, "documents": len(held)}
    audit.record(session, "access", "bundle:take", _thing(_of(row)), actor, now, **told)
    table.set_state(session, row.id, [table.READY], taken_at=now)
    return row


def _opened(session: Session, row: AnyRow) -> Taken:
    """The file, once all of it was found whole: what is wrong with it cannot be told when half of it is gone."""
    with _file(session, row, row.id) as looked_at:
        try:
            for _ in _chunks(looked_at):
                pass
        except Unsealable as altered:
            raise FileDamaged from altered
    kind, file = "application/zip" if row.kind == ZIP else "application/pdf", _file(session, row, row.id)
    return Taken(row.name, kind, row.size, _chunks(file))


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _file(session: Session, row: AnyRow, file_id: UUID) -> BinaryIO:
    """A bundle, or a piece of it, to be read. Raises FileDamaged."""
    return documents.reading(session.documents, keys.unlock(session, row.data_key_id), file_id)


def stop(database: Database, actor: Actor, bundle_id: UUID, now: datetime) -> None:
    """End a file, whether it is being made or lies ready; nothing of it stays. Raises NotFound."""

    def work(session: Session) -> list[Path]:
        row = _own(session, actor, bundle_id)
        audit.record(session, "access", "bundle:drop", _thing(_of(row)), actor, now, kind=row.kind)
        return erasure.end_bundle(session, row, now)

    erasure.delete_files(database.write(work, actor_scope(actor)))


# -- made -----------------------------------------------------------------------------------------------------


def go_on(database: Database, now: datetime) -> bool:
    """Make the next piece, put together what is whole, or destroy what is over; -> whether there was any of it."""
    step = database.read(lambda session: _next(session, now), _WORKER)
    if step is None:
        return False
    step(database, now)
    return True


def _next(session: Session, now: datetime) -> Callable[[Database, datetime], None] | None:
    for find, do in ((table.next_piece, _piece), (table.next_whole, _whole), (table.next_over, _over)):
        row = find(session, now)
        if row is not None:
            return partial(do, row)
    return None


def _piece(piece: AnyRow, database: Database, now: datetime) -> None:
    """Make a piece and lay it down sealed; one that nobody wants any more leaves nothing."""
    own = SystemScope(SystemReason.WORKER, piece.district_id)
    if not database.write(lambda session: table.claim_piece(session, piece.id, now, now + _LEASE), own):
        return
    row = database.read(lambda session: table.find(session, piece.bundle_id), own)
    if row is None:
        return

    def work(actor: Actor) -> None:
        path, told = database.read(
            partial(_lay_piece, actor=actor, row=row, piece=piece, now=now), actor_scope(actor)
        )
        crash_point("bundle_piece_laid")
        made = partial(
            table.set_made,
            piece_id=piece.id,
            bundle_id=piece.bundle_id,
            count=len(piece.documents),
            told=told,
        )
        if not database.write(made, own):
            _forget_unwanted(database, row, path, own)

    _by_asker(database, row, now, work)


def _lay_piece(
    session: Session, actor: Actor, row: AnyRow, piece: AnyRow, now: datetime
) -> tuple[Path, bytes]:
    """Bind some documents under the rights of who asked; -> where they lie, and what the whole needs to know."""
    found = {str(each.id): each for each in _listed(session, actor, _of(row), now)}
    lines = [found[each] for each in piece.documents if each in found]
    if len(lines) < len(piece.documents):
        raise NotAllowed
    key, told = keys.unlock(session, row.data_key_id), []
    with documents.writing(session.documents, key, piece.id) as out:
        if row.kind == CASE:
            leaves = casebinding.piece(session, lines, out)
            told = [[str(leaf.id), leaf.pages, leaf.fault] for leaf in leaves]
        else:
            (letterpapers.zipped if row.kind == ZIP else letterpapers.sheets)(session, lines, out)
    return _path(session, piece.id), keys.seal_json(key, f"bundle_piece|told|{piece.id}", told)


def _path(session: Session, file_id: UUID) -> Path:
    return session.documents / documents.new_path(file_id)


def _forget_unwanted(database: Database, row: AnyRow, path: Path, own: SystemScope) -> None:
    """Delete a file of a bundle that was stopped meanwhile; what another worker has made stays."""
    known = database.read(lambda session: table.find(session, row.id), own)
    if known is None or known.state == table.GONE:
        path.unlink(missing_ok=True)


def _whole(row: AnyRow, database: Database, now: datetime) -> None:
    """Put the pieces together, and tell whoever asked."""
    own = SystemScope(SystemReason.WORKER, row.district_id)
    if not database.write(lambda session: table.claim_whole(session, row.id, now, now + _LEASE), own):
        return
    assets = papers.Assets(fonts=database.fonts)

    def work(actor: Actor) -> None:
        path, size = database.read(
            partial(_lay_whole, actor=actor, row=row, now=now, assets=assets), actor_scope(actor)
        )
        crash_point("bundle_laid")
        files = database.write(partial(_finish, row=row, size=size, now=now), own)
        if files is None:
            _forget_unwanted(database, row, path, own)
        else:
            erasure.delete_files(files)

    _by_asker(database, row, now, work)


def _lay_whole(
    session: Session, actor: Actor, row: AnyRow, now: datetime, assets: papers.Assets
) -> tuple[Path, int]:
    rows = table.pieces_of(session, row.id)
    pieces = (_file(session, row, each.id) for each in rows)
    with documents.writing(session.documents, keys.unlock(session, row.data_key_id), row.id) as out:
        if row.kind == CASE:
            index = _index(session, actor, row, rows, now)
            casebinding.whole(session, index, pieces, out, now, assets)
        elif row.kind == ZIP:
            letterpapers.joined(pieces, out)
        else:
            papers.bind(pieces, out)
        size = out.tell()
    return _path(session, row.id), size


def _index(
    session: Session, actor: Actor, row: AnyRow, pieces: Sequence[AnyRow], now: datetime
) -> casebinding.Index:
    """What the index of a case file is drawn from: what its pieces tell. Raises NotAllowed, NotFound."""
    key = keys.unlock(session, row.data_key_id)
    leaves = [
        casebinding.Leaf(UUID(name), pages, fault)
        for each in pieces
        for name, pages, fault in keys.open_json(key, f"bundle_piece|told|{each.id}", each.told)
    ]
    found = {line.id: line for line in casebinding.listed(session, actor, row.case_id, now)}
    if not found.keys() >= {leaf.id for leaf in leaves}:
        raise NotAllowed
    case = cases.find(session, row.case_id)
    if case is None:
        raise NotFound
    said = keys.open_json(key, f"bundle|words|{row.id}", row.words)
    is_practice = letterkinds.district(session).is_practice
    return casebinding.Index(case, [(found[leaf.id], leaf) for leaf in leaves], said, is_practice)


def _finish(session: Session, row: AnyRow, size: int, now: datetime) -> list[Path] | None:
    """The file is there; -> the files of its pieces, to be deleted after the commit; None: nobody wants it now."""
    values = {"state": table.READY, "size": size, "lease_until": None, "ends_at": now + KEPT}
    if not table.set_state(session, row.id, [table.MAKING], **values):
        return None
    told = {"kind": row.kind, "documents": row.total}
    audit.record(session, "access", "bundle:make", _thing(_of(row)), None, now, **told)
    _tell(session, row, now)
    return [_path(session, each.id) for each in table.pieces_of(session, row.id)]


def _tell(session: Session, row: AnyRow, now: datetime) -> None:
    """A message to whoever asked, where he wants any; by SMS only if he wants them at once."""
    contact = messages.contact_of(session, row.officer_id)
    if contact is None:
        return
    by_sms = contact.mobile and not contact.is_digest
    channels = [name for name, wanted in ((messages.EMAIL, contact.email), (messages.SMS, by_sms)) if wanted]
    rows = [
        {
            "id": new_id(session.recorded_at),
            "officer_id": row.officer_id,
            "notification_id": None,
            "channel": channel,
            "kind": KIND,
            "facts": {},
            "state": "queued",
            "at": now,
            "run_at": now,
        }
        for channel in channels
    ]
    if rows:
        messages.insert_messages(session, rows)


def _over(row: AnyRow, database: Database, now: datetime) -> None:
    own = SystemScope(SystemReason.WORKER, row.district_id)
    erasure.delete_files(database.write(lambda session: erasure.end_bundle(session, row, now), own))


def _by_asker(database: Database, row: AnyRow, now: datetime, work: Callable[[Actor], None]) -> None:
    """Do this in the post of who asked; what cannot be done is told on his page, and holds up no other file."""
    try:
        work(_asker(database, row, now))
    except Unavailable:
        raise
    except letterpapers.Unreadable as unreadable:
        _failed(database, row, now, unreadable.why, unreadable.number)
    except (NotAllowed, NotFound):
        _failed(database, row, now, "not_allowed")
    except Exception as error:
        log.exception("bundle_failed", bundle=str(row.id))
        _failed(database, row, now, "piece" if isinstance(error, FileDamaged | Unsealable) else "program")


def _asker(database: Database, row: AnyRow, now: datetime) -> Actor:
    door = scopes.door(row.district_id)
    actor = database.read(lambda rows: officers.in_post(rows, row.officer_id, row.posting_id, now), door)
    if actor is None:
        raise NotAllowed
    return actor


def _failed(database: Database, row: AnyRow, now: datetime, fault: str, number: str = "") -> None:
    own = SystemScope(SystemReason.WORKER, row.district_id)
    values = {"state": table.FAILED, "fault": fault, "fault_at": number, "ends_at": now + KEPT}
    database.write(lambda session: table.set_state(session, row.id, [table.MAKING], **values), own)
