"""What the record of a case says on a diagram: states, the way it took, the way ahead."""

from __future__ import annotations

from app.engine.ahead import ahead, forecast, usual_stops
from app.engine.diagram import contents
from app.engine.trail import Happening, Trace, retrace
from tests.diagrams import Sketch, straight
from tests.sources import ROOT

DIAGRAMS = {name: (ROOT / "processes" / f"{name}.bpmn").read_bytes() for name in ("verification", "enquiry")}
INSIDE = "handle_case/"
CALLED = "handle_case/conduct_enquiries/"


def record(*lines: str) -> list[Happening]:
    """Write a record in words: "opened a", "completed a"."""
    return [Happening(*line.split()) for line in lines]  # type: ignore[arg-type]


def told(sketch: Sketch, *lines: str) -> Trace:
    return retrace(sketch.xml(), record(*lines))


def fork() -> Sketch:
    """begin -> + -> {a, b} -> join -> after"""
    sketch = Sketch().node("startEvent", "begin").node("parallelGateway", "split").node("userTask", "a")
    sketch = sketch.node("userTask", "b").node("parallelGateway", "join").node("userTask", "after")
    for source, target in (("begin", "split"), ("split", "a"), ("split", "b"), ("a", "join"), ("b", "join")):
        sketch.flow(source, target)
    return sketch.flow("join", "after")


def loop() -> Sketch:
    """begin -> enter -> ask -> choice -> {enter, after -> finish}"""
    sketch = Sketch().node("startEvent", "begin").node("exclusiveGateway", "enter").node("userTask", "ask")
    sketch = sketch.node("exclusiveGateway", "choice", default="choice_to_after").node("userTask", "after")
    sketch = sketch.node("endEvent", "finish")
    for source, target in (("begin", "enter"), ("enter", "ask"), ("ask", "choice"), ("choice", "enter")):
        sketch.flow(source, target)
    return sketch.flow("choice", "after").flow("after", "finish")


def main_record(*more: str) -> list[Happening]:
    """The shipped route up to its two enquiries, then `more`."""
    return record(
        "started receive_case",
        f"opened {INSIDE}scrutinise",
        f"completed {INSIDE}scrutinise",
        f"decided {INSIDE}checks",
        f"opened {INSIDE}route",
        f"completed {INSIDE}route",
        f"opened {CALLED}accept_enquiry",
        f"opened {CALLED}accept_enquiry",
        *more,
    )


REPORTED = (
    *(f"completed {CALLED}accept_enquiry", f"opened {CALLED}visit", f"completed {CALLED}visit"),
    *(f"opened {CALLED}endorse_enquiry", f"completed {CALLED}accept_enquiry"),
    *(f"opened {CALLED}visit", f"completed {CALLED}visit", f"opened {CALLED}endorse_enquiry"),
    *(f"completed {CALLED}endorse_enquiry", f"completed {CALLED}endorse_enquiry"),
    *(f"decided {INSIDE}outcome", f"opened {INSIDE}recommend"),
)
RETURNED = (*REPORTED, f"completed {INSIDE}recommend", f"opened {CALLED}accept_enquiry")


# -- the way ----------------------------------------------------------------------------------------------------


def test_a_straight_way_is_marked_up_to_where_the_case_is() -> None:
    assert told(straight(), "opened visit").flows == {"begin_to_visit"}
    assert told(straight(), "opened visit", "completed visit").flows == {"begin_to_visit", "visit_to_finish"}
    assert told(straight()) == Trace({}, frozenset())


def test_a_fork_sends_the_case_both_ways_and_a_join_waits_for_both() -> None:
    half = told(fork(), "opened a", "opened b", "completed a")
    assert half.flows == {"begin_to_split", "split_to_a", "split_to_b", "a_to_join"}
    assert half.states == {"a": "done", "b": "current"}
    whole = told(fork(), "opened a", "opened b", "completed a", "completed b", "opened after")
    assert whole.flows == half.flows | {"b_to_join", "join_to_after"}


def test_the_step_that_began_next_tells_which_way_was_taken() -> None:
    assert "choice_to_after" in told(loop(), "opened ask", "completed ask", "opened after").flows
    back = told(loop(), "opened ask", "completed ask", "opened ask")
    assert back.states == {"ask": "current"}
    assert back.flows == {"begin_to_enter", "enter_to_ask"}


