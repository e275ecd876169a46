"""The role of the servers on PostgreSQL: it owns nothing, changes no table's shape, and only adds to the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql
from sqlalchemy import text

from app.domain.errors import DomainError
from app.models.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

#: Tables whose rows nobody changes or takes away.
ONLY_ADDED_TO = frozenset({"audit", "checkpoint", "checkpoint_head"})
_VERSION = "alembic_version"
_FIRST = (
    sql.SQL("REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {role}"),
    sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {role}"),
    sql.SQL("GRANT USAGE ON SCHEMA {schema} TO {role}"),
    sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}"),
)
_READ = sql.SQL("GRANT SELECT ON {schema}.{table} TO {role}")
_ADD = sql.SQL("GRANT SELECT, INSERT ON {schema}.{table} TO {role}")
_CHANGE = sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.{table} TO {role}")


class RoleUnfit(DomainError):
    """There is no such role, or it could do more than its rights say: the owner, a superuser, one who makes roles."""

    key = "start.role_unfit"


def grant(engine: Engine, role: str) -> None:
    """Give a role of PostgreSQL what the servers need on the tables of this version, and take all else from it.

    The owner of the tables calls it after each migration. Raises RoleUnfit.
    """
    with engine.execution_options(writing=True).begin() as connection:
        if connection.dialect.name != "postgresql" or not _is_fit(connection, role):
            raise RoleUnfit(role=role)
        schema = connection.execute(text("select current_schema()")).scalar_one()
        names = {"schema": sql.Identifier(schema), "role": sql.Identifier(role)}
        driver = connection.connection.cursor()
        for statement, table in _statements():
            driver.execute(statement.format(table=sql.Identifier(table), **names))


def _statements() -> Iterator[tuple[sql.SQL, str]]:
    """What is granted, table by table; a table that the program does not know is not."""
    yield from ((each, "") for each in _FIRST)
    yield _READ, _VERSION
    for table in metadata.sorted_tables:
        yield (_ADD if table.name in ONLY_ADDED_TO else _CHANGE), table.name


def _is_fit(connection: Connection, role: str) -> bool:
    """Whether the role is there and has no way round its rights."""
    found = connection.execute(
        text(
            "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication "
            "or pg_has_role(rolname, current_user, 'MEMBER') from pg_roles where rolname = :role"
        ),
        {"role": role},
    ).scalar_one_or_none()
    return found is False
