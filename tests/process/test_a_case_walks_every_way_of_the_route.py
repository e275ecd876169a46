"""The shipped diagrams, walked by the engine alone, saved and loaded between any two acts."""

from __future__ import annotations

from typing import Any

import pytest

from app import engine
from app.domain.errors import TaskAlreadyDone
from tests.walking import CLEAN, FIRST, NEW_CASE, ROUTED, SECOND, UNITS, Walk, begin, shipped_release

FORWARD = {"action": "forward"}
RECOMMEND = {"action": "recommend"}


@pytest.fixture
def walk() -> Walk:
    return begin(shipped_release())


def to_the_stations(walk: Walk, units: list[dict[str, Any]] | None = None) -> None:
    walk.do("scrutinise", FORWARD)
    walk.do("route", ROUTED, units=UNITS if units is None else units)


def enquire(walk: Walk, unit: str) -> None:
    walk.accept(unit)
    walk.do("visit", {"resident": "resident"}, unit)
    walk.do("check_registers", {}, unit)
    walk.do("endorse_enquiry", {"agree": "agree"}, unit)


def to_the_sp(walk: Walk, units: list[dict[str, Any]] | None = None) -> None:
    units = UNITS if units is None else units
    to_the_stations(walk, units)
    for unit in units:
        enquire(walk, unit["id"])


def test_a_clean_case_of_two_stations_goes_from_scrutiny_to_dispatch(walk: Walk) -> None:
    assert walk.names() == ["scrutinise"]
    walk.do("scrutinise", FORWARD)
    assert walk.names() == ["route"]
    walk.do("route", ROUTED, units=UNITS)
    assert walk.names() == ["accept_enquiry", "accept_enquiry"]
    enquire(walk, SECOND)
    assert walk.names() == ["accept_enquiry"]
    enquire(walk, FIRST)
    assert walk.names() == ["recommend"]
    walk.do("recommend", RECOMMEND)
    assert walk.names() == ["decide"]
    walk.do("decide", {"dm_decision": "issue_clear"})
    assert [job.kind for job in walk.step.jobs] == ["issue_report"]
    walk.finish("issue_report", {"number": "10/2025"})
    assert walk.names() == ["dispatch"]
    walk.do("dispatch", {})
    assert walk.step.ended
    assert walk.step.end_event == "finish_dispatch"


def test_every_task_says_whose_it_is_and_where_it_stands(walk: Walk) -> None:
    to_the_stations(walk)
    walk.accept(SECOND)
    visit = walk.task("visit")
    assert visit.element_path == "handle_case/conduct_enquiries/visit"
    assert visit.iteration == 2
    assert visit.unit == {**UNITS[1], "endorses": "sho"}
    assert (visit.lane, visit.role, visit.form) == ("thana", "enquiry_officer", "visit")
    assert visit.days == 5, "seven days of the station, less one to accept and one to endorse"
    assert walk.task("check_registers").role == "thana_munshi"


def test_the_record_keeps_what_went_in_and_what_the_decisions_said(walk: Walk) -> None:
    to_the_stations(walk)
    completed, decided, opened = walk.seen[-1].moves
    assert (completed.kind, completed.element_id, completed.routing) == (
        "completed",
        "scrutinise",
        {"scrutinise": FORWARD},
    )
    assert (decided.kind, decided.element_id) == ("decided", "checks")
    assert decided.routing["checks"]["output"] == "REPORT", "the record has the whole answer"
    assert (opened.kind, opened.element_path) == ("opened", "handle_case/route")
    assert [move.unit for move in walk.step.moves] == [None, *UNITS]


def test_a_re_enquiry_goes_back_to_the_named_station_with_a_new_round(walk: Walk) -> None:
    to_the_sp(walk)
    again = [{**UNITS[1], "id": "0197c3a0-1111-7222-8333-555555555555", "round": 1}]
    walk.do("recommend", {"action": "re_enquiry"}, units=again, rounds=1)
    assert [task.unit for task in walk.open("accept_enquiry")] == again
    enquire(walk, again[0]["id"])
    assert walk.names() == ["recommend"]


def test_a_third_re_enquiry_comes_back_to_the_sp(walk: Walk) -> None:
    to_the_sp(walk)
    for rounds in (1, 2):
        again = [{**UNITS[0], "round": rounds}]
        walk.do("recommend", {"action": "re_enquiry"}, units=again, rounds=rounds)
        enquire(walk, FIRST)
    walk.do("recommend", {"action": "re_enquiry"}, rounds=3)
    assert walk.names() == ["recommend"]


