"""Police stations change from a day on: planned, told, taken back until then; what is old keeps its old name."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.domain.areas import area_key
from app.domain.errors import NotAllowed, NotFound
from app.domain.offices import name_on
from app.domain.roles import Role
from app.models.tables.cases import case
from app.models.tables.offices import jurisdiction, office
from app.services.casefile import options
from app.services.casefile.casefile import CaseFile
from app.services.district import calendars, places, thanas
from app.services.district.thanas import Refused, Wanted
from app.services.papers.paperpeople import People
from app.services.procedure import releases
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.office import text_of

if TYPE_CHECKING:
    from tests.journey import Journey
    from tests.office import Office

TODAY = calendars.day(NOW)
DAY = TODAY + timedelta(days=3)
THEN = NOW + timedelta(days=3)
RENAMED = Wanted("rename", DAY, "गरखा नगर", "Garkha Nagar")


def admin_of(journey: Journey) -> Any:
    return journey.staff.holder(Role.PROCESS_ADMIN)


def planned(journey: Journey, key: str, wanted: Wanted) -> Any:
    admin = admin_of(journey)
    return journey.database.write(lambda rows: thanas.plan(rows, admin, key, wanted, NOW), actor_scope(admin))


def row(journey: Journey, key: str) -> Any:
    with journey.database.engine.connect() as connection:
        return connection.execute(select(office).where(office.c.key == key)).one()


def offered(journey: Journey, day: date) -> list[str]:
    """The keys of stations that take verifications on a day."""
    with journey.database.engine.connect() as connection:
        found = connection.execute(select(office).where(office.c.kind == "thana")).all()
    return [
        each.key
        for each in found
        if each.valid_from <= day and (each.valid_to is None or each.valid_to >= day)
    ]


def likely(journey: Journey, village: str, now: Any) -> Any:
    dm = journey.staff.holder(Role.DM_ASSISTANT)
    place = {"village": village, "pin": "841311"}
    return journey.database.read(lambda rows: places.likely(rows, place, calendars.day(now)), actor_scope(dm))


def test_a_new_name_comes_on_its_day_and_the_old_one_stays_a_spelling(journey: Journey) -> None:
    planned(journey, "th_garkha", RENAMED)
    assert thanas.carry_out(journey.database, THEN - timedelta(days=1)) == 0
    assert row(journey, "th_garkha").name_en == "Garkha"
    assert thanas.carry_out(journey.database, THEN) == 1
    assert thanas.carry_out(journey.database, THEN) == 0, "once"
    found = row(journey, "th_garkha")
    assert (found.name_hi, found.name_en) == ("गरखा नगर", "Garkha Nagar")
    assert {"गड़खा", "Garkha"} & set(found.facts["spellings"])
    names = (found.name_hi, found.name_en)
    assert name_on(names, found.facts, DAY - timedelta(days=1))[1] == "Garkha"
    assert name_on(names, found.facts, DAY) == names


def test_papers_of_a_case_that_was_there_before_keep_the_old_name(journey: Journey) -> None:
    number = journey.new_case(["th_garkha"])
    old = row(journey, "th_garkha")
    planned(journey, "th_garkha", RENAMED)
    thanas.carry_out(journey.database, THEN)
    sp = journey.staff.holder(Role.SP)

    def drawn(session: Any) -> Any:
        found = session.connection.execute(select(case).where(case.c.number == number)).one()
        file = CaseFile(session, sp, found, releases.load(session, found.release_id), THEN)
        return People(session, file.facts).subject().permanent.thana

    told = journey.database.read(drawn, actor_scope(sp))
    assert (told.hi, told.en) == (old.name_hi, old.name_en)
    assert row(journey, "th_garkha").name_hi == "गरखा नगर"


def test_a_split_founds_a_station_and_its_villages_go_there_from_that_day(journey: Journey) -> None:
    planned(
        journey, "th_garkha", Wanted("split", DAY, "मीठेपुर", "Mithepur", more="मीठेपुर, 841311\nKothia 841311")
    )
    thanas.carry_out(journey.database, THEN)
    new = row(journey, "th_mithepur")
    parent = row(journey, "th_garkha")
    assert (new.valid_from, new.valid_to, new.parent_id) == (DAY, None, parent.parent_id)
    assert new.code not in ("", parent.code)
    assert likely(journey, "ग्राम मीठेपुर", THEN).office_id == new.id
    assert likely(journey, "मीठेपुर", NOW).office_id != new.id, "not before"
    assert "th_mithepur" not in offered(journey, DAY - timedelta(days=1))


def test_a_village_that_is_given_on_lies_in_one_station_on_every_day(journey: Journey) -> None:
    planned(journey, "th_garkha", Wanted("shift", DAY, to="th_derni", more="Kothia 841311"))
    thanas.carry_out(journey.database, THEN)
    later = DAY + timedelta(days=5)
    admin = admin_of(journey)
    again = Wanted("shift", later, to="th_garkha", more="Kothia 841311")
    journey.database.write(lambda rows: thanas.plan(rows, admin, "th_derni", again, THEN), actor_scope(admin))
    thanas.carry_out(journey.database, THEN + timedelta(days=5))
    with journey.database.engine.connect() as connection:
        chosen = select(jurisdiction).where(jurisdiction.c.area_code == area_key("841311", "Kothia"))
        found = connection.execute(chosen.order_by(jurisdiction.c.valid_from)).all()
    assert [(each.valid_from, each.valid_to) for each in found] == [
        (DAY, later - timedelta(days=1)),
        (later, None),
    ]


def test_a_station_that_is_merged_ends_and_its_tasks_are_finished_where_they_are(journey: Journey) -> None:
    number = journey.new_case(["th_derni"])
    journey.go_on(number, "accept_enquiry")
    before = [(each.id, each.office_id) for each in journey.waiting(number)]
    admin = admin_of(journey)
    wanted = Wanted("merge", DAY, to="th_garkha")
    told = thanas.look(journey.database, admin, "th_derni", wanted, NOW)
    assert (told.tasks, told.change.names[1]) == (1, "Garkha")
    planned(journey, "th_derni", wanted)
    thanas.carry_out(journey.database, THEN)
    assert row(journey, "th_derni").valid_to == DAY - timedelta(days=1)
    assert "Derni" in row(journey, "th_garkha").facts["spellings"]
    assert [(each.id, each.office_id) for each in journey.waiting(number)] == before
    dm = journey.staff.holder(Role.DM_ASSISTANT)
    shown = journey.database.read(
        lambda rows: [each["en"] for each in options.stations(rows)], actor_scope(dm)
    )
    assert "Garkha" in shown


def test_what_is_planned_is_taken_back_until_its_day(journey: Journey) -> None:
    change_id, admin = planned(journey, "th_garkha", RENAMED), admin_of(journey)
    scope = actor_scope(admin)
    with pytest.raises(Refused, match="planned"):
        planned(journey, "th_garkha", Wanted("merge", DAY, to="th_derni"))
    with pytest.raises(Refused, match="over"):
        journey.database.write(lambda rows: thanas.take_back(rows, admin, change_id, THEN), scope)
    journey.database.write(lambda rows: thanas.take_back(rows, admin, change_id, NOW), scope)
    assert thanas.carry_out(journey.database, THEN) == 0
    assert row(journey, "th_garkha").name_en == "Garkha"


@pytest.mark.parametrize(
    ("wanted", "box"),
    [
        (Wanted("rename", TODAY, "गरखा नगर", "Garkha Nagar"), "on"),
        (Wanted("rename", None, "गरखा नगर", "Garkha Nagar"), "on"),
        (Wanted("rename", DAY, "Garkha", "Garkha Nagar"), "name_hi"),
        (Wanted("rename", DAY, "गरखा नगर", "गरखा"), "name_en"),
        (Wanted("rename", DAY, "डेरनी नया", "Derni"), "name_hi"),
        (Wanted("split", DAY, "मीठेपुर", "Mithepur", more="मीठेपुर"), "more"),
        (Wanted("split", DAY, "मीठेपुर", "Mithepur"), "more"),
        (Wanted("split", DAY, "मीठेपुर", "Mithepur", more="jkeiqj Vksyk 841311"), "more"),
        (Wanted("merge", DAY, to="th_garkha"), "to"),
        (Wanted("shift", DAY, to="th_nowhere", more="Kothia 841311"), "to"),
    ],
)
def test_a_change_that_cannot_be_is_told_at_its_box(journey: Journey, wanted: Wanted, box: str) -> None:
    with pytest.raises(Refused) as refused:
        planned(journey, "th_garkha", wanted)
    assert refused.value.box == box


def test_only_who_keeps_the_list_of_stations_may(journey: Journey) -> None:
    sho = journey.staff.holder(Role.SHO)
    with pytest.raises(NotAllowed):
        journey.database.write(
            lambda rows: thanas.plan(rows, sho, "th_garkha", RENAMED, NOW), actor_scope(sho)
        )
    with pytest.raises(NotFound):
        planned(journey, "th_nowhere", RENAMED)


def test_the_page_tells_what_a_change_does_before_it_is_planned(office: Office) -> None:
    journey, admin = office.journey, office.at(Role.PROCESS_ADMIN)
    assert "/admin/thanas/th_garkha" in text_of(admin.get("/admin/thanas"))
    admin.get("/admin/thanas/th_garkha?kind=rename")
    asked = {"kind": "rename", "on": DAY.isoformat(), "name_hi": "गरखा नगर", "name_en": "Garkha Nagar"}
    wrong = admin.post("/admin/thanas/th_garkha", {**asked, "name_en": "गरखा"})
    assert wrong.status_code == 422
    assert 'value="गरखा नगर"' in text_of(wrong), "nothing typed is lost"
    told = text_of(admin.post("/admin/thanas/th_garkha", {**asked, "_op": "look"}))
    assert "पत्रों में पुराना नाम ही रहेगा" in told
    assert row(journey, "th_garkha").facts.get("former") is None
    shown = text_of(admin.post_and_follow("/admin/thanas/th_garkha", {**asked, "_op": "do"}))
    assert "अपनी तिथि पर स्वयं लागू" in shown
    assert "गरखा नगर" in shown
    change_id = shown.partition('name="change" value="')[2][:36]
    assert "बदलाव वापस लिया गया" in text_of(
        admin.post_and_follow("/admin/thanas/undo", {"change": change_id})
    )
