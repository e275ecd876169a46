"""The whole route by use: what two thanas do not know, the DCRB does; review, hearing and an adverse report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pypdfium2
import pytest

from app.domain.roles import Role
from tests.browser.conftest import LOOKS, PHONE_NO_SCRIPT
from tests.browser.officers import Officers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.pages import Screen
    from tests.journey import Journey
    from tests.serving import Site

SIGNED = "इस मंतव्य पर मेरे हस्ताक्षर हैं"
PRESENT, HEARD = "आवेदक स्वयं", "आवेदक ने कांड का विचाराधीन होना स्वीकार किया।"
ORDER = "कांड के तथ्य सहित प्रतिवेदन विभाग को भेजा जाए।"


@pytest.fixture(params=(LOOKS[0], PHONE_NO_SCRIPT), ids=lambda look: look.name)
def officers(request: pytest.FixtureRequest, desk: Callable[..., Screen], site: Site) -> Iterator[Officers]:
    return Officers(desk, site, request.param)


def test_officers_of_every_post_take_a_contradicted_case_through_a_hearing_to_an_adverse_report(
    officers: Officers, journey: Journey
) -> None:
    number = as_far_as_the_thanas(journey)
    report_a_record(officers, number)
    enquire_himself(officers, number, "th_garkha")
    settle(officers, number)
    recommend_facts(officers, number)
    hear(officers, number)
    order_facts(officers, number)
    assert "112/2021" in paper(officers.read_paper("dm", number), number)
    officers.dispatch(number)


def as_far_as_the_thanas(journey: Journey) -> str:
    """A case of a Group B post that the special branch and the first of its two thanas have reported on."""
    number = journey.new_case(["th_mufassil", "th_garkha"], post_group="B")
    journey.go_on(number, "search_records", "accept_enquiry")
    thana = journey.staff.offices(Role.SHO)["th_mufassil"]
    while here := [each for each in journey.waiting(number) if each.office_id == thana]:
        journey.finish(here[0], journey.form_of(here[0]))
    return number


def paper(screen: Screen, number: str) -> str:
    """What the issued paper says, as its reader copies it."""
    screen.open(f"/cases/{number.replace('/', '-')}/timeline")
    link = screen.page.get_by_role("link", name=re.compile("SRN.CAV.")).first.get_attribute("href")
    document = pypdfium2.PdfDocument(screen.page.request.get(str(link)).body())
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text


def report_a_record(officers: Officers, number: str) -> None:
    """The DCRB finds a case under trial that no thana will report."""
    screen = officers.task("dcrb", number)
    officers.look_up(screen)
    officers.choose(screen, "अभिलेख मिला")
    officers.ask_by(screen, "प्रतिवेदन दें")
    officers.write(screen, "कांड संख्या", "112")
    screen.page.locator("input[name='cases-0-fir_year']").fill("2021")
    officers.pick(screen, "थाना", "मुफस्सिल")
    officers.pick(screen, "अधिनियम", "भा०दं०वि०")
    officers.write(screen, "धारा", "341/323")
    officers.pick(screen, "कांड में भूमिका", "प्राथमिकी अभियुक्त")
    officers.pick(screen, "कांड की स्थिति", "विचारणाधीन")
    officers.pick(screen, "यह वही व्यक्ति होने का आधार", "पिता एवं ग्राम समान")
    officers.ask_by(screen, "प्रतिवेदन दें")
    officers.write(screen, "आरोप पत्र/निर्णय सं० एवं तिथि", "आरोप पत्र 40/21 दिनांक 12-06-2021")
    screen.sound("route-search-found")
    officers.send(screen, "प्रतिवेदन दें")


def enquire_himself(officers: Officers, number: str, thana: str) -> None:
    """The SHO takes the enquiry himself: the Circle Inspector endorses it in his place."""
    screen = officers.task("sho", number, thana, "accept_enquiry")
    screen.page.get_by_label("थानाध्यक्ष स्वयं").check()
    screen.sound("route-accept-himself")
    officers.send(screen, "हमारा थाना: जाँच सौंपें")
    officers.report_visit(officers.task("sho", number, thana, "visit"))
    officers.check_registers(number, thana)
    screen = officers.above("circle_inspector", number)
    officers.choose(screen, "अभिलेखों का मिलान किया")
    screen.sound("route-endorse-above")
    officers.send(screen, "सहमत, आगे भेजें")


def settle(officers: Officers, number: str) -> None:
    """The SDPO sees who says what, and decides whose the record is."""
    screen = officers.above("sdpo", number)
    assert "112/2021" in screen.text(), screen.text()[:2000]
    officers.choose(screen, "वही व्यक्ति, घटना के समय 18 वर्ष या अधिक", SIGNED)
    officers.write(screen, "आधार", "पिता का नाम, ग्राम और आयु कांड के अभिलेख से मिलते हैं।")
    screen.sound("route-review")
    officers.send(screen, "सहमत")


def recommend_facts(officers: Officers, number: str) -> None:
    screen = officers.task("sp", number)
    assert "दर्ज उत्तरों के अनुसार: प्रतिकूल" in screen.text()
    officers.choose(screen, "इस अनुशंसा पर मेरे हस्ताक्षर हैं")
    officers.write(screen, "कारण", "कांड 112/2021 में विचारण जारी है।")
    screen.sound("route-recommend")
    officers.send(screen, "अनुशंसा भेजें")


def hear(officers: Officers, number: str) -> None:
    """Nothing adverse is issued unheard: a notice, and on the day what he says."""
    screen = officers.task("dm", number)
    officers.send(screen, "सुनवाई")
    officers.write(screen, "आदेश", "निर्णय से पहले आवेदक को सुना जाए।")
    officers.today(screen, "hearing_date", later=5)
    screen.page.locator("[name=hearing_time-t]").fill("11:30")
    officers.write(screen, "सुनवाई का स्थान", "समाहरणालय, छपरा")
    screen.sound("route-hear")
    officers.send(screen, "सुनवाई")
    screen = officers.task("dm", number)
    officers.today(screen, "held_on")
    officers.write(screen, "उपस्थित", PRESENT)
    officers.write(screen, "पक्ष का सार", HEARD)
    officers.write(screen, "अभिमत", "अभिलेख के तथ्य यथावत हैं।")
    officers.choose(screen, "इस अभिमत पर मेरे हस्ताक्षर हैं")
    screen.sound("route-hearing")
    officers.send(screen, "सुनवाई हुई")


def order_facts(officers: Officers, number: str) -> None:
    screen = officers.task("dm", number)
    officers.choose(screen, "इस निर्णय पर मेरे हस्ताक्षर हैं")
    officers.send(screen, "तथ्य सहित निर्गत करें")
    officers.write(screen, "आदेश", ORDER)
    screen.sound("route-decide")
    officers.send(screen, "तथ्य सहित निर्गत करें")
