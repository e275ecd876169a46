"""Devanagari beneath xhtml2pdf: measured and drawn by HarfBuzz, and copied from the PDF in reading order.

xhtml2pdf lays out with its own copy of reportlab's paragraph, which never shapes. But everything it measures
goes through `Font.stringWidth`, and everything it draws through `PDFTextObject._formatText`; shaping at these
two places reaches paragraphs, tables and page numbers alike. There, too, letters of other scripts get the font
that has them, and Urdu its direction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uharfbuzz
from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen import textobject
from reportlab.pdfgen.textobject import PDFTextObject
from xhtml2pdf import context, reportlab_paragraph

from app.papers.devanagari import clusters
from app.papers.errors import PapersUnavailable
from app.papers.scripts import DEVANAGARI, RUN, Script, from_the_left, pieces, script_of, stretches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WORDS = re.compile(r"( +)")
_PRIVATE = 0xF0000  # plane 15: one code for each pair of a glyph and the characters it stands for
#: A letter of Urdu stays one glyph with its mark, or readers take the raised mark for the beginning of another line.
_FEATURES = {"ltr": {"kern": True, "liga": True}, "rtl": {"kern": True, "liga": True, "ccmp": False}}
_CACHED_RUNS = 20_000
_SILENT = "\u200b"  # what the later glyphs of a cluster say to readers that know nothing of ActualText
_NOTHING = 0x200C  # a zero-width non-joiner: every font that joins letters has one
_JOINER = "\u200d"
_HELD = "\u00a0"  # a space at which no line ends: the layout counts it as a letter, so no line may stretch it
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
    """Shapes runs of letters with one font face, and lends each drawn glyph a private code."""

    def __init__(self, face: Any) -> None:
        hb_face = uharfbuzz.Face(uharfbuzz.Blob(bytes(face._ttf_data)))  # noqa: SLF001 - the bytes of the face
        self._face = face
        self._font = uharfbuzz.Font(hb_face)
        self._scale = _EM / hb_face.upem
        self._nothing = face.charToGlyph.get(_NOTHING, 0)
        self._runs: dict[str, ShapedRun] = {}
        self._codes: dict[tuple[int, str], int] = {}

    def shape(self, run: str, script: Script = DEVANAGARI) -> ShapedRun:
        """Return the glyphs of one run (no spaces, one script) as they stand from left to right."""
        known = self._runs.get(run)
        if known is None:
            if len(self._runs) >= _CACHED_RUNS:
                self._runs.clear()
            known = self._runs[run] = self._shaped(run, script)
        return known

    def _shaped(self, run: str, script: Script) -> ShapedRun:
        buffer = self._buffer(run, script)
        infos, positions = buffer.glyph_infos, buffer.glyph_positions
        starts = [*sorted({info.cluster for info in infos}), len(run)]
        end_of = dict(pairwise(starts))
        glyphs = []
        previous = None
        for info, position in zip(infos, positions, strict=True):
            # The first glyph of a cluster says all its characters, the others nothing.
            text = run[info.cluster : end_of[info.cluster]] if info.cluster != previous else ""
            previous = info.cluster
            if script.direction == "rtl":
                # Readers turn letters round, but not those for which one glyph stands.
                glyphs += [self._glyph(self._nothing, char) for char in text[:0:-1]]
                text = text[:1]
            glyphs.append(self._glyph(info.codepoint, text, position))
        moved = any(glyph.dx or glyph.dy or glyph.advance != glyph.width for glyph in glyphs)
        nominal = not moved and "".join(chr(glyph.code) for glyph in glyphs) == run
        return ShapedRun(tuple(glyphs), sum(glyph.advance for glyph in glyphs), nominal)

    def _buffer(self, run: str, script: Script) -> Any:
        buffer = uharfbuzz.Buffer()
        buffer.add_str(run)
        buffer.cluster_level = uharfbuzz.BufferClusterLevel.MONOTONE_CHARACTERS
        # Joiners would come back as glyphs, be drawn as code 32 and widened when a line is justified.
        buffer.flags = uharfbuzz.BufferFlags.REMOVE_DEFAULT_IGNORABLES
        buffer.direction, buffer.script, buffer.language = script.direction, script.tag, script.language
        uharfbuzz.shape(self._font, buffer, _FEATURES[script.direction])
        return buffer

    def _glyph(self, glyph_id: int, text: str, position: Any = None) -> Glyph:
        """One glyph in its place; without a place it takes no room."""
        code = self._code(glyph_id, text)
        places = (position.x_advance, position.x_offset, position.y_offset) if position else (0, 0, 0)
        advance, dx, dy = (place * self._scale for place in places)
        return Glyph(code, self._face.charWidths[code], advance, dx, dy, text)

    def _code(self, glyph_id: int, text: str) -> int:
        code = self._codes.get((glyph_id, text))
        if code is None:
            is_nominal = len(text) == 1 and self._face.charToGlyph.get(ord(text)) == glyph_id
            code = ord(text) if is_nominal else _PRIVATE + len(self._codes)
            self._codes[glyph_id, text] = code
            self._face.charToGlyph[code] = glyph_id
            # Chrome's reader takes whole numbers only; what is cut off is made good glyph by glyph.
            self._face.charWidths[code] = round(self._font.get_glyph_h_advance(glyph_id) * self._scale)
        return code


@dataclass(frozen=True, slots=True)
class Span:
    """A word with the spaces after it, ready to draw: its glyphs, each with the font that has them."""

    text: str
    parts: tuple[tuple[ShapedTTFont, tuple[Glyph, ...]], ...]
    shaped: bool


class ShapedTTFont(TTFont):
    """A TrueType font that measures and draws text as a reader writes it.

    Letters of other scripts are drawn with the fonts beside its file; those are opened when first needed.
    """

    _shaper: Shaper | None = None

    @property
    def shaper(self) -> Shaper:
        if self._shaper is None:
            self._shaper = Shaper(self.face)
        return self._shaper

    def font_for(self, script: Script) -> ShapedTTFont:
        """Return the font of a script, as bold as this one. Raises PapersUnavailable when its file is missing."""
        if script is DEVANAGARI:
            return self
        own = str(self.face.filename)
        return beside(own.replace(DEVANAGARI.family, script.family)) if DEVANAGARI.family in own else self

    def stringWidth(self, text: str | bytes, size: float, encoding: str = "utf8") -> float:  # noqa: N802
        if isinstance(text, bytes):
            text = text.decode(encoding or "utf8")
        if not RUN.search(text):
            return float(super().stringWidth(text, size, encoding))
        width = 0.0
        for piece, script in pieces(text):
            if script:
                shaper = self.font_for(script).shaper
                joined = (
                    shaper.shape(f"{_JOINER}{piece}{_JOINER}", script).width
                    if isinstance(text, _Joined)
                    else 0
                )
                width += max(shaper.shape(piece, script).width, joined)
            else:
                width += super().stringWidth(piece, _EM)
        return width * size / _EM

    def spans(self, text: str) -> Iterator[Span]:
        """Yield the words of a text; a space goes with the word before it, or Chrome's reader loses it."""
        for stretch, from_right in stretches(text):
            if from_right:
                # Readers turn what stands in a PDF from left to right; in reading order, it would be turned twice.
                yield replace(self._span(stretch, from_the_left(stretch)), shaped=False)
                continue
            parts = _WORDS.split(stretch)
            for word, space in zip(parts[::2], [*parts[1::2], ""], strict=True):
                if word or space:
                    yield self._span(word + space, [word + space])

    def _span(self, text: str, from_left: list[str]) -> Span:
        parts: list[tuple[ShapedTTFont, tuple[Glyph, ...]]] = []
        shaped = False
        for piece, script in chain.from_iterable(map(pieces, from_left)):
            if script:
                font = self.font_for(script)
                run = font.shaper.shape(piece, script)
                parts.append((font, run.glyphs))
                shaped = shaped or not run.nominal
            else:
                parts.append((self, tuple(self._plain(char) for char in piece)))
        return Span(text, tuple(parts), shaped)

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


