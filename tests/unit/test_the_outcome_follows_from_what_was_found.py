"""From answers to the proposed outcome: the table of cases that officers and lawyers would ask about first."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain import findings
from app.domain.findings import Findings, Unit
from app.engine.decisions import load
from tests.sources import ROOT

OUTCOME = load((ROOT / "processes" / "outcome.dmn").read_bytes())
INTAKE = {"dob": "2000-06-15", "declared_case": "not_on_file"}
FIR = {
    "fir_no": "112",
    "fir_year": 2021,
    "thana": "garkha",
    "role": "accused_named",
    "stage": "chargesheeted",
    "identity_basis": "father_village",
}
WARRANT = {
    "register": "warrant",
    "entry_no": "4",
    "year": 2025,
    "in_force": True,
    "identity_basis": "photo",
}
BOND = {**WARRANT, "register": "preventive", "preventive_kind": "bond_executed"}


def thana(rows: Any = (), entries: Any = (), **visit: Any) -> Unit:
    seen = {"resident": "resident", "identity_verified": "yes"} | visit
    return Unit("thana", "garkha", seen, {"all_clear": False, "cases": list(rows), "entries": list(entries)})


def bureau(*rows: Any) -> Unit:
    result = "record_found" if rows else "no_record"
    return Unit("dcrb", "dcrb", search={"action": "report", "result": result, "cases": list(rows)})


def proposed(
    *units: Unit, intake: dict[str, Any] | None = None, verdicts: dict[str, str] | None = None
) -> str:
    answer = OUTCOME.decide("outcome", {"findings": findings.derive(intake or INTAKE, units, verdicts)})
    return str(answer["recommendation"])


def test_a_clean_person_has_no_adverse_fact() -> None:
    assert proposed(thana(), bureau()) == "no_adverse"


@pytest.mark.parametrize("residence", ["resident", "left", "not_resident", "address_incomplete"])
@pytest.mark.parametrize(
    ("rows", "entries"),
    [
        ([], [WARRANT]),
        ([], [{**WARRANT, "register": "absconder"}]),
        ([{**FIR, "stage": "convicted"}], []),
        ([{**FIR, "stage": "appeal_conviction"}], []),
        ([FIR], []),
        ([{**FIR, "stage": "trial"}], []),
    ],
)
def test_who_is_wanted_convicted_or_chargesheeted_is_never_sent_back_as_merely_not_resident(
    rows: list[Any], entries: list[Any], residence: str
) -> None:
    assert proposed(thana(rows, entries, resident=residence), bureau(*rows)) == "adverse"


@pytest.mark.parametrize("role", ["complainant", "witness", "victim"])
@pytest.mark.parametrize("stage", ["under_investigation", "chargesheeted", "trial", "convicted", "acquitted"])
def test_a_witness_or_complainant_never_makes_an_outcome_adverse(role: str, stage: str) -> None:
    row = {**FIR, "role": role, "stage": stage}
    assert proposed(thana([row]), bureau(row)) == "no_adverse"
    assert Findings(INTAKE, [thana([row])]).printable == []


def test_a_mere_suspect_is_not_reported() -> None:
    suspect = {**FIR, "role": "accused_unnamed", "stage": "under_investigation"}
    assert proposed(thana([suspect]), bureau()) == "no_adverse"
    assert Findings(INTAKE, [thana([suspect])]).printable == []


@pytest.mark.parametrize("stage", ["convicted", "trial", "chargesheeted", "under_investigation"])
def test_what_a_child_did_makes_nothing_adverse_and_is_never_printed(stage: str) -> None:
    row = {**FIR, "stage": stage, "offence_date": "2017-01-01"}
    assert proposed(thana([row]), bureau(row)) == "no_adverse"
    assert Findings(INTAKE, [thana([row])]).printable == []


def test_of_a_candidate_of_seventeen_no_row_counts() -> None:
    child = {"dob": "2009-06-15"}
    rows = [{**FIR, "fir_year": year, "stage": "convicted"} for year in (2021, 2024, 2026)]
    assert proposed(thana(rows), bureau(*rows), intake=child) == "no_adverse"
    assert Findings(child, [thana(rows)]).printable == []


@pytest.mark.parametrize(
    ("stage", "more", "outcome"),
    [
        ("under_investigation", {}, "attention"),
        ("final_form", {"final_form_accepted": "pending"}, "attention"),
        ("final_form", {"final_form_accepted": "not_accepted"}, "attention"),
        ("final_form", {"final_form_accepted": "accepted"}, "no_adverse"),
        ("acquitted", {}, "no_adverse"),
        ("appeal_acquittal", {}, "no_adverse"),
        ("discharged", {}, "no_adverse"),
        ("compounded", {}, "no_adverse"),
        ("quashed", {}, "no_adverse"),
    ],
)
def test_a_case_is_worth_what_its_stage_says(stage: str, more: dict[str, str], outcome: str) -> None:
    row = {**FIR, "stage": stage, **more}
    assert proposed(thana([row]), bureau(row)) == outcome


@pytest.mark.parametrize(
    ("entry", "outcome"),
    [
        ({**WARRANT, "register": "gunda"}, "attention"),
        (BOND, "attention"),
        ({**BOND, "preventive_kind": "order_in_force"}, "attention"),
        ({**BOND, "preventive_kind": "notice"}, "no_adverse"),
        ({**BOND, "in_force": False}, "no_adverse"),
        ({**WARRANT, "in_force": False}, "no_adverse"),
    ],
)
def test_an_entry_calls_for_attention_while_it_is_in_force(entry: dict[str, Any], outcome: str) -> None:
    assert proposed(thana(entries=[entry]), bureau()) == outcome


def test_a_doubtful_row_is_never_adverse_until_the_sdpo_says_whose_it_is() -> None:
    row = {**FIR, "identity_basis": "doubtful"}
    units = (thana([row]), bureau(row))
    (disputed,) = Findings(INTAKE, units).disputed
    assert proposed(*units) == "attention"
    assert proposed(*units, verdicts={disputed.key: "same_person"}) == "adverse"
    assert proposed(*units, verdicts={disputed.key: "other_person"}) == "no_adverse"
    assert proposed(*units, verdicts={disputed.key: "still_doubtful"}) == "attention"


def test_what_the_bureau_found_and_the_thana_did_not_is_settled_by_the_sdpo() -> None:
    units = (thana(), bureau({**FIR, "stage": "acquitted"}))
    (disputed,) = Findings(INTAKE, units).disputed
    assert proposed(*units) == "attention"
    assert proposed(*units, verdicts={disputed.key: "same_person"}) == "no_adverse"
    assert proposed(*units, verdicts={disputed.key: "other_person"}) == "no_adverse"


def test_a_chargesheeted_case_is_adverse_even_while_the_thana_denies_it() -> None:
    assert proposed(thana(), bureau(FIR)) == "adverse"


@pytest.mark.parametrize(
    ("visit", "outcome"),
    [
        ({"identity_verified": "no"}, "returned"),
        ({"resident": "address_incomplete"}, "returned"),
        ({"resident": "not_resident"}, "not_resident"),
        ({"resident": "left"}, "no_adverse"),
        ({"premises_result": "unsuitable"}, "attention"),
        ({"weapon_matches": False}, "attention"),
    ],
)
def test_what_the_visit_found_is_proposed(visit: dict[str, Any], outcome: str) -> None:
    assert proposed(thana(**visit), bureau()) == outcome


@pytest.mark.parametrize(
    ("declared", "signed", "outcome"),
    [
        ("no", True, "attention"),
        ("no", False, "no_adverse"),
        ("yes", True, "no_adverse"),
        ("not_on_file", None, "no_adverse"),
    ],
)
def test_only_a_signed_denial_is_a_suppression(declared: str, signed: Any, outcome: str) -> None:
    intake = {**INTAKE, "declared_case": declared, "declaration_attached": signed}
    row = {**FIR, "stage": "acquitted"}
    assert proposed(thana([row]), bureau(row), intake=intake) == outcome


def test_a_case_about_which_a_unit_is_silent_is_never_clean() -> None:
    assert proposed(thana(), Unit("dcrb", "dcrb")) == "attention"
    assert proposed() == "attention"
