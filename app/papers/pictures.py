"""Diagrams as PDF: the server's own SVG with its own style, a piece on each A4 sheet, its letters shaped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from lxml import etree
from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Drawing, Group, String
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas
from svglib.svglib import CSSMatcher, SvgRenderer

from app.config import ROOT
from app.papers import practice
from app.papers.errors import PapersUnavailable
from app.papers.fonts import BOLD, REGULAR
from app.papers.pdf import repeatable
from app.papers.shaping import ShapedTTFont, install

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from app.papers.pdf import Assets

_STYLE = ROOT / "frontend" / "styles" / "bpmn.css"  # the one look of diagrams, for every glass and sheet
_SVG = "{http://www.w3.org/2000/svg}"
_MARGIN, _HEAD, _FOOT = 28.0, 34.0, 22.0  # points
_TITLE, _SMALL = 13.0, 8.5
_LOWEST = 6.0  # of a line below everything
_SIGNS = "ZapfDingbats"  # one of the fonts that every reader has
#: Signs of states that the papers' fonts lack, as that font has them.
_DRAWN_AS = {"✓": "✓", "●": "●", "■": "■", "✕": "✕", "→": "→", "↺": "↔", "○": "❍", "≠": "✖"}
_PARTS = re.compile(f"([{''.join(_DRAWN_AS)}])")
_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")
_VARIABLE = re.compile(r"var\(--[\w-]+, ([^)]+)\)")
#: What the stylesheet says by names of its own, and by rules that paper knows nothing of.
_NAMED = {"var(--shape)": "#22303c", "var(--flow)": "#4a5864"}
_UNKNOWN = re.compile(r"\s*(--|background|font-family|outline)")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_PLAIN, _STRONG = "esp-diagram", "esp-diagram-bold"
_KEPT = 16  # pieces; half a megabyte each
_made: dict[bytes, Drawing] = {}  # by their SVG, the last used one last; one paper is drawn at a time
_STAND_IN = {"Helvetica": _PLAIN, "Helvetica-Bold": _STRONG}  # names that the library knows by itself


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing of `engine.draw` as a tree, its pieces the children of one root; drawing it changes the tree.

    `title` is in the language of the sheet.
    """

    title: str
    drawing: Any


def draw_pictures(
    pictures: Sequence[Picture],
    above: str,
    stamp: str,
    made_at: datetime,
    assets: Assets,
    *,
    is_practice: bool,
) -> bytes:
    """Draw each piece on a sheet of its own, as large as fits; `above` stands at its head, `stamp` at its foot.

    `is_practice`: of a district for practice, which every sheet says. Raises PapersUnavailable.
    """
    install()
    _fonts(assets.fonts)
    out = BytesIO()
    rules = _rules()
    with repeatable(made_at):
        canvas = Canvas(out, pagesize=landscape(A4), invariant=1)
        canvas.setTitle(f"{above} – {pictures[0].title}" if pictures else above)
        canvas.setAuthor("e-Satyapan")
        for picture in pictures:
            for piece in picture.drawing:
                drawing = _shapes(piece, rules)
                _sheet(canvas, drawing, (picture.title, above, stamp), is_practice=is_practice)
                canvas.showPage()
        canvas.save()
    return out.getvalue()


def _sheet(canvas: Canvas, drawing: Drawing, words: tuple[str, str, str], *, is_practice: bool) -> None:
    """One sheet, upright or on its side: as the drawing comes out larger."""
    scale, (width, height) = max((_scale(drawing, size), size) for size in (A4, landscape(A4)))
    canvas.setPageSize((width, height))
    if is_practice:
        _practice(canvas, width, height)
    title, above, stamp = words
    canvas.setFont(_STRONG, _TITLE)
    canvas.drawString(_MARGIN, height - _MARGIN - 8, title)
    canvas.setFont(_PLAIN, _SMALL)
    canvas.drawString(_MARGIN, height - _MARGIN - 22, above)
    canvas.drawString(_MARGIN, _MARGIN - 8, stamp)
    drawing.transform = (scale, 0, 0, scale, 0, 0)  # not `scale`: it may have been on a sheet before
    low = height - _MARGIN - _HEAD - drawing.height * scale
    window = canvas.beginPath()
    window.rect(_MARGIN, low, drawing.width * scale, drawing.height * scale)
    canvas.saveState()
    canvas.clipPath(window, stroke=0)  # a piece of a cut drawing goes no further than its own part
    renderPDF.draw(drawing, canvas, _MARGIN, low)
    canvas.restoreState()


def _practice(canvas: Canvas, width: float, height: float) -> None:
    """Above and below what is drawn, for its shapes would cover it: that it is of a district for practice."""
    canvas.saveState()
    canvas.setFillColor(practice.RED)
    canvas.setFont(_STRONG, _TITLE)
    canvas.drawRightString(width - _MARGIN, height - _MARGIN - 8, practice.MARK)
    canvas.setFont(_STRONG, _SMALL)
    canvas.drawCentredString(width / 2, _LOWEST, practice.WHY)
    canvas.restoreState()


