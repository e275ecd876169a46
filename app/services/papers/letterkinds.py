"""A letter of the route before its words are set: the draft that a step leaves, and to which letters it refers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from app import papers
from app.domain.offices import OfficeKind
from app.models.district import office_queries as offices
from app.services.casefile import sentletters
from app.services.casefile.projections import LETTER_NO
from app.services.district import calendars, englishnames

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.papers import Words
    from app.services.casefile.casefile import CaseFile

#: Letters that state facts of the enquiry: for those alone who may read such facts.
TELLING = frozenset({"sp_report", "hearing_notice", "thana_report_clear", "thana_report_adverse"})


@dataclass(frozen=True, slots=True)
class Draft:
    """One letter: its template, whose it is, to whom, and what it says."""

    template: str
    side: Literal["dm", "sp", "thana"]
    number: str
    to: Words
    words: Mapping[str, Words] = field(default_factory=dict)
    plain: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, list[Mapping[str, str]]] = field(default_factory=dict)
    is_slip: bool = False  # stands alone, without a letterhead and a पत्रांक of its own
    signer: papers.Signer | None = None  # none: whoever of the office sent it
    letter_id: UUID | None = None  # of the letter that other cases may have gone with as well


def district(session: Session) -> papers.District:
    """The district as its papers name it."""
    row = offices.district(session)
    return papers.District(row.name_hi, row.name_en, is_practice=row.demo)


def office(kind: str, hi: str, en: str) -> Words:
    """An office as letters call it: a police station by that word, the others by their names."""
    return papers.Words(f"थाना {hi}", f"{en} P.S.") if kind == OfficeKind.THANA else papers.Words(hi, en)


def head_of_thana(texts: papers.Texts, hi: str, en: str) -> Words:
    """Whom a letter to a police station is addressed to: an officer, never a building."""
    sho = texts.setting("sho_designation")
    return papers.Words(f"{sho.hi}, थाना {hi}", f"{sho.en}, {en} P.S.")


def addressed(texts: papers.Texts, row: AnyRow, home: papers.District) -> Words:
    """Whom a letter to the office of a row (`office_kind`, `office_hi`, `office_en`) is addressed to.

    An officer, never a building; an office whose head has no designation among the texts goes by its name.
    """
    if row.office_kind == OfficeKind.THANA:
        return head_of_thana(texts, row.office_hi, row.office_en)
    if row.office_kind == OfficeKind.SP_OFFICE:
        said = texts.setting("sp_designation")
        return papers.Words(f"{said.hi}, {home.hi}", f"{said.en}, {home.en}")
    return papers.Words(row.office_hi, row.office_en)


def elsewhere(place: str) -> Words:
    """Another district as a list names it, by its code or as it was written."""
    return papers.Words(*englishnames.district(place)) if place.isdecimal() else papers.Words(place, place)


def last_letter(file: CaseFile, form: str, to: UUID | str | None = None) -> tuple[str, str]:
    """Number and day of the last letter that went out with a form, to this office or district if it got one.

    Else empty.
    """
    for row in reversed(file.answer_rows):
        if row.form == form:
            values = file.facts.open_answer(row)
            own = sentletters.named(values).get(str(to))
            number = own.number if own is not None else values.get(LETTER_NO)
            if number:
                return str(number), papers.dmy(calendars.day(row.at))
    return "", ""
