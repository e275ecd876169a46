"""An officer transferred with a form open: his press is refused with his text, and his successor has the task."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, update

from app.domain.errors import NotFound
from app.domain.roles import Role
from app.models.tables.officers import posting
from app.models.tables.workflow import user_task
from app.services.access import officers
from app.services.desk import holding, inbox, leaving
from app.services.store import scopes
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.office import Office, text_of
from tests.visitor import Visitor

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Row

    from app.domain.roles import Actor
    from tests.journey import Journey

THANA, OTHER = "th_mufassil", "th_garkha"
TEXT = "आवेदक का पता दो बार देखा गया"


def moved(journey: Journey, sho: Actor) -> None:
    """The officer goes to another thana; whoever sat there comes in his place."""
    there = journey.staff.offices(Role.SHO)[OTHER]
    successor = journey.staff.holder(Role.SHO, there)
    with journey.database.engine.execution_options(writing=True).begin() as connection:
        for actor, office_id in ((sho, there), (successor, sho.post.office_id)):
            own = posting.c.id == actor.post.posting_id
            row = connection.execute(select(posting).where(own)).one()._asdict()
            connection.execute(update(posting).where(own).values(valid_to=NOW.date().replace(day=1)))
            here = {**row, "id": uuid4(), "office_id": office_id, "valid_from": NOW.date()}
            connection.execute(insert(posting).values(**here))
    leaving.give_back(journey.database, sho.district_id, sho.officer_id, NOW)


def claimed(journey: Journey) -> tuple[Row, Actor]:
    number = journey.new_case([THANA])
    journey.go_on(number, "accept_enquiry")
    task = next(each for each in journey.waiting(number) if each.element_id == "accept_enquiry")
    sho = journey.actor_of(task)
    journey.database.write(lambda rows: holding.claim(rows, sho, task.id, NOW, ""), actor_scope(sho))
    return task, sho


def standing(journey: Journey, officer_id: UUID, token: str) -> Actor:
    found = journey.database.read(lambda session: officers.actor_for(session, token, NOW), scopes.door())
    assert found is not None
    assert found.actor.officer_id == officer_id
    return found.actor


def test_a_task_in_hand_is_lost_at_the_next_request_and_waits_for_the_successor(journey: Journey) -> None:
    task, sho = claimed(journey)
    form = journey.form_of(task)
    token = officers.enter_as(journey.database, sho.officer_id, NOW).token
    assert standing(journey, sho.officer_id, token).post.office_id == sho.post.office_id
    successor = journey.staff.holder(Role.SHO, journey.staff.offices(Role.SHO)[OTHER])
    moved(journey, sho)
    gone = standing(journey, sho.officer_id, token)
    assert gone.post.office_id != sho.post.office_id
    with pytest.raises(NotFound):
        journey.finish(task, form, gone)
    came = officers.enter_as(journey.database, successor.officer_id, NOW).token
    there = standing(journey, successor.officer_id, came)
    with journey.database.engine.connect() as connection:
        row = connection.execute(select(user_task).where(user_task.c.id == task.id)).one()
    assert (row.state, row.claimed_by) == ("open", None), "it is the office's again"
    waiting = journey.database.read(
        lambda session: inbox.page(session, there, inbox.InboxQuery(size=100), NOW), actor_scope(there)
    )
    assert task.id in [each.task_id for each in waiting.rows]
    journey.finish(task, form, there)


def test_what_was_typed_stays_on_the_page_that_refuses_it(office: Office) -> None:
    journey = office.journey
    task, sho = claimed(journey)
    browser = Visitor(office.app).enter(sho.officer_id, office.now)
    assert browser.get(f"/tasks/{task.id}").status_code == 200
    values = office.answers(task)
    moved(journey, sho)
    refused = browser.post(f"/tasks/{task.id}", {**values, "remarks": [TEXT]})
    assert refused.status_code == 404
    assert TEXT in text_of(refused).partition("<main")[2]
    assert browser.get(f"/tasks/{task.id}").status_code == 404
