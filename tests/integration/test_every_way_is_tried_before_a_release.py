"""A dry run leads made-up cases over every way of a release, and tells what stops them, before anybody meets it."""

from __future__ import annotations

import resource
import time
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from app import engine, trials
from app.domain.errors import NotAllowed, ReleaseRefused
from app.domain.roles import Role
from app.models.deployment import trials as table
from app.models.scope import SystemReason, SystemScope
from app.services.deployment import dryruns
from app.services.deployment import release_proposals as proposals
from app.services.deployment import trials as dry_runs
from app.services.jobs import jobs
from app.services.procedure import gatekeeping, procedures, releases
from app.services.store.scopes import actor_scope
from app.trials import program
from tests.districts import NOW
from tests.office import text_of
from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.journey import Journey
    from tests.office import Office

FILES = releases.read_folder(ROOT)
ENQUIRY = "enquiry.bpmn"
LOCKED = '>visit.resident = "house_locked"<'


def with_condition(text: str) -> dict[str, bytes]:
    """The shipped route, with another condition for a second visit."""
    drawn = FILES[ENQUIRY].decode()
    assert drawn.count(LOCKED) == 1
    return {**FILES, ENQUIRY: drawn.replace(LOCKED, f">{text}<").encode()}


NO_WAY_OUT = with_condition('visit.resident = "house_locked" or visit.resident != "house_locked"')


def test_the_shipped_route_brings_every_made_up_case_to_its_end_and_meets_every_step() -> None:
    found = dry_runs.run(FILES, jobs.RESULTS)
    assert (found.faults, found.unmet, found.is_cut) == ([], [], False)
    assert found.ended == found.cases >= 60
    assert dry_runs.known(FILES) is found, "the same files are tried once"


def test_a_circle_that_no_answer_leaves_is_found_by_the_dry_run_alone_and_named() -> None:
    assert gatekeeping.check(NO_WAY_OUT, jobs.RESULTS) == [], "the gate knows flows, not what conditions say"
    [problem] = dry_runs.problems(NO_WAY_OUT, dry_runs.run(NO_WAY_OUT, jobs.RESULTS))
    assert (problem.file, problem.element_id, problem.params["why"]) == (ENQUIRY, "visit", "never_ends")
    assert "Visit › Visit" in problem.params["way_en"]


def test_a_condition_over_an_answer_that_may_stay_blank_is_met_by_a_blank_one() -> None:
    files = with_condition('visit.resident &lt; "b"')
    release = engine.load_release(releases.fingerprint(files), files)
    world = dry_runs.world(files, jobs.RESULTS)
    blank = {"resident": engine.Asked("string", ["resident"], is_optional=True)}
    heard: list[str] = []
    blanks = replace(world, forms={**world.forms, "visit": blank})
    stopped = engine.explore(release, blanks, heard.append, lambda: False)
    assert {each.code for each in stopped.faults} == {"condition_null"}
    assert "visit" in heard
    sound = engine.explore(release, world, heard.append, lambda: False)
    assert not sound.faults, "the form wants an answer: no case comes without one"


def test_a_program_that_goes_past_its_bounds_is_told_as_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "SECONDS", 0.01)
    found = trials.run(FILES, dry_runs.world(FILES, jobs.RESULTS))
    assert found.is_cut
    assert [each.code for each in found.faults] == ["trial_stopped"]


def test_a_program_that_tries_a_release_has_so_much_time_and_memory_and_no_more() -> None:
    running = trials.Running(FILES, dry_runs.world(FILES, jobs.RESULTS))
    try:
        heard_by = time.monotonic() + 60
        while not running.cases and time.monotonic() < heard_by:
            time.sleep(0.02)
        pid = running._program.pid
        assert resource.prlimit(pid, resource.RLIMIT_CPU) == (program._CPU_SECONDS, program._CPU_SECONDS)
        assert resource.prlimit(pid, resource.RLIMIT_AS) == (program._MEMORY_BYTES, program._MEMORY_BYTES)
    finally:
        running.stop()


