"""processes/checks.dmn and processes/outcome.dmn: every purpose has its row, every finding its rule."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest
from lxml import etree

from app.engine.decisions import load
from app.feel import Evaluation

PROCESSES = Path(__file__).resolve().parent.parent.parent / "processes"
CHECKS = load((PROCESSES / "checks.dmn").read_bytes())
OUTCOME = load((PROCESSES / "outcome.dmn").read_bytes())
PURPOSES = (
    *("govt_service", "central_forces", "bihar_police", "contractual_service", "contractor"),
    *("arms_licence_new", "arms_licence_renewal", "psara_agency", "psara_guard", "explosive_noc"),
    *("petroleum_noc", "gas_agency", "cinema_licence", "excise_licence", "bank_agent", "education"),
    *("private_job", "tenant", "domestic_help", "pcc_passport", "reverse_other_district", "other"),
)
FINDINGS = [output for (output,) in sorted({path[1:] for path in OUTCOME.inputs("outcome")})]
# How many of the 24,576 combinations of values are first taken by each rule.
FIRST_TAKEN = [12288, 6144, 3072, 1536, 768, 256, 256, 128, 64, 32, 16, 8, 4, 2, 1, 1]
CLEAN = dict.fromkeys(FINDINGS, False) | {"identity_ok": True, "residence": "resident"}


def checks(purpose, requisition=(), intake=()):
    facts = {"case": {"purpose": purpose}, "requisition": dict(requisition), "intake": dict(intake)}
    return CHECKS.decide("checks", facts)


def outcome(**findings):
    return OUTCOME.decide("outcome", {"findings": {**CLEAN, **findings}})


@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_purpose_has_one_row_with_every_value(purpose):
    row = checks(purpose)
    empty = [name for name, value in row.items() if value is None]
    assert not empty
    stages = ("sla_dm_intake", "sla_sp_route", "sla_thana", "sla_sdpo", "sla_sp_review", "sla_dm_issue")
    assert sum(row[name] for name in stages) <= row["sla_working_days"]
    assert row["final_signatory"] == "DM" or row["sla_dm_issue"] == 0
    assert row["output"] == "CERTIFICATE" or row["validity_months"] == 0


def test_no_other_purpose_has_a_row():
    table = CHECKS.decision("checks").table
    assert len(table.rules()) == len(PURPOSES) == 22
    assert checks("unheard") is None


@pytest.mark.parametrize(
    ("requisition", "special_branch"),
    [
        ({}, False),
        ({"post_group": "C"}, False),
        ({"post_group": "B"}, True),
        ({"post_group": "C", "post_sensitive": True}, True),
        ({"post_group": None, "post_sensitive": None}, False),
    ],
)
def test_the_special_branch_is_asked_for_high_and_sensitive_posts(requisition, special_branch):
    assert checks("govt_service", requisition)["chk_special_branch"] is special_branch


def test_a_declared_case_brings_the_special_branch_to_a_contractor():
    assert checks("contractor", intake={"declared_case": "yes"})["chk_special_branch"] is True
    assert checks("contractor", intake={"declared_case": "no"})["chk_special_branch"] is False


def test_the_days_of_government_service_are_the_sourced_ones():
    row = checks("govt_service")
    assert (row["sla_working_days"], row["sp_statutory_days"], row["final_signatory"]) == (14, 14, "DM")
    assert isinstance(row["sla_working_days"], Decimal)


def test_every_combination_of_findings_is_taken_by_the_rule_it_belongs_to():
    table = OUTCOME.decision("outcome").table
    values = [
        ("resident", "not_resident", "address_incomplete") if name == "residence" else (True, False)
        for name in FINDINGS
    ]
    taken = Counter(
        next(table.matches(Evaluation(), ({"findings": dict(zip(FINDINGS, row, strict=True))}, None)), 0)
        for row in product(*values)
    )
    assert sum(taken.values()) == 24_576
    assert [taken[rule] for rule in range(18)] == [0, *FIRST_TAKEN, 0]


def test_a_clean_case_has_no_adverse_fact():
    assert outcome() == {"recommendation": "no_adverse", "sdpo_review": False, "alert": "none"}


def test_a_wanted_person_is_adverse_whatever_the_residence_says():
    answer = outcome(wanted=True, residence="not_resident")
    assert answer == {"recommendation": "adverse", "sdpo_review": True, "alert": "person_wanted"}


@pytest.mark.parametrize("missing", FINDINGS)
def test_a_finding_without_a_value_is_never_read_as_clean(missing):
    assert outcome(**{missing: None})["recommendation"] != "no_adverse"


def test_a_case_about_which_nothing_is_known_says_so():
    nothing = {"recommendation": "attention", "sdpo_review": True, "alert": "input_missing"}
    assert OUTCOME.decide("outcome", {"findings": {}}) == nothing
    assert OUTCOME.decide("outcome", {}) == nothing


@pytest.mark.parametrize("name", ["checks", "outcome"])
def test_a_shipped_decision_has_both_names_and_every_shape(name):
    model = {"checks": CHECKS, "outcome": OUTCOME}[name]
    known = model.decision(name)
    assert known.name != known.label_en
    assert known.label_en.isascii()
    root = etree.parse(PROCESSES / f"{name}.dmn").getroot()
    drawn = {shape.get("dmnElementRef") for shape in root.iter("{*}DMNShape", "{*}DMNEdge")}
    wanted = {
        element.get("id") for element in root.iter("{*}decision", "{*}inputData", "{*}informationRequirement")
    }
    assert drawn == wanted
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_each_row_says_in_hindi_and_english_what_it_is_about():
    for name in ("checks", "outcome"):
        root = etree.parse(PROCESSES / f"{name}.dmn").getroot()
        for rule in root.iter("{*}rule"):
            hindi, english = rule.findtext("{*}description").split(" | ")
            assert not hindi.isascii()
            assert english.isascii()
