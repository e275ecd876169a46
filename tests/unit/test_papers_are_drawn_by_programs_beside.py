"""Programs beside the server draw papers: the same bytes and refusals, nothing on a disk, one for one that died."""

import os
import resource
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from app.papers import PaperRefused, PaperTooSlow, compose, draw_paper, render_pdf
from app.papers.apart import MEMORY_BYTES, Programs
from app.papers.fonts import REGULAR
from tests.drawn_words import word_html
from tests.paper_samples import ASSETS, ISSUED_AT, certificate, clear_report, texts

FOLDERS = (ASSETS.fonts, ASSETS.layouts)
HTML = word_html(["प्रमाण पत्र"], ASSETS.fonts / REGULAR)


@pytest.fixture(scope="module")
def programs() -> Iterator[Programs]:
    """One program, which the tests of this module use one after another, and which ends with whoever started it."""
    beside = Programs()
    beside.begin(1)
    yield beside
    [last] = [each._program._program for each in beside._free.queue]
    last.stdin.close()  # as the system does for a process that dies, however that dies
    assert last.wait(timeout=20) == 0
    beside.end()
    assert beside.pids == []


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_a_paper_has_the_same_bytes_from_a_program_beside(monkeypatch, programs: Programs) -> None:
    noise = BytesIO()
    Image.frombytes("RGB", (300, 380), os.urandom(342_000)).save(noise, "JPEG", quality=95)
    facts = (certificate(photo=noise.getvalue()), clear_report())
    here = [draw_paper(compose(texts(), each), ISSUED_AT, ASSETS) for each in facts]
    monkeypatch.setattr("app.papers.pdf.PROGRAMS", programs)
    assert [draw_paper(compose(texts(), each), ISSUED_AT, ASSETS) for each in facts] == here
    assert len(programs.pids) == 1, "and one program drew both"


def test_what_asks_at_once_is_drawn_in_turn(programs: Programs) -> None:
    words = ["एक", "दो", "तीन", "चार"]

    def draw(word: str) -> bytes:
        return programs.draw(word_html([word], ASSETS.fonts / REGULAR), ISSUED_AT, FOLDERS, 10)

    with ThreadPoolExecutor(4) as hands:
        assert list(hands.map(draw, words)) == [
            render_pdf(word_html([word], ASSETS.fonts / REGULAR), ISSUED_AT, ASSETS) for word in words
        ]


def test_a_large_text_is_drawn_by_a_program_that_can_write_no_file(programs: Programs) -> None:
    large = HTML.replace("</body>", f"<!-- {'x' * 400_000} --></body>")
    assert len(large) > 400_000
    assert programs.draw(large, ISSUED_AT, FOLDERS, 10) == render_pdf(HTML, ISSUED_AT, ASSETS)


def test_a_program_takes_so_much_memory_and_no_more(programs: Programs) -> None:
    programs.draw(HTML, ISSUED_AT, FOLDERS, 10)
    [program] = programs.pids
    assert resource.prlimit(program, resource.RLIMIT_AS) == (MEMORY_BYTES, MEMORY_BYTES)


def test_a_refusal_of_the_program_is_the_refusal_of_the_paper(programs: Programs) -> None:
    tall = word_html(["एक ऐसा वाक्य जो इतने बड़े अक्षरों में किसी पृष्ठ पर नहीं आता"], ASSETS.fonts / REGULAR, 70)
    with pytest.raises(PaperRefused, match="layout_failed"):
        programs.draw(tall, ISSUED_AT, FOLDERS, 10)
    with pytest.raises(PaperTooSlow) as slow:
        programs.draw("<p>x</p>" * 2_000, ISSUED_AT, FOLDERS, 0)
    assert slow.value.params == {"seconds": 0}
    assert programs.draw(HTML, ISSUED_AT, FOLDERS, 10) == render_pdf(HTML, ISSUED_AT, ASSETS)


def test_a_program_that_dies_between_two_papers_is_replaced(programs: Programs) -> None:
    programs.draw(HTML, ISSUED_AT, FOLDERS, 10)
    [first] = programs.pids
    os.kill(first, signal.SIGKILL)
    assert programs.draw(HTML, ISSUED_AT, FOLDERS, 10) == render_pdf(HTML, ISSUED_AT, ASSETS)
    assert first not in programs.pids
    assert not alive(first)
