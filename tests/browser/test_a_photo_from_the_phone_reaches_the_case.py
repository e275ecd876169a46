"""The phone's camera at the door of a house: the photo outlives a refused form; nothing of the phone comes along."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from sqlalchemy import select

from app.models.tables.officers import officer
from tests.browser.conftest import LOOKS, PHONE_NO_SCRIPT

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Row

    from tests.browser.conftest import Look
    from tests.browser.pages import Screen
    from tests.journey import Journey
    from tests.serving import Account, Site

PHONES = [*(look for look in LOOKS if look.touch), PHONE_NO_SCRIPT]
each_phone = pytest.mark.parametrize("look", PHONES, ids=lambda look: look.name)


def photo() -> bytes:
    """A picture as a phone takes it: lying on its side, with the place and the maker in it."""
    exif, held = Image.Exif(), BytesIO()
    exif[0x0112], exif[0x010F] = 6, "MAKER-OF-PHONE"
    exif.get_ifd(0x8825)[2] = (25.0, 46.0, 51.0)
    Image.effect_noise((1200, 900), 80).convert("RGB").save(held, "JPEG", exif=exif)
    return held.getvalue()


@each_phone
def test_a_photo_outlives_a_refused_form_and_says_nothing_of_the_phone(
    desk: Callable[..., Screen], site: Site, journey: Journey, look: Look
) -> None:
    number, task = at_the_door(journey)
    screen = desk(look).sign_in(account_of(site, journey, task))
    screen.open(f"/tasks/{task.id}")
    unfold(screen, "स्थल फोटो")
    box = screen.page.locator("input[type=file][name=site_photo]")
    assert box.get_attribute("capture") == "environment"
    box.set_input_files({"name": "IMG_2026.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    if look.scripts:
        screen.page.get_by_text("IMG_2026.jpg").first.wait_for()
    screen.press("प्रतिवेदन भेजें")
    assert "IMG_2026.jpg" in screen.text()
    assert screen.page.locator(".error-summary").count() == 1, "the rest of the form is still empty"
    screen.sound("photo-kept")
    screen.open(f"/tasks/{task.id}")
    assert "IMG_2026.jpg" in screen.text()
    journey.now = datetime.now(UTC)  # noqa: TID251 - the draft holds the minute in which it was drawn
    journey.finish(task, journey.form_of(task))

    reader = desk(look).sign_in(site.account("dm")).open(f"/cases/{number.replace('/', '-')}/documents")
    with reader.page.expect_download() as waiting:
        reader.page.get_by_role("link", name="स्थल फोटो").click()
    assert waiting.value.suggested_filename == "IMG_2026.jpg"
    data = waiting.value.path().read_bytes()
    assert Image.open(BytesIO(data)).size == (900, 1200)
    assert not [word for word in (b"MAKER-OF-PHONE", b"Exif") if word in data]


@each_phone
def test_a_page_that_calls_itself_a_photo_is_refused_beside_its_box(
    desk: Callable[..., Screen], site: Site, journey: Journey, look: Look
) -> None:
    _, task = at_the_door(journey)
    screen = desk(look).sign_in(account_of(site, journey, task))
    screen.open(f"/tasks/{task.id}")
    unfold(screen, "स्थल फोटो")
    page = b"<html><script>document.title = 'taken over'</script></html>"
    screen.page.locator("input[type=file][name=site_photo]").set_input_files(
        {"name": "मकान.jpg", "mimeType": "image/jpeg", "buffer": page}
    )
    if not look.scripts:
        screen.press("प्रतिवेदन भेजें")
    screen.page.get_by_text(re.compile("फाइल “मकान” यहाँ नहीं चलेगी")).first.wait_for()
    assert "taken over" not in screen.page.title()


def unfold(screen: Screen, words: str) -> None:
    fold = screen.page.locator("summary", has_text=words)
    if fold.count() and fold.first.locator("xpath=..").get_attribute("open") is None:
        fold.first.click()


def at_the_door(journey: Journey) -> tuple[str, Row[Any]]:
    """A case whose enquiry officer stands at the door; -> its number, his task."""
    number = journey.new_case(["th_mufassil"])
    journey.go_on(number, until="visit")
    return number, next(each for each in journey.waiting(number) if each.element_id == "visit")


def account_of(site: Site, journey: Journey, task: Row[Any]) -> Account:
    """The account of the officer who is named for a task."""
    own = select(officer.c.username).where(officer.c.id == journey.actor_of(task).officer_id)
    with journey.database.engine.connect() as connection:
        return site.account(connection.execute(own).scalar_one())
