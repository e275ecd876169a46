"""Saran as public sources have it: stations, blocks, PIN codes; and the station that an address is proposed."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import insert, select, update

from app.domain.ids import new_id
from app.domain.roles import Role
from app.formjs import Posted
from app.models.district import office_queries
from app.models.scope import SystemReason, SystemScope
from app.models.tables.offices import office
from app.services.casefile import options
from app.services.district import calendars, gazetteer, places
from app.services.intake import requisitions
from app.services.procedure import releases
from app.services.store.scopes import actor_scope
from tests.districts import NOW

SARAN = SystemScope(SystemReason.SETUP, 218)
TODAY = date(2026, 11, 23)


def thanas(journey, day=TODAY):
    return journey.database.read(lambda session: office_queries.of_kind(session, "thana", day), SARAN)


def test_every_station_of_the_list_is_an_office_with_what_the_list_says(journey):
    listed = {row["slug"]: row for row in gazetteer.of_district("thanas", 218)}
    found = {row.key: row for row in thanas(journey)}
    assert len(listed) == 41
    assert found.keys() == listed.keys()
    for key, row in listed.items():
        facts = found[key].facts
        assert (found[key].name_hi, found[key].name_en) == (row["name_hi"], row["name_en"])
        assert facts["spellings"] == [each for each in row["spellings"].split("|") if each]
        assert (facts["pin"], facts["block"]) == (row["pin"], row["block"])
        assert facts["receives_verification"] == (row["receives"] == "yes")


def test_special_stations_take_no_verifications():
    kinds = Counter((row["kind"], row["receives"]) for row in gazetteer.of_district("thanas", 218))
    assert kinds == {
        ("territorial", "yes"): 36,
        ("territorial_new", "yes"): 1,
        ("special", "register_only"): 4,
    }


def test_blocks_lie_in_three_subdivisions_and_stations_in_known_blocks():
    blocks = {row["code"]: row for row in gazetteer.of_district("blocks", 218)}
    assert len(blocks) == 20
    assert {row["subdivision"] for row in blocks.values()} == {"sadar", "marhaura", "sonpur"}
    assert {row["block"] for row in gazetteer.of_district("thanas", 218)} <= blocks.keys()
    pins = gazetteer.of_district("pincodes", 218)
    assert len(pins) == 388
    assert {row["block"] for row in pins} - {""} <= blocks.keys()


def test_no_spelling_means_two_stations():
    meant: dict[str, set[str]] = {}
    for row in gazetteer.of_district("thanas", 218):
        for name in (row["name_hi"], row["name_en"], *row["spellings"].split("|")):
            if name:
                meant.setdefault(name.casefold(), set()).add(row["code"])
    assert {name: codes for name, codes in meant.items() if len(codes) > 1} == {}


@pytest.mark.parametrize(
    ("pin", "block", "keys"),
    [
        ("841208", "", {"th_ekma"}),
        ("841301", "", {"th_town_nagar", "th_bhagwan_bazar", "th_mufassil"}),
        ("841101", "2077", {"th_sonpur", "th_hariharnath", "th_pahleja", "th_akilpur"}),
        ("110001", "", set()),
    ],
)
def test_a_pin_code_proposes_the_stations_it_may_belong_to(journey, pin, block, keys):
    names = {row.id: row.key for row in thanas(journey)}
    found = journey.database.read(lambda session: places.thanas(session, pin, block, TODAY), SARAN)
    assert {names[each] for each in found} == keys


def test_a_station_left_out_is_proposed_when_only_one_comes_into_question(journey):
    letter, actor = journey.register(), journey.staff.holder(Role.DM_ASSISTANT)
    ekma = next(str(row.id) for row in thanas(journey) if row.key == "th_ekma")

    def again(pin: str):
        posted = Posted({"perm_pin": [pin], "name_hi": ["राहुल"]})
        view = journey.database.read(
            lambda s: requisitions.redraw(s, actor, requisitions.PERSON, letter, posted, NOW),
            actor_scope(actor),
        )
        return view.values

    assert again("841208")["perm_thana"] == ekma
    assert again("841208")["name_hi"] == "राहुल"
    assert not again("841301")["perm_thana"]
    assert not again("nonsense")["perm_thana"]
    left_off = Posted({"perm_pin": ["841208"], "name_hi": ["राहुल"]})
    requisitions.save_draft(journey.database, actor, requisitions.PERSON, letter, left_off, [], NOW)
    opened = journey.database.read(
        lambda s: requisitions.intake(s, actor, requisitions.PERSON, letter, NOW), actor_scope(actor)
    )
    assert opened.values["perm_thana"] == ekma, "what the page names it also chooses"
    assert [each.thana[0] for each in opened.stations] == ["एकमा"]


def test_a_station_that_was_closed_is_offered_no_longer(journey):
    """Its cases stay with it; new ones go to those that are open on the day."""
    gone = next(row for row in thanas(journey) if row.key == "th_ekma")
    with journey.database.engine.begin() as connection:
        connection.execute(update(office).where(office.c.id == gone.id).values(valid_to=date(2026, 11, 22)))
    assert gone.id not in {row.id for row in thanas(journey)}
    assert gone.id in {row.id for row in thanas(journey, date(2026, 11, 22))}
    found = journey.database.read(lambda s: places.thanas(s, "841208", "", calendars.day(NOW)), SARAN)
    assert gone.id not in found


def test_a_temporary_station_is_neither_chosen_nor_proposed(journey):
    """A fair has stations for some weeks: they register crimes, and nobody lives in them."""
    with journey.database.engine.begin() as connection:
        lasting = connection.execute(select(office).where(office.c.key == "th_sonpur")).one()
        facts = {**lasting.facts, "receives_verification": False, "pin": "841208", "spellings": []}
        fair = {"id": new_id(NOW), "key": "th_mela", "name_hi": "मेला थाना", "name_en": "Mela", "facts": facts}
        fair |= {"valid_from": date(2026, 11, 1), "valid_to": date(2026, 12, 10)}
        connection.execute(insert(office).values({**lasting._mapping, **fair}))
    assert "th_mela" in {row.key for row in thanas(journey)}, "it is there"

    def place(session):
        in_person = {"village": "रामपुर", "pin": "841208", "block": ""}
        loaded = releases.active(session)
        offered = options.choices(session, loaded.forms["intake"], loaded, None)["thanas"]
        return places.likely(session, in_person, TODAY), offered, options.stations(session)

    guess, offered, stations = journey.database.read(place, SARAN)
    ekma = next(row.id for row in thanas(journey) if row.key == "th_ekma")
    assert (guess.known, guess.office_id) == (places.Known.ONLY_ONE, ekma)
    assert str(fair["id"]) not in {each["value"] for each in offered}
    assert str(ekma) in {each["value"] for each in offered}
    assert str(fair["id"]) in {each["value"] for each in stations}, "crimes are registered there"
