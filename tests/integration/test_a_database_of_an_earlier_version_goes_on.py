"""An installation is upgraded with its cases under way; for a while two versions work on the one database."""

from __future__ import annotations

import ast
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import insert, select

from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.domain.roles import Role
from app.models.tables.cases import case
from app.models.tables.papers import certificate
from app.models.tables.workflow import job
from app.services.installation import migrations, reindexing
from app.services.jobs import jobs
from app.services.papers import certificates
from app.services.store import audit, queues, scopes
from tests import golden_database, heard, outgoing
from tests.districts import KINDS
from tests.golden_database import NOW, opened
from tests.journey import Journey
from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.golden_database import Beside, Golden

GOLDEN = golden_database.all_of_them()
of_every_version = pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden.revision)


#: The later ones are led on in SQLite alone: their rows are the same, and each takes its time. What their programs
#: say to PostgreSQL is tried statement by statement.
ON = [(golden, kind) for golden in GOLDEN for kind in KINDS if golden is GOLDEN[0] or kind == "sqlite"]


@pytest.fixture
def upgraded(request: pytest.FixtureRequest, golden: Golden, kind: str, tmp_path: Path) -> Iterator[Journey]:
    """The officers of a kept district, after the upgrade to this version."""
    if kind == "postgres":
        server = request.getfixturevalue("postgres_server")
        url = golden.postgres(tmp_path, server.new_database())
    else:
        url = golden.sqlite(tmp_path)
    database = opened(url, tmp_path)
    migrations.upgrade(database.engine)
    yield Journey(database, NOW)
    database.close()


@pytest.mark.parametrize(("golden", "kind"), ON, ids=lambda each: getattr(each, "revision", each))
def test_cases_of_an_earlier_version_come_to_their_end_after_the_upgrade(
    golden: Golden, upgraded: Journey
) -> None:
    numbers = golden.numbers()
    assert numbers.keys() == set(golden_database.STATIONS)
    database = upgraded.database
    with database.engine.connect() as connection:
        assert migrations.is_current(connection)
        assert migrations.differences(connection) == []
    assert upgraded.steps(numbers["check_registers"]) == ["check_registers"] * 2
    upgraded.work()
    assert upgraded.steps(numbers["drawing"]) == ["dispatch"], "the paper that was waiting is drawn"
    for number in numbers.values():
        upgraded.go_on(number)
    with database.engine.connect() as connection:
        assert {row.status for row in connection.execute(select(case.c.status))} == {"issued"}
        papers = list(connection.execute(select(certificate).order_by(certificate.c.number)))
    assert len({paper.number for paper in papers}) == len(numbers), "no number is given twice, none is lost"
    old = next(paper for paper in papers if paper.issued_at is not None)
    file = certificates.file(database, upgraded.staff.holder(Role.DM), old.document_id, upgraded.now)
    assert file.data.startswith(b"%PDF"), "a paper that was issued before opens"
    assert database.read(audit.verify, scopes.record(218)) == []
    assert database.write(queues.recount, scopes.recount(218)) == []
    assert list(reindexing.through(database, 218))
    assert outgoing.listed(upgraded), "the register lists the numbers that were given before it was kept"
    assert upgraded.new_case() not in numbers.values()


@of_every_version
def test_the_statements_of_an_earlier_version_still_write_after_the_newest_migration(
    golden: Golden, empty_sqlite: Path, tmp_path: Path
) -> None:
    """Each row as that version wrote it, with that version's columns alone, goes into the tables of this one."""
    golden.sqlite(tmp_path)
    newest = tmp_path / "newest.db"
    newest.write_bytes(empty_sqlite.read_bytes())
    with closing(sqlite3.connect(newest)) as connection:
        connection.execute("attach ? as earlier", (str(tmp_path / "satyapan.db"),))
        tables = [
            name
            for (name,) in connection.execute("select name from earlier.sqlite_schema where type = 'table'")
        ]
        written = {name: _write_as_before(connection, name) for name in sorted(tables)}
    assert {"case", "user_task", "answer", "audit", "job", "engine_state"} <= {
        name for name, rows in written.items() if rows
    }


