"""The working calendar of the district: its holidays and office hours, read once a transaction."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from app.domain.clock import IST, WorkingCalendar
from app.models import office_queries as offices

if TYPE_CHECKING:
    from datetime import datetime

    from app.models.scope import Session


def of(session: Session) -> WorkingCalendar:
    """The calendar in force for the session's district."""
    found: WorkingCalendar | None = session.cache.get("calendar")
    if found is None:
        found = session.cache["calendar"] = _calendar(offices.holidays(session))
    return found


@lru_cache(maxsize=64)
def _calendar(holidays: str) -> WorkingCalendar:
    return WorkingCalendar(frozenset(date.fromisoformat(day) for day in holidays.split(",") if day))


def local(moment: datetime) -> datetime:
    """The instant as the office's clock shows it."""
    return moment.astimezone(IST)


def day(moment: datetime) -> date:
    """The day in IST on which an instant falls."""
    return local(moment).date()
