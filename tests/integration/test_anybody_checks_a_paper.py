"""Anybody checks a paper by its QR, by number and date of birth, or by its file; what was done to a file is named."""

from __future__ import annotations

import shutil
import subprocess
import sys
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
import zxingcpp
from PIL import Image
from pypdfium2 import PdfDocument
from sqlalchemy import select

from app import create_app
from app.config import Settings
from app.domain.roles import Role
from app.models.tables.papers import certificate
from app.services.papers import certificates
from app.web.request import limits
from tests.districts import NOW
from tests.office import Office, text_of
from tests.programs import pdftoppm
from tests.sources import ROOT
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BORN = "14-03-1998"


class Paper:
    """An issued report, its file, and a stranger's browser."""

    def __init__(self, office: Office) -> None:
        self.office = office
        number = office.journey.new_case()
        office.journey.go_on(number)
        with office.database.engine.connect() as connection:
            [self.row] = [row for row in connection.execute(select(certificate)) if row.status == "issued"]
        dm = office.journey.staff.holder(Role.DM)
        self.pdf = certificates.file(office.database, dm, self.row.document_id, NOW).data
        self.stranger = Visitor(office.app)
        self.stranger.get("/verify")

    def birth(self, number: str, born: str = BORN):
        return self.stranger.post("/verify", {"number": number, "born": born})

    def file(self, data: bytes):
        fields = {"paper": (BytesIO(data), "paper.pdf", "application/pdf")}
        return self.stranger.post("/verify/file", fields, content_type="multipart/form-data")


@pytest.fixture(scope="module")
def paper(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paper]:
    folder = tmp_path_factory.mktemp("checked")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    office = Office(folder, NOW)
    yield Paper(office)
    office.database.close()


def test_number_and_date_of_birth_find_the_paper_only_together(paper: Paper) -> None:
    right = paper.birth(f" {paper.row.number.lower()} ")
    assert right.status_code == 200
    assert "यह प्रतिवेदन इसी जिले से निर्गत है" in text_of(right)
    assert "राहुल" not in text_of(right)
    for number, born in ((paper.row.number, "15-03-1998"), (f"{paper.row.number[:-1]}x", BORN)):
        wrong = paper.birth(number, born)
        assert wrong.status_code == 404
        assert "ऐसा कोई पत्र नहीं मिला" in text_of(wrong)
    missing = paper.birth(paper.row.number, "someday")
    assert missing.status_code == 422
    assert paper.row.number in text_of(missing)


def test_a_paper_of_a_practice_district_is_told_from_a_genuine_one_on_itself_and_by_its_page(
    paper: Paper,
) -> None:
    warning = "यह अभ्यास का पत्र है, असली नहीं"
    drawn = PdfDocument(paper.pdf)
    pages = [page.get_textpage().get_text_range() for page in drawn]
    drawn.close()
    assert pages
    assert all("PRACTICE" in page for page in pages)
    assert warning in text_of(paper.birth(paper.row.number))
    assert warning not in text_of(paper.birth("SRN/CAV/2026/000999/99")), "nothing was found, nothing is told"
    with paper.office.database.engine.execution_options(writing=True).begin() as connection:
        connection.exec_driver_sql("update district set demo = 0")
    try:
        assert warning not in text_of(paper.birth(paper.row.number))
    finally:
        with paper.office.database.engine.execution_options(writing=True).begin() as connection:
            connection.exec_driver_sql("update district set demo = 1")


def test_the_file_as_it_was_issued_is_known(paper: Paper) -> None:
    page = text_of(paper.file(paper.pdf))
    assert "यह वही फाइल है जो निर्गत हुई थी" in page
    assert paper.row.number in page


def test_a_changed_byte_and_an_added_revision_are_named(paper: Paper) -> None:
    place = paper.pdf.index(b"stream") + 60
    altered = paper.pdf[:place] + bytes([paper.pdf[place] ^ 1]) + paper.pdf[place + 1 :]
    told = text_of(paper.file(altered))
    assert told.index("इस फाइल में बदलाव किया गया है") < told.index("यह प्रतिवेदन इसी जिले से निर्गत है"), (
        "first of all"
    )
    added = paper.pdf + b"9 0 obj<</Type/Page>>endobj\n%%EOF\n"
    assert "इस फाइल में बाद में कुछ जोड़ा गया है" in text_of(paper.file(added))


@pytest.mark.parametrize(
    ("data", "status", "told"),
    [
        (b"", 422, "यह पी०डी०एफ० फाइल नहीं है"),
        (b"GIF89a", 422, "यह पी०डी०एफ० फाइल नहीं है"),
        (b"%PDF-1.7 of somebody else", 404, "ऐसा कोई पत्र नहीं मिला"),
        (b"%PDF-1.7\n%e-satyapan AAAA.BBBB CCCC\n", 404, "ऐसा कोई पत्र नहीं मिला"),
        (b"%PDF-" + bytes(10_000_001), 422, "फाइल बहुत बड़ी है"),
    ],
)
def test_any_other_file_gets_an_answer(paper: Paper, data: bytes, status: int, told: str) -> None:
    answer = paper.file(data)
    assert answer.status_code == status
    assert told in text_of(answer)


