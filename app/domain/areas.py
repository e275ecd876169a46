"""Names of places as they are told apart: a village by PIN and name, in either script and its usual spellings."""

from __future__ import annotations

import re
import unicodedata

from app.domain.names import skeleton
from app.domain.text import ascii_digits, tidy, words_refused

#: Words that say what a place is, not which one.
_KINDS = frozenset(
    """gram village vill gaon mohalla muhalla moh ward no number at post ps po thana
    ग्राम गाँव गांव मोहल्ला मुहल्ला मो वार्ड नं संख्या सं पो थाना""".split()  # noqa: SIM905 - words read better than quotes
)
_WORD = re.compile(r"[a-z\u0900-\u0963\u0971-\u097f]+|\d+")
_SHORT = re.compile(r"(?<=[\u0900-\u0965])०")  # the sign of a shortened word (नं०), not the figure
_PIN = re.compile(r"[1-9]\d{5}")
LONGEST = 60  # characters of a key
_LINE = re.compile(r"(.+?)[\s,;:-]+([1-9]\d{5})")


def area_key(pin: str, village: str) -> str:
    """What a village is known by; empty where PIN code or name say too little. Numbers of wards count.

    रामपुर टोला, Rampur Tola and ग्राम रामपुर टोला are one; वार्ड 5 and वार्ड 6 of one place are two.
    """
    plain = _SHORT.sub(" ", unicodedata.normalize("NFKC", village).casefold())
    found = [word for word in _WORD.findall(plain) if word not in _KINDS]
    heard = "".join(skeleton(word) for word in found if not word.isdecimal())
    wards = "".join(f".{int(word)}" for word in found if word.isdecimal())
    if not _PIN.fullmatch(pin) or not heard:
        return ""
    return f"{pin}|{heard}{wards}"[:LONGEST]


def village_in(line: str) -> tuple[str, str] | None:
    """Key and name of the village that a typed line tells, name and PIN code; None where it tells none.

    A name in an old Hindi font tells none: it would be kept as it stands, and be found by nobody.
    """
    parts = _LINE.fullmatch(ascii_digits(tidy(line)))
    name = "" if parts is None else parts[1].strip()
    code = "" if parts is None or words_refused(name, lines=False) else area_key(parts[2], name)
    return (code, name) if code else None
