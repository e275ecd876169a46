"""Which statements there are, who may see each, and today's queues office by office."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.domain.roles import WITHOUT_CASES, Permission
from app.models.reports import queue_reports as table
from app.services.district import calendars
from app.services.procedure import releases
from app.services.reports import durations, outcomes, outgoing, pendency, registers, workload
from app.services.store import scopes

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.domain.statement import Period
    from app.models.scope import Session
    from app.services.reports.statements import Sheet

    #: Makes a statement of a period, for a purpose or (empty) all, as a post sees it; of no post, as the scope does.
    Maker = Callable[[Session, Actor | None, Period, str, datetime], Sheet]
    #: Makes the page of a statement that begins behind a place (empty: the first one).
    Pager = Callable[[Session, Period, str, datetime], Sheet]


@dataclass(frozen=True, slots=True)
class QueueLine:
    """The open tasks of one office by age; the total is their sum by construction."""

    office_id: UUID
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
    actor.require(Permission.REPORT_SEE)
    return [
        QueueLine(
            row.office_id, row.office_kind, row.office_hi, row.office_en, row.late, row.last_day, row.left
        )
        for row in table.by_office(session, calendars.day(now))
    ]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of the list: how it is made, and the right that opens it."""

    make: Maker
    permission: Permission = Permission.REPORT_SEE
    by_purpose: bool = True
    by_row: bool = False  # it tells of single cases or officers, not of sums alone
    page: Pager | None = None  # where it is shown page by page; a file holds all of it


def _register(make: Maker) -> Statement:
    return Statement(make, Permission.REGISTER_SEE, by_purpose=False, by_row=True)


STATEMENTS: dict[str, Statement] = {
    pendency.KEY: Statement(pendency.month),
    "disposal": Statement(durations.disposal),
    "duration": Statement(durations.monthly, by_purpose=False),
    "stages": Statement(workload.stages, by_purpose=False),
    "officers": Statement(workload.officers, Permission.OFFICER_REPORT, by_purpose=False, by_row=True),
    "outcomes": Statement(outcomes.by_purpose, Permission.OUTCOME_REPORT, by_purpose=False),
    "departments": Statement(registers.departments, Permission.REQUISITION_SEE, by_purpose=False),
    "receipts": _register(registers.receipts),
    outgoing.KEY: replace(_register(outgoing.whole), page=outgoing.page),
    "dispatches": _register(registers.dispatches),
    "issued": _register(registers.issued),
    "revocations": _register(registers.revocations),
}


def open_to(actor: Actor) -> list[str]:
    """The keys of the statements that a post may see, in the order of the list."""
    return [key for key, statement in STATEMENTS.items() if actor.may(statement.permission)]


def make(
    session: Session,
    actor: Actor,
    key: str,
    period: Period,
    purpose: str,
    now: datetime,
    after: str | None = None,
) -> Sheet:
    """One statement; of one that is shown page by page, the page behind `after` (None: all of it).

    Raises KeyError for a key that there is not, NotAllowed, statements.DoesNotAddUp.
    """
    statement = STATEMENTS[key]
    actor.require(statement.permission)
    if statement.permission is Permission.REGISTER_SEE and actor.post.role in WITHOUT_CASES:
        session = session.narrowed(scopes.record(actor.district_id))  # its columns hold no name
    if statement.page is not None and after is not None:
        return statement.page(session, period, after, now)
    return statement.make(session, actor, period, purpose if statement.by_purpose else "", now)


def whole(session: Session, key: str, period: Period, now: datetime) -> Sheet:
    """One statement of the whole scope, for no officer: what the worker keeps. Raises KeyError, DoesNotAddUp."""
    return STATEMENTS[key].make(session, None, period, "", now)


def purposes(session: Session) -> list[tuple[str, str, str]]:
    """The purposes that may be asked for: code, name in Hindi and in English."""
    loaded = releases.active(session)
    return [(code, *loaded.purpose_names(code)) for code in loaded.purposes]
