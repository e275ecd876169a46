"""Live updates: whoever has a page open hears, within a second, that something on it was committed; nothing more.

One thread of a process holds the connections of all its listeners and hands each what its officer may hear of. An
event says that something changed, never what: the page is asked for anew, under the officer's own rights.
"""

from __future__ import annotations

import selectors
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

import psycopg
import structlog
from sqlalchemy import exc

from app.domain.errors import DomainError, NotFound
from app.domain.roles import DISTRICT_WIDE, OVER_THANAS, WITHOUT_CASES
from app.models.desk import live_queries as table
from app.models.desk import queue_queries as feed
from app.models.scope import SystemReason, SystemScope
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import OfficerScope, Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

log = structlog.get_logger(__name__)

MOST = 2000  # listeners of a process
LASTS = 300.0  # seconds after which a listener must come anew, and prove anew who he is
KEPT = timedelta(hours=1)  # how long an event can be asked for by its number
_PAUSE = 0.25  # seconds between two looks at the database, where it does not call by itself
_SIGN_OF_LIFE = 20.0
_OVERLAP = timedelta(seconds=15)  # an act may be committed so long after it began, when its number was taken


@dataclass(frozen=True, slots=True)
class Subject:
    """What a page is about: the work of some offices (None: of the whole district), or one case."""

    scope: OfficerScope
    offices: frozenset[UUID] | None = None
    case_id: UUID | None = None

    def hears_of(self, row: AnyRow) -> bool:
        """Whether an event is about this page, and the officer may hear of it as far as numbers go."""
        if row.district_id != self.scope.district_id:
            return False
        if self.case_id is not None:
            return bool(row.case_id == self.case_id)
        return row.office_id is not None and (self.offices is None or row.office_id in self.offices)


def own_office(actor: Actor) -> Subject:
    """The work of the officer's own office: his inbox."""
    return Subject(actor_scope(actor), frozenset({actor.post.office_id}))


def supervised(session: Session, actor: Actor) -> Subject:
    """The work of every office whose tasks the officer may count: the page of the district."""
    scope, role = actor_scope(actor), actor.post.role
    if role in DISTRICT_WIDE | WITHOUT_CASES:
        return Subject(scope)
    if role in OVER_THANAS:
        return Subject(scope, table.offices_under(session, scope))
    return own_office(actor)


def of_case(session: Session, actor: Actor, number: str | None) -> Subject:
    """One case. Raises NotFound, the same for an unknown and a foreign one."""
    case_id = table.case_id_of(session, number) if number is not None else None
    if case_id is None:
        raise NotFound
    return Subject(actor_scope(actor), case_id=case_id)


def last(session: Session, subject: Subject) -> int:
    """The number of the last event about a page: it stands still as long as nothing changes."""
    return table.last(session, subject.offices, subject.case_id)


def number_at(moment: datetime) -> int:
    """From which number on a page drawn at this instant has not seen what was committed."""
    return feed.event_number(moment - timedelta(seconds=1))


def forget(session: Session, now: datetime) -> None:
    """Delete events that no listener can ask for any more."""
    table.delete_events(session, feed.event_number(now - KEPT))


@dataclass
class Listener:
    """A connection that is kept open for a page; `since` is the last event that the page has seen."""

    line: socket.socket
    subject: Subject
    since: int
    is_chunked: bool
    ends_at: float = field(default_factory=lambda: time.monotonic() + LASTS)

    def send(self, text: str) -> None:
        """Put a few bytes on the line. Raises OSError when the other side is gone, or takes nothing."""
        data = text.encode()
        self.line.send(b"%x\r\n%b\r\n" % (len(data), data) if self.is_chunked else data)

    def close(self) -> None:
        with suppress(OSError):
            if self.is_chunked:
                self.line.send(b"0\r\n\r\n")
            self.line.shutdown(socket.SHUT_RDWR)
        self.line.close()


