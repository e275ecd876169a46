"""The inputs of the outcome table: a table of cases, one line a rule; what is missing is never read as clean."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import findings
from app.domain.findings import Unit, Weight

BORN = "2000-06-15"
INTAKE = {"dob": BORN, "declared_case": "no", "declaration_attached": True}
VISIT = {"resident": "resident", "identity_verified": "yes"}
NO_ENTRY = {"all_clear": True, "reg_from": 2016, "reg_to": 2026}
FIR = {
    "fir_no": "12",
    "fir_year": 2022,
    "role": "accused_named",
    "stage": "chargesheeted",
    "identity_basis": "father_village",
    "district": "218",
}
WARRANT = {"register": "warrant", "in_force": True, "identity_basis": "photo"}
CLEAN = {
    "wanted": False,
    "conviction": False,
    "chargesheeted": False,
    "contradiction": False,
    "identity_ok": True,
    "residence": "resident",
    "doubtful_record": False,
    "under_investigation": False,
    "surveillance_entry": False,
    "preventive_order": False,
    "premises_unsuitable": False,
    "suppression": False,
    "cleared": False,
    "juvenile_record": False,
}
SUPPRESSED = {"suppression": True}


def thana(
    name: str = "mufassil", *, visit: Any = None, rows: Any = (), entries: Any = (), **more: Any
) -> Unit:
    registers = NO_ENTRY | {"cases": list(rows), "entries": list(entries)}
    return Unit("thana", name, {**VISIT, **(visit or {})}, registers, **more)


def changed(units: list[Unit], intake: dict[str, Any] | None = None) -> dict[str, Any]:
    """The inputs that differ from those of a clean case."""
    found = findings.derive(intake or INTAKE, units)
    assert found.keys() == CLEAN.keys()
    return {name: value for name, value in found.items() if value != CLEAN[name]}


def test_a_clean_case_has_clean_inputs():
    assert changed([thana()]) == {}


@pytest.mark.parametrize(
    ("stage", "extra", "expected"),
    [
        ("chargesheeted", {}, {"chargesheeted": True}),
        ("trial", {}, {"chargesheeted": True}),
        ("convicted", {}, {"conviction": True}),
        ("appeal_conviction", {}, {"conviction": True}),
        ("acquitted", {}, {"cleared": True}),
        ("appeal_acquittal", {}, {"cleared": True}),
        ("discharged", {}, {"cleared": True}),
        ("compounded", {}, {"cleared": True}),
        ("quashed", {}, {"cleared": True}),
        ("final_form", {"final_form_accepted": "accepted"}, {"cleared": True}),
        ("final_form", {"final_form_accepted": "pending"}, {"under_investigation": True}),
        ("final_form", {"final_form_accepted": "not_accepted"}, {"under_investigation": True}),
        ("under_investigation", {}, {"under_investigation": True}),
    ],
)
def test_each_stage_sets_its_input_and_a_false_declaration_is_suppression(stage, extra, expected):
    assert changed([thana(rows=[{**FIR, "stage": stage, **extra}])]) == expected | SUPPRESSED


@pytest.mark.parametrize("role", ["complainant", "witness", "victim"])
def test_who_is_not_accused_never_counts(role):
    assert changed([thana(rows=[{**FIR, "role": role, "stage": "convicted"}])]) == {}


@pytest.mark.parametrize(
    ("stage", "weight"),
    [
        ("under_investigation", Weight.NONE),
        ("final_form", Weight.NONE),
        ("chargesheeted", Weight.COUNTED),
        ("trial", Weight.COUNTED),
        ("convicted", Weight.COUNTED),
        ("acquitted", Weight.COUNTED),
    ],
)
def test_an_accused_whom_the_fir_does_not_name_is_a_suspect_until_the_charge_sheet(stage, weight):
    assert findings.weigh({**FIR, "role": "accused_unnamed", "stage": stage}, BORN) is weight


@pytest.mark.parametrize(
    ("row", "weight"),
    [
        ({"offence_date": "2018-06-14"}, Weight.JUVENILE),  # the day before his eighteenth birthday
        ({"offence_date": "2018-06-15"}, Weight.COUNTED),
        ({"fir_year": 2017}, Weight.JUVENILE),  # seventeen at most, whatever the day
        ({"fir_year": 2018}, Weight.DOUBTFUL),
        ({"fir_year": 2019}, Weight.DOUBTFUL),
        ({"fir_year": 2020}, Weight.COUNTED),
        ({"fir_year": 2017, "offence_date": "2022-01-01"}, Weight.COUNTED),
        ({"identity_basis": "doubtful"}, Weight.DOUBTFUL),
        ({"identity_basis": None}, Weight.DOUBTFUL),
        ({"offence_date": "2017-01-01", "identity_basis": "doubtful"}, Weight.JUVENILE),
    ],
)
def test_only_an_adult_of_certain_identity_counts(row, weight):
    assert findings.weigh({**FIR, **row}, BORN) is weight


@pytest.mark.parametrize("born", [None, "", "not a date"])
def test_without_a_date_of_birth_no_age_is_certain(born):
    assert findings.weigh(FIR, born) is Weight.DOUBTFUL


def test_a_doubtful_row_sets_nothing_but_doubt():
    assert changed([thana(rows=[{**FIR, "identity_basis": "doubtful", "stage": "convicted"}])]) == {
        "doubtful_record": True
    }


def test_a_juvenile_row_sets_no_other_input():
    row = {**FIR, "offence_date": "2016-01-01", "stage": "convicted"}
    assert changed([thana(rows=[row])]) == {"juvenile_record": True}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (WARRANT, {"wanted": True}),
        ({**WARRANT, "register": "absconder"}, {"wanted": True}),
        ({**WARRANT, "in_force": False}, {}),
        ({**WARRANT, "identity_basis": "doubtful"}, {"doubtful_record": True}),
        ({**WARRANT, "in_force": False, "identity_basis": "doubtful"}, {}),
        ({"register": "gunda", "in_force": False, "identity_basis": "papers"}, {"surveillance_entry": True}),
        ({"register": "history", "in_force": True, "identity_basis": "papers"}, {"surveillance_entry": True}),
        ({"register": "gang", "in_force": True, "identity_basis": "doubtful"}, {"doubtful_record": True}),
        (
            {**WARRANT, "register": "preventive", "preventive_kind": "bond_executed"},
            {"preventive_order": True},
        ),
        (
            {**WARRANT, "register": "preventive", "preventive_kind": "order_in_force"},
            {"preventive_order": True},
        ),
        ({**WARRANT, "register": "preventive", "preventive_kind": "notice"}, {}),
        ({**WARRANT, "register": "preventive", "preventive_kind": "closed"}, {}),
        (
            {
                "register": "preventive",
                "preventive_kind": "bond_executed",
                "in_force": False,
                "identity_basis": "photo",
            },
            {},
        ),
    ],
)
def test_an_entry_counts_while_it_is_in_force_and_certainly_his(entry, expected):
    assert changed([thana(entries=[entry])]) == expected


@pytest.mark.parametrize(
    ("answers", "residence"),
    [
        (["resident", "left"], "resident"),
        (["resident", "not_resident"], "not_resident"),
        (["resident", "address_incomplete"], "address_incomplete"),
        (["not_resident", "address_incomplete"], "address_incomplete"),
        (["resident", "house_locked"], None),
        (["resident", None], None),
        (["house_locked"], None),
    ],
)
def test_he_is_resident_when_every_address_says_so(answers, residence):
    units = [thana(f"thana{n}", visit={"resident": each}) for n, each in enumerate(answers)]
    assert findings.derive(INTAKE, units)["residence"] == residence


@pytest.mark.parametrize(
    ("answers", "expected"),
    [(["yes"], True), (["by_witness", "yes"], True), (["yes", "no"], False), ([None], None)],
)
def test_identity_fails_when_one_visit_says_no(answers, expected):
    units = [thana(f"thana{n}", visit={"identity_verified": each}) for n, each in enumerate(answers)]
    assert findings.derive(INTAKE, units)["identity_ok"] is expected


@pytest.mark.parametrize(
    ("visit", "expected"),
    [
        ({"premises_result": "suitable"}, False),
        ({"premises_result": "unsuitable"}, True),
        ({"premises_result": "not_inspected"}, None),
        ({"premises_result": "suitable", "weapon_matches": False}, True),
        ({}, False),
    ],
)
def test_premises_are_judged_where_they_were_asked_for(visit, expected):
    assert findings.derive(INTAKE, [thana(visit=visit)])["premises_unsuitable"] is expected


@pytest.mark.parametrize(
    "intake",
    [
        {"dob": BORN, "declared_case": "yes", "declaration_attached": True},
        {"dob": BORN, "declared_case": "not_on_file"},
        {"dob": BORN, "declared_case": "no", "declaration_attached": False},
        {"dob": BORN, "declared_case": "no"},
        {"dob": BORN},
    ],
)
def test_nobody_suppressed_what_he_did_not_sign_away(intake):
    assert changed([thana(rows=[FIR])], intake) == {"chargesheeted": True}


def test_a_bureau_that_finds_what_the_thana_did_not_is_a_contradiction():
    bureau = Unit("dcrb", "dcrb", search={"result": "record_found", "cases": [{**FIR, "stage": "acquitted"}]})
    assert changed([thana(), bureau]) == {"contradiction": True, "cleared": True} | SUPPRESSED


@pytest.mark.parametrize("row", [{"district": "219"}, {"fir_year": 2015, "offence_date": "2020-01-01"}])
def test_a_record_of_another_district_or_other_years_contradicts_nobody(row):
    quiet = Unit("thana", "garkha", VISIT, NO_ENTRY, district="218")
    found = Unit("dcrb", "dcrb", search={"result": "record_found", "cases": [{**FIR, **row}]})
    assert findings.derive(INTAKE, [quiet, found])["contradiction"] is False


def test_two_thanas_of_one_address_that_disagree_are_a_contradiction():
    home = frozenset({"home"})
    units = [thana("a", addresses=home), thana("b", visit={"resident": "not_resident"}, addresses=home)]
    assert findings.derive(INTAKE, units)["contradiction"] is True
    units[1] = thana("b", visit={"resident": "not_resident"}, addresses=frozenset({"work"}))
    assert findings.derive(INTAKE, units)["contradiction"] is False


def test_a_later_round_of_the_same_office_replaces_the_earlier_one():
    wrong, right = thana(rows=[FIR], visit={"resident": "not_resident"}), thana()
    assert changed([wrong, right]) == {}


def test_a_later_round_that_has_not_answered_leaves_the_earlier_one_standing():
    assert changed([thana(), Unit("thana", "mufassil")]) == {}


def test_what_nobody_has_answered_is_missing_and_never_clean():
    silent = findings.derive(INTAKE, [Unit("thana", "mufassil")])
    assert set(silent.values()) == {None}
    assert set(findings.derive(INTAKE, []).values()) <= {None, False}
    assert findings.derive(INTAKE, [])["wanted"] is None


def test_one_unit_that_has_not_looked_leaves_every_record_open():
    found = findings.derive(INTAKE, [thana(), Unit("thana", "garkha", VISIT)])
    assert {name for name, value in found.items() if value is None} == {
        name for name in CLEAN if name not in {"residence", "identity_ok", "premises_unsuitable"}
    }


def test_a_warrant_found_by_one_unit_counts_before_the_others_have_looked():
    found = findings.derive(INTAKE, [thana(entries=[WARRANT]), Unit("thana", "garkha", VISIT)])
    assert found["wanted"] is True


@pytest.mark.parametrize(
    ("row", "printed"),
    [
        (FIR, True),
        ({**FIR, "stage": "under_investigation"}, True),
        ({**FIR, "stage": "acquitted"}, False),
        ({**FIR, "role": "witness"}, False),
        ({**FIR, "identity_basis": "doubtful"}, False),
        ({**FIR, "offence_date": "2016-01-01"}, False),
    ],
)
def test_only_what_counts_and_is_not_cleared_may_be_printed(row, printed):
    assert findings.may_be_printed(row, BORN) is printed


rows = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["accused_named", "accused_unnamed", "witness", None]),
        "stage": st.sampled_from(
            ["trial", "convicted", "acquitted", "final_form", "under_investigation", None]
        ),
        "identity_basis": st.sampled_from(["photo", "doubtful", None]),
        "fir_year": st.one_of(st.none(), st.integers(1990, 2030)),
    }
)
units = st.lists(st.lists(rows, max_size=3).map(lambda found: thana(rows=found)), max_size=3)


@given(units)
def test_no_answers_of_any_kind_break_the_derivation(found):
    derived = findings.derive(INTAKE, found)
    assert derived.keys() == CLEAN.keys()
