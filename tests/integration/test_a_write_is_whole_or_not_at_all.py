"""`write`: committed before it returns, rolled back by its own exception only, repeated when it lost a race."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from app.domain.errors import Unavailable
from app.models.district import setup_queries
from app.models.issuing import paper_queries
from app.models.scope import SystemReason, SystemScope
from app.services.district import districts
from tests.districts import NOW

if TYPE_CHECKING:
    from uuid import UUID

SARAN = SystemScope(SystemReason.SETUP, 218)


@pytest.fixture
def saran(database):
    database.write(lambda session: districts.add(session, 218, demo=True, now=NOW), SARAN)
    return database


def office_id(database) -> UUID:
    return database.read(lambda session: setup_queries.offices(session)[0].id, SARAN)


def test_a_closure_that_raises_leaves_nothing_and_disturbs_no_other(saran):
    office = office_id(saran)

    def draw(session, fail):
        number = paper_queries.next_number(session, office, "memo", 2026)
        if fail:
            raise ValueError(number)
        return number

    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(saran.write, lambda s, bad=n % 5 == 0: draw(s, bad), SARAN) for n in range(60)]
    numbers = sorted(f.result() for f in futures if f.exception() is None)
    assert numbers == list(range(1, 49)), "rolled-back numbers are used again: no gap, no double"
    assert all(isinstance(f.exception(), ValueError) for n, f in enumerate(futures) if n % 5 == 0)


def test_what_was_returned_is_there_for_a_fresh_connection(saran, new_url, open_database):
    office = office_id(saran)
    saran.write(lambda session: paper_queries.next_number(session, office, "memo", 2026), SARAN)
    again = open_database(new_url)
    assert again.write(lambda session: paper_queries.next_number(session, office, "memo", 2026), SARAN) == 2


def test_numbers_of_two_processes_stay_gap_free(saran, new_url, open_database):
    office, other = office_id(saran), open_database(new_url)
    draw = lambda session: paper_queries.next_number(session, office, "certificate", 2026)  # noqa: E731
    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit((saran, other)[n % 2].write, draw, SARAN) for n in range(80)]
    assert sorted(f.result() for f in futures) == list(range(1, 81))


def test_a_series_begins_as_it_was_set_and_is_set_no_more_once_a_number_was_given(saran):
    office = office_id(saran)
    put = lambda year, first: saran.write(  # noqa: E731
        lambda s: paper_queries.put_series(s, office, "letter", year, "SP-X/VER", first), SARAN
    )
    take = lambda year: saran.write(  # noqa: E731
        lambda s: paper_queries.next_number_in_series(s, office, "letter", year), SARAN
    )
    assert take(2025) == (1, None)
    assert put(2026, 40)
    assert put(2026, 501)  # none was given yet
    assert [take(2026), take(2026)] == [(501, "SP-X/VER"), (502, "SP-X/VER")]
    assert not put(2026, 900)
    assert take(2028) == (1, "SP-X/VER")  # the last prefix that was set; the serial begins anew
    assert take(2025) == (2, None)


def test_a_database_locked_by_another_program_is_said_to_be_unavailable(saran, new_url):
    if not saran.is_sqlite:
        pytest.skip("PostgreSQL waits for the row, not for the database")
    holder = sqlite3.connect(new_url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    office = office_id(saran)
    try:
        with pytest.raises(Unavailable):
            saran.write(lambda session: paper_queries.next_number(session, office, "memo", 2026), SARAN)
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    assert saran.write(lambda s: paper_queries.next_number(s, office, "memo", 2026), SARAN) == 1


def test_a_transaction_that_stands_still_is_given_up_and_others_get_at_its_rows(
    saran, new_url, open_database
):
    """As of a process that was stopped, or whose machine is gone; two minutes, here a tenth of a second."""
    if saran.is_sqlite:
        return  # its one writer ends with its process
    office, other = office_id(saran), open_database(new_url)
    draw = lambda session: paper_queries.next_number(session, office, "memo", 2026)  # noqa: E731
    bound = "idle_in_transaction_session_timeout"
    assert saran.read(lambda s: s.connection.exec_driver_sql(f"SHOW {bound}").scalar(), SARAN) == "2min"

    def stands_still(session):
        assert draw(session) == 1
        session.connection.exec_driver_sql(f"SET LOCAL {bound} = '100ms'")
        assert other.write(draw, SARAN) == 1, "it waits for the row until that is free, and not in vain"
        return draw(session)

    with pytest.raises(Unavailable):
        saran.write(stands_still, SARAN)
    assert saran.write(draw, SARAN) == 2


def test_reads_go_on_while_a_write_is_under_way(saran):
    office, inside, finish = office_id(saran), threading.Event(), threading.Event()

    def slow(session):
        paper_queries.next_number(session, office, "memo", 2026)
        inside.set()
        finish.wait(10)

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(saran.write, slow, SARAN)
        assert inside.wait(10)
        assert office_id(saran) == office
        finish.set()
        future.result()
