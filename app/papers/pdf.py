"""HTML to PDF bytes: the same bytes for the same paper, no network, no foreign file, a time limit."""

from __future__ import annotations

import os
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from reportlab import rl_config
from reportlab.platypus.doctemplate import LayoutError
from xhtml2pdf.config.resources import RenderLimitError, ResourceAccessPolicy
from xhtml2pdf.document import pisaDocument

from app.config import FONTS, ROOT
from app.papers.apart import PROGRAMS
from app.papers.errors import PaperRefused, PapersUnavailable, PaperTooSlow
from app.papers.fonts import self_test as fonts_self_test
from app.papers.shaping import install

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

SECONDS = 10  # a paper takes a tenth of a second; a page of hostile text must not hold the worker
_MOST_PASSES = 3
_PAGE = re.compile(rb"/Type /Page\b")
_PICTURES = ("emblem.jpg", "watermark.jpg")

rl_config.invariant = 1
rl_config.useA85 = 0  # binary streams: a third off the time and a quarter off the size
#: SOURCE_DATE_EPOCH belongs to the whole process: one paper at a time.
_RENDERING = threading.RLock()


@dataclass(frozen=True, slots=True)
class Assets:
    """Where the files lie that papers are drawn from; nothing outside these two folders is read."""

    fonts: Path = FONTS
    layouts: Path = ROOT / "templates" / "papers"


def self_test(assets: Assets) -> None:
    """Prove that papers can be drawn here. Raises PapersUnavailable naming the file at fault."""
    fonts_self_test(assets.fonts)
    for name in _PICTURES:
        if not (assets.layouts / name).is_file():
            raise PapersUnavailable("papers.picture_missing", file=str(assets.layouts / name))


def render_pdf(html: str, issued_at: datetime, assets: Assets, seconds: int = SECONDS) -> bytes:
    """Draw one HTML document; the same text and time give the same bytes in every process.

    `issued_at` (aware) becomes the document's date. Raises PaperRefused when drawing takes too long or fails.
    Drawn by a program beside, where this process has any.
    """
    if PROGRAMS.count:
        return PROGRAMS.draw(html, issued_at, (assets.fonts, assets.layouts), seconds)
    return draw_here(html, issued_at, assets, seconds)


def draw_here(html: str, issued_at: datetime, assets: Assets, seconds: int) -> bytes:
    """The same in this very process."""
    install()
    out = BytesIO()
    with repeatable(issued_at):
        try:
            done = pisaDocument(
                html,
                out,
                path=str(assets.layouts / "paper.html"),
                capacity=-1,  # whatever its size, in memory: the library would put it into a file for all to find
                resource_policy=_policy(assets, seconds),
                context_meta={"author": "e-Satyapan"},
            )
        except RenderLimitError as cause:
            raise PaperTooSlow(seconds=seconds) from cause
        except LayoutError as cause:  # something in it is taller than a page
            raise PaperRefused("papers.layout_failed") from cause
    if done.err:
        raise PaperRefused("papers.layout_failed")
    return out.getvalue()


def render_pages(
    html_for: Callable[[int], str], guess: int, issued_at: datetime, assets: Assets, seconds: int = SECONDS
) -> bytes:
    """Draw a document that prints how many pages it has: guess first, draw again only if that was wrong.

    The library's own page count draws everything twice, always.
    """
    pages = guess
    for _ in range(_MOST_PASSES):
        pdf = render_pdf(html_for(pages), issued_at, assets, seconds)
        counted = page_count(pdf)
        if counted == pages:
            return pdf
        pages = counted
    raise PaperRefused("papers.layout_failed")


def page_count(pdf: bytes) -> int:
    """Count the pages of a PDF that `render_pdf` drew (its page objects are never compressed)."""
    return len(_PAGE.findall(pdf))


def _policy(assets: Assets, seconds: int) -> ResourceAccessPolicy:
    return ResourceAccessPolicy.server(
        base_dir=assets.layouts,
        extra_roots=(assets.fonts,),
        allow_remote=False,
        max_render_seconds=seconds,
    )


@contextmanager
def repeatable(issued_at: datetime) -> Iterator[None]:
    """Hold the process-wide setting that makes reportlab repeatable."""
    with _RENDERING:
        before = os.environ.get("SOURCE_DATE_EPOCH")
        os.environ["SOURCE_DATE_EPOCH"] = str(int(issued_at.timestamp()))
        try:
            yield
        finally:
            if before is None:
                del os.environ["SOURCE_DATE_EPOCH"]
            else:
                os.environ["SOURCE_DATE_EPOCH"] = before
