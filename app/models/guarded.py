"""Changes that hold only while a row stands as it was seen; rows that a worker has in hand until an instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update

from app.models.scope import visible

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Table

    from app.models.scope import Session
    from app.models.tables.base import AnyRow


def change(session: Session, table: Table, *while_: ColumnElement[bool], **values: Any) -> bool:
    """Change the one row for which all of this still holds; -> whether there was one."""
    done = session.connection.execute(
        update(table).where(visible(table, session.scope), *while_).values(**values)
    )
    return done.rowcount == 1


def is_free(table: Table, now: datetime) -> ColumnElement[bool]:
    """That no worker has the row in hand; one that died has let go of it when its time is over."""
    return or_(table.c.lease_until.is_(None), table.c.lease_until < now)


def take(
    session: Session,
    table: Table,
    now: datetime,
    until: datetime,
    *while_: ColumnElement[bool],
    **values: Any,
) -> bool:
    """Take the one row for which this holds in hand until an instant; -> whether nobody was quicker."""
    return change(session, table, *while_, is_free(table, now), lease_until=until, **values)


def oldest_free(session: Session, table: Table, now: datetime, *while_: ColumnElement[bool]) -> AnyRow | None:
    """The row for which this holds that was asked for first, and that no worker has in hand."""
    chosen = select(table).where(visible(table, session.scope), *while_, is_free(table, now))
    return session.connection.execute(chosen.order_by(table.c.asked_at).limit(1)).one_or_none()
