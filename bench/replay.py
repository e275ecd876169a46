"""The replay: past cases led through the release in force, from the database to the report; per case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import engine
from app.config import ROOT
from app.models.deployment import replays as table
from app.services.deployment import replays
from app.services.installation.setup import DEMO_DISTRICT
from app.services.procedure import releases
from bench import measure, results
from bench.world import NOW
from tests.journey import Journey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.services.deployment.replays import Report
    from bench.world import World

_CASES = 10  # of two thanas each, led to their paper
_BUDGET = (
    30  # ms of CPU a case: 10,000 in five minutes by one process, on one of the two cores that they may have
)


def rows(ground: World, *, quick: bool) -> Iterator[results.Row]:
    """Measure a slice of finished cases, again and again; its report must say that nothing changes."""
    database = ground.open(ground.copy("ground"))
    journey = Journey(database, NOW)
    for _ in range(_CASES):
        journey.go_on(journey.new_case(["th_dighwara", "th_derni"]))
    files = releases.read_folder(ROOT)
    release = engine.load_release(releases.fingerprint(files), files)
    since, scope = replays.first_day(0, NOW), replays.past_of(DEMO_DISTRICT)
    found = database.read(lambda session: table.some_cases(session, since, None, _CASES), scope)

    def once() -> Report:
        report = replays.Report()
        replays.lead(database, DEMO_DISTRICT, found, release, report)
        return report

    if once().same_path != _CASES:
        raise RuntimeError("a case does not take the path that it took: what is measured is no replay")
    sample = measure.interleaved({"replay": once}, rounds=5 if quick else 8, batch=1)["replay"]
    yield results.at_most(
        "replay of a case of two thanas, CPU", ground.kind, sample.cpu / _CASES, "ms", _BUDGET
    )
    database.close()
