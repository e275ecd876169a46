"""How long it takes: disposal by month against what the district measured before, and by thana."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.domain.clock import start_of
from app.domain.errors import DomainError
from app.domain.offices import OfficeKind
from app.domain.roles import Permission
from app.domain.statement import Period, months_before
from app.models.district import setting_queries as settings
from app.models.reports import register_queries
from app.models.reports import report_queries as table
from app.services.district import calendars
from app.services.reports.statements import (
    DAYS,
    PERCENT,
    TEXT,
    Bar,
    Column,
    Line,
    Name,
    Sheet,
    percent,
    quantile,
)
from app.services.store import audit

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

MONTHS = 12
HALF, NINE_TENTHS = 0.5, 0.9
MOST_DAYS, MOST_CASES = 999, 999_999
_BASELINE = "statement.baseline"
_MONTHLY = (
    Column("month", TEXT),
    Column("ended", opens=True),
    Column("median", DAYS),
    Column("p90", DAYS),
    Column("closing_cases", opens=True),
)
_DISPOSAL = (
    Column("thana", TEXT),
    Column("sent", opens=True),
    Column("reported", opens=True),
    Column("median", DAYS),
    Column("p90", DAYS),
    Column("in_time", PERCENT),
    Column("re_enquiry", opens=True),
)


class BaselineWrong(DomainError):
    """Figures before the product that cannot be (422)."""

    key = "baseline.wrong"


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the district measured before the product: working days of disposal, and what was pending."""

    median: int
    p90: int
    closing: int


def baseline(session: Session) -> Baseline | None:
    """What the district entered, if it did."""
    found = settings.value_of(session, _BASELINE)
    return Baseline(**found) if found else None


def enter_baseline(session: Session, actor: Actor, given: Baseline, now: datetime) -> None:
    """Keep the figures from before. Raises NotAllowed, BaselineWrong."""
    actor.require(Permission.BASELINE_SET)
    is_right = 0 < given.median <= given.p90 <= MOST_DAYS and 0 <= given.closing <= MOST_CASES
    if not is_right:
        raise BaselineWrong
    value = {"median": given.median, "p90": given.p90, "closing": given.closing}
    settings.put_value(session, _BASELINE, value)
    audit.record(session, "admin", "baseline:set", f"district:{session.district_id}", actor, now)


def monthly(session: Session, _actor: Actor | None, period: Period, _purpose: str, now: datetime) -> Sheet:
    """Twelve months up to the period's: what ended, in how many gross working days, and what was left."""
    today = calendars.day(now)
    lines, bars = [], []
    known = baseline(session)
    if known is not None:
        before = [Name("ई-सत्यापन से पहले", "Before e-Satyapan"), None, known.median, known.p90, known.closing]
        lines.append(Line("before", before, opens=False))
    since = table.first_day(session)
    for each in months_before(period, MONTHS):
        if since is None or each.last < since or each.first > today:
            continue
        counted = {row.gross_days: row.number for row in table.days_of_cases(session, each.first, each.last)}
        name = Name(f"{each.first:%m-%Y}", f"{each.first:%m-%Y}")
        middle, slow = quantile(counted, HALF), quantile(counted, NINE_TENTHS)
        left = table.open_at(session, min(each.last, today))
        lines.append(Line(f"{each.first:%Y-%m}", [name, sum(counted.values()), middle, slow, left]))
        bars.append(Bar(name, slow or 0, middle or 0))
    return Sheet("duration", period, today, _MONTHLY, lines, now, ("gross_cases", "quantiles"), bars=bars)


def disposal(session: Session, _actor: Actor | None, period: Period, purpose: str, now: datetime) -> Sheet:
    """By thana: sent to it, reported by it, in how many net working days, and how much in time."""
    kind, today = OfficeKind.THANA.value, calendars.day(now)
    runs: defaultdict[Any, dict[int, int]] = defaultdict(dict)
    late: defaultdict[Any, int] = defaultdict(int)
    for row in table.days_of_offices(session, kind, purpose, period.first, period.last):
        runs[row.office_id][row.net_days] = row.number
        late[row.office_id] += row.late
    received = table.received_by_office(session, kind, purpose, period.first, period.last)
    until = start_of(period.last + timedelta(days=1))
    again = register_queries.re_enquiries(session, start_of(period.first), until)
    offices = [
        office
        for office in table.offices_of(session, kind, period.first, today, runs.keys() | received.keys())
        if office.id in runs or office.id in received
    ]
    lines = [
        _disposed(office, received.get(office.id, 0), runs[office.id], late[office.id], again)
        for office in offices
    ]
    bars = [
        Bar(Name(office.name_hi, office.name_en, office.kind), quantile(runs[office.id], NINE_TENTHS) or 0)
        for office in offices
    ]
    slowest = sorted(bars, key=lambda bar: -bar.count)
    return Sheet("disposal", period, today, _DISPOSAL, lines, now, ("net", "quantiles"), bars=slowest)


def _disposed(
    office: AnyRow, received: int, counted: dict[int, int], late: int, again: dict[Any, int]
) -> Line:
    done = sum(counted.values())
    cells = [
        Name(office.name_hi, office.name_en, office.kind),
        received,
        done,
        quantile(counted, HALF),
        quantile(counted, NINE_TENTHS),
        percent(done - late, done),
        again.get(office.id, 0),
    ]
    return Line(str(office.id), cells)
