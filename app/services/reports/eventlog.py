"""The log of events for process-mining tools: XES (IEEE 1849), case numbers, steps and offices, nobody's name."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from app.domain.clock import IST, start_of
from app.domain.roles import Permission
from app.domain.statement import Period
from app.models.reports import register_queries as table
from app.services.access import stepup
from app.services.procedure import releases
from app.services.store import audit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

EXPORT = "events:export"  # the act that takes a fresh factor
_PART = 2000  # moves read at a time
#: Kind of a move -> the transition of the standard life cycle that it stands for.
_TRANSITIONS = {
    "started": "start",
    "opened": "schedule",
    "completed": "complete",
    "decided": "complete",
    "fired": "autoskip",
    "cancelled": "withdraw",
    "left_out": "ate_abort",
    "ended": "complete",
}
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event"><string key="concept:name" value=""/>
<string key="lifecycle:transition" value="complete"/>
<date key="time:timestamp" value="1970-01-01T00:00:00+00:00"/></global>
<classifier name="Activity" keys="concept:name lifecycle:transition"/>
"""


def ask(session: Session, actor: Actor, period: Period, now: datetime) -> UUID:
    """Ask for the fresh factor that the export takes; -> the request. Raises NotAllowed."""
    actor.require(Permission.EVENTS_EXPORT)
    return stepup.begin(session, actor, EXPORT, [_item(period)], now)


def _item(period: Period) -> stepup.Item:
    return stepup.item(f"events:{period.first.isoformat()}:{period.last.isoformat()}", {})


def period_of(item: stepup.Item) -> Period:
    """The days that a request names."""
    _, first, last = item.thing.split(":")
    return Period(date.fromisoformat(first), date.fromisoformat(last))


def export(session: Session, actor: Actor, wanted: stepup.StepUp, now: datetime) -> bytes:
    """The moves of all cases opened in a time, by a fresh factor for them; recorded. Raises NotAllowed, as `use`."""
    actor.require(Permission.EVENTS_EXPORT)
    period = period_of(wanted.items[0])
    stepup.use(session, actor, wanted.id, EXPORT, [_item(period)], now)
    names = releases.active(session).engine
    parts = [_HEAD]
    count = 0
    for _, rows in groupby(_moves(session, period), key=lambda row: row.case_id):
        moves = list(rows)
        count += len(moves)
        first = moves[0]
        parts.append(f"<trace>{_text('concept:name', first.number)}{_text('purpose', first.purpose)}\n")
        parts += [_event(row, names.label(row.element_id)[1] or row.element_id) for row in moves]
        parts.append("</trace>\n")
    audit.record(
        session, "access", "events:export", "events", actor, now, found=count, step_up=str(wanted.id)
    )
    return "".join([*parts, "</log>\n"]).encode()


def _moves(session: Session, period: Period) -> Iterator[AnyRow]:
    first, until = start_of(period.first), start_of(period.last + timedelta(days=1))
    after: tuple[UUID, int] | None = None
    while True:
        rows = table.moves(session, first, until, after, _PART)
        yield from rows
        if len(rows) < _PART:
            return
        after = rows[-1].case_id, rows[-1].seq


def _event(row: AnyRow, name: str) -> str:
    office = _text("org:group", row.office_key) if row.office_key else ""
    at = row.at.astimezone(IST).isoformat(timespec="milliseconds")
    told = _text("concept:name", name) + _text("lifecycle:transition", _TRANSITIONS.get(row.kind, "unknown"))
    told += office + _text("element", row.element_id)
    return f'<event>{told}<date key="time:timestamp" value="{at}"/></event>\n'


def _text(key: str, value: str) -> str:
    return f"<string key={quoteattr(key)} value={quoteattr(value)}/>"
