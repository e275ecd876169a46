"""Each shipped form by a table: what it takes, what it misses, where its bounds lie, what it says, what is sealed."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from app import formjs
from tests.shipped_forms import (
    BY_SP,
    CERTIFICATE,
    FACTS,
    FIR,
    FORMS,
    OPTIONS,
    REGISTERS,
    SEEN,
    SITE,
    STAGED,
    WEAPON,
    faults,
    form,
    known,
    posted,
    problems,
)
from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.formjs.model import Level, Node


def test_every_shipped_form_stands_in_this_table() -> None:
    assert sorted(path.stem for path in (ROOT / "forms").glob("*.form")) == FORMS


@pytest.mark.parametrize("name", FORMS)
def test_what_a_clean_case_answers_is_taken(name: str) -> None:
    assert faults(name) == {}


@pytest.mark.parametrize("name", ["check_registers", "search_records"])
def test_who_answers_one_by_one_is_not_told_to_deny_that_nothing_was_found(name: str) -> None:
    """कोई अभिलेख नहीं मिला: नहीं, of a search that found nothing, reads as if something was found."""
    assert formjs.show(form(name), {"all_clear": False}, {}, "hi", formjs.PII_CLASSES) == []


def fields(level: Level) -> Iterator[Node]:
    """Every field of a form, and after a list its columns."""
    for node in level.inputs.values():
        yield node
        if node.level is not None:
            yield from fields(node.level)


REASON = "क" * 10
LATE = {"due_on": date(2026, 11, 20)}
ENTRY = {"register": "gunda", "entry_no": "7", "year": 2020, "identity_basis": "photo"}
FOUND = {"all_clear": False, **SEEN, "chk_fir_index": "found", "chk_gunda": "found"}
WITNESSED = {f"witnesses-{row}-{key}" for row in (0, 1) for key in ("name", "gist")}


# -- what must be answered ---------------------------------------------------------------------------------------

REQUIRED = {
    "requisition": """letter_no letter_date received_date receipt_mode requesting_dept requesting_designation
        requesting_address purpose post_name post_group priority candidate_count""",
    "intake": """name_hi name_en gender dob relation father_hi father_en nationality perm_village perm_state
        perm_district perm_thana perm_pin declared_case declaration_attached""",
    "answer_defects": "answer_kind answer_letter_no answer_letter_date answers-0-defect answers-0-text",
    "scrutinise": "action scrutiny",
    "route": "routes-0-thana",
    "accept_enquiry": "accept eo",
    "visit": """met_whom resident identity_verified stay witnesses-0-name witnesses-0-gist witnesses-1-name
        witnesses-1-gist visit_dt eo_declare""",
    "check_registers": "reg_from reg_to reg_sign",
    "endorse_enquiry": "agree register_certify",
    "search_records": """action search_names searched_up_to cctns_searched special_thanas_searched court_searched
        result sign""",
    "write_special_report": "action sb_result sign",
    "record_reply": "od_state od_office od_memo_no od_date od_received od_result",
    "supply_papers": "supplied",
    "withdraw": "withdraw_letter withdraw_date reason",
    "review_findings": "sdpo_view sign",
    "recommend": "action sign",
    "decide": "dm_decision lang sign",
    "hold_hearing": "hearing_state held_on present statement finding sign",
    "dispatch": "dispatch_mode receipt_name",
}


def without(texts: Mapping[str, list[str]], place: str) -> dict[str, list[str]]:
    boxes = {place, *(f"{place}-{part}" for part in "dmyt")}
    return {name: text for name, text in texts.items() if name not in boxes}


def places(texts: Mapping[str, list[str]]) -> set[str]:
    return {re.sub(r"-[dmyt]$", "", name) for name in texts if not name.endswith("-n")}


@pytest.mark.parametrize("name", FORMS)
def test_each_answer_that_is_needed_is_missed_by_its_name_and_no_other(name: str) -> None:
    texts = posted(name, FACTS)
    needed = set(REQUIRED[name].split())
    assert needed <= places(texts), "a clean case answers all that is needed"
    hanging = {
        "perm_district": {"perm_district", "perm_thana_other"},
        "need_dcrb": {"lower_reason"},
    }
    for place in places(texts) - {"same_address", "all_clear"}:
        found = problems(name, without(texts, place), FACTS, **STAGED.get(name, {}))
        assert set(found) == hanging.get(place, {place} & needed), place


@pytest.mark.parametrize("name", FORMS)
def test_an_empty_form_names_all_that_is_needed(name: str) -> None:
    """What hangs on an answer that is not there is not asked for yet."""
    found = set(problems(name, {}, FACTS))
    hanging = {
        "requisition": {"post_name", "post_group"},
        "intake": {"declaration_attached", "perm_district", "perm_thana"},
        "scrutinise": {"scrutiny"},
        "visit": {"identity_verified", "stay"}
        | {f"witnesses-{row}-{key}" for row in (0, 1) for key in ("name", "gist")},
        "dispatch": {"receipt_name"},
    }.get(name, set())
    present = {"pres_village", "pres_state", "pres_pin"} if name == "intake" else set()
    checks = {f"chk_{each}" for each in REGISTERS} if name == "check_registers" else set()
    more = {
        "route": {"routes", "lower_reason"},
        "record_reply": {"od_scan"},
        "withdraw": {"letter_scan"},
        "answer_defects": {"answers"},
    }.get(name, set())
    needed = {place for place in REQUIRED[name].split() if not place.startswith(("routes-", "answers-"))}
    assert found == (needed - hanging) | present | checks | more


#: Step -> the kinds of document without which it does not end; of intake the photo where a certificate is wanted.
KINDS_REQUIRED = {"intake": {"photo"}, "record_reply": {"od_scan"}, "withdraw": {"letter_scan"}}
#: What the section head has seen of each case before he can forward it (decision 26).
SEEN_AT_SCRUTINY = ["letter", "form", "declaration", "photo", "address"]


def test_a_step_that_requires_a_kind_of_document_says_which_and_does_not_end_without_it() -> None:
    found = {
        name: {node.key for node in fields(form(name).level) if node.kind == "file" and _must(node)}
        for name in FORMS
    }
    assert {name: kinds for name, kinds in found.items() if kinds} == KINDS_REQUIRED
    for name, kinds in KINDS_REQUIRED.items():
        facts = CERTIFICATE if name == "intake" else FACTS
        refused = problems(name, posted(name, facts), facts)
        assert {place for place in kinds if place in refused} == kinds, name
    for missing in SEEN_AT_SCRUTINY:
        ticked = [each for each in SEEN_AT_SCRUTINY if each != missing]
        assert "scrutiny" in faults("scrutinise", scrutiny=ticked), missing
    assert faults("scrutinise", scrutiny=SEEN_AT_SCRUTINY) == {}


def _must(node: Node) -> bool:
    return bool(node.rules.is_required or node.rules.required_when)


ROW_OF_A_CASE = " ".join(f"cases-0-{key}" for key in FIR if key != "district")
BACK = {"action": "return", "sign": False}
HEARD = {"hearing": {"hearing_state": "held"}}
FIT = {"premises_result": "suitable", "weapon_no": "3141", "weapon_kind": ".32", "weapon_matches": "true"}
#: (what is special, form, facts, answers, what is asked for beyond a clean case)
NEEDS: list[tuple[str, str, dict[str, Any], dict[str, Any], str]] = [
    ("a purpose of its own", "requisition", {}, {"purpose": "other"}, "purpose_reason"),
    ("an urgent letter", "requisition", {}, {"priority": "urgent"}, "priority_reason"),
    (
        "a contract post without its name",
        "requisition",
        {},
        {"purpose": "contractual_service", "post_name": None},
        "post_name",
    ),
    ("a contractor without a post", "requisition", {}, {"purpose": "contractor", "post_name": None}, ""),
    ("a person who may be here already", "intake", {"duplicate_found": True}, {}, "dup_ack dup_reason"),
    ("two addresses", "intake", {}, {"same_address": False}, "pres_village pres_thana pres_pin"),
    ("an address without a thana", "intake", {}, {"perm_thana": None}, "perm_thana"),
    ("a thana that nobody knows", "intake", {}, {"perm_thana": None, "perm_thana_unknown": True}, ""),
    ("another district", "intake", {}, {"perm_district": "patna"}, "perm_thana_other"),
    ("another state", "intake", {}, {"perm_state": "assam"}, "perm_district_other perm_thana_other"),
    (
        "a stay elsewhere",
        "intake",
        {},
        {"stays": [{"state": "assam"}]},
        "stays-0-village stays-0-district_other stays-0-thana_other stays-0-from stays-0-to",
    ),
    ("a declared case", "intake", {}, {"declared_case": "yes"}, "declared_detail"),
    ("no declaration", "intake", {}, {"declared_case": "not_on_file", "declaration_attached": False}, ""),
    ("a certificate", "intake", CERTIFICATE, {}, "photo"),
    ("a case that is closed", "scrutinise", {}, {"action": "close", "scrutiny": []}, "close_reason"),
    (
        "a letter with defects",
        "scrutinise",
        {},
        {"action": "return", "scrutiny": []},
        "defects-0-code defects-0-text",
    ),
    ("a department that explains", "answer_defects", {}, {"answer_kind": "explained"}, "answer_text"),
    (
        "a department that takes its letter back",
        "answer_defects",
        {},
        {"answer_kind": "withdraw", "answers": []},
        "answer_text",
    ),
    ("a check that is dropped", "route", {}, {"need_dcrb": False}, "lower_reason"),
    ("a check that is added", "route", {}, {"need_sb": True}, ""),
    (
        "an address outside the district",
        "route",
        {"checks": {"chk_other_district": True}, "intake": {"outside_district": True}},
        {},
        "other_district-0-district other_district-0-office",
    ),
    (
        "a paper not looked at",
        "scrutinise",
        {},
        {"scrutiny": ["letter", "form", "photo", "address"]},
        "scrutiny",
    ),
    (
        "another station's address",
        "accept_enquiry",
        {},
        {"accept": "other_thana", "eo": None},
        "correct_thana bounce_reason",
    ),
    (
        "a locked house",
        "visit",
        {},
        {"resident": "house_locked", "witnesses": [], "eo_declare": False},
        "next_visit",
    ),
    ("a stay of some years", "visit", {}, {"stay": "years"}, "stay_years"),
    ("nobody knows him", "visit", {}, {"resident": "not_resident"}, "finding_text"),
    ("an address that is not whole", "visit", {}, {"resident": "address_incomplete"}, "finding_text"),
    ("a doubtful identity", "visit", {}, {"identity_verified": "no"}, "finding_text"),
    ("an outcome of one's own", "visit", {}, {"outcome": "adverse"}, "outcome_reason finding_text"),
    (
        "a witness who knows of something",
        "visit",
        {},
        {"witnesses": [{"name": "श्याम", "gist": "known_adverse"}, {"name": "गीता", "gist": "not_known"}]},
        "witnesses-0-statement",
    ),
    ("premises", "visit", SITE, {}, "premises_result"),
    (
        "unfit premises",
        "visit",
        SITE,
        {"premises_result": "unsuitable"},
        "premises_remark finding_text",
    ),
    ("a weapon", "visit", WEAPON, {}, "premises_result weapon_no weapon_kind weapon_matches"),
    (
        "a weapon that is none of the licence",
        "visit",
        WEAPON,
        {**FIT, "weapon_matches": "false"},
        "finding_text",
    ),
    ("a case that came up", "visit", {}, {"case_known": True}, f"finding_text {ROW_OF_A_CASE}"),
    ("registers one by one", "check_registers", {}, {"all_clear": False}, " ".join(SEEN)),
    ("registers all seen", "check_registers", {}, {"all_clear": False, **SEEN}, ""),
    (
        "a register not read",
        "check_registers",
        {},
        {"all_clear": False, **SEEN, "chk_gang": "not_checked"},
        "not_checked_reason",
    ),
    (
        "an FIR",
        "check_registers",
        {},
        {"all_clear": False, **SEEN, "chk_fir_index": "found"},
        ROW_OF_A_CASE,
    ),
    (
        "an FIR of another district",
        "check_registers",
        {},
        {
            "all_clear": False,
            **SEEN,
            "chk_fir_index": "found",
            "cases": [{**FIR, "district": "patna", "thana": None}],
        },
        "cases-0-thana_other",
    ),
    (
        "a warrant",
        "check_registers",
        {},
        {"all_clear": False, **SEEN, "chk_warrant": "found", "entries": [{"register": "warrant"}]},
        "entries-0-entry_no entries-0-year entries-0-court entries-0-identity_basis",
    ),
    ("an SHO who disagrees", "endorse_enquiry", {}, {"agree": "disagree"}, "endorse_reason"),
    (
        "a report sent back",
        "endorse_enquiry",
        {},
        {"agree": "return_to_eo", "register_certify": False},
        "endorse_reason",
    ),
    ("another opinion", "endorse_enquiry", {}, {"sho_outcome": "attention"}, "outcome_reason"),
    ("a search without all papers", "search_records", {}, BACK, "return_reason"),
    ("a record", "search_records", {}, {"result": "record_found"}, ROW_OF_A_CASE),
    ("nothing found anywhere", "search_records", {}, {"all_clear": True, "result": None}, ""),
    ("a possible match", "search_records", {}, {"result": "possible_match"}, ROW_OF_A_CASE),
    ("no CCTNS", "search_records", {}, {"cctns_searched": "false"}, "remarks"),
    ("no court", "search_records", {}, {"court_searched": "not_checked"}, "remarks"),
    (
        "no special stations",
        "search_records",
        {},
        {"special_thanas_searched": ["not_searched"]},
        "remarks",
    ),
    (
        "a purpose without those searches",
        "search_records",
        {"checks": {"chk_special_thanas": False, "chk_court": False}},
        {"special_thanas_searched": [], "court_searched": None},
        "",
    ),
    ("a special report without all papers", "write_special_report", {}, BACK, "return_reason"),
    ("an adverse special report", "write_special_report", {}, {"sb_result": "adverse"}, "sb_note"),
    (
        "a record in another district",
        "record_reply",
        {},
        {"od_result": "record_found"},
        ROW_OF_A_CASE.replace(
            "cases-0-thana", "cases-0-district"
        ),  # which thana it is, hangs on the district
    ),
    ("no reply", "record_reply", {}, {"od_state": "not_received"}, "no_reply_reason"),
    ("an SDPO who differs", "review_findings", {}, {"sdpo_view": "differ"}, "sdpo_remark"),
    (
        "an SDPO who orders an enquiry",
        "review_findings",
        {},
        {"sdpo_view": "re_enquiry", "sign": False},
        "sdpo_remark re_units re_point re_due",
    ),
    (
        "a third enquiry by the SDPO",
        "review_findings",
        {"rounds": 2},
        {"sdpo_view": "re_enquiry", "sign": False},
        "sdpo_view sdpo_remark re_units re_point re_due",
    ),
    (
        "a row in dispute",
        "review_findings",
        {"findings": {"disputed_rows": 1}},
        {},
        "row_decisions-0-row row_decisions-0-decision row_decisions-0-reason",
    ),
    (
        "a residence in dispute",
        "review_findings",
        {"findings": {"disputed_rows": 0, "residence_disputed": True}},
        {},
        "residence_decision sdpo_remark",
    ),
    ("a candidate who did not come", "hold_hearing", {}, {"hearing_state": "absent"}, "service_proof"),
    ("a hearing put off", "hold_hearing", {}, {"hearing_state": "adjourned", "sign": False}, "next_date"),
    ("a case for the DM again", "recommend", {}, {"action": "return", "sign": False}, "sp_reason"),
    (
        "another enquiry",
        "recommend",
        {},
        {"action": "re_enquiry", "sign": False},
        "sp_reason re_enquiry-0-unit re_enquiry-0-point",
    ),
    (
        "a third enquiry",
        "recommend",
        {"rounds": 2},
        {"action": "re_enquiry", "sign": False},
        "action sp_reason",
    ),
    ("an adverse case", "recommend", {"outcome": {"recommendation": "adverse"}}, {}, "sp_reason"),
    (
        "a case that was returned",
        "recommend",
        {"outcome": {"recommendation": "returned"}},
        {},
        "sp_outcome sp_reason",
    ),
    ("the SP's own paper", "recommend", BY_SP, {}, "sp_decision"),
    (
        "a hearing by the SP",
        "recommend",
        BY_SP,
        {"sp_decision": "hear_applicant"},
        "sp_reason hearing_date hearing_time hearing_place",
    ),
    (
        "a refusal by the SP without a hearing",
        "recommend",
        BY_SP,
        {"sp_decision": "refuse"},
        "sp_decision sp_reason",
    ),
    ("a refusal by the SP", "recommend", {**BY_SP, **HEARD}, {"sp_decision": "refuse"}, "sp_reason"),
    (
        "a hearing by the DM",
        "decide",
        {},
        {"dm_decision": "hear_applicant", "sign": False},
        "dm_reason hearing_date hearing_time hearing_place",
    ),
    ("a refusal without a hearing", "decide", {}, {"dm_decision": "refuse"}, "dm_decision dm_reason"),
    ("a refusal", "decide", HEARD, {"dm_decision": "refuse"}, "dm_reason"),
    (
        "the SP's own certificate",
        "recommend",
        {"checks": {"final_signatory": "SP", "output": "CERTIFICATE"}},
        {"validity_months": None},
        "sp_decision validity_months",
    ),
    ("facts in the paper", "decide", {}, {"dm_decision": "issue_with_detail"}, "dm_reason"),
    ("a case for the SP again", "decide", {}, {"dm_decision": "re_enquiry", "sign": False}, "dm_reason"),
    ("a certificate without a term", "decide", CERTIFICATE, {"validity_months": None}, "validity_months"),
    ("a paper by post", "dispatch", {}, {"dispatch_mode": "speed_post"}, "track_no"),
    ("a paper by e-mail", "dispatch", {}, {"dispatch_mode": "email"}, "sent_to_email"),
    ("a paper in the portal", "dispatch", {}, {"dispatch_mode": "portal"}, ""),
]


@pytest.mark.parametrize(
    ("name", "facts", "answers", "asked"),
    [row[1:] for row in NEEDS],
    ids=[f"{row[1]}: {row[0]}" for row in NEEDS],
)
def test_what_a_special_case_must_say_is_asked_and_nothing_else(
    name: str, facts: dict[str, Any], answers: dict[str, Any], asked: str
) -> None:
    assert set(faults(name, known(**facts), **answers)) == set(asked.split())


# -- bounds ------------------------------------------------------------------------------------------------------


def registers(case: Mapping[str, Any] = {}, entry: Mapping[str, Any] = {}) -> dict[str, Any]:
    return {**FOUND, "cases": [{**FIR, **case}], "entries": [{**ENTRY, **entry}]}


def witness(**more: Any) -> dict[str, Any]:
    first, second = ({"name": name, "gist": "known_good"} for name in ("श्याम", "गीता"))
    return {"witnesses": [{**first, **more}, second]}


def again(unit: str, point: str) -> dict[str, Any]:
    rows = {"re_enquiry": [{"unit": unit, "point": point}]}
    return {"action": "re_enquiry", "sign": False, "sp_reason": REASON, **rows}


def defects(code: str, text: str) -> dict[str, Any]:
    return {"action": "return", "scrutiny": [], "defects": [{"code": code, "text": text}]}


def found_in(result: str, basis: str) -> dict[str, Any]:
    return {"result": result, "cases": [{**FIR, "identity_basis": basis}]}


def sent_back(unit: str, due: str) -> dict[str, Any]:
    order = {"re_units": [unit], "re_point": REASON, "re_due": due}
    return {"sdpo_view": "re_enquiry", "sdpo_remark": REASON, "sign": False, **order}


def hear(day: str) -> dict[str, Any]:
    notice = {"hearing_date": day, "hearing_time": "11:30", "hearing_place": "समाहरणालय"}
    return {"dm_decision": "hear_applicant", "dm_reason": "क" * 20, "sign": False, **notice}


NOT_BOTH = "special_thanas_searched form.check"
STAY = {
    "village": "गाँव",
    "state": "assam",
    "district_other": "कामरूप",
    "thana_other": "दिसपुर",
    "from": "2020-01",
    "to": "2022-01",
}
RELATIVE = {"relation": "भाई", "name": "राम कुमार"}
FORCES = {"requisition": {"purpose": "central_forces"}}
FIRM = {"checks": {"subject": "person_or_firm"}}
OF_A_FIRM = {"intake": {"subject_kind": "firm"}}
OF_FIRM = {
    "firm_name_hi": "सरयू कंस्ट्रक्शन",
    "firm_name_en": "Saryu Construction",
    "firm_kind": "partnership",
    "firm_post": "भागीदार",
}
#: (form, facts, answers, what is told; empty: it is taken)
BOUNDS: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("requisition", {}, {"letter_no": "1" * 60}, ""),
    ("requisition", {}, {"letter_no": "1" * 61}, "letter_no form.too_long"),
    ("requisition", {}, {"letter_date": "2026-11-24", "received_date": "2026-11-24"}, ""),
    (
        "requisition",
        {},
        {"letter_date": "2026-11-25", "received_date": "2026-11-25"},
        "letter_date form.too_late, received_date form.too_late",
    ),
    ("requisition", {}, {"letter_date": "2023-11-24"}, ""),
    ("requisition", {}, {"letter_date": "2023-11-23"}, "letter_date form.too_early"),
    ("requisition", {}, {"received_date": "2026-11-15"}, "received_date form.too_early"),
    ("requisition", {}, {"received_date": "2026-11-25"}, "received_date form.too_late"),
    ("requisition", {}, {"candidate_count": 1000}, ""),
    ("requisition", {}, {"candidate_count": 1001}, "candidate_count form.between"),
    ("requisition", {}, {"candidate_count": 0}, "candidate_count form.between"),
    ("requisition", {}, {"candidate_count": "1.5"}, "candidate_count form.whole"),
    ("requisition", {}, {"requesting_email": "shiksha@bihar.gov.in"}, ""),
    ("requisition", {}, {"requesting_email": "shiksha"}, "requesting_email form.email"),
    ("requisition", {}, {"requesting_dept": "क"}, "requesting_dept form.too_short"),
    ("requisition", {}, {"purpose": "tenant"}, "purpose form.choice_unknown"),
    ("requisition", {}, {"purpose": "other", "purpose_reason": "क" * 9}, "purpose_reason form.too_short"),
    ("intake", {}, {"dob": "2012-11-24"}, ""),
    ("intake", {}, {"dob": "2012-11-25"}, "dob form.too_late"),
    ("intake", {}, {"dob": "1936-11-24"}, ""),
    ("intake", {}, {"dob": "1936-11-23"}, "dob form.too_early"),
    ("intake", {}, {"relation": "husband"}, "relation form.check"),
    ("intake", {}, {"relation": "husband", "gender": "female"}, ""),
    ("intake", {}, {"perm_pin": "041301"}, "perm_pin form.pattern"),
    ("intake", {}, {"mobile": "5431012345"}, "mobile form.pattern"),
    ("intake", {}, {"mobile": "94310123456"}, "mobile form.too_long"),
    ("intake", {}, {"epic_no": "ABC1234567"}, ""),
    ("intake", {}, {"epic_no": "BR/04/021/123456"}, ""),
    ("intake", {}, {"epic_no": "AB-12"}, "epic_no form.pattern"),
    ("intake", {}, {"email": "naam@"}, "email form.email"),
    ("intake", {}, {"perm_thana": "elsewhere"}, "perm_thana form.choice_unknown"),
    ("intake", {}, {"declared_case": "yes", "declared_detail": "क" * 4}, "declared_detail form.too_short"),
    ("scrutinise", {}, {"action": "close", "close_reason": "क" * 9}, "close_reason form.too_short"),
    ("scrutinise", {}, {"action": "close", "close_reason": REASON}, ""),
    ("scrutinise", {}, {"instruction": "क" * 1001}, "instruction form.too_long"),
    ("scrutinise", OF_A_FIRM, {"scrutiny": ["letter", "address"]}, ""),
    ("scrutinise", OF_A_FIRM, {"scrutiny": ["letter"]}, "scrutiny form.check"),
    ("scrutinise", {}, {"scrutiny": ["letter", "address"]}, "scrutiny form.check"),
    ("scrutinise", {}, {"action": "hold"}, "action form.choice_unknown"),
    ("scrutinise", {}, defects("no_photo", "क" * 5), ""),
    ("scrutinise", {}, defects("no_photo", "क" * 4), "defects-0-text form.too_short"),
    ("answer_defects", {}, {"answer_letter_date": "2026-11-25"}, "answer_letter_date form.too_late"),
    ("answer_defects", {}, {"answer_letter_date": "2026-11-24"}, ""),
    ("route", {}, {"routes": [{"thana": "elsewhere"}]}, "routes-0-thana form.choice_unknown"),
    ("route", {}, {"routes": [{"thana": "thanas-1"}] * 51}, "routes form.too_many_rows"),
    ("accept_enquiry", {}, {"sd_entry": "12/2026"}, ""),
    ("accept_enquiry", {}, {"sd_entry": "12-2026"}, "sd_entry form.pattern"),
    ("accept_enquiry", {}, {"eo": "stranger"}, "eo form.choice_unknown"),
    ("visit", {}, {"stay": "years", "stay_years": 99}, ""),
    ("visit", {}, {"stay": "years", "stay_years": 100}, "stay_years form.between"),
    ("visit", {}, {"stay": "years", "stay_years": 0}, "stay_years form.between"),
    ("visit", {}, {"resident": "house_locked", "next_visit": "2026-11-24"}, "next_visit form.too_early"),
    ("visit", {}, {"resident": "house_locked", "next_visit": "2026-11-27"}, ""),
    ("visit", {}, {"resident": "house_locked", "next_visit": "2026-11-28"}, "next_visit form.too_late"),
    ("visit", LATE, {"resident": "house_locked", "next_visit": "2026-12-01"}, ""),
    ("visit", LATE, {"resident": "house_locked", "next_visit": "2026-12-02"}, "next_visit form.too_late"),
    ("visit", {}, {"visit_dt": "2026-11-24T00:05"}, ""),
    ("visit", {}, {"visit_dt": "2026-11-23T23:55"}, "visit_dt form.too_early"),
    ("visit", {}, {"visit_dt": "2026-11-24T10:31"}, "visit_dt form.too_late"),
    ("visit", {}, witness(name="श"), "witnesses-0-name form.too_short"),
    ("visit", {}, witness(age=17), "witnesses-0-age form.between"),
    ("visit", {}, witness(age=110), ""),
    ("visit", {}, witness(mobile="9431"), "witnesses-0-mobile form.pattern"),
    ("visit", {}, witness(gist="known_adverse", statement="क" * 9), "witnesses-0-statement form.too_short"),
    ("visit", {}, {"finding_text": "क" * 29}, "finding_text form.too_short"),
    ("visit", {}, {"finding_text": "क" * 30}, ""),
    (
        "visit",
        {},
        {"outcome": "adverse", "outcome_reason": "क" * 9, "finding_text": "क" * 30},
        "outcome_reason form.too_short",
    ),
    (
        "visit",
        SITE,
        {"premises_result": "suitable", "premises_dt": "2026-11-25"},
        "premises_dt form.too_late",
    ),
    ("check_registers", {}, {"reg_from": 1949}, "reg_from form.between"),
    ("check_registers", {}, {"reg_to": 2027}, "reg_to form.between"),
    ("check_registers", {}, {"reg_from": 2024, "reg_to": 2023}, "reg_to form.check"),
    ("check_registers", {}, registers(), ""),
    ("check_registers", {}, registers({"fir_no": "12क"}), "cases-0-fir_no form.pattern"),
    ("check_registers", {}, registers({"fir_year": 2027}), "cases-0-fir_year form.between"),
    ("check_registers", {}, registers({"fir_date": "2024-05-01"}), ""),
    ("check_registers", {}, registers({"fir_date": "2023-05-01"}), "cases-0-fir_date form.check"),
    (
        "check_registers",
        {},
        registers({"fir_date": "2024-05-01", "offence_date": "2024-05-02"}),
        "cases-0-offence_date form.check",
    ),
    ("check_registers", {}, registers({"act": "bns"}), ""),
    ("check_registers", {}, registers({"act": "bns", "fir_year": 2023}), "cases-0-act form.check"),
    ("check_registers", {}, registers({"sections": "धारा ३०२"}), "cases-0-sections form.pattern"),
    ("check_registers", {}, registers({"sections": "३०२/३४"}), ""),
    ("check_registers", {}, registers({}, {"year": 1949}), "entries-0-year form.between"),
    ("check_registers", {}, registers({}, {"entry_no": "1" * 41}), "entries-0-entry_no form.too_long"),
    (
        "endorse_enquiry",
        {},
        {"agree": "disagree", "endorse_reason": "क" * 9},
        "endorse_reason form.too_short",
    ),
    ("endorse_enquiry", {}, {"agree": "disagree", "endorse_reason": REASON}, ""),
    ("recommend", {}, again("units-1", REASON), ""),
    ("recommend", {}, again("units-1", "क" * 9), "re_enquiry-0-point form.too_short"),
    ("recommend", {}, again("elsewhere", REASON), "re_enquiry-0-unit form.choice_unknown"),
    ("recommend", {}, {"sp_outcome": "returned", "sp_reason": REASON}, "sp_outcome form.choice_unknown"),
    ("decide", CERTIFICATE, {"validity_months": 36}, ""),
    ("decide", CERTIFICATE, {"validity_months": 37}, "validity_months form.between"),
    ("decide", CERTIFICATE, {"validity_months": 0}, "validity_months form.between"),
    ("decide", {}, {"dm_decision": "re_enquiry", "dm_reason": "क" * 19}, "dm_reason form.too_short"),
    ("decide", HEARD, {"dm_decision": "refuse", "dm_reason": "क" * 20}, ""),
    ("decide", {}, hear("2026-11-25"), ""),
    ("decide", {}, hear("2026-11-24"), "hearing_date form.too_early"),
    ("decide", {}, hear("2027-02-23"), "hearing_date form.too_late"),
    ("search_records", {}, {"searched_up_to": "2026-11-25"}, "searched_up_to form.too_late"),
    (
        "search_records",
        {},
        {"special_thanas_searched": ["cyber", "not_searched"], "remarks": "क" * 5},
        NOT_BOTH,
    ),
    ("search_records", {}, {"court_searched": "found"}, "result form.check"),
    ("search_records", {}, found_in("record_found", "photo"), ""),
    ("search_records", {}, found_in("possible_match", "doubtful"), ""),
    ("search_records", {}, found_in("possible_match", "photo"), "cases form.check"),
    ("write_special_report", {}, {"sb_result": "adverse", "sb_note": "क" * 10}, ""),
    ("write_special_report", {}, {"sb_result": "adverse", "sb_note": "क" * 9}, "sb_note form.too_short"),
    ("record_reply", {}, {"od_date": "2026-11-25"}, "od_date form.too_late, od_received form.too_early"),
    ("record_reply", {}, {"od_received": "2026-11-19"}, "od_received form.too_early"),
    ("record_reply", {}, {"period_from": "2024-05", "period_to": "2024-05"}, ""),
    ("record_reply", {}, {"period_from": "2024-05", "period_to": "2024-04"}, "period_to form.too_early"),
    ("review_findings", {}, sent_back("units-1", "2026-12-02"), ""),
    ("review_findings", {}, sent_back("units-1", "2026-12-03"), "re_due form.too_late"),
    ("review_findings", {}, sent_back("units-1", "2026-11-24"), "re_due form.too_early"),
    ("review_findings", {}, sent_back("elsewhere", "2026-11-25"), "re_units form.choice_unknown"),
    ("hold_hearing", {}, {"held_on": "2026-11-25"}, "held_on form.too_late"),
    ("hold_hearing", {}, {"statement": "क" * 19}, "statement form.too_short"),
    ("hold_hearing", {}, {"finding": "क" * 19}, "finding form.too_short"),
    (
        "hold_hearing",
        {},
        {"hearing_state": "adjourned", "next_date": "2026-11-24"},
        "next_date form.too_early",
    ),
    ("intake", {}, {"perm_from": "2020-03", "perm_to": "2020-02"}, "perm_to form.too_early"),
    ("intake", {}, {"perm_from": "2026-12"}, "perm_from form.too_late"),
    ("intake", {}, {"stays": [STAY] * 8}, ""),
    ("intake", {}, {"stays": [STAY] * 9}, "stays form.too_many_rows"),
    ("intake", FORCES, {"relatives": [RELATIVE] * 6}, ""),
    ("intake", FORCES, {"relatives": [RELATIVE] * 7}, "relatives form.too_many_rows"),
    ("intake", FORCES, {"relatives": [{"name": "राम"}]}, "relatives-0-relation form.required"),
    ("intake", FIRM, {**OF_FIRM, "firm_reg_date": "2026-11-24", "firm_address": "क" * 300}, ""),
    ("intake", FIRM, {**OF_FIRM, "firm_reg_date": "2026-11-25"}, "firm_reg_date form.too_late"),
    ("intake", FIRM, {**OF_FIRM, "firm_address": "क" * 301}, "firm_address form.too_long"),
    ("dispatch", {}, {"receipt_name": "अ"}, "receipt_name form.too_short"),
    ("dispatch", {}, {"dispatch_mode": "email", "sent_to_email": "karyalay@"}, "sent_to_email form.email"),
    ("dispatch", {}, {"dispatch_mode": "speed_post", "track_no": "eb123456789in"}, ""),
    ("dispatch", {}, {"dispatch_mode": "speed_post", "track_no": "EB12345678IN"}, "track_no form.pattern"),
]


@pytest.mark.parametrize(
    ("name", "facts", "answers", "told"),
    BOUNDS,
    ids=[f"{row[0]}-{number}-{row[3] or 'taken'}" for number, row in enumerate(BOUNDS)],
)
def test_what_lies_beyond_a_bound_is_told_and_what_lies_on_it_is_taken(
    name: str, facts: dict[str, Any], answers: dict[str, Any], told: str
) -> None:
    expected = dict(one.split() for one in told.split(", ") if one)
    assert faults(name, known(**facts), **answers) == expected


# -- what it says ------------------------------------------------------------------------------------------------

FIELDS = [(name, each) for name in FORMS for each in fields(form(name).level)]
_DEVANAGARI, _LATIN = re.compile("[\u0900-\u097f]"), re.compile("[A-Za-z]")


@pytest.mark.parametrize(("name", "node"), FIELDS, ids=[f"{name}.{node.path}" for name, node in FIELDS])
def test_a_field_that_must_be_answered_says_so_in_words_of_its_own(name: str, node: Node) -> None:
    """The catalogue's sentence for a missing text or a wrong pattern cannot say what is wanted; the form does."""
    rules = node.rules
    has_shape = rules.pattern is not None or node.look.input_type != "text"
    needed = rules.is_required or rules.required_when is not None
    if not (needed or has_shape or rules.low or rules.high):
        assert not node.error or node.options_key, f"{name}.{node.path} has words for a fault that cannot be"
        return
    assert _DEVANAGARI.search(node.error.hi), f"{name}.{node.path} has no Hindi words of its own"
    assert _LATIN.search(node.error.en), f"{name}.{node.path} has no English words of its own"
    assert node.error.hi != node.error.en


