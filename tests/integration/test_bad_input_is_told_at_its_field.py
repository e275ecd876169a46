"""Whatever is typed into a form, or sent in its name: 422, a clear word at the field, nothing sent, nothing lost."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from app.domain.roles import Role
from app.formjs import as_posted
from app.models.tables.base import metadata
from tests.journey import CANDIDATE, LETTER
from tests.office import text_of
from tests.shipped_forms import form

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.office import Office
    from tests.visitor import Visitor

AADHAAR = "234123412346"  # passes the check of its last digit; of no person
NEW = "/requisitions/new"


def letter(**changes: Any) -> dict[str, list[str]]:
    return as_posted(form("requisition"), {**LETTER, **changes})


def fault_at(page: str, place: str) -> str:
    """What is told at a field, in the page's words."""
    found = re.search(rf'id="f-{place}-error">(.*?)</p>', page, re.DOTALL)
    assert found is not None, f"nothing is told at {place}"
    return (
        html.unescape(re.sub(r"<[^>]+>", "", found[1])).removeprefix("त्रुटि:").removeprefix("Error:").strip()
    )


def is_sound(answer: TestResponse) -> str:
    """A page of faults: 422, every line of its summary leads to a place on it, and it says so in its title."""
    page = text_of(answer)
    assert answer.status_code == 422
    links = re.findall(r'<li><a href="#([^"]+)">', page)
    assert links
    assert all(f'id="{place}"' in page for place in links), links
    return page


def letters_kept(office: Office) -> int:
    with office.database.engine.connect() as connection:
        return connection.execute(
            select(func.count()).select_from(metadata.tables["requisition"])
        ).scalar_one()


def refused(office: Office, visitor: Visitor, posted: dict[str, list[str]], address: str = NEW) -> str:
    visitor.get(address)
    page = is_sound(visitor.post(address, posted))
    assert letters_kept(office) == 0 or address != NEW
    return page


# -- one field of a letter -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("letter_no", "क" * 61, "अधिक से अधिक 60 अक्षर लिखें (अभी 61)"),
        ("requesting_address", "क" * 301, "अधिक से अधिक 300 अक्षर लिखें (अभी 301)"),
        ("requesting_dept", "क", "कम से कम 2 अक्षर लिखें (अभी 1)"),
        ("candidate_count", "बारह", "1 से 1000 तक की संख्या लिखें"),
        ("candidate_count", "1e3", "1 से 1000 तक की संख्या लिखें"),
        ("candidate_count", AADHAAR, "1 से 1000 तक की संख्या लिखें"),
        ("purpose", "tenant", "प्रयोजन चुनें"),
        ("priority", "very", "प्राथमिकता चुनें"),
        ("receipt_mode", "pigeon", "चुनें कि पत्र कैसे प्राप्त हुआ"),
        ("requesting_email", "shiksha@", "ई-मेल पता पूरा लिखें, जैसे karyalay@gov.in"),
        ("letter_no", "पत्र\nदूसरी पंक्ति", "एक ही पंक्ति में लिखें"),
        ("letter_no", "पत्र\x07", "इसमें एक ऐसा चिह्न है जो दिखता नहीं। इसे मिटाकर फिर से टाइप करें"),
    ],
)
def test_a_wrong_answer_is_told_at_its_field_and_stays_there(
    office: Office, field: str, typed: str, words: str
) -> None:
    page = refused(office, office.at(Role.DM_ASSISTANT), {**letter(), field: [typed]})
    assert fault_at(page, field) == words
    if field not in ("purpose", "priority", "receipt_mode"):
        assert html.escape(typed, quote=False).replace("\r", "") in page
    assert "निदेशक (प्रशासन)" in page, "every other answer stays"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (("31", "2", "2026"), "ऐसी कोई तिथि नहीं होती: 31-02-2026"),
        (("5", "11", "26"), "सही तिथि लिखें, वर्ष चार अंकों में, जैसे 05 11 2026"),
        (("5", "", "2026"), "दिन, माह और वर्ष तीनों अंकों में लिखें, जैसे 05 11 2026"),
        (("24", "11", "2026"), "23-11-2026 या उससे पहले का दिन लिखें"),
        (("22", "11", "2023"), "23-11-2023 या उसके बाद का दिन लिखें"),
    ],
)
def test_a_wrong_day_is_told_and_its_three_boxes_stay(
    office: Office, day: tuple[str, str, str], words: str
) -> None:
    boxes = {f"letter_date-{part}": [text] for part, text in zip("dmy", day, strict=True)}
    page = refused(office, office.at(Role.DM_ASSISTANT), {**letter(), **boxes})
    assert fault_at(page, "letter_date") == words
    for part, text in zip("dmy", day, strict=True):
        assert re.search(rf'name="letter_date-{part}" value="{text}"', page)


