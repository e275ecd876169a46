"""The administrator's page of incidents, as it is seen and pressed: at a desk, on a phone, without scripts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from app.domain.errors import RouteStuck
from app.models.tables.offices import office
from tests.browser.conftest import LOOKS, PHONE_NO_SCRIPT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.pages import Screen
    from tests.journey import Journey
    from tests.serving import Site


def held_up(journey: Journey, count: int) -> list[str]:
    """Cases sent on while the SP's office was not there; it is there again afterwards."""
    day = journey.now.date()
    numbers = [
        journey.new_case(letter_date=day.isoformat(), received_date=day.isoformat()) for _ in range(count)
    ]
    close_sp_office(journey, day - timedelta(days=1))
    try:
        for number in numbers:
            with pytest.raises(RouteStuck):
                journey.do(number, "scrutinise")
    finally:
        close_sp_office(journey, None)
    return numbers


def close_sp_office(journey: Journey, day: object) -> None:
    with journey.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(update(office).where(office.c.kind == "sp_office").values(valid_to=day))


@pytest.mark.parametrize("look", [LOOKS[0], PHONE_NO_SCRIPT], ids=lambda look: look.name)
def test_what_stopped_reads_clearly_and_goes_on_at_a_press(
    desk: Callable[..., Screen], site: Site, journey: Journey, look: object
) -> None:
    first, second, third = held_up(journey, 3)
    magistrate = desk(look).sign_in(site.account("dm"))
    magistrate.open(f"/cases/{first.replace('/', '-')}/diagram").sound("case-held-up")
    assert "यह प्रकरण एक बाधा से रुका है" in magistrate.text()
    screen = desk(look).sign_in(site.account("process_admin")).open("/admin").sound("incidents")
    screen.click(screen.page.get_by_role("button", name=f"पुनः प्रयास {second}", exact=True))
    assert "प्रकरण आगे बढ़ गया" in screen.text()
    assert journey.steps(second) == ["route"]
    screen.sound("incident-freed")
    screen.click(screen.page.get_by_role("button", name="सबका पुनः प्रयास"))
    assert "प्रकरण आगे बढ़ गया (" in screen.text()
    assert journey.steps(first) == journey.steps(third) == ["route"]
