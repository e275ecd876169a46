"""What every test may ask for, and the loud word when a machine cannot run some of them."""

from __future__ import annotations

import gc
import os
import shutil
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests import programs, room, routes

if TYPE_CHECKING:
    from collections.abc import Iterable

pytest_plugins = ("tests.postgres", "tests.districts")

# A busy machine is no fault of the program: what takes how long is the benchmark's to say, not a test's.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

#: Marker -> (what it needs, whether this machine has it).
NEEDS = {
    "browser": ("Chromium", programs.chromium() is not None),
    "pdfsig": ("pdfsig (poppler-utils)", programs.pdfsig() is not None),
    "postgres": ("PostgreSQL's programs", programs.postgres() is not None),
}
LACKING = {marker: program for marker, (program, found) in NEEDS.items() if not found}
NOT_RUN: list[str] = [
    f"NOT RUN: tests marked '{marker}', because {program} was not found on this machine"
    for marker, program in LACKING.items()
]


def pytest_configure(config: pytest.Config) -> None:
    _keep_in_memory(config)
    routes.compile_once()
    if LACKING and os.environ.get("CI") == "true":
        raise pytest.UsageError(f"CI=true, but this machine lacks {' and '.join(LACKING.values())}")


def _keep_in_memory(config: pytest.Config) -> None:
    """Let the tests' own folders lie in memory; whoever leads the runners says so for all, and clears up."""
    folder = room.in_memory()
    if folder is None or hasattr(config, "workerinput") or config.option.basetemp is not None:
        return
    own = Path(mkdtemp(prefix="esp-test-", dir=folder))
    config.option.basetemp = own / "run"
    config.add_cleanup(lambda: shutil.rmtree(own, ignore_errors=True))


def pytest_collection(session: pytest.Session) -> None:
    """Of several runners of the whole suite, each begins to import its tests elsewhere.

    On a fresh checkout asserts are rewritten and all is compiled: so each runner does its part, and reads from the
    disk what the others did.
    """
    runner = getattr(session.config, "workerinput", None)
    if runner is None or session.config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    paths = sorted(Path(__file__).parent.glob("*/test_*.py"))
    own = len(paths) * int(runner["workerid"].removeprefix("gw")) // int(runner["workercount"])
    for path in paths[own:] + paths[:own]:
        with suppress(Exception):  # collecting it says what is wrong with it
            import_module(f"tests.{path.parent.name}.{path.stem}")


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    for item in items:
        for marker, program in LACKING.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"{program} not found"))


def pytest_collection_finish() -> None:
    """Modules and tests stay to the end: the collector of garbage need not look through them all the while."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure() -> None:
    """What is left at the end is garbage, or stays: pytest would look through all of it five times."""
    gc.collect()
    gc.freeze()


def pytest_report_header() -> list[str]:
    return NOT_RUN


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in NOT_RUN:
        terminalreporter.write_line(line, red=True, bold=True)
