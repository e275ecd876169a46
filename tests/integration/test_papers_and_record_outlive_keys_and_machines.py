"""New keys, a new machine, a new year: papers of before say the same, and the record is proven by old copies."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app import create_app
from app.config import Settings
from app.crypto import KeyRing, Unsealable
from app.domain.roles import Role
from app.models.tables.papers import certificate
from app.services.installation import backups, checkpoints, setup
from app.services.papers import certificates
from app.services.store import audit, keys, scopes
from app.services.store.database import Database
from tests import programs
from tests.districts import NOW
from tests.journey import Journey
from tests.office import text_of
from tests.two_districts import SARAN
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Row

ORDER = "पत्र निर्गत होने के पश्चात् थाना के अभिलेख से ज्ञात हुआ कि आवेदक ने अपना कांड घोषित नहीं किया था।"
#: The last minute of the year in Patna, and the first: 18:30 in Greenwich lies between.
NEW_YEAR = (datetime(2026, 12, 31, 18, 29, tzinfo=UTC), datetime(2026, 12, 31, 18, 31, tzinfo=UTC))


class Machine:
    """One installation: a database, its documents, and the ring in a file of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url, self.now = folder, url, NOW
        self.ring = folder / "keys" / "ring.json"
        self.opened: list[Database] = []

    def program(self, ring: Path | None = None) -> Database:
        """A program of this machine, which reads the ring when it starts."""
        found = KeyRing.open_or_make(ring or self.ring)
        found = KeyRing(found.active, found.roots, sampled=99, path=found.path)
        self.opened.append(Database(self.url, found, self.folder / "documents", clock_is_free=True))
        return self.opened[-1]

    def app(self) -> Any:
        settings = Settings(self.folder, self.url, demo=True, testing=True)
        return create_app(settings, self.program(), clock=lambda: self.now)

    def close(self) -> None:
        for each in self.opened:
            each.close()


class Issued:
    """A paper in a stranger's hand: the code beside its QR, and its file."""

    def __init__(self, database: Database, journey: Journey) -> None:
        known = {row.id for row in rows(database)}
        journey.go_on(journey.new_case())
        [self.row] = [row for row in rows(database) if row.id not in known]
        self.code = database.keys.code("verify", self.row.id.bytes)
        dm = journey.staff.holder(Role.DM)
        self.file = certificates.file(database, dm, self.row.document_id, NOW).data


def rows(database: Database) -> list[Row[Any]]:
    with database.engine.connect() as connection:
        return list(connection.execute(select(certificate)))


def told(app: Any, paper: Issued) -> tuple[str, str, str]:
    """What a stranger is told by the code, by the file, and by the command with the public key alone."""
    stranger = Visitor(app)
    stranger.get("/verify")
    by_code = main(text_of(stranger.get(f"/V/{paper.code.upper()}")))
    fields = {"paper": (BytesIO(paper.file), "paper.pdf", "application/pdf")}
    by_file = main(text_of(stranger.post("/verify/file", fields, content_type="multipart/form-data")))
    return by_code, by_file, text_of(stranger.get("/verify/key"))


def main(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def revoke(app: Any, journey: Journey, paper: Issued) -> None:
    dm = Visitor(app).enter(journey.staff.holder(Role.DM).officer_id, NOW)
    dm.get(f"/certificates/{paper.row.id}")
    fields = {"ground": "false_statement", "effective": "23-11-2026", "order": ORDER}
    assert dm.confirm(dm.post(f"/certificates/{paper.row.id}/revoke", fields)).status_code == 303


@pytest.fixture
def old(new_url: str, tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path / "old", new_url)
    made.folder.mkdir()
    setup.add_demo(made.program(), made.folder, NOW)
    yield made
    made.close()


def restored(place: Path, ring: Path, folder: Path, request: pytest.FixtureRequest) -> Machine:
    """A new machine from a backup and a copy of the ring that was kept elsewhere."""
    folder.mkdir()
    shutil.copytree(place / "documents", folder / "documents")
    (folder / "keys").mkdir()
    shutil.copy(ring, folder / "keys" / "ring.json")
    if (place / "satyapan.db").exists():
        shutil.copy(place / "satyapan.db", folder / "satyapan.db")
        return Machine(folder, f"sqlite:///{folder / 'satyapan.db'}")
    url = request.getfixturevalue("postgres_server").new_database()
    command = [programs.postgres() / "pg_restore", "--exit-on-error", "--no-owner", f"--dbname={url}"]
    subprocess.run([*command, place / "database.pgdump"], check=True, capture_output=True)
    return Machine(folder, url)


def test_papers_and_record_are_proven_after_new_keys_on_a_new_machine_in_a_new_year(
    old: Machine, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "sqlite" not in old.url:
        monkeypatch.setenv("PATH", f"{programs.postgres()}{os.pathsep}{os.environ['PATH']}")
    whole, app = scopes.record(SARAN), old.app()
    database = old.opened[-1]
    journey = Journey(database, NOW)
    first, withdrawn = Issued(database, journey), Issued(database, journey)
    revoke(app, journey, withdrawn)
    copy = checkpoints.make(database, SARAN, tmp_path / "outside", NOW)
    before = [told(app, each) for each in (first, withdrawn)]
    assert [("से निर्गत है" in page, "रद्द" in page) for page, _, _ in before] == [(True, False), (False, True)]
    early = backups.make(database, tmp_path / "early", NOW)
    shutil.copy(old.ring, ring_before := tmp_path / "ring-before.json")

    assert keys.rotate(old.program(), [SARAN], NOW) > 2
    app = old.app()
    second = Issued(old.opened[-1], Journey(old.opened[-1], NOW))
    late = backups.make(old.opened[-1], tmp_path / "late", NOW)
    assert [told(app, each) for each in (first, withdrawn)] == before, "new keys change no word"
    before.append(told(app, second))

    new = restored(late, old.ring, tmp_path / "new", request)
    old_again = restored(early, old.ring, tmp_path / "older", request)
    blind = restored(late, ring_before, tmp_path / "blind", request)
    try:
        app = new.app()
        assert keys.rotate(new.program(), [SARAN], NOW) > 2, "and the keys change once more there"
        for each in NEW_YEAR:
            new.now = each
            assert [told(app, each) for each in (first, withdrawn, second)] == before
        kept = {copy.name: copy.read_text()}
        for machine in (new, old_again):
            read = machine.program().read
            assert read(audit.verify, whole) == []
            assert read(lambda session: checkpoints.faults(session, kept), whole) == [], "by a copy of before"
        assert told(old_again.app(), first) == before[0], "an older backup opens with the newer ring"
        with pytest.raises(Unsealable):
            Issued(blind.program(), Journey(blind.opened[-1], NOW))
    finally:
        for machine in (new, old_again, blind):
            machine.close()
