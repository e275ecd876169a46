"""A district in trouble: the real program on either database, officers at work, and the rows that are left of it."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from app.crypto import KeyRing
from app.models.tables.audit import audit
from app.models.tables.cases import case, document
from app.models.tables.papers import certificate, number_series
from app.models.tables.workflow import incident, job, step
from app.services.store import audit as record
from app.services.store import documents, queues, scopes
from app.services.store.database import Database
from tests.caller import Caller
from tests.journey import Journey
from tests.rows import DISTRICT
from tests.serving import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from uuid import UUID

    from sqlalchemy import ColumnElement, Row, Table

    from app.domain.roles import Role
    from tests.loaded import Loaded

_WAIT = 60.0


class Drill:
    """Starts, kills and starts again the program on one instance; between, cases are walked behind its back."""

    def __init__(self, instance: Path, loaded: Loaded, database_url: str = "") -> None:
        self.instance, self._loaded = instance, loaded
        # One process for pages and one for jobs are enough, and half as slow to start again and again.
        self._environment = {"DATABASE_URL": database_url, "WEB_PROCESSES": "1"} if database_url else {}
        # One hand for jobs: a process that is to stand still in one place stands still in no other's transaction,
        # whose locks nobody would get before the database gives it up (two minutes).
        self._environment["PAPERS_AT_ONCE"] = "1"
        self._is_plain = True
        self.site = self._new_site().start()
        ring = KeyRing.open_or_make(instance / "keys" / "ring.json")
        url = database_url or f"sqlite:///{instance / 'satyapan.db'}"
        self.database = Database(url, ring, instance / "documents", clock_is_free=True)
        self._journey = Journey(self.database, self.now)

    def _new_site(self, **environment: str) -> Site:
        self._is_plain = not environment
        return Site(self.instance, {**self._environment, **environment}, self._loaded)

    def up(self) -> Site:
        """The program as it runs on any day; started anew if a drill has left it otherwise."""
        if not self._is_plain or not self.site.answers("/healthz"):
            self.restart()
        return self.site

    def restart(self, *, wait: bool = True, **environment: str) -> Site:
        """Kill what runs, as a power cut would, and start the program anew."""
        self.site.kill()
        self.site = self._new_site(**environment)
        return self.site.start() if wait else self.site.launch()

    def end(self) -> None:
        self.site.kill()
        self.database.close()

    # -- officers ------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the program runs by the machine's clock

    def journey(self, at: datetime | None = None) -> Journey:
        """The officers, acting at this instant or now."""
        self._journey.now = at or self.now
        return self._journey

    def new_case(self, thanas: Iterable[str] = (), until: str = "", at: datetime | None = None) -> str:
        """A case of today (or of the day of `at`) walked as a clean one until only steps named `until` wait."""
        number = self.journey(at).add(self.new_letter(at), thanas)
        if until:
            self.journey(at).go_on(number, until=until)
        return number

    def new_letter(self, at: datetime | None = None, **changes: Any) -> UUID:
        """A letter of today, or of the day of `at`."""
        day = self.journey(at).now.date().isoformat()
        return self.journey(at).register(letter_date=day, received_date=day, **changes)

    def caller(self, role: Role | str, office_id: Any = None) -> Caller:
        """A browser of the first officer of a role, signed in."""
        self.up()
        return self.caller_as_it_is(role, office_id)

    def caller_as_it_is(self, role: Role | str, office_id: Any = None) -> Caller:
        """The same, on the program as it runs now, whatever it is to die of."""
        return Caller(self.site.url).enter(self.journey().staff.holder(role, office_id).officer_id)

    # -- what is left --------------------------------------------------------------------------------------

    def rows(self, table: Table, number: str, *conditions: ColumnElement[bool]) -> list[Row[Any]]:
        """The rows of a table that belong to a case."""
        statement = select(table).join(case, case.c.id == table.c.case_id).where(case.c.number == number)
        with self.database.engine.connect() as connection:
            return list(connection.execute(statement.where(*conditions)))

    def all_rows(self, table: Table) -> list[Row[Any]]:
        with self.database.engine.connect() as connection:
            return list(connection.execute(select(table)))

    def case(self, number: str) -> Row[Any]:
        with self.database.engine.connect() as connection:
            return connection.execute(select(case).where(case.c.number == number)).one()

    def change(self, table: Table, condition: ColumnElement[bool], **values: Any) -> None:
        """Change rows behind the program's back: what time, or another program, would have done."""
        with self.database.engine.execution_options(writing=True).begin() as connection:
            connection.execute(update(table).where(condition).values(**values))

    def let_leases_end(self) -> None:
        """Let the time pass after which a silent worker is taken for dead."""
        self.change(job, job.c.state == "running", lease_until=self.now - timedelta(seconds=1))

    @contextmanager
    def without_documents(self) -> Iterator[None]:
        """The folder of documents cannot be written while the block lasts: a file lies in its place."""
        folder, aside = self.instance / "documents", self.instance / "aside"
        folder.mkdir(exist_ok=True)
        folder.rename(aside)
        folder.write_text("where a folder should be")
        try:
            yield
        finally:
            folder.unlink()
            aside.rename(folder)

    def assert_issued_once(self, number: str) -> None:
        """One job done, one row of the paper, one document that opens, one file; every number has its paper."""
        assert [each.state for each in self.rows(job, number)] == ["done"]
        papers = self.rows(certificate, number)
        assert [each.status for each in papers] == ["issued"]
        stored = self.rows(document, number)
        assert [each.id for each in stored] == [papers[0].document_id]
        # What dead workers left is cleared away after the commit, by which the case went on.
        self.wait_for(lambda: self.files_of(number) == [stored[0].path], "one file is left, its paper's own")
        opened = self.database.read(
            lambda session: documents.read(session, stored[0]), scopes.record(DISTRICT)
        )
        assert sha256(opened.data).digest() == papers[0].sha256 == stored[0].sha256
        moves = [(each.kind, each.element_id) for each in self.rows(step, number)]
        assert moves.count(("completed", "issue_report")) == 1
        acts = [each.action for each in self.all_rows(audit) if each.stream == f"case:{papers[0].case_id}"]
        assert (acts.count("paper:issue"), acts.count("job:finish")) == (1, 1)
        assert not [each for each in self.rows(incident, number) if each.closed_at is None]
        self.assert_numbers_have_no_gap()
        assert self.database.read(record.verify, scopes.record(DISTRICT)) == [], "the record is whole"
        assert self.database.write(queues.recount, scopes.recount(DISTRICT)) == [], "the counts are right"

    def files_of(self, number: str) -> list[str]:
        """Whatever lies in the folder of documents for the case's paper, temporary files too."""
        folder = self.instance / "documents"
        names = [each.id.hex for each in self.rows(certificate, number)]
        return [
            str(path.relative_to(folder))
            for path in folder.rglob("*")
            if path.is_file() and any(name in path.name for name in names)
        ]

    def assert_numbers_have_no_gap(self) -> None:
        papers = self.all_rows(certificate)
        serials = sorted(int(each.number.split("/")[3]) for each in papers)
        assert serials == list(range(1, len(papers) + 1))
        last = {(each.kind, each.office_id): each.last for each in self.all_rows(number_series)}
        assert [each for (kind, _), each in last.items() if kind == "certificate"] == [len(papers)]
        for office_id in {each.office_id for each in papers}:
            own = [each for each in papers if each.office_id == office_id]
            copies = [each for each in own if each.copy_memo_number]
            assert last["memo", office_id] == len(own) + len(copies), "every number stands on a paper"

    def wait_for(self, what: Callable[[], Any], why: str) -> Any:
        """Look again and again until it is so; the answer."""
        deadline = time.monotonic() + _WAIT
        while not (found := what()):
            assert time.monotonic() < deadline, f"{why}\n{self.site.log.read_text(errors='replace')[-3000:]}"
            time.sleep(0.05)
        return found
