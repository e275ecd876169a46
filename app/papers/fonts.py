"""The two font files of the papers: where they lie, whether they shape right, which letters they hold."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from reportlab.pdfbase.ttfonts import TTFError

from app.papers.errors import PapersUnavailable
from app.papers.shaping import ShapedTTFont, install

REGULAR = "NotoSansDevanagari_400Regular.ttf"
BOLD = "NotoSansDevanagari_700Bold.ttf"

#: A word that only a shaped font draws in three glyphs (क्ष, े, त्र); unshaped it takes seven.
_PROOF = ("क्षेत्र", 3)
_SPACES = frozenset("\n\u00a0\u200c\u200d")


def self_test(folder: Path) -> None:
    """Prove that this machine draws Devanagari right; called at start-up and before a paper is issued.

    Raises PapersUnavailable naming the font file (missing, unreadable, or shaping wrong) or the place in the
    library that changed. A product that cannot draw papers still runs; it refuses to issue them.
    """
    install()
    for name in (REGULAR, BOLD):
        path = folder / name
        word, glyphs = _PROOF
        shaped = _font(str(path)).shaper.shape(word).glyphs
        if len(shaped) != glyphs:
            raise PapersUnavailable("papers.shaping_broken", file=str(path))


def missing_letters(text: str, folder: Path) -> str:
    """Return the letters of a text that the papers' fonts cannot draw, each once, in order."""
    known = [_font(str(folder / name)).face.charToGlyph for name in (REGULAR, BOLD)]
    missing = [
        char
        for char in dict.fromkeys(text)
        if char not in _SPACES and not all(ord(char) in face for face in known)
    ]
    return "".join(missing)


@lru_cache(maxsize=8)
def _font(path: str) -> ShapedTTFont:
    if not Path(path).is_file():
        raise PapersUnavailable("papers.font_missing", file=path)
    try:
        return ShapedTTFont(path, path)
    except (TTFError, OSError) as cause:
        raise PapersUnavailable("papers.font_broken", file=path) from cause
