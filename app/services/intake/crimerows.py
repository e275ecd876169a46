"""Rows of a list for the crime register: judged by the form of an entry, as a row of candidates is by theirs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from app.domain.text import ascii_digits
from app.services.antecedents import crimebook
from app.services.intake.rosterrows import RowJudge

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.models.scope import Session

#: 112/2021, 112/21, "कांड सं० 112/2021 दिनांक ...": number and year in one cell.
_BOTH = re.compile(r"\D*(?P<number>\d{1,5})\s*[/-]\s*(?P<year>(?:19|20)?\d\d)(?!\d).*", re.DOTALL)
BESIDE_THE_NUMBER = frozenset({"fir_year"})
_WHO = ("thana", "fir_no", "fir_year", "name")
_AGE = re.compile(r"\D*(\d{1,3})\D*")
_CENTURY = 100


def person(session: Session, answers: Mapping[str, Any]) -> bytes | None:
    """One accused of one case, blind: by what a row is noticed that stands twice in a list; None for half a row."""
    if not all(answers.get(key) for key in _WHO):
        return None
    told = crimebook.reference(session, answers).hex() + crimebook.person_of(session, answers).hex()
    return session.keys.blind("crime row", told)


class Judge(RowJudge):
    """The form of an entry with the stations of today."""

    def __init__(self, session: Session, now: datetime) -> None:
        facts, options = crimebook.form_facts(session, now), crimebook.form_options(session)
        super().__init__(crimebook.form(), facts, options, now, {})
        self._year = int(facts["today"].year)

    def _cells(self, cells: dict[str, str]) -> dict[str, str]:
        """Number and year that stand in one cell are told apart; an age may have its word beside it."""
        found = {key: ascii_digits(text) for key, text in cells.items() if key in ("fir_no", "age")}
        both = _BOTH.fullmatch(found.get("fir_no", ""))
        if both is not None:
            found |= {
                "fir_no": both["number"],
                "fir_year": cells.get("fir_year") or self._whole(both["year"]),
            }
        if "age" in found and (age := _AGE.fullmatch(found["age"])) is not None:
            found["age"] = age[1]
        return {**cells, **found}

    def _whole(self, year: str) -> str:
        """A year of two figures is the last one that ends so."""
        if int(year) >= _CENTURY:
            return year
        return str(self._year - (self._year - int(year)) % _CENTURY)
