"""The generator: very many cases that are listed, searched and counted, drawn the same from the same seed."""

from __future__ import annotations

import shutil
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from app import create_app
from app.config import Settings
from app.domain.numbers import in_address
from app.domain.roles import Role
from app.models.record import audit_queries
from app.models.scope import SystemReason, SystemScope
from app.models.tables.cases import case, requisition
from app.models.tables.offices import office as offices
from app.models.tables.workflow import user_task
from app.services.demo import demo
from app.services.installation import setup
from app.services.store import audit, queues
from tests.districts import NOW
from tests.office import text_of

if TYPE_CHECKING:
    from app.services.store.database import Database

MANY = 1200
DISTRICT = setup.DEMO_DISTRICT


def made(database: Database, count: int = MANY, seed: int = 7) -> Database:
    told: list[tuple[int, int]] = []
    setup.generate_cases(database, count, seed, NOW, lambda done, total: told.append((done, total)))
    assert told[-1] == (count, count)
    return database


def rows(database: Database, statement):
    with database.engine.connect() as connection:
        return list(connection.execute(statement))


@pytest.fixture
def crowd(demo_url, open_database):
    return made(open_database(demo_url))


def test_as_many_cases_as_asked_are_there_and_counted(crowd):
    assert rows(crowd, select(func.count()).select_from(case))[0][0] == MANY
    states = Counter(row.status for row in rows(crowd, select(case)))
    assert states["open"] == rows(crowd, select(func.count()).select_from(user_task))[0][0] > 20
    assert states["issued"] > MANY / 2
    assert crowd.write(queues.recount, SystemScope(SystemReason.RECOUNT, DISTRICT)) == []


def test_a_letter_names_as_many_persons_as_it_brought(crowd):
    for row in rows(crowd, select(requisition)):
        brought = rows(crowd, select(func.count()).select_from(case).where(case.c.requisition_id == row.id))
        assert row.candidate_count == brought[0][0]


def test_the_record_says_how_many_were_made_and_claims_no_act_on_them(crowd):
    scope = SystemScope(SystemReason.AUDIT, DISTRICT)
    told = crowd.read(lambda session: audit_queries.acts(session, "admin", "demo:generate"), scope)
    assert [row.detail for row in told] == [{"cases": MANY, "seed": 7}]
    assert crowd.read(audit.verify, scope) == []
    assert {row.audit_seq for row in rows(crowd, select(case))} == {0}


def test_a_second_crowd_goes_on_with_the_numbers_of_the_first(crowd):
    made(crowd, 10, seed=8)
    numbers = sorted(row.number for row in rows(crowd, select(case)))
    assert numbers == [f"SRN/2026/{number:05}" for number in range(1, MANY + 11)]


def test_the_same_seed_draws_the_same_cases_and_another_seed_others(demo_sqlite, open_database, tmp_path):
    drawn = []
    for name, seed in (("first", 7), ("again", 7), ("other", 8)):
        shutil.copy(demo_sqlite, tmp_path / f"{name}.db")
        database = made(open_database(f"sqlite:///{tmp_path / name}.db"), 200, seed)
        told = select(case.c.number, case.c.purpose, case.c.status, case.c.received_on, offices.c.key)
        joined = told.outerjoin(user_task, user_task.c.case_id == case.c.id).outerjoin(
            offices, offices.c.id == user_task.c.office_id
        )
        drawn.append(sorted(tuple(map(str, row)) for row in rows(database, joined)))
    assert drawn[0] == drawn[1] != drawn[2]


def test_what_is_made_is_seen_on_the_screens_and_found_by_name(office):
    made(office.database, 300)
    name_hi = demo.GIVEN[0][0]
    visitor = office.at(Role.SP)
    visitor.get("/search")
    assert name_hi in text_of(visitor.post("/search", {"search": name_hi}))
    for number in ("SRN/2026/00001", "SRN/2026/00150"):
        assert visitor.get(f"/cases/{in_address(number)}").status_code == 200
    waiting = rows(office.database, select(user_task).where(user_task.c.role == "sho"))[0]
    page = office.holder_of(waiting).get("/inbox")
    assert f"/tasks/{waiting.id}" in text_of(page)


@pytest.mark.parametrize("command", [["demo", "generate", "10"], ["demo", "load"]])
def test_outside_demo_mode_nothing_is_made(demo_sqlite, tmp_path, command):
    shutil.copy(demo_sqlite, tmp_path / "satyapan.db")
    app = create_app(Settings(tmp_path, f"sqlite:///{tmp_path / 'satyapan.db'}", testing=True))
    answer = app.test_cli_runner().invoke(args=command)
    assert answer.exit_code == 1
    assert "ESP_DEMO=1" in answer.output
    assert rows(app.extensions["database"], select(func.count()).select_from(case))[0][0] == 0