@lru_cache(maxsize=64)
def beside(path: str) -> ShapedTTFont:
    """Open the font of a script once in a process. Raises PapersUnavailable naming the file."""
    if not Path(path).is_file():
        raise PapersUnavailable("papers.font_missing", file=path)
    try:
        return ShapedTTFont(Path(path).stem, path)
    except (TTFError, OSError) as cause:
        raise PapersUnavailable("papers.font_broken", file=path) from cause


class _Operators:
    """Writes the PDF operators of shaped spans: kerning by TJ, height by Ts, the words by ActualText."""

    def __init__(self, font: ShapedTTFont, target: Any) -> None:
        self._own, self._target = font, target
        self._doc, self._escape = target._canvas._doc, target._canvas._escape  # noqa: SLF001
        self._size: float = target._fontsize  # noqa: SLF001
        self._base_rise: float = target._rise  # noqa: SLF001
        self._rise = self._base_rise
        #: By how much a justified line makes each of its spaces wider, in thousandths of the size.
        self._stretch: float = getattr(target, "_wordSpace", 0.0) * _EM / self._size
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
        for font, glyphs in span.parts:
            for glyph, (subset, byte) in zip(glyphs, self._coded(font, glyphs), strict=True):
                self._glyph(glyph, font, subset, byte)
        self._kern(self._owed)
        self._owed = 0.0
        self._raise_to(self._base_rise)
        self._flush()
        if span.shaped:
            self._out.append("EMC")

    def _coded(self, font: ShapedTTFont, glyphs: tuple[Glyph, ...]) -> list[tuple[int, int]]:
        codes = "".join(chr(glyph.code) for glyph in glyphs)
        pairs = [(subset, byte) for subset, run in font.splitString(codes, self._doc) for byte in run]
        said = vars(font.state[self._doc]).setdefault("said", {})
        for glyph in glyphs:
            said.setdefault(glyph.code, glyph.text)
        return pairs

    def _glyph(self, glyph: Glyph, font: ShapedTTFont, subset: int, byte: int) -> None:
        # The library compares this with a subset of its own font: of another font it must never look like one.
        current = subset if font is self._own else (font.fontName, subset)
        if current != self._target._curSubset:  # noqa: SLF001
            self._flush()
            name = font.getSubsetInternalName(subset, self._doc)
            size, leading = textobject.fp_str(self._size), textobject.fp_str(self._target._leading)  # noqa: SLF001
            self._out.append(f"{name} {size} Tf {leading} TL")
            self._target._curSubset = current  # noqa: SLF001
        self._raise_to(self._base_rise + glyph.dy * self._size / _EM)
        self._kern(self._owed - glyph.dx)
        self._literal.append(byte)
        self._owed = glyph.dx + glyph.width - glyph.advance
        if glyph.text == _HELD:
            self._owed += self._stretch

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


