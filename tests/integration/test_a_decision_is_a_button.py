"""A decision of the form is a button of its page: one press where nothing more is needed, else two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from app.domain.roles import Role
from tests.office import text_of
from tests.shipped_forms import FIR, SEEN

if TYPE_CHECKING:
    from sqlalchemy import Row
    from werkzeug.test import TestResponse

    from tests.office import Office
    from tests.visitor import Visitor

REASON = "साक्षियों के बयान अधूरे हैं, पुनः जाँच कराएँ।"


class Desk:
    """An officer before one task; `decide` presses the button of a choice on the page, and confirms what signs."""

    def __init__(self, office: Office, step: str, **letter: Any) -> None:
        self.office = office
        thana = next(iter(office.journey.staff.offices(Role.SHO)))
        self.number = office.journey.new_case([thana], **letter)
        office.journey.go_on(self.number, until=step)
        self.task: Row[Any] = office.task(self.number, step)
        self.officer: Visitor = office.holder_of(self.task)
        self.address = f"/tasks/{self.task.id}"

    def page(self) -> str:
        return text_of(self.officer.get(self.address))

    def buttons(self, page: str) -> list[str]:
        return re.findall(r'name="_op" value="(decide:[^"]+)"', page)

    def decide(self, choice: str, **typed: Any) -> TestResponse:
        decided = re.search(r'name="_decided" value="([^"]*)"', self.page())
        assert decided is not None
        name, _, before = decided[1].partition("=")
        boxes = {name: before, "_decided": decided[1], "_op": f"decide:{name}={choice}"}
        return self.officer.confirm(self.officer.post(self.address, {**typed, **boxes}))

    def typed(self, **changes: Any) -> dict[str, list[str]]:
        """What a clean case answers, without the decision."""
        return self.office.answers(self.task, **changes)

    def is_done(self) -> bool:
        return self.task.id not in {each.id for each in self.office.journey.waiting(self.number)}


STEPS = {
    "scrutinise": ["forward", "return", "close"],
    "search_records": ["report", "return"],
    "accept_enquiry": ["ours", "other_thana"],
    "endorse_enquiry": ["agree", "disagree", "return_to_eo"],
    "recommend": ["recommend", "re_enquiry", "return"],
    "decide": ["issue_clear", "issue_with_detail", "re_enquiry", "hear_applicant"],
}


@pytest.mark.parametrize("step", STEPS)
def test_each_choice_is_a_button_and_none_is_a_box(office: Office, step: str) -> None:
    desk = Desk(office, step)
    page = desk.page()
    assert [button.partition("=")[2] for button in desk.buttons(page)] == STEPS[step]
    name = desk.buttons(page)[0].partition(":")[2].partition("=")[0]
    assert f'type="radio" name="{name}"' not in page
    primary = re.findall(r'btn-primary" name="_op" value="([^"]*)"', page)
    assert primary == [f"decide:{name}={STEPS[step][0]}"], "one primary button, and it harms nobody"


@pytest.mark.parametrize("step", STEPS)
def test_the_ordinary_decision_of_a_clean_case_is_one_press(office: Office, step: str) -> None:
    desk = Desk(office, step)
    assert desk.decide(STEPS[step][0], **desk.typed()).status_code == 303
    assert desk.is_done()


@pytest.mark.parametrize(
    ("step", "choice", "asked", "answers"),
    [
        ("scrutinise", "close", "close_reason", {"close_reason": REASON}),
        ("endorse_enquiry", "disagree", "endorse_reason", {"endorse_reason": REASON}),
        ("endorse_enquiry", "return_to_eo", "endorse_reason", {"endorse_reason": REASON}),
        ("recommend", "return", "sp_reason", {"sp_reason": REASON}),
        ("decide", "issue_with_detail", "dm_reason", {"dm_reason": REASON}),
        ("decide", "re_enquiry", "dm_reason", {"dm_reason": REASON}),
    ],
)
def test_a_grave_decision_first_asks_what_it_needs_and_then_is_sent(
    office: Office, step: str, choice: str, asked: str, answers: dict[str, str]
) -> None:
    desk = Desk(office, step)
    assert f'name="{asked}"' in desk.page()
    assert re.search(rf'data-box="{asked}"[^>]* hidden', desk.page()), "not asked before the decision"
    first = desk.decide(choice, **desk.typed())
    assert first.headers["Location"] == f"{desk.address}#decided"
    assert not desk.is_done()
    page = desk.page()
    assert "आपका निर्णय:" in page
    assert "error-summary" not in page, "what was not asked is no fault"
    assert not re.search(rf'data-box="{asked}"[^>]* hidden', page)
    assert desk.buttons(page)[0].endswith(f"={choice}")
    missing = desk.decide(choice, **desk.typed())
    assert missing.status_code == 422
    assert f'href="#f-{asked}"' in text_of(missing)
    assert desk.decide(choice, **{**desk.typed(), **answers}).status_code == 303
    assert desk.is_done()


def test_what_was_on_the_page_before_is_told_at_the_first_press(office: Office) -> None:
    desk = Desk(office, "scrutinise")
    answer = desk.decide("forward", **desk.typed(scrutiny=["letter"]))
    page = text_of(answer)
    assert answer.status_code == 422
    assert 'href="#f-scrutiny"' in page
    assert re.search(r'value="letter" checked', page), "what was ticked stays ticked"


def test_a_decision_that_asks_for_more_tells_what_was_typed_wrongly_before_it(office: Office) -> None:
    desk = Desk(office, "decide")
    answer = desk.decide("issue_with_detail", **desk.typed(lang="fr"))
    assert answer.status_code == 422
    assert re.findall(r'href="#(f-[a-z_]+)"', text_of(answer)) == ["f-lang"], (
        "the order is asked for, not missed"
    )


def test_a_decision_is_changed_by_another_button(office: Office) -> None:
    desk = Desk(office, "decide")
    desk.decide("re_enquiry", **desk.typed())
    assert "आपका निर्णय: पुलिस अधीक्षक को वापस करें" in desk.page()
    assert desk.decide("issue_clear", **desk.typed()).status_code == 303
    assert desk.is_done()


def test_a_decision_that_is_not_offered_is_refused_in_words_beside_the_buttons(office: Office) -> None:
    desk = Desk(office, "decide")
    answer = desk.decide("refuse", **desk.typed())
    page = text_of(answer)
    assert answer.status_code == 422
    assert 'href="#f-dm_decision"' in page
    assert 'id="f-dm_decision"' in page
    assert page.count("दिए गए बटनों में से एक दबाएँ") == 2, "in the list of faults and at the buttons"
    assert not desk.is_done()


@pytest.mark.parametrize("op", ["submit", "", "decide:", "decide:dm_decision", "issue_clear"])
def test_a_form_without_a_decision_decides_nothing(office: Office, op: str) -> None:
    desk = Desk(office, "decide")
    page = desk.page()
    typed = {name: text for name, text in desk.typed().items() if name != "dm_decision"}
    answer = desk.officer.post(
        desk.address, {**typed, "dm_decision": "", "_decided": "dm_decision=", "_op": op}
    )
    assert answer.status_code in (303, 422), page
    assert not desk.is_done()


def test_a_clean_paper_is_not_the_first_button_of_a_case_with_facts(office: Office) -> None:
    thana = next(iter(office.journey.staff.offices(Role.SHO).items()))
    number = office.journey.new_case([thana[0]])
    office.journey.go_on(number, "check_registers", "search_records")
    charged = {**FIR, "district": "218", "thana": str(thana[1])}
    charged |= {"stage": "chargesheeted", "stage_ref": "आरोप पत्र 14/2024"}
    found = {"all_clear": False, **SEEN, "chk_fir_index": "found", "cases": [charged]}
    office.journey.do(number, "check_registers", **found)
    office.journey.do(number, "search_records", result="record_found", cases=[charged])
    office.journey.go_on(number, until="recommend")
    office.journey.do(number, "recommend", sp_reason="आरोप पत्र समर्पित है, विचारण लंबित है।")
    task = office.task(number, "decide")
    page = text_of(office.holder_of(task).get(f"/tasks/{task.id}"))
    assert re.findall(r'btn-primary" name="_op" value="([^"]*)"', page) == [
        "decide:dm_decision=issue_with_detail"
    ]


def test_a_third_enquiry_is_not_offered(office: Office) -> None:
    desk = Desk(office, "recommend")
    for _ in range(2):
        again = {"unit": _unit(office, desk.number), "point": REASON}
        office.journey.do(desk.number, "recommend", action="re_enquiry", sp_reason=REASON, re_enquiry=[again])
        office.journey.go_on(desk.number, until="recommend")
    last = office.task(desk.number, "recommend")
    page = text_of(office.holder_of(last).get(f"/tasks/{last.id}"))
    assert desk.buttons(page) == ["decide:action=recommend", "decide:action=return"]


def _unit(office: Office, number: str) -> str:
    task = office.task(number, "recommend")
    page = text_of(office.holder_of(task).get(f"/tasks/{task.id}"))
    found = re.search(
        r'<select[^>]*name="re_enquiry-0-unit".*?<option value="([0-9a-f-]{36})"', page, re.DOTALL
    )
    assert found is not None
    return found[1]


def test_a_step_without_a_decision_is_sent_by_a_button_of_its_own_name(office: Office) -> None:
    desk = Desk(office, "route")
    page = desk.page()
    assert re.search(r'btn-primary" name="_op" value="submit">इकाइयों को भेजें<', page)
    assert desk.buttons(page) == []


def test_the_officer_to_whom_the_fewest_cases_are_open_is_proposed(office: Office) -> None:
    desk = Desk(office, "accept_enquiry")
    offered = re.findall(r'name="eo" value="([0-9a-f-]+)"( checked)?', desk.page())
    assert [bool(checked) for _, checked in offered] == [True] + [False] * (len(offered) - 1)