@pytest.mark.parametrize("name", FORMS)
def test_what_is_told_are_these_words(name: str) -> None:
    keys = {node.path: node for node in fields(form(name).level)}
    found = problems(name, {}, FACTS)
    assert found
    for place, problem in found.items():
        node = keys[re.sub(r"-\d+-", ".", place)]
        assert (problem.hi, problem.en) == (node.error.hi, node.error.en)


# -- what is sealed ----------------------------------------------------------------------------------------------

#: The columns of a criminal case, which five forms ask for.
A_CASE = """cases cases.fir_no cases.fir_year cases.fir_date cases.offence_date cases.district cases.thana
    cases.thana_other cases.act cases.sections cases.role cases.stage cases.final_form_kind
    cases.final_form_accepted cases.stage_ref cases.court cases.identity_basis"""
#: What two persons alone may read.
SEALED = {"write_special_report": {"sb_result", "sb_note"}}
#: Fields of the classes P2 (of the person) and P3 (sensitive), by form; what is not here is P0 or P1.
SENSITIVE = {
    "requisition": ("", "attestation_form"),
    "intake": (
        """name_hi name_en own_name alias former_name gender dob relation father_hi father_en mother_hi spouse_name
        nationality mobile email identification_marks photo perm_house perm_village perm_panchayat perm_po perm_thana
        perm_block perm_pin perm_state perm_district perm_district_other perm_thana_other perm_from perm_to pres_house
        pres_village pres_panchayat pres_po pres_thana pres_block pres_pin pres_state pres_district
        pres_district_other pres_thana_other pres_from pres_to perm_thana_unknown pres_thana_unknown
        stays.thana_unknown stays stays.village stays.state stays.district
        stays.district_other stays.thana stays.thana_other stays.pin stays.from stays.to
        relatives relatives.relation relatives.name relatives.occupation relatives.address""",
        "epic_no id_proof declared_case declared_detail person_attestation_form id_copy docs",
    ),
    "scrutinise": ("", ""),
    "answer_defects": ("answers answers.text", "docs"),
    "route": (
        """routes routes.address other_district other_district.state other_district.district
        other_district.district_other other_district.address other_district.period_from
        other_district.period_to""",
        "",
    ),
    "accept_enquiry": ("", ""),
    "visit": (
        """resident stay stay_years witnesses witnesses.name witnesses.father witnesses.village witnesses.age
        witnesses.mobile weapon_kind weapon_matches site_photo local_rep local_rep.name""",
        f"""witnesses.gist witnesses.statement weapon_no outcome outcome_reason finding_text position case_known
        {A_CASE}""",
    ),
    "search_records": ("search_names other_names", f"all_clear court_searched result remarks {A_CASE}"),
    "record_reply": ("period_from period_to", f"od_result od_scan {A_CASE}"),
    "supply_papers": ("", "papers"),
    "withdraw": ("", ""),
    "review_findings": (
        "residence_decision",
        "row_decisions row_decisions.row row_decisions.decision row_decisions.reason sdpo_remark re_point",
    ),
    "hold_hearing": ("present service_proof", "statement papers_filed finding"),
    "write_special_report": ("", ""),
    "check_registers": (
        "",
        f"""all_clear {A_CASE} entries chk_fir_index chk_gunda chk_history chk_conviction chk_absconder chk_gang
        chk_warrant chk_preventive chk_prohibition chk_cctns entries.register entries.entry_no entries.year
        entries.preventive_kind entries.in_force entries.valid_till entries.court entries.identity_basis
        diary_extract""",
    ),
    "endorse_enquiry": ("", "endorse_reason sho_outcome outcome_reason"),
    "recommend": ("", "sp_outcome sp_decision sp_reason re_enquiry re_enquiry.point"),
    "decide": ("", "dm_decision dm_reason"),
    "dispatch": ("receipt_name", ""),
}


