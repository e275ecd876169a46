"""Posting, charge, substitution, relief: by whom, confirmed by a code, agreed to by a second, in effect at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from app.domain import posts as rules
from app.domain.errors import NotAllowed, NotFound
from app.domain.roles import WITHOUT_CASES, Role
from app.models.staff import posting_queries
from app.models.tables.audit import audit
from app.models.tables.officers import posting
from app.services.access import officers, stepup
from app.services.desk import holding
from app.services.staff import postings, vacancies
from app.services.store import audit as record
from app.services.store import scopes
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.office import Office, text_of
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from app.domain.roles import Actor
    from tests.journey import Journey

TODAY = NOW.date()
TYPED = postings.Typed(
    username="",
    role="enquiry_officer",
    kind=rules.REGULAR,
    valid_from=TODAY,
    valid_to=None,
    has_end=False,
    order_no="412/स्था० दिनांक 20-11-2026",
    moves=False,
)


class Desk:
    """Officers who give posts, and those who get them."""

    def __init__(self, journey: Journey) -> None:
        self.journey, self.database, self.staff = journey, journey.database, journey.staff
        self.thanas = list(self.staff.offices(Role.SHO).items())
        self.admin = self.staff.holder(Role.USER_ADMIN)
        self.names = {
            row.id: row.username
            for row in self.database.read(
                lambda rows: postings.proposed(rows, self.admin), actor_scope(self.admin)
            )
        }

    def of_thana(self, role: Role, number: int) -> Actor:
        return self.staff.holder(role, self.thanas[number][1])

    def order(self, actor: Actor, officer: Actor, office_id: UUID, **typed: Any) -> str:
        """Ask for a posting and confirm it; -> its state."""
        given = replace(TYPED, username=self.names[officer.officer_id], **typed)
        asked = self.write(
            actor,
            lambda rows: postings.to_post(
                rows, actor, postings.place(rows, actor, office_id, NOW), given, NOW
            ),
        )
        return self.confirm(actor, asked)

    def relieve(self, actor: Actor, officer: Actor, free_from: Any = TODAY) -> str:
        posting_id = officer.post.posting_id
        asked = self.write(
            actor, lambda rows: postings.to_relieve(rows, actor, posting_id, free_from, "413/स्था०", NOW)
        )
        return self.confirm(actor, asked)

    def confirm(self, actor: Actor, asked: UUID) -> str:
        self.journey.confirm(actor, asked)
        return postings.confirm(self.database, actor, self.wanted(actor, asked), NOW).state

    def wanted(self, actor: Actor, asked: UUID) -> stepup.StepUp:
        return self.read(actor, lambda rows: stepup.see(rows, actor, asked, NOW))

    def agree(self, actor: Actor) -> str:
        [(row, may_settle)] = self.read(actor, lambda rows: postings.waiting(rows, actor))
        assert may_settle
        asked = self.write(actor, lambda rows: postings.to_agree(rows, actor, row.id, NOW))
        self.journey.confirm(actor, asked)
        return postings.agree(self.database, actor, self.wanted(actor, asked), NOW).state

    def standing(self, officer: Actor) -> set[tuple[str, str]]:
        """What he holds at his next request: role and kind of each post."""
        token = officers.enter_as(self.database, officer.officer_id, NOW).token
        found = self.database.read(lambda rows: officers.actor_for(rows, token, NOW), scopes.door())
        assert found is not None
        return {(str(each.role), each.kind) for each in found.actor.posts}

    def read(self, actor: Actor, work: Any) -> Any:
        return self.database.read(work, actor_scope(actor))

    def write(self, actor: Actor, work: Any) -> Any:
        return self.database.write(work, actor_scope(actor))


@pytest.fixture
def desk(journey: Journey) -> Desk:
    return Desk(journey)


@pytest.fixture(scope="module")
def room(demo_sqlite: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One district for what changes nobody's rights, or those of officers that no other test here asks for."""
    folder = tmp_path_factory.mktemp("room")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    made = Office(folder, NOW)
    yield Desk(made.journey)
    made.database.close()


