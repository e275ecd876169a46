"""A district of which the gazetteer knows no police: offices are added, its list of lacks empties, a case walks."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from app import spreadsheets
from app.domain.roles import Role
from app.models.intake.rosters import roster
from app.models.scope import SystemReason, SystemScope, visible
from app.models.tables.cases import case
from app.models.tables.offices import jurisdiction
from app.models.tables.papers import certificate
from app.services.district import thanas
from app.services.installation.lacks import State
from app.services.intake import officelists, rosterwork
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.office import MULTIPART, text_of
from tests.settling import BHOJPUR, SDPO, THANA, Settling
from tests.two_districts import SARAN, District
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def bare(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo district's database with a bare third district, to be copied."""
    folder = tmp_path_factory.mktemp("bare")
    shutil.copy(demo_sqlite, folder / "satyapan.db")
    Settling(f"sqlite:///{folder / 'satyapan.db'}", folder, NOW).database.close()
    return folder / "satyapan.db"


@pytest.fixture
def settling(bare: Path, tmp_path: Path) -> Iterator[Settling]:
    shutil.copy(bare, tmp_path / "satyapan.db")
    made = Settling(f"sqlite:///{tmp_path / 'satyapan.db'}", tmp_path, NOW)
    yield made
    made.database.close()


@pytest.fixture
def on_either(demo_url: str, tmp_path: Path) -> Iterator[Settling]:
    made = Settling(demo_url, tmp_path, NOW)
    yield made
    made.database.close()


def test_from_nothing_to_a_drawn_report_and_nothing_of_it_is_seen_elsewhere(on_either: Settling) -> None:
    settling = on_either
    assert {"sdpo", "thana"} <= settling.lacking()
    admin = settling.admin()
    assert settling.add(admin, **SDPO).status_code == 303
    assert settling.add(admin, **THANA).status_code == 303
    assert not settling.lacking() & {"offices", "sdpo", "thana", "superiors"}
    assert {"post:sdpo", "post:sho", "post:dm"} <= settling.lacking()
    settling.fill_seats()
    assert settling.lacking() == set()
    district = settling.district()
    number = district.new_case()
    district.go_on(number)
    with settling.database.engine.connect() as connection:
        own = connection.execute(select(case).where(case.c.number == number)).one()
        papers = connection.execute(select(certificate).where(certificate.c.case_id == own.id)).all()
    assert (own.district_id, own.status, len(papers)) == (BHOJPUR, "issued", 1)
    saran = District(settling.database, NOW, SARAN).staff.holder(Role.DM)
    seen = select(case.c.id).where(visible(case, actor_scope(saran)), case.c.number == number)
    assert settling.database.read(lambda rows: rows.connection.execute(seen).all(), actor_scope(saran)) == []


def test_the_command_prints_the_list_that_the_page_shows(settling: Settling) -> None:
    said = settling.app.test_cli_runner().invoke(args=["district", "lacks", "--district", str(BHOJPUR)])
    page = text_of(settling.admin().get("/admin/lacks"))
    assert said.exit_code == 1
    for words in ("कोई अनुमंडल पुलिस कार्यालय नहीं: प्रक्रिया प्रशासक जोड़ें।", "पत्र-शीर्ष और पदनाम"):
        assert words in said.output
        assert words in page
    assert 'href="/admin/offices"' in page


def test_a_letterhead_that_the_district_keeps_is_ticked_off_by_who_approves_settings(
    settling: Settling,
) -> None:
    settling.post([("dm_office", Role.DM)])
    magistrate, keeper = settling.district().staff.holder(Role.DM), settling.admin()
    visitor = Visitor(settling.app).enter(magistrate.officer_id, NOW)
    assert settling.points()["letterhead"].state is State.LOOK
    assert "यही पदनाम ठीक हैं" not in text_of(keeper.get("/admin/lacks"))
    assert keeper.post("/admin/lacks/letterhead", {"digest": "0"}).status_code == 403
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', text_of(visitor.get("/admin/lacks")))
    assert digest is not None
    visitor.post("/admin/lacks/letterhead", {"digest": "0" * 64})
    assert "इस बीच पत्र-शीर्ष बदल गया है" in text_of(visitor.get("/admin/lacks"))
    assert settling.points()["letterhead"].state is State.LOOK, "what was not on his page he has not seen"
    assert visitor.post("/admin/lacks/letterhead", {"digest": digest[1]}).status_code == 303
    point = settling.points()["letterhead"]
    assert (point.state, point.seen and point.seen.officer_id) == (State.READY, magistrate.officer_id)
    page = text_of(keeper.get("/admin/lacks"))
    assert f"{magistrate.name_hi} ने" in page