@pytest.mark.parametrize("name", FORMS)
def test_what_touches_the_person_is_classed_as_it_must_be_sealed(name: str) -> None:
    found = [{each.path for each in form(name).fields if each.pii == pii} for pii in ("P2", "P3", "P4")]
    personal, sensitive = SENSITIVE[name]
    assert found == [set(personal.split()), set(sensitive.split()), SEALED.get(name, set())]


# -- in advance --------------------------------------------------------------------------------------------------

#: Boxes that stand ticked before anybody has pressed them: what the tables ask for, and an address that is one.
PROPOSED_BOXES = {("intake", "same_address"), ("route", "need_dcrb")}


def test_a_picture_is_taken_on_the_spot_only_where_an_officer_was_sent_to_see() -> None:
    """A box that opens the camera takes no picture that lies on the phone, as the one a department sent."""
    cameras = {
        (name, node.key)
        for name in FORMS
        for node in fields(form(name).level)
        if node.look.has_camera and "pdf" not in node.look.accept
    }
    assert cameras == {("visit", "site_photo")}


def test_nothing_that_an_officer_vouches_for_is_ticked_in_advance() -> None:
    boxes = {
        (name, path)
        for name in FORMS
        for path, value in formjs.initial(form(name), FACTS, OPTIONS).items()
        if value is True
    }
    assert boxes == PROPOSED_BOXES


