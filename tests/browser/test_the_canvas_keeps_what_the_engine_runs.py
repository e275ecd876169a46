"""What the canvas saves is what the engine runs: nothing is lost, steps keep their offices, the watermark shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app import engine
from app.services.jobs import jobs
from app.services.procedure import gatekeeping, releases
from tests.browser.modeler import Canvas
from tests.browser.test_an_administrator_changes_the_route import WIDE, begin
from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.pages import Screen
    from tests.serving import Site

SHIPPED = releases.read_folder(ROOT)
DIAGRAMS = sorted(name for name in SHIPPED if name.endswith(".bpmn"))
MOVE = (
    "const all = modeler.get('elementRegistry').filter((one) => one.type === 'bpmn:UserTask');"
    "for (const one of all) modeler.get('modeling').moveElements([one], {x: 10, y: 0});"
    "return all.length;"
)


@pytest.fixture
def admin(desk: Callable[..., Screen], site: Site) -> Screen:
    return desk(WIDE).sign_in(site.account("process_admin"))


def said(name: str, xml: bytes) -> dict[str, tuple[str, dict[str, str]]]:
    """What a diagram says, without where it stands."""
    return {own: (one.kind, dict(one.texts)) for own, one in engine.describe(name, xml).items()}


def test_every_shipped_diagram_comes_back_as_it_was(admin: Screen) -> None:
    proposal = begin(admin, "बिना बदलाव के सहेजना")
    for name in DIAGRAMS:
        canvas = Canvas(admin).open(proposal, name)
        assert canvas.page.locator("[data-canvas]").get_attribute("data-warnings") == "0", name
        saved = canvas.saved()
        assert said(name, saved) == said(name, SHIPPED[name]), name
        assert gatekeeping.check({**SHIPPED, name: saved}, jobs.RESULTS) == [], name


def test_a_moved_step_stays_its_offices_and_a_moved_diagram_still_runs(admin: Screen) -> None:
    proposal = begin(admin, "कार्य खिसकाना")
    for name in DIAGRAMS:
        canvas = Canvas(admin).open(proposal, name)
        assert canvas.ask(MOVE)
        saved = canvas.settled().saved()
        assert said(name, saved) == said(name, SHIPPED[name]), name
        assert canvas.faults() == [], name


def test_the_watermark_of_the_library_is_visible_and_uncovered(admin: Screen) -> None:
    canvas = Canvas(admin).open(begin(admin, "चिह्न"), DIAGRAMS[-1])
    mark = canvas.page.locator(".bjs-powered-by")
    assert mark.is_visible()
    assert mark.evaluate(
        "mark => { const box = mark.getBoundingClientRect();"
        "return mark.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)); }"
    )
    admin.sound("canvas")


def test_a_step_is_copied_with_all_that_was_said_of_it_and_each_sign_is_named(admin: Screen) -> None:
    canvas = Canvas(admin).open(begin(admin, "नकल"), "enquiry.bpmn").choose("visit")
    signs = canvas.page.locator(".djs-palette .entry").evaluate_all("all => all.map((each) => each.title)")
    assert len(signs) > 9
    assert all(signs), "whoever points at a sign of the palette reads what it is"
    canvas.page.keyboard.press("Control+c")
    canvas.page.keyboard.press("Control+v")
    x, y = canvas.middle("visit")
    for shift in (-140, -150):  # what is pasted hangs on the mouse until it is put down
        canvas.page.mouse.move(x, y + shift)
    canvas.page.mouse.click(x, y - 150)
    before = said("enquiry.bpmn", SHIPPED["enquiry.bpmn"])
    after = said("enquiry.bpmn", canvas.settled().saved())
    [new] = [texts for own, (kind, texts) in after.items() if own not in before and kind == "userTask"]
    assert {**new, "lane": "thana"} == before["visit"][1], "its lane is the one that it was put into"
    canvas.page.keyboard.press("Control+z")
    assert said("enquiry.bpmn", canvas.settled().saved()) == before
    canvas.choose("visit")
    sign = canvas.page.locator(".djs-palette").get_by_role("button", name="पदाधिकारी का कार्य", exact=True)
    sign.press("Enter")  # behind the chosen step; the new one is chosen then
    sign.press(" ")
    after = said("enquiry.bpmn", canvas.settled().saved())
    assert len([own for own, (kind, _) in after.items() if own not in before and kind == "userTask"]) == 2


def test_what_was_drawn_can_be_undone_and_the_slower_of_two_sees_both(
    admin: Screen, desk: Callable[..., Screen], site: Site
) -> None:
    proposal = begin(admin, "दो लोग एक साथ")
    first = Canvas(admin).open(proposal, "verification.bpmn")
    other = Canvas(desk(WIDE).sign_in(site.account("process_admin"))).open(proposal, "verification.bpmn")
    first.choose("recommend").fill("नाम (हिन्दी)", "पुलिस अधीक्षक का मंतव्य").settled()
    first.choose("decide").page.keyboard.press("Control+z")
    first.settled()
    assert said("verification.bpmn", first.saved()) == said("verification.bpmn", SHIPPED["verification.bpmn"])
    first.choose("recommend").fill("नाम (हिन्दी)", "पुलिस अधीक्षक की टिप्पणी").settled()
    other.choose("decide").fill("नाम (हिन्दी)", "जिला पदाधिकारी का आदेश")
    other.page.get_by_role("heading", name="इसी बीच किसी और ने यह फाइल बदल दी").wait_for()
    other.screen.sound("conflict")
    assert "पुलिस अधीक्षक की टिप्पणी" in other.screen.text()
    assert "जिला पदाधिकारी का आदेश" in other.screen.text()
    other.screen.press("मेरा रखें")
    assert "जिला पदाधिकारी का आदेश" in other.screen.text()
    assert "पुलिस अधीक्षक की टिप्पणी" not in other.screen.text()


def test_a_lost_line_and_a_closed_page_lose_nothing_that_was_drawn(
    admin: Screen, desk: Callable[..., Screen], site: Site
) -> None:
    proposal = begin(admin, "लाइन टूटी")
    canvas = Canvas(desk(WIDE).sign_in(site.account("process_admin"))).open(proposal, "verification.bpmn")
    canvas.page.context.set_offline(True)
    canvas.choose("recommend").fill("नाम (हिन्दी)", "लाइन के बिना लिखा")
    canvas.page.locator("[data-state=offline]").wait_for()
    canvas.page.context.set_offline(False)
    canvas.settled()
    canvas.page.close()
    assert "लाइन के बिना लिखा".encode() in Canvas(admin).open(proposal, "verification.bpmn").saved()


def test_tokens_run_when_they_are_asked_to_and_leave_nothing_behind(admin: Screen) -> None:
    canvas = Canvas(admin).open(begin(admin, "चलाकर देखना"), "verification.bpmn")
    page, before = canvas.page, canvas.saved()
    assert page.locator(".bts-palette").is_hidden()
    panel = page.locator("[data-properties]")
    assert "बाईं ओर के चिह्नों" in panel.inner_text()
    admin.button("चलाकर देखें").click()
    assert "चलाना बंद करें" in panel.inner_text(), "no shape is promised while tokens run"
    page.get_by_title("यहाँ से चलाएँ").first.click(force=True)
    page.get_by_title("क्या-क्या हुआ, दिखाएँ या छिपाएँ").click()
    page.locator(".bts-log").get_by_text("प्रकरण दर्ज").wait_for()
    assert "प्रक्रिया आरंभ हुई" in page.locator(".bts-log").inner_text()
    assert canvas.saved() == before
    admin.button("चलाकर देखें").click()
    assert page.locator(".bts-palette").is_hidden()
    assert page.locator(".djs-palette").is_visible()
    assert "बाईं ओर के चिह्नों" in panel.inner_text()
    assert canvas.saved() == before
