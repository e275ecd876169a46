"""A database that is locked, full or gone in the middle of an act: said at once, nothing lost, sent again."""

from __future__ import annotations

import re
import resource
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import select

from app.domain.ids import new_id
from app.domain.roles import Role
from app.models.tables.cases import answer, requisition
from app.models.tables.workflow import step
from app.services.store import queues, scopes
from tests.districts import NOW
from tests.drill import Drill
from tests.office import Office, text_of
from tests.rows import DISTRICT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Row

    from tests.caller import Answer, Caller
    from tests.loaded import Loaded

TYPED = "अभ्यर्थी का दूसरा पता भी देखें, पत्र में दो पते लिखे हैं"


@pytest.fixture(scope="module")
def on_sqlite(loaded: Loaded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    made = Drill(tmp_path_factory.mktemp("trouble") / "instance", loaded)
    yield made
    made.end()


@pytest.fixture(scope="module")
def on_postgres(
    postgres_server: Any, empty_postgres: str, loaded: Loaded, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Drill]:
    url = postgres_server.new_database(template=empty_postgres)
    made = Drill(tmp_path_factory.mktemp("trouble") / "instance", loaded, url)
    yield made
    made.end()


class Desk:
    """An officer before a filled-in form."""

    def __init__(self, drill: Drill) -> None:
        self.drill = drill
        self.number = drill.new_case()
        self.task: Row[Any] = drill.journey().waiting(self.number)[0]
        self.form = {**drill.journey().form_of(self.task).values, "instruction": TYPED}
        self.officer: Caller = drill.caller(Role.DM_SECTION_HEAD)
        self.officer.get(self.address)

    @property
    def address(self) -> str:
        return f"/tasks/{self.task.id}"

    def send(self) -> Answer:
        return self.officer.post(self.address, self.form)

    def assert_nothing_changed(self, page: Answer) -> None:
        """The page says what is wrong and holds every word; of the case nothing has moved."""
        assert page.status == 503, page.text[:500]
        assert "प्रणाली अभी व्यस्त है" in page.text
        assert TYPED in unescape(page.text), "what was typed is on the page"
        assert self.drill.rows(answer, self.number, answer.c.user_task_id == self.task.id) == []
        assert [each.kind for each in self.drill.rows(step, self.number)] == ["started", "opened"]

    def send_again(self, page: Answer) -> None:
        """Press the button of that page: the act is done, once."""
        assert self.officer.press(page, self.address).status == 303
        assert len(self.drill.rows(answer, self.number, answer.c.user_task_id == self.task.id)) == 1
        assert self.drill.journey().steps(self.number) == ["route"]
        assert self.drill.database.write(queues.recount, scopes.recount(DISTRICT)) == []


def test_a_file_locked_by_another_program_is_said_and_the_form_sent_again(on_sqlite: Drill) -> None:
    desk = Desk(on_sqlite)
    holder = sqlite3.connect(on_sqlite.instance / "satyapan.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        page = desk.send()
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    desk.assert_nothing_changed(page)
    desk.send_again(page)


def test_a_full_disk_is_said_and_the_form_sent_again(on_sqlite: Drill) -> None:
    desk = Desk(on_sqlite)
    with full_disk(on_sqlite):
        page = desk.send()
    desk.assert_nothing_changed(page)
    desk.send_again(page)


def test_a_form_with_a_file_is_kept_and_the_file_asked_for_again(office: Office) -> None:
    """No page can give a file back to be sent once more: what is typed is kept, and it is said what is missing."""
    assistant = office.at(Role.DM_ASSISTANT)
    form = dict(office.journey.form_of_letter(requesting_dept="पथ निर्माण विभाग, बिहार").values)
    form["_sent_as"] = [str(new_id(NOW))]
    assistant.get("/requisitions/new")
    holder = sqlite3.connect(office.database.engine.url.database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        scan = (BytesIO(b"%PDF-1.7"), "letter.pdf")
        answer = assistant.post(
            "/requisitions/new", {**form, "letter_scan": scan}, content_type="multipart/form-data"
        )
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    page = text_of(answer)
    assert answer.status_code == 503
    assert "चुनी हुई फाइल" in page
    assert f">{form['_sent_as'][0]}<" not in page, "an id is nothing that was typed"
    assert "फिर भेजें</button>" not in page, "sent again as it is, the file would be missing without a word"
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    again = {name: unescape(value) for name, value in hidden}
    assert again["_op"] == "draft"
    answer = assistant.post_and_follow("/requisitions/new", again)
    assert answer.status_code == 200
    assert "पथ निर्माण विभाग, बिहार" in unescape(text_of(answer))
    with office.database.engine.connect() as connection:
        assert connection.execute(select(requisition)).all() == [], "it waits for its file"


@contextmanager
def full_disk(drill: Drill) -> Iterator[None]:
    """The system refuses the program every byte beyond what its files hold now, as a full disk does."""
    wal = drill.instance / "satyapan.db-wal"
    for pid in processes(drill.site.pid):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (wal.stat().st_size // 2, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for pid in processes(drill.site.pid):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def processes(pid: int) -> list[int]:
    """A process and all below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in processes(int(child)))]


@contextmanager
def case_held(desk: Desk) -> Iterator[psycopg.Connection[Any]]:
    """Another program holds the row of the case, and does not let go while the block lasts."""
    url = desk.drill.database.engine.url.render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        connection.execute('select 1 from "case" where number = %s for update', [desk.number])
        yield connection
        connection.rollback()


@pytest.mark.postgres
def test_a_row_held_by_another_program_is_said_and_the_form_sent_again(on_postgres: Drill) -> None:
    desk = Desk(on_postgres)
    with case_held(desk):
        page = desk.send()
    desk.assert_nothing_changed(page)
    desk.send_again(page)


@pytest.mark.postgres
def test_a_connection_cut_in_the_middle_of_an_act_is_said_and_the_form_sent_again(on_postgres: Drill) -> None:
    desk = Desk(on_postgres)
    with case_held(desk) as other, ThreadPoolExecutor(1) as pool:
        sending = pool.submit(desk.send)
        on_postgres.wait_for(lambda: cut(other, "wait_event_type = 'Lock'"), "the act waits for the row")
        page = sending.result()
    desk.assert_nothing_changed(page)
    desk.send_again(page)


@pytest.mark.postgres
def test_a_server_that_was_started_anew_is_not_noticed(on_postgres: Drill) -> None:
    desk = Desk(on_postgres)
    for _ in range(3):
        assert desk.officer.get("/inbox").status == 200
    with psycopg.connect(on_postgres.database.engine.url.render_as_string(hide_password=False)) as other:
        assert cut(other, "true") > 0
    on_postgres.database.engine.dispose()
    time.sleep(2.5)  # no server starts anew in less
    pages = [desk.officer.get("/inbox").status for _ in range(6)]
    assert pages == [200] * 6
    assert desk.send().status == 303


def cut(connection: psycopg.Connection[Any], which: str) -> int:
    """End the connections of the program, as a server does that is shut down; -> how many."""
    found = connection.execute(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity"  # type: ignore[arg-type]
        f" where datname = current_database() and pid <> pg_backend_pid() and {which}"
    ).fetchone()
    return int(found[0]) if found else 0
