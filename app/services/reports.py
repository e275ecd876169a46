"""Statements: today's queues, office by office."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.errors import NotAllowed
from app.domain.roles import Permission
from app.models import queue_reports as table
from app.services import calendars

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.roles import Actor
    from app.models.scope import Session


@dataclass(frozen=True, slots=True)
class QueueLine:
    """The open tasks of one office by age; the total is their sum by construction."""

    office_kind: str
    office_hi: str
    office_en: str
    late: int
    last_day: int
    left: int

    @property
    def total(self) -> int:
        return self.late + self.last_day + self.left


def queues(session: Session, actor: Actor, now: datetime) -> list[QueueLine]:
    """Open tasks of every office this post may count, today; counts only, no names."""
    if not actor.may(Permission.REPORT_SEE):
        raise NotAllowed
    return [
        QueueLine(row.office_kind, row.office_hi, row.office_en, row.late, row.last_day, row.left)
        for row in table.by_office(session, calendars.day(now))
    ]
