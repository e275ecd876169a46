"""An officer in charge of another's post, or his substitute, is named with the officer for whom he acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import insert, update

from app.domain.roles import Post, Role
from app.models.tables.officers import posting
from app.services.access import standins
from app.services.casefile import notes
from app.services.casework import cases
from app.services.desk import holding
from app.services.store.drafts import actor_scope
from tests.districts import NOW
from tests.office import Office, text_of

if TYPE_CHECKING:
    from app.domain.roles import Actor
    from tests.journey import Journey

THANA = "th_mufassil"


def posted(journey: Journey, actor: Actor, role: Role, kind: str) -> Actor:
    """Post an officer beside his own post, from yesterday to tomorrow; -> him, acting in it."""
    post_id, office_id = uuid4(), actor.post.office_id
    row = {
        "district_id": actor.district_id,
        "id": post_id,
        "officer_id": actor.officer_id,
        "office_id": office_id,
        "role": role,
        "kind": kind,
        "valid_from": NOW.date() - timedelta(days=1),
        "valid_to": NOW.date() + timedelta(days=1),
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


def test_the_pages_of_a_case_say_for_whom_an_officer_acted(office: Office) -> None:
    journey = office.journey
    sho, munshi = of_thana(journey, Role.SHO), of_thana(journey, Role.THANA_MUNSHI)
    number = journey.new_case([THANA])
    journey.go_on(number, "accept_enquiry")
    task = office.task(number, "accept_enquiry")
    acting = posted(journey, munshi, Role.SHO, "substitute")
    said = f"({sho.name_hi}, थानाध्यक्ष के प्रतिस्थानी)"
    journey.database.write(lambda rows: holding.claim(rows, acting, task.id, NOW, ""), actor_scope(acting))
    mine = office.at(Role.SHO, THANA)
    assert said in text_of(mine.get(f"/inbox?search={number}")), (
        "in the inbox of the others, at the claimed row"
    )
    assert text_of(mine.get(f"/tasks/{task.id}")).count(said) >= 2, "at the task: in whose name it is"
    journey.finish(task, journey.form_of(task), acting)
    address = f"/cases/{number.replace('/', '-')}"
    reader = office.at(Role.SP_READER)
    assert said in text_of(reader.get(f"{address}/timeline")), "in what happened"
    assert said in text_of(reader.get(address)), "at the step that he did"
    registers = office.task(number, "check_registers")
    journey.finish(registers, journey.form_of(registers), munshi)
    page = text_of(reader.get(f"{address}/timeline"))
    assert page.count("के प्रतिस्थानी)") == 1, "and at no other: the registers are his own work"


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