def test_a_proposal_that_the_dry_run_stops_is_not_sent_and_says_where(journey: Journey) -> None:
    admin = journey.staff.holder(Role.PROCESS_ADMIN)

    def make(rows: Any) -> Any:
        base = procedures.in_force(rows).row.id
        return proposals.begin(rows, admin, base, "भ्रमण फिर से", NOW, NO_WAY_OUT)

    proposal_id = journey.database.write(make, actor_scope(admin))
    with pytest.raises(ReleaseRefused) as refused:
        proposals.send(journey.database, admin, proposal_id, "हर भ्रमण दोबारा किया जाए", NOW)
    assert {each.element_id for each in refused.value.problems} == {"visit"}
    row = journey.database.read(lambda rows: proposals.view(rows, admin, proposal_id), actor_scope(admin)).row
    assert row.status == proposals.OPEN


# -- asked for on a page, done beside the worker's other work ------------------------------------------------


def proposed(journey: Journey, files: dict[str, bytes]) -> Any:
    admin = journey.staff.holder(Role.PROCESS_ADMIN)

    def make(rows: Any) -> Any:
        return proposals.begin(rows, admin, procedures.in_force(rows).row.id, "परख", NOW, files)

    return journey.database.write(make, actor_scope(admin))


def of_proposal(journey: Journey, proposal_id: Any) -> dryruns.DryRun:
    admin = journey.staff.holder(Role.PROCESS_ADMIN)
    found = journey.database.read(
        lambda rows: dryruns.newest(rows, proposal_id, proposals.files(rows, proposal_id)), actor_scope(admin)
    )
    assert found is not None
    return found


def worked_until(
    journey: Journey, proposal_id: Any, is_so: Callable[[dryruns.DryRun], bool]
) -> dryruns.DryRun:
    """Let the worker look after it as it does, once in a while, until something is so."""
    for _ in range(600):
        dryruns.go_on(journey.database, datetime.now(UTC))  # noqa: TID251 - the program runs by the machine's clock
        found = of_proposal(journey, proposal_id)
        if is_so(found):
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def test_a_dry_run_goes_on_without_its_page_tells_how_far_it_is_and_is_kept(office: Office) -> None:
    journey = office.journey
    admin, proposal_id = journey.staff.holder(Role.PROCESS_ADMIN), proposed(journey, NO_WAY_OUT)
    dryruns.ask(journey.database, admin, proposal_id, NOW)
    dryruns.ask(journey.database, admin, proposal_id, NOW)
    assert of_proposal(journey, proposal_id).row.state == "queued"
    under_way = worked_until(journey, proposal_id, lambda run: run.row.acts > 0)
    assert under_way.row.cases > 0
    done = worked_until(journey, proposal_id, lambda run: not run.is_under_way)
    assert done.found is not None
    assert [(each.element_id, each.code) for each in done.found.faults] == [("visit", "never_ends")]
    assert not dryruns.go_on(journey.database, NOW), "asked for twice, done once"


def test_a_dry_run_is_stopped_at_a_word_and_its_program_ends(journey: Journey) -> None:
    admin, proposal_id = journey.staff.holder(Role.PROCESS_ADMIN), proposed(journey, with_condition("false"))
    dryruns.ask(journey.database, admin, proposal_id, NOW)
    worked_until(journey, proposal_id, lambda run: run.row.state == "running")
    journey.database.write(lambda rows: dryruns.cancel(rows, admin, proposal_id, NOW), actor_scope(admin))
    assert dryruns.go_on(journey.database, NOW)
    stopped = of_proposal(journey, proposal_id)
    assert (stopped.row.state, stopped.found) == ("cancelled", None)
    assert not dryruns.go_on(journey.database, NOW), "nothing runs any more"
    dm = journey.staff.holder(Role.DM_ASSISTANT)
    with pytest.raises(NotAllowed):
        dryruns.ask(journey.database, dm, proposal_id, NOW)


