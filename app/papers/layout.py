"""A composed paper drawn: Jinja lays the blocks out as HTML (templates/papers), xhtml2pdf draws them."""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.papers import practice
from app.papers.errors import PaperRefused
from app.papers.fonts import BOLD, REGULAR, missing_letters
from app.papers.pdf import SECONDS, Assets, page_count, render_pages, render_pdf
from app.papers.photo import photo_jpeg
from app.papers.qr import qr_png

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.papers.compose import Composition

#: A page of a list takes a fifth of a second; on a machine that is busy with everybody's work, many times that.
_SECONDS_OF_A_PAGE = 5


def draw_paper(composition: Composition, issued_at: datetime, assets: Assets) -> bytes:
    """Draw a paper as PDF bytes, A4.

    Raises PaperRefused for a letter that the fonts lack, an unreadable photo, or a drawing that fails;
    PapersUnavailable when a font is missing.
    """
    _refuse_missing_letters(composition, assets)
    pictures = {
        "qr": _data_uri("image/png", qr_png(composition.verify_link)) if composition.verify_link else "",
        "photo": _data_uri("image/jpeg", photo_jpeg(composition.photo)) if composition.photo else "",
    }

    wanted = 1 if composition.layout == "certificate" else len(composition.sheets)
    pages = {sheet: len(composition.lists_of(sheet)) for sheet in composition.sheets}
    wanted += sum(count for sheet, count in pages.items() if sheet.is_long)
    seconds = SECONDS + _SECONDS_OF_A_PAGE * sum(pages.values())
    for dense in (False, True):
        html = _html(composition, assets, pictures, wanted, dense=dense)
        pdf = render_pdf(html, issued_at, assets, seconds)
        if page_count(pdf) == wanted:
            return pdf
    return render_pages(
        lambda pages: _html(composition, assets, pictures, pages), wanted + 1, issued_at, assets, seconds
    )


def _html(
    composition: Composition, assets: Assets, pictures: Mapping[str, str], pages: int, *, dense: bool = False
) -> str:
    """Lay a composition out as HTML; every text in it is escaped. Dense is smaller, to stay on one page."""
    template = environment(str(assets.layouts)).get_template(f"{composition.layout}.html")
    return template.render(
        paper=composition,
        pages=pages,
        dense=dense,
        **pictures,
        regular=(assets.fonts / REGULAR).as_posix(),
        bold=(assets.fonts / BOLD).as_posix(),
    )


@lru_cache(maxsize=4)
def environment(folder: str) -> Environment:
    """The layouts of a folder; every text in them is escaped."""
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["practice"] = practice
    return made


def _data_uri(media_type: str, data: bytes) -> str:
    return f"data:{media_type};base64,{b64encode(data).decode('ascii')}"


def _refuse_missing_letters(composition: Composition, assets: Assets) -> None:
    letters = missing_letters("".join(_texts(composition)), assets.fonts)
    if letters:
        raise PaperRefused("papers.letter_missing", letters=" ".join(letters))


def _texts(composition: Composition) -> list[str]:
    texts: list[Any] = [composition.number, composition.verify_link]
    for sheet in composition.sheets:
        texts += [sheet.letterhead.text, sheet.verify.text, sheet.confidential, sheet.duplicate]
        texts.append(sheet.particulars.text)
        texts.append(sheet.replaces)
        texts += [block.text for block in sheet.blocks]
        texts += [cell for row in sheet.annex for cell in row]
    return texts
