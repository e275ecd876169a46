"""What a password must be (NIST SP 800-63B-4 section 3.1.1): long, and nothing that others guess first.

No rule of composition and no expiry; every script, blanks too. A second factor stands beside it, so that twelve
signs are enough. One that is made of common words, names of the office and its place, digits and rows of
keys is refused, however many there are of them: the comparison is with every such password, not with a list.
"""

from __future__ import annotations

import unicodedata
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LEAST, MOST = 12, 128  # signs
_MARK = 16  # hexadecimal digits
_OF_ITS_OWN = 5  # letters that no common word, row or number explains; fewer are a variation of a guess
_LONGEST_PERIOD = 5  # signs: what repeats so short a piece is that piece
_SHORTEST_ROW, _SHORTEST_WORD = 4, 3
_ROWS = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qazwsxedcrfvtgbyhnujmikolp",
    "abcdefghijklmnopqrstuvwxyz",
    "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह",
    "अआइईउऊएऐओऔ",
)
#: Signs that stand for letters in a disguised word.
_DISGUISES = tuple(
    str.maketrans("034578@$+!1" + "|", "oeastbast" + letters) for letters in ("iii", "lll", "ill", "lii")
)


def normalised(password: str) -> str:
    """The one spelling of what was typed: two keyboards write the same letter of Devanagari in two ways."""
    return unicodedata.normalize("NFC", password)


def leak_mark(password: str) -> str:
    """By which a password stands on the list of leaked ones, which nobody reads them from."""
    return sha256(normalised(password).casefold().encode()).hexdigest()[:_MARK]


def fault(
    password: str,
    guessed_first: frozenset[str],
    own: Iterable[str] = (),
    leaked: frozenset[str] = frozenset(),
) -> str | None:
    """Why a password is refused: `short`, `long`, `common`; None when it may stand.

    `guessed_first`: common words as `words` gives them; `own`: names of the officer, his account, his office;
    `leaked`: marks of passwords that have become known elsewhere.
    """
    text = normalised(password)
    if len(text) < LEAST:
        return "short"
    if len(text) > MOST:
        return "long"
    if leak_mark(text) in leaked:
        return "common"
    known = guessed_first | words(own)
    folded = text.casefold()
    if any(_is_guessed(each, known) for each in {folded, *(folded.translate(each) for each in _DISGUISES)}):
        return "common"
    return None


def words(texts: Iterable[str]) -> frozenset[str]:
    """The words of some texts, folded as they are compared; short ones are left out."""
    found = set()
    for text in texts:
        spread = "".join(sign if _is_letter(sign) else " " for sign in normalised(text).casefold())
        pieces = spread.split()
        found |= {each for each in (*pieces, "".join(pieces)) if len(each) >= _SHORTEST_WORD}
    return frozenset(found)


def _is_letter(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LM"


def _is_guessed(text: str, known: frozenset[str]) -> bool:
    letters = "".join(sign for sign in text if _is_letter(sign))
    return _repeats(text) or _unexplained(letters, known) < _OF_ITS_OWN


def _repeats(text: str) -> bool:
    """Whether the whole text is one short piece over and over."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, _LONGEST_PERIOD + 1))


def _unexplained(letters: str, known: frozenset[str]) -> int:
    """How many letters are left when the text is cut into known words and rows of keys as well as it can be."""
    longest = max(map(len, known), default=0)
    least = [0]
    for end in range(1, len(letters) + 1):
        best = least[end - 1] + 1
        for start in range(max(0, end - max(longest, _LONGEST_ROW)), end - _SHORTEST_WORD + 1):
            piece = letters[start:end]
            if least[start] < best and (piece in known or piece in _PIECES or len(set(piece)) == 1):
                best = least[start]
        least.append(best)
    return least[-1]


def _pieces() -> Iterator[str]:
    """Every run of a row, forwards and backwards."""
    for row in (*_ROWS, *(each[::-1] for each in _ROWS)):
        for start in range(len(row)):
            for end in range(start + _SHORTEST_ROW, len(row) + 1):
                yield row[start:end]


_PIECES = frozenset(_pieces())
_LONGEST_ROW = max(map(len, _ROWS))
