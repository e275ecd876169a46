"""Erasing a case: its key goes, and only it becomes unreadable, in every table, file and screen that held it."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, select, text

from app import crypto
from app.domain.errors import Conflict, NotFound
from app.domain.roles import Role
from app.models.casefile import case_queries, key_queries
from app.models.casefile import document_queries as filed
from app.models.scope import SystemReason, SystemScope
from app.models.tables.base import metadata
from app.services.casework import cases
from app.services.papers import certificates
from app.services.store import audit, documents, erasure, keys
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.journey import CANDIDATE

SARAN = SystemScope(SystemReason.HEALTH, 218)
#: Columns of bytes that are digests, not sealed values.
DIGESTS = {"sha256", "digest", "token_digest", "birth_digest"}


def two_closed(journey):
    """Two cases taken to their papers: the first is going to be erased, the second stays."""
    numbers = [journey.new_case(["th_mufassil"]), journey.new_case(["th_mufassil"])]
    for number in numbers:
        journey.go_on(number)
    return numbers


@pytest.fixture
def district(walked):
    return walked(two_closed)


@pytest.fixture
def demo_url(district):
    return district.database


@pytest.fixture
def closed(district):
    return district.told


def row(database, number):
    return database.read(lambda session: case_queries.find_number(session, number), SARAN)


def key_of(database, number) -> bytes:
    key_id = row(database, number).data_key_id
    return database.read(lambda session: keys.unlock(session, key_id), SARAN)


def sealed_values(database, number) -> list[tuple[str, bytes]]:
    """Every sealed value of a case in whatever table: (its place, the bytes)."""
    case_id = row(database, number).id

    def work(session):
        found = []
        for table in metadata.sorted_tables:
            columns = [c for c in table.c if isinstance(c.type, LargeBinary) and c.name not in DIGESTS]
            if "case_id" not in table.c or not columns:
                continue
            for each in session.connection.execute(select(table).where(table.c.case_id == case_id)):
                own = each._mapping.get("id", case_id)
                found += [
                    (f"{table.name}|{column.name}|{own}", bytes(each._mapping[column.name]))
                    for column in columns
                    if each._mapping[column.name] is not None
                ]
        return found

    return database.read(work, SARAN)


def erase(database, number) -> None:
    case_id = row(database, number).id
    files = database.write(lambda session: erasure.erase_case(session, None, case_id, NOW), SARAN)
    erasure.delete_files(files)


def test_one_key_locks_every_sealed_value_of_a_case(journey, closed):
    first, second = closed
    key, other = key_of(journey.database, first), key_of(journey.database, second)
    values = sealed_values(journey.database, first)
    tables = {place.partition("|")[0] for place, _ in values}
    assert {"applicant", "address", "answer", "enquiry", "engine_state", "certificate", "document"} <= tables
    for place, sealed in values:
        assert crypto.open_sealed(key, place, sealed) is not None, place
        with pytest.raises(crypto.Unsealable):
            crypto.open_sealed(other, place, sealed)


def test_an_erased_case_is_unreadable_and_the_other_is_not(journey, closed):
    database, (first, second) = journey.database, closed
    officer = journey.staff.holder(Role.DM)
    erase(database, first)
    with pytest.raises(keys.KeyDestroyed):
        key_of(database, first)

    def look(number):
        return database.read(lambda session: cases.find(session, officer, number, NOW), actor_scope(officer))

    with pytest.raises(NotFound):
        look(first)
    assert look(second).strip.name_hi == CANDIDATE["name_hi"]

    found = database.write(
        lambda session: cases.search(session, officer, CANDIDATE["name_hi"], NOW), actor_scope(officer)
    )
    assert [line.number for line in found] == [second]


def test_the_paper_of_an_erased_case_is_gone_from_disk_and_register(journey, closed):
    database, (first, second) = journey.database, closed
    officer = journey.staff.holder(Role.DM)
    papers = {
        number: database.read(lambda session, n=number: filed.own(session, row(database, n).id), SARAN)
        for number in closed
    }
    erase(database, first)
    assert papers[first]
    assert not any((database.documents / each.path).exists() for each in papers[first])
    with pytest.raises(NotFound):
        certificates.file(database, officer, papers[first][0].id, NOW)
    kept = certificates.file(database, officer, papers[second][0].id, NOW)
    assert kept.data.startswith(b"%PDF")


def test_a_copy_of_the_sealed_file_does_not_open_any_more(journey, closed):
    database, first = journey.database, closed[0]
    paper = database.read(lambda session: filed.own(session, row(database, first).id)[0], SARAN)
    copy = (database.documents / paper.path).read_bytes()
    document = database.read(lambda session: filed.find(session, paper.id), SARAN)
    erase(database, first)
    documents.put(database.documents, paper.path, copy)
    with pytest.raises(keys.KeyDestroyed):
        database.read(lambda session: documents.read(session, document), SARAN)


def test_the_wrapped_key_does_not_linger_in_the_database_file(journey, closed):
    database = journey.database
    if not database.is_sqlite:
        pytest.skip("PostgreSQL overwrites it when the table is vacuumed")
    key_id = row(database, closed[0]).data_key_id
    wrapped = database.read(lambda session: key_queries.wrapped(session, key_id), SARAN)
    file = database.engine.url.database
    with database.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    assert holds(file, wrapped), "otherwise the test proves nothing"
    erase(database, closed[0])
    with database.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    assert not holds(file, wrapped)


def holds(path: str, needle: bytes) -> bool:
    found = False
    for ending in ("", "-wal"):
        with contextlib.suppress(FileNotFoundError):
            found = found or needle in Path(f"{path}{ending}").read_bytes()
    return found


def test_no_name_lies_in_the_database_file_in_clear(journey, closed):
    database = journey.database
    if not database.is_sqlite:
        pytest.skip("the same rows are written; only SQLite is one file")
    assert holds(database.engine.url.database, closed[0].encode())
    for field in ("name_hi", "name_en", "father_hi", "father_en", "perm_village", "dob"):
        assert not holds(database.engine.url.database, CANDIDATE[field].encode()), field


def test_the_record_stays_whole_and_says_what_was_done(journey, closed):
    database, first = journey.database, closed[0]
    erase(database, first)
    stream = f"case:{row(database, first).id}"
    record = SystemScope(SystemReason.AUDIT, 218)
    assert database.read(audit.verify, record) == []
    actions = database.read(
        lambda session: [each.action for each in audit.table.of_stream(session, stream)], record
    )
    assert actions[0] == "case:open"
    assert actions[-1] == "case:erase"


def test_an_open_case_is_not_erased(journey):
    number = journey.new_case()
    with pytest.raises(Conflict):
        erase(journey.database, number)
    assert key_of(journey.database, number)


def test_a_case_out_of_sight_is_not_erased(journey, closed):
    officer = journey.staff.holder(Role.PROCESS_ADMIN)
    case_id = row(journey.database, closed[0]).id
    with pytest.raises(NotFound):
        journey.database.write(
            lambda session: erasure.erase_case(session, officer, case_id, NOW), actor_scope(officer)
        )
