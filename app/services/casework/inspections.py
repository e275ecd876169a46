"""A ticket of inspection: the DM opens a named case to the district's auditor for some days, its person masked.

What is open so is a setting of the district; that it was opened, closed and read stands in the record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from app.domain import numbers
from app.domain.errors import BoxRefused
from app.domain.offices import SEALED_UNITS
from app.domain.roles import Permission
from app.domain.secrecy import SENSITIVE
from app.models.casefile import case_queries as cases
from app.models.district import setting_queries as settings
from app.models.scope import CaseScope
from app.services.casefile import casefile, sightings
from app.services.casework import unnamed
from app.services.procedure import releases
from app.services.store import audit, scopes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.services.store.database import Database

_KEY = "inspections"
MOST_DAYS, MOST_OPEN = 30, 50  # of one ticket; tickets at one time
#: Why a case is opened so: a list, so that no word about a person lies in the settings.
REASONS = ("sample", "complaint", "order")
#: For these alone a ticket may open what was written in sentences: they can name people who stand in no row.
STATEMENTS_FOR = frozenset({"complaint", "order"})
CLOSED = "•••"  # stands for a text that a ticket leaves closed
#: What an auditor reads by a ticket: what was found and when, no particulars of anybody (class P2), nothing sealed.
_CLASSES = frozenset({"P0", "P1", SENSITIVE})


class TicketRefused(BoxRefused):
    """No such case, too many days, no reason, or too many tickets (422)."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One case that is open to the auditor, until when, and why."""

    case_id: UUID
    number: str
    reason: str
    until: datetime
    has_statements: bool = False  # what was written in sentences is open, too, with the known names hidden


def open_now(session: Session, actor: Actor, now: datetime) -> list[Ticket]:
    """The tickets that hold. Raises NotAllowed for whoever neither gives them nor reads by them."""
    actor.require_one_of(Permission.INSPECTION_GIVE, Permission.INSPECTION_READ)
    return _open(session, now)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A ticket as it was asked for."""

    number: str
    days: int | None
    reason: str
    has_statements: bool = False


def give(session: Session, actor: Actor, wanted: Wanted, now: datetime) -> None:
    """Open a case to the auditor for so many days. Raises NotAllowed, TicketRefused."""
    days, reason = wanted.days, wanted.reason
    actor.require(Permission.INSPECTION_GIVE)
    known = numbers.parse_case_number(wanted.number)
    case = cases.find_number(session, known) if known is not None else None
    if case is None:
        raise TicketRefused("number", "retention.problem.case")
    if days is None or not 1 <= days <= MOST_DAYS:
        raise TicketRefused("days", "inspection.problem.days", most=MOST_DAYS)
    if reason not in REASONS:
        raise TicketRefused("reason", "inspection.problem.reason")
    if wanted.has_statements and reason not in STATEMENTS_FOR:
        raise TicketRefused("statements", "inspection.problem.statements")
    others = [each for each in _open(session, now) if each.case_id != case.id]
    if len(others) >= MOST_OPEN:
        raise TicketRefused("number", "inspection.problem.many", most=MOST_OPEN)
    until = now + timedelta(days=days)
    _keep(session, [*others, Ticket(case.id, case.number, reason, until, wanted.has_statements)])
    own = session.narrowed(CaseScope(actor.district_id, case.id))
    thing = f"case:{case.id}"
    told = {"until": until.isoformat(), "reason": reason, "statements": wanted.has_statements}
    audit.record(own, thing, "inspection:open", thing, actor, now, **told)


def close(session: Session, actor: Actor, case_id: UUID, now: datetime) -> None:
    """Close a case to the auditor before its days are over; one that is not open stays so. Raises NotAllowed."""
    actor.require(Permission.INSPECTION_GIVE)
    lasting = _open(session, now)
    left = [each for each in lasting if each.case_id != case_id]
    if len(left) == len(lasting):
        return
    _keep(session, left)
    own = session.narrowed(CaseScope(actor.district_id, case_id))
    audit.record(own, f"case:{case_id}", "inspection:close", f"case:{case_id}", actor, now)


def read(database: Database, actor: Actor, case_id: UUID, now: datetime) -> Sequence[casefile.AnswerView]:
    """What the units and judges have written of a case with a ticket, masked; nothing where there is none.

    That P3 was read is recorded before it is shown. Raises NotAllowed.
    """
    actor.require(Permission.INSPECTION_READ)
    found = database.read(
        lambda session: _written(session, actor, case_id, now), scopes.record(actor.district_id)
    )
    if found:
        sightings.note(database, actor, f"case:{case_id}", "inspection", {SENSITIVE}, now)
    return found


def _written(session: Session, actor: Actor, case_id: UUID, now: datetime) -> list[casefile.AnswerView]:
    ticket = next((each for each in _open(session, now) if each.case_id == case_id), None)
    case = cases.find(session, case_id)
    if ticket is None or case is None:
        return []
    own = session.narrowed(CaseScope(actor.district_id, case_id))
    file = casefile.CaseFile(own, actor, case, releases.load(own, case.release_id), now)
    rows = [row for row in file.answer_rows if row.user_task_id is not None]
    names = unnamed.Unnamed(session, actor, case, now)
    return [
        _masked(each, names)
        for each in file.readable(rows, _CLASSES, "" if ticket.has_statements else CLOSED)
        if each.rows and each.unit_kind not in SEALED_UNITS
    ]


def _masked(view: casefile.AnswerView, names: unnamed.Unnamed) -> casefile.AnswerView:
    """An answer without its officer's name, and with the names of the case's people hidden in its texts."""
    rows = [(label, names.hide(text)) for label, text in view.rows]
    return replace(view, officer_hi="", officer_en="", acting=None, rows=rows, failed_visits=())


def _open(session: Session, now: datetime) -> list[Ticket]:
    kept = settings.value_of(session, _KEY) or []
    found = (
        Ticket(
            UUID(each["case"]),
            each["number"],
            each["reason"],
            datetime.fromisoformat(each["until"]),
            each.get("statements", False),
        )
        for each in kept
    )
    return [each for each in found if each.until > now]


def _keep(session: Session, tickets: Sequence[Ticket]) -> None:
    plain = [
        {
            "case": str(each.case_id),
            "number": each.number,
            "reason": each.reason,
            "until": each.until.isoformat(),
            "statements": each.has_statements,
        }
        for each in tickets
    ]
    settings.put_value(session, _KEY, plain)
