"""Officers fill in the shipped forms, case after case: they take every flow and meet every row of the tables.

Each act is one transaction, after which the case is read from the database anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.roles import Role
from app.services.casework import cases
from app.services.intake import requisitions
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.journey import scan
from tests.scripts import (
    OUTSIDE,
    REASON,
    SUITABLE,
    WITH_DETAIL,
    adjourned,
    again_by_the_sdpo,
    again_by_the_sp,
    elsewhere,
    entered,
    fir,
    found_by_both,
    heard,
    himself,
    locked,
    settled,
    told,
    visited,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.traveller import Script, Traveller

#: The one way that the shipped forms keep shut: they offer no third re-enquiry.
SHUT = {"rounds_left_to_enter_recommendation"}


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
        traveller.database,
        traveller.staff.holder(Role.DM_SECTION_HEAD),
        number,
        {"reason": REASON},
        traveller.now,
    )
    traveller.look(number)
    assert traveller.case(number).status == "withdrawn"
    return number


def every_kind_of_unit_for_the_sp_who_signs(traveller: Traveller) -> str:
    """Bureau, special branch and another district beside the thana; both send papers back; the SP hears and signs."""
    number = traveller.begin(letter={"purpose": "bihar_police"}, person=OUTSIDE)
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
    traveller.waits_to_be_reminded = True
    for walk in WALKS:
        number = walk(traveller)
        assert traveller.drawn_way(number) - traveller.taken == set(), "the page draws what never was"
    assert sorted(traveller.shape.flows.keys() - traveller.flows - SHUT) == [], "flows that no walk took"
    assert SHUT.isdisjoint(traveller.flows)


# -- the rows ----------------------------------------------------------------------------------------------------

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
