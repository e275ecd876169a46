"""Who an officer is, is remembered between requests; a posting changed by whatever way is known at the next."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, insert, select, update

from app.domain.roles import Role
from app.models.tables.officers import officer, posting
from app.services.access import officers
from app.services.store import scopes
from tests.districts import NOW

YESTERDAY = NOW.date() - timedelta(days=1)


class Desk:
    """One officer at work: his session, and the tables behind him."""

    def __init__(self, journey) -> None:
        self.database = journey.database
        self.before = journey.staff.holder(Role.SHO)
        self.other_thana = next(
            office_id
            for office_id in journey.staff.offices(Role.SHO).values()
            if office_id != self.before.post.office_id
        )
        self._token = officers.enter_as(self.database, self.before.officer_id, NOW).token
        assert self.standing().actor.post == self.before.post

    def standing(self):
        return self.database.read(
            lambda session: officers.actor_for(session, self._token, NOW), scopes.door()
        )

    def do(self, statement) -> None:
        with self.database.engine.execution_options(writing=True).begin() as connection:
            connection.execute(statement)

    def row(self) -> dict:
        with self.database.engine.connect() as connection:
            found = select(posting).where(posting.c.id == self.before.post.posting_id)
            return connection.execute(found).one()._asdict()

    def mine(self):
        return posting.c.id == self.before.post.posting_id


@pytest.fixture
def desk(journey) -> Desk:
    return Desk(journey)


def test_a_post_rewritten_is_the_new_post(desk):
    desk.do(update(posting).where(desk.mine()).values(office_id=desk.other_thana))
    assert desk.standing().actor.post.office_id == desk.other_thana


def test_a_post_that_ended_and_a_new_one_are_a_transfer(desk):
    row = {**desk.row(), "id": uuid4(), "office_id": desk.other_thana, "valid_from": NOW.date()}
    desk.do(update(posting).where(desk.mine()).values(valid_to=YESTERDAY))
    desk.do(insert(posting).values(**row))
    actor = desk.standing().actor
    assert (actor.post.office_id, len(actor.posts)) == (desk.other_thana, 1)


def test_an_acting_charge_is_offered_at_once(desk):
    desk.do(
        insert(posting).values(
            **{**desk.row(), "id": uuid4(), "office_id": desk.other_thana, "kind": "charge"}
        )
    )
    assert [post.kind for post in desk.standing().actor.posts] == ["regular", "charge"]


def test_who_has_no_post_left_is_nobody(desk):
    desk.do(delete(posting).where(desk.mine()))
    assert desk.standing() is None


def test_a_post_handed_to_another_is_no_longer_ones_own(desk):
    with desk.database.engine.connect() as connection:
        others = select(officer.c.id).where(officer.c.id != desk.before.officer_id)
        other = connection.execute(others).scalars().first()
    desk.do(update(posting).where(desk.mine()).values(officer_id=other))
    assert desk.standing() is None


def test_who_was_made_inactive_is_nobody(desk):
    desk.do(update(officer).where(officer.c.id == desk.before.officer_id).values(active=False))
    assert desk.standing() is None
