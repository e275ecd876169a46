"""All that waits in a post stands on one list, to be signed by both officers on a transfer; taking it is recorded."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from app.domain.errors import NotAllowed
from app.domain.roles import Role
from app.models.scope import CaseScope
from app.models.tables.audit import audit
from app.models.tables.officers import posting
from app.services.casefile import notes
from app.services.casework import cases
from app.services.desk import charge, holding
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.office import Office, text_of

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.roles import Actor
    from tests.journey import Journey

THANA, OTHER = "th_mufassil", "th_garkha"


def test_the_list_holds_every_task_of_the_post_and_no_other(journey: Journey) -> None:
    numbers = []
    for _ in range(2):
        number = journey.new_case([THANA])
        journey.go_on(number, "accept_enquiry")
        numbers.append(number)
    task = journey.waiting(numbers[0])[0]
    sho = journey.actor_of(task)
    journey.database.write(lambda rows: holding.claim(rows, sho, task.id, NOW, ""), actor_scope(sho))
    found = charge.take(journey.database, sho, NOW)
    mine = {row.case_number: row for row in found.tasks}
    assert set(numbers) <= set(mine)
    assert (mine[numbers[0]].is_mine, mine[numbers[1]].is_mine, found.own) == (True, False, 1)
    assert sum(step.count for step in found.steps) == len(found.tasks)
    other = next(
        journey.staff.holder(Role.SHO, office)
        for office in journey.staff.offices(Role.SHO).values()
        if office != sho.post.office_id
    )
    assert not set(numbers) & {row.case_number for row in charge.take(journey.database, other, NOW).tasks}
    with journey.database.engine.connect() as connection:
        told = connection.execute(
            select(audit.c.detail).where(audit.c.action == "charge:list", audit.c.actor_id == sho.officer_id)
        ).scalar_one()
    assert told == found.sums
    assert (told["tasks"], told["late"], told["notes"]) == (len(found.tasks), found.late, len(found.notes))
    with pytest.raises(NotAllowed):
        charge.take(journey.database, journey.staff.holder(Role.USER_ADMIN), NOW)


def test_the_list_of_a_thana_tells_what_stands_in_the_names_of_its_officers(office: Office) -> None:
    journey = office.journey
    number, idle = journey.new_case([THANA]), journey.new_case([THANA])
    for each in (number, idle):
        journey.go_on(each, "visit")
    visit = office.task(number, "visit")
    holder, sho = journey.actor_of(visit), journey.staff.holder(Role.SHO, visit.office_id)
    scope = CaseScope(sho.district_id, office.task(idle, "visit").case_id)
    unnamed = office.task(idle, "visit")
    journey.database.write(lambda rows: holding.let_go(rows, unnamed, "transfer", NOW), scope)
    found = charge.take(journey.database, sho, NOW)
    [line] = [each for each in found.of_officers if each.case_number == number]
    assert (line.claimed_by_hi, line.due_on) == (holder.name_hi, visit.due_on)
    assert sum(each.count for each in found.officers) == len(found.of_officers)
    assert found.late_of_officers == sum(each.late for each in found.officers)
    in_own_part = {each.case_number for each in found.tasks}
    assert idle in in_own_part, "what is in nobody's name is the SHO's to give"
    assert idle not in {each.case_number for each in found.of_officers}
    assert number not in in_own_part, "an enquiry of an officer is no task of the SHO"
    reader, own = journey.staff.holder(Role.SP_READER), charge.take(journey.database, holder, NOW)
    assert not charge.take(journey.database, reader, NOW).of_officers
    assert not own.of_officers, "an enquiry officer hands over what is in his own name, once"
    assert number in {each.case_number for each in own.tasks}
    printed = office.at(Role.SHO, THANA).get("/charge")
    assert number in in_their_part(text_of(printed))
    certifier, address = office.at(Role.SP_READER), f"/posts/postings/{sho.post.posting_id}/charge"
    certifier.get(address)
    place = certifier.post(address, ordered("ill", 47)).headers["Location"]
    first = in_their_part(text_of(certifier.get(place)))
    assert number in first
    assert f"{holder.name_hi} के नाम" in first
    journey.finish(visit, journey.form_of(visit), holder)
    again = in_their_part(text_of(certifier.get(place)))
    assert rows_of(again) == rows_of(first), "what was done since changes nothing"


def test_the_page_names_the_post_and_leaves_room_for_both_signatures(office: Office) -> None:
    journey = office.journey
    number = journey.new_case([THANA])
    journey.go_on(number, "accept_enquiry")
    task = office.task(number, "accept_enquiry")
    sho, reader = journey.actor_of(task), journey.staff.holder(Role.SP_READER)
    wanted = notes.Wanted(sho.post.office_id, None, "किरायेदार का सत्यापन किस तिथि का है?")
    journey.database.write(
        lambda rows: cases.write_note(rows, reader, number, wanted, NOW), actor_scope(reader)
    )
    page = text_of(office.holder_of(task).get("/charge"))
    body = page.partition("<main")[2]
    assert number in body
    assert re.search(r"प्रभार सौंपने वाले.*प्रभार ग्रहण करने वाले", body, re.DOTALL)
    assert "उत्तर की प्रतीक्षा में पृच्छाएँ" in body
    assert '/charge"' in text_of(office.holder_of(task).get("/account"))


def test_the_head_certifies_the_list_of_an_officer_who_is_gone(office: Office) -> None:
    journey = office.journey
    number = journey.new_case([THANA])
    journey.go_on(number, "accept_enquiry")
    sho = journey.actor_of(office.task(number, "accept_enquiry"))
    address = f"/posts/postings/{sho.post.posting_id}/charge"
    reader, admin = office.at(Role.SP_READER), office.at(Role.USER_ADMIN)
    assert address in reader.get(f"/posts?office={sho.post.office_id}").text
    assert reader.get(address).status_code == 200
    wrong = reader.post(address, ordered("", 41, "1", "12"))
    assert wrong.status_code == 422
    assert "ज्ञापांक 41" in wrong.text
    assert "सूची से कारण चुनें" in wrong.text
    assert "आज के बाद की तिथि नहीं" in wrong.text
    answer = reader.post(address, ordered("suspended", 41))
    assert answer.status_code == 303
    body = text_of(reader.get(answer.headers["Location"])).partition("<main")[2]
    assert number in body
    assert sho.name_hi in body
    assert "प्रभार स्वयं नहीं सौंपा (निलंबित)" in body
    assert "ज्ञापांक 41 · 20-11-2026" in body
    head = journey.staff.holder(Role.SP_READER)
    actor_id, told = recorded(office, sho)[-1]
    assert actor_id == head.officer_id
    assert (told["why"], told["post"]) == ("suspended", "sho")
    assert answer.headers["Location"].endswith(told["list"]), "the record names the list"
    assert admin.get(address).status_code == 403, (
        "who gives posts and sees no case certifies no list of cases"
    )
    assert admin.get(answer.headers["Location"]).status_code == 403
    end = update(posting).where(posting.c.id == sho.post.posting_id)
    with office.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(end.values(valid_to=NOW.date() - timedelta(days=3)))
    assert "हाल में विरमित" in text_of(reader.get(f"/posts?office={sho.post.office_id}"))
    late = reader.post(address, ordered("relieved", 42))
    assert number in text_of(reader.get(late.headers["Location"]))


def test_a_certified_list_stays_as_it_stood_and_is_recorded_once(office: Office) -> None:
    journey = office.journey
    sho = journey.staff.holder(Role.SHO, journey.staff.offices(Role.SHO)[OTHER])
    number = journey.new_case([OTHER])
    journey.go_on(number, "accept_enquiry")
    task = office.task(number, "accept_enquiry")
    journey.database.write(lambda rows: holding.claim(rows, sho, task.id, NOW, ""), actor_scope(sho))
    address, reader = f"/posts/postings/{sho.post.posting_id}/charge", office.at(Role.SP_READER)
    before = len(recorded(office, sho))
    [form_id] = re.findall(r'name="list" value="([^"]+)"', text_of(reader.get(address)))
    sent = {**ordered("ill", 43), "list": form_id}
    places = {
        reader.post(address, each).headers["Location"] for each in (sent, sent, {**sent, "why": "died"})
    }
    assert len(places) == 1, "one form is one list, however often it is sent"
    [place] = places
    assert len(recorded(office, sho)) == before + 1
    assert place in text_of(reader.get(f"/posts?office={sho.post.office_id}")), "found again beside the post"
    first = text_of(reader.get(place)).partition("<main")[2]
    assert number in first
    assert f"{sho.name_hi} के नाम" in first
    assert "(अस्वस्थ)" in first
    journey.finish(task, journey.form_of(task), sho)
    assert task.id not in {row.task_id for row in charge.take(journey.database, sho, NOW).tasks}
    assert rows_of(text_of(reader.get(place))) == rows_of(first), "what was done since changes nothing"
    elsewhere = journey.staff.holder(Role.SHO, journey.staff.offices(Role.SHO)[THANA]).post.posting_id
    foreign = place.replace(str(sho.post.posting_id), str(elsewhere))
    assert reader.get(foreign).status_code == 404, "a list belongs to its post"


def ordered(why: str, number: int, day: str = "20", month: str = "11") -> dict[str, str]:
    """What is typed into the form: why, and an order with its day."""
    boxes = {"order_on-d": day, "order_on-m": month, "order_on-y": "2026"}
    return {"why": why, "order_no": f"ज्ञापांक {number}", **boxes}


def recorded(office: Office, absent: Actor) -> list[tuple[UUID, dict[str, str]]]:
    """Who certified lists of this officer's charge, and what the record tells of each, the oldest first."""
    with office.database.engine.connect() as connection:
        rows = connection.execute(
            select(audit.c.actor_id, audit.c.detail)
            .where(audit.c.action == "charge:certify")
            .order_by(audit.c.seq)
        ).all()
    return [(actor_id, detail) for actor_id, detail in rows if detail["officer"] == str(absent.officer_id)]


def in_their_part(page: str) -> str:
    """The part of a list that tells what stands in the names of the officers of a thana."""
    return page.partition('id="of-officers"')[2].partition("</section>")[0]


def rows_of(page: str) -> list[str]:
    """The lines of a list."""
    return re.findall(r'<tr role="row">(.*?)</tr>', page, re.DOTALL)
