"""Names as sounds: a consonant skeleton that Devanagari and Latin spellings of one name share, for search.

A skeleton finds candidates; it never says that two persons are one. Rules follow how names of Bihar are
spelt: v and b, aspirates, nasals, doubled letters and vowels do not tell two names apart.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from app.domain.text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

_DEVANAGARI = dict(
    zip(
        "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह",
        "kkggnccjjnttddnttddnppbbmyrlbsssh",
        strict=True,
    )
) | {"ऋ": "r", "ृ": "r", "ं": "n", "ँ": "n", "ङ": "n"}
_NUKTA = "\u093c"
_FLAPS = ("ड" + _NUKTA, "ढ" + _NUKTA)  # written r or rh in Latin: गड़खा, Garkha
#: Vowels in three classes; only a first one is heard.
_CLASSES = "aiu"
_VOWELS = dict(zip("अआइईएऐउऊओऔऑािीेैुूोौॉaeiou", "aaiiiiuuuuuaiiiiuuuuuaiiuu", strict=True))

#: Latin spellings of one sound, longest first.
_LATIN = (
    ("ksh", "ks"),
    ("chh", "c"),
    ("ch", "c"),
    ("sh", "s"),
    ("ph", "p"),
    ("ck", "k"),
    ("jn", "gy"),
    ("x", "ks"),
    ("c", "\0"),  # "c" by itself is k; the sound c is kept apart
    ("f", "p"),
    ("q", "k"),
    ("v", "b"),
    ("w", "b"),
    ("z", "j"),
)
_C_SOUND = "\1"

#: Words that are titles, not names.
_TITLES = frozenset(
    """shri sri shree smt shrimati srimati dr late sva swargiya mr mrs ms miss janab haji sushri urf alias
    श्री श्रीमती सुश्री स्व स्वर्गीय डॉ डा जनाब हाजी उर्फ""".split()  # noqa: SIM905 - words read better than quotes
)
#: Short forms, by what they stand for.
_SHORT = {
    "md": "mohammad",
    "mo": "mohammad",
    "mohd": "mohammad",
    "mohammed": "mohammad",
    "muhammad": "mohammad",
    "मो": "mohammad",
    "मु": "mohammad",
    "kr": "kumar",
    "kmr": "kumar",
    "km": "kumari",
    "कु": "kumari",
    "pd": "prasad",
    "प्र": "prasad",
    "sk": "sheikh",
    "shaikh": "sheikh",
    "ch": "chaudhari",
    "chowdhury": "chaudhari",
    "abdur": "abdul",
    "sheo": "shiv",
    "shio": "shiv",
    "सिंह": "singh",
    "sinh": "singh",
}
#: Of the rules by which a name becomes its keys; raised with every change of them, and all keys are written anew.
VERSION = 2
#: A word of Latin or Devanagari letters, of Urdu ones, or of those of another script of India.
_WORD = re.compile(r"[a-z\u0900-\u0963\u0971-\u097f]+|[\u0620-\u06d3\u0750-\u077f]+|[\u0980-\u0d7f]+")
#: One letter of Urdu has several code points, and its vowel signs are written or not.
_URDU = str.maketrans("يىكه", "ییکہ") | dict.fromkeys([0x0640, 0x0670, *range(0x064B, 0x0660)])


def words(text: str) -> list[str]:
    """Split a name into words, without titles; short forms written out (मो०, Md, Kr.)."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("\u200c", "").replace("\u200d", "")
    folded = folded.translate(_URDU)
    found = [_SHORT.get(word, word) for word in _WORD.findall(folded)]
    return [word for word in found if word not in _TITLES]


def skeleton(word: str) -> str:
    """Reduce a word to the consonants that are heard, the same for both scripts: कृष्ण and Krishna are krsn.

    A word of one consonant keeps its first vowel (राय is not रिया).
    """
    spoken = sounds(word)
    heard = _heard(spoken)
    if len(heard) == 1 and heard not in _CLASSES:
        heard += next((each for each in spoken[1:] if each in _CLASSES), "a")
    return heard


def sounds(word: str) -> str:
    """Spell a word by its sounds in one alphabet, vowels in three classes: राकेश is rakis, Rakesh too.

    The vowel that a Devanagari consonant bears unwritten is left out: an `a` tells little.
    """
    return _of_devanagari(word) if any("\u0900" <= c <= "\u097f" for c in word) else _of_latin(word)


