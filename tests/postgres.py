"""A PostgreSQL cluster for one test process: made when first asked for, without fsync, gone at the end.

A test asks for `postgres_server` and makes as many databases as it likes:
`postgres_server.new_database()` is empty, `new_database(template="x")` copies another.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests import programs, room

if TYPE_CHECKING:
    from collections.abc import Iterator

_SETTINGS = ("listen_addresses=", "max_connections=60", "shared_buffers=32MB")
#: Speed over safety: the cluster lives as long as the test run.
_CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
_START_SECONDS = 30.0
_COPIES_FILES = (
    150_000  # the version from which a database may be copied file by file, four times as fast in memory
)


@dataclass
class PostgresServer:
    """A running cluster, reached through a socket in its own folder."""

    folder: Path
    is_careless: bool = False
    _names: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def new_database(self, template: str = "template1", name: str = "") -> str:
        """Make a database, a copy of `template`; returns its URL. Nobody may be connected to the template."""
        name = name or f"test_{next(self._names)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            by_file = self.is_careless and connection.info.server_version >= _COPIES_FILES
            how = "STRATEGY FILE_COPY" if by_file else ""
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {how}')  # type: ignore[arg-type]
        return self.url(name)

    def let_in(self, role: str) -> None:
        """Make a role that may connect and owns nothing, whichever module of this process asks first."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
            if found is None:
                connection.execute(f'CREATE ROLE "{role}" LOGIN')  # type: ignore[arg-type]

    @contextmanager
    def lent_database(self, template: str = "template1") -> Iterator[str]:
        """A database for one test, thrown away behind it; -> its URL."""
        name = f"test_{next(self._names)}"
        yield self.new_database(template, name)
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[arg-type]


def _unprivileged() -> list[str]:
    """PostgreSQL refuses root: as root its programs run as the packaged account; and they end with us."""
    if not shutil.which("setpriv"):
        return []
    command = ["setpriv", "--pdeathsig", "INT"]
    if os.geteuid() == 0:
        command += ["--reuid=postgres", "--regid=postgres", "--clear-groups"]
    return command


def _wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()[-2000:]}") from error
            time.sleep(0.05)
        else:
            return


@contextmanager
def running(binaries: Path, *, careless: bool = False) -> Iterator[PostgresServer]:
    """Run a new cluster while the block lasts; `careless` forgets durability for speed."""
    # Not below pytest's folder, which only its owner may enter; and short: a socket's name is bounded.
    folder = Path(tempfile.mkdtemp(prefix="esp-pg-", dir=room.in_memory() if careless else None))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    as_postgres, data, log = _unprivileged(), folder / "data", folder / "log"
    subprocess.run(
        [
            *as_postgres,
            binaries / "initdb",
            "--pgdata", data,
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
        ],
        check=True,
        capture_output=True,
        cwd=folder,
    )  # fmt: skip
    settings = [part for setting in _SETTINGS + _CARELESS * careless for part in ("-c", setting)]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*as_postgres, binaries / "postgres", "-D", data, "-k", folder, *settings],
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
        )
    try:
        cluster = PostgresServer(folder, careless)
        _wait_until_ready(cluster.url("postgres"), server, log)
        yield cluster
    finally:
        server.send_signal(signal.SIGINT)  # the server's word for: end the sessions, then stop
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    binaries = programs.postgres()
    if binaries is None:
        pytest.skip("PostgreSQL's programs not found")
    with running(binaries, careless=True) as cluster:
        yield cluster
