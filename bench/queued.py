"""Papers in a queue: how long a decided case waits for its own, and what a second worker wins."""

from __future__ import annotations

import multiprocessing
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.models.tables.papers import certificate
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
_LEAST = 1.4  # that two workers on two cores win, database and all beside them
_MOST_SECONDS = 10.0  # behind a hundred; behind fewer in proportion


def rows(ground: World, *, quick: bool) -> Iterator[results.Row]:
    """Decide many cases in one moment, then let workers go through what follows: one on SQLite, two on PostgreSQL."""
    count = _QUEUED_QUICK if quick else _QUEUED
    if ground.server is None:
        yield from _behind_a_queue(ground, count)
    else:
        yield _by_two(ground, count // 2)


def _behind_a_queue(ground: World, count: int) -> Iterator[results.Row]:
    """What an officer waits for, by the clock; and the CPU of a paper, which a neighbour's work lengthens less."""
    database = ground.open(ground.copy("ground"))
    _decide(database, count)
    cpu = time.process_time()
    opened = list(_openings(database, count))
    cpu = time.process_time() - cpu
    database.close()
    row = f"{count} papers queued: one opens after, 95th percentile"
    yield results.told(
        f"{count} papers queued: from the decision to the file, CPU", ground.kind, cpu / count * 1000, "ms"
    )
    yield results.at_most(row, ground.kind, opened[count * 95 // 100], "s", _MOST_SECONDS * count / _QUEUED)


def _by_two(ground: World, count: int) -> results.Row:
    name = ground.copy("ground", "queued")
    database = ground.open(name)
    _decide(database, count)
    database.close()
    one, two = (_drained(ground, ground.copy(name), workers) for workers in (1, 2))
    return results.at_least(
        f"{count} papers queued, two workers against one", ground.kind, one / two, "x", _LEAST
    )


def _drained(ground: World, name: str, workers: int) -> float:
    """Seconds until so many processes have done every job of a database."""
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=_work, args=(ground, name)) for _ in range(workers)]
    begin = time.perf_counter()
    for child in children:
        child.start()
    for child in children:
        child.join()
    if any(child.exitcode for child in children):
        raise RuntimeError("a worker of the bench has failed")
    return time.perf_counter() - begin


def _work(ground: World, name: str) -> None:
    database = ground.open(name)
    while jobs.run_one(database, _due()):
        pass
    database.close()


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
    due = _due()
    opened, before = 0, _papers(database)
    while opened < count and jobs.run_one(database, due):
        now = _papers(database) - before
        yield from [time.perf_counter() - begin] * (now - opened)
        opened = now
    if opened < count:
        raise RuntimeError(f"{count} cases were decided, {opened} papers came of it")


def _due() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1)  # noqa: TID251 - jobs are due by the machine's clock


def _papers(database: Database) -> int:
    with database.engine.connect() as connection:
        return connection.execute(
            select(func.count()).where(certificate.c.document_id.is_not(None))
        ).scalar_one()
