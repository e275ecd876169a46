"""Signing in, in every way in which a person may come: with and without scripts, on a phone."""

from collections.abc import Callable

from tests.browser.conftest import LOOKS, PHONE_NO_SCRIPT, Look
from tests.browser.pages import Screen
from tests.serving import Site

Desk = Callable[..., Screen]


def test_the_door_is_sound_in_both_languages(desk: Desk, look: Look) -> None:
    screen = desk(look)
    for language in ("hi", "en"):
        screen.open(f"/sign-in?lang={language}").sound(f"sign-in-{language}")


def test_a_name_and_its_password_lead_to_the_inbox(desk: Desk, site: Site, look: Look) -> None:
    screen = desk(look).sign_in(site.account("dm_section_head"))
    assert screen.path == "/inbox"
    screen.sound("inbox-empty")


def test_what_the_running_site_writes_is_for_its_own_user(site: Site) -> None:
    written = [path for path in site.instance.rglob("*") if path.is_file()]
    assert any(path.name == "satyapan.db" for path in written)
    assert not [path for path in written if path.stat().st_mode & 0o077]


def test_a_wrong_password_is_told_and_the_name_kept(desk: Desk) -> None:
    screen = desk(PHONE_NO_SCRIPT).open("/sign-in?lang=hi")
    screen.fill("उपयोगकर्ता नाम", "dm").fill("पासवर्ड", "not the password").press("प्रवेश करें")
    assert "प्रवेश नहीं हुआ" in screen.text()
    assert screen.page.get_by_label("उपयोगकर्ता नाम").input_value() == "dm"


def test_a_refusal_at_the_door_is_sound_in_both_languages(desk: Desk, look: Look) -> None:
    for language, button, refused in (("hi", "प्रवेश करें", "प्रवेश नहीं हुआ"), ("en", "Sign in", "not signed in")):
        screen = desk(look).open(f"/sign-in?lang={language}")
        screen.page.locator("#username").fill("nobody")
        screen.page.locator("#password").fill("not the password")
        screen.press(button).sound(f"sign-in-refused-{language}")
        assert refused.lower() in screen.page.get_by_role("alert").inner_text().lower()


def test_a_post_of_the_demo_is_entered_by_one_click(desk: Desk) -> None:
    screen = desk(LOOKS[0]).open("/sign-in?lang=en")
    screen.page.get_by_role("button", name="Section").first.click()
    screen.page.wait_for_url("**/inbox")
    assert screen.heading
