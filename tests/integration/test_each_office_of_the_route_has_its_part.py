"""Offices of the route side by side: units in parallel, who reviews, who endorses, whose clock stands, who signs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from app import formjs
from app.domain.errors import FormInvalid, NotAllowed, NotFound
from app.domain.roles import DELEGATE, Role
from app.models.casefile import case_queries as table
from app.models.scope import CaseScope
from app.models.tables.cases import case, enquiry
from app.models.tables.papers import certificate
from app.models.tables.workflow import clock_event, user_task
from app.services.access import separation
from app.services.access.separation import OwnEnquiry
from app.services.casefile.facts import CaseFacts
from app.services.casework import cases
from app.services.desk import taskpage
from app.services.district import gazetteer
from app.services.intake import forwarding
from app.services.store.scopes import actor_scope
from tests.scripts import (
    OUTSIDE,
    WITH_DETAIL,
    again_by_the_sp,
    elsewhere,
    fir,
    found_by_both,
    heard,
    himself,
    settled,
)
from tests.shipped_forms import SEEN
from tests.traveller import SAMPLED

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Row

    from app.domain.roles import Actor
    from app.services.desk import tasks
    from tests.traveller import Traveller

THANA = "th_mashrakh"


def task_at(traveller: Traveller, number: str, step: str) -> Row[Any]:
    return next(task for task in traveller.waiting(number) if task.element_id == step)


def sends(traveller: Traveller, actor: Actor, task: Row[Any], **changes: Any) -> tasks.Completed:
    """An officer sends the form as its own officer would fill it in."""
    return traveller.finish(task, traveller.form_of(task, **changes), actor)


def clock(traveller: Traveller, number: str) -> list[tuple[str, str]]:
    """What stopped the case's clock, and what let it go on."""
    statement = (
        select(clock_event.c.kind, clock_event.c.reason)
        .join(case, case.c.id == clock_event.c.case_id)
        .where(case.c.number == number, clock_event.c.kind.in_(["pause", "resume"]))
        .order_by(clock_event.c.at, clock_event.c.id)
    )
    with traveller.database.engine.connect() as connection:
        return [(row.kind, row.reason) for row in connection.execute(statement)]


def sees(traveller: Traveller, actor: Actor, number: str) -> bool:
    try:
        traveller.database.read(
            lambda session: cases.find(session, actor, number, traveller.now), actor_scope(actor)
        )
    except NotFound:
        return False
    return True


# -- units -------------------------------------------------------------------------------------------------------


def test_bureau_special_branch_and_other_district_work_beside_the_thana(traveller: Traveller) -> None:
    number = traveller.begin(letter={"purpose": "bihar_police"}, person=OUTSIDE)
    traveller.walk(number, {}, until="route")
    traveller.act(number, traveller.waiting(number)[0])
    beside = ["accept_enquiry", "record_reply", "search_records", "write_special_report"]
    assert traveller.steps(number) == beside
    for step in reversed(beside[1:]):
        traveller.act(number, task_at(traveller, number, step))
    assert traveller.steps(number) == ["accept_enquiry"], "the case waits for the last of them"
    traveller.walk(number, {}, until="recommend")
    assert traveller.steps(number) == ["recommend"]


def test_what_the_special_branch_writes_moves_no_proposal(traveller: Traveller) -> None:
    number = traveller.begin(letter={"purpose": "bihar_police"})
    adverse = {"sb_result": "adverse", "sb_note": "गोपनीय सूचना के अनुसार सावधानी आवश्यक है।"}
    traveller.walk(number, {"write_special_report": [adverse]}, until="recommend")
    assert traveller.steps(number) == ["recommend"], "no review is called for"
    assert traveller.answered[-1] == ("outcome", 16)


def test_what_another_district_finds_counts_like_the_own_thanas(traveller: Traveller) -> None:
    number = traveller.begin(letter={"purpose": "central_forces"}, person=OUTSIDE)
    row = fir(traveller, stage="trial", stage_ref="आरोप पत्र 40/21", district="212")
    row |= {"thana": None, "thana_other": "बुद्धा कॉलोनी"}
    reply = {"od_result": "record_found", "cases": [row]}
    traveller.walk(number, {"record_reply": [reply]}, until="review_findings")
    assert traveller.answered[-1] == ("outcome", 3)


