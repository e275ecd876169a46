"""Whose clock ran: the ledger of a case as its page tells it, and each office's own list of what reached it when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app.domain.ledger import penalty, standing_calendar
from app.domain.roles import DISTRICT_WIDE, Permission, Role
from app.models.timekeeping import clock_queries as table
from app.services.district import calendars
from app.services.timekeeping import clockbook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.clock import Age
    from app.domain.ledger import Clock, Pause
    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

PAGE = 50
SENT_DAYS = 31  # how far back an office's own list tells what it sent on
#: The lists of the page: what is to go out today lest it be late, what is late, what is held, what was sent on.
LISTS = ("tomorrow", "late", "held", "sent")
_SEES_ALL = DISTRICT_WIDE | {Role.SDPO}


@dataclass(frozen=True, slots=True)
class Held:
    """One run of an office's clock on a case."""

    office_kind: str
    office_hi: str
    office_en: str
    received_at: datetime
    sent_at: datetime | None
    outcome: str
    gross: int
    net: int
    due_on: date | None
    age: Age | None  # while it runs
    late_by: int  # working days after the due day, when it has ended
    pauses: Sequence[Pause] = ()
    is_paused: bool = False
    case_number: str = ""  # of an office's own list; empty: the case is out of its sight now


@dataclass(frozen=True, slots=True)
class CaseLedger:
    """Of a case: the runs that this officer may see; the whole's and the police's clocks where he may see those."""

    held: list[Held]
    whole: Clock
    police: Clock | None
    statutory: int
    penalty: int
    is_own_only: bool


def of_case(session: Session, actor: Actor, case: AnyRow, now: datetime) -> CaseLedger:
    """The ledger of a case that this officer has open: all of it, or his own office's lines."""
    book = clockbook.told(session, case, now)
    rows = table.of_case(session, case.id)  # those that his scope shows
    names = clockbook.office_names(session, case.id)
    sees_all = actor.post.role in _SEES_ALL
    own = {row.office_id for row in rows}
    statutory = max((row.statutory for row in rows), default=0)
    calendar, today = calendars.of(session), calendars.day(case.closed_at or now)
    held = [
        Held(
            each.office_kind,
            *names[each.office],
            each.received_at,
            each.sent_at,
            each.outcome,
            each.gross,
            each.net,
            each.due_on,
            None if each.sent_on is not None or each.due_on is None else calendar.age(each.due_on, today),
            0
            if each.sent_on is None or each.due_on is None
            else calendar.days_between(each.due_on, each.sent_on),
            each.pauses,
            any(pause.until is None for pause in each.pauses),
        )
        for each in book.holdings
        if sees_all or each.office in own
    ]
    police = book.police if sees_all else None
    due = penalty(police.net, statutory) if police is not None else 0
    return CaseLedger(held, book.whole, police, statutory, due, not sees_all)


@dataclass(frozen=True, slots=True)
class OfficePage:
    """A page of an office's own list."""

    held: list[Held]
    has_more: bool


def of_office(
    session: Session, actor: Actor, wanted: str, office_id: UUID | None, number: int, now: datetime
) -> OfficePage:
    """A list of `LISTS`: of one office, or of every office that this post sees. Raises NotAllowed."""
    actor.require(Permission.CLOCK_SEE)
    calendar, today = calendars.of(session), calendars.day(now)
    offices = [office_id] if office_id is not None else []
    last = calendar.add_days(today, 1) - timedelta(days=1)
    first = today - timedelta(days=SENT_DAYS)
    windows: dict[str, tuple[date | None, date]] = {
        "tomorrow": (today, last),
        "late": (None, today - timedelta(days=1)),
    }
    part = (PAGE + 1, PAGE * number)
    if wanted in windows:
        rows = table.running_until(session, *windows[wanted], offices, *part)
    elif wanted == "sent":
        rows = table.sent_since(session, first, offices, *part)
    else:
        rows = table.running(session, offices, *part)
    return OfficePage([_line(session, row, today) for row in rows[:PAGE]], len(rows) > PAGE)


def _line(session: Session, row: AnyRow, today: date) -> Held:
    calendar = calendars.of(session)
    standing = standing_calendar(calendar, calendars.orders(session), row.office_id, row.office_kind)
    gross, net = row.gross_days, row.net_days
    if row.stopped_on is None:
        paused = row.paused_days + (calendar.days_between(row.paused_on, today) if row.paused_on else 0)
        gross = calendar.days_between(row.received_on, today)
        net = max(0, standing.days_between(row.received_on, today) - paused)
    late = row.stopped_on is not None and row.due_on is not None
    return Held(
        row.office_kind,
        row.office_hi,
        row.office_en,
        row.received_at,
        row.stopped_at,
        row.outcome,
        gross,
        net,
        row.due_on,
        None if row.stopped_on is not None or row.due_on is None else calendar.age(row.due_on, today),
        calendar.days_between(row.due_on, row.stopped_on) if late else 0,
        is_paused=row.paused_on is not None,
        case_number=row.case_number or "",
    )
