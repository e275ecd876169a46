"""The proof by use: officers of six posts take a case from the letter to the issued paper, in the browser alone."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import LOOKS, PHONE_NO_SCRIPT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.conftest import Look
    from tests.browser.pages import Screen
    from tests.serving import Site

_numbers = itertools.count(1)
TAPS = "input[type=radio], input[type=checkbox]"


class Officers:
    """Everybody who touches the case, each at a browser of his own; what a person does, and no more."""

    def __init__(self, desk: Callable[..., Screen], site: Site, look: Look) -> None:
        self._desk, self._site, self._look = desk, site, look
        self._screens: dict[tuple[str, str], Screen] = {}
        self.taps = self.typed = 0

    def at(self, role: str, office: str = "") -> Screen:
        """The officer's browser, signed in."""
        if (role, office) not in self._screens:
            account = next(
                one for one in self._site.accounts() if one.role == role and office in ("", one.office)
            )
            self._screens[role, office] = self._desk(self._look).sign_in(account)
        return self._screens[role, office]

    def task(self, role: str, number: str, office: str = "", step: str = "") -> Screen:
        """Open the task of a case from the inbox, by the case's number."""
        screen = self.at(role, office).open(f"/inbox?search={number}&tab={step}")
        screen.page.locator(f"[data-row]:has-text('{number}') a[href*='/tasks/']").first.click()
        screen.page.wait_for_load_state("load")
        return screen

    def choose(self, screen: Screen, *labels: str) -> None:
        for label in labels:
            screen.page.get_by_label(label, exact=True).locator("visible=true").first.check()
            self.taps += 1

    def write(self, screen: Screen, label: str, text: str, place: int = 0) -> None:
        screen.page.get_by_label(label, exact=True).locator("visible=true").nth(place).fill(text)
        self.typed += 1

    def pick(self, screen: Screen, label: str, choice: str, place: int = 0) -> None:
        screen.page.get_by_label(label, exact=True).locator("visible=true").nth(place).select_option(
            label=choice
        )

    def day(self, screen: Screen, name: str, day: str, month: str, year: str) -> None:
        for part, text in (("d", day), ("m", month), ("y", year)):
            screen.page.locator(f"input[name='{name}-{part}']").fill(text)

    def send(self, screen: Screen, button: str) -> None:
        screen.press(button)
        self.taps += 1
        assert "error-summary" not in screen.page.content(), screen.text()[:1500]

    # -- the steps ----------------------------------------------------------------------------------

    def enter_letter(self, purpose: str) -> Screen:
        screen = self.at("dm_assistant").open("/requisitions/new")
        self.write(screen, "अधियाचना पत्रांक", f"का०-{next(_numbers)}/2026")
        self.day(screen, "letter_date", "16", "11", "2026")
        self.write(screen, "अधियाचक विभाग/कार्यालय", "शिक्षा विभाग, बिहार")
        self.write(screen, "अधियाचक पदाधिकारी का पदनाम", "निदेशक (प्रशासन)")
        self.write(screen, "अधियाचक का पता", "नया सचिवालय, पटना")
        self.pick(screen, "सत्यापन का प्रयोजन", purpose)
        self.write(screen, "पद/कार्य का नाम", "सहायक शिक्षक")
        if purpose == "सरकारी सेवा में नियुक्ति":
            self.pick(screen, "पद का समूह", "समूह ग")
        screen.sound("letter")
        screen.press("अधियाचना दर्ज करें")
        assert "/requisitions/" in screen.path, screen.text()[:1500]
        return screen

    def enter_candidate(self, screen: Screen, thanas: tuple[str, ...]) -> str:
        screen.open(screen.path.split("?")[0].split("#")[0] + "/new")
        self.write(screen, "नाम (हिन्दी)", "राहुल कुमार शर्मा")
        self.write(screen, "नाम (अंग्रेजी, प्रमाण पत्र के अनुसार)", "Rahul Kumar Sharma")
        self.choose(screen, "पुरुष")
        self.day(screen, "dob", "14", "03", "1998")
        self.write(screen, "पिता/पति का नाम (हिन्दी)", "विनय शर्मा")
        self.write(screen, "पिता/पति का नाम (अंग्रेजी)", "Vinay Sharma")
        self.write(screen, "स्थायी पता: ग्राम/मुहल्ला", "रामपुर टोला")
        self.pick(screen, "स्थायी पता: थाना", thanas[0])
        self.write(screen, "स्थायी पता: पिन कोड", "841301")
        if len(thanas) > 1:
            screen.page.get_by_label("स्थायी एवं वर्तमान पता एक ही है").uncheck()
            if not self._look.scripts:  # without scripts a button asks the server what the form now needs
                screen.page.locator("button[value='refresh:same_address']").click()
                screen.page.wait_for_load_state("load")
            self.write(screen, "वर्तमान पता: ग्राम/मुहल्ला", "साहेबगंज")
            self.pick(screen, "वर्तमान पता: थाना", thanas[1])
            self.write(screen, "वर्तमान पता: पिन कोड", "841301")
        self.choose(screen, "घोषणा प्राप्त नहीं")
        screen.sound("candidate")
        screen.page.locator("form[data-form] .btn-primary").click()
        screen.page.wait_for_load_state("load")
        found = re.search(r"SRN/2026/\d{5}", screen.text())
        assert found is not None, screen.text()[:2000]
        return found[0]

    def scrutinise(self, number: str) -> None:
        screen = self.task("dm_section_head", number)
        self.choose(screen, "पत्र", "साक्ष्यांकन प्रपत्र", "स्व-घोषणा", "फोटो", "पूर्ण पता")
        screen.sound("task-scrutinise")
        self.send(screen, "पुलिस अधीक्षक को प्रेषित करें")

    def route(self, number: str) -> None:
        self.send(self.task("sp_reader", number).sound("task-route"), "थानों को भेजें")

    def enquire(self, number: str, thana: str) -> None:
        """Acceptance, visit, registers and endorsement at one thana."""
        screen = self.task("sho", number, thana, "accept_enquiry")
        officer = screen.page.locator("input[name=eo]:checked")
        name = screen.page.locator(f"label[for='{officer.get_attribute('id')}']").inner_text().split(",")[0]
        screen.sound("task-accept")
        self.send(screen, "हमारा थाना: जाँच सौंपें")
        self.visit(number, thana, name)
        screen = self.task("thana_munshi", number, thana)
        self.choose(screen, "सभी पंजियाँ देखीं, उक्त वर्षों में कोई प्रविष्टि नहीं", "मैंने उक्त पंजियाँ स्वयं देखी हैं")
        screen.sound("task-registers")
        self.send(screen, "पंजी जाँच भेजें")
        screen = self.task("sho", number, thana, "endorse_enquiry")
        self.choose(screen, "अभिलेखों का मिलान किया")
        screen.sound("task-endorse")
        self.send(screen, "सहमत, आगे भेजें")

    def visit(self, number: str, thana: str, name: str) -> None:
        account = next(
            one
            for one in self._site.accounts()
            if one.role == "enquiry_officer" and one.office == thana and self._is_called(one.username, name)
        )
        screen = self._desk(self._look).sign_in(account)
        self._screens["enquiry_officer", thana] = screen
        screen = self.task("enquiry_officer", number, thana)
        self.taps = self.typed = 0
        self.choose(screen, "स्वयं", "निवासी हैं", "हाँ", "जन्म से")
        self.write(screen, "साक्षी का नाम", "श्याम महतो", 0)
        self.write(screen, "साक्षी का नाम", "गीता देवी", 1)
        for place in (0, 1):
            screen.page.locator(f"input[name='witnesses-{place}-gist'][value=known_good]").check()
            self.taps += 1
        self.choose(screen, "मैंने स्वयं जाँच की है")
        screen.sound("task-visit")
        self.send(screen, "प्रतिवेदन भेजें")
        assert self.taps + 1 <= 12, f"{self.taps + 1} taps, opening the task included"
        assert self.typed <= 2, f"{self.typed} typed entries"

    def _is_called(self, username: str, name: str) -> bool:
        """Whether the chosen officer is this account: the first of the list is the freest, then by name."""
        screen = self._desk(self._look)
        account = next(one for one in self._site.accounts() if one.username == username)
        screen.sign_in(account)
        return name in screen.text()

    def recommend(self, number: str, *labels: str) -> None:
        screen = self.task("sp", number)
        self.choose(screen, *labels)
        screen.sound("task-recommend")
        self.send(screen, "अनुशंसा भेजें")

    def decide(self, number: str) -> None:
        screen = self.task("dm", number)
        self.choose(screen, "मैं इस निर्णय पर हस्ताक्षर करता/करती हूँ")
        screen.sound("task-decide")
        self.send(screen, "निर्गत करें")

    def read_paper(self, role: str, number: str) -> Screen:
        """Wait for the worker's paper on the case's page, and open every tab on the way."""
        screen = self.at(role)
        address = f"/cases/{number.replace('/', '-')}"
        for _ in range(60):
            if "SRN/CAV/2026/" in screen.open(f"{address}/documents").text():
                break
            screen.page.wait_for_timeout(500)
        assert "SRN/CAV/2026/" in screen.text(), screen.text()[:1500]
        screen.sound("case-documents")
        for tab in ("diagram", "timeline"):
            screen.open(f"{address}/{tab}").sound(f"case-{tab}")
        return screen


