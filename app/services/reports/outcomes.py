"""How cases have ended: by purpose, with what the signatory decided. Counts alone, without a name."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from app.domain.clock import start_of
from app.models.reports import register_queries as table
from app.services.district import calendars
from app.services.procedure import releases
from app.services.reports.statements import PERCENT, TEXT, Bar, Column, Line, Name, Sheet, percent

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.roles import Actor
    from app.domain.statement import Period
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

#: What the deciding forms say, in the order of the columns.
DECISIONS = ("issue_clear", "issue_with_detail", "refuse")
WITHDRAWN, CLOSED = "withdrawn", "closed_otherwise"
_COLUMNS = (
    Column("purpose", TEXT),
    Column("ended"),
    *(Column(name) for name in (*DECISIONS, WITHDRAWN, CLOSED)),
    Column("facts_share", PERCENT),
)
_DECIDING = {"decide": "dm_decision", "recommend": "sp_decision"}


def by_purpose(session: Session, _actor: Actor | None, period: Period, _purpose: str, now: datetime) -> Sheet:
    """The cases that ended in a time, by purpose and by what was decided on them.

    A post counts the cases that its offices had a part in. What a corrected or revoked paper says later does not
    change how the case had ended.
    """
    first, until = start_of(period.first), start_of(period.last + timedelta(days=1))
    decided = {row.case_id: row for row in table.decisions(session, tuple(_DECIDING), first, until)}
    counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in table.ended(session, first, until):
        counted[row.purpose][_outcome(row, decided.get(row.id))] += 1
    loaded = releases.active(session)
    order = sorted(counted, key=lambda purpose: -counted[purpose].total())
    lines = [_line(purpose, Name(*loaded.purpose_names(purpose)), counted[purpose]) for purpose in order]
    whole = sum(counted.values(), Counter[str]())
    total = [Line("", _line("", Name("योग", "Total"), whole).cells, is_total=True)] if lines else []
    bars = [
        Bar(Name(*loaded.purpose_names(purpose)), counted[purpose].total(), _with_facts(counted[purpose]))
        for purpose in order
    ]
    today = calendars.day(now)
    return Sheet("outcomes", period, today, _COLUMNS, [*lines, *total], now, ("ended_in", "facts"), bars=bars)


def _outcome(case: AnyRow, step: AnyRow | None) -> str:
    if case.status == WITHDRAWN:
        return WITHDRAWN
    said = step.routing.get(step.element_id, {}) if step is not None else {}
    decision = said.get(_DECIDING[step.element_id], "") if step is not None else ""
    return decision if case.status == "issued" and decision in DECISIONS else CLOSED


def _with_facts(counted: Counter[str]) -> int:
    return counted["issue_with_detail"] + counted["refuse"]


def _line(purpose: str, name: Name, counted: Counter[str]) -> Line:
    issued = sum(counted[each] for each in DECISIONS)
    cells = [name, counted.total(), *(counted[each] for each in (*DECISIONS, WITHDRAWN, CLOSED))]
    return Line(purpose, [*cells, percent(_with_facts(counted), issued)])
