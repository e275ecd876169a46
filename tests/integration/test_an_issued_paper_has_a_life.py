"""After it is issued a paper is printed again with a mark, and revoked by an order; before, it is seen as a draft."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from sqlalchemy import select, update

from app.domain import secrecy
from app.domain.roles import Role
from app.models.tables.audit import audit
from app.models.tables.cases import case, document
from app.models.tables.papers import certificate, number_series, paper_act
from app.services.papers import papercheck, paperlife
from app.services.store.scopes import actor_scope
from tests import outgoing
from tests.districts import NOW
from tests.office import Office, text_of
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

ORDER = "पत्र निर्गत होने के पश्चात् थाना के अभिलेख से ज्ञात हुआ कि आवेदक ने अपना कांड घोषित नहीं किया था।"


class Desk:
    """The DM's office with papers that have gone out."""

    def __init__(self, office: Office) -> None:
        self.office, self.journey = office, office.journey
        self.dm = office.at(Role.DM)

    def rows(self, table) -> list:
        with self.office.database.engine.connect() as connection:
            return list(connection.execute(select(table)))

    def issue(self):
        """A clean report of the DM; -> its row."""
        before = {row.id for row in self.rows(certificate)}
        self.journey.go_on(self.journey.new_case())
        [made] = [row for row in self.rows(certificate) if row.id not in before]
        return made

    def page(self, paper) -> str:
        return text_of(self.dm.get(f"/certificates/{paper.id}"))

    def acts(self, paper) -> list:
        return [row for row in self.rows(paper_act) if row.certificate_id == paper.id]

    def revoke(self, paper, **changes: str):
        fields = {"ground": "false_statement", "effective": "23-11-2026", "order": ORDER, **changes}
        self.dm.get(f"/certificates/{paper.id}")
        return self.dm.post(f"/certificates/{paper.id}/revoke", fields)

    def public(self, paper) -> papercheck.PublicPaper:
        code = self.office.database.keys.code("verify", paper.id.bytes)
        return papercheck.by_code(self.office.database, code, self.journey.now)


