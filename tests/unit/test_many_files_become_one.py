"""Papers packed and bound: one of them in memory at a time where the file allows it, the same bytes each time."""

from __future__ import annotations

import tracemalloc
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile

import pikepdf
import pytest
from PIL import Image

from app.pades import demo_key, open_key, sign
from app.papers import bind, compose, draw_paper, leaves
from app.services.papers import letterpapers
from tests.paper_samples import ASSETS, ISSUED_AT, clear_report, texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MB = 1_000_000


def archive(number: int) -> BytesIO:
    """Fifty papers of 20 KB."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_STORED) as packed:
        for place in range(50):
            packed.writestr(f"{number:02}-{place:02}.pdf", bytes([number]) * (_MB // 50))
    return made


class Counted(BytesIO):
    """Takes what is written, and keeps nothing but how much it was."""

    size = 0

    def write(self, data) -> int:
        self.size += len(data)
        return len(data)


def test_papers_packed_into_one_file_are_never_all_in_memory() -> None:
    out = Counted()
    letterpapers.joined((archive(1) for _ in range(1)), Counted())
    tracemalloc.start()
    letterpapers.joined((archive(number) for number in range(30)), out)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert out.size > 30 * _MB
    assert peak < 6 * _MB


def test_the_packed_papers_are_those_of_all_archives_in_their_order() -> None:
    out = BytesIO()
    letterpapers.joined((archive(number) for number in (1, 2)), out)
    whole = ZipFile(out)
    assert whole.testzip() is None
    assert [entry.filename for entry in whole.infolist()] == sorted(whole.namelist())
    assert len(whole.namelist()) == 100
    assert whole.read("02-49.pdf") == b"\x02" * (_MB // 50)
    assert not any(entry.flag_bits for entry in whole.infolist()), "the size stands before each entry"


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path: Path = tmp_path_factory.mktemp("key") / "office.p12"
    path.write_bytes(demo_key("DM Saran", "open", ISSUED_AT - timedelta(days=1)))
    drawn = draw_paper(compose(texts(), clear_report()), ISSUED_AT, ASSETS)
    return sign(drawn, open_key(path, "open"), ISSUED_AT)


def test_signed_papers_are_bound_without_their_signatures_and_each_page_is_numbered(signed: bytes) -> None:
    out, again = BytesIO(), BytesIO()
    for made in (out, again):
        bind((BytesIO(signed) for _ in range(2)), made, "SRN/2026/1")
    assert out.getvalue() == again.getvalue()
    with pikepdf.open(out) as whole:
        assert len(whole.pages) == 2
        assert pikepdf.Name.AcroForm not in whole.Root
        assert not any(pikepdf.Name.Annots in page for page in whole.pages)


def test_the_files_are_closed_when_they_are_bound(signed: bytes) -> None:
    held: list[BytesIO] = []

    def files() -> Iterator[BytesIO]:
        for _ in range(2):
            held.append(BytesIO(signed))
            yield held[-1]

    bind(files(), BytesIO())
    assert [each.closed for each in held] == [True, True]


def test_a_picture_becomes_a_sheet_as_large_as_itself() -> None:
    """Its bytes stand in there as they are, whatever this process has drawn before."""
    kept = BytesIO()
    Image.effect_noise((400, 300), 60).convert("RGB").save(kept, "JPEG", quality=90)
    sheet, pages = leaves(kept.getvalue(), "image/jpeg")
    assert pages == 1
    assert kept.getvalue() in sheet
    assert sheet == leaves(kept.getvalue(), "image/jpeg")[0]
