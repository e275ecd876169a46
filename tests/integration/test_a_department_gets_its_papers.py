"""A requesting department sees its letters by stage, and gets the papers issued on them in an inbox of its own."""

from __future__ import annotations

import re
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from app.domain.roles import Role
from app.models.tables.audit import audit
from app.models.tables.cases import case, letter_department
from app.models.tables.offices import office as offices
from app.models.tables.papers import certificate, delivery
from app.services.casefile import departments
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

EDUCATION = "शिक्षा विभाग"


@pytest.fixture(scope="module")
def office(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("department")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    made = Office(folder, NOW)
    yield made
    made.database.close()


def rows(office: Office, table) -> list:
    with office.database.engine.connect() as connection:
        return list(connection.execute(select(table)))


def of_case(office: Office, number: str, table) -> list:
    """The rows of one case: the district is shared by the tests of this module."""
    case_id = next(row.id for row in rows(office, case) if row.number == number)
    return [row for row in rows(office, table) if row.case_id == case_id]


def letter_of(office: Office, number: str) -> UUID:
    return next(row.requisition_id for row in rows(office, case) if row.number == number)


@pytest.fixture(scope="module")
def to_dispatch(office: Office) -> str:
    """Bring a case of the education department as far as the dispatch of its paper."""
    number = office.journey.new_case(requesting_dept=EDUCATION, letter_no="शि०-501/2026")
    office.journey.go_on(number, "dispatch")
    return number


def test_the_stage_of_each_person_is_told_and_nothing_of_what_was_found(office: Office) -> None:
    number = office.journey.new_case(requesting_dept=f" {EDUCATION} ", letter_no="शि०-500/2026")
    clerk, letter = office.at(Role.REQUESTER), letter_of(office, number)

    def page() -> str:
        return text_of(clerk.get(f"/department/letters/{letter}"))

    assert "जिला कार्यालय में संवीक्षा" in page()
    assert "राहुल कुमार शर्मा" in page()
    office.journey.go_on(number, "visit", "search_records")
    at_police = page()
    assert "पुलिस सत्यापन" in at_police
    holder = office.journey.actor_of(office.task(number, "visit"))
    assert holder.name_hi not in at_police.partition("<main")[2]
    assert holder.post.office_hi not in at_police.partition("<main")[2]
    office.journey.go_on(number, "decide")
    assert "जिला कार्यालय में निर्णय" in page()
    assert "शि०-500/2026" in text_of(clerk.get("/department"))


def test_a_person_is_found_in_ones_own_letters_alone_and_the_search_is_recorded(office: Office) -> None:
    own = {"name_hi": "देवेंद्र ओझा", "name_en": "Devendra Ojha", "dob": "1991-02-03"}
    letter = office.journey.register(requesting_dept=EDUCATION, letter_no="शि०-520/2026")
    other = office.journey.register(requesting_dept="बिहार पुलिस", letter_no="पु०-77/2026")
    mine, theirs = (office.journey.add(each, **own) for each in (letter, other))
    clerk = office.at(Role.REQUESTER)
    clerk.get("/department")
    for words in ("Devender Ojha", "देवेन्द्र ओझा", mine):
        page = text_of(clerk.post("/department/find", {"search": words})).partition("<main")[2]
        assert (mine in page, theirs in page) == (True, False), words
        assert "शि०-520/2026" in page
    for words in (theirs, "जुबैर नोमानी"):
        page = text_of(clerk.post("/department/find", {"search": words})).partition("<main")[2]
        assert "कोई अभ्यर्थी नहीं मिला" in page
        assert "Devendra" not in page
    told = [each for each in rows(office, audit) if each.action == "case:search"]
    assert len(told) == 5
    assert "ojha" not in str(told).lower()
    sho = office.at(Role.SHO)
    sho.get("/inbox")
    assert sho.post("/department/find", {"search": "x"}).status_code == 403


def test_a_paper_sent_by_the_portal_lies_in_the_inbox_and_its_first_opening_is_noted(
    office: Office, to_dispatch: str
) -> None:
    clerk, letter = office.at(Role.REQUESTER), letter_of(office, to_dispatch)
    assert "पत्र निर्गत, भेजा जा रहा है" in text_of(clerk.get(f"/department/letters/{letter}"))
    task = office.task(to_dispatch, "dispatch")
    assert office.journey.page_of(task).values["dispatch_mode"] == "portal", (
        "proposed, for there is an account"
    )
    told = text_of(office.holder_of(task).get(f"/tasks/{task.id}"))
    assert "केवल <strong>अग्रिम प्रति</strong> जाती है" in told, "no key signs here: the sheet is signed in ink"
    office.journey.do(to_dispatch, "dispatch", dispatch_mode="portal")
    [sent] = of_case(office, to_dispatch, delivery)
    assert (sent.delivered_at, sent.opened_at) == (NOW, None)
    assert "पत्र आपके खाते में प्राप्त" in text_of(clerk.get(f"/department/letters/{letter}"))
    listed = text_of(clerk.get("/department/papers"))
    assert "अभी नहीं खोला गया" in listed
    assert "मूल पत्र पर स्याही से हस्ताक्षर है" in listed
    address = f"/department/papers/{sent.id}"
    assert clerk.get(address).location == "/department/papers", "whoever only follows a link opens nothing"
    assert of_case(office, to_dispatch, delivery) == [sent]
    [paper_row] = of_case(office, to_dispatch, certificate)
    shown = text_of(clerk.get(clerk.post(address, {}).location))
    assert f"<h1>प्रतिवेदन {paper_row.number}</h1>" in shown
    assert "पृष्ठ 1" in shown
    pdf = clerk.get(address)
    assert pdf.data.startswith(b"%PDF")
    assert pdf.headers["Content-Disposition"].startswith("attachment")
    [opened] = of_case(office, to_dispatch, delivery)
    assert (opened.opened_at, opened.opened_by) == (
        NOW,
        office.journey.staff.holder(Role.REQUESTER).officer_id,
    )
    for page in ("/department/papers", f"/department/letters/{letter}"):
        assert f'href="{address}?page=1"' in text_of(clerk.get(page))
    seen = [row.detail for row in rows(office, audit) if row.object == f"document:{paper_row.document_id}"]
    reads = [detail["first"] for detail in seen if "first" in detail]
    assert reads == [True, False]
    paper = text_of(office.at(Role.DM).get(f"/certificates/{sent.certificate_id}"))
    assert "सुपुर्दगी" in paper
    assert "पहली बार खोला गया" in paper


def test_another_departments_letter_and_paper_are_not_found(office: Office, to_dispatch: str) -> None:
    other = office.journey.new_case(requesting_dept="बिहार पुलिस", letter_no="पु०-7/2026")
    clerk = office.at(Role.REQUESTER)
    assert clerk.get(f"/department/letters/{letter_of(office, other)}").status_code == 404
    for path in (
        "/inbox",
        "/requisitions",
        "/certificates",
        "/search",
        f"/cases/{to_dispatch.replace('/', '-')}",
    ):
        assert clerk.get(path).status_code == 403, path


def test_without_an_account_the_portal_is_refused_with_what_to_do_by_itself_and_in_a_list(
    office: Office,
) -> None:
    number = office.journey.new_case(requesting_dept="बिहार पुलिस", letter_no="पु०-8/2026")
    office.journey.go_on(number, "dispatch")
    task = office.task(number, "dispatch")
    assert office.journey.page_of(task).values.get("dispatch_mode") is None
    holder = office.holder_of(task)
    holder.get(f"/tasks/{task.id}")
    refused = holder.post(f"/tasks/{task.id}", {"dispatch_mode": "portal", "_op": "submit"})
    assert refused.status_code == 422
    assert "इस विभाग का खाता नहीं है" in text_of(refused)
    holder.post(f"/tasks/{task.id}", {"_op": "discard"})
    many, chosen = "/inbox/many/send/deliver", {"task": [str(task.id)]}
    assert "कोई पत्र इस तरह नहीं भेजा जा सकता" in text_of(holder.post(many, chosen))
    assistant, letter = office.at(Role.DM_ASSISTANT), letter_of(office, number)
    page = text_of(assistant.get(f"/requisitions/{letter}"))
    assert "किसी विभाग के खाते से जुड़ा नहीं" in page
    education = next(row.id for row in rows(office, offices) if row.name_hi == EDUCATION)
    assert assistant.post(f"/requisitions/{letter}/department", {"office": str(education)}).status_code == 303
    assert education in {
        row.office_id for row in rows(office, letter_department) if row.requisition_id == letter
    }
    shown = text_of(holder.post(many, chosen))
    assert "बिहार पुलिस" in shown.partition("<main")[2]
    hidden = dict(re.findall(r'name="(seal-[^"]+|_act)" value="([^"]+)"', shown))
    told = text_of(holder.post(many, {**chosen, **hidden, "confirmed": "yes"}))
    assert "विभाग को भेजे गए पत्र: 1" in told
    assert len(of_case(office, number, delivery)) == 1
    assert number in text_of(office.at(Role.REQUESTER).get(f"/department/letters/{letter}"))


def test_a_department_is_entered_once_under_each_name(office: Office) -> None:
    admin = office.at(Role.PROCESS_ADMIN)
    admin.get("/admin/departments")
    names = {"name_hi": "स्वास्थ्य विभाग", "name_en": "Health Department"}
    assert admin.post("/admin/departments", names).status_code == 303
    page = text_of(admin.get("/admin/departments"))
    assert re.search(r"स्वास्थ्य विभाग.*?अभी किसी को खाता नहीं दिया गया", page, re.DOTALL)
    again = admin.post("/admin/departments", names)
    assert again.status_code == 422
    assert "इस नाम का विभाग पहले से है" in text_of(again)
    assistant = office.journey.staff.holder(Role.DM_ASSISTANT)
    known = office.database.read(lambda session: departments.known(session, NOW), actor_scope(assistant))
    assert [each.has_account for each in known if each.name_hi == EDUCATION] == [True]


def test_all_papers_of_a_letter_are_taken_as_one_file_each_as_it_was_issued(office: Office) -> None:
    journey = office.journey
    letter = journey.register(requesting_dept=EDUCATION, letter_no="शि०-900/2026", candidate_count=3)
    numbers = [journey.add(letter), journey.add(letter), journey.add(letter)]
    for number in numbers[:2]:
        journey.go_on(number)
    journey.go_on(numbers[2], "dispatch")
    clerk, head = office.at(Role.REQUESTER), office.at(Role.DM_SECTION_HEAD)
    clerk.get(f"/department/letters/{letter}")
    assert clerk.post(f"/department/letters/{letter}/papers", {}).status_code == 404, "these went by hand"
    journey.do(numbers[2], "dispatch", dispatch_mode="portal")
    page = text_of(clerk.get(f"/department/letters/{letter}"))
    assert "सभी निर्गत पत्र एक ZIP में लें (1)" in page
    assert "पत्र भेजा गया" in page
    names = {row.case_id: row.number.replace("/", "-") + ".pdf" for row in rows(office, certificate)}
    ids = {row.number: row.id for row in rows(office, case)}
    taken = office.collected(clerk, clerk.post(f"/department/letters/{letter}/papers", {"part": "1"}))
    assert ZipFile(BytesIO(taken.data)).namelist() == [names[ids[numbers[2]]]]
    assert all(row.opened_at for row in rows(office, delivery) if row.case_id == ids[numbers[2]])
    assert "सभी निर्गत पत्र एक ZIP में लें (3)" in text_of(head.get(f"/requisitions/{letter}"))
    whole = office.collected(head, head.post(f"/requisitions/{letter}/papers", {}))
    archive = ZipFile(BytesIO(whole.data))
    assert archive.namelist() == sorted(names[ids[number]] for number in numbers)
    issued = {row.case_id: row.sha256 for row in rows(office, certificate)}
    assert {sha256(archive.read(name)).digest() for name in archive.namelist()} == {
        issued[ids[number]] for number in numbers
    }
    assert head.post(f"/requisitions/{letter}/papers", {"part": "2"}).status_code == 404
    assistant = office.at(Role.DM_ASSISTANT)
    assert "ZIP" not in text_of(assistant.get(f"/requisitions/{letter}"))
    assert assistant.post(f"/requisitions/{letter}/papers", {}).status_code == 403
