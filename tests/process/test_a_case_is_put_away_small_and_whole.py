"""The bytes of a case: small, the same size after a hundred returns, whole after every kind of pause."""

from __future__ import annotations

import zlib
from copy import deepcopy
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import engine
from app.engine import definitions
from app.engine.state import LAYOUT
from tests.sketch import both, call, choice, end, flows, letter, process, start, sub, user, when
from tests.walking import (
    FIRST,
    MORNING,
    ROUTED,
    SECOND,
    UNITS,
    Surroundings,
    Walk,
    begin,
    release,
    shipped_release,
)

OPEN_LIMIT, UNIT_LIMIT = 1_500, 1_000


def tasks_kept(state: bytes) -> int:
    """How many tasks lie in the bytes of a case, those of sub-processes included."""

    def count(rows: list[list[Any]]) -> int:
        return len(rows) + sum(count(row[6]) for row in rows if len(row) > 6 and row[6])

    return count(orjson.loads(zlib.decompress(state))[2])


def at_the_stations(count: int = 2) -> Walk:
    walk = begin(shipped_release())
    walk.do("scrutinise", {"action": "forward"})
    walk.do("route", ROUTED, units=many(count))
    return walk


def many(count: int) -> list[dict[str, Any]]:
    return [{**UNITS[0], "id": f"{FIRST[:-2]}{number:02d}"} for number in range(1, count + 1)]


@pytest.mark.parametrize("count", [1, 3, 30])
def test_a_state_takes_at_most_a_kilobyte_and_a_half_and_one_more_for_each_open_unit(count: int) -> None:
    walk = at_the_stations(count)
    for unit in many(count):
        walk.accept(unit["id"])
    for step in (*walk.seen, walk.step):
        open_units = len({task.unit["id"] for task in step.tasks if task.unit})
        assert len(step.state) <= OPEN_LIMIT + UNIT_LIMIT * open_units


def test_a_hundred_returns_leave_no_more_behind_than_one() -> None:
    walk = at_the_stations(1)
    walk.accept()
    kept = []
    for _ in range(100):
        walk.do("visit", {"resident": "house_locked"})
        kept.append((tasks_kept(walk.step.state), len(walk.step.state)))
    assert {tasks for tasks, _ in kept} == {kept[0][0]}
    assert kept[-1][1] <= kept[0][1] * 1.1


def test_returns_to_the_sp_and_reminders_leave_nothing_behind() -> None:
    walk = at_the_stations(0)
    kept = []
    for _ in range(30):
        walk.do("recommend", {"action": "recommend"})
        walk.wait(days=40)
        walk.finish("remind")
        walk.do("decide", {"dm_decision": "re_enquiry"})
        kept.append(tasks_kept(walk.step.state))
    assert set(kept) == {kept[0]}


def test_reports_of_earlier_rounds_do_not_pile_up() -> None:
    walk = at_the_stations(0)
    sizes = []
    for rounds in range(3):
        walk.do("recommend", {"action": "re_enquiry"}, units=UNITS, rounds=min(rounds, 2))
        for unit in (FIRST, SECOND):
            walk.accept(unit)
            walk.do("visit", {"resident": "resident"}, unit)
            walk.do("check_registers", {}, unit)
            walk.do("endorse_enquiry", {"agree": "agree"}, unit)
        sizes.append(tasks_kept(walk.step.state))
    assert set(sizes) == {sizes[0]}


def test_a_loop_deeper_than_the_library_can_count_stays_visible() -> None:
    walk = at_the_stations(1)
    walk.accept()
    for _ in range(600):
        walk.do("visit", {"resident": "house_locked"})
    assert walk.names() == ["check_registers", "visit"]
    assert not walk.step.ended


def test_a_case_goes_on_with_specs_that_were_parsed_anew() -> None:
    walk = at_the_stations()
    for name, answer in (("accept_enquiry", {"accept": "ours"}), ("visit", {"resident": "resident"})):
        for unit in (FIRST, SECOND):
            walk.do(name, answer, unit)
    for name, answer in (("check_registers", {}), ("endorse_enquiry", {"agree": "agree"})):
        for unit in (FIRST, SECOND):
            definitions._ready.clear()
            walk.release = shipped_release()
            walk.do(name, answer, unit)
    assert walk.names() == ["recommend"], "the repeated call is complete, and does not wait for ever"


def test_a_release_is_parsed_once() -> None:
    assert shipped_release() is shipped_release()


def outline(release_: engine.Release) -> dict[str, Any]:
    """Everything of the shared specs that a run could change."""
    return {
        f"{name}/{spec.name}": (
            list(spec._inputs),
            list(spec._outputs),
            spec.completed_event.n_subscribers(),
            deepcopy(spec.data),
        )
        for name, process_ in release_.specs.items()
        for spec in process_.task_specs.values()
    }


