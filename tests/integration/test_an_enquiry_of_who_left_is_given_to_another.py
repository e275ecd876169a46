"""An enquiry goes with the post, not the officer: whoever leaves it leaves it to the SHO, who gives it to another."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, update

from app.domain import posts as rules
from app.domain.roles import Role
from app.models.tables.cases import enquiry
from app.models.tables.officers import officer, posting
from app.models.tables.workflow import notification
from app.services.casework import cases
from app.services.desk import holding, inbox, leaving
from app.services.store import queues, scopes
from app.services.store.scopes import actor_scope
from app.services.workflow import alarms
from tests.districts import NOW
from tests.office import Office, text_of

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy import Row

    from app.domain.roles import Actor
    from tests.journey import Journey

THANA, OTHER = "th_mufassil", "th_garkha"
TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)


class Thana:
    """A thana with an enquiry in the name of one of its officers."""

    def __init__(self, journey: Journey) -> None:
        self.journey, self.database, self.staff = journey, journey.database, journey.staff
        self.office_id = self.staff.offices(Role.SHO)[THANA]
        self.sho = self.staff.holder(Role.SHO, self.office_id)
        self.reader = self.staff.holder(Role.SP_READER)

    def named(self, **changes: Any) -> tuple[str, Row[Any], Actor]:
        """A case whose visit is in an officer's name."""
        number = self.journey.new_case([THANA])
        self.journey.go_on(number, "accept_enquiry")
        self.journey.do(number, "accept_enquiry", **changes)
        task = self.visit(number)
        assert task.assigned_to is not None
        return number, task, self.staff.officer(task.assigned_to)

    def visit(self, number: str) -> Row[Any]:
        return next(each for each in self.journey.waiting(number) if each.element_id == "visit")

    def change(self, statement: Any) -> None:
        with self.database.engine.execution_options(writing=True).begin() as connection:
            connection.execute(statement)

    def end(self, actor: Actor, last: date) -> None:
        own = posting.c.id == actor.post.posting_id
        self.change(update(posting).where(own).values(valid_to=last))

    def stand_in(self, who: Actor, kind: str) -> None:
        """Make his post one in which he stands in for another until today."""
        own = posting.c.id == who.post.posting_id
        self.change(update(posting).where(own).values(kind=kind, valid_to=TODAY))

    def come_back(self, who: Actor) -> None:
        own = posting.c.id == who.post.posting_id
        self.change(update(posting).where(own).values(kind=rules.REGULAR, valid_to=None))
        self.change(update(officer).where(officer.c.id == who.officer_id).values(active=True))

    def doers(self, task: Row[Any]) -> list[UUID]:
        """Who could have it instead."""
        able = self.database.read(lambda rows: holding.doers(rows, task, NOW), actor_scope(self.sho))
        return [each.officer_id for each in able]

    def in_charge(self, who: Actor) -> Actor:
        """Give an officer of the thana the charge of its SHO."""
        row = {"district_id": who.district_id, "officer_id": who.officer_id, "office_id": self.office_id}
        about = {"role": Role.SHO, "kind": rules.CHARGE, "valid_from": TODAY, "order_no": "9"}
        post = replace(who.post, posting_id=uuid4(), role=Role.SHO, kind=rules.CHARGE)
        self.change(insert(posting).values(id=post.posting_id, **row, **about))
        return replace(who, post=post, posts=(*who.posts, post))

    def inbox(self, actor: Actor, now: datetime = NOW, **query: Any) -> inbox.InboxPage:
        asked = inbox.InboxQuery(size=100, **query)
        return self.database.read(lambda rows: inbox.page(rows, actor, asked, now), actor_scope(actor))

    def to_give(self, actor: Actor, now: datetime = NOW) -> list[UUID]:
        """The tasks that this officer is asked to give to another; each view of his inbox agrees on them."""
        found, wanted = self.inbox(actor, now), self.inbox(actor, now, holder=inbox.TO_GIVE)
        asked = [row.task_id for row in found.rows if row.is_to_give]
        assert (sorted(row.task_id for row in wanted.rows), wanted.found) == (sorted(asked), len(asked))
        assert found.to_give == len(asked)
        assert sum(tab.open for tab in found.tabs) >= found.to_give
        return asked

    def holders(self, number: str) -> list[tuple[str, bool]]:
        """In whose name the visit stands on the page of the case, and whether it says: in nobody's."""
        file = cases.see(self.database, self.sho, number, "tasks", NOW)
        at = [each for each in file.strip.holders if each.step_en == "Field enquiry"] or file.strip.holders
        return [(each.officer_hi, each.is_unnamed) for each in at]

    def notices(self) -> list[tuple[UUID, str]]:
        told = select(notification.c.office_id, notification.c.role).where(
            notification.c.kind == alarms.UNNAMED
        )
        with self.database.engine.connect() as connection:
            return [(row.office_id, row.role) for row in connection.execute(told)]

    def enquirer(self, task: Row[Any]) -> UUID | None:
        own = select(enquiry.c.officer_id).where(enquiry.c.id == task.enquiry_id)
        with self.database.engine.connect() as connection:
            return connection.execute(own).scalar_one()

    def give(self, giver: Actor, task: Row[Any], receiver: UUID) -> None:
        self.database.write(
            lambda rows: holding.reassign(rows, giver, task.id, receiver, "transfer", NOW), actor_scope(giver)
        )

    def is_counted_right(self) -> bool:
        return self.database.read(queues.recount, scopes.health()) == []


@pytest.fixture
def thana(journey: Journey) -> Thana:
    return Thana(journey)


