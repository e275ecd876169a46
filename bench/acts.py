"""One act of an officer: the endorsement of a one-thana case, from its bare rows up to the browser's request."""

from __future__ import annotations

import multiprocessing
import re
import statistics
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from app import create_app
from app.services.desk import tasks
from bench import floor, measure, results
from bench.wire import TappedDatabase, WireTap
from bench.world import NOW
from tests.journey import Journey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from flask.testing import FlaskClient
    from sqlalchemy import Row

    from app.domain.roles import Actor
    from app.formjs import Posted
    from app.services.store.database import Database
    from bench.world import World

STEP = "endorse_enquiry"
FLOOR = "floor F, one durable commit, CPU"
_OFFICERS = 16
_LEAST_ACTS = 4 * _OFFICERS  # with fewer, most of a crowd would stand idle while the last of it are measured
_PATIENCE = 300.0  # seconds
_BATCH, _WARM = 5, 3


@dataclass(frozen=True)
class _Waiting:
    """One task that waits, the officer who will do it, and the form as he will post it."""

    task: Row[Any]
    actor: Actor
    posted: Posted


def rows(ground: World, *, quick: bool) -> Iterator[results.Row]:
    """Capture the floor from real acts, then measure service, request and sixteen officers against it."""
    rounds = 2 if quick else 24
    prepared = _prepare(ground, max(measure.needed(rounds, _BATCH, _WARM), _LEAST_ACTS))
    acts = _capture(ground, prepared)
    found = _interleaved(ground, prepared, acts, rounds)
    yield from _against_the_floor(ground, found, acts)
    yield from _many_officers(ground, prepared, quick=quick)
    yield from _network_waits(ground, prepared)


def _prepare(ground: World, cases: int) -> list[_Waiting]:
    """Make the database `endorse`: so many cases that wait for their endorsement, spread over the thanas."""
    name = ground.copy("ground", "endorse")
    database = ground.open(name)
    journey = Journey(database, NOW)
    letter = journey.register(candidate_count=min(cases, 1000))
    thanas = list(journey.staff.offices("sho"))
    found = []
    for number in range(cases):
        case = journey.add(letter, [thanas[number % len(thanas)]])
        journey.go_on(case, until=STEP)
        task = journey.waiting(case)[0]
        found.append(_Waiting(task, journey.actor_of(task), journey.form_of(task)))
    database.close()
    return found


def _capture(ground: World, prepared: list[_Waiting]) -> list[floor.Act]:
    database = ground.open(ground.copy("endorse"))
    acts = []
    for waiting in prepared:
        with floor.captured(database.engine) as act:
            _complete(database, waiting)
        acts.append(act)
    database.close()
    return acts


def _complete(database: Database, waiting: _Waiting) -> object:
    return tasks.complete(database, waiting.actor, waiting.task.id, waiting.posted, [], NOW)


def _interleaved(
    ground: World, prepared: list[_Waiting], acts: list[floor.Act], rounds: int
) -> dict[str, measure.Sample]:
    """Replay, call and post the same acts, each kind on a copy of its own."""
    name = ground.copy("endorse")
    replay = floor.replay(ground.url(name))
    served, asked = ground.open(ground.copy("endorse")), ground.open(ground.copy("endorse"))
    post = _browser(ground, asked, prepared)
    for_replay, for_service, for_post = iter(acts), iter(prepared), iter(prepared)
    found = measure.interleaved(
        {
            "floor": lambda: replay(next(for_replay)),
            "service": lambda: _complete(served, next(for_service)),
            "request": lambda: post(next(for_post)),
        },
        rounds,
        _BATCH,
        _WARM,
    )
    served.close()
    asked.close()
    return found


def _browser(ground: World, database: Database, prepared: list[_Waiting]) -> Callable[[_Waiting], None]:
    """Give a function that posts a form as a signed-in officer's browser does: cookie, token, form, redirect."""
    app = create_app(ground.settings("endorse"), database, clock=lambda: NOW)
    officers = {waiting.actor.officer_id for waiting in prepared}
    desks = {officer_id: sign_in(app.test_client(), officer_id) for officer_id in officers}

    def post(waiting: _Waiting) -> None:
        client, token = desks[waiting.actor.officer_id]
        form = {**waiting.posted.values, "_op": "submit", "csrf_token": token}
        answer = client.post(f"/tasks/{waiting.task.id}", data=form)
        if answer.status_code != HTTPStatus.SEE_OTHER:
            raise RuntimeError(f"{answer.status}: {answer.get_data(as_text=True)[:2000]}")

    return post


