"""What the recorded events of a case come to: its ledger, and the rows that statements read, worked out anew.

An end, a pause that is over, a change of the calendar and `flask clocks recompute` all go this way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.domain.clock import PAUSES
from app.domain.ids import new_id
from app.domain.ledger import (
    QUERIES,
    Event,
    Ledger,
    Pause,
    Terms,
    due,
    ledger,
    standing_calendar,
    waited,
    without,
)
from app.domain.offices import OfficeKind, is_police
from app.models.execution import workflow_queries as workflow
from app.models.timekeeping import clock_queries as table
from app.services.district import calendars

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal
    from uuid import UUID

    from app.domain.clock import WorkingCalendar
    from app.domain.ledger import Holding
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

OFFICE, POLICE, WHOLE = "office", "police", "case"
SENT_ON = "sent_on"
#: Offices whose days are those of the decision table, for all their steps together; others have those of the step.
ALLOWED = {
    OfficeKind.THANA: "sla_thana",
    OfficeKind.DCRB: "sla_dcrb_parallel",
    OfficeKind.SPECIAL_BRANCH: "sla_thana",
    OfficeKind.SDPO: "sla_sdpo",
}


def checks_of(session: Session, case_id: UUID) -> dict[str, Any]:
    """What the table `checks` said of a case; empty before it was asked."""
    return dict(workflow.decided(session, case_id).get("checks") or {})


def statutory(checks: Mapping[str, Any]) -> int:
    """The days of the SP's statutory clock; 0: none."""
    return int(checks.get("sp_statutory_days") or 0)


def told(session: Session, case: AnyRow, now: datetime) -> Ledger:
    """The ledger of a case as of now, or of its end."""
    terms = _terms(session, case, table.of_case(session, case.id))
    return _ledger(session, case, terms, case.closed_at or now)


def clocks_of(session: Session, case: AnyRow, now: datetime) -> Ledger:
    """The clocks of a case as they run and stand, without the days that were allowed: it asks for no terms."""
    return _ledger(session, case, Terms({}), case.closed_at or now)


def own_calendar(
    session: Session, case: AnyRow, office: tuple[UUID, str], at: datetime, *, is_waiting: bool = False
) -> WorkingCalendar:
    """The calendar of an office (its id and kind) for this case: without the days of orders and of answered queries.

    `is_waiting`: of a query that has no answer yet, too, up to this instant.
    """
    standing = standing_calendar(calendars.of(session), calendars.orders(session), *office)
    if not any(row.reason in QUERIES for row in workflow.clock_events_of(session, case.id)):
        return standing
    book = _ledger(session, case, Terms({}), at)
    pauses = [pause for held in book.holdings if held.office == office[0] for pause in held.pauses]
    if is_waiting:
        pauses = [replace(pause, until=pause.until or calendars.day(at)) for pause in pauses]
    return without(standing, waited(pauses))


def due_of(
    session: Session, office: tuple[UUID, str], checks: Mapping[str, Any], at: datetime
) -> date | None:
    """By which day an office (its id and kind) that receives a case at an instant is to send it on.

    None where its kind has no days of its own for all its steps together.
    """
    days = checks.get(ALLOWED.get(OfficeKind(office[1]), ""))
    if not days:
        return None
    return due(calendars.of(session), calendars.orders(session), office, (calendars.day(at), None), int(days))


def step_due(
    session: Session, office: tuple[UUID, str], days: float | Decimal, at: datetime
) -> tuple[date, datetime]:
    """By which day, and instant, a step of so many days is due that begins at an instant in an office (id, kind)."""
    calendar = calendars.of(session)
    moment = standing_calendar(calendar, calendars.orders(session), *office).due(at, days)
    return calendar.day_of(moment), moment


def office_names(session: Session, case_id: UUID) -> dict[UUID, tuple[str, str]]:
    """The offices that had the case, by name in Hindi and English."""
    return {
        row.office_id: (row.office_hi, row.office_en) for row in workflow.clock_events_of(session, case_id)
    }


def _ledger(session: Session, case: AnyRow, terms: Terms, at: datetime) -> Ledger:
    events = [
        Event(row.kind, row.office_id, row.office_kind, row.at, row.reason, row.element_id)
        for row in workflow.clock_events_of(session, case.id)
    ]
    return ledger(events, calendars.of(session), calendars.orders(session), terms, case.received_on, at)


