"""Words drawn twice and compared: once through the papers, once from HarfBuzz's own outlines.

The second drawing never passes through a PDF font: HarfBuzz shapes the word and hands out the outline of each
glyph, which is filled as a path. So a wrong glyph, order, place or width in the papers' way of drawing shows
as ink that the other picture lacks.
"""

from __future__ import annotations

import re
from ctypes import c_double
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pypdfium2
import uharfbuzz
from PIL import Image, ImageChops, ImageOps
from reportlab.pdfgen.canvas import Canvas

from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_HARD = """
क्षेत्र ज्ञापांक पत्रांक श्रीमती त्रुटि द्वारा द्वितीय उद्धव शुद्धि बुद्ध विद्यार्थी उद्योग राष्ट्रीय अनुसूचित
पुलिस अधीक्षक पदाधिकारी दंडाधिकारी थानाध्यक्ष चरित्र पूर्ववृत्त सत्यापन प्रमाण प्रतिवेदन प्रतिकूल तथ्य निर्गत
अभियुक्त न्यायालय विचाराधीन प्राथमिकी आरोप निष्पादित कार्यदिवस स्मार हस्ताक्षर डिजिटल प्रतिलिपि सूचनार्थ अभिलेखार्थ
विश्वासभाजन महाशय अनुलग्नक उपर्युक्त विषयक प्रसंगाधीन आलोक प्रयोजनार्थ यथोचित अग्रेतर कार्रवाई मुहल्ला अनुमंडल
ज्ञानेश्वर कृष्णा क्षितिज लक्ष्मी लक्ष्म्या हृदय ऋषि रुद्र रूप गुरु हुआ रुपये शृंखला श्रृंगार ब्रह्मा प्रह्लाद चिह्न
आह्वान मध्याह्न पद्म उद्गम सद्भाव अद्भुत उत्तर सत्र मित्र पवित्र शत्रुघ्न विघ्न राज्य ज़िला पढ़ाई बड़का सड़क फ़र्ज़ ग़ज़ल
गाँव जाँच हूँ हैं में सिंह संख्या अंसारी दुःख अतः र्‍य कुर्की संस्कृत वर्ष कर्तव्य निर्धारित आर्थिक दर्ज सर्वोच्च
धर्मेन्द्र सत्येन्द्र उज्ज्वल उच्छ्वास स्त्री इक्ट्ठा मिट्टी पट्टा लड्डू अड्डा ट्रक ड्राइवर छ्यासी कॉलेज डॉक्टर ऑफ ॐ
भा०प्र०से० पु०अ०नि० १२३४५६७८९० सं॰ क् त्‌ क्‍ष
"""
WORDS = _HARD.split()
#: Whatever stands in the texts of papers and in the glossary.
WORDS_OF_PAPERS = sorted(
    {
        word
        for path in (ROOT / "templates" / "papers" / "texts.json", ROOT / "GLOSSARY.md")
        for word in re.findall(r"[\u0900-\u0963\u0970-\u097f\u200c\u200d]+", path.read_text("utf-8"))
    }
)

_SIZE = 40
_PAGE = (420, 90)
_LEFT = 10
_SCALE = 2


@dataclass
class _Outline:
    """HarfBuzz's drawing calls, as a path of a reportlab canvas."""

    path: Any
    scale: float
    x: float = 0
    y: float = 0
    at: tuple[float, float] = field(default=(0, 0))

    def _place(self, x: float, y: float) -> tuple[float, float]:
        return (self.x + x) * self.scale, (self.y + y) * self.scale

    def move_to(self, x: float, y: float) -> None:
        self.at = (x, y)
        self.path.moveTo(*self._place(x, y))

    def line_to(self, x: float, y: float) -> None:
        self.at = (x, y)
        self.path.lineTo(*self._place(x, y))

    def quadratic_to(self, control_x: float, control_y: float, x: float, y: float) -> None:
        from_x, from_y = self.at
        first = (from_x + 2 * (control_x - from_x) / 3, from_y + 2 * (control_y - from_y) / 3)
        second = (x + 2 * (control_x - x) / 3, y + 2 * (control_y - y) / 3)
        self.at = (x, y)
        self.path.curveTo(*self._place(*first), *self._place(*second), *self._place(x, y))

    def close(self) -> None:
        self.path.close()


