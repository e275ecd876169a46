"""The database: reads side by side, writes one after another, each a closure that is committed before it returns."""

from __future__ import annotations

import math
import queue
import random
import sqlite3
import threading
import time
from concurrent.futures import Future
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

import psycopg
from sqlalchemy import create_engine, event, exc

from app.config import FONTS
from app.domain.errors import Conflict, Unavailable
from app.models import metadata  # noqa: F401 - the row scopes name tables that nobody else may have loaded
from app.models.scope import Scope, Session, within_walls
from app.scanning import NO_SCANNER
from app.services.store.officekeys import NO_KEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from app.crypto import KeyRing
    from app.services.store.officekeys import OfficeKeys

T = TypeVar("T")

_TRIES = 8  # of one write that lost a race; more means that something is wrong
_BUSY_SECONDS = 5  # how long a write waits for another program before it is refused
#: A transaction that says nothing for so long is of a process that stands still, or of a machine that is gone: the
#: server ends it, and lets others at its rows. As long as a job's lease, after which its worker is taken for dead.
_SILENT_SECONDS = 120
_AGAIN_SECONDS = 0.01  # between two tries to turn a new file to write-ahead logging
_IDLE_SECONDS = 2  # after which a connection may have died unseen: no server starts anew in less
_PREPARED = 256  # statements that a connection to SQLite keeps prepared
_BATCH = 64  # closures in one commit
#: SQLSTATE of a lost race: serialisation, deadlock, a row made meanwhile.
_RETRYABLE = frozenset({"40001", "40P01", "23505"})
#: SQLite's primary codes of a database that cannot work just now: busy, locked, no memory, disk, full, no file.
_NO_DATABASE = frozenset({5, 6, 7, 10, 13, 14})
#: SQLSTATE classes of PostgreSQL: connection lost, no resources (disk full), shut down by its operator.
_OUTAGES = frozenset({"08", "53", "57"})
#: SQLSTATE of a row that another program held for longer than anybody should wait.
_HELD = "55P03"
_GIVEN_UP = "25P03"  # the transaction, for it said nothing for too long
#: A destroyed key must not linger in a freed part of a page: secure_delete overwrites it.
_PRAGMAS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "secure_delete=FAST",
)
#: Pages are read where the machine has them in memory, one copy for all connections. Not for the writer: a stray
#: pointer of a library could then reach the file.
_READING = ("query_only=ON", "mmap_size=2147418112")
#: How a read begins, together with its first statement.
_ONE_PICTURE = {"sqlite": "BEGIN", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}
_READ_ONLY = 8  # for a write the disk's fault; a read that tries to write is ours


@dataclass(frozen=True)
class _Item:
    work: Callable[[Session], Any]
    scope: Scope
    future: Future[Any]


_Queue = queue.SimpleQueue[_Item | None]


