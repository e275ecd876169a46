"""Five hundred officers with a page open: how soon a commit reaches them, and what their lines cost the others."""

from __future__ import annotations

import os
import selectors
import socket
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.crypto import KeyRing
from app.domain.roles import Role
from app.services.store.database import Database
from bench import results
from tests.caller import Caller
from tests.journey import Journey
from tests.serving import Site

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINES, _QUICK_LINES, _COMMITS = 500, 60, 5
_PATIENCE = 30.0


def rows(*, quick: bool) -> Iterator[results.Row]:
    """Start the real program on SQLite, open lines of the district's page, and let officers act behind its back."""
    with tempfile.TemporaryDirectory(prefix="esp-bench-") as folder:
        instance = Path(folder) / "instance"
        site = Site(instance).start()
        ring = KeyRing.open_or_make(instance / "keys" / "ring.json")
        url = f"sqlite:///{instance / 'satyapan.db'}"
        database = Database(url, ring, instance / "documents", clock_is_free=True)
        try:
            yield from _measured(
                site,
                Journey(
                    database,
                    datetime.now(UTC),  # noqa: TID251 - the program runs by it
                ),
                _QUICK_LINES if quick else _LINES,
            )
        finally:
            database.close()
            site.kill()


def _measured(site: Site, journey: Journey, count: int) -> Iterator[results.Row]:
    caller = Caller(site.url).enter(journey.staff.holder(Role.DM).officer_id)
    day = journey.now.date().isoformat()
    numbers = [journey.new_case(letter_date=day, received_date=day) for _ in range(_COMMITS)]
    alone, before = _page(caller), _memory(site)
    lines = [_line(site, caller) for _ in range(count)]
    time.sleep(1.5)
    held = _memory(site)
    delays: list[float] = []
    for number in numbers:
        _drain(lines)
        journey.do(number, "scrutinise")
        delays += _delays(lines)
    among = _page(caller)
    for line in lines:
        line.close()
    delays.sort()
    kind = "sqlite"
    yield results.told(f"events to {count} connections, median", kind, statistics.median(delays) * 1000, "ms")
    slowest = delays[int(len(delays) * 0.99)] * 1000
    yield results.at_most(f"events to {count} connections, p99", kind, slowest, "ms", 2000)
    heard = len(delays) / (count * _COMMITS)
    yield results.at_least(f"events to {count} connections, heard", kind, heard, "share", 1)
    yield results.at_most("a connection that is kept open", kind, (held - before) / count, "kB", 64)
    yield results.at_most("inbox page beside them", kind, among / alone, "x alone", 2)


def _page(caller: Caller) -> float:
    took = []
    for _ in range(15):
        begin = time.perf_counter()
        caller.get("/inbox")
        took.append(time.perf_counter() - begin)
    return statistics.median(took)


def _memory(site: Site) -> float:
    """Kilobytes of the program and what it has started, shared ones shared out."""
    pids = [site.pid, *_below(site.pid)]
    texts = (Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids)
    return sum(
        float(line.split()[1]) for text in texts for line in text.splitlines() if line.startswith("Pss:")
    )


def _below(pid: int) -> list[int]:
    children = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [each for child in children for each in (child, *_below(child))]


def _line(site: Site, caller: Caller) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", site.port), timeout=_PATIENCE)
    head = f"Host: 127.0.0.1:{site.port}\r\nAccept: text/event-stream\r\nCookie: {caller.cookies}\r\n"
    line.sendall(f"GET /live/tracking HTTP/1.1\r\n{head}\r\n".encode())
    if b" 200 " not in line.recv(4096):
        raise RuntimeError("a line was not opened")
    line.settimeout(0)
    return line


def _drain(lines: list[socket.socket]) -> None:
    """Let what came before go by."""
    time.sleep(1)
    for line in lines:
        try:
            line.recv(65536)
        except BlockingIOError:
            continue


def _delays(lines: list[socket.socket]) -> list[float]:
    """Seconds from now until each line has said that something changed."""
    begin, found = time.perf_counter(), []
    with selectors.DefaultSelector() as waiting:
        for line in lines:
            waiting.register(line, selectors.EVENT_READ)
        while waiting.get_map() and time.perf_counter() - begin < _PATIENCE:
            for key, _ in waiting.select(1.0):
                if b"event: change" in os.read(key.fd, 65536):
                    found.append(time.perf_counter() - begin)
                    waiting.unregister(key.fileobj)
    return found
