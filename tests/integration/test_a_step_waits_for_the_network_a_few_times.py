"""On PostgreSQL each wait for an answer is a way over the network: a step has few of them, whatever it writes."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from app import create_app
from app.config import Settings
from app.domain.roles import Role
from bench import acts
from bench.wire import TappedDatabase, WireTap
from tests.districts import NOW
from tests.journey import Journey

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.services.store.database import Database

#: DESIGN, section 8; `make bench` tells the same figure of the endorsement. A form that signs is kept by one before.
MOST = 6


@pytest.mark.postgres
def test_no_step_waits_more_often_than_its_budget(
    postgres_server, demo_postgres, open_database: Callable[[str], Database], tmp_path: Path
) -> None:
    waits: dict[str, int] = {}
    with (
        postgres_server.lent_database(demo_postgres) as url,
        WireTap(postgres_server.folder) as tap,
        closing(TappedDatabase(tap, url.split("/")[3].split("?")[0], tmp_path)) as tapped,
    ):
        journey, behind = Journey(open_database(url), NOW), Journey(tapped, NOW)
        case = journey.new_case()
        while open_tasks := journey.waiting(case):
            task, tapped.waits = open_tasks[0], []
            behind.finish(task, journey.form_of(task), journey.actor_of(task))
            waits[task.element_id] = max(tapped.waits)
            journey.work()

    assert waits.keys() > {"route", "search_records", "recommend", "decide", "dispatch"}
    assert {step: most for step, most in waits.items() if most > MOST} == {}


@pytest.mark.postgres
@pytest.mark.parametrize(("role", "most"), [(Role.SHO, 3), (Role.DM_ASSISTANT, 3), (Role.DM, 4)])
def test_an_inbox_is_shown_in_a_wait_for_who_asks_one_for_the_page_and_one_to_end(
    postgres_server, demo_postgres, tmp_path: Path, role: Role, most: int
) -> None:
    """One more for whoever is asked for his yes; what is counted beside the tasks costs none."""
    with (
        postgres_server.lent_database(demo_postgres) as url,
        WireTap(postgres_server.folder) as tap,
        closing(TappedDatabase(tap, url.split("/")[3].split("?")[0], tmp_path)) as tapped,
    ):
        journey = Journey(tapped, NOW)
        app = create_app(Settings(tmp_path, url, demo=True, testing=True), tapped, clock=lambda: NOW)
        browser, _ = acts.sign_in(app.test_client(), journey.staff.holder(role).officer_id)
        assert browser.get("/inbox").status_code == 200  # statements are compiled, the calendar is read
        before = tap.waits
        assert browser.get("/inbox").status_code == 200
        assert tap.waits - before <= most
