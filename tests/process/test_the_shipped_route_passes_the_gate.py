"""What is shipped passes its own gate, with the forms, jobs and papers that it is shipped with."""

from __future__ import annotations

from functools import cache

import pytest

from app.services.jobs.jobs import RESULTS
from app.services.procedure import releases
from tests.sources import ROOT


@cache
def shipped() -> dict[str, bytes]:
    return releases.read_folder(ROOT)


def problems_after(file: str, old: str, new: str) -> list[tuple[str, str, str]]:
    """The problems of the shipped release with one thing changed."""
    text = shipped()[file].decode()
    assert old in text
    found = releases.gatekeeping.check({**shipped(), file: text.replace(old, new, 1).encode()}, RESULTS)
    return [(one.file, one.element_id, one.rule) for one in found]


def test_the_shipped_release_has_no_problem():
    assert releases.gatekeeping.check(shipped(), RESULTS) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            "verification.bpmn",
            'recommend.action = "re_enquiry"',
            'recommend.action = "reenquiry"',
            ("recommendation_made_to_enter_rounds", "code_unknown"),
        ),
        (
            "enquiry.bpmn",
            'unit.kind = "dcrb"',
            'unit.kind = "drcb"',
            ("unit_known_to_search_records", "code_unknown"),
        ),
        ("verification.bpmn", "checks.sla_sp_route", "checks.sla_sp_rout", ("route", "name_unknown")),
        (
            "verification.bpmn",
            "<bpmn:loopDataInputRef>units",
            "<bpmn:loopDataInputRef>unit",
            ("conduct_enquiries", "collection_missing"),
        ),
        ("enquiry.bpmn", 'value="enquiry_officer"', 'value="enquiry_oficer"', ("visit", "role_missing")),
        (
            "enquiry.bpmn",
            "visit.resident =",
            "revisit.resident =",
            ("house_visited_to_enter_visit", "name_too_early"),
        ),
        (
            "outcome.dmn",
            "<text>findings.wanted</text>",
            "<text>findings.wnted</text>",
            ("outcome_in_wanted", "name_unknown"),
        ),
        (
            "outcome.dmn",
            '<text>"address_incomplete"</text>',
            '<text>"address_unknown"</text>',
            ("", "code_unknown"),
        ),
    ],
)
def test_a_slip_of_the_pen_is_found_where_it_is(file: str, old: str, new: str, expected: tuple[str, str]):
    element, rule = expected
    found = problems_after(file, old, new)
    assert (file, rule) in {(where, which) for where, _, which in found}
    assert not element or element in {where for _, where, _ in found}


def test_a_process_that_is_gone_is_missed():
    found = releases.gatekeeping.check(
        {name: data for name, data in shipped().items() if name != "enquiry.bpmn"}, RESULTS
    )
    assert "called_missing" in {one.rule for one in found}


def test_a_form_that_is_gone_is_missed_by_its_step():
    found = releases.gatekeeping.check(
        {name: data for name, data in shipped().items() if name != "visit.form"}, RESULTS
    )
    assert ("visit", "form_unknown") in {(one.element_id, one.rule) for one in found}
