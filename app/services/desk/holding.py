"""In whose name a task is: claimed for a while, given back, taken over with a reason, given to another officer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog

from app.domain import keeping
from app.domain import offices as rules
from app.domain.errors import DomainError, NotAllowed, NotFound, ReplyTooLate, TaskAlreadyDone, Unavailable
from app.domain.ids import new_id
from app.domain.roles import IN_PERSON, Permission, Role, doers_of
from app.models.casefile import case_queries as cases
from app.models.desk import holding_queries as table
from app.models.district import office_queries as offices
from app.models.execution import workflow_queries as workflow
from app.models.scope import CaseScope, SystemReason, SystemScope
from app.services.casefile.facts import REPLY
from app.services.district import calendars
from app.services.procedure import releases
from app.services.store import audit, queues
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

log = structlog.get_logger(__name__)

#: Why a task goes into another name: a closed list, for a free text would name somebody in the record.
REASONS = ("leave", "transfer", "urgent", "load", "agreed")
RAN_OUT = "ran_out"
#: A claim holds to the end of office hours so many working days on: over a night and a visit, not over a leave.
CLAIM_DAYS = 1
_AT_ONCE = 50  # claims that one tick of the worker ends
_WORKER = SystemScope(SystemReason.WORKER)


class ReasonMissing(DomainError):
    """A task in somebody else's name is taken, or given away, only for a reason (422)."""

    key = "error.reason_missing"


class NobodyChosen(DomainError):
    """The officer chosen does not hold a post that does this task, or has it already (422)."""

    key = "error.nobody_chosen"


@dataclass(frozen=True, slots=True)
class Doer:
    """An officer who could do a task, and how many open tasks of the office are in his name."""

    officer_id: UUID
    name_hi: str
    name_en: str
    rank: str
    load: int


@dataclass(frozen=True, slots=True)
class Gift:
    """An open task that may be given to another officer: what it is, who has it now, who could have it."""

    task_id: UUID
    case_number: str
    step_hi: str
    step_en: str
    office_kind: str
    office_hi: str
    office_en: str
    holder_hi: str
    holder_en: str
    doers: Sequence[Doer]


def find(session: Session, task_id: UUID) -> AnyRow:
    """An open or finished task that the scope shows. Raises NotFound."""
    task = workflow.task(session, task_id)
    if task is None:
        raise NotFound
    return task


def guard(actor: Actor, task: AnyRow) -> None:
    """Whether this officer may act on this task now; the post decides, not the person. Raises NotAllowed."""
    _check_open(task)
    is_his = keeping.may_do(actor, Role(task.role), task.office_id, task.assigned_to, task.element_id)
    if not is_his or not actor.may(Permission.TASK_COMPLETE):
        raise NotAllowed


def holds(task: AnyRow, now: datetime) -> bool:
    """Whether a claim on the task is in force; one whose end is not known holds until it is given back."""
    return task.claimed_by is not None and (task.claim_until is None or task.claim_until > now)


def claim(session: Session, actor: Actor, task_id: UUID, now: datetime, reason: str = "") -> None:
    """Take the task in one's own name for a while; one's own claim begins anew.

    What is in a colleague's name is taken over for a listed `reason`: who, from whom and why is recorded and told
    in the case. Raises ReasonMissing, NotFound, NotAllowed, TaskAlreadyDone.
    """
    own, task = _locked(session, actor, task_id)
    guard(actor, task)
    is_foreign = holds(task, now) and task.claimed_by != actor.officer_id
    if is_foreign and reason not in REASONS:
        raise ReasonMissing
    _into_name(own, task, actor.officer_id, now)
    if is_foreign:
        _hand_over(own, actor, task, "take_over", reason, actor.officer_id, now)
    else:
        _record(own, actor, task, "task:claim", now)


def release(session: Session, actor: Actor, task_id: UUID, now: datetime) -> None:
    """Give the task back to the office; only he who has it can. Raises NotAllowed for a colleague's."""
    own, task = _locked(session, actor, task_id)
    guard(actor, task)
    if task.claimed_by is None:
        return
    if task.claimed_by != actor.officer_id:
        raise NotAllowed
    _into_name(own, task, None, now)
    _record(own, actor, task, "task:release", now)


