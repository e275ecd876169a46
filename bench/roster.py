"""A list of candidates from Excel: from the file to open cases, by the worker; told for ten thousand rows."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app import spreadsheets
from app.domain.roles import Role
from app.services.intake import rosters, rosterwork
from bench import results
from bench.world import NOW
from tests.journey import Journey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.services.store.database import Database
    from bench.world import World

_WHOLE = 10_000  # rows that the budget speaks of
_WARM = 40  # rows of the list before it
_BUDGET = 60  # seconds of CPU: the worker does nothing else meanwhile, and one core is its own
_HEADS = (
    *("नाम (हिन्दी)", "नाम (अंग्रेजी, प्रमाण पत्र के अनुसार)", "लिंग", "जन्म तिथि", "पिता/पति का नाम (हिन्दी)"),
    *("पिता/पति का नाम (अंग्रेजी)", "स्थायी पता: ग्राम/मुहल्ला", "स्थायी पता: पिन कोड", "स्थायी पता: थाना"),
)
_PERSON = ("राहुल कुमार", "Rahul Kumar", "पुरुष")
_REST = ("विनय शर्मा", "Vinay Sharma", "रामपुर", "841301", "मांझी")


def rows(ground: World, *, quick: bool) -> Iterator[results.Row]:
    """Measure a shorter list and tell it for the whole: each slice costs the same.

    A small list goes before it: what only the first list of a process pays for is paid once in 10,000 rows, and would
    be told fifty times over by a list of 200.
    """
    database = ground.open(ground.copy("ground"))
    journey = Journey(database, NOW)
    count = 200 if quick else 1_000
    _taken(journey, _WARM, date(1950, 1, 1))
    judged, whole = _taken(journey, count, date(1960, 1, 1))
    scale = _WHOLE / count
    told = f"a list of {_WHOLE:,} rows"
    yield results.at_most(f"{told} read and judged, CPU", ground.kind, judged * scale, "s", _BUDGET / 3)
    yield results.at_most(f"{told} judged and made into cases, CPU", ground.kind, whole * scale, "s", _BUDGET)
    database.close()


def _taken(journey: Journey, count: int, first_born: date) -> tuple[float, float]:
    """Take a list of so many persons; -> seconds of CPU until it was judged, and until all were cases."""
    database, actor = journey.database, journey.staff.holder(Role.DM_ASSISTANT)
    born = (first_born + timedelta(days=number) for number in range(count))
    people = [(*_PERSON, day.strftime("%d-%m-%Y"), *_REST) for day in born]
    data = spreadsheets.marked("सूची", _HEADS, [(row, {}, ()) for row in people], ())
    letter = journey.register(candidate_count=999)
    begin = time.process_time()
    roster_id = rosters.CANDIDATES.upload(database, actor, data, NOW, letter)
    chosen = rosters.CANDIDATES.view(database, actor, roster_id, NOW).chosen
    rosters.CANDIDATES.explain(database, actor, roster_id, chosen, NOW)
    _work(database)
    judged = time.process_time()
    rosters.take(database, actor, roster_id, (), NOW)
    _work(database)
    end = time.process_time()
    if rosters.CANDIDATES.view(database, actor, roster_id, NOW).count("taken") != count:
        raise RuntimeError("not every row became a case: what is measured is no intake")
    return judged - begin, end - begin


def _work(database: Database) -> None:
    while rosterwork.go_on(database, NOW):
        pass
