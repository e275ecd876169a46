"""Series of पत्रांक of the offices: how each is written, set by two officers before its first number is given."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain import numbers
from app.domain.errors import DomainError, NotAllowed
from app.domain.numbers import LAST_FIRST, LONGEST_PREFIX, Outgoing, Series
from app.domain.offices import OfficeKind, is_police
from app.domain.roles import Permission, Role
from app.models.district import office_queries as offices
from app.models.issuing import outgoing
from app.models.issuing import paper_queries as table
from app.services.district import calendars, policies

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.district.policies import Kept

KEY = "number_series"
#: Kind of office -> its series: the police stations send reports, and issue no paper.
OF_KIND: dict[OfficeKind, tuple[Series, ...]] = {
    OfficeKind.DM_OFFICE: (Series.MEMO, Series.LETTER),
    OfficeKind.SP_OFFICE: (Series.MEMO, Series.LETTER),
    OfficeKind.THANA: (Series.LETTER,),
}


class Refused(DomainError):
    """A series that cannot be set so; `key` says what is wrong with which box, and nothing is proposed (422)."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a number is given to: the day in IST, what it is about, and the office or district that it goes to.

    Without either it goes to whom its kind goes to: the department, or the applicant.
    """

    what: Outgoing
    on: date
    case_id: UUID | None = None  # null: about several cases
    requisition_id: UUID | None = None  # of those several
    letter_id: UUID | None = None
    to_office_id: UUID | None = None
    to_place: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A series of a year: what its next number is, how many were given; `is_set`: by two officers, not as usual."""

    office_id: UUID
    office_kind: str
    office_hi: str
    office_en: str
    series: Series
    year: int
    next: str
    given: int
    is_set: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """A series as it was typed: whose, of which year, prefix and first number."""

    office_id: UUID | None
    series: str
    year: int | None
    prefix: str
    first: int | None


@dataclass(frozen=True, slots=True)
class Proposed:
    """What waits for whoever approves, in words; `may_decide`: he is that officer, and did not propose it himself."""

    line: Line
    said: Kept
    may_decide: bool


@dataclass(frozen=True, slots=True)
class Page:
    """The series of this year and the next, the offices that have any, and what is proposed."""

    lines: Sequence[Line]
    offices: Sequence[AnyRow]
    years: tuple[int, int]
    proposed: Proposed | None


def take(session: Session, office: tuple[UUID, str], series: Series, given: Given) -> str:
    """The next number of the series of an office (its id and code), as it is written on paper; gap-free.

    It stands in the register of outgoing numbers from here on, taken back only with the transaction. The row of
    the series is locked until that ends.
    """
    office_id, code = office
    serial, prefix = table.next_number_in_series(session, office_id, series.value, given.on.year)
    number = numbers.office_number(prefix or numbers.usual_prefix(code, series), given.on.year, serial)
    outgoing.put_number(session, {"office_id": office_id, **_registered(series, serial, number, given)})
    return number


class Prefixes:
    """What stands before the numbers of this district -> whose they are and of which series; read once."""

    def __init__(self, session: Session) -> None:
        self._of: dict[str, tuple[UUID, Series]] = {}
        for row in offices.codes(session):
            self._of |= {numbers.usual_prefix(row.code, each): (row.id, each) for each in Series}
        for row in table.series_rows(session, [each.value for each in Series]):
            if row.prefix is not None:
                self._of[row.prefix] = (row.office_id, Series(row.kind))

    def put(self, session: Session, number: str, given: Given) -> None:
        """Let a number that was given before stand in the register; nothing for one of no series."""
        parts = numbers.parse_office_number(number)
        if parts is None or parts[0] not in self._of:
            return
        office_id, kind = self._of[parts[0]]
        row = _registered(kind, parts[2], number, given)
        outgoing.put_number(session, {"office_id": office_id, **row, "year": parts[1]})


def _registered(series: Series, serial: int, number: str, given: Given) -> dict[str, Any]:
    return {
        "series": series.value,
        "year": given.on.year,
        "serial": serial,
        "number": number,
        "what": given.what.value,
        "given_on": given.on,
        "case_id": given.case_id,
        "requisition_id": given.requisition_id,
        "letter_id": given.letter_id,
        "to_office_id": given.to_office_id,
        "to_place": given.to_place,
    }


def show(session: Session, actor: Actor, now: datetime) -> Page:
    """Everything that the page of the series tells. Raises NotAllowed through its guard alone."""
    year, found = calendars.day(now).year, _offices(session, now)
    book = _Book(session, found)
    _, said = policies.kept(session, KEY)
    waiting = _proposed(actor, book, said) if said is not None else None
    return Page([*book.lines(year), *book.lines(year + 1)], found, (year, year + 1), waiting)


def of_this_year(session: Session, now: datetime) -> list[Line]:
    """The series of this year as they stand, DM and SP first."""
    return _Book(session, _offices(session, now)).lines(calendars.day(now).year)


def propose(session: Session, actor: Actor, wanted: Wanted, now: datetime) -> None:
    """Put a series before the officer who approves; it takes the place of what was proposed before.

    Raises NotAllowed; Refused for an unknown office, a year that is neither this nor the next, a series in which
    numbers were given, a prefix that cannot be read or is another series', a first number out of bounds.
    """
    value = _checked(session, wanted, now)
    policies.put_forward(session, actor, KEY, {"series": value}, now, Permission.SERIES_PROPOSE)