def test_where_the_sp_signs_no_task_of_the_dm_arises() -> None:
    data = {**NEW_CASE, "case": {**NEW_CASE["case"], "purpose": "bihar_police"}}
    walk = begin(shipped_release(), data)
    to_the_sp(walk)
    walk.do("recommend", {**RECOMMEND, "sp_decision": "issue_clear"})
    assert walk.names() == []
    walk.finish("issue_report", {"number": "11/2025"})
    assert walk.names() == ["dispatch_by_sp"]
    walk.do("dispatch_by_sp", {})
    assert walk.step.end_event == "finish_dispatch_by_sp"
    assert not any(move.element_id == "decide" for step in walk.seen for move in step.moves)


def test_a_case_closed_at_scrutiny_ends_there(walk: Walk) -> None:
    walk.do("scrutinise", {"action": "close"})
    assert walk.step.ended
    assert walk.step.end_event == "close_case"
    assert walk.step.timers == ()


def test_a_withdrawal_takes_away_the_work_of_both_stations(walk: Walk) -> None:
    to_the_stations(walk)
    walk.accept(FIRST)
    before = walk.names()
    assert before == ["accept_enquiry", "check_registers", "visit"]
    walk.send("case_withdrawn")
    assert walk.step.ended
    assert walk.step.end_event == "withdraw_case"
    assert (walk.step.tasks, walk.step.jobs, walk.step.timers) == ((), (), ())
    cancelled = [move for move in walk.step.moves if move.kind == "cancelled"]
    assert sorted(move.element_id for move in cancelled) == before
    assert {move.unit["id"] for move in cancelled if move.unit} == {FIRST, SECOND}
    assert {move.element_path.rpartition("/")[0] for move in cancelled} == {"handle_case/conduct_enquiries"}


def test_a_station_that_is_waited_for_no_longer_ends_alone_and_the_last_one_leads_on(walk: Walk) -> None:
    to_the_stations(walk)
    walk.accept(FIRST)
    walk.wait(days=30)
    walk.leave_out(FIRST)
    assert walk.names() == ["accept_enquiry"]
    assert {task.unit["id"] for task in walk.step.tasks if task.unit} == {SECOND}
    told, *cancelled = walk.step.moves
    assert (told.kind, told.element_id) == ("left_out", "conduct_enquiries")
    assert told.routing["reason"] == "silent"
    assert {move.kind for move in cancelled} == {"cancelled"}
    assert {"visit", "check_registers"} <= {move.element_id for move in cancelled}
    with pytest.raises(TaskAlreadyDone):
        walk.leave_out(FIRST)
    walk.leave_out(SECOND)
    assert walk.names() in (["recommend"], ["review_findings"])


@pytest.mark.parametrize("stage", ["scrutinise", "recommend", "decide", "issue_report", "dispatch"])
def test_a_case_can_be_withdrawn_at_every_stage(walk: Walk, stage: str) -> None:
    if stage != "scrutinise":
        to_the_sp(walk)
    if stage in {"decide", "issue_report", "dispatch"}:
        walk.do("recommend", RECOMMEND)
    if stage in {"issue_report", "dispatch"}:
        walk.do("decide", {"dm_decision": "issue_clear"})
    if stage == "dispatch":
        walk.finish("issue_report")
    walk.send("case_withdrawn")
    assert walk.step.end_event == "withdraw_case"
    assert walk.step.jobs == ()


def test_a_bounced_case_goes_on_with_the_other_station(walk: Walk) -> None:
    to_the_stations(walk)
    other = {**UNITS[0], "office_id": "0197c3a0-aaaa-7bbb-8ccc-dddddddddd99"}
    walk.do("accept_enquiry", {"accept": "other_thana"}, FIRST, unit=other)
    assert walk.step.moves[0].unit == UNITS[0], "the station that passed it on did the act"
    bounced = walk.task("accept_enquiry", FIRST)
    assert bounced.unit == other
    enquire(walk, FIRST)
    (endorsed,) = (move.unit for move in walk.step.moves if move.element_id == "endorse_enquiry")
    assert endorsed == {**other, "endorses": "sho"}
    enquire(walk, SECOND)
    assert walk.names() == ["recommend"]


