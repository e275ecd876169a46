"""The fonts of the papers: where they lie, whether they shape right, which letters they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.papers.errors import PapersUnavailable
from app.papers.scripts import script_of
from app.papers.shaping import ShapedTTFont, beside, install

if TYPE_CHECKING:
    from pathlib import Path

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
        shaped = beside(str(path)).shaper.shape(word).glyphs
        if len(shaped) != glyphs:
            raise PapersUnavailable("papers.shaping_broken", file=str(path))


def missing_letters(text: str, folder: Path) -> str:
    """Return the letters of a text that no font of the papers can draw, each once, in order.

    Raises PapersUnavailable when the font of a letter's script is missing.
    """
    own = [beside(str(folder / name)) for name in (REGULAR, BOLD)]
    return "".join(
        char
        for char in dict.fromkeys(text)
        if char not in _SPACES and not all(_holds(font, char) for font in own)
    )


def _holds(font: ShapedTTFont, char: str) -> bool:
    script = script_of(char)
    return ord(char) in (font.font_for(script) if script else font).face.charToGlyph