def _scale(drawing: Drawing, size: tuple[float, float]) -> float:
    broad, high = size[0] - 2 * _MARGIN, size[1] - 2 * _MARGIN - _HEAD - _FOOT
    return float(min(broad / drawing.width, high / drawing.height))


@lru_cache(maxsize=4)
def _fonts(folder: Path) -> None:
    for name, file in ((_PLAIN, REGULAR), (_STRONG, BOLD)):
        pdfmetrics.registerFont(ShapedTTFont(name, str(folder / file)))


@cache
def _rules() -> CSSMatcher:
    """The look of diagrams in the words that the library knows: no names of colours, no states of a pointer.

    Read once for all drawings: as a style inside each it was a seventh of what a sheet costs.
    """
    if not _STYLE.is_file():
        raise PapersUnavailable("papers.picture_missing", file=str(_STYLE))
    style = _STYLE.read_text(encoding="utf-8")
    for name, colour in _NAMED.items():
        style = style.replace(name, colour)
    style = re.sub(r"/\*.*?\*/", "", _VARIABLE.sub(r"\1", style), flags=re.DOTALL)
    kept = []
    for selector, body in _RULE.findall(style):
        told = [part for part in body.split(";") if not _UNKNOWN.match(part)]
        if ":" not in selector and "paint-order" not in body:  # letters with a rim cannot be drawn so
            kept.append(f"{selector.strip()} {{{';'.join(told)}}}")
    found = CSSMatcher()
    found.add_styles(re.sub(r"font-weight:\s*[67]00", "font-weight: bold", "\n".join(kept)))
    return found


def _shapes(piece: Any, rules: CSSMatcher) -> Drawing:
    """The shapes of a piece; those drawn last are kept, for from one sheet to the next few counts change."""
    text = etree.tostring(piece)
    made = _made.pop(text, None)
    if made is None:
        _prepare(piece)
        renderer = SvgRenderer(path="")
        renderer.attrConverter.css_rules = rules
        made = renderer.render(piece)
        _lettered(made)
    _made[text] = made
    if len(_made) > _KEPT:
        del _made[next(iter(_made))]
    return made


def _prepare(svg: Any) -> None:
    """Arrow heads as shapes of their own, links as groups."""
    for node in list(svg.iter(f"{_SVG}defs", f"{_SVG}title")):
        node.getparent().remove(node)
    for link in svg.iter(f"{_SVG}a"):
        link.tag = f"{_SVG}g"
    for path in list(svg.iter(f"{_SVG}path")):
        head = path.attrib.pop("marker-end", "")
        if head:
            path.addnext(_head(path.get("d"), head.rpartition("-head-")[2].rstrip(")")))
    svg.set("font-family", "Helvetica")


def _head(way: str, look: str) -> Any:
    """The head of an arrow at the end of a way, in the direction of its last piece."""
    *_, x1, y1, x2, y2 = (float(each) for each in _NUMBERS.findall(way))
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5 or 1.0
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    bx, by = x2 - 10 * dx, y2 - 10 * dy
    points = [(x2, y2), (bx - 5 * dy, by + 5 * dx), (bx + 5 * dy, by - 5 * dx)]
    group = etree.Element(f"{_SVG}g", {"class": f"head {look}"})
    (ax, ay), (cx, cy), (ex, ey) = points
    etree.SubElement(group, f"{_SVG}path", d=f"M{ax:.1f} {ay:.1f}L{cx:.1f} {cy:.1f}L{ex:.1f} {ey:.1f}z")
    return group


def _lettered(group: Any) -> None:
    """Give every text the papers' fonts, and its signs the one that has them."""
    for at, one in enumerate(group.contents):
        if isinstance(one, String):
            one.fontName = _STAND_IN.get(one.fontName, one.fontName)
            if _PARTS.search(one.text):
                group.contents[at] = _signed(one)
        elif isinstance(one, Group):
            _lettered(one)


def _signed(text: String) -> Group:
    parts = [
        (_SIGNS, _DRAWN_AS[part]) if part in _DRAWN_AS else (text.fontName, part)
        for part in _PARTS.split(text.text)
        if part
    ]
    widths = [pdfmetrics.stringWidth(part, font, text.fontSize) for font, part in parts]
    x = text.x - {"middle": sum(widths) / 2, "end": sum(widths)}.get(text.textAnchor, 0.0)
    group = Group()
    for (font, part), broad in zip(parts, widths, strict=True):
        group.add(String(x, text.y, part, fontName=font, fontSize=text.fontSize, fillColor=text.fillColor))
        x += broad
    return group
