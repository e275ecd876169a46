"""The picture is right, not only the text behind it: hard words are compared with HarfBuzz's own drawing."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pypdfium2
import pytest

from app.papers import render_pdf
from app.papers.fonts import BOLD, REGULAR
from tests.drawn_words import WORDS, WORDS_OF_PAPERS, harfbuzz_pdf, ink, likeness, pen, word_html
from tests.paper_samples import ASSETS, ISSUED_AT

#: Draws like the papers, but without our shaping; in a process of its own, for shaping is installed for good.
_UNSHAPED = """
import sys
from xhtml2pdf.document import pisaDocument
from xhtml2pdf.config.resources import ResourceAccessPolicy
from pathlib import Path
html, fonts, out = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
with out.open("wb") as pdf:
    pisaDocument(html.read_text("utf-8"), pdf, resource_policy=ResourceAccessPolicy.server(base_dir=fonts))
"""
_ALIKE = 0.98  # both pictures begin at the same point: what is left is how an edge falls on pixels


def worst(pdf: bytes, font: Path, words: Sequence[str] = WORDS) -> dict[str, float]:
    """The words of a PDF that do not look as HarfBuzz draws them."""
    drawn, wanted = ink(pdf), ink(harfbuzz_pdf(words, font, pen(pdf)))
    assert len(drawn) == len(wanted) == len(words)
    found = {word: likeness(*pair) for word, *pair in zip(words, drawn, wanted, strict=True)}
    return {word: round(share, 3) for word, share in found.items() if share < _ALIKE}


@pytest.mark.parametrize("name", [REGULAR, BOLD])
def test_every_hard_word_is_drawn_as_harfbuzz_draws_it(name: str) -> None:
    font = ASSETS.fonts / name
    assert not worst(render_pdf(word_html(WORDS, font), ISSUED_AT, ASSETS), font)


@pytest.mark.parametrize("name", [REGULAR, BOLD])
def test_every_word_of_the_texts_and_the_glossary_is_drawn_as_harfbuzz_draws_it(name: str) -> None:
    font = ASSETS.fonts / name
    assert len(WORDS_OF_PAPERS) > 400
    pdf = render_pdf(word_html(WORDS_OF_PAPERS, font), ISSUED_AT, ASSETS)
    assert not worst(pdf, font, WORDS_OF_PAPERS)
    document = pypdfium2.PdfDocument(pdf)
    copied = [page.get_textpage().get_text_range().strip() for page in document]
    document.close()
    assert copied == WORDS_OF_PAPERS


def test_without_shaping_most_words_are_drawn_wrong(tmp_path: Path) -> None:
    font = ASSETS.fonts / REGULAR
    page, out = tmp_path / "words.html", tmp_path / "words.pdf"
    page.write_text(word_html(WORDS, font), encoding="utf-8")
    subprocess.run(
        [sys.executable, "-c", _UNSHAPED, str(page), str(ASSETS.fonts), str(out)],
        check=True,
        capture_output=True,
    )
    assert len(worst(out.read_bytes(), font)) > len(WORDS) // 2


def test_the_text_copied_from_the_pdf_is_the_text_that_was_written() -> None:
    document = pypdfium2.PdfDocument(render_pdf(word_html(WORDS, ASSETS.fonts / REGULAR), ISSUED_AT, ASSETS))
    copied = [page.get_textpage().get_text_range().strip() for page in document]
    document.close()
    assert copied == WORDS


def test_a_sentence_is_copied_with_its_spaces_and_mixed_scripts() -> None:
    sentence = "GST-संख्या 27, (राष्ट्रीय) राजमार्ग-31 के निकट; No. 5/2026 श्री क्षितिज – शुद्धि।"
    document = pypdfium2.PdfDocument(
        render_pdf(word_html([sentence], ASSETS.fonts / REGULAR, 12), ISSUED_AT, ASSETS)
    )
    copied = " ".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    assert copied.split() == sentence.split()
