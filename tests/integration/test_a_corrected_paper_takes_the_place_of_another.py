"""A paper with a mistake in it is corrected: prepared by one, signed by the head, issued under a new number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.domain.roles import Role
from app.models.tables.audit import audit
from app.models.tables.papers import certificate, paper_act
from app.services.papers import papercheck
from tests import outgoing
from tests.districts import NOW
from tests.integration.test_an_issued_paper_has_a_life import said
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.visitor import Visitor


class Desk:
    """The offices of a district with one paper that has gone out."""

    def __init__(self, office: Office) -> None:
        self.office, self.journey = office, office.journey
        self.dm, self.head = office.at(Role.DM), office.at(Role.DM_SECTION_HEAD)

    def rows(self, table) -> list:
        with self.office.database.engine.connect() as connection:
            return list(connection.execute(select(table)))

    def issue(self):
        before = {row.id for row in self.rows(certificate)}
        self.journey.go_on(self.journey.new_case())
        [made] = [row for row in self.rows(certificate) if row.id not in before]
        return made

    def fields(self, **changes: str) -> dict[str, str]:
        return {
            "cause": "clerical_error",
            "explanation": "पिता के नाम की वर्तनी",
            "language": "hi",
            "father_hi": "विनय कुमार शर्मा",
            **changes,
        }

    def prepare(self, browser: Visitor, paper, **changes: str):
        browser.get(f"/certificates/{paper.id}/correct")
        return browser.post(f"/certificates/{paper.id}/correct", self.fields(**changes))

    def waiting(self, paper):
        return [
            row for row in self.rows(paper_act) if row.certificate_id == paper.id and row.kind == "supersede"
        ]

    def sign(self, paper):
        act = max(self.waiting(paper), key=lambda row: row.id)
        self.dm.get(f"/certificates/{paper.id}")
        return self.dm.post(f"/certificates/corrections/{act.id}", {})

    def now(self, paper):
        return next(row for row in self.rows(certificate) if row.id == paper.id)

    def public(self, paper) -> papercheck.PublicPaper:
        code = self.office.database.keys.code("verify", paper.id.bytes)
        return papercheck.by_code(self.office.database, code, self.journey.now)


@pytest.fixture(scope="module")
def desk(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("corrected")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    office = Office(folder, NOW)
    yield Desk(office)
    office.database.close()


@pytest.fixture(scope="module")
def paper(desk: Desk):
    return desk.issue()


def test_a_correction_goes_from_the_section_to_the_head_and_a_new_paper_stands_in_its_place(
    desk: Desk,
) -> None:
    old = desk.issue()
    assert desk.prepare(desk.head, old).status_code == 303
    page = text_of(desk.head.get(f"/certificates/{old.id}"))
    assert "विनय कुमार शर्मा" in page
    assert "कार्यालय प्रधान के हस्ताक्षर" in page
    [act] = desk.waiting(old)
    draft = said(desk.dm.get(f"/certificates/corrections/{act.id}").data)
    assert "विनय कुमार शर्मा" in draft
    assert f"संख्या {old.number} दिनांक 23-11-2026 के स्थान पर" in draft
    asked = desk.sign(old)
    assert old.number in text_of(desk.dm.get(asked.headers["Location"]))
    assert desk.dm.confirm(asked).status_code == 303
    assert desk.public(old).state == "report_ok"  # signed, and not issued yet
    assert "निर्गत हो रहा है" in text_of(desk.dm.get(f"/certificates/{old.id}"))
    desk.journey.work()
    [new] = [row for row in desk.rows(certificate) if row.case_id == old.case_id and row.id != old.id]
    assert (desk.now(old).status, new.status) == ("superseded", "issued")
    assert new.number != old.number
    text = said(desk.dm.get(f"/documents/{new.document_id}").data)
    assert "विनय कुमार शर्मा" in text
    assert new.number in text
    assert "विनय कुमार शर्मा" not in said(desk.dm.get(f"/documents/{old.document_id}").data)
    public = desk.public(old)
    assert public.state == "bad"
    assert f"इसके स्थान पर संख्या {new.number} निर्गत है" in public.text_hi
    assert desk.public(new).state == "report_ok"
    page = text_of(desk.dm.get(f"/certificates/{old.id}"))
    assert "प्रतिस्थापित" in page
    assert f"इसके स्थान पर संख्या {new.number} निर्गत है" in page
    assert "हाथों-हाथ" in page, "how it went, and when"
    in_its_place = text_of(desk.dm.get(f"/certificates/{new.id}"))
    assert f"{old.number} के स्थान पर निर्गत" in in_its_place
    assert "हाथों-हाथ" not in in_its_place
    sent = text_of(desk.dm.get("/reports/dispatches?from=2026-11-01&to=2026-12-31"))
    assert old.memo_number in sent, "the register says what went out, whatever became of it"
    [told] = [row for row in desk.rows(paper_act) if row.kind == "notice"]
    assert outgoing.listed(desk.journey)[told.number].cells[outgoing.WHAT] == "change_notice"
    notice = said(desk.dm.get(f"/certificates/acts/{told.id}").data)
    for wanted in (
        told.number,
        old.number,
        new.number,
        "लिपिकीय भूल",
        "पिता के नाम की वर्तनी",
        "निदेशक (प्रशासन)",
    ):
        assert wanted in notice
    recorded = {
        row.action: row.detail for row in desk.rows(audit) if row.action.startswith("paper:supersede")
    }
    assert recorded["paper:superseded"]["by"] == new.number
    assert recorded["paper:supersede"]["cause"] == "clerical_error"
    assert "विनय" not in str(recorded)
    assert desk.prepare(desk.head, old).status_code == 409
    _correct_again(desk, new)


def _correct_again(desk: Desk, old) -> None:
    """A corrected paper is a paper like any other; the person's record is corrected with it, and not before."""
    changes = {"father_hi": "विनय शर्मा", "name_hi": "राहुल कुमार शर्मन", "name_en": "Rahul Kumaar Sharma"}
    desk.prepare(desk.dm, old, language="both", **changes)
    case = re.search(r"/cases/SRN-[0-9-]+", text_of(desk.dm.get(f"/certificates/{old.id}")))[0]
    assert "शर्मन" not in text_of(desk.dm.get(case))
    assert desk.dm.confirm(desk.sign(old)).status_code == 303
    order = {"ground": "new_fact", "effective": "23-11-2026", "order": "कारण " * 20}
    assert desk.dm.post(f"/certificates/{old.id}/revoke", order).status_code == 409
    desk.journey.work()
    assert desk.now(old).status == "superseded"
    assert "राहुल कुमार शर्मन" in text_of(desk.dm.get(case))
    thana = desk.office.at(Role.SHO)
    assert "अभ्यर्थी के विवरण में सुधार" in text_of(thana.get(case))
    new = max(
        (row for row in desk.rows(certificate) if row.case_id == old.case_id), key=lambda row: row.number
    )
    text = said(desk.dm.get(f"/documents/{new.document_id}").data)
    assert "Rahul Kumaar Sharma" in text
    assert "which is no longer valid" in text