def _terms(session: Session, case: AnyRow, stored: Sequence[AnyRow]) -> Terms:
    """The days that were allowed, as they were written; of a case from before clocks were kept, as its steps say."""
    checks = checks_of(session, case.id)
    kinds = {kind.value: int(checks[name]) for kind, name in ALLOWED.items() if checks.get(name)}
    whole = next((row.allowed for row in stored if row.clock == WHOLE), None)
    runs = {(row.office_id, row.received_at): row.allowed for row in stored if row.clock == OFFICE}
    if whole is None:
        calendar = calendars.of(session)
        whole = calendar.days_between(case.received_on, case.due_on)
        for task in workflow.tasks_of(session, case.id, states=workflow.EVERY_STATE):
            days = calendar.days_between(calendars.day(task.created_at), task.due_on)
            key = (task.office_id, task.created_at)
            if task.office_kind not in kinds:
                runs[key] = max(days, runs.get(key) or 0)
    return Terms(
        kinds, statutory(checks), whole, {key: days for key, days in runs.items() if days is not None}
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """One clock of a case that would read otherwise: the columns, as they are and as they would be."""

    case_id: UUID
    case_number: str
    clock: str
    office_hi: str
    office_en: str
    office_kind: str
    before: dict[str, Any]
    after: dict[str, Any]


def settle(session: Session, case: AnyRow, at: datetime, status: str = "") -> None:
    """Write what the events come to; `status` is how the case ends with this step, if it does."""
    for change in _changes(session, case, at, status):
        change.write(session)


def differences(session: Session, case: AnyRow, now: datetime, *, is_write: bool) -> list[Difference]:
    """Where the rows of a case are not what its events come to under the calendar in force; written if asked."""
    ended = "" if case.status == "open" else case.status
    found = _changes(session, case, case.closed_at or now, ended)
    if is_write:
        for change in found:
            change.write(session)
    return [change.told for change in found]


@dataclass(frozen=True, slots=True)
class _Change:
    told: Difference
    row_id: UUID | None  # None: a row that is not there
    new: dict[str, Any]  # the whole row that lacks
    is_gone: bool = False

    def write(self, session: Session) -> None:
        if self.is_gone and self.row_id is not None:
            table.delete_clock(session, self.row_id)
        elif self.row_id is None:
            table.insert_clocks(session, [self.new])
        else:
            table.set_clock(session, self.row_id, self.told.after)
        if self.told.clock == WHOLE and "due_on" in self.told.after:
            table.set_case_due(session, self.told.case_id, self.told.after["due_on"])


def _changes(session: Session, case: AnyRow, at: datetime, status: str) -> list[_Change]:
    stored = table.of_case(session, case.id)
    terms = _terms(session, case, stored)
    book = _ledger(session, case, terms, at)
    if not book.holdings:
        return []  # made for trials, without an event: its rows are all there is
    names = office_names(session, case.id)
    wanted = dict(_wanted(book, case, at, status))
    runs: dict[Any, AnyRow] = {}
    for row in stored:
        number = sum(key[0] == row.clock for key in runs)
        runs[(OFFICE, row.office_id, row.received_at) if row.clock == OFFICE else (row.clock, number)] = row
    found = []
    for key, columns in wanted.items():
        known = runs.pop(key, None)
        before = {} if known is None else known._asdict()
        after = {
            name: value
            for name, value in columns.items()
            if known is None or (name not in _GIVEN and before[name] != value)
        }
        if after:
            past = {name: before.get(name) for name in after}
            office = names.get(columns["office_id"], ("", ""))
            line = Difference(case.id, case.number, key[0], *office, columns["office_kind"], past, after)
            fresh = {"id": new_id(session.recorded_at), "case_id": case.id, "clock": key[0], **columns}
            found.append(
                _Change(line, None if known is None else known.id, fresh | _given(terms, key, columns))
            )
    for key, row in runs.items():
        office = names.get(row.office_id, ("", ""))
        line = Difference(case.id, case.number, key[0], *office, row.office_kind, {"due_on": row.due_on}, {})
        found.append(_Change(line, row.id, {}, is_gone=True))
    return found


#: What is written once, when a clock begins.
_GIVEN = frozenset({"office_id", "office_kind", "purpose"})


def _given(terms: Terms, key: tuple[Any, ...], columns: Mapping[str, Any]) -> dict[str, Any]:
    """The days that were allowed, for a row that was never written."""
    days = terms.allowed.get(columns["office_kind"])
    if key[0] == WHOLE:
        days = terms.whole
    elif key[0] == OFFICE:
        days = terms.of_receipt.get(key[1:], days)
    return {"allowed": days if key[0] != POLICE else None, "statutory": terms.statutory}


def _wanted(
    book: Ledger, case: AnyRow, at: datetime, status: str
) -> Iterable[tuple[tuple[Any, ...], dict[str, Any]]]:
    """The rows that a ledger comes to, by what tells them apart."""
    common = {"purpose": case.purpose}
    for held in book.holdings:
        yield (OFFICE, held.office, held.received_at), {**common, **_office_row(book, held)}
    yield from _police_rows(book, common)
    yield (WHOLE, 0), {**common, **_whole_row(book, at, status)}


def _office_row(book: Ledger, held: Holding) -> dict[str, Any]:
    """One holding of an office; of the police also since when, and after how many days, their time ran."""
    runs = book.police.runs if book.police is not None else ()
    since, carried = None, 0
    if is_police(held.office_kind):
        place = next(n for n, run in enumerate(runs) if run[0] <= held.received_on <= run[1])
        since, carried = runs[place][0], sum(days for *_, days in runs[:place])
    return {
        "office_id": held.office,
        "office_kind": held.office_kind,
        "received_at": held.received_at,
        "received_on": held.received_on,
        "due_on": held.due_on,
        "police_on": since,
        "carried": carried,
        "paused_on": _paused_on(held.pauses),
        "paused_days": _listed_days(held.pauses),
        "stopped_at": held.sent_at,
        "stopped_on": held.sent_on,
        "outcome": held.outcome,
        "gross_days": None if held.sent_on is None else held.gross,
        "net_days": None if held.sent_on is None else held.net,
    }


def _whole_row(book: Ledger, at: datetime, status: str) -> dict[str, Any]:
    """The whole case, which its first office began; `status` is empty while it is open."""
    first = book.holdings[0]
    ended = at if status else None
    return {
        "office_id": first.office,
        "office_kind": first.office_kind,
        "received_on": book.whole.since,
        "received_at": first.received_at,
        "due_on": book.whole.due_on,
        "paused_on": _paused_on(book.whole.pauses),
        "paused_days": _listed_days(book.whole.pauses),
        "stopped_at": ended,
        "stopped_on": None if ended is None else book.whole.until,
        "outcome": status,
        "gross_days": None if ended is None else book.whole.gross,
        "net_days": None if ended is None else book.whole.net,
    }


def _paused_on(pauses: Iterable[Pause]) -> date | None:
    """Since when the clock stands, where it does."""
    return next((pause.since for pause in pauses if pause.until is None), None)


def _listed_days(pauses: Iterable[Pause]) -> int:
    """Days of the pauses that are over and were the department's, a hearing's or a query's, not an order's."""
    return sum(pause.days for pause in pauses if pause.until is not None and pause.reason in _LISTED)


_LISTED = frozenset(PAUSES.values()) | QUERIES


def _police_rows(book: Ledger, common: dict[str, Any]) -> Iterable[tuple[tuple[Any, ...], dict[str, Any]]]:
    if book.police is None:
        return
    carried = 0
    for number, (since, until, days) in enumerate(book.police.runs):
        inside = [
            held
            for held in book.holdings
            if is_police(held.office_kind) and since <= held.received_on <= until
        ]
        is_last = number == len(book.police.runs) - 1
        running = is_last and book.police.is_running
        ended = None if running else max((held.sent_at for held in inside if held.sent_at), default=None)
        yield (
            (POLICE, number),
            {
                **common,
                "office_id": inside[0].office,
                "office_kind": inside[0].office_kind,
                "received_at": inside[0].received_at,
                "received_on": since,
                "carried": carried,
                "stopped_at": ended,
                "stopped_on": None if running else until,
                "outcome": "" if running else SENT_ON,
                "gross_days": None if running else days,
                "net_days": None if running else days,
            },
        )
        carried += days
