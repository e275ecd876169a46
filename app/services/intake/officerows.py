"""Rows of a list of offices: judged by the form of an office, each against those there are and those above it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.offices import LEADS, OfficeKind
from app.domain.text import ascii_digits
from app.services.district import foundings
from app.services.intake.rosterrows import Judged, RowJudge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from app.models.scope import Session


class Judge(RowJudge):
    """The form of an office; an SDPO that a row adds may stand above the police stations of the rows below."""

    def __init__(self, session: Session, now: datetime, above: Iterable[Mapping[str, Any]] = ()) -> None:
        """`above`: answers of rows of the same list that were found right before."""
        self._book = foundings.Book(session, now, is_sheet=True)
        for each in above:
            self._book.note(each)
        super().__init__(foundings.form(), foundings.form_facts(now), self._book.options(), now, {})

    def of(
        self,
        texts: Sequence[str],
        mapping: Iterable[Sequence[Any]],
        files: Mapping[str, Sequence[Any]] | None = None,
    ) -> Judged:
        """Judge a row; one that is right counts for those after it."""
        judged = super().of(texts, mapping, files)
        if judged.faults:
            return judged
        if faults := self._book.faults(judged.answers):
            return Judged({}, faults)
        self._book.note(judged.answers)
        if judged.answers["kind"] in LEADS:
            self.offer(self._book.options())
        return judged

    def _cells(self, cells: dict[str, str]) -> dict[str, str]:
        """A code in small letters is the same code, and SDPO is said in capitals; a PIN code may be in Devanagari."""
        found = {"code": str.upper, "pin": ascii_digits, "kind": _kind}
        return {key: found[key](text) if key in found else text for key, text in cells.items()}


def _kind(text: str) -> str:
    plain = text.strip().casefold()
    return plain if plain in set(OfficeKind) else text
