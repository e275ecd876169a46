"""Visits at which nobody could be asked: kept sealed with the case beside the open task, told with its report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from app.domain.errors import BoxRefused
from app.domain.ids import new_id
from app.domain.text import tidy, words_refused
from app.models.casefile import visit_queries as table
from app.services.access import standins
from app.services.district import calendars
from app.services.store import keys

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.access.standins import StandIn

#: The form whose task a failed visit belongs to.
FORM = "visit"
CLASS = "P2"  # of facts: what a neighbour told of a person's whereabouts
REASONS = (LOCKED := "locked", "away", "unknown", "refused")
MET = (NOBODY := "nobody", "family", "neighbour", "local_rep")
LONGEST = 200  # characters of a note
MOST = 20  # failed visits of one task
_LATE = timedelta(minutes=15)  # from the visit to the server: more than that is told


class Refused(BoxRefused):
    """A visit that cannot be kept (422)."""

    key = "visit.reason_missing"


@dataclass(frozen=True, slots=True)
class Said:
    """A failed visit as its officer tells it: why, who was met, a note, when (None: now), the id it was sent as."""

    reason: str
    met: str
    sent_as: UUID
    note: str = ""
    visited_at: datetime | None = None
    is_no_time: bool = False  # something else than a day and a time was written


@dataclass(frozen=True, slots=True)
class FailedVisit:
    """A visit as it is read; `is_late`: the server heard of it well after it was made."""

    task_id: UUID
    visited_at: datetime
    at: datetime
    reason: str
    met: str
    note: str
    officer_hi: str
    officer_en: str
    is_late: bool
    acting: StandIn | None = None  # for whom the officer acted


def of_case(session: Session, case: AnyRow) -> list[FailedVisit]:
    """The failed visits of a case that the scope shows, oldest first."""
    rows = table.failed_of_case(session, case.id)
    if not rows:
        return []
    key = keys.unlock(session, case.data_key_id)
    acting = standins.find(session, map(_made, rows))
    return [replace(_opened(row, key), acting=acting.get(_made(row))) for row in rows]


def _made(row: AnyRow) -> standins.Act | None:
    return standins.act(row.officer_id, row.office_id, row.visited_at, row.role)


def _opened(row: AnyRow, key: bytes) -> FailedVisit:
    said = keys.open_json(key, _place(row.id), bytes(row.details))
    return FailedVisit(
        row.user_task_id,
        row.visited_at,
        row.at,
        said["reason"],
        said["met"],
        said["note"],
        row.officer_hi,
        row.officer_en,
        row.at - row.visited_at > _LATE,
    )


def keep(session: Session, actor: Actor, case: AnyRow, task: AnyRow, said: Said, now: datetime) -> UUID:
    """Keep a failed visit of an open task, its case locked; -> its id.

    Raises Refused: no reason, nobody named, a time outside of the task's, a note that cannot stand, too many.
    """
    visited_at = _when(task, said, now)
    note = _checked(said)
    if table.count_of_task(session, task.id) >= MOST:
        raise Refused("reason", "visit.too_many", most=MOST)
    visit_id, key = new_id(session.recorded_at), keys.unlock(session, case.data_key_id)
    details = {"reason": said.reason, "met": said.met, "note": note}
    table.insert_failed(
        session,
        {
            "id": visit_id,
            "case_id": case.id,
            "enquiry_id": task.enquiry_id,
            "user_task_id": task.id,
            "officer_id": actor.officer_id,
            "sent_as": said.sent_as,
            "details": keys.seal_json(key, _place(visit_id), details),
            "visited_at": visited_at,
            "at": now,
        },
    )
    return visit_id


def _when(task: AnyRow, said: Said, now: datetime) -> datetime:
    """When the visit was: on the day on which the task came, or later, and not to come."""
    at = said.visited_at or now
    if said.is_no_time or at > now or calendars.day(at) < calendars.day(task.created_at):
        raise Refused("day", "visit.time_out_of_reach", first=f"{calendars.day(task.created_at):%d-%m-%Y}")
    return at


def _checked(said: Said) -> str:
    if said.reason not in REASONS:
        raise Refused("reason", "visit.reason_missing")
    if said.met not in MET:
        raise Refused("met", "visit.met_missing")
    text = tidy(said.note)
    if fault := words_refused(text):
        raise Refused("note", fault)
    if len(text) > LONGEST:
        raise Refused("note", "desk.too_long", most=LONGEST)
    return text


def _place(visit_id: UUID) -> str:
    return f"failed_visit|details|{visit_id}"
