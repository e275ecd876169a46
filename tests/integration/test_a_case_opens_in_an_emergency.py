"""A case outside one's sight opens in an emergency for half an hour, on a ground, told above; nothing else opens."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, select, update

from app.domain.emergency import LASTS, MOST_A_DAY
from app.domain.errors import NotAllowed, NotFound
from app.domain.numbers import in_address
from app.domain.roles import Role
from app.models.record import emergencies
from app.models.tables.audit import audit
from app.models.tables.cases import enquiry
from app.models.tables.workflow import notification
from app.services.casework import emergency
from app.services.reports import watch
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.journey import CANDIDATE
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.domain.roles import Actor


@pytest.fixture(scope="module")
def world(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A district with a case of one thana, `number`, whose enquiry is written."""
    folder = tmp_path_factory.mktemp("emergency")
    shutil.copy(demo_sqlite, folder / "satyapan.db")
    made = Office(folder, NOW)
    made.number = made.journey.new_case(["th_mufassil"])
    made.journey.go_on(made.number, "endorse_enquiry")
    yield made
    made.database.close()


@pytest.fixture
def office(world: Office) -> Office:
    """The same, without what another test has opened."""
    with world.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(delete(emergencies.emergency))
        connection.execute(delete(notification))
    world.now = NOW
    return world


def sho(office: Office) -> Actor:
    """The SHO of a thana that has nothing to do with the case."""
    staff = office.journey.staff
    return staff.holder(Role.SHO, staff.offices(Role.SHO)["th_derni"])


def opened(office: Office, actor: Actor, number: str = "", ground: str = "life") -> str:
    return office.database.write(
        lambda rows: emergency.open_case(rows, actor, number or office.number, ground, office.now),
        actor_scope(actor),
    )


def problems(office: Office, actor: Actor, *given: str) -> dict[str, str]:
    with pytest.raises(emergency.Refused) as refused:
        opened(office, actor, *given)
    return dict(refused.value.problems)


def rows_of(office: Office, table: Any, *conditions: Any) -> list[Any]:
    with office.database.engine.connect() as connection:
        return list(connection.execute(select(table).where(*conditions)))


def test_it_opens_for_half_an_hour_and_shows_the_person_on_a_page_of_its_own(office):
    visitor, address = office.at(Role.SHO, "th_derni"), f"/emergency/{in_address(office.number)}"
    assert visitor.get(address).status_code == 404
    visitor.get("/emergency")
    answer = visitor.post("/emergency", {"number": office.number, "ground": "wanted"})
    assert answer.headers["Location"] == address
    page = text_of(visitor.get(address))
    assert CANDIDATE["name_hi"] in page
    assert "आपात दर्शन: यह प्रकरण आपके कार्यालय का नहीं है" in page
    assert visitor.get(f"/cases/{in_address(office.number)}").status_code == 404, "the row scope is as it was"
    office.now = NOW + LASTS + timedelta(seconds=1)
    assert office.at(Role.SHO, "th_derni").get(address).status_code == 404


def test_those_above_are_told_at_once_and_the_record_and_the_digest_tell_of_it(office):
    actor = sho(office)
    opened(office, actor)
    emergency.see(office.database, actor, office.number, office.now)
    told = {row.role for row in rows_of(office, notification, notification.c.kind == emergency.KIND)}
    assert told == {"sdpo", "sp"}
    acts = rows_of(office, audit, audit.c.actor_id == actor.officer_id, audit.c.stream == "access")
    assert [row.action for row in acts][-2:] == ["case:break_glass", "case:see"]
    assert acts[-2].detail["ground"] == "life"
    sp = office.journey.staff.holder(Role.SP)
    scope = actor_scope(sp)
    shown = office.database.read(lambda rows: emergency.told(rows, sp, office.now), scope)
    assert [(row.number, row.ground) for row, _ in shown] == [(office.number, "life")]
    week = office.database.read(lambda rows: watch.see(rows, sp, watch.weeks(office.now)[0]), scope)
    odd = {line.odd for line in week.lines if line.officer_id == actor.officer_id}
    assert {watch.Odd.EMERGENCY, watch.Odd.OUTSIDE_WORK} <= odd


def test_what_the_special_branch_wrote_is_not_shown(office):
    actor = sho(office)
    opened(office, actor)
    before = emergency.see(office.database, actor, office.number, office.now).answers
    assert any(answer.unit_kind == "thana" for answer in before)
    with office.database.engine.execution_options(writing=True).begin() as connection:
        kind = {"unit_kind": "special_branch"}
        own = rows_of(office, enquiry, enquiry.c.unit_kind == "thana")[0].id
        branch = office.journey.staff.offices(Role.SPECIAL_BRANCH)
        place = {"office_id": next(iter(branch.values()))}
        connection.execute(update(enquiry).where(enquiry.c.id == own).values(**kind, **place))
    after = emergency.see(office.database, actor, office.number, office.now).answers
    assert not any(answer.unit_kind in ("special_branch", "thana") for answer in after)
    assert after, "what was entered of the person is there still"


def test_no_case_of_another_district_opens_and_none_without_a_ground(office):
    of_buxar = replace(sho(office), district_id=194)
    assert problems(office, of_buxar) == {"number": "retention.problem.case"}
    assert problems(office, sho(office), office.number, "curious") == {"ground": "emergency.problem.ground"}
    assert problems(office, sho(office), "राहुल") == {"number": "retention.problem.case"}
    assert rows_of(office, emergencies.emergency) == []


def test_so_many_a_day_and_no_more(office):
    for _ in range(MOST_A_DAY):
        opened(office, sho(office))
    assert problems(office, sho(office)) == {"number": "emergency.problem.often"}
    office.now = NOW + timedelta(days=1, seconds=1)
    assert opened(office, sho(office)) == office.number


def test_who_sees_the_case_anyway_is_led_to_it_and_nothing_is_opened(office):
    dm = office.journey.staff.holder(Role.DM)
    with pytest.raises(emergency.InSight):
        opened(office, dm)
    assert rows_of(office, emergencies.emergency) == []


@pytest.mark.parametrize("role", [Role.PROCESS_ADMIN, Role.USER_ADMIN, Role.THANA_MUNSHI, Role.DCRB])
def test_nobody_else_opens_anything(office, role):
    actor = office.journey.staff.holder(role)
    with pytest.raises(NotAllowed):
        opened(office, actor)
    with pytest.raises(NotAllowed):
        emergency.see(office.database, actor, office.number, office.now)
    assert office.at(role).get("/emergency").status_code == 403


def test_another_officer_of_the_same_thana_does_not_read_what_was_opened(office):
    opened(office, sho(office))
    staff = office.journey.staff
    other = staff.holder(Role.SHO, staff.offices(Role.SHO)["th_garkha"])
    with pytest.raises(NotFound):
        emergency.see(office.database, other, office.number, office.now)