def test_the_code_and_token_of_the_qr_lead_to_the_paper(paper: Paper) -> None:
    ring = paper.office.database.keys
    code = ring.code("verify", paper.row.id.bytes)
    page = paper.stranger.get(f"/V/{code.upper()}.{'A' * 140}")
    assert page.status_code == 200
    assert paper.row.number in text_of(page)


def test_the_command_checks_a_file_with_the_public_key_alone(paper: Paper, tmp_path: Path) -> None:
    run = paper.office.app.test_cli_runner().invoke
    kept, public = tmp_path / "paper.pdf", text_of(paper.stranger.get("/verify/key")).strip()
    kept.write_bytes(paper.pdf)
    asked = ["verify-paper", str(kept), "--key", public, "--born", BORN]
    good = run(args=[*asked, "--name", "राहुल कुमार शर्मा"])
    assert good.exit_code == 0, good.output
    assert paper.row.number in good.output
    assert "पत्र इस नाम" in run(args=[*asked, "--name", "रोहित कुमार"]).output
    kept.write_bytes(paper.pdf.replace(b"%PDF-1.4", b"%PDF-1.5", 1))
    bad = run(args=asked)
    assert bad.exit_code == 1
    assert "फाइल के भीतर बदलाव" in bad.output
    other = run(args=[*asked[:2], "--key", "A" * 43 + "="])
    assert other.exit_code == 1
    assert "मुहर नहीं है" in other.output
    assert "कुंजी पढ़ी नहीं जा सकी" in run(args=[*asked[:2], "--key", "nonsense"]).output


@pytest.fixture(scope="module")
def scanned(paper: Paper, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a reader that is not ours sees in the picture that a scanner of 110 dots an inch makes of the paper."""
    folder = tmp_path_factory.mktemp("scanned")
    (folder / "paper.pdf").write_bytes(paper.pdf)
    drawn = [str(pdftoppm()), "-r", "110", "-gray", "-png", "-singlefile", "paper.pdf", "page"]
    subprocess.run(drawn, cwd=folder, check=True, capture_output=True)
    with Image.open(folder / "page.png") as page:
        [seen] = zxingcpp.read_barcodes(page)
    return seen.text


@pytest.mark.pdfsig
def test_the_qr_is_read_from_a_coarse_picture_by_another_reader_and_proven_without_our_program(
    paper: Paper, scanned: str, tmp_path: Path
) -> None:
    """The script stands by itself: it runs where nothing of the product can be imported."""
    script = shutil.copy(ROOT / "docs" / "check_qr.py", tmp_path)
    key = text_of(paper.stranger.get("/verify/key")).strip()

    def said(text: str, *more: str, by: str = key) -> tuple[int, str]:
        asked = [sys.executable, "-I", str(script), text, by, *more]
        run = subprocess.run(asked, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert run.stderr == ""
        return run.returncode, run.stdout

    code, told = said(scanned, "--name", "राहुल कुमार शर्मा", "--born", "1998-03-14")
    assert code == 0
    for line in (
        f"number: {paper.row.number}",
        "kind: report",
        "district (LGD): 218",
        "issued on: 2026-11-23",
    ):
        assert line in told
    link, _, token = scanned.rpartition(".")
    other = f"{link}.{token[:40]}{'A' if token[40] != 'A' else 'B'}{token[41:]}"
    assert said(other) == said("nonsense") == (1, "NOT GENUINE: this key did not sign it\n")
    assert said(scanned, by="A" * 43 + "=")[0] == 1
    assert said(scanned, "--name", "रोहित कुमार")[0] == 1


@pytest.mark.pdfsig
def test_the_address_in_the_qr_leads_to_the_papers_page(paper: Paper, scanned: str) -> None:
    path = scanned.partition("://")[2].partition("/")[2]
    assert paper.row.number in text_of(paper.stranger.get(f"/{path}"))


def test_whoever_tries_codes_one_after_another_is_stopped(
    paper: Paper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits.limiter, "enabled", False)
    place = Settings(tmp_path, paper.office.app.extensions["settings"].database_url, demo=True, testing=True)
    app = create_app(place, paper.office.database, clock=lambda: NOW)
    app.config["RATELIMIT_ENABLED"] = True
    limits.limiter.init_app(app)
    client = app.test_client(use_cookies=False)
    answers = [client.get(f"/verify/{place:026}").status_code for place in range(31)]
    assert {*answers[:-1]} == {404}
    assert answers[-1] == 429
    by_birth = [client.post("/verify", data={"number": f"{place}"}).status_code for place in range(31)]
    assert {*by_birth[:-1]} == {422}, "no day of birth: it counts as a try all the same"
    assert by_birth[-1] == 429
    assert {client.post("/verify/file").status_code for _ in range(31)} == {422, 429}