def test_a_way_back_is_not_claimed_once_the_case_went_on() -> None:
    twice = told(loop(), "opened ask", "completed ask", "opened ask", "completed ask", "opened after")
    assert "choice_to_enter" not in twice.flows
    assert twice.flows >= {"ask_to_choice", "choice_to_after"}


def test_where_nothing_tells_the_way_none_is_claimed() -> None:
    assert told(loop(), "opened ask", "completed ask").flows == {"begin_to_enter", "enter_to_ask"}


def test_a_step_of_another_diagram_marks_nothing() -> None:
    assert told(straight(), "opened elsewhere") == Trace({}, frozenset())


def test_a_boundary_event_marks_its_own_way_and_leaves_the_step_open() -> None:
    sketch = straight().node("boundaryEvent", "warn", attachedToRef="visit").node("serviceTask", "remind")
    trace = told(sketch.flow("warn", "remind"), "opened visit", "fired warn", "opened remind")
    assert trace.states == {"visit": "current", "warn": "done", "remind": "current"}
    assert trace.flows == {"begin_to_visit", "warn_to_remind"}


# -- states on the shipped route --------------------------------------------------------------------------------


def test_a_call_is_done_when_the_case_has_gone_on_from_all_its_enquiries() -> None:
    states = retrace(DIAGRAMS["verification"], main_record(*REPORTED[:9])).states
    assert states["conduct_enquiries"] == "current"
    trace = retrace(DIAGRAMS["verification"], main_record(*REPORTED))
    assert trace.states["conduct_enquiries"] == "done"
    assert trace.states["handle_case"] == "current"
    assert trace.flows >= {"route_to_enter_enquiries", "conduct_enquiries_to_enter_outcome"}


def test_what_lies_behind_a_return_was_done_before_and_is_not_done_now() -> None:
    trace = retrace(DIAGRAMS["verification"], main_record(*RETURNED))
    assert trace.states["conduct_enquiries"] == "current"
    assert {trace.states[key] for key in ("outcome", "recommend")} == {"before"}
    assert {trace.states[key] for key in ("scrutinise", "checks", "route")} == {"done"}
    assert "conduct_enquiries_to_enter_outcome" not in trace.flows
    assert trace.flows >= {"recommendation_made_to_enter_rounds", "rounds_left_to_enter_enquiries"}


def test_a_withdrawal_cuts_what_was_open_and_ends_by_its_own_way() -> None:
    cut = (f"cancelled {CALLED}accept_enquiry",) * 2
    trace = retrace(
        DIAGRAMS["verification"], main_record("fired case_withdrawn", *cut, "ended withdraw_case")
    )
    assert trace.states["conduct_enquiries"] == trace.states["handle_case"] == "cancelled"
    assert trace.states["case_withdrawn"] == "done"
    assert "case_withdrawn_to_withdraw_case" in trace.flows
    assert "handle_case_to_finish_case" not in trace.flows


def test_a_finished_case_is_done_to_its_end() -> None:
    rest = (f"completed {INSIDE}recommend", f"opened {INSIDE}decide", f"completed {INSIDE}decide")
    rest += (f"opened {INSIDE}issue_report", f"completed {INSIDE}issue_report", f"opened {INSIDE}dispatch")
    rest += (f"completed {INSIDE}dispatch", f"ended {INSIDE}finish_dispatch")
    trace = retrace(DIAGRAMS["verification"], main_record(*REPORTED, *rest))
    assert set(trace.states.values()) == {"done"}
    assert trace.flows >= {
        "signatory_known_to_enter_decision",
        "dispatch_to_finish_dispatch",
        "handle_case_to_finish_case",
    }
    assert "signatory_known_to_signed_by_sp" not in trace.flows


def test_an_enquiry_is_told_from_its_own_moves_alone() -> None:
    own = record(
        *(f"opened {CALLED}accept_enquiry", f"completed {CALLED}accept_enquiry", f"opened {CALLED}visit"),
        *(f"opened {CALLED}check_registers", f"completed {CALLED}check_registers"),
    )
    trace = retrace(DIAGRAMS["enquiry"], own)
    assert trace.states == {"accept_enquiry": "done", "visit": "current", "check_registers": "done"}
    assert trace.flows >= {"unit_known_to_enter_acceptance", "check_registers_to_gather_findings"}
    assert "gather_findings_to_enter_endorsement" not in trace.flows


