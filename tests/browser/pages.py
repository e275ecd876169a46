"""Page objects: what an officer sees and does, by role and by name, never by class or position."""

from __future__ import annotations

import os
import re
import time
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import CDPSession, Frame, Locator, Page, Request

    from tests.serving import Account

_BEGINS_WITHIN, _COMES_WITHIN = 1.5, 15.0  # seconds: a click asks for its page soon, or for none
#: A picture costs as much as its page: one of each screen is taken where somebody wants to look at them.
WANTS_PICTURES = bool(os.environ.get("PICTURES"))
_TOKEN = re.compile(r'name="csrf_token" value="([^"]*)"')
_AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Rows and drawings of one make are judged by the first of them; the others are put aside meanwhile, for axe looks
# through what it need not judge as well, and four hundred rows cost it a second a page. Preloading would fetch every
# style sheet again, for the rule that none locks a page's orientation; ours name none.
_RUN_AXE = """rules => {
  const places = [
    ...document.querySelectorAll("[data-row]:nth-child(n+4), tbody tr:nth-child(n+6)"),
    ...[...document.querySelectorAll("svg.bpmn")].slice(1),
  ].map(one => {
    const place = document.createComment("");
    one.replaceWith(place);
    return [place, one];
  });
  return axe.run(document, {runOnly: {type: "tag", values: rules}, resultTypes: ["violations"], preload: false})
    .finally(() => places.forEach(([place, one]) => place.replaceWith(one)));
}"""
#: What every page must be; -> what is wrong with this one, in words. Buttons and fields lower than 44 pixels would be
#: missed by a thumb.
_LOOK_AT = """() => {
  const faults = [], all = (what) => [...document.querySelectorAll(what)], glass = document.documentElement;
  const seen = (one) => one.checkVisibility({visibilityProperty: true}) && !one.closest("[aria-hidden=true]");
  const tops = all("h1, [role=heading][aria-level='1']").filter(seen).length;
  if (tops !== 1) faults.push(`${tops} headings of the first level`);
  if (!document.title.trim()) faults.push("no title");
  const wider = glass.scrollWidth - glass.clientWidth;
  if (wider > 0) faults.push(`${wider} px wider than the glass`);
  all("button, select, input:not([type=hidden], [type=checkbox], [type=radio]), summary, a.btn")
    .filter((one) => one.offsetParent && !one.closest("[aria-hidden=true]"))
    .filter((one) => one.getBoundingClientRect().height < 44 - 0.5)
    .forEach((one) => faults.push(`a thumb would miss ${one.outerHTML.slice(0, 120)}`));
  const tab = document.querySelector(".case-tabs [aria-current]")?.getBoundingClientRect();
  if (tab?.width && (tab.left < 0 || tab.right > glass.clientWidth)) faults.push("the open tab is not seen");
  return faults;
}"""


@cache
def _axe_source() -> str:
    return _AXE.read_text(encoding="utf-8")


