"""Whether this installation can do its work now: database, migrations, worker, room on the disk."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

from app.domain.errors import Unavailable
from app.models.execution import workflow_queries as workflow
from app.services.installation import migrations
from app.services.store import scopes

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from app.models.scope import Session
    from app.services.store.database import Database

#: A worker says once a minute that it lives; after three missed words it is called dead.
WORKER_SILENCE = timedelta(minutes=3)
LEAST_ROOM = 256 * 1024 * 1024  # bytes free where documents lie


def readiness(database: Database, documents: Path, now: datetime) -> dict[str, bool | str]:
    """What is well and what is not, by name; all must be well before officers are let in.

    `signature` only tells: without a key papers wait or are signed in ink, and officers work on.
    """
    try:
        found = database.read(lambda session: _tables(session, now), scopes.health())
    except Unavailable:
        found = {"database": False, "migrations": False, "worker": False}
    return {**found, "disk": _has_room(documents), "signature": database.office_keys.worst(now)}


def _tables(session: Session, now: datetime) -> dict[str, bool]:
    is_current = migrations.is_current(session.connection)
    seen = workflow.seen_worker(session) if is_current else None
    return {
        "database": True,
        "migrations": is_current,
        "worker": seen is not None and now - seen < WORKER_SILENCE,
    }


def _has_room(folder: Path) -> bool:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free > LEAST_ROOM
