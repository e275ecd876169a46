"""An act of one officer appears on the pages that others have open, without a press: on counts and on the diagram."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.conftest import LOOKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.pages import Screen
    from tests.journey import Journey
    from tests.serving import Site

_WITHIN = 2.0  # seconds from the commit to the eye
_PATIENCE = 20_000  # milliseconds, on a machine that does much else
_MARK = "window.isSamePage = true"


def test_an_act_appears_on_the_inbox_the_district_and_the_diagram_of_others(
    desk: Callable[..., Screen], site: Site, journey: Journey
) -> None:
    day = journey.now.date().isoformat()
    number = journey.new_case(["th_mufassil"], letter_date=day, received_date=day)
    reader = desk(LOOKS[0]).sign_in(site.account("sp_reader")).open("/inbox")
    magistrate = desk(LOOKS[0]).sign_in(site.account("dm")).open("/tracking")
    chief = desk(LOOKS[2]).sign_in(site.account("sp")).open(f"/cases/{number.replace('/', '-')}/diagram")
    for each in (reader, magistrate, chief):
        each.page.evaluate(_MARK)
    routed = magistrate.page.locator("#live-counts tr", has_text="इकाइयों को प्रेषण")
    before = int(re.sub(r"\D", "", routed.locator("td").nth(1).inner_text()))
    step = chief.page.locator('[data-element="route"]')
    expect(step).to_have_class(re.compile("ahead"))
    expect(reader.page.get_by_text(number)).to_have_count(0)

    journey.do(number, "scrutinise")
    committed = time.monotonic()
    expect(reader.page.get_by_text(number).first).to_be_visible(timeout=_PATIENCE)
    seen = [time.monotonic() - committed]
    expect(routed.locator("td").nth(1)).to_have_text(str(before + 1), timeout=_PATIENCE)
    expect(step).to_have_class(re.compile("current"), timeout=_PATIENCE)
    assert seen[0] < _WITHIN or _again(reader, journey, day) < _WITHIN, seen

    for each in (reader, magistrate, chief):
        assert each.page.evaluate("window.isSamePage === true"), "the page was not loaded anew"
        each.sound("live")


def _again(reader: Screen, journey: Journey, day: str) -> float:
    """One more act, where the machine was busy at the first: how long it took to be seen."""
    number = journey.new_case(["th_mufassil"], letter_date=day, received_date=day)
    journey.do(number, "scrutinise")
    committed = time.monotonic()
    expect(reader.page.get_by_text(number).first).to_be_visible(timeout=_PATIENCE)
    return time.monotonic() - committed
