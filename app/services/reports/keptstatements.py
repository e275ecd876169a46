"""Statements kept by themselves when a month or a week is over: their figures sealed, with their hash."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import structlog

from app.domain.errors import DomainError, NotAllowed, NotFound
from app.domain.ids import new_id
from app.domain.roles import DISTRICT_WIDE, WITHOUT_CASES, Permission
from app.domain.statement import Period, month_of
from app.models.district import setup_queries
from app.models.reports import kept as table
from app.models.reports import report_queries
from app.models.scope import SystemReason, SystemScope
from app.services.district import calendars
from app.services.reports import pendency, reports
from app.services.reports.statements import Column, DoesNotAddUp, Line, Name, Sheet, Wait
from app.services.store import audit, keys

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

log = structlog.get_logger(__name__)

WEEKLY = "weekly"  # the pendency statement of a week, for those who supervise
_WEEK = timedelta(days=7)
_SHOWN = timedelta(days=400)


class Altered(DomainError):
    """Figures that are not what they were when they were kept (409)."""

    key = "kept.altered"


class Order(NamedTuple):
    """An order of the SP as a statement names it."""

    kind: str
    office_id: str
    office_kind: str
    office_hi: str
    office_en: str
    first_on: date
    last_on: date
    number: str
    reason: str


def keep_due(database: Database, now: datetime) -> int:
    """Keep the statements of the month and the week that ended last, where they are not kept; -> how many.

    One that does not add up is tried again the next day. Before the first case there is nothing to keep.
    """
    done = 0
    for district_id in database.read(setup_queries.districts, SystemScope(SystemReason.WORKER)):
        scope = SystemScope(SystemReason.WORKER, district_id)
        for key, period in database.read(lambda session: _due(session, calendars.day(now)), scope):
            try:
                done += database.write(partial(_keep, key=key, period=period, now=now), scope)
            except DoesNotAddUp:
                log.warning("statement_not_kept", statement=key, district=district_id)
    return done


def last_week(today: date) -> Period:
    """Monday to Sunday of the week that ended last."""
    monday = today - timedelta(days=today.weekday()) - _WEEK
    return Period(monday, monday + _WEEK - timedelta(days=1))


def _due(session: Session, today: date) -> list[tuple[str, Period]]:
    month = month_of(today.replace(day=1) - timedelta(days=1))
    wanted = [*((key, month) for key in reports.STATEMENTS), (WEEKLY, last_week(today))]
    since = report_queries.first_day(session)
    oldest = min(period.first for _, period in wanted)
    known = {(row.statement, row.first_on) for row in table.kept_since(session, oldest)}
    return [
        (key, period)
        for key, period in wanted
        if (key, period.first) not in known and since is not None and since <= period.last
    ]


def _keep(session: Session, key: str, period: Period, now: datetime) -> bool:
    if table.kept_of(session, key, period.first, period.last) is not None:
        return False  # another worker was quicker
    sheet = reports.whole(session, pendency.KEY if key == WEEKLY else key, period, now)
    figures = _text_of(sheet)
    key_id, kept_id, digest = keys.create(session, "office"), new_id(session.recorded_at), sha256(figures)
    row = {
        "id": kept_id,
        "data_key_id": key_id,
        "statement": key,
        "first_on": period.first,
        "last_on": period.last,
        "figures": keys.seal(keys.unlock(session, key_id), _place(kept_id), figures),
        "sha256": digest.digest(),
        "made_at": now,
    }
    table.insert_kept(session, row)
    told = {"statement": key, "first": period.first.isoformat(), "sha256": digest.hexdigest()}
    audit.record(session, "admin", "statement:keep", f"statement:{kept_id}", None, now, **told)
    return True


def _place(kept_id: UUID) -> str:
    return f"kept_statement|figures|{kept_id}"


# -- read ------------------------------------------------------------------------------------------------


def listed(session: Session, actor: Actor, now: datetime) -> Sequence[AnyRow]:
    """What is kept of the last thirteen months and this post may see; the newest first. Raises NotAllowed."""
    _guard(actor)
    rows = table.kept_since(session, calendars.day(now) - _SHOWN)
    return [row for row in rows if actor.may(_right(row.statement))]


def sees(actor: Actor) -> bool:
    """Whether a post may see statements of the whole district."""
    return actor.post.role in DISTRICT_WIDE | WITHOUT_CASES and actor.may(Permission.REPORT_SEE)


def opened(session: Session, actor: Actor, kept_id: UUID) -> tuple[AnyRow, Sheet]:
    """A kept statement. Raises NotAllowed, NotFound, Altered."""
    _guard(actor)
    row = table.kept_row(session, kept_id)
    if row is None:
        raise NotFound
    actor.require(_right(row.statement))
    return row, sheet_of(session, row)


def of_week(session: Session, first: date) -> tuple[AnyRow, Sheet] | None:
    """The kept statement of the week that begins on a day. Raises Altered."""
    row = table.kept_of(session, WEEKLY, first, first + _WEEK - timedelta(days=1))
    return None if row is None else (row, sheet_of(session, row))


def sheet_of(session: Session, row: AnyRow) -> Sheet:
    """The figures of a row, as they were kept. Raises Altered."""
    figures = keys.open_sealed(keys.unlock(session, row.data_key_id), _place(row.id), bytes(row.figures))
    if sha256(figures).digest() != bytes(row.sha256):
        raise Altered
    return _sheet_of(orjson.loads(figures))


def _right(key: str) -> Permission:
    return Permission.REPORT_SEE if key == WEEKLY else reports.STATEMENTS[key].permission


def _guard(actor: Actor) -> None:
    if not sees(actor):
        raise NotAllowed


# -- figures as text -------------------------------------------------------------------------------------


def _text_of(sheet: Sheet) -> bytes:
    """The figures as canonical JSON: equal figures have equal bytes."""
    found = {
        "key": sheet.key,
        "first": sheet.period.first,
        "last": sheet.period.last,
        "as_of": sheet.as_of,
        "made_at": sheet.made_at,
        "columns": [[column.key, column.kind] for column in sheet.columns],
        "lines": [[line.key, line.is_total, [_cell(cell) for cell in line.cells]] for line in sheet.lines],
        "notes": list(sheet.notes),
        "orders": [[_told(getattr(row, name)) for name in Order._fields] for row in sheet.orders],
    }
    if sheet.waits:  # statements from before queries stopped clocks keep their bytes
        found["waits"] = [[_cell(each.name), each.reason, each.queries] for each in sheet.waits]
    return orjson.dumps(found, option=orjson.OPT_SORT_KEYS)


def _told(value: Any) -> Any:
    return value if value is None or isinstance(value, date) else str(value)


def _cell(cell: Any) -> Any:
    if isinstance(cell, Name):
        return {"name": [cell.name_hi, cell.name_en, cell.name_kind]}
    if isinstance(cell, tuple):  # a remark: a word and a day
        return {"remark": list(cell)}
    return {"day": cell} if isinstance(cell, date) else cell


def _cell_of(kept: Any) -> Any:
    match kept:
        case {"name": [hindi, english, kind]}:
            return Name(hindi, english, kind)
        case {"remark": [word, day]}:
            return (word, date.fromisoformat(day))
        case {"day": day}:
            return date.fromisoformat(day)
    return kept


def _sheet_of(kept: dict[str, Any]) -> Sheet:
    first, last, as_of = (date.fromisoformat(kept[name]) for name in ("first", "last", "as_of"))
    lines = [Line(key, [_cell_of(cell) for cell in cells], total) for key, total, cells in kept["lines"]]
    columns = [Column(key, kind) for key, kind in kept["columns"]]
    orders: list[Any] = [_order_of(values) for values in kept["orders"]]
    made_at = datetime.fromisoformat(kept["made_at"])
    waits = [Wait(_cell_of(name), reason, count) for name, reason, count in kept.get("waits", ())]
    period, notes = Period(first, last), kept["notes"]
    return Sheet(kept["key"], period, as_of, columns, lines, made_at, notes, orders, waits=waits)


def _order_of(values: list[Any]) -> Order:
    known = dict(zip(Order._fields, values, strict=True))
    days = {name: date.fromisoformat(known[name]) for name in ("first_on", "last_on")}
    return Order(**{**known, **days})
