"""On PostgreSQL the servers work under a role that owns nothing, only adds to the record, reaches one district."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from app import create_app
from app.config import Settings
from app.crypto import KeyRing
from app.domain.ids import new_id
from app.models.metadata import metadata
from app.models.scope import CaseScope, PublicScope, SystemReason, SystemScope
from app.services.installation import dbroles, migrations, setup, upkeep
from app.services.store.database import Database
from tests.districts import NOW
from tests.journey import Journey
from tests.two_districts import BUXAR, SARAN
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Column, Table

    from app.models.scope import Scope
    from app.services.store.database import Session

pytestmark = pytest.mark.postgres
ROLE = "esp_servers"
OWNER = "postgres"


@pytest.fixture(scope="module")
def addresses(postgres_server, demo_postgres) -> tuple[str, str]:
    """Of one database with the demo district: as its owner, and as the role of the servers."""
    postgres_server.let_in(ROLE)
    return granted(postgres_server.new_database(template=demo_postgres))


def granted(url: str) -> tuple[str, str]:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    dbroles.grant(engine, ROLE)
    engine.dispose()
    return url, url.replace(f"{OWNER}@", f"{ROLE}@")


def opened(addresses: tuple[str, str], folder: Path) -> Database:
    """The database as the servers reach it."""
    return Database(addresses[1], KeyRing.for_tests(), folder / "documents", clock_is_free=True)


@pytest.fixture
def servers(addresses: tuple[str, str], tmp_path: Path) -> Iterator[Database]:
    made = opened(addresses, tmp_path)
    yield made
    made.close()


def test_a_case_goes_the_whole_way_under_that_role(servers: Database) -> None:
    setup.prepare(servers, NOW)  # as every start does
    journey = Journey(servers, NOW)
    number = journey.new_case(["th_mufassil"])
    journey.go_on(number)
    journey.work()
    assert journey.waiting(number) == []
    read = partial(counts, servers, ["certificate"])
    assert read(SystemScope(SystemReason.WORKER, SARAN)) == {"certificate": 1}
    assert read(SystemScope(SystemReason.WORKER, BUXAR)) == {}


def counts(servers: Database, names: list[str], scope: Scope) -> dict[str, int]:
    """How many rows a transaction of this scope reaches by statements that name neither scope nor district."""

    def count(session: Session) -> dict[str, int]:
        found = {
            name: session.connection.execute(text(f'select count(*) from "{name}"')).scalar_one()
            for name in names
        }
        return {name: rows for name, rows in found.items() if rows}

    return servers.read(count, scope)


@pytest.fixture(scope="module")
def both(
    addresses: tuple[str, str],  # noqa: ARG001 - made the role
    postgres_server,
    demo_postgres,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Database]:
    """A database in which every table has a row of either district, made by the owner, whom no policy binds."""
    own, theirs = granted(postgres_server.new_database(template=demo_postgres))
    with psycopg.connect(own) as connection:
        connection.execute("SET session_replication_role = replica")  # no trigger, no foreign key
        for table in metadata.sorted_tables:
            fill(connection, table)
    made = opened((own, theirs), tmp_path_factory.mktemp("both"))
    yield made
    made.close()


def test_a_statement_without_a_condition_reaches_the_rows_of_one_district(both: Database) -> None:
    names = [table.name for table in metadata.sorted_tables]
    read = partial(counts, both, names)
    assert read(None) == {}
    assert read(SystemScope(SystemReason.SETUP)) == {}  # a reason that looks into no second district
    here, there = (read(CaseScope(code, new_id(NOW))) for code in (SARAN, BUXAR))
    assert (list(here), there) == (names, dict.fromkeys(names, 1))
    every = {name: here[name] + 1 for name in names}
    assert read(SystemScope(SystemReason.WORKER)) == every
    assert read(PublicScope(b"")) == every


def fill(connection: psycopg.Connection, table: Table) -> None:
    """Give both districts a row of the table at least, made of whatever its columns take."""
    if table.name == "district":
        connection.execute("insert into district values (194, 'buxar', 'बक्सर', 'Buxar', 'BXR', true)")
        return
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    for code in (SARAN, BUXAR):
        rows = connection.execute(f'select from "{table.name}" where district_id = {code} limit 1').fetchall()
        values = ", ".join(_value(column, code) for column in table.columns)
        if not rows:
            connection.execute(f'insert into "{table.name}" ({names}) values ({values})')


def _value(column: Column[Any], code: int) -> str:
    if column.name == "district_id":
        return str(code)
    if column.nullable and not column.primary_key:
        return "null"
    kind = column.type.compile(postgresql.dialect()).lower()
    return {"uuid": "gen_random_uuid()", "bytea": "'\\x00'", "json": "'{}'", "boolean": "true"}.get(
        kind, "'2026-01-01'" if "timestamp" in kind or kind == "date" else "'1'"
    )


def test_the_door_the_public_page_and_the_upkeep_look_into_every_district(
    addresses: tuple[str, str], servers: Database, tmp_path: Path
) -> None:
    app = create_app(Settings(tmp_path, addresses[1], testing=True), clock=lambda: NOW)
    stranger = Visitor(app)
    assert stranger.sign_in("nobody", "a password of nobody", "000000").status_code == 422
    assert stranger.get("/verify").status_code == 200
    assert (
        stranger.post("/verify", {"number": "SRN/DM/CC/2026/000001", "born": "1999-01-01"}).status_code == 404
    )
    app.extensions["database"].close()
    with capture_logs() as told:
        upkeep.run(servers, tmp_path / "checkpoints", NOW)
    assert told == []
    assert [each.name[:4] for each in (tmp_path / "checkpoints").iterdir()] == [f"{SARAN}-"]


@pytest.mark.parametrize("code", [BUXAR, None])
def test_what_another_district_owns_is_neither_written_changed_nor_taken_away(
    servers: Database, code: int | None
) -> None:
    def changed(statement: str) -> int:
        scope = None if code is None else SystemScope(SystemReason.WORKER, code)
        return servers.write(lambda session: session.connection.execute(text(statement)).rowcount, scope)

    assert changed("update officer set username = 'x' where district_id = 218") == 0
    assert changed("delete from queue_count where district_id = 218") == 0
    with pytest.raises(DBAPIError, match="row-level security"):
        changed("insert into setting (district_id, key, value) values (218, 'x', '{}')")


def test_a_transaction_leaves_its_district_behind_on_the_connection(servers: Database) -> None:
    scope = SystemScope(SystemReason.WORKER, SARAN)
    assert counts(servers, ["office"], scope)["office"] > 1
    with pytest.raises(ZeroDivisionError):
        servers.write(lambda session: (session.connection, 1 / 0), scope)
    with servers.engine.connect() as connection:
        assert connection.execute(text("select count(*) from office")).scalar_one() == 0


def test_the_migrations_of_the_owner_leave_no_table_without_its_policy(
    postgres_server, demo_postgres
) -> None:
    """The database as migrations left it, before any role was granted anything."""
    with psycopg.connect(postgres_server.new_database(template=demo_postgres)) as connection:
        bare = connection.execute(
            "select relname from pg_class left join pg_policy on polrelid = pg_class.oid "
            "where relkind = 'r' and relnamespace = current_schema()::regnamespace "
            "and (polname is null or not relrowsecurity)"
        ).fetchall()
    assert bare == [("alembic_version",)]


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
        "SELECT 1 FROM audit FOR UPDATE",
        "SET session_replication_role = replica",  # no trigger would be asked
        "ALTER TABLE officer DISABLE ROW LEVEL SECURITY",
        f"DROP POLICY {dbroles.POLICY} ON officer",
        f"ALTER ROLE {ROLE} BYPASSRLS",
        "SET row_security = off; SELECT 1 FROM officer",
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