def problems(desk: Desk, actor: Actor, officer: Actor, office_id: UUID, **typed: Any) -> dict[str, str]:
    with pytest.raises(postings.Refused) as refused:
        desk.order(actor, officer, office_id, **typed)
    return dict(refused.value.problems)


def test_an_sho_posts_his_own_staff_and_it_counts_at_the_next_request(desk: Desk) -> None:
    sho, munshi = desk.of_thana(Role.SHO, 0), desk.of_thana(Role.THANA_MUNSHI, 0)
    token = officers.enter_as(desk.database, munshi.officer_id, NOW).token

    def roles() -> set[Role]:
        found = desk.database.read(lambda rows: officers.actor_for(rows, token, NOW), scopes.door())
        assert found is not None
        return {each.role for each in found.actor.posts}

    assert roles() == {Role.THANA_MUNSHI}
    assert desk.order(sho, munshi, desk.thanas[0][1]) == postings.DONE
    assert roles() == {Role.THANA_MUNSHI, Role.ENQUIRY_OFFICER}
    assert desk.relieve(sho, munshi) == postings.DONE
    assert desk.standing(munshi) == {("enquiry_officer", "regular")}
    assert desk.database.read(record.verify, scopes.record(munshi.district_id)) == []


def test_who_is_relieved_of_all_posts_is_out_and_his_tasks_go_back_to_the_office(desk: Desk) -> None:
    sho, munshi = desk.of_thana(Role.SHO, 0), desk.of_thana(Role.THANA_MUNSHI, 0)
    number = desk.journey.new_case([desk.thanas[0][0]])
    desk.journey.go_on(number, "visit", "check_registers", "search_records")
    task = next(each for each in desk.journey.waiting(number) if each.element_id == "check_registers")
    desk.write(munshi, lambda rows: holding.claim(rows, munshi, task.id, NOW))
    token = officers.enter_as(desk.database, munshi.officer_id, NOW).token
    desk.relieve(sho, munshi)
    assert desk.database.read(lambda rows: officers.actor_for(rows, token, NOW), scopes.door()) is None
    task = next(each for each in desk.journey.waiting(number) if each.element_id == "check_registers")
    assert task.claimed_by is None


def test_a_transfer_ends_the_former_post_from_the_same_day(desk: Desk) -> None:
    reader, officer = desk.staff.holder(Role.SP_READER), desk.of_thana(Role.ENQUIRY_OFFICER, 0)
    tomorrow = TODAY + timedelta(days=1)
    assert desk.order(reader, officer, desk.thanas[1][1], moves=True, valid_from=tomorrow) == postings.DONE
    rows = desk.read(reader, lambda rows: posting_queries.of_officer(rows, officer.officer_id, TODAY))
    assert [(row.office_id, row.valid_from, row.valid_to) for row in rows][1:] == [
        (desk.thanas[1][1], tomorrow, None)
    ]
    assert (rows[0].office_id, rows[0].valid_to) == (desk.thanas[0][1], TODAY)


def test_charge_takes_its_dates_and_ends_by_itself(desk: Desk) -> None:
    sp, officer = desk.staff.holder(Role.SP), desk.of_thana(Role.ENQUIRY_OFFICER, 0)
    told = {"role": "sho", "kind": rules.CHARGE}
    assert problems(desk, sp, officer, desk.thanas[0][1], **told) == {"valid_to": "posting.problem.valid_to"}
    until = TODAY + timedelta(days=3)
    assert desk.order(sp, officer, desk.thanas[0][1], valid_to=until, has_end=True, **told) == postings.DONE
    assert desk.standing(officer) == {("enquiry_officer", "regular"), ("sho", "charge")}
    later = NOW + timedelta(days=4)
    entry = officers.enter_as(desk.database, officer.officer_id, later)
    found = desk.database.read(lambda rows: officers.actor_for(rows, entry.token, later), scopes.door())
    assert found is not None
    assert {each.role for each in found.actor.posts} == {Role.ENQUIRY_OFFICER}


