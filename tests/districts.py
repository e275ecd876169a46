"""A database of either kind, with the demo district and the shipped release in it; made once, copied."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from app.crypto import KeyRing
from app.services.installation import migrations, setup
from app.services.store.database import Database
from tests.drill import Drill
from tests.journey import Journey
from tests.loaded import Loaded
from tests.office import Office
from tests.traveller import Traveller

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Walk = Callable[[Journey], Any]

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
    database = Database(url, KeyRing.for_tests(), documents, clock_is_free=True)
    migrations.upgrade(database.engine)
    database.close()


@pytest.fixture(scope="session")
def demo_sqlite(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the demo district, its officers and the shipped release, to be copied."""
    path = tmp_path_factory.mktemp("demo") / "satyapan.db"
    shutil.copy(empty_sqlite, path)
    _add_demo(f"sqlite:///{path}", path.parent)
    return path


@pytest.fixture(scope="session")
def demo_postgres(postgres_server, empty_postgres, tmp_path_factory) -> str:
    """The name of a PostgreSQL database with the same in it, to be copied."""
    url = postgres_server.new_database(template=empty_postgres, name="demo_district")
    _add_demo(url, tmp_path_factory.mktemp("demo"))
    return "demo_district"


def _add_demo(url: str, folder: Path) -> None:
    database = Database(url, KeyRing.for_tests(), folder / "documents", clock_is_free=True)
    setup.add_demo(database, folder, NOW)
    database.close()


@pytest.fixture(params=KINDS)
def demo_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of this test's own with the demo district in it, on either kind."""
    if request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
        with server.lent_database(request.getfixturevalue("demo_postgres")) as url:
            yield url
    else:
        path = tmp_path / "demo.db"
        shutil.copy(request.getfixturevalue("demo_sqlite"), path)
        yield f"sqlite:///{path}"


@dataclass(frozen=True)
class Walked:
    """A demo district in which officers were at work before, its documents, and what their walk returned."""

    database: str  # its address; of one that is to be copied, its file or its name
    documents: Path
    told: Any


@pytest.fixture(scope="session")
def walks() -> dict[tuple[str, Walk], Walked]:
    """The districts to be copied, by kind of database and walk."""
    return {}


@pytest.fixture(params=KINDS)
def walked(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    walks: dict[tuple[str, Walk], Walked],
) -> Iterator[Callable[[Walk], Walked]]:
    """Gives a demo district of this test's own in which this was walked: once for all tests, then copied.

    A walk costs as much as twenty tests of what comes after it. Whoever gives it twice gives the same function.
    """
    named = request.getfixturevalue(f"demo_{request.param}")
    server = request.getfixturevalue("postgres_server") if request.param == "postgres" else None

    def made(walk: Walk) -> Walked:
        folder = tmp_path_factory.mktemp("walked")
        database, url = str(folder / "satyapan.db"), f"sqlite:///{folder / 'satyapan.db'}"
        if server:
            database = folder.name
            url = server.new_database(named, database)
        else:
            shutil.copy(named, database)
        opened = Database(url, KeyRing.for_tests(), folder / "documents", clock_is_free=True)
        opened.documents.mkdir(exist_ok=True)
        told = walk(Journey(opened, NOW))
        opened.close()
        return Walked(database, opened.documents, told)

    def copied(walk: Walk) -> Walked:
        if (request.param, walk) not in walks:
            walks[request.param, walk] = made(walk)
        model, own = walks[request.param, walk], tmp_path / "satyapan.db"
        shutil.copytree(model.documents, tmp_path / "documents", dirs_exist_ok=True)
        if server:
            return Walked(
                lent.enter_context(server.lent_database(model.database)), tmp_path / "documents", model.told
            )
        shutil.copy(model.database, own)
        return Walked(f"sqlite:///{own}", tmp_path / "documents", model.told)

    with ExitStack() as lent:
        yield copied


@pytest.fixture(params=KINDS)
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated database of this test's own, on SQLite and on PostgreSQL."""
    if request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
        with server.lent_database(request.getfixturevalue("empty_postgres")) as url:
            yield url
    else:
        path = tmp_path / "satyapan.db"
        shutil.copy(request.getfixturevalue("empty_sqlite"), path)
        yield f"sqlite:///{path}"


@pytest.fixture
def open_database(tmp_path: Path) -> Iterator[Callable[[str], Database]]:
    """Opens a database by its address, as one process would; all are closed at the end."""
    opened: list[Database] = []

    def open_one(url: str) -> Database:
        opened.append(Database(url, KeyRing.for_tests(), tmp_path / "documents", clock_is_free=True))
        return opened[-1]

    yield open_one
    for database in opened:
        database.close()


@pytest.fixture
def journey(demo_url: str, open_database: Callable[[str], Database]) -> Journey:
    """The officers of the demo district, ready to take cases along the route."""
    return Journey(open_database(demo_url), NOW)


@pytest.fixture
def traveller(demo_url: str, tmp_path: Path) -> Iterator[Traveller]:
    """The same officers with scripts of answers, watched at each act; here the lot falls as in an office."""
    keys = KeyRing.for_tests(sampled=None)
    made = Database(demo_url, keys, tmp_path / "documents", clock_is_free=True)
    yield Traveller(made, NOW)
    made.close()


@pytest.fixture
def database(new_url: str, open_database: Callable[[str], Database]) -> Database:
    """An empty, migrated database."""
    return open_database(new_url)


@pytest.fixture
def office(demo_sqlite: Path, tmp_path: Path) -> Iterator[Office]:
    """The application on a copy of the demo district, with its own clock; on SQLite alone.

    What its pages read and write are services, whose tests run on both kinds: of two runs of each page the second
    would prove little and cost minutes. A page with statements of its own takes `either_office`.
    """
    (tmp_path / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    made = Office(tmp_path, NOW)
    yield made
    made.database.close()


@pytest.fixture
def either_office(demo_url: str, tmp_path: Path) -> Iterator[Office]:
    """The same on either kind of database."""
    made = Office(tmp_path, NOW, demo_url)
    yield made
    made.database.close()


@pytest.fixture(scope="session")
def loaded() -> Iterator[Loaded]:
    """The program, loaded once for all starts of the drills of this process."""
    made = Loaded()
    yield made
    made.end()


@pytest.fixture(scope="module", params=KINDS)
def drill(
    request: pytest.FixtureRequest, loaded: Loaded, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Drill]:
    """The real program on a demo district of its own, on either kind of database; each test brings its case."""
    instance, url = tmp_path_factory.mktemp("drill") / "instance", ""
    if request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
        url = server.new_database(template=request.getfixturevalue("empty_postgres"))
    else:
        instance.mkdir(mode=0o700)
        shutil.copy(request.getfixturevalue("empty_sqlite"), instance / "satyapan.db")
    made = Drill(instance, loaded, url)
    yield made
    made.end()
