"""The floor F: the rows that one act writes, captured from the real act and replayed by the bare driver.

Nothing that follows the statements is left out, and nothing that leads to them is in it: no engine, no
encryption, no SQLAlchemy, no reading. One durable commit for each act.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

_WRITES = ("INSERT", "UPDATE", "DELETE", "WITH")


@dataclass
class Act:
    """The writing statements of one transaction, in order, as the driver was given them."""

    statements: list[tuple[str, Any, bool]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(len(parameters) if many else 1 for _, parameters, many in self.statements)


@contextmanager
def captured(engine: Engine) -> Iterator[Act]:
    """Collect what is written through this engine; the caller lets one act run inside."""
    act = Act()

    def note(*seen: Any) -> None:
        _connection, _cursor, statement, parameters, _context, many = seen
        if statement.lstrip().upper().startswith(_WRITES):
            act.statements.append((statement, parameters, many))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield act
    finally:
        event.remove(engine, "before_cursor_execute", note)


def replay(url: str) -> Callable[[Act], None]:
    """Give a function that writes an act to this database by the bare driver, in one durable commit."""
    if url.startswith("sqlite:///"):
        return _on_sqlite(url.removeprefix("sqlite:///"))
    return _on_postgres(url)


def _on_sqlite(path: str) -> Callable[[Act], None]:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")

    def write(act: Act) -> None:
        connection.execute("BEGIN IMMEDIATE")
        for statement, parameters, many in act.statements:
            (connection.executemany if many else connection.execute)(statement, parameters)
        connection.execute("COMMIT")

    return write


def _on_postgres(url: str) -> Callable[[Act], None]:
    connection = psycopg.connect(url)

    def write(act: Act) -> None:
        with connection.transaction(), connection.cursor() as cursor:
            for statement, parameters, many in act.statements:
                if many:
                    cursor.executemany(statement.encode(), parameters)
                else:
                    cursor.execute(statement.encode(), parameters)

    return write
