"""Holidays and office hours as the district changes them: one officer proposes, another approves, clocks follow.

A change may lie in the past. What it does to clocks is shown before it is approved, and the worker writes it after.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time
from typing import TYPE_CHECKING, Any

from app.domain.clock import Week
from app.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from app.domain.ids import new_id
from app.domain.roles import Permission
from app.domain.text import words_refused
from app.models.timekeeping import calendar_queries as table
from app.services.district import calendars
from app.services.store import audit
from app.services.timekeeping import recomputing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.clock import WorkingCalendar
    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.timekeeping.recomputing import Preview

HOLIDAY, WORKDAY, WEEK = "holiday", "workday", "week"
KINDS = (HOLIDAY, WORKDAY, WEEK)
_WHOLE_WEEK = 7
_SHOWN = 20  # changes that were decided
_FIRST, _LAST = date(2015, 1, 1), date(2099, 12, 31)


class Refused(DomainError):
    """A change that cannot be proposed; the key names the reason (422)."""

    key = "calendar.refused.day"


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed: a day, and what is to hold on it or from it on."""

    kind: str
    day: date | None
    name_hi: str = ""
    name_en: str = ""
    weekly_off: frozenset[int] = frozenset()
    opens: str = ""
    closes: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """The calendar of a year, and what is proposed for it."""

    year: int
    years: list[int]
    holidays: Sequence[AnyRow]
    weeks: Sequence[AnyRow]
    proposed: list[tuple[AnyRow, Preview | None]]  # with what it does, for those who change and approve
    decided: Sequence[AnyRow]
    is_recomputing: bool


def show(session: Session, actor: Actor, year: int, now: datetime) -> Page:
    """Raises NotAllowed."""
    actor.require(Permission.CALENDAR_SEE)
    known = table.years(session)
    decides = actor.may(Permission.CALENDAR_CHANGE) or actor.may(Permission.CALENDAR_APPROVE)
    proposed = [
        (row, _preview(session, row, now) if decides else None)
        for row in table.changes(session, ["proposed"], _SHOWN)
    ]
    return Page(
        year,
        sorted({*known, year}),
        table.holidays_between(session, date(year, 1, 1), date(year, 12, 31)),
        table.weeks(session),
        proposed,
        table.changes(session, ["approved", "refused"], _SHOWN),
        recomputing.is_asked(session),
    )


def propose(session: Session, actor: Actor, asked: Asked, now: datetime) -> None:
    """Put a change before the officer who approves. Raises NotAllowed, Refused."""
    actor.require(Permission.CALENDAR_CHANGE)
    if asked.kind not in KINDS or asked.day is None or not _FIRST <= asked.day <= _LAST:
        raise Refused
    detail = _detail(session, asked)
    change_id = new_id(session.recorded_at)
    table.insert_change(
        session,
        {
            "id": change_id,
            "kind": asked.kind,
            "day": asked.day,
            "detail": detail,
            "state": "proposed",
            "proposed_by": actor.officer_id,
            "proposed_at": now,
        },
    )
    audit.record(session, "admin", "calendar:propose", f"change:{change_id}", actor, now, kind=asked.kind)


def _detail(session: Session, asked: Asked) -> dict[str, Any]:
    """What is kept of a change. Raises Refused."""
    assert asked.day is not None  # noqa: S101 - looked at before
    if asked.kind == WEEK:
        return _week(asked)
    is_holiday = asked.day in calendars.of(session).holidays
    if asked.kind == WORKDAY and not is_holiday:
        raise Refused("calendar.refused.no_holiday")
    if asked.kind == HOLIDAY and is_holiday:
        raise Refused("calendar.refused.is_holiday")
    if asked.kind == HOLIDAY:
        _look_at_names(asked.name_hi, asked.name_en)
    return {"name_hi": asked.name_hi, "name_en": asked.name_en} if asked.kind == HOLIDAY else {}


def _look_at_names(*names: str) -> None:
    for name in names:
        if fault := words_refused(name, lines=False) or ("" if name else "calendar.refused.name"):
            raise Refused(fault)


def _week(asked: Asked) -> dict[str, str]:
    try:
        opens, closes = time.fromisoformat(asked.opens), time.fromisoformat(asked.closes)
    except ValueError:
        raise Refused("calendar.refused.hours") from None
    if not opens < closes:
        raise Refused("calendar.refused.hours")
    if not len(asked.weekly_off) < _WHOLE_WEEK:
        raise Refused("calendar.refused.no_day")
    return {
        "weekly_off": "".join(map(str, sorted(asked.weekly_off))),
        "opens": f"{opens:%H:%M}",
        "closes": f"{closes:%H:%M}",
    }


def decide(session: Session, actor: Actor, change_id: UUID, now: datetime, *, approves: bool) -> None:
    """Approve a change, never one's own, or refuse it. Raises NotAllowed, NotFound, Conflict."""
    actor.require(Permission.CALENDAR_APPROVE)
    row = table.change(session, change_id)
    if row is None:
        raise NotFound
    if row.proposed_by == actor.officer_id:
        raise NotAllowed
    state = "approved" if approves else "refused"
    decided = {"state": state, "decided_by": actor.officer_id, "decided_at": now}
    if not table.set_change(session, change_id, decided):
        raise Conflict
    if approves:
        _apply(session, row)
        recomputing.ask(session, row.day)
    act = "calendar:approve" if approves else "calendar:refuse"
    audit.record(session, "admin", act, f"change:{change_id}", actor, now)


def _apply(session: Session, row: AnyRow) -> None:
    if row.kind == HOLIDAY:
        table.insert_holiday(session, row.day, row.detail["name_hi"], row.detail["name_en"])
    elif row.kind == WORKDAY:
        table.delete_holiday(session, row.day)
    else:
        table.insert_week(session, row.day, row.detail)
    calendars.forget(session)


def _preview(session: Session, row: AnyRow, now: datetime) -> Preview:
    calendar = _changed(calendars.of(session), row.kind, row.day, row.detail)
    return recomputing.preview(session, calendar, calendars.orders(session), row.day, now)


def _changed(calendar: WorkingCalendar, kind: str, day: date, detail: Mapping[str, Any]) -> WorkingCalendar:
    """The calendar as it would be."""
    if kind == HOLIDAY:
        return replace(calendar, holidays=calendar.holidays | {day})
    if kind == WORKDAY:
        return replace(calendar, holidays=calendar.holidays - {day})
    week = Week(
        day,
        frozenset(map(int, detail["weekly_off"])),
        time.fromisoformat(detail["opens"]),
        time.fromisoformat(detail["closes"]),
    )
    others = [each for each in calendar.weeks if each.valid_from != day]
    return replace(calendar, weeks=tuple(sorted([*others, week], key=lambda each: each.valid_from)))
