"""The reason that an officer writes for an act: one line that says something."""

from __future__ import annotations

from app.domain.errors import DomainError
from app.domain.text import tidy, words_refused

SHORTEST, LONGEST = 5, 500  # characters


class ReasonMissing(DomainError):
    """A reason that says nothing (422); each act asks for it in words of its own."""


def read(text: str, missing: type[ReasonMissing], longest: int = LONGEST) -> str:
    """A reason as it is kept: its blanks folded, cut at the longest.

    Raises `missing` for one that says nothing, and with the fault's own key for one that cannot be read here.
    """
    found = " ".join(tidy(text).split())[:longest]
    if fault := words_refused(found):
        raise missing(fault)
    if len(found) < SHORTEST:
        raise missing
    return found
