"""A department on a phone without scripts: a scan for its letter, a photo for a person; the assistant opens both.

The pages beside it are looked at by the way: the guide for programs, the crime register, the list of charge.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.domain.roles import Role
from tests import lodging
from tests.browser.conftest import PHONE_NO_SCRIPT, at_work
from tests.journey import scan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from uuid import UUID

    from tests.browser.pages import Screen
    from tests.serving import Site

NUMBER = "शि०-611/2026"


def begun(site: Site) -> tuple[UUID, UUID]:
    """A letter of the department with its checked list; the letter, and the list."""
    with at_work(site) as journey:
        now = datetime.now(UTC)  # noqa: TID251 - the program runs by the machine's clock
        journey.now = now
        clerk = journey.staff.holder(Role.REQUESTER)
        letter = lodging.written(journey, clerk, now, letter_no=NUMBER)
        return letter, lodging.judged(journey, clerk, letter, lodging.sheet([lodging.ONE]), now)


def give(screen: Screen, label: str, path: Path) -> None:
    screen.page.get_by_label(label).set_input_files(path)
    screen.press("फाइलें रखें")
    assert path.stem in screen.text()


def test_a_scan_and_a_photo_go_with_the_letter_from_a_phone_without_scripts(
    desk: Callable[..., Screen], site: Site, tmp_path: Path
):
    letter, roster = begun(site)
    photo = tmp_path / "photo-of-ramesh.jpg"
    photo.write_bytes(scan("photo").data)
    accounts = {each.role: each for each in site.accounts()}
    clerk = desk(PHONE_NO_SCRIPT).sign_in(accounts["requester"])
    clerk.open(f"/department/lodgements/{letter}").sound("lodgement")
    clerk.follow("पत्र की प्रति जोड़ें").sound("lodgement-files")
    give(clerk, "अधियाचना पत्र की प्रति", photo)
    clerk.sound("lodgement-files-kept")
    clerk.open(f"/lists/{roster}").follow("सूची के अभ्यर्थी और उनकी फाइलें").sound("list-persons")
    clerk.click(clerk.page.get_by_role("link", name="रमेश कुमार"))
    give(clerk, "फोटो", photo)
    clerk.sound("list-person-files")
    clerk.open(f"/department/lodgements/{letter}").press("जिला कार्यालय को भेजें")
    clerk.open("/api").sound("api-guide")
    clerk.follow("‹ मुखपृष्ठ")
    assistant = desk(PHONE_NO_SCRIPT).sign_in(accounts["dm_assistant"])
    assistant.open(f"/requisitions/sent/{letter}").sound("lodgement-sent")
    files = assistant.page.get_by_role("link", name="photo-of-ramesh")
    assert files.count() == 4, "each of the two is taken, or looked at in a window of its own"
    for link in files.filter(has_not_text="पृष्ठ देखें").all():
        with assistant.page.expect_download() as given:
            link.click()
        assert given.value.path().read_bytes().startswith(b"\xff\xd8")
    assistant.open("/charge").sound("charge")
    keeper = desk(PHONE_NO_SCRIPT).sign_in(accounts["dcrb"])
    for path, name in (
        ("/crimes", "crimes"),
        ("/crimes/new", "crime-entry"),
        ("/crimes/lists", "crime-lists"),
    ):
        keeper.open(path).sound(name)
