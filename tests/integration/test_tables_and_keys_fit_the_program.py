"""Before anything is served: tables come to this version; a newer database and foreign keys are refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import inspect, text

from app.crypto import KeyRing, new_key
from app.models.scope import SystemReason, SystemScope
from app.models.tables.base import metadata
from app.services.installation import migrations, setup
from app.services.store import keys
from app.services.store.database import Database
from tests.districts import KINDS, NOW

SARAN = SystemScope(SystemReason.SETUP, 218)


@pytest.fixture(params=KINDS)
def bare_url(request, tmp_path) -> str:
    """The address of a database without any table."""
    if request.param == "postgres":
        return request.getfixturevalue("postgres_server").new_database()
    return f"sqlite:///{tmp_path / 'bare.db'}"


def tables(database: Database) -> set[str]:
    with database.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def test_the_first_start_makes_every_table_and_the_second_none(bare_url, open_database):
    database = open_database(bare_url)
    assert migrations.upgrade(database.engine) is True
    assert tables(database) == {*metadata.tables, "alembic_version"}
    assert migrations.upgrade(database.engine) is False


def test_two_programs_that_start_at_once_migrate_one_after_the_other(bare_url, open_database):
    databases = [open_database(bare_url) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda each: migrations.upgrade(each.engine), databases))
    assert sorted(done) == [False, True]


def test_a_start_waits_for_the_migration_of_another_longer_than_a_write_waits(tmp_path, open_database):
    """On PostgreSQL it waits in the queue of a lock without a term."""
    first, second = (open_database(f"sqlite:///{tmp_path / 'bare.db'}") for _ in range(2))
    with second.engine.connect() as connection:
        connection.exec_driver_sql("pragma busy_timeout = 20")  # a write's wait, made short
    with ThreadPoolExecutor(1) as pool:
        with first.engine.execution_options(writing=True).begin() as migrating:
            migrating.execute(text("create table held (id integer)"))
            waiting = pool.submit(migrations.upgrade, second.engine)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
        assert waiting.result() is True
    with second.engine.connect() as connection:
        assert connection.exec_driver_sql("pragma busy_timeout").scalar() == 20


def test_programs_that_open_a_new_file_at_once_all_get_it(tmp_path, open_database):
    """Without its wait, one of three is refused in every fifth round."""
    for each in range(25):
        databases = [open_database(f"sqlite:///{tmp_path / f'new{each}.db'}") for _ in range(3)]
        together = Barrier(len(databases))

        def journal(database, together=together):
            together.wait()
            with database.engine.connect() as connection:
                return connection.execute(text("pragma journal_mode")).scalar()

        with ThreadPoolExecutor(len(databases)) as pool:
            assert list(pool.map(journal, databases)) == ["wal"] * len(databases)


def test_a_database_from_a_newer_version_is_refused_untouched(database):
    engine = database.engine.execution_options(writing=True)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(migrations.DatabaseIsNewer) as refused:
        setup.prepare(database, NOW)
    assert refused.value.params == {"version": "9999"}
    with engine.begin() as connection:
        assert connection.execute(text("select version_num from alembic_version")).scalar() == "9999"


def test_a_migration_that_fails_leaves_the_old_tables(database):
    engine = database.engine.execution_options(writing=True)
    with engine.begin() as connection:
        connection.execute(text("delete from alembic_version"))
    with pytest.raises(Exception, match="already exists"):
        migrations.upgrade(database.engine)
    with engine.begin() as connection:
        connection.execute(text("insert into alembic_version values ('0001')"))
        assert migrations.differences(connection) == []


def test_keys_that_did_not_lock_this_database_are_refused(database, new_url, tmp_path):
    database.write(lambda session: keys.create(session, "case"), SARAN)
    stranger = Database(new_url, KeyRing("k1", {"k1": new_key()}), tmp_path / "documents")
    try:
        with pytest.raises(setup.KeysAreForeign):
            setup.prepare(stranger, NOW)
    finally:
        stranger.close()
    assert database.read(keys.are_ours, SARAN)
