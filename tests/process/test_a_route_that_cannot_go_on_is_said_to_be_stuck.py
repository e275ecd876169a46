"""Whatever the engine would pass over in silence, or hang on, is an incident: RouteStuck, and nothing is kept."""

from __future__ import annotations

from typing import Any

import pytest

from app import engine
from app.domain.errors import RouteStuck
from tests import sketch
from tests.sketch import both, call, choice, end, flows, job, letter, process, rule, start, sub, user, when
from tests.walking import MORNING, ROUTED, UNITS, Surroundings, Walk, begin, release, shipped_release


def stuck(walk: Walk, element_id: str, answer: dict[str, Any], **more: Any) -> RouteStuck:
    before = walk.step
    with pytest.raises(RouteStuck) as raised:
        walk.do(element_id, answer, **more)
    assert walk.step is before, "the case stays where it was"
    return raised.value


def chosen(condition: str) -> Walk:
    """A step, and then a choice between two others."""
    drawn = process(
        "verification",
        *(start(), user("judge"), choice("gate", "usual"), user("usual"), user("special"), end()),
        flows("begin > judge > gate > usual > finish", "special > finish"),
        when("gate > special", condition),
    )
    return begin(release(verification=drawn))


@pytest.mark.parametrize(
    "condition",
    ["judge.amount > 3", "null", '"yes"', "judge.amount", "not(judge.amount)"],
)
def test_a_condition_that_is_neither_true_nor_false_never_takes_the_default(condition: str) -> None:
    error = stuck(chosen(condition), "judge", {"amount": "text"})
    assert (error.code, error.element_id) == ("condition_null", "gate")


@pytest.mark.parametrize("condition", ['judge.word = "x"', 'nobody.word = "x"', 'not(judge.word = "x")'])
def test_a_value_that_was_never_given_is_not_taken_for_another_answer(condition: str) -> None:
    assert stuck(chosen(condition), "judge", {"amount": 1}).code == "value_missing"


def test_an_answer_left_empty_is_an_answer() -> None:
    walk = chosen('judge.word = "x"')
    walk.do("judge", {"word": None})
    assert walk.names() == ["usual"]


def test_a_choice_without_a_way_on_is_stuck() -> None:
    drawn = process(
        "verification",
        *(start(), user("judge"), choice("gate"), end(), end("other")),
        flows("begin > judge > gate"),
        when("gate > finish", "judge.amount = 1") + when("gate > other", "judge.amount = 2"),
    )
    walk = begin(release(verification=drawn))
    error = stuck(walk, "judge", {"amount": 3})
    assert (error.code, error.element_id) == ("no_way", "gate")


def test_a_loop_in_which_nobody_acts_is_stopped() -> None:
    drawn = process(
        "verification",
        *(start(), user("judge"), choice("enter"), choice("gate", "finish"), end()),
        flows("begin > judge > enter > gate > finish"),
        when("gate > enter", "judge.amount = 1"),
    )
    assert stuck(begin(release(verification=drawn)), "judge", {"amount": 1}).code == "step_budget"


def test_a_deadlock_is_told_at_once_and_not_waited_for() -> None:
    drawn = process(
        "verification",
        *(
            start(),
            user("judge"),
            choice("gate", "left"),
            user("left"),
            user("right"),
            both("meet"),
            end(),
        ),
        flows("begin > judge > gate > left > meet > finish", "right > meet"),
        when("gate > right", "judge.amount = 1"),
    )
    walk = begin(release(verification=drawn))
    walk.do("judge", {"amount": 1})
    assert stuck(walk, "right", {}).code == "hangs"


def test_a_deadlock_is_told_even_where_a_letter_could_still_come() -> None:
    inner = sub(
        "work",
        *(
            start("begin_work"),
            choice("gate", "left"),
            user("left"),
            user("right"),
            both("meet"),
            end("done"),
        ),
        flows("begin_work > gate > left > meet > done", "right > meet"),
        when("gate > right", "case.sample = 999"),
    )
    drawn = process(
        "verification",
        *(start(), inner, letter("withdrawn", "work", "case_withdrawn"), end(), end("away")),
        flows("begin > work > finish", "withdrawn > away"),
        messages=["case_withdrawn"],
    )
    assert stuck(begin(release(verification=drawn)), "left", {}).code == "hangs"


@pytest.mark.parametrize("units", [None, "thana", {"id": "x"}, 7])
def test_a_repeated_call_without_a_list_is_stuck(units: Any) -> None:
    main = process(
        "verification",
        *(start(), user("judge"), call("ask", "enquiry", over="units"), end()),
        flows("begin > judge > ask > finish"),
    )
    inner = process("enquiry", start("b"), user("look"), end("e"), flows("b > look > e"))
    walk = begin(release(verification=main, enquiry=inner), {})
    given = {} if units is None else {"units": units}
    error = stuck(walk, "judge", {}, **given)
    assert (error.code, error.element_id) == ("collection_missing", "ask")


