"""Officers fill in the shipped forms, case after case: they take every flow and meet every row of the tables.

Each act is one transaction, after which the case is read from the database anew.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app.domain.roles import Role
from app.services import cases, requisitions
from app.services.drafts import actor_scope
from tests.integration.conftest import NOW
from tests.journey import scan
from tests.shipped_forms import FIR, SEEN
from tests.traveller import Traveller

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Row

    from app.services.database import Database
    from tests.traveller import Script

REASON = "सभी प्रतिवेदन देखने के बाद दर्ज कारण।"
WITH_DETAIL: Script = {
    "recommend": [{"sp_reason": REASON, "sp_decision": "issue_with_detail"}],
    "decide": [{"dm_decision": "issue_with_detail", "dm_reason": REASON}],
}
HERE = {"hearing_time": "11:00", "hearing_place": "समाहरणालय, छपरा"}
#: The one way that the shipped forms keep shut: they offer no third re-enquiry.
SHUT = {"rounds_left_to_enter_recommendation"}


@pytest.fixture
def traveller(demo_url: str, open_database: Callable[[str], Database]) -> Traveller:
    return Traveller(open_database(demo_url), NOW)


# -- what officers answer ----------------------------------------------------------------------------------------


def in_days(traveller: Traveller, days: int) -> str:
    return (traveller.now + timedelta(days=days)).date().isoformat()


def locked(traveller: Traveller, _task: Row[Any]) -> Mapping[str, Any]:
    """Nobody at home; the next visit is tomorrow."""
    return {"resident": "house_locked", "met_whom": "nobody", "next_visit": in_days(traveller, 1)}


def himself(traveller: Traveller, task: Row[Any]) -> Mapping[str, Any]:
    """The SHO names himself; he stands last in the list."""
    return {"accept": "ours", "eo": traveller.page_of(task).options["enquiry_officers"][-1]["value"]}


def elsewhere(traveller: Traveller, task: Row[Any]) -> Mapping[str, Any]:
    thana = traveller.page_of(task).options["other_thanas"][0]["value"]
    return {"accept": "other_thana", "correct_thana": thana, "bounce_reason": "यह ग्राम दूसरे थाना में है।"}


def again_by_the_sp(traveller: Traveller, task: Row[Any]) -> Mapping[str, Any]:
    unit = traveller.page_of(task).options["units"][0]["value"]
    return {
        "action": "re_enquiry",
        "sp_reason": REASON,
        "re_enquiry": [{"unit": unit, "point": REASON}],
    }


def again_by_the_sdpo(traveller: Traveller, task: Row[Any]) -> Mapping[str, Any]:
    page = traveller.page_of(task)
    return {
        "sdpo_view": "re_enquiry",
        "sdpo_remark": REASON,
        "re_units": [page.options["units"][0]["value"]],
        "re_point": REASON,
        "re_due": in_days(traveller, 3),
    }


def heard(field: str) -> Callable[[Traveller, Row[Any]], Mapping[str, Any]]:
    """Order a hearing on the form of the SP or of the DM."""
    reasons = {"dm_decision": "dm_reason", "sp_decision": "sp_reason"}

    def order(traveller: Traveller, _task: Row[Any]) -> Mapping[str, Any]:
        return {
            field: "hear_applicant",
            reasons[field]: REASON,
            "hearing_date": in_days(traveller, 7),
            **HERE,
        }

    return order


def adjourned(traveller: Traveller, _task: Row[Any]) -> Mapping[str, Any]:
    return {"hearing_state": "adjourned", "next_date": in_days(traveller, 7)}


def found(*rows: Mapping[str, Any], entries: tuple[Mapping[str, Any], ...] = ()) -> Mapping[str, Any]:
    """What the registers hold: criminal cases, and entries."""
    seen = SEEN | ({"chk_fir_index": "found"} if rows else {})
    seen |= {f"chk_{entry['register']}": "found" for entry in entries}
    return {"all_clear": False, **seen, "cases": list(rows), "entries": list(entries)}


def fir(traveller: Traveller, **changes: Any) -> dict[str, Any]:
    """A criminal case of the thana in which the candidate lives."""
    thana = next(iter(traveller.staff.offices(Role.SHO).values()))
    return {**FIR, "fir_year": 2021, "district": "218", "thana": str(thana), **changes}


def found_by_both(row: Mapping[str, Any]) -> Script:
    """The thana and the bureau tell the same criminal case."""
    return {
        "check_registers": [found(row)],
        "search_records": [{"result": "record_found", "cases": [row]}],
    }


def settled(decision: str) -> Callable[[Traveller, Row[Any]], Mapping[str, Any]]:
    """The SDPO decides every row before him in the same sense."""

    def decide(traveller: Traveller, task: Row[Any]) -> Mapping[str, Any]:
        rows = traveller.page_of(task).values.get("row_decisions") or []
        return {"row_decisions": [{**row, "decision": decision, "reason": REASON} for row in rows]}

    return decide


# -- the walks ---------------------------------------------------------------------------------------------------


def a_clean_case_of_two_thanas(traveller: Traveller) -> str:
    number = traveller.begin(("th_mashrakh", "th_town_nagar"))
    traveller.walk(number, {})
    assert traveller.case(number).status == "issued"
    return number


def defects_are_put_right(traveller: Traveller) -> str:
    number = traveller.begin()
    defective = {"action": "return", "scrutiny": [], "defects": [{"code": "no_photo", "text": "फोटो नहीं है।"}]}
    traveller.walk(number, {"scrutinise": [defective, {}]}, until="route")
    assert traveller.steps(number) == ["route"]
    return number


def the_department_takes_its_letter_back(traveller: Traveller) -> str:
    number = traveller.begin()
    defective = {"action": "return", "scrutiny": [], "defects": [{"code": "no_photo", "text": "फोटो नहीं है।"}]}
    back = {"answer_kind": "withdraw", "answer_text": "चयन रद्द हो गया है।"}
    traveller.walk(number, {"scrutinise": [defective], "answer_defects": [back]})
    assert traveller.case(number).status == "withdrawn"
    return number


def the_sp_returns_a_case_and_it_is_closed(traveller: Traveller) -> str:
    number = traveller.begin()
    close = {"action": "close", "scrutiny": [], "close_reason": REASON}
    traveller.walk(
        number, {"recommend": [{"action": "return", "sp_reason": REASON}], "scrutinise": [{}, close]}
    )
    assert traveller.case(number).status == "closed"
    return number


def the_department_withdraws_at_the_thana(traveller: Traveller) -> str:
    number = traveller.begin()
    traveller.walk(number, {}, until="accept_enquiry")
    cases.withdraw(
        traveller.database, traveller.staff.holder(Role.DM_SECTION_HEAD), number, REASON, traveller.now
    )
    traveller.look(number)
    assert traveller.case(number).status == "withdrawn"
    return number


def every_kind_of_unit_for_the_sp_who_signs(traveller: Traveller) -> str:
    """Bureau, special branch and another district beside the thana; both send papers back; the SP hears and signs."""
    outside = {
        "same_address": False,
        "pres_village": "बोरिंग रोड",
        "pres_pin": "800001",
        "pres_district": "212",
        "pres_thana_other": "बुद्धा कॉलोनी",
    }
    number = traveller.begin(letter={"purpose": "bihar_police"}, person=outside)
    lacking = {"action": "return", "return_reason": "फोटो स्पष्ट नहीं है।"}
    charged = found_by_both(fir(traveller, stage="trial", stage_ref="आरोप पत्र 40/21"))
    traveller.walk(
        number,
        {
            **charged,
            "search_records": [lacking, *charged["search_records"]],
            "write_special_report": [lacking, {}],
            "recommend": [heard("sp_decision"), *WITH_DETAIL["recommend"]],
            "hold_hearing_by_sp": [adjourned, {}],
        },
    )
    assert traveller.case(number).status == "issued"
    return number


def the_sho_enquires_himself(traveller: Traveller) -> str:
    number = traveller.begin()
    traveller.walk(
        number,
        {
            "accept_enquiry": [himself],
            "endorse_above": [{"agree": "return_to_eo", "endorse_reason": REASON}, {}],
            "revisit": [locked, {}],
        },
        until="recommend",
    )
    assert traveller.steps(number) == ["recommend"]
    return number


def another_thana_enquires_and_goes_there_twice(traveller: Traveller) -> str:
    number = traveller.begin()
    traveller.walk(
        number,
        {
            "accept_enquiry": [elsewhere, {}],
            "visit": [locked, {}],
            "endorse_enquiry": [{"agree": "return_to_eo", "endorse_reason": REASON}, {}],
        },
        until="recommend",
    )
    assert traveller.steps(number) == ["recommend"]
    return number


def sdpo_and_sp_each_have_it_enquired_again(traveller: Traveller) -> str:
    number = traveller.begin(sampled=True)
    traveller.walk(
        number,
        {"review_findings": [again_by_the_sdpo, {}], "recommend": [again_by_the_sp]},
        until="recommend",
    )
    traveller.walk(number, {"recommend": [again_by_the_sp]}, until="review_findings")
    assert traveller.case(number).rounds == 2
    traveller.walk(number, {})
    assert traveller.case(number).status == "issued"
    return number


def the_dm_asks_and_hears(traveller: Traveller) -> str:
    number = traveller.begin()
    back = {"dm_decision": "re_enquiry", "dm_reason": REASON}
    charged = found_by_both(fir(traveller, stage="trial", stage_ref="आरोप पत्र 40/21"))
    traveller.walk(
        number,
        {
            **charged,
            **WITH_DETAIL,
            "decide": [back, heard("dm_decision"), *WITH_DETAIL["decide"]],
            "hold_hearing": [adjourned, {"hearing_state": "absent", "service_proof": "रजिस्ट्री संख्या 12"}],
        },
    )
    assert traveller.case(number).status == "issued"
    return number


WALKS = [
    a_clean_case_of_two_thanas,
    defects_are_put_right,
    the_department_takes_its_letter_back,
    the_sp_returns_a_case_and_it_is_closed,
    the_department_withdraws_at_the_thana,
    every_kind_of_unit_for_the_sp_who_signs,
    the_sho_enquires_himself,
    another_thana_enquires_and_goes_there_twice,
    sdpo_and_sp_each_have_it_enquired_again,
    the_dm_asks_and_hears,
]


def test_the_walks_together_take_every_flow_of_both_diagrams(traveller: Traveller) -> None:
    for walk in WALKS:
        number = walk(traveller)
        assert traveller.drawn_way(number) - traveller.taken == set(), "the page draws what never was"
    assert sorted(traveller.shape.flows.keys() - traveller.flows - SHUT) == [], "flows that no walk took"
    assert SHUT.isdisjoint(traveller.flows)


# -- the rows ----------------------------------------------------------------------------------------------------

ENTRY: dict[str, Any] = {
    "entry_no": "4",
    "year": 2025,
    "in_force": True,
    "court": "न्यायिक दंडाधिकारी, छपरा",
    "identity_basis": "photo",
}


#: What the visit says besides where premises are inspected; a form that does not ask for it leaves it out.
SUITABLE = {"premises_result": "suitable"}


def entered(register: str, **more: Any) -> Script:
    return {"check_registers": [found(entries=({**ENTRY, "register": register, **more},))]}


def told(traveller: Traveller, **changes: Any) -> Script:
    return found_by_both(fir(traveller, **changes))


def visited(**changes: Any) -> Script:
    return {"visit": [{**SUITABLE, "finding_text": REASON, **changes}]}


#: Row of the table of outcomes -> what the units answer so that it is the first to fit.
FACTS: dict[int, Callable[[Traveller], Script]] = {
    1: lambda _: entered("warrant"),
    2: lambda at: told(at, stage="convicted", stage_ref="निर्णय 1/22"),
    3: lambda at: told(at, stage="chargesheeted", stage_ref="आरोप पत्र 40/21"),
    4: lambda at: {"search_records": told(at, stage="acquitted", stage_ref="निर्णय 1/22")["search_records"]},
    5: lambda _: visited(identity_verified="no"),
    6: lambda _: visited(resident="address_incomplete"),
    7: lambda _: visited(resident="not_resident", met_whom="neighbour"),
    8: lambda at: told(at, identity_basis="doubtful"),
    9: told,
    10: lambda _: entered("gunda"),
    11: lambda _: entered("preventive", preventive_kind="bond_executed"),
    12: lambda _: visited(premises_result="unsuitable", premises_remark=REASON),
    13: lambda at: told(at, stage="quashed", stage_ref="आदेश 1/22"),
    14: lambda at: told(at, stage="quashed", stage_ref="आदेश 1/22"),
    15: lambda at: told(at, fir_year=2014, offence_date="2014-05-01", stage="compounded"),
    16: lambda _: {},
    17: lambda _: visited(premises_result="not_inspected", premises_remark=REASON),
}
#: Rows that fit only where premises are inspected.
PREMISES = frozenset({12, 17})
INSPECTED = ("explosive_noc", "petroleum_noc")


def offered(traveller: Traveller) -> list[str]:
    """Every purpose that the form of a letter offers in this district, those without inspection first."""
    actor = traveller.staff.holder(Role.DM_ASSISTANT)
    page = traveller.database.read(
        lambda session: requisitions.intake(session, actor, requisitions.LETTER, None, NOW),
        actor_scope(actor),
    )
    return sorted((each["value"] for each in page.options["purposes"]), key=lambda code: code in INSPECTED)


def shared_out(purposes: list[str]) -> list[tuple[str, int]]:
    """A row of the outcomes for each purpose, such that every purpose and every row has its turn."""
    inspected = [code for code in purposes if code in INSPECTED]
    others = [code for code in purposes if code not in INSPECTED]
    plain = [row for row in FACTS if row not in PREMISES]
    turns = [(code, plain[number % len(plain)]) for number, code in enumerate(others)]
    return turns + list(zip(inspected, sorted(PREMISES), strict=True))


def declared(row: int) -> dict[str, Any]:
    """A closed case counts as closed only for him who has not denied it."""
    said = {"declared_case": "yes", "declared_detail": "वर्ष 2021 का एक मामला"}
    return said if row in (14, 15) else {}


def come_to_the_sp(traveller: Traveller, purpose: str, row: int) -> None:
    """Bring a case with what this row asks for before the SP; its first proposal is the row's."""
    number = traveller.begin(
        letter={"purpose": purpose, "purpose_reason": REASON},
        person=declared(row),
        uploads=[scan("photo")],
    )
    script = {"visit": [SUITABLE], "review_findings": [settled("still_doubtful")], **FACTS[row](traveller)}
    traveller.walk(number, script, until="recommend")
    assert traveller.steps(number) == ["recommend"]
    assert next(hit for table, hit in traveller.answered if table == "outcome") == row


def test_the_walks_together_meet_every_row_of_both_tables(traveller: Traveller) -> None:
    purposes = offered(traveller)
    for purpose, row in shared_out(purposes):
        come_to_the_sp(traveller, purpose, row)
    assert {row for table, row in traveller.rows if table == "outcome"} == set(range(1, 18))
    assert len({row for table, row in traveller.rows if table == "checks"}) == len(purposes)
