"""Everybody who touches a case, at browsers of their own: what a person does, and what it costs him."""

from __future__ import annotations

import itertools
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.domain.clock import IST

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import Look
    from tests.browser.pages import Screen
    from tests.serving import Site

_numbers = itertools.count(1)


class Officers:
    """The officers of the district; every step as one of them would do it, and no more."""

    def __init__(self, desk: Callable[..., Screen], site: Site, look: Look) -> None:
        self._desk, self._site, self._look = desk, site, look
        self._screens: dict[tuple[str, str], Screen] = {}
        self.taps = self.typed = 0
        self._step = ""
        #: Step -> taps from opening it to sending it, both counted, and typed entries; the most of all.
        self.counted: dict[str, tuple[int, int]] = {}

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
        screen.click(screen.page.locator(f"[data-row]:has-text('{number}') a[href*='/tasks/']").first)
        back = screen.page.get_by_role("link", name="‹ मेरे कार्य").get_attribute("href") or ""
        self._step, self.taps, self.typed = back.partition("tab=")[2], 1, 0
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

    def ask_again(self, screen: Screen, field: str) -> None:
        """Without scripts a button asks the server what the form now needs."""
        if not self._look.scripts:
            screen.click(screen.page.locator(f"button[value='refresh:{field}']"))

    def ask_by(self, screen: Screen, decision: str) -> None:
        """Without scripts the first press of a decision asks for what it needs besides."""
        if not self._look.scripts:
            screen.press(decision)

    def send(self, screen: Screen, button: str) -> None:
        """Press the button; where the form signs, confirm it by the code."""
        screen.press(button)
        if screen.path.startswith("/step-up/"):
            screen.sound("step-up").confirm()
            self.taps, self.typed = self.taps + 1, self.typed + 1
        before = self.counted.get(self._step, (0, 0))
        self.counted[self._step] = max(before, (self.taps + 1, self.typed))
        assert "error-summary" not in screen.page.content(), screen.text()[:1500]

    # -- the steps ----------------------------------------------------------------------------------

    def enter_letter(
        self, purpose: str, group: str = "समूह ग", department: str = "शिक्षा विभाग, बिहार"
    ) -> Screen:
        screen = self.at("dm_assistant").open("/requisitions/new")
        self.write(screen, "अधियाचना पत्रांक", f"का०-{next(_numbers)}/2026")
        self.day(screen, "letter_date", "16", "11", "2026")
        self.write(screen, "अधियाचक विभाग/कार्यालय", department)
        self.write(screen, "अधियाचक पदाधिकारी का पदनाम", "निदेशक (प्रशासन)")
        self.write(screen, "अधियाचक का पता", "नया सचिवालय, पटना")
        self.pick(screen, "सत्यापन का प्रयोजन", purpose)
        self.ask_again(screen, "purpose")
        self.write(screen, "पद/कार्य का नाम", "सहायक शिक्षक")
        if purpose == "सरकारी सेवा में नियुक्ति":
            self.pick(screen, "पद का समूह", group)
        screen.sound("letter")
        screen.press("अधियाचना दर्ज करें")
        assert "/requisitions/" in screen.path, screen.text()[:1500]
        return screen

    def enter_candidate(self, screen: Screen, thanas: tuple[str, ...], *, is_alike: bool = False) -> str:
        """Enter a candidate; `is_alike`: there is surely a person of his name, whom the page then asks about."""
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
            self.ask_again(screen, "same_address")
            self.write(screen, "वर्तमान पता: ग्राम/मुहल्ला", "साहेबगंज")
            self.pick(screen, "वर्तमान पता: थाना", thanas[1])
            self.write(screen, "वर्तमान पता: पिन कोड", "841301")
        self.choose(screen, "घोषणा प्राप्त नहीं")
        screen.sound("candidate")
        screen.click(screen.page.locator("form[data-form] .btn-primary"))
        if screen.page.locator("#alike").count() or is_alike:
            screen.sound("candidate-alike")
            self.choose(screen, "अन्य व्यक्ति")
            self.write(screen, "निर्णय का कारण", "दूसरे गाँव के अन्य व्यक्ति हैं")
            screen.click(screen.page.locator("form[data-form] .btn-primary"))
        found = re.search(r"SRN/2026/\d{5}", screen.text())
        assert found is not None, screen.text()[:2000]
        return found[0]

    def scrutinise(self, number: str) -> None:
        screen = self.task("dm_section_head", number)
        self.choose(screen, "पत्र", "साक्ष्यांकन प्रपत्र", "स्व-घोषणा", "फोटो", "पूर्ण पता")
        screen.sound("task-scrutinise")
        self.send(screen, "पुलिस अधीक्षक को प्रेषित करें")

    def route(self, number: str) -> None:
        self.send(self.task("sp_reader", number).sound("task-route"), "इकाइयों को भेजें")

    def search(self, number: str) -> None:
        """The crime records bureau finds nothing under any of his names."""
        screen = self.task("dcrb", number)
        self.look_up(screen)
        self.choose(screen, "कोई अभिलेख नहीं")
        screen.sound("task-search")
        self.send(screen, "प्रतिवेदन दें")

    def look_up(self, screen: Screen) -> None:
        """What is ticked for every search, whatever it brings to light."""
        names = ("राहुल कुमार शर्मा", "Rahul Kumar Sharma")
        special = ("साइबर थाना", "महिला थाना", "अनु०जाति/जनजाति थाना", "यातायात थाना")
        self.choose(screen, *names, "हाँ", *special, "कोई प्रविष्टि नहीं")
        self.choose(screen, "यह खोज-परिणाम मेरे द्वारा प्रमाणित है")
        if self._look.scripts:  # one press for three boxes; neither is counted
            screen.page.get_by_role("button", name="आज (अभिलेख किस तिथि तक देखे गए)").click()
        else:
            self.today(screen, "searched_up_to")

    def today(self, screen: Screen, name: str, later: int = 0) -> None:
        day = datetime.now(IST).date() + timedelta(days=later)  # noqa: TID251 - the program runs by the machine's clock
        self.day(screen, name, str(day.day), str(day.month), str(day.year))

    def special_report(self, number: str) -> None:
        screen = self.task("special_branch", number)
        self.choose(screen, "कोई प्रतिकूल तथ्य नहीं", "इस प्रतिवेदन पर मेरे हस्ताक्षर हैं")
        screen.sound("task-special")
        self.send(screen, "प्रतिवेदन दें")

    def enquire(self, number: str, thana: str) -> None:
        """Acceptance, visit, registers and endorsement at one thana."""
        screen = self.task("sho", number, thana, "accept_enquiry")
        name = self.assigned(screen)
        screen.sound("task-accept")
        self.send(screen, "हमारा थाना: जाँच सौंपें")
        self.visit(number, thana, name)
        self.check_registers(number, thana)
        screen = self.task("sho", number, thana, "endorse_enquiry")
        self.choose(screen, "अभिलेखों का मिलान किया")
        screen.sound("task-endorse")
        self.send(screen, "सहमत, आगे भेजें")

    def check_registers(self, number: str, thana: str) -> None:
        screen = self.task("thana_munshi", number, thana)
        self.choose(screen, "सभी पंजियाँ देखीं, उक्त वर्षों में कोई प्रविष्टि नहीं", "मैंने उक्त पंजियाँ स्वयं देखी हैं")
        screen.sound("task-registers")
        self.send(screen, "पंजी जाँच भेजें")

    def assigned(self, screen: Screen) -> str:
        """The enquiry officer whom the page proposes, by name."""
        officer = screen.page.locator("input[name=eo]:checked")
        place = officer.get_attribute("id")
        return screen.page.locator(f"label[for='{place}']").inner_text().split(",")[0]

    def visitor(self, number: str, thana: str, name: str) -> Screen:
        """The task of the visit, open before the enquiry officer of this name."""
        account = next(
            one
            for one in self._site.accounts()
            if (one.role, one.office, one.name_hi) == ("enquiry_officer", thana, name)
        )
        screen = self._desk(self._look).sign_in(account)
        self._screens["enquiry_officer", thana] = screen
        return self.task("enquiry_officer", number, thana)

    def visit(self, number: str, thana: str, name: str) -> None:
        self.report_visit(self.visitor(number, thana, name))

    def report_visit(self, screen: Screen) -> None:
        self.choose(screen, "स्वयं", "निवासी हैं")
        self.ask_again(screen, "resident")
        self.choose(screen, "हाँ", "जन्म से")
        self.write(screen, "साक्षी का नाम", "श्याम महतो", 0)
        self.write(screen, "साक्षी का नाम", "गीता देवी", 1)
        for place in (0, 1):
            screen.page.locator(f"input[name='witnesses-{place}-gist'][value=known_good]").check()
            self.taps += 1
        self.choose(screen, "मैंने स्वयं जाँच की है")
        screen.sound("task-visit")
        self.send(screen, "प्रतिवेदन भेजें")

    def agree_if_drawn(self, number: str) -> None:
        """One clean case in twenty goes to the SDPO by lot; he agrees."""
        if self.at("sp").open(f"/inbox?search={number}").page.locator("[data-row]").count():
            return
        screen = self.above("sdpo", number)
        self.choose(screen, "इस मंतव्य पर मेरे हस्ताक्षर हैं")
        self.send(screen, "सहमत")

    def above(self, role: str, number: str) -> Screen:
        """Open the task of a case that waits for one of the officers over several stations."""
        for account in self._site.accounts():
            if account.role == role and number in self.at(role, account.office).open("/inbox").text():
                return self.task(role, number, account.office)
        raise LookupError(f"{number} waits for no {role}")

    def recommend(self, number: str, *labels: str) -> None:
        self.agree_if_drawn(number)
        screen = self.task("sp", number)
        self.choose(screen, *labels)
        screen.sound("task-recommend")
        self.send(screen, "अनुशंसा भेजें")

    def decide(self, number: str) -> None:
        screen = self.task("dm", number)
        self.choose(screen, "इस निर्णय पर मेरे हस्ताक्षर हैं")
        screen.sound("task-decide")
        self.send(screen, "निर्गत करें")

    def dispatch(self, number: str) -> None:
        screen = self.task("dm_section_head", number)
        self.choose(screen, "हाथों-हाथ")
        self.ask_again(screen, "dispatch_mode")
        self.write(screen, "प्राप्तकर्ता", "अनिल कुमार")
        screen.sound("task-dispatch")
        self.send(screen, "निर्गमन दर्ज करें")

    def deliver(self, number: str) -> None:
        """Send the paper to the department's account, which the form proposes."""
        screen = self.task("dm_section_head", number)
        self.send(screen.sound("task-dispatch"), "निर्गमन दर्ज करें")

    def receive(self, number: str) -> None:
        """Find the letter as its department does, and open the paper that came."""
        screen = self.at("requester").open("/department").sound("department")
        assert "पत्र प्राप्त" in screen.text()
        letters = [each.get_attribute("href") or "" for each in screen.page.locator("td.who a").all()]
        assert any(number in screen.open(each).text() for each in letters), (
            "other tests have letters there, too"
        )
        screen.sound("department-letter").open("/department/papers")
        waiting = screen.sound("department-papers").page.locator("tbody tr").first
        assert "अभी नहीं खोला गया" in waiting.inner_text()
        screen.click(waiting.get_by_role("button", name="पत्र खोलें"))
        with screen.sound("department-paper").page.expect_download() as download:
            screen.page.get_by_role("link", name="डाउनलोड").click()
        assert download.value.suggested_filename.endswith(".pdf")
        assert "अभी नहीं खोला गया" not in screen.open("/department/papers").text()

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
