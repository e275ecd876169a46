"""The inbox at work: filters saved, tasks claimed and given away, by hand and by key; offices ask each other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pytest
from sqlalchemy import select

from app.domain.roles import Role
from app.models.tables.officers import officer
from tests.browser.conftest import LOOKS, PHONE_NO_SCRIPT, Look, at_work

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.domain.roles import Actor
    from tests.browser.pages import Screen
    from tests.journey import Journey
    from tests.serving import Site

DESKTOP = LOOKS[0]
THANA, OTHER = "th_parsa", "th_marhaura"
BOTH_ENDS = pytest.mark.parametrize("look", [DESKTOP, PHONE_NO_SCRIPT], ids=lambda each: each.name)


class Pending(NamedTuple):
    """Cases that wait at a thana: many to be accepted, one with its enquiry officer."""

    head: str  # user name of the station house officer
    reader: str
    numbers: list[str]
    visited: str


@pytest.fixture(scope="module")
def pending(site: Site) -> Pending:
    with at_work(site) as journey:
        numbers = []
        for number in (journey.new_case([THANA, OTHER]) for _ in range(8)):
            journey.go_on(number, until="accept_enquiry")
            numbers.append(number)
        visited = journey.new_case([THANA])
        journey.go_on(visited, until="visit")
        head = journey.staff.holder(Role.SHO, journey.staff.offices(Role.SHO)[THANA])
        reader = journey.staff.holder(Role.SP_READER)
        return Pending(username(journey, head), username(journey, reader), numbers, visited)


def username(journey: Journey, actor: Actor) -> str:
    wanted = select(officer.c.username).where(officer.c.id == actor.officer_id)
    with journey.database.engine.connect() as connection:
        return str(connection.execute(wanted).scalar_one())


def address(number: str, tab: str = "") -> str:
    return f"/cases/{number.replace('/', '-')}{tab}"


def sitting(desk: Callable[..., Screen], site: Site, who: str, look: Look) -> Screen:
    return desk(look).sign_in(site.account(who))


@BOTH_ENDS
def test_a_filter_is_saved_found_again_and_forgotten(desk, site, pending, look):
    screen = sitting(desk, site, pending.head, look).open("/inbox")
    named = f"मेरी छँटाई {look.name}"
    page = screen.page
    page.get_by_text("छाँटें", exact=False).first.click()
    page.get_by_label("क्रम", exact=True).select_option(label="नए प्राप्त पहले")
    screen.press("लागू करें")
    assert "sort=newest" in page.url
    page.get_by_text("छाँटें", exact=False).first.click()
    screen.fill("इस छँटाई का नाम", named)
    page.get_by_label("मेरे कार्यालय को भी दिखाएँ").check()
    screen.press("नाम से सहेजें")
    screen.sound("inbox-saved-view")
    assert "छँटाई सहेजी गई" in screen.text()
    screen.open("/inbox")
    page.get_by_role("link", name=re.compile(re.escape(named))).click()
    assert "sort=newest" in page.url
    screen.open("/inbox/views").sound("inbox-views")
    page.get_by_role("listitem").filter(has_text=named).get_by_role("button", name="हटाएँ").click()
    assert named not in screen.open("/inbox").text()


@BOTH_ENDS
def test_a_filter_without_a_name_is_asked_for_one(desk, site, pending, look):
    screen = sitting(desk, site, pending.head, look).open("/inbox?age=left")
    screen.page.get_by_text("छाँटें", exact=False).first.click()
    screen.press("नाम से सहेजें")
    assert "छँटाई का कोई छोटा नाम लिखें" in screen.sound("inbox-view-refused").text()


def test_rows_are_reached_and_opened_by_keys(desk, site, pending):
    screen = sitting(desk, site, pending.head, DESKTOP).open("/inbox")
    keyboard = screen.page.keyboard
    keyboard.press("?")
    sheet = screen.page.get_by_role("dialog")
    assert "Enter" in sheet.inner_text()
    keyboard.press("Escape")
    keyboard.press("j")
    keyboard.press("j")
    keyboard.press("k")
    first = screen.page.get_by_role("row").nth(1).get_by_role("link")
    assert first.evaluate("link => link === document.activeElement")
    keyboard.press("Enter")
    screen.page.wait_for_url("**/tasks/**")
    keyboard.press("g")
    keyboard.press("i")
    screen.page.wait_for_url("**/inbox")


@BOTH_ENDS
def test_a_day_to_look_again_is_one_tap_and_stands_in_the_inbox(desk, site, pending, look):
    number = pending.numbers[[DESKTOP, PHONE_NO_SCRIPT].index(look)]
    screen = sitting(desk, site, pending.head, look).open(f"/inbox?search={number.replace('/', '-')}")
    screen.page.get_by_role("row").nth(1).get_by_role("link").click()
    screen.page.get_by_role("heading", name="फिर देखने का दिन").click()
    screen.fill("क्या देखना है", "साक्षी से फोन पर बात")
    screen.press("1 कार्यदिवस बाद")
    screen.sound("task-look-again")
    assert "साक्षी से फोन पर बात" in screen.open("/inbox?look=all").sound("inbox-look-again").text()


@BOTH_ENDS
def test_a_task_is_claimed_and_given_back(desk, site, pending, look):
    number = pending.numbers[[DESKTOP, PHONE_NO_SCRIPT].index(look)]
    screen = sitting(desk, site, pending.head, look).open(f"/inbox?search={number.replace('/', '-')}")
    screen.page.get_by_role("row").nth(1).get_by_role("link").click()
    screen.press("अपने नाम लें")
    assert "यह कार्य आपके नाम है।" in screen.sound("task-claimed").text()
    screen.press("छोड़ें")
    assert screen.heading == "मेरे कार्य"


@BOTH_ENDS
def test_a_reader_asks_a_thana_and_the_thana_answers(desk, site, pending, look):
    number = pending.numbers[4 + [DESKTOP, PHONE_NO_SCRIPT].index(look)]
    reader = sitting(desk, site, pending.reader, look).open(address(number, "/correspondence"))
    reader.sound("correspondence-empty")
    reader.page.get_by_label("किस कार्यालय को").select_option(label="थाना परसा")
    reader.fill("क्या पूछना या बताना है", "किराये का पता कब से है?").press("भेजें")
    assert "किराये का पता कब से है?" in reader.sound("correspondence-asked").text()
    thana = sitting(desk, site, pending.head, look).open("/inbox").sound("inbox-with-query")
    thana.click(thana.page.get_by_role("link", name=re.compile("कार्यालयों की पृच्छाएँ")))
    thana.sound("inbox-queries")
    thana.page.get_by_role("row").filter(has_text=number).get_by_role("link").click()
    thana.fill("आपके कार्यालय का उत्तर", "दो वर्ष से।").press("उत्तर भेजें")
    assert "दो वर्ष से।" in thana.sound("correspondence-answered").text()


@BOTH_ENDS
def test_an_enquiry_goes_to_another_officer_with_its_reason(desk, site, pending, look):
    screen = sitting(desk, site, pending.head, look).open(address(pending.visited))
    screen.page.get_by_role("heading", name="दूसरे पदाधिकारी को देना").click()
    screen.click(screen.page.get_by_role("link", name=re.compile("स्थल.*पुनः आवंटन|.*भ्रमण.*पुनः आवंटन")))
    screen.sound("reassign")
    if screen.page.get_by_role("radio").count() == 0:
        assert "कोई दूसरा पदाधिकारी नहीं" in screen.text()
        return
    screen.page.get_by_role("radio").first.check()
    screen.page.get_by_label("पुनः आवंटन का कारण").select_option(label="अवकाश पर")
    screen.press("पुनः आवंटन")
    assert "दूसरे पदाधिकारी को दे दिया गया" in screen.text()
    assert "अवकाश पर" in screen.open(address(pending.visited, "/timeline")).sound("timeline-handover").text()


@BOTH_ENDS
def test_a_case_is_laid_out_for_paper(desk, site, pending, look):
    screen = sitting(desk, site, pending.reader, look).open(address(pending.visited))
    screen.sound("case-with-print")
    screen.follow("प्रकरण छापें").sound("case-print")
    assert pending.visited in screen.text()
    screen.page.emulate_media(media="print")
    screen.picture("case-on-paper")
    assert not screen.page.get_by_role("link", name=re.compile("मेरे कार्य")).first.is_visible()