# -- Aadhaar -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        AADHAAR,
        "2341 2341 2346",
        "2341-2341-2346",
        "२३४१२३४१२३४६",
        "२३४१ २३४१ २३४६",
        "२३४१-२३४१-२३४६",
        "২৩৪১ ২৩৪১ ২৩৪৬",
        "आधार सं० 2341\u00a02341\u20112346।",
        "2341\u200d2341\u200c2346",
    ],
)
@pytest.mark.parametrize("field", ["letter_no", "requesting_address"])
def test_an_aadhaar_number_is_refused_however_it_is_written(office: Office, field: str, typed: str) -> None:
    page = refused(office, office.at(Role.DM_ASSISTANT), {**letter(), field: [typed]})
    assert fault_at(page, field) == "आधार संख्या न लिखें। इसे यहाँ से हटा दें"
    assert typed.replace("\u00a0", " ") in page


@pytest.mark.parametrize("typed", ["234123412345", "23412341234", "2341234123460", "XXXX XXXX 2346"])
def test_a_number_that_is_no_aadhaar_number_is_taken(office: Office, typed: str) -> None:
    assistant = office.at(Role.DM_ASSISTANT)
    assistant.get(NEW)
    assert assistant.post(NEW, letter(letter_no=typed)).status_code == 303


# -- what hides ----------------------------------------------------------------------------------------------

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize("sign", BIDI, ids=lambda sign: f"U+{ord(sign):04X}")
def test_a_sign_that_turns_the_direction_of_writing_is_refused(office: Office, sign: str) -> None:
    page = refused(office, office.at(Role.DM_ASSISTANT), letter(requesting_dept=f"शिक्षा{sign} विभाग"))
    assert fault_at(page, "requesting_dept").startswith("इसमें लिखने की दिशा बदलने वाला छिपा चिह्न है।")


def test_a_name_with_a_hidden_sign_is_refused_and_one_with_a_joiner_is_not(office: Office) -> None:
    assistant = office.at(Role.DM_ASSISTANT)
    address = f"/requisitions/{office.journey.register()}/new"
    thana = str(next(iter(office.journey.staff.offices(Role.SHO).values())))
    person = {**CANDIDATE, "perm_state": "bihar", "perm_district": "218", "perm_thana": thana}
    bad = as_posted(form("intake"), {**person, "father_hi": "विनय\u202e शर्मा"})
    assert "छिपा चिह्न" in fault_at(refused(office, assistant, bad, address), "father_hi")
    good = as_posted(form("intake"), {**person, "name_hi": "मो० राजलक्ष\u200dमी", "father_hi": "स्व० विनय"})
    assert assistant.post(address, good).status_code == 303


# -- names that are on no form -------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["typename", "status", "letter_no-0-x", "routes-0-thana", "__class__", "सं०"])
def test_a_key_that_is_not_on_the_form_is_named_and_everything_is_kept(office: Office, key: str) -> None:
    assistant = office.at(Role.DM_ASSISTANT)
    assistant.get(NEW)
    answer = assistant.post(NEW, {**letter(letter_no="का०-77"), key: ["x"]})
    page = is_sound(answer)
    assert f"पृष्ठ से कुछ ऐसा आया जो इस प्रपत्र में नहीं है ({key})" in page
    assert 'value="का०-77"' in page
    assert letters_kept(office) == 0
    assert 'value="का०-77"' in text_of(assistant.get(NEW)), "the draft has it all"


def test_a_key_of_the_engines_own_reaches_no_task(office: Office) -> None:
    thana = next(iter(office.journey.staff.offices(Role.SHO)))
    number = office.journey.new_case([thana])
    task = office.task(number)
    head = office.holder_of(task)
    head.get(f"/tasks/{task.id}")
    for key in ("typename", "scrutinise", "case", "units"):
        answer = head.post(f"/tasks/{task.id}", {**office.answers(task), key: "BpmnWorkflow"})
        assert f"({key})" in is_sound(answer)
    assert office.journey.steps(number) == ["scrutinise"]


