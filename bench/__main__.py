"""`python -m bench [--quick] [part ...]`: measure, print the table, write bench/results.json."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from app.serve import keep_what_is_loaded
from bench import (
    acts,
    crimes,
    engine,
    inbox,
    live,
    names,
    pages,
    papers,
    queued,
    replay,
    results,
    roster,
    statement,
    tracking,
    world,
)
from tests import postgres, programs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RESULTS = Path(__file__).resolve().parent / "results.json"
#: What is measured on each database, and what needs none.
ON_EACH: dict[str, Callable[..., Iterator[results.Row]]] = {
    "acts": acts.rows,
    "inbox": inbox.rows,
    "pages": pages.rows,
    "tracking": tracking.rows,
    "replay": replay.rows,
    "statement": statement.rows,
    "roster": roster.rows,
    "crimes": crimes.rows,
    "queued": queued.rows,
}
#: What is measured once; the engine beside it, against the floor of SQLite.
ONCE: dict[str, Callable[..., Iterator[results.Row]]] = {
    "papers": papers.rows,
    "live": live.rows,
    "names": names.rows,
}
PARTS = [*ON_EACH, "engine", *ONCE]


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the same rows, smaller, in under a minute")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"only these: {', '.join(PARTS)}")
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    keep_what_is_loaded()  # as the server does before its first page
    begin = time.monotonic()
    found: list[results.Row] = []
    print(results.heading())
    with ExitStack() as stack:
        for row in _rows(stack, set(chosen.parts) or set(PARTS), quick=chosen.quick):
            print(results.line(row), flush=True)
            found.append(row)
    results.write(found, RESULTS)
    missed = sum(row.holds is False for row in found)
    print(
        f"{len(found)} rows in {time.monotonic() - begin:.0f} s, {missed} missed; written to {RESULTS.name}"
    )
    return 0


def _rows(stack: ExitStack, parts: set[str], *, quick: bool) -> Iterator[results.Row]:
    floor: float | None = None
    for ground in _grounds(stack) if parts & ON_EACH.keys() else ():
        for name, measured in ON_EACH.items():
            for row in measured(ground, quick=quick) if name in parts else ():
                if row.row == acts.FLOOR and row.database == "sqlite":
                    floor = row.value
                yield row
    if "engine" in parts:
        yield from engine.rows(floor, quick=quick)
    for name, measured in ONCE.items():
        if name in parts:
            yield from measured(quick=quick)


def _grounds(stack: ExitStack) -> Iterator[world.World]:
    """SQLite always, PostgreSQL where its programs are; both durable."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="esp-bench-")))
    (folder / "sqlite").mkdir()
    yield world.make(folder / "sqlite")
    binaries = programs.postgres()
    if binaries is None:
        print("NOT MEASURED on PostgreSQL: its programs were not found on this machine")
        return
    (folder / "postgresql").mkdir()
    yield world.make(folder / "postgresql", stack.enter_context(postgres.running(binaries)))


if __name__ == "__main__":
    sys.exit(main())
