"""From an idea to a route in force: drawn by the administrator, checked while it is drawn, approved by the DM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import LOOKS, PHONE_NO_SCRIPT, Look
from tests.browser.modeler import Canvas
from tests.serving import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.pages import Screen
    from tests.journey import Journey
    from tests.loaded import Loaded

ROUTE = "verification.bpmn"
WIDE = Look("wide", {"width": 1440, "height": 900}, scripts=True)


def begin(screen: Screen, title: str) -> str:
    """Begin a proposal from the release in force; -> its address."""
    screen.open("/modeler")
    screen.page.locator("summary", has_text="प्रस्ताव आरंभ करें").first.click()
    screen.page.get_by_label("प्रस्ताव का नाम").first.fill(title)
    screen.press("प्रस्ताव आरंभ करें")
    return screen.path


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, loaded: Loaded) -> Iterator[Site]:
    """A district of its own: a changed route must not be the route of other tests' cases."""
    running = Site(tmp_path_factory.mktemp("changed") / "instance", loaded=loaded).start()
    yield running
    running.stop()


@pytest.fixture
def admin(desk: Callable[..., Screen], site: Site) -> Screen:
    return desk(WIDE).sign_in(site.account("process_admin"))


def test_a_step_is_added_checked_approved_and_taken_by_new_cases_alone(
    admin: Screen, desk: Callable[..., Screen], site: Site, journey: Journey
) -> None:
    old, past = journey.new_case(), journey.new_case()
    journey.go_on(past)
    proposal = begin(admin, "अनुमंडल पुलिस पदाधिकारी का प्रतिहस्ताक्षर")
    canvas = Canvas(admin).open(proposal, ROUTE)
    assert canvas.faults() == []
    add_lane(canvas)
    add_step(canvas)
    admin.picture("canvas-fault", whole=False)
    assert any("प्रपत्र" in fault for fault in canvas.faults())
    canvas.pick("प्रपत्र", "संवीक्षा एवं प्रेषण").fill("कार्यदिवस", "2").settled()
    canvas.pick("भूमिका", "अनुमंडल पुलिस पदाधिकारी").settled()
    assert canvas.faults() == []
    admin.picture("canvas-sound", whole=False)
    run_tokens(canvas)
    admin.open(f"{proposal}/compare").sound("compare")
    assert "कार्य “प्रतिहस्ताक्षर”" in admin.text()
    rehearse(admin, proposal)
    assert "0 → 1" in admin.text(), "one past case would have taken the new step"
    admin.open(f"{proposal}/scenarios").sound("scenarios-off-their-way")
    assert "मार्ग से हटा" in admin.text(), "the shipped examples do not know the new step"
    admin.press("नमूनों का अपेक्षित मार्ग अब यही मानें").sound("scenarios-accepted")
    assert "मार्ग से हटा" not in admin.text()
    try_every_way(admin, proposal)
    admin.open(proposal).fill("क्या बदला और क्यों", "जिला पदाधिकारी के निर्णय से पहले अनुमंडल पुलिस पदाधिकारी देखें")
    admin.press("जिला पदाधिकारी या पुलिस अधीक्षक को भेजें").sound("proposal-sent")
    assert admin.button("अनुमोदित करें और लागू करें").count() == 0, "nobody approves his own proposal"
    approve(desk(WIDE).sign_in(site.account("dm")), proposal)
    new = journey.new_case()
    for number in (old, new):
        journey.go_on(number, until="recommend")
        journey.do(number, "recommend")
    assert (journey.steps(old), journey.steps(new)) == (["decide"], ["sdpo_countersigns"])


def add_lane(canvas: Canvas) -> None:
    canvas.choose_lane("sp_office").press("ऊपर पट्टी जोड़ें").settled()
    assert any("किसी कार्यालय की नहीं" in fault for fault in canvas.faults())
    canvas.choose_lane("").pick("कार्यालय", "अनुमंडल पुलिस कार्यालय").settled()


def add_step(canvas: Canvas) -> None:
    """Put a step on the flow from the SP's office to the magistrate, where it crosses the new lane."""
    canvas.choose_lane("sdpo")
    canvas.show("signatory_known_to_enter_decision")
    x, _ = canvas.middle("signatory_known_to_enter_decision")
    canvas.drag("पदाधिकारी का कार्य", x, canvas.middle_of_lane("sdpo"))
    canvas.fill("नाम (हिन्दी)", "प्रतिहस्ताक्षर").fill("नाम (अंग्रेजी)", "SDPO countersigns").settled()


