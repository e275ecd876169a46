"""Officers act in any order, clocks run, jobs lag: the case is never lost, never large, and always ends."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import RouteStuck
from tests.walking import NEW_CASE, UNITS, Walk, begin, shipped_release

ANSWERS: dict[str, list[dict[str, Any]]] = {
    "scrutinise": [{"action": "forward"}, {"action": "close"}],
    "accept_enquiry": [{"accept": "ours"}, {"accept": "other_thana"}],
    "visit": [{"resident": "resident"}, {"resident": "house_locked"}, {"resident": "not_resident"}],
    "revisit": [{"resident": "resident"}, {"resident": "house_locked"}],
    "endorse_enquiry": [{"agree": "agree"}, {"agree": "disagree"}, {"agree": "return_to_eo"}],
    "recommend": [{"action": "recommend"}, {"action": "re_enquiry"}, {"action": "return"}],
    "decide": [{"dm_decision": "issue_clear"}, {"dm_decision": "re_enquiry"}],
}
ENDS = {"close_case", "withdraw_case", "finish_dispatch", "finish_dispatch_by_sp"}


def act(walk: Walk, which: int, how: int) -> None:
    """Finish one of the open tasks or jobs, or let the clock run; the first answer of a step leads on."""
    choices = [*walk.step.tasks, *walk.step.jobs]
    if which >= len(choices):
        walk.wait(days=how)
        return
    chosen = choices[which]
    if chosen in walk.step.jobs:
        walk.finish(chosen.kind, {"number": "1"})
        return
    answers = ANSWERS.get(chosen.element_id, [{}])
    answer = answers[how % len(answers)]
    unit = (getattr(chosen, "unit", None) or {}).get("id", "")
    walk.do(chosen.element_id, answer, unit, **system_values(walk, chosen.element_id, answer))


def system_values(walk: Walk, element_id: str, answer: dict[str, Any]) -> dict[str, Any]:
    if element_id == "route":
        return {"units": UNITS}
    if answer.get("action") == "re_enquiry":
        rounds = 1 + sum(
            move.routing.get("recommend", {}).get("action") == "re_enquiry"
            for step in walk.seen
            for move in step.moves
        )
        return {"units": UNITS[:1], "rounds": rounds}
    return {}


def check(walk: Walk) -> None:
    step = walk.step
    ids = [one.engine_task_id for one in (*step.tasks, *step.jobs, *step.timers)]
    assert len(ids) == len(set(ids))
    assert step.ended or step.tasks or step.jobs, "somebody must be able to act"
    assert not step.ended or (step.end_event in ENDS and ids == [])
    units = {task.unit["id"] for task in step.tasks if task.unit}
    assert len(step.state) <= 1_500 + 1_000 * len(units)
    assert all(task.unit for task in step.tasks if task.lane == "thana")


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    purpose=st.sampled_from(["govt_service", "bihar_police"]),
    acts=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 5)), max_size=40),
)
def test_whatever_is_done_the_case_goes_on_and_can_be_brought_to_its_end(
    purpose: str, acts: list[tuple[int, int]]
) -> None:
    walk = begin(shipped_release(), {**NEW_CASE, "case": {**NEW_CASE["case"], "purpose": purpose}})
    for which, how in acts:
        if walk.step.ended:
            break
        act(walk, which, how)
        check(walk)
    for _ in range(60):
        if walk.step.ended:
            break
        act(walk, 0, 0)
        check(walk)
    assert walk.step.ended


def test_many_cases_walk_at_once_on_the_same_specs() -> None:
    def one_case(number: int) -> str | None:
        walk = begin(shipped_release())
        for turn in range(60):
            if walk.step.ended:
                break
            act(walk, 0, 2 if turn == number else 0)
        return walk.step.end_event

    with ThreadPoolExecutor(8) as threads:
        ends = list(threads.map(one_case, range(24)))
    assert set(ends) <= ENDS


def test_a_stuck_step_leaves_nothing_behind_in_the_shared_specs() -> None:
    walk = begin(shipped_release())
    for _ in range(3):
        with pytest.raises(RouteStuck):
            walk.do("scrutinise", {})
    walk.do("scrutinise", {"action": "forward"})
    assert walk.names() == ["route"]
