"""An officer in charge of another's post, or his substitute, is named with the officer for whom he acts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, update

from app.domain.roles import Post, Role
from app.models.casefile import case_queries
from app.models.issuing import paper_queries
from app.models.tables.officers import posting
from app.models.tables.workflow import user_task
from app.services.access import standins
from app.services.antecedents import crimebook, hits
from app.services.casefile import notes, sightings, visits
from app.services.casework import cases, emergency, preparing
from app.services.desk import holding, signatures
from app.services.papers import paperacts, paperlife, signers
from app.services.store.scopes import actor_scope
from app.services.timekeeping import calendar_changes, orders
from tests import paper_samples as samples
from tests.districts import NOW
from tests.journey import CANDIDATE
from tests.office import Office, text_of
from tests.visitor import Visitor

if TYPE_CHECKING:
    from datetime import datetime

    from app import papers
    from app.domain.roles import Actor
    from app.models.scope import Session
    from tests.journey import Journey

THANA = "th_mufassil"


def posted(journey: Journey, actor: Actor, role: Role, kind: str, days: int = 1) -> Actor:
    """Post an officer beside his own post, from yesterday for some days; -> him, acting in it."""
    post_id, office_id = uuid4(), actor.post.office_id
    row = {
        "district_id": actor.district_id,
        "id": post_id,
        "officer_id": actor.officer_id,
        "office_id": office_id,
        "role": role,
        "kind": kind,
        "valid_from": NOW.date() - timedelta(days=1),
        "valid_to": NOW.date() + timedelta(days=days),
        "order_no": "12/2026",
    }
    with journey.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(insert(posting).values(**row))
    post = Post(**{**_fields(actor.post), "posting_id": post_id, "role": role, "kind": kind})
    return replace(actor, post=post, posts=(*actor.posts, post))


def _fields(post: Post) -> dict[str, object]:
    return {name: getattr(post, name) for name in post.__slots__}


def of_thana(journey: Journey, role: Role) -> Actor:
    return journey.staff.holder(role, journey.staff.offices(Role.SHO)[THANA])


def told(journey: Journey, actor: Actor, role: str = "", day: int = 0) -> standins.StandIn | None:
    act = standins.Act(actor.officer_id, actor.post.office_id, NOW.date() + timedelta(days=day), role)
    return journey.database.read(lambda rows: standins.find(rows, [act]), actor_scope(actor)).get(act)


@pytest.mark.parametrize("kind", ["substitute", "charge"])
def test_who_does_anothers_work_is_told_with_his_name_for_those_days_alone(
    journey: Journey, kind: str
) -> None:
    sho, officer = of_thana(journey, Role.SHO), of_thana(journey, Role.ENQUIRY_OFFICER)
    assert told(journey, officer, "sho") is None, "before anybody is posted"
    posted(journey, officer, Role.SHO, kind)
    assert told(journey, officer, "sho") == standins.StandIn(kind, "sho", sho.name_hi, sho.name_en)
    assert told(journey, officer, "enquiry_officer") is None, "his own work is his own"
    assert told(journey, officer) is None, "where no role was recorded he is taken to act in his own post"
    assert told(journey, officer, "sho", day=2) is None, "once it is over"
    assert told(journey, sho, "sho") is None, "whose post it is acts for himself"
    with journey.database.engine.execution_options(writing=True).begin() as connection:
        ended = {"valid_to": NOW.date() - timedelta(days=1)}
        connection.execute(update(posting).where(posting.c.id == sho.post.posting_id).values(**ended))
    assert told(journey, officer, "sho") == standins.StandIn(kind, "sho"), "a vacant post has no name"


def test_an_adm_decides_on_behalf_of_the_dm_and_does_his_own_work_in_his_own_name(journey: Journey) -> None:
    adm, dm = journey.staff.holder(Role.ADM), journey.staff.holder(Role.DM)
    assert told(journey, adm, "dm") == standins.StandIn("delegate", "dm", dm.name_hi, dm.name_en)
    assert told(journey, adm, "adm") is None


def signed_as(journey: Journey, actor: Actor, side: signers.Side, at: datetime = NOW) -> papers.Signer:
    who = (actor.officer_id, actor.post.office_id)
    texts = samples.texts()
    scope = actor_scope(actor)
    return journey.database.read(lambda rows: signers.of_office(rows, texts, side, who, at), scope)


@pytest.mark.parametrize(("kind", "capacity"), [("substitute", "for"), ("charge", "charge")])
def test_a_paper_says_as_what_its_officer_signed(journey: Journey, kind: str, capacity: str) -> None:
    sp, reader = journey.staff.holder(Role.SP), journey.staff.holder(Role.SP_READER)
    posted(journey, reader, Role.SP, kind)
    assert [signed_as(journey, each, "sp").capacity for each in (sp, reader)] == ["head", capacity]
    after = NOW + timedelta(days=3)
    assert [signed_as(journey, each, "sp", after).capacity for each in (sp, reader)] == ["head", "for"]
    adm, dm = (signed_as(journey, journey.staff.holder(role), "dm") for role in (Role.ADM, Role.DM))
    assert (dm.capacity, dm.on_behalf.hi) == ("head", "")
    assert (adm.designation.hi, adm.on_behalf.hi) == ("अपर जिला दंडाधिकारी", "कृते जिला पदाधिकारी")


def test_the_pages_of_a_case_say_for_whom_an_officer_acted(office: Office) -> None:
    journey = office.journey
    sho, munshi = of_thana(journey, Role.SHO), of_thana(journey, Role.THANA_MUNSHI)
    number = journey.new_case([THANA])
    journey.go_on(number, "accept_enquiry")
    task = office.task(number, "accept_enquiry")
    acting = posted(journey, munshi, Role.SHO, "substitute")
    said = f"({sho.name_hi}, थानाध्यक्ष के प्रतिस्थानी)"
    for each, why in ((sho, ""), (acting, "leave")):
        journey.database.write(
            lambda rows, who=each, why=why: holding.claim(rows, who, task.id, NOW, why), actor_scope(each)
        )
    mine = office.at(Role.SHO, THANA)
    assert said in text_of(mine.get(f"/inbox?search={number}")), (
        "in the inbox of the others, at the claimed row"
    )
    assert text_of(mine.get(f"/tasks/{task.id}")).count(said) >= 2, "at the task: in whose name it is"
    journey.finish(task, journey.form_of(task), acting)
    address = f"/cases/{number.replace('/', '-')}"
    reader = office.at(Role.SP_READER)
    happened = text_of(reader.get(f"{address}/timeline"))
    assert f"से {munshi.name_hi} को" in happened
    assert happened.count(said) == 2, "in what he did, and where he took it over"
    assert said in text_of(reader.get(address)), "at the step that he did"
    registers = office.task(number, "check_registers")
    journey.finish(registers, journey.form_of(registers), munshi)
    page = text_of(reader.get(f"{address}/timeline"))
    assert page.count("के प्रतिस्थानी)") == 2, "and at no other: the registers are his own work"


def test_a_substitute_is_told_in_his_own_inbox_what_waits_in_the_other_post(office: Office) -> None:
    journey = office.journey
    munshi = of_thana(journey, Role.THANA_MUNSHI)
    number = journey.new_case([THANA])
    journey.go_on(number, "accept_enquiry")
    acting = posted(journey, munshi, Role.SHO, "substitute")
    his = office.at(Role.THANA_MUNSHI, THANA)
    page = text_of(his.get("/inbox"))
    own, other = f'value="{munshi.post.posting_id}"', f'value="{acting.post.posting_id}"'
    strip = page[page.index("<main") : page.index("page-head")]
    assert "(प्रतिस्थानी):" in strip
    assert "आपकी प्रतीक्षा में" in strip
    assert other in strip
    assert own not in strip, "what waits in the post he acts in is the list below"
    assert his.post("/account/post", {"posting": str(acting.post.posting_id)}).status_code == 303
    page = text_of(his.get("/inbox"))
    assert number in page[page.index("<main") :]
    assert "· प्रतिस्थानी" in page[page.index('class="me"') : page.index("me-menu")], (
        "as what he acts is told above"
    )
    assert other not in page[page.index("<main") :]


def test_who_stands_in_for_an_sho_is_not_called_the_sho_himself(office: Office) -> None:
    journey = office.journey
    sho, munshi = of_thana(journey, Role.SHO), of_thana(journey, Role.THANA_MUNSHI)
    number = journey.new_case([THANA])
    journey.go_on(number, "accept_enquiry")
    posted(journey, munshi, Role.SHO, "substitute", days=36_500)  # the list goes by the machine's day
    page = text_of(office.at(Role.SHO, THANA).get(f"/tasks/{office.task(number, 'accept_enquiry').id}"))
    titles = {
        name: page[page.index(f"{name}, ") :].partition("—")[0] for name in (sho.name_hi, munshi.name_hi)
    }
    assert "(थानाध्यक्ष स्वयं)" in titles[sho.name_hi]
    assert "(थानाध्यक्ष के प्रतिस्थानी)" in titles[munshi.name_hi]


def test_a_note_says_for_whom_its_writer_acted(office: Office) -> None:
    journey = office.journey
    number = journey.new_case([THANA])
    journey.go_on(number, "accept_enquiry")
    sho = of_thana(journey, Role.SHO)
    other = next(
        journey.staff.holder(Role.SHO, office_id)
        for office_id in journey.staff.offices(Role.SHO).values()
        if office_id != sho.post.office_id
    )
    there = replace(other, post=replace(other.post, office_id=sho.post.office_id))
    acting = posted(journey, there, Role.SHO, "charge")
    dm = journey.staff.holder(Role.DM).post.office_id
    wanted = notes.Wanted(dm, None, "पता स्पष्ट करें")
    journey.database.write(
        lambda rows: cases.write_note(rows, acting, number, wanted, NOW), actor_scope(acting)
    )
    page = text_of(office.at(Role.DM).get(f"/cases/{number.replace('/', '-')}/correspondence"))
    assert f'{acting.name_hi} <span class="acting">({sho.name_hi} के पद के अतिरिक्त प्रभार में, थानाध्यक्ष)' in page


def test_who_opened_a_case_and_at_whose_door_nobody_was_is_told_with_him_for_whom_he_acted(
    office: Office,
) -> None:
    journey = office.journey
    sho, munshi = of_thana(journey, Role.SHO), of_thana(journey, Role.THANA_MUNSHI)
    number = journey.new_case([THANA])
    journey.go_on(number, until="visit")
    task = office.task(number, "visit")
    there = posted(journey, munshi, Role.ENQUIRY_OFFICER, "substitute")
    tell_at = visits.Said("locked", "neighbour", uuid4(), "ताला लगा था")

    def keep(session: Session) -> None:
        case = case_queries.find(session, task.case_id)
        assert case is not None
        visits.keep(session, there, case, task, tell_at, journey.now)

    journey.database.write(keep, actor_scope(sho))
    acting = posted(journey, munshi, Role.SHO, "charge")
    sightings.note(journey.database, acting, f"case:{task.case_id}", "timeline", ["P3"], journey.now)
    dm, address = office.at(Role.DM), f"/cases/{number.replace('/', '-')}"
    assert "(प्रतिस्थानी, जाँच पदाधिकारी)" in text_of(dm.get(f"{address}/timeline")), (
        "of a post that several hold"
    )
    assert f"({sho.name_hi} के पद के अतिरिक्त प्रभार में, थानाध्यक्ष)" in text_of(dm.get(f"{address}/opened"))


def test_a_decision_on_an_entry_says_for_whom_the_officer_took_it(journey: Journey) -> None:
    sho, munshi = of_thana(journey, Role.SHO), of_thana(journey, Role.THANA_MUNSHI)
    dcrb = journey.staff.holder(Role.DCRB)
    entry = {
        "thana": str(sho.post.office_id),
        "fir_no": "77",
        "fir_year": 2021,
        "name": CANDIDATE["name_hi"],
        "father": CANDIDATE["father_hi"],
        "sections": "379",
        "stage": "trial",
    }
    [put] = journey.database.write(
        lambda rows: crimebook.put(rows, dcrb.officer_id, [entry], NOW), actor_scope(dcrb)
    )
    number = journey.new_case([THANA])
    journey.go_on(number, "accept_enquiry")
    task = next(each for each in journey.waiting(number) if each.element_id == "accept_enquiry")
    acting = posted(journey, munshi, Role.SHO, "substitute")
    said = {"verdict": "other", "reason": "आयु में बहुत अंतर"}
    journey.database.write(
        lambda rows: hits.decide(rows, acting, task.id, put.id, said, journey.now), actor_scope(acting)
    )
    found = hits.see(journey.database, sho, task.id, journey.now)
    decision = next(line.decision for line in found.lines if line.entry.id == put.id)
    assert decision is not None
    assert decision.acting == standins.StandIn("substitute", "sho", sho.name_hi, sho.name_en)


def test_the_register_of_revocations_says_for_whom_an_order_was_given(journey: Journey) -> None:
    adm, dm = journey.staff.holder(Role.ADM), journey.staff.holder(Role.DM)
    number = journey.new_case()
    journey.go_on(number)
    acting = posted(journey, adm, Role.DM, "charge")
    facts = {"ground": "false_statement", "effective": "2026-11-23"}

    def revoke(session: Session) -> list[paperacts.ActLine]:
        case = case_queries.find_number(session, number)
        assert case is not None
        [paper] = paper_queries.of_case(session, case.id)
        row = paper_queries.find(session, paper.id)
        assert row is not None
        for officer_id, order in ((acting.officer_id, "REV/1"), (dm.officer_id, "REV/2")):
            what = (paperacts.REVOKED, order)
            paperacts.insert(session, officer_id, row, what, facts, journey.now, at=journey.now)
        return paperlife.revocations(session, journey.now.year)

    lines = {line.number: line for line in journey.database.write(revoke, actor_scope(dm))}
    assert lines["REV/1"].acting == standins.StandIn("charge", "dm", dm.name_hi, dm.name_en)
    assert lines["REV/2"].acting is None


def test_the_lists_of_orders_and_holidays_say_for_whom_they_were_given(office: Office) -> None:
    journey, sp = office.journey, office.journey.staff.holder(Role.SP)
    reader = journey.staff.holder(Role.SP_READER)
    acting = posted(journey, reader, Role.SP, "charge")
    asked = orders.Asked("pause", None, NOW.date(), NOW.date(), 0, "festival", "41/2026", NOW.date())
    for officer in (acting, sp):
        journey.database.write(
            lambda rows, officer=officer: orders.issue(
                rows, officer, replace(asked, number=f"{officer.post.kind}/2026"), NOW
            ),
            actor_scope(officer),
        )
    page = text_of(office.at(Role.SP).get("/orders")).partition("<main")[2]
    said = f"({sp.name_hi} के पद के अतिरिक्त प्रभार में, "
    assert page.count(said) == 1, "at the order that the reader gave in charge, and at no other"
    assert page.index("charge/2026") < page.index(said)


def test_the_calendar_says_for_whom_a_change_was_proposed_and_approved(office: Office) -> None:
    journey = office.journey
    keeper, dm, head = (
        journey.staff.holder(role) for role in (Role.PROCESS_ADMIN, Role.DM, Role.DM_SECTION_HEAD)
    )
    acting = posted(journey, head, Role.DM, "charge")
    asked = calendar_changes.Asked("holiday", date(2027, 8, 17), "स्थानीय मेला", "Local fair")
    journey.database.write(
        lambda rows: calendar_changes.propose(rows, keeper, asked, NOW), actor_scope(keeper)
    )
    seen = office.at(Role.DM).get("/calendar").text.partition("<main")[2]
    [change] = re.findall(r'name="change" value="([^"]+)"', seen)
    journey.database.write(
        lambda rows: calendar_changes.decide(rows, acting, UUID(change), NOW, approves=True),
        actor_scope(acting),
    )
    page = text_of(office.at(Role.DM).get("/calendar")).partition("<main")[2]
    assert f'{head.name_hi} <span class="acting">({dm.name_hi} के पद के अतिरिक्त प्रभार में' in page


def test_a_substitute_who_enquired_himself_is_refused_the_endorsement_on_the_pages(office: Office) -> None:
    journey = office.journey
    number = journey.new_case([THANA])
    journey.go_on(number, until="endorse_enquiry")
    task = office.task(number, "endorse_enquiry")
    with office.database.engine.connect() as connection:
        visited = user_task.c.case_id == task.case_id, user_task.c.element_id == "visit"
        enquirer = journey.staff.officer(
            connection.execute(select(user_task.c.done_by).where(*visited)).scalar_one()
        )
    acting = posted(journey, enquirer, Role.SHO, "substitute")
    his = Visitor(office.app).enter(enquirer.officer_id, NOW)
    his.get("/inbox")
    assert his.post("/account/post", {"posting": str(acting.post.posting_id)}).status_code == 303
    told = "जाँच आपने स्वयं की है"
    opened = text_of(his.get(f"/tasks/{task.id}"))
    assert told in opened
    assert "पुनः आवंटन से दूसरे पदाधिकारी को" in opened, (
        "and what is done now; he has sent nothing that he could mend"
    )
    sent = his.post(f"/tasks/{task.id}", office.answers(task))
    assert told in text_of(sent)
    assert sent.status_code == 422
    assert "endorse_enquiry" in journey.steps(number)
    journey.finish(task, journey.form_of(task), of_thana(journey, Role.SHO))
    assert "endorse_enquiry" not in journey.steps(number), "the SHO himself endorses"


def test_who_opened_a_case_in_an_emergency_is_told_with_him_for_whom_he_acted(journey: Journey) -> None:
    sho, munshi = of_thana(journey, Role.SHO), of_thana(journey, Role.THANA_MUNSHI)
    other = next(key for key in journey.staff.offices(Role.SHO) if key != THANA)
    number = journey.new_case([other])
    journey.go_on(number, "accept_enquiry")
    acting, sp = posted(journey, munshi, Role.SHO, "substitute"), journey.staff.holder(Role.SP)
    for officer in (acting, sho):
        journey.database.write(
            lambda rows, officer=officer: emergency.open_case(
                rows, officer, number, "court", journey.now + timedelta(minutes=officer is sho)
            ),
            actor_scope(officer),
        )
    found = journey.database.read(
        lambda rows: emergency.told(rows, sp, journey.now + timedelta(minutes=2)), actor_scope(sp)
    )
    told_for = {row.officer_id: stand_in for row, stand_in in found if row.number == number}
    assert told_for[munshi.officer_id] == standins.StandIn("substitute", "sho", sho.name_hi, sho.name_en)
    assert told_for[sho.officer_id] is None


def test_a_hearing_says_for_whom_it_was_prepared(office: Office) -> None:
    journey = office.journey
    head, assistant = journey.staff.holder(Role.DM_SECTION_HEAD), journey.staff.holder(Role.DM_ASSISTANT)
    number = journey.new_case([THANA])
    journey.go_on(number, until="decide")
    acting = posted(journey, assistant, Role.DM_SECTION_HEAD, "charge")
    boxes = {
        "hearing_date-d": ["9"],
        "hearing_date-m": ["12"],
        "hearing_date-y": ["2026"],
        "hearing_time-t": ["11:00"],
        "hearing_place": ["समाहरणालय, छपरा"],
        "dm_reason": ["अभ्यर्थी का पक्ष सुनना आवश्यक है।"],
    }
    preparing.prepare(journey.database, acting, number, boxes, journey.now)
    page = text_of(office.at(Role.DM).get(f"/tasks/{office.task(number, 'decide').id}")).partition("<main")[2]
    assert f'{assistant.name_hi} <span class="acting">({head.name_hi} के पद के अतिरिक्त प्रभार में' in page


def test_a_list_that_another_signed_first_says_for_whom_he_did(journey: Journey) -> None:
    adm, dm = journey.staff.holder(Role.ADM), journey.staff.holder(Role.DM)
    number = journey.new_case()
    journey.go_on(number, until="decide")
    task = next(each for each in journey.waiting(number) if each.element_id == "decide")
    acting = posted(journey, adm, Role.DM, "charge")
    journey.finish(task, journey.form_of(task), acting)

    def told(session: Session) -> signatures.Outcome:
        return signatures._outcome(session, dm, task.id)

    found = journey.database.read(told, actor_scope(dm))
    assert (found.state, found.by_hi) == ("other", adm.name_hi)
    assert found.acting == standins.StandIn("charge", "dm", dm.name_hi, dm.name_en)