def test_an_order_of_the_user_administrator_waits_for_another_officer(desk: Desk) -> None:
    dm, officer = desk.staff.holder(Role.DM), desk.of_thana(Role.ENQUIRY_OFFICER, 0)
    assert desk.order(desk.admin, officer, desk.thanas[1][1]) == postings.WAITING
    assert desk.standing(officer) == {("enquiry_officer", "regular")}
    [(row, may_settle)] = desk.read(desk.admin, lambda rows: postings.waiting(rows, desk.admin))
    assert not may_settle
    with pytest.raises(postings.OwnPost):
        desk.write(desk.admin, lambda rows: postings.to_agree(rows, desk.admin, row.id, NOW))
    asked = desk.write(dm, lambda rows: postings.to_agree(rows, dm, row.id, NOW))
    with pytest.raises(stepup.StepUpOver):  # his code first
        postings.agree(desk.database, dm, desk.wanted(dm, asked), NOW)
    assert desk.agree(dm) == postings.DONE
    assert len(desk.read(dm, lambda rows: posting_queries.of_officer(rows, officer.officer_id, TODAY))) == 2
    with pytest.raises(NotFound):
        desk.write(dm, lambda rows: postings.to_agree(rows, dm, row.id, NOW))


def test_who_gets_a_post_does_not_agree_to_it_and_an_office_head_settles_none(desk: Desk) -> None:
    sp, dm = desk.staff.holder(Role.SP), desk.staff.holder(Role.DM)
    dm_office = dm.post.office_id
    assert desk.order(desk.admin, desk.staff.holder(Role.ADM), dm_office, role="dm") == postings.WAITING
    [(row, _)] = desk.read(sp, lambda rows: postings.waiting(rows, sp))
    sho = desk.of_thana(Role.SHO, 0)
    assert desk.read(sho, lambda rows: postings.waiting(rows, sho)) == []
    with pytest.raises(NotFound):
        desk.write(sho, lambda rows: postings.to_agree(rows, sho, row.id, NOW))
    with pytest.raises(postings.Refused):
        desk.write(sp, lambda rows: postings.refuse(rows, sp, row.id, "नहीं", NOW))
    desk.write(sp, lambda rows: postings.refuse(rows, sp, row.id, "आदेश की प्रति संलग्न नहीं", NOW))
    [told] = desk.read(desk.admin, lambda rows: postings.refused(rows, desk.admin, NOW))
    assert told.reason == "आदेश की प्रति संलग्न नहीं"
    assert ("dm", "regular") not in desk.standing(desk.staff.holder(Role.ADM))


def test_an_order_that_was_confirmed_counts_once_and_for_its_very_content(desk: Desk) -> None:
    sho, munshi = desk.of_thana(Role.SHO, 0), desk.of_thana(Role.THANA_MUNSHI, 0)
    given = replace(TYPED, username=desk.names[munshi.officer_id])
    asked = desk.write(
        sho,
        lambda rows: postings.to_post(
            rows, sho, postings.place(rows, sho, desk.thanas[0][1], NOW), given, NOW
        ),
    )
    with pytest.raises(stepup.StepUpOver):
        postings.confirm(desk.database, sho, desk.wanted(sho, asked), NOW)
    wanted = desk.wanted(sho, asked)
    desk.journey.confirm(sho, asked)
    officer = desk.of_thana(Role.ENQUIRY_OFFICER, 0).post.posting_id
    other = desk.write(sho, lambda rows: postings.to_relieve(rows, sho, officer, TODAY, "413/स्था०", NOW))
    of_another = replace(wanted, items=desk.wanted(sho, other).items)
    with pytest.raises(stepup.ContentChanged):
        postings.confirm(desk.database, sho, of_another, NOW)
    assert postings.confirm(desk.database, sho, wanted, NOW).state == postings.DONE
    with pytest.raises((stepup.StepUpOver, NotFound)):
        postings.confirm(desk.database, sho, wanted, NOW)


