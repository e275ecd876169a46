"""Each step that writes to somebody leaves a letter on its case: numbered at sending, drawn when it is wanted."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from sqlalchemy import select

from app.domain.numbers import Outgoing
from app.domain.roles import Role
from app.models.casefile import case_queries
from app.models.scope import CaseScope
from app.models.tables.clocks import case_clock
from app.services.casefile import notes
from app.services.casework import cases
from app.services.district import calendars
from app.services.store.scopes import actor_scope
from app.services.workflow import reminders
from tests import outgoing
from tests.districts import NOW
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.services.papers.letters import LetterLine


MARK = "7741"
NOTE = f"पंजी {MARK} की प्रति देख ली गई, कोई अन्तर नहीं।"


class Route:
    """Cases on their way, and the letters on them."""

    def __init__(self, office: Office) -> None:
        self.office, self.journey = office, office.journey

    def letters(self, number: str, role: Role = Role.DM) -> dict[str, LetterLine]:
        actor = self.journey.staff.holder(role)
        view = self.office.database.read(
            lambda session: cases.find(session, actor, number, NOW, "documents"), actor_scope(actor)
        )
        return {line.kind: line for line in view.letters}

    def said(self, number: str, line: LetterLine, role: Role = Role.DM, language: str = "hi") -> str:
        address = f"/cases/{number.replace('/', '-')}/letters/{line.key}?language={language}"
        answer = self.office.at(role).get(address)
        assert answer.status_code == 200, text_of(answer)[:500]
        return self.text(answer.data)

    def text(self, data: bytes) -> str:
        document = pypdfium2.PdfDocument(data)
        text = "\n".join(document[page].get_textpage().get_text_bounded() for page in range(len(document)))
        document.close()
        return re.sub(r"\s+", " ", text.replace("\u200b", ""))


@pytest.fixture(scope="module")
def route(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Route]:
    folder = tmp_path_factory.mktemp("letters")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    office = Office(folder, NOW)
    yield Route(office)
    office.database.close()


@pytest.fixture(scope="module")
def decided(route: Route) -> str:
    """A clean case before the DM, of two police stations."""
    number = route.journey.new_case(["th_mufassil", "th_manjhi"])
    route.journey.go_on(number, until="decide")
    return number


def test_forwarding_is_a_numbered_letter_with_its_list(route: Route, decided: str) -> None:
    line = route.letters(decided)["fwd_dm_to_sp"]
    assert line.number.startswith("DM-GEN/VER/2026/")
    text = route.said(decided, line)
    for wanted in (
        "सेवा में",
        "वरीय पुलिस अधीक्षक, सारण",
        line.number,
        "का०-112/2026",
        "राहुल कुमार शर्मा",
        decided,
        "विश्वासभाजन",
        "स्याही से हस्ताक्षर",
        "कृते जिला पदाधिकारी",  # the section head signs for him
    ):
        assert wanted in text, wanted
    assert "कोड" not in text  # letters between offices are not for the public page


def test_each_police_station_gets_the_letter_of_the_sp(route: Route, decided: str) -> None:
    actor = route.journey.staff.holder(Role.SP)
    view = route.office.database.read(
        lambda session: cases.find(session, actor, decided, NOW, "documents"), actor_scope(actor)
    )
    found = [line for line in view.letters if line.kind == "fwd_sp_to_thana"]
    assert len(found) == 2
    assert len({line.number for line in found}) == 2, "each letter has a number of its own"
    text = route.said(decided, found[0], Role.SP)
    assert "थानाध्यक्ष, थाना" in text
    assert "वर्ष 2021 से अद्यतन" in text
    assert route.letters(decided)["fwd_dm_to_sp"].number in text


def test_the_sps_report_names_the_units_that_reported(route: Route, decided: str) -> None:
    line = route.letters(decided)["sp_report"]
    text = route.said(decided, line)
    assert "गोपनीय" in text
    assert "निष्कर्ष: कोई प्रतिकूल तथ्य नहीं" in text
    assert "थाना मुफस्सिल" in text or "थाना मुफ्फसिल" in text
    assert "sp_report" not in route.letters(decided, Role.DM_ASSISTANT)
    key = line.key
    refused = route.office.at(Role.DM_ASSISTANT).get(f"/cases/{decided.replace('/', '-')}/letters/{key}")
    assert refused.status_code == 404


def test_each_police_station_reports_by_a_numbered_letter_of_its_own(route: Route, decided: str) -> None:
    actor = route.journey.staff.holder(Role.SP)
    view = route.office.database.read(
        lambda session: cases.find(session, actor, decided, NOW, "documents"), actor_scope(actor)
    )
    found = [line for line in view.letters if line.kind == "thana_report_clear"]
    assert len({line.number for line in found}) == 2
    text = route.said(decided, found[0], Role.SP)
    asked = [line.number for line in view.letters if line.kind == "fwd_sp_to_thana"]
    assert [number in text for number in asked].count(True) == 1, "it answers the letter that it got"
    for wanted in (
        "बिहार पुलिस",
        "थाना, जिला सारण",
        found[0].number,
        "वरीय पुलिस अधीक्षक, सारण",
        "जाँच पदाधिकारी",
        "राहुल कुमार शर्मा, पिता विनय शर्मा",
        "कोई कांड/प्रतिकूल प्रविष्टि नहीं पाई गई",
        "मंतव्य: कोई प्रतिकूल तथ्य नहीं",
        "थानाध्यक्ष, थाना",
    ):
        assert wanted in text, wanted
    assert "thana_report_clear" not in route.letters(decided, Role.DM_ASSISTANT)


@pytest.mark.parametrize("kind", ["fwd_dm_to_sp", "sp_report", "thana_report_clear", "acknowledgement"])
def test_a_letter_in_english_holds_no_hindi_letter(route: Route, decided: str, kind: str) -> None:
    """Whatever was typed in Hindi stands in Latin letters: names by their sound, places as they are spelt."""
    line = route.letters(decided, Role.SP)[kind]
    text = route.said(decided, line, Role.SP, "en")
    quoted = text.replace("का०-112/2026", "")  # the number of the department's letter stays sign by sign
    for mark in ("अभ्यास · PRACTICE", "यह असली पत्र नहीं है ·"):
        assert mark in quoted, "a page of the practice district says so in both languages"
        quoted = quoted.replace(mark, "")
    assert re.findall(r"[\u0900-\u097f]+", quoted) == []
    assert "Rahul Kumar Sharma" in text
    both = route.said(decided, line, Role.SP, "both")
    assert "राहुल कुमार शर्मा" in both
    assert "Rahul Kumar Sharma" in both


@pytest.fixture(scope="module")
def dispatched(route: Route) -> str:
    """A clean case with its paper, about which two offices wrote to each other on the way."""
    number = route.journey.new_case()
    route.journey.go_on(number, until="decide")
    section = route.journey.staff.holder(Role.DM_SECTION_HEAD).post.office_id
    reader = route.journey.staff.holder(Role.SP_READER)
    wanted = notes.Wanted(section, None, NOTE, None, False, "")  # noqa: FBT003
    route.office.database.write(
        lambda session: cases.write_note(session, reader, number, wanted, route.journey.now),
        actor_scope(reader),
    )
    route.journey.go_on(number)
    return number


def test_what_offices_write_to_each_other_stands_in_no_paper(route: Route, dispatched: str) -> None:
    told = text_of(
        route.office.at(Role.DM_SECTION_HEAD).get(f"/cases/{dispatched.replace('/', '-')}/correspondence")
    )
    assert NOTE in told, "it was written"
    actor = route.journey.staff.holder(Role.SP)
    view = route.office.database.read(
        lambda session: cases.find(session, actor, dispatched, NOW, "documents"), actor_scope(actor)
    )
    drawn = [route.said(dispatched, line, Role.SP, "both") for line in view.letters]
    for paper in view.papers:
        file = route.office.at(Role.SP).get(f"/documents/{paper.document_id}")
        assert file.status_code == 200
        drawn.append(route.text(file.data))
    assert len(drawn) > 4
    for text in drawn:
        assert "राहुल" in text
        assert MARK not in text


def test_what_was_dispatched_has_a_slip_that_names_paper_and_way(route: Route, dispatched: str) -> None:
    text = route.said(dispatched, route.letters(dispatched)["dispatch_slip"])
    for wanted in ("निर्गम पर्ची", "निर्गत संख्या DM-GEN/CHAR/2026/", "SRN/CAV/2026/", "माध्यम: "):
        assert wanted in text, wanted


@pytest.fixture(scope="module")
def returned(route: Route) -> str:
    """A case that went back to its department for what it lacks."""
    number = route.journey.new_case()
    route.journey.do(
        number,
        "scrutinise",
        action="return",
        defects=[
            {"code": "no_photo", "text": "फोटो संलग्न नहीं है"},
            {"code": "other", "text": "घोषणा अहस्ताक्षरित है"},
        ],
    )
    return number


def test_a_defect_is_told_to_the_department(route: Route, returned: str) -> None:
    text = route.said(returned, route.letters(returned)["return_defect"])
    assert "निदेशक (प्रशासन)" in text
    assert "2." in text
    assert "घोषणा अहस्ताक्षरित है" in text


@pytest.fixture(scope="module")
def heard(route: Route) -> str:
    """A case whose applicant is asked to a hearing."""
    number = route.journey.new_case()
    route.journey.go_on(number, until="recommend")
    route.journey.do(number, "recommend", sp_outcome="adverse", sp_reason="अभिलेख में तथ्य पाए गए हैं।")
    route.journey.do(
        number,
        "decide",
        dm_decision="hear_applicant",
        dm_reason="आवेदक को अपना पक्ष रखने का अवसर दिया जाए।",
        hearing_date="2026-12-07",
        hearing_time="11:30",
        hearing_place="समाहरणालय, छपरा",
        sign=False,
    )
    return number


def test_a_hearing_is_told_to_the_applicant_with_day_and_place(route: Route, heard: str) -> None:
    text = route.said(heard, route.letters(heard)["hearing_notice"])
    assert "सेवा में, श्री राहुल कुमार शर्मा" in text
    assert "07-12-2026 को 11:30 बजे समाहरणालय, छपरा में उपस्थित" in text


def test_the_department_gets_a_receipt_with_the_due_day_or_with_what_is_missing(
    route: Route, decided: str
) -> None:
    line = route.letters(decided)["acknowledgement"]
    text = route.said(decided, line)
    assert "पावती" in text
    assert "जिला पदाधिकारी का कार्यालय, सारण" in text
    assert "पत्रांक का०-112/2026" in text
    assert f"प्राप्ति संख्या: {line.number}" in text
    assert "कागजात पूर्ण हैं। देय तिथि" in text
    number = route.journey.new_case()
    route.journey.do(
        number, "scrutinise", action="return", defects=[{"code": "no_photo", "text": "फोटो संलग्न नहीं"}]
    )
    incomplete = route.said(number, route.letters(number)["acknowledgement"])
    assert "कागजात अपूर्ण" in incomplete
    assert "फोटो संलग्न नहीं" in incomplete
    assert "देय तिथि:" not in incomplete


STAY = {"village": "फुलवारी", "state": "bihar", "district": "213", "thana_other": "सदर"}
STAY |= {"from": "2022-01", "to": "2024-01"}


@pytest.fixture(scope="module")
def elsewhere(route: Route) -> str:
    """A case that waits for the answer of another district, to which its letter went on paper."""
    number = route.journey.add(route.journey.register(), stays=[STAY])
    route.journey.go_on(number, until="record_reply")
    return number


def remind(route: Route, number: str, step: str) -> None:
    """Let the days of a step of the case run out."""
    task = next(each for each in route.journey.waiting(number) if each.element_id == step)
    scope, late = CaseScope(task.district_id, task.case_id), NOW + timedelta(days=30)
    route.office.database.write(lambda session: reminders.of_case(session, task.case_id, late), scope)


def test_another_district_is_asked_by_a_letter_that_names_address_and_period(
    route: Route, elsewhere: str
) -> None:
    line = route.letters(elsewhere, Role.SP)["other_district"]
    text = route.said(elsewhere, line, Role.SP)
    assert "01-2022 से 01-2024 तक निवास" in text
    assert "फुलवारी" in text
    assert line.number in text
    [task] = route.journey.waiting(elsewhere)
    assert f"दिनांक {task.due_on:%d-%m-%Y} तक" in text, "the day on which the step that waits is due"


def test_another_district_that_is_late_is_reminded_by_the_sp_of_his_letter(
    route: Route, elsewhere: str
) -> None:
    remind(route, elsewhere, "record_reply")
    letters = route.letters(elsewhere, Role.SP)
    line, first = letters["reminder"], letters["other_district"]
    assert re.fullmatch(r"SP-\w+/VER/2026/\d{5}", line.number)
    assert line.to_hi == first.to_hi == "पुलिस अधीक्षक, पूर्वी चम्पारण"
    text = route.said(elsewhere, line, Role.SP)
    for wanted in (
        f"सेवा में, {first.to_hi}",
        "स्मार पत्र (1)",
        "वरीय पुलिस अधीक्षक का कार्यालय",
        f"इस कार्यालय का पत्रांक {first.number}",
        f"प्रकरण संख्या {elsewhere}",
        "अब तक अप्राप्त",
        "विश्वासभाजन",
    ):
        assert wanted in text, wanted
    english = route.said(elsewhere, line, Role.SP, "en")
    assert f"This office's Memo No. {first.number}" in english
    assert first.to_en in english


def test_the_sps_office_is_reminded_by_the_dm_under_his_designation(route: Route) -> None:
    number = route.journey.new_case()
    route.journey.go_on(number, until="route")
    remind(route, number, "route")
    line = route.letters(number)["reminder"]
    assert line.number.startswith("DM-")
    text = route.said(number, line)
    assert f"सेवा में, {line.to_hi}" in text
    assert line.to_hi == "वरीय पुलिस अधीक्षक, सारण"


def test_the_sp_is_asked_to_report_by_a_day_that_leaves_the_dm_days_of_his_own(route: Route) -> None:
    number = route.journey.new_case()
    route.journey.go_on(number, until="route")
    dm = route.journey.staff.holder(Role.DM)
    row, calendar = route.office.database.read(
        lambda rows: (case_queries.find_number(rows, number), calendars.of(rows)), actor_scope(dm)
    )
    assert row is not None
    told = re.search(
        r"दिनांक (\d\d)-(\d\d)-(\d{4}) तक", route.said(number, route.letters(number)["fwd_dm_to_sp"])
    )
    assert told is not None
    asked = date(int(told[3]), int(told[2]), int(told[1]))
    of_police = 1 + 7 + 1 + 2  # an appointment, by the table `checks`: marking, thana, SDPO, recommendation
    assert calendar.days_between(calendars.day(NOW), asked) == of_police
    assert asked < row.due_on, "what is left is the DM's, to decide in"


def test_a_police_station_is_asked_to_report_by_the_day_of_its_own_clock(route: Route) -> None:
    number = route.journey.new_case(["th_mashrakh"])
    route.journey.go_on(number, until="accept_enquiry")
    [task] = route.journey.waiting(number)
    own = (case_clock.c.case_id == task.case_id, case_clock.c.office_id == task.office_id)
    with route.office.database.engine.connect() as connection:
        due_on = connection.execute(select(case_clock.c.due_on).where(*own)).scalar_one()
    text = route.said(number, route.letters(number, Role.SP)["fwd_sp_to_thana"], Role.SP)
    assert f"प्रतिवेदन दिनांक {due_on:%d-%m-%Y} तक" in text


def test_a_reminder_is_a_numbered_letter_to_the_office_that_is_late(route: Route) -> None:
    number = route.journey.new_case(["th_mashrakh"])
    route.journey.go_on(number, "accept_enquiry")
    remind(route, number, "accept_enquiry")
    line = route.letters(number, Role.SP)["reminder"]
    assert line.to_hi == "थानाध्यक्ष, थाना मशरक"
    assert re.fullmatch(r"SP-\w+/VER/2026/\d{5}", line.number)
    text = route.said(number, line, Role.SP)
    for wanted in (
        "सेवा में, थानाध्यक्ष, थाना मशरक",
        "स्मार पत्र (1)",
        "वरीय पुलिस अधीक्षक का कार्यालय",
        line.number,
        number,
        "अविलंब",
        "इस कार्यालय का पत्रांक",
    ):
        assert wanted in text, wanted
    other = route.office.at(Role.SHO, "th_manjhi").get(
        f"/cases/{number.replace('/', '-')}/letters/{line.key}"
    )
    assert other.status_code == 404


def test_the_register_lists_each_number_that_any_letter_took(
    route: Route, dispatched: str, elsewhere: str, returned: str, heard: str
) -> None:
    remind(route, elsewhere, "record_reply")
    late = route.journey.new_case(["th_mashrakh"])
    route.journey.go_on(late, "accept_enquiry")
    remind(route, late, "accept_enquiry")
    lines = outgoing.listed(route.journey)
    found = {(line.cells[outgoing.WHAT], line.cells[outgoing.CASE]): line for line in lines.values()}
    to = {each: found[each].cells[outgoing.TO] for each in found}
    assert to[Outgoing.RETURNED, returned].name_hi == "शिक्षा विभाग, बिहार"
    assert to[Outgoing.HEARING, heard].name_hi == "आवेदक", "no name of anybody"
    assert to[Outgoing.REMINDER, elsewhere] == to[Outgoing.TO_DISTRICT, elsewhere]
    assert to[Outgoing.REMINDER, late] == to[Outgoing.TO_THANA, late]
    for kind in (Outgoing.UNIT_REPORT, Outgoing.SP_REPORT, Outgoing.PAPER, Outgoing.TO_SP):
        assert (kind, dispatched) in found
    drawn = {
        line.number for number in (returned, heard, late) for line in route.letters(number, Role.SP).values()
    }
    assert {number for number in drawn if "/VER/" in number} <= lines.keys()
    page = text_of(route.office.at(Role.DM).get("/reports/letters?from=2026-11-01&to=2027-01-31"))
    assert page.count("सुनवाई की सूचना</a>") == 1
    assert 'class="num" data-label="व्यक्तियों की संख्या"' in page, (
        "figures stand under one another by their digits"
    )
    assert '<td role="cell" data-label="पत्र">' in page, "words do not"
    assert f'href="/cases/{heard.replace("/", "-")}">सुनवाई की सूचना' in page
    assert "राहुल" not in page.partition("<main")[2]


def test_a_letter_that_is_not_there_is_not_found(route: Route, decided: str) -> None:
    browser = route.office.at(Role.DM)
    key = route.letters(decided)["sp_report"].key
    for bad in (
        "none",
        f"{key}9",
        f"{key.rpartition('-')[0]}-७",
        "-",
        f"{key.rpartition('-')[0]}-999999999999",
    ):
        assert browser.get(f"/cases/{decided.replace('/', '-')}/letters/{bad}").status_code == 404
    assert route.letters(decided)["sp_report"].number in text_of(
        browser.get(f"/cases/{decided.replace('/', '-')}/documents")
    )