def run_tokens(canvas: Canvas) -> None:
    """Let tokens run along what was drawn, as its maker would before anybody else sees it; nothing of it is saved."""
    page, before = canvas.page, canvas.saved()
    canvas.show("receive_case")
    canvas.screen.button("चलाकर देखें").click()
    page.get_by_title("यहाँ से चलाएँ").locator("visible=true").first.click(force=True)
    page.get_by_title("क्या-क्या हुआ, दिखाएँ या छिपाएँ").click()
    page.locator(".bts-log").get_by_text("प्रकरण दर्ज").wait_for()
    canvas.screen.button("चलाकर देखें").click()
    assert canvas.saved() == before


def try_every_way(admin: Screen, proposal: str) -> None:
    """Ask for the trial of every way, leave its page, and find what it found."""
    admin.open(f"{proposal}/trial").sound("trial-not-yet").press("परख आरंभ करें").sound("trial-under-way")
    for _ in range(120):
        admin.open(proposal)
        if "सब अपने अंत तक पहुँचे" in admin.text():
            break
        admin.page.wait_for_timeout(500)
    admin.open(f"{proposal}/trial").sound("trial-done")
    assert "सब अपने अंत तक पहुँचे" in admin.text()


def rehearse(admin: Screen, proposal: str) -> None:
    """Let the past cases be led through the proposal, and wait for the end as a person would."""
    admin.open(proposal).follow("पूर्वाभ्यास देखें").sound("replay-not-yet").press("पूर्वाभ्यास आरंभ करें")
    for _ in range(60):
        if "पूर्वाभ्यास पूरा हुआ" in admin.text():
            break
        admin.page.wait_for_timeout(500)
        admin.open(f"{proposal}/replay")
    admin.sound("replay-done")


def approve(magistrate: Screen, proposal: str) -> None:
    magistrate.open(proposal).sound("proposal-approve")
    magistrate.press("अनुमोदित करें और लागू करें").sound("proposal-step-up").confirm("अनुमोदित करें")
    assert "अनुमोदित; नया संस्करण लागू है" in magistrate.text()


#: Each glass, each language, with scripts and without: what one of them shows, no other pair would show anew.
WAYS = [
    pytest.param(look, language, id=f"{look.name}-{language}")
    for look, language in ((WIDE, "hi"), (LOOKS[2], "en"), (PHONE_NO_SCRIPT, "hi"))
]


@pytest.mark.parametrize(("look", "language"), WAYS)
def test_every_page_of_the_workshop_is_sound(
    desk: Callable[..., Screen], site: Site, look: Look, language: str
) -> None:
    screen = desk(look).sign_in(site.account("process_admin"))
    proposal = begin(screen, f"छोटे बदलाव ({look.name})")
    screen.sound("proposal")
    pages = {
        "overview": "/modeler",
        "release": "/modeler/releases/1",
        "compare-same": "/modeler/releases/1/compare",
        "steps": f"{proposal}/files/{ROUTE}",
        "step": f"{proposal}/files/{ROUTE}/steps/decide",
        "decision": f"{proposal}/tables/checks.dmn",
        "decision-tried": f"{proposal}/tables/checks.dmn?all=yes&decision=checks&case.purpose=govt_service",
        "form": f"{proposal}/forms/scrutinise.form?preview=en",
        "file": f"{proposal}/files/papers.json?text=yes",
        "papers": f"{proposal}/papers",
        "paper": f"{proposal}/papers/report_adverse",
        "scenarios": f"{proposal}/scenarios",
        "scenario": f"{proposal}/scenarios/adverse_hearing",
        "moving": "/modeler/moving",
    }
    if language == "en":
        screen.open("/modeler").press("English")
    for name, address in pages.items():
        screen.open(address).sound(f"modeler-{name}-{language}")
    if language == "en":
        screen.open("/modeler").press("हिन्दी")
    screen.open(pages["step"]).fill("कार्यदिवस", "3").press("सहेजें")
    assert screen.heading.startswith("कार्यों की सूची")
    screen.open(proposal).sound("proposal-changed")
    assert "कार्यदिवस" in screen.text()
