"""Several tasks of the inbox in one act: each by the rules of a single one, and each with its own result."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.domain.errors import NotAllowed
from app.domain.ids import new_id
from app.domain.roles import Role
from app.models.tables.cases import enquiry
from app.models.tables.workflow import handover, user_task
from app.services.desk import holding, many
from app.services.store import audit, queues, scopes
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.office import text_of

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Row

    from app.domain.roles import Actor
    from tests.journey import Journey
    from tests.office import Office

THANA = "th_mufassil"


def holders(journey: Journey, step: str = "") -> dict[str, UUID | None]:
    """In whose name each open task is, by its id."""
    statement = select(user_task).where(user_task.c.state == "open")
    with journey.database.engine.connect() as connection:
        rows = list(connection.execute(statement))
    return {row.id: row.assigned_to or row.claimed_by for row in rows if step in ("", row.element_id)}


def handovers(journey: Journey) -> list[tuple[str, str]]:
    with journey.database.engine.connect() as connection:
        return [(row.kind, row.reason) for row in connection.execute(select(handover))]


@pytest.fixture
def registers(journey: Journey) -> list[Row]:
    """Three tasks of one thana's registers, which its munshi and its SHO may do."""
    letter = journey.register(candidate_count=3)
    numbers = [journey.add(letter, [THANA]) for _ in range(3)]
    for number in numbers:
        journey.go_on(number, "visit", "check_registers", "search_records")
    tasks = [task for number in numbers for task in journey.waiting(number)]
    return [task for task in tasks if task.element_id == "check_registers"]


def thana_officer(journey: Journey, role: Role) -> Actor:
    return journey.staff.holder(role, journey.staff.offices(Role.SHO)[THANA])


def test_each_task_is_claimed_for_itself_and_what_cannot_be_is_told(
    journey: Journey, registers: list[Row]
) -> None:
    munshi, sho = (thana_officer(journey, role) for role in (Role.THANA_MUNSHI, Role.SHO))
    first, second, third = registers
    journey.database.write(lambda s: holding.claim(s, sho, second.id, NOW), actor_scope(sho))
    journey.finish(third, journey.form_of(third))
    foreign = journey.new_case(["th_garkha"])
    [elsewhere] = journey.waiting(foreign)
    chosen = [first.id, second.id, third.id, elsewhere.id, first.id]
    items = many.claim(journey.database, munshi, chosen, NOW)
    assert [each.why_not for each in items] == ["", "colleague", "done", "sight"]
    assert items[0].case_number
    assert items[3].case_number == "", "nothing is told of a case that he may not see"
    held = holders(journey)
    assert (held[first.id], held[second.id]) == (munshi.officer_id, sho.officer_id)
    assert journey.database.write(queues.recount, scopes.recount(218)) == []


def test_enquiries_are_given_to_another_officer_for_one_reason(
    journey: Journey, registers: list[Row]
) -> None:
    sho = thana_officer(journey, Role.SHO)
    visits = list(holders(journey, "visit"))
    before = set(holders(journey, "visit").values())
    found = journey.database.read(lambda s: many.gifts(s, sho, visits, NOW), actor_scope(sho))
    assert len(found.gifts) == len(visits) == len(registers)
    other = next(each for each in found.doers if each.officer_id not in before)
    with pytest.raises(holding.ReasonMissing):
        many.give(journey.database, sho, visits, other.officer_id, "", NOW)
    with pytest.raises(holding.NobodyChosen):
        many.give(journey.database, sho, visits, None, "leave", NOW)
    assert set(holders(journey, "visit").values()) == before, "nothing is given by halves"
    items = many.give(journey.database, sho, visits, other.officer_id, "transfer", NOW)
    assert [each.why_not for each in items] == ["", "", ""]
    assert set(holders(journey, "visit").values()) == {other.officer_id}
    with journey.database.engine.connect() as connection:
        named = set(connection.execute(select(enquiry.c.officer_id).where(enquiry.c.officer_id.is_not(None))))
    assert named == {(other.officer_id,)}, "the enquiry is his from now on"
    assert handovers(journey) == [("reassign", "transfer")] * 3
    assert journey.database.read(audit.verify, scopes.record(218)) == []


