"""Finished files bound into one, page behind page: papers to print in one go, the documents of a case."""

from __future__ import annotations

from contextlib import ExitStack
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

import pikepdf
from PIL import Image, UnidentifiedImageError
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from app.papers.errors import PaperRefused
from app.papers.recordmark import note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.papers.recordmark import RecordMark

_MARGIN = 28  # points around a picture on its sheet
_LABEL = pikepdf.Name("/Leaf")
_SIZE = 8  # points of a page's number


def bind(files: Iterable[BinaryIO], out: BinaryIO, label: str = "", mark: RecordMark | None = None) -> None:
    """Write the pages of these PDF files in their order to `out`; the same files give the same bytes.

    What stands on the pages stays as it was drawn. A signature holds over its own file alone: its field is left out.
    With a label (ASCII) each page says at its lower edge of what it is a leaf, and which of how many; with a mark the
    file carries a checkpoint of the record. All of it is in memory once: how much that may be is for the caller to
    say. The files are closed at the end.
    """
    with pikepdf.new() as whole, ExitStack() as opened:
        for file in files:
            one = opened.enter_context(pikepdf.open(opened.enter_context(file)))
            whole.add_pages_from(one, forms="strip", outlines="ignore")
        for number, page in enumerate(whole.pages, 1):
            if pikepdf.Name.Annots in page:
                del page[pikepdf.Name.Annots]
            if label:
                _number(whole, page, f"{label}  {number} / {len(whole.pages)}")
        if mark is not None:
            note(whole, mark)
        whole.save(out, deterministic_id=True)


def _number(whole: pikepdf.Pdf, page: pikepdf.Page, text: str) -> None:
    """Write a line into the lower right corner of a page, whatever was drawn there."""
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    page.add_resource(whole.make_indirect(font), pikepdf.Name.Font, _LABEL)
    right, bottom = float(page.mediabox[2]), float(page.mediabox[1])
    place = f"{right - _MARGIN - len(text) * _SIZE * 0.52:.1f} {bottom + 10:.1f}"
    page.contents_add(b"q", prepend=True)  # what the page itself has set ends where it ends
    page.contents_add(f"Q q BT {_LABEL} {_SIZE} Tf {place} Td ({text}) Tj ET Q".encode("ascii"))


def leaves(data: bytes, media_type: str) -> tuple[bytes, int]:
    """A stored file as PDF, and how many pages it has; a picture becomes a sheet. Raises PaperRefused."""
    try:
        made = data if media_type == "application/pdf" else _sheet(data)
        with pikepdf.open(BytesIO(made)) as one:
            return made, len(one.pages)
    except (pikepdf.PdfError, UnidentifiedImageError, OSError) as unreadable:
        raise PaperRefused("papers.photo_unreadable") from unreadable


def _sheet(picture: bytes) -> bytes:
    """A picture as large as it fits on a sheet of A4, upright or on its side."""
    out = BytesIO()
    with Image.open(BytesIO(picture)) as opened:
        wide, high = opened.size
        sheet = A4 if high >= wide else (A4[1], A4[0])
        canvas = Canvas(out, pagesize=sheet, invariant=1)
        scale = min((sheet[0] - 2 * _MARGIN) / wide, (sheet[1] - 2 * _MARGIN) / high)
        size = wide * scale, high * scale
        place = (sheet[0] - size[0]) / 2, sheet[1] - _MARGIN - size[1]
        canvas.drawImage(ImageReader(BytesIO(picture)), *place, *size)
        canvas.showPage()
        canvas.save()
    return out.getvalue()
