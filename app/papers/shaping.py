"""Devanagari beneath xhtml2pdf: measured and drawn by HarfBuzz, and copied from the PDF in reading order.

xhtml2pdf lays out with its own copy of reportlab's paragraph, which never shapes. But everything it measures
goes through `Font.stringWidth`, and everything it draws through `PDFTextObject._formatText`; shaping at these
two places reaches paragraphs, tables and page numbers alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import uharfbuzz
from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import textobject
from reportlab.pdfgen.textobject import PDFTextObject
from xhtml2pdf import context, reportlab_paragraph

from app.papers.devanagari import RUN, clusters
from app.papers.errors import PapersUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WORDS = re.compile(r"( +)")
_PRIVATE = 0xF0000  # plane 15: one code for each pair of a glyph and the characters it stands for
_FEATURES = {"kern": True, "liga": True}
_CACHED_RUNS = 20_000
_SILENT = "\u200b"  # what the later glyphs of a cluster say to readers that know nothing of ActualText
_EM = 1000.0  # reportlab measures in thousandths of the font size


@dataclass(frozen=True, slots=True)
class Glyph:
    """One glyph as it is drawn; lengths in thousandths of an em."""

    code: int  # the code point by which reportlab finds the glyph
    width: float  # how far the font itself would move on
    advance: float  # how far shaping moves on
    dx: float
    dy: float
    text: str  # the characters it stands for


@dataclass(frozen=True, slots=True)
class ShapedRun:
    glyphs: tuple[Glyph, ...]
    width: float
    nominal: bool  # nothing but the plain glyph of each character, in order and in its place


class Shaper:
    """Shapes runs of Indic letters with one font face, and lends each drawn glyph a private code."""

    def __init__(self, face: Any) -> None:
        hb_face = uharfbuzz.Face(uharfbuzz.Blob(bytes(face._ttf_data)))  # noqa: SLF001 - the bytes of the face
        self._face = face
        self._font = uharfbuzz.Font(hb_face)
        self._scale = _EM / hb_face.upem
        self._runs: dict[str, ShapedRun] = {}
        self._codes: dict[tuple[int, str], int] = {}

    def shape(self, run: str) -> ShapedRun:
        """Return the glyphs of one run (no spaces, one script) from left to right."""
        known = self._runs.get(run)
        if known is None:
            if len(self._runs) >= _CACHED_RUNS:
                self._runs.clear()
            known = self._runs[run] = self._shaped(run)
        return known

    def _shaped(self, run: str) -> ShapedRun:
        buffer = self._buffer(run)
        infos, positions = buffer.glyph_infos, buffer.glyph_positions
        starts = [*sorted({info.cluster for info in infos}), len(run)]
        end_of = dict(pairwise(starts))
        glyphs = []
        previous = None
        for info, position in zip(infos, positions, strict=True):
            # The first glyph of a cluster says all its characters, the others nothing.
            text = run[info.cluster : end_of[info.cluster]] if info.cluster != previous else ""
            previous = info.cluster
            code = self._code(info.codepoint, text)
            glyphs.append(
                Glyph(
                    code,
                    self._face.charWidths[code],
                    position.x_advance * self._scale,
                    position.x_offset * self._scale,
                    position.y_offset * self._scale,
                    text,
                )
            )
        moved = any(glyph.dx or glyph.dy or glyph.advance != glyph.width for glyph in glyphs)
        nominal = not moved and "".join(chr(glyph.code) for glyph in glyphs) == run
        return ShapedRun(tuple(glyphs), sum(glyph.advance for glyph in glyphs), nominal)

    def _buffer(self, run: str) -> Any:
        buffer = uharfbuzz.Buffer()
        buffer.add_str(run)
        buffer.cluster_level = uharfbuzz.BufferClusterLevel.MONOTONE_CHARACTERS
        # Joiners would come back as glyphs, be drawn as code 32 and widened when a line is justified.
        buffer.flags = uharfbuzz.BufferFlags.REMOVE_DEFAULT_IGNORABLES
        buffer.guess_segment_properties()
        buffer.direction = "ltr"
        if buffer.script in {"Deva", "Zyyy"}:
            buffer.script, buffer.language = "Deva", "hi"
        uharfbuzz.shape(self._font, buffer, _FEATURES)
        return buffer

    def _code(self, glyph_id: int, text: str) -> int:
        if len(text) == 1 and self._face.charToGlyph.get(ord(text)) == glyph_id:
            return ord(text)
        code = self._codes.get((glyph_id, text))
        if code is None:
            code = self._codes[glyph_id, text] = _PRIVATE + len(self._codes)
            self._face.charToGlyph[code] = glyph_id
            self._face.charWidths[code] = self._font.get_glyph_h_advance(glyph_id) * self._scale
        return code


@dataclass(frozen=True, slots=True)
class Span:
    """A word with the spaces after it, ready to draw."""

    text: str
    glyphs: tuple[Glyph, ...]
    shaped: bool


class ShapedTTFont(TTFont):
    """A TrueType font that measures and draws Indic text as a reader writes it."""

    _shaper: Shaper | None = None

    @property
    def shaper(self) -> Shaper:
        if self._shaper is None:
            self._shaper = Shaper(self.face)
        return self._shaper

    def stringWidth(self, text: str | bytes, size: float, encoding: str = "utf8") -> float:  # noqa: N802
        if isinstance(text, bytes):
            text = text.decode(encoding or "utf8")
        if not RUN.search(text):
            return float(super().stringWidth(text, size, encoding))
        width = 0.0
        for piece, indic in _pieces(text):
            width += self.shaper.shape(piece).width if indic else super().stringWidth(piece, _EM)
        return width * size / _EM

    def spans(self, text: str) -> Iterator[Span]:
        """Yield the words of a text; a space goes with the word before it, or Chrome's reader loses it."""
        parts = _WORDS.split(text)
        for word, space in zip(parts[::2], [*parts[1::2], ""], strict=True):
            if word or space:
                yield self._span(word + space)

    def _span(self, word: str) -> Span:
        glyphs: list[Glyph] = []
        shaped = False
        for piece, indic in _pieces(word):
            if indic:
                run = self.shaper.shape(piece)
                glyphs.extend(run.glyphs)
                shaped = shaped or not run.nominal
            else:
                glyphs.extend(self._plain(char) for char in piece)
        return Span(word, tuple(glyphs), shaped)

    def _plain(self, char: str) -> Glyph:
        width = self.face.getCharWidth(ord(char))
        return Glyph(ord(char), width, width, 0, 0, char)

    def addObjects(self, doc: Any) -> None:  # noqa: N802
        """Embed the font with a ToUnicode table in which one glyph may say several characters."""
        said = vars(self.state[doc]).get("said", {})
        stock = ttfonts.makeToUnicodeCMap
        ttfonts.makeToUnicodeCMap = lambda name, subset: _to_unicode(name, subset, said)
        try:
            super().addObjects(doc)
        finally:
            ttfonts.makeToUnicodeCMap = stock


