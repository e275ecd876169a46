"""The working calendar of the district and the SP's orders that stop clocks, read once a transaction."""

from __future__ import annotations

from datetime import date, time
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from app.domain.clock import IST, Week, WorkingCalendar
from app.domain.ledger import Order
from app.models.district import office_queries as offices

if TYPE_CHECKING:
    from datetime import datetime

    from app.models.scope import Session


def of(session: Session) -> WorkingCalendar:
    """The calendar in force for the session's district."""
    return _read(session)[0]


def orders(session: Session) -> tuple[Order, ...]:
    """The SP's orders that were not cancelled, of every time, in order of their days."""
    return _read(session)[1]


def _read(session: Session) -> tuple[WorkingCalendar, tuple[Order, ...]]:
    found: tuple[WorkingCalendar, tuple[Order, ...]] | None = session.cache.get("calendar")
    if found is None:
        row = offices.calendar(session)
        texts = ("", "", "") if row is None else (row.days or "", row.weeks or "", row.orders or "")
        found = session.cache["calendar"] = _parsed(*texts)
    return found


def assume(session: Session, calendar: WorkingCalendar, orders: tuple[Order, ...]) -> None:
    """Let everything else of this transaction reckon with another calendar: a look at what a change would do."""
    session.cache["calendar"] = calendar, orders


def forget(session: Session) -> None:
    """Read the calendar anew: it was changed in this transaction."""
    session.cache.pop("calendar", None)


@lru_cache(maxsize=64)
def _parsed(days: str, weeks: str, orders: str) -> tuple[WorkingCalendar, tuple[Order, ...]]:
    calendar = WorkingCalendar(
        frozenset(date.fromisoformat(day) for day in days.split(",") if day),
        weeks=tuple(sorted((_week(line) for line in weeks.splitlines()), key=lambda week: week.valid_from)),
    )
    found = sorted(
        (_order(line) for line in orders.splitlines()), key=lambda order: (order.first, order.number)
    )
    return calendar, tuple(found)


def _week(line: str) -> Week:
    first, off, opens, closes = line.split("|")
    return Week(
        date.fromisoformat(first),
        frozenset(map(int, off)),
        time.fromisoformat(opens),
        time.fromisoformat(closes),
    )


def _order(line: str) -> Order:
    kind, first, last, days, reason, office, number = line.split("|", 6)
    return Order(
        kind,
        UUID(office) if office else None,
        date.fromisoformat(first),
        date.fromisoformat(last),
        int(days),
        reason,
        number,
    )


def local(moment: datetime) -> datetime:
    """The instant as the office's clock shows it."""
    return moment.astimezone(IST)


def day(moment: datetime) -> date:
    """The day in IST on which an instant falls."""
    return local(moment).date()
