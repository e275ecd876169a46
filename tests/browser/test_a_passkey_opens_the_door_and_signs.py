"""A passkey of the browser itself, from the account page to a signed paper; Chromium holds the key in software."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.browser.conftest import LOOKS, PHONE_NO_SCRIPT
from tests.browser.pages import Screen

if TYPE_CHECKING:
    from tests.journey import Journey
    from tests.serving import Site

Desk = Callable[..., Screen]
PHONE = LOOKS[2]
#: A passkey that lives in the device and knows its holder, as a telephone's does.
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_added_and_opens_the_door_and_signs_a_paper(
    desk: Desk, site: Site, journey: Journey
) -> None:
    number = journey.new_case()
    journey.go_on(number, until="decide")
    [task] = journey.waiting(number)
    account = site.account("dm")
    screen = desk(PHONE, base_url=site.url.replace("127.0.0.1", "localhost"))
    debugger = screen.page.context.new_cdp_session(screen.page)
    debugger.send("WebAuthn.enable")
    key = debugger.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"]

    screen.sign_in(account).open("/account").press("पासकी जोड़ें").sound("passkey-step-up")
    screen.confirm("आगे बढ़ें").sound("passkey-new")
    screen.fill("पासकी का नाम", "मेरा फोन").press("पासकी बनाएँ")
    assert "पासकी जुड़ गई" in screen.text()
    screen.sound("account-with-passkey")
    assert len(debugger.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]) == 1

    screen.page.locator("details.me summary").click()
    screen.press("बाहर निकलें").sound("sign-in-passkey")
    screen.fill("उपयोगकर्ता नाम", account.username).fill("पासवर्ड", account.password)
    screen.press("पासकी से प्रवेश करें")
    assert screen.path == "/inbox"

    screen.open(f"/tasks/{task.id}")
    screen.page.get_by_label("इस निर्णय पर मेरे हस्ताक्षर हैं", exact=True).check()
    screen.press("निर्गत करें").sound("sign-by-passkey")
    screen.press("पासकी से पुष्टि करें")
    assert task.id not in {each.id for each in journey.waiting(number)}

    screen.open("/account").click(screen.button_with("यह पासकी हटाएँ")).sound("passkey-remove-step-up")
    screen.press("पासकी से पुष्टि करें")
    assert "पासकी हट गई" in screen.text()
    assert "मेरा फोन" not in screen.text()


def test_without_scripts_the_code_stays_the_way_in(desk: Desk) -> None:
    screen = desk(PHONE_NO_SCRIPT).open("/sign-in?lang=hi")
    assert not screen.button("पासकी से प्रवेश करें").is_visible()
    assert screen.button("प्रवेश करें").is_visible()
