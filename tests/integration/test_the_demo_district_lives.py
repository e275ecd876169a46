"""The demo district's forty cases: at every stage, late and in time, by officers in their posts, marked as a demo."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from app.crypto import KeyRing
from app.domain.clock import IST
from app.domain.numbers import in_address
from app.domain.roles import Post, Role, roles_done_by
from app.models.casefile import case_queries
from app.models.scope import SystemReason, SystemScope
from app.models.tables.audit import audit as record
from app.models.tables.cases import answer, case, document, requisition
from app.models.tables.officers import posting
from app.models.tables.papers import certificate
from app.models.tables.workflow import handover, incident, job, notification, user_task
from app.services.casefile import caselines
from app.services.casework import cases
from app.services.demo import demo_script
from app.services.deployment import replays
from app.services.district import calendars
from app.services.installation import setup
from app.services.procedure import releases
from app.services.store import audit, queues
from app.services.store.database import Database
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.office import Office, text_of
from tests.sources import ROOT
from tests.staff import Staff

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Row

#: The office's afternoon: the day's own acts have a morning to lie in.
LOADED_AT = NOW + timedelta(hours=5)
SARAN = SystemScope(SystemReason.SETUP, setup.DEMO_DISTRICT)
ROWS = {row["row"]: row for row in demo_script.rows()}


def opened(folder: Path) -> Database:
    return Database(
        f"sqlite:///{folder / 'satyapan.db'}", KeyRing.for_tests(), folder / "documents", clock_is_free=True
    )


@pytest.fixture(scope="module")
def loaded(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo district and its cases."""
    folder = tmp_path_factory.mktemp("loaded")
    shutil.copy(demo_sqlite, folder / "satyapan.db")
    database = opened(folder)
    told: list[tuple[int, int]] = []
    ended = setup.add_demo_cases(database, LOADED_AT, lambda done, total: told.append((done, total)))
    database.close()
    assert told == [(number, len(ROWS)) for number in range(1, len(ROWS) + 1)]
    assert ended == []
    return folder


@pytest.fixture
def database(loaded: Path):
    found = opened(loaded)
    yield found
    found.close()


@pytest.fixture
def office(loaded: Path, tmp_path: Path):
    """The application on a copy of the loaded district."""
    shutil.copytree(loaded, tmp_path, dirs_exist_ok=True)
    made = Office(tmp_path, LOADED_AT)
    yield made
    made.database.close()


def rows(database: Database, statement) -> list[Row]:
    with database.engine.connect() as connection:
        return list(connection.execute(statement))


def of_row(database: Database) -> dict[str, Row]:
    """The case of each row of the script, by the number that the script gives it."""
    return {found.number[-2:]: found for found in rows(database, select(case))}


def test_each_case_bears_its_number_and_its_persons_name(database):
    numbers = [found.number for found in of_row(database).values()]
    assert sorted(numbers) == [f"SRN/2026/{number:05}" for number in range(1, len(ROWS) + 1)]

    def names(session):
        lines = caselines.of(
            session, case_queries.lines(session, [c.id for c in of_row(database).values()]), LOADED_AT
        )
        return {line.number[-2:]: (line.name_hi, line.father_en) for line in lines}

    assert database.read(names, SARAN) == {
        number: (row["name_hi"] or row["firm_hi"], row["father_en"]) for number, row in ROWS.items()
    }


def test_a_case_is_as_old_as_its_story_says(database):
    calendar = database.read(calendars.of, SARAN)
    for number, found in of_row(database).items():
        row = ROWS[number]
        if found.status == "open":
            assert strip_of(database, found.number).net_days == int(row["age"]), number
        else:
            ended = found.closed_at.astimezone(IST).date()
            within = calendar.days_between(found.received_on, ended)
            assert within <= int(row["age"]), number
            assert found.status != "issued" or within == int(row["age"]), number


def test_while_he_was_heard_the_clock_stood_still(database):
    strip = strip_of(database, "SRN/2026/00009")
    assert (strip.gross_days, strip.net_days) == (21, 14)


def strip_of(database: Database, number: str):
    """What the page of a case says at its head."""
    actor = Staff(database, LOADED_AT).holder(Role.SP)
    view = database.read(lambda session: cases.find(session, actor, number, LOADED_AT), actor_scope(actor))
    return view.strip


def test_an_officer_who_was_transferred_has_handed_his_enquiry_on(database):
    number = "SRN/2026/00032"
    [given] = rows(
        database, select(handover).join(case, case.c.id == handover.c.case_id).where(case.c.number == number)
    )
    assert (given.kind, given.reason) == ("reassign", "transfer")
    assert given.from_officer_id != given.to_officer_id
    [visit] = [
        task
        for task in rows(
            database,
            select(user_task).join(case, case.c.id == user_task.c.case_id).where(case.c.number == number),
        )
        if (task.element_id, task.state) == ("visit", "open")
    ]
    assert visit.assigned_to == given.to_officer_id
    assert given.at <= LOADED_AT


def test_late_cases_are_late_and_the_others_are_not(database):
    today = LOADED_AT.astimezone(IST).date()
    late = {
        number
        for number, found in of_row(database).items()
        if found.status == "open" and found.due_on < today
    }
    assert late == {number for number, row in ROWS.items() if row["overdue"] == "yes"}


def test_papers_are_those_of_the_story(database):
    issued = rows(database, select(case.c.number, certificate).join(case, case.c.id == certificate.c.case_id))
    expected = {number for number, row in ROWS.items() if row["paper"] and number != "17"}
    assert {each.number[-2:] for each in issued if each.status in ("issued", "revoked")} == expected
    assert [each.number[-2:] for each in issued if each.status == "revoked"] == ["39"]
    outputs = {each.number[-2:]: each.output for each in issued}
    certificates = {number for number, output in outputs.items() if output == "CERTIFICATE"}
    assert certificates == {number for number in expected if ROWS[number]["paper"].startswith("cert")}


