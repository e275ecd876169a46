"""How long a decided case waits for its paper behind a queue, one worker at it: decision to file that opens."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.models.papers import certificate
from app.services.jobs import jobs
from bench import results
from bench.world import NOW
from tests.journey import Journey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.services.store.database import Database
    from bench.world import World

_STEP = "decide"
_QUEUED, _QUEUED_QUICK = 100, 10
_MOST_SECONDS = 10.0  # behind a hundred; behind fewer in proportion


def rows(ground: World, *, quick: bool) -> Iterator[results.Row]:
    """Decide so many cases in one moment, then let one worker go through what follows.

    On SQLite alone: nearly all of it is drawing, and making the cases would take a minute more on each database.
    """
    if ground.server is not None:
        return
    count = _QUEUED_QUICK if quick else _QUEUED
    database = ground.open(ground.copy("ground"))
    _decide(database, count)
    opened = list(_openings(database, count))
    database.close()
    row = f"{count} papers queued: one opens after, 95th percentile"
    yield results.at_most(row, ground.kind, opened[count * 95 // 100], "s", _MOST_SECONDS * count / _QUEUED)


def _decide(database: Database, count: int) -> None:
    journey = Journey(database, NOW)
    journey.go_on(journey.new_case())  # a worker that has drawn before: fonts and texts are at hand
    letter = journey.register(candidate_count=count)
    thanas = list(journey.staff.offices("sho"))
    tasks = []
    for number in range(count):
        case = journey.add(letter, [thanas[number % len(thanas)]])
        journey.go_on(case, until=_STEP)
        tasks.extend(journey.waiting(case))
    for task in tasks:
        journey.finish(task, journey.form_of(task))


def _openings(database: Database, count: int) -> Iterator[float]:
    """Seconds from the start of the worker to each paper's file."""
    begin = time.perf_counter()
    due = datetime.now(UTC) + timedelta(seconds=1)  # noqa: TID251 - jobs are due by the machine's clock
    opened, before = 0, _papers(database)
    while opened < count and jobs.run_one(database, due):
        now = _papers(database) - before
        yield from [time.perf_counter() - begin] * (now - opened)
        opened = now
    if opened < count:
        raise RuntimeError(f"{count} cases were decided, {opened} papers came of it")


def _papers(database: Database) -> int:
    with database.engine.connect() as connection:
        return connection.execute(
            select(func.count()).where(certificate.c.document_id.is_not(None))
        ).scalar_one()