def _draw_funcs() -> uharfbuzz.DrawFuncs:
    funcs = uharfbuzz.DrawFuncs()
    funcs.set_move_to_func(lambda x, y, outline: outline.move_to(x, y))
    funcs.set_line_to_func(lambda x, y, outline: outline.line_to(x, y))
    funcs.set_quadratic_to_func(lambda cx, cy, x, y, outline: outline.quadratic_to(cx, cy, x, y))
    funcs.set_close_path_func(lambda outline: outline.close())
    return funcs


def pen(pdf: bytes) -> tuple[float, float]:
    """Where the writing of a PDF begins, in points: the other drawing begins there too."""
    document = pypdfium2.PdfDocument(pdf)
    x, y = c_double(), c_double()
    pypdfium2.raw.FPDFText_GetCharOrigin(document[0].get_textpage(), 0, x, y)
    document.close()
    return _LEFT, y.value


def harfbuzz_pdf(
    words: Sequence[str], font_file: Path, at: tuple[float, float], language: str = "hi"
) -> bytes:
    """A page for each word, filled from HarfBuzz's outlines, the pen set down `at` (points)."""
    face = uharfbuzz.Face(uharfbuzz.Blob(font_file.read_bytes()))
    font = uharfbuzz.Font(face)
    funcs = _draw_funcs()
    out = BytesIO()
    canvas = Canvas(out, pagesize=_PAGE)
    for word in words:
        buffer = uharfbuzz.Buffer()
        buffer.add_str(word)
        buffer.guess_segment_properties()
        buffer.language = language
        buffer.flags = uharfbuzz.BufferFlags.REMOVE_DEFAULT_IGNORABLES
        uharfbuzz.shape(font, buffer, {"ccmp": language != "ur"})  # one glyph for آ, too
        x, y = (part * face.upem / _SIZE for part in at)
        outline = _Outline(canvas.beginPath(), _SIZE / face.upem, x=x, y=y)
        for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            outline.x += position.x_offset
            outline.y += position.y_offset
            font.draw_glyph(info.codepoint, funcs, outline)
            outline.x += position.x_advance - position.x_offset
            outline.y -= position.y_offset
        canvas.drawPath(outline.path, stroke=0, fill=1, fillMode=1)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def word_html(words: Sequence[str], font_file: Path, size: int = _SIZE) -> str:
    """The same words as the papers would get them: HTML, a page for each."""
    pages = "<pdf:nextpage></pdf:nextpage>".join(f"<p>{word}</p>" for word in words)
    return (
        f'<html><head><style>@font-face{{font-family:Words;src:url("{font_file.as_posix()}")}}'
        f"@page{{size:{_PAGE[0]}pt {_PAGE[1]}pt;margin:{_LEFT}pt}}"
        f"p{{font-family:Words;font-size:{size}pt;line-height:1.6;margin:0}}</style></head><body>{pages}</body></html>"
    )


def ink(pdf: bytes, scale: int = _SCALE) -> list[Image.Image]:
    """Each page, its ink white on black."""
    pictures = []
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        grey = page.render(scale=scale, no_smoothtext=False).to_pil().convert("L")
        pictures.append(ImageOps.invert(grey).point(lambda level: 255 if level > 127 else 0))
    document.close()
    return pictures


def likeness(one: Image.Image, other: Image.Image) -> float:
    """How much of the ink of two pictures lies in the same place, 0 to 1 (intersection over union)."""
    shared = ImageChops.darker(one, other).histogram()[255]
    together = ImageChops.lighter(one, other).histogram()[255]
    return shared / together if together else 0.0