def test_the_years_of_the_registers_are_those_that_the_purpose_looks_back() -> None:
    facts = known(checks={"lookback_years": 10})
    asked = formjs.initial(form("check_registers"), facts, OPTIONS)
    assert (asked["reg_from"], asked["reg_to"]) == (FACTS["today"].year - 10, FACTS["today"].year)


# -- decisions ---------------------------------------------------------------------------------------------------

#: What must not be done by a thumb that wanted to do the ordinary thing.
GRAVE = {
    "close",
    "other_thana",
    "disagree",
    "return_to_eo",
    "re_enquiry",
    "return",
    "issue_with_detail",
    "refuse",
    "hear_applicant",
    "explained",
    "withdraw",
    "not_received",
    "differ",
    "absent",
    "adjourned",
}


def test_the_act_of_eleven_steps_is_a_button_and_the_first_one_harms_nobody() -> None:
    decisions = {name: [each.value for each in node.options] for name, node in FIELDS if node.is_decision}
    assert set(decisions) == {
        *("scrutinise", "answer_defects", "accept_enquiry", "endorse_enquiry", "search_records"),
        *("write_special_report", "record_reply", "review_findings", "recommend", "decide", "hold_hearing"),
    }
    for codes in decisions.values():
        assert codes[0] not in GRAVE
        assert set(codes[1:]) <= GRAVE
