"""Incidents: what stopped and why, in codes; opened once, counted at each further try, closed when it goes on."""

from __future__ import annotations

import errno
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from app.crypto import Unsealable
from app.domain.errors import Conflict, DomainError, FileDamaged, NotFound, RouteStuck
from app.domain.ids import new_id
from app.domain.offices import LANES
from app.models.casefile import case_queries as cases
from app.models.execution import incident_queries as table
from app.models.execution import workflow_queries as workflow
from app.models.issuing.stoppedpapers import FOR_A_KEY
from app.models.scope import CaseScope, SystemReason, SystemScope
from app.pades import KeyRefused
from app.papers import PaperRefused, PapersUnavailable, PaperTooSlow
from app.services.procedure import releases
from app.services.store import audit, queues
from app.services.workflow import tallies

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

#: What was being done when it stopped. The first three and the last can be tried again from here; the others are done
#: again by whoever did them, and only put away here.
JOB, TASK, TIMER = "job", "task", "timer"
START, WITHDRAWAL, COUNTS, INPUT = "start", "withdrawal", "counts", "input"
WATCH = "watch"  # nobody did anything: the case stands still
RETRIED_HERE = frozenset({JOB, TASK, TIMER, WATCH})
#: Kinds of job that a case can do without: a paper it cannot.
SKIPPABLE = frozenset({"remind"})
#: What holds up no case: a reminder that is not sent, an answer that the outcome table lacked.
_PASSING = frozenset({TIMER, INPUT})

