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

from bench import inbox, papers, results, world
from tests import postgres, programs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RESULTS = Path(__file__).resolve().parent / "results.json"
#: What is measured once, without a database.
ALONE: dict[str, Callable[..., Iterator[results.Row]]] = {"papers": papers.rows}
#: What is measured on each database.
ON_EACH: dict[str, Callable[..., Iterator[results.Row]]] = {"inbox": inbox.rows}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the same rows, smaller, in under a minute")
    parser.add_argument("parts", nargs="*", choices=[[], *ALONE, *ON_EACH], help="only these parts")
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    begin = time.monotonic()
    found: list[results.Row] = []
    print(results.heading())
    with ExitStack() as stack:
        for row in _rows(stack, set(chosen.parts) or {*ALONE, *ON_EACH}, quick=chosen.quick):
            print(results.line(row), flush=True)
            found.append(row)
    results.write(found, RESULTS)
    missed = sum(row.holds is False for row in found)
    print(
        f"{len(found)} rows in {time.monotonic() - begin:.0f} s, {missed} missed; written to {RESULTS.name}"
    )
    return 0


def _rows(stack: ExitStack, parts: set[str], *, quick: bool) -> Iterator[results.Row]:
    for name, measured in ALONE.items():
        if name in parts:
            yield from measured(quick=quick)
    if not parts & ON_EACH.keys():
        return
    for ground in _grounds(stack):
        for name, measured in ON_EACH.items():
            if name in parts:
                yield from measured(ground, quick=quick)


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
