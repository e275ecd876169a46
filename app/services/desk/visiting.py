"""What an enquiry officer does at the door, short of his report: a visit that failed leaves the task open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.errors import NotFound
from app.models import case_queries as cases
from app.models import visit_queries as table
from app.models.scope import CaseScope
from app.services.casefile import visits
from app.services.desk import holding
from app.services.store import audit

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.base import AnyRow
    from app.models.scope import Session


def takes_visits(task: AnyRow) -> bool:
    """Whether this task is one of going there."""
    return bool(task.form == visits.FORM and task.enquiry_id is not None)


def fail(session: Session, actor: Actor, task_id: UUID, said: visits.Said, now: datetime) -> bool:
    """Keep a visit that failed, and leave the task as it is; -> False where it was received before.

    Raises visits.Refused, NotFound (also for a task of another kind), NotAllowed, TaskAlreadyDone.
    """
    task = holding.find(session, task_id)
    if table.is_known(session, task_id, said.sent_as):
        return False  # also when the task has ended since: what was received stays received
    holding.guard(actor, task)
    if not takes_visits(task):
        raise NotFound
    own = session.narrowed(CaseScope(actor.district_id, task.case_id))
    case = cases.lock(own, task.case_id)
    if case is None:
        raise NotFound
    visit_id = visits.keep(own, actor, case, task, said, now)
    audit.record(
        own,
        f"case:{case.id}",
        "visit:fail",
        f"task:{task.id}",
        actor,
        now,
        element=task.element_id,
        visit=str(visit_id),
    )
    return True
