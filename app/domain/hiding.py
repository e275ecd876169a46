"""Names that are known, found in a free text in either script, so that something else can stand in their place.

It errs to the side of hiding: a word that sounds like a known one is taken for it. What is not known is not found.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

from app.domain import likeness, names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_WORD = re.compile(r"[A-Za-z\u0900-\u0963\u0971-\u097f\u200c\u200d]+")
_SHORTEST = 2  # signs of a word that is looked for
_STEM = 3  # signs of a known word that may begin a longer one: राहुलजी


class Hider:
    """Hides every occurrence of the known names in a text; `sign` says what stands for a word."""

    def __init__(self, known: Iterable[str], sign: Callable[[str], str]) -> None:
        self._sign = sign
        self._written: set[str] = set()
        self._heard: dict[str, set[str]] = {}
        self._told: dict[str, bool] = {}
        for name in known:
            parts = [word for word in names.words(name) if len(word) >= _SHORTEST]
            spelt = [word for word in _WORD.findall(name) if names.words(word)]  # no title
            plain = [word for word in map(_plain, spelt) if len(word) >= _SHORTEST]
            for word in (*parts, *plain, *map("".join, pairwise(parts))):
                self._written.add(word)
                self._heard.setdefault(names.skeleton(word), set()).add(word)

    def hide(self, text: str) -> str:
        """The text with each known word hidden, also where a name in one word stands as two."""
        found = list(_WORD.finditer(text))
        marked = {place for place, each in enumerate(found) if self._is_known(each[0])}
        for place, (first, second) in enumerate(pairwise(found)):
            is_one = text[first.end() : second.start()] == " "
            if is_one and _plain(first[0] + second[0]) in self._written:
                marked |= {place, place + 1}
        kept, end = [], 0
        for place in sorted(marked):
            kept += [text[end : found[place].start()], self._sign(found[place][0])]
            end = found[place].end()
        return "".join([*kept, text[end:]])

    def _is_known(self, word: str) -> bool:
        known = self._told.get(word)
        if known is None:
            known = self._told[word] = self._sounds_known(_plain(word))
        return known

    def _sounds_known(self, word: str) -> bool:
        if len(word) < _SHORTEST:
            return False
        if word in self._written:
            return True
        if any(len(stem) >= _STEM and word.startswith(stem) for stem in self._written):
            return True
        alike = self._heard.get(names.skeleton(word), ())
        return any(likeness.of_names(word, each) >= likeness.LIKELY for each in alike)


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold().replace("\u200c", "").replace("\u200d", "")
