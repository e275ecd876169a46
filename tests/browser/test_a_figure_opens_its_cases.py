"""A figure of the pendency statement, pressed on a phone without scripts, opens as many cases as it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.conftest import PHONE_NO_SCRIPT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.pages import Screen
    from tests.journey import Journey
    from tests.serving import Site


def test_a_figure_of_the_statement_opens_the_cases_that_it_counts(
    desk: Callable[..., Screen], site: Site, journey: Journey
) -> None:
    number = journey.new_case(["th_derni"])
    journey.go_on(number, until="accept_enquiry")
    screen = desk(PHONE_NO_SCRIPT).sign_in(site.account("dm")).open("/reports/pendency")
    thana = screen.page.locator("tbody tr", has_text="थाना डेरनी")
    figure = thana.locator('a.figure[href*="figure=closing"]')
    counted = int(figure.inner_text())
    screen.click(figure)
    expect(screen.page.locator("[data-row]")).to_have_count(counted)
    expect(screen.page.locator("[data-row]", has_text=number)).to_be_visible()
    screen.sound("figure-cases")
    assert screen.heading.startswith("थाना डेरनी: ")
    screen.open("/cases?age=7").sound("cases-by-age")
    screen.open("/reports/kept").sound("kept-statements")
