"""A tap on the wire between the product and PostgreSQL: counts how often the one waits for the other."""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from app.crypto import KeyRing
from app.services.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.models.scope import Scope, Session

T = TypeVar("T")
_SOCKET = ".s.PGSQL.5432"
_CHUNK = 65_536
_AWAY = 0.005  # seconds that an answer takes


class WireTap:
    """A socket in a folder of its own, passed on to the server's. A wait is a send that follows an answer.

    Answers take their time, as over a network: else one would overtake what is sent without waiting for it.
    """

    def __init__(self, server: Path) -> None:
        self._server = server
        self._home = tempfile.TemporaryDirectory(prefix="esp-tap-")
        self.folder = Path(self._home.name)
        self.waits = 0
        self._lock = threading.Lock()
        self._listener = socket.socket(socket.AF_UNIX)

    def __enter__(self) -> Self:
        self._listener.bind(str(self.folder / _SOCKET))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self._home.cleanup()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # closed: the block has ended
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self._server / _SOCKET))
            answered = threading.Event()
            answered.set()
            for pump in (self._forth, self._back):
                threading.Thread(target=pump, args=(client, server, answered), daemon=True).start()

    def _forth(self, client: socket.socket, server: socket.socket, answered: threading.Event) -> None:
        while data := _received(client):
            if answered.is_set():
                answered.clear()
                with self._lock:
                    self.waits += 1
            server.sendall(data)
        server.close()

    def _back(self, client: socket.socket, server: socket.socket, answered: threading.Event) -> None:
        while data := _received(server):
            time.sleep(_AWAY)
            answered.set()
            try:
                client.sendall(data)
            except BrokenPipeError:
                break  # who asked is gone
        client.close()


class TappedDatabase(Database):
    """A database behind a tap; `waits` has one figure for each write: how often its transaction waited."""

    def __init__(self, tap: WireTap, name: str, documents: Path) -> None:
        url = f"postgresql://postgres@/{name}?host={tap.folder}"
        super().__init__(url, KeyRing.for_tests(), documents, clock_is_free=True)
        self._tap = tap
        self.waits: list[int] = []

    def write(self, work: Callable[[Session], T], scope: Scope) -> T:
        before = self._tap.waits
        try:
            return super().write(work, scope)
        finally:
            self.waits.append(self._tap.waits - before)


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(_CHUNK)
    except OSError:
        return b""
