"""A whole case leaves no marked word outside the seals: database, journal, documents, logs, spool, backup."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import zlib
from base64 import b64encode
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from app.crypto import KeyRing, Unsealable
from app.domain.roles import Role
from app.models.metadata import metadata
from app.models.tables.cases import document
from app.services.installation import backups, checkpoints
from app.services.store import audit, documents, scopes
from app.services.store.database import Database
from tests import programs
from tests.districts import NOW
from tests.journey import Journey, scan
from tests.office import Office, text_of
from tests.two_districts import SARAN
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Words that nobody else in the demo district has.
MARKED = {
    "name_hi": "झंकृतेश उपनामधारी",
    "name_en": "Jhankritesh Upnamdhari",
    "father_hi": "विमलाकांत उपनामधारी",
    "perm_village": "चिह्नितग्राम",
}
#: What stands in readable form on purpose, and is kept apart from the database.
APART = {"keys", "demo-accounts.csv"}


@pytest.fixture(scope="module")
def house(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Path]]:
    """A district in which a case with marked words and a file went from the letter to its paper."""
    folder, spool = tmp_path_factory.mktemp("house"), tmp_path_factory.mktemp("spool")
    shutil.copy(demo_sqlite, folder / "satyapan.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(spool))
        office = Office(folder, NOW)
        journey = office.journey
        office.logged = []
        with capture_logs() as logged:
            office.number = journey.add(journey.register(), ["th_mufassil"], [scan("photo")], **MARKED)
            journey.go_on(office.number, until="decide")
            office.inflated = inflated(office.database)
            journey.go_on(office.number)
            journey.work()
        office.logged += logged
        yield office, spool
    office.database.close()


def words() -> list[bytes]:
    """The marked words in every spelling in which a file may hold them; a dump writes bytes in hexadecimal digits."""
    found = [word.encode() for value in MARKED.values() for word in value.split()]
    spelt = [
        [word, word.decode().encode("utf-16-le"), word.decode().encode("unicode_escape"), word.hex().encode()]
        for word in found
    ]
    return [each for spellings in spelt for each in spellings]


def inflated(database: Database) -> list[bytes]:
    """What lies compressed and unsealed in the rows: no search of a file for words would see into it."""
    with database.engine.connect() as connection:
        values = [
            bytes(value)
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
            for value in row
            if isinstance(value, bytes | memoryview)
        ]
    found = []
    for value in values:
        with suppress(zlib.error):
            found.append(zlib.decompress(value))
    return found


def told(folder: Path) -> list[str]:
    """The files below a folder in which a marked word stands to be read."""
    return [
        f"{path.relative_to(folder)}: {word!r}"
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).parts[0] not in APART
        for word in words()
        if word in path.read_bytes()
    ]


def test_no_marked_word_stands_in_database_journal_documents_logs_or_temporary_files(house):
    office, spool = house
    dm = office.at(Role.DM)
    page = text_of(dm.get(f"/cases/{office.number.replace('/', '-')}"))
    assert MARKED["name_hi"] in page, "the marked words are those of the case"
    folder = Path(office.database.engine.url.database).parent
    assert (folder / "satyapan.db-wal").exists()
    assert any(path.is_file() for path in (folder / "documents").rglob("*"))
    assert told(folder) == []
    assert [path for path in spool.rglob("*") if path.is_file()] == []
    assert office.inflated == [], "a case's state is sealed, not compressed alone"
    logged = repr(office.logged).encode()
    assert not [word for word in words() if word in logged]


def test_a_backup_is_whole_without_a_key_or_a_marked_word(house, tmp_path):
    office, _ = house
    place = backups.make(office.database, tmp_path, NOW)
    names = {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}
    assert {"manifest.json", "satyapan.db"} < names
    assert any(name.startswith("documents/") for name in names)
    assert not [name for name in names if "key" in name or "ring" in name]
    secrets = [spelt for root in office.database.keys.roots.values() for spelt in (root, b64encode(root))]
    assert not [path for path in place.rglob("*") if path.is_file() and holds(path, secrets)]
    assert told(place) == []
    assert backups.prove(place) == len(names) - 1
    admin = Visitor(office.app).enter(office.journey.staff.holder(Role.USER_ADMIN).officer_id, NOW)
    assert "जाँचा हुआ" in text_of(admin.get("/admin"))
    assert "पिछला बैकअप" not in text_of(office.at(Role.PROCESS_ADMIN).get("/admin"))


def holds(path: Path, secrets: list[bytes]) -> bool:
    data = path.read_bytes()
    return any(secret in data for secret in secrets)


def test_a_backup_that_was_touched_is_named_and_the_command_says_so(house, tmp_path):
    office, _ = house
    runner = office.app.test_cli_runner()
    made = runner.invoke(args=["backup", "make", str(tmp_path)])
    assert made.exit_code == 0, made.output
    [place] = tmp_path.iterdir()
    assert runner.invoke(args=["backup", "verify", str(place)]).exit_code == 0
    victim = next(path for path in (place / "documents").rglob("*") if path.is_file())
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(data)
    said = runner.invoke(args=["backup", "verify", str(place)])
    assert said.exit_code == 1
    assert victim.name in said.output
    victim.unlink()
    assert runner.invoke(args=["backup", "verify", str(place)]).exit_code == 1


def test_a_district_is_restored_from_a_backup_and_the_keys_and_from_nothing_less(house, tmp_path):
    office, _ = house
    place = backups.make(office.database, tmp_path / "copies", NOW)
    new = tmp_path / "new"
    shutil.copytree(place, new)
    url = f"sqlite:///{new / 'satyapan.db'}"
    restored = Database(url, office.database.keys, new / "documents", clock_is_free=True)
    foreign = Database(url, KeyRing("other", {"other": bytes(32)}), new / "documents", clock_is_free=True)
    whole = scopes.record(SARAN)
    assert restored.read(audit.verify, whole) == []
    rows = restored.read(lambda session: session.connection.execute(select(document)).all(), whole)
    assert rows
    for row in rows:
        assert restored.read(lambda session, row=row: documents.read(session, row), whole).data
        with pytest.raises(Unsealable):
            foreign.read(lambda session, row=row: documents.read(session, row), whole)
    restored.close()
    foreign.close()


@pytest.mark.postgres
def test_on_postgresql_a_dump_is_restored_into_a_new_database_and_tells_nothing_by_itself(
    postgres_server, demo_postgres, tmp_path, monkeypatch
):
    binaries = programs.postgres()
    monkeypatch.setenv("PATH", f"{binaries}{os.pathsep}{os.environ['PATH']}")
    with postgres_server.lent_database(demo_postgres) as url:
        ring, files = KeyRing.for_tests(), tmp_path / "documents"
        database = Database(url, ring, files, clock_is_free=True)
        journey = Journey(database, NOW)
        number = journey.add(journey.register(), ["th_mufassil"], [scan("photo")], **MARKED)
        journey.go_on(number, "visit", "check_registers")
        assert inflated(database) == []
        copy = checkpoints.make(database, SARAN, tmp_path / "checkpoints", NOW)
        place = backups.make(database, tmp_path / "copies", NOW)
        database.close()
    dump = place / "database.pgdump"
    readable = subprocess.run(
        [binaries / "pg_restore", "--file=-", dump], check=True, capture_output=True
    ).stdout
    assert number.encode() in readable, "what is searched is the content of the dump"
    assert not [word for word in words() if word in readable]
    assert told(place) == []
    secrets = [each for root in ring.roots.values() for each in (root, b64encode(root), root.hex().encode())]
    assert not [secret for secret in secrets if secret in readable]
    assert not [path for path in place.rglob("*") if path.is_file() and holds(path, secrets)]
    new_url = postgres_server.new_database()
    subprocess.run(
        [binaries / "pg_restore", "--exit-on-error", "--no-owner", f"--dbname={new_url}", dump], check=True
    )
    restored = Database(new_url, ring, place / "documents", clock_is_free=True)
    foreign = Database(
        new_url, KeyRing("other", {"other": bytes(32)}), place / "documents", clock_is_free=True
    )
    whole, kept = scopes.record(SARAN), {copy.name: copy.read_text()}
    assert restored.read(audit.verify, whole) == []
    assert restored.read(lambda rows: checkpoints.faults(rows, kept), whole) == []
    rows = restored.read(lambda session: session.connection.execute(select(document)).all(), whole)
    assert rows
    for row in rows:
        assert restored.read(lambda session, row=row: documents.read(session, row), whole).data
        with pytest.raises(Unsealable):
            foreign.read(lambda session, row=row: documents.read(session, row), whole)
    Journey(restored, NOW).go_on(number, "endorse_enquiry")
    assert restored.read(audit.verify, whole) == [], "the district goes on where the copy was made"
    restored.close()
    foreign.close()
