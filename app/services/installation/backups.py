"""A backup of database and documents beside the running servers, proven by reading it again; never the keys.

What it holds is sealed: without `instance/keys`, kept elsewhere, it tells nothing (decision 6).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest
from typing import TYPE_CHECKING, Any

import orjson

from app.domain.errors import DomainError
from app.domain.roles import Permission
from app.models.district import setting_queries as settings
from app.models.district import setup_queries
from app.models.scope import SystemReason, SystemScope
from app.services.store import audit, scopes

if TYPE_CHECKING:
    from pathlib import Path

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.services.store.database import Database

_KEY = "backup"
_MANIFEST, _SQLITE, _POSTGRES, _DOCUMENTS = "manifest.json", "satyapan.db", "database.pgdump", "documents"
_SECONDS = 6 * 3600  # that pg_dump may take


class BackupFailed(DomainError):
    """The backup could not be made, or is not whole; what was begun lies there and counts for nothing."""

    key = "backup.failed"


@dataclass(frozen=True, slots=True)
class Backup:
    """The last backup: when it was made and proven, how many files of how many bytes."""

    at: datetime
    files: int
    bytes: int


def make(database: Database, folder: Path, now: datetime) -> Path:
    """Write a backup into a folder of its own below `folder` and prove it; -> that folder. Raises BackupFailed.

    The servers go on: SQLite copies page by page, PostgreSQL dumps one picture. Documents come after the database: a
    file that a row of the copy names is there, one that came later is too many and harms nothing.
    """
    place = folder / now.strftime("%Y%m%dT%H%M%SZ")
    try:
        place.mkdir(parents=True)
        place.chmod(0o700)
        _copy_database(database, place)
        if database.documents.exists():
            shutil.copytree(database.documents, place / _DOCUMENTS, ignore=shutil.ignore_patterns("*.part"))
    except (OSError, sqlite3.Error, subprocess.SubprocessError) as error:
        raise BackupFailed(path=str(place), reason=str(error)) from error
    entries = {str(path.relative_to(place)): _entry(path) for path in _files(place)}
    (place / _MANIFEST).write_bytes(
        orjson.dumps({"at": now, "files": entries}, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    )
    prove(place)
    _remember(database, entries, now)
    return place


def prove(place: Path) -> int:
    """Read a backup again, file by file against its list, and the copy of SQLite by its own check; -> files.

    Raises BackupFailed, naming the first file that is not as it was written.
    """
    try:
        listed: dict[str, Any] = orjson.loads((place / _MANIFEST).read_bytes())["files"]
        for name, entry in listed.items():
            if _entry(place / name) != entry:
                raise BackupFailed(path=str(place / name), reason="sha256")
        if _SQLITE in listed and _check(place / _SQLITE) != "ok":
            raise BackupFailed(path=str(place / _SQLITE), reason="integrity_check")
    except (OSError, ValueError, KeyError, sqlite3.Error) as error:
        raise BackupFailed(path=str(place), reason=str(error)) from error
    return len(listed)


def last(session: Session, actor: Actor) -> Backup | None:
    """The last backup that this installation made and proved; None for none. Raises NotAllowed."""
    actor.require(Permission.BACKUP_SEE)
    kept = settings.value_of(session, _KEY)
    if kept is None:
        return None
    return Backup(datetime.fromisoformat(kept["at"]), kept["files"], kept["bytes"])


def _copy_database(database: Database, place: Path) -> None:
    url = database.engine.url
    if database.is_sqlite:
        source = f"file:{url.database}?mode=ro"
        with (
            closing(sqlite3.connect(source, uri=True)) as here,
            closing(sqlite3.connect(place / _SQLITE)) as there,
        ):
            here.backup(there)
            there.execute("PRAGMA journal_mode=DELETE")  # one file, no companions
        return
    program = shutil.which("pg_dump")
    if program is None:
        raise BackupFailed(path=str(place), reason="pg_dump")
    address = url.set(drivername="postgresql", password=None).render_as_string()
    subprocess.run(  # noqa: S603 - PostgreSQL's own program, its arguments are ours
        [program, "--format=custom", f"--file={place / _POSTGRES}", address],
        env={**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})},
        check=True,
        capture_output=True,
        timeout=_SECONDS,
    )


def _check(path: Path) -> str:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])


def _files(place: Path) -> list[Path]:
    return sorted(path for path in place.rglob("*") if path.is_file() and path.name != _MANIFEST)


def _entry(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": file_digest(file, "sha256").hexdigest()}


def _remember(database: Database, entries: dict[str, Any], now: datetime) -> None:
    """Tell each district that there is a backup, and write it into its record."""
    size = sum(entry["bytes"] for entry in entries.values())
    value = {"at": now.isoformat(), "files": len(entries), "bytes": size}

    def work(session: Session) -> None:
        settings.put_value(session, _KEY, value)
        told = {"files": len(entries), "bytes": size}
        audit.record(session, "admin", "backup:make", "backup", None, now, **told)

    for district_id in database.read(setup_queries.districts, SystemScope(SystemReason.AUDIT)):
        database.write(work, scopes.record(district_id))