def test_an_office_of_tomorrow_opens_tomorrow_and_is_taken_back_until_then(settling: Settling) -> None:
    admin = settling.admin()
    assert settling.add(admin, **SDPO, **{"valid_from-d": "24"}).status_code == 303
    [row] = settling.offices("sdpo")
    assert "sdpo" in settling.lacking(), "it is not there before its day"
    later = settling.add(admin, **THANA)
    assert later.status_code == 422, "no police station opens before its SDPO"
    assert admin.post_and_follow("/admin/offices/undo", {"office": str(row.id)}).status_code == 200
    assert settling.offices("sdpo") == []
    assert settling.add(admin, **SDPO, **{"valid_from-d": "24"}).status_code == 303
    settling.now += timedelta(days=1)
    assert "sdpo" not in settling.lacking()
    [row] = settling.offices("sdpo")
    again = settling.admin()
    again.get("/admin/offices")
    assert again.post("/admin/offices/undo", {"office": str(row.id)}).status_code == 422


FAULTS = {
    "no SDPO": ({"superior": ""}, "superior"),
    "an unknown SDPO": ({"superior": "SDPO-9"}, "superior"),
    "a code twice": ({"code": "SDPO-1"}, "code"),
    "a code in Hindi": ({"code": "थाना"}, "code"),
    "a name in the wrong script": ({"name_en": "आरा"}, "name_en"),
    "no Hindi name": ({"name_hi": ""}, "name_hi"),
    "two spellings equal": ({"spellings": "Arrah, arrah"}, "spellings"),
    "a spelling of another station": ({"name_en": "Another", "spellings": "Koilwar PS"}, "spellings"),
    "a PIN of five figures": ({"pin": "80230"}, "pin"),
    "a village without PIN": ({"villages": "महाजन टोली"}, "villages"),
    "a village of another station": ({"villages": "कुलहरिया 802160"}, "villages"),
    "a day that is over": ({"valid_from-d": "20"}, "valid_from"),
    "a second DCRB": ({"kind": "dcrb"}, "kind"),
}


def test_each_fault_is_told_beside_its_box_and_nothing_is_added(settling: Settling) -> None:
    admin = settling.admin()
    settling.add(admin, **SDPO)
    other = {"name_hi": "कोईलवर", "name_en": "Koilwar", "code": "PS-KOI", "spellings": "Koilwar PS"}
    settling.add(admin, **THANA | other | {"villages": "कुलहरिया 802160"})
    before = settling.offices()
    for told, (changes, box) in FAULTS.items():
        answer = settling.add(admin, **THANA | changes)
        assert answer.status_code == 422, told
        assert f'href="#f-{box}' in text_of(answer), told
    assert settling.offices() == before


def test_a_station_answers_for_its_block_and_villages_from_its_day(settling: Settling) -> None:
    admin = settling.admin()
    settling.add(admin, **SDPO)
    settling.add(admin, **THANA)
    [row] = settling.offices("thana")
    assert row.facts["spellings"] == ["Arrah Town", "टाउन आरा"]
    assert row.parent_id == settling.offices("sdpo")[0].id
    with settling.database.engine.connect() as connection:
        chosen = select(jurisdiction).where(jurisdiction.c.office_id == row.id)
        areas = connection.execute(chosen.order_by(jurisdiction.c.name)).all()
    assert [(each.area_kind, each.name, each.valid_from) for each in areas] == [
        ("village", "नवादा", NOW.date()),
        ("village", "महाजन टोली", NOW.date()),
    ]