def test_two_other_districts_are_two_units_on_the_page_of_the_case(traveller: Traveller) -> None:
    stay = {"village": "फुलवारी", "state": "bihar", "district": "213", "thana_other": "सदर"}
    stay |= {"from": "2022-01", "to": "2024-01"}
    person = {**OUTSIDE, "stays": [stay]}
    number = traveller.begin(letter={"purpose": "central_forces"}, person=person)
    traveller.walk(number, {}, until="record_reply")
    second = task_at_unit(traveller, number, "213")
    traveller.act(number, second)
    actor = traveller.staff.holder(Role.SP)
    drawn = traveller.database.read(
        lambda session: cases.find(session, actor, number, traveller.now, "diagram"), actor_scope(actor)
    )
    letters = {each.unit_en: each for each in drawn.pictures if each.unit_kind == "other_district"}
    assert len(letters) == 2
    states = {name: picture.standing["record_reply"].state for name, picture in letters.items()}
    done_alone = f"Other district: {gazetteer.names_of('districts', '213')[1]}"
    assert [name for name, state in states.items() if state == "done"] == [done_alone]


def task_at_unit(traveller: Traveller, number: str, district: str) -> Row[Any]:
    """The letter to this district: by what its form proposes."""
    found = [task for task in traveller.waiting(number) if task.element_id == "record_reply"]
    row = traveller.case(number)

    def asked(session: Any) -> dict[Any, Any]:
        known = CaseFacts(session, table.find(session, row.id), traveller.now)
        return {each.id: known.asked_of(each).get("district") for each in known.enquiries}

    places = traveller.database.read(asked, CaseScope(row.district_id, row.id))
    return next(task for task in found if places[task.enquiry_id] == district)


# -- who reviews --------------------------------------------------------------------------------------------------


def test_the_sdpo_always_reviews_what_the_purpose_says(traveller: Traveller) -> None:
    number = traveller.begin(letter={"purpose": "arms_licence_new"})
    traveller.walk(number, {}, until="review_findings")
    assert traveller.steps(number) == ["review_findings"]
    assert told_of(traveller, number) == (["purpose"], "कोई प्रतिकूल तथ्य नहीं", "No adverse fact")


def told_of(traveller: Traveller, number: str) -> tuple[list[str], str, str]:
    """What the SDPO's page says of the case before he reviews it."""
    review = traveller.page_of(task_at(traveller, number, "review_findings")).briefing.review
    assert review is not None
    return review.reasons, review.outcome_hi, review.outcome_en


def test_the_sdpo_sees_clean_cases_by_lot_and_no_others(traveller: Traveller) -> None:
    drawn, spared = traveller.begin(sampled=True), traveller.begin()
    for number in (spared, drawn):
        row = traveller.case(number)
        assert row.sample == traveller.database.keys.sample(row.id.bytes), "the lot can be drawn again"
        assert (row.sample < SAMPLED) is (number == drawn)
    for number, step in ((drawn, "review_findings"), (spared, "recommend")):
        while step not in traveller.steps(number):
            task = traveller.waiting(number)[0]
            traveller.finish(task, traveller.form_of(task))
            traveller.work()
    assert told_of(traveller, drawn)[0] == ["lot"]
    assert traveller.page_of(task_at(traveller, spared, "recommend")).briefing.review is None


def test_of_many_cases_about_five_in_a_hundred_are_drawn(traveller: Traveller) -> None:
    keys = traveller.database.keys
    lots = [keys.sample(number.to_bytes(16)) for number in range(4000)]
    assert 150 <= sum(lot < SAMPLED for lot in lots) <= 250
    assert set(lots) == set(range(100))


@pytest.mark.parametrize(
    "registers",
    [
        {"all_clear": False, **SEEN, "chk_gunda": "not_checked", "not_checked_reason": "पंजी न्यायालय में है।"},
    ],
)
def test_a_register_that_was_not_seen_brings_the_case_to_the_sdpo(
    traveller: Traveller, registers: dict[str, Any]
) -> None:
    number = traveller.begin()
    traveller.walk(number, {"check_registers": [registers]}, until="review_findings")
    assert traveller.steps(number) == ["review_findings"]
    assert traveller.answered[-1] == ("outcome", 16), "nothing adverse is proposed all the same"
    assert told_of(traveller, number)[1] == "कोई प्रतिकूल तथ्य नहीं"
    assert "not_checked" in told_of(traveller, number)[0]


