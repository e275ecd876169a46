"""The register of outgoing numbers: every पत्रांक of each series in its order, a void one with its reason.

No column of it holds a person's name or the kind of his paper; what a line leads to asks for rights of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.domain.ids import known_id
from app.domain.numbers import Outgoing
from app.domain.text import whole_number
from app.models.reports import outgoing_queries as table
from app.models.reports.outgoing_queries import Place
from app.services.district import calendars
from app.services.papers import certificates, letterkinds
from app.services.procedure import releases
from app.services.reports.statements import DAY, TEXT, WORD, Bar, Column, Line, Name, Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app import papers
    from app.domain.roles import Actor
    from app.domain.statement import Period
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

KEY = "letters"
A_PAGE = 50
_AT_ONCE = 2000  # numbers of a file that are read with one question
_BETWEEN = ":"
_COLUMNS = (
    Column("memo_number", TEXT),
    Column("dispatched_on", DAY),
    Column("issued_by", TEXT),
    Column("letter_kind", WORD, opens=True),
    Column("to", TEXT),
    Column("subject", TEXT),
    Column("case_number", TEXT),
    Column("diary_no", TEXT),
    Column("persons"),
    Column("paper_status", WORD),
)
_APPLICANT = Name("आवेदक", "the applicant")
#: Whom a number goes to that names no office: where it is not the department that asked.
_READERS = {
    Outgoing.HEARING: _APPLICANT,
    Outgoing.COPIES: Name("प्रतिलिपि के प्राप्तकर्ता", "those who get copies"),
}


def whole(session: Session, _actor: Actor | None, period: Period, _purpose: str, now: datetime) -> Sheet:
    """Every number that the offices in sight gave in a time, by series and in its order."""
    rows: list[AnyRow] = []
    while more := _after(session, period, _place(rows[-1]) if rows else None, _AT_ONCE):
        rows += more
    return _sheet(session, period, rows, now)


def page(session: Session, period: Period, after: str, now: datetime) -> Sheet:
    """As `whole`, the numbers of one page behind a place; `following` is the place of the next."""
    rows = _after(session, period, _read(after), A_PAGE + 1)
    sheet = _sheet(session, period, rows[:A_PAGE], now)
    return replace(sheet, following=_written(_place(rows[A_PAGE - 1]))) if len(rows) > A_PAGE else sheet


def _after(session: Session, period: Period, after: Place | None, limit: int) -> Sequence[AnyRow]:
    return table.numbers(session, period.first, period.last, after, limit)


def _sheet(session: Session, period: Period, rows: Sequence[AnyRow], now: datetime) -> Sheet:
    teller = _Teller(session)
    counted = table.by_office(session, period.first, period.last)
    bars = [Bar(Name(row.office_hi, row.office_en, row.office_kind), row.numbers) for row in counted]
    lines = [teller.line(row) for row in rows]
    return Sheet(KEY, period, calendars.day(now), _COLUMNS, lines, now, bars=bars)


class _Teller:
    """Tells the numbers of a register in words; what all of them need is read once."""

    def __init__(self, session: Session) -> None:
        self._loaded, self._home = releases.active(session), letterkinds.district(session)

    def line(self, row: AnyRow) -> Line:
        subject = Name(*self._loaded.purpose_names(row.purpose)) if row.purpose else ""
        cells = [
            row.number,
            row.given_on,
            Name(row.from_hi, row.from_en, row.from_kind),
            row.what,
            self._reader(row),
            subject,
            row.case_number or "",
            row.diary_no or "",
            row.persons or (1 if row.case_number else None),
            certificates.VOID if row.is_void else None,
        ]
        leads_to = _leads_to(row)
        return Line(leads_to, cells, opens=bool(leads_to))

    def _reader(self, row: AnyRow) -> Name:
        if row.to_place:
            return _named(letterkinds.elsewhere(row.to_place))
        if row.to_office_id is not None:
            return _named(letterkinds.addressed(self._loaded.texts, row, self._home))
        return _READERS.get(row.what) or Name(row.requester_hi or "", "")


def _named(words: papers.Words) -> Name:
    return Name(words.hi, words.en)


def _leads_to(row: AnyRow) -> str:
    """What a line leads to, as the page reads it: its whole letter, its case, or the requisition that it answers."""
    if row.letter_id is not None:
        return f"letter:{row.letter_id}"
    if row.case_number:
        return f"case:{row.case_number}"
    return f"requisition:{row.about_id}" if row.about_id is not None else ""


# -- places of the register as an address says them ----------------------------------------------------------


def _place(row: AnyRow) -> Place:
    return Place(row.rank, row.code, row.office_id, row.series, row.year, row.serial)


def _written(place: Place) -> str:
    return _BETWEEN.join((*map(str, place[:2]), place.office_id.hex, *map(str, place[3:])))


def _read(text: str) -> Place | None:
    """A place; None (the beginning) for what is none."""
    parts = text.split(_BETWEEN)
    if len(parts) != len(Place._fields):
        return None
    rank, code, office, series, *rest = parts
    office_id, numbers = known_id(office), [whole_number(each) for each in (rank, *rest)]
    if office_id is None or None in numbers:
        return None
    return Place(numbers[0] or 0, code, office_id, series, numbers[1] or 0, numbers[2] or 0)