def test_a_repeated_call_of_no_units_is_passed_at_once() -> None:
    walk = begin(shipped_release())
    walk.do("scrutinise", {"action": "forward"})
    walk.do("route", ROUTED, units=[])
    assert walk.names() == ["recommend"]


def test_a_decision_that_has_no_rule_for_the_case_is_stuck() -> None:
    data = {"case": {"purpose": "unheard_of"}, "rounds": 0}
    error = stuck(begin(shipped_release(), data), "scrutinise", {"action": "forward"})
    assert (error.code, error.element_id) == ("decision_null", "checks")


def test_a_decision_that_the_release_does_not_hold_is_stuck() -> None:
    drawn = process("verification", start(), rule("ask"), end(), flows("begin > ask > finish"))
    with pytest.raises(RouteStuck) as raised:
        begin(release(verification=drawn))
    assert raised.value.code == "decision_missing"


@pytest.mark.parametrize(
    "when", ["null", '"soon"', "[]", "true", '["2025-07-02T10:00:00+05:30", null]', '"2025-07-02"']
)
def test_a_timer_that_says_no_time_is_stuck(when: str) -> None:
    drawn = process(
        "verification",
        *(start(), user("judge"), sketch.timer("warn", "judge", when), end("warned"), end()),
        flows("begin > judge > finish", "warn > warned"),
    )
    with pytest.raises(RouteStuck) as raised:
        begin(release(verification=drawn))
    assert (raised.value.code, raised.value.element_id) == ("timer_null", "warn")


def test_days_that_are_no_number_are_stuck() -> None:
    drawn = process(
        "verification", start(), user("judge", days="checks.sla"), end(), flows("begin > judge > finish")
    )
    with pytest.raises(RouteStuck) as raised:
        begin(release(verification=drawn))
    assert (raised.value.code, raised.value.element_id) == ("days_null", "judge")


@pytest.mark.parametrize(
    "answer",
    [{"typename": "UUID"}, {"rows": [{"typename": "x"}]}, {"deep": {"er": {"typename": None}}}, {1: "a"}],
)
def test_a_key_that_the_library_would_take_for_a_class_never_gets_in(answer: dict[Any, Any]) -> None:
    error = stuck(begin(shipped_release()), "scrutinise", {"action": "forward", **answer})
    assert error.code == "forbidden_key"


def test_the_key_is_refused_at_the_start_and_in_the_result_of_a_job_too() -> None:
    drawn = process("verification", start(), job("send"), end(), flows("begin > send > finish"))
    with pytest.raises(RouteStuck):
        begin(release(verification=drawn), {"case": {"typename": "x"}})
    walk = begin(release(verification=drawn))
    with pytest.raises(RouteStuck):
        walk.finish("remind", {"typename": "x"})


@pytest.mark.parametrize("value", [{1, 2}, object(), b"bytes", float("nan"), float("inf")])
def test_a_value_that_is_not_plain_is_refused_and_not_bent(value: Any) -> None:
    assert stuck(begin(shipped_release()), "scrutinise", {"action": value}).code == "value_refused"


def test_a_message_that_nobody_waits_for_is_not_lost_in_silence() -> None:
    walk = begin(shipped_release())
    with pytest.raises(RouteStuck) as raised:
        walk.send("no_such_message")
    assert raised.value.code == "message_unexpected"
    walk.do("scrutinise", {"action": "close"})
    with pytest.raises(RouteStuck):
        walk.send("case_withdrawn")


@pytest.mark.parametrize("blob", [b"", b"nonsense", bytes(40)])
def test_bytes_that_are_no_state_are_said_to_be_unreadable(blob: bytes) -> None:
    with pytest.raises(RouteStuck) as raised:
        engine.fire_timers(shipped_release(), blob, Surroundings(MORNING), MORNING)
    assert raised.value.code == "state_unreadable"


def test_a_state_of_another_release_is_said_to_be_unreadable() -> None:
    walk = begin(shipped_release())
    other = release(
        verification=process("verification", start(), user("judge"), end(), flows("begin > judge > finish"))
    )
    with pytest.raises(RouteStuck) as raised:
        engine.fire_timers(other, walk.step.state, walk.surroundings, MORNING)
    assert raised.value.code == "state_unreadable"


def test_what_the_host_throws_passes_as_it_is() -> None:
    class Busy(Exception):
        pass

    class BusyHost(Surroundings):
        def facts(self) -> Any:
            raise Busy

    walk = begin(shipped_release())
    walk.do("scrutinise", {"action": "forward"})
    walk.surroundings = BusyHost(MORNING)
    with pytest.raises(Busy):
        walk.do("route", ROUTED, units=[])


def test_a_unit_that_is_stuck_leaves_the_other_alone() -> None:
    walk = begin(shipped_release())
    walk.do("scrutinise", {"action": "forward"})
    walk.do("route", ROUTED, units=UNITS)
    stuck(walk, "accept_enquiry", {}, of=UNITS[0]["id"])
    walk.accept(UNITS[1]["id"])
    assert walk.names() == ["accept_enquiry", "check_registers", "visit"]
