"""What a page costs: the inbox beside an empty page, the first visit's bytes, and an idle worker's silence."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from gzip import decompress
from typing import TYPE_CHECKING, Any

from flask import Flask
from sqlalchemy import event

from app import create_app
from app.domain.roles import Role
from app.web.frame.remembered import Memory
from app.worker import Worker
from bench import acts, crowd, measure, results
from bench.world import NOW
from tests.staff import Staff

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from flask.testing import FlaskClient
    from sqlalchemy import Engine

    from bench.world import World

_TASKS = 1_000
_OF_THE_WORKER = "worker"
#: Times an empty page: the first estimate, 6, put right after the profile of decision 17, which says where they go.
_INBOX: dict[str, float] = {"sqlite": 16, "postgresql": 20}


def rows(ground: World, *, quick: bool) -> Iterator[results.Row]:
    database = ground.open(ground.copy("ground"))
    crowd.fill(database, _TASKS, NOW)
    app = create_app(ground.settings("ground"), database, clock=lambda: NOW)
    officer_id = Staff(database, NOW).holder(Role.SHO).officer_id
    client, _ = acts.sign_in(app.test_client(), officer_id)
    empty = _empty_app().test_client()
    found = measure.interleaved(
        {
            "inbox": lambda: _get(client, "/inbox"),
            "anew": lambda: _forgotten(app) or _get(client, "/inbox"),
            "empty": lambda: _get(empty, "/"),
        },
        rounds=20 if quick else 40,  # a few ms each: with five, one neighbour decides the median
        batch=5,
    )
    ratio = found["inbox"].cpu / found["empty"].cpu
    yield results.told("inbox page of 25, CPU", ground.kind, found["inbox"].cpu, "ms")
    yield results.at_most("inbox page, CPU", ground.kind, ratio, "x empty", _INBOX[ground.kind])
    anew = found["anew"].cpu / found["empty"].cpu
    yield results.told("inbox page whose rows nobody asked for lately, CPU", ground.kind, anew, "x empty")
    if ground.kind == "sqlite":
        yield from _bytes(app, officer_id)
    yield from _idle(ground, minutes=1 if quick else 5)
    database.close()


def _empty_app() -> Flask:
    """A page of bare Flask, the least that any page costs."""
    app = Flask("empty")
    app.add_url_rule("/", view_func=lambda: "<!doctype html><title>empty</title>")
    return app


def _forgotten(app: Flask) -> None:
    """Let the pages forget what they were made of, as after a night."""
    for environment in app.extensions["templates"].values():
        environment.memory = Memory()


def _get(client: FlaskClient, path: str) -> bytes:
    answer = client.get(path, headers={"Accept-Encoding": "gzip"})
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return answer.data


def _bytes(app: Flask, officer_id: UUID) -> Iterator[results.Row]:
    """Weigh the first page with all that it pulls in, and the next page, as they go over the wire."""
    client, _ = acts.sign_in(app.test_client(), officer_id)
    page = _get(client, "/inbox")
    pulled = _pulled_in(client, page, set(app.extensions["assets"]))
    assets = sum(len(_get(client, f"/assets/{name}")) for name in pulled)
    yield results.at_most("first page, over the wire", "none", (len(page) + assets) / 1000, "kB", 170)
    yield results.at_most("a later page, over the wire", "none", len(page) / 1000, "kB", 10)


def _pulled_in(client: FlaskClient, page: bytes, known: set[str]) -> set[str]:
    """The assets that a page names, and those that these name: a style its fonts."""
    found: set[str] = set()
    texts = [decompress(page)]
    while texts:
        text = texts.pop()
        new = {name for name in known - found if name.encode() in text}
        found |= new
        texts += [client.get(f"/assets/{name}").data for name in new if name.endswith((".css", ".js"))]
    return found


def _idle(ground: World, minutes: int) -> Iterator[results.Row]:
    """Let a worker tick with nothing due: it may write its heartbeat once a minute and nothing else."""
    name = ground.copy("ground")
    database = ground.open(name)
    worker = Worker(database, ground.settings(name).checkpoints, "bench")
    worker.tick(NOW - timedelta(minutes=1))  # the upkeep of the day
    with _written(database.engine) as tables:
        for second in range(0, minutes * 60, 2):
            worker.tick(NOW + timedelta(seconds=second))
    database.close()
    beats = sum(table == _OF_THE_WORKER for table in tables)
    yield results.at_most("idle worker, rows of cases written", ground.kind, len(tables) - beats, "rows", 0)
    yield results.at_most("idle worker, heartbeats a minute", ground.kind, beats / minutes, "rows", 1)


@contextmanager
def _written(engine: Engine) -> Iterator[list[str]]:
    """Collect the table of each row that is changed through this engine."""
    tables: list[str] = []

    def note(*seen: Any) -> None:
        _connection, cursor, _statement, _parameters, context, _many = seen
        if (context.isinsert or context.isupdate or context.isdelete) and cursor.rowcount > 0:
            table = context.compiled.compile_state.dml_table.name
            tables.extend([table] * cursor.rowcount)

    event.listen(engine, "after_cursor_execute", note)
    try:
        yield tables
    finally:
        event.remove(engine, "after_cursor_execute", note)
