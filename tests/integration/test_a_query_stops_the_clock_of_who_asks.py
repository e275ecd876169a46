"""A query with a day and a listed reason stops the asking office's clock, and no other, until it is answered."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.domain.numbers import in_address
from app.domain.roles import Role
from app.domain.statement import Period
from app.models.casefile import case_queries
from app.models.tables.cases import note
from app.models.tables.clocks import case_clock, reminder
from app.models.tables.workflow import user_task
from app.services.casefile import notes
from app.services.casework import cases
from app.services.jobs import jobs
from app.services.reports import pendency
from app.services.store import queues, scopes
from app.services.timekeeping import clockbook, recomputing
from tests.districts import NOW
from tests.office import Office, text_of
from tests.rows import DISTRICT
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Row

LATER = NOW + timedelta(days=3)  # Thursday after Monday: three working days
DUE = NOW.date() + timedelta(days=4)


@pytest.fixture(scope="module")
def office(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("queries")
    shutil.copy(demo_sqlite, folder / "satyapan.db")
    made = Office(folder, NOW)
    yield made
    made.database.close()


def rows(office: Office, table: Any, *conditions: Any) -> list[Row[Any]]:
    with office.database.engine.connect() as connection:
        return list(connection.execute(select(table).where(*conditions)))


class Asked:
    """A case at a police station that has asked the SP's office something."""

    def __init__(self, office: Office) -> None:
        office.now = office.journey.now = NOW
        self.office, self.journey = office, office.journey
        self.number = self.journey.new_case()
        self.journey.go_on(self.number, until="accept_enquiry")
        [self.task] = self.journey.waiting(self.number)
        self.thana = self.at(self.task.office_id, Role.SHO)
        self.reader = office.at(Role.SP_READER)
        [to] = [each for each in self.receivers() if each.office_kind == "sp_office"]
        self.form = {
            "to": str(to.id),
            "text": "पंजी की प्रति भेजी जाए।",
            "due": DUE.isoformat(),
            "pauses_for": "query_papers",
        }

    def at(self, office_id: Any, role: Role) -> Visitor:
        holder = self.journey.staff.holder(role, office_id)
        return Visitor(self.office.app).enter(holder.officer_id, self.office.now)

    def receivers(self) -> list[notes.Office]:
        actor = self.journey.actor_of(self.task)
        found = cases.see(self.office.database, actor, self.number, "correspondence", NOW)
        return list(found.receivers)

    @property
    def address(self) -> str:
        return f"/cases/{in_address(self.number)}"

    def ask(self, **changes: str) -> Any:
        self.thana.get(f"{self.address}/correspondence")
        return self.thana.post(f"{self.address}/notes", self.form | changes)

    def clock(self) -> Row[Any]:
        own = (case_clock.c.office_id == self.task.office_id, case_clock.c.clock == "office")
        [found] = rows(self.office, case_clock, case_clock.c.case_id == self.task.case_id, *own)
        return found

    def note(self) -> Row[Any]:
        [found] = rows(self.office, note, note.c.case_id == self.task.case_id, note.c.pauses_for.is_not(None))
        return found

    def due_on(self) -> Any:
        return rows(self.office, user_task, user_task.c.id == self.task.id)[0].due_on

    def ledger(self, at: Any) -> Any:
        def look(session: Any) -> Any:
            return clockbook.told(session, case_queries.find(session, self.task.case_id), at)

        return self.office.database.read(look, recomputing.scope(DISTRICT))


@pytest.fixture
def asked(office: Office) -> Asked:
    return Asked(office)