# -- what lies ahead ---------------------------------------------------------------------------------------------


def test_the_way_ahead_follows_what_is_usual() -> None:
    assert ahead({"p": loop().xml()}, {"ask"}, {}) == ["choice", "after", "finish"]
    assert ahead({"p": fork().xml()}, {"a"}, {}) == ["join", "after"]
    assert ahead({"p": straight().xml()}, set(), {}) == []


def user_tasks_ahead(*here: str, **known: object) -> list[str]:
    names = {
        "scrutinise",
        "route",
        "accept_enquiry",
        "visit",
        "check_registers",
        "endorse_enquiry",
        "revisit",
    }
    names |= {"recommend", "decide", "dispatch", "dispatch_by_sp"}
    return [each for each in ahead(DIAGRAMS, set(here), known) if each in names]


def test_the_way_ahead_goes_into_what_is_called() -> None:
    assert user_tasks_ahead("handle_case", "scrutinise") == [
        *("route", "accept_enquiry", "visit", "check_registers", "endorse_enquiry"),
        *("recommend", "decide", "dispatch"),
    ]


def test_the_way_ahead_leaves_a_call_from_inside_it() -> None:
    assert user_tasks_ahead("handle_case", "conduct_enquiries", "visit") == [
        *("endorse_enquiry", "recommend", "decide", "dispatch")
    ]


def test_a_decision_that_is_known_settles_the_way_ahead() -> None:
    known = {"checks": {"final_signatory": "SP"}}
    assert user_tasks_ahead("handle_case", "recommend", **known) == ["dispatch_by_sp"]


DAYS = {"route": 1, "accept_enquiry": 1, "visit": 5, "check_registers": 3, "endorse_enquiry": 1}
DAYS |= {"recommend": 2, "decide": 2, "dispatch": 1}


def test_days_to_come_add_up_along_the_way_and_side_by_side_count_once() -> None:
    ends = forecast(DIAGRAMS, {"handle_case": 0, "scrutinise": 1}, {}, DAYS)
    assert {each: ends[each] for each in DAYS} == {
        "route": 2,
        "accept_enquiry": 3,
        "visit": 8,
        "check_registers": 6,
        "endorse_enquiry": 9,
        "recommend": 11,
        "decide": 13,
        "dispatch": 14,
    }


def test_days_to_come_begin_with_what_the_last_branch_still_has() -> None:
    here = {"handle_case": 0, "conduct_enquiries": 0, "visit": 4, "check_registers": 1}
    ends = forecast(DIAGRAMS, here, {}, DAYS)
    assert (ends["endorse_enquiry"], ends["recommend"], ends["dispatch"]) == (5, 7, 10)
    assert not ends.keys() & here.keys()
    assert forecast({"p": fork().xml()}, {"a": 2, "b": 5}, {}, {"after": 1})["after"] == 6


def test_what_the_findings_call_for_is_usual_and_what_an_officer_decides_is_not() -> None:
    assert usual_stops(DIAGRAMS["verification"], "conduct_enquiries") == {"review_findings", "recommend"}
    assert usual_stops(DIAGRAMS["verification"], "review_findings") == {"recommend"}
    assert usual_stops(DIAGRAMS["verification"], "scrutinise") == {"route"}
    assert usual_stops(DIAGRAMS["verification"], "recommend") == {"decide", "issue_report"}
    assert usual_stops(DIAGRAMS["enquiry"], "accept_enquiry") == {"visit", "check_registers"}
    assert usual_stops(DIAGRAMS["enquiry"], "visit") == {"endorse_enquiry", "endorse_above"}
    assert usual_stops(DIAGRAMS["enquiry"], "revisit") == {"endorse_enquiry", "endorse_above"}


def test_a_call_holds_all_that_is_inside_it() -> None:
    held = contents(DIAGRAMS.values())
    assert {"accept_enquiry", "visit", "endorse_enquiry"} <= held["conduct_enquiries"]
    assert "scrutinise" not in held["conduct_enquiries"]
    assert {"scrutinise", "conduct_enquiries", "visit"} <= held["handle_case"]
