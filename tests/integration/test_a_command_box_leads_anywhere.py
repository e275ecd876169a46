"""One field on every page: a number leads to its case or paper, a name to its cases, a word to a screen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.domain.offices import OfficeKind
from app.domain.roles import Permission, Role
from app.models.issuing.sentletters import sent_letter, sent_letter_person
from app.models.tables.audit import audit
from app.models.tables.cases import case, requisition
from app.models.tables.offices import office as office_table
from app.models.tables.papers import certificate
from app.web.desk import screens
from tests.districts import NOW
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.visitor import Visitor


def look(visitor: Visitor, words: str) -> str:
    """What the answer is: the address that it leads to, or the text of the page."""
    visitor.get("/find")
    answer = visitor.post("/find", {"search": words})
    return answer.headers["Location"] if answer.status_code == 303 else text_of(answer)


@pytest.fixture(scope="module")
def office(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("finder")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    made = Office(folder, NOW)
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def number(office: Office) -> str:
    """A case whose paper has left."""
    found = office.journey.new_case(["th_mufassil"])
    office.journey.go_on(found)
    return found


def test_a_number_leads_there_and_a_name_is_recorded(office: Office, number: str) -> None:
    head, year = office.at(Role.DM_SECTION_HEAD), "".join(chr(0x966 + int(each)) for each in "2026")
    address = f"/cases/{number.replace('/', '-')}"
    assert look(head, number) == address
    assert look(head, number.replace("2026", year).lower()) == address
    with office.database.engine.connect() as connection:
        paper = connection.execute(select(certificate)).one()
    for reader in (head, office.at(Role.SHO, "th_mufassil")):
        assert look(reader, paper.number) == f"/certificates/{paper.id}"
    letter = look(head, "का०-112/2026")
    assert 'href="/requisitions/' in letter
    for spelling in ("राहुल शर्मा", "Rahul Sharma"):
        assert number in look(head, spelling)
    with office.database.engine.connect() as connection:
        officer = office.journey.staff.holder(Role.DM_SECTION_HEAD).officer_id
        own = (audit.c.action == "case:search", audit.c.actor_id == officer)
        searches = connection.execute(select(audit).where(*own)).all()
    assert len(searches) == 3, "the letter and the two names; a number names nobody"
    assert "राहुल" not in str([row.detail for row in searches])


def letters_of(office: Office, number: str) -> list[str]:
    """What stands on the papers that brought a case to its thana: number and diary number of the letter, पत्रांक."""
    with office.database.engine.connect() as connection:
        theirs = connection.execute(
            select(requisition.c.letter_no, requisition.c.number)
            .join(case, case.c.requisition_id == requisition.c.id)
            .where(case.c.number == number)
        ).one()
        ours = connection.execute(
            select(sent_letter.c.number)
            .join(sent_letter_person, sent_letter_person.c.letter_id == sent_letter.c.id)
            .join(case, case.c.id == sent_letter_person.c.case_id)
            .join(office_table, office_table.c.id == sent_letter.c.to_office_id)
            .where(case.c.number == number, office_table.c.kind == OfficeKind.THANA)
        ).scalars()
        return [*theirs, *ours]


def test_a_thana_finds_a_case_by_the_end_of_its_number_and_by_each_letter_that_brought_it(
    office: Office, number: str
) -> None:
    sho, letters = office.at(Role.SHO, "th_mufassil"), letters_of(office, number)
    assert len(letters) > 2, "of the department, and ours to the thana"
    for words in (number.rpartition("/")[2], str(int(number.rpartition("/")[2])), *letters):
        assert number in look(sho, words), words
    serial = number.rpartition("/")[2].lstrip("0")
    assert f'value="{serial}"' in text_of(sho.get(f"/inbox?search={serial}")), (
        "asked for, not left away unsaid"
    )


def test_what_is_out_of_sight_is_not_found(office: Office, number: str) -> None:
    stranger, keeper = office.at(Role.SHO, "th_garkha"), office.at(Role.PROCESS_ADMIN)
    for visitor in (stranger, keeper):
        for words in ("राहुल शर्मा", number, number.rpartition("/")[2], *letters_of(office, number)):
            assert number not in look(visitor, words).replace(f'value="{number}"', "")


def test_cases_opened_of_late_come_back(office: Office, number: str) -> None:
    head = office.at(Role.DM)
    assert number not in text_of(head.get("/find"))
    head.get(f"/cases/{number.replace('/', '-')}")
    assert number in text_of(head.get("/find"))
    panel = text_of(head.get("/find/panel"))
    assert number in panel
    assert "<html" not in panel
    empty = head.post("/find", {"search": "  "})
    assert empty.headers["Location"] == "/find"


class Anybody:
    def may(self, permission: Permission) -> bool:
        return permission is not Permission.DEPARTMENT_SEE


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("मेरे कार्य", "/inbox"),
        ("हस्ताक्षर", "/signatures"),
        ("holidays", "/calendar"),
        ("अवकाश", "/calendar"),
        ("policy", "/admin/policies"),
        ("जिले की नीति", "/admin/policies"),
        ("requis", "/requisitions"),
        ("अधियाचनाएँ", "/requisitions"),
        ("छुट्टी", "/posts"),
        ("चार्ज", "/charge"),
        ("एफआईआर", "/crimes"),
        ("सर्टिफिकेट", "/certificates"),
    ],
)
def test_a_screen_is_found_by_words_of_either_language(office: Office, words: str, first: str) -> None:
    with office.app.test_request_context():
        found = [each.address for each in screens.named(screens.of(Anybody()), words)]
    assert first in found[:3], found


def test_no_word_finds_no_screen_and_each_screen_stands_for_one_right(office: Office) -> None:
    with office.app.test_request_context():
        every = screens.of(Anybody())
        assert screens.named(every, "") == screens.named(every, "ज्ञ्ञ्ञ") == []
        assert screens.named(every, "a") == [] or all(
            re.search(r"(^| )a", each.title_words) for each in screens.named(every, "a")
        )
        assert len({each.address for each in every}) == len(every)
    for entry in screens.ENTRIES:
        assert office.app.view_functions[entry.endpoint].access is entry.permission, entry.endpoint