def begin(database: Database, actor: Actor, task: AnyRow, now: datetime) -> None:
    """Claim a task that nobody has, because its form is being filled; one's own claim lasts from today on again."""
    if task.assigned_to is not None or (holds(task, now) and task.claimed_by != actor.officer_id):
        return

    def take(session: Session) -> None:
        own, found = _locked(session, actor, task.id)
        is_foreign = holds(found, now) and found.claimed_by != actor.officer_id
        if found.state != "open" or is_foreign or found.claim_until == _until(own, now):
            return
        _into_name(own, found, actor.officer_id, now)
        if found.claimed_by != actor.officer_id:
            _record(own, actor, found, "task:claim", now)

    if (
        task.claimed_by is None
        or task.claimed_at is None
        or calendars.day(task.claimed_at) != calendars.day(now)
    ):
        database.write(take, actor_scope(actor))


def gift(session: Session, actor: Actor, task_id: UUID, now: datetime) -> Gift:
    """What there is to know before an open task is given away. Raises NotFound, NotAllowed, TaskAlreadyDone."""
    task = find(session, task_id)
    place = _may_give(session, actor, task)
    case = cases.find(session, task.case_id)
    if case is None:
        raise NotFound
    holder = task.assigned_to or (task.claimed_by if holds(task, now) else None)
    everybody = doers(session, task, now)
    held = next((each for each in everybody if each.officer_id == holder), None)
    return Gift(
        task.id,
        case.number,
        *releases.load(session, case.release_id).engine.label(task.element_id),
        place.kind,
        place.name_hi,
        place.name_en,
        held.name_hi if held is not None else "",
        held.name_en if held is not None else "",
        [each for each in everybody if each.officer_id != holder],
    )


def reassign(
    session: Session, actor: Actor, task_id: UUID, officer_id: UUID | None, reason: str, now: datetime
) -> str:
    """Give an open task to another officer of its office, for a listed reason; -> the number of its case.

    An enquiry goes as a whole: its enquiry officer is another from now on. Raises NobodyChosen, ReasonMissing,
    NotFound, NotAllowed, TaskAlreadyDone.
    """
    own, task = _locked(session, actor, task_id)
    _may_give(session, actor, task)
    holder = task.assigned_to or task.claimed_by
    if officer_id is None or officer_id not in {each.officer_id for each in doers(session, task, now)}:
        raise NobodyChosen
    if officer_id == holder and (task.assigned_to is not None or holds(task, now)):
        raise NobodyChosen
    if reason not in REASONS:
        raise ReasonMissing
    if task.enquiry_id is not None and (task.assigned_to is not None or Role(task.role) in IN_PERSON):
        _name(own, task, officer_id)
    else:
        _into_name(own, task, officer_id, now)
    _hand_over(own, actor, task, "reassign", reason, officer_id, now)
    case = cases.find(own, task.case_id)
    return str(case.number) if case is not None else ""


def expire(database: Database, now: datetime) -> int:
    """Give back to their offices the tasks whose claim has run out; -> how many were looked at."""
    found = database.read(lambda session: table.run_out(session, now, _AT_ONCE), _WORKER)
    for row in found:
        scope = CaseScope(row.district_id, row.case_id)
        try:
            database.write(partial(_expire, task_id=row.id, now=now), scope)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - one case in trouble keeps no other claim from ending
            log.warning("claim_not_ended", case=str(row.case_id), error=type(error).__name__)
    return len(found)


def let_go(session: Session, task: AnyRow, reason: str, now: datetime) -> None:
    """Put an open task of a locked case into nobody's name, also one that an officer was named for; told in the case.

    Raises TaskAlreadyDone.
    """
    if not table.set_assignee(session, task.id, None):
        raise TaskAlreadyDone
    queues.renamed(session, task, is_free=True)
    if task.assigned_to is not None and task.enquiry_id is not None:
        cases.set_enquiry(session, task.enquiry_id, officer_id=None)
    _hand_over(session, None, task, "expire", reason, None, now)


