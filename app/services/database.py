"""The database: reads side by side, writes one after another, each a closure that is committed before it returns."""

from __future__ import annotations

import queue
import random
import threading
import time
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sqlalchemy import create_engine, event, exc

from app.domain.errors import Conflict, Unavailable
from app.models.scope import Scope, Session

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from app.crypto import KeyRing

T = TypeVar("T")

_TRIES = 8  # of one write that lost a race; more means that something is wrong
_BUSY_SECONDS = 5  # how long SQLite waits for another process before the write is refused
_BATCH = 64  # closures in one commit
_RETRYABLE = {
    "40001",
    "40P01",
    "55P03",
    "23505",
}  # serialisation, deadlock, lock timeout, a row made meanwhile


@dataclass(frozen=True)
class _Item:
    work: Callable[[Session], Any]
    scope: Scope
    future: Future[Any]


class Database:
    """One per process. `write` gives the closure a transaction of its own fate: it commits whole or not at all.

    SQLite (WAL, synchronous=FULL) has one writer thread; closures that wait together share one commit, each
    under a savepoint. PostgreSQL gives each closure its own transaction and repeats it when it loses a race.
    A closure may therefore run more than once and must have no effect but rows.
    """

    def __init__(self, url: str, keys: KeyRing, documents: Path, *, public_address: str = "") -> None:
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writing = self.engine.execution_options(writing=True)
        self.keys, self.documents, self.public_address = keys, documents, public_address
        self._waiting: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._starting = threading.Lock()

    def read(self, work: Callable[[Session], T], scope: Scope) -> T:
        """Run `work` on one consistent picture of the database. Raises Unavailable when there is none."""
        with self._unavailable(), self.engine.connect() as connection, connection.begin():
            return work(self._session(connection, scope))

    def write(self, work: Callable[[Session], T], scope: Scope) -> T:
        """Run `work` in a transaction and return once it is committed; its exception rolls it back.

        Raises Unavailable when the database is locked or full; nothing was written then.
        """
        if self.is_sqlite:
            return self._write_queued(work, scope)
        return self._write_at_once(work, scope)

    def close(self) -> None:
        """Finish what waits, then let go of the connections."""
        if self._writer is not None and self._writer.is_alive():
            self._waiting.put(None)
            self._writer.join(timeout=30)
        self.engine.dispose()

    # -- PostgreSQL ------------------------------------------------------------------------------------

    def _write_at_once(self, work: Callable[[Session], T], scope: Scope) -> T:
        for attempt in range(1, _TRIES + 1):
            try:
                with self._unavailable(), self.engine.begin() as connection:
                    return work(self._session(connection, scope))
            except (Conflict, exc.DBAPIError) as error:
                if attempt == _TRIES or not _may_retry(error):
                    raise
                time.sleep(random.uniform(0, 0.005 * 2**attempt))  # noqa: S311 - spreads the losers of a race
        raise Conflict

    # -- SQLite ----------------------------------------------------------------------------------------

    def _write_queued(self, work: Callable[[Session], T], scope: Scope) -> T:
        if self._writer is None or not self._writer.is_alive():
            self._start_writer()
        future: Future[T] = Future()
        self._waiting.put(_Item(work, scope, future))
        return future.result()

    def _start_writer(self) -> None:
        with self._starting:
            if self._writer is None or not self._writer.is_alive():
                self._writer = threading.Thread(target=self._write_forever, name="esp-writer", daemon=True)
                self._writer.start()

    def _write_forever(self) -> None:
        while True:
            first = self._waiting.get()
            if first is None:
                return
            batch, last = self._gather(first)
            self._commit(batch)
            if last:
                return

    def _gather(self, first: _Item) -> tuple[list[_Item], bool]:
        """Everything that waits right now; whether the sign to stop was among it."""
        batch = [first]
        while len(batch) < _BATCH:
            try:
                item = self._waiting.get_nowait()
            except queue.Empty:
                return batch, False
            if item is None:
                return batch, True
            batch.append(item)
        return batch, False

    def _commit(self, batch: list[_Item]) -> None:
        """One transaction for the batch, one savepoint each; nobody is told of success before the commit."""
        done: list[tuple[_Item, Any]] = []
        try:
            with self._unavailable(), self._writing.connect() as connection, connection.begin():
                for item in batch:
                    outcome = self._run_one(connection, item)
                    if outcome is not _FAILED:
                        done.append((item, outcome))
        except BaseException as error:  # noqa: BLE001 - every waiting caller must hear of it
            for item in batch:
                if not item.future.done():
                    item.future.set_exception(error)
            return
        for item, outcome in done:
            item.future.set_result(outcome)

    def _run_one(self, connection: Connection, item: _Item) -> Any:
        """One closure under its savepoint; its own exception is its own caller's alone."""
        connection.exec_driver_sql("SAVEPOINT one")
        try:
            outcome = item.work(self._session(connection, item.scope))
        except exc.OperationalError:
            raise  # locked or full: the whole transaction is void
        except BaseException as error:  # noqa: BLE001 - handed to the caller who waits for it
            connection.exec_driver_sql("ROLLBACK TO one")
            connection.exec_driver_sql("RELEASE one")
            item.future.set_exception(error)
            return _FAILED
        connection.exec_driver_sql("RELEASE one")
        return outcome

    # -- both ------------------------------------------------------------------------------------------

    def _session(self, connection: Connection, scope: Scope) -> Session:
        recorded_at = datetime.now(UTC)  # noqa: TID251 - what is recorded is the machine's own time
        return Session(connection, scope, self.keys, self.documents, recorded_at, self.public_address)

    @contextmanager
    def _unavailable(self) -> Iterator[None]:
        """A locked or full database, or one that cannot be reached, is a page that says so."""
        try:
            yield
        except exc.OperationalError as error:
            if self.is_sqlite or _code(error) is None:
                raise Unavailable from error
            raise


_FAILED = object()


def _may_retry(error: Exception) -> bool:
    return isinstance(error, Conflict) or _code(error) in _RETRYABLE


def _code(error: Exception) -> str | None:
    return getattr(getattr(error, "orig", None), "sqlstate", None)


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=16, max_overflow=16, pool_pre_ping=True)
    engine = create_engine(
        url,
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
        pool_size=32,
        max_overflow=64,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        raw = cast("sqlite3.Connection", connection)
        raw.isolation_level = None  # we say BEGIN ourselves; the driver's own idea of it breaks savepoints
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


__all__ = ["Database", "Scope", "Session"]
