"""A running case goes over to a newer release only where its way so far is the same there; all else of it stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.domain.errors import NotAllowed
from app.domain.roles import Role
from app.models.scope import SystemReason, SystemScope
from app.models.tables.cases import case
from app.models.tables.workflow import notification, step, timer, user_task
from app.services.access import stepup
from app.services.casework import cases
from app.services.deployment import awaited, choices, mapping, moving, orders, replays
from app.services.desk import taskpage, tasks
from app.services.procedure import releases
from app.services.store import queues
from app.services.store.scopes import actor_scope
from app.services.workflow import tallies
from tests.districts import NOW
from tests.integration.test_a_proposal_is_rehearsed_on_the_past import FILES, ROUTE, with_a_countersignature
from tests.office import text_of

if TYPE_CHECKING:
    from app.services.deployment.moving import Overview
    from tests.journey import Journey
    from tests.office import Office

NEWER = {**FILES, ROUTE: with_a_countersignature()}


def into_force(journey: Journey, files: dict[str, bytes]) -> None:
    scope = SystemScope(SystemReason.DEPLOY, 218)
    journey.database.write(
        lambda rows: releases.put_into_force(rows, files, author=None, now=NOW, note="एक चरण अधिक"), scope
    )


def seen(journey: Journey) -> Overview:
    return moving.overview(journey.database, journey.staff.holder(Role.PROCESS_ADMIN), None, NOW)


def wanted_of(journey: Journey, *, is_back: bool = False) -> None:
    """The administrator tries all cases, and asks for the order."""
    admin = journey.staff.holder(Role.PROCESS_ADMIN)
    if not is_back:
        looked(journey)
    note = "नया चरण चालू प्रकरणों में भी हो"
    journey.database.write(
        lambda rows: orders.ask(rows, admin, note, NOW, is_back=is_back), actor_scope(admin)
    )


def ordered(journey: Journey, *, is_back: bool = False) -> None:
    """Asked by the administrator, ordered by the DM with a fresh factor, done by the worker."""
    wanted_of(journey, is_back=is_back)
    dm = journey.staff.holder(Role.DM)
    scope = actor_scope(dm)
    fresh = journey.database.write(lambda rows: orders.to_give(rows, dm, NOW), scope)
    journey.confirm(dm, fresh)
    journey.database.write(lambda rows: orders.give(rows, dm, fresh, NOW), scope)
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


def told_of_approvals(journey: Journey) -> list[str]:
    chosen = select(notification.c.role).where(notification.c.kind == awaited.NOTICE)
    with journey.database.engine.connect() as connection:
        return list(connection.execute(chosen).scalars())


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
    ordered(journey)
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
    ordered(journey)
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
    ordered(journey)
    assert seen(journey).may_go_back == 1
    ordered(journey, is_back=True)
    assert version_of(journey, early) == 1
    assert {each.id: each.engine_task_id for each in rows_of(journey, user_task, early)} == before
    assert has_drifted(journey) == (0, 0)
    ordered(journey)
    assert version_of(journey, early) == 2, "and over again"
    journey.do(early, "endorse_enquiry")
    assert seen(journey).may_go_back == 0, "it has gone on since"
    journey.go_on(early)
    assert version_of(journey, early) == 2


def test_nothing_moves_but_by_two_officers_and_a_fresh_factor(journey: Journey, two: tuple[str, str]) -> None:
    admin, dm, sp = (journey.staff.holder(role) for role in (Role.PROCESS_ADMIN, Role.DM, Role.SP))
    write = journey.database.write
    with pytest.raises(orders.Refused, match="untried"):
        write(
            lambda rows: orders.ask(rows, admin, "बिना जाँच के ले जाएँ", NOW, is_back=False), actor_scope(admin)
        )
    with pytest.raises(NotAllowed):
        write(lambda rows: orders.ask(rows, dm, "जिला पदाधिकारी की माँग", NOW, is_back=False), actor_scope(dm))
    wanted_of(journey)
    with pytest.raises(NotAllowed):
        write(lambda rows: orders.to_give(rows, admin, NOW), actor_scope(admin))
    told = journey.database.read(lambda rows: orders.of_now(rows, dm), actor_scope(dm))
    assert told is not None
    assert (told.version, told.moved, told.stayed) == (2, 1, {"new_step": 1})
    assert (told.may_give, told.may_take_back) == (True, False)
    fresh = write(lambda rows: orders.to_give(rows, dm, NOW), actor_scope(dm))
    with pytest.raises((stepup.StepUpOver, stepup.StepUpNeeded)):
        write(lambda rows: orders.give(rows, dm, fresh, NOW), actor_scope(dm))
    write(lambda rows: orders.send_back(rows, sp, "पहले थानों को बताएँ", NOW), actor_scope(sp))
    journey.confirm(dm, fresh)
    with pytest.raises(orders.Refused, match="not_asked"):
        write(lambda rows: orders.give(rows, dm, fresh, NOW), actor_scope(dm))
    assert not moving.go_on(journey.database, NOW)
    assert [version_of(journey, number) for number in two] == [1, 1]


def test_an_order_that_was_asked_of_another_choice_is_not_given(journey: Journey) -> None:
    number = journey.new_case(["th_derni"])
    journey.go_on(number, "visit", "check_registers")
    into_force(journey, with_another_name())
    chosen(journey, visit=PLACE_OF_VISIT)
    wanted_of(journey)
    dm = journey.staff.holder(Role.DM)
    chosen(journey, visit="revisit")
    with pytest.raises(orders.Refused, match="changed"):
        journey.database.write(lambda rows: orders.to_give(rows, dm, NOW), actor_scope(dm))


def test_the_officer_who_orders_reads_what_the_trial_found_and_the_maker_waits(
    office: Office,
) -> None:
    journey = office.journey
    number = journey.new_case(["th_derni"])
    journey.go_on(number, "endorse_enquiry")
    into_force(journey, NEWER)
    admin, dm = office.at(Role.PROCESS_ADMIN), office.at(Role.DM)
    assert "पहले ऊपर" in text_of(admin.get("/modeler/moving"))
    looked(journey)
    answer = admin.post("/modeler/moving", {"note": "कम"})
    assert answer.status_code == 422
    assert "कारण 10 से 400" in text_of(answer)
    assert "दूसरे पदाधिकारी आदेश देंगे" in text_of(
        admin.post_and_follow("/modeler/moving", {"note": "नया चरण चालू प्रकरणों में भी हो"})
    )
    assert "माँग वापस लें" in text_of(admin.get("/modeler/moving"))
    page = text_of(dm.get("/modeler/moving"))
    assert "ले जाने का आदेश दें" in page
    assert "नया चरण चालू प्रकरणों में भी हो" in page
    assert "सब प्रकरण जाँचें</button>" not in page
    assert "आदेश की प्रतीक्षा" in text_of(dm.get("/modeler"))
    assert "नए संस्करण पर ले जाने की माँग <b>1</b>" in text_of(dm.get("/inbox"))
    assert sorted(told_of_approvals(journey)) == ["dm", "sp"], "both posts that may give it, once"
    assert "/step-up/" in dm.post("/modeler/moving/order").headers["Location"]
    assert "लौटाया गया" in text_of(
        dm.post_and_follow("/modeler/moving/send-back", {"note": "पहले थानों को बताएँ"})
    )
    assert "ले जाने की माँग" not in text_of(dm.get("/inbox")), "nothing waits for him any more"


# -- steps that the newer release lacks --------------------------------------------------------------------

PLACE_OF_VISIT = "visit_place"


def with_another_name() -> dict[str, bytes]:
    """The shipped route with the visit under another id, as after it was drawn anew."""
    text = FILES["enquiry.bpmn"].decode()
    for old in ('id="visit"', 'Ref="visit"', 'bpmnElement="visit"', ">visit<", ">visit.resident"):
        assert old in text, old
        text = text.replace(old, old.replace("visit", PLACE_OF_VISIT))
    text = text.replace('"स्थल भ्रमण"', '"स्थल पर जाँच"')
    examples = FILES["scenarios.json"].decode().replace('"visit"', f'"{PLACE_OF_VISIT}"')
    return {**FILES, "enquiry.bpmn": text.encode(), "scenarios.json": examples.encode()}


def chosen(journey: Journey, **steps: str) -> None:
    choices.save(journey.database, journey.staff.holder(Role.PROCESS_ADMIN), steps, NOW)


def groups(journey: Journey) -> dict[str, choices.Group]:
    table = choices.show(journey.database, journey.staff.holder(Role.PROCESS_ADMIN))
    return {group.step.element_id: group for group in table.groups}


def looked(journey: Journey) -> tuple[int, dict[str, int]]:
    admin = journey.staff.holder(Role.PROCESS_ADMIN)
    journey.database.write(lambda rows: moving.ask_look(rows, admin, NOW), actor_scope(admin))
    while moving.go_on(journey.database, NOW):
        pass
    found = seen(journey).looked
    assert found is not None
    return found.moved, found.stayed


def test_a_case_at_a_step_that_bears_another_name_goes_over_once_that_is_said(journey: Journey) -> None:
    number = journey.new_case(["th_dighwara", "th_derni"])
    journey.go_on(number, "visit", "check_registers")
    journey.do(
        number, "visit"
    )  # the one unit has visited, the other one has it open: with a draft, in his name
    task = next(each for each in journey.waiting(number) if each.element_id == "visit")
    officer = journey.actor_of(task)
    typed = journey.form_of(task, finding_text="पड़ोसियों ने उम्मीदवार को बचपन से यहाँ का निवासी बताया।")
    tasks.save_draft(journey.database, officer, task.id, typed, [], NOW)
    before = {row.id: row for row in rows_of(journey, user_task, number)}
    into_force(journey, with_another_name())
    assert groups(journey)["visit"].verdict == "needs"
    assert groups(journey)["check_registers"].verdict == "same"
    assert PLACE_OF_VISIT in {each.element_id for each in groups(journey)["visit"].may_become}
    assert [(each.code, each.element_id) for each in seen(journey).lines] == [("needs_mapping", "visit")]
    chosen(journey, visit=PLACE_OF_VISIT)
    assert looked(journey) == (1, {})
    assert version_of(journey, number) == 1, "a trial writes nothing"
    ordered(journey)
    assert version_of(journey, number) == 2
    after = {row.id: row for row in rows_of(journey, user_task, number)}
    assert {row.element_id for row in after.values() if row.state == "open"} >= {
        PLACE_OF_VISIT,
        "check_registers",
    }
    assert after.keys() == before.keys()
    for own, row in after.items():
        assert (row.due_at, row.claimed_by, row.assigned_to, row.created_at) == (
            before[own].due_at,
            before[own].claimed_by,
            before[own].assigned_to,
            before[own].created_at,
        )
    assert has_drifted(journey) == (0, 0)
    view = journey.database.read(lambda s: taskpage.open_task(s, officer, task.id, NOW), actor_scope(officer))
    assert view.values["finding_text"] == "पड़ोसियों ने उम्मीदवार को बचपन से यहाँ का निवासी बताया।", (
        "the draft is kept"
    )
    sp = journey.staff.holder(Role.SP)
    told_of = cases.see(journey.database, sp, number, "timeline", NOW)
    moved = [
        (each.number, each.outcome, [one.was_hi for one in each.renamed])
        for each in told_of.events
        if each.kind == "moved"
    ]
    assert moved == [("1", "2", ["स्थल भ्रमण"])]
    ordered(journey, is_back=True)
    assert sorted(map(kept, rows_of(journey, user_task, number))) == sorted(map(kept, before.values()))
    assert has_drifted(journey) == (0, 0)
    ordered(journey)
    journey.go_on(number)
    assert not journey.waiting(number), "it has come to its end"
    assert has_drifted(journey) == (0, 0)
    report = replays.run(
        journey.database, 218, with_another_name(), replays.first_day(0, NOW), lambda _d, _a: None
    )
    assert (report.same_path, report.cases) == (1, 1), "its past reads as if it had always borne this name"
    shown = cases.see(journey.database, sp, number, "timeline", NOW)
    assert {"स्थल भ्रमण", "स्थल पर जाँच"} <= {event.step_hi for event in shown.events}


def test_what_was_done_in_a_step_that_fell_away_counts_no_more(office: Office) -> None:
    """The countersignature is given up: who has passed it goes over, who stands at it has no place there."""
    journey = office.journey
    into_force(journey, NEWER)
    past, at = journey.new_case(["th_derni"]), journey.new_case(["th_dighwara"])
    journey.go_on(past, "decide")
    journey.go_on(at, "countersign")
    into_force(journey, FILES)
    assert groups(journey)["countersign"].open == 1
    assert {line.code for line in seen(journey).lines} == {"needs_mapping"}
    chosen(journey, countersign=mapping.GONE)
    assert groups(journey)["countersign"].verdict == "no_place"
    assert looked(journey) == (1, {"no_place": 1})
    ordered(journey)
    assert version_of(journey, at) == 2
    journey.go_on(past)
    journey.go_on(at)
    assert has_drifted(journey) == (0, 0)
    dm = journey.staff.holder(Role.DM)
    steps = {each.step_hi for each in cases.see(journey.database, dm, past, "timeline", NOW).events}
    assert "प्रतिहस्ताक्षर" in steps, "the timeline tells what was done, by its name of then"


def test_the_page_refuses_a_choice_that_cannot_be_beside_it_and_loses_nothing(office: Office) -> None:
    journey = office.journey
    number = journey.new_case(["th_derni"])
    journey.go_on(number, "visit", "check_registers")
    into_force(journey, with_another_name())
    for wrong, why in (("decide", "office"), ("accept_enquiry", "in_person"), ("nothing", "unknown")):
        with pytest.raises(choices.Refused) as refused:
            chosen(journey, visit=wrong)
        assert refused.value.why == {"visit": why}
    chosen(journey, visit="revisit")
    assert looked(journey) == (0, {"new_step": 1}), "the route does not lead there"
    dm, admin = journey.staff.holder(Role.DM), office.at(Role.PROCESS_ADMIN)
    with pytest.raises(NotAllowed):
        choices.save(journey.database, dm, {}, NOW)
    admin.get("/modeler/moving")
    answer = admin.post("/modeler/moving/steps", {"step.visit": "decide"})
    assert answer.status_code == 422
    assert "उसी कार्यालय का चरण चुनें" in text_of(answer)
    answer = admin.post_and_follow("/modeler/moving/steps", {"step.visit": PLACE_OF_VISIT})
    shown = text_of(answer)
    assert f'<option value="{PLACE_OF_VISIT}" selected>स्थल पर जाँच</option>' in shown
    assert "इसका स्थान चुना जा चुका है" in shown
    assert "“स्थल भ्रमण” (थाना) का स्थान" in shown
    admin.post("/modeler/moving/try")
    assert "प्रकरण जाँचे जा रहे हैं" in text_of(admin.get("/modeler/moving"))
    admin.post("/modeler/moving/stop")
    assert not moving.go_on(journey.database, NOW)