def sign_in(client: FlaskClient, officer_id: UUID) -> tuple[FlaskClient, str]:
    """Enter as this officer; -> his browser, and the token that his forms carry."""
    door = client.get("/sign-in").get_data(as_text=True)
    client.post("/demo/enter", data={"officer": str(officer_id), "csrf_token": _token(door)})
    return client, _token(client.get("/account").get_data(as_text=True))


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    if found is None:
        raise LookupError("a page without a form token")
    return found[1]


def _against_the_floor(
    ground: World, found: dict[str, measure.Sample], acts: list[floor.Act]
) -> Iterator[results.Row]:
    """Print F first, since every ratio of the run hangs on it."""
    bare, kind = found["floor"], ground.kind
    yield results.told(FLOOR, kind, bare.cpu, "ms")
    yield results.told("floor F, one durable commit, wall", kind, bare.median, "ms")
    yield results.told("floor F, rows written", kind, statistics.median(act.rows for act in acts), "rows")
    for name, label, budget in (
        ("service", "tasks.complete, all protections on", 25),
        ("request", "the same through HTTP", 40),
    ):
        yield results.told(f"{label}, CPU", kind, found[name].cpu, "ms")
        if kind == "sqlite":
            yield results.at_most(f"{label}, CPU / F", kind, found[name].cpu / bare.cpu, "F", budget)
        yield results.told(f"{label}, wall / F", kind, found[name].median / bare.median, "F")
    tail = found["request"].p95 / found["request"].median
    yield results.at_most("the same through HTTP, p95 of wall", kind, tail, "x median", 2.5)


def _many_officers(ground: World, prepared: list[_Waiting], *, quick: bool) -> Iterator[results.Row]:
    """Let one officer do all acts, then sixteen at once; both on fresh copies, the better of each."""
    processes = 1 if ground.server is None else ground.settings("endorse").web_processes
    alone, together = [], []
    for _ in range(2 if quick else 3):
        alone.append(_at_once(ground, prepared, 1, 1))
        together.append(_at_once(ground, prepared, _OFFICERS, processes))
    gain = max(len(one.wall) / one.seconds for one in together) / max(
        len(one.wall) / one.seconds for one in alone
    )
    yield results.at_least(f"{_OFFICERS} officers at once, throughput", ground.kind, gain, "x one", 1)
    tail = min(one.p99 / one.median for one in together)
    yield results.at_most(f"{_OFFICERS} officers at once, p99", ground.kind, tail, "x median", 20)


def _at_once(ground: World, prepared: list[_Waiting], officers: int, processes: int) -> measure.Sample:
    """All acts by so many officers, shared by as many processes as answer pages: one on SQLite."""
    name = ground.copy("endorse")
    shares = [prepared[place::processes] for place in range(processes)]
    if processes == 1:
        return _share(ground, name, shares[0], officers, lambda: None)[0]
    forked = multiprocessing.get_context("fork")  # as the server's own processes come into being
    gate, results_of = forked.Barrier(processes), forked.Queue()

    def work(share: list[_Waiting]) -> None:
        results_of.put(_share(ground, name, share, officers // processes, gate.wait))

    children = [forked.Process(target=work, args=(share,)) for share in shares]
    for child in children:
        child.start()
    found = [results_of.get(timeout=_PATIENCE) for _ in children]
    for child in children:
        child.join()
    begun, ended = min(begin for _, begin, _ in found), max(end for _, _, end in found)
    return measure.Sample(
        wall=[each for sample, _, _ in found for each in sample.wall], seconds=ended - begun
    )


def _share(
    ground: World, name: str, share: list[_Waiting], officers: int, together: Callable[[], object]
) -> tuple[measure.Sample, float, float]:
    """What one process does, once all of them are warm; -> its sample, and when it began and ended, in seconds."""
    database = ground.open(name)
    for waiting in share[:_WARM]:
        _complete(database, waiting)
    together()
    begin = time.perf_counter()
    sample = measure.crowd(lambda waiting: _complete(database, waiting), share[_WARM:], officers)
    end = time.perf_counter()
    database.close()
    return sample, begin, end


def _network_waits(ground: World, prepared: list[_Waiting]) -> Iterator[results.Row]:
    """Count how often one act waits for PostgreSQL's answer, by a wire tap between the two."""
    if ground.server is None:
        return
    name = ground.copy("endorse")
    with WireTap(ground.server.folder) as tap:
        database = TappedDatabase(tap, name, ground.folder)
        whole = []
        for waiting in prepared[: 2 * _WARM]:
            before = tap.waits
            _complete(database, waiting)
            whole.append(tap.waits - before)
        database.close()
    waits = statistics.median(database.waits[_WARM:])
    yield results.at_most("network waits of a step (its transaction)", ground.kind, waits, "waits", 6)
    waits = statistics.median(whole[_WARM:])
    yield results.told("network waits of the whole service call", ground.kind, waits, "waits")