def test_the_page_of_a_dry_run_is_begun_watched_and_left(office: Office) -> None:
    admin = office.at(Role.PROCESS_ADMIN)
    admin.get("/modeler")
    address = admin.post("/modeler/releases/1/proposals", {"title": "परख"}).headers["Location"]
    assert "परख आरंभ करें" in text_of(admin.get(f"{address}/trial"))
    shown = text_of(admin.post_and_follow(f"{address}/trial"))
    assert "परख चल रही है" in shown
    assert "इस पृष्ठ को बंद कर सकते हैं" in shown
    shown = text_of(admin.post_and_follow(f"{address}/trial/cancel"))
    assert "रोक दी गई" in shown
    assert "परख आरंभ करें" in shown


def test_no_page_waits_for_a_dry_run_sending_begins_it_and_is_pressed_again(office: Office) -> None:
    admin, journey = office.at(Role.PROCESS_ADMIN), office.journey
    proposal_id = proposed(journey, with_condition('visit.resident = "house_locked" and true'))
    address, typed = f"/modeler/proposals/{proposal_id}", {"note": "बंद घर पर दोबारा भ्रमण"}
    admin.get(address)
    answer = admin.post(f"{address}/send", typed)
    assert answer.status_code == 422
    assert "परख आरंभ हो गई है" in text_of(answer)
    assert typed["note"] in text_of(answer), "what was typed stays"
    row = of_proposal(journey, proposal_id).row
    assert row.state == "queued"
    found = asdict(engine.Trial(cases=61, ended=61))
    everywhere = SystemScope(SystemReason.REPLAY)
    journey.database.write(
        lambda rows: table.set_trial(rows, row.id, state="done", ended_at=NOW, found=found), everywhere
    )
    assert admin.post(f"{address}/send", typed).status_code == 303
    actor = journey.staff.holder(Role.PROCESS_ADMIN)
    sent = journey.database.read(lambda rows: proposals.view(rows, actor, proposal_id), actor_scope(actor))
    assert sent.row.status == proposals.SENT


def test_an_example_or_a_paper_that_changes_asks_for_no_new_dry_run(journey: Journey) -> None:
    admin = journey.staff.holder(Role.PROCESS_ADMIN)
    scope = actor_scope(admin)
    again = {**NO_WAY_OUT, "scenarios.json": b'{"scenarios": []}'}
    assert releases.route_mark(again) == releases.route_mark(NO_WAY_OUT)
    assert releases.route_mark(FILES) != releases.route_mark(NO_WAY_OUT)
    proposal_id = proposed(journey, NO_WAY_OUT)
    dryruns.ask(journey.database, admin, proposal_id, NOW)
    row = of_proposal(journey, proposal_id).row
    found = asdict(engine.Trial(cases=61, ended=61))
    everywhere = SystemScope(SystemReason.REPLAY)
    journey.database.write(
        lambda rows: table.set_trial(rows, row.id, state="done", ended_at=NOW, found=found), everywhere
    )
    saved = sha256(FILES["scenarios.json"]).hexdigest()
    journey.database.write(
        lambda rows: proposals.save(
            rows, admin, proposal_id, "scenarios.json", again["scenarios.json"], saved, NOW
        ),
        scope,
    )
    assert of_proposal(journey, proposal_id).is_of_now
    dry_runs._known.clear()
    journey.database.read(lambda rows: dry_runs.recall(rows, again, NOW), scope)
    assert dry_runs.known(again) == engine.Trial(cases=61, ended=61), "sending asks for no other"
    dry_runs._known.clear()
    later = NOW + timedelta(days=2)
    journey.database.read(lambda rows: dry_runs.recall(rows, again, later), scope)
    assert dry_runs.known(again) is None, "a newer program may judge otherwise"
