"""What a text of the office may hold: one spelling, no invisible marks, no Aadhaar number."""

from __future__ import annotations

import re
import unicodedata

from app.domain.legacyfont import is_legacy

DEFAULT_LENGTH = 4000  # characters of one answer, unless its field says less
HARD_LENGTH = 20_000  # whatever was typed is kept up to here, right or wrong

_JOINERS = "\u200c\u200d"  # Devanagari needs both: they join and part letters
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_PARTS = r"[\s\-\u2010-\u2015./]{0,3}"
_TWELVE = re.compile(rf"(?<!\d)(\d{{4}}){_PARTS}(\d{{4}}){_PARTS}(\d{{4}})(?!\d)", re.ASCII)
#: Blanks of other widths, as word processors put them between the words of a name.
_BLANKS = dict.fromkeys([0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))

# Verhoeff's tables: multiplication in the dihedral group D5, and the permutation of each place.
_D5 = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_PLACES = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 5, 7, 6, 2, 8, 3, 0, 9, 4),
    (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7),
    (9, 4, 5, 3, 1, 2, 6, 8, 7, 0),
    (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5),
    (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)


def tidy(text: str) -> str:
    """Give what was typed its one spelling: NFC, one kind of line end and of blank, no blanks around it."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return lines.translate(_BLANKS).strip()


def plain(text: str) -> str:
    """What is compared of a text: without regard to case, width of signs and blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def fault_in(text: str, *, lines: bool = True, may_hold_aadhaar: bool = False) -> str:
    """Why a tidy text is refused: `bidi`, `control`, `one_line`, `aadhaar`; empty when it may stand.

    `lines`: whether it may have several lines. Zero-width joiners are letters of Devanagari and stay.
    """
    for character in text:
        if character in _BIDI:
            return "bidi"
        if character == "\n":
            if not lines:
                return "one_line"
        elif character not in _JOINERS and character != "\t" and unicodedata.category(character) in _HIDDEN:
            return "control"
    return "aadhaar" if not may_hold_aadhaar and holds_aadhaar(text) else ""


def words_refused(text: str, *, lines: bool = True, may_hold_aadhaar: bool = False) -> str:
    """Why what an officer wrote in a box of his own words cannot stand: a key of the catalogue; empty when it may.

    The one rule for every such box (reasons, notes, names, numbers of orders); besides the faults of any text it is
    refused when it was written in an old Hindi font. The fields of a form have their kind's own rules.
    """
    fault = fault_in(text, lines=lines, may_hold_aadhaar=may_hold_aadhaar)
    fault = fault or ("legacy_font" if is_legacy(text) else "")
    return fault and f"form.{fault}"


#: Of letters and pictures those that a paper has a font for: Latin, Urdu, the scripts of India but Sinhala.
_DRAWN = re.compile(
    r"[\u0000-\u024f\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\u0900-\u0d7f\u1cd0-\u1cff\u1e00-\u1eff\ua8e0-\ua8ff"
    r"\ufb50-\ufdff\ufe70-\ufefc]"
)
_LETTERS = ("L", "So", "Co", "Cn")  # categories of Unicode, or how they begin


def foreign_letters(text: str) -> str:
    """The letters and pictures of a text that no paper can print, each once, in their order."""
    if text.isascii():
        return ""
    kept = dict.fromkeys(char for char in text if not _DRAWN.match(char))
    return "".join(char for char in kept if unicodedata.category(char).startswith(_LETTERS))


def holds_aadhaar(text: str) -> bool:
    """Whether the text holds a 12-digit number that passes Verhoeff's check, in any script, in groups or not.

    Aadhaar numbers are not asked for and not kept (Aadhaar Act 2016 s.29; a masked number has fewer digits).
    """
    plain = ascii_digits(text.translate(_NO_JOINERS))
    return any(passes_verhoeff("".join(found.groups())) for found in _TWELVE.finditer(plain))


_NO_JOINERS = dict.fromkeys(map(ord, _JOINERS))


def ascii_digits(text: str) -> str:
    """Write the decimal digits of every script as 0-9 (८४१३०१ becomes 841301)."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in text)


def whole_number(text: str, digits: int = 9) -> int | None:
    """The number that at most so many decimal digits of one script or several write; None for anything else.

    A superscript ² or a circled ① is a digit to `isdigit`, and no number to `int`.
    """
    return int(text) if text.isdecimal() and len(text) <= digits else None


def passes_verhoeff(digits: str) -> bool:
    """Whether the last of these ASCII digits is the right check digit of those before it."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _D5[check][_PLACES[place % 8][int(digit)]]
    return check == 0
