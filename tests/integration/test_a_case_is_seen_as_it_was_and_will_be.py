"""The diagram of a case at a past moment, and the rest of its route with days."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from app.domain.roles import Role
from app.services.casefile import hindsight
from app.services.casework import cases
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.office import text_of

if TYPE_CHECKING:
    from app.services.casework.cases import CaseView
    from tests.office import Office

THANA, OTHER = "th_daudpur", "th_amnour"


def walked(office: Office) -> str:
    """A case of two thanas, one act a day, up to the SP's recommendation."""
    number = office.journey.new_case([THANA, OTHER])
    while (waiting := office.journey.waiting(number)) and waiting[0].element_id != "recommend":
        office.journey.now += timedelta(days=1)
        office.journey.finish(waiting[0], office.journey.form_of(waiting[0]))
    office.now = office.journey.now
    return number


def seen(office: Office, number: str, moment: hindsight.Wanted = hindsight.NOW) -> CaseView:
    actor = office.journey.staff.holder(Role.SP)
    return office.database.read(
        lambda rows: cases.find(rows, actor, number, office.now, "diagram", moment=moment), actor_scope(actor)
    )


def states(view: CaseView, at: int = 0) -> dict[str, str]:
    return {element: one.state for element, one in view.pictures[at].standing.items()}


def test_each_past_moment_shows_the_case_as_its_officers_saw_it_then(office: Office) -> None:
    number = office.journey.new_case([THANA, OTHER])
    then = []
    while (waiting := office.journey.waiting(number)) and waiting[0].element_id != "recommend":
        office.now = office.journey.now = office.journey.now + timedelta(days=1)
        view = seen(office, number)
        then.append((len(view.past.moments), [states(view, at) for at in range(len(view.pictures))]))
        office.journey.finish(waiting[0], office.journey.form_of(waiting[0]))
    assert len(then) > 8
    for step, pictures in then:
        past = seen(office, number, hindsight.Wanted(step))
        assert past.past.shown.step == step
        settled = [{k: v for k, v in each.items() if v != "ahead"} for each in pictures]
        # How late it was then is told by the act's own day, on which nothing was late yet.
        drawn = [
            {k: v if v != "late" else "current" for k, v in states(past, at).items()}
            for at in range(len(past.pictures))
        ]
        assert drawn == [{k: v if v != "late" else "current" for k, v in each.items()} for each in settled]


def test_a_day_shows_how_it_ended_and_a_day_before_the_case_its_first_act(office: Office) -> None:
    number = walked(office)
    first, *rest = seen(office, number).past.moments
    second = rest[0]
    on = seen(office, number, hindsight.Wanted(on=second.at.date())).past
    assert on.shown == second
    assert (on.before, on.after) == (first, rest[1])
    before = seen(office, number, hindsight.Wanted(on=date(2020, 1, 1))).past
    assert before.is_before
    assert before.shown == first
    assert seen(office, number, hindsight.Wanted(on=date(2099, 1, 1))).past.shown is None


def test_the_page_travels_without_scripts_and_says_that_it_is_not_today(office: Office) -> None:
    number = walked(office)
    sp, address = office.at(Role.SP), f"/cases/{number.replace('/', '-')}/diagram"
    now = text_of(sp.get(address))
    assert "का चित्र, आज का नहीं" not in now
    assert "→ आगे" in now
    past = text_of(sp.get(f"{address}?step=3"))
    assert re.search(r"का चित्र, आज का नहीं", past)
    assert "size=full&amp;step=3" in past or "step=3&amp;size=full" in past
    assert "data-element" in past
    assert "→ आगे" not in past
    wrong = text_of(sp.get(f"{address}?on=32-13-2026"))
    assert "यह तिथि नहीं है" in wrong
    assert 'value="32-13-2026"' in wrong


@pytest.mark.parametrize(
    "asked", ["step=0", "step=999999999", "step=-1", "step=२", "on=५-११-२०२६", "on=x", "step=1e9"]
)
def test_an_odd_moment_is_answered(office: Office, asked: str) -> None:
    number = office.journey.new_case([THANA])
    assert office.at(Role.SP).get(f"/cases/{number.replace('/', '-')}/diagram?{asked}").status_code == 200


def test_the_rest_of_the_route_has_days_of_the_release(office: Office) -> None:
    number = office.journey.new_case([THANA])
    expected = {each.step_en: each.on for each in seen(office, number).next_steps}
    days = list(expected.values())
    assert days == sorted(days)
    # 14 working days of `checks` from Monday, 23 November, Sundays off.
    assert days[-1] == date(2026, 12, 9)
    office.now = NOW + timedelta(days=30)
    late = seen(office, number)
    assert late.next_steps[-1].on > late.strip.due_on