def _expire(session: Session, task_id: UUID, now: datetime) -> None:
    cases.lock(session, session.scope.case_id)  # type: ignore[union-attr]
    task = find(session, task_id)
    if task.state != "open" or task.claimed_by is None or holds(task, now):
        return
    _into_name(session, task, None, now)
    _hand_over(session, None, task, "expire", RAN_OUT, None, now)


def _locked(session: Session, actor: Actor, task_id: UUID) -> tuple[Session, AnyRow]:
    """Lock the case first: holder and counts change together, whoever else acts on it."""
    case_id = find(session, task_id).case_id
    own = session.narrowed(CaseScope(actor.district_id, case_id))
    cases.lock(own, case_id)
    return own, find(session, task_id)


def _into_name(session: Session, task: AnyRow, holder: UUID | None, now: datetime) -> None:
    since, until = (None, None) if holder is None else (now, _until(session, now))
    if not table.set_claim(session, task.id, holder, since, until):
        raise TaskAlreadyDone
    queues.renamed(session, task, is_free=holder is None and task.assigned_to is None)


def _name(session: Session, task: AnyRow, officer_id: UUID) -> None:
    """Name an officer for the whole enquiry: for what was in the former one's name, or in nobody's."""
    if task.assigned_to is not None:
        table.set_named(session, task.enquiry_id, task.assigned_to, officer_id)
    else:
        for each in workflow.open_tasks(session, task.case_id):
            if (each.enquiry_id, each.role, each.assigned_to) == (task.enquiry_id, task.role, None):
                table.set_assignee(session, each.id, officer_id)
                queues.renamed(session, each, is_free=False)
    cases.set_enquiry(session, task.enquiry_id, officer_id=officer_id)


def _until(session: Session, now: datetime) -> datetime:
    return calendars.of(session).due(now, CLAIM_DAYS)


def _may_give(session: Session, actor: Actor, task: AnyRow) -> AnyRow:
    """The office of an open task that the officer may give away."""
    _check_open(task)
    place = offices.find(session, task.office_id)
    if place is None or not rules.may_give(actor, Role(task.role), task.office_id, place.kind):
        raise NotAllowed
    return place


def _check_open(task: AnyRow) -> None:
    if task.state != "open":
        lost = ReplyTooLate if task.form == REPLY else TaskAlreadyDone
        raise lost(task.done_by_hi or "", task.done_by_en or "", task.done_at)


def doers(session: Session, task: AnyRow, now: datetime) -> list[Doer]:
    """Who could do a task in his own post, by name."""
    always, by_order = doers_of(Role(task.role))
    rows = table.doers(session, task.office_id, always, by_order, calendars.day(now))
    return [Doer(row.id, row.name_hi, row.name_en, row.rank, row.load) for row in rows]


def _hand_over(
    session: Session,
    actor: Actor | None,
    task: AnyRow,
    kind: str,
    reason: str,
    after: UUID | None,
    now: datetime,
) -> None:
    """Write down who had a task and who has it now, for those who read the case and for the record."""
    before = task.assigned_to or task.claimed_by
    table.insert_handover(
        session,
        {
            "id": new_id(session.recorded_at),
            "case_id": task.case_id,
            "user_task_id": task.id,
            "office_id": task.office_id,
            "kind": kind,
            "reason": reason,
            "from_officer_id": before,
            "to_officer_id": after,
            "by_officer_id": actor.officer_id if actor is not None else None,
            "at": now,
        },
    )
    _record(session, actor, task, f"task:{kind}", now, reason=reason, before=before, after=after)


def _record(
    session: Session, actor: Actor | None, task: AnyRow, action: str, now: datetime, **detail: Any
) -> None:
    told = {name: str(value) if isinstance(value, UUID) else value for name, value in detail.items() if value}
    audit.record(
        session,
        f"case:{task.case_id}",
        action,
        f"task:{task.id}",
        actor,
        now,
        element=task.element_id,
        **told,
    )
