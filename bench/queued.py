"""Papers in a queue: how long a decided case waits for its own, and what a second process of workers wins."""

from __future__ import annotations

import multiprocessing
import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app import papers
from app.config import papers_at_once
from app.models.tables.papers import certificate
from app.services.jobs import jobs
from bench import results
from bench.world import NOW
from tests import paper_samples as samples
from tests.journey import Journey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.services.store.database import Database
    from bench.world import World

_STEP = "decide"
_AT_ONCE = papers_at_once()  # as it is served
_QUEUED, _QUEUED_QUICK = 100, 10
_LEAST = 1.4  # that two workers on two cores win, database and all beside them
_MOST_SECONDS = 10.0  # behind a hundred; behind fewer in proportion


def rows(ground: World, *, quick: bool) -> Iterator[results.Row]:
    """Decide many cases in one moment, then go through what follows: a worker as it is served, then two bare ones."""
    count = _QUEUED_QUICK if quick else _QUEUED
    yield from _behind_a_queue(ground, count)
    if ground.server is not None:
        yield _by_two(ground, count // 2)


def _behind_a_queue(ground: World, count: int) -> Iterator[results.Row]:
    """What an officer waits for, by the clock; and the CPU of a paper, which a neighbour's work lengthens less."""
    name = ground.copy("ground", "behind")
    database = ground.open(name)
    papers.PROGRAMS.begin(_AT_ONCE)
    try:
        with ThreadPoolExecutor(_AT_ONCE) as hands:  # all at once, or the first would draw for all
            list(hands.map(_draw, range(_AT_ONCE)))
        _decide(database, count)
        cpu = _cpu()
        opened = _openings(database, count)
        cpu = _cpu() - cpu
    finally:
        papers.PROGRAMS.end()
        database.close()
    row = f"{count} papers queued: one opens after, 95th percentile"
    yield results.told(
        f"{count} papers queued: from the decision to the file, CPU", ground.kind, cpu / count * 1000, "ms"
    )
    yield results.at_most(row, ground.kind, opened[count * 95 // 100], "s", _MOST_SECONDS * count / _QUEUED)


def _draw(_: int) -> None:
    """Let one more program start and have its fonts at hand, as on any day but for the first paper."""
    composed = papers.compose(samples.texts(), samples.clear_report())
    papers.draw_paper(composed, samples.ISSUED_AT, samples.ASSETS)


def _cpu() -> float:
    """Seconds of the processor of this process, and of those that draw for it."""
    seconds = time.process_time()
    for pid in papers.PROGRAMS.pids:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        seconds += sum(map(int, told[11:13])) / os.sysconf("SC_CLK_TCK")
    return seconds


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
    journey.go_on(journey.new_case())  # a worker that has issued before: texts are at hand
    letter = journey.register(candidate_count=count)
    thanas = list(journey.staff.offices("sho"))
    tasks = []
    for number in range(count):
        case = journey.add(letter, [thanas[number % len(thanas)]])
        journey.go_on(case, until=_STEP)
        tasks.extend(journey.waiting(case))
    for task in tasks:
        journey.finish(task, journey.form_of(task))


def _openings(database: Database, count: int) -> list[float]:
    """Seconds from the start of the worker to each paper's file, by as many hands as a worker has."""
    before, due = _papers(database), _due()
    opened: list[float] = []
    begin = time.perf_counter()

    def work(_: int) -> None:
        while jobs.run_one(database, due):
            opened.append(time.perf_counter() - begin)

    with ThreadPoolExecutor(_AT_ONCE) as hands:
        list(hands.map(work, range(_AT_ONCE)))
    found = _papers(database) - before
    if not found == count == len(opened):
        raise RuntimeError(f"{count} cases were decided, {found} papers came of it by {len(opened)} jobs")
    return sorted(opened)


def _due() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1)  # noqa: TID251 - jobs are due by the machine's clock


def _papers(database: Database) -> int:
    with database.engine.connect() as connection:
        return connection.execute(
            select(func.count()).where(certificate.c.document_id.is_not(None))
        ).scalar_one()
