"""Names and places typed in Hindi, as an English paper writes them: by gazetteer, by words of offices, by sound.

A field is in one script or the other, never in both. Prose is none of this: a sentence stays as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from app.domain.transliteration import to_latin
from app.services.district import gazetteer

_MOST_WORDS = 6  # of the longest name that is known as one
_WORD = re.compile(r"[\u0900-\u0963\u0970-\u097f\u200c\u200d]+०?")
_DIGITS = {ord("०") + value: str(value) for value in range(10)} | {ord("।"): "."}
#: Tables of the gazetteer, of two names for one place the earlier holds.
_PLACES = ("blocks", "districts", "states", "thanas")


def said(text: str) -> tuple[str, str]:
    """The text as it was typed, and as an English paper writes it."""
    return text, in_latin(text)


def in_latin(text: str) -> str:
    """A name, place, office or address in Latin letters: छपरा is Chhapra as the gazetteer spells it, श्यामपुर Shyampur.

    What is Latin already stays sign by sign.
    """
    plain = unicodedata.normalize("NFC", text)
    if not _WORD.search(plain):
        return text.translate(_DIGITS)
    found, at = [], 0
    words = list(_WORD.finditer(plain))
    place = 0
    while place < len(words):
        count, latin = _longest(plain, words[place : place + _MOST_WORDS])
        found += [plain[at : words[place].start()].translate(_DIGITS), latin]
        at = words[place + count - 1].end()
        place += count
    found.append(plain[at:].translate(_DIGITS))
    return "".join(found)


def _longest(text: str, words: list[re.Match[str]]) -> tuple[int, str]:
    """How many of the next words are known together, and what they are; one word by its sound if none is."""
    known = _known()
    for count in range(len(words), 0, -1):
        phrase = text[words[0].start() : words[count - 1].end()]
        if phrase in known:
            return count, known[phrase]
    return 1, to_latin(words[0].group())


@cache
def _known() -> dict[str, str]:
    """Hindi -> English of offices and places; words in brackets that tell two places apart are no name."""
    rows = [*gazetteer.rows("official_words")]
    rows += [
        {"hi": row["name_hi"], "en": row["name_en"]}
        for table in _PLACES
        for row in gazetteer.rows(table)
        if "(" not in row["name_en"]
    ]
    found: dict[str, str] = {}
    for row in rows:
        found.setdefault(unicodedata.normalize("NFC", row["hi"]), row["en"])
    return found


def district(code: object) -> tuple[str, str]:
    """A district by its code, or by the name that was written where it lies in another state."""
    hindi, english = gazetteer.names_of("districts", str(code or ""))
    written = str(code or "")
    return hindi or written, english or in_latin(written)
