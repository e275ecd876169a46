"""Work in hand: pendency by step, and what each officer was given, has done and has late."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app.domain.clock import start_of
from app.domain.roles import IN_PERSON
from app.models.reports import register_queries as table
from app.services.district import calendars
from app.services.procedure import releases
from app.services.reports.statements import DAYS, TEXT, Bar, Column, Line, Name, Sheet

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.roles import Actor
    from app.domain.statement import Period
    from app.models.scope import Session

_STAGES = (
    Column("stage", TEXT),
    Column("pending", opens=True),
    Column("overdue_tasks", opens=True),
    Column("mean_age", DAYS),
)
_OFFICERS = (
    Column("officer", TEXT),
    Column("office", TEXT),
    *(Column(name, opens=True) for name in ("given", "done", "pending", "overdue_tasks")),
)


def stages(session: Session, _actor: Actor | None, period: Period, _purpose: str, now: datetime) -> Sheet:
    """Open tasks by step, as of now: how many, how many overdue, and how old on average."""
    loaded, calendar, today = releases.active(session), calendars.of(session), calendars.day(now)
    counted: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in table.open_by_step(session, today):
        received = (
            date.fromisoformat(row.received_on) if isinstance(row.received_on, str) else row.received_on
        )
        found = counted[row.element_id]
        found[0] += row.number
        found[1] += row.late
        found[2] += row.number * calendar.days_between(received, today)
    names = {element: Name(*loaded.engine.label(element)) for element in counted}
    order = sorted(counted, key=lambda element: -counted[element][0])
    lines = [
        Line(element, [names[element], counted[element][0], counted[element][1], _mean(counted[element])])
        for element in order
    ]
    whole = [sum(each[place] for each in counted.values()) for place in range(3)]
    total = Line("", [Name("योग", "Total"), whole[0], whole[1], _mean(whole)], is_total=True)
    bars = [Bar(names[element], counted[element][0], counted[element][1]) for element in order]
    return Sheet("stages", period, today, _STAGES, [*lines, total], now, ("now", "tasks"), bars=bars)


def _mean(found: list[int]) -> int | None:
    count, _, days = found
    return round(days / count) if count else None


def officers(session: Session, actor: Actor | None, period: Period, _purpose: str, now: datetime) -> Sheet:
    """Tasks that name an officer: given and done in a time, pending and overdue now."""
    today = calendars.day(now)
    until = start_of(period.last + timedelta(days=1))
    own = actor.officer_id if actor is not None and actor.post.role in IN_PERSON else None
    rows = table.by_officer(session, start_of(period.first), until, today, own)
    lines = [
        Line(
            str(row.id),
            [
                Name(f"{row.name_hi} ({row.rank})", f"{row.name_en} ({row.rank})"),
                Name(row.office_hi, row.office_en, row.office_kind),
                row.given,
                row.done,
                row.open,
                row.late,
            ],
        )
        for row in rows
    ]
    bars = [Bar(Name(row.name_hi, row.name_en), row.open, row.late) for row in rows]
    busiest = sorted(bars, key=lambda bar: -bar.count)
    return Sheet("officers", period, today, _OFFICERS, lines, now, ("pending_now",), bars=busiest)
