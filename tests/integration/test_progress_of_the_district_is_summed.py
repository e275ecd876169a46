"""The page of the whole district: sums that follow every act, filters, a click to the cases, each post its own."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from alembic import command
from sqlalchemy import delete, select, update

from app.domain.roles import Role
from app.models.tables.tallies import TOOK, column_of, pace_count, standing_count
from app.services.installation import migrations
from app.services.reports import tracking
from app.services.reports.tracking import Asked, Count
from app.services.store import scopes
from app.services.store.scopes import actor_scope
from app.services.workflow import tallies
from app.services.workflow.tallies import Days, Pace
from tests.districts import NOW
from tests.journey import scan
from tests.office import text_of

if TYPE_CHECKING:
    from app.domain.roles import Actor
    from app.services.reports.tracking import Overview, StepCount
    from tests.journey import Journey
    from tests.office import Office

THANAS = ["th_mufassil", "th_garkha"]


def overview(journey: Journey, actor: Actor, **asked: object) -> Overview:
    return journey.database.read(
        lambda rows: tracking.overview(rows, actor, Asked(**asked), journey.now), actor_scope(actor)
    )


def at(found: Overview, element: str) -> StepCount:
    return next(row for row in found.rows if row.element_id == element)


def drifted(journey: Journey) -> int:
    return journey.database.write(tallies.recount, scopes.recount(218))


def test_the_sums_say_what_the_tasks_say_after_every_act(journey: Journey) -> None:
    number = journey.new_case(THANAS)
    for step in ("route", "accept_enquiry", "visit", "endorse_enquiry", "recommend", "decide", ""):
        journey.now += timedelta(days=1)
        journey.go_on(number, until=step)
        assert drifted(journey) == 0, step


def test_sums_that_were_lost_are_told_anew_and_by_the_migration(journey: Journey) -> None:
    number = journey.new_case(THANAS)
    journey.now += timedelta(days=4)
    journey.go_on(number, until="recommend")

    def rows() -> list[list[tuple[object, ...]]]:
        with journey.database.engine.connect() as connection:
            return [
                sorted(map(tuple, connection.execute(select(each))), key=str)
                for each in (standing_count, pace_count)
            ]

    right = rows()
    with journey.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(update(standing_count).values(open=7))
        connection.execute(delete(pace_count))
    assert drifted(journey) == sum(map(len, right))
    assert rows() == right
    with journey.database.engine.execution_options(writing=True).begin() as connection:
        config = migrations._config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0011")
    assert migrations.upgrade(journey.database.engine) is True
    assert rows() == right


def test_a_step_shows_what_is_open_and_how_long_it_took(office: Office) -> None:
    journey = office.journey
    for days in (1, 2, 8):
        journey.now = NOW
        number = journey.new_case(THANAS[:1])
        journey.now = NOW + timedelta(days=days)  # Monday; a Sunday lies within the eight
        journey.do(number, "scrutinise")
    sp = journey.staff.holder(Role.SP)
    found = overview(journey, sp)
    assert at(found, "scrutinise").pace == Pace(3, Days(2), Days(7))
    assert at(found, "scrutinise").count == Count()
    assert at(found, "route").count == Count(3, 2)
    assert found.counts["handle_case"] == Count(3, 2)
    assert at(overview(journey, sp, period="2026-10"), "scrutinise").pace is None
    compared = at(overview(journey, sp, period="12m", against="2026-11"), "scrutinise")
    assert (compared.pace.done, compared.before.done) == (3, 2)


def test_filters_narrow_every_number_and_the_list_behind_it(office: Office) -> None:
    journey = office.journey
    clerk = journey.register()
    bank = journey.register(purpose="bank_agent", letter_no="का०-2")
    numbers = [journey.add(clerk, THANAS[:1]), journey.add(clerk, THANAS[1:])]
    numbers.append(journey.add(bank, THANAS[:1], [scan("photo")]))
    for number in numbers:
        journey.go_on(number, "accept_enquiry", "search_records")
    sp = journey.staff.holder(Role.SP)
    thana = journey.staff.offices(Role.SHO)[THANAS[0]]
    letter = "2026/2"
    for asked, count in (
        ({}, 3),
        ({"purpose": "bank_agent"}, 1),
        ({"office_id": thana}, 2),
        ({"letter": letter}, 1),
    ):
        found = overview(journey, sp, **asked)
        assert at(found, "accept_enquiry").count.open == count, asked
        behind = journey.database.read(
            lambda rows, asked=asked: tracking.waiting(
                rows, sp, "accept_enquiry", Asked(**asked), "", journey.now
            ),
            actor_scope(sp),
        )
        assert len(behind.cases) == count, asked
    assert at(overview(journey, sp, letter=letter), "scrutinise").pace.done == 1
    assert overview(journey, sp, letter="2026/99").no_letter


def test_each_post_counts_those_whom_it_supervises(office: Office) -> None:
    journey = office.journey
    for thana in THANAS:
        journey.go_on(journey.new_case([thana]), "accept_enquiry", "search_records")
    thana = journey.staff.offices(Role.SHO)[THANAS[0]]
    seen = {}
    for role in (Role.DM, Role.SP, Role.SHO, Role.DCRB, Role.PROCESS_ADMIN):
        actor = journey.staff.holder(role, thana if role is Role.SHO else None)
        found = overview(journey, actor)
        seen[role] = (at(found, "accept_enquiry").count.open, at(found, "search_records").count.open)
    assert seen == {
        Role.DM: (2, 2),
        Role.SP: (2, 2),
        Role.PROCESS_ADMIN: (2, 2),
        Role.SHO: (1, 0),
        Role.DCRB: (0, 2),
    }
    over = [
        journey.staff.holder(Role.SDPO, office_id) for office_id in journey.staff.offices(Role.SDPO).values()
    ]
    assert sum(at(overview(journey, each), "accept_enquiry").count.open for each in over) == 2
    assert sum(at(overview(journey, each), "search_records").count.open for each in over) == 0


def test_the_page_leads_to_the_cases_late_ones_first_page_by_page(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking, "A_PAGE", 2)
    journey = office.journey
    for days in (3, 0, 1):
        journey.now = NOW + timedelta(days=days)
        journey.new_case(THANAS[:1])
    office.now = journey.now
    head = office.at(Role.DM_SECTION_HEAD)
    page = text_of(head.get("/tracking"))
    link = re.search(r'href="(/tracking/steps/scrutinise)"', page)
    assert link is not None
    assert page.count(link[1]) == 2  # in the table and on the diagram
    first = text_of(head.get(link[1]))
    order = re.findall(r'class="number">(SRN/2026/\d+)', first)
    assert order == ["SRN/2026/00002", "SRN/2026/00003"]
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    last = text_of(head.get(following[1].replace("&amp;", "&")))
    assert re.findall(r'class="number">(SRN/2026/\d+)', last) == ["SRN/2026/00001"]
    assert head.get("/tracking/steps/none_such").status_code == 404
    viewer = office.at(Role.PROCESS_ADMIN)
    assert "/tracking/steps/" not in text_of(viewer.get("/tracking"))
    assert viewer.get(link[1]).status_code == 403


@pytest.mark.parametrize(
    "asked",
    [
        "period=2026-13",
        "period=x",
        "against=12",
        "office=1",
        "release=ff",
        "letter=%00",
        "purpose=';--",
        "after=x~y",
    ],
)
def test_an_odd_filter_is_answered(office: Office, asked: str) -> None:
    sp = office.at(Role.SP)
    assert sp.get(f"/tracking?{asked}").status_code == 200
    assert sp.get(f"/tracking/steps/scrutinise?{asked}").status_code == 200


def test_days_fall_into_columns_and_come_back_as_ranks() -> None:
    assert [column_of(days) for days in (0, 20, 21, 30, 31, 60, 61, 4000)] == [
        *("took_0", "took_20", "took_to_30", "took_to_30"),
        *("took_to_60", "took_to_60", "took_more", "took_more"),
    ]
    assert len(set(TOOK)) == len(TOOK) == 24
    assert tallies.pace({}) is None
    assert tallies.pace(tallies.histogram([5])) == Pace(1, Days(5), Days(5))
    assert tallies.pace(tallies.histogram(range(1, 11))) == Pace(10, Days(5), Days(9))
    assert tallies.pace(tallies.histogram([3, 40, 70])) == Pace(
        3, Days(31, is_more=True), Days(61, is_more=True)
    )


def test_a_period_is_one_month_or_several() -> None:
    today = date(2026, 1, 31)
    assert tracking.months("3m", today) == (date(2025, 11, 1), date(2026, 1, 1))
    assert tracking.months("2025-07", today) == (date(2025, 7, 1), date(2025, 7, 1))
    assert [tracking.is_period(text) for text in ("12m", "2026-11", "2026-13", "2026-W1", "", "99")] == [
        *(True, True, False, False, False, False),
    ]
