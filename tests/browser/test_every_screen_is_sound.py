"""Each screen as its officers open it, full of work: in both languages, on both glasses, with and without scripts."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

import pikepdf
import pytest
from sqlalchemy import select

from app.domain.roles import Role
from app.models.tables.officers import officer
from app.services.casework import cases
from app.services.papers import certificates
from tests.browser.conftest import LOOKS, PHONE_NO_SCRIPT, Look, at_work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Row

    from tests.browser.pages import Screen
    from tests.journey import Journey
    from tests.serving import Site

DESKTOP, NO_SCRIPT, PHONE = LOOKS
THANA, OTHER = "th_dighwara", "th_derni"
TABS = ("", "/documents", "/diagram", "/timeline", "/correspondence", "/activity")
A_PAGE = 25


class Work(NamedTuple):
    """Cases of one letter each: many that wait, one returned to its thana, one with its paper, one withdrawn."""

    waiting: list[str]
    returned: str
    issued: str
    withdrawn: str


@pytest.fixture(scope="module")
def work(site: Site) -> Work:
    with at_work(site) as journey:
        return entered(journey)


def entered(journey: Journey) -> Work:
    """A district at work for three weeks."""
    today = journey.now

    def case_of(days: int, **person: str) -> str:
        journey.now = today - timedelta(days=days)
        day = journey.now.date().isoformat()
        letter = journey.register(letter_date=day, received_date=day)
        return journey.add(letter, [THANA, OTHER], **person)

    returned = case_of(20, name_hi="विकास कुमार", name_en="Vikas Kumar")
    journey.go_on(returned, until="recommend")
    send_back(journey, returned)
    issued, withdrawn = case_of(18), case_of(10)
    journey.go_on(issued)
    head = journey.staff.holder(Role.DM_SECTION_HEAD)
    cases.withdraw(
        journey.database, head, withdrawn, {"reason": "विभाग का पत्र क-9 दिनांक 20-11-2026"}, journey.now
    )
    waiting = [case_of(days % 12, name_hi="पूजा कुमारी", name_en="Pooja Kumari") for days in range(A_PAGE + 1)]
    journey.now = today
    return Work(waiting, returned, issued, withdrawn)


def send_back(journey: Journey, number: str) -> None:
    """Let the SP return a case to the first of its thanas, which accepts it again."""
    [task] = journey.waiting(number)
    unit = journey.page_of(task).options["units"][0]["value"]
    points = [{"unit": unit, "point": "साक्षी का पूरा पता एवं निवास की अवधि स्पष्ट करें।"}]
    journey.do(number, "recommend", action="re_enquiry", sp_reason="साक्षी का पता अधूरा है।", re_enquiry=points)
    journey.go_on(number, until="visit")


def username_of(journey: Journey, task: Row[Any]) -> str:
    """The account of whoever does a task."""
    wanted = select(officer.c.username).where(officer.c.id == journey.actor_of(task).officer_id)
    with journey.database.engine.connect() as connection:
        return str(connection.execute(wanted).scalar_one())


def address(number: str, tab: str = "") -> str:
    return f"/cases/{number.replace('/', '-')}{tab}"


@pytest.fixture
def reading(desk: Callable[..., Screen], site: Site) -> Iterator[Callable[..., Screen]]:
    """`reading(username, look, language)`: an officer who reads in this language; it is Hindi again afterwards."""
    english: list[Screen] = []

    def sit_down(username: str, look: Look = DESKTOP, language: str = "hi") -> Screen:
        screen = desk(look).sign_in(site.account(username))
        if language == "en":
            english.append(screen.open("/accessibility").press("English"))
        return screen

    yield sit_down
    for screen in english:
        screen.press("हिन्दी")


def look_for(screen: Screen, text: str) -> Screen:
    """Use the page's own search, not the box at the top of every page."""
    form = screen.page.get_by_role("main").get_by_role("search")
    form.get_by_role("searchbox").fill(text)
    screen.click(form.get_by_role("button"))
    return screen


#: Each glass, each language, with scripts and without: what one of them shows, no other pair would show anew.
WAYS = [
    pytest.param(look, language, id=f"{look.name}-{language}")
    for look, language in ((DESKTOP, "hi"), (PHONE, "en"), (PHONE_NO_SCRIPT, "hi"))
]


