"""All cases of a letter go to their thanas in one act: shown first, told one by one, gone on with after a stop."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import g

from app.domain.errors import Unavailable
from app.domain.roles import Role
from app.services.desk.many import Acting, Item
from app.web.frame import acting, language
from tests.integration.test_each_letter_to_another_district_is_told_apart import stay
from tests.office import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from tests.office import Office
    from tests.visitor import Visitor

THANA = "th_mufassil"


def letter_of(office: Office, count: int) -> tuple[UUID, list[str]]:
    journey = office.journey
    letter = journey.register(candidate_count=count + 1)
    numbers = [journey.add(letter, [THANA]) for _ in range(count)]
    for number in numbers:
        journey.do(number, "scrutinise")
    return letter, numbers


def ticked(page: str) -> dict[str, list[str] | str]:
    """What a browser sends of the page: every box that is ticked, and the seals."""
    seals = dict(re.findall(r'name="(seal-[0-9a-f-]+)" value="([0-9a-f]+)"', page))
    return {"task": re.findall(r'name="task" value="([0-9a-f-]+)"', page), **seals}


def at_thana(office: Office, numbers: list[str]) -> list[bool]:
    return ["accept_enquiry" in office.journey.steps(each) for each in numbers]


def marking(office: Office, letter: UUID) -> tuple[Visitor, str]:
    reader = office.at(Role.SP_READER)
    return reader, text_of(reader.get(f"/requisitions/{letter}/mark"))


def test_each_address_is_shown_with_its_thana_and_a_doubtful_one_is_left(office: Office) -> None:
    letter, numbers = letter_of(office, 3)
    unsure = office.journey.add(letter, [THANA], perm_thana=None, perm_thana_unknown=True, perm_pin="841301")
    address = f"/requisitions/{letter}/mark"
    office.journey.do(unsure, "scrutinise")
    reader, page = marking(office, letter)
    assert address in text_of(reader.get(f"/requisitions/{letter}"))
    assert page.count('name="task"') == 3
    assert re.search(rf"{unsure}</a>: ", page), "a doubtful one is named, with the reason"
    assert "मुफस्सिल" in page
    sent = ticked(page)
    told = text_of(reader.post(address, sent))
    assert "3 में से 3" in told
    assert "थानों को भेजे गए: 3" in told
    assert at_thana(office, [*numbers, unsure]) == [True, True, True, False]
    again = text_of(reader.post(address, sent))
    assert "थानों को भेजे गए" not in again, "pressed twice, nothing is done twice"
    assert all(number in again for number in numbers)
    for role in (Role.DM_ASSISTANT, Role.DM_SECTION_HEAD):
        other = office.at(role)
        assert other.get(address).status_code == 403
        other.get(f"/requisitions/{letter}")
        assert other.post(address, sent).status_code == 403
    assert reader.post(address, {}).status_code == 422


def test_a_letter_to_another_district_is_told_beside_its_case(office: Office) -> None:
    letter = office.journey.register()
    number = office.journey.add(letter, [THANA], stays=[stay("197", 2022)])
    office.journey.do(number, "scrutinise")
    reader, page = marking(office, letter)
    told = "गोपालगंज को पत्र: पत्र बनेगा; उत्तर कागज से दर्ज होगा"
    assert told in page.partition("<main")[2]
    [task] = office.journey.waiting(number)
    shown = text_of(reader.post("/inbox/many/send/mark", {"task": str(task.id)}))
    assert told in shown.partition("<main")[2], "and on the page of tasks that were ticked in the inbox"
    reader.post(f"/requisitions/{letter}/mark", ticked(page))
    assert "record_reply" in office.journey.steps(number)


def test_a_line_that_breaks_stops_between_two_cases_and_the_rest_is_taken_up(
    office: Office, monkeypatch
) -> None:
    monkeypatch.setattr(acting, "_STEP", 1)
    letter, numbers = letter_of(office, 3)
    reader, page = marking(office, letter)
    (token,) = set(re.findall(r'name="csrf_token" value="([^"]*)"', page))
    answer = reader.client.post(f"/requisitions/{letter}/mark", data={"csrf_token": token, **ticked(page)})
    lines = answer.iter_encoded()
    next(lines)
    assert at_thana(office, numbers) == [False] * 3, "nothing is done before it is asked for"
    assert "3 में से 1" in next(lines).decode()
    answer.close()
    assert at_thana(office, numbers).count(True) == 1
    reader, page = marking(office, letter)
    assert page.count('name="task"') == 2
    told = text_of(reader.post(f"/requisitions/{letter}/mark", ticked(page)))
    assert "थानों को भेजे गए: 2" in told
    assert at_thana(office, numbers) == [True] * 3


def test_a_database_that_goes_away_is_told_at_the_end_of_what_was_done(office: Office) -> None:
    def items() -> Iterator[Item]:
        yield Item("SRN-2026-00001")
        raise Unavailable

    letter = office.journey.register()
    with office.app.test_request_context("/"):
        g.actor = office.journey.staff.holder(Role.SP_READER)
        language.settle()
        answer = acting.goes_on(
            "requisitions/acting.html",
            Acting(2, items(), []),
            act="mark",
            where="letter",
            requisition_id=letter,
        )
        told = text_of(answer)
    assert "काम बीच में रुक गया" in told
    assert "SRN-2026-00001" in told
    assert "थानों को भेजे गए: 1" in told
