"""Two other districts are asked about one person: whoever enters an answer sees which letter it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.roles import Role
from tests.office import text_of

if TYPE_CHECKING:
    from tests.office import Office

PLACES = {
    "197": ("अन्य जिला: गोपालगंज", "पुलिस अधीक्षक, गोपालगंज", "हजियापुर"),
    "222": ("अन्य जिला: सीवान", "पुलिस अधीक्षक, सीवान", "श्रीनगर"),
}


def stay(district: str, year: int) -> dict[str, str]:
    return {
        "village": PLACES[district][2],
        "state": "bihar",
        "district": district,
        "thana_other": "नगर",
        "from": f"{year}-01",
        "to": f"{year + 1}-06",
    }


def test_the_page_of_each_answer_names_its_district_its_office_and_the_address(office: Office) -> None:
    journey = office.journey
    number = journey.add(journey.register(), stays=[stay("197", 2022), stay("222", 2024)])
    journey.go_on(number, until="record_reply")
    tasks = journey.waiting(number)
    assert [task.element_id for task in tasks] == ["record_reply"] * 2
    reader = office.at(Role.SP_READER)
    heads = [text_of(reader.get(f"/tasks/{task.id}")).partition('<form class="sheet"')[0] for task in tasks]
    for words in PLACES.values():
        [head] = [each for each in heads if words[0] in each]
        assert all(word in head for word in words)
        assert sum(words[2] in each for each in heads) == 1, "the other letter's address is not on this page"


def test_the_inbox_and_the_page_of_the_case_tell_each_answer_by_its_district(office: Office) -> None:
    journey = office.journey
    number = journey.add(journey.register(), stays=[stay("197", 2022), stay("222", 2024)])
    journey.go_on(number, until="record_reply")
    reader = office.at(Role.SP_READER)
    inbox = text_of(reader.get("/inbox?tab=record_reply"))
    case = text_of(reader.get(f"/cases/{number.replace('/', '-')}")).partition("<main")[2]
    mine, _, steps = case.partition("<aside")
    for name, _, _ in PLACES.values():
        assert inbox.count(f"<small>{name}</small>") == 1
        assert mine.partition("</main>")[0].count(f" · {name}") >= 1
        assert steps.count(f" · {name}") == 1


def test_a_task_that_answers_no_letter_shows_none(office: Office) -> None:
    number = office.journey.new_case(["th_mufassil"])
    office.journey.go_on(number, "accept_enquiry", "search_records")
    for task in office.journey.waiting(number):
        assert "अन्य जिला:" not in text_of(office.holder_of(task).get(f"/tasks/{task.id}"))