class Screen:
    """Any page of the product: open, look, press, and what must hold on all of them."""

    def __init__(
        self,
        page: Page,
        pictures: Path,
        judged: Path,
        look: str,
        *,
        scripts: bool = True,
        wait: Callable[[], None],
    ) -> None:
        self.page = page
        self._wait_for_codes = wait
        self._pictures = pictures
        self._judged = judged
        self._look = look
        self.scripts = scripts
        self._debugger: CDPSession | None = None

    def open(self, path: str) -> Screen:
        self.page.goto(path, wait_until="load")
        return self

    @property
    def heading(self) -> str:
        return self.page.get_by_role("heading", level=1).inner_text()

    @property
    def path(self) -> str:
        return "/" + self.page.url.split("/", 3)[3]

    def text(self) -> str:
        return self.page.locator("body").inner_text()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def button_with(self, name: str) -> Locator:
        """The first button whose name begins so: what follows tells a reader which row it belongs to."""
        return self.page.get_by_role("button", name=name).first

    def confirm(self, button: str = "हस्ताक्षर करें और भेजें") -> Screen:
        """Confirm what the page of a step-up shows, by the code that stands there in the demo."""
        return self.fill("प्रमाणक ऐप का कोड", self.demo_code()).press(button)

    def demo_code(self) -> str:
        """The code that the demo shows in place of a telephone; time is let pass where all were used."""
        shown = self.page.locator("[data-demo-code]")
        if not shown.count():
            self._wait_for_codes()
            self.page.reload(wait_until="load")
        return shown.inner_text()

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name, exact=True)

    def click(self, target: Locator) -> Screen:
        """Click, and wait for the page that this leads to, if it leads to one.

        On a busy machine the answer comes so late that the old page would be taken for the new one.
        """
        asked: list[str] = []
        came: list[str] = []

        def ask(request: Request) -> None:
            if request.is_navigation_request() and request.frame == self.page.main_frame:
                asked.append(request.url)

        def come(frame: Frame) -> None:
            if frame == self.page.main_frame:
                came.append(frame.url)

        self.page.on("request", ask)
        self.page.on("framenavigated", come)
        try:
            target.click()
            for wanted, seconds in ((asked, _BEGINS_WITHIN), (came, _COMES_WITHIN)):
                deadline = time.monotonic() + seconds
                while not (wanted or came) and (asked or wanted is asked) and time.monotonic() < deadline:
                    self.page.wait_for_timeout(20)
        finally:
            self.page.remove_listener("request", ask)
            self.page.remove_listener("framenavigated", come)
        self.page.wait_for_load_state("load")
        return self

    def press(self, name: str) -> Screen:
        return self.click(self.button(name))

    def follow(self, name: str) -> Screen:
        return self.click(self.link(name).first)

    def fill(self, label: str, value: str) -> Screen:
        self.page.get_by_label(label, exact=True).fill(value)
        return self

    def sign_in(self, account: Account) -> Screen:
        """Press the demo's button of this officer without having its long page drawn; no page is open yet.

        Tests of the door itself type what it asks for.
        """
        request = self.page.context.request
        token = _TOKEN.search(request.get("/sign-in?lang=hi").text())
        assert token is not None
        form = {"csrf_token": token[1], "officer": account.id}
        answer = request.post("/demo/enter", form=form, max_redirects=0)
        assert answer.status == 303, answer.text()[:2000]
        return self

    def enter(self, account: Account) -> Screen:
        """Press the demo's button of this officer on the sign-in page that is open."""
        button = self.page.locator(f"button[name=officer][value='{account.id}']")
        button.evaluate("button => { button.closest('details').open = true; }")
        return self.click(button)

    def sign_in_by_hand(self, account: Account, code: str) -> Screen:
        """Come in by name, password and the code of the telephone, as on any ordinary day."""
        self.open("/sign-in?lang=hi")
        self.fill("उपयोगकर्ता नाम", account.username).fill("पासवर्ड", account.password)
        return self.fill("प्रमाणक ऐप का कोड", code).press("प्रवेश करें")

    def sound(self, name: str) -> Screen:
        """Hold the page to what every page must be, and keep a picture of it; `name` is its name in all cases."""
        wrong = self.page.evaluate(_LOOK_AT)
        assert not wrong, f"{self.path}: {'; '.join(wrong)}"
        # The same page of another case would show nothing anew, and to judge it costs thrice what to open it does.
        mark = self._judged / f"{name}-{self._look}"
        if not mark.exists():
            self.picture(name)
            faults = self.accessibility_faults()
            assert not faults, "\n".join(faults)
            mark.touch()
        return self

    def picture(self, name: str, *, whole: bool = True, wanted: bool = WANTS_PICTURES) -> None:
        """Keep the whole page, or what is on the glass, as test-output/<name>-<look>.png, where that is wanted."""
        if wanted:
            self._pictures.mkdir(exist_ok=True)
            self.page.screenshot(path=self._pictures / f"{name}-{self._look}.png", full_page=whole)

    def accessibility_faults(self) -> list[str]:
        """What axe finds, in one line each. Runs through the debugger, so the content policy stays strict.

        Without scripts axe never comes back: the same markup is looked at by the looks that have them.
        """
        if not self.scripts:
            return []
        # As a script of its own: within an expression of Playwright's the engine would read its half a megabyte anew.
        # The session stays: one that ends takes the page's virtual authenticator along.
        self._debugger = self._debugger or self.page.context.new_cdp_session(self.page)
        self._debugger.send("Runtime.evaluate", {"expression": _axe_source()})
        found: dict[str, Any] = self.page.evaluate(_RUN_AXE, _AXE_RULES)
        return [
            f"{self.path}: {fault['id']} ({fault['impact']}): {fault['help']}: {node['html'][:160]}"
            for fault in found["violations"]
            for node in fault["nodes"]
        ]

    def overflow(self) -> int:
        """By how many pixels the page is wider than the glass; 0 is right."""
        width: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return max(0, width)
