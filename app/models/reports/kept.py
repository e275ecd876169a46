"""Statements kept as they were at the end of a month or a week: their figures sealed, with their hash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Date, LargeBinary, String, UniqueConstraint, select

from app.models.scope import visible
from app.models.statements import inserting
from app.models.tables.base import Encrypted, UtcDateTime, case_table, uuid_column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

kept_statement = case_table(
    "kept_statement",
    uuid_column("data_key_id"),
    Column("statement", String(16), nullable=False),  # its key in the list of statements, or `weekly`
    Column("first_on", Date, nullable=False),
    Column("last_on", Date, nullable=False),
    Column("figures", Encrypted, nullable=False),  # registers hold what was written at the dispatch
    Column("sha256", LargeBinary(32), nullable=False),  # of the clear figures
    Column("made_at", UtcDateTime, nullable=False),
    UniqueConstraint("district_id", "statement", "first_on", "last_on"),
    scope="district",
    parents=[("data_key_id", "data_key")],
)
_c = kept_statement.c


def insert_kept(session: Session, row: Mapping[str, Any]) -> None:
    inserting(kept_statement).put(session, [row])


def kept_since(session: Session, since: date) -> Sequence[AnyRow]:
    """What is kept of times that ended since a day, without its figures; the newest first."""
    columns = (_c.id, _c.statement, _c.first_on, _c.last_on, _c.sha256, _c.made_at)
    statement = select(*columns).where(visible(kept_statement, session.scope), _c.last_on >= since)
    return session.connection.execute(statement.order_by(_c.last_on.desc(), _c.statement)).all()


def kept_row(session: Session, kept_id: UUID) -> AnyRow | None:
    """One, with its figures."""
    return session.connection.execute(
        select(kept_statement).where(visible(kept_statement, session.scope), _c.id == kept_id)
    ).one_or_none()


def kept_of(session: Session, statement: str, first: date, last: date) -> AnyRow | None:
    """The one of this statement and time."""
    return session.connection.execute(
        select(kept_statement).where(
            visible(kept_statement, session.scope),
            _c.statement == statement,
            _c.first_on == first,
            _c.last_on == last,
        )
    ).one_or_none()