def test_what_has_changed_since_an_order_was_asked_for_counts_when_it_takes_effect(desk: Desk) -> None:
    """The right of who confirms it, and what its officer holds by then besides the post that he leaves."""
    sho, munshi = desk.of_thana(Role.SHO, 0), desk.of_thana(Role.THANA_MUNSHI, 0)
    dm, officer = desk.staff.holder(Role.DM), desk.of_thana(Role.ENQUIRY_OFFICER, 0)
    moved = {"role": "auditor", "moves": True}
    assert desk.order(desk.admin, officer, desk.admin.post.office_id, **moved) == postings.WAITING
    place = desk.write(sho, lambda rows: postings.place(rows, sho, desk.thanas[0][1], NOW))
    charge = replace(TYPED, username=desk.names[officer.officer_id], role="thana_munshi", kind=rules.CHARGE)
    days = {"valid_to": TODAY + timedelta(days=3), "has_end": True}
    asked = desk.write(sho, lambda rows: postings.to_post(rows, sho, place, replace(charge, **days), NOW))
    wanted, in_another_post = desk.wanted(sho, asked), replace(sho, post=munshi.post)
    desk.journey.confirm(sho, asked)
    with pytest.raises(NotAllowed):
        postings.confirm(desk.database, in_another_post, wanted, NOW)
    assert postings.confirm(desk.database, sho, wanted, NOW).state == postings.DONE
    with pytest.raises(postings.Refused) as refused:
        desk.agree(dm)
    assert refused.value.problems == {"role": "posting.problem.together"}
    assert desk.standing(officer) == {("enquiry_officer", "regular"), ("thana_munshi", "charge")}


def test_nobody_posts_or_relieves_himself(room: Desk) -> None:
    for actor, role in ((room.admin, "dm"), (room.staff.holder(Role.SP), "sho")):
        office_id = room.staff.holder(Role.DM).post.office_id if role == "dm" else room.thanas[0][1]
        assert problems(room, actor, actor, office_id, role=role)["username"] == "error.own_post"
    with pytest.raises(postings.OwnPost):
        room.relieve(room.admin, room.admin)


def test_who_keeps_the_system_gets_no_post_that_works_on_cases(room: Desk) -> None:
    keeper, dm = room.staff.holder(Role.PROCESS_ADMIN), room.staff.holder(Role.DM)
    told = problems(room, room.admin, keeper, dm.post.office_id, role="dm_assistant")
    assert told == {"role": "posting.problem.together"}
    officer = room.of_thana(Role.ENQUIRY_OFFICER, 0)
    told = problems(room, room.admin, officer, room.admin.post.office_id, role="user_admin")
    assert told == {"role": "posting.problem.together"}


def test_an_office_head_posts_in_his_own_office_those_below_him(room: Desk) -> None:
    sho, officer = room.of_thana(Role.SHO, 0), room.of_thana(Role.ENQUIRY_OFFICER, 0)
    with pytest.raises(NotFound):
        room.order(sho, officer, room.thanas[1][1])
    assert problems(room, sho, officer, room.thanas[0][1], role="sho") == {"role": "posting.problem.role"}
    munshi = room.of_thana(Role.THANA_MUNSHI, 0)
    with pytest.raises(NotAllowed):
        room.order(munshi, officer, room.thanas[0][1])
    head, reader = room.staff.holder(Role.DM_SECTION_HEAD), room.staff.holder(Role.SP_READER)
    assert problems(room, head, officer, head.post.office_id, role="dm") == {"role": "posting.problem.role"}
    with pytest.raises(NotFound):
        room.order(reader, officer, head.post.office_id, role="dm_assistant")
    foreign = room.of_thana(Role.ENQUIRY_OFFICER, 1)
    assert problems(room, sho, foreign, room.thanas[0][1], moves=True) == {"moves": "posting.problem.moves"}


