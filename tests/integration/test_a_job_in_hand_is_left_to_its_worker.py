"""Workers on one database: a job in hand is nobody else's until its lease has ended by the machine's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from app.models.tables.workflow import job
from app.services.jobs import jobs
from tests.districts import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from app.services.store.database import Database
    from app.services.workflow.work import Work
    from tests.journey import Journey


def test_a_job_done_in_times_gone_by_is_not_taken_for_a_dead_workers(
    journey: Journey, open_database: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As while the demo is loaded, whose cases are of last month, and another server looks for jobs."""
    decided(journey)
    other = open_database(str(journey.database.engine.url))
    draw, found = jobs.HANDLERS["issue_report"], []

    def looked_at_meanwhile(database: Database, row: Any) -> Work:
        found.append(jobs.run_one(other, machine()))
        return draw(database, row)

    monkeypatch.setitem(jobs.HANDLERS, "issue_report", looked_at_meanwhile)
    assert jobs.run_one(journey.database, NOW + timedelta(seconds=1))
    assert found == [False], "the other worker leaves it alone"
    (done,) = paper_jobs(journey)
    assert (done.state, done.attempts) == ("done", 1)


def test_a_job_whose_lease_has_ended_is_taken_up_by_whoever_looks_whatever_day_he_lives_in(
    journey: Journey,
) -> None:
    decided(journey)
    ended = {"state": "running", "attempts": 1, "lease_until": machine() - timedelta(seconds=1)}
    with journey.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(update(job).where(job.c.kind == "issue_report").values(**ended))
    assert jobs.run_one(journey.database, NOW + timedelta(seconds=1))
    (done,) = paper_jobs(journey)
    assert (done.state, done.attempts) == ("done", 2)


def decided(journey: Journey) -> None:
    """A case whose paper is the only job that is due."""
    number = journey.new_case()
    journey.go_on(number, "decide")
    journey.do(number, "decide")


def paper_jobs(journey: Journey) -> list[Any]:
    with journey.database.engine.connect() as connection:
        return list(connection.execute(select(job).where(job.c.kind == "issue_report")))


def machine() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - leases are held by it
