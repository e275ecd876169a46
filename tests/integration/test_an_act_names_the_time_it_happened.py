"""Outside demo mode the time of an act is the machine's own: a service that is given another is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app import create_app
from app.config import Settings
from app.crypto import KeyRing
from app.domain.roles import Actor, Post, Role
from app.models.record import audit_queries
from app.models.scope import SystemReason, SystemScope
from app.services.district import districts
from app.services.store import audit
from app.services.store.database import Database
from tests.rows import id_of

SARAN = SystemScope(SystemReason.SETUP, 218)
POST = Post(id_of("posting"), id_of("office"), "dm_office", "", "", Role.DM)
OFFICER = Actor(218, id_of("officer"), "", "", "", POST, (POST,))
NOW = datetime.now(UTC)  # noqa: TID251 - this file is about the machine's clock


@pytest.fixture
def strict(new_url, tmp_path):
    """The database as production opens it, with the district in it."""
    database = Database(new_url, KeyRing.for_tests(), tmp_path / "documents")
    database.write(lambda session: districts.add(session, 218, demo=False, now=NOW), SARAN)
    yield database
    database.close()


def act(database: Database, actor: Actor | None, off: timedelta) -> None:
    database.write(
        lambda session: audit.record(
            session, "admin", "district:add", "district:218", actor, session.recorded_at + off, code="SRN"
        ),
        SARAN,
    )


@pytest.mark.parametrize("off", [timedelta(minutes=-6), timedelta(minutes=6), timedelta(days=-30)])
def test_an_officer_acts_now(strict, off):
    with pytest.raises(ValueError, match="not the machine's"):
        act(strict, OFFICER, off)


@pytest.mark.parametrize("off", [timedelta(minutes=-4), timedelta(), timedelta(minutes=4)])
def test_a_request_may_wait_its_turn(strict, off):
    act(strict, OFFICER, off)


def test_a_job_keeps_the_time_of_the_act_that_set_it_but_none_to_come(strict):
    act(strict, None, timedelta(days=-3))
    with pytest.raises(ValueError, match="not the machine's"):
        act(strict, None, timedelta(minutes=6))


def test_a_loader_acts_in_the_past_and_its_name_is_in_the_record(strict):
    loader = strict.marked("demo")
    act(loader, OFFICER, timedelta(days=-30))
    loader.close()
    assert strict.read(audit.verify, SARAN) == []
    acts = strict.read(lambda session: audit_queries.acts(session, "admin", "district:add"), SARAN)
    assert acts[-1].detail == {"code": "SRN", "loader": "demo"}
    with pytest.raises(ValueError, match="not the machine's"):
        act(strict, OFFICER, timedelta(days=-30))


@pytest.mark.parametrize(("demo", "free"), [(True, True), (False, False)])
def test_the_demo_mode_alone_frees_the_clock(tmp_path, demo, free):
    app = create_app(Settings(tmp_path, f"sqlite:///{tmp_path / 'satyapan.db'}", demo=demo))
    assert app.extensions["database"].clock_is_free is free
