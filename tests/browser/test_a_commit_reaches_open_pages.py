"""An act of one officer appears on the pages that others have open, without a press: on counts and on the diagram."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from playwright.sync_api import expect
from sqlalchemy import select, update

from app.models.tables.cases import case, requisition
from app.models.tables.officers import login_session
from tests.browser.conftest import LOOKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator

    from tests.browser.pages import Screen
    from tests.journey import Journey
    from tests.serving import Site

_TRIES = 3  # a machine that does much else may be slow once
_WITHIN = 2.0  # seconds from the commit to the eye
_MARK = "window.isSamePage = true"


def test_an_act_appears_on_the_inbox_the_district_and_the_diagram_of_others(
    desk: Callable[..., Screen], site: Site, journey: Journey
) -> None:
    journey.do(entered(journey), "scrutinise")  # a case stands at the step already, so that it is counted
    number = entered(journey)
    reader = desk(LOOKS[0]).sign_in(site.account("sp_reader"))
    magistrate = desk(LOOKS[0]).sign_in(site.account("dm")).open("/tracking")
    chief = desk(LOOKS[2]).sign_in(site.account("sp")).open(f"/cases/{number.replace('/', '-')}/diagram")
    watch(reader, journey, number)
    for each in (magistrate, chief):
        each.page.evaluate(_MARK)
    routed = magistrate.page.locator("#live-counts tr", has_text="इकाइयों को प्रेषण")
    before = int(re.sub(r"\D", "", routed.locator("td").nth(1).inner_text()))
    step = chief.page.locator('[data-element="route"]')
    expect(step).to_have_class(re.compile("ahead"))

    took = [seconds_until_seen(reader, journey, number)]
    expect(routed.locator("td").nth(1)).to_have_text(str(before + 1))
    expect(step).to_have_class(re.compile("current"))
    for each in (reader, magistrate, chief):
        assert each.page.evaluate("window.isSamePage === true"), "the page was not loaded anew"
        each.sound("live")

    while min(took) > _WITHIN and len(took) < _TRIES:
        number = entered(journey)
        watch(reader, journey, number)
        took.append(seconds_until_seen(reader, journey, number))
    assert min(took) < _WITHIN, took


def test_ticked_rows_stay_ticked_and_a_page_whose_session_is_over_leads_to_the_door(
    desk: Callable[..., Screen], site: Site, journey: Journey
) -> None:
    first, second = entered(journey), entered(journey)
    journey.do(first, "scrutinise")
    reader = desk(LOOKS[0]).sign_in(site.account("sp_reader")).open("/inbox?sort=newest&tab=route")
    row_of(reader, first).get_by_role("checkbox").check()

    journey.do(second, "scrutinise")

    expect(row_of(reader, second)).to_be_visible()
    expect(row_of(reader, first).get_by_role("checkbox")).to_be_checked()
    expect(reader.page.get_by_text("चुने हुए कार्य: 1", exact=True)).to_be_visible()
    expect(reader.page.get_by_label("इस पृष्ठ के सभी")).to_be_visible()

    with journey.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(update(login_session).values(ended_at=login_session.c.last_seen_at))
    journey.do(entered(journey), "scrutinise")
    # What it shows of persons does not stay on a desk that was left.
    expect(reader.page).to_have_url(re.compile("/sign-in"))


def entered(journey: Journey) -> str:
    day = journey.now.date().isoformat()
    return journey.new_case(["th_mufassil"], letter_date=day, received_date=day)


def watch(reader: Screen, journey: Journey, number: str) -> None:
    """Look in the inbox for a case that is not there yet; other tests' cases fill its pages."""
    reader.open(f"/inbox?requisition={letter_of(journey, number)}").page.evaluate(_MARK)
    expect(row_of(reader, number)).to_have_count(0)


def letter_of(journey: Journey, number: str) -> str:
    wanted = select(requisition.c.number).join(case, case.c.requisition_id == requisition.c.id)
    with journey.database.engine.connect() as connection:
        return str(connection.execute(wanted.where(case.c.number == number)).scalar_one())


def row_of(reader: Screen, number: str) -> Locator:
    return reader.page.locator("[data-row]", has_text=number)


def seconds_until_seen(reader: Screen, journey: Journey, number: str) -> float:
    """Commit the act that brings the case, and wait until the open page shows it."""
    journey.do(number, "scrutinise")
    committed = time.monotonic()
    expect(row_of(reader, number)).to_be_visible()
    return time.monotonic() - committed
