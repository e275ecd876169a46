"""A police station under another SDPO from a day on: what lies open stays, what comes goes to the new one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.domain.errors import NotFound
from app.domain.roles import Role
from app.models.tables.cases import case
from app.models.tables.offices import office
from app.services.casework import cases
from app.services.district import calendars, thanas
from app.services.district.thanas import Refused, Wanted
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.office import text_of

if TYPE_CHECKING:
    from uuid import UUID

    from tests.journey import Journey
    from tests.office import Office

TODAY = calendars.day(NOW)
DAY = TODAY + timedelta(days=3)
THEN = NOW + timedelta(days=3)
STATION, BEFORE, AFTER = "th_garkha", "sdpo_sadar_1", "sdpo_sonpur"


def ids(journey: Journey) -> dict[str, UUID]:
    with journey.database.engine.connect() as connection:
        return {row.key: row.id for row in connection.execute(select(office))}


def superior(journey: Journey) -> str:
    with journey.database.engine.connect() as connection:
        rows = {row.id: row for row in connection.execute(select(office))}
    return str(rows[next(row.parent_id for row in rows.values() if row.key == STATION)].key)


def change(journey: Journey, to: str, on: Any = DAY) -> Any:
    admin = journey.staff.holder(Role.PROCESS_ADMIN)
    wanted = Wanted("under", on, to=to)
    return journey.database.write(
        lambda rows: thanas.plan(rows, admin, STATION, wanted, NOW), actor_scope(admin)
    )


def moved(journey: Journey) -> str:
    """Put the station under another SDPO; -> the one over it until then."""
    before = superior(journey)
    change(journey, AFTER if before != AFTER else "sdpo_sadar_1")
    assert thanas.carry_out(journey.database, THEN) == 1
    assert superior(journey) != before
    return before


def by_himself(journey: Journey, number: str) -> None:
    """Let the SHO name himself, who stands last in the list."""
    journey.go_on(number, "accept_enquiry", "search_records")
    task = next(each for each in journey.waiting(number) if each.element_id == "accept_enquiry")
    journey.do(number, "accept_enquiry", eo=journey.page_of(task).options["enquiry_officers"][-1]["value"])


def offices_of(journey: Journey, number: str, step: str) -> list[str]:
    keys = {value: key for key, value in ids(journey).items()}
    return [keys[task.office_id] for task in journey.waiting(number) if task.element_id == step]


def reads(journey: Journey, key: str, number: str) -> bool:
    actor = journey.staff.holder(Role.SDPO, ids(journey)[key])
    try:
        journey.database.read(
            lambda session: cases.find(session, actor, number, journey.now), actor_scope(actor)
        )
    except NotFound:
        return False
    return True


def test_it_comes_by_itself_on_its_day_and_once(journey: Journey) -> None:
    before = superior(journey)
    change(journey, AFTER)
    assert thanas.carry_out(journey.database, THEN - timedelta(days=1)) == 0
    assert superior(journey) == before
    assert thanas.carry_out(journey.database, THEN) == 1
    assert (superior(journey), thanas.carry_out(journey.database, THEN)) == (AFTER, 0)


def test_an_enquiry_that_comes_up_for_endorsement_afterwards_goes_to_the_new_one(journey: Journey) -> None:
    number = journey.new_case([STATION])
    by_himself(journey, number)
    before = moved(journey)
    assert (reads(journey, before, number), reads(journey, AFTER, number)) == (False, True)
    journey.go_on(number, "endorse_above", "search_records")
    assert offices_of(journey, number, "endorse_above") == [AFTER]


def test_what_lies_open_for_endorsement_stays_and_is_finished_where_it_lies(journey: Journey) -> None:
    number = journey.new_case([STATION])
    by_himself(journey, number)
    journey.go_on(number, "endorse_above", "search_records")
    before = moved(journey)
    assert offices_of(journey, number, "endorse_above") == [before]
    assert reads(journey, before, number), "who must act reads what he judges"
    task = next(each for each in journey.waiting(number) if each.element_id == "endorse_above")
    journey.finish(task, journey.form_of(task))
    assert not reads(journey, before, number), "it is no longer under him"
    assert "endorse_above" not in journey.steps(number)


def test_the_review_of_a_routed_case_goes_with_the_last_of_its_stations(journey: Journey) -> None:
    place = ids(journey)
    alone, beside = journey.new_case([STATION]), journey.new_case([STATION, sibling(journey)])
    for number in (alone, beside):
        journey.go_on(number, "accept_enquiry", "search_records")
    before = moved(journey)
    with journey.database.engine.connect() as connection:
        found = {row.number: row.sdpo_office_id for row in connection.execute(select(case))}
    assert found[alone] == place[AFTER]
    assert found[beside] == place[before], "another of its stations is under him still"


def sibling(journey: Journey) -> str:
    """Another station under the same SDPO that takes verifications."""
    with journey.database.engine.connect() as connection:
        rows = list(connection.execute(select(office).where(office.c.kind == "thana")))
    own = next(row for row in rows if row.key == STATION)
    return str(
        next(
            row.key
            for row in sorted(rows, key=lambda row: row.key)
            if row.parent_id == own.parent_id
            and row.id != own.id
            and row.facts["receives_verification"]
            and row.valid_from <= TODAY
            and row.valid_to is None
        )
    )


@pytest.mark.parametrize(
    ("to", "on", "box"),
    [(AFTER, TODAY, "on"), (BEFORE, DAY, "to"), ("th_derni", DAY, "to"), ("nowhere", DAY, "to")],
)
def test_what_cannot_be_is_told_at_its_box(journey: Journey, to: str, on: Any, box: str) -> None:
    before = superior(journey)
    with pytest.raises(Refused) as refused:
        change(journey, before if to == BEFORE else to, on)
    assert refused.value.box == box


def test_the_page_says_what_becomes_of_running_enquiries_before_it_is_entered(office: Office) -> None:
    admin = office.at(Role.PROCESS_ADMIN)
    assert "कार्यालय के अधीन करें" in text_of(admin.get(f"/admin/thanas/{STATION}"))
    asked = {"kind": "under", "on": DAY.isoformat(), "to": ""}
    wrong = admin.post(f"/admin/thanas/{STATION}", asked)
    assert (wrong.status_code, 'href="#to"' in text_of(wrong)) == (422, True)
    told = text_of(admin.post(f"/admin/thanas/{STATION}", {**asked, "to": AFTER}))
    assert "जो अग्रसारण या समीक्षा अभी" in told
    shown = text_of(admin.post_and_follow(f"/admin/thanas/{STATION}", {**asked, "to": AFTER, "_op": "do"}))
    assert "अनुमंडल पुलिस कार्यालय, सोनपुर के अधीन" in shown