@pytest.mark.parametrize(("look", "language"), WAYS)
def test_the_screens_of_a_section_head_are_sound(
    reading: Callable[..., Screen], work: Work, look: Look, language: str
) -> None:
    screen = reading("dm_section_head", look, language)
    named = f"-{language}"
    screen.open("/inbox?age=late&size=25&sort=received").sound(f"inbox-filtered{named}")
    screen.open("/inbox").sound(f"inbox-full{named}")
    screen.open("/requisitions").sound(f"requisitions{named}")
    screen.click(screen.page.get_by_role("main").get_by_role("link").filter(has_text="शिक्षा विभाग").first)
    screen.sound(f"requisition{named}")
    for tab in TABS:
        screen.open(address(work.returned, tab)).sound(f"case{tab.replace('/', '-')}{named}")
    for number, name in ((work.issued, "issued"), (work.withdrawn, "withdrawn")):
        for tab in ("/diagram", "/timeline"):
            screen.open(address(number, tab)).sound(f"case-{name}{tab.replace('/', '-')}{named}")
    for path in (
        "/tracking",
        "/search",
        "/find",
        "/reports",
        "/certificates",
        "/account",
        "/help/cases",
        "/accessibility",
    ):
        screen.open(path).sound(f"{path.strip('/').replace('/', '-')}{named}")
    look_for(screen.open("/search"), "Vikas Kumar").sound(f"search-found{named}")
    look_for(screen.open("/search"), "Zzyzx").sound(f"search-nothing{named}")
    look_for(screen.open("/requisitions"), "Zzyzx").sound(f"requisitions-nothing{named}")
    screen.open("/cases/SRN-2026-99999").sound(f"not-found{named}")


@pytest.mark.parametrize(("look", "language"), WAYS)
def test_the_screens_of_administrators_are_sound(
    reading: Callable[..., Screen], look: Look, language: str
) -> None:
    screen = reading("process_admin", look, language)
    for path in ("/modeler", "/admin", "/admin/policies", "/tracking", "/help/modeler", "/inbox"):
        screen.open(path).sound(f"administrator-{path.strip('/').replace('/', '-')}-{language}")


@pytest.mark.parametrize(("look", "language"), WAYS)
def test_who_opened_a_case_is_sound(
    reading: Callable[..., Screen], journey: Journey, work: Work, look: Look, language: str
) -> None:
    head, now = journey.staff.holder(Role.DM_SECTION_HEAD), journey.now
    seen = cases.see(journey.database, head, work.issued, "documents", now)
    for each in seen.documents:
        certificates.file(journey.database, head, each.id, now)
    assert seen.documents
    screen = reading("dm", look, language).open(address(work.issued, "/opened"))
    screen.sound(f"case-opened-{language}")
    assert head.name_hi in screen.text() or head.name_en in screen.text()
    assert all(each.name in screen.text() for each in seen.documents)
    screen.open(f"{address(work.issued, '/opened')}?before=1").sound(f"case-opened-nothing-{language}")


@pytest.mark.parametrize(("look", "language"), WAYS)
def test_what_a_thana_sees_is_sound(
    reading: Callable[..., Screen], journey: Journey, work: Work, look: Look, language: str
) -> None:
    [task] = journey.waiting(work.returned)
    screen = reading(username_of(journey, task), look, language)
    screen.open("/inbox").sound(f"officer-inbox-{language}")
    screen.open(f"/tasks/{task.id}").sound(f"officer-task-{language}")
    assert "साक्षी का पूरा पता" in screen.text()
    screen.open(address(work.returned, "/diagram")).sound(f"officer-diagram-{language}")


@pytest.mark.parametrize("look", [PHONE, PHONE_NO_SCRIPT, NO_SCRIPT], ids=lambda look: look.name)
def test_the_inbox_is_filtered_turned_and_searched(
    reading: Callable[..., Screen], work: Work, look: Look
) -> None:
    screen = reading("dm_section_head", look).open("/inbox")
    rows = screen.page.locator("[data-row]")
    assert rows.count() == A_PAGE
    screen.follow("अगला पृष्ठ ›")
    assert rows.count() >= 1
    screen.follow("‹ पहला पृष्ठ")
    screen.page.locator("summary").filter(has_text="छाँटें").click()
    screen.page.get_by_label("समय", exact=True).select_option(label="समय शेष")
    screen.press("लागू करें")
    assert "age=left" in screen.path
    chosen = screen.page.get_by_role("list", name="लगी हुई छँटाई").get_by_role("link")
    assert "समय शेष" in chosen.inner_text()
    screen.click(chosen)
    assert "age=" not in screen.path
    look_for(screen, work.waiting[-1])
    assert rows.count() == 1
    look_for(screen.open("/inbox"), "Zzyzx")
    assert "इस छँटाई में कुछ नहीं मिला" in screen.text()


def test_a_tile_shows_its_tasks_and_a_second_press_shows_all(
    reading: Callable[..., Screen], work: Work
) -> None:
    screen = reading("dm_section_head", PHONE).open("/inbox")
    tiles = screen.page.get_by_role("list", name="समय के अनुसार")
    late = int(tiles.get_by_role("link").filter(has_text="विलंबित").locator("b").inner_text())
    screen.click(tiles.get_by_role("link").filter(has_text="विलंबित"))
    assert screen.page.locator("[data-row]").count() == min(late, A_PAGE) > 0
    screen.click(tiles.get_by_role("link").filter(has_text="विलंबित"))
    assert screen.path == "/inbox"
    assert len(work.waiting) > A_PAGE