WAYS = {
    "his order names its day beforehand": lambda thana, who: thana.end(who, TODAY),
    "his acting charge ends": lambda thana, who: thana.stand_in(who, rules.CHARGE),
    "his substitution ends": lambda thana, who: thana.stand_in(who, rules.SUBSTITUTE),
    "his account is shut": lambda thana, who: thana.change(
        update(officer).where(officer.c.id == who.officer_id).values(active=False)
    ),
}


def test_whatever_takes_the_post_the_enquiry_is_the_shos_to_give(thana: Thana) -> None:
    tomorrow = NOW + timedelta(days=1)
    for told, (name, way) in enumerate(WAYS.items()):
        number, task, who = thana.named()
        assert leaving.sweep(thana.database, NOW) == 0
        way(thana, who)
        assert leaving.sweep(thana.database, tomorrow) == 1, name
        assert leaving.sweep(thana.database, tomorrow) == 0, "once"
        left = thana.visit(number)
        assert (left.assigned_to, left.claimed_by, thana.enquirer(task)) == (None, None, None)
        assert thana.to_give(thana.sho, tomorrow) == thana.to_give(thana.reader, tomorrow) == [task.id], name
        assert thana.notices() == [(thana.office_id, Role.SHO)] * (told + 1)
        assert ("", True) in thana.holders(number)
        assert thana.is_counted_right()
        other = next(each for each in thana.doers(left) if each != who.officer_id)
        thana.give(thana.sho, left, other)
        assert (thana.visit(number).assigned_to, thana.enquirer(task)) == (other, other)
        assert thana.to_give(thana.sho, tomorrow) == thana.to_give(thana.reader, tomorrow) == []
        assert thana.is_counted_right()
        thana.come_back(who)


def test_what_an_sho_enquires_himself_is_his_successors_and_whoever_is_in_charge(thana: Thana) -> None:
    number, task, _ = thana.named(eo=str(thana.sho.officer_id))
    assert (task.role, task.assigned_to) == (Role.SHO, thana.sho.officer_id)
    thana.end(thana.sho, YESTERDAY)
    assert len(leaving.give_back(thana.database, thana.sho.district_id, thana.sho.officer_id, NOW)) == 1
    acting = thana.in_charge(thana.staff.holder(Role.ENQUIRY_OFFICER, thana.office_id))
    row = next(each for each in thana.inbox(acting, holder="free").rows if each.task_id == task.id)
    assert (row.claimed_by_hi, row.is_to_give) == ("", False), "his own to do"
    assert thana.is_counted_right()
    thana.journey.finish(task, thana.journey.form_of(thana.visit(number)), acting)


def test_what_is_sent_back_to_who_left_is_nobodys_and_without_an_sho_the_reader_hears_of_it(
    thana: Thana,
) -> None:
    number, task, who = thana.named()
    thana.journey.go_on(number, "endorse_enquiry", "search_records")
    thana.end(who, YESTERDAY)
    acting = thana.in_charge(thana.staff.holder(Role.THANA_MUNSHI, thana.office_id))
    thana.end(thana.sho, YESTERDAY)
    endorsement = next(each for each in thana.journey.waiting(number) if each.element_id == "endorse_enquiry")
    form = thana.journey.form_of(endorsement, agree="return_to_eo", endorse_reason="पड़ोसियों से फिर पूछें")
    thana.journey.finish(endorsement, form, acting)
    again = next(each for each in thana.journey.waiting(number) if each.element_id == "revisit")
    assert (again.assigned_to, again.enquiry_id) == (None, task.enquiry_id)
    assert thana.to_give(acting) == thana.to_give(thana.reader) == [again.id]
    assert thana.notices() == [(thana.office_id, Role.SHO)]
    other = thana.staff.officer(thana.doers(again)[0])
    thana.give(thana.reader, again, other.officer_id)
    assert thana.to_give(thana.reader) == []
    for each in (acting, other):
        thana.end(each, YESTERDAY)
    assert leaving.sweep(thana.database, NOW) == 1
    assert thana.to_give(thana.reader) == [again.id]
    assert thana.notices()[1:] == [(thana.reader.post.office_id, Role.SP_READER)]


def test_an_order_says_how_much_became_nobodys_and_leads_there(office: Office) -> None:
    thana = Thana(office.journey)
    number, task, who = thana.named()
    browser = office.at(Role.SHO, THANA)
    ending = f"/posts/postings/{who.post.posting_id}/end"
    browser.get(ending)
    asked = browser.post(ending, {"valid_from": "23-11-2026", "order_no": "412/स्था०"})
    done = browser.confirm(asked)
    strip = text_of(browser.get(done.headers["Location"])).partition('class="strip strip-done')[2]
    assert "उनके नाम का 1 कार्य अब किसी के नाम नहीं है।" in strip.partition("</div>")[0]
    assert 'href="/inbox?holder=to_give"' in strip.partition("</div>")[0]
    listed = text_of(browser.get("/inbox?holder=to_give")).partition("<main")[2]
    assert f'href="/tasks/{task.id}/reassign"' in listed
    assert "किसी के नाम नहीं: जिनके नाम था, वे अब इस पद पर नहीं हैं" in listed
    given = text_of(browser.get(f"/tasks/{task.id}/reassign"))
    assert "यह कार्य अभी किसी के नाम नहीं है।" in given
    case = text_of(browser.get(f"/cases/{number.replace('/', '-')}")).partition('id="live-strip"')[2]
    assert "किसी के नाम नहीं" in case.partition("<nav")[0]
    assert who.name_hi not in case.partition("<nav")[0]
    assert "to_give" not in text_of(office.at(Role.DM_SECTION_HEAD).get("/inbox")), "no work of his to give"
