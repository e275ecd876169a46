"""On PostgreSQL the servers work under a role that owns nothing, makes no table and only adds to the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import create_engine

from app import create_app
from app.config import Settings
from app.crypto import KeyRing
from app.models.tables import metadata
from app.services.installation import dbroles, migrations, setup
from app.services.store.database import Database
from tests.districts import NOW
from tests.journey import Journey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.postgres
ROLE = "esp_servers"
OWNER = "postgres"


@pytest.fixture(scope="module")
def addresses(postgres_server, demo_postgres) -> tuple[str, str]:
    """Of one database with the demo district: as its owner, and as the role of the servers."""
    url = postgres_server.new_database(template=demo_postgres)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {ROLE} LOGIN")
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    dbroles.grant(engine, ROLE)
    engine.dispose()
    return url, url.replace(f"{OWNER}@", f"{ROLE}@")


@pytest.fixture
def servers(addresses: tuple[str, str], tmp_path: Path) -> Iterator[Database]:
    """The database as the servers reach it."""
    made = Database(addresses[1], KeyRing.for_tests(), tmp_path / "documents", clock_is_free=True)
    yield made
    made.close()


def test_a_case_goes_the_whole_way_under_that_role(servers: Database) -> None:
    setup.prepare(servers, NOW)  # as every start does
    journey = Journey(servers, NOW)
    number = journey.new_case(["th_mufassil"])
    journey.go_on(number)
    journey.work()
    assert journey.waiting(number) == []
    with servers.engine.connect() as connection:
        papers = metadata.tables["certificate"].select()
        assert len(connection.execute(papers).all()) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET role = 'x'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "DELETE FROM checkpoint",
        "UPDATE checkpoint_head SET row_seq = 0",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "DROP TABLE audit",
        "CREATE TABLE own (id int)",
        "CREATE FUNCTION own() RETURNS int LANGUAGE sql AS 'select 1'",
        "UPDATE alembic_version SET version_num = 'x'",
        "CREATE ROLE another SUPERUSER",
        f"SET ROLE {OWNER}",
        "COPY audit TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/passwd')",
    ],
)
def test_what_the_servers_never_do_the_database_refuses_them(
    addresses: tuple[str, str], statement: str
) -> None:
    with psycopg.connect(addresses[1]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_the_owner_gives_the_rights_by_one_command(addresses: tuple[str, str], tmp_path: Path) -> None:
    app = create_app(Settings(tmp_path, addresses[0], testing=True), clock=lambda: NOW)
    given = app.test_cli_runner().invoke(args=["database", "grant", ROLE])
    assert (given.exit_code, ROLE in given.output, "DATABASE_URL" in given.output) == (0, True, True)
    refused = app.test_cli_runner().invoke(args=["database", "grant", "no_such_role"])
    assert refused.exit_code == 1
    assert "no_such_role" in refused.output
    assert "सुपरयूजर" in refused.output
    app.extensions["database"].close()


def test_that_role_owns_nothing_and_reaches_every_table(addresses: tuple[str, str]) -> None:
    with psycopg.connect(addresses[1]) as connection:
        owned = connection.execute(
            "select relname::text from pg_class where relowner = current_user::regrole "
            "union all select proname::text from pg_proc where proowner = current_user::regrole"
        ).fetchall()
        unread = [
            table.name
            for table in metadata.sorted_tables
            if not connection.execute(
                "select has_table_privilege(%s, 'select') and has_table_privilege(%s, 'insert')",
                (table.name, table.name),
            ).fetchone()[0]
        ]
    assert (owned, unread) == ([], [])


@pytest.mark.parametrize("role", [OWNER, "no_such_role"])
def test_a_role_that_could_do_more_than_its_rights_is_refused(addresses: tuple[str, str], role: str) -> None:
    engine = create_engine(addresses[0].replace("postgresql:", "postgresql+psycopg:"))
    with pytest.raises(dbroles.RoleUnfit):
        dbroles.grant(engine, role)
    engine.dispose()


def test_a_migration_that_is_due_waits_for_the_owner(addresses: tuple[str, str], servers: Database) -> None:
    with psycopg.connect(addresses[0]) as connection:
        before = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("UPDATE alembic_version SET version_num = '0018'")
        connection.commit()
        with pytest.raises(migrations.DatabaseNotOwned):
            migrations.upgrade(servers.engine)
        connection.execute("UPDATE alembic_version SET version_num = %s", before)