def test_a_case_leaves_the_shared_specs_as_it_found_them() -> None:
    shared = shipped_release()
    before = outline(shared)
    walk = at_the_stations()
    walk.wait(days=50)
    walk.send("case_withdrawn")
    other = at_the_stations(1)
    other.accept()
    assert outline(shared) == before
    assert begin(shared).names() == ["scrutinise"]


def test_a_state_holds_no_predictions_and_no_diagram() -> None:
    walk = begin(shipped_release())
    layout, process_id, rows = orjson.loads(zlib.decompress(walk.step.state))
    assert (layout, process_id) == (LAYOUT, "verification")
    names = {row[0] for row in rows}
    assert names <= {"Start", "handle_case", "handle_case.BoundaryEventSplit", "case_withdrawn"}


def test_ids_stay_the_same_from_step_to_step() -> None:
    walk = at_the_stations()
    before = {task.engine_task_id for task in walk.open()}
    due = {timer.engine_task_id for timer in walk.step.timers}
    walk.wait(minutes=1)
    assert {task.engine_task_id for task in walk.open()} == before
    assert {timer.engine_task_id for timer in walk.step.timers} == due


def test_loading_and_saving_changes_nothing() -> None:
    walk = at_the_stations()
    walk.accept(FIRST)
    before = walk.step
    walk.wait(minutes=1)
    assert walk.step.state == before.state
    assert (walk.step.tasks, walk.step.timers, walk.step.moves) == (before.tasks, before.timers, ())


def every_feature() -> engine.Release:
    main = process(
        "verification",
        start(),
        sub(
            "work",
            *(start("begin_work"), user("mark", days="2.5"), call("ask", "enquiry", over="units")),
            *(both("part"), user("left"), user("right"), both("meet"), end("done")),
            flows("begin_work > mark > ask > part > left > meet > done", "part > right > meet"),
        ),
        *(letter("withdrawn", "work", "case_withdrawn"), end("away"), end()),
        flows("begin > work > finish", "withdrawn > away"),
        messages=["case_withdrawn"],
    )
    inner = process(
        "enquiry",
        *(start("b"), choice("enter"), user("look"), choice("gate", "e"), end("e")),
        flows("b > enter > look > gate > e"),
        when("gate > enter", "look.again = true"),
        lane="thana",
    )
    return release(verification=main, enquiry=inner)


# What `engine.start` and two acts left behind when this layout was new; it must stay readable for ever.
GOLDEN = bytes.fromhex(
    "789cc552cb6ac33010fc95b267a948f223898f857e418ec6848d2c37c2ae1464276930fef7ae8c1bdad2434b0b1d8190"
    "c4ee8e66674bc9e06c826dacc6c17a07ac2c613b60188071c9f294095a2368ec0d1423d81a0ad0304d152be1e2437bff"
    "e04faec6707d3c1b376c8f9da54c41896f01c0244bd45c467c2e1e63b06f63c21232c233520e313928e4c4e0e4ecd043"
    "512ed4426e563a41c12581af94527c9d24094f6f101218b4d6c5e8e1800ee9ea1bd267761f2b2081aff6fb3d5f6bad79"
    "7dc35c2144595088897d9f59fd9a59bd67aee86c8e3e2cfa63276e16fc431fa0f37e76069fd0923b0d76bda141981617"
    "ef4a7db05d5d45c3f96ce708adb9ee7cd8d12fcccbece7f84e52c57eace98f3b3c7d3590b34cfabdcc19e8266da44904"
    "4fd586b63ccff85a68e4526da4495526b23c832a224ebb1d0e75c08b8b1d58d3db2b3cfaf6b9"
)


def test_a_state_of_the_first_day_still_loads() -> None:
    shared = every_feature()
    walk = Walk(shared, engine.fire_timers(shared, GOLDEN, Surroundings(MORNING), MORNING))
    assert [(task.element_id, task.iteration, task.unit) for task in walk.open()] == [("look", 2, UNITS[1])]
    walk.do("look", {"again": True})
    walk.do("look", {"again": False})
    walk.do("right", {"said": "no"})
    walk.do("left", {"said": "yes"})
    assert walk.step.end_event == "done"


plain_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20) | st.floats(-1e6, 1e6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text("abc_", min_size=1, max_size=6), plain_values, max_size=5))
def test_every_plain_value_comes_back_as_it_went_in(values: dict[str, Any]) -> None:
    drawn = process(
        "verification",
        *(
            start(),
            user("first"),
            both("part"),
            user("left"),
            user("right"),
            both("meet"),
            user("last"),
            end(),
        ),
        flows("begin > first > part > left > meet > last > finish", "part > right > meet"),
    )
    walk = begin(release(verification=drawn), {})
    walk.do("first", {}, **values)
    walk.do("right", {})
    walk.do("left", {})
    rows = orjson.loads(zlib.decompress(walk.step.state))[2]
    held = next(row[5] for row in rows if row[0] == "last")
    assert {key: held[key] for key in values} == values
