"""The metadata, the column types and the habits that every table shares."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID, SafeUUID

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Row,
    Table,
    TypeDecorator,
    Uuid,
    case,
    or_,
)
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import ColumnElement, Connection
    from sqlalchemy.engine import Dialect

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware on both sides, UTC in the table. A naive time is refused, it has no place in a record.

    SQLite keeps the text `YYYY-MM-DD HH:MM:SS.ffffff`, which sorts as the instants do.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        if dialect.name == "postgresql":
            return lambda value: None if value is None else _in_utc(value)
        return lambda value: (
            None if value is None else _in_utc(value).replace(tzinfo=None).isoformat(" ", "microseconds")
        )

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], datetime | None]:  # noqa: ARG002
        if dialect.name == "postgresql":
            return lambda value: None if value is None else value.astimezone(UTC)
        return lambda value: None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time without its zone has no place in a record")
    return value.astimezone(UTC)


class Id(TypeDecorator[UUID]):
    """One of our own ids: PostgreSQL's type there, 16 bytes on SQLite, half as much in each index as its text."""

    impl = Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(LargeBinary(16) if dialect.name == "sqlite" else Uuid())

    def bind_processor(self, dialect: Dialect) -> Callable[[UUID | None], Any] | None:
        if dialect.name != "sqlite":
            return super().bind_processor(dialect)
        return lambda value: None if value is None else value.bytes

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], UUID | None] | None:
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        return _id_of


_UNKNOWN = SafeUUID.unknown


@lru_cache(maxsize=16_384)
def _id_of(value: bytes | None) -> UUID | None:
    """The id of 16 bytes. A page reads two hundred, most of them again and again: offices, officers, releases."""
    if value is None:
        return None
    found = object.__new__(UUID)
    object.__setattr__(found, "int", int.from_bytes(value, "big"))
    object.__setattr__(found, "is_safe", _UNKNOWN)
    return found


class Json(TypeDecorator[Any]):
    """Plain JSON; never anything that names a person (such values are encrypted bytes)."""

    impl = JSON
    cache_ok = True


def dump_json(value: Any) -> str:
    """Canonical JSON text: sorted keys, UTF-8, so that equal values have equal bytes (audit hashes rely on it)."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def uuid_column(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Id, nullable=nullable)


def case_table(
    name: str,
    *columns: Any,
    scope: str,
    parents: Iterable[tuple[str, str]] = (),
    key: tuple[str, ...] = ("district_id", "id"),
) -> Table:
    """A table whose primary key and every foreign key begin with `district_id`, so that it can be distributed.

    `scope` says which column ties a row to what an officer may see: "case", "office", "district", "officer",
    or "system" (read and written under a named system scope only). `parents` are (column, table) pairs; each
    becomes the foreign key (district_id, column) -> table(district_id, id).
    """
    constraints = [
        ForeignKeyConstraint(["district_id", column], [f"{parent}.district_id", f"{parent}.id"])
        for column, parent in parents
    ]
    own = (
        [] if any(getattr(c, "name", "") == "id" for c in columns) or "id" not in key else [uuid_column("id")]
    )
    return Table(
        name,
        metadata,
        Column("district_id", Integer, nullable=False),
        *own,
        *columns,
        PrimaryKeyConstraint(*key),
        *constraints,
        info={"scope": scope},
    )


def first_of(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    """The one, or the other where there is none.

    PostgreSQL distrusts a COALESCE: behind a policy of the rows it would not look it up in an index.
    """
    return case((one.is_not(None), one), else_=other)


def valid_on(row: Any, day: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether rows with a first and a last day hold on a day; `row`: the table's columns. No last day: for good."""
    return row.valid_from <= day, or_(row.valid_to.is_(None), row.valid_to >= day)


def insert_or(connection: Connection, table: Table) -> Any:
    """An INSERT that can say ON CONFLICT, in the dialect of the connection: one statement, no race."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return make(table)


#: Any row of any query; SQLAlchemy types a row by all its columns.
AnyRow = Row[*tuple[Any, ...]]
Encrypted = LargeBinary
Counter = BigInteger

__all__ = [
    "AnyRow",
    "CheckConstraint",
    "Counter",
    "Encrypted",
    "Id",
    "Json",
    "UtcDateTime",
    "case_table",
    "dump_json",
    "first_of",
    "insert_or",
    "metadata",
    "uuid_column",
]