def test_two_units_that_contradict_each_other_are_told_to_the_sdpo_in_a_sentence(
    traveller: Traveller,
) -> None:
    number = traveller.begin()
    search = found_by_both(fir(traveller, stage="quashed", stage_ref="आदेश 1/22"))["search_records"]
    traveller.walk(number, {"search_records": search}, until="review_findings")
    task = task_at(traveller, number, "review_findings")
    (told,) = traveller.page_of(task).briefing.conflicts
    assert "112/2021" in told[0]
    assert "नहीं मिला" in told[0]
    assert "nothing found" in told[1]
    assert told_of(traveller, number)[0] == ["contradiction", "record", "outcome"]
    page = traveller.page_of(task)
    boxes = formjs.draw(page.form, page.values, {}, page.facts, page.options, "hi")
    (rows,) = [box for box in boxes if box.name == "row_decisions"]
    assert (len(rows.rows), rows.add, rows.rows[0].remove) == (1, "", ""), "what is to be settled is given"
    traveller.act(number, task, **settled("same_person")(traveller, task))
    assert traveller.steps(number) == ["recommend"]
    page = traveller.page_of(task_at(traveller, number, "recommend"))
    assert page.briefing.conflicts == []
    thana, bureau = page.briefing.accounts
    assert (thana.has_found, bureau.has_found) == (False, True), "who decides reads at once who found what"
    assert "निवासी हैं" in [hindi for hindi, _ in thana.said]
    assert "nothing found in the records" in [english for _, english in thana.said]
    assert ["112/2021" in hindi and "अभियुक्त" in hindi for hindi, _ in bureau.said] == [True]


def test_what_the_units_told_stands_before_those_alone_who_judge_the_whole_case(traveller: Traveller) -> None:
    number = traveller.begin(letter={"purpose": "bihar_police"})
    sealed = {"sb_result": "adverse", "sb_note": "गोपनीय सूचना के अनुसार सावधानी आवश्यक है।"}
    traveller.walk(number, {"write_special_report": [sealed]}, until="recommend")
    told = traveller.page_of(task_at(traveller, number, "recommend")).briefing.accounts
    thana, bureau = told
    assert thana.name_en.endswith(" P.S.")
    assert bureau.name_hi == "जिला अपराध अभिलेख ब्यूरो"
    assert not thana.has_found | bureau.has_found, "the sealed word is in no list"
    enquiring = traveller.begin()
    traveller.walk(enquiring, {}, until="endorse_enquiry")
    assert traveller.page_of(task_at(traveller, enquiring, "endorse_enquiry")).briefing.accounts == []


# -- who endorses, and where it lies -------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.CIRCLE_INSPECTOR, Role.SDPO])
def test_where_the_sho_enquired_his_superiors_endorse_and_he_does_not(
    traveller: Traveller, role: Role
) -> None:
    number = traveller.begin()
    traveller.walk(number, {"accept_enquiry": [himself]}, until="endorse_above")
    task = task_at(traveller, number, "endorse_above")
    visited = next(each for each in done(traveller, number) if each.element_id == "visit")
    with pytest.raises((NotAllowed, NotFound)):
        sends(traveller, traveller.staff.officer(visited.done_by), task)
    sends(traveller, traveller.staff.holder(role, task.office_id), task)
    assert "endorse_above" not in traveller.steps(number)


def done(traveller: Traveller, number: str) -> list[Row[Any]]:
    statement = select(user_task).join(case, case.c.id == user_task.c.case_id)
    with traveller.database.engine.connect() as connection:
        return list(connection.execute(statement.where(case.c.number == number, user_task.c.state == "done")))


def test_a_case_of_another_thana_is_passed_on_in_one_act_and_lost_from_sight(traveller: Traveller) -> None:
    number = traveller.begin([THANA])
    traveller.walk(number, {}, until="accept_enquiry")
    task = task_at(traveller, number, "accept_enquiry")
    first, right = traveller.actor_of(task), elsewhere(traveller, task)
    assert sees(traveller, first, number)
    traveller.act(number, task, **right)
    there: UUID = task_at(traveller, number, "accept_enquiry").office_id
    assert str(there) == right["correct_thana"]
    assert not sees(traveller, first, number)
    assert sees(traveller, traveller.staff.holder(Role.SHO, there), number)
    told = traveller.page_of(task_at(traveller, number, "accept_enquiry")).aside.answers[0]
    assert told.unit_hi == first.post.office_hi, "he wrote for his own thana, not for the one that has it now"


