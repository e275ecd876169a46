"""A running case goes over to a newer release only where its way so far is the same there; all else of it stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.domain.errors import NotAllowed
from app.domain.roles import Role
from app.models.cases import case
from app.models.scope import SystemReason, SystemScope
from app.models.workflow import step, timer, user_task
from app.services.access import stepup
from app.services.casework import cases
from app.services.deployment import moving, replays
from app.services.procedure import releases
from app.services.store import queues
from app.services.store.drafts import actor_scope
from app.services.workflow import tallies
from tests.integration.conftest import NOW
from tests.integration.test_a_proposal_is_rehearsed_on_the_past import FILES, ROUTE, with_a_countersignature

if TYPE_CHECKING:
    from app.services.deployment.moving import Overview
    from tests.journey import Journey

NEWER = {**FILES, ROUTE: with_a_countersignature()}


def into_force(journey: Journey, files: dict[str, bytes]) -> None:
    scope = SystemScope(SystemReason.DEPLOY, 218)
    journey.database.write(
        lambda rows: releases.put_into_force(rows, files, author=None, now=NOW, note="एक चरण अधिक"), scope
    )


def seen(journey: Journey) -> Overview:
    return moving.overview(journey.database, journey.staff.holder(Role.PROCESS_ADMIN), None, NOW)


def asked(journey: Journey, *, is_back: bool = False) -> None:
    admin = journey.staff.holder(Role.PROCESS_ADMIN)
    scope = actor_scope(admin)
    wanted = journey.database.write(lambda rows: moving.to_ask(rows, admin, NOW, is_back=is_back), scope)
    journey.confirm(admin, wanted)
    journey.database.write(lambda rows: moving.ask(rows, admin, wanted, NOW, is_back=is_back), scope)
    while moving.go_on(journey.database, NOW):
        pass


def rows_of(journey: Journey, table: Any, number: str) -> list[Any]:
    chosen = select(table).join(case, case.c.id == table.c.case_id).where(case.c.number == number)
    with journey.database.engine.connect() as connection:
        return list(connection.execute(chosen))


def version_of(journey: Journey, number: str) -> int:
    own = replays.past_of(218)
    with journey.database.engine.connect() as connection:
        found = connection.execute(select(case.c.release_id).where(case.c.number == number)).scalar_one()
    return journey.database.read(lambda rows: releases.version_of(rows, found), own)


def has_drifted(journey: Journey) -> tuple[int, int]:
    scope = SystemScope(SystemReason.RECOUNT, 218)
    return journey.database.write(lambda rows: (len(queues.recount(rows)), tallies.recount(rows)), scope)


def kept(row: Any) -> tuple[Any, ...]:
    return (
        row.id,
        row.element_id,
        row.office_id,
        row.role,
        row.due_at,
        row.created_at,
        row.claimed_by,
        row.state,
    )


@pytest.fixture
def two(journey: Journey) -> tuple[str, str]:
    """A case in its enquiry, in which the new step lies ahead, and one before the DM, which has passed it by."""
    early, late = journey.new_case(["th_dighwara", "th_derni"]), journey.new_case(["th_derni"])
    journey.go_on(early, "endorse_enquiry")
    journey.go_on(late, "decide")
    into_force(journey, NEWER)
    return early, late


def test_a_case_goes_over_when_the_change_lies_ahead_and_ends_on_the_new_route(
    journey: Journey, two: tuple[str, str]
) -> None:
    early, late = two
    found = {line.number: (line.code, line.element_id) for line in seen(journey).lines}
    assert found == {early: ("", ""), late: ("new_step", "countersign")}
    tasks, timers = rows_of(journey, user_task, early), rows_of(journey, timer, early)
    asked(journey)
    run = seen(journey).run
    assert run is not None
    assert (run.is_over, run.moved, run.stayed) == (True, 1, {"new_step": 1})
    assert (version_of(journey, early), version_of(journey, late)) == (2, 1)
    after = rows_of(journey, user_task, early)
    assert sorted(map(kept, after)) == sorted(map(kept, tasks)), (
        "holders, due dates and drafts hang on the rows"
    )
    assert {each.engine_task_id for each in after if each.state == "open"}.isdisjoint(
        each.engine_task_id for each in tasks
    )
    due = sorted((each.element_id, each.due_at) for each in timers)
    assert sorted((each.element_id, each.due_at) for each in rows_of(journey, timer, early)) == due
    assert has_drifted(journey) == (0, 0)
    journey.go_on(early)
    journey.go_on(late)
    ways = {
        number: [each.element_id for each in rows_of(journey, user_task, number)].count("countersign")
        for number in two
    }
    assert ways == {early: 1, late: 0}
    assert has_drifted(journey) == (0, 0)


def test_the_timeline_and_the_record_tell_of_it_and_the_past_is_still_the_past(
    journey: Journey, two: tuple[str, str]
) -> None:
    early, _ = two
    asked(journey)
    sp = journey.staff.holder(Role.SP)
    shown = cases.see(journey.database, sp, early, "timeline", NOW)
    assert [(each.kind, each.outcome) for each in shown.events if each.kind == "moved"] == [("moved", "2")]
    assert [row.routing for row in rows_of(journey, step, early) if row.kind == "moved"] == [
        {"from": 1, "to": 2}
    ]
    journey.go_on(early)
    report = replays.run(journey.database, 218, NEWER, replays.first_day(0, NOW), lambda _done, _all: None)
    assert report.halted == report.unreadable == 0
    assert early not in [number for each in report.named.values() for number, _, _ in each], (
        "the same way again"
    )


def test_a_moved_case_goes_back_while_nothing_was_done_in_it(journey: Journey, two: tuple[str, str]) -> None:
    early, _ = two
    before = {each.id: each.engine_task_id for each in rows_of(journey, user_task, early)}
    asked(journey)
    assert seen(journey).may_go_back == 1
    asked(journey, is_back=True)
    assert version_of(journey, early) == 1
    assert {each.id: each.engine_task_id for each in rows_of(journey, user_task, early)} == before
    assert has_drifted(journey) == (0, 0)
    asked(journey)
    assert version_of(journey, early) == 2, "and over again"
    journey.do(early, "endorse_enquiry")
    assert seen(journey).may_go_back == 0, "it has gone on since"
    journey.go_on(early)
    assert version_of(journey, early) == 2


def test_nothing_moves_without_the_right_and_a_fresh_factor(journey: Journey, two: tuple[str, str]) -> None:
    admin, dm = journey.staff.holder(Role.PROCESS_ADMIN), journey.staff.holder(Role.DM)
    with pytest.raises(NotAllowed):
        journey.database.write(lambda rows: moving.to_ask(rows, dm, NOW, is_back=False), actor_scope(dm))
    wanted = journey.database.write(
        lambda rows: moving.to_ask(rows, admin, NOW, is_back=False), actor_scope(admin)
    )
    with pytest.raises((stepup.StepUpOver, stepup.StepUpNeeded)):
        journey.database.write(
            lambda rows: moving.ask(rows, admin, wanted, NOW, is_back=False), actor_scope(admin)
        )
    assert not moving.go_on(journey.database, NOW)
    assert [version_of(journey, number) for number in two] == [1, 1]