class _Joined(str):
    """A letter of a word from right to left, as broad as when it is joined to those on both sides of it."""

    __slots__ = ()


class _ByCluster(str):
    """A word that is walked cluster by cluster, for a library that breaks long words between characters."""

    __slots__ = ()

    def __iter__(self) -> Iterator[str]:
        for cluster in clusters(str(self)):
            script = script_of(cluster)
            yield _Joined(cluster) if script and script.direction == "rtl" else cluster


def _draws_shaped(stock: Callable[[Any, Any], str]) -> Callable[[Any, Any], str]:
    def format_text(target: Any, text: Any) -> str:
        font = pdfmetrics.getFont(target._fontname)  # noqa: SLF001
        if isinstance(font, ShapedTTFont):
            said = text.decode("utf8") if isinstance(text, bytes) else str(text)
            is_stretched = getattr(target, "_wordSpace", 0) != 0
            if RUN.search(said) or (is_stretched and _HELD in said):
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


def _has_letter(stock: Callable[[str, str], bool]) -> Callable[[str, str], bool]:
    def has_letter(font_name: str, char: str) -> bool:
        return RUN.match(char) is not None or stock(font_name, char)

    return has_letter


def _as_written(text: str, font_name: str | None = None) -> None:
    """Leave Arabic letters unjoined: shaping joins them, with the font that has them."""


def _never_turned(text: str, base_dir: str | None = "L") -> bool:  # noqa: ARG001 - as the library calls it
    """Leave a line in the order of reading: it is turned when it is drawn."""
    return False


#: Where shaping goes in: a module or class of the library, the name in it, and what stands there instead.
_PLACES: tuple[tuple[Any, str, Callable[[Any], Any]], ...] = (
    (context, "TTFont", lambda _: ShapedTTFont),
    (context, "font_has_glyph", _has_letter),
    (context, "shape_frag_text", lambda _: _as_written),
    (reportlab_paragraph, "needs_bidi", lambda _: _never_turned),
    (reportlab_paragraph, "_chunkWord", _breaks_at_clusters),
    (reportlab_paragraph, "_fitText", _fits_at_clusters),
    (PDFTextObject, "_formatText", _draws_shaped),
)


def install() -> None:
    """Put shaping beneath xhtml2pdf; repeating it changes nothing.

    Must come before any font is registered: reportlab keeps one face per internal name, and a plain one would
    win. Raises PapersUnavailable when the library no longer has the places where shaping goes in.
    """
    if context.TTFont is ShapedTTFont:
        return
    for place, name in (*((place, name) for place, name, _ in _PLACES), (ttfonts, "makeToUnicodeCMap")):
        if not hasattr(place, name):
            raise PapersUnavailable("papers.library_changed", place=f"{place.__name__}.{name}")
    for place, name, changed in _PLACES:
        setattr(place, name, changed(getattr(place, name)))
