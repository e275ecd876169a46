"""Names with spaces, symbols and Devanagari: which of the known names begins at a place of a text."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

# DMN 10.3.1.2 rules 28 and 29. The long block from 037F holds every Indian script, vowel signs included.
_START = (
    "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
PART = f"[{_START}0-9\u00b7\u0300-\u036f\u203f-\u2040]"
WORD = re.compile(f"[{_START}]{PART}*")
_PIECE = re.compile(f"{PART}+|\\S")
# Words of DMN's own types and properties that hold spaces; built-in functions come with their registry.
LANGUAGE_NAMES = (
    "date and time",
    "days and time duration",
    "years and months duration",
    "time offset",
    "start included",
    "end included",
)


def canonical(name: str) -> str:
    """One spelling for a name: NFC, one space between words, none around symbols."""
    return _join(_PIECE.findall(unicodedata.normalize("NFC", name)))


def _join(pieces: Iterable[str]) -> str:
    text, previous = "", ""
    for piece in pieces:
        both_words = bool(WORD_PART.match(previous) and WORD_PART.match(piece))
        text += (" " if both_words else "") + piece
        previous = piece
    return text


WORD_PART = re.compile(PART)


class Names:
    """The known names of more than one piece; a name of one word needs no list."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[int, re.Pattern[str], str]]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Make a name known."""
        pieces = _PIECE.findall(unicodedata.normalize("NFC", name))
        if len(pieces) < 2:  # noqa: PLR2004
            return
        entry = (len(pieces), _pattern(pieces), canonical(name))
        known = self._by_first.setdefault(pieces[0], [])
        if entry not in known:
            known.append(entry)
            known.sort(key=lambda item: -item[0])

    def match(self, text: str, position: int) -> tuple[str, int] | None:
        """The longest known name at the position, with the place where it ends."""
        word = WORD.match(text, position)
        if word is None:
            return None
        for _, pattern, name in self._by_first.get(word.group(), ()):
            found = pattern.match(text, position)
            if found:
                return name, found.end()
        return None


@lru_cache(maxsize=4096)
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source)


def _pattern(pieces: list[str]) -> re.Pattern[str]:
    source, previous = "", ""
    for piece in pieces:
        gap = (
            "" if not previous else r"\s+" if WORD_PART.match(previous) and WORD_PART.match(piece) else r"\s*"
        )
        source += gap + re.escape(piece)
        previous = piece
    return _compiled(source + (f"(?!{PART})" if WORD_PART.match(previous) else ""))


@lru_cache(maxsize=256)
def known_names(names: Collection[str]) -> Names:
    """The index of a frozen set of names; kept, because a release parses many texts against one set."""
    return Names(names)
