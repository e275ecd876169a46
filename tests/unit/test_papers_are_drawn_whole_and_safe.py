"""The PDF: the same bytes, one page, the right QR, hostile text as text, no network, no silent fault."""

import hashlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
import segno
from PIL import Image

from app.papers import (
    Assets,
    Composition,
    Copy,
    PaperFacts,
    PaperRefused,
    PapersUnavailable,
    PaperTooSlow,
    Subject,
    Words,
    compose,
    draw_paper,
    render_pdf,
    self_test,
)
from app.papers.fonts import REGULAR
from app.papers.pdf import page_count
from app.papers.photo import SIZE, photo_jpeg
from app.web.guard import errors
from tests.drawn_words import word_html
from tests.paper_samples import (
    ASSETS,
    CANDIDATE,
    COPIES,
    HOME,
    ISSUED_AT,
    RECORD,
    adverse_report,
    certificate,
    clear_report,
    texts,
)

COPIED = {"copies": COPIES, "memo_no_copy": "DM-GEN/CHAR/2026/00018"}


def photo(kind: str = "PNG", size: tuple[int, int] = (60, 80)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, (10, 90, 40)).save(out, kind)
    return out.getvalue()


def drawn(facts: PaperFacts, assets: Assets = ASSETS) -> bytes:
    return draw_paper(compose(texts(), facts), ISSUED_AT, assets)


def pages_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    pages = [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    return pages


def text_of(pdf: bytes) -> str:
    return " ".join(pages_of(pdf))


@pytest.mark.parametrize(
    "facts",
    [
        clear_report(**COPIED),
        clear_report(**COPIED, language="en"),
        certificate(),
        certificate(language="en"),
        certificate(language="both"),
    ],
    ids=["report-hi", "report-en", "certificate-hi", "certificate-en", "certificate-both"],
)
def test_a_clean_report_and_a_certificate_fit_on_one_page(facts: PaperFacts) -> None:
    pdf = drawn(facts)
    assert page_count(pdf) == 1
    assert "1 / 1" in text_of(pdf)


def test_a_report_in_both_languages_has_a_page_for_each() -> None:
    text = text_of(drawn(clear_report(language="both", **COPIED)))
    assert "पृष्ठ / Page 1 / 2" in text
    assert text.index("विश्वासभाजन") < text.index("Yours faithfully")


def test_a_long_report_runs_over_pages_and_says_how_many() -> None:
    pdf = drawn(adverse_report(records=(RECORD,) * 40))
    pages = page_count(pdf)
    assert pages > 2
    assert f"{pages} / {pages}" in text_of(pdf)
    assert "40. मुफस्सिल थाना कांड सं०" in text_of(pdf)


def test_a_long_list_stands_on_pages_of_its_own_each_under_its_head_and_the_letter_knows_how_many() -> None:
    rows = tuple((str(place), f"नाम {place}") for place in range(1, 43))
    composed = compose(texts(), clear_report())
    composed = replace(
        composed, sheets=(replace(composed.sheets[0], annex=(("क्र०", "अभ्यर्थी का नाम"), *rows)),)
    )
    first, *pages = pages_of(draw_paper(composed, ISSUED_AT, ASSETS))
    assert "विश्वासभाजन" in first
    assert "1 / 4" in first
    assert len(pages) == 3
    assert all("अभ्यर्थी का नाम" in page for page in pages)
    assert "42 नाम 42" in pages[2]


@pytest.mark.parametrize("rows", range(1, 15, 2))
def test_neither_a_signature_nor_a_copy_stands_on_a_page_without_what_it_belongs_to(rows: int) -> None:
    pages = pages_of(drawn(adverse_report(records=(RECORD,) * rows, **COPIED)))
    signed = next(page for page in pages if "विश्वासभाजन" in page)
    assert "सक्षम प्राधिकार द्वारा लिया जाना है।" in signed
    assert "कोड 7QK2-M4XH-PB3W-Z9" in signed
    copied = next(page for page in pages if "ज्ञापांक: " in page)
    assert "1. वरीय पुलिस अधीक्षक, सारण को" in copied
    assert copied.partition("ज्ञापांक: ")[2].count("आलोक रंजन") == 1


def test_every_page_of_an_adverse_report_is_marked_confidential() -> None:
    pages = pages_of(drawn(adverse_report(records=(RECORD,) * 20, language="both")))
    assert len(pages) > 2
    assert all("गोपनीय / CONFIDENTIAL" in page for page in pages)
    assert "गोपनीय" not in text_of(drawn(clear_report()))


@pytest.mark.parametrize(
    "facts", [certificate(language="both"), adverse_report(records=(RECORD,) * 20)], ids=["one page", "many"]
)
def test_every_page_that_a_practice_district_issues_says_so_and_has_no_page_more(facts: PaperFacts) -> None:
    practising = replace(facts, district=replace(facts.district, is_practice=True))
    pages = pages_of(drawn(practising))
    assert all("अभ्यास · PRACTICE" in page and "not a genuine paper" in page for page in pages)
    genuine = pages_of(drawn(facts))
    assert len(genuine) == len(pages)
    assert "PRACTICE" not in " ".join(genuine)


def test_the_photo_of_a_certificate_covers_nothing_of_the_mark_of_practice() -> None:
    facts = certificate(photo=photo(), language="both")
    practising = replace(facts, district=replace(facts.district, is_practice=True))
    document = pypdfium2.PdfDocument(drawn(practising))
    page = document[0]
    words = page.get_textpage()
    first = words.get_text_range().index("PRACTICE")
    edges = [words.get_charbox(place)[2] for place in range(first, first + len("PRACTICE"))]
    pictures = [each.get_bounds() for each in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])]
    document.close()
    [face] = [left for left, _, right, _ in pictures if left > max(edges) - 60 and right - left < 80]
    assert max(edges) < face