def test_who_does_not_keep_the_offices_adds_none(settling: Settling) -> None:
    settling.fill_seats()
    dm = settling.district().staff.holder(Role.DM)
    visitor = settling.admin().enter(dm.officer_id, NOW)
    assert visitor.get("/admin/offices/new").status_code == 403
    assert visitor.get("/admin/lacks").status_code == 200


def test_a_post_held_by_somebody_who_never_came_is_to_be_looked_at(settling: Settling) -> None:
    settling.add(settling.admin(), **SDPO)
    settling.fill_seats()
    points = settling.points()
    assert points["post:sdpo"].state is State.READY
    assert points["key_dm"].state is State.LOOK
    assert points["calendar"].state is State.LOOK


HEADS = [
    "कार्यालय का प्रकार",
    "नाम (हिन्दी)",
    "Name (English)",
    "Code of the office",
    "Under which office",
    "थाने का पिन कोड",
]
GOOD = [
    ["SDPO", "अनुमंडल पुलिस कार्यालय, जगदीशपुर", "Sub-divisional police office, Jagdishpur", "sdpo-2", "", ""],
    ["थाना", "जगदीशपुर", "Jagdishpur", "PS-JAG", "SDPO-2", "८०२१५८"],
    ["Police station", "बिहिया", "Bihiya", "PS-BIH", "Sub-divisional police office, Jagdishpur", "802152"],
]
BAD = [
    ["थाना", "पीरो", "Piro", "PS-PIR", "SDPO-3", "802207"],  # its SDPO stands below
    ["SDPO", "अनुमंडल पुलिस कार्यालय, पीरो", "Sub-divisional police office, Piro", "SDPO-3", "", ""],
    ["थाना", "शाहपुर", "Shahpur", "PS-JAG", "SDPO-2", ""],  # a code that stands above
    ["थाना", "बिहिया", "Bihiya Bazar", "PS-BZR", "SDPO-2", "8021"],  # a PIN of four figures
]


def handed_in(settling: Settling, rows: list[list[str]], heads: list[str] = HEADS) -> str:
    """Hand a list in, leave its columns as they were understood, let it be judged; -> the address of its page."""
    admin = settling.admin()
    admin.get("/admin/offices/lists")
    data = spreadsheets.marked("सूची", heads, [(row, {}, ()) for row in rows], ())
    answer = admin.post("/admin/offices/lists", {"list": (BytesIO(data), "offices.xlsx")}, **MULTIPART)
    where = str(answer.headers["Location"])
    columns = dict(
        re.findall(r'name="(column-\d+)">.*?value="(\w+)" selected', text_of(admin.get(where)), re.DOTALL)
    )
    assert admin.post(f"{where}/columns", columns).status_code == 303
    work(settling)
    return where


def work(settling: Settling) -> None:
    while rosterwork.go_on(settling.database, settling.now):
        pass


def test_a_list_adds_an_sdpo_with_its_stations_and_gives_back_what_is_wrong(on_either: Settling) -> None:
    settling = on_either
    where, admin = handed_in(settling, [*GOOD, *BAD]), settling.admin()
    page = text_of(admin.get(where))
    assert "4 कार्यालय जोड़ें" in page
    given_back = list(spreadsheets.rows(admin.get(f"{where}/faults").data))
    assert [cells[3] for _, cells in given_back[1:]] == ["PS-PIR", "PS-JAG", "PS-BZR"]
    assert "PS-JAG" in given_back[2][1][len(HEADS)]
    assert admin.post(f"{where}/take").status_code == 303
    work(settling)
    offices = {row.code: row for row in settling.offices() if row.kind in ("sdpo", "thana")}
    assert set(offices) == {"SDPO-2", "SDPO-3", "PS-JAG", "PS-BIH"}
    assert {offices[code].parent_id for code in ("PS-JAG", "PS-BIH")} == {offices["SDPO-2"].id}
    assert offices["PS-JAG"].facts["pin"] == "802158"
    assert not settling.lacking() & {"sdpo", "thana", "superiors"}


def test_what_came_between_is_judged_again_before_it_is_added(on_either: Settling) -> None:
    settling = on_either
    where, admin = handed_in(settling, GOOD), settling.admin()
    assert settling.add(admin, **SDPO | {"code": "SDPO-2"}).status_code == 303
    admin.get(where)
    admin.post(f"{where}/take")
    work(settling)
    assert [row.code for row in settling.offices("sdpo")] == ["SDPO-2"], "the code was given meanwhile"
    assert settling.offices("thana") == [], "no station comes under another SDPO than its list says"