def test_a_box_that_does_not_pass_is_told_and_nothing_typed_is_lost(desk: Desk, paper) -> None:
    before = len(desk.waiting(paper))
    answer = desk.prepare(desk.head, paper, father_hi="विनय 7 शर्मा")
    assert answer.status_code == 422
    assert "विनय 7 शर्मा" in text_of(answer)
    assert "पिता के नाम की वर्तनी" in text_of(answer)
    assert len(desk.waiting(paper)) == before


def test_a_button_that_proposes_a_name_keeps_no_correction(desk: Desk, paper) -> None:
    before = len(desk.waiting(paper))
    answer = desk.prepare(desk.head, paper, father_en="Vinod Kumar", _op="spell:father_hi", cause="")
    assert answer.status_code == 200
    assert "विनोद कुमार" in text_of(answer)
    assert "पिता के नाम की वर्तनी" in text_of(answer)
    assert len(desk.waiting(paper)) == before


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"cause": ""}, "कारण सूची से चुनें"),
        ({"explanation": "आधार 2341 2341 2346"}, "आधार संख्या न लिखें"),
        ({"father_hi": "विनय शर्मा"}, "कुछ बदला नहीं गया"),
        ({"language": "fr"}, "कुछ बदला नहीं गया"),
    ],
)
def test_a_correction_that_lacks_something_is_shown_again(
    desk: Desk, paper, changes: dict, told: str
) -> None:
    before = len(desk.waiting(paper))
    answer = desk.prepare(desk.head, paper, **changes)
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert len(desk.waiting(paper)) == before


def test_only_the_office_that_issued_it_prepares_and_only_its_head_signs(desk: Desk, paper) -> None:
    for role in (Role.SP, Role.SP_READER):
        assert desk.prepare(desk.office.at(role), paper).status_code == 403, role
    for role in (Role.DM_ASSISTANT, Role.ADM, Role.SHO):
        assert desk.prepare(desk.office.at(role), paper).status_code == 403, role
    desk.prepare(desk.head, paper)
    act = max(desk.waiting(paper), key=lambda row: row.id)
    desk.head.get(f"/certificates/{paper.id}")
    assert desk.head.post(f"/certificates/corrections/{act.id}", {}).status_code == 403
