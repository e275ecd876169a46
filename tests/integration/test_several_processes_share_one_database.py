"""On PostgreSQL several processes answer pages and do jobs; one that dies is replaced, the others go on."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.serving import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.loaded import Loaded

pytestmark = pytest.mark.postgres  # SQLite is served by one process

_SECONDS = 30.0


@pytest.fixture
def url(postgres_server, empty_postgres) -> str:
    return postgres_server.new_database(template=empty_postgres)


@pytest.fixture
def site(url: str, tmp_path: Path, loaded: Loaded) -> Iterator[Site]:
    several = {"DATABASE_URL": url, "WEB_PROCESSES": "2", "WORKER_PROCESSES": "2"}
    running = Site(tmp_path / "instance", several, loaded).start()
    yield running
    running.kill()


def children(pid: int) -> list[int]:
    """The processes that a process has started, by what Linux says of it."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def workers_seen(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {name for (name,) in connection.execute("select name from worker")}


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _SECONDS
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def test_what_dies_is_replaced_and_one_sign_ends_them_all(site: Site, url: str) -> None:
    """One story, because each start of a whole installation takes seconds."""
    until(lambda: len(workers_seen(url)) == 2, "two workers say that they live")
    web, *workers = children(site.pid)
    assert len(workers) == 2
    assert len(children(web)) == 2

    os.kill(workers[0], signal.SIGKILL)
    until(lambda: len(workers_seen(url)) == 3, "a third worker takes the place of the dead one")
    assert workers[0] not in children(site.pid)
    assert site.answers("/readyz")

    victim = children(web)[0]
    os.kill(victim, signal.SIGKILL)
    until(lambda: victim not in children(web) and len(children(web)) == 2, "another answers in its place")
    assert all(site.answers("/healthz") for _ in range(8))

    everyone = [site.pid, *children(site.pid), *children(web)]
    assert len(everyone) == 6
    assert site.stop() == 0
    assert not [pid for pid in everyone if Path(f"/proc/{pid}").exists()]