def test_the_heads_and_administrators_take_two_persons_and_office_heads_one() -> None:
    class Acting:
        def __init__(self, role: Role) -> None:
            self.post = type("Post", (), {"role": role})

    two: Any = {Role.USER_ADMIN, Role.DM, Role.SP}
    for role in Role:
        actor: Any = Acting(role)
        assert rules.may_agree(actor) == (role in two)
        assert rules.takes_two(actor, Role.DM_ASSISTANT, rules.REGULAR) == (role in two)
        for guarded in (Role.DM, Role.SP, *WITHOUT_CASES):
            assert rules.takes_two(actor, guarded, rules.CHARGE)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"valid_from": None}, {"valid_from"}),
        ({"valid_from": TODAY - timedelta(days=32)}, {"valid_from"}),
        ({"valid_to": TODAY - timedelta(days=1), "has_end": True}, {"valid_to"}),
        ({"has_end": True}, {"valid_to"}),
        ({"order_no": " "}, {"order_no"}),
        ({"order_no": "क" * 81}, {"order_no"}),
        ({"role": "king"}, {"role"}),
        ({"kind": "forever"}, {"role"}),
        ({"role": "thana_munshi", "kind": "delegate"}, {"role"}),
        ({"role": "enquiry_officer"}, {"role"}),  # he has it
    ],
)
def test_an_order_that_cannot_be_is_told_at_its_box(
    room: Desk, typed: dict[str, Any], told: set[str]
) -> None:
    sho, officer = room.of_thana(Role.SHO, 2), room.of_thana(Role.ENQUIRY_OFFICER, 2)
    assert set(problems(room, sho, officer, room.thanas[2][1], **typed)) == told


def test_a_post_that_nobody_holds_stands_before_whoever_may_fill_it_with_what_waits_there(desk: Desk) -> None:
    journey = desk.journey
    key, thanas = "th_mufassil", journey.staff.offices(Role.SHO)
    thana, elsewhere = thanas[key], thanas["th_garkha"]
    sho, reader = journey.staff.holder(Role.SHO, thana), journey.staff.holder(Role.SP_READER)

    def vacant(actor: Actor) -> dict[tuple[UUID, str], tuple[int, int]]:
        found = journey.database.read(lambda rows: vacancies.of(rows, actor, NOW), actor_scope(actor))
        return {(each.place.id, each.role): (each.waiting, each.late) for each in found}

    assert (thana, "sho") not in vacant(reader)
    number = journey.new_case([key])
    journey.go_on(number, "accept_enquiry")
    ended = update(posting).where(posting.c.id == sho.post.posting_id)
    with journey.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(ended.values(valid_to=NOW.date() - timedelta(days=1)))
    waiting, late = vacant(reader)[thana, "sho"]
    assert waiting >= 1
    assert late <= waiting
    assert (thana, "sho") in vacant(journey.staff.holder(Role.USER_ADMIN))
    assert (thana, "sho") not in vacant(journey.staff.holder(Role.SHO, elsewhere)), "of another's line"
    with journey.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(ended.values(valid_to=None))
    assert (thana, "sho") not in vacant(reader)


# -- on the pages ----------------------------------------------------------------------------------------


def test_an_sho_gives_leave_substitution_on_the_pages(office: Office) -> None:
    desk = Desk(office.journey)
    key, thana = desk.thanas[0]
    sho, munshi = office.at(Role.SHO, key), desk.of_thana(Role.THANA_MUNSHI, 0)
    assert "पदस्थापन एवं प्रभार" in text_of(sho.get("/posts"))
    sho.get(f"/posts/{thana}/new")
    form = {"username": desk.names[munshi.officer_id], "role": "enquiry_officer", "kind": "substitute"}
    form |= {"valid_from": "23-11-2026", "valid_to": "२५-११-२०२६"}
    again = sho.post(f"/posts/{thana}/new", form)
    assert again.status_code == 422
    assert "आदेश संख्या एवं दिनांक लिखें" in text_of(again)
    assert 'name="valid_to-d" value="२५"' in text_of(again)
    done = sho.confirm(sho.post(f"/posts/{thana}/new", {**form, "order_no": "412/स्था०"}))
    assert done.status_code == 303
    assert done.headers["Location"] == f"/posts?office={thana}", "to the staff that the order is about"
    page = text_of(sho.get(done.headers["Location"]))
    assert "आदेश लागू हुआ" in page
    assert page.count(desk.names[munshi.officer_id]) >= 2
    assert "प्रतिस्थानी" in page
    assert "25-11-2026" in page