# -- whose clock stands ---------------------------------------------------------------------------------------------


def test_the_clock_stands_while_the_department_answers(traveller: Traveller) -> None:
    number = traveller.begin()
    defective = {"action": "return", "scrutiny": [], "defects": [{"code": "no_photo", "text": "फोटो नहीं है।"}]}
    traveller.act(number, traveller.waiting(number)[0], **defective)
    assert traveller.steps(number) == ["answer_defects"]
    assert clock(traveller, number) == [("pause", "defect")]
    traveller.act(number, traveller.waiting(number)[0])
    assert traveller.steps(number) == ["scrutinise"]
    assert clock(traveller, number) == [("pause", "defect"), ("resume", "defect")]


def test_the_candidate_is_heard_before_an_adverse_decision_and_the_clock_stands_meanwhile(
    traveller: Traveller,
) -> None:
    number = traveller.begin()
    charged = found_by_both(fir(traveller, stage="trial", stage_ref="आरोप पत्र 40/21"))
    traveller.walk(number, {**charged, **WITH_DETAIL}, until="decide")
    task = task_at(traveller, number, "decide")
    traveller.act(number, task, **heard("dm_decision")(traveller, task))
    assert traveller.steps(number) == ["hold_hearing"]
    assert clock(traveller, number) == [("pause", "hearing")]
    traveller.act(number, traveller.waiting(number)[0])
    assert clock(traveller, number) == [("pause", "hearing"), ("resume", "hearing")]
    traveller.walk(number, WITH_DETAIL)
    assert traveller.case(number).status == "issued"


# -- how often, and who signs ---------------------------------------------------------------------------------------


def test_a_third_re_enquiry_is_refused_at_its_button_in_both_languages(traveller: Traveller) -> None:
    number = traveller.begin()
    for _ in range(2):
        traveller.walk(number, {}, until="recommend")
        task = task_at(traveller, number, "recommend")
        order = again_by_the_sp(traveller, task)
        traveller.act(number, task, **order)
    traveller.walk(number, {}, until="recommend")
    task = task_at(traveller, number, "recommend")
    with pytest.raises(FormInvalid) as refused:
        traveller.finish(task, traveller.form_of(task, **order))
    problem = refused.value.problems["action"]
    assert "दो बार से अधिक नहीं" in problem.hi
    assert "two re-enquiries at most" in problem.en
    assert (traveller.case(number).rounds, traveller.steps(number)) == (2, ["recommend"])


def test_an_adm_signs_for_the_dm_only_in_the_post_that_the_order_gave_him(traveller: Traveller) -> None:
    number = traveller.begin()
    traveller.walk(number, {}, until="decide")
    task = task_at(traveller, number, "decide")
    adm = traveller.staff.holder(Role.ADM)
    regular, by_order = (
        replace(adm, post=next(post for post in adm.posts if (post.kind == DELEGATE) is delegated))
        for delegated in (False, True)
    )
    with pytest.raises(NotAllowed):
        sends(traveller, regular, task)
    sends(traveller, by_order, task)
    traveller.look(number)
    traveller.let_work(number)
    traveller.walk(number, {})
    assert signatories(traveller) == [adm.officer_id]


def test_where_the_sp_signs_the_dm_gets_no_task(traveller: Traveller) -> None:
    number = traveller.begin(letter={"purpose": "bihar_police"})
    traveller.walk(number, {})
    assert traveller.case(number).status == "issued"
    assert "decide" not in {each.element_id for each in done(traveller, number)}
    assert signatories(traveller) == [traveller.staff.holder(Role.SP).officer_id]


def signatories(traveller: Traveller) -> list[UUID]:
    with traveller.database.engine.connect() as connection:
        return list(connection.execute(select(certificate.c.signed_by)).scalars())


def test_who_enquired_and_then_gets_charge_of_the_thana_does_not_endorse(traveller: Traveller) -> None:
    number = traveller.begin()
    traveller.walk(number, {}, until="endorse_enquiry")
    task = task_at(traveller, number, "endorse_enquiry")
    visited = next(each for each in done(traveller, number) if each.element_id == "visit")
    acting = in_charge(traveller, visited.done_by, Role.SHO, task.office_id)
    with pytest.raises(OwnEnquiry) as refused:
        sends(traveller, acting, task)
    assert refused.value.key == "error.own_enquiry"
    sends(traveller, traveller.staff.holder(Role.SHO, task.office_id), task)


