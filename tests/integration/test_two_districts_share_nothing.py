"""A second district beside the first: its officers find nothing of the other's, and its papers name it."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.domain.numbers import in_address
from app.domain.roles import Role
from app.models.scope import CaseScope
from app.models.tables.cases import case, document, requisition
from app.models.tables.officers import officer, posting
from app.models.tables.offices import office as offices
from app.models.tables.papers import certificate
from app.services.district import gazetteer
from app.services.installation import setup
from app.services.papers.papercheck import code_of
from tests.districts import NOW
from tests.journey import Journey
from tests.office import Office, text_of
from tests.visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path

BUXAR, SARAN = 194, 218
#: Posts whose screens are asked for the other district's things: those who see everything of their own.
ROLES = (Role.DM, Role.DM_ASSISTANT, Role.SP)


class District(Journey):
    """The officers of one of two districts at work."""

    def __init__(self, office: Office, code: int) -> None:
        super().__init__(office.database, NOW)
        with office.database.engine.connect() as connection:
            own = set(
                connection.execute(
                    select(posting.c.officer_id).where(posting.c.district_id == code)
                ).scalars()
            )
        self.staff._posts = [post for post in self.staff._posts if post.officer_id in own]


@pytest.fixture(scope="module")
def both(demo_sqlite, tmp_path_factory):
    """Two districts, with a case in each that has come to its paper, and one that is open."""
    folder: Path = tmp_path_factory.mktemp("both")
    shutil.copy(demo_sqlite, folder / "satyapan.db")
    office = Office(folder, NOW)
    setup.add_demo(office.database, folder, NOW, BUXAR)
    names = {SARAN: ("राहुल कुमार शर्मा", "Rahul Kumar Sharma"), BUXAR: ("धर्मवीर उपाध्याय", "Dharmveer Upadhyay")}
    for code, (name_hi, name_en) in names.items():
        district = District(office, code)
        letter = district.register(letter_no=f"पत्र-{code}", candidate_count=2)
        done = district.add(letter, name_hi=name_hi, name_en=name_en)
        district.go_on(done)
        district.add(letter, name_hi=name_hi, name_en=name_en)
    yield office
    office.database.close()


def rows(office: Office, table, code: int):
    with office.database.engine.connect() as connection:
        return list(connection.execute(select(table).where(table.c.district_id == code)))


def at(office: Office, code: int, role: Role) -> Visitor:
    return Visitor(office.app).enter(District(office, code).staff.holder(role).officer_id, NOW)


def test_the_second_district_has_the_offices_that_the_gazetteer_knows(both):
    keys = {row.key for row in rows(both, offices, BUXAR)}
    assert {"dm_office", "sp_office", "dcrb", "special_branch", "administration"} <= keys
    assert {row["slug"] for row in gazetteer.of_district("thanas", BUXAR)} <= keys


def test_user_names_of_two_districts_differ(both):
    saran, buxar = ({row.username for row in rows(both, officer, code)} for code in (SARAN, BUXAR))
    assert saran
    assert buxar
    assert not saran & buxar


@pytest.mark.parametrize(("own", "other"), [(SARAN, BUXAR), (BUXAR, SARAN)])
@pytest.mark.parametrize("role", ROLES)
def test_no_screen_shows_anything_of_the_other_district(both, own, other, role):
    foreign = {
        *(row.number for row in rows(both, case, other)),
        *(row.letter_no for row in rows(both, requisition, other)),
        *(row.number for row in rows(both, certificate, other)),
    }
    names = {SARAN: "राहुल कुमार शर्मा", BUXAR: "धर्मवीर उपाध्याय"}
    visitor = at(both, own, role)
    seen = ""
    for address in ("/inbox", "/requisitions", "/tracking", "/reports", "/certificates"):
        answer = visitor.get(address)
        assert answer.status_code in (200, 403), address
        seen += text_of(answer)
    assert names[other] not in seen
    assert not [each for each in foreign if each in seen]
    assert names[own] in seen or rows(both, case, own)[0].number in seen


@pytest.mark.parametrize(("own", "other"), [(SARAN, BUXAR), (BUXAR, SARAN)])
def test_what_belongs_to_the_other_district_is_not_found(both, own, other):
    visitor = at(both, own, Role.DM)
    for row in rows(both, case, other):
        assert visitor.get(f"/cases/{in_address(row.number)}").status_code == 404
    for row in rows(both, requisition, other):
        assert visitor.get(f"/requisitions/{row.id}").status_code == 404
    for row in rows(both, document, other):
        assert visitor.get(f"/documents/{row.id}").status_code == 404
    assert visitor.get(f"/cases/{in_address(rows(both, case, own)[0].number)}").status_code == 200


@pytest.mark.parametrize(("own", "other"), [(SARAN, BUXAR), (BUXAR, SARAN)])
def test_a_search_finds_the_own_district_only(both, own, other):
    words = {SARAN: "Rahul Sharma", BUXAR: "Dharmveer Upadhyay"}
    visitor = at(both, own, Role.DM)

    def found(text: str) -> set[str]:
        visitor.get("/search")
        return set(re.findall(r"[A-Z]{3}-\d{4}-\d{5}", text_of(visitor.post("/search", {"search": text}))))

    assert found(words[own]) == {in_address(row.number) for row in rows(both, case, own)}
    assert found(words[other]) == set()
    for row in rows(both, case, other):
        assert found(row.number) == set()


@pytest.mark.parametrize(("code", "name", "foreign"), [(SARAN, "सारण", "बक्सर"), (BUXAR, "बक्सर", "सारण")])
def test_the_public_page_names_the_district_that_issued_the_paper(both, code, name, foreign):
    paper = rows(both, certificate, code)[0]
    printed = both.database.read(lambda s: code_of(s, paper.id), CaseScope(code, paper.case_id))
    page = text_of(Visitor(both.app).get(f"/verify/{printed}"))
    assert paper.number in page
    assert name in page
    assert foreign not in page
