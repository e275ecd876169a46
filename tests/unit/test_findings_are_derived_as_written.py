"""The inputs of the outcome table: a table of cases, one line a rule; what is missing is never read as clean."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import findings, records
from app.domain.findings import Findings, Unit
from app.domain.records import Person, Verdict, Weight

BORN = "2000-06-15"
PERSON = Person(records.day_of(BORN))
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
    assert records.weigh({**FIR, "role": "accused_unnamed", "stage": stage}, PERSON) is weight


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
    assert records.weigh({**FIR, **row}, PERSON) is weight


@pytest.mark.parametrize("born", [None, "", "not a date"])
def test_without_a_date_of_birth_no_age_is_certain(born):
    assert records.weigh(FIR, records.person_of({"dob": born})) is Weight.DOUBTFUL


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


def test_what_an_officer_left_open_in_so_many_words_is_told_apart_from_what_nobody_answered():
    unseen = Findings(INTAKE, [thana(visit={"premises_result": "not_inspected"})])
    assert unseen.left_open == {"premises_unsuitable"}
    assert Findings(INTAKE, [thana()]).left_open == set()
    assert Findings(INTAKE, [Unit("thana", "a")]).inputs()["premises_unsuitable"] is None
    assert Findings(INTAKE, [Unit("thana", "a")]).left_open == set()


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


def bureau(rows: Any = (), **more: Any) -> Unit:
    found = {"action": "report", "result": "record_found" if rows else "no_record", "cases": list(rows)}
    return Unit("dcrb", "dcrb", search=found | more, district="218")


def elsewhere(result: str | None = "no_record", rows: Any = (), **more: Any) -> Unit:
    reply = {"od_state": "received", "od_result": result, "cases": list(rows)} | more
    return Unit("other_district", "sp", reply=reply, district="188")


def test_a_bureau_that_finds_what_the_thana_did_not_is_a_contradiction():
    found = changed([thana(), bureau([{**FIR, "stage": "acquitted"}])])
    assert found == {"contradiction": True, "cleared": True} | SUPPRESSED


def test_a_bureau_that_says_at_once_that_nothing_was_found_says_what_its_single_answers_would():
    at_once = Unit("dcrb", "dcrb", search={"action": "report", "all_clear": True}, district="218")
    for rows in ([], [FIR]):
        told = [thana(rows=rows)]
        assert findings.derive(INTAKE, [*told, at_once]) == findings.derive(INTAKE, [*told, bureau()])
    assert at_once.looked
    assert not at_once.is_incomplete


@pytest.mark.parametrize(
    "row", [{"district": "219"}, {"fir_year": 2015, "offence_date": "2020-01-01"}, {"role": "witness"}]
)
def test_a_record_of_another_district_or_other_years_or_of_a_witness_contradicts_nobody(row):
    quiet = Unit("thana", "garkha", VISIT, NO_ENTRY, district="218")
    assert findings.derive(INTAKE, [quiet, bureau([{**FIR, **row}])])["contradiction"] is False


@pytest.mark.parametrize(
    "registers",
    [
        {"all_clear": False, "chk_fir_index": "not_checked"},
        {"all_clear": False, "chk_fir_index": "not_found", "chk_cctns": "not_checked"},
    ],
)
def test_a_thana_that_did_not_look_contradicts_nobody(registers):
    unseen = Unit("thana", "garkha", VISIT, registers)
    assert findings.derive(INTAKE, [unseen, bureau([FIR])])["contradiction"] is False


def test_a_bureau_that_sent_the_papers_back_has_not_answered():
    found = findings.derive(INTAKE, [thana(), bureau(action="return", result=None)])
    assert found["chargesheeted"] is None


def test_the_special_branch_is_read_by_no_rule():
    sealed = Unit("special_branch", "sb", search={"action": "report", "cases": [FIR]})
    assert changed([thana(), sealed]) == {}
    assert Findings(INTAKE, [thana(), sealed]).signs() == {"record_rows": False, "not_checked": False}


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (elsewhere(), {}),
        (elsewhere("not_resident"), {"residence": "not_resident"}),
        (elsewhere("not_traceable"), {"residence": "address_incomplete"}),
        (elsewhere("record_found", [{**FIR, "district": "188"}]), {"chargesheeted": True} | SUPPRESSED),
        (elsewhere(None, od_state="not_received"), {}),
    ],
)
def test_another_district_answers_for_its_address_and_its_records(reply, expected):
    assert changed([thana(district="218"), reply]) == expected


def test_two_districts_written_to_by_one_office_are_two_units():
    other = Unit("other_district", "sp", reply={"od_result": "not_resident"}, district="215")
    assert findings.derive(INTAKE, [thana(), elsewhere(), other])["residence"] == "not_resident"


# -- one criminal case, several accounts -----------------------------------------------------------------


def test_a_case_that_two_units_tell_is_one_and_its_latest_stage_holds():
    earlier, later = {**FIR, "stage": "chargesheeted"}, {**FIR, "fir_no": "0012", "stage": "acquitted"}
    units = [thana(rows=[{**earlier, "thana": "Mufassil"}]), bureau([{**later, "thana": "mufassil "}])]
    assert changed(units) == {"cleared": True} | SUPPRESSED
    assert Findings(INTAKE, units).printable == []


def test_what_one_account_makes_certain_is_certain():
    doubtful = {**FIR, "thana": "m", "identity_basis": "doubtful"}
    assert (
        changed([thana(rows=[{**FIR, "thana": "m"}]), bureau([doubtful])])
        == {"chargesheeted": True} | SUPPRESSED
    )


def test_his_youth_told_by_one_unit_seals_every_account():
    young = {**FIR, "thana": "m", "offence_date": "2017-01-01"}
    units = [thana(rows=[{**FIR, "thana": "m"}]), bureau([young])]
    assert changed(units) == {"juvenile_record": True}
    assert Findings(INTAKE, units).printable == []


def test_a_row_without_its_number_is_a_case_of_its_own():
    loose = {name: value for name, value in FIR.items() if name != "fir_no"}
    found = Findings(INTAKE, [thana(rows=[{**loose, "stage": "trial"}, {**loose, "stage": "acquitted"}])])
    assert [row.facts["stage"] for row in found.cases] == ["trial", "acquitted"]


def test_a_firm_has_no_age_and_no_youth():
    firm = {"subject_kind": "firm"}
    assert findings.derive(firm, [thana(rows=[FIR])])["chargesheeted"] is True


# -- what the SDPO decides ---------------------------------------------------------------------------------

DOUBTED = {**FIR, "thana": "m", "identity_basis": "doubtful"}
KEY = "fir/218/m/2022/12"


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (None, {"doubtful_record": True, "contradiction": True}),
        (Verdict.SAME, {"chargesheeted": True} | SUPPRESSED),
        (Verdict.JUVENILE, {"juvenile_record": True}),
        (Verdict.OTHER, {}),
        (Verdict.DOUBTFUL, {"doubtful_record": True}),
    ],
)
def test_a_row_that_one_unit_doubts_and_another_denies_is_what_the_sdpo_decides(verdict, expected):
    units = [thana(), bureau([DOUBTED], result="possible_match")]
    assert [row.key for row in Findings(INTAKE, units).disputed] == [KEY]
    verdicts = {} if verdict is None else {KEY: str(verdict)}
    decided = findings.derive(INTAKE, units, verdicts)
    assert {name: value for name, value in decided.items() if value != CLEAN[name]} == expected
    assert Findings(INTAKE, units, verdicts).disputed == ([] if verdict else Findings(INTAKE, units).disputed)


def test_an_uncertain_age_is_settled_by_the_sdpo_and_never_against_the_papers():
    uncertain = {**FIR, "thana": "m", "fir_year": 2018}
    assert records.weigh(uncertain, PERSON) is Weight.DOUBTFUL
    assert records.weigh(uncertain, PERSON, Verdict.SAME) is Weight.COUNTED
    young = {**uncertain, "offence_date": "2018-01-01"}
    assert records.weigh(young, PERSON, Verdict.SAME) is Weight.JUVENILE


def test_an_entry_of_doubtful_identity_is_decided_too():
    entry = {**WARRANT, "entry_no": "7", "year": 2024, "identity_basis": "doubtful"}
    (disputed,) = Findings(INTAKE, [thana(entries=[entry])]).disputed
    for verdict, expected in (
        (Verdict.SAME, {"wanted": True}),
        (Verdict.OTHER, {}),
        (Verdict.DOUBTFUL, {"doubtful_record": True}),
    ):
        found = findings.derive(INTAKE, [thana(entries=[entry])], {disputed.key: str(verdict)})
        assert {name: value for name, value in found.items() if value != CLEAN[name]} == expected


@pytest.mark.parametrize("decided", ["resident", "not_resident"])
def test_a_residence_on_which_two_thanas_disagree_is_what_the_sdpo_decides(decided):
    home = frozenset({"home"})
    units = [thana("a", addresses=home), thana("b", visit={"resident": "not_resident"}, addresses=home)]
    found = findings.derive(INTAKE, units, {findings.RESIDENCE: decided})
    assert found["contradiction"] is False
    assert found["residence"] == decided


# -- what brings a case to the SDPO besides ------------------------------------------------------------------


@pytest.mark.parametrize(
    "unit",
    [
        Unit("thana", "a", VISIT, {"all_clear": False, "chk_gunda": "not_checked"}),
        thana(visit={"premises_result": "not_inspected"}),
        bureau(court_searched="not_checked"),
        bureau(special_thanas_searched=["cyber", "not_searched"]),
        bureau(cctns_searched=False),
        elsewhere(None, od_state="not_received"),
    ],
)
def test_a_check_that_was_not_made_is_noticed(unit):
    assert Findings(INTAKE, [unit]).signs()["not_checked"] is True


@pytest.mark.parametrize(
    "unit",
    [thana(rows=[{**FIR, "role": "witness"}]), thana(entries=[WARRANT]), bureau([FIR])],
)
def test_any_row_at_all_is_noticed(unit):
    assert Findings(INTAKE, [unit]).signs()["record_rows"] is True


def test_a_clean_case_has_no_signs():
    seen = bureau(court_searched="not_found", special_thanas_searched=["cyber"], cctns_searched=True)
    clean = Findings(INTAKE, [thana(), seen, elsewhere()])
    assert clean.signs() == {"record_rows": False, "not_checked": False}
    assert clean.disputed == []


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
    assert bool(Findings(INTAKE, [thana(rows=[row])]).printable) is printed


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