class Database:
    """One per process. `write` gives the closure a transaction of its own fate: it commits whole or not at all.

    SQLite (WAL, synchronous=FULL) has one writer thread; closures that wait together share one commit, each
    under a savepoint. PostgreSQL gives each closure its own transaction and repeats it when it loses a race.
    A closure may therefore run more than once and must have no effect but rows.
    """

    def __init__(
        self,
        url: str,
        keys: KeyRing,
        documents: Path,
        *,
        public_address: str = "",
        fonts: Path = FONTS,
        clock_is_free: bool = False,
        office_keys: OfficeKeys = NO_KEYS,
    ) -> None:
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        if self.is_sqlite:
            self._writing = self.engine.execution_options(writing=True)
            self._reading = _on_sqlite(url, reading=True)
        else:  # the session begins and ends by itself, each together with its first and last statements
            self._writing = self._reading = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self.keys, self.documents, self.fonts = keys, documents, fonts
        self.public_address, self.office_keys = public_address, office_keys
        self.scanner = NO_SCANNER  # of uploads
        self.loader, self.clock_is_free = "", clock_is_free
        self._waiting: _Queue = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._door = threading.Lock()  # before the queue: nothing is put in after the sign to stop

    def read(self, work: Callable[[Session], T], scope: Scope) -> T:
        """Run `work` on one consistent picture of the database, in which it can change nothing.

        Raises Unavailable when there is no database to be had.
        """
        with self.picture(scope) as session:
            return work(session)

    @contextmanager
    def picture(self, scope: Scope) -> Iterator[Session]:
        """The consistent picture of a `read`, for the block. It holds a connection: keep the block short."""
        with _unavailable(), self._reading.connect() as connection:
            session = self._session(connection, scope, _ONE_PICTURE[self.engine.dialect.name])
            yield session
            session.end()

    def write(self, work: Callable[[Session], T], scope: Scope) -> T:
        """Run `work` in a transaction and return once it is committed; its exception rolls it back.

        Raises Unavailable when the database is locked or full, or the race was lost too often; nothing was
        written then.
        """
        if self.is_sqlite:
            return self._write_queued(work, scope)
        return self._write_at_once(work, scope)

    def marked(self, loader: str) -> Database:
        """Another handle on the same database for a program that acts for officers in times gone by.

        The record marks each of its acts with the name. Close it when it has done.
        """
        other = copy(self)
        other.loader, other.clock_is_free = loader, True
        other._waiting, other._writer = queue.SimpleQueue(), None  # noqa: SLF001 - it has a writer of its own
        other._door = threading.Lock()  # noqa: SLF001
        return other

    def close(self) -> None:
        """Finish what waits, then let go of threads and connections, so that the process may fork or end.

        A later read or write opens them anew.
        """
        with self._door:
            writer, self._writer = self._writer, None
            self._waiting.put(None)
        if writer is not None:
            writer.join(timeout=30)
        self.engine.dispose()
        self._reading.dispose()

    # -- PostgreSQL ------------------------------------------------------------------------------------

    def _write_at_once(self, work: Callable[[Session], T], scope: Scope) -> T:
        for attempt in range(1, _TRIES + 1):
            try:
                with _unavailable(writing=True), self._writing.begin() as connection:
                    session = self._session(connection, scope, "BEGIN")
                    outcome = work(session)
                    session.commit()
                    return outcome
            except (Conflict, exc.DBAPIError) as error:
                if attempt == _TRIES and isinstance(error, exc.OperationalError) and _may_retry(error):
                    raise Unavailable from error
                if attempt == _TRIES or not _may_retry(error):
                    raise
                time.sleep(random.uniform(0, 0.005 * 2**attempt))  # noqa: S311 - spreads the losers of a race
        raise Conflict

    # -- SQLite ----------------------------------------------------------------------------------------

    def _write_queued(self, work: Callable[[Session], T], scope: Scope) -> T:
        if threading.current_thread() is self._writer:
            raise RuntimeError("a write inside a write would wait for itself")
        future: Future[T] = Future()
        with self._door:
            if self._writer is None:
                self._start_writer()
            self._waiting.put(_Item(work, scope, future))
        return future.result()

    def _start_writer(self) -> None:
        """Each writer has a queue of its own, which ends with the sign to stop."""
        self._waiting = queue.SimpleQueue()
        self._writer = threading.Thread(
            target=self._write_forever, args=(self._waiting,), name="esp-writer", daemon=True
        )
        self._writer.start()

    def _write_forever(self, waiting: _Queue) -> None:
        last = False
        while not last:
            first = waiting.get()
            if first is None:
                return
            batch, last = _gather(first, waiting)
            self._commit(batch)

    def _commit(self, batch: list[_Item]) -> None:
        """One transaction for the batch, one savepoint each; nobody is told of success before the commit."""
        done: list[tuple[_Item, Any]] = []
        try:
            with _unavailable(writing=True), self._writing.connect() as connection, connection.begin():
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
            session = self._session(connection, item.scope)
            outcome = item.work(session)
            session.flush()
        except BaseException as error:
            if _is_unavailable(error, writing=True):
                raise  # the whole transaction is void
            connection.exec_driver_sql("ROLLBACK TO one")
            connection.exec_driver_sql("RELEASE one")
            item.future.set_exception(error)
            return _FAILED
        connection.exec_driver_sql("RELEASE one")
        return outcome

    # -- both ------------------------------------------------------------------------------------------

    def _session(self, connection: Connection, scope: Scope, begin: str = "") -> Session:
        recorded_at = datetime.now(UTC)  # noqa: TID251 - what is recorded is the machine's own time
        walls = () if self.is_sqlite else within_walls(scope)
        begins = (begin, *walls) if begin else ()
        session = Session(
            connection, scope, self.keys, self.documents, recorded_at, self.public_address, begins
        )
        session.loader, session.clock_is_free = self.loader, self.clock_is_free
        session.takes_rsa_2048 = self.office_keys.takes_rsa_2048
        return session