def _write_as_before(connection: sqlite3.Connection, table: str) -> int:
    """Copy the earlier rows of a table by the names that its version knew; -> how many."""
    if table in {"alembic_version", "sqlite_sequence"}:
        return 0
    columns = ", ".join(f'"{row[1]}"' for row in connection.execute(f'pragma earlier.table_info("{table}")'))
    done = connection.execute(
        f'insert into main."{table}" ({columns}) select {columns} from earlier."{table}"'
    )
    return done.rowcount


TALKATIVE = [golden for golden in GOLDEN if golden.statements()]
#: Both versions work at once on PostgreSQL alone: there the servers are several.
of_each_that_was_heard = pytest.mark.parametrize("golden", TALKATIVE, ids=lambda golden: golden.revision)


@of_each_that_was_heard
def test_the_program_of_an_earlier_version_is_understood_by_the_newest_tables(
    golden: Golden, postgres_server, empty_postgres: str
) -> None:
    """While an upgrade goes on the earlier servers still answer: each of their statements finds what it names."""
    statements = golden.statements()
    first_words = {each.split(None, 1)[0].upper() for each in statements}
    assert {"SELECT", "INSERT", "UPDATE"} <= first_words
    assert any("queue_count" in each for each in statements), "the pages of the inbox were opened"
    assert heard.misunderstood(postgres_server.new_database(template=empty_postgres), statements) == {}


def test_what_an_earlier_program_would_miss_is_named(postgres_server, empty_postgres: str) -> None:
    url = postgres_server.new_database(template=empty_postgres)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("alter table user_task rename column due_on to day_due")
    statements = TALKATIVE[-1].statements()
    missed = heard.misunderstood(url, statements)
    assert missed
    assert all("due_on" in why for why in missed.values()), missed
    assert all("user_task" in each for each in missed)