def test_the_keys_do_what_their_sheet_says(reading: Callable[..., Screen], work: Work) -> None:
    screen = reading("dm_section_head").open("/inbox")
    keys = screen.page.keyboard
    focused = screen.page.locator(":focus")
    keys.press("?")
    sheet = screen.page.get_by_role("dialog", name="कुंजी-पटल से काम")
    assert sheet.is_visible()
    screen.sound("keys")
    keys.press("Escape")
    assert not sheet.is_visible()
    names = screen.page.locator("[data-row] a").all_inner_texts()
    keys.press("j")
    assert focused.inner_text() == names[0]
    keys.press("j")
    keys.press("k")
    assert focused.inner_text() == names[0]
    keys.press("/")
    assert focused.get_attribute("name") == "search"
    keys.type("jk?")
    assert screen.page.get_by_label("संख्या, नाम, पत्र या पृष्ठ खोजें").input_value() == "jk?"
    assert not sheet.is_visible()
    focused.blur()
    keys.press("j")
    keys.press("o")
    screen.page.wait_for_url("**/tasks/*")
    screen.open(address(work.returned))
    keys.press("g")
    keys.press("i")
    screen.page.wait_for_url("**/inbox")


@pytest.mark.parametrize("look", [DESKTOP, NO_SCRIPT], ids=lambda look: look.name)
def test_a_call_in_the_picture_leads_to_the_pictures_of_what_it_calls(
    reading: Callable[..., Screen], work: Work, look: Look
) -> None:
    screen = reading("dm_section_head", look).open(address(work.returned, "/diagram"))
    call = screen.page.get_by_role("link", name=re.compile("इकाइयों में जाँच"))
    # Where a piece of the picture ends, the middle of the shape lies in the next one: no mouse finds it there.
    call.first.press("Enter")
    assert screen.path.endswith("#diagram-2")
    summaries = screen.page.locator("summary").filter(has_text="इकाई की जाँच")
    assert sorted(summaries.locator("h2").all_inner_texts()) == [
        *("जिला अपराध अभिलेख ब्यूरो", "थाना डेरनी", "थाना दिघवारा")
    ]
    for size in ("पूरे आकार में, एक ही पंक्ति", "पूरा चित्र एक दृष्टि में"):
        screen.follow(size)
        assert screen.overflow() == 0
    screen.follow("पढ़ने योग्य खंडों में")
    assert screen.overflow() == 0


def test_on_a_phone_the_list_of_steps_comes_before_the_picture(
    reading: Callable[..., Screen], work: Work
) -> None:
    screen = reading("dm_section_head", PHONE).open(address(work.returned, "/diagram"))
    steps = screen.page.get_by_role("group").filter(has_text="सूची में").get_by_role("list").first.bounding_box()
    picture = screen.page.get_by_role("region", name=re.compile("^आरेख")).first.bounding_box()
    assert steps is not None
    assert picture is not None
    assert steps["y"] < picture["y"]


def test_on_a_desk_every_picture_fits_the_glass_with_letters_that_can_be_read(
    reading: Callable[..., Screen], work: Work
) -> None:
    screen = reading("dm_section_head").open(address(work.returned, "/diagram"))
    for box in screen.page.get_by_role("region", name=re.compile("^आरेख")).all():
        assert box.evaluate("box => box.scrollWidth - box.clientWidth") <= 0
    letters = screen.page.locator("svg.bpmn").first.evaluate(
        "svg => 13.5 * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width"
    )
    assert letters >= 10.5


def test_each_piece_of_a_picture_is_printed_on_a_sheet_that_lies_on_its_side(
    reading: Callable[..., Screen], work: Work
) -> None:
    screen = reading("dm_section_head").open(address(work.returned, "/diagram"))
    pieces = screen.page.locator("svg.bpmn").count()
    paper = pikepdf.open(BytesIO(screen.page.pdf(prefer_css_page_size=True, format="A4")))
    sheets = [[float(side) for side in sheet.mediabox[2:]] for sheet in paper.pages]
    lying = [(round(width), round(height)) for width, height in sheets if width > height]
    assert len(lying) == pieces
    assert set(lying) == {(842, 595)}


def test_a_page_stays_where_it_is_when_its_language_is_changed(
    reading: Callable[..., Screen], work: Work
) -> None:
    screen = reading("dm_section_head", language="en").open(address(work.returned, "/timeline"))
    assert screen.page.get_by_role("heading", name="Timeline").is_visible()
    screen.press("हिन्दी")
    assert screen.path == address(work.returned, "/timeline")
    assert screen.page.get_by_role("heading", name="घटनाक्रम").is_visible()
    screen.press("English")
