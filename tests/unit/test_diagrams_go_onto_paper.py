"""A diagram as PDF: its labels and the words of states are read in Hindi, a piece a sheet, the same bytes again."""

from __future__ import annotations

from datetime import UTC, datetime

import pypdfium2
import pytest

from app import engine, papers
from tests.sources import ROOT

NOW = datetime(2026, 11, 29, 5, 0, tzinfo=UTC)
MARKS = {
    "scrutinise": engine.Mark("done", "पूर्ण"),
    "route": engine.Mark("late", "विलंबित", "पुलिस अधीक्षक का कार्यालय · 3 कार्यदिवस विलंब"),
    "review_findings": engine.Mark("before", "पहले"),
}


def drawn(widest: float | None = 1250.0) -> str:
    xml = (ROOT / "processes" / "verification.bpmn").read_bytes()
    return engine.draw(xml, engine.Look(marks=MARKS, widest=widest, name="d1-", lanes={"sdpo": "अनुमंडल"}))


def made(svg: str, *, is_practice: bool = False) -> bytes:
    return papers.draw_pictures(
        [papers.Picture("चरित्र सत्यापन", engine.load_xml(f"<all>{svg}</all>".encode()))],
        "सारण · SRN/2026/00001",
        "लिया",
        NOW,
        papers.Assets(),
        is_practice=is_practice,
    )


def table(*, is_practice: bool) -> bytes:
    rows = [[f"थाना {place}", str(place)] for place in range(60)]
    sheet = papers.Table(
        "लंबित",
        "hi",
        ["सारण"],
        ["थाना", "प्रकरण"],
        rows,
        [False, True],
        total=False,
        below=[],
        stamp="लिया",
        is_practice=is_practice,
    )
    return papers.draw_table(sheet, NOW, papers.Assets())


@pytest.fixture(scope="module")
def pages() -> list[pypdfium2.PdfPage]:
    return list(pypdfium2.PdfDocument(made(drawn())))


def said(page: pypdfium2.PdfPage) -> str:
    return " ".join(page.get_textpage().get_text_range().split())


def test_every_piece_has_a_sheet_with_what_it_is_of(pages):
    assert len(pages) == drawn().count("<svg")
    assert all("चरित्र सत्यापन" in said(page) and "SRN/2026/00001" in said(page) for page in pages)


def test_labels_and_marks_are_read_as_they_are_written(pages):
    whole = " ".join(said(page) for page in pages)
    for words in ("संवीक्षा एवं प्रेषण", "त्रुटियों का उत्तर", "पूर्ण", "3 कार्यदिवस विलंब", "अनुमंडल"):
        assert words in whole, words
    fonts = {font.get_base_name() for page in pages for font in _fonts(page)}
    assert any("NotoSansDevanagari" in font for font in fonts)


def _fonts(page: pypdfium2.PdfPage) -> list[pypdfium2.PdfFont]:
    return [each.get_font() for each in page.get_objects() if isinstance(each, pypdfium2.PdfTextObj)]


def test_what_is_marked_is_drawn_in_its_colour(pages):
    picture = pages[0].render(scale=1).to_pil().convert("RGB")
    colours = {colour for _, colour in picture.getcolors(1 << 20)}
    assert (0xDF, 0xF0, 0xE6) in colours, "done"
    assert (0xFB, 0xE0, 0xE2) in colours, "late"


def test_the_same_picture_gives_the_same_bytes():
    assert made(drawn()) == made(drawn())


@pytest.mark.parametrize("draw", [table, lambda **how: made(drawn(), **how)], ids=["a table", "a diagram"])
def test_every_sheet_of_a_practice_district_says_so_and_there_is_none_more(draw):
    practising, genuine = (list(pypdfium2.PdfDocument(draw(is_practice=each))) for each in (True, False))
    assert len(practising) == len(genuine) > 1
    assert all(
        "अभ्यास · PRACTICE" in said(page) and "not a genuine paper" in said(page) for page in practising
    )
    assert not any("PRACTICE" in said(page) for page in genuine)


NUMBERS = ["SRN/CAV/2026/000001/15", "DM-GEN/CHAR/2026/00001", "SRN/2026/00001", "23-11-2026"]
SHORT = {
    "क्रम": "1",
    **dict(zip(["पत्र संख्या", "ज्ञापांक", "प्रकरण", "निर्गत"], NUMBERS, strict=True)),
    "पत्र": "चरित्र एवं पूर्ववृत्त " * 8,
    "थाना": "छपरा मुफस्सिल",
    "स्थिति": "निर्गत",
    "माध्यम": "डाक",
    "खुला": "हाँ",
}
LONG = {
    **dict(zip(["पत्र संख्या", "ज्ञापांक", "प्रकरण सं०", "निर्गत तिथि"], NUMBERS, strict=True)),
    "विषय": "केन्द्रीय सशस्त्र पुलिस बल/सेना में नियुक्ति",
    "प्राप्तकर्ता": "बिहार लोक सेवा आयोग (काल्पनिक सूची)",
    "पत्रांक/दिनांक": "DEMO-01/2026, 05-11-2026",
    "निर्गतकर्ता कार्यालय": "वरीय पुलिस अधीक्षक का कार्यालय",
    "मान्यता की अंतिम तिथि": "27-05-2027",
    "स्थिति": "प्रतिस्थापित",
    "स्थिति की तिथि": "28-05-2027",
}


def test_a_column_of_long_names_of_files_has_more_room_than_one_of_numbers_beside_it():
    """As in the index of a case file, where one damaged file is said in words among numbers of pages."""
    rows = [
        ["1", "साक्ष्यांकन प्रपत्र: attestation-form-signed-by-the-candidate.pdf", "3–4"],
        ["2", "फोटो", "फाइल क्षतिग्रस्त"],
    ]
    sheet = papers.Table(
        "संचिका",
        "hi",
        [],
        ["क्र०", "अभिलेख", "पृष्ठ"],
        rows,
        [True, False, True],
        total=False,
        below=[],
        stamp="",
        is_practice=False,
        is_bound=True,
    )
    _, names, pages = sheet.widths
    assert names > 2 * pages


@pytest.mark.parametrize("columns", [SHORT, LONG])
def test_no_line_of_a_table_parts_the_number_of_a_paper_or_a_day(columns):
    sheet = papers.Table(
        "पंजी",
        "hi",
        [],
        list(columns),
        [list(columns.values())],
        [False] * len(columns),
        total=False,
        below=[],
        stamp="लिया",
        is_practice=False,
    )
    assert sum(sheet.widths) <= 277
    [page] = pypdfium2.PdfDocument(papers.draw_table(sheet, NOW, papers.Assets()))
    lines = page.get_textpage().get_text_range().splitlines()
    for text in columns.values():
        for word in text.split():
            if word.isascii():
                assert any(word in line for line in lines), (word, lines)
