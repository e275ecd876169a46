"""The clocks of a case, written in the transaction of the act: events, and the rows that statements read.

The events are the truth; the rows of `case_clock` are what they come to, kept so that a statement over very many
cases is one question to the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, Any

from app.domain.clock import PAUSES
from app.domain.ids import new_id
from app.domain.ledger import due, standing_calendar
from app.domain.offices import LANES, OfficeKind, is_police
from app.models.execution import workflow_queries as workflow
from app.models.timekeeping import clock_queries as table
from app.services.district import calendars
from app.services.timekeeping.clockbook import (
    ALLOWED,
    OFFICE,
    POLICE,
    SENT_ON,
    WHOLE,
    checks_of,
    settle,
    statutory,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app import engine
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

PASSED_ON, WITHDRAWN, LEFT_OUT = "passed_on", "withdrawn", "left_out"


@dataclass(frozen=True, slots=True)
class Moved:
    """What one step did to the tasks of a case: those that were open, those that went, those that came."""

    at: datetime
    before: Sequence[AnyRow]
    gone: Sequence[AnyRow]
    opened: Sequence[Mapping[str, Any]]
    moves: Sequence[engine.Move]
    is_first: bool
    is_withdrawn: bool

    @property
    def held(self) -> set[UUID]:
        return {row.office_id for row in self.before}

    @property
    def holds(self) -> set[UUID]:
        gone = {row.id for row in self.gone}
        still = {row.office_id for row in self.before if row.id not in gone}
        return still | {row["office_id"] for row in self.opened}

    @property
    def kinds(self) -> dict[UUID, str]:
        """The kind of every office that had the case or has it, by its lane."""
        lanes = {row.office_id: row.lane for row in self.before}
        lanes |= {row["office_id"]: row["lane"] for row in self.opened}
        return {office: LANES.get(lane, lane) for office, lane in lanes.items()}

    def passed_on(self) -> set[UUID]:
        """Offices whose part of an enquiry another office of their kind has now."""
        now = {(row["enquiry_id"], row["lane"]): row["office_id"] for row in self.opened if row["enquiry_id"]}
        return {
            row.office_id
            for row in self.gone
            if now.get((row.enquiry_id, row.lane)) not in (None, row.office_id)
        }

    def left_out(self) -> set[UUID]:
        """Offices without whose report the case goes on."""
        units = {move.routing["enquiry"] for move in self.moves if move.kind == "left_out"}
        return {row.office_id for row in self.gone if str(row.enquiry_id) in units}


def record(session: Session, case: AnyRow, moved: Moved) -> None:
    """Write what a step did to the clocks.

    An office's clock runs while it has an open task of the case; the case's own stands still while a step waits for
    the department or for a hearing.
    """
    events = _events(moved)
    _insert_events(session, case.id, events, moved)
    if not events and not moved.is_first:
        return
    _Writer(session, case, moved).write(events)
    if any(kind == "resume" for kind, *_ in events):
        settle(session, case, moved.at)


def _events(moved: Moved) -> list[tuple[str, str, UUID]]:
    """Kind, reason and office of each event, in the order in which they are told."""
    pauses = {row["office_id"]: PAUSES[row["form"]] for row in moved.opened if row["form"] in PAUSES}
    paused = {row.office_id: PAUSES[row.form] for row in moved.gone if row.form in PAUSES}
    held, holds, passed_on = moved.held, moved.holds, moved.passed_on()
    stop = WITHDRAWN if moved.is_withdrawn else SENT_ON
    why = dict.fromkeys(moved.left_out(), LEFT_OUT) | dict.fromkeys(passed_on, PASSED_ON)
    events = [("resume", paused[office], office) for office in sorted(paused.keys() - pauses)]
    events += [("stop", why.get(office, stop), office) for office in sorted(held - holds)]
    events += [("start", "received", office) for office in sorted(holds - held)]
    return events + [("pause", pauses[office], office) for office in sorted(pauses.keys() - paused)]


def _insert_events(
    session: Session, case_id: UUID, events: Iterable[tuple[str, str, UUID]], moved: Moved
) -> None:
    element = {row["office_id"]: row["element_id"] for row in moved.opened}
    workflow.insert_clock_events(
        session,
        [
            {
                "id": new_id(session.recorded_at),
                "case_id": case_id,
                "office_id": office,
                "kind": kind,
                "reason": reason,
                "element_id": element.get(office, ""),
                "at": moved.at,
            }
            for kind, reason, office in events
        ],
    )


class _Writer:
    """Keeps the rows of one case in step with its events."""

    def __init__(self, session: Session, case: AnyRow, moved: Moved) -> None:
        self._session, self._case, self._moved = session, case, moved
        self._today = calendars.day(moved.at)
        self._calendar, self._orders = calendars.of(session), calendars.orders(session)
        self._rows = [] if moved.is_first else table.of_case(session, case.id)
        self._police: tuple[date, int] | None = None  # since when it runs, and the days it had run before

    @cached_property
    def _checks(self) -> Mapping[str, Any]:
        """What the table `checks` says of the case, also when this very step asked it."""
        asked = [move.routing["checks"] for move in self._moved.moves if "checks" in move.routing]
        return asked[-1] if asked else checks_of(self._session, self._case.id)

    def write(self, events: Iterable[tuple[str, str, UUID]]) -> None:
        new = [self._whole()] if self._moved.is_first else []
        new += self._police_row()
        for kind, reason, office in events:
            if kind == "start":
                new.append(self._started(office))
            elif kind == "stop":
                self._stopped(office, reason)
            elif kind == "pause":
                self._paused(office)
        table.insert_clocks(self._session, new)

    def _row(self, clock: str, office: UUID, kind: str, **more: Any) -> dict[str, Any]:
        return {
            "id": new_id(self._session.recorded_at),
            "case_id": self._case.id,
            "clock": clock,
            "office_id": office,
            "office_kind": kind,
            "purpose": self._case.purpose,
            "received_at": self._moved.at,
            "received_on": self._today,
            "statutory": statutory(self._checks),
            **more,
        }

    def _whole(self) -> dict[str, Any]:
        first = self._moved.opened[0]
        received, until = self._case.received_on, self._case.due_on
        days = self._calendar.days_between(received, until)
        kind = LANES.get(first["lane"], first["lane"])
        return self._row(WHOLE, first["office_id"], kind, received_on=received, due_on=until, allowed=days)

    def _police_row(self) -> list[dict[str, Any]]:
        """The police's clock goes on, begins, or ends; a run that ended today and goes on today is one run."""
        kinds = self._moved.kinds
        offices = sorted(office for office in self._moved.holds if is_police(kinds[office]))
        runs = [row for row in self._rows if row.clock == POLICE]
        last = runs[-1] if runs else None
        if not offices:
            if last is not None and last.stopped_on is None:
                self._stop(last, SENT_ON, self._calendar)
            return []
        if last is not None and last.stopped_on in (None, self._today):
            self._police = last.received_on, last.carried
            if last.stopped_on is not None:
                table.set_clock(self._session, last.id, _RUNNING)
            return []
        self._police = self._today, sum(row.net_days or 0 for row in runs)
        return [self._row(POLICE, offices[0], kinds[offices[0]], carried=self._police[1])]

    def _started(self, office: UUID) -> dict[str, Any]:
        kind = self._moved.kinds[office]
        named = ALLOWED.get(OfficeKind(kind)) if kind in set(OfficeKind) else None
        days = self._checks.get(named) if named else None
        allowed = int(days) if days else self._of_steps(office)
        since, carried = self._police if self._police is not None and is_police(kind) else (None, 0)
        until = due(self._calendar, self._orders, (office, kind), (self._today, None), allowed)
        more = {"allowed": allowed, "due_on": until, "police_on": since, "carried": carried}
        return self._row(OFFICE, office, kind, **more)

    def _of_steps(self, office: UUID) -> int:
        return ceil(max(float(row["days"]) for row in self._moved.opened if row["office_id"] == office))

    def _stopped(self, office: UUID, reason: str) -> None:
        for row in self._rows:
            if row.clock == OFFICE and row.office_id == office and row.stopped_on is None:
                standing = standing_calendar(self._calendar, self._orders, office, row.office_kind)
                self._stop(row, reason, standing)

    def _stop(self, row: AnyRow, reason: str, standing: Any) -> None:
        until = max(self._today, row.received_on)
        paused = row.paused_days
        if row.paused_on is not None:
            paused += self._calendar.days_between(row.paused_on, until)
        table.set_clock(
            self._session,
            row.id,
            {
                "stopped_at": self._moved.at,
                "stopped_on": until,
                "outcome": reason,
                "paused_on": None,
                "paused_days": paused,
                "gross_days": self._calendar.days_between(row.received_on, until),
                "net_days": max(0, standing.days_between(row.received_on, until) - paused),
            },
        )

    def _paused(self, office: UUID) -> None:
        is_of_police = is_police(self._moved.kinds[office])
        for row in self._rows:
            stands = row.clock == WHOLE or row.office_id == office or (row.clock == POLICE and is_of_police)
            if stands and row.stopped_on is None:
                table.set_clock(self._session, row.id, {"paused_on": self._today})


#: Columns of a clock that runs.
_RUNNING: dict[str, Any] = {
    "stopped_at": None,
    "stopped_on": None,
    "outcome": "",
    "gross_days": None,
    "net_days": None,
}
