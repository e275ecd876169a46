"""The database of one version of the product with cases under way, kept for the upgrades of all later ones.

`python -m tests.golden_database` writes `tests/integration/golden/<revision>.zip`: the SQLite file, the same work on
PostgreSQL as SQL with every statement that the program sent, and the sealed documents. It is run once for each
version that goes out, with the tables of that version, and what it wrote is never changed: cases run for months, and
each new version must take them up as they are.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from app import create_app
from app.config import FONTS, Settings
from app.crypto import KeyRing
from app.domain.roles import Role
from app.services.installation import migrations, setup
from app.services.store.database import Database
from tests import heard, postgres, programs
from tests.journey import Journey
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).resolve().parent / "integration" / "golden"
NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
#: Where the cases rest: the step, or "drawing" (decided, its paper still to be drawn), or "issued".
STATIONS = ("scrutinise", "check_registers", "recommend", "decide", "issued", "drawing")
#: Whose pages are opened besides.
DAILY = (Role.DM_ASSISTANT, Role.DM_SECTION_HEAD, Role.SP_READER, Role.SHO, Role.SDPO, Role.DM)
_BESIDE = Path(__file__).with_name("beside.py")
#: What only a newer server than the one that reads it would understand.
_FOREIGN = re.compile(r"^(\\|SET transaction_timeout|SET default_table_access_method)")


class Beside:
    """An earlier program at its work: what is asked of it, and what it answers."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, number: str, step: str) -> None:
        """Name a step of a case for it to do; it begins at once."""
        self._write(json.dumps({"number": number, "step": step}) + "\n")

    def answer(self) -> dict[str, Any]:
        """What it says next. Raises AssertionError with nothing to read when it has ended."""
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        if not line:
            raise AssertionError("the earlier program has ended")
        found: dict[str, Any] = json.loads(line)
        return found

    def do(self, number: str, step: str) -> dict[str, Any]:
        self.ask(number, step)
        return self.answer()

    def end(self) -> None:
        """Let it close the database."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(60)

    def _write(self, line: str) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write(line)
            self._process.stdin.flush()


@dataclass(frozen=True)
class Golden:
    """One kept database: its version, and the number of the case at each station."""

    archive: Path

    def numbers(self) -> dict[str, str]:
        with zipfile.ZipFile(self.archive) as archive:
            found: dict[str, str] = json.loads(archive.read("cases.json"))
        return found

    def statements(self) -> list[str]:
        """What its program sent to PostgreSQL while it worked; empty for a version from before they were kept."""
        with zipfile.ZipFile(self.archive) as archive:
            if "statements.json" not in archive.namelist():
                return []
            found: list[str] = json.loads(archive.read("statements.json"))
        return found

    def sqlite(self, folder: Path) -> str:
        """Lay the SQLite file and the documents into a folder; -> its address."""
        with zipfile.ZipFile(self.archive) as archive:
            archive.extractall(folder)  # noqa: S202  # our own archive
        return f"sqlite:///{folder / 'satyapan.db'}"

    @property
    def program(self) -> Path:
        """Where its program is kept, as far as services, forms and papers go; not of every version."""
        return FOLDER / "programs" / f"{self.revision}.tar.xz"

    @property
    def revision(self) -> str:
        return self.archive.stem

    @contextmanager
    def at_work(self, folder: Path, url: str, documents: Path) -> Iterator[Beside]:
        """Let its own program open the database and work there, in a process of its own."""
        with tarfile.open(self.program) as kept:
            kept.extractall(folder, filter="data")
        command = [sys.executable, "-P", str(_BESIDE), url, str(documents), str(FONTS)]
        place = {**os.environ, "PYTHONPATH": str(folder)}
        with subprocess.Popen(
            command, cwd=folder, env=place, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            beside = Beside(process)
            try:
                yield beside
            finally:
                beside.end()

    def postgres(self, folder: Path, url: str) -> str:
        """Load an empty PostgreSQL database, and lay the documents into a folder; -> its address."""
        self.sqlite(folder)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute((folder / "postgres.sql").read_bytes())
        return url


def all_of_them() -> list[Golden]:
    return [Golden(path) for path in sorted(FOLDER.glob("*.zip"))]


def opened(url: str, folder: Path) -> Database:
    return Database(url, KeyRing.for_tests(), folder / "documents", clock_is_free=True)


def _fill(url: str, folder: Path) -> tuple[dict[str, str], set[str]]:
    """A demo district with a case at each station; -> their numbers, and the statements of the program."""
    database = opened(url, folder)
    noted = heard.listen(database.engine) if database.engine.dialect.name == "postgresql" else set()
    migrations.upgrade(database.engine)
    setup.add_demo(database, folder, NOW)
    journey = Journey(database, NOW)
    numbers = {}
    for station in STATIONS:
        numbers[station] = journey.new_case(
            ["th_mufassil", "th_garkha"][: 1 + (station == "check_registers")]
        )
        _bring(journey, numbers[station], station)
    _look(database, folder, journey, numbers["check_registers"])
    database.close()
    return numbers, noted


def _look(database: Database, folder: Path, journey: Journey, number: str) -> None:
    """Let each office open what it opens every day: a program reads by other statements than it writes."""
    app = create_app(Settings(folder, "", demo=True, testing=True), database, clock=lambda: NOW)
    for role in DAILY:
        station = journey.staff.offices(role)["th_mufassil"] if role is Role.SHO else None
        browser = Visitor(app).enter(journey.staff.holder(role, station).officer_id, NOW)
        case = number.replace("/", "-")
        for address in ("/inbox", "/inbox?age=late", f"/cases/{case}", f"/cases/{case}/timeline", "/reports"):
            answer = browser.get(address)
            if answer.status_code not in (200, 404):
                raise AssertionError(f"{role} got {answer.status_code} at {address}")


def _bring(journey: Journey, number: str, station: str) -> None:
    if station == "issued":
        journey.go_on(number)
    elif station == "drawing":
        journey.go_on(number, "decide")
        journey.do(number, "decide")
    else:
        journey.go_on(number, station)


def _dumped(url: str, binaries: Path) -> Iterator[str]:
    """The lines of a database as SQL that any server of PostgreSQL takes."""
    command = [
        binaries / "pg_dump",
        "--inserts",
        "--rows-per-insert=200",
        "--no-owner",
        "--no-privileges",
        url,
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return (line for line in done.stdout.splitlines(keepends=True) if not _FOREIGN.match(line))


def write() -> Path:
    """Make the golden database of the tables as they are now. Raises FileExistsError when it is there already."""
    binaries = programs.postgres()
    if binaries is None:
        raise FileNotFoundError("PostgreSQL's programs are not on this machine")
    with tempfile.TemporaryDirectory() as name, postgres.running(binaries, careless=True) as server:
        folder = Path(name)
        numbers, _ = _fill(f"sqlite:///{folder / 'satyapan.db'}", folder)
        revision = _compact(folder)
        url = server.new_database()
        again, noted = _fill(url, folder)
        if again != numbers:
            raise AssertionError("the two databases hold other cases")
        (folder / "postgres.sql").write_text("".join(_dumped(url, binaries)), "utf-8")
        return _archive(folder, revision, {"cases.json": numbers, "statements.json": sorted(noted)})


def _compact(folder: Path) -> str:
    """Bring the SQLite file into one, without its log; -> the version of its tables."""
    source = folder / "satyapan.db"
    with closing(sqlite3.connect(source)) as connection:
        (revision,) = connection.execute("select version_num from alembic_version").fetchone()
        connection.execute("vacuum into ?", (str(folder / "one.db"),))
    (folder / "one.db").replace(source)
    return str(revision)


def _archive(folder: Path, revision: str, lists: dict[str, Any]) -> Path:
    target = FOLDER / f"{revision}.zip"
    FOLDER.mkdir(exist_ok=True)
    with zipfile.ZipFile(target, "x", zipfile.ZIP_LZMA) as archive:
        for name, content in lists.items():
            archive.writestr(name, json.dumps(content, ensure_ascii=False))
        for name in ("satyapan.db", "postgres.sql"):
            archive.write(folder / name, name)
        for path in sorted((folder / "documents").rglob("*")):
            if path.is_file():
                archive.write(path, str(path.relative_to(folder)))
    return target


if __name__ == "__main__":
    print(write())  # noqa: T201 - the command says what it wrote
