"""Forty candidates come as an Excel list with ten faults: taken in, mended, forwarded; on a desk and on a phone."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app import spreadsheets
from app.domain.roles import Role
from app.models.officers import officer
from tests.browser.conftest import LOOKS, PHONE_NO_SCRIPT, Look, at_work

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from uuid import UUID

    from tests.browser.pages import Screen
    from tests.journey import Journey
    from tests.serving import Site

HEADS = [
    *("नाम (हिन्दी)", "नाम (अंग्रेजी, प्रमाण पत्र के अनुसार)", "लिंग", "जन्म तिथि", "पिता/पति का नाम (हिन्दी)"),
    *("पिता/पति का नाम (अंग्रेजी)", "स्थायी पता: ग्राम/मुहल्ला", "स्थायी पता: पिन कोड", "स्थायी पता: थाना"),
]
GIVEN = (("राहुल", "Rahul"), ("अमित", "Amit"), ("सुनील", "Sunil"), ("पूजा", "Puja"), ("मनोज", "Manoj"))
FAMILY = (("कुमार", "Kumar"), ("सिंह", "Singh"), ("प्रसाद", "Prasad"), ("राय", "Rai"))
#: Row -> column -> what is wrong there.
FAULTS = {
    1: (7, "84130"),
    4: (8, "कहीं नहीं"),
    8: (3, "31-02-1994"),
    12: (0, "Rahul"),
    16: (2, "पु०"),
    20: (6, ""),
    24: (1, "jke dqekj"),
    28: (7, "=A1"),
    32: (3, "14-03-2022"),
    36: (5, "विनय"),
}


def people(first: date) -> list[list[str]]:
    rows = []
    for number in range(40):
        (given_hi, given_en), (family_hi, family_en) = GIVEN[number % 5], FAMILY[number % 4]
        born = (first + timedelta(days=number)).strftime("%d-%m-%Y")
        name = [
            f"{given_hi} {family_hi}",
            f"{given_en} {family_en}",
            "महिला" if given_en == "Puja" else "पुरुष",
        ]
        rows.append([*name, born, f"विनय {family_hi}", f"Vinay {family_en}", "रामपुर", "841301", "मांझी"])
    return rows


def written(path: Path, heads: list[str], rows: list[list[str]]) -> Path:
    path.write_bytes(spreadsheets.marked("सूची", heads, [(row, {}, []) for row in rows], []))
    return path


def username(journey: Journey, role: Role) -> str:
    wanted = select(officer.c.username).where(officer.c.id == journey.staff.holder(role).officer_id)
    with journey.database.engine.connect() as connection:
        return str(connection.execute(wanted).scalar_one())


def hand_in(screen: Screen, letter: UUID, path: Path) -> None:
    screen.open(f"/requisitions/{letter}/lists").sound("list-begin")
    screen.page.get_by_label("सूची की फाइल").set_input_files(path)
    screen.press("सूची दें").sound("list-columns")
    screen.press("पंक्तियाँ जाँचें")
    wait_for(screen, "पंक्तियाँ जाँची जा रही हैं")


def wait_for(screen: Screen, going_on: str) -> None:
    """Look again, as the officer does, until the worker has done its part."""
    deadline = time.monotonic() + 120
    while going_on in screen.text():
        assert time.monotonic() < deadline, going_on
        screen.page.wait_for_timeout(500)
        screen.open(screen.path)


def taken(screen: Screen) -> None:
    screen.click(screen.button_with("सही पंक्तियों के प्रकरण बनाएँ"))
    wait_for(screen, "प्रकरण बन रहे हैं")


@pytest.mark.parametrize("look", [LOOKS[0], PHONE_NO_SCRIPT], ids=lambda each: each.name)
def test_forty_candidates_are_taken_in_mended_and_forwarded(
    desk: Callable[..., Screen], site: Site, look: Look, tmp_path: Path
):
    with at_work(site) as journey:
        letter = journey.register(candidate_count=40)
        assistant, head = username(journey, Role.DM_ASSISTANT), username(journey, Role.DM_SECTION_HEAD)
    right = people(date(1985 if look.scripts else 1995, 1, 1))
    rows = [list(row) for row in right]
    for number, (column, text) in FAULTS.items():
        rows[number][column] = text
    screen = desk(look).sign_in(site.account(assistant))
    hand_in(screen, letter, written(tmp_path / "list.xlsx", HEADS, rows))
    screen.sound("list-faults")
    assert screen.page.get_by_role("row").filter(has_text=re.compile(r"पंक्ति \d")).count() == len(FAULTS)
    address = screen.path
    taken(screen)
    with screen.page.expect_download() as given:
        screen.link("सुधार हेतु पत्रक (Excel) लें").click()
    back = [texts for _, texts in spreadsheets.rows(given.value.path().read_bytes())]
    assert len(back) == 1 + len(FAULTS)
    mended = [right[number] + row[len(HEADS) :] for number, row in zip(FAULTS, back[1:], strict=True)]
    hand_in(screen, letter, written(tmp_path / "mended.xlsx", back[0], mended))
    taken(screen)
    screen.sound("list-taken")
    assert screen.open(address).text().count("प्रकरण बने")
    chief = desk(look).sign_in(site.account(head))
    chief.open(f"/requisitions/{letter}").sound("letter-with-roll-up")
    chief.click(chief.link("सभी की संवीक्षा कर प्रेषित करें")).sound("letter-forward")
    for box in chief.page.get_by_role("checkbox").all():
        box.check()
    chief.press("प्रेषित करें (40)").sound("letter-forwarded")
    assert "प्रेषित हुए: 40" in chief.text()
    assert re.search(r"इकाइयों को प्रेषण\s+40\b", chief.open(f"/requisitions/{letter}").text()), (
        "all are at the next step"
    )
