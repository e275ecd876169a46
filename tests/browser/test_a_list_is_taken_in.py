"""Four hundred candidates of one letter come as an Excel list with twenty faults, and end in one reply.

Sheet, mending, forwarding, marking and the reply are done in the browser. Between the marking and the reply the
officers work through the services, in lists wherever a list is offered, on the first sixteen: three have a case,
three are not known at their address, one is withdrawn, the others are found clear. The rest is still being verified
when the reply is asked for: to draw sixteen papers or four hundred is the same work. On a phone without scripts forty
persons with ten faults come as far as their thanas.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app import spreadsheets
from app.domain.roles import Role
from app.models.tables.cases import case
from app.models.tables.officers import officer
from app.papers import load_texts
from tests.browser.conftest import LOOKS, PHONE_NO_SCRIPT, Look, at_work
from tests.sources import ROOT
from tests.wholeletter import WholeLetter, pages

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
    41: (7, "8413012"),
    63: (8, "अज्ञात"),
    97: (3, "29-02-1995"),
    120: (1, "राहुल"),
    158: (2, "x"),
    199: (6, " "),
    233: (0, "vfer flag"),
    278: (7, "=SUM(A1)"),
    341: (4, ""),
    399: (3, "31-12-2030"),
}


#: The thanas that the candidates write.
THANAS = ("मांझी", "मुफस्सिल", "गड़खा")
LED = 16  # candidates whose cases come to their ends before the reply
PATIENCE = 180_000  # ms that a browser waits for a page of four hundred cases on a busy machine


def people(first: date, count: int) -> list[list[str]]:
    rows = []
    for number in range(count):
        (given_hi, given_en), (family_hi, family_en) = GIVEN[number % 5], FAMILY[number % 4]
        born = (first + timedelta(days=number)).strftime("%d-%m-%Y")
        name = [
            f"{given_hi} {family_hi}",
            f"{given_en} {family_en}",
            "महिला" if given_en == "Puja" else "पुरुष",
        ]
        rows.append([*name, born, f"विनय {family_hi}", f"Vinay {family_en}", "रामपुर", "841301"])
        rows[-1].append(THANAS[number % len(THANAS)])
    return rows


def written(path: Path, heads: list[str], rows: list[list[str]]) -> Path:
    path.write_bytes(spreadsheets.marked("सूची", heads, [(row, {}, []) for row in rows], []))
    return path


def username(journey: Journey, role: Role) -> str:
    wanted = select(officer.c.username).where(officer.c.id == journey.staff.holder(role).officer_id)
    with journey.database.engine.connect() as connection:
        return str(connection.execute(wanted).scalar_one())


def numbers_of(journey: Journey, letter: UUID) -> list[str]:
    wanted = select(case.c.number).where(case.c.requisition_id == letter).order_by(case.c.number)
    with journey.database.engine.connect() as connection:
        return list(connection.execute(wanted).scalars())


def hand_in(screen: Screen, letter: UUID, path: Path) -> None:
    screen.open(f"/requisitions/{letter}/lists").sound("list-begin")
    screen.page.get_by_label("सूची की फाइल").set_input_files(path)
    screen.press("सूची दें").sound("list-columns")
    screen.press("पंक्तियाँ जाँचें")
    wait_for(screen, "पंक्तियाँ जाँची जा रही हैं")


def wait_for(screen: Screen, going_on: str) -> None:
    """Wait until the worker has done its part: the page tells it by itself; without scripts, look again sooner."""
    deadline = time.monotonic() + 120
    while going_on in screen.text():
        assert time.monotonic() < deadline, going_on
        screen.page.wait_for_timeout(500)
        if not screen.scripts:
            screen.open(screen.path.partition("#")[0])


def taken(screen: Screen) -> None:
    screen.click(screen.button_with("सही पंक्तियों के प्रकरण बनाएँ"))
    wait_for(screen, "प्रकरण बन रहे हैं")


def with_faults(rows: list[list[str]]) -> tuple[list[list[str]], dict[int, tuple[int, str]]]:
    """Plant the faults that fall into a list of this length; -> the list, and what is wrong in it."""
    faults = {number: fault for number, fault in FAULTS.items() if number < len(rows)}
    planted = [list(row) for row in rows]
    for number, (column, text) in faults.items():
        planted[number][column] = text
    return planted, faults


def take_in(screen: Screen, letter: UUID, right: list[list[str]], folder: Path) -> int:
    """Hand the faulty list in, take what is good, mend the rest as the sheet says, take that; -> faults told."""
    rows, faults = with_faults(right)
    hand_in(screen, letter, written(folder / "list.xlsx", HEADS, rows))
    screen.sound("list-faults")
    told = screen.page.get_by_role("row").filter(has_text=re.compile(r"पंक्ति \d")).count()
    address = screen.path
    taken(screen)
    with screen.page.expect_download() as given:
        screen.link("सुधार हेतु पत्रक (Excel) लें").click()
    back = [texts for _, texts in spreadsheets.rows(given.value.path().read_bytes())]
    assert len(back) == 1 + len(faults)
    mended = [right[number] + row[len(HEADS) :] for number, row in zip(faults, back[1:], strict=True)]
    hand_in(screen, letter, written(folder / "mended.xlsx", back[0], mended))
    taken(screen)
    screen.sound("list-taken")
    assert screen.open(address).text().count("प्रकरण बने")
    return told


def forward_all(screen: Screen, letter: UUID, count: int) -> None:
    screen.open(f"/requisitions/{letter}").sound("letter-with-roll-up")
    screen.click(screen.link("सभी की संवीक्षा कर प्रेषित करें")).sound("letter-forward")
    for box in screen.page.get_by_role("checkbox").all():
        box.check()
    screen.press(f"प्रेषित करें ({count})").sound("letter-forwarded")
    assert f"{count} में से {count}" in screen.text(), "the page has gone on to the end by itself"
    assert f"प्रेषित हुए: {count}" in screen.text()
    assert re.search(rf"इकाइयों को प्रेषण\s+{count}\b", screen.open(f"/requisitions/{letter}").text()), (
        "all are at the next step"
    )


def mark_all(screen: Screen, letter: UUID, count: int) -> None:
    screen.open(f"/requisitions/{letter}")
    screen.click(screen.link("सभी को उनके थानों को भेजें"))
    shown = screen.text()
    assert all(shown.count(f": {thana},") >= count // len(THANAS) for thana in THANAS), (
        "each address, its thana"
    )
    screen.picture("letter-mark")
    screen.press("थानों को प्रेषित करें").sound("letter-marked")
    assert f"थानों को भेजे गए: {count}" in screen.text()


def goes_with_one_letter_each(screen: Screen, letter: UUID, count: int) -> None:
    """The SP got one letter for all, each thana one for its own, and every case stands on one of those."""
    screen.open(f"/requisitions/{letter}").sound("letter-with-letters")
    lines = screen.page.locator("#letters li").all_inner_texts()
    persons = [int(found[1]) for line in lines if (found := re.search(r"(\d+) व्यक्ति", line))]
    assert len(lines) == len(persons) == 1 + len(THANAS)
    assert persons[0] == sum(persons[1:]) == count
    with screen.page.expect_download() as given:
        screen.page.locator("#letters li a").first.click()
    text = " ".join(pages(given.value.path().read_bytes()))
    assert len(set(re.findall(r"SRN/\d{4}/\d{5}\b", text))) == count


def reply_to(screen: Screen, letter: UUID, answered: int, waiting: int) -> dict[str, list[str]]:
    """Have one reply made for the whole letter; -> its pages in both languages."""
    screen.open(f"/requisitions/{letter}")
    assert f"{answered} का परिणाम है, {waiting} का सत्यापन जारी है" in screen.text()
    screen.press("सूची सहित एक उत्तर बनाएँ")
    wait_for(screen, "सूची बन रही है")
    screen.sound("letter-replied")
    found = {}
    for language, name in (("hi", r"^एकमुश्त उत्तर \S+$"), ("en", r"^अंग्रेजी में \(DM-GEN.CHAR")):
        with screen.page.expect_download() as given:
            screen.page.get_by_role("main").get_by_role("link", name=re.compile(name)).click()
        found[language] = pages(given.value.path().read_bytes())
    return found


def is_whole(sheets: dict[str, list[str]], numbers: list[str], told: Counter[str]) -> None:
    """Each candidate stands once on the reply, in the order of the numbers, with the outcome that he came to."""
    texts = load_texts((ROOT / "templates" / "papers" / "texts.json").read_bytes())
    waiting = told["waiting"]
    said = {
        "hi": f"पत्र के अभ्यर्थी: {len(numbers)}; परिणाम अंकित: {len(numbers) - waiting}",
        "en": f"candidates in your letter: {len(numbers)}; results stated: {len(numbers) - waiting}",
    }
    for language, found in sheets.items():
        assert said[language] in found[0]
        lists = found[1:]
        head = texts.setting("reply_head").said(language).split("|")[3]
        assert all(head in page for page in lists), "every page of the list names its columns"
        text = " ".join(lists)
        assert re.findall(r"SRN/\d{4}/\d{5}\b", text) == numbers
        words = {key: texts.setting(f"reply_outcome.{key}").said(language) for key in told}
        assert Counter({key: text.count(each) for key, each in words.items()}) == told


@pytest.mark.parametrize(
    ("look", "count"),
    [(LOOKS[0], 400), (PHONE_NO_SCRIPT, 40)],
    ids=lambda each: getattr(each, "name", str(each)),
)
def test_a_list_is_taken_in_mended_forwarded_marked_in_one_act_and_answered(
    desk: Callable[..., Screen], site: Site, look: Look, count: int, tmp_path: Path
):
    with at_work(site) as journey:
        letter = journey.register(candidate_count=count)
        assistant, head, reader = (
            username(journey, role) for role in (Role.DM_ASSISTANT, Role.DM_SECTION_HEAD, Role.SP_READER)
        )
    screens = {each: desk(look).sign_in(site.account(each)) for each in (assistant, head, reader)}
    for each in screens.values():
        each.page.set_default_timeout(PATIENCE)
    right = people(date(1985 if look.scripts else 1995, 1, 1), count)
    assert take_in(screens[assistant], letter, right, tmp_path) == sum(each < count for each in FAULTS)
    forward_all(screens[head], letter, count)
    mark_all(screens[reader], letter, count)
    goes_with_one_letter_each(screens[reader], letter, count)
    if not look.scripts:
        return
    with at_work(site) as journey:
        numbers = numbers_of(journey, letter)
        told = WholeLetter(journey, letter).answer(numbers, LED)
    is_whole(reply_to(screens[head], letter, LED, count - LED), numbers, told)
