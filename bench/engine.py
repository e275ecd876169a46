"""The engine alone: one step from bytes to bytes, the size of what it keeps, and whether history weighs on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import engine
from bench import measure, results
from tests import walking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.walking import Walk

_ONE, _THREE = 1, 3
_RETURNS = 100


def rows(floor: float | None, *, quick: bool) -> Iterator[results.Row]:
    """Measure steps; `floor` is F in ms of CPU, by which the budgets are set."""
    release = walking.shipped_release()
    walks = {units: _to_the_endorsement(release, units) for units in (_ONE, _THREE)}
    young, old = _returned(release, 1), _returned(release, _RETURNS)
    found = measure.interleaved(
        {
            "1 unit": _endorse(walks[_ONE]),
            "3 units": _endorse(walks[_THREE]),
            "after 1 return": _recommend(young),
            f"after {_RETURNS} returns": _recommend(old),
        },
        rounds=6 if quick else 60,
        batch=5,
    )
    for name, budget in (("1 unit", 14), ("3 units", 20)):
        cpu = found[name].cpu
        yield results.told(f"engine step, {name}, CPU", "none", cpu, "ms")
        if floor is not None:
            yield results.at_most(f"engine step, {name}, CPU / F", "none", cpu / floor, "F", budget)
    growth = found[f"after {_RETURNS} returns"].cpu / found["after 1 return"].cpu
    yield results.at_most(f"engine step after {_RETURNS} returns / after 1", "none", growth, "x", 1.5)
    for units, walk in walks.items():
        largest = max(len(step.state) for step in [*walk.seen, walk.step])
        yield results.at_most(
            f"engine state, largest with {units} unit(s) open", "none", largest / 1000, "kB", 1.5 + units
        )
    yield results.at_most(
        f"engine state after {_RETURNS} returns", "none", len(old.step.state) / 1000, "kB", 1.5
    )


def _units(count: int) -> list[dict[str, object]]:
    first = walking.UNITS[0]
    return [{**first, "id": f"{first['id'][:-1]}{number}"} for number in range(1, count + 1)]


def _to_the_endorsement(release: engine.Release, count: int) -> Walk:
    """A case whose every unit waits for its endorsement."""
    walk = walking.begin(release)
    walk.do("scrutinise", {"action": "forward"})
    units = _units(count)
    walk.do("route", walking.ROUTED, units=units)
    for unit in units:
        name = str(unit["id"])
        walk.accept(name)
        walk.do("visit", {"resident": "resident"}, name)
        walk.do("check_registers", {}, name)
    return walk


def _returned(release: engine.Release, times: int) -> Walk:
    """A case that the signatory returned to the SP so many times."""
    walk = _to_the_endorsement(release, 1)
    walk.do("endorse_enquiry", {"agree": "agree"}, str(_units(1)[0]["id"]))
    for _ in range(times):
        walk.do("recommend", {"action": "recommend"})
        walk.do("decide", {"dm_decision": "re_enquiry"})
    return walk


def _endorse(walk: Walk) -> Callable[[], object]:
    """Endorse the first unit: the same bytes each time, so that every run is the same step."""
    return _step(walk, "endorse_enquiry", {"agree": "agree"})


def _recommend(walk: Walk) -> Callable[[], object]:
    return _step(walk, "recommend", {"action": "recommend"})


def _step(walk: Walk, element_id: str, answer: dict[str, str]) -> Callable[[], object]:
    state, task = walk.step.state, walk.open(element_id)[0].engine_task_id
    routing = {element_id: answer}

    def once() -> object:
        return engine.complete_task(walk.release, state, task, routing, walk.surroundings, walk.now)

    return once
