"""Premises that nobody inspected never read as fit: the question goes back, or goes on with a reason."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.models.tables.workflow import incident
from tests.journey import scan
from tests.scripts import REASON, SUITABLE, visited

if TYPE_CHECKING:
    from tests.traveller import Traveller

#: The door of the site was shut at the first visit; at the second it was open.
SHUT, OPEN = visited(premises_result="not_inspected", premises_remark=REASON)["visit"][0], SUITABLE


@pytest.fixture
def number(traveller: Traveller) -> str:
    """A case whose premises were to be inspected, and were not, before the SDPO."""
    letter = {"purpose": "petroleum_noc", "purpose_reason": REASON}
    number = traveller.begin(letter=letter, uploads=[scan("photo")])
    traveller.walk(number, {"visit": [SHUT]}, until="review_findings")
    return number


def incidents(traveller: Traveller) -> list[object]:
    with traveller.database.engine.connect() as connection:
        return list(connection.execute(select(incident)))


def test_the_sdpo_is_told_and_his_question_goes_back_to_the_thana(traveller: Traveller, number: str) -> None:
    assert traveller.answered[-1] == ("outcome", 17), "an answer that is missing never reads as clean"
    (task,) = traveller.waiting(number)
    page = traveller.page_of(task)
    assert page.briefing.review is not None
    assert "premises" in page.briefing.review.reasons
    assert page.briefing.review.outcome_hi == "ध्यानाकर्षण योग्य"
    thana = next(each["value"] for each in page.options["units"] if "थाना" in each["hi"])
    assert page.values["re_units"] == [thana]
    assert "निरीक्षण" in page.values["re_point"]
    due = (traveller.now + timedelta(days=4)).date().isoformat()
    traveller.act(number, task, sdpo_view="re_enquiry", sdpo_remark=REASON, re_due=due)
    assert traveller.steps(number) == ["accept_enquiry"]
    (asked,) = traveller.waiting(number)
    assert traveller.page_of(asked).briefing.again.points == [page.values["re_point"]]
    traveller.walk(number, {"visit": [OPEN]}, until="recommend")
    assert traveller.answered[-1] == ("outcome", 16), "the second visit counts"
    assert incidents(traveller) == []


def test_the_sp_may_ask_again_or_send_it_on_with_a_reason_to_its_end(
    traveller: Traveller, number: str
) -> None:
    traveller.walk(number, {}, until="recommend")
    (task,) = traveller.waiting(number)
    proposed = traveller.page_of(task).values["re_enquiry"]
    assert ["निरीक्षण" in row["point"] for row in proposed] == [True]
    traveller.walk(number, {"recommend": [{"sp_reason": REASON}], "decide": [{"dm_reason": REASON * 2}]})
    assert traveller.case(number).status == "issued"
    assert incidents(traveller) == []