def test_a_certificate_in_both_languages_is_signed_once() -> None:
    text = text_of(drawn(certificate(language="both")))
    assert "दिनांक / Date ____________" in text
    assert text.count("____________") == 1
    assert "आलोक रंजन, भा०प्र०से० / Alok Ranjan, I.A.S." in text
    assert "जिला दंडाधिकारी, सारण / District Magistrate, Saran" in text


def test_copies_of_a_certificate_stand_on_it_under_their_own_number() -> None:
    pdf = drawn(certificate(**COPIED))
    assert page_count(pdf) == 1
    assert "ज्ञापांक: DM-GEN/CHAR/2026/00018" in text_of(pdf)
    assert "3. कार्यालय प्रति।" in text_of(pdf)


@pytest.mark.parametrize("facts", [clear_report(**COPIED), adverse_report(), certificate(language="both")])
def test_every_line_of_the_paper_can_be_copied_from_it(facts: PaperFacts) -> None:
    paper = compose(texts(), facts)
    copied = text_of(draw_paper(paper, ISSUED_AT, ASSETS))
    for line in lines_of(paper):
        assert " ".join(line.split()) in copied


def lines_of(paper: Composition) -> list[str]:
    """The lines of a paper; the one rule of a signature in two languages is drawn once."""
    blocks = [block for sheet in paper.sheets for block in sheet.blocks]
    return [line.rstrip("_ ") for block in blocks for line in block.text.splitlines()]


def test_the_same_paper_has_the_same_bytes() -> None:
    first = drawn(certificate(photo=photo()))
    drawn(clear_report(subject=replace(clear_report().subject, name=Words("ज्ञानेश्वर द्विवेदी"))))
    assert drawn(certificate(photo=photo())) == first


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_same_paper_has_the_same_bytes_in_another_process(seed: str) -> None:
    code = (
        "import hashlib; from tests.paper_samples import *; from app.papers import compose, draw_paper;"
        "pdf = draw_paper(compose(texts(), certificate(language='both')), ISSUED_AT, ASSETS);"
        "print(hashlib.sha256(pdf).hexdigest())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env={"PYTHONHASHSEED": seed, "PATH": ""},
    )
    assert run.stdout.strip() == hashlib.sha256(drawn(certificate(language="both"))).hexdigest()


def test_the_document_carries_the_date_of_issue() -> None:
    document = pypdfium2.PdfDocument(drawn(clear_report()))
    created = document.get_metadata_value("CreationDate")
    document.close()
    assert created.startswith("D:20261123113000")


