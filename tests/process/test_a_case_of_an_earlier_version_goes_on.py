"""Cases that an earlier version put away are taken up as they were, and come to their end."""

from __future__ import annotations

import pytest

from app.engine import VERSION
from tests.process import golden
from tests.process.golden import Station, stations
from tests.process.test_no_way_through_the_route_gets_lost import act

each_station = pytest.mark.parametrize(
    "station", stations(), ids=lambda station: f"{station.version}, {station.name}"
)


@each_station
def test_a_case_of_an_earlier_version_is_taken_up_as_it_was(station: Station) -> None:
    assert golden.open_in(station.walk().step) == {
        "tasks": station.tasks,
        "jobs": station.jobs,
        "timers": station.timers,
    }


@each_station
def test_a_case_of_an_earlier_version_comes_to_its_end(station: Station) -> None:
    walk = station.walk()
    for _ in range(60):
        if walk.step.ended:
            break
        act(walk, 0, 0)
    assert walk.step.end_event == "finish_dispatch"


@each_station
def test_a_case_of_an_earlier_version_can_be_withdrawn(station: Station) -> None:
    walk = station.walk()
    walk.send("case_withdrawn")
    assert walk.step.end_event == "withdraw_case"


def test_the_engine_of_this_version_is_one_whose_cases_are_kept() -> None:
    layouts = {(golden.FOLDER / station.version / "engine").read_text().strip() for station in stations()}
    assert VERSION in layouts, "A new layout: write its cases with `python -m tests.process.golden VERSION`"
