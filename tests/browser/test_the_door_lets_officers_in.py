"""Signing in, in every way in which a person may come: with and without scripts, on a phone."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from app.services.staff import entrycodes
from tests.browser.conftest import LOOKS, PHONE_NO_SCRIPT, Look, at_work
from tests.browser.pages import Screen
from tests.phone import Phone

if TYPE_CHECKING:
    from tests.serving import Site

Desk = Callable[..., Screen]

#: How an officer comes for the first time: at a desk, or with nothing but a telephone without scripts.
FIRST = [LOOKS[0], LOOKS[1], PHONE_NO_SCRIPT]
PHRASE = "तालाब किनारे बगुला खड़ा"


def test_the_door_is_sound_in_both_languages(desk: Desk, look: Look) -> None:
    screen = desk(look)
    for language in ("hi", "en"):
        screen.open(f"/sign-in?lang={language}").sound(f"sign-in-{language}")


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the program runs by the machine's clock


def test_a_name_its_password_and_a_code_lead_to_the_inbox(desk: Desk, site: Site, look: Look) -> None:
    # An officer each: a telephone has two fresh codes, and then none for half a minute.
    officers = {"desktop": "dm_section_head", "no-script": "munshi.akilpur", "phone": "munshi.kopa"}
    account = site.account(officers[look.name])
    code = Phone(account.totp_secret).fresh_code(now, time.sleep)
    screen = desk(look).sign_in_by_hand(account, code)
    assert screen.path == "/inbox"
    screen.sound("inbox-empty")


def test_what_the_running_site_writes_is_for_its_own_user(site: Site) -> None:
    written = [path for path in site.instance.rglob("*") if path.is_file()]
    assert any(path.name == "satyapan.db" for path in written)
    assert not [path for path in written if path.stat().st_mode & 0o077]


def test_a_wrong_password_is_told_and_the_name_kept(desk: Desk) -> None:
    screen = desk(PHONE_NO_SCRIPT).open("/sign-in?lang=hi")
    screen.fill("उपयोगकर्ता नाम", "dm").fill("पासवर्ड", "not the password")
    screen.fill("प्रमाणक ऐप का कोड", "000000").press("प्रवेश करें")
    assert "प्रवेश नहीं हुआ" in screen.text()
    assert screen.page.get_by_label("उपयोगकर्ता नाम").input_value() == "dm"


def test_a_refusal_at_the_door_is_sound_in_both_languages(desk: Desk, look: Look) -> None:
    for language, button, refused in (("hi", "प्रवेश करें", "प्रवेश नहीं हुआ"), ("en", "Sign in", "not signed in")):
        screen = desk(look).open(f"/sign-in?lang={language}")
        screen.page.locator("#username").fill("nobody")
        screen.page.locator("#password").fill("not the password")
        screen.page.locator("#code").fill("000000")
        screen.press(button).sound(f"sign-in-refused-{language}")
        assert refused.lower() in screen.page.get_by_role("alert").inner_text().lower()


def test_a_post_of_the_demo_is_entered_by_one_click(desk: Desk) -> None:
    screen = desk(LOOKS[0]).open("/sign-in?lang=en")
    screen.page.get_by_role("button", name="Section").first.click()
    screen.page.wait_for_url("**/inbox")
    assert screen.heading


def code_for(site: Site, username: str, lost: str) -> str:
    """A code as the command of the machine's administrator makes it, beside the running site."""
    with at_work(site) as journey:
        return entrycodes.by_command(journey.database, 218, username, lost, journey.now)


@pytest.mark.parametrize("look", FIRST, ids=lambda look: look.name)
def test_a_new_telephone_is_added_by_a_code_and_the_recovery_codes_are_shown_once(
    desk: Desk, site: Site, look: Look
) -> None:
    account = site.account({"desktop": "adm", "no-script": "sp_reader"}.get(look.name, "sho.garkha"))
    screen = desk(look).open("/sign-in?lang=hi").follow("पहली बार प्रवेश, या प्रशासक से कोड मिला है")
    screen.sound("sign-in-by-code")
    screen.fill("उपयोगकर्ता नाम", account.username)
    screen.fill("प्रवेश कोड", code_for(site, account.username, "factor")).press("प्रवेश करें")
    assert screen.heading == "नया प्रमाणक ऐप जोड़ें"
    screen.sound("set-up-factor")
    telephone = Phone(screen.page.locator(".secret").inner_text())
    screen.fill("अभी का पासवर्ड", "wrong")
    screen.fill("नए ऐप में दिख रहा कोड", telephone.fresh_code(now, time.sleep)).press("ऐप जोड़ें")
    assert "अभी का पासवर्ड सही नहीं है।" in screen.page.get_by_role("alert").inner_text()
    screen.sound("set-up-factor-refused")
    screen.fill("अभी का पासवर्ड", account.password)
    screen.fill("नए ऐप में दिख रहा कोड", telephone.fresh_code(now, time.sleep)).press("ऐप जोड़ें")
    assert screen.heading == "आपके पुनर्प्राप्ति कोड"
    screen.sound("recovery-codes")
    [code, *others] = screen.page.get_by_role("listitem").all_inner_texts()
    assert len(others) == 9
    screen.follow("कोड सुरक्षित रख लिए, आगे बढ़ें")
    assert screen.path == "/inbox"
    again = desk(look).sign_in_by_hand(account, code)
    assert again.path == "/inbox"
    again.open("/account").sound("account-with-sessions")
    assert "9 शेष" in again.text()
    again.click(again.button_with("यह सत्र समाप्त करें"))
    again.confirm("समाप्त करें")
    assert screen.open("/inbox").path.startswith("/sign-in")


