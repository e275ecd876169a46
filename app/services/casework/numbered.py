"""A case found by the number that an address names, with its release, for whoever may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain import numbers
from app.domain.errors import NotFound
from app.domain.roles import Permission
from app.models.casefile import case_queries as table
from app.models.execution import workflow_queries as workflow
from app.services.procedure import releases

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow


def of_number(session: Session, actor: Actor, number: str) -> tuple[AnyRow, releases.Loaded]:
    """The case and its release. Raises NotFound, the same for an unknown and a foreign one."""
    if not actor.may(Permission.CASE_SEE):
        raise NotFound
    known = numbers.parse_case_number(number)
    case = table.find_number(session, known) if known is not None else None
    if case is None:
        raise NotFound
    return case, releases.load(session, case.release_id)


def of_task(session: Session, actor: Actor, task_id: UUID) -> str:
    """The number of the case of a task, for whoever may open that case; empty for everybody else."""
    task = workflow.task(session, task_id) if actor.may(Permission.CASE_SEE) else None
    case = table.find(session, task.case_id) if task is not None else None
    return str(case.number) if case is not None else ""