def test_who_may_not_give_one_task_gives_none_of_many(journey: Journey, registers: list[Row]) -> None:
    munshi, sho = (thana_officer(journey, role) for role in (Role.THANA_MUNSHI, Role.SHO))
    ids = [task.id for task in registers]
    items = many.give(journey.database, munshi, ids, sho.officer_id, "leave", NOW)
    assert {each.why_not for each in items} == {"allowed"}
    with pytest.raises(NotAllowed):
        journey.database.write(
            lambda s: holding.reassign(s, munshi, ids[0], sho.officer_id, "leave", NOW), actor_scope(munshi)
        )


def test_nothing_chosen_and_too_much_are_told(journey: Journey) -> None:
    sho = thana_officer(journey, Role.SHO)
    for chosen in ([], [new_id(NOW) for _ in range(many.MOST + 1)]):
        with pytest.raises(many.NothingChosen):
            many.claim(journey.database, sho, chosen, NOW)


def test_the_pages_tell_what_became_of_each_task(office: Office) -> None:
    journey = office.journey
    letter = journey.register(candidate_count=2)
    numbers = [journey.add(letter, [THANA]) for _ in range(2)]
    for number in numbers:
        journey.go_on(number, "visit", "check_registers", "search_records")
    sho = office.at(Role.SHO, THANA)
    inbox = text_of(sho.get("/inbox?tab=check_registers"))
    ticks = re.findall(r'name="task" value="([^"]+)" form="chosen-tasks"', inbox)
    assert len(ticks) == 2
    for number in numbers:
        assert f"चुनें: {number}" in inbox
    taken = text_of(sho.post("/inbox/many/claim", {"task": ticks}))
    assert "हो गया: 2" in taken
    assert all(number in taken for number in numbers)
    asked = text_of(sho.post("/inbox/many/give", {"task": ticks}))
    boxes = re.findall(r'<input[^>]*type="checkbox"[^>]*>', asked)
    assert sum('name="task"' in box for box in boxes) == 2
    wrong = sho.post("/inbox/many/give", {"task": ticks, "reason": "leave"})
    assert wrong.status_code == 422
    assert 'href="#officers"' in text_of(wrong)
    officer = re.findall(r'name="officer" value="([^"]+)"', asked)[0]
    told = text_of(sho.post("/inbox/many/give", {"task": ticks, "officer": officer, "reason": "leave"}))
    assert "हो गया: 2" in told
    again = text_of(sho.post("/inbox/many/give", {"task": ticks, "officer": officer, "reason": "leave"}))
    assert "नहीं हो सका: 2" in again
    nothing = sho.post("/inbox/many/claim", {"task": ["", "nonsense"]})
    assert nothing.status_code == 422
    assert "पहले सूची में कार्य चुनें" in text_of(nothing)
    sho.post("/account/language", {"language": "en"})
    assert "Not done: 2" in text_of(
        sho.post("/inbox/many/give", {"task": ticks, "officer": officer, "reason": "leave"})
    )


def test_an_enquiry_officer_is_offered_no_acts_on_many(office: Office) -> None:
    number = office.journey.new_case([THANA])
    office.journey.go_on(number, "visit", "check_registers", "search_records")
    page = text_of(office.holder_of(office.task(number, "visit")).get("/inbox"))
    assert number in page
    assert "chosen-tasks" not in page


def test_all_rows_of_a_page_are_ticked_by_a_link_where_no_script_runs(office: Office) -> None:
    letter = office.journey.register(candidate_count=2)
    for _ in range(2):
        office.journey.add(letter, [THANA])
    head = office.at(Role.DM_SECTION_HEAD)
    plain, ticked = head.get("/inbox").text, head.get("/inbox?tick=all").text
    assert "data-pick checked" not in plain
    assert ticked.count("data-pick checked") == plain.count("data-pick>") >= 2
    assert 'href="/inbox?tick=all#chosen-tasks"' in plain
    assert 'href="/inbox#chosen-tasks"' in ticked, "and the choice is taken back by another"