def test_who_wrote_the_report_and_who_was_named_for_it_after_him_both_do_not_endorse(
    traveller: Traveller,
) -> None:
    number = traveller.begin()
    traveller.walk(number, {}, until="endorse_enquiry")
    task = task_at(traveller, number, "endorse_enquiry")
    wrote = next(each.done_by for each in done(traveller, number) if each.element_id == "visit")
    named = traveller.staff.holder(Role.THANA_MUNSHI, task.office_id).officer_id
    with traveller.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(update(enquiry).where(enquiry.c.id == task.enquiry_id).values(officer_id=named))
    for officer_id in (wrote, named):
        with pytest.raises(OwnEnquiry):
            sends(traveller, in_charge(traveller, officer_id, Role.SHO, task.office_id), task)


@pytest.mark.parametrize(
    ("purpose", "step", "role"),
    [
        ("arms_licence_new", "review_findings", Role.SDPO),
        ("govt_service", "recommend", Role.SP),
        ("govt_service", "decide", Role.DM),
    ],
)
def test_who_enquired_and_then_comes_in_another_post_judges_nothing_in_that_case(
    traveller: Traveller, purpose: str, step: str, role: Role
) -> None:
    number = traveller.begin(letter={"purpose": purpose})
    traveller.walk(number, {}, until=step)
    task = task_at(traveller, number, step)
    visited = next(each for each in done(traveller, number) if each.element_id == "visit")
    acting = in_charge(traveller, visited.done_by, role, task.office_id)
    with pytest.raises(OwnEnquiry) as refused:
        sends(traveller, acting, task)
    assert refused.value.key == "error.own_enquiry_judged"
    assert traveller.steps(number) == [step]


def in_charge(traveller: Traveller, officer_id: UUID, role: Role, office_id: UUID) -> Actor:
    """The officer as he acts by charge of another post."""
    officer = traveller.staff.officer(officer_id)
    post = replace(traveller.staff.holder(role, office_id).post, kind="charge")
    return replace(officer, post=post, posts=(*officer.posts, post))


def test_an_officer_is_told_that_the_candidate_or_his_father_is_called_as_he_is(traveller: Traveller) -> None:
    number = traveller.begin()
    traveller.walk(number, {}, until="visit")
    task = task_at(traveller, number, "visit")
    head = traveller.page_of(task).head
    person = head.case
    officer = traveller.actor_of(task)
    theirs = (person.name_hi, person.name_en, person.father_hi, person.father_en)
    assert not head.is_namesake
    for hindi, english in ((person.father_hi, ""), ("", person.name_en), (person.name_hi, "x")):
        namesake = replace(officer, name_hi=hindi, name_en=english)
        assert separation.is_namesake(namesake, *theirs)
    family = replace(officer, name_hi=person.father_hi.split()[-1], name_en="")
    assert not separation.is_namesake(family, *theirs), "a family name alone tells nothing"


def test_whoever_scrutinises_a_person_whom_he_entered_is_told_so(traveller: Traveller) -> None:
    number = traveller.begin()
    task = task_at(traveller, number, "scrutinise")
    head, assistant = traveller.actor_of(task), traveller.staff.holder(Role.DM_ASSISTANT)
    acting = in_charge(traveller, assistant.officer_id, Role.DM_SECTION_HEAD, task.office_id)
    told = [
        traveller.database.read(
            lambda rows, who=who: taskpage.open_task(rows, who, task.id, traveller.now), actor_scope(who)
        ).head.is_own_entry
        for who in (head, acting)
    ]
    assert told == [False, True]
    letter = traveller.database.read(
        lambda rows: table.find(rows, task.case_id).requisition_id, actor_scope(head)
    )
    of_all = [
        traveller.database.read(
            lambda rows, who=who: forwarding.waiting(rows, who, letter, traveller.now), actor_scope(who)
        ).own_entries
        for who in (head, acting)
    ]
    assert of_all == [[], [number]], "where a whole letter is forwarded it says which, too"
    traveller.finish(task, traveller.form_of(task), acting)