def test_the_page_of_an_order_says_which_kinds_wait_for_a_second_officer(office: Office) -> None:
    thana = office.journey.staff.offices(Role.SHO)["th_dighwara"]
    waits = "दूसरे पदाधिकारी की सहमति के बाद ही प्रभावी होंगे: "
    said = text_of(office.at(Role.SP).get(f"/posts/{thana}/new")).partition(waits)[2].partition("</p>")[0]
    assert said == "नियमित", "a charge that he gives takes effect at once"
    own = text_of(office.at(Role.DM).get(f"/posts/{office.journey.staff.holder(Role.DM).post.office_id}/new"))
    assert own.partition(waits)[2].partition("</p>")[0] == "नियमित"
    assert "प्रभावी होगा: जिला पदाधिकारी</p>" in own
    assert waits not in text_of(office.at(Role.SHO, "th_dighwara").get(f"/posts/{thana}/new"))


def test_the_page_of_posts_leads_to_a_vacant_one(office: Office) -> None:
    thana = office.journey.staff.offices(Role.SHO)["th_dighwara"]
    sho, reader = office.journey.staff.holder(Role.SHO, thana), office.at(Role.SP_READER)
    own = update(posting).where(posting.c.id == sho.post.posting_id)
    with office.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(own.values(valid_to=NOW.date() - timedelta(days=1)))
    page = text_of(reader.get("/posts")).partition("<main")[2]
    assert "रिक्त पद" in page
    assert f'href="/posts/{thana}/new"' in page
    with office.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(own.values(valid_to=None))
    assert f'href="/posts/{thana}/new"' not in text_of(reader.get("/posts"))


def test_a_new_officer_enters_by_his_code_once_he_is_posted(office: Office) -> None:
    desk, admin = Desk(office.journey), office.at(Role.USER_ADMIN)
    admin.get("/admin/officers/new")
    bad = admin.post("/admin/officers/new", {"username": "मुंशी", "name_hi": "गीता देवी"})
    assert bad.status_code == 422
    assert 'value="गीता देवी"' in text_of(bad)
    form = {"username": "munshi.geeta", "name_hi": "गीता देवी", "name_en": "Geeta Devi", "rank": "स०अ०नि०"}
    shown = admin.confirm(admin.post("/admin/officers/new", form))
    assert shown.status_code == 200
    code = text_of(shown).partition('<strong class="secret">')[2].partition("<")[0]
    newcomer = Visitor(office.app)
    newcomer.get("/sign-in/code")
    fields = {"username": "munshi.geeta", "entry_code": code}
    assert newcomer.post("/sign-in/code", fields).status_code == 422, "without a post nobody comes in"
    again = admin.post("/admin/officers/new", form)
    assert "यह उपयोगकर्ता नाम पहले से है" in text_of(again)
    key, thana = desk.thanas[0]
    sho = office.at(Role.SHO, key)
    sho.get(f"/posts/{thana}/new")
    order = {"username": "munshi.geeta", "role": "thana_munshi", "kind": "regular", "order_no": "1/26"}
    assert (
        sho.confirm(sho.post(f"/posts/{thana}/new", {**order, "valid_from": "2026-11-23"})).status_code == 303
    )
    assert newcomer.post("/sign-in/code", fields).headers["Location"] == "/set-up"


def test_every_order_stands_in_the_record(desk: Desk) -> None:
    sho, munshi = desk.of_thana(Role.SHO, 0), desk.of_thana(Role.THANA_MUNSHI, 0)
    desk.order(sho, munshi, desk.thanas[0][1])
    with desk.database.engine.connect() as connection:
        rows = connection.execute(audit.select().where(audit.c.action == "posting:add")).all()
    assert [(row.actor_id, row.object, row.detail["role"]) for row in rows] == [
        (sho.officer_id, f"officer:{munshi.officer_id}", "enquiry_officer")
    ]