def test_nothing_went_wrong_on_the_way(database):
    assert rows(database, select(incident)) == []
    assert {each.state for each in rows(database, select(job))} <= {"done", "cancelled"}
    assert database.write(queues.recount, SystemScope(SystemReason.RECOUNT, setup.DEMO_DISTRICT)) == []


def test_who_was_late_was_reminded(database):
    told = rows(database, select(notification))
    assert told
    assert all(each.at <= LOADED_AT for each in told)


def test_led_through_its_own_release_every_case_takes_the_path_it_took(database):
    shipped = releases.read_folder(ROOT)
    found = replays.run(
        database, setup.DEMO_DISTRICT, shipped, replays.first_day(0, LOADED_AT), lambda *_: None
    )
    assert (found.cases, found.same_path, found.decided_otherwise) == (len(ROWS), len(ROWS), 0), found.named


def test_officers_acted_in_posts_they_hold(database):
    posts = [
        (each.officer_id, Post(each.id, each.office_id, "", "", "", Role(each.role), each.kind))
        for each in rows(database, select(posting))
    ]
    done = [task for task in rows(database, select(user_task)) if task.state == "done"]
    assert len(done) > 200
    for task in done:
        mine = [
            post for officer, post in posts if (officer, post.office_id) == (task.done_by, task.office_id)
        ]
        assert any(Role(task.role) in roles_done_by(post) for post in mine)


def test_every_act_lies_in_office_hours_of_the_past_in_order(database):
    calendar = database.read(calendars.of, SARAN)
    for task in rows(database, select(user_task).where(user_task.c.state == "done")):
        assert task.created_at < task.done_at <= LOADED_AT
        local = task.done_at.astimezone(IST)
        assert calendar.is_working(local.date())
        assert 10 <= local.hour < 17


def test_the_record_is_whole_and_marks_every_act_as_the_loaders(database):
    assert database.read(audit.verify, SystemScope(SystemReason.AUDIT, setup.DEMO_DISTRICT)) == []
    acts = rows(database, select(record).where(record.c.stream.like("case:%")))
    assert len(acts) > 300
    assert all(act.detail.get("loader") == "demo" for act in acts)
    machine = datetime.now(UTC)  # noqa: TID251 - the record keeps the machine's own time beside the act's
    for act in acts:
        assert act.at <= LOADED_AT
        assert timedelta() <= machine - act.recorded_at < timedelta(hours=1)


def test_a_second_start_enters_nothing(database):
    before = counts(database)
    assert setup.add_demo_cases(database, LOADED_AT + timedelta(days=3), lambda *_: pytest.fail("told")) == []
    assert counts(database) == before


def counts(database: Database) -> dict[str, int]:
    tables = (requisition, case, answer, document, user_task, certificate, job, record)
    return {table.name: rows(database, select(func.count()).select_from(table))[0][0] for table in tables}


class PowerCut(BaseException):
    """The machine goes dark."""


class Failing(Database):
    """A database whose machine goes dark after so many writes, before or after the last one is kept."""

    left = 0

    def write(self, work, scope):
        self.left -= 1
        if self.left == 0:
            if self.left % 2:
                super().write(work, scope)
            raise PowerCut
        return super().write(work, scope)


def test_a_loading_that_is_killed_again_and_again_makes_the_same_district(loaded, demo_sqlite, tmp_path):
    few = 9  # with a certificate, an adverse report and one that was not resident; each act of the others is alike
    shutil.copy(demo_sqlite, tmp_path / "satyapan.db")
    url, tries = f"sqlite:///{tmp_path / 'satyapan.db'}", 0
    while True:
        tries += 1
        database = Failing(url, KeyRing.for_tests(), tmp_path / "documents", clock_is_free=True)
        database.left = tries * 2 + 1
        try:
            ended = setup.add_demo_cases(
                database, LOADED_AT + timedelta(hours=tries - 1), lambda *_: None, few
            )
            break
        except PowerCut:
            continue
        finally:
            database.close()
    whole = opened(loaded)
    assert tries > 7
    assert ended == []
    mine = standing(opened(tmp_path))
    assert mine == [each for each in standing(whole) if each[0] <= f"SRN/2026/{few:05}"]
    whole.close()


def standing(database: Database) -> list[tuple[object, ...]]:
    """Which step of which case waits where since when, and when each of the others was done."""
    found = rows(
        database,
        select(case.c.number, case.c.status, user_task.c.element_id, user_task.c.state, user_task.c.done_at)
        .join(user_task, user_task.c.case_id == case.c.id)
        .order_by(case.c.number, user_task.c.created_at, user_task.c.element_id),
    )
    database.close()
    return [tuple(each) for each in found]


#: Screen -> a role that opens it, and what only a district with cases shows there.
SCREENS = {
    "/record": (Role.AUDITOR, "निरीक्षण का नमूना"),
    "/inbox": (Role.SP, "SRN/2026/00007"),
    "/requisitions": (Role.DM_ASSISTANT, "DEMO-36/2026"),
    "/tracking": (Role.SP, "1 लंबित, 1 विलंबित"),
    "/certificates": (Role.DM, "SRN/2026/"),
    "/reports": (Role.SP, "गौरा"),
    f"/cases/{in_address('SRN/2026/00024')}": (Role.SP, "विकास पटेल"),
}


@pytest.mark.parametrize("address", SCREENS)
def test_life_is_on_every_screen(office, address):
    role, shown = SCREENS[address]
    answer_ = office.at(role).get(address)
    assert answer_.status_code == 200
    assert shown in text_of(answer_)
