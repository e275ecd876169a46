"""A department's letter and list: its own until sent, nothing before acceptance, then as if entered from paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from sqlalchemy import select

from app.domain.errors import NotAllowed, NotFound
from app.domain.roles import Role
from app.models.intake.lodgements import lodgement
from app.models.intake.rosters import roster, roster_row
from app.models.tables.cases import case, data_key, letter_department, requisition
from app.models.tables.workflow import notification
from app.services.intake import acceptance, asked, lodgements, requisitions, rosters
from app.services.store.scopes import actor_scope
from tests import lodging
from tests.districts import NOW
from tests.journey import CANDIDATE
from tests.office import text_of

if TYPE_CHECKING:
    from tests.journey import Journey
    from tests.office import Office

LATER = NOW + timedelta(days=3)
ONE, TWO = lodging.person(), lodging.person("अमित कुमार", "Amit Kumar", "15-03-1992")


class Place:
    """The department's clerk and the DM's assistant, with the tables behind them."""

    def __init__(self, journey: Journey) -> None:
        self.journey, self.database = journey, journey.database
        self.clerk = journey.staff.holder(Role.REQUESTER)
        self.assistant = journey.staff.holder(Role.DM_ASSISTANT)

    def rows(self, table: Any, *where: Any) -> list[Any]:
        with self.database.engine.connect() as connection:
            return list(connection.execute(select(table).where(*where)))

    def state(self, letter: Any) -> str:
        return self.rows(lodgement, lodgement.c.id == letter)[0].state

    def sent(self, *people: Any, **changes: Any) -> Any:
        return lodging.sent(self.journey, self.clerk, NOW, *people, **changes)

    def waiting(self) -> list[Any]:
        found = self.database.read(
            lambda session: acceptance.waiting(session, self.assistant), actor_scope(self.assistant)
        )
        return [each.id for each in found]


@pytest.fixture
def place(journey: Journey) -> Place:
    return Place(journey)


def test_what_was_sent_is_received_on_the_day_it_is_accepted_and_then_goes_as_any_list(place: Place) -> None:
    letter = place.sent(ONE, TWO, letter_no="शि०-71/2026")
    assert place.rows(requisition, requisition.c.id == letter) == [], (
        "nothing is received before it is accepted"
    )
    assert place.rows(case, case.c.requisition_id == letter) == []
    assert letter in place.waiting()
    told = place.rows(notification, notification.c.kind == lodgements.NOTICE)
    assert [each.role for each in told] == [Role.DM_ASSISTANT]
    seen = acceptance.see(place.database, place.assistant, letter, LATER)
    assert [each.name_en for each in seen.persons] == ["Ramesh Kumar", "Amit Kumar"]
    sent_with_it = acceptance.accept(place.database, place.assistant, letter, LATER)
    assert acceptance.accept(place.database, place.assistant, letter, LATER) == sent_with_it, "pressed twice"
    assert [row.requisition_id for row in place.rows(roster, roster.c.id == sent_with_it)] == [letter]
    [received] = place.rows(requisition, requisition.c.id == letter)
    assert (received.received_on, received.candidate_count) == (LATER.date(), 2)
    assert (received.created_by, received.requester_hi) == (place.assistant.officer_id, "शिक्षा विभाग")
    [link] = place.rows(letter_department, letter_department.c.requisition_id == letter)
    assert link.office_id == place.clerk.post.office_id
    assert letter not in place.waiting()
    lodging.work(place.journey, LATER)
    [mine] = place.rows(roster, roster.c.requisition_id == letter)
    rosters.take(place.database, place.assistant, mine.id, (), LATER)
    lodging.work(place.journey, LATER)
    cases = place.rows(case, case.c.requisition_id == letter)
    assert {each.received_on for each in cases} == {LATER.date()}
    assert len(cases) == 2
    place.journey.now = LATER
    by_hand = place.journey.new_case(received_date=LATER.date().isoformat())
    [paper] = place.rows(case, case.c.number == by_hand)
    assert {each.due_on for each in cases} == {paper.due_on}, "its days run as those of a letter from paper"


def test_the_list_is_judged_by_the_form_and_given_back_whole_with_each_fault(place: Place) -> None:
    letter = lodging.written(place.journey, place.clerk, NOW)
    wrong = lodging.person("सुनील कुमार", "Sunil Kumar", "31-02-1994")
    first = lodging.judged(place.journey, place.clerk, letter, lodging.sheet([ONE, wrong]), NOW)
    assert dict(rosters.CANDIDATES.view(place.database, place.clerk, first, NOW).counts) == {
        "good": 1,
        "bad": 1,
    }
    with pytest.raises(lodgements.NotReady):
        lodgements.send(place.database, place.clerk, letter, NOW)
    heads, rows = place.database.read(
        lambda session: rosters.CANDIDATES.to_mend(session, place.clerk, first, NOW), actor_scope(place.clerk)
    )
    assert heads == lodging.HEADS
    assert [bool(faults) for _, faults, _ in rows] == [False, True], "the whole list, its fault by the cell"
    second = lodging.judged(place.journey, place.clerk, letter, lodging.sheet([ONE, TWO]), NOW)
    old = {each.id: each for each in place.rows(roster, roster.c.lodgement_id == letter)}
    assert (old[first].state, old[first].head) == ("dropped", None), "the mended list takes its place"
    [key] = place.rows(data_key, data_key.c.id == old[first].data_key_id)
    assert key.wrapped is None
    lodgements.send(place.database, place.clerk, letter, NOW)
    assert (place.state(letter), old[second].id) == ("sent", second)


def test_a_department_is_not_told_that_a_person_has_a_case_and_the_assistant_is(place: Place) -> None:
    number = place.journey.new_case()
    row = lodging.person(CANDIDATE["name_hi"], CANDIDATE["name_en"], "14-03-1998")
    letter = place.sent(row, row)
    mine = lodgements_list(place, letter)
    states = [each.state for each in place.rows(roster_row, roster_row.c.roster_id == mine)]
    assert sorted(states) == ["double", "good"], "only that one row of the list repeats another"
    acceptance.accept(place.database, place.assistant, letter, NOW)
    lodging.work(place.journey, NOW)
    seen = rosters.CANDIDATES.view(place.database, place.assistant, mine, NOW)
    assert next(each.twin_case for each in seen.doubles) == number


def lodgements_list(place: Place, letter: Any) -> Any:
    found = place.rows(roster, roster.c.lodgement_id == letter, roster.c.state != "dropped")
    return found[0].id


def test_a_returned_letter_tells_why_and_is_sent_again(place: Place) -> None:
    letter = place.sent()
    with pytest.raises(acceptance.ReasonMissing):
        acceptance.give_back(place.database, place.assistant, letter, " - ", NOW)
    acceptance.give_back(place.database, place.assistant, letter, "पद का समूह पत्र से मेल नहीं खाता", NOW)
    assert letter not in place.waiting()
    scope = actor_scope(place.clerk)
    seen = place.database.read(lambda session: lodgements.view(session, place.clerk, letter), scope)
    assert seen.note == "पद का समूह पत्र से मेल नहीं खाता"
    assert seen.is_ready
    changed = lodging.posted(place.journey, place.clerk, post_group="B", letter_no="शि०-72/2026")
    lodgements.write(place.database, place.clerk, letter, changed, LATER)
    lodging.work(place.journey, LATER)
    lodgements.send(place.database, place.clerk, letter, LATER)
    acceptance.accept(place.database, place.assistant, letter, LATER)
    [received] = place.rows(requisition, requisition.c.id == letter)
    assert (received.letter_no, received.routing["post_group"]) == ("शि०-72/2026", "B")


def test_what_was_sent_is_not_changed_unless_it_is_taken_back(place: Place) -> None:
    letter = place.sent()
    mine = lodgements_list(place, letter)
    typed = lodging.posted(place.journey, place.clerk)
    for act in (
        lambda: lodgements.write(place.database, place.clerk, letter, typed, NOW),
        lambda: lodgements.drop(place.database, place.clerk, letter, NOW),
        lambda: rosters.CANDIDATES.upload(place.database, place.clerk, lodging.sheet([ONE]), NOW, letter),
        lambda: rosters.CANDIDATES.drop(place.database, place.clerk, mine, NOW),
    ):
        with pytest.raises(asked.Sent):
            act()
    lodgements.take_back(place.database, place.clerk, letter, NOW)
    with pytest.raises(NotFound):
        acceptance.accept(place.database, place.assistant, letter, NOW)
    lodgements.drop(place.database, place.clerk, letter, NOW)
    [row] = place.rows(lodgement, lodgement.c.id == letter)
    assert (row.state, row.values) == ("dropped", None)
    [key] = place.rows(data_key, data_key.c.id == row.data_key_id)
    assert key.wrapped is None


def test_a_draft_is_nobodys_but_its_departments(place: Place) -> None:
    letter = lodging.written(place.journey, place.clerk, NOW)
    mine = lodging.judged(place.journey, place.clerk, letter, lodging.sheet([ONE]), NOW)
    other = replace(place.clerk, post=replace(place.clerk.post, office_id=uuid4()))
    for actor, error in ((other, NotFound), (place.journey.staff.holder(Role.SHO), NotAllowed)):
        with pytest.raises(error):
            place.database.read(
                lambda rows, who=actor: lodgements.view(rows, who, letter), actor_scope(actor)
            )
        with pytest.raises(error):
            rosters.CANDIDATES.view(place.database, actor, mine, NOW)
    for look in (
        lambda: acceptance.see(place.database, place.assistant, letter, NOW),
        lambda: rosters.CANDIDATES.view(place.database, place.assistant, mine, NOW),
        lambda: rosters.take(place.database, place.assistant, mine, (), NOW),
    ):
        with pytest.raises(NotFound):
            look()
    lodgements.send(place.database, place.clerk, letter, NOW)
    acceptance.accept(place.database, place.assistant, letter, NOW)
    with pytest.raises(NotFound):
        rosters.CANDIDATES.view(place.database, place.clerk, mine, NOW)


def test_a_letter_that_its_department_leaves_for_thirty_days_is_destroyed_and_a_sent_one_stays(
    place: Place,
) -> None:
    left, sent = lodging.written(place.journey, place.clerk, NOW), place.sent()
    month = NOW + timedelta(days=31)
    assert lodgements.destroy_old(place.database, month) == 1
    assert (place.state(left), place.state(sent)) == ("dropped", "sent")
    acceptance.accept(place.database, place.assistant, sent, month)
    assert requisitions.see(place.database, place.assistant, sent, month).line.candidates == 1


def test_the_pages_lead_from_the_letter_to_its_acceptance(office: Office) -> None:
    clerk, assistant = office.at(Role.REQUESTER), office.at(Role.DM_ASSISTANT)
    actor = office.journey.staff.holder(Role.REQUESTER)
    page = text_of(clerk.get("/department/new"))
    assert "requesting_dept" not in page
    number = "शि०-80/2026"
    typed = lodging.posted(office.journey, actor, letter_no=number).values
    refused = clerk.post("/department/new", {**typed, "letter_no": "", "_op": "submit"})
    assert refused.status_code == 422
    assert "सहायक शिक्षक" in text_of(refused), "nothing typed is lost"
    begun = clerk.post("/department/new", {**typed, "_op": "submit"})
    at = begun.headers["Location"]
    clerk.get(f"/requisitions/{at.rpartition('/')[2]}/lists")
    file = (BytesIO(lodging.sheet([ONE, lodging.person(born="31-02-1990")])), "list.xlsx", "application/xlsx")
    given = clerk.post(f"/requisitions/{at.rpartition('/')[2]}/lists", {"list": file})
    shown = given.headers["Location"]
    chosen = rosters.CANDIDATES.view(office.database, actor, at_id(shown), office.now).chosen
    clerk.get(shown)
    clerk.post(f"{shown}/columns", {f"column-{place}": key for place, key in chosen.items()})
    lodging.work(office.journey, office.now)
    marked = clerk.get(f"{shown}/faults")
    told = [cell.value for row in openpyxl.load_workbook(BytesIO(marked.data)).active.rows for cell in row]
    assert any("31-02-1990" in str(each) for each in told)
    assert clerk.post(f"{at}/send", {}).status_code == 422
    lodging.judged(office.journey, actor, at_id(at), lodging.sheet([ONE, TWO]), office.now)
    clerk.get(at)
    assert clerk.post(f"{at}/send", {}).status_code == 303
    assert number in text_of(clerk.get("/department"))
    assert "प्रतीक्षा में" in text_of(assistant.get("/inbox"))
    assert "प्रतीक्षा में" in text_of(assistant.get("/requisitions"))
    assert number in text_of(assistant.get("/requisitions/sent"))
    sent = f"/requisitions/sent/{at_id(at)}"
    assert "अमित कुमार" in text_of(assistant.get(sent))
    assert assistant.post(f"{sent}/return", {"reason": ""}).status_code == 422
    accepted = assistant.post(f"{sent}/accept", {})
    assert accepted.headers["Location"].startswith("/lists/"), (
        "its list lies ready, and is the next thing to do"
    )
    lodging.work(office.journey, office.now)
    assert "सही पंक्तियों के प्रकरण बनाएँ (2)" in text_of(assistant.get(accepted.headers["Location"]))
    assert number in text_of(clerk.get(f"/department/letters/{at_id(at)}"))


def at_id(path: str) -> Any:
    return UUID(path.rpartition("/")[2])
