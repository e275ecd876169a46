"""The thana-wise pendency statement over very many cases: one question to the database, not a row at a time."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from sqlalchemy import text

from app.domain.statement import month
from app.models.scope import SystemReason, SystemScope
from app.services.reports import pendency
from bench import crowd, measure, results, world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.services.store.database import Database

_SIZES = (10_000, 100_000)
_QUICK_SIZES = (2_000, 20_000)
_SCOPE = SystemScope(SystemReason.RECOUNT, 218)
#: What a case in the crowd left in the clocks: what its thana holds now, and what the thana sent on before.
_HELD = """
insert into case_clock (district_id, id, case_id, clock, office_id, office_kind, purpose, received_at, received_on,
  allowed, due_on, police_on, carried, statutory, paused_days, outcome)
select district_id, id, case_id, 'office', office_id, 'thana', purpose, created_at, {nine}, 7, due_on, {nine}, 0, 14,
  0, '' from user_task
"""
_SENT = """
insert into case_clock (district_id, id, case_id, clock, office_id, office_kind, purpose, received_at, received_on,
  allowed, due_on, police_on, carried, statutory, paused_days, stopped_at, stopped_on, outcome, gross_days, net_days)
select district_id, case_id, case_id, 'office', office_id, 'thana', purpose, created_at, {nine}, 7, due_on, {nine},
  0, 14, 0, created_at, {one}, 'sent_on', 6, 6 from user_task
"""
_DAYS = {
    "sqlite": {"nine": "date(due_on, '-9 days')", "one": "date(due_on, '-1 days')"},
    "postgresql": {"nine": "due_on - 9", "one": "due_on - 1"},
}


def rows(ground: world.World, *, quick: bool) -> Iterator[results.Row]:
    """Measure the statement of a month in districts of two sizes, interleaved."""
    sizes = _QUICK_SIZES if quick else _SIZES
    databases = {size: _district(ground, size) for size in sizes}
    found = measure.interleaved(
        {str(size): _statement(database) for size, database in databases.items()},
        rounds=2 if quick else 5,
        batch=1,
        warm=1,
    )
    took = {size: found[str(size)].median for size in sizes}
    small, large = sizes
    yield results.told(f"pendency statement over {small:,} cases", ground.kind, took[small], "ms")
    yield results.at_most(f"pendency statement over {large:,} cases", ground.kind, took[large], "ms", 2000)
    growth = took[large] / took[small]
    yield results.at_most(f"pendency statement, {large:,} for {small:,}", ground.kind, growth, "x small", 15)
    for database in databases.values():
        database.close()
    gc.collect()


def _district(ground: world.World, size: int) -> Database:
    database = ground.open(ground.copy("ground"))
    crowd.fill(database, size, world.NOW)
    words = _DAYS[ground.kind]
    with database.engine.execution_options(writing=True).begin() as connection:
        for statement in (_HELD, _SENT):
            connection.execute(text(statement.format(**words)))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return database


def _statement(database: Database) -> Callable[[], object]:
    period = month("2026-11")
    assert period is not None  # noqa: S101 - it is a month

    def once() -> object:
        return database.read(lambda session: pendency.of_offices(session, period, "", world.NOW), _SCOPE)

    return once
