"""The session of a transaction: its connection, what it may see, its keys; reads kept, writes sent together."""

from __future__ import annotations

import sqlite3
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import exc

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from app.crypto import KeyRing
    from app.models.callers import Scope

#: A statement in the driver's own words, and its parameters.
Sent = tuple[str, Any]
_Read = dict[Any, list[Any]]


class Session:
    """What a service works with: a connection inside a transaction, what may be seen, and the keys.

    `recorded_at` is the machine's clock at the start of the transaction (UTC). `cache` lives as long as the
    transaction. What a statement of app.models has read is kept until one of its tables is written; writes wait
    and go out together, in order, before anything reads their tables, and before the commit.

    `loader` names the program that acts in the officers' stead, in times gone by; empty where they act themselves.
    `clock_is_free`: the time of an act need not be the machine's, in demo mode and in tests. `takes_rsa_2048`: keys
    of 112 bits of security count, because the operator has said so.
    """

    def __init__(
        self,
        connection: Connection,
        scope: Scope,
        keys: KeyRing,
        documents: Path,
        recorded_at: datetime,
        public_address: str = "",
        begin: Sequence[str] = (),
    ) -> None:
        self._connection, self._begin = connection, begin
        self.scope, self.keys, self.documents = scope, keys, documents
        self.recorded_at, self.public_address = recorded_at, public_address
        self.cache: dict[Any, Any] = {}
        self.dialect = connection.dialect
        self._driver: Any = connection.connection.driver_connection
        self.loader, self.clock_is_free = "", False
        self.takes_rsa_2048 = False
        self._waiting: list[Sent] = []
        self._waiting_tables: set[str] = set()
        #: What was read, by scope: a session asks under one scope some twenty times, and hashing one takes a while.
        self._kept: dict[Scope, _Read] = {}
        self._own = self._kept.setdefault(scope, {})
        self._told: _Read = {}  # the same by what was sent: scopes that ask in the same words are told the same
        #: Where what was read of a table is kept, to be found when the table is written.
        self._of_table: dict[str, list[tuple[_Read, Any]]] = {}
        #: Whether writes may go out in another order, alike ones together: rows first, then what changes them. For
        #: a transaction that makes many things alike which know nothing of each other. Set it before `narrowed`.
        self.is_bulk = False
        self.prepared: Any = None  # what app.models.statements works out of the scope, once

    def narrowed(self, scope: Scope) -> Session:
        """The same transaction under another scope, once the right to it is settled."""
        inner = object.__new__(type(self))
        inner.__dict__.update(
            self.__dict__
        )  # `copy` takes ten times as long, and each page and act asks for it
        inner.scope, inner.prepared = scope, None
        inner._own = self._kept.setdefault(scope, {})
        return inner

    @property
    def district_id(self) -> int:
        """The district of the scope. Raises PermissionError for a scope that belongs to none."""
        found = getattr(self.scope, "district_id", None)
        if found is None:
            raise PermissionError("this scope belongs to no district")
        return int(found)

    @property
    def connection(self) -> Connection:
        """The connection for a statement made on the spot; everything that waits is written before."""
        self.flush()
        self.forget()
        self._begin_if_idle()
        return self._connection

    # -- for app.models.statements alone -----------------------------------------------------------------

    def kept(self, key: Any) -> list[Any] | None:
        """What this statement read before with these values, if none of its tables was written since."""
        return self._own.get(key)

    def told(self, words: Any) -> list[Any] | None:
        """The same of a statement sent in these words, by whatever scope of the transaction."""
        return self._told.get(words)

    def keep(self, key: Any, tables: frozenset[str], rows: list[Any], words: Any = None) -> None:
        self._own[key] = rows
        if words is not None:
            self._told[words] = rows
        for table in tables:
            places = self._of_table.setdefault(table, [])
            places.append((self._own, key))
            if words is not None:
                places.append((self._told, words))

    def forget(self) -> None:
        """Read everything anew from now on."""
        self._of_table.clear()
        self._told.clear()
        for kept in self._kept.values():
            kept.clear()

    def fetch(self, tables: frozenset[str], sent: Sequence[Sent]) -> list[list[Any]]:
        """Run reading statements by the bare driver, after the writes they must see; -> the rows of each.

        On PostgreSQL all of it, and the BEGIN of a new transaction, is one wait for the network.
        """
        before = [] if self._waiting_tables.isdisjoint(tables) else self._take()
        return self._answers(before, sent)

    def _answers(self, before: list[Sent], sent: Sequence[Sent]) -> list[list[Any]]:
        """The rows of statements that answer, run after writes that do not."""
        driver = self._driver
        try:
            if self.dialect.name != "postgresql":
                self._send(before)
                self._begin_on(driver)
                return [driver.execute(*each).fetchall() for each in sent]
            with driver.pipeline():
                self._begin_on(driver)
                for each in before:
                    self._connection.exec_driver_sql(*each)
                cursors = [driver.execute(*each) for each in sent]
            return [cursor.fetchall() for cursor in cursors]
        except self.dialect.loaded_dbapi.Error as error:
            raise self._wrapped(sent[0][0], error) from error

    def put(self, table: str, sent: Iterable[Sent]) -> None:
        """Let a write wait until it must be done."""
        self._forget(table)
        self._waiting += sent
        self._waiting_tables.add(table)

    def run(self, table: str, sent: Sent) -> int:
        """Do a write now, after everything that waits; -> how many rows it changed."""
        self._forget(table)
        return self._send([*self._take(), sent])

    def ask(self, table: str, sent: Sent) -> list[Any]:
        """Do a write that answers (RETURNING) now, after everything that waits; -> its rows."""
        self._forget(table)
        if self.dialect.name == "postgresql":
            return self._answers(self._take(), [sent])[0]
        self.flush()
        self._begin_if_idle()
        return list(map(tuple, self._connection.exec_driver_sql(*sent)))

    def commit(self) -> None:
        """On PostgreSQL: every write that waits, and the COMMIT, in one wait; no lock is held while we are away."""
        if self._waiting or not _is_idle(self._driver):
            self._waiting.append(("COMMIT", None))
            self.flush()

    def end(self) -> None:
        """End a transaction that has read. Rolled back, the driver of PostgreSQL would forget all it has prepared.

        A write that waits in it is sent, to be refused: else it would be lost without a word.
        """
        self.flush()
        try:
            self._driver.commit()
        except self.dialect.loaded_dbapi.Error as error:
            raise self._wrapped("COMMIT", error) from error

    def flush(self) -> None:
        """Do every write that waits, in order."""
        if self._waiting:
            self._send(self._take())

    def _forget(self, table: str) -> None:
        for kept, key in self._of_table.pop(table, ()):
            kept.pop(key, None)

    def _take(self) -> list[Sent]:
        taken = self._waiting.copy()  # the lists are one for all scopes of the transaction
        self._waiting.clear()
        self._waiting_tables.clear()
        return _alike_together(taken) if self.is_bulk else taken

    def _send(self, statements: list[Sent]) -> int:
        """Run writes in order, on PostgreSQL in one wait; -> rows that the last one changed."""
        if self.dialect.name != "postgresql":
            results = [self._connection.exec_driver_sql(*each) for each in statements]
            return results[-1].rowcount if results else 0
        driver = self._driver
        try:
            with driver.pipeline():
                self._begin_on(driver)
                results = [self._connection.exec_driver_sql(*each) for each in statements]
            return int(results[-1].context.cursor.rowcount)  # known only after the one wait
        except psycopg.Error as error:
            raise self._wrapped("", error) from error

    def _begin_if_idle(self) -> None:
        """Begin the transaction now, for a statement that cannot bring its beginning along."""
        if self._begin and _is_idle(self._driver):
            with self._driver.pipeline() if self.dialect.name == "postgresql" else nullcontext():
                self._begin_on(self._driver)

    def _begin_on(self, driver: Any) -> None:
        """Begin the transaction together with its first statement: on PostgreSQL not with a wait of its own."""
        if self._begin and _is_idle(driver):
            options = {} if self.dialect.name == "sqlite" else {"prepare": False}
            for each in self._begin:
                driver.execute(each, **options)

    def _wrapped(self, statement: str, error: Exception) -> exc.DBAPIError:
        """The driver's error as SQLAlchemy would raise it, so that all above need to know only one family."""
        family: type[Exception] = self.dialect.loaded_dbapi.Error
        wrapped = exc.DBAPIError.instance(
            statement, None, error, family, hide_parameters=True, dialect=self.dialect
        )
        assert isinstance(wrapped, exc.DBAPIError)  # noqa: S101 - the driver's own error always is one
        return wrapped


def _is_idle(driver: Any) -> bool:
    """Whether the driver has no transaction open."""
    if isinstance(driver, sqlite3.Connection):
        return not driver.in_transaction
    return bool(driver.pgconn.transaction_status == psycopg.pq.TransactionStatus.IDLE)


def _alike_together(writes: Sequence[Sent]) -> list[Sent]:
    """Each statement once, with all its parameters: those that add rows first, in the order of their first."""
    found: dict[str, list[Any]] = {}
    for statement, parameters in sorted(writes, key=lambda each: not each[0].startswith("INSERT")):
        found.setdefault(statement, []).append(parameters)
    # what has no parameters says the same each time: that there is news
    return [(words, each if len(each) > 1 and each[0] else each[0]) for words, each in found.items()]
