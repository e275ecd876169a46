"""The letter that a list belongs to: one received, or one that its department writes in its account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.errors import Conflict, NotFound
from app.domain.roles import Permission
from app.models.casefile import case_queries as cases
from app.models.intake import lodgements
from app.services.district import calendars

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow


class Sent(Conflict):
    """A department has sent this letter, or it was received: it is not the department's to change."""

    key = "lodgement.is_sent"


@dataclass(frozen=True, slots=True)
class Letter:
    """What the rules of a list read of its letter. `received_on` is today, while nobody has received it."""

    id: UUID
    data_key_id: UUID
    office_id: UUID  # of the DM, which keeps its numbers; of the department, until it is received
    number: str  # "" until it is received
    purpose: str
    requester_hi: str
    letter_no: str
    letter_date: date
    received_on: date
    candidate_count: int
    routing: Mapping[str, Any]
    is_received: bool
    is_open: bool  # to changes of its lists

    @property
    def thing(self) -> str:
        """Its name in the record of acts."""
        return f"{'requisition' if self.is_received else 'lodgement'}:{self.id}"


def of_actor(session: Session, actor: Actor, letter_id: UUID, now: datetime) -> Letter:
    """The letter to whose lists the officer may come: for the DM's office received ones, for a department others.

    Raises NotAllowed, NotFound.
    """
    guard(actor)
    if actor.may(Permission.ROSTER_TAKE):
        return _received(cases.requisition_row(session, letter_id))
    return _lodged(lodgements.find(session, letter_id), now)


def to_change(session: Session, actor: Actor, letter_id: UUID, now: datetime) -> Letter:
    """The same, to change its lists. Raises Sent besides."""
    letter = of_actor(session, actor, letter_id, now)
    if not letter.is_open:
        raise Sent
    return letter


def of_roster(session: Session, roster: AnyRow, now: datetime) -> Letter:
    """The letter of a list, for the worker. Raises NotFound."""
    if roster.requisition_id is not None:
        return _received(cases.requisition_row(session, roster.requisition_id))
    return _lodged(lodgements.find(session, roster.lodgement_id), now)


def guard(actor: Actor) -> None:
    """Raises NotAllowed for whoever keeps no list."""
    actor.require(Permission.ROSTER_KEEP)


def _received(row: AnyRow | None) -> Letter:
    if row is None:
        raise NotFound
    return Letter(
        row.id,
        row.data_key_id,
        row.office_id,
        row.number,
        row.purpose,
        row.requester_hi,
        row.letter_no,
        row.letter_date,
        row.received_on,
        row.candidate_count,
        row.routing,
        is_received=True,
        is_open=True,
    )


def _lodged(row: AnyRow | None, now: datetime) -> Letter:
    if row is None or row.state in ("accepted", "dropped"):
        raise NotFound
    return Letter(
        row.id,
        row.data_key_id,
        row.office_id,
        "",
        row.purpose,
        row.requester_hi,
        row.letter_no,
        row.letter_date,
        calendars.day(now),
        row.candidate_count,
        row.routing,
        is_received=False,
        is_open=row.state in lodgements.OPEN,
    )