@pytest.mark.parametrize("look", FIRST, ids=lambda look: look.name)
def test_an_officer_chooses_another_password(desk: Desk, site: Site, look: Look) -> None:
    account = site.account(
        {"desktop": "eo1.garkha", "no-script": "eo2.garkha"}.get(look.name, "munshi.garkha")
    )
    screen = desk(look).sign_in(account).open("/account").follow("पासवर्ड बदलें")
    screen.sound("change-password")
    screen.fill("अभी का पासवर्ड", account.password)
    screen.fill("नया पासवर्ड", "Bihar@1234567").fill("नया पासवर्ड, दोबारा", "Bihar@1234567")
    screen.fill("प्रमाणक ऐप का कोड", screen.demo_code()).press("पासवर्ड बदलें")
    assert "आसानी से अनुमान" in screen.page.get_by_role("alert").inner_text()
    screen.sound("change-password-refused")
    screen.fill("अभी का पासवर्ड", account.password).fill("नया पासवर्ड", PHRASE).fill(
        "नया पासवर्ड, दोबारा", PHRASE
    )
    screen.fill("प्रमाणक ऐप का कोड", screen.demo_code()).press("पासवर्ड बदलें")
    assert "पासवर्ड बदल गया" in screen.text()


def test_an_administrator_makes_a_code_that_is_shown_once(desk: Desk, site: Site, look: Look) -> None:
    screen = desk(look).sign_in(site.account("user_admin")).open("/admin").follow("प्रवेश कोड")
    screen.sound("entry-codes")
    screen.fill("उपयोगकर्ता नाम", "nobody.here").press("कोड बनाएँ")
    assert "nobody.here" in screen.page.get_by_role("alert").inner_text()
    screen.sound("entry-codes-refused")
    screen.fill("उपयोगकर्ता नाम", "eo1.mufassil").press("कोड बनाएँ").sound("entry-code-step-up")
    screen.confirm("कोड बनाएँ").sound("entry-code-made")
    assert re.search(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){6}", screen.text())
    screen.fill("उपयोगकर्ता नाम", "eo2.mufassil")
    screen.page.get_by_label(re.compile("^प्रमाणक ऐप और पुनर्प्राप्ति कोड")).check()
    screen.press("कोड बनाएँ").confirm("कोड बनाएँ").sound("entry-code-asked")
    assert "किसी दूसरे प्रशासक की सहमति" in screen.text()


def let_it_run_out(site: Site, officer_id: str) -> None:
    """Let every session of an officer have been idle for an hour."""
    past = (now() - timedelta(hours=1)).replace(tzinfo=None).isoformat(" ", "microseconds")
    with closing(sqlite3.connect(site.instance / "satyapan.db", timeout=30)) as connection, connection:
        connection.execute(
            "update login_session set last_seen_at = ? where officer_id = ?", (past, UUID(officer_id).bytes)
        )


def test_what_was_typed_waits_behind_the_door(desk: Desk, site: Site) -> None:
    account = site.account("dm_assistant")
    screen = desk(PHONE_NO_SCRIPT).sign_in(account).open("/requisitions/new")
    screen.fill("अधियाचना पत्रांक", "का०-77/2026 प्रारूप")
    let_it_run_out(site, account.id)
    screen.press("अधियाचना दर्ज करें")
    assert "सत्र समाप्त; आपका लिखा सुरक्षित है" in screen.page.get_by_role("status").inner_text()
    screen.sound("sign-in-kept")
    screen.enter(account)
    assert screen.path.startswith("/requisitions/new")
    assert screen.page.get_by_label("अधियाचना पत्रांक", exact=True).input_value() == "का०-77/2026 प्रारूप"