LATER = ["29-11-2026"]
NEW_LEAD = [
    "SDPO",
    "अनुमंडल पुलिस कार्यालय, पीरो",
    "Sub-divisional police office, Piro",
    "SDPO-3",
    "",
    "",
    "25-11-2026",
]
MOVED = ["थाना", "आरा नगर", "Ara Town", "PS-ARA", "SDPO-3", ""]


def test_a_list_puts_a_station_that_is_there_under_another_sdpo_from_its_day(on_either: Settling) -> None:
    settling, admin = on_either, on_either.admin()
    for each in (SDPO, THANA):
        assert settling.add(admin, **each).status_code == 303
    where = handed_in(settling, [NEW_LEAD, MOVED + LATER], [*HEADS, "किस दिन से"])
    admin = settling.admin()
    admin.get(where)
    assert admin.post(f"{where}/take").status_code == 303
    work(settling)
    offices = {row.code: row for row in settling.offices()}
    assert offices["PS-ARA"].parent_id == offices["SDPO-1"].id, "its day has not come"
    settling.now += timedelta(days=6)
    assert thanas.carry_out(settling.database, settling.now) == 1
    offices = {row.code: row for row in settling.offices()}
    assert offices["PS-ARA"].parent_id == offices["SDPO-3"].id


def test_a_row_that_asks_more_of_a_station_that_is_there_is_given_back(settling: Settling) -> None:
    admin = settling.admin()
    for each in (SDPO, THANA):
        assert settling.add(admin, **each).status_code == 303
    wrong = {
        "today": [*MOVED, "23-11-2026"],
        "before its SDPO": [*MOVED, "24-11-2026"],
        "another PIN": [*MOVED[:5], "802302", *LATER],
        "under whom it lies": [*MOVED[:4], "SDPO-1", "", *LATER],
        "another name": ["थाना", "पीरो", "Piro", *MOVED[3:], *LATER],
    }
    where = handed_in(
        settling, [NEW_LEAD, *wrong.values(), MOVED + LATER, MOVED + LATER], [*HEADS, "किस दिन से"]
    )
    admin = settling.admin()
    assert "2 कार्यालय जोड़ें" in text_of(admin.get(where))
    rows = list(spreadsheets.rows(admin.get(f"{where}/faults").data))[1:]
    assert len(rows) == len(wrong) + 1, "the last one stands above already"
    for told, (_, cells) in zip(
        ["कल या", "खुला नहीं होगा", "यह खाना खाली छोड़ें", "अभी भी", "दूसरे कार्यालय का", "ऊपर आ चुकी"],
        rows,
        strict=True,
    ):
        assert told in cells[len(HEADS) + 1], cells


def test_a_list_of_a_kind_that_a_worker_does_not_know_is_left_to_the_newer_one(on_either: Settling) -> None:
    settling = on_either
    where = handed_in(settling, GOOD)
    of_tomorrow = update(roster).values(subject="villages", state="checking")
    settling.database.write(
        lambda rows: rows.connection.execute(of_tomorrow), SystemScope(SystemReason.SETUP, BHOJPUR)
    )
    assert not rosterwork.go_on(settling.database, settling.now)
    of_today = update(roster).values(subject=officelists.OFFICES.subject)
    settling.database.write(
        lambda rows: rows.connection.execute(of_today), SystemScope(SystemReason.SETUP, BHOJPUR)
    )
    assert rosterwork.go_on(settling.database, settling.now)
    assert "3 कार्यालय जोड़ें" in text_of(settling.admin().get(where))


def test_the_empty_list_is_read_as_it_was_given(settling: Settling) -> None:
    data = settling.admin().get("/admin/offices/lists/template").data
    assert next(spreadsheets.rows(data))[1][:4] == [
        "कार्यालय का प्रकार",
        "नाम (हिन्दी)",
        "नाम (अंग्रेजी)",
        "कार्यालय का कोड",
    ]
