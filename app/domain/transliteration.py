"""A name in the other script, as a proposal: words of the list as they are usually spelt, the rest by their sound.

An officer reads what is proposed and changes what is wrong; nothing is ever decided by it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from pathlib import Path

#: Name words of the district: Devanagari, its usual Latin spelling, and others. The browser reads the file, too.
_WORDS = Path(__file__).with_name("namewords.json")

_CONSONANTS = {
    "क": "k",
    "ख": "kh",
    "ग": "g",
    "घ": "gh",
    "ङ": "n",
    "च": "ch",
    "छ": "chh",
    "ज": "j",
    "झ": "jh",
    "ञ": "n",
    "ट": "t",
    "ठ": "th",
    "ड": "d",
    "ढ": "dh",
    "ण": "n",
    "त": "t",
    "थ": "th",
    "द": "d",
    "ध": "dh",
    "न": "n",
    "प": "p",
    "फ": "ph",
    "ब": "b",
    "भ": "bh",
    "म": "m",
    "य": "y",
    "र": "r",
    "ल": "l",
    "व": "v",
    "श": "sh",
    "ष": "sh",
    "स": "s",
    "ह": "h",
}
_WITH_NUKTA = {"k": "q", "j": "z", "ph": "f", "d": "r", "dh": "rh"}
_SIGNS = dict(zip("ािीुूृेैोौॉ", ["a", "i", "i", "u", "u", "ri", "e", "ai", "o", "au", "o"], strict=True))
_VOWELS = dict(
    zip("अआइईउऊऋएऐओऔऑ", ["a", "a", "i", "i", "u", "u", "ri", "e", "ai", "o", "au", "o"], strict=True)
)
_NUKTA, _VIRAMA, _ANUSVARA, _DOT = "\u093c", "\u094d", "ं", "०"
_HEARD_AT_END = frozenset(("y", "r", "l", "v"))  # after another consonant: सत्य is Satya, चंद्र Chandra
_LIPS = frozenset(("p", "ph", "b", "bh", "m"))

#: Latin sounds, longest first: consonants with their letter, vowels with their letter and sign.
_LETTERS = {
    "ksh": "क्ष",
    "chh": "छ",
    "kh": "ख",
    "gh": "घ",
    "ch": "च",
    "jh": "झ",
    "th": "थ",
    "dh": "ध",
    "ph": "फ",
    "bh": "भ",
    "sh": "श",
    "gy": "ज्ञ",
    "k": "क",
    "g": "ग",
    "j": "ज",
    "t": "त",
    "d": "द",
    "n": "न",
    "p": "प",
    "b": "ब",
    "m": "म",
    "y": "य",
    "r": "र",
    "l": "ल",
    "v": "व",
    "w": "व",
    "s": "स",
    "h": "ह",
    "z": "ज" + _NUKTA,
    "f": "फ" + _NUKTA,
    "q": "क" + _NUKTA,
    "x": "क्स",
    "c": "क",
}
_SOUNDS = {
    "aa": ("आ", "ा"),
    "ai": ("ऐ", "ै"),
    "au": ("औ", "ौ"),
    "ou": ("औ", "ौ"),
    "ee": ("ई", "ी"),
    "ii": ("ई", "ी"),
    "oo": ("ऊ", "ू"),
    "uu": ("ऊ", "ू"),
    "a": ("अ", ""),
    "i": ("इ", "ि"),
    "u": ("उ", "ु"),
    "e": ("ए", "े"),
    "o": ("ओ", "ो"),
}
#: At the end of a name these are long: शर्मा, देवी, राजू.
_LONG_AT_END = {"a": ("आ", "ा"), "i": ("ई", "ी"), "u": ("ऊ", "ू")}
_NASAL_BEFORE = frozenset(("k", "kh", "g", "gh", "ch", "chh", "j", "jh", "t", "th", "d", "dh"))
_TOKEN = re.compile("|".join(sorted([*_LETTERS, *_SOUNDS], key=len, reverse=True)))
_LATIN_WORD = re.compile(r"[A-Za-z]+\.?")
_HINDI_WORD = re.compile(r"[\u0900-\u0963\u0970-\u097f]+०?")


def to_latin(text: str) -> str:
    """A Hindi name in Latin letters, each word with a capital: विनय शर्मा is Vinay Sharma. The rest stays as it is."""
    hindi, _ = _known()
    plain = unicodedata.normalize("NFC", text).replace("\u200c", "").replace("\u200d", "")
    return _HINDI_WORD.sub(lambda found: _latin(found[0], hindi), plain)


def to_devanagari(text: str) -> str:
    """A name in Latin letters in Hindi ones: Vinay Sharma is विनय शर्मा. The rest stays as it is."""
    _, latin = _known()
    return _LATIN_WORD.sub(lambda found: _devanagari(found[0], latin), text)


@cache
def _known() -> tuple[dict[str, str], dict[str, str]]:
    """Hindi word -> Latin, and Latin spelling in small letters -> Hindi."""
    hindi: dict[str, str] = {}
    latin: dict[str, str] = {}
    for word, usual, also in json.loads(_WORDS.read_text(encoding="utf-8")):
        spelt = unicodedata.normalize("NFC", word)
        hindi.setdefault(spelt, usual)
        for each in (usual, *also.split()):
            latin.setdefault(each.casefold(), spelt)
    return hindi, latin


def _latin(word: str, known: dict[str, str]) -> str:
    if word in known:
        return known[word] + ("." if word.endswith(_DOT) else "")
    syllables = _syllables(unicodedata.normalize("NFD", word.removesuffix(_DOT)))
    spelt = "".join(consonant + vowel for consonant, vowel in _spoken(syllables))
    return spelt.capitalize() + ("." if word.endswith(_DOT) else "")


def _syllables(word: str) -> list[tuple[str, str | None]]:
    """Consonant and vowel of each letter; None: the vowel that is not written, and perhaps not spoken."""
    found: list[tuple[str, str | None]] = []
    for sign in word.replace("ज्ञ", "ग्य"):
        if sign in _LETTERS_ALONE:
            found.append(_LETTERS_ALONE[sign])
        elif found:
            consonant, vowel = found[-1]
            found[-1] = _changed(sign, consonant, vowel)
    return found


#: What a sign of its own stands for.
_LETTERS_ALONE: dict[str, tuple[str, str | None]] = {
    **{sign: (consonant, None) for sign, consonant in _CONSONANTS.items()},
    **{sign: ("", vowel) for sign, vowel in _VOWELS.items()},
    "ं": ("n", ""),
    "ँ": ("n", ""),
    "ः": ("h", ""),
}


def _changed(sign: str, consonant: str, vowel: str | None) -> tuple[str, str | None]:
    """A letter with a sign on it."""
    if sign == _NUKTA:
        return _WITH_NUKTA.get(consonant, consonant), vowel
    if sign == _VIRAMA:
        return consonant, ""
    return consonant, _SIGNS.get(sign, vowel)


def _spoken(syllables: list[tuple[str, str | None]]) -> list[tuple[str, str]]:
    """The same with the unwritten vowel spoken or not: राकेश ends without it, सुनयना has it once."""
    last = len(syllables) - 1
    spoken: list[tuple[str, str]] = []
    for place, (consonant, vowel) in enumerate(syllables):
        if consonant == "n" and vowel == "" and place < last and syllables[place + 1][0] in _LIPS:
            spoken.append(("m", ""))
        elif vowel is not None:
            spoken.append((_second(consonant, spoken), vowel))
        else:
            mute = _is_mute(syllables, spoken, place, last)
            spoken.append((_second(consonant, spoken), "" if mute else "a"))
    return spoken


def _second(consonant: str, spoken: list[tuple[str, str]]) -> str:
    """A letter after another one: Ishwar, but Vinay."""
    return "w" if consonant == "v" and spoken and not spoken[-1][1] else consonant


def _is_mute(
    syllables: list[tuple[str, str | None]], spoken: list[tuple[str, str]], place: int, last: int
) -> bool:
    """Whether the unwritten vowel of a letter is silent: at the end, and between two letters that are spoken."""
    if place == last:
        return place > 0 and not (spoken[-1][1] == "" and syllables[place][0] in _HEARD_AT_END)
    if not spoken or not spoken[-1][1]:
        return False
    following = syllables[place + 1]
    return bool(following[0]) and (bool(following[1]) or _is_closed(syllables, place + 1, last))


def _is_closed(syllables: list[tuple[str, str | None]], place: int, last: int) -> bool:
    """Whether a letter without a written vowel must be spoken, since the next one bears none: गंज."""
    return syllables[place][1] is None and place < last and syllables[place + 1][1] == ""


def _devanagari(word: str, known: dict[str, str]) -> str:
    plain, dot = word.casefold().removesuffix("."), "." if word.endswith(".") else ""
    if plain in known:
        return known[plain]
    for end in _ENDS:
        if plain.endswith(end) and len(plain) >= len(end) + _FIRST_PART:
            first = plain.removesuffix(end)
            written = known.get(first) or _by_sound(_TOKEN.findall(first), is_whole=False)
            return written + (_VIRAMA if first[-1] == end[0] else "") + known[end] + dot
    return _by_sound(_TOKEN.findall(plain)) + dot


#: Words that names are often joined with, and how much must stand before them.
_ENDS = ("prasad", "kumar", "kumari", "nath", "ganj", "pur", "lal", "ram", "das", "dev", "bihari")
_FIRST_PART = 3
_CLUSTER = 3  # two consonants, and what stands before them


def _by_sound(sounds: list[str], *, is_whole: bool = True) -> str:
    written, last = "", len(sounds) - (1 if is_whole else 0)
    for place, sound in enumerate(sounds):
        before = sounds[place - 1] if place else ""
        following = sounds[place + 1] if place + 1 < len(sounds) else ""
        if sound in _SOUNDS:
            letter, sign = _vowel(sounds, place, last)
            written += sign if before in _LETTERS else letter
        elif before in _SOUNDS and _is_nasal(sound, following):
            written += _ANUSVARA
        else:
            written += _LETTERS[sound] + (_VIRAMA if _is_joined(sound, following) else "")
    return written


def _is_nasal(sound: str, following: str) -> bool:
    """Whether an n or m is written as a dot over the letter before: चंदन, अंबिका."""
    return (sound == "n" and following in _NASAL_BEFORE) or (sound == "m" and following in _LIPS - {"m"})


def _is_joined(sound: str, following: str) -> bool:
    """Whether two consonants are written as one; between others an unspoken vowel stands: दिलशाद, but इस्लाम."""
    if following not in _LETTERS:
        return False
    return sound == following or sound in ("s", "sh", "r") or following in ("y", "r", "v", "w")


def _vowel(sounds: list[str], place: int, last: int) -> tuple[str, str]:
    """Letter and sign of a vowel: long at the end, and an `a` after two consonants before the last one (इस्लाम)."""
    sound = sounds[place]
    if place == last and place > 0:
        is_silent = sound == "a" and sounds[:-1][-3:] in (["n", "d", "r"], ["e", "sh", "v"], ["e", "sh", "w"])
        return _SOUNDS["a"] if is_silent else _LONG_AT_END.get(sound, _SOUNDS[sound])
    is_closed = place == last - 1 == len(sounds) - 2 and sounds[last] in _LETTERS
    before = sounds[max(0, place - _CLUSTER) : place]
    is_after_two = len(before) == _CLUSTER and set(before[1:]) <= _LETTERS.keys() - {"v", "w"}
    if sound == "a" and is_closed and is_after_two:
        return _LONG_AT_END["a"]
    return _SOUNDS[sound]


__all__ = ["to_devanagari", "to_latin"]