def test_the_clock_of_who_asks_stands_until_the_answer_and_its_due_day_moves(asked: Asked) -> None:
    before = asked.due_on(), asked.clock().due_on
    assert asked.ask().status_code == 303
    assert asked.clock().paused_on == NOW.date()
    assert "is-asked" in text_of(asked.reader.get("/inbox")), "the asked office sees it counted"
    asked.office.now = asked.journey.now = LATER
    reader = asked.office.at(Role.SP_READER)
    page = text_of(reader.get(f"{asked.address}/correspondence"))
    assert "पूछने वाले कार्यालय की घड़ी रुकी" in page
    strip, stands = page.partition("<main")[2], f"घड़ी {NOW:%d-%m-%Y} से स्थगित"
    assert strip.count(stands) == 1, "the clock of the office that asks stands, that of the whole case runs"
    assert "दूसरे कार्यालय से कागज की प्रति अपेक्षित" in strip.partition(stands)[2].partition("</li>")[0]
    sho = asked.at(asked.task.office_id, Role.SHO)
    lists = [sho.get(f"/inbox?q={asked.number}"), reader.get(f"/cases?q={asked.number}")]
    assert [stands in text_of(each) for each in lists] == [True, True], "and so do the lists say"
    held = next(each for each in asked.ledger(LATER).holdings if each.office == asked.task.office_id)
    assert (held.gross, held.net, held.pauses[0].until) == (3, 0, None)
    answer = {"answers": str(asked.note().id), "text": "प्रति संलग्न कर भेजी गई।"}
    assert reader.post(f"{asked.address}/notes", answer).status_code == 303
    assert (asked.note().resumed_at, asked.clock().paused_on, asked.clock().paused_days) == (LATER, None, 3)
    after = asked.due_on(), asked.clock().due_on
    assert [now - then for now, then in zip(after, before, strict=True)] == [timedelta(days=3)] * 2
    ledger = asked.ledger(LATER)
    assert ledger.whole.gross == ledger.whole.net, "the case's own clock never stood"
    assert ledger.police.gross == ledger.police.net, "nor did the law's"
    assert stands not in text_of(reader.get(asked.address)), "it runs again"
    told = text_of(asked.at(asked.task.office_id, Role.SHO).get(f"{asked.address}/clock"))
    assert "दूसरे कार्यालय से कागज की प्रति अपेक्षित" in told
    assert f"#note-{asked.note().id}" in told, "the query is the proof"
    assert asked.office.database.write(queues.recount, scopes.recount(DISTRICT)) == []
    [line] = asked.office.database.read(
        lambda session: (
            pendency.of_offices(
                session, Period(NOW.date().replace(day=1), LATER.date()), "", LATER, {asked.task.office_id}
            ).waits
        ),
        recomputing.scope(DISTRICT),
    )
    assert line.reason == "query_papers"
    assert line.queries >= 1
    assert found_by_recomputing(asked) == []


def found_by_recomputing(asked: Asked) -> list[Any]:
    done = recomputing.through(asked.office.database, DISTRICT, LATER, is_write=True)
    found = [each for batch in done for each in batch.found if each.case_id == asked.task.case_id]
    assert asked.due_on() > NOW.date()
    return found


def test_no_reminder_goes_to_who_waits_and_the_day_of_the_answer_ends_the_wait(asked: Asked) -> None:
    due = asked.due_on()
    asked.ask()
    jobs.fire_due_timers(asked.office.database, LATER)
    while jobs.run_one(asked.office.database, LATER):
        pass
    assert rows(asked.office, reminder, reminder.c.user_task_id == asked.task.id) == []
    notes.let_go_on(asked.office.database, LATER)
    assert asked.clock().paused_on == NOW.date(), "the day of the answer is still to come"
    after = NOW + timedelta(days=7)
    assert notes.let_go_on(asked.office.database, after) >= 1
    assert notes.let_go_on(asked.office.database, after) == 0
    assert (asked.clock().paused_on, asked.clock().paused_days) == (None, 4)
    assert asked.due_on() > due
    assert asked.note().closed_at is None, "the answer is still wanted"


def test_a_query_is_taken_back_by_who_asked_and_by_nobody_else(asked: Asked) -> None:
    asked.ask()
    close = f"{asked.address}/notes/{asked.note().id}/close"
    stranger = asked.office.at(Role.DM_SECTION_HEAD)
    stranger.get(f"{asked.address}/correspondence")
    assert stranger.post(close).status_code == 404
    assert "पृच्छा वापस लें" in text_of(asked.thana.get(f"{asked.address}/correspondence"))
    assert asked.thana.post(close).status_code == 303
    assert asked.clock().paused_on is None
    assert asked.note().closed_at is not None


def test_no_clock_stands_without_a_listed_reason_a_day_and_a_clock_that_runs(asked: Asked) -> None:
    for changes, words in (
        ({"due": ""}, "वह दिन भी दें"),
        ({"pauses_for": "lunch"}, "सूची में से चुनें"),
    ):
        answer = asked.ask(**changes)
        assert answer.status_code == 422
        assert words in text_of(answer)
        assert "पंजी की प्रति भेजी जाए।" in text_of(answer), "nothing typed is lost"
    asked.ask()
    again = asked.ask(text="दूसरा प्रश्न भी है।")
    assert again.status_code == 422
    assert "पहले से रुकी है" in text_of(again)
    reader = asked.reader
    reader.get(f"{asked.address}/correspondence")
    other = asked.form | {"to": str(asked.task.office_id)}
    assert reader.post(f"{asked.address}/notes", other).status_code == 422, "its clock does not run"
    assert reader.post(f"{asked.address}/notes", other | {"pauses_for": ""}).status_code == 303