def test_a_locked_house_is_visited_again_while_the_registers_wait(walk: Walk) -> None:
    to_the_stations(walk, UNITS[:1])
    walk.accept()
    for _ in range(2):
        walk.do("visit", {"resident": "house_locked"})
        assert walk.names() == ["check_registers", "visit"]
    walk.do("check_registers", {})
    assert walk.names() == ["visit"]
    walk.do("visit", {"resident": "resident"})
    assert walk.names() == ["endorse_enquiry"]


def test_the_sho_returns_an_enquiry_and_a_second_visit_follows(walk: Walk) -> None:
    to_the_stations(walk, UNITS[:1])
    walk.accept()
    walk.do("check_registers", {})
    walk.do("visit", {"resident": "resident"})
    walk.do("endorse_enquiry", {"agree": "return_to_eo"})
    assert walk.names() == ["revisit"]
    assert walk.task("revisit").form == "visit"
    walk.do("revisit", {"resident": "house_locked"})
    assert walk.names() == ["revisit"]
    walk.do("revisit", {"resident": "resident"})
    assert walk.names() == ["endorse_enquiry"]
    walk.do("endorse_enquiry", {"agree": "agree"})
    assert walk.names() == ["recommend"]


def test_the_dm_returns_a_case_to_the_sp(walk: Walk) -> None:
    to_the_sp(walk)
    walk.do("recommend", RECOMMEND)
    walk.do("decide", {"dm_decision": "re_enquiry"})
    assert walk.names() == ["recommend"]
    walk.do("recommend", RECOMMEND)
    assert walk.names() == ["decide"]


def test_the_sp_returns_a_case_to_the_dm_office_which_sends_it_again(walk: Walk) -> None:
    to_the_sp(walk)
    walk.do("recommend", {"action": "return"})
    assert walk.names() == ["scrutinise"]
    to_the_sp(walk)
    assert walk.names() == ["recommend"]


@pytest.mark.parametrize("decision", ["issue_clear", "issue_with_detail"])
def test_what_the_dm_decides_is_issued_on_paper_and_dispatched(walk: Walk, decision: str) -> None:
    to_the_sp(walk)
    walk.do("recommend", RECOMMEND)
    walk.do("decide", {"dm_decision": decision})
    walk.finish("issue_report")
    walk.do("dispatch", {})
    assert walk.step.end_event == "finish_dispatch"


def test_a_task_is_done_once(walk: Walk) -> None:
    before, task = walk.step.state, walk.task("scrutinise")
    walk.do("scrutinise", FORWARD)
    with pytest.raises(TaskAlreadyDone):
        engine.complete_task(
            walk.release, walk.step.state, task.engine_task_id, {}, walk.surroundings, walk.now
        )
    again = engine.complete_task(
        walk.release, before, task.engine_task_id, {"scrutinise": FORWARD}, walk.surroundings, walk.now
    )
    assert [task.element_id for task in again.tasks] == walk.names(), "the old bytes are untouched"


def test_an_unknown_task_is_no_task(walk: Walk) -> None:
    with pytest.raises(TaskAlreadyDone):
        engine.complete_task(walk.release, walk.step.state, "no-such-task", {}, walk.surroundings, walk.now)


def test_two_tasks_of_one_case_are_both_done_whatever_the_order(walk: Walk) -> None:
    to_the_stations(walk, UNITS[:1])
    walk.accept()
    other = Walk(walk.release, walk.step)
    walk.do("visit", {"resident": "resident"})
    walk.do("check_registers", {})
    other.do("check_registers", {})
    other.do("visit", {"resident": "resident"})
    assert walk.names() == other.names() == ["endorse_enquiry"]


def test_facts_are_read_once_a_step_and_only_where_a_decision_names_them(walk: Walk) -> None:
    to_the_stations(walk, UNITS[:1])
    assert walk.surroundings.asked == 0
    enquire(walk, FIRST)
    assert walk.surroundings.asked == 1, "the outcome table reads the findings"


def test_facts_never_lie_in_the_state(walk: Walk) -> None:
    walk.surroundings.known = {"findings": {**CLEAN, "wanted": True, "secret": "a name of a person"}}
    to_the_sp(walk)
    again = engine.fire_timers(walk.release, walk.step.state, walk.surroundings, walk.now)
    decided = next(move for move in walk.step.moves if move.kind == "decided")
    assert decided.routing == {"outcome": {"recommendation": "adverse", "sdpo_review": True}}
    assert [task.element_id for task in again.tasks] == ["review_findings"]
    assert walk.surroundings.asked == 1
