"""How alike two names, or two persons, are: a figure and its reasons, from how the words sound in either script.

It ranks what an officer looks at; it never says that two persons are one. The weights were set on the pairs of
tests/name_pairs.csv, whose test holds precision and recall.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from app.domain import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: From here on two names are held to be spellings of one; from POSSIBLE on they are worth an officer's look.
LIKELY, POSSIBLE = 0.88, 0.75

_ALIAS = re.compile(r"\s(?:उर्फ|urf|alias)\s|@", re.IGNORECASE)
_WRITTEN = re.compile(r"([a-z\u0900-\u0963\u0971-\u097f]+)([०.]?)")
#: Letters as they are called in Hindi, before the sign of an abbreviation: आर० के० is R. K.
_LETTERS = dict(
    zip(
        "ए बी सी डी ई एफ जी एच आई जे के एल एम एन ओ पी आर एस टी यू वी".split(),  # noqa: SIM905 - reads as spoken
        "abcdefghijklmnoprstuv",
        strict=True,
    )
)
_UNSEEN = dict.fromkeys(map(ord, "\u200c\u200d"))  # joiners of Devanagari letters, which nobody hears
_VOWELS = frozenset("aiu")
_CONSONANT, _VOWEL, _WEAK = (
    1.0,
    0.25,
    0.05,
)  # what a difference costs; an `a` or `h` inside a word is hardly heard
_LEAST_SHARE = 0.25  # of a long word that one consonant is
_SHARE = 1.2
_COMMON_WEIGHT = 0.45  # of a word that everybody bears
_INITIAL = 0.8  # of a word of which only the first letter is written
_MARRIED = 0.85  # a woman's देवी for कुमारी
_MARRIAGE = frozenset({"dibi", "kumari"})
_SEXES = frozenset({"kumar", "kumari"})
_AVERAGE, _WORST = 0.6, 0.4  # a name is as like as its words are, and as the worst of them is
_MORE_COMMON, _MORE = 0.06, 0.125  # for a word that the other name lacks
_SHORT_NAME = 2
_FATHER = 0.65
_VILLAGE_IS_OTHER, _OTHER_VILLAGE = 0.7, 0.3


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of somebody, in whichever script; empty where it is not."""

    name: str
    father: str = ""
    village: str = ""


def of_names(first: str, second: str) -> float:
    """Say how alike two names are, 0 to 1; either may hold an alias after उर्फ, urf, alias or @."""
    return max((_of_words(one, other) for one in _spelt(first) for other in _spelt(second)), default=0.0)


def of_persons(first: Person, second: Person) -> float:
    """Say how alike two persons are, 0 to 1: a father or village that both have and that differs draws them apart."""
    has_fathers, has_villages = first.father and second.father, first.village and second.village
    return together(
        of_names(first.name, second.name),
        of_names(first.father, second.father) if has_fathers else None,
        of_names(first.village, second.village) if has_villages else None,
    )


def together(name: float, father: float | None, village: float | None) -> float:
    """How alike two persons are by how alike their names, fathers and villages are; None: not known of both."""
    score = name
    if father is not None:
        score = min(score, (1 - _FATHER) * score + _FATHER * father)
    if village is not None and village < _VILLAGE_IS_OTHER:
        score -= _OTHER_VILLAGE
    return max(0.0, score)


@lru_cache(maxsize=16_384)
def _spelt(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(_spellings(text))


def _spellings(text: str) -> Iterator[tuple[str, ...]]:
    """The words of a name by their sounds, once for each of the names that somebody goes by."""
    for part in _ALIAS.split(unicodedata.normalize("NFKC", text).translate(_UNSEEN)):
        found = tuple(filter(None, (_word(*each) for each in _WRITTEN.findall(part.casefold()))))
        if found:
            yield found


def _word(written: str, sign: str) -> str:
    if sign and written in _LETTERS:
        return _LETTERS[written]
    if len(written) == 1 and written.isascii():
        return written
    return "".join(_sound(each) for each in names.words(written))


@lru_cache(maxsize=65_536)
def _sound(word: str) -> str:
    """The sounds of a word; y is the vowel that it glides to, and a sound twice is heard once."""
    return re.sub(r"(.)\1+", r"\1", names.sounds(word).replace("y", "i"))


def _of_words(first: Sequence[str], second: Sequence[str]) -> float:
    """Two names word by word; where one has more words, also with two of its neighbours written in one."""
    found = _aligned(first, second)
    if len(first) != len(second):
        longer, shorter = (first, second) if len(first) > len(second) else (second, first)
        for at in range(len(longer) - 1):
            joined = (*longer[:at], longer[at] + longer[at + 1], *longer[at + 2 :])
            found = max(found, _aligned(joined, shorter))
    return found


def _aligned(first: Sequence[str], second: Sequence[str]) -> float:
    """Each word of the shorter name with the word of the other that is most like it, wherever it stands."""
    shorter, longer = sorted((first, second), key=len)
    left = list(longer)
    total = weight = 0.0
    worst = 1.0
    for word in sorted(shorter, key=_weight, reverse=True):
        likest = max(left, key=lambda other, word=word: _alike(word, other))  # type: ignore[misc]
        left.remove(likest)
        score = _alike(word, likest)
        total, weight, worst = total + _weight(word) * score, weight + _weight(word), min(worst, score)
    lacking = sum(_MORE_COMMON if _weight(word) < 1 else _MORE for word in left)
    if len(shorter) < _SHORT_NAME:
        lacking *= 2  # a single word says little
    return max(0.0, _AVERAGE * total / weight + _WORST * worst - lacking)


@lru_cache(maxsize=65_536)
def _weight(word: str) -> float:
    return _COMMON_WEIGHT if names.skeleton(word) in names.COMMON else 1.0


@lru_cache(maxsize=262_144)
def _alike(first: str, second: str) -> float:
    """Say how alike two words sound; in a short word each sound tells more."""
    if first == second:
        return 1.0
    if 1 in (len(first), len(second)):
        return _INITIAL if first[0] == second[0] else 0.0
    if {first, second} == _MARRIAGE:
        return _MARRIED
    if {first, second} == _SEXES:
        return 0.0
    heard = max(sum(sound not in _VOWELS and sound != "h" for sound in word) for word in (first, second))
    return max(0.0, 1 - _cost(first, second) * max(_LEAST_SHARE, _SHARE / max(heard, 1)))


def _cost(first: str, second: str) -> float:
    """The least that it costs to make one word of the other, sound by sound."""
    row = [0.0]
    for at, sound in enumerate(second):
        row.append(row[-1] + _dropped(sound, at))
    for place, sound in enumerate(first):
        above, row = row, [row[0] + _dropped(sound, place)]
        for at, other in enumerate(second):
            row.append(
                min(
                    above[at + 1] + _dropped(sound, place),
                    row[at] + _dropped(other, at),
                    above[at] + _replaced(sound, other),
                )
            )
    return row[-1]


def _dropped(sound: str, place: int) -> float:
    if place == 0:
        return _VOWEL if sound == "h" else _CONSONANT
    if sound in "ah":
        return _WEAK
    return _VOWEL if sound in _VOWELS else _CONSONANT


def _replaced(sound: str, other: str) -> float:
    if sound == other:
        return 0.0
    return _VOWEL if sound in _VOWELS and other in _VOWELS else _CONSONANT
