"""How wide a text will be and where it breaks, without a browser: close enough to wrap labels by word."""

from __future__ import annotations

import unicodedata

#: Widths in em of the fonts that the screens use (Noto Sans Devanagari, system fonts), on the wide side.
_DEVANAGARI = 0.64
_VOWEL_SIGN = 0.29  # a sign that stands beside its letter
_NARROW = 0.3
_LATIN = 0.56
_CAPITAL = 0.68
_WIDE = 1.0
_VIRAMA = "\u094d"
_HALF_LETTER = -0.3  # what a letter loses before the next one when it is halved
_BY_CATEGORY = {"Mn": 0.0, "Cf": 0.0, "Me": 0.0, "Mc": _VOWEL_SIGN, "Lu": _CAPITAL}
_THIN = frozenset(" .,;:!|'()[]ijlIftr-/·।")


def width(text: str, size: float) -> float:
    """Return the rough width of a text in the unit of its font size."""
    return sum(_em(char) for char in text) * size


def _em(char: str) -> float:
    if char == _VIRAMA:
        return _HALF_LETTER
    kind = unicodedata.category(char)
    if kind in _BY_CATEGORY:
        return _BY_CATEGORY[kind]
    if char in _THIN:
        return _NARROW
    if "\u0900" <= char <= "\u0dff":
        return _DEVANAGARI
    return _LATIN if char < "\u2000" else _WIDE


def wrap(text: str, room: float, size: float) -> list[str]:
    """Break a text into lines no wider than the room, between words only; a long word has its own line."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
