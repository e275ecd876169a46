"""Once a day the worker signs the record and destroys what was never sent; one duty that fails keeps no other."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

from sqlalchemy import func, select
from structlog.testing import capture_logs

from app.models.scope import SystemReason, SystemScope
from app.models.tables.audit import checkpoint
from app.models.tables.papers import certificate
from app.services.installation import checkpoints, upkeep
from app.services.store import audit, leftovers
from app.worker import Worker
from tests.districts import NOW

SARAN = SystemScope(SystemReason.AUDIT, 218)


def signed(database) -> int:
    with database.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(checkpoint)).scalar_one()


def lives(worker: Worker, since, hours: int) -> None:
    for hour in range(hours):
        worker.tick(since + timedelta(hours=hour))


def test_the_record_is_signed_once_a_day_and_its_copy_lies_outside(journey, tmp_path):
    folder = tmp_path / "checkpoints"
    worker = Worker(journey.database, folder, "one")
    lives(worker, NOW, 48)
    assert signed(journey.database) == len(list(folder.iterdir())) == 3, (
        "three days of the district, begun or whole"
    )
    copies = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert journey.database.read(lambda session: checkpoints.faults(session, copies), SARAN) == []


def test_two_workers_sign_one_checkpoint_a_day(journey, tmp_path):
    folder = tmp_path / "checkpoints"
    for name in ("one", "two"):
        lives(Worker(journey.database, folder, name), NOW, 3)
    assert signed(journey.database) == 1


def test_a_copy_that_is_missing_is_written_again(journey, tmp_path):
    folder = tmp_path / "checkpoints"
    lives(Worker(journey.database, folder, "one"), NOW, 1)
    [copy] = folder.iterdir()
    text = copy.read_bytes()
    copy.unlink()
    lives(Worker(journey.database, folder, "one"), NOW, 1)
    assert copy.read_bytes() == text


def test_a_duty_that_fails_keeps_no_other_and_no_job(journey, tmp_path):
    in_the_way = tmp_path / "checkpoints"
    in_the_way.write_text("a file where a folder is needed")
    (journey.database.documents / "ab").mkdir(parents=True)
    lost = journey.database.documents / "ab" / ("0" * 30 + "ab")
    lost.write_bytes(b"sealed")
    worker = Worker(journey.database, in_the_way, "one")
    number = journey.new_case()
    lives(worker, NOW, 1)
    lives(worker, NOW + leftovers.KEPT_FOR + timedelta(days=1), 8)
    assert not lost.exists()
    assert journey.steps(number) == ["scrutinise"]
    assert journey.database.read(audit.verify, SARAN) == []


def test_copies_of_checkpoints_are_carried_out_and_never_written_over(journey, tmp_path):
    folder, outside = tmp_path / "checkpoints", tmp_path / "outside"
    outside.mkdir()
    lives(Worker(journey.database, folder, "one", outside=outside), NOW, 1)
    [copy] = folder.glob("*.txt")
    there = outside / copy.name
    assert there.read_bytes() == copy.read_bytes()
    assert there.stat().st_mode & 0o222 == 0
    copy.write_text("rewritten by whoever owns this machine")
    assert checkpoints.carry_out(folder, outside) == 0
    copies = {there.name: there.read_text()}
    assert journey.database.read(lambda session: checkpoints.faults(session, copies), SARAN) == []
    with capture_logs() as told:
        upkeep.run(journey.database, folder, NOW + timedelta(days=1), tmp_path / "not mounted")
    assert [(each["event"], each["duty"]) for each in told] == [("upkeep_failed", "_carry_out")]


def test_the_hands_of_a_worker_share_its_jobs_and_each_paper_is_issued_once(journey, tmp_path):
    numbers = [journey.new_case() for _ in range(2)]
    for number in numbers:
        journey.go_on(number, until="decide")
        journey.do(number, "decide")
    worker = Worker(journey.database, tmp_path, "one", hands=2)
    worker.start()
    deadline = time.monotonic() + 60
    while any(journey.steps(number) != ["dispatch"] for number in numbers):
        assert time.monotonic() < deadline, "every case goes on to its dispatch"
        time.sleep(0.02)
    worker.stop()
    assert not [each.name for each in threading.enumerate() if each.name.startswith("esp-hand")]
    with journey.database.engine.connect() as connection:
        issued = connection.execute(select(certificate.c.status, certificate.c.number)).all()
    assert {state for state, _ in issued} == {"issued"}
    assert sorted(int(number.split("/")[3]) for _, number in issued) == [1, 2]
