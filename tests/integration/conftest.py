"""A database of either kind, with the demo district and the shipped release in it; made once, copied for each test."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from app.crypto import KeyRing
from app.services import migrations
from app.services.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: A working morning: every test that needs a day takes this one.
NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file without rows, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "satyapan.db"
    _migrate(f"sqlite:///{path}", path.parent)
    return path


@pytest.fixture(scope="session")
def empty_postgres(postgres_server, tmp_path_factory) -> str:
    """The name of a migrated PostgreSQL database without rows, to be copied."""
    _migrate(postgres_server.new_database(name="empty_migrated"), tmp_path_factory.mktemp("empty"))
    return "empty_migrated"


def _migrate(url: str, documents: Path) -> None:
    database = Database(url, KeyRing.for_tests(), documents)
    migrations.upgrade(database.engine)
    database.close()


@pytest.fixture(params=KINDS)
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a migrated database of this test's own, on SQLite and on PostgreSQL."""
    if request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
        return server.new_database(template=request.getfixturevalue("empty_postgres"))
    path = tmp_path / "satyapan.db"
    shutil.copy(request.getfixturevalue("empty_sqlite"), path)
    return f"sqlite:///{path}"


@pytest.fixture
def open_database(tmp_path: Path) -> Iterator[Callable[[str], Database]]:
    """Opens a database by its address, as one process would; all are closed at the end."""
    opened: list[Database] = []

    def open_one(url: str) -> Database:
        opened.append(Database(url, KeyRing.for_tests(), tmp_path / "documents"))
        return opened[-1]

    yield open_one
    for database in opened:
        database.close()


@pytest.fixture
def database(new_url: str, open_database: Callable[[str], Database]) -> Database:
    """An empty, migrated database."""
    return open_database(new_url)
