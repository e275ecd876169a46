"""Service tasks wait for a worker and are done once; branches hand on what they changed and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import engine
from app.domain.errors import TaskAlreadyDone
from app.engine import state as states
from app.engine.expressions import StepEngine
from tests.sketch import both, call, choice, end, flows, job, letter, process, start, sub, user, when
from tests.walking import FIRST, MORNING, SECOND, UNITS, Surroundings, Walk, begin, release


def issuing() -> Walk:
    drawn = process(
        "verification",
        *(
            start(),
            user("sign"),
            job("issue", "issue_report", who="sign.by", half="1 / 2"),
            choice("gate", "finish"),
        ),
        *(end(), end("void")),
        flows("begin > sign > issue > gate > finish"),
        when("gate > void", "issue.number = null"),
    )
    walk = begin(release(verification=drawn))
    walk.do("sign", {"by": "sp"})
    return walk


def test_a_service_task_waits_for_its_worker() -> None:
    walk = issuing()
    (waiting,) = walk.step.jobs
    assert (waiting.kind, waiting.element_id, waiting.element_path) == ("issue_report", "issue", "issue")
    assert waiting.params == {"who": "sp", "half": 0.5}
    walk.wait(days=3)
    assert walk.step.jobs == (waiting,), "the same job, under the same id"


def test_a_job_is_finished_once_and_a_second_worker_is_told_so() -> None:
    walk = issuing()
    (waiting,) = walk.step.jobs
    walk.finish("issue_report", {"number": "7"})
    with pytest.raises(TaskAlreadyDone):
        engine.complete_job(
            walk.release, walk.step.state, waiting.engine_task_id, {"number": "8"}, walk.surroundings, MORNING
        )


def test_a_job_repeated_on_the_same_bytes_comes_to_the_same() -> None:
    walk = issuing()
    job_id, before = walk.step.jobs[0].engine_task_id, walk.step.state
    host = Surroundings(MORNING)
    once, twice = (
        engine.complete_job(walk.release, before, job_id, {"number": "7"}, host, MORNING) for _ in range(2)
    )
    assert once == twice


def test_a_person_cannot_finish_a_job_nor_a_worker_a_task() -> None:
    walk = issuing()
    with pytest.raises(TaskAlreadyDone):
        engine.complete_task(
            walk.release, walk.step.state, walk.step.jobs[0].engine_task_id, {}, walk.surroundings, MORNING
        )
    walk = begin(walk.release)
    with pytest.raises(TaskAlreadyDone):
        engine.complete_job(
            walk.release, walk.step.state, walk.step.tasks[0].engine_task_id, {}, walk.surroundings, MORNING
        )


def test_the_case_keeps_of_a_result_what_the_release_reads_and_the_record_keeps_all() -> None:
    walk = issuing()
    walk.finish("issue_report", {"number": "7", "sha256": "ab"})
    completed = walk.step.moves[0]
    assert completed.routing == {"issue": {"number": "7", "sha256": "ab"}}
    assert walk.step.end_event == "finish"
    assert walk.release.routing_reads["issue"] == {"number"}


def joined() -> engine.Release:
    return release(
        verification=process(
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
    )


def held(walk: Walk, key: str) -> Any:
    """A value as an expression would read it at the one open task."""
    loaded = states.load(walk.step.state, walk.release.specs, StepEngine({}, walk.surroundings, MORNING))
    (task,) = loaded.known.values()
    return task.data.get(key)


@pytest.mark.parametrize("order", [("left", "right"), ("right", "left")])
def test_a_branch_that_did_not_touch_a_value_does_not_give_back_the_old_one(order: tuple[str, str]) -> None:
    walk = begin(joined())
    walk.do("first", {}, shared={"old": 1, "kept": 2}, rows=[1, 2, 3])
    given: dict[str, dict[str, Any]] = {"left": {"shared": {"new": 1}, "rows": [9]}, "right": {}}
    for name in order:
        walk.do(name, {}, **given[name])
    assert held(walk, "shared") == {"new": 1}
    assert held(walk, "rows") == [9]


def test_where_both_branches_change_a_value_the_later_one_counts() -> None:
    walk = begin(joined())
    walk.do("first", {}, shared=0)
    walk.do("right", {}, shared=1)
    walk.do("left", {}, shared=2)
    assert held(walk, "shared") == 2


keys = st.sampled_from(["a", "b", "c"])
values = st.dictionaries(keys, st.integers(0, 9) | st.lists(st.integers(0, 3), max_size=3), max_size=3)


@settings(max_examples=60, deadline=None)
@given(before=values, left=values, right=values, left_first=st.booleans())
def test_a_join_is_the_fork_overlaid_by_what_each_branch_changed(
    before: dict[str, Any],
    left: dict[str, Any],
    right: dict[str, Any],
    left_first: bool,  # noqa: FBT001  # hypothesis gives it by name
) -> None:
    walk = begin(joined(), {})
    walk.do("first", {}, **before)
    acts = [("left", left), ("right", right)]
    expected = dict(before)
    for name, changes in acts if left_first else acts[::-1]:
        walk.do(name, {}, **changes)
        expected.update({key: value for key, value in changes.items() if before.get(key) != value})
    assert {key: held(walk, key) for key in "abc" if held(walk, key) is not None} == expected


def test_a_fork_inside_a_loop_waits_for_both_branches_in_every_round() -> None:
    drawn = process(
        "verification",
        *(start(), choice("enter"), both("part"), user("left"), user("right"), both("meet")),
        *(user("judge"), choice("gate", "finish"), end()),
        flows("begin > enter > part > left > meet > judge > gate > finish", "part > right > meet"),
        when("gate > enter", "judge.again = true"),
    )
    walk = begin(release(verification=drawn))
    for _ in range(4):
        walk.do("left", {})
        assert walk.names() == ["right"]
        walk.do("right", {})
        assert walk.names() == ["judge"]
        walk.do("judge", {"again": True})
        assert walk.names() == ["left", "right"]


def test_a_branch_that_ends_by_itself_does_not_end_the_case() -> None:
    drawn = process(
        "verification",
        *(start(), both("part"), user("left"), user("right"), end("left_done"), end("right_done")),
        flows("begin > part > left > left_done", "part > right > right_done"),
    )
    walk = begin(release(verification=drawn))
    walk.do("left", {})
    assert not walk.step.ended
    walk.do("right", {})
    assert walk.step.ended


def test_an_inclusive_choice_opens_every_way_that_holds_and_joins_them() -> None:
    drawn = process(
        "verification",
        *(start(), user("judge"), choice("part", "usual", kind="inclusive"), user("left"), user("right")),
        *(user("usual"), choice("meet", kind="inclusive"), user("last"), end()),
        flows("begin > judge > part > usual > meet > last > finish", "left > meet", "right > meet"),
        when("part > left", "judge.count >= 1") + when("part > right", "judge.count >= 2"),
    )
    walk = begin(release(verification=drawn))
    walk.do("judge", {"count": 2})
    assert walk.names() == ["left", "right"]
    walk.do("left", {})
    assert walk.names() == ["right"]
    walk.do("right", {})
    assert walk.names() == ["last"]
    walk = begin(release(verification=drawn))
    walk.do("judge", {"count": 1})
    walk.do("left", {})
    assert walk.names() == ["last"]
    walk = begin(release(verification=drawn))
    walk.do("judge", {"count": 0})
    assert walk.names() == ["usual"]


def test_an_inclusive_join_in_a_branch_does_not_wait_for_the_other_branch_to_come_round() -> None:
    """BPMN: a token that comes to a held way in as well as to an empty one is not waited for."""
    drawn = process(
        "verification",
        *(start(), choice("enter"), user("judge"), both("part"), choice("some", "left", kind="inclusive")),
        *(user("left"), user("right"), choice("gather", kind="inclusive"), user("other"), both("meet")),
        *(user("last"), choice("gate", "finish"), end()),
        flows("begin > enter > judge > part > some > left > gather > meet > last > gate > finish"),
        flows("part > other > meet"),
        when("some > right", "judge.count >= 1") + when("gate > enter", "last.again = true"),
        flows("right > gather"),
    )
    walk = begin(release(verification=drawn))
    for again in (True, False):
        walk.do("judge", {"count": 1})
        assert walk.names() == ["other", "right"]
        walk.do("right", {})
        assert walk.names() == ["other"]
        walk.do("other", {})
        walk.do("last", {"again": again})
    assert walk.step.ended


def units_then(*answers: str, one_by_one: bool = False) -> Walk:
    main = process(
        "verification",
        *(start(), user("mark"), call("ask", "enquiry", over="units", one_by_one=one_by_one)),
        *(choice("gate", "clean"), user("found"), user("clean"), end()),
        flows("begin > mark > ask > gate > clean > finish", "found > finish"),
        when("gate > found", 'some report in reports satisfies report.look.result = "found"'),
    )
    inner = process("enquiry", start("b"), user("look"), end("e"), flows("b > look > e"), lane="thana")
    walk = begin(release(verification=main, enquiry=inner))
    walk.do("mark", {}, units=UNITS)
    for unit, answer in zip((FIRST, SECOND), answers, strict=False):
        walk.do("look", {"result": answer}, unit)
    return walk


def test_what_the_steps_of_a_unit_brought_is_its_report() -> None:
    assert units_then("nothing", "found").names() == ["found"]
    assert units_then("nothing", "nothing").names() == ["clean"]
    walk = units_then("nothing", "found")
    assert held(walk, "reports") == [
        {"unit": UNITS[0], "look": {"result": "nothing"}},
        {"unit": UNITS[1], "look": {"result": "found"}},
    ]


def test_the_fields_behind_gathered_reports_count_as_read() -> None:
    assert units_then().release.routing_reads["look"] == {"result"}


def test_units_may_go_one_after_the_other() -> None:
    walk = units_then(one_by_one=True)
    assert [task.unit for task in walk.open()] == [UNITS[0]]
    walk.do("look", {"result": "found"})
    assert [task.unit for task in walk.open()] == [UNITS[1]]
    walk.do("look", {"result": "nothing"})
    assert walk.names() == ["found"]


def test_an_interrupted_call_leaves_no_orphan_behind() -> None:
    main = process(
        "verification",
        *(
            start(),
            call("ask", "enquiry", over="units"),
            letter("stop", "ask", "stop_now"),
            user("after"),
            end(),
        ),
        flows("begin > ask > finish", "stop > after > finish"),
        messages=["stop_now"],
    )
    inner = process(
        "enquiry",
        *(start("b"), sub("deep", start("db"), user("look"), end("de"), flows("db > look > de")), end("e")),
        flows("b > deep > e"),
        lane="thana",
    )
    walk = begin(release(verification=main, enquiry=inner), {"units": UNITS})
    assert walk.names() == ["look", "look"]
    walk.send("stop_now")
    assert walk.names() == ["after"]
    assert [move.element_path for move in walk.step.moves if move.kind == "cancelled"] == [
        "ask/deep/look"
    ] * 2
    walk.do("after", {})
    assert walk.step.ended


def test_a_letter_that_does_not_interrupt_opens_a_second_way() -> None:
    drawn = process(
        "verification",
        *(start(), user("judge"), letter("heard", "judge", "news", interrupts=False), user("reply"), end()),
        *(end("replied"), user("after")),
        flows("begin > judge > after > finish", "heard > reply > replied"),
        messages=["news"],
    )
    walk = begin(release(verification=drawn))
    walk.send("news")
    assert walk.names() == ["judge", "reply"]
    walk.do("judge", {})
    assert walk.names() == ["after", "reply"]
    walk.do("after", {})
    assert walk.names() == ["reply"]
    walk.do("reply", {})
    assert walk.step.ended


def test_an_error_end_is_caught_around_the_sub_process() -> None:
    inner = sub(
        "work", start("b"), user("judge"), end("broken", "errorEventDefinition"), flows("b > judge > broken")
    )
    drawn = process(
        "verification",
        *(start(), inner, end(), user("repair"), end("repaired")),
        '<bpmn:boundaryEvent id="caught" attachedToRef="work">',
        '<bpmn:errorEventDefinition id="caught_by" /></bpmn:boundaryEvent>',
        flows("begin > work > finish", "caught > repair > repaired"),
    )
    walk = begin(release(verification=drawn))
    walk.do("judge", {})
    assert walk.names() == ["repair"]
    walk.do("repair", {})
    assert walk.step.ended


def test_a_terminating_end_closes_everything_of_its_process() -> None:
    drawn = process(
        "verification",
        *(start(), both("part"), user("left"), user("right"), end("stop", "terminateEventDefinition"), end()),
        flows("begin > part > left > stop", "part > right > finish"),
    )
    walk = begin(release(verification=drawn))
    walk.do("left", {})
    assert walk.step.ended
    assert [move.element_id for move in walk.step.moves if move.kind == "cancelled"] == ["right"]
