"""A thousand numbers given by processes that are killed, some rolled back on the way: none is lost, none doubled."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from app.crypto import KeyRing
from app.domain.roles import Role
from app.models.tables.cases import document
from app.models.tables.papers import certificate, number_series
from app.models.tables.workflow import job
from app.services.casework import cases
from app.services.papers import certificates
from app.services.store import audit, documents, scopes
from app.services.store.database import Database
from app.services.store.scopes import actor_scope
from tests import outgoing, rush
from tests.districts import KINDS, NOW
from tests.journey import Journey
from tests.rows import DISTRICT
from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Row, Table

    from app.domain.roles import Actor
    from app.models.scope import Session

_WITHDRAWN, _ISSUED = 2, 4
_PAGE = 300


class Rush:
    """A district in which papers are numbered and issued while its processes die, and what is left of it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.database = Database(url, KeyRing.for_tests(), folder, clock_is_free=True)
        self.journey = Journey(self.database, NOW)
        self.withdrawn = [self.decided() for _ in range(_WITHDRAWN)]
        self._change(job.c.state == "queued", run_at=rush.HELD + timedelta(days=1))
        self.issued = [self.decided() for _ in range(_ISSUED)]
        self.database.close()
        command = [sys.executable, "-m", "tests.rush", url, str(folder)]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr[-3000:]
        self.told: dict[str, int] = json.loads(run.stdout.splitlines()[-1])
        self._change(job.c.state == "running", lease_until=NOW - timedelta(days=1))
        self.journey.work()
        dm = self.journey.staff.holder(Role.DM)
        for number in self.withdrawn:
            answers = {"withdraw_letter": "क-9/2026", "withdraw_date": "2026-11-20", "reason": "पत्र वापस"}
            cases.withdraw(self.database, dm, number, answers, NOW)

    def decided(self) -> str:
        """A case whose paper is decided and not numbered yet: its worker has not come."""
        number = self.journey.new_case()
        while waiting := self.journey.waiting(number):
            self.journey.finish(waiting[0], self.journey.form_of(waiting[0]))
        return number

    def _change(self, condition: Any, **values: Any) -> None:
        with self.database.engine.execution_options(writing=True).begin() as connection:
            connection.execute(update(job).where(condition).values(**values))

    def rows(self, table: Table) -> list[Row[Any]]:
        with self.database.engine.connect() as connection:
            return list(connection.execute(select(table)))

    def register(self) -> list[certificates.RegisterLine]:
        """The register as the DM reads it, page by page."""
        dm, lines = self.journey.staff.holder(Role.DM), list[certificates.RegisterLine]()
        while page := self.database.read(partial(_page, dm=dm, before=lines), actor_scope(dm)):
            lines += page
        return lines


def _page(session: Session, dm: Actor, before: list[certificates.RegisterLine]) -> Any:
    after = (before[-1].entered_at, before[-1].id) if before else None
    return certificates.register_page(session, dm, after, _PAGE)


@pytest.fixture(scope="module", params=KINDS)
def left(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rush]:
    folder = tmp_path_factory.mktemp("rush")
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_server").new_database(
            request.getfixturevalue("demo_postgres")
        )
    else:
        (folder / "satyapan.db").write_bytes(request.getfixturevalue("demo_sqlite").read_bytes())
        url = f"sqlite:///{folder / 'satyapan.db'}"
    made = Rush(url, folder / "documents")
    yield made
    made.database.close()


def serial(number: str) -> int:
    return int(number.split("/")[3])


def test_every_number_up_to_the_last_stands_on_one_paper(left: Rush) -> None:
    assert left.told["died"] >= 5
    assert left.told["rolled_back"] >= 100
    papers = left.rows(certificate)
    assert len(papers) == rush.NUMBERS + _ISSUED
    assert len({row.engine_task_id for row in papers}) == len(papers)
    assert sorted(serial(row.number) for row in papers) == list(range(1, len(papers) + 1))
    memos = [memo for row in papers for memo in (row.memo_number, row.copy_memo_number) if memo]
    assert sorted(serial_of_memo(memo) for memo in memos) == list(range(1, len(memos) + 1))
    last = {row.kind: row.last for row in left.rows(number_series) if row.kind == "certificate"}
    assert last == {"certificate": len(papers)}


def serial_of_memo(number: str) -> int:
    return int(number.rsplit("/", 1)[1])


def test_the_register_lists_each_number_issued_or_void_for_its_reason(left: Rush) -> None:
    lines = left.register()
    assert sorted(serial(line.number) for line in lines) == list(range(1, rush.NUMBERS + _ISSUED + 1))
    assert {line.case_number for line in lines if line.status == certificates.VOID} == {*left.withdrawn}
    assert {line.case_number: line.status for line in lines if line.status != certificates.VOID} == (
        dict.fromkeys(left.issued, "issued")
    )


def test_the_register_of_outgoing_numbers_lists_those_of_papers_and_copies_and_says_which_are_void(
    left: Rush,
) -> None:
    """The test above reads the register of papers, whose series is theirs alone: no letter takes a number of it."""
    lines = outgoing.listed(left.journey)
    void = {row.memo_number for row in left.rows(certificate) if row.status == "allotted"}
    void |= {row.copy_memo_number for row in left.rows(certificate) if row.status == "allotted"} - {None}
    assert {number for number, line in lines.items() if line.cells[outgoing.STATE]} == void
    assert len(void) >= rush.NUMBERS


def test_a_new_year_of_numbers_begins_at_midnight_in_india(journey: Journey) -> None:
    number = journey.new_case()
    journey.go_on(number, until="decide")
    journey.do(number, "decide")
    with journey.database.engine.connect() as connection:
        [due] = connection.execute(select(job).where(job.c.kind == "issue_report")).all()
    midnight = datetime(2026, 12, 31, 18, 30, tzinfo=UTC)
    for place, minutes in enumerate(
        (-2, -1, 0, 1)
    ):  # the record of a paper that came late keeps its own year
        asked = rush.task(place, [due], midnight + timedelta(minutes=minutes))
        rush.number(journey.database, asked, gives_up=False)
    with journey.database.engine.connect() as connection:
        papers = {row.engine_task_id: row for row in connection.execute(select(certificate))}
    found = [papers[f"rush-{place:04}"] for place in range(4)]
    years = [(row.number.split("/")[2], serial(row.number)) for row in found]
    assert years == [("2026", 1), ("2026", 2), ("2027", 1), ("2027", 2)]
    memos = [tuple(row.memo_number.split("/")[-2:]) for row in found]
    assert [year for year, _ in memos] == ["2026", "2026", "2027", "2027"]
    assert serial_of_memo(found[2].memo_number) == 1
    assert len({row.number for row in found}) == 4


def test_each_whole_paper_was_issued_once_however_often_its_worker_died(left: Rush) -> None:
    papers = [row for row in left.rows(certificate) if row.status == "issued"]
    assert len(papers) == _ISSUED
    stored = {row.id: row for row in left.rows(document)}
    for paper in papers:
        opened = left.database.read(
            lambda session, row=stored[paper.document_id]: documents.read(session, row),
            scopes.record(DISTRICT),
        )
        assert sha256(opened.data).digest() == paper.sha256
        [path] = [*left.database.documents.rglob(f"*{paper.id.hex}*")]
        assert path.name in stored[paper.document_id].path
    assert left.database.read(audit.verify, scopes.record(DISTRICT)) == []
