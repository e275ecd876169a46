"""`audit verify`: a row edited behind our back is named, whichever column it was; so are gaps and cut ends."""

from __future__ import annotations

import pytest
from sqlalchemy import and_, select, text

from app.models.scope import SystemReason, SystemScope
from app.models.tables.audit import audit as table
from app.services.district import districts
from app.services.installation import migrations
from app.services.store import audit
from tests.districts import NOW

SARAN = SystemScope(SystemReason.SETUP, 218)
RECORD = SystemScope(SystemReason.AUDIT, 218)

#: What a forger might write into each column.
FORGERIES = {
    "stream": "'access'",
    "seq": "7",
    "prev": "x'00'",
    "hash": "x'00'",
    "at": "'2020-01-01 00:00:00.000000'",
    "recorded_at": "'2020-01-01 00:00:00.000000'",
    "actor_id": "x'00000000000000000000000000000001'",
    "office_id": "x'00000000000000000000000000000001'",
    "role": "'dm'",
    "action": "'case:open'",
    "object": "'release:1'",
    "detail": "'{}'",
    "district_id": "219",
}


@pytest.fixture
def recorded(database):
    """Three rows in the stream `admin`."""
    database.write(lambda session: districts.add(session, 218, demo=True, now=NOW), SARAN)
    for version in (1, 2):
        database.write(
            lambda session, v=version: audit.record(
                session, "admin", "release:deploy", "release:x", None, NOW, version=v, sha256="ab"
            ),
            SARAN,
        )
    return database


def forge(database, statement: str) -> None:
    """What somebody with the database's password could do, after taking the guard off."""
    with database.engine.begin() as connection:
        if database.is_sqlite:
            connection.execute(text("DROP TRIGGER IF EXISTS audit_no_update"))
            connection.execute(text("DROP TRIGGER IF EXISTS audit_no_delete"))
        else:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_no_change"))
            statement = statement.replace("x'00'", "'\\x00'::bytea").replace("= x'", "= '")
        connection.execute(text(statement))


def faults(database):
    return {(fault.stream, fault.what) for fault in database.read(audit.verify, RECORD)}


def faults_at(database):
    return {(fault.stream, fault.seq, fault.what) for fault in database.read(audit.verify, RECORD)}


def test_an_untouched_record_is_whole(recorded):
    assert recorded.read(audit.verify, RECORD) == []


def test_every_column_is_forged_in_these_tests():
    assert set(FORGERIES) == set(table.c.keys())


@pytest.mark.parametrize("column", sorted(FORGERIES))
def test_an_altered_column_is_noticed(recorded, column):
    forge(recorded, f"UPDATE audit SET {column} = {FORGERIES[column]} WHERE stream = 'admin' AND seq = 2")
    found = recorded.read(audit.verify, RECORD)
    assert found
    if column not in {"stream", "seq", "district_id"}:
        assert any((fault.stream, fault.seq) == ("admin", 2) for fault in found)


def test_a_row_that_was_hashed_anew_when_it_was_altered_is_told_by_the_row_behind_it(recorded):
    forge(recorded, "UPDATE audit SET role = 'dm' WHERE stream = 'admin' AND seq = 2")
    second = and_(table.c.stream == "admin", table.c.seq == 2)
    with recorded.engine.begin() as connection:
        row = connection.execute(select(table).where(second)).one()
        digest = audit._digest(bytes(row.prev), row._asdict())
        connection.execute(table.update().where(second).values(hash=digest))
    assert faults_at(recorded) == {("admin", 3, "broken")}


@pytest.mark.parametrize("seq", [1, 2])
def test_a_row_taken_out_leaves_a_gap(recorded, seq):
    forge(recorded, f"DELETE FROM audit WHERE stream = 'admin' AND seq = {seq}")
    assert ("admin", "gap") in faults(recorded)


def test_a_record_cut_at_its_end_is_noticed(recorded):
    forge(recorded, "DELETE FROM audit WHERE stream = 'admin' AND seq = 3")
    assert faults(recorded) == {("admin", "cut")}


def test_a_record_taken_away_whole_is_noticed(recorded):
    forge(recorded, "DELETE FROM audit WHERE stream = 'admin'")
    assert faults(recorded) == {("admin", "cut")}


def test_two_rows_that_changed_places_are_both_named(recorded):
    for before, after in ((2, 99), (3, 2), (99, 3)):
        forge(recorded, f"UPDATE audit SET seq = {after} WHERE stream = 'admin' AND seq = {before}")
    found = recorded.read(audit.verify, RECORD)
    assert {(fault.stream, fault.seq) for fault in found if fault.what == "altered"} == {
        ("admin", 2),
        ("admin", 3),
    }


@pytest.mark.parametrize(("stream", "seq"), [("admin", 4), ("case:none", 1)])
def test_a_row_put_in_behind_the_last_or_as_a_chain_of_its_own_is_noticed(recorded, stream, seq):
    own = {"stream": f"'{stream}'", "seq": str(seq)}
    names = [column.name for column in table.columns]
    taken = ", ".join(own.get(name, name) for name in names)
    copied = f"SELECT {taken} FROM audit WHERE stream = 'admin' AND seq = 3"
    forge(recorded, f"INSERT INTO audit ({', '.join(names)}) {copied}")
    assert (stream, "cut") in faults(recorded), "no head leads to it"


@pytest.mark.parametrize(
    "rubbish", ["at = 'yesterday'", "detail = '{'", "actor_id = x'00'", "office_id = 7", "recorded_at = 7"]
)
@pytest.mark.parametrize("seq", [2, 3])
def test_a_value_that_no_column_holds_names_its_row_and_hides_no_other(recorded, rubbish, seq):
    if not recorded.is_sqlite:
        pytest.skip("PostgreSQL takes no such value")
    forge(recorded, "UPDATE audit SET role = 'dm' WHERE stream = 'admin' AND seq = 1")
    forge(recorded, f"UPDATE audit SET {rubbish} WHERE stream = 'admin' AND seq = {seq}")
    assert faults_at(recorded) == {("admin", 1, "altered"), ("admin", seq, "altered")}


@pytest.mark.parametrize("statement", ["UPDATE audit SET role = 'dm'", "DELETE FROM audit"])
def test_the_database_itself_refuses_to_change_the_record(recorded, statement):
    with pytest.raises(Exception, match="append-only"), recorded.engine.begin() as connection:
        connection.execute(text(statement))


def test_an_act_that_is_not_declared_cannot_be_recorded(recorded):
    with pytest.raises(ValueError, match="knows no act"):
        recorded.write(lambda session: audit.record(session, "admin", "case:gossip", "x", None, NOW), SARAN)


def test_a_detail_that_is_not_declared_cannot_be_recorded(recorded):
    with pytest.raises(ValueError, match="name"):
        recorded.write(
            lambda session: audit.record(session, "admin", "district:add", "x", None, NOW, name="राम"), SARAN
        )


def test_the_migrations_make_the_tables_that_the_program_works_with(database):
    with database.engine.connect() as connection:
        assert migrations.is_current(connection)
        assert migrations.differences(connection) == []
