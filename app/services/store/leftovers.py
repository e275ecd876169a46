"""What was begun and never sent goes after thirty days: drafts with their keys and uploads, files no row knows.

A form that was kept when its session ended goes after seven: it was to be sent that day.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import orjson
import structlog

from app.models.desk import draft_queries as drafts
from app.models.desk import leftover_queries as table
from app.models.district import setup_queries
from app.models.scope import SystemReason, SystemScope
from app.services.store import audit, documents
from app.services.store.drafts import INTERRUPTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from app.models.scope import Session
    from app.services.store.database import Database

KEPT_FOR = timedelta(days=30)
INTERRUPTED_FOR = timedelta(days=7)
_BATCH = 100  # drafts a transaction: officers wait for none of them
_ASKED_AT_ONCE = 500
_FIRST_SEEN = ".without-row.json"
_OURS = re.compile(r"\.?[0-9a-f]{32}(\.[0-9a-f]{8}){0,2}")  # a document, or one that was being written

_EVERYWHERE = SystemScope(SystemReason.WORKER)

log = structlog.get_logger(__name__)


def destroy(database: Database, now: datetime) -> int:
    """Destroy what was not sent in its time, and record each; -> how much it was. Safe to repeat after a crash.

    A file that no row knows (the machine stopped between the two) goes thirty days after it was first missed, not
    after it was written: a program started on a wrong or an old database destroys nothing of the right one.
    """
    count = 0
    districts = database.read(setup_queries.districts, _EVERYWHERE)
    for district_id in districts:
        scope = SystemScope(SystemReason.WORKER, district_id)
        for work in (_drafts, _uploads):
            while gone := database.write(partial(work, now=now), scope):
                _delete(database.documents, gone)
                count += len(gone)
    return count + _files(database, districts, now)


def _drafts(session: Session, now: datetime) -> list[str]:
    """Destroy some idle drafts with all that was staged under them; -> a path for each upload, "" for each draft."""
    sooner = (INTERRUPTED.form, now - INTERRUPTED_FOR)
    rows = table.lock_idle_drafts(session, now - KEPT_FOR, sooner, _BATCH)
    idle = {row.id: row.data_key_id for row in rows}
    staged = table.documents_of_drafts(session, idle) if idle else ()
    for draft_id, key_id in idle.items():
        files = [row for row in staged if row.draft_id == draft_id]
        for row in files:
            table.delete_document(session, row.id)
        drafts.delete_draft(session, draft_id)
        table.destroy_draft_key(session, key_id, now)
        audit.record(
            session,
            "admin",
            "draft:destroy",
            f"draft:{draft_id}",
            None,
            now,
            files=[str(row.id) for row in files],
        )
    return [*("" for _ in idle), *(row.path for row in staged)]


def _uploads(session: Session, now: datetime) -> list[str]:
    """Destroy some uploads that an officer took out again, or whose draft has gone; -> their paths."""
    loose = table.loose_documents(session, now - KEPT_FOR, _BATCH)
    for row in loose:
        table.delete_document(session, row.id)
        audit.record(session, "admin", "document:destroy", f"document:{row.id}", None, now)
    return [row.path for row in loose]


def _delete(folder: Path, paths: list[str]) -> None:
    """After the commit; a crash before it leaves files without a row."""
    for path in filter(None, paths):
        (folder / path).unlink(missing_ok=True)


# -- files without a row --------------------------------------------------------------------------------------


def _files(database: Database, districts: Sequence[int], now: datetime) -> int:
    known = _first_seen(database.documents)
    missed = {path: known.get(path, now) for path in _without_row(database)}
    over = [path for path, since in missed.items() if since <= now - KEPT_FOR] if districts else []
    for path in over:
        _destroy_file(database, path, districts[0], now)
        del missed[path]
    if missed != known:
        _note_first_seen(database.documents, missed)
    return len(over)


def _destroy_file(database: Database, path: str, district_id: int, now: datetime) -> None:
    """Record first, in the district that was there first: whose the file was, nobody can say any more."""
    database.write(
        lambda session: audit.record(session, "admin", "file:destroy", f"file:{path}", None, now),
        SystemScope(SystemReason.WORKER, district_id),
    )
    _delete(database.documents, [path])


def _without_row(database: Database) -> Iterator[str]:
    """Paths of our own files at which no row of any district has a document."""
    found = _on_disk(database.documents)
    while paths := list(islice(found, _ASKED_AT_ONCE)):
        known = set(database.read(partial(table.known_paths, paths=paths), _EVERYWHERE))
        yield from (path for path in paths if path not in known)


def _on_disk(folder: Path) -> Iterator[str]:
    if not folder.is_dir():
        return
    for part in sorted(each for each in folder.iterdir() if each.is_dir()):
        yield from (
            f"{part.name}/{file.name}" for file in sorted(part.iterdir()) if _OURS.fullmatch(file.name)
        )


def _first_seen(folder: Path) -> dict[str, datetime]:
    """Path -> when it was first missed; a list that cannot be read begins anew, and with it the thirty days."""
    with suppress(FileNotFoundError):
        try:
            noted = orjson.loads((folder / _FIRST_SEEN).read_bytes())
            return {path: datetime.fromisoformat(at) for path, at in noted.items()}
        except (ValueError, TypeError, AttributeError):
            log.warning("list_of_lost_files_unreadable")
    return {}


def _note_first_seen(folder: Path, missed: dict[str, datetime]) -> None:
    documents.put(folder, _FIRST_SEEN, orjson.dumps({path: at.isoformat() for path, at in missed.items()}))
