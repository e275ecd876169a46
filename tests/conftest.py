"""What every test may ask for, and the loud word when a machine cannot run some of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests import programs

if TYPE_CHECKING:
    from collections.abc import Iterable

pytest_plugins = ("tests.postgres",)

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


def pytest_configure(config: pytest.Config) -> None:  # noqa: ARG001  # pytest passes it by name
    if LACKING and os.environ.get("CI") == "true":
        raise pytest.UsageError(f"CI=true, but this machine lacks {' and '.join(LACKING.values())}")


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    for item in items:
        for marker, program in LACKING.items():
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"{program} not found"))


def pytest_report_header() -> list[str]:
    return NOT_RUN


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in NOT_RUN:
        terminalreporter.write_line(line, red=True, bold=True)