@pytest.mark.parametrize("kind", KINDS)
def test_an_earlier_program_and_this_one_take_cases_on_together(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    """The earlier program itself, in a process of its own, on the tables of this one: each does every second step."""
    golden = next(each for each in reversed(GOLDEN) if each.program.exists())
    url = (
        golden.postgres(tmp_path, request.getfixturevalue("postgres_server").new_database())
        if kind == "postgres"
        else golden.sqlite(tmp_path)
    )
    with golden.at_work(tmp_path / "earlier", url, tmp_path / "documents") as earlier:
        program = earlier.answer()["program"]  # it is at work before anything is migrated
        assert program == str(tmp_path / "earlier" / "app" / "__init__.py")
        database = opened(url, tmp_path)
        request.addfinalizer(database.close)
        migrations.upgrade(database.engine)
        here, numbers = Journey(database, NOW), golden.numbers()
        here.work()
        assert_one_of_both_does(here, earlier, numbers["recommend"], "recommend")
        together(here, earlier, numbers["scrutinise"])
        assert earlier.do(numbers["decide"], "decide")["steps"] == ["dispatch"], "it draws the paper, too"
        here.do(numbers["decide"], "dispatch")
    with database.engine.connect() as connection:
        papers = list(connection.execute(select(certificate.c.number, certificate.c.memo_number)))
        ended = select(case.c.status).where(case.c.number.in_([numbers["scrutinise"], numbers["decide"]]))
        assert set(connection.execute(ended).scalars()) == {"issued"}
    assert len(set(papers)) == len({paper.number for paper in papers}) == len(papers)
    assert database.read(audit.verify, scopes.record(218)) == []
    assert database.write(queues.recount, scopes.recount(218)) == []


def together(here: Journey, earlier: Beside, number: str) -> None:
    """Take a case to its end, a step here and a step there."""
    turn = 0
    while waiting := here.steps(number):
        turn += 1
        if turn % 2:
            told = earlier.do(number, waiting[0])
            assert told == {"steps": here.steps(number)}, "what it did is seen here at once"
        else:
            here.do(number, waiting[0])
            here.work()
    assert turn > 6


def assert_one_of_both_does(here: Journey, earlier: Beside, number: str, step: str) -> None:
    """Both send the same step at once: one of them has it, the other is told."""
    earlier.ask(number, step)
    try:
        here.do(number, step)
    except (DomainError, StopIteration):
        mine = False
    else:
        mine = True
    theirs = "steps" in earlier.answer()
    assert mine is not theirs
    here.work()
    assert here.steps(number) == ["decide"]


def test_a_job_of_a_kind_that_this_version_does_not_know_waits_for_the_next_one(journey: Journey) -> None:
    number, resting = journey.new_case(), journey.new_case()
    journey.go_on(number, "decide")
    journey.do(number, "decide")
    with journey.database.engine.execution_options(writing=True).begin() as connection:
        known = connection.execute(select(job)).one()
        other = connection.execute(select(case.c.id).where(case.c.number == resting)).scalar_one()
        own = {"id": new_id(NOW), "case_id": other, "kind": "send_by_pigeon", "engine_task_id": "pigeon"}
        connection.execute(insert(job), [{**known._mapping, **own}])
    assert journey.work() == 1, "the worker does what it knows, and is not held up"
    with journey.database.engine.connect() as connection:
        states = dict(connection.execute(select(job.c.kind, job.c.state)).all())
    assert states == {"issue_report": "done", "send_by_pigeon": "queued"}
    assert not jobs.run_one(journey.database, journey.now)


# -- what a migration may do --------------------------------------------------------------------------------------

#: What takes away from under the version that still runs: allowed once no version that may run uses it.
TAKES_AWAY = frozenset(
    {"drop_table", "drop_column", "rename_table", "alter_column", "create_unique_constraint"}
)


def faults(source: str) -> list[str]:
    """What in the `upgrade` of a migration an earlier version could not live with."""
    tree = ast.parse(source)
    names = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    upgrade = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "upgrade")
    calls = [
        node
        for node in ast.walk(upgrade)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    narrowing = [call for call in calls if call.func.attr in TAKES_AWAY and not _widens(call)]
    found = [call.func.attr for call in narrowing if "CONTRACTS" not in names]
    return found + [
        "add_column" for call in calls if call.func.attr == "add_column" and _is_demanded(call.args[-1])
    ]


def _widens(call: ast.Call) -> bool:
    """Whether it only lets a column be empty: what an older version writes there is taken as before."""
    return {each.arg: ast.unparse(each.value) for each in call.keywords} == {"nullable": "True"}


def _is_demanded(column: ast.expr) -> bool:
    """Whether a row written without the new column would be refused."""
    given = {each.arg: each.value for each in column.keywords} if isinstance(column, ast.Call) else {}
    may_be_empty = "nullable" not in given or ast.unparse(given["nullable"]) == "True"
    return not may_be_empty and "server_default" not in given


def test_migrations_only_add_until_no_version_uses_what_goes() -> None:
    first = min(golden.revision for golden in GOLDEN)
    folder = ROOT / "app" / "migrations" / "versions"
    later = [path for path in sorted(folder.glob("*.py")) if path.name[:4] > first]
    assert {path.name: found for path in later if (found := faults(path.read_text("utf-8")))} == {}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("op.create_index('i', 't', ['a'])", []),
        ("op.add_column('t', sa.Column('a', sa.Integer()))", []),
        ("op.add_column('t', sa.Column('a', sa.Integer(), nullable=False, server_default='0'))", []),
        ("op.add_column('t', sa.Column('a', sa.Integer(), nullable=False))", ["add_column"]),
        ("op.drop_column('t', 'a')", ["drop_column"]),
        ("op.rename_table('t', 'u')", ["rename_table"]),
        ("op.alter_column('t', 'a', nullable=False)", ["alter_column"]),
        ("op.alter_column('t', 'a', nullable=True)", []),
    ],
)
def test_a_migration_that_takes_away_too_soon_is_named(body: str, found: list[str]) -> None:
    assert faults(f"def upgrade():\n    {body}\n") == found
    assert faults("CONTRACTS = '0010'\ndef upgrade():\n    op.drop_table('t')\n") == []