def said(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = "\n".join(document[place].get_textpage().get_text_bounded() for place in range(len(document)))
    document.close()
    return re.sub(r"\s+", " ", text.replace("\u200b", ""))


@pytest.fixture(scope="module")
def desk(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("life")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    office = Office(folder, NOW)
    yield Desk(office)
    office.database.close()


@pytest.fixture(scope="module")
def paper(desk: Desk):
    return desk.issue()


def test_a_duplicate_bears_its_number_and_keeps_the_papers(desk: Desk, paper) -> None:
    assert paper.number in desk.page(paper)
    for count, reason in ((1, "lost"), (2, "damaged")):
        desk.dm.get(f"/certificates/{paper.id}")
        assert desk.dm.post(f"/certificates/{paper.id}/reprint", {"reason": reason}).status_code == 303
        act = next(row for row in desk.acts(paper) if row.number == str(count))
        pdf = desk.dm.get(f"/certificates/acts/{act.id}")
        assert f"DUPLICATE COPY No. {count}" in said(pdf.data)
        assert paper.number in said(pdf.data)
        assert pdf.data == desk.dm.get(f"/certificates/acts/{act.id}").data
    looked_at = text_of(desk.dm.get(f"/certificates/acts/{act.id}?page=1"))
    assert f"<h1>निर्गत पत्र की अनुलिपि {paper.number} (2)</h1>" in looked_at
    page = desk.page(paper)
    assert "अनुलिपि संख्या 2" in page
    assert "क्षतिग्रस्त" in page
    reprints = [row.detail for row in desk.rows(audit) if row.action == "paper:reprint"]
    assert {(each["copy"], each["reason"]) for each in reprints} >= {(1, "lost"), (2, "damaged")}
    stranger = Visitor(desk.office.app)
    stranger.get("/verify")
    fields = {"paper": (BytesIO(pdf.data), "paper.pdf", "application/pdf")}
    checked = stranger.post("/verify/file", fields, content_type="multipart/form-data")
    assert "अनुलिपि हो सकती है" in text_of(checked)


def test_a_duplicate_needs_a_reason_of_the_list(desk: Desk, paper) -> None:
    before = len(desk.acts(paper))
    desk.dm.get(f"/certificates/{paper.id}")
    answer = desk.dm.post(f"/certificates/{paper.id}/reprint", {"reason": "because"})
    assert answer.status_code == 422
    assert "कारण सूची से चुनें" in text_of(answer)
    assert len(desk.acts(paper)) == before


def test_a_paper_is_revoked_by_an_order_with_number_code_and_record(desk: Desk) -> None:
    paper = desk.issue()
    before = sum(row.last for row in desk.rows(number_series) if row.kind == "memo")
    answer = desk.revoke(paper)
    assert answer.headers["Location"].startswith("/step-up/")
    assert desk.public(paper).state == "report_ok"
    asked = text_of(desk.dm.get(answer.headers["Location"]))
    for told in (paper.number, ORDER, "23-11-2026 से प्रभावी"):
        assert told in asked, "all that the code will sign"
    assert desk.dm.confirm(answer).status_code == 303
    public = desk.public(paper)
    assert public.state == "bad"
    assert "दिनांक 23-11-2026 से रद्द है" in public.text_hi
    [act] = desk.acts(paper)
    assert act.number.startswith("DM-GEN/CHAR/2026/")
    assert sum(row.last for row in desk.rows(number_series) if row.kind == "memo") == before + 1
    [listed] = [line for each, line in outgoing.listed(desk.journey).items() if each == act.number]
    assert listed.cells[outgoing.WHAT] == "revocation_order"
    looked_at = text_of(desk.dm.get(f"/certificates/acts/{act.id}?page=1"))
    assert f"<h1>पत्र रद्द करने का आदेश {act.number}</h1>" in looked_at
    order = said(desk.dm.get(f"/certificates/acts/{act.id}").data)
    for wanted in (
        "आदेश",
        act.number,
        paper.number,
        "असत्य कथन",
        "श्री राहुल कुमार शर्मा, पिता",
        "रद्द किया जाता है",
    ):
        assert wanted in order
    [recorded] = [row for row in desk.rows(audit) if row.action == "paper:revoke"]
    assert recorded.detail["order"] == act.number
    register = text_of(desk.dm.get("/certificates/revocations"))
    assert act.number in register
    assert "राहुल" not in register
    assert "Order" not in desk.page(paper)
    sent = text_of(desk.dm.get("/reports/dispatches?from=2026-11-01&to=2026-12-31"))
    assert paper.memo_number in sent, "what went out keeps its number in the register"
    case_number = next(row.number for row in desk.rows(case) if row.id == paper.case_id)
    for place in (f"/cases/{case_number.replace('/', '-')}", "/cases?status=issued"):
        assert "पत्र रद्द" in text_of(desk.dm.get(place)), place
    again = desk.revoke(paper)
    assert again.status_code == 409
    assert desk.dm.post(f"/certificates/{paper.id}/reprint", {"reason": "lost"}).status_code == 303
    copy = next(row for row in desk.acts(paper) if row.kind == "duplicate")
    assert "REVOKED 23-11-2026" in said(desk.dm.get(f"/certificates/acts/{copy.id}").data)


def test_a_paper_whose_months_are_over_says_so_to_its_office(desk: Desk, paper) -> None:
    head, last = desk.journey.staff.holder(Role.DM), NOW.date()
    with desk.office.database.engine.begin() as connection:
        connection.execute(update(certificate).where(certificate.c.id == paper.id).values(valid_till=last))

    def is_over(at: datetime) -> bool:
        return desk.office.database.read(
            lambda session: paperlife.see(session, head, paper.id, at).is_over, actor_scope(head)
        )

    assert not is_over(NOW)
    assert is_over(NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"ground": ""}, "आधार सूची से चुनें"),
        ({"order": "कम"}, "कम से कम 50 अक्षर"),
        ({"order": ORDER + " 2341 2341 2346"}, "आधार संख्या न लिखें"),
        ({"effective": "24-11-2026"}, "प्रभावी तिथि"),
        ({"effective": "someday"}, "प्रभावी तिथि"),
    ],
)
def test_an_order_that_lacks_something_is_shown_again_as_typed(
    desk: Desk, paper, changes: dict[str, str], told: str
) -> None:
    answer = desk.revoke(paper, **changes)
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert changes.get("order", ORDER) in text_of(answer)
    assert desk.public(paper).state == "report_ok"


