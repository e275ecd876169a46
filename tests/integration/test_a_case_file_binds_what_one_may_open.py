"""The documents of a case come as one file with an index; what is damaged or gone is named there; all is recorded."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
import pytest
from sqlalchemy import select

from app import papers
from app.domain.roles import Role
from app.models.tables.audit import audit
from app.models.tables.cases import case, document
from app.services.installation import checkpoints
from app.services.papers import bundles, casebinding
from tests.districts import NOW
from tests.integration.test_an_issued_paper_has_a_life import said
from tests.journey import scan
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Row


class Case:
    """A case at scrutiny with a photograph and an attestation form."""

    def __init__(self, office: Office) -> None:
        self.office = office
        uploads = [scan("photo"), scan("person_attestation_form")]
        self.number = office.journey.add(office.journey.register(), uploads=uploads)
        self.address = f"/cases/{self.number.replace('/', '-')}"

    def rows(self) -> list[Row]:
        own = select(document).join(case, case.c.id == document.c.case_id).where(case.c.number == self.number)
        with self.office.database.engine.connect() as connection:
            return list(connection.execute(own.order_by(document.c.created_at, document.c.id)))

    def seen(self) -> list[str]:
        with self.office.database.engine.connect() as connection:
            found = connection.execute(select(audit).where(audit.c.action == "document:see"))
            return [row.object for row in found]

    def take(self, role: Role = Role.DM_SECTION_HEAD):
        browser = self.office.at(role)
        browser.get(f"{self.address}/documents")
        return self.office.collected(browser, browser.post(f"{self.address}/file", {}))


@pytest.fixture(scope="module")
def at_scrutiny(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    folder = tmp_path_factory.mktemp("bound")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    office = Office(folder, NOW)
    yield Case(office)
    office.database.close()


def test_the_file_has_an_index_with_pages_and_each_document_is_recorded_as_opened(at_scrutiny: Case) -> None:
    before = len(at_scrutiny.seen())
    answer = at_scrutiny.take()
    assert answer.mimetype == "application/pdf"
    with pikepdf.open(BytesIO(answer.data)) as whole:
        count = len(whole.pages)
    text = said(answer.data)
    assert count == len(at_scrutiny.rows()) + 1
    assert f"प्रकरण संचिका {at_scrutiny.number}" in text
    assert "फोटो: photo.jpg" in text
    for page in range(1, count + 1):
        assert f"{at_scrutiny.number} {page} / {count}" in text
    opened = at_scrutiny.seen()[before:]
    assert sorted(opened) == sorted(f"document:{row.id}" for row in at_scrutiny.rows())


def test_the_file_carries_the_newest_signed_checkpoint_of_the_record(
    at_scrutiny: Case, tmp_path: Path
) -> None:
    copy = checkpoints.make(at_scrutiny.office.database, 218, tmp_path, NOW)
    mark = papers.read_mark(at_scrutiny.take().data)
    assert mark is not None
    assert mark.note == copy.read_text(encoding="utf-8")


def test_a_document_that_is_gone_or_altered_is_named_and_the_others_are_bound(at_scrutiny: Case) -> None:
    gone, altered = (at_scrutiny.office.database.documents / row.path for row in at_scrutiny.rows())
    kept = gone.read_bytes(), altered.read_bytes()
    gone.unlink()
    altered.write_bytes(kept[1][:-1] + bytes([kept[1][-1] ^ 1]))
    try:
        text = said(at_scrutiny.take().data)
    finally:
        gone.write_bytes(kept[0])
        altered.write_bytes(kept[1])
    assert "फाइल उपलब्ध नहीं" in text
    assert "फाइल क्षतिग्रस्त" in text
    assert re.search(rf"{at_scrutiny.number} 1 / 1", text)


def test_who_does_not_see_the_case_gets_no_file_of_it(at_scrutiny: Case) -> None:
    for role in (Role.ENQUIRY_OFFICER, Role.SHO):
        browser = at_scrutiny.office.at(role)
        browser.get("/account")
        assert browser.post(f"{at_scrutiny.address}/file", {}).status_code in (403, 404), role
    assert "सभी अभिलेख एक फाइल में" in text_of(
        at_scrutiny.office.at(Role.DM).get(f"{at_scrutiny.address}/documents")
    )


def test_documents_that_are_too_much_for_one_file_are_told_with_their_size(
    at_scrutiny: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(casebinding, "MOST_BYTES", 1)
    browser = at_scrutiny.office.at(Role.DM_SECTION_HEAD)
    browser.get(f"{at_scrutiny.address}/documents")
    answer = browser.post(f"{at_scrutiny.address}/file", {})
    assert answer.status_code == 409
    assert "अभिलेख मिलकर 1 MB हैं; एक फाइल में अधिकतम 0 MB" in text_of(answer)


def test_a_piece_is_ended_before_it_is_too_large_for_a_step(
    at_scrutiny: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "_PIECE_BYTES", max(row.size for row in at_scrutiny.rows()))
    browser = at_scrutiny.office.at(Role.DM_SECTION_HEAD)
    browser.get(f"{at_scrutiny.address}/documents")
    answer = browser.post(f"{at_scrutiny.address}/file", {})
    assert at_scrutiny.office.work_off() == len(at_scrutiny.rows()) + 1, (
        "a step for each, and one for the whole"
    )
    with pikepdf.open(BytesIO(browser.post(answer.headers["Location"], {}).data)) as whole:
        assert len(whole.pages) == len(at_scrutiny.rows()) + 1
