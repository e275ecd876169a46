"""Marking, assigning and approving many cases in one act: what a single form would refuse is refused here too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import select

from app.domain.errors import Conflict, NotAllowed
from app.domain.roles import Role
from app.models.tables.audit import audit as record
from app.models.tables.workflow import user_task
from app.services.desk import holding, many, sending
from app.services.district import policies
from app.services.store import audit, scopes
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.office import text_of

if TYPE_CHECKING:
    from app.domain.roles import Actor
    from tests.journey import Journey
    from tests.office import Office

THANA = "th_mufassil"
COMPARED = sending.Said(is_compared=True)


def opened(journey: Journey, step: str) -> list[UUID]:
    statement = select(user_task.c.id).where(user_task.c.state == "open", user_task.c.element_id == step)
    with journey.database.engine.connect() as connection:
        return list(connection.execute(statement.order_by(user_task.c.id)).scalars())


def cases(journey: Journey, count: int, until: str, *also: str) -> list[str]:
    letter = journey.register(candidate_count=count)
    numbers = [journey.add(letter, [THANA]) for _ in range(count)]
    for number in numbers:
        journey.go_on(number, until, *also)
    return numbers


def page_of(journey: Journey, actor: Actor, act: str, ids: list[UUID]) -> sending.Page:
    return journey.database.read(lambda s: sending.show(s, actor, act, ids, NOW), actor_scope(actor))


def seals(found: sending.Page) -> dict[UUID, str]:
    return {each.task_id: each.seal for each in found.ready}


def sho(journey: Journey) -> Actor:
    return journey.staff.holder(Role.SHO, journey.staff.offices(Role.SHO)[THANA])


def let_approve(journey: Journey, cap: int) -> None:
    maker, decider = journey.staff.holder(Role.PROCESS_ADMIN), journey.staff.holder(Role.SP)
    journey.database.write(lambda s: policies.propose(s, maker, cap, NOW), actor_scope(maker))
    journey.database.write(lambda s: policies.decide(s, decider, NOW, approves=True), actor_scope(decider))


def test_cases_whose_addresses_are_sure_are_marked_and_the_others_left(journey: Journey) -> None:
    numbers = cases(journey, 2, "route")
    letter = journey.register(candidate_count=1)
    unsure = journey.add(letter, [THANA], perm_thana=None, perm_thana_unknown=True, perm_pin="841301")
    journey.go_on(unsure, "route")
    reader = journey.staff.holder(Role.SP_READER)
    found = page_of(journey, reader, sending.MARK, opened(journey, "route"))
    assert sorted(each.case_number for each in found.ready) == sorted(numbers)
    assert [(each.case_number, each.why_not) for each in found.left] == [(unsure, "doubtful")]
    assert {place.known for each in found.ready for place in each.places} == {"written"}
    items = sending.send(journey.database, reader, sending.MARK, seals(found), sending.Said(), NOW).items
    assert [each.why_not for each in items] == ["", ""]
    for number in numbers:
        assert "accept_enquiry" in journey.steps(number)
    again = sending.send(journey.database, reader, sending.MARK, seals(found), sending.Said(), NOW).items
    assert {each.why_not for each in again} == {"done"}
    with journey.database.engine.connect() as connection:
        told = [row.detail.get("listed") for row in connection.execute(select(record)) if row.detail]
    assert told.count("mark") == 2
    assert journey.database.read(audit.verify, scopes.record(218)) == []


def test_what_was_changed_begun_or_taken_since_is_left(journey: Journey) -> None:
    cases(journey, 3, "accept_enquiry", "search_records")
    head = sho(journey)
    found = page_of(journey, head, sending.ASSIGN, opened(journey, "accept_enquiry"))
    first, second, third = (each.task_id for each in found.ready)
    officer = UUID(found.officers[0].value)
    other = journey.staff.holder(Role.SP_READER)
    chosen = {first: seals(found)[first], second: "0" * 32, opened(journey, "search_records")[0]: ""}
    with pytest.raises(holding.NobodyChosen):
        sending.send(journey.database, head, sending.ASSIGN, chosen, sending.Said(), NOW)
    said = sending.Said(officer_id=officer)
    items = sending.send(journey.database, head, sending.ASSIGN, chosen, said, NOW).items
    assert [each.why_not for each in items] == ["", "changed", "allowed"]
    with journey.database.engine.connect() as connection:
        visits = connection.execute(
            select(user_task.c.assigned_to).where(
                user_task.c.state == "open", user_task.c.element_id == "visit"
            )
        )
        assert [row.assigned_to for row in visits] == [officer]
    nobody = sending.Said(officer_id=other.officer_id)
    left = sending.send(
        journey.database, head, sending.ASSIGN, {third: seals(found)[third]}, nobody, NOW
    ).items
    assert [each.why_not for each in left] == ["post"]


def test_clean_reports_are_approved_up_to_the_number_of_the_day(journey: Journey) -> None:
    cases(journey, 3, "endorse_enquiry", "search_records")
    letter = journey.register(candidate_count=1)
    absent = journey.add(letter, [THANA])
    journey.go_on(absent, "visit", "check_registers", "search_records")
    strangers = [{"name": name, "gist": "not_known"} for name in ("श्याम महतो", "गीता देवी")]
    journey.do(
        absent,
        "visit",
        resident="not_resident",
        witnesses=strangers,
        finding_text="दिए गए पते पर इस नाम का कोई व्यक्ति नहीं रहता है।",
    )
    journey.go_on(absent, "endorse_enquiry", "search_records")
    head, ids = sho(journey), opened(journey, "endorse_enquiry")
    off = page_of(journey, head, sending.APPROVE, ids)
    assert {each.why_not for each in off.left} == {"off"}
    assert off.ready == []
    let_approve(journey, 2)
    found = page_of(journey, head, sending.APPROVE, ids)
    assert found.cap == 2
    assert [(each.case_number, each.why_not) for each in found.left] == [(absent, "found")]
    with pytest.raises(sending.NotConfirmed):
        sending.send(journey.database, head, sending.APPROVE, seals(found), sending.Said(), NOW)
    items = sending.send(journey.database, head, sending.APPROVE, seals(found), COMPARED, NOW).items
    assert [each.why_not for each in items] == ["", "", "cap"]
    assert len(opened(journey, "endorse_enquiry")) == 2, "the third, and the one with a finding"
    assert page_of(journey, head, sending.APPROVE, ids).cap == 0


def test_the_number_is_proposed_by_one_and_approved_by_another(journey: Journey) -> None:
    maker, dm = journey.staff.holder(Role.PROCESS_ADMIN), journey.staff.holder(Role.DM)
    write = journey.database.write

    def cap() -> int:
        return journey.database.read(policies.daily_cap, actor_scope(dm))

    with pytest.raises(NotAllowed):
        write(lambda s: policies.propose(s, dm, 5, NOW), actor_scope(dm))
    for wrong in (None, -1, policies.MOST + 1, 0):
        with pytest.raises(policies.Refused):
            write(lambda s, wrong=wrong: policies.propose(s, maker, wrong, NOW), actor_scope(maker))
    write(lambda s: policies.propose(s, maker, 20, NOW), actor_scope(maker))
    with pytest.raises(NotAllowed):
        write(lambda s: policies.decide(s, maker, NOW, approves=True), actor_scope(maker))
    assert cap() == 0
    write(lambda s: policies.decide(s, dm, NOW, approves=True), actor_scope(dm))
    assert cap() == 20
    with pytest.raises(Conflict):
        write(lambda s: policies.decide(s, dm, NOW, approves=True), actor_scope(dm))
    write(lambda s: policies.stop(s, dm, NOW), actor_scope(dm))
    assert cap() == 0


def test_the_pages_show_what_will_be_sent_before_it_goes(office: Office) -> None:
    journey = office.journey
    numbers = cases(journey, 2, "route")
    reader = office.at(Role.SP_READER)
    inbox = text_of(reader.get("/inbox?tab=route"))
    assert "/inbox/many/send/mark" in inbox
    assert "/inbox/many/send/approve" not in inbox
    ticks = re.findall(r'name="task" value="([^"]+)" form="chosen-tasks"', inbox)
    shown = text_of(reader.post("/inbox/many/send/mark", {"task": ticks}))
    assert all(number in shown for number in numbers)
    assert "अभ्यर्थी के प्रपत्र से" in shown
    hidden = dict(re.findall(r'name="(seal-[^"]+)" value="([^"]+)"', shown))
    done = text_of(reader.post("/inbox/many/send/mark", {"task": ticks, "confirmed": "yes", **hidden}))
    assert "2 में से 2" in done
    assert "थानों को भेजे गए: 2" in done
    head = office.at(Role.SHO, THANA)
    wanted = [str(each) for each in opened(journey, "accept_enquiry")]
    head.get("/inbox")
    asked = head.post("/inbox/many/send/assign", {"task": wanted, "confirmed": "yes"})
    assert asked.status_code == 422
    assert 'href="#officers"' in text_of(asked)
    offered = text_of(head.post("/inbox/many/send/assign", {"task": wanted}))
    assert offered.count("स्थायी पता: रामपुर टोला, 841301") == 2, (
        "whether an address is his he sees before he sends"
    )
    assert "स्थायी पता: रामपुर टोला, 841301" in text_of(head.get(f"/tasks/{wanted[0]}"))
    officers = re.findall(r'name="officer" value="[^"]+"( checked)?', offered)
    assert [bool(each) for each in officers] == [True] + [False] * (len(officers) - 1), (
        "the freest is proposed"
    )
    assert offered.index('name="officer"') < offered.index('name="task"'), "to whom comes before what"
    hidden = dict(re.findall(r'name="(seal-[^"]+|csrf_token|officer)" value="([^"]+)"', offered))
    answer = head.client.post("/inbox/many/send/assign", data={"task": wanted, "confirmed": "yes", **hidden})
    lines = answer.iter_encoded()
    assert "इसे छोड़ दें, तो भी काम पूरा होगा" in next(lines).decode()
    assert len(opened(journey, "accept_enquiry")) == 2, "the page stands before the first is done"
    answer.close()
    assert opened(journey, "accept_enquiry") == [], "all are assigned, though the page was left"
    assert reader.post("/inbox/many/send/nothing", {"task": ticks}).status_code == 404
    printed = text_of(head.post("/inbox/many/print", {"task": wanted}))
    assert printed.count('class="case-on-paper"') == 2
    assert all(number in printed for number in numbers)
    assert reader.post("/inbox/many/print", {"task": ["nonsense"]}).status_code == 422


def test_the_policy_page_tells_who_may_change_it(office: Office) -> None:
    maker, sp = office.at(Role.PROCESS_ADMIN), office.at(Role.SP)
    maker.get("/admin/policies")
    wrong = maker.post("/admin/policies", {"cap": "पाँच"})
    assert wrong.status_code == 422
    assert 'value="पाँच"' in text_of(wrong), "nothing typed is lost"
    maker.post("/admin/policies", {"cap": "२५"})
    page = text_of(sp.get("/admin/policies"))
    assert "प्रति कार्यालय प्रति दिन अधिक से अधिक 25" in page
    assert "/admin/policies/decide" in page
    assert "/admin/policies/decide" not in text_of(maker.get("/admin/policies"))
    sp.post("/admin/policies/decide", {"_op": "approve"})
    assert "स्वीकृत: अब से लागू है।" in text_of(sp.get("/admin/policies"))
    assert office.at(Role.SHO, THANA).get("/admin/policies").status_code == 403


def test_too_many_are_refused_as_in_every_act_on_many(journey: Journey) -> None:
    head = sho(journey)
    with pytest.raises(many.NothingChosen):
        sending.send(journey.database, head, sending.ASSIGN, {}, sending.Said(UUID(int=1)), NOW)
