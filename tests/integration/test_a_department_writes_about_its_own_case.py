"""A department answers defects, hands in papers, asks to withdraw and asks a question from its account."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.domain.errors import NotAllowed, NotFound
from app.domain.numbers import in_address
from app.domain.roles import Role
from app.models.intake.memos import memo
from app.models.scope import visible
from app.models.tables.cases import case, document
from app.services.intake import memos
from app.services.store.scopes import actor_scope
from tests.journey import scan
from tests.office import MULTIPART, text_of, withdrawal

if TYPE_CHECKING:
    from tests.office import Office
    from tests.visitor import Visitor

DEPARTMENT = "शिक्षा विभाग"  # the account of the demo
LETTER = {"letter_no": "शि-77/2026", "letter_date-d": "22", "letter_date-m": "11", "letter_date-y": "2026"}
DEFECTS = [{"code": "no_photo", "text": "फोटो धुंधला है"}]


def new_case(office: Office) -> str:
    """A case of the department's own letter."""
    return office.journey.new_case(requesting_dept=DEPARTMENT)


def returned(office: Office) -> str:
    """A case that the DM's office gave back to the department."""
    number = new_case(office)
    office.journey.do(number, "scrutinise", action="return", defects=DEFECTS)
    return number


def paper(name: str = "docs") -> Any:
    file = scan(name)
    return (BytesIO(file.data), file.name, file.media_type)


def written(office: Office, number: str, kind: str, **answers: Any) -> Any:
    """Send what a department writes; -> its answer."""
    browser = office.at(Role.REQUESTER)
    where = f"/department/cases/{in_address(number)}/write"
    assert browser.get(f"{where}?kind={kind}").status_code == 200
    return browser.post(where, {"_op": "submit", "kind": kind, **answers}, **MULTIPART)


def memos_of(office: Office, number: str) -> list[Any]:
    chosen = select(memo).join(case, case.c.id == memo.c.case_id).where(case.c.number == number)
    with office.database.engine.connect() as connection:
        return list(connection.execute(chosen.order_by(memo.c.sent_at, memo.c.id)))


def settled(browser: Visitor, row: Any, act: str = "take", reply: str = "") -> Any:
    where = f"/requisitions/memos/{row.id}"
    assert browser.get(where).status_code == 200
    return browser.post(f"{where}/{act}", {"reply": reply})


def test_an_answer_to_defects_is_laid_into_the_form_and_the_clock_goes_on(either_office: Office) -> None:
    office = either_office
    number = returned(office)
    page = text_of(office.at(Role.REQUESTER).get(f"/department/cases/{in_address(number)}/write"))
    assert "फोटो धुंधला है" in page, "the department reads what is lacking"
    answer = {"answers-0-defect": "no_photo", "answers-0-text": "नया फोटो संलग्न है", "docs": paper()}
    sent = written(office, number, "answer", **LETTER, **answer)
    assert sent.status_code == 303, text_of(sent)[:2000]
    [row] = memos_of(office, number)
    assert office.task(number).element_id == "answer_defects", "nothing moves by itself"
    assistant = office.at(Role.DM_ASSISTANT)
    assert "1 पत्र विभाग से चालू प्रकरण पर आया है" in text_of(assistant.get("/requisitions"))
    taken = settled(assistant, row)
    form = text_of(assistant.get(taken.headers["Location"]))
    for words in ("शि-77/2026", "नया फोटो संलग्न है", "docs.jpg"):
        assert words in form
    office.journey.finish(office.task(number), office.journey.form_of(office.task(number)))
    assert office.task(number).element_id == "scrutinise"
    assert memos_of(office, number)[0].state == memos.TAKEN


def test_a_letter_that_withdraws_is_looked_over_by_the_section_head(office: Office) -> None:
    number = new_case(office)
    without = written(office, number, "withdrawal", **LETTER, text="पद समाप्त कर दिया गया है।")
    assert without.status_code == 422, "the signed letter is asked for"
    sent = written(office, number, "withdrawal", **LETTER, text="पद समाप्त कर दिया गया है।", docs=paper())
    assert sent.status_code == 303
    [row] = memos_of(office, number)
    assert settled(office.at(Role.DM_ASSISTANT), row).status_code == 403
    head = office.at(Role.DM_SECTION_HEAD)
    taken = settled(head, row)
    form = text_of(head.get(taken.headers["Location"]))
    for words in ("शि-77/2026", "पद समाप्त कर दिया गया है।", "docs.jpg"):
        assert words in form


def test_a_paper_lies_with_the_case_once_it_was_taken(office: Office) -> None:
    number = new_case(office)
    assert (
        written(office, number, "paper", **LETTER, text="प्रमाण पत्र की प्रति", docs=paper()).status_code == 303
    )
    [row] = memos_of(office, number)
    assert settled(office.at(Role.DM_ASSISTANT), row).status_code == 303
    with office.database.engine.connect() as connection:
        [file] = connection.execute(select(document).where(document.c.field == "from_department")).all()
    assert (file.case_id, file.draft_id, file.pii) == (row.case_id, None, "P3")


def test_a_question_is_answered_and_the_department_reads_it(either_office: Office) -> None:
    office = either_office
    number = new_case(office)
    assert written(office, number, "query", text="पत्र कब तक मिलेगा?").status_code == 303
    [row] = memos_of(office, number)
    assistant = office.at(Role.DM_ASSISTANT)
    assert settled(assistant, row).status_code == 422, "a question is answered in words"
    assert settled(assistant, row, reply="दस कार्यदिवस में भेजा जाएगा।").status_code == 303
    page = text_of(office.at(Role.REQUESTER).get(f"/department/cases/{in_address(number)}"))
    assert "दस कार्यदिवस में भेजा जाएगा।" in page


