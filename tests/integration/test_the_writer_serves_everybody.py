"""One writer for all on SQLite, transactions side by side on PostgreSQL: the same promises on both."""

from __future__ import annotations

import contextlib
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, exc, text

from app.domain.errors import Conflict, Unavailable
from app.models.district import setting_queries, setup_queries
from app.models.scope import SystemReason, SystemScope

if TYPE_CHECKING:
    from app.services.store.database import Database

SETUP = SystemScope(SystemReason.SETUP, 218)
NEW_YEAR = date(2026, 1, 1)


def add_day(name: str):
    """A closure that writes one row, named so that it can be found again."""

    def work(session):
        setup_queries.insert_holidays(
            session, [{"day": NEW_YEAR + timedelta(days=int(name)), "name_hi": name, "name_en": name}]
        )
        return name

    return work


def kept(database: Database) -> list[str]:
    def work(session):
        rows = session.connection.execute(text("select name_en from holiday order by day"))
        return [row.name_en for row in rows]

    return database.read(work, SETUP)


@pytest.fixture
def on_sqlite(empty_sqlite, tmp_path, open_database) -> Database:
    """SQLite alone: what follows is about its one writer."""
    shutil.copy(empty_sqlite, tmp_path / "satyapan.db")
    return open_database(f"sqlite:///{tmp_path / 'satyapan.db'}")


@pytest.fixture
def on_postgres(postgres_server, empty_postgres, open_database) -> Database:
    """PostgreSQL alone: what follows is about lost races."""
    return open_database(postgres_server.new_database(template=empty_postgres))


def test_what_was_prepared_outlasts_a_read(on_postgres):
    for _ in range(8):
        on_postgres.read(lambda session: setting_queries.value_of(session, "any"), SETUP)
    of_settings = text("select count(*) from pg_prepared_statements where statement like '%setting.value%'")
    kept = on_postgres.read(lambda session: session.connection.execute(of_settings).scalar_one(), SETUP)
    assert kept == 1


def test_a_faulty_statement_fails_its_own_caller_alone(database):
    def faulty(session):
        session.connection.execute(text("select no_such_column from holiday"))

    with ThreadPoolExecutor(6) as pool:
        good = [pool.submit(database.write, add_day(str(n)), SETUP) for n in range(30)]
        bad = [pool.submit(database.write, faulty, SETUP) for _ in range(6)]
    assert [each.result() for each in good] == [str(n) for n in range(30)]
    assert all(isinstance(each.exception(), exc.DBAPIError) for each in bad)
    assert kept(database) == [str(n) for n in range(30)]


def test_a_read_can_change_nothing(database):
    with pytest.raises(exc.DBAPIError, match=r"(?i)read.?only"):
        database.read(add_day("1"), SETUP)
    assert kept(database) == []
    assert database.write(add_day("1"), SETUP) == "1", "the connection is not left read-only"


def test_closures_that_wait_at_the_end_are_still_written(on_sqlite):
    inside, go_on = threading.Event(), threading.Event()

    def slow(_session):
        inside.set()
        go_on.wait(10)

    with ThreadPoolExecutor(12) as pool:
        first = pool.submit(on_sqlite.write, slow, SETUP)
        assert inside.wait(10)
        waiting = [pool.submit(on_sqlite.write, add_day(str(n)), SETUP) for n in range(8)]
        while on_sqlite._waiting.qsize() < len(waiting):
            threading.Event().wait(0.001)
        closing = pool.submit(on_sqlite.close)
        go_on.set()
        closing.result()
        first.result()
    assert sorted(each.result() for each in waiting) == [str(n) for n in range(8)]
    assert sorted(kept(on_sqlite)) == [str(n) for n in range(8)]


def test_a_write_inside_a_write_is_refused_instead_of_waiting_for_itself(on_sqlite):
    with pytest.raises(RuntimeError, match="write inside a write"):
        on_sqlite.write(lambda _session: on_sqlite.write(add_day("1"), SETUP), SETUP)