@pytest.mark.parametrize(
    "name",
    [
        "<b>राम</b><pdf:nextpage/>",
        "<script>alert(1)</script>",
        "{{7*7}} {% raise %} {name_hi} [[x]]",
        "राम &lt; श्याम & पुत्र",
        '"><img src="file:///etc/hostname">',
        "<pdf:pagenumber> <style>p{display:none}</style>",
    ],
)
def test_a_hostile_name_is_printed_as_it_was_typed(name: str) -> None:
    facts = clear_report(subject=Subject(Words(name, name), HOME, gender="male"))
    pdf = drawn(facts)
    assert name in text_of(pdf)
    assert page_count(pdf) == 1


def test_a_name_cannot_reverse_the_letters_after_it() -> None:
    facts = clear_report(subject=Subject(Words("राम\u202eमायस"), HOME, gender="male"))
    assert "राममायस" in text_of(drawn(facts))


def test_a_name_as_long_as_a_page_is_wide_is_broken_and_stays() -> None:
    name = "क्ष्म" * 120
    text = text_of(drawn(clear_report(subject=Subject(Words(name), HOME, gender="male"))))
    assert name in text.replace(" ", "")


def test_a_letter_that_the_font_lacks_is_named_instead_of_drawn_as_a_box() -> None:
    with pytest.raises(PaperRefused) as refused:
        drawn(clear_report(copies=(Copy("sp", Words("សុខ 🙂 אב ایس پی")),), memo_no_copy="1"))
    assert refused.value.key == "papers.letter_missing"
    assert refused.value.params["letters"] == "ស ុ ខ 🙂 א ב"


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A loopback server that notes who calls."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    caller, _ = server.accept()
                except OSError:
                    return
                heard.append(b"called")
                caller.close()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield server.getsockname()[1], heard
        server.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=5)


def test_drawing_calls_nobody_and_reads_no_foreign_file(
    listener: tuple[int, list[bytes]], tmp_path: Path
) -> None:
    port, heard = listener
    url = f"http://127.0.0.1:{port}"
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text x="1" y="20">Geheimnis</text></svg>')
    html = (
        f'<html><head><link rel="stylesheet" href="{url}/a.css"><style>@import "{url}/b.css";'
        f'@font-face{{font-family:X;src:url("{url}/c.ttf")}} p{{background:url("{url}/d.png")}}</style>'
        "</head>"
        f'<body><p>Hello</p><img src="{url}/e.png"><img src="{secret}"><img src="file://{secret}">'
        f'<img src="../../app/papers/pdf.py"><pdf:insert src="{secret}"/></body></html>'
    )
    pdf = render_pdf(html, ISSUED_AT, ASSETS)
    assert not heard
    assert text_of(pdf) == "Hello"


def test_what_is_taller_than_a_page_is_refused_and_not_half_drawn() -> None:
    tall = word_html(["एक ऐसा वाक्य जो इतने बड़े अक्षरों में किसी पृष्ठ पर नहीं आता"], ASSETS.fonts / REGULAR, 70)
    with pytest.raises(PaperRefused, match="layout_failed"):
        render_pdf(tall, ISSUED_AT, ASSETS)


def test_a_paper_that_is_not_drawn_in_its_time_asks_to_be_tried_again() -> None:
    with pytest.raises(PaperTooSlow):
        render_pdf("<p>x</p>" * 2_000, ISSUED_AT, ASSETS, seconds=0)
    assert next(status for kind, status, _ in errors.KINDS if issubclass(PaperTooSlow, kind)) == 503


def test_the_qr_on_the_paper_is_the_code_of_the_link() -> None:
    paper = compose(texts(), clear_report())
    document = pypdfium2.PdfDocument(draw_paper(paper, ISSUED_AT, ASSETS))
    found = [matrix_of(item.get_bitmap().to_pil()) for item in document[0].get_objects(filter=[3])]
    document.close()
    wanted = [[bool(cell) for cell in row] for row in segno.make(paper.verify_link, error="m").matrix]
    assert wanted in found


def matrix_of(picture: Image.Image, quiet: int = 2) -> list[list[bool]]:
    """The modules of a QR picture of six points a module, its quiet zone left out."""
    grey = picture.convert("L")
    modules = grey.width // 6
    return [
        [grey.getpixel((column * 6 + 3, row * 6 + 3)) < 128 for column in range(quiet, modules - quiet)]  # type: ignore[operator]
        for row in range(quiet, modules - quiet)
    ]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_photo_is_made_anew_in_one_shape(kind: str) -> None:
    with Image.open(BytesIO(photo_jpeg(photo(kind)))) as made:
        assert made.format == "JPEG"
        assert abs(made.width / made.height - SIZE[0] / SIZE[1]) < 0.01