def test_it_is_returned_with_a_reason_and_taken_back_before(either_office: Office) -> None:
    office = either_office
    number = new_case(office)
    for _ in range(2):
        assert (
            written(office, number, "paper", **LETTER, text="प्रमाण पत्र की प्रति", docs=paper()).status_code
            == 303
        )
    first, second = memos_of(office, number)
    assert settled(office.at(Role.DM_ASSISTANT), first, "return", "यह दूसरे व्यक्ति का कागज है").status_code == 303
    browser = office.at(Role.REQUESTER)
    page = text_of(browser.get(f"/department/cases/{in_address(number)}"))
    assert "यह दूसरे व्यक्ति का कागज है" in page
    assert browser.post(f"/department/memos/{second.id}/back").status_code == 303
    assert [row.state for row in memos_of(office, number)] == [memos.RETURNED, memos.BACK]
    assert settled(office.at(Role.DM_ASSISTANT), second).status_code == 409, "what was taken back is settled"


@pytest.mark.parametrize("kind", ["answer", "paper", "withdrawal"])
def test_what_still_waits_when_its_case_is_over_is_noted_and_lies_with_the_case(
    office: Office, kind: str
) -> None:
    number = returned(office) if kind == "answer" else new_case(office)
    said = {"text": "पद समाप्त कर दिया गया है।"}
    if kind == "answer":
        said = {"answers-0-defect": "no_photo", "answers-0-text": "नया फोटो संलग्न है"}
    assert written(office, number, kind, **LETTER, **said, docs=paper()).status_code == 303
    [row] = memos_of(office, number)
    assistant = office.at(Role.DM_ASSISTANT)
    assert "बाद में प्राप्त" not in text_of(assistant.get(f"/requisitions/memos/{row.id}"))
    assert assistant.post(f"/requisitions/memos/{row.id}/note").status_code == 409, "it can still be taken"
    ended(office, number)
    assert settled(office.at(Role.DM_SECTION_HEAD), row).status_code == 409
    assert "यह प्रकरण समाप्त हो चुका है।" in text_of(assistant.get(f"/requisitions/memos/{row.id}"))
    assert settled(assistant, row, "note", "निर्णय के बाद मिला।").status_code == 303
    [row] = memos_of(office, number)
    with office.database.engine.connect() as connection:
        [file] = connection.execute(select(document).where(document.c.field == "from_department")).all()
    assert (row.state, file.case_id, file.destroyed_at) == (memos.NOTED, row.case_id, None)
    page = text_of(office.at(Role.REQUESTER).get(f"/department/cases/{in_address(number)}"))
    for words in ("बाद में प्राप्त, दर्ज किया गया", "निर्णय के बाद मिला।"):
        assert words in page


def ended(office: Office, number: str) -> None:
    """End a case by the department's letter on paper."""
    head = office.at(Role.DM_SECTION_HEAD)
    where = f"/cases/{in_address(number)}/withdraw"
    head.get(where)
    answer = head.post(where, withdrawal(), **MULTIPART)
    assert answer.status_code == 303, text_of(answer)[:2000]


def test_an_answer_to_defects_that_are_answered_by_then_is_noted(office: Office) -> None:
    number = returned(office)
    answer = {"answers-0-defect": "no_photo", "answers-0-text": "नया फोटो संलग्न है"}
    assert written(office, number, "answer", **LETTER, **answer).status_code == 303
    office.journey.finish(office.task(number), office.journey.form_of(office.task(number)))
    [row] = memos_of(office, number)
    assistant = office.at(Role.DM_ASSISTANT)
    assert "त्रुटियों का उत्तर इस बीच दर्ज हो चुका है।" in text_of(assistant.get(f"/requisitions/memos/{row.id}"))
    assert settled(assistant, row, "note", "हाँ").status_code == 422, "an answer has some letters, or none"
    assert settled(assistant, row, "note").status_code == 303
    assert memos_of(office, number)[0].state == memos.NOTED


def test_only_what_fits_where_the_case_stands_is_sent(office: Office) -> None:
    number = new_case(office)
    page = text_of(office.at(Role.REQUESTER).get(f"/department/cases/{in_address(number)}"))
    assert "kind=answer" not in page, "no defect is open"
    refused = written(
        office, number, "answer", **LETTER, **{"answers-0-defect": "other", "answers-0-text": "ठीक"}
    )
    assert refused.status_code in (409, 422)
    assert memos_of(office, number) == []


def test_another_department_and_the_police_see_none_of_it(either_office: Office) -> None:
    office = either_office
    number = new_case(office)
    assert written(office, number, "query", text="पत्र कब तक मिलेगा?").status_code == 303
    foreign = office.journey.new_case(requesting_dept="स्वास्थ्य विभाग")
    department = office.journey.staff.holder(Role.REQUESTER)
    for role in (Role.SP, Role.SP_READER, Role.SHO, Role.DCRB):
        scope = actor_scope(office.journey.staff.holder(role))
        chosen = select(memo).where(visible(memo, scope))
        assert (
            office.database.read(lambda rows, what=chosen: rows.connection.execute(what).all(), scope) == []
        )
    scope = actor_scope(department)
    with pytest.raises(NotFound):
        office.database.read(lambda rows: memos.of_case(rows, department, foreign, office.now), scope)
    with pytest.raises(NotAllowed):
        office.database.read(lambda rows: memos.waiting(rows, department), scope)
