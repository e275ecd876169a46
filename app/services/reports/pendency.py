"""The thana-wise pendency statement: worked out by one question, checked twice, each figure with its cases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.domain.clock import start_of
from app.domain.ledger import penalty
from app.domain.offices import OfficeKind
from app.domain.roles import DISTRICT_WIDE, WITHOUT_CASES, Permission
from app.domain.statement import AGES, Figures, Period, month_of
from app.models.casefile import note_queries
from app.models.reports import report_queries as table
from app.models.timekeeping import calendar_queries
from app.services.district import calendars
from app.services.reports.statements import (
    COUNT,
    DAYS,
    RUPEES,
    TEXT,
    Bar,
    Column,
    DoesNotAddUp,
    Line,
    Name,
    Sheet,
    Wait,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

KEY = "pendency"
THANA = OfficeKind.THANA.value
#: The figures that open their cases, in the order of the columns.
_MOVED = ("opening", "received")
_DONE = ("within", "late", "returned", "closing", "overdue", "age_7", "age_14", "age_30", "age_more")
FIGURES = (*_MOVED, *_DONE)
COLUMNS = (
    Column("thana", TEXT),
    *(Column(name, COUNT, opens=True) for name in _MOVED),
    Column("total"),
    *(Column(name, COUNT, opens=True) for name in _DONE),
    Column("oldest", DAYS),
    Column("penalty", RUPEES),
    Column("remarks", TEXT),
)


def month(session: Session, actor: Actor | None, period: Period, purpose: str, now: datetime) -> Sheet:
    """The statement of a month, as of its end or of today; for no actor, of all. Raises NotAllowed, DoesNotAddUp."""
    if actor is None:
        return of_offices(session, period, purpose, now)
    actor.require(Permission.REPORT_SEE)
    return of_offices(session, period, purpose, now, own=_own_offices(session, actor))


def _own_offices(session: Session, actor: Actor) -> set[UUID] | None:
    """The thanas of which an officer may know; None: all."""
    if actor.post.role in DISTRICT_WIDE | WITHOUT_CASES:
        return None
    return {*table.visible_offices(session, THANA), actor.post.office_id}


def of_offices(
    session: Session, period: Period, purpose: str, now: datetime, own: set[UUID] | None = None
) -> Sheet:
    """The statement of these thanas (None: all). Raises DoesNotAddUp with the thanas where it does not."""
    today = calendars.day(now)
    as_of = min(period.last, today)
    counted = conditions(session, period, as_of)
    rows = {row.office_id: row for row in table.pendency(session, THANA, purpose, period.first, counted)}
    tasks = table.open_by_office(session, THANA, purpose)
    offices = [
        office
        for office in table.offices_of(session, THANA, period.first, today, rows.keys() | tasks.keys())
        if (own is None or office.id in own)
        and (office.id in rows or office.id in tasks or _is_asked(office, period))
    ]
    figures = {office.id: _figures(rows.get(office.id), tasks.get(office.id, 0)) for office in offices}
    wrong = [office.name_hi for office in offices if not figures[office.id].adds_up]
    lost = sum(figures[each].closing for each in figures) != sum(
        row.closing for row in rows.values() if own is None or row.office_id in own
    )
    if wrong or lost:
        raise DoesNotAddUp(offices=", ".join(wrong) or "-")
    sheet = _Writer(session, period, purpose, as_of, offices)
    return sheet.written(rows, figures, now)


def _is_asked(office: AnyRow, period: Period) -> bool:
    """Whether a thana belongs into the statement even without a figure."""
    return bool(office.facts.get("receives_verification", True)) and office.valid_from <= period.last


def _figures(row: AnyRow | None, tasks: int) -> Figures:
    if row is None:
        return Figures(tasks_now=tasks)
    names = (*FIGURES, "held_now")
    return Figures(**{name: int(getattr(row, name)) for name in names}, tasks_now=tasks)


def conditions(session: Session, period: Period, as_of: date) -> dict[str, ColumnElement[bool]]:
    """What each of FIGURES counts, by name."""
    calendar = calendars.of(session)
    ages = [calendar.earliest_within(as_of, days) for days in AGES]
    return table.conditions(period.first, period.last, as_of, ages)


class _Writer:
    """Writes the lines of a statement whose figures are known."""

    def __init__(
        self, session: Session, period: Period, purpose: str, as_of: date, offices: Sequence[AnyRow]
    ) -> None:
        self._session, self._period, self._purpose, self._as_of = session, period, purpose, as_of
        self._offices = offices
        self._calendar = calendars.of(session)

    def written(self, rows: dict[UUID, AnyRow], figures: dict[UUID, Figures], now: datetime) -> Sheet:
        fines = self._fines()
        lines = [
            self._line(office, rows.get(office.id), figures[office.id], fines.get(office.id, 0))
            for office in self._offices
        ]
        whole = Figures()
        for each in figures.values():
            whole = whole.plus(each)
        oldest = min((row.oldest for row in rows.values() if row.oldest is not None), default=None)
        is_one = len(self._offices) == 1
        total = [] if is_one else [self._total(whole, oldest)]
        orders = calendar_queries.orders(self._session, self._period.first, self._period.last)
        bars = [
            Bar(_name(office), figures[office.id].closing, figures[office.id].overdue)
            for office in self._offices
            if figures[office.id].closing
        ]
        return Sheet(
            KEY,
            self._period,
            self._as_of,
            COLUMNS,
            [*lines, *total],
            now,
            ("identity", "gross", "penalty", "twice"),
            orders,
            sorted(bars, key=lambda bar: -bar.count),
            waits=self._waits(),
        )

    def _waits(self) -> list[Wait]:
        """The queries that stopped a clock of these police stations in the time."""
        first, last = start_of(self._period.first), start_of(self._period.last + timedelta(days=1))
        own = {office.id for office in self._offices}
        return [
            Wait(Name(row.office_hi, row.office_en, row.office_kind), row.pauses_for, row.found)
            for row in note_queries.pausing(self._session, first, last)
            if row.office_id in own
        ]

    def _line(self, office: AnyRow, row: AnyRow | None, found: Figures, fine: int) -> Line:
        oldest = None if row is None or row.oldest is None else self._days(row.oldest)
        return Line(str(office.id), [_name(office), *_counts(found), oldest, fine, self._remark(office)])

    def _total(self, whole: Figures, oldest: date | None) -> Line:
        since = self._calendar.earliest_within(self._as_of, 1)
        rows = table.police_days_once(self._session, THANA, self._purpose, self._period.last, since)
        fine = sum(self._fine(row) for row in rows)
        days = None if oldest is None else self._days(oldest)
        return Line(
            "", [Name("जिला योग", "District total"), *_counts(whole), days, fine, None], is_total=True
        )

    def _days(self, since: date) -> int:
        return self._calendar.days_between(since, self._as_of)

    def _fines(self) -> dict[UUID, int]:
        """The notional penalty on what is pending with each thana, from the police's clock alone."""
        since = self._calendar.earliest_within(self._as_of, 1)
        found: dict[UUID, int] = {}
        for row in table.police_days(self._session, THANA, self._purpose, self._period.last, since):
            found[row.office_id] = found.get(row.office_id, 0) + self._fine(row)
        return found

    def _fine(self, row: AnyRow) -> int:
        days = row.carried + self._calendar.days_between(row.police_on, self._as_of)
        return int(row.number) * penalty(days, row.statutory)

    def _remark(self, office: AnyRow) -> Any:
        """That a thana was founded or closed within the time: what it held then went elsewhere, or came so."""
        if office.valid_to is not None and office.valid_to <= self._period.last:
            return ("until", office.valid_to)
        if office.valid_from > self._period.first - timedelta(days=1):
            return ("from", office.valid_from)
        return None


def _counts(found: Figures) -> list[int]:
    moved = [getattr(found, name) for name in _MOVED]
    return [*moved, found.total, *(getattr(found, name) for name in _DONE)]


def _name(office: AnyRow) -> Name:
    return Name(office.name_hi, office.name_en, office.kind)


def this_month(now: datetime) -> Period:
    return month_of(calendars.day(now))