def decide(session: Session, actor: Actor, now: datetime, *, approves: bool) -> None:
    """Let the proposed series hold, or refuse it. Raises NotAllowed, Conflict; Refused if it was begun meanwhile."""
    _, said = policies.kept(session, KEY)
    may = Permission.SERIES_APPROVE
    if said is None or not approves:
        policies.decide(session, actor, now, approves=approves, key=KEY, may=may)
        return
    value = said.value["series"]
    wanted = Wanted(UUID(value["office"]), value["kind"], value["year"], value["prefix"], value["first"])
    _checked(session, wanted, now)
    if not _is_his(session, actor, wanted.office_id):
        raise NotAllowed
    policies.decide(session, actor, now, approves=True, key=KEY, may=may)
    what = (value[name] for name in ("kind", "year", "prefix", "first"))
    if not table.put_series(session, UUID(value["office"]), *what):
        raise Refused("series.problem.begun")


class _Book:
    """The series of these offices as they stand: what was set, and what was given of each year."""

    def __init__(self, session: Session, offices_: Sequence[AnyRow]) -> None:
        self._offices = offices_
        rows = table.series_rows(session, [each.value for each in Series])
        self._rows = {(row.office_id, row.kind, row.year): row for row in rows}

    def lines(self, year: int) -> list[Line]:
        """Every series of a year, in the order of the offices."""
        return [
            self._line(office, series, year)
            for office in self._offices
            for series in OF_KIND[OfficeKind(office.kind)]
        ]

    def line(self, office_id: UUID, series: str, year: int) -> Line | None:
        """One of them; None for what no office has."""
        found = (each for each in self.lines(year) if (each.office_id, each.series) == (office_id, series))
        return next(found, None)

    def _line(self, office: AnyRow, series: Series, year: int) -> Line:
        row = self._rows.get((office.id, series.value, year))
        first = (row.first or 1) if row is not None else 1
        last = row.last if row is not None else 0
        prefix = row.prefix if row is not None else self._before(office.id, series, year)
        usual = numbers.usual_prefix(office.code, series)
        return Line(
            office.id,
            office.kind,
            office.name_hi,
            office.name_en,
            series,
            year,
            numbers.office_number(prefix or usual, year, last + 1),
            last - first + 1 if row is not None else 0,
            prefix is not None,
        )

    def _before(self, office_id: UUID, series: Series, year: int) -> str | None:
        """The prefix that a year takes over, as `take` would."""
        own = [key for key in self._rows if key[:2] == (office_id, series.value) and key[2] < year]
        return self._rows[max(own)].prefix if own else None


def _checked(session: Session, wanted: Wanted, now: datetime) -> dict[str, Any]:
    """The series as it is kept. Raises Refused."""
    year = calendars.day(now).year
    if wanted.year not in (year, year + 1):
        raise Refused("series.problem.year", this=year, next=year + 1)
    book = _Book(session, _offices(session, now))
    line = book.line(wanted.office_id, wanted.series, wanted.year) if wanted.office_id is not None else None
    if line is None:
        raise Refused("series.problem.office")
    if line.given:
        raise Refused("series.problem.begun")
    prefix = numbers.parse_prefix(wanted.prefix)
    if prefix is None:
        raise Refused("series.problem.prefix", longest=LONGEST_PREFIX)
    if wanted.first is None or not 1 <= wanted.first <= LAST_FIRST:
        raise Refused("series.problem.first", most=LAST_FIRST)
    others = [each for each in book.lines(wanted.year) if each != line]
    if any(each.next.startswith(f"{prefix}/{wanted.year}/") for each in others):
        raise Refused("series.problem.taken")
    said = {"kind": wanted.series, "year": wanted.year, "prefix": prefix, "first": wanted.first}
    return {"office": str(line.office_id), **said}


def _proposed(actor: Actor, book: _Book, said: Kept) -> Proposed | None:
    """The series as it would stand, and whether this officer decides on it."""
    value = said.value["series"]
    line = book.line(UUID(value["office"]), value["kind"], value["year"])
    if line is None:  # its office was closed since
        return None
    line = replace(
        line, next=numbers.office_number(value["prefix"], value["year"], value["first"]), is_set=True
    )
    may = actor.may(Permission.SERIES_APPROVE) and _heads(actor, line.office_kind)
    return Proposed(line, said, may_decide=may and said.officer_id != actor.officer_id)


def _is_his(session: Session, actor: Actor, office_id: UUID | None) -> bool:
    office = offices.find(session, office_id) if office_id is not None else None
    return office is not None and _heads(actor, office.kind)


def _heads(actor: Actor, office_kind: str) -> bool:
    """Whether he heads the line of an office: the SP that of the police, the DM his own."""
    return is_police(office_kind) is (actor.post.role is Role.SP)


def _offices(session: Session, now: datetime) -> list[AnyRow]:
    """The offices that have series, DM and SP first."""
    day = calendars.day(now)
    return [each for kind in OF_KIND for each in offices.of_kind(session, kind, day)]
