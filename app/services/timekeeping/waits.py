"""An office's own clock, no other, while another office owes it an answer: stopped by a query for a listed reason.

It goes on with the answer, when the query is taken back, when the case is sent on, and behind the day by which the
answer was wanted, whatever comes first.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from app.domain.clock import IST
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.models.execution import workflow_queries as workflow
from app.models.timekeeping import clock_queries as table
from app.services.district import calendars
from app.services.timekeeping import clockbook, recomputing

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow


class NoClock(DomainError):
    """The office has no clock of this case that runs and could stand still (422)."""

    key = "note.no_clock"


def begin(session: Session, case: AnyRow, office_id: UUID, reason: str, note_id: UUID, at: datetime) -> None:
    """Let the office's clock stand from now on; the note is the proof. Raises NoClock."""
    row = _running(session, case, office_id)
    if row is None or row.paused_on is not None:
        raise NoClock
    _record(session, case, office_id, ("pause", reason, f"note:{note_id}"), at)
    table.set_clock(session, row.id, {"paused_on": calendars.day(at)})


def end(session: Session, case: AnyRow, office_id: UUID, reason: str, at: datetime) -> None:
    """Let the office's clock go on; its due day and that of its open steps move by the working days that it stood.

    Nothing happens where the office has sent the case on meanwhile.
    """
    row = _running(session, case, office_id)
    if row is None or row.paused_on is None:
        return
    _record(session, case, office_id, ("resume", reason, ""), at)
    clockbook.settle(session, case, at)
    recomputing.move_tasks(session, case, at)


def end_of(day: date) -> datetime:
    """The last second of a day in India."""
    return datetime.combine(day, time(23, 59, 59), IST)


def _running(session: Session, case: AnyRow, office_id: UUID) -> AnyRow | None:
    rows = table.of_case(session, case.id)
    return next(
        (
            row
            for row in rows
            if row.clock == clockbook.OFFICE and row.office_id == office_id and row.stopped_on is None
        ),
        None,
    )


def _record(
    session: Session, case: AnyRow, office_id: UUID, told: tuple[str, str, str], at: datetime
) -> None:
    kind, reason, element_id = told
    workflow.insert_clock_events(
        session,
        [
            {
                "id": new_id(session.recorded_at),
                "case_id": case.id,
                "office_id": office_id,
                "kind": kind,
                "reason": reason,
                "element_id": element_id,
                "at": at,
            }
        ],
    )