def test_a_database_let_go_is_opened_anew_by_the_next_write(on_sqlite):
    before = set(threading.enumerate())  # other tests may keep a database open
    on_sqlite.write(add_day("1"), SETUP)
    on_sqlite.close()
    assert "esp-writer" not in {each.name for each in set(threading.enumerate()) - before}
    on_sqlite.write(add_day("2"), SETUP)
    assert kept(on_sqlite) == ["1", "2"]


def test_nothing_is_lost_between_letting_go_and_opening_anew(on_sqlite):
    with ThreadPoolExecutor(8) as pool:
        written = [pool.submit(on_sqlite.write, add_day(str(n)), SETUP) for n in range(40)]
        for _ in range(5):
            on_sqlite.close()
    assert sorted(each.result(timeout=30) for each in written) == sorted(kept(on_sqlite))


def test_those_who_wait_together_share_one_commit(on_sqlite):
    commits: list[int] = []
    event.listen(on_sqlite.engine, "commit", lambda _connection: commits.append(1))
    inside, go_on = threading.Event(), threading.Event()

    def slow(_session):
        inside.set()
        go_on.wait(10)

    with ThreadPoolExecutor(12) as pool:
        pool.submit(on_sqlite.write, slow, SETUP)
        assert inside.wait(10)
        for n in range(8):
            pool.submit(on_sqlite.write, add_day(str(n)), SETUP)
        while on_sqlite._waiting.qsize() < 8:
            threading.Event().wait(0.001)
        go_on.set()
    assert len(commits) == 2


@pytest.mark.postgres
def test_a_closure_that_lost_a_race_is_run_again(on_postgres):
    database = on_postgres
    tries: list[int] = []

    def work(session):
        tries.append(1)
        add_day(str(len(tries)))(session)
        if len(tries) < 3:
            raise Conflict
        return "third"

    assert database.write(work, SETUP) == "third"
    assert kept(database) == ["3"], "what the lost tries wrote is gone"


@pytest.mark.postgres
def test_a_race_that_is_lost_every_time_is_said_to_be_unavailable(on_postgres):
    tries: list[int] = []

    def work(session):
        tries.append(1)
        add_day("1")(session)
        lost = "do $$ begin raise exception 'lost' using errcode = 'serialization_failure'; end $$"
        session.connection.execute(text(lost))

    with pytest.raises(Unavailable):
        on_postgres.write(work, SETUP)
    assert len(tries) > 1
    assert kept(on_postgres) == []


@pytest.mark.postgres
def test_a_deadlock_ends_with_both_written(on_postgres):
    database = on_postgres
    for n in (1, 2):
        database.write(add_day(str(n)), SETUP)
    meet = threading.Barrier(2, timeout=5)

    def cross(first: str, second: str):
        def work(session):
            for name in (first, second):
                session.connection.execute(
                    text("update holiday set name_hi = name_hi || 'x' where name_en = :name"), {"name": name}
                )
                if name == first:
                    with contextlib.suppress(threading.BrokenBarrierError):  # the second try comes alone
                        meet.wait()

        return work

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(database.write, cross(*pair), SETUP) for pair in (("1", "2"), ("2", "1"))]
    assert [each.result() for each in done] == [None, None]
    rows = database.read(
        lambda session: [
            row.name_hi for row in session.connection.execute(text("select name_hi from holiday"))
        ],
        SETUP,
    )
    assert sorted(rows) == ["1xx", "2xx"]


@pytest.mark.parametrize(
    "address", ["sqlite:////no/such/folder/satyapan.db", "postgresql+psycopg://127.0.0.1:9/x"]
)
def test_a_database_that_cannot_be_reached_is_said_to_be_unavailable(open_database, address):
    database = open_database(address)
    for act in (database.read, database.write):
        with pytest.raises(Unavailable):
            act(add_day("1"), SETUP)
