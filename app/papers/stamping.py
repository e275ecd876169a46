"""A mark over the pages of a finished paper: a draft before it is issued, a duplicate when it is printed again."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Literal

import pikepdf

from app.papers.layout import environment
from app.papers.fonts import BOLD, REGULAR
from app.papers.pdf import Assets, render_pdf

if TYPE_CHECKING:
    from datetime import datetime

Place = Literal["behind", "corner"]


def stamped(pdf: bytes, mark: str, place: Place, at: datetime, assets: Assets) -> bytes:
    """Every page with the mark: large and grey behind what is written, or in words at the upper edge.

    The same mark on the same file at the same time gives the same bytes.
    """
    html = (
        environment(str(assets.layouts))
        .get_template("stamp.html")
        .render(
            mark=mark,
            place=place,
            regular=(assets.fonts / REGULAR).as_posix(),
            bold=(assets.fonts / BOLD).as_posix(),
        )
    )
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as paper, pikepdf.open(BytesIO(render_pdf(html, at, assets))) as over:
        for page in paper.pages:
            if place == "behind":
                page.add_underlay(over.pages[0])
            else:
                page.add_overlay(over.pages[0])
        paper.save(out, deterministic_id=True)
    return out.getvalue()
