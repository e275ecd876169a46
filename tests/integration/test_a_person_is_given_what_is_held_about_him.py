"""An applicant's written request: his own particulars, files and dates in one ZIP, and nothing of anybody else."""

from __future__ import annotations

import re
import shutil
import tempfile
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pikepdf
import pytest

from app.domain.numbers import in_address
from app.domain.retention import TERMS
from app.domain.roles import Role
from app.models.casefile import case_queries
from app.models.scope import SystemReason, SystemScope
from app.services.casework import subjects
from app.services.desk import tasks
from app.services.store import audit
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.journey import CANDIDATE, scan
from tests.office import Office, text_of
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ASKED = {"dated": "2026-11-21", "diary_no": "४४१/2026", "proven": "yes"}


@pytest.fixture(scope="module")
def asked(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, str, str]]:
    """A district with two cases of one person, the first with its paper; a test that exports reads its own row."""
    folder = tmp_path_factory.mktemp("subject")
    shutil.copy(demo_sqlite, folder / "satyapan.db")
    office = Office(folder, NOW)
    journey = office.journey
    other = journey.new_case(["th_mufassil"])
    number = journey.add(journey.register(), ["th_mufassil"], [scan("photo")])
    journey.go_on(number)
    yield office, number, other
    office.database.close()


def take(visitor: Visitor, number: str, **changes: object) -> object:
    address = f"/cases/{in_address(number)}/subject"
    visitor.get(address)
    return visitor.confirm(visitor.post(address, {**ASKED, **changes}))


def test_the_zip_holds_his_own_data_and_files_and_nothing_of_others(asked, monkeypatch, tmp_path):
    office, number, other = asked
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    answer = take(office.at(Role.DM_SECTION_HEAD), number, also=other)
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    archive = ZipFile(BytesIO(answer.data))
    names = archive.namelist()
    slug, slug_of_other = in_address(number), in_address(other)
    assert f"{slug}/{slug}.pdf" in names
    assert f"{slug_of_other}/{slug_of_other}.pdf" in names
    assert any(name.endswith("-photo.jpg") for name in names)
    assert not any("issued_paper" in name or "scan" in name for name in names), (
        "the report is the department's"
    )
    with pikepdf.open(BytesIO(archive.read(f"{slug}/{slug}.pdf"))) as sheet:
        assert len(sheet.pages) >= 1
    assert list(tmp_path.iterdir()) == []


def test_what_another_form_took_under_the_same_name_is_not_given(asked):
    """Papers that the department sent with its answer to defects lie under `docs`, as those of the intake do."""
    office, *_ = asked
    journey = office.journey
    number = journey.add(journey.register(), ["th_mufassil"], [scan("photo"), scan("docs")])
    journey.do(
        number, "scrutinise", action="return", scrutiny=[], defects=[{"code": "no_photo", "text": "नहीं है।"}]
    )
    task = office.task(number)
    posted, sent = journey.form_of(task), [scan("docs")]
    tasks.complete(office.database, journey.actor_of(task), task.id, posted, sent, journey.now)
    head = journey.staff.holder(Role.DM_SECTION_HEAD)
    held, file = office.database.read(lambda s: subjects._held(s, head, number, NOW), actor_scope(head))
    assert [row.field for row in file.document_rows()].count("docs") == 2
    assert sorted(row.field for row in held.files) == ["docs", "photo"]


def test_each_case_says_on_whose_letter_it_was_given(asked):
    office, number, _ = asked
    take(office.at(Role.DM_SECTION_HEAD), number)
    scope = SystemScope(SystemReason.AUDIT, 218)

    def rows(session):
        case = case_queries.find_number(session, number)
        return audit.table.acts(session, f"case:{case.id}", subjects.EXPORT)

    row = office.database.read(rows, scope)[-1]
    assert (row.detail["dated"], row.detail["request"]) == ("2026-11-21", "441/2026")
    assert row.detail["files"] == 1
    assert office.database.read(audit.verify, scope) == []


def test_what_is_told_of_the_steps_names_no_special_branch_no_relative_and_no_finding(asked):
    office, number, _ = asked
    head = office.journey.staff.holder(Role.DM_SECTION_HEAD)
    held, _ = office.database.read(lambda s: subjects.look(s, head, number, NOW), actor_scope(head))
    told = " ".join(f"{label} {text}" for label, text in held.answers)
    assert CANDIDATE["name_hi"] in told
    assert "निकट संबंधी" not in told
    assert "दोहरी" not in told
    assert [paper.output for paper in held.papers] == ["REPORT"]


def test_that_the_special_branch_was_asked_is_not_told(asked):
    office, *_ = asked
    number, head = office.journey.new_case(["th_mufassil"], purpose="bihar_police"), Role.DM_SECTION_HEAD
    office.journey.go_on(number, "write_special_report", "accept_enquiry", "search_records")
    actor = office.journey.staff.holder(head)
    held, file = office.database.read(lambda s: subjects._held(s, actor, number, NOW), actor_scope(actor))
    assert "special_branch" in {step.office_kind for step in file.steps()}
    assert "dcrb" in {step.office_kind for step in held.steps}
    assert "special_branch" not in {step.office_kind for step in held.steps}


def test_a_code_gives_it_once(asked):
    office, number, _ = asked
    head, address = office.at(Role.DM_SECTION_HEAD), f"/cases/{in_address(number)}/subject"
    head.get(address)
    waits = head.post(address, ASKED)
    assert head.post(waits.headers["Location"], {"code": "000000"}).mimetype == "text/html"
    assert head.confirm(waits).mimetype == "application/zip"
    assert "यह पुष्टि दर्ज हो चुकी है" in text_of(head.post(waits.headers["Location"], {}))


def test_a_request_that_lacks_anything_is_told_at_its_box_and_kept(asked):
    office, number, _ = asked
    head, address = office.at(Role.DM_SECTION_HEAD), f"/cases/{in_address(number)}/subject"
    head.get(address)
    wrong = head.post(address, {"dated": "2027-01-01", "diary_no": "राहुल 12", "also": "SRN/2026/00099"})
    assert wrong.status_code == 422
    page = text_of(wrong)
    for told in ("आज के बाद का न हो", "दैनिकी संख्या अंक", "पहले आवेदक की पहचान मूल", "राहुल 12", "दिखाए गए प्रकरण"):
        assert told in page


@pytest.mark.parametrize("role", [Role.DM_ASSISTANT, Role.SHO, Role.PROCESS_ADMIN])
def test_who_has_not_the_right_to_export_is_refused(asked, role):
    office, number, _ = asked
    assert office.at(role).get(f"/cases/{in_address(number)}/subject").status_code == 403


@pytest.mark.parametrize(("language", "years"), [("hi", "वर्ष"), ("en", "years")])
def test_anybody_reads_what_is_kept_for_how_long_and_what_he_may_ask_for(asked, language, years):
    office, _, _ = asked
    stranger = Visitor(office.app)
    page = text_of(stranger.get(f"/privacy?lang={language}"))
    main = page[page.index("<main") : page.index("</main>")]
    for term in TERMS.values():
        assert re.search(rf"\b{term.years}\b", main), term
    assert years in main
    assert main.count("<ul>") == 6
    assert 'href="/privacy"' in text_of(stranger.get("/sign-in")), "at the foot of every page"