@pytest.fixture(params=(*LOOKS, PHONE_NO_SCRIPT), ids=lambda look: look.name)
def officers(request: pytest.FixtureRequest, desk: Callable[..., Screen], site: Site) -> Iterator[Officers]:
    return Officers(desk, site, request.param)


def test_six_posts_take_a_case_with_two_thanas_to_its_paper(officers: Officers) -> None:
    number = officers.enter_candidate(officers.enter_letter("सरकारी सेवा में नियुक्ति"), ("मुफस्सिल", "गड़खा"))
    officers.scrutinise(number)
    officers.route(number)
    for thana in ("th_mufassil", "th_garkha"):
        officers.enquire(number, thana)
    officers.recommend(number, "मैं इस अनुशंसा पर हस्ताक्षर करता/करती हूँ")
    officers.decide(number)
    officers.read_paper("dm", number)


@pytest.fixture
def at_desks(desk: Callable[..., Screen], site: Site) -> Officers:
    """The same officers, all at a desktop: what a journey proves beyond the first needs no second look."""
    return Officers(desk, site, LOOKS[0])


def test_the_superintendent_returns_a_case_for_another_enquiry(at_desks: Officers) -> None:
    letter = at_desks.enter_letter("सरकारी सेवा में नियुक्ति")
    number = at_desks.enter_candidate(letter, ("मढ़ौरा",))
    at_desks.scrutinise(number)
    at_desks.route(number)
    at_desks.enquire(number, "th_marhaura")
    screen = at_desks.task("sp", number)
    screen.press("पुनः जाँच कराएँ").sound("task-recommend-again")
    screen.page.locator("select[name='re_enquiry-0-unit']").select_option(label="मढ़ौरा")
    screen.page.locator("textarea[name='re_enquiry-0-point']").fill("पूर्व के निवास की पुष्टि करें")
    screen.page.locator("textarea[name='sp_reason']").fill("पूर्व का निवास स्पष्ट नहीं है")
    at_desks.send(screen, "पुनः जाँच कराएँ")
    at_desks.enquire(number, "th_marhaura")
    at_desks.recommend(number, "मैं इस अनुशंसा पर हस्ताक्षर करता/करती हूँ")
    at_desks.decide(number)
    at_desks.read_paper("dm", number)


def test_a_paper_that_the_superintendent_signs_makes_no_task_for_the_magistrate(at_desks: Officers) -> None:
    letter = at_desks.enter_letter("बिहार पुलिस में नियुक्ति")
    number = at_desks.enter_candidate(letter, ("मांझी",))
    at_desks.scrutinise(number)
    at_desks.route(number)
    at_desks.enquire(number, "th_manjhi")
    at_desks.recommend(number, "निर्गत करें", "मैं इस अनुशंसा पर हस्ताक्षर करता/करती हूँ")
    at_desks.read_paper("sp", number)
    assert (
        number
        not in at_desks.at("dm").open(f"/inbox?search={number}").page.locator("table").all_inner_texts()
    )
