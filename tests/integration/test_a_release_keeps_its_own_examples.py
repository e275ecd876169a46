"""Scenarios: example cases of a release, run as its own tests; a release that leads one astray is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from app.domain.errors import NotAllowed, ReleaseRefused
from app.domain.roles import Role
from app.services.deployment import examples, packages, scenarios
from app.services.deployment import release_proposals as proposals
from app.services.procedure import comparisons, procedures, releases
from app.services.procedure.releases import SCENARIOS
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.sources import ROOT

if TYPE_CHECKING:
    from uuid import UUID

    from tests.journey import Journey

FILES = releases.read_folder(ROOT)
ROUTE, ENQUIRY = "verification.bpmn", "enquiry.bpmn"
NAMES = ("बीता प्रकरण", "A past case")


def edited(name: str, old: str, new: str) -> dict[str, bytes]:
    text = FILES[name].decode()
    assert old in text
    return {**FILES, name: text.replace(old, new).encode()}


def test_three_examples_are_shipped_and_the_shipped_route_leads_them_as_expected() -> None:
    found = scenarios.read(FILES[SCENARIOS])
    assert [each.key for each in found] == ["clean_case", "re_enquiry", "adverse_hearing"]
    assert scenarios.problems(FILES) == []
    assert scenarios.write(found) == FILES[SCENARIOS], "written the same for the same content"
    assert [each.steps.get("hold_hearing", 0) for each in found] == [0, 0, 2]
    assert [each.steps["visit"] for each in found] == [1, 2, 1]


def test_a_route_that_leads_an_example_astray_is_told_at_the_step_where_it_differs() -> None:
    never = edited(ROUTE, 'hold_hearing.hearing_state = "adjourned"', 'hold_hearing.hearing_state = "absent"')
    [found] = scenarios.problems(never)
    assert (found.file, found.element_id, found.key) == (ROUTE, "hold_hearing", "scenario.fewer")
    assert (found.params["scenario_en"], found.params["expected"], found.params["found_en"]) == (
        "Adverse, with a hearing",
        "2",
        "1",
    )
    accepted = {**never, SCENARIOS: examples.as_they_go(never)}
    assert scenarios.problems(accepted) == [], "the office means it: the examples expect the way as it is now"
    again = edited(ENQUIRY, 'visit.resident = "house_locked"', 'visit.resident = "resident"')
    assert {(each.element_id, each.key) for each in scenarios.problems(again)} == {
        ("visit", "scenario.stuck")
    }


def test_a_file_of_examples_that_cannot_be_read_is_refused() -> None:
    for data in (
        b"",
        b"[]",
        b'{"scenarios": [{}]}',
        b'{"scenarios": 3}',
        FILES[SCENARIOS].replace(b'"acts"', b'"act"'),
    ):
        [found] = scenarios.problems({**FILES, SCENARIOS: data})
        assert (found.file, found.key) == (SCENARIOS, "scenario.unreadable")


def test_examples_travel_with_the_release_and_a_comparison_shows_them(journey: Journey) -> None:
    assert packages.unpack(journey.database, packages.pack(FILES)) == FILES
    found = scenarios.read(FILES[SCENARIOS])
    other = {**FILES, SCENARIOS: scenarios.write([found[0], replace(found[1], name_en="Sent back once")])}
    assert releases.fingerprint(other) != releases.fingerprint(FILES)
    [part] = comparisons.compare(FILES, other)
    assert [(line.what, line.element_id, line.part) for line in part.lines] == [
        ("changed", "re_enquiry", "name_en"),
        ("removed", "adverse_hearing", ""),
    ]


def begun(journey: Journey, contents: dict[str, bytes]) -> UUID:
    admin = journey.staff.holder(Role.PROCESS_ADMIN)

    def make(rows: Any) -> UUID:
        base = procedures.in_force(rows).row.id
        return proposals.begin(rows, admin, base, "नमूने", NOW, contents)

    return journey.database.write(make, actor_scope(admin))


def test_a_past_case_becomes_an_example_without_a_person_a_number_or_an_office(journey: Journey) -> None:
    number = journey.new_case(["th_dighwara", "th_derni"])
    journey.go_on(number)
    admin = journey.staff.holder(Role.PROCESS_ADMIN)
    proposal_id = begun(journey, FILES)
    with pytest.raises(proposals.Refused):
        examples.draw(journey.database, admin, proposal_id, "hold_hearing", NAMES, NOW)
    with pytest.raises(NotAllowed):
        examples.draw(journey.database, journey.staff.holder(Role.DM), proposal_id, "dispatch", NAMES, NOW)
    data = examples.draw(journey.database, admin, proposal_id, "dispatch", NAMES, NOW)
    assert not re.search(rb"[0-9a-f]{8}-[0-9a-f]{4}-", data), "no id of a case, an enquiry or an office"
    assert number.encode() not in data
    *_, new = scenarios.read(data)
    assert (new.name_en, new.steps["visit"], new.end) == ("A past case", 2, "finish_dispatch")
    assert scenarios.problems({**FILES, SCENARIOS: data}) == [], "it goes the way that the case went"


def test_a_proposal_whose_example_fails_is_not_sent(journey: Journey) -> None:
    wrong = edited(ROUTE, 'hold_hearing.hearing_state = "adjourned"', 'hold_hearing.hearing_state = "absent"')
    proposal_id = begun(journey, wrong)
    with pytest.raises(ReleaseRefused) as refused:
        proposals.send(
            journey.database, journey.staff.holder(Role.PROCESS_ADMIN), proposal_id, "सुनवाई एक बार ही", NOW
        )
    assert [each.rule for each in refused.value.problems] == ["scenario"]
