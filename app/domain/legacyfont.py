"""Texts of the old Hindi fonts (Kruti Dev): Latin signs that look Hindi in that font alone, and are nonsense here."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

#: The commonest words of names, addresses and letters as the font's keys spell them, and signs that its keys put
#: where no Latin word has them; particles (का, के, को), which as initials stand in names, too, and count in a
#: sentence alone. The browser reads the same file, to turn such a text away when it is pasted.
_TRAITS = Path(__file__).with_name("legacyfont.json")
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
_LATIN = re.compile(r"[A-Za-z]")
_LONG = 4  # words from which one trait may be chance


def is_legacy(text: str) -> bool:
    """Whether a text was written in Kruti Dev: its words, or its signs where no Latin word has them.

    In a text of several words one trait is not enough. It is a guess that asks to be looked at; no text is changed.
    """
    if _DEVANAGARI.search(text) or not _LATIN.search(text) or "@" in text:
        return False
    known, particles, signs = _traits()
    words = text.split()
    if len(words) >= _LONG:
        known |= particles
    traits = sum(word in known for word in words) + len(signs.findall(text))
    return traits > 1 or (traits == 1 and len(words) < _LONG)


@cache
def _traits() -> tuple[frozenset[str], frozenset[str], re.Pattern[str]]:
    kept = json.loads(_TRAITS.read_text(encoding="utf-8"))
    return frozenset(kept["words"]), frozenset(kept["particles"]), re.compile(kept["signs"])
