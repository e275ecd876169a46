"""The proof by use: officers take a case from the letter to its department, in the browser alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import LOOKS, PHONE_NO_SCRIPT
from tests.browser.officers import Officers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.pages import Screen
    from tests.journey import Journey
    from tests.serving import Site

#: Step -> taps of a clean case from opening it to sending it, both counted, and typed entries: no step costs more.
COSTS = {
    "scrutinise": (7, 0),
    "route": (2, 0),
    "search_records": (13, 1),
    "accept_enquiry": (2, 0),
    "visit": (9, 2),
    "check_registers": (4, 0),
    "endorse_enquiry": (3, 0),
    "recommend": (4, 1),
    "decide": (4, 1),
    "dispatch": (2, 0),
}


@pytest.fixture(params=(LOOKS[0], PHONE_NO_SCRIPT), ids=lambda look: look.name)
def officers(request: pytest.FixtureRequest, desk: Callable[..., Screen], site: Site) -> Iterator[Officers]:
    return Officers(desk, site, request.param)


def test_eight_posts_take_a_case_with_two_thanas_to_its_department_and_nothing_is_printed(
    officers: Officers,
) -> None:
    letter = officers.enter_letter("सरकारी सेवा में नियुक्ति", department="शिक्षा विभाग")
    number = officers.enter_candidate(letter, ("मुफस्सिल", "गड़खा"))
    officers.scrutinise(number)
    officers.route(number)
    officers.search(number)
    for thana in ("th_mufassil", "th_garkha"):
        officers.enquire(number, thana)
    officers.recommend(number, "इस अनुशंसा पर मेरे हस्ताक्षर हैं")
    officers.decide(number)
    officers.read_paper("dm", number)
    officers.deliver(number)
    officers.receive(number)
    officers.counted.pop("review_findings", None)  # by lot
    assert officers.counted == COSTS
    taps, typed = officers.counted["visit"]
    assert taps <= 12, "the promise to who stands at the door"
    assert typed <= 2


@pytest.fixture(params=(LOOKS[0], PHONE_NO_SCRIPT), ids=lambda look: look.name)
def others(request: pytest.FixtureRequest, desk: Callable[..., Screen], site: Site) -> Officers:
    """The same officers at a desktop, and on telephones without scripts: the looks that differ most."""
    return Officers(desk, site, request.param)


def test_the_superintendent_returns_a_case_for_another_enquiry(others: Officers, journey: Journey) -> None:
    number = journey.new_case(["th_marhaura"])
    journey.go_on(number, until="recommend")  # as the first test goes by hand
    screen = others.task("sp", number)
    screen.press("पुनः जाँच कराएँ").sound("task-recommend-again")
    screen.page.locator("select[name='re_enquiry-0-unit']").select_option(label="थाना मढ़ौरा")
    screen.page.locator("textarea[name='re_enquiry-0-point']").fill("पूर्व के निवास की पुष्टि करें")
    screen.page.locator("textarea[name='sp_reason']").fill("पूर्व का निवास स्पष्ट नहीं है")
    others.send(screen, "पुनः जाँच कराएँ")
    journey.go_on(number, until="visit")
    [visit] = journey.waiting(number)
    again = others.visitor(number, "th_marhaura", journey.actor_of(visit).name_hi)
    assert "पूर्व के निवास की पुष्टि करें" in again.text()
    journey.go_on(number, until="recommend")
    others.recommend(number, "इस अनुशंसा पर मेरे हस्ताक्षर हैं")
    assert journey.steps(number) == ["decide"]


def test_a_paper_that_the_superintendent_signs_makes_no_task_for_the_magistrate(
    others: Officers, journey: Journey
) -> None:
    journey.new_case()  # of a person who is asked after, before the other of his name is entered
    letter = others.enter_letter("बिहार पुलिस में नियुक्ति")
    number = others.enter_candidate(letter, ("मांझी",), is_alike=True)
    journey.go_on(number, until="write_special_report")
    others.special_report(number)
    journey.go_on(number, until="recommend")
    others.recommend(number, "निर्गत करें", "इस अनुशंसा पर मेरे हस्ताक्षर हैं")
    others.read_paper("sp", number)
    assert (
        number not in others.at("dm").open(f"/inbox?search={number}").page.locator("table").all_inner_texts()
    )
