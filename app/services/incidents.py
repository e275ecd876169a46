"""Incidents: what stopped and needs an administrator; opened with codes only, retried by a click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.errors import NotFound
from app.domain.ids import new_id
from app.models import workflow_queries as workflow
from app.models.scope import CaseScope
from app.services import audit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.errors import DomainError
    from app.domain.roles import Actor
    from app.models.base import AnyRow
    from app.models.scope import Session


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """An open incident as the list shows it: a case number and codes, never a name."""

    id: UUID
    case_number: str
    code: str
    element_id: str
    detail: dict[str, Any]
    opened_at: datetime
    may_retry: bool


def open_incidents(session: Session) -> list[IncidentLine]:
    """Every open incident of the district, newest first."""
    return [
        IncidentLine(
            row.id,
            row.number or "",
            row.code,
            row.element_id,
            row.detail,
            row.opened_at,
            row.job_id is not None,
        )
        for row in workflow.incidents(session)
    ]


def open_for_job(session: Session, job: AnyRow, error: str, now: datetime, params: Mapping[str, Any]) -> None:
    """A job failed for the last time; `params` fill the text of the error and name no person."""
    _open(
        session,
        "job_failed",
        now,
        case_id=job.case_id,
        job_id=job.id,
        element_id=job.element_id,
        detail={"kind": job.kind, "error": error, "attempts": job.attempts, **params},
    )


def open_for_task(session: Session, case_id: UUID, task_id: UUID, stuck: DomainError, now: datetime) -> None:
    """The route could not go on behind a task; one incident a task, however often it is tried."""
    for row in workflow.incidents(session, case_id=case_id):
        if row.user_task_id == task_id:
            return
    _open(
        session,
        stuck.params.get("code", stuck.key),
        now,
        case_id=case_id,
        user_task_id=task_id,
        element_id=stuck.params.get("element_id", ""),
        detail=_plain(stuck),
    )


def open_for_timer(session: Session, case_id: UUID, stuck: DomainError, now: datetime) -> None:
    """The route could not go on behind a timer; one incident a case and code."""
    code = stuck.params.get("code", stuck.key)
    for row in workflow.incidents(session, case_id=case_id):
        if row.code == code and row.user_task_id is None:
            return
    _open(
        session,
        code,
        now,
        case_id=case_id,
        element_id=stuck.params.get("element_id", ""),
        detail=_plain(stuck),
    )


def retry(session: Session, actor: Actor, incident_id: UUID, now: datetime) -> None:
    """Queue the failed job again and close its incident; the handler repeats without a second effect."""
    row = workflow.incident_row(session, incident_id)
    if row is None or row.closed_at is not None:
        raise NotFound
    inner = session.narrowed(CaseScope(session.district_id, row.case_id))
    if row.job_id is not None:
        workflow.set_job(inner, row.job_id, state="queued", attempts=0, run_at=now, error="")
    workflow.close_incident(session, incident_id, actor.officer_id, now)
    audit.record(session, "admin", "incident:retry", f"incident:{incident_id}", actor, now, code=row.code)


def _open(session: Session, code: str, now: datetime, **columns: Any) -> None:
    row: dict[str, Any] = {
        "case_id": None,
        "job_id": None,
        "user_task_id": None,
        "element_id": "",
        "detail": {},
    }
    workflow.insert_incident(
        session, {**row, **columns, "id": new_id(session.recorded_at), "code": code, "opened_at": now}
    )


def _plain(stuck: DomainError) -> dict[str, Any]:
    return {key: str(value) for key, value in stuck.params.items() if key not in ("code", "element_id")}