_FAILED = object()


def _gather(first: _Item, waiting: _Queue) -> tuple[list[_Item], bool]:
    """Take everything that waits right now; say whether the sign to stop was among it."""
    batch = [first]
    while len(batch) < _BATCH:
        try:
            item = waiting.get_nowait()
        except queue.Empty:
            return batch, False
        if item is None:
            return batch, True
        batch.append(item)
    return batch, False


@contextmanager
def _unavailable(*, writing: bool = False) -> Iterator[None]:
    """Say in the words of the office that the database is locked, full, or cannot be reached."""
    try:
        yield
    except exc.DBAPIError as error:
        if _is_unavailable(error, writing=writing):
            raise Unavailable from error
        raise


def _is_unavailable(error: BaseException, *, writing: bool = False) -> bool:
    """Whether the database itself is at fault, not the statement: the machine, the disk, another program."""
    if _code(error) == _GIVEN_UP:
        return True
    if not isinstance(error, exc.OperationalError):
        return False
    cause: Any = error.orig
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        return code in _NO_DATABASE or (writing and code == _READ_ONLY)
    state = cause.sqlstate
    return state is None or state == _HELD or state[:2] in _OUTAGES


def _may_retry(error: Exception) -> bool:
    return isinstance(error, Conflict) or _code(error) in _RETRYABLE


def _code(error: BaseException) -> str | None:
    return getattr(getattr(error, "orig", None), "sqlstate", None)


def _on_postgres(url: str) -> Engine:
    """Connections that were idle, or older than the last one that broke, are asked whether they still live."""
    engine = create_engine(url, pool_size=16, max_overflow=16, hide_parameters=True)
    broke_at = -math.inf

    @event.listens_for(engine, "connect")
    def _bound(connection: Any, _record: Any) -> None:
        connection.execute(f"SET lock_timeout = '{_BUSY_SECONDS}s'")
        connection.execute(f"SET idle_in_transaction_session_timeout = '{_SILENT_SECONDS}s'")
        connection.commit()

    @event.listens_for(engine, "invalidate")
    def _doubt(_connection: Any, _record: Any, _error: Any) -> None:
        nonlocal broke_at
        broke_at = time.monotonic()

    @event.listens_for(engine, "checkin")
    def _note(_connection: Any, record: Any) -> None:
        record.info["used_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(connection: Any, record: Any, _proxy: Any) -> None:
        used_at = record.info.get("used_at", math.inf)
        if used_at > broke_at and time.monotonic() - used_at < _IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.Error as gone:
            raise exc.DisconnectionError from gone

    return engine


def _engine(url: str) -> Engine:
    return _on_sqlite(url) if url.startswith("sqlite") else _on_postgres(url)


def _on_sqlite(url: str, *, reading: bool = False) -> Engine:
    """Connections of their own for reading: `query_only`, said at each transaction, would void what is prepared."""
    engine = create_engine(
        url,
        connect_args={
            "timeout": _BUSY_SECONDS,
            "check_same_thread": False,
            "cached_statements": _PREPARED,
        },
        pool_size=32,
        max_overflow=64,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        raw = cast("sqlite3.Connection", connection)
        raw.isolation_level = None  # we say BEGIN ourselves; the driver's own idea of it breaks savepoints
        _keep_a_journal(raw)
        for pragma in (*_PRAGMAS, *(_READING if reading else ())):
            raw.execute(f"PRAGMA {pragma}")

    if not reading:  # a session that reads begins by itself

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            writing = connection.get_execution_options().get("writing")
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _keep_a_journal(raw: sqlite3.Connection) -> None:
    """Turn a new file to write-ahead logging, however many programs do so at once.

    SQLite refuses without its busy wait where two that hold a read lock would both turn the same file.
    """
    until = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            raw.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as refused:
            if not refused.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > until:
                raise
            time.sleep(_AGAIN_SECONDS)
        else:
            return


__all__ = ["Database", "Scope", "Session"]
