"""A paper that stopped because nothing could sign it goes on by itself when its key is back, under its one number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app import pades
from app.models.tables.papers import certificate
from app.models.tables.workflow import incident, job
from app.services.jobs import jobs, keysback
from app.services.store.officekeys import OfficeKeys
from app.worker import Worker

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Row

    from tests.journey import Journey

SARAN = 218
OPENS = "खुल जा सिमसिम"
#: Papers are signed at the time of the machine, not at that of a test.
TODAY = datetime.now(UTC)  # noqa: TID251


def test_the_worker_takes_stopped_papers_up_when_the_key_is_back_and_issues_each_once(
    journey: Journey, tmp_path: Path
) -> None:
    number, file = decided(journey), tmp_path / "dm.p12"
    journey.database.office_keys = OfficeKeys({f"{SARAN}-dm": file}, OPENS)
    journey.work()
    later = soon()
    assert keysback.go_on(journey.database, later) == 0, "the key is not there yet"
    [stopped] = rows(journey, job, job.c.kind == "issue_report")
    assert (stopped.state, stopped.attempts, stopped.error) == ("failed", 1, "signature_key")
    assert keysback.counts(journey.database, SARAN) == {"dm": 1}
    [paper] = rows(journey, certificate)
    file.write_bytes(pades.demo_key("डेमो जिला पदाधिकारी", OPENS, TODAY))
    worker = Worker(journey.database, tmp_path, "one")
    assert worker.tick(later), "no administrator asked for it"
    [issued] = rows(journey, certificate)
    assert (issued.status, issued.number, issued.memo_number) == ("issued", paper.number, paper.memo_number)
    assert issued.signed_with is not None
    assert journey.steps(number) == ["dispatch"]
    assert keysback.go_on(journey.database, later) == 0
    assert keysback.counts(journey.database, SARAN) == {}
    worker.tick(later + timedelta(minutes=1))
    [told] = rows(journey, incident)
    assert (told.code, told.closed_by) == ("signature_key", None)
    assert told.closed_at is not None


def test_a_paper_is_taken_up_by_one_of_two_workers_and_waits_longer_after_each_failure(
    journey: Journey, tmp_path: Path
) -> None:
    """A key that opens and then does not sign would else be tried every few seconds, without end."""
    decided(journey)
    file = tmp_path / "dm.p12"
    journey.database.office_keys = OfficeKeys({f"{SARAN}-dm": file}, OPENS)
    now, waits = soon(), []
    for _ in range(5):
        assert jobs.run_one(journey.database, now)
        [stopped] = rows(journey, job, job.c.kind == "issue_report")
        waits.append(stopped.run_at.replace(tzinfo=UTC) - now)
        file.write_bytes(pades.demo_key("डेमो जिला पदाधिकारी", OPENS, TODAY))
        assert keysback.go_on(journey.database, now + waits[-1] - timedelta(seconds=1)) == 0
        now += waits[-1]
        assert [keysback.go_on(journey.database, now) for _ in range(2)] == [1, 0]
        file.unlink()
    assert waits == [timedelta(seconds=seconds) for seconds in (15, 60, 240, 960, 3600)]


def test_a_paper_whose_office_signs_in_ink_by_now_is_held_up_no_more(
    journey: Journey, tmp_path: Path
) -> None:
    number = decided(journey)
    journey.database.office_keys = OfficeKeys({f"{SARAN}-dm": tmp_path / "dm.p12"}, OPENS)
    journey.work()
    journey.database.office_keys = OfficeKeys({f"{SARAN}-sp": tmp_path / "sp.p12"}, OPENS)
    later = soon()
    assert keysback.go_on(journey.database, later) == 1
    assert jobs.run_one(journey.database, later)
    [issued] = rows(journey, certificate)
    assert (issued.status, issued.signed_with) == ("issued", None)
    assert journey.steps(number) == ["dispatch"]


def soon() -> datetime:
    """When the worker looks again, by the machine's clock."""
    return datetime.now(UTC) + timedelta(minutes=5)  # noqa: TID251


def decided(journey: Journey) -> str:
    """A case whose paper is the only job that is due; -> its number."""
    number = journey.new_case()
    journey.go_on(number, "decide")
    journey.do(number, "decide")
    return number


def rows(journey: Journey, table: Any, *conditions: Any) -> list[Row[Any]]:
    with journey.database.engine.connect() as connection:
        return list(connection.execute(select(table).where(*conditions)))
