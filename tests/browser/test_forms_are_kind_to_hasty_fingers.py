"""Forms in Chromium: Enter sends nothing, a grave decision takes two presses, the derived is seen, not typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from app.services.store.documents import MAX_PDF_BYTES
from tests.browser.conftest import LOOKS, PHONE_NO_SCRIPT
from tests.browser.officers import Officers

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Request, Route

    from tests.browser.conftest import Look
    from tests.browser.pages import Screen
    from tests.journey import Journey
    from tests.serving import Site

KEPT = re.compile(r"प्रारूप सुरक्षित: \d\d-\d\d-\d{4} \d\d:\d\d")
DESKTOP, NO_SCRIPT, PHONE = LOOKS
#: With and without scripts; Enter and decisions do not care for the size of the glass.
WAYS = pytest.mark.parametrize("way", [DESKTOP, PHONE_NO_SCRIPT], ids=lambda way: way.name)


@pytest.fixture
def officers(desk: Callable[..., Screen], site: Site) -> Callable[[Look], Officers]:
    return lambda way: Officers(desk, site, way)


def box(screen: Screen, name: str) -> Locator:
    return screen.page.locator(f"[name='{name}']")


def kept(screen: Screen) -> None:
    expect(screen.page.get_by_role("status").filter(has_text=KEPT)).to_be_visible()


# -- Enter ----------------------------------------------------------------------------------------------------


@WAYS
def test_enter_in_a_text_box_keeps_what_is_typed_and_sends_nothing(
    officers: Callable[[Look], Officers], way: Look
) -> None:
    screen = officers(way).at("dm_assistant").open("/requisitions/new")
    screen.fill("अधियाचना पत्रांक", "का०-जल्दी/2026").fill("अधियाचक विभाग/कार्यालय", "शिक्षा विभाग")
    box(screen, "letter_no").press("Enter")
    kept(screen)
    assert screen.path.startswith("/requisitions/new")
    assert "error-summary" not in screen.page.content(), "nothing was checked, for nothing was sent"
    assert box(screen, "letter_no").input_value() == "का०-जल्दी/2026"
    screen.open("/requisitions/new")
    assert box(screen, "letter_no").input_value() == "का०-जल्दी/2026"
    assert box(screen, "requesting_dept").input_value() == "शिक्षा विभाग"
    assert "का०-जल्दी/2026" not in screen.open("/requisitions").text()


def test_a_file_on_its_way_up_is_told_until_it_has_come(officers: Callable[[Look], Officers]) -> None:
    screen = officers(DESKTOP).at("dm_assistant").open("/requisitions/new")
    held: list[Route] = []
    screen.page.route("**/requisitions/new", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
    paper = {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"no paper of any kind"}
    box(screen, "letter_scan").set_input_files(paper)
    told = screen.page.get_by_role("status").filter(has_text="फाइल भेजी जा रही है")
    expect(told).to_be_visible()
    held[0].continue_()
    expect(screen.page.locator("[data-box=letter_scan]")).to_contain_text("त्रुटि")
    expect(told).to_have_count(0)


def test_a_file_that_is_too_large_is_told_before_a_slow_line_carries_it(
    officers: Callable[[Look], Officers],
) -> None:
    screen = officers(DESKTOP).at("dm_assistant").open("/requisitions/new")
    sent: list[Request] = []
    screen.page.on("request", lambda request: sent.append(request))  # noqa: PLW0108 - Playwright marks it
    paper = {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-" + bytes(MAX_PDF_BYTES)}
    box(screen, "letter_scan").set_input_files(paper)
    told = screen.page.locator("[data-box=letter_scan]").get_by_role("status")
    expect(told).to_have_text("फाइल “letter.pdf” 5 एमबी से बड़ी है; छोटी फाइल जोड़ें")
    assert box(screen, "letter_scan").input_value() == ""
    assert not sent


@WAYS
def test_enter_on_a_page_of_decisions_decides_nothing(
    officers: Callable[[Look], Officers], journey: Journey, way: Look
) -> None:
    those, number = officers(way), journey.new_case(["th_doriganj"])
    screen = those.task("dm_section_head", number)
    those.choose(screen, "पत्र", "साक्ष्यांकन प्रपत्र", "स्व-घोषणा", "फोटो", "पूर्ण पता")
    screen.page.get_by_label("पूर्ण पता", exact=True).press("Enter")
    kept(screen)
    assert "आपका निर्णय" not in screen.text()
    assert screen.page.get_by_label("फोटो", exact=True).is_checked()
    those.send(screen, "पुलिस अधीक्षक को प्रेषित करें")
    journey.go_on(number, until="accept_enquiry")
    screen = those.task("sho", number, "th_doriganj")
    screen.page.get_by_text("निर्देश एवं सनहा").click()
    box(screen, "sd_entry").fill("12/2026")
    box(screen, "sd_entry").press("Enter")
    kept(screen)
    assert box(screen, "sd_entry").input_value() == "12/2026"
    assert "आपका निर्णय" not in screen.text()
    assert those.task("sho", number, "th_doriganj").heading, "the task is still there to be done"


# -- decisions ---------------------------------------------------------------------------------------------------


def test_a_grave_decision_asks_for_its_reason_and_takes_a_second_press(
    officers: Callable[[Look], Officers], journey: Journey, look: Look
) -> None:
    those, number = officers(look), journey.new_case(["th_doriganj"])
    screen = those.task("dm_section_head", number)
    assert not box(screen, "close_reason").is_visible()
    those.choose(screen, "पत्र")
    screen.press("प्रकरण बंद करें").sound("task-close")
    assert screen.page.get_by_role("heading", name="आपका निर्णय: प्रकरण बंद करें").is_visible()
    assert not screen.page.get_by_label("पत्र", exact=True).is_visible(), (
        "what the decision does not need has gone"
    )
    screen.press("प्रकरण बंद करें").sound("task-close-missing")
    assert screen.page.get_by_role("alert").get_by_role("link").all_inner_texts() == [
        "प्रकरण बंद करने का कारण लिखें, कम से कम 10 अक्षर"
    ]
    those.write(screen, "बंद करने का कारण", "विभाग ने अधियाचना वापस ले ली है")
    those.send(screen, "प्रकरण बंद करें")
    assert f"भेज दिया गया ({number})" in screen.text()


# -- what is derived -------------------------------------------------------------------------------------------------


_DOT = """() => {
  const chosen = document.querySelector("input[type=radio]:checked");
  return [getComputedStyle(chosen, "::after"), getComputedStyle(chosen)].map((one) => one.backgroundColor);
}"""


def test_the_outcome_of_a_visit_follows_the_answers_and_asks_for_words_only_when_it_must(
    officers: Callable[[Look], Officers], journey: Journey
) -> None:
    those, number = officers(PHONE), journey.new_case(["th_doriganj"])
    journey.go_on(number, until="accept_enquiry")
    screen = those.task("sho", number, "th_doriganj")
    name = those.assigned(screen)
    those.send(screen, "हमारा थाना: जाँच सौंपें")
    screen = those.visitor(number, "th_doriganj", name)
    derived = screen.page.locator("[data-proposed]")
    report = box(screen, "finding_text")
    assert not derived.is_visible(), "nothing is derived from nothing"
    those.choose(screen, "निवासी हैं", "हाँ")
    expect(derived).to_have_text("कोई प्रतिकूल तथ्य नहीं")
    assert not report.is_visible(), "a clean case needs no words"
    screen.page.emulate_media(forced_colors="active")
    dot, ground = screen.page.evaluate(_DOT)
    assert dot != ground, "what is chosen shows in colours of the reader's own, too"
    screen.page.emulate_media(forced_colors="none")
    those.choose(screen, "निवासी नहीं")
    expect(derived).to_have_text("निवासी नहीं")
    expect(report).to_be_visible()
    those.choose(screen, "घर बंद, पुनः जाना है")
    assert not derived.is_visible()
    assert box(screen, "next_visit-d").is_visible()
    those.choose(screen, "निवासी हैं")
    expect(derived).to_have_text("कोई प्रतिकूल तथ्य नहीं")
    screen.page.get_by_text("दूसरा विकल्प चुनें").click()
    screen.page.locator("input[name=outcome][value=attention]").check()
    expect(box(screen, "outcome_reason")).to_be_visible()
    screen.sound("task-visit-outcome")
    screen.page.locator("input[name=outcome][value='']").check()
    assert not box(screen, "outcome_reason").is_visible()
    with screen.page.expect_navigation():  # begins once what was chosen is kept, on a busy machine late
        screen.button("English").click()
    screen.sound("task-visit-english")
    assert box(screen, "resident").nth(0).is_checked(), "what was chosen a moment ago came along"
    expect(derived).to_have_text("No adverse fact")
    assert screen.button("Claim").count() == 0, "a visit is in its officer's name from the first"
    those.choose(screen, "House locked, second visit")
    screen.follow("‹ My tasks")
    screen.page.go_back()
    screen.open(screen.path)
    assert screen.page.get_by_label("House locked, second visit", exact=True).is_checked()


# -- Hindi on Latin keys -------------------------------------------------------------------------------------------


def test_latin_keys_write_hindi_one_backspace_gives_them_back_and_an_old_font_is_turned_away(
    officers: Callable[[Look], Officers],
) -> None:
    screen = officers(DESKTOP).at("dm_assistant").open("/requisitions/new")
    keys, department, number = (
        screen.page.keyboard,
        box(screen, "requesting_dept"),
        box(screen, "letter_no"),
    )
    keys.press("F9")
    screen.page.wait_for_function("document.querySelector('script[data-typing-words]')")
    screen.page.wait_for_load_state("networkidle")
    department.fill("")
    department.click()
    keys.type("shiksha vibhag bihar sarkar, ramesh ")
    assert department.input_value() == "शिक्षा विभाग बिहार सरकार, रमेश "
    keys.press("Backspace")
    keys.type(" ")
    assert department.input_value() == "शिक्षा विभाग बिहार सरकार, ramesh ", (
        "that word was meant in Latin letters"
    )
    number.fill("")  # the draft of another test may stand there
    number.click()
    keys.type("ka-12 ")
    assert number.input_value() == "ka-12 ", "a number stays as it is typed"
    department.fill("")
    department.evaluate(
        """field => field.dispatchEvent(new ClipboardEvent("paste", {bubbles: true, cancelable: true,
             clipboardData: (data => (data.setData("text", "jke dqekj flag"), data))(new DataTransfer())}))"""
    )
    expect(screen.page.get_by_text("कृतिदेव जैसे पुराने फॉन्ट")).to_be_visible()
    assert department.input_value() == ""
    keys.press("F9")
    department.fill("")
    department.click()
    keys.type("ramesh ")
    assert department.input_value() == "ramesh "