class _Operators:
    """Writes the PDF operators of shaped spans: kerning by TJ, height by Ts, the words by ActualText."""

    def __init__(self, font: ShapedTTFont, target: Any) -> None:
        self._font, self._target = font, target
        self._doc, self._escape = target._canvas._doc, target._canvas._escape  # noqa: SLF001
        self._size: float = target._fontsize  # noqa: SLF001
        self._base_rise: float = target._rise  # noqa: SLF001
        self._rise = self._base_rise
        self._out: list[str] = []
        self._array: list[str] = []
        self._literal = bytearray()
        self._owed = 0.0  # how far the pen is ahead of where shaping wants it

    def text(self, spans: Iterator[Span]) -> str:
        for span in spans:
            self._write(span)
        return " ".join(self._out)

    def _write(self, span: Span) -> None:
        if span.shaped:
            said = span.text.encode("utf-16-be").hex().upper()
            self._out.append(f"/Span<</ActualText<FEFF{said}>>>BDC")
        for glyph, (subset, byte) in zip(span.glyphs, self._coded(span.glyphs), strict=True):
            self._glyph(glyph, subset, byte)
        self._kern(self._owed)
        self._owed = 0.0
        self._raise_to(self._base_rise)
        self._flush()
        if span.shaped:
            self._out.append("EMC")

    def _coded(self, glyphs: tuple[Glyph, ...]) -> list[tuple[int, int]]:
        codes = "".join(chr(glyph.code) for glyph in glyphs)
        pairs = [(subset, byte) for subset, run in self._font.splitString(codes, self._doc) for byte in run]
        said = vars(self._font.state[self._doc]).setdefault("said", {})
        for glyph in glyphs:
            said.setdefault(glyph.code, glyph.text)
        return pairs

    def _glyph(self, glyph: Glyph, subset: int, byte: int) -> None:
        if subset != self._target._curSubset:  # noqa: SLF001
            self._flush()
            name = self._font.getSubsetInternalName(subset, self._doc)
            size, leading = textobject.fp_str(self._size), textobject.fp_str(self._target._leading)  # noqa: SLF001
            self._out.append(f"{name} {size} Tf {leading} TL")
            self._target._curSubset = subset  # noqa: SLF001
        self._raise_to(self._base_rise + glyph.dy * self._size / _EM)
        self._kern(self._owed - glyph.dx)
        self._literal.append(byte)
        self._owed = glyph.dx + glyph.width - glyph.advance

    def _raise_to(self, rise: float) -> None:
        if abs(rise - self._rise) > 1e-6:  # noqa: PLR2004 - below what a PDF number can hold
            self._flush()
            self._out.append(f"{textobject.fp_str(rise)} Ts")
            self._rise = rise

    def _kern(self, back: float) -> None:
        if abs(back) > 0.01:  # noqa: PLR2004 - a hundred-thousandth of the font size is not seen
            self._end_literal()
            self._array.append(textobject.fp_str(back))

    def _end_literal(self) -> None:
        if self._literal:
            self._array.append(f"({self._escape(bytes(self._literal))})")
            self._literal = bytearray()

    def _flush(self) -> None:
        self._end_literal()
        if self._array:
            one = len(self._array) == 1 and self._array[0].startswith("(")
            self._out.append(f"{self._array[0]} Tj" if one else f"[{' '.join(self._array)}] TJ")
            self._array = []


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield (piece, is it Indic): shaped apart, or "GST-संख्या" is taken for Latin and left unshaped."""
    done = 0
    for found in RUN.finditer(text):
        if found.start() > done:
            yield text[done : found.start()], False
        yield found.group(), True
        done = found.end()
    if done < len(text):
        yield text[done:], False


def _to_unicode(font_name: str, subset: list[int], said: dict[int, str]) -> str:
    """Write the ToUnicode table of one 8-bit subset font (PDF 32000-1, 9.10.3)."""
    rows = []
    for byte, code in enumerate(subset):
        text = said.get(code, chr(code) if code < _PRIVATE else "") or _SILENT
        rows.append(f"<{byte:02X}> <{text.encode('utf-16-be').hex().upper()}>")
    blocks = [rows[start : start + 100] for start in range(0, len(rows), 100)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo",
            f"<< /Registry ({font_name})\n/Ordering ({font_name})\n/Supplement 0\n>> def",
            f"/CMapName /{font_name} def\n/CMapType 2 def\n1 begincodespacerange",
            f"<00> <{len(subset) - 1:02X}>\nendcodespacerange",
            *(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks),
            "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend",
        ]
    )


class _ByCluster(str):
    """A word that is walked cluster by cluster, for a library that breaks long words between characters."""

    __slots__ = ()

    def __iter__(self) -> Iterator[str]:
        return iter(clusters(str(self)))


def _draws_shaped(stock: Callable[[Any, Any], str]) -> Callable[[Any, Any], str]:
    def format_text(target: Any, text: Any) -> str:
        font = pdfmetrics.getFont(target._fontname)  # noqa: SLF001
        if isinstance(font, ShapedTTFont):
            said = text.decode("utf8") if isinstance(text, bytes) else str(text)
            if RUN.search(said):
                return _Operators(font, target).text(font.spans(said))
        return stock(target, text)

    return format_text


def _breaks_at_clusters(stock: Callable[[Any, float], Any]) -> Callable[[Any, float], Any]:
    def chunk_word(pieces: Any, width: float) -> Any:
        said = [(frag, text.decode("utf8") if isinstance(text, bytes) else text) for frag, text in pieces]
        return stock([(frag, _ByCluster(text)) for frag, text in said], width)

    return chunk_word


def _fits_at_clusters(stock: Callable[..., str]) -> Callable[..., str]:
    def fit_text(text: str, font_name: str, size: float, room: float) -> str:
        limit = len(stock(text, font_name, size, room))
        kept = ""
        for cluster in clusters(text):
            if len(kept) + len(cluster) > limit:
                break
            kept += cluster
        return kept

    return fit_text


def install() -> None:
    """Put shaping beneath xhtml2pdf; repeating it changes nothing.

    Must come before any font is registered: reportlab keeps one face per internal name, and a plain one would
    win. Raises PapersUnavailable when the library no longer has the places where shaping goes in.
    """
    if context.TTFont is ShapedTTFont:
        return
    for module, name in (
        (context, "TTFont"),
        (reportlab_paragraph, "_chunkWord"),
        (reportlab_paragraph, "_fitText"),
        (PDFTextObject, "_formatText"),
        (ttfonts, "makeToUnicodeCMap"),
    ):
        if not hasattr(module, name):
            raise PapersUnavailable("papers.library_changed", place=f"{module.__name__}.{name}")
    context.TTFont = ShapedTTFont
    PDFTextObject._formatText = _draws_shaped(PDFTextObject._formatText)  # noqa: SLF001
    reportlab_paragraph._chunkWord = _breaks_at_clusters(reportlab_paragraph._chunkWord)  # noqa: SLF001
    reportlab_paragraph._fitText = _fits_at_clusters(reportlab_paragraph._fitText)  # noqa: SLF001
