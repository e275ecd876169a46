"""Timers compare with `now`, fire at each instant, and after a stop once for all that went by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests import sketch
from tests.sketch import both, choice, end, flows, job, pause, process, start, sub, user
from tests.walking import FIRST, MORNING, ROUTED, UNITS, Walk, begin, release, shipped_release


def fired(walk: Walk) -> list[str]:
    return [move.element_id for move in walk.step.moves if move.kind == "fired"]


def warned(when: str, *, interrupts: bool = False) -> Walk:
    """A step that a timer watches; what it starts is a job."""
    drawn = process(
        "verification",
        *(start(), user("judge"), sketch.timer("warn", "judge", when, interrupts=interrupts)),
        *(job("tell"), end("told"), user("after"), end()),
        flows("begin > judge > after > finish", "warn > tell > told"),
    )
    return begin(release(verification=drawn))


def test_a_step_of_one_day_is_due_first_at_seven_tenths_of_it() -> None:
    walk = begin(shipped_release())
    (timer,) = walk.step.timers
    assert timer.element_id == "warn_scrutinise"
    assert timer.due_at == MORNING + timedelta(days=0.7)
    assert timer.due_at.tzinfo is UTC


def test_nothing_fires_before_its_instant() -> None:
    walk = begin(shipped_release())
    walk.wait(hours=16)
    assert fired(walk) == []
    assert walk.step.jobs == ()
    walk.wait(hours=1)
    assert fired(walk) == ["warn_scrutinise"]


def test_each_instant_fires_in_its_turn_and_the_step_stays_open() -> None:
    walk = begin(shipped_release())
    past = []
    for hours in (17, 8, 10, 15, 100):
        walk.wait(hours=hours)
        past += [job.params["past"] for job in walk.step.jobs]
        if walk.step.jobs:
            walk.finish("remind")
        assert walk.names() == ["scrutinise"]
    assert past == [1, 2, 3, 4], "and after the last one it is silent"
    assert walk.step.timers == ()


def test_what_went_by_during_a_stop_fires_once() -> None:
    walk = begin(shipped_release())
    walk.wait(days=30)
    assert fired(walk) == ["warn_scrutinise"]
    (told,) = walk.step.jobs
    assert told.kind == "remind"
    assert told.params["past"] == 4
    assert told.params["due_at"] == (MORNING + timedelta(days=2)).isoformat()
    walk.wait(days=30)
    assert fired(walk) == []


def test_a_reminder_says_which_step_is_late() -> None:
    walk = begin(shipped_release())
    walk.do("scrutinise", {"action": "forward"})
    walk.do("route", ROUTED, units=UNITS)
    late = walk.task("accept_enquiry", FIRST)
    walk.wait(days=1)
    assert {job.params["late_task"] for job in walk.step.jobs} == {t.engine_task_id for t in walk.open()}
    first = next(job for job in walk.step.jobs if job.params["late_task"] == late.engine_task_id)
    assert first.params["late_element"] == "accept_enquiry"
    assert first.element_path == "handle_case/conduct_enquiries/remind_thana"


def test_a_reminder_ends_with_the_step_that_it_is_about() -> None:
    walk = begin(shipped_release())
    walk.wait(days=1)
    assert [job.kind for job in walk.step.jobs] == ["remind"]
    walk.do("scrutinise", {"action": "forward"})
    assert walk.step.jobs == ()
    assert "remind_dm_office" in [m.element_id for m in walk.step.moves if m.kind == "cancelled"]
    assert walk.names() == ["route"]


def test_an_unsent_reminder_never_holds_up_a_unit_or_the_case() -> None:
    walk = begin(shipped_release())
    walk.do("scrutinise", {"action": "forward"})
    walk.do("route", ROUTED, units=UNITS[:1])
    for name, answer in (
        ("accept_enquiry", {"accept": "ours"}),
        ("visit", {"resident": "resident"}),
        ("check_registers", {}),
        ("endorse_enquiry", {"agree": "agree"}),
        ("recommend", {"action": "recommend"}),
        ("decide", {"dm_decision": "issue_clear"}),
    ):
        walk.wait(days=20)
        walk.do(name, answer)
    walk.finish("issue_report")
    walk.wait(days=20)
    assert [job.kind for job in walk.step.jobs] == ["remind"]
    walk.do("dispatch", {})
    assert walk.step.ended
    assert walk.step.end_event == "finish_dispatch"


def test_a_timer_begins_anew_with_each_new_task() -> None:
    walk = begin(shipped_release())
    walk.do("scrutinise", {"action": "forward"})
    walk.do("route", ROUTED, units=UNITS[:1])
    walk.accept()
    walk.now += timedelta(days=3)
    walk.do("visit", {"resident": "house_locked"})
    due = {timer.element_id: timer.due_at for timer in walk.step.timers}
    assert due["warn_visit"] == MORNING + timedelta(days=3 + 0.7 * 5)
    assert due["warn_check_registers"] == MORNING + timedelta(days=0.7 * 5)


@pytest.mark.parametrize(
    "when",
    ['"2025-07-02T10:00:00+05:30"', '["2025-07-02T04:30:00Z"]', 'date and time("2025-07-02T10:00:00+05:30")'],
)
def test_a_single_instant_may_stand_alone(when: str) -> None:
    walk = warned(when)
    (timer,) = walk.step.timers
    assert timer.due_at == datetime(2025, 7, 2, 4, 30, tzinfo=UTC)
    walk.wait(days=1)
    assert [job.element_id for job in walk.step.jobs] == ["tell"]
    assert walk.step.timers == ()


def test_an_interrupting_timer_takes_the_step_away() -> None:
    walk = warned('"2025-07-02T04:30:00Z"', interrupts=True)
    walk.wait(days=2)
    assert walk.names() == []
    assert ("cancelled", "judge") in [(move.kind, move.element_id) for move in walk.step.moves]
    walk.finish("remind")
    assert walk.step.end_event == "told"


def test_a_pause_of_the_route_ends_at_its_instant() -> None:
    drawn = process(
        "verification",
        *(start(), pause("rest", 'duration("P1DT2H")', kind="timeDuration"), user("judge"), end()),
        flows("begin > rest > judge > finish"),
    )
    walk = begin(release(verification=drawn))
    assert [timer.due_at for timer in walk.step.timers] == [MORNING + timedelta(hours=26)]
    walk.wait(hours=25)
    assert walk.names() == []
    walk.wait(hours=1)
    assert walk.names() == ["judge"]


def test_a_timer_on_a_sub_process_fires_while_its_steps_are_open() -> None:
    inner = sub("work", start("b"), user("judge"), end("e"), flows("b > judge > e"))
    drawn = process(
        "verification",
        *(start(), inner, sketch.timer("warn", "work", '"2025-07-02T04:30:00Z"')),
        *(choice("enter"), job("tell"), end("told"), end()),
        flows("begin > work > finish", "warn > enter > tell > told"),
    )
    walk = begin(release(verification=drawn))
    walk.wait(days=2)
    assert [job.params["late_element"] for job in walk.step.jobs] == ["work"]
    walk.finish("remind")
    walk.do("judge", {})
    assert walk.step.end_event == "e"


def test_a_reminder_that_tells_two_tells_both_at_each_instant() -> None:
    drawn = process(
        "verification",
        *(
            start(),
            user("judge"),
            end(),
            both("fork"),
            job("tell"),
            job("write"),
            end("told"),
            end("written"),
        ),
        sketch.timer("warn", "judge", '["2025-07-02T04:30:00Z", "2025-07-03T04:30:00Z"]'),
        flows("begin > judge > finish", "warn > fork > tell > told", "fork > write > written"),
    )
    walk = begin(release(verification=drawn))
    walk.wait(days=1)
    assert sorted(one.element_id for one in walk.step.jobs) == ["tell", "write"]
    walk.wait(days=1)
    assert sorted(one.element_id for one in walk.step.jobs) == ["tell", "tell", "write", "write"]
    walk.do("judge", {})
    assert walk.step.ended


def test_instants_are_worked_out_once_when_the_step_begins() -> None:
    walk = begin(shipped_release())
    before = walk.step.timers
    walk.now += timedelta(hours=3)
    walk.wait(hours=3)
    assert walk.step.timers == before
