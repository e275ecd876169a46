"""A field of every kind added to a form by its file alone: filled in Chromium, read on the case and in the paper."""

from __future__ import annotations

import os
import subprocess
import sys
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
from PIL import Image
from sqlalchemy import select

from app import formjs
from app.formjs.model import INPUTS, SHOWN
from app.models.tables.officers import officer
from tests import every_kind
from tests.browser.conftest import LOOKS, PHONE_NO_SCRIPT
from tests.every_kind import FIELDS
from tests.journey import CLEAN, Journey
from tests.serving import Site
from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Locator

    from tests.browser.conftest import Look
    from tests.browser.pages import Screen
    from tests.loaded import Loaded

FORM = "visit"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return every_kind.release_with_every_kind(tmp_path_factory.mktemp("release"), FORM, "report_clear")


@pytest.fixture(scope="module")
def form(release: Path) -> formjs.Form:
    return formjs.load((release / "forms" / f"{FORM}.form").read_bytes())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, loaded: Loaded, release: Path) -> Iterator[Site]:
    """A running site into which the changed release is deployed, as its administrator would."""
    running = Site(tmp_path_factory.mktemp("every-kind") / "instance", loaded=loaded).start()
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "deploy", "--folder", str(release)]
    environment = {**os.environ, "INSTANCE": str(running.instance), "ESP_DEMO": "1"}
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    yield running
    running.stop()


def photo() -> bytes:
    picture = BytesIO()
    Image.new("RGB", (320, 240), (120, 140, 90)).save(picture, "JPEG")
    return picture.getvalue()


class Visitor:
    """The enquiry officer at the form of his visit; what he does is said by the words that he reads."""

    def __init__(self, screen: Screen, *, scripts: bool) -> None:
        self.screen, self.page, self._scripts = screen, screen.page, scripts

    def known(self, values: dict[str, Any]) -> None:
        """Answer what the shipped form asks, as in any clean case."""
        for key, value in values.items():
            self._known(key, value)

    def _known(self, name: str, value: Any) -> None:
        if isinstance(value, list):
            for number, row in enumerate(value):
                for column, cell in row.items():
                    self._known(f"{name}-{number}-{column}", cell)
        elif value is True:
            self.page.locator(f"input[name='{name}']").check()
        elif self.page.locator(f"input[name='{name}'][type=radio]").count():
            self.page.locator(f"input[name='{name}'][value='{value}']").check()
            self._ask_again(self.page.locator(f"[data-box='{name}']"))
        else:
            self.page.locator(f"[name='{name}']").fill(str(value))

    def _ask_again(self, box: Locator) -> None:
        """Without scripts a press beside a field that others wait for draws the form anew."""
        press = box.locator("button[value^='refresh:']")
        if not self._scripts and press.count():
            self.screen.click(press)

    def write(self, label: str, text: str, place: int = 0) -> None:
        self.page.get_by_label(label, exact=True).nth(place).fill(text)

    def choose(self, label: str, words: str, place: int = 0) -> None:
        self.page.get_by_label(label, exact=True).nth(place).select_option(label=words)

    def tick(self, *labels: str) -> None:
        for label in labels:
            ticked = self.page.get_by_label(label, exact=True)
            ticked.check()
            self._ask_again(self.page.locator("[data-box]").filter(has=ticked).last)

    def day(self, label: str, *parts: str) -> None:
        boxes = self.page.get_by_role("group", name=label, exact=True).get_by_role("textbox")
        for place, part in enumerate(parts):
            boxes.nth(place).fill(part)

    def photograph(self, label: str) -> None:
        box = self.page.get_by_label(label, exact=True)
        assert box.get_attribute("capture") == "environment"
        box.set_input_files({"name": f"{every_kind.PHOTO}.jpg", "mimeType": "image/jpeg", "buffer": photo()})
        if self._scripts:  # the page sends it at once and says its name
            self.page.get_by_text(f"{every_kind.PHOTO}.jpg").first.wait_for()

    def add_row(self) -> None:
        boxes = self.page.get_by_label("व्यक्ति का नाम", exact=True)
        before = boxes.count()
        self.page.get_by_role("button", name="एक और व्यक्ति", exact=True).click()
        boxes.nth(before).wait_for()


