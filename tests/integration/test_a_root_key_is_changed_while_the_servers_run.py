"""`flask keys rotate`: a new root, every data key under it, nothing unreadable, no server started anew."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app import create_app
from app.config import Settings
from app.crypto import KeyRing, RingRefused
from app.domain.roles import Role
from app.models.tables.audit import audit
from app.models.tables.cases import data_key
from app.services.casework import cases
from app.services.installation import setup
from app.services.store import audit as record
from app.services.store import keys, scopes
from app.services.store.database import Database
from tests.districts import NOW
from tests.journey import Journey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DISTRICT = 218


class House:
    """One database with its ring in a file, and as many programs on it as a test opens."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url, self.ring = folder, url, folder / "keys" / "ring.json"
        self.opened: list[Database] = []

    def program(self) -> Database:
        """Another program, which reads the ring when it starts."""
        ring = KeyRing.open_or_make(self.ring)
        ring = KeyRing(ring.active, ring.roots, sampled=99, path=self.ring)
        made = Database(self.url, ring, self.folder / "documents", clock_is_free=True)
        self.opened.append(made)
        return made

    def roots(self) -> set[str]:
        """The roots under which the data keys lie."""
        with self.opened[0].engine.connect() as connection:
            wrapped = connection.execute(select(data_key.c.wrapped).where(data_key.c.wrapped.is_not(None)))
            return {row.partition(b".")[0].decode() for row in wrapped.scalars()}


@pytest.fixture
def house(new_url: str, tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, new_url)
    setup.add_demo(made.program(), tmp_path, NOW)
    yield made
    for each in made.opened:
        each.close()


def name_of(database: Database, journey: Journey, number: str) -> str:
    actor = journey.staff.holder(Role.DM)
    return str(cases.see(database, actor, number, "tasks", NOW).strip.name_hi)


def test_old_and_new_cases_are_read_by_servers_old_and_new(house: House) -> None:
    running = house.program()
    journey = Journey(running, NOW)
    before = journey.new_case()
    count = keys.rotate(house.program(), [DISTRICT], NOW)
    assert count >= 1
    assert house.roots() == {"k2"}
    assert name_of(running, journey, before) == "राहुल कुमार शर्मा", "the server that runs finds the new root"
    after = journey.add(journey.register(letter_no="दूसरा-2"), name_hi="सोहन लाल")
    assert house.roots() == {"k1", "k2"}, "it wraps under its own"
    started = house.program()
    assert started.keys.active == "k2"
    assert name_of(started, journey, after) == "सोहन लाल"
    assert started.keys.blind("name", "rm") == running.keys.blind("name", "rm"), (
        "indexes hang on the oldest root"
    )
    assert keys.rotate(started, [DISTRICT], NOW) == count + 2
    assert house.roots() == {"k3"}
    assert name_of(running, journey, after) == "सोहन लाल"


def test_the_change_stands_in_the_record_without_a_key(house: House) -> None:
    Journey(house.opened[0], NOW).new_case()
    count = keys.rotate(house.program(), [DISTRICT], NOW)
    with house.opened[0].engine.connect() as connection:
        [row] = connection.execute(select(audit).where(audit.c.action == "keys:rotate")).all()
    assert row.detail == {"root": "k2", "keys": count}
    assert house.opened[0].read(record.verify, scopes.record(DISTRICT)) == []


def test_a_key_that_was_destroyed_stays_destroyed(house: House) -> None:
    database = house.opened[0]
    Journey(database, NOW).new_case()
    with database.engine.execution_options(writing=True).begin() as connection:
        gone = connection.execute(select(data_key.c.id)).scalars().first()
        connection.execute(data_key.update().where(data_key.c.id == gone).values(wrapped=None))
    keys.rotate(house.program(), [DISTRICT], NOW)
    with database.engine.connect() as connection:
        kept = connection.execute(select(data_key.c.wrapped).where(data_key.c.id == gone)).scalar_one()
    assert kept is None


def test_a_ring_that_cannot_be_written_changes_nothing(house: House, monkeypatch: Any) -> None:
    before = house.ring.read_bytes()

    def full(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.crypto.os.fsync", full)
    with pytest.raises(RingRefused):
        keys.rotate(house.program(), [DISTRICT], NOW)
    assert house.ring.read_bytes() == before
    assert house.roots() <= {"k1"}


def test_the_new_ring_is_for_its_owner_alone(house: House) -> None:
    house.program().keys.with_new_root()
    assert house.ring.stat().st_mode & 0o077 == 0
    assert [each.name for each in house.ring.parent.iterdir()] == ["ring.json"]


def test_the_command_says_how_many_and_what_to_copy(house: House) -> None:
    Journey(house.opened[0], NOW).new_case()
    settings = Settings(house.folder, house.url, demo=True, testing=True)
    app = create_app(settings, house.program(), clock=lambda: NOW)
    told = app.test_cli_runner().invoke(args=["keys", "rotate"])
    assert told.exit_code == 0, told.output
    assert "instance/keys/ring.json की प्रति" in told.output
    assert house.roots() == {"k2"}


def test_a_ring_that_lies_in_no_file_is_said(demo_sqlite: Path, tmp_path: Path) -> None:
    shutil.copy(demo_sqlite, tmp_path / "satyapan.db")
    app = create_app(Settings(tmp_path, f"sqlite:///{tmp_path / 'satyapan.db'}", demo=True, testing=True))
    refused = app.test_cli_runner().invoke(args=["keys", "rotate"])
    app.extensions["database"].close()
    assert refused.exit_code == 1
    assert "कुंजी फाइल" in refused.output