def _heard(sounds: str) -> str:
    """Drop what does not tell names apart: later vowels, h and y, doubled letters, n or m before p and b."""
    kept = sounds[:1] + re.sub("[aiuhy]", "", sounds[1:])
    return re.sub(r"(.)\1+", r"\1", re.sub(r"m(?=[pb])", "n", kept))


def _of_devanagari(word: str) -> str:
    spelt = unicodedata.normalize("NFD", word).replace("ज्ञ", "ग्य")
    for flap in _FLAPS:
        spelt = spelt.replace(flap, "र")
    return "".join(_DEVANAGARI.get(c) or _VOWELS.get(c, "") for c in spelt)


def _of_latin(word: str) -> str:
    spelt = re.sub(r"ow(?![aeiou])", "o", word)  # Marhowrah: a vowel, not the consonant w
    for written, sound in _LATIN:
        spelt = spelt.replace(written, _C_SOUND if sound == "c" else sound)
    spelt = spelt.replace("\0", "k").replace(_C_SOUND, "c")
    return "".join(_VOWELS.get(c, c) for c in spelt)


#: The commonest words of names: alone they find everybody, and how often they occur betrays them.
COMMON = frozenset(
    map(
        skeleton,
        """kumar kumari singh sinha prasad devi ram lal rai khatun begam begum bibi mohammad ansari khan alam
        hussain ali yadav sharma gupta sah shah thakur paswan mahto mishra tiwari pandey chaudhari verma
        srivastava jha ojha das manjhi sahni sahu chauhan upadhyay dubey raut mandal prakash kishor nath raj
        anand sheikh""".split(),  # noqa: SIM905 - a list of fifty quoted words reads worse
    )
)


def skeletons(text: str) -> list[str]:
    """Find what a name is found by: its uncommon words, and each pair of neighbours as one (राम कुमार, रामकुमार).

    A common word alone is kept only where it is the whole name. The same function serves index and search.
    """
    heard = [each for each in map(skeleton, words(text)) if each]
    found = {each for each in heard if len(each) > 1 and each not in COMMON}
    found |= {_joined(first, second) for first, second in pairwise(heard)}
    return sorted(found or heard)


def _joined(first: str, second: str) -> str:
    """Two words as if written in one."""
    return _heard(first + second)


def meant(text: str, places: Sequence[Sequence[str]]) -> list[int]:
    """Which of the places, each with all the spellings of its name, a text may mean: their positions.

    The whole name comes before its beginning, and that before any part of it; several places of the first kind that
    gives any are told, so that nobody's guess decides.
    """
    sought = plain(text)
    if not sought or (found := named(text, places)):
        return found if sought else []
    spelt = [[plain(name) for name in spellings] for spellings in places]
    beginning = [place for place, each in enumerate(spelt) if any(name.startswith(sought) for name in each)]
    return beginning or [place for place, each in enumerate(spelt) if any(sought in name for name in each)]


def named(text: str, places: Sequence[Sequence[str]]) -> list[int]:
    """Which of the places are named so: spelt so, else, where none is, sounding so; मकेर थाना is मकेर."""
    found = _named(text, places)
    bare = " ".join(word for word in plain(text).replace("-", " ").split() if word not in _STATION)
    return found if found or not bare else _named(bare, places)


def _named(text: str, places: Sequence[Sequence[str]]) -> list[int]:
    sought, sound = plain(text), _sound(text)
    spelt = [place for place, each in enumerate(places) if sought in map(plain, each)]
    if spelt or len(sound) < _TELLING:
        return spelt
    return [place for place, each in enumerate(places) if sound in map(_sound, each)]


#: What lists write beside the name of a police station.
_STATION = frozenset(("थाना", "थाना:", "थाने", "thana", "ps", "p.s.", "p.s", "police", "station"))
_TELLING = 2  # consonants by which a sound tells names apart


@lru_cache(maxsize=1024)
def _sound(text: str) -> str:
    """A name of several words as one sound: भगवान बाजार and Bhagwanbazar."""
    return _heard("".join(map(skeleton, words(text))))