#: Parameters of a refusal that name no person: files of the machine, codes, places in texts of the release.
_TELLING = frozenset({"file", "place", "name", "seconds", "output", "outcome", "template", "letters"})


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why something stopped: a code of the catalogue, the element, and codes that say more; never a name or text."""

    code: str
    element_id: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


class Place(NamedTuple):
    """An office where something stopped."""

    office_kind: str
    office_hi: str
    office_en: str


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """An open incident as the list shows it: where, why, since when; a case number and codes, never a person."""

    id: UUID
    act: str
    case_number: str
    code: str
    element_hi: str
    element_en: str
    offices: list[Place]
    wanted_kind: str  # kind of the office that was not found
    detail: dict[str, str]
    opened_at: datetime
    tries: int
    last_at: datetime
    is_trying: bool  # the worker has it again
    may_retry: bool
    may_skip: bool  # the case can go on without it


#: Kind of refusal -> its code.
_PAPERS: dict[type[DomainError], str] = {
    PapersUnavailable: "papers_unavailable",
    PaperTooSlow: "paper_too_slow",  # before the refusal that it is: nothing is wrong with the answers
    PaperRefused: "paper_refused",
    KeyRefused: FOR_A_KEY,
}
_PLAIN: tuple[tuple[type[Exception], str], ...] = (
    (NotFound, "not_found"),
    (Conflict, "conflict"),
    (FileDamaged, "file_damaged"),
    (Unsealable, "unsealable"),
)


def reason(error: Exception) -> Stopped:
    """What an administrator is told of a fault; every code has its text and its remedy in the catalogue."""
    if isinstance(error, RouteStuck):
        return Stopped(error.code, error.element_id, _plain(error.params))
    if isinstance(error, OSError):
        return Stopped(
            "storage", detail={"error": errno.errorcode.get(error.errno or 0, type(error).__name__)}
        )
    if isinstance(error, PapersUnavailable | PaperRefused | KeyRefused):
        code = next(code for kind, code in _PAPERS.items() if isinstance(error, kind))
        told = {name: value for name, value in error.params.items() if name in _TELLING}
        if "letters" in told:  # they come in the order of a name; sorted, they are letters
            told["letters"] = " ".join(sorted(str(told["letters"]).split()))
        return Stopped(code, detail={"reason": error.key, **_plain(told)})
    for kind, code in _PLAIN:
        if isinstance(error, kind):
            return Stopped(code, detail={"reason": error.key} if isinstance(error, DomainError) else {})
    return Stopped("fault", detail={"error": type(error).__name__})


# -- opened ----------------------------------------------------------------------------------------------


def report_job(session: Session, job: AnyRow, why: Stopped, now: datetime) -> None:
    """A job failed for the last time."""
    _report(session, JOB, why, now, case_id=job.case_id, job_id=job.id, element_id=job.element_id)


def report_task(session: Session, actor: Actor, task: AnyRow, why: Stopped, now: datetime) -> None:
    """The route could not go on behind a task; what the officer had sent is his draft of this very instant."""
    sender = {
        "officer": str(actor.officer_id),
        "posting": str(actor.post.posting_id),
        "sent_at": now.isoformat(),
    }
    _report(
        session,
        TASK,
        why,
        now,
        case_id=task.case_id,
        user_task_id=task.id,
        element_id=task.element_id,
        more=sender,
    )


def report_timers(session: Session, case_id: UUID, why: Stopped, now: datetime) -> None:
    """The timers of a case that are due could not fire."""
    due = [row.engine_task_id for row in workflow.timers_of(session, case_id) if row.due_at <= now]
    _report(session, TIMER, why, now, case_id=case_id, more={"timers": due})


def report_input(session: Session, case_id: UUID, why: Stopped, now: datetime) -> None:
    """A decision lacked an answer. The case goes on, but whoever keeps the route must know."""
    _report(session, INPUT, why, now, case_id=case_id)


def report_withdrawal(session: Session, case_id: UUID, why: Stopped, now: datetime) -> None:
    """A case could not be withdrawn."""
    _report(session, WITHDRAWAL, why, now, case_id=case_id)


def report_motionless(session: Session, case_id: UUID, element_id: str, now: datetime) -> None:
    """An open case was found in which nothing is open; `element_id`: where it was last."""
    _report(session, WATCH, Stopped("motionless", element_id), now, case_id=case_id)


def report_start(session: Session, requisition_id: UUID, why: Stopped, now: datetime) -> None:
    """The route of a new case could not begin; there is no case then, only what the officer has typed."""
    _report(session, START, why, now, more={"requisition": str(requisition_id)})


def recount(
    session: Session, now: datetime
) -> tuple[list[tuple[queues.QueueKey, queues.Counts, queues.Counts]], int]:
    """Put the counts of the inboxes and the sums per step right, and open an incident when any had drifted.

    -> as `queues.recount`, and how many of the sums differed.
    """
    found, drifted = queues.recount(session), tallies.recount(session)
    if found or drifted:
        _report(session, COUNTS, Stopped("count_differs", detail={"queues": len(found) + drifted}), now)
    return found, drifted


def _report(
    session: Session,
    act: str,
    why: Stopped,
    now: datetime,
    *,
    element_id: str = "",
    more: Mapping[str, Any] | None = None,
    **about: UUID,
) -> None:
    """Open an incident, or say of the one that is open about the same thing why it is open now."""
    case_id = about.get("case_id")
    if case_id is not None:
        session = session.narrowed(CaseScope(session.district_id, case_id))
        if act != JOB:  # a job is one worker's; two officers who are stuck at once open one incident
            cases.lock(session, case_id)
    before = _same(table.open_incidents(session, case_id=case_id), act, why, about)
    tries = int(before.detail.get("tries", 0)) if before is not None else 0
    detail = {**why.detail, **(more or {}), "act": act, "tries": tries + 1, "last_at": now.isoformat()}
    said = {"code": why.code, "element_id": why.element_id or element_id, "detail": detail}
    if before is not None:
        table.set_incident(session, before.id, **said)
        return
    nothing: dict[str, Any] = {"case_id": None, "job_id": None, "user_task_id": None}
    table.insert_incident(
        session, {**nothing, **about, **said, "id": new_id(session.recorded_at), "opened_at": now}
    )


def _same(rows: Collection[AnyRow], act: str, why: Stopped, about: Mapping[str, UUID]) -> AnyRow | None:
    """The open incident about the same job, task or case; without a case, one that says the same."""
    for row in rows:
        if row.detail.get("act") != act or row.case_id != about.get("case_id"):
            continue
        if row.case_id is None and row.code != why.code:
            continue
        if (row.job_id, row.user_task_id) == (about.get("job_id"), about.get("user_task_id")):
            return row
    return None


# -- read ------------------------------------------------------------------------------------------------


def open_incidents(session: Session) -> list[IncidentLine]:
    """Every incident of the district that is still one, newest first."""
    held: dict[UUID, list[Place]] = {}
    for row in table.holders_of_incidents(session):
        place = Place(row.office_kind, row.office_hi, row.office_en)
        if place not in held.setdefault(row.id, []):
            held[row.id].append(place)
    return [_line(session, row, held.get(row.id, [])) for row in _unsettled(session)]


def of_case(session: Session, case_id: UUID) -> tuple[frozenset[str], bool]:
    """The elements of a case at which something stopped; and whether the case itself is held up by it.

    A reminder that cannot be sent, or an answer that was lacking, holds up nobody.
    """
    rows = _unsettled(session, case_id)
    elements = frozenset(row.element_id for row in rows if row.element_id)
    return elements, any(row.detail.get("act") not in _PASSING for row in rows)


def _unsettled(session: Session, case_id: UUID | None = None) -> list[AnyRow]:
    rows = table.open_incidents(session, case_id=case_id)
    settled = {row.id for row in _settled(session, rows)}
    return [row for row in rows if row.id not in settled]


def _settled(session: Session, rows: Collection[AnyRow]) -> list[AnyRow]:
    """Those of the open incidents that are about what has gone on meanwhile."""
    has_timers = any(row.detail.get("act") == TIMER for row in rows)
    waiting = table.timers_of_incidents(session) if has_timers else ()
    timers = {(row.id, row.engine_task_id) for row in waiting}
    return [row for row in rows if _is_settled(row, timers)]


def _line(session: Session, row: AnyRow, held: list[Place]) -> IncidentLine:
    offices = [Place(row.office_kind, row.office_hi, row.office_en)] if row.office_hi else held
    label = ("", "")
    if row.release_id is not None and row.element_id:
        label = releases.load(session, row.release_id).engine.label(row.element_id)
    act, is_trying = row.detail.get("act", ""), row.job_state in ("queued", "running")
    kind = LANES.get(row.detail.get("lane", ""))
    hidden = {"act", "tries", "last_at", "officer", "posting", "sent_at", "timers", "requisition"}
    return IncidentLine(
        id=row.id,
        act=act,
        case_number=row.number or "",
        code=row.code,
        element_hi=label[0],
        element_en=label[1],
        offices=offices,
        wanted_kind=kind.value if kind is not None else "",
        detail={"element": row.element_id} | {n: str(v) for n, v in row.detail.items() if n not in hidden},
        opened_at=row.opened_at,
        tries=row.attempts or int(row.detail.get("tries", 1)),
        last_at=datetime.fromisoformat(row.detail.get("last_at", row.opened_at.isoformat())),
        is_trying=is_trying,
        may_retry=act in RETRIED_HERE and not is_trying,
        may_skip=row.job_kind in SKIPPABLE and row.job_state == "failed",
    )


def _is_settled(row: AnyRow, timers: Collection[tuple[UUID, str]]) -> bool:
    """Whether what stopped has gone on meanwhile: sent again by the officer, done by the worker, withdrawn."""
    match row.detail.get("act"):
        case "job":
            return row.job_state in ("done", "cancelled")
        case "task":
            return bool(row.task_state != "open")
        case "timer":
            return not any((row.id, each) in timers for each in row.detail.get("timers", ()))
        case "withdrawal" | "input" | "watch":
            return bool(row.case_status != "open")
    return False


# -- closed ----------------------------------------------------------------------------------------------


def close(session: Session, actor: Actor, incident_id: UUID, now: datetime) -> bool:
    """Put away what was dealt with; False when it was closed before. Raises NotFound."""
    row = table.incident_row(session, incident_id)
    if row is None:
        raise NotFound
    if not table.close_incident(session, incident_id, actor.officer_id, now):
        return False
    audit.record(session, "admin", "incident:close", f"incident:{incident_id}", actor, now, code=row.code)
    return True


def settle_timers(session: Session, case_id: UUID, now: datetime) -> None:
    """The timers of a case have fired: whatever held them up does so no more."""
    for row in table.open_incidents(session, case_id=case_id):
        if row.detail.get("act") == TIMER:
            table.close_incident(session, row.id, None, now)


def close_settled(database: Database, now: datetime) -> int:
    """Close what has gone on by itself; -> how many. Only reads when there is nothing of the kind."""
    found = database.read(
        lambda session: _settled(session, table.open_incidents(session)), SystemScope(SystemReason.WORKER)
    )
    for row in found:
        scope = CaseScope(row.district_id, row.case_id)
        database.write(partial(table.close_incident, incident_id=row.id, officer_id=None, at=now), scope)
    return len(found)


def _plain(params: Mapping[str, Any]) -> dict[str, str]:
    """Parameters as a row may keep them."""
    return {
        name: str(value)
        for name, value in params.items()
        if name not in ("code", "element_id") and value not in (None, "")
    }
