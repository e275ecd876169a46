"""What a person has in common with an entry of the crime register, part by part, and what an officer may say of it.

It ranks and gives its reasons; whether an entry is the person an officer decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain import likeness, names
from app.domain.likeness import LIKELY, POSSIBLE
from app.domain.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

#: From here on an entry is worth an officer's look, whatever draws it apart from the person.
SHOWN = 0.5
#: Years by which an age that somebody estimated may be off, and by which it is another person's.
_SAME_AGE, _NEAR_AGE, _OTHER_AGE = 1, 4, 10
_AGE_DRAWS_APART = 0.15
_ALIAS = re.compile(r"[,/;]|\s(?:उर्फ|urf|alias)\s|@", re.IGNORECASE)
_ADULT = 18


class Verdict(StrEnum):
    """What an officer says of an entry."""

    SAME = "same"
    OTHER = "other"
    UNSURE = "unsure"


#: By what an officer knows the person; `doubtful` is what is said of an entry about which he cannot say.
BASES = ("father_village", "photo", "admission", "papers")
DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Someone:
    """What is known of somebody, each in all spellings that there are; `born`: the year, 0 where nobody knows."""

    names: tuple[str, ...]
    fathers: tuple[str, ...] = ()
    villages: tuple[str, ...] = ()
    born: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """How one part agrees: `what` is name, father, village or age.

    `how`: written (letter by letter), sounds (the same, otherwise spelt), likely, possible, partly (some of the
    words), differs, or unknown (on one of the two sides); of an age same, near, differs, far or unknown.
    `one` and `other` are what was compared.
    """

    what: str
    how: str
    one: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """How alike a person and an entry are, 0 to 1, and why."""

    score: float
    parts: tuple[Part, ...]

    @property
    def band(self) -> str:
        """likely, possible, or weak."""
        return "likely" if self.score >= LIKELY else "possible" if self.score >= POSSIBLE else "weak"


def spellings(*texts: object) -> tuple[str, ...]:
    """Each name of these texts once; one text may hold several, parted by उर्फ, alias, @ or a comma."""
    parts = (part.strip() for text in texts if text for part in _ALIAS.split(str(text)))
    return tuple(dict.fromkeys(part for part in parts if part))


def compare(person: Someone, entry: Someone) -> Match:
    """Say how alike they are, by how names sound in either script, and by the years between two ages."""
    found = {
        what: _nearest(ones, others)
        for what, ones, others in (
            ("name", person.names, entry.names),
            ("father", person.fathers, entry.fathers),
            ("village", person.villages, entry.villages),
        )
    }
    scores = {what: None if each is None else each[0] for what, each in found.items()}
    score = _together(person, scores)
    age = _age(person.born, entry.born)
    if age == "far":
        score = max(0.0, score - _AGE_DRAWS_APART)
    parts = [_part(what, each) for what, each in found.items()]
    born = (str(person.born or ""), str(entry.born or ""))
    return Match(score, (*parts, Part("age", age, *born)))


def is_shown(match: Match) -> bool:
    """Whether an officer is to see the entry: also a namesake whose father or village is written otherwise."""
    return match.score >= SHOWN or match.parts[0].how in ("written", "sounds", "likely")


def is_child(born: int, year: int) -> bool:
    """Whether the accused was a child when the case was registered: his entry leaves no office (JJ Act 2015 s.24)."""
    return bool(born) and year - born < _ADULT


def groups(person: Someone) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """What entries are sought by: the kind, what agreeing in one of its keys weighs, and its keys in plain words.

    All keys of a kind together weigh what the kind does, whatever number of words a name has.
    """
    for kind, weight, texts in (
        ("name", _NAME, person.names),
        ("father", _FATHER, person.fathers),
        ("village", _VILLAGE, person.villages),
    ):
        keys = keys_of(texts)
        if keys:
            yield kind, max(1, weight // len(keys)), keys


_NAME, _FATHER, _VILLAGE = 60_000, 30_000, 15_000


def keys_of(texts: Iterable[str]) -> tuple[str, ...]:
    """The sounds by which any of these spellings is found, each once."""
    return tuple(sorted({sound for text in texts for sound in names.skeletons(text)}))


def _nearest(ones: Sequence[str], others: Sequence[str]) -> tuple[float, str, str] | None:
    """The pair of spellings that are most alike; None where one side has none."""
    pairs = ((likeness.of_names(one, other), one, other) for one in ones for other in others)
    return max(pairs, key=lambda each: each[0], default=None)


def _together(person: Someone, scores: Mapping[str, float | None]) -> float:
    """How alike they are in all; where nobody's name is sought, by the father's, else by the village."""
    if person.names:
        return likeness.together(scores["name"] or 0.0, scores["father"], scores["village"])
    if scores["father"] is None:
        return scores["village"] or 0.0
    return likeness.together(scores["father"], None, scores["village"])


def _part(what: str, found: tuple[float, str, str] | None) -> Part:
    if found is None:
        return Part(what, "unknown")
    score, one, other = found
    if plain(one) == plain(other):
        return Part(what, "written", one, other)
    how = _how(score)
    if how == "differs" and set(names.skeletons(one)) & set(names.skeletons(other)):
        how = "partly"
    return Part(what, how, one, other)


_SOUNDS = 0.95  # an unwritten vowel or an h more is no other sound


def _how(score: float) -> str:
    if score >= _SOUNDS:
        return "sounds"
    if score >= LIKELY:
        return "likely"
    return "possible" if score >= POSSIBLE else "differs"


def _age(one: int, other: int) -> str:
    if not (one and other):
        return "unknown"
    apart = abs(one - other)
    if apart <= _SAME_AGE:
        return "same"
    if apart <= _NEAR_AGE:
        return "near"
    return "differs" if apart <= _OTHER_AGE else "far"
