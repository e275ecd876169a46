"""Whose clock ran, on the page of a case and in each office's own list; and history under a holiday added late."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app.domain.roles import Role
from app.models.district import setup_queries
from app.models.scope import SystemReason, SystemScope
from app.services.timekeeping import recomputing
from tests.districts import NOW
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

SETUP = SystemScope(SystemReason.SETUP, 218)


@pytest.fixture(scope="module")
def place(demo_sqlite: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office in which a case came to its thana on a Monday, and lay there for eight working days."""
    folder = tmp_path_factory.mktemp("clocks")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    made = begun(Office(folder, NOW))
    yield made
    made.database.close()


def begun(made: Office) -> Office:
    made.number = made.journey.new_case(["th_mashrakh"])
    made.journey.go_on(made.number, "accept_enquiry")
    made.now = NOW + timedelta(days=9)
    return made


def address(number: str, tab: str) -> str:
    return f"/cases/{number.replace('/', '-')}/{tab}"


def test_dm_and_sp_read_the_ledger_of_every_office_and_the_statutory_clock(place):
    for role in (Role.DM, Role.SP, Role.SP_READER):
        shown = text_of(place.at(role).get(address(place.number, "clock")))
        assert "जिला पदाधिकारी का कार्यालय" in shown
        assert "थाना मशरक" in shown
        assert "सकल 8 कार्यदिवस" in shown
        assert "अनुमानित शास्ति: ₹0 (केवल सूचनार्थ)" in shown


def test_a_thana_reads_its_own_clock_and_no_other_office(place):
    shown = text_of(place.at(Role.SHO, "th_mashrakh").get(address(place.number, "clock")))
    assert "थाना मशरक" in shown
    assert "यहाँ केवल आपके कार्यालय की घड़ी दिखती है।" in shown
    ledger = shown.partition('id="ledger"')[2]
    assert "जिला पदाधिकारी" not in ledger.partition("</table>")[0]
    assert "शास्ति" not in shown


def test_each_list_holds_the_case_while_it_belongs_there(place):
    sho = place.at(Role.SHO, "th_mashrakh")
    assert place.number in text_of(sho.get("/clocks?list=held"))
    assert place.number in text_of(sho.get("/clocks?list=late"))
    assert place.number not in text_of(sho.get("/clocks?list=tomorrow"))
    assert place.number not in text_of(place.at(Role.SHO, "th_manjhi").get("/clocks?list=held"))
    before, place.now = place.now, NOW + timedelta(days=8)  # Tuesday, the seventh working day
    assert place.number in text_of(sho.get("/clocks?list=tomorrow"))
    assert place.number not in text_of(sho.get("/clocks?list=late"))
    place.now = before
    sdpo = text_of(place.at(Role.SDPO, "sdpo_marhaura_2").get("/clocks?list=late"))
    assert "थाना मशरक" in sdpo


def test_a_holiday_added_late_shows_the_difference_first_and_then_moves_history(office):
    place = begun(office)
    runner = place.app.test_cli_runner()
    assert runner.invoke(args=["clocks", "recompute"]).exit_code == 0
    row = {"day": date(2026, 11, 25), "name_hi": "स्थानीय अवकाश", "name_en": "Local holiday"}
    place.database.write(lambda session: setup_queries.insert_holidays(session, [row]), SETUP)
    told = runner.invoke(args=["clocks", "recompute"])
    assert told.exit_code == 1
    assert f"{place.number} office (मशरक / Mashrakh) due_on: 2026-12-01 -> 2026-12-02" in told.output
    place.database.write(lambda session: recomputing.ask(session, row["day"]), SETUP)
    recomputing.go_on(place.database, place.now)
    assert not place.database.read(recomputing.is_asked, SETUP)
    assert runner.invoke(args=["clocks", "recompute"]).exit_code == 0
    assert place.task(place.number).due_on == date(2026, 11, 24)  # one day to accept: it was over before
    assert "सकल 7 कार्यदिवस" in text_of(place.at(Role.SP).get(address(place.number, "clock")))
    assert runner.invoke(args=["inbox", "recount"]).exit_code == 0
