"""The metadata, the column types and the habits that every table shares."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

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
    Table,
    TypeDecorator,
    Uuid,
)
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection
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
    """An instant: aware on both sides, UTC in the table. A naive time is refused, it has no place in a record."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone has no place in a record")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else value.replace(tzinfo=UTC)


class Json(TypeDecorator[Any]):
    """Plain JSON; never anything that names a person (such values are encrypted bytes)."""

    impl = JSON
    cache_ok = True


def dump_json(value: Any) -> str:
    """Canonical JSON text: sorted keys, UTF-8, so that equal values have equal bytes (audit hashes rely on it)."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def uuid_column(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Uuid, nullable=nullable)


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


def insert_or(connection: Connection, table: Table) -> Any:
    """An INSERT that can say ON CONFLICT, in the dialect of the connection: one statement, no race."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return make(table)


Encrypted = LargeBinary
Counter = BigInteger

__all__ = [
    "CheckConstraint",
    "Counter",
    "Encrypted",
    "Json",
    "UtcDateTime",
    "case_table",
    "dump_json",
    "insert_or",
    "metadata",
    "uuid_column",
]
