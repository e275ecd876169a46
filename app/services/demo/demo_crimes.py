"""The crime register of the demo district: invented entries, some about persons of its cases, some about others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.roles import Role
from app.models.district import setup_queries
from app.services.antecedents import crimebook
from app.services.district import calendars, gazetteer

if TYPE_CHECKING:
    from datetime import datetime

    from app.models.scope import Session

_NUMBERS = ("fir_year", "age")


def enter(session: Session, now: datetime) -> None:
    """Enter what `app/seed/demo_crimes.csv` tells, in DCRB's name; harmless when it was done before."""
    posts = setup_queries.postings(session, calendars.day(now))
    officer_id = next(post.officer_id for post in posts if post.role == Role.DCRB)
    offices = {post.key: str(post.office_id) for post in posts}
    crimebook.put(session, officer_id, [_entry(row, offices) for row in gazetteer.rows("demo_crimes")], now)


def _entry(row: dict[str, str], offices: dict[str, str]) -> dict[str, Any]:
    numbers = {key: int(row[key]) if row[key] else None for key in _NUMBERS}
    return {**row, **numbers, "thana": offices[row["thana"]]}
