"""The database brought to the version of this program; a database from a newer one is refused, untouched."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import exc, text

from app.domain.errors import DomainError
from app.models.metadata import metadata
from app.services.installation import dbroles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sqlalchemy import Connection, Engine

_FOLDER = Path(__file__).resolve().parents[2] / "migrations"
_MIGRATION_SECONDS = 600  # that a start waits for the migration of another
_LOCK = 7_314_218  # of PostgreSQL: two programs that start at once migrate one after the other


class DatabaseIsNewer(DomainError):
    """The database was made by a newer version of the product; this one must not touch it."""

    key = "start.database_newer"


class DatabaseUnusable(DomainError):
    """No database answers at the address of the settings, or what lies there is none."""

    key = "start.database_unusable"


class DatabaseNotOwned(DomainError):
    """A migration is due, and the role of the servers may not change tables: their owner does."""

    key = "start.database_owner"


def upgrade(engine: Engine) -> bool:
    """Apply every migration that is due; -> whether there was one.

    Raises DatabaseUnusable, DatabaseIsNewer, DatabaseNotOwned.
    """
    _reach(engine)
    config, scripts = _config(), _scripts()
    with _alone(engine) as connection:
        before = _version(connection)
        if before is not None and before not in {each.revision for each in scripts.walk_revisions()}:
            raise DatabaseIsNewer(version=before)
        if before == scripts.get_current_head():
            return False
        if not _may_change_tables(connection):
            raise DatabaseNotOwned
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if connection.dialect.name == "postgresql":
            dbroles.raise_walls(connection)  # whatever tables this version brought
        return True


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction in which no other start migrates; one that does so already may take its time."""
    with (
        engine.execution_options(writing=True).connect() as connection,
        _patient(connection),
        connection.begin(),
    ):
        if connection.dialect.name == "postgresql":
            connection.execute(text("set local lock_timeout = 0"))
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        yield connection


@contextmanager
def _patient(connection: Connection) -> Iterator[None]:
    """SQLite waits for another's migration as long as one may take, not as long as a write may."""
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    usual = raw.execute("PRAGMA busy_timeout").fetchone()[0]
    raw.execute(f"PRAGMA busy_timeout = {_MIGRATION_SECONDS * 1000}")
    try:
        yield
    finally:
        raw.execute(f"PRAGMA busy_timeout = {usual}")


def _reach(engine: Engine) -> None:
    try:
        engine.connect().close()
    except exc.DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0] if error.orig is not None else type(error).__name__
        where = engine.url.render_as_string(hide_password=True)
        raise DatabaseUnusable(address=where, reason=reason) from error


def _may_change_tables(connection: Connection) -> bool:
    return connection.dialect.name != "postgresql" or bool(
        connection.execute(text("select has_schema_privilege(current_schema(), 'CREATE')")).scalar_one()
    )


def is_current(connection: Connection) -> bool:
    """Whether the database has exactly the tables that this program works with."""
    return _version(connection) == _scripts().get_current_head()


def differences(connection: Connection) -> list[Any]:
    """What the migrations lack, compared with the tables as the program defines them."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


def _version(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


@cache
def _scripts() -> ScriptDirectory:
    """The migrations of this program: some fifty modules, and whoever asks for its health needs them each time."""
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config
