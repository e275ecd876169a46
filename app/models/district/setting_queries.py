"""Queries on the settings of a district: a value of plain JSON for each key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from app.models.scope import visible
from app.models.statements import Query
from app.models.tables.base import insert_or
from app.models.tables.offices import setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.models.scope import Session
    from app.models.tables.base import AnyRow


VALUE = Query(lambda at: select(setting.c.value).where(at.visible(setting), setting.c.key == at.key))


def value_of(session: Session, key: str) -> Any:
    """The value of a setting; None where it was never set."""
    row = VALUE.one_or_none(session, key=key)
    return None if row is None else row.value


def districts_with(session: Session, key: str) -> list[int]:
    """The districts in which this setting is set."""
    statement = select(setting.c.district_id).where(visible(setting, session.scope), setting.c.key == key)
    return list(session.connection.execute(statement).scalars())


def of_districts(session: Session, key: str) -> Sequence[AnyRow]:
    """This setting of every district of the scope in which it is set: `district_id`, `value`."""
    statement = select(setting.c.district_id, setting.c.value)
    return session.connection.execute(
        statement.where(visible(setting, session.scope), setting.c.key == key)
    ).all()


def delete_value(session: Session, key: str) -> None:
    session.connection.execute(delete(setting).where(visible(setting, session.scope), setting.c.key == key))


def put_value(session: Session, key: str, value: Any) -> None:
    """Set a setting of the session's own district."""
    statement = insert_or(session.connection, setting).values(
        district_id=session.district_id, key=key, value=value
    )
    session.connection.execute(
        statement.on_conflict_do_update(index_elements=["district_id", "key"], set_={"value": value})
    )