def test_only_the_office_that_issued_it_revokes_and_only_its_head(desk: Desk, paper) -> None:
    for role, status in ((Role.SP, 403), (Role.ADM, 403), (Role.DM_SECTION_HEAD, 403), (Role.SHO, 403)):
        browser = desk.office.at(role)
        browser.get("/inbox")
        fields = {"ground": "new_fact", "effective": "23-11-2026", "order": ORDER}
        assert browser.post(f"/certificates/{paper.id}/revoke", fields).status_code == status, role
    assistant = desk.office.at(Role.DM_ASSISTANT)
    assert "/revoke" not in text_of(assistant.get(f"/certificates/{paper.id}"))  # he may open what is clear
    assert assistant.post(f"/certificates/{paper.id}/revoke", fields).status_code == 403


def test_a_paper_that_states_findings_has_a_page_from_the_section_head_up(desk: Desk) -> None:
    paper = desk.issue()
    with desk.office.database.engine.begin() as connection:
        findings = update(document).where(document.c.id == paper.document_id).values(pii=secrecy.SENSITIVE)
        connection.execute(findings)
    for role, status in ((Role.DM_ASSISTANT, 404), (Role.DM_SECTION_HEAD, 200), (Role.DM, 200)):
        assert desk.office.at(role).get(f"/certificates/{paper.id}").status_code == status, role


def test_the_sp_takes_no_duplicate_of_a_paper_of_the_dm_though_he_does_of_his_own(desk: Desk, paper) -> None:
    sp = desk.office.at(Role.SP)
    assert "/reprint" not in text_of(sp.get(f"/certificates/{paper.id}"))
    assert sp.post(f"/certificates/{paper.id}/reprint", {"reason": "lost"}).status_code == 403


def test_the_draft_is_seen_before_the_decision_and_uses_no_number(desk: Desk) -> None:
    number = desk.journey.new_case()
    desk.journey.go_on(number, until="recommend")
    [task] = desk.journey.waiting(number)
    sp = desk.office.at(Role.SP)
    assert "/preview" not in text_of(sp.get(f"/tasks/{task.id}")), (
        "the DM signs: what the SP says issues nothing"
    )
    none = sp.get(f"/tasks/{task.id}/preview")
    assert (none.status_code, "जो अंतिम निर्णय पर हस्ताक्षर करता है" in text_of(none)) == (422, True)
    assert f'<a class="btn btn-primary" href="/tasks/{task.id}">प्रपत्र पर लौटें</a>' in text_of(none)
    desk.journey.go_on(number, until="decide")
    [task] = desk.journey.waiting(number)
    before = {(row.kind, row.last) for row in desk.rows(number_series)}
    pdf = desk.dm.get(f"/tasks/{task.id}/preview")
    assert pdf.status_code == 200
    text = said(pdf.data)
    assert "DRAFT" in text
    assert "कोई प्रतिकूल तथ्य प्रतिवेदित नहीं है" in text
    assert {(row.kind, row.last) for row in desk.rows(number_series)} == before
    assert "/preview" in text_of(desk.dm.get(f"/tasks/{task.id}"))
    form = {**desk.office.answers(task, lang="en"), "_op": "draft"}
    for decided in ("", "issue_clear"):
        assert desk.dm.post(f"/tasks/{task.id}", {**form, "dm_decision": decided}).status_code == 303
        assert "nothing adverse has been reported" in said(desk.dm.get(f"/tasks/{task.id}/preview").data)
    assert desk.dm.post(f"/tasks/{task.id}", {**form, "dm_decision": "hearing"}).status_code == 303
    assert "/preview" not in text_of(desk.dm.get(f"/tasks/{task.id}"))
    refused = desk.dm.get(f"/tasks/{task.id}/preview")
    assert refused.status_code == 422
    assert "निर्णय चुनें" in text_of(refused)


def test_a_step_that_issues_nothing_has_no_draft_of_a_paper(desk: Desk) -> None:
    number = desk.journey.new_case()
    [task] = desk.journey.waiting(number)
    assert desk.office.at(Role.DM_SECTION_HEAD).get(f"/tasks/{task.id}/preview").status_code == 404
