"""Rows for any table, made from the tables' own definition: ids and parents fit, everything else is plain."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from sqlalchemy import Boolean, Date, Integer, LargeBinary, String, UniqueConstraint, insert

from app.models.metadata import metadata
from app.models.tables.base import Id, Json, UtcDateTime

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection, Table

DISTRICT = 218
_NAMES = UUID("00000000-0000-0000-0000-0000000000e5")
DAY = date(2026, 11, 23)
_PLAIN: tuple[tuple[type, Any], ...] = (
    (UtcDateTime, datetime(2026, 11, 23, 5, 0, tzinfo=UTC)),
    (Json, {}),
    (Boolean, False),
    (LargeBinary, b"x" * 8),
)


def id_of(table: str, name: str = "") -> UUID:
    """The id of the row of a table that goes by this name."""
    return uuid5(_NAMES, f"{table}/{name}")


def row(table: Table, name: str = "", number: int = 1, **given: Any) -> dict[str, Any]:
    """A row of the table: its parents are the rows of the same name unless `given` says otherwise.

    `number` tells its numbers and days from those of other rows.
    """
    values = {column.name: _value(table, column, name, number) for column in table.columns}
    return values | given


def _value(table: Table, column: Column[Any], name: str, number: int) -> Any:
    kind = column.type
    if column.name == "district_id" or (table.name == "district" and column.name == "id"):
        return DISTRICT
    if isinstance(kind, Id) or (
        isinstance(kind, LargeBinary) and (column.primary_key or _tells(table, column))
    ):
        found = id_of(_parent(table, column), name)
        return found if isinstance(kind, Id) else found.bytes[:8]
    if isinstance(kind, String):
        return f"{name}x"[: kind.length]
    if isinstance(kind, Integer):
        return number
    if isinstance(kind, Date):
        return DAY + timedelta(days=number - 1)
    return next(value for plain, value in _PLAIN if isinstance(kind, plain))


def _tells(table: Table, column: Column[Any]) -> bool:
    """Whether the column tells rows apart."""
    unique = (each for each in table.constraints if isinstance(each, UniqueConstraint))
    return any(column.name in each.columns for each in unique)


def _parent(table: Table, column: Column[Any]) -> str:
    for key in column.foreign_keys:
        if key.column.name == "id":
            return key.column.table.name
    return {"case_id": "case", "requisition_id": "requisition", "officer_id": "officer"}.get(
        column.name, table.name
    )


#: A parent of the same table would be the row itself.
_ITSELF = {"parent_id": None, "base_release_id": None, "supersedes_id": None, "answers_id": None}


def fill(connection: Connection, name: str = "", number: int = 1, **given: Any) -> None:
    """Put one row into every table; `given` holds for every table that has such a column."""
    for table in metadata.sorted_tables:
        if table.name == "district" and name:
            continue
        itself = {key: value for key, value in _ITSELF.items() if key in table.c and table.c[key].nullable}
        own = itself | {key: value for key, value in given.items() if key in table.c}
        connection.execute(insert(table).values(**row(table, name, number, **own)))
