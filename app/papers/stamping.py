"""A mark over the pages of a finished paper: a draft before it is issued, a duplicate when it is printed again."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Literal

import pikepdf

from app.papers.fonts import BOLD, REGULAR
from app.papers.layout import environment
from app.papers.pdf import Assets, render_pdf

if TYPE_CHECKING:
    from datetime import datetime

Place = Literal["behind", "corner"]
_NAME = pikepdf.Name("/Stamp")


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
        drawn = paper.copy_foreign(over.pages[0].as_form_xobject())
        for page in paper.pages:  # by a name of ours: the library's own helper makes up a random one
            page.add_resource(drawn, pikepdf.Name.XObject, _NAME)
            page.contents_add(b"q " + str(_NAME).encode() + b" Do Q", prepend=place == "behind")
        paper.save(out, deterministic_id=True)
    return out.getvalue()