class Hub:
    """All listeners of a process, and the one thread that serves them; it runs while there are any."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._new: list[Listener] = []
        self._thread: threading.Thread | None = None
        self._bell: socket.socket | None = None
        self._listeners: dict[int, Listener] = {}
        self._stopping = False

    @property
    def is_full(self) -> bool:
        return len(self._listeners) + len(self._new) >= MOST

    def join(self, listener: Listener) -> None:
        """Take over a connection; from now on it is this thread's alone."""
        listener.line.settimeout(0)
        with self._lock:
            self._new.append(listener)
            if (
                self._thread is None
            ):  # not before a process has its first listener: threads do not survive a fork
                self._bell, ear = socket.socketpair()
                ear.settimeout(0)
                self._thread = threading.Thread(target=self._serve, args=(ear,), name="esp-live", daemon=True)
                self._thread.start()
        self._ring()

    def close(self, seconds: float = 5.0) -> None:
        """Send everybody away and end the thread; the browsers come again."""
        self._stopping = True
        self._ring()
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _ring(self) -> None:
        if self._bell is not None:
            with suppress(OSError):
                self._bell.send(b"!")

    # -- in the thread -----------------------------------------------------------------------------------

    def _serve(self, ear: socket.socket) -> None:
        """Serve until told to stop; a fault sends everybody away, and who comes again is served anew."""
        try:
            self._serve_all(ear)
        except Exception:
            log.exception("live_failed")
        with self._lock:
            self._thread = None
            left, self._new = [*self._listeners.values(), *self._new], []
            self._listeners.clear()
        for listener in left:
            listener.close()

    def _serve_all(self, ear: socket.socket) -> None:
        with selectors.DefaultSelector() as lines, _watch(self._database) as watch:
            lines.register(ear, selectors.EVENT_READ)
            feed_of = _Feed(self._database)
            quiet_since = time.monotonic()
            while not self._stopping:
                for key, _ in lines.select(_PAUSE):
                    self._answer(lines, key.fileobj)
                newcomers = self._admit(lines)
                if watch.changed() or newcomers:
                    self._tell(lines, feed_of.take(), newcomers)
                if time.monotonic() - quiet_since > _SIGN_OF_LIFE:
                    quiet_since = time.monotonic()
                    self._send(lines, self._listeners.values(), ": \n\n")
                self._send_away(lines)

    def _answer(self, lines: selectors.BaseSelector, ready: Any) -> None:
        """Empty the bell; a listener's line has nothing to say but that he is gone."""
        try:
            said = ready.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        listener = self._listeners.get(ready.fileno())
        if not said and listener is not None:
            self._drop(lines, listener)

    def _admit(self, lines: selectors.BaseSelector) -> list[Listener]:
        with self._lock:
            newcomers, self._new = self._new, []
        for listener in newcomers:
            self._listeners[listener.line.fileno()] = listener
            lines.register(listener.line, selectors.EVENT_READ)
        return newcomers

    def _tell(
        self, lines: selectors.BaseSelector, rows: Collection[AnyRow], newcomers: Collection[Listener]
    ) -> None:
        """Tell everybody whom something concerns; who came anew may have missed what is past."""
        for listener in list(self._listeners.values()):
            heard = [row.seq for row in rows if row.seq > listener.since and listener.subject.hears_of(row)]
            if listener in newcomers and not heard:
                heard = [seq for seq in self._missed(listener) if seq > listener.since]
            if heard and self._may_hear(listener.subject):
                listener.since = max(heard)
                self._send(lines, [listener], f"id: {listener.since}\nevent: change\ndata: -\n\n")

    def _missed(self, listener: Listener) -> list[int]:
        with suppress(DomainError):
            return [
                self._database.read(lambda session: last(session, listener.subject), listener.subject.scope)
            ]
        return []

    def _may_hear(self, subject: Subject) -> bool:
        """Of a case only who sees it still: it may have gone to another thana."""
        case_id = subject.case_id
        if case_id is None:
            return True
        try:
            return self._database.read(lambda session: table.sees(session, case_id), subject.scope)
        except DomainError:
            return False

    def _send(self, lines: selectors.BaseSelector, to: Iterable[Listener], text: str) -> None:
        for listener in list(to):
            try:
                listener.send(text)
            except OSError:
                self._drop(lines, listener)

    def _send_away(self, lines: selectors.BaseSelector) -> None:
        """End what has lasted its time: the browser comes again at once, and is looked at anew."""
        now = time.monotonic()
        for listener in [each for each in self._listeners.values() if each.ends_at < now]:
            self._drop(lines, listener)

    def _drop(self, lines: selectors.BaseSelector, listener: Listener) -> None:
        self._listeners.pop(listener.line.fileno(), None)
        with suppress(KeyError, ValueError):
            lines.unregister(listener.line)
        listener.close()


class _Feed:
    """Reads events once each. An act's number is taken when it begins, so that a later one may be there before it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, None] = {}
        self._from = feed.event_number(datetime.now(UTC) - _OVERLAP)  # noqa: TID251 - numbers are the machine's
        self.take()

    def take(self) -> list[AnyRow]:
        try:
            rows = self._database.read(
                lambda session: table.since(session, self._from), SystemScope(SystemReason.LIVE)
            )
        except DomainError:
            return []
        new = [row for row in rows if row.seq not in self._known]
        self._from = feed.event_number(datetime.now(UTC) - _OVERLAP)  # noqa: TID251
        self._known = {row.seq: None for row in rows if row.seq > self._from}
        return new


# -- how a commit is noticed -----------------------------------------------------------------------------


def _watch(database: Database) -> _OfSqlite | _OfPostgres:
    return _OfSqlite(database) if database.is_sqlite else _OfPostgres(database)


class _OfSqlite:
    """SQLite says by a number of the connection whether anybody else has committed: a look costs microseconds."""

    def __init__(self, database: Database) -> None:
        self._connection: Any = database.engine.raw_connection()
        self._version = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def changed(self) -> bool:
        before = self._version
        (self._version,) = self._connection.cursor().execute("PRAGMA data_version").fetchone()
        return self._version != before


class _OfPostgres:
    """PostgreSQL calls every process that listens, after the commit; a connection that broke is opened anew."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._driver: Any = None
        self._next_try = 0.0

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        if self._driver is not None:
            self._driver.close()

    def _open(self) -> None:
        try:
            held = self._database.engine.raw_connection()
            self._driver = held.driver_connection
            held.detach()  # for good: the pool does not get it back
            self._driver.autocommit = True
            self._driver.execute(f"LISTEN {feed.CHANNEL}")
        except (exc.DBAPIError, psycopg.Error):
            self._driver, self._next_try = None, time.monotonic() + 1.0
            log.warning("live_without_database")

    def changed(self) -> bool:
        if self._driver is None:
            if time.monotonic() >= self._next_try:
                self._open()
            return self._driver is not None  # what was committed meanwhile called nobody
        try:
            return bool(list(self._driver.notifies(timeout=0)))
        except psycopg.Error:
            self._driver, self._next_try = None, time.monotonic() + 1.0
            return False
