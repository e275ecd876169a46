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
    "scrutinise": [{"action": "forward"}, {"action": "return"}, {"action": "close"}],
    "answer_defects": [{"answer_kind": "corrected"}, {"answer_kind": "withdraw"}],
    "route": [{"need_sdpo": False}, {"need_sdpo": True}],
    "accept_enquiry": [{"accept": "ours"}, {"accept": "other_thana"}, {"accept": "ours", "above": True}],
    "visit": [{"resident": "resident"}, {"resident": "house_locked"}, {"resident": "not_resident"}],
    "revisit": [{"resident": "resident"}, {"resident": "house_locked"}],
    "endorse_enquiry": [{"agree": "agree"}, {"agree": "disagree"}, {"agree": "return_to_eo"}],
    "endorse_above": [{"agree": "agree"}, {"agree": "return_to_eo"}],
    "search_records": [{"action": "report"}, {"action": "return"}],
    "write_special_report": [{"action": "report"}, {"action": "return"}],
    "review_findings": [{"sdpo_view": "agree"}, {"sdpo_view": "re_enquiry"}, {"sdpo_view": "differ"}],
    "recommend": [
        {"action": "recommend", "sp_decision": "issue_clear"},
        {"action": "re_enquiry"},
        {"action": "recommend", "sp_decision": "hear_applicant"},
        {"action": "return"},
    ],
    "hold_hearing": [{"hearing_state": "held"}, {"hearing_state": "adjourned"}],
    "hold_hearing_by_sp": [{"hearing_state": "absent"}, {"hearing_state": "adjourned"}],
    "decide": [
        {"dm_decision": "issue_clear"},
        {"dm_decision": "re_enquiry"},
        {"dm_decision": "hear_applicant"},
        {"dm_decision": "refuse"},
    ],
}
ENDS = {"close_case", "take_back", "withdraw_case", "finish_dispatch", "finish_dispatch_by_sp"}
KINDS = ("thana", "thana", "dcrb", "special_branch", "other_district")
ALL_UNITS = [
    {**UNITS[0], "id": f"0197c3a0-1111-7222-8333-44444444441{number}", "kind": kind}
    for number, kind in enumerate(KINDS)
]


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
    unit = getattr(chosen, "unit", None) or {}
    walk.do(chosen.element_id, answer, unit.get("id", ""), **system_values(walk, chosen, answer, unit))


def system_values(walk: Walk, chosen: Any, answer: dict[str, Any], unit: dict[str, Any]) -> dict[str, Any]:
    """What the host adds to an answer: the units, the rounds, who endorses, which round was reviewed."""
    element_id = chosen.element_id
    if element_id == "route":
        return {"units": ALL_UNITS}
    if element_id == "accept_enquiry" and answer["accept"] == "ours":
        return {"unit": {**unit, "endorses": "above" if answer.get("above") else "sho"}}
    rounds = sum("rounds" in move.routing for step in (*walk.seen, walk.step) for move in step.moves)
    if "re_enquiry" in (answer.get("action"), answer.get("sdpo_view")):
        return {"units": ALL_UNITS[:1], "rounds": rounds + 1, "reviewed": rounds}
    return {"reviewed": rounds} if element_id == "review_findings" else {}


def check(walk: Walk) -> None:
    step = walk.step
    ids = [one.engine_task_id for one in (*step.tasks, *step.jobs, *step.timers)]
    assert len(ids) == len(set(ids))
    assert step.ended or step.tasks or step.jobs, "somebody must be able to act"
    assert not step.ended or (step.end_event in ENDS and ids == [])
    units = {task.unit["id"] for task in step.tasks if task.unit}
    assert len(step.state) <= 1_500 + 1_000 * len(units)
    assert all(task.unit for task in step.tasks if task.lane in ("thana", "dcrb", "special_branch"))


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
