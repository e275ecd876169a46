"""The list of all cases that a post may see, narrowed by what a case is and where it lies; never by a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.models import case_queries as cases
from app.models import caselist_queries as table
from app.models import tally_queries as tallies
from app.services import calendars, caselines, releases

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.base import AnyRow
    from app.models.scope import Session
    from app.services.caselines import CaseLine

Wanted = table.Wanted
A_PAGE = 25
MOST = 1000  # more are not counted: the number would cost more than it tells
STATUSES = ("open", "issued", "closed", "withdrawn")
TIMES = ("late", "last_day", "left")


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the list. `total` is of all pages; with `is_more` there are at least so many."""

    lines: list[CaseLine]
    total: int
    is_more: bool
    next_after: UUID | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer: codes with their names, offices of which this post may see something."""

    purposes: Sequence[tuple[str, str, str]]
    steps: Sequence[tuple[str, str, str]]
    offices: Sequence[AnyRow]


def listing(session: Session, wanted: Wanted, after: UUID | None, now: datetime) -> Listing:
    """The cases received last that fit, a page of them."""
    today = calendars.day(now)
    ids = table.page(session, wanted, today, after, A_PAGE + 1)
    shown = ids[:A_PAGE]
    rows = {row.id: row for row in cases.lines(session, shown)}
    total = table.count(session, wanted, today, MOST + 1)
    return Listing(
        caselines.of(session, [rows[each] for each in shown if each in rows], now),
        min(total, MOST),
        total > MOST,
        shown[-1] if len(ids) > A_PAGE else None,
    )


def choices(session: Session) -> Choices:
    loaded = releases.active(session)
    return Choices(
        sorted((code, one.hi, one.en) for code, one in loaded.purposes.items()),
        [(each, *loaded.engine.label(each)) for each in loaded.engine.user_tasks],
        tallies.offices(session),
    )
