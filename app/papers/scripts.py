"""The scripts that papers are written in: whose a letter is, which font draws it, in which order words stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from xhtml2pdf.bidi import display_order, mirrored

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Script:
    """The letters that are shaped as one: as a class of a regular expression, and how HarfBuzz is to take them."""

    letters: str
    tag: str  # ISO 15924
    language: str  # whose shapes of the letters are drawn
    family: str  # as in the name of the font's file
    direction: str = "ltr"


_NASKH = "ScheherazadeNew"
_URDU_DIGITS = r"\u0660-\u0669\u066b\u066c\u06f0-\u06f9"
_URDU_LETTERS = (
    r"\u0600-\u065f\u066a\u066d-\u06ef\u06fa-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc"
)
DEVANAGARI = Script(r"\u0900-\u097f\u1cd0-\u1cff\ua8e0-\ua8ff", "Deva", "hi", "NotoSansDevanagari")
_SCRIPTS = (
    DEVANAGARI,
    Script(_URDU_LETTERS, "Arab", "ur", _NASKH, "rtl"),
    Script(_URDU_DIGITS, "Arab", "ur", _NASKH),  # a number runs from left to right in every script
    Script(r"\u0980-\u09ff", "Beng", "bn", "NotoSansBengali"),
    Script(r"\u0a00-\u0a7f", "Guru", "pa", "NotoSansGurmukhi"),
    Script(r"\u0a80-\u0aff", "Gujr", "gu", "NotoSansGujarati"),
    Script(r"\u0b00-\u0b7f", "Orya", "or", "NotoSansOriya"),
    Script(r"\u0b80-\u0bff", "Taml", "ta", "NotoSansTamil"),
    Script(r"\u0c00-\u0c7f", "Telu", "te", "NotoSansTelugu"),
    Script(r"\u0c80-\u0cff", "Knda", "kn", "NotoSansKannada"),
    Script(r"\u0d00-\u0d7f", "Mlym", "ml", "NotoSansMalayalam"),
)

#: A run of the letters of one script, with joiners, is shaped as one item.
RUN = re.compile("|".join(rf"([{one.letters}][{one.letters}\u200c\u200d\u25cc]*)" for one in _SCRIPTS))

_URDU = _URDU_LETTERS + _URDU_DIGITS
#: From the first letter of a name to its last, with whatever stands between its words.
_FROM_RIGHT = re.compile(rf"[{_URDU}](?:(?:[{_URDU}0-9]|[^\w{_URDU}])*[{_URDU}])?")
_BRACKETS = {"(": ")", "[": "]", "{": "}"}


def script_of(char: str) -> Script | None:
    """Return the script of a letter; None for what the papers' own font draws unshaped (Latin, signs)."""
    found = RUN.match(char)
    return _SCRIPTS[found.lastindex - 1] if found and found.lastindex else None


def pieces(text: str) -> Iterator[tuple[str, Script | None]]:
    """Yield runs of one script: shaped apart, or "GST-संख्या" is taken for Latin and left unshaped."""
    done = 0
    for found in RUN.finditer(text):
        if found.start() > done:
            yield text[done : found.start()], None
        yield found.group(), _SCRIPTS[(found.lastindex or 1) - 1]
        done = found.end()
    if done < len(text):
        yield text[done:], None


def stretches(text: str) -> Iterator[tuple[str, bool]]:
    """Yield (stretch, does it run from right to left) in the order of reading.

    A paper runs from left to right, and Urdu stands in it as if isolated (UAX #9, FSI and PDI): a number or a
    comma after a name belongs to the paper. A bracket that opens in a name may close it.
    """
    done = 0
    for found in _FROM_RIGHT.finditer(text):
        opened = [char for char in found.group() if char in _BRACKETS]
        end = found.end()
        if opened and text[end : end + 1] == _BRACKETS[opened[-1]]:
            end += 1
        if found.start() > done:
            yield text[done : found.start()], False
        yield text[found.start() : end], True
        done = end
    if done < len(text):
        yield text[done:], False


def from_the_left(stretch: str) -> list[str]:
    """Return the parts of a stretch that runs from right to left, in the order in which they stand on paper.

    A part is a run of letters, which shaping turns, or else is turned and mirrored already; a number is not turned.
    """
    _, levels = display_order(stretch, "R")
    parts: list[str] = []
    for level, places in groupby(range(len(stretch)), key=lambda place: levels[place]):
        run = "".join(stretch[place] for place in places)
        if level % 2:
            parts += [piece if script else _turned(piece) for piece, script in pieces(run)]
        else:
            parts.append(run)
    return parts[::-1]


def _turned(signs: str) -> str:
    return "".join(mirrored(sign, 1) for sign in reversed(signs))
