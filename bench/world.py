"""The ground that figures stand on: an instance made as `make run` makes it, copied for each measurement."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.config import Settings
from app.crypto import KeyRing
from app.services.installation import setup
from app.services.store.database import Database

if TYPE_CHECKING:
    from pathlib import Path

    from bench.results import Database as Kind
    from tests.postgres import PostgresServer

#: A working morning; every figure is taken on this day.
NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


@dataclass
class World:
    """A demo district on one kind of database. `copy` gives a database of one's own with the same rows."""

    kind: Kind
    folder: Path
    server: PostgresServer | None
    _made: int = 0

    def url(self, name: str) -> str:
        if self.server is not None:
            return self.server.url(name)
        return f"sqlite:///{self.folder / name}.db"

    def open(self, name: str) -> Database:
        documents = self.folder / "documents"
        return Database(self.url(name), KeyRing.for_tests(), documents, clock_is_free=True)

    def settings(self, name: str) -> Settings:
        return Settings(self.folder, self.url(name), demo=True, testing=True)

    def copy(self, source: str, name: str = "") -> str:
        """Make a database like `source`, which nobody may have open; -> its name."""
        self._made += 1
        name = name or f"{source}_{self._made}"
        if self.server is not None:
            self.server.new_database(template=source, name=name)
        else:
            shutil.copy(self.folder / f"{source}.db", self.folder / f"{name}.db")
        return name


def make(folder: Path, server: PostgresServer | None = None) -> World:
    """Make the database `ground`: migrated, with the demo district, its officers and the shipped release."""
    world = World("sqlite" if server is None else "postgresql", folder, server)
    if server is not None:
        server.new_database(name="ground")
    database = world.open("ground")
    setup.prepare(database, NOW)
    setup.add_demo(database, folder, NOW)
    database.close()
    return world