def test_a_photo_taken_sideways_is_turned_upright() -> None:
    sideways = Image.new("RGB", (80, 60), "white")
    sideways.paste("black", (0, 0, 40, 60))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: top is at the right
    out = BytesIO()
    sideways.save(out, "JPEG", exif=exif)
    with Image.open(BytesIO(photo_jpeg(out.getvalue()))) as made:
        grey = made.convert("L")
        assert grey.getpixel((made.width // 2, 40)) < 60  # type: ignore[operator]
        assert grey.getpixel((made.width // 2, made.height - 40)) > 200  # type: ignore[operator]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4", b"<svg/>", photo()[:60], b"GIF89a" + bytes(20)])
def test_a_file_that_is_no_photo_is_refused(data: bytes) -> None:
    with pytest.raises(PaperRefused, match="photo_unreadable"):
        photo_jpeg(data)


def test_a_photo_too_large_to_open_is_refused_by_its_size() -> None:
    out = BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")
    with pytest.raises(PaperRefused, match="photo_too_large"):
        photo_jpeg(out.getvalue())


def broken_fonts(folder: Path, change: bytes | None) -> Assets:
    """The papers' fonts in another folder, the regular one changed (None: left out)."""
    for path in ASSETS.fonts.glob("*.ttf"):
        (folder / path.name).write_bytes(path.read_bytes())
    if change is None:
        (folder / REGULAR).unlink()
    else:
        (folder / REGULAR).write_bytes(change)
    return Assets(fonts=folder)


def test_a_machine_that_can_draw_papers_passes_the_self_test() -> None:
    self_test(ASSETS)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (None, "papers.font_missing"),
        (b"", "papers.font_broken"),
        (b"<html>not found</html>", "papers.font_broken"),
        ((ASSETS.fonts / REGULAR).read_bytes().replace(b"GSUB", b"XSUB", 1), "papers.shaping_broken"),
    ],
)
def test_a_font_that_is_missing_or_shapes_wrong_is_named(
    tmp_path: Path, change: bytes | None, key: str
) -> None:
    with pytest.raises(PapersUnavailable) as unavailable:
        self_test(broken_fonts(tmp_path, change))
    assert unavailable.value.key == key
    assert unavailable.value.params == {"file": str(tmp_path / REGULAR)}


def test_no_paper_is_drawn_without_its_font(tmp_path: Path) -> None:
    with pytest.raises(PapersUnavailable):
        drawn(clear_report(), broken_fonts(tmp_path, None))


def test_a_missing_picture_is_named(tmp_path: Path) -> None:
    with pytest.raises(PapersUnavailable) as unavailable:
        self_test(Assets(layouts=tmp_path))
    assert unavailable.value.params == {"file": str(tmp_path / "emblem.jpg")}


def test_a_library_that_changed_beneath_us_is_found_at_start_up() -> None:
    code = (
        "import xhtml2pdf.reportlab_paragraph as changed; del changed._chunkWord\n"
        "from app.papers import Assets, PapersUnavailable, self_test\n"
        "try: self_test(Assets())\n"
        "except PapersUnavailable as error: print(error.key, error.params['place'])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env={"PATH": ""},
    )
    assert run.stdout.split() == ["papers.library_changed", "xhtml2pdf.reportlab_paragraph._chunkWord"]


def test_the_word_and_the_code_of_a_pin_stay_on_one_line_and_the_line_within_its_margin() -> None:
    """Of an address that is nothing but PINs, each line would end between the two, or be drawn too wide."""
    home = replace(HOME, village=Words("पिन 841301 " * 23 + "पिन 841301", "PIN 841301 " * 23 + "PIN 841301"))
    facts = clear_report(subject=replace(CANDIDATE, permanent=home), language="both")
    document = pypdfium2.PdfDocument(drawn(facts))
    assert len(document) == 2
    for page, word in zip(document, ("पिन", "PIN"), strict=True):
        text = page.get_textpage()
        lines = text.get_text_range().splitlines()
        assert sum(line.count(f"{word} 841301") for line in lines) == 25
        assert not [line for line in lines if line.rstrip().endswith(word)]
        edges = [text.get_rect(number)[2] for number in range(text.count_rects())]
        assert max(edges) < page.get_width() - 50
    document.close()
