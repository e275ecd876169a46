"""A dry run leads made-up cases over every way of a release, and tells what stops them, before anybody meets it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from app import engine, trials
from app.domain.errors import ReleaseRefused
from app.domain.roles import Role
from app.services.deployment import release_proposals as proposals
from app.services.deployment import trials as dry_runs
from app.services.jobs import jobs
from app.services.procedure import gatekeeping, procedures, releases
from app.services.store.drafts import actor_scope
from tests.integration.conftest import NOW
from tests.sources import ROOT

if TYPE_CHECKING:
    from tests.journey import Journey

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