def test_an_answer_that_came_twice_is_asked_for_again(office: Office) -> None:
    twice = {**letter(), "letter_no": ["का०-1", "का०-2"], "letter_date-d": ["16", "17"]}
    page = refused(office, office.at(Role.DM_ASSISTANT), twice)
    for field in ("letter_no", "letter_date"):
        assert fault_at(page, field) == "इसका उत्तर एक से अधिक बार आया। जाँचकर फिर से भेजें"


# -- rows, both languages, and what is kept ------------------------------------------------------------------


def visiting(office: Office) -> tuple[Visitor, str, dict[str, list[str]]]:
    thana = next(iter(office.journey.staff.offices(Role.SHO)))
    number = office.journey.new_case([thana])
    office.journey.go_on(number, until="visit")
    task = office.task(number, "visit")
    visitor = office.holder_of(task)
    visitor.get(f"/tasks/{task.id}")
    return visitor, f"/tasks/{task.id}", office.answers(task)


def test_what_is_wrong_in_a_row_says_which_row(office: Office) -> None:
    officer, address, answers = visiting(office)
    wrong = {**answers, "witnesses-1-name": [f"गीता {AADHAAR}"], "witnesses-0-mobile": ["९४३१"]}
    page = is_sound(officer.post(address, wrong))
    assert "साक्षी 1: 10 अंकों की मोबाइल संख्या लिखें" in page
    assert "साक्षी 2: साक्षी का नाम: आधार संख्या न लिखें। इसे यहाँ से हटा दें" in page
    assert fault_at(page, "witnesses-1-name") == "आधार संख्या न लिखें। इसे यहाँ से हटा दें"
    assert f'value="गीता {AADHAAR}"' in page
    assert re.search(r"<details[^>]* open>\s*<summary>साक्षी का पता एवं मोबाइल", page), "the fold stands open"


def test_a_general_sentence_says_in_the_summary_which_field_it_means(office: Office) -> None:
    page = refused(office, office.at(Role.DM_ASSISTANT), letter(letter_no="क" * 61, purpose=None))
    assert re.findall(r'<li><a href="#[^"]+">([^<]+)</a>', page) == [
        "अधियाचना पत्रांक: अधिक से अधिक 60 अक्षर लिखें (अभी 61)",
        "प्रयोजन चुनें",
    ]


def test_the_same_faults_are_told_in_english_to_who_reads_english(office: Office) -> None:
    officer, address, answers = visiting(office)
    officer.post("/account/language", {"language": "en"})
    wrong = {**answers, "resident": [], "witnesses-0-name": ["श"], "typename": ["x"], "visit_dt-y": ["20"]}
    page = is_sound(officer.post(address, wrong))
    told = re.findall(r'<li><a href="#[^"]+">([^<]+)</a>', page)
    assert told[0].startswith("Something came that is not on this form (typename).")
    assert "Choose whether the person lives at the address" in told
    assert "Visit date/time: Write a date and time that exist, as 05 11 2026 14:30" in told
    assert not any(re.search("[\u0900-\u097f]", each) for each in told)


def test_a_form_full_of_faults_is_there_again_tomorrow(office: Office) -> None:
    assistant = office.at(Role.DM_ASSISTANT)
    wrong = letter(letter_no="क" * 61, requesting_address=f"पता {AADHAAR}", candidate_count="बारह")
    refused(office, assistant, wrong)
    page = text_of(office.at(Role.DM_ASSISTANT).get(NEW))
    for text in ("क" * 61, f"पता {AADHAAR}", "बारह"):
        assert text in page
    assert "error-summary" not in page


def test_a_script_that_keeps_a_letter_while_it_is_typed_is_told_the_time(office: Office) -> None:
    assistant = office.at(Role.DM_ASSISTANT)
    assistant.get(NEW)
    assistant.headers = {"X-Draft": "1"}
    answer = assistant.post(NEW, {"letter_no": "आधा", "_op": "draft"})
    assert (answer.status_code, text_of(answer)) == (200, "23-11-2026 10:30")