def answer(visitor: Visitor) -> None:
    """Fill in the added fields, in the order of the page."""
    assert every_kind.SHOWN_TEXT[0] in visitor.screen.text()
    visitor.write("पहचान चिह्न", "दाहिनी तर्जनी पर तिल")
    visitor.write("घटना का वर्णन", "द्वार पर ताला नहीं था; श्रीमती उर्मिला से वार्ता हुई")
    visitor.write("ऊँचाई (से०मी०)", "१७२.५")
    visitor.day("कब से रहते हैं", "5", "6", "2012")
    visitor.day("मतदाता सूची का माह", "03", "2019")
    visitor.day("दूसरी वार्ता", "21", "11", "2026", "16:40")
    visitor.day("द्वार पर समय", "9:15")
    visitor.tick("राशन कार्ड", "विद्युत विपत्र", "चेहरा फोटो से मिलता है")
    for place, row in enumerate(every_kind.RELATIVES):
        if place:
            visitor.add_row()
        visitor.write("व्यक्ति का नाम", row["who"], place)
        visitor.choose("नाता", every_kind.KIN[row["kin"]][0], place)
        visitor.write("आयु", row["age"], place)
    visitor.tick("किराये का मकान")
    visitor.write("मकान मालिक", "ठाकुर उद्धव प्रसाद")
    visitor.choose("सड़क", "कच्ची सड़क")
    visitor.photograph("मकान का फोटो")


def test_the_added_fields_are_of_every_kind_that_forms_know(form: formjs.Form) -> None:
    added = {each.key for each in FIELDS}
    assert {field.type for field in form.fields if field.key in added} == INPUTS
    ids = {node.id: node.kind for node in form.level.nodes}
    assert {kind for name, kind in ids.items() if name.startswith("Added_")} >= SHOWN


@pytest.mark.parametrize("look", [LOOKS[0], PHONE_NO_SCRIPT], ids=lambda look: look.name)
def test_what_is_answered_stands_on_the_case_and_in_the_paper(
    look: Look, desk: Callable[..., Screen], site: Site, journey: Journey, form: formjs.Form
) -> None:
    number = journey.new_case(["th_mufassil"])
    journey.go_on(number, FORM)
    (task,) = journey.waiting(number)
    screen = desk(look).sign_in(site.account(username_of(journey, task.assigned_to)))
    screen.open(f"/tasks/{task.id}")
    visitor = Visitor(screen, scripts=look.scripts)
    visitor.known(CLEAN[FORM])
    answer(visitor)
    screen.sound("every-kind")
    screen.press(form.submit.hi)
    assert "error-summary" not in screen.page.content(), screen.text()[:2000]
    journey.go_on(number, "decide")
    journey.do(number, "decide", lang="both")
    magistrate = desk(look).sign_in(next(each for each in site.accounts() if each.role == "dm"))
    on_the_case(magistrate, number)
    in_the_paper(magistrate, number)


def username_of(journey: Journey, officer_id: Any) -> str:
    with journey.database.engine.connect() as connection:
        return str(connection.scalar(select(officer.c.username).where(officer.c.id == officer_id)))


def on_the_case(screen: Screen, number: str) -> None:
    """Every answer stands beside its label, in the language of the page; what was not asked does not."""
    screen.open(f"/cases/{number.replace('/', '-')}")
    screen.sound("every-kind-case")
    for place, language in enumerate(("हिन्दी", "English")):
        if place:
            screen.press(language)
        shown = rows_of(screen)
        for each in FIELDS:
            if each.component["type"] != "dynamiclist":
                assert (each.label[place], each.reads[place]) in shown
        for row, words in enumerate(every_kind.RELATIVES, 1):
            before = f"{('निकट का व्यक्ति', 'Person nearby')[place]} {row}: "
            wanted = {
                "who": words["who"],
                "kin": every_kind.KIN[words["kin"]][place],
                "age": ("58", "44")[row - 1],
            }
            for column in every_kind.ROWS["components"]:
                label = (column["label"], column["properties"]["label_en"])[place]
                assert (before + label, wanted[column["key"]]) in shown
        assert not {label for label, _ in shown} & {"केवाला संख्या", "Deed number"}
    screen.press("हिन्दी")


def rows_of(screen: Screen) -> set[tuple[str, str]]:
    terms, told = screen.page.locator("dt"), screen.page.locator("dd")
    return set(zip(texts(terms), texts(told), strict=True))


def texts(found: Any) -> list[str]:
    return [" ".join(text.split()) for text in found.all_text_contents()]


def in_the_paper(screen: Screen, number: str) -> None:
    """Every answer stands in the issued paper, on the Hindi page in Hindi and on the English one in English."""
    pages = issued_pages(screen, number)
    assert len(pages) == 2
    for place, page in enumerate(pages):
        for each in FIELDS:
            assert f"{each.label[place]}: {each.reads[place]}." in page
        assert "own_deed" not in page


def issued_pages(screen: Screen, number: str) -> list[str]:
    """Wait for the site's worker, take the paper away as its reader does, and read its text."""
    documents = f"/cases/{number.replace('/', '-')}/documents"
    link = screen.page.get_by_role("link", name="प्रतिवेदन SRN/CAV/")
    for _ in range(60):
        screen.open(documents)
        if link.count():
            break
        screen.page.wait_for_timeout(500)
    file = screen.page.request.get(str(link.get_attribute("href")))
    assert file.headers["content-type"] == "application/pdf"
    document = pypdfium2.PdfDocument(file.body())
    pages = [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    return pages
