"""The role of the servers on PostgreSQL: it owns nothing, only adds to the record, reaches one district at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql
from sqlalchemy import text

from app.domain.errors import DomainError
from app.models.metadata import metadata
from app.models.scope import ACROSS, WALL

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
POLICY = "own_district"
#: A transaction reaches the rows of the district that it has named, of all where it has named its reason, else of
#: none. Each setting is read in a SELECT of its own: once a statement, not once a row. The owner of the tables, who
#: migrates and makes backups, is not bound.
_WALLS = (
    sql.SQL("ALTER TABLE {schema}.{table} ENABLE ROW LEVEL SECURITY"),
    sql.SQL("DROP POLICY IF EXISTS {policy} ON {schema}.{table}"),
    sql.SQL(
        "CREATE POLICY {policy} ON {schema}.{table} USING ("
        "{column} = (SELECT nullif(current_setting({wall}, true), '')::int) "
        "OR (SELECT nullif(current_setting({across}, true), '') IS NOT NULL))"
    ),
)


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
        raise_walls(connection)


def raise_walls(connection: Connection) -> None:
    """Give every table of this version the policy of its rows, in place of what it had (PostgreSQL; its owner)."""
    names = {
        "schema": sql.Identifier(connection.execute(text("select current_schema()")).scalar_one()),
        "policy": sql.Identifier(POLICY),
        "wall": sql.Literal(WALL),
        "across": sql.Literal(ACROSS),
    }
    driver = connection.connection.cursor()
    for table in metadata.sorted_tables:
        column = sql.Identifier("district_id" if "district_id" in table.c else "id")  # of `district` itself
        for statement in _WALLS:
            driver.execute(statement.format(table=sql.Identifier(table.name), column=column, **names))


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
