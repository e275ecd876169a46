"""Reminders: what a due timer tells the office that holds the step, merged to one a task and day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.models import case_queries as cases
from app.models import notification_queries as notifications
from app.models import workflow_queries as workflow
from app.services.work import Work

if TYPE_CHECKING:
    from app.models.base import AnyRow
    from app.models.scope import Session
    from app.services.database import Database


def remind(_database: Database, job: AnyRow) -> Work:
    """Tell every office with an open, ageing task of the case; a second one on the same day adds nothing."""

    def notify(session: Session) -> None:
        case = cases.find(session, job.case_id)
        if case is None:
            return
        for task in workflow.tasks_of(session, job.case_id):
            notifications.add_once(session, task.office_id, task.role, job.case_id, "reminder", job.at)

    return Work({}, notify)
