"""Invented pairs of names, each labelled as one person or two, and how well the product tells them apart."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.domain import likeness
from app.domain.likeness import Person

FOLDS = 5
#: same = 1 where an officer takes both for one person.
PAIRS = list(
    csv.DictReader(Path(__file__).with_name("name_pairs.csv").read_text(encoding="utf-8").splitlines())
)


@dataclass(frozen=True, slots=True)
class Told:
    """How many pairs were rightly taken for one person, how many wrongly, and how many were missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: Told) -> Told:
        return Told(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed)

    @property
    def harmony(self) -> float:
        """The harmonic mean of both (F1)."""
        return 2 * self.right / (2 * self.right + self.wrong + self.missed)


Scored = list[tuple[float, bool]]


def scored() -> Scored:
    """How alike the product holds each pair, and whether it is one person."""
    return [
        (likeness.of_persons(_person(each, "a"), _person(each, "b")), each["same"] == "1") for each in PAIRS
    ]


def _person(pair: dict[str, str], side: str) -> Person:
    return Person(pair[f"name_{side}"], pair[f"father_{side}"], pair[f"village_{side}"])


def judge(pairs: Scored, threshold: float) -> Told:
    return Told(
        sum(same and score >= threshold for score, same in pairs),
        sum(not same and score >= threshold for score, same in pairs),
        sum(same and score < threshold for score, same in pairs),
    )


def _harmony(pairs: Scored, threshold: float) -> float:
    return judge(pairs, threshold).harmony


def in_folds() -> Told:
    """Each fifth judged by the threshold that is best for the other four."""
    pairs, told = scored(), Told()
    for fold in range(FOLDS):
        others = [each for place, each in enumerate(pairs) if place % FOLDS != fold]
        best = max((score for score, _ in others), key=partial(_harmony, others))
        told += judge(pairs[fold::FOLDS], best)
    return told
