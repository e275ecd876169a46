"""Reading ahead: what one act or one step is going to ask for, fetched in one wait for the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.offices import OfficeKind
from app.models import case_queries as cases
from app.models import draft_queries as drafts
from app.models import inbox_queries as inboxes
from app.models import key_queries as keys
from app.models import office_queries as offices
from app.models import releases
from app.models import workflow_queries as workflow
from app.models.statements import together

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from uuid import UUID

    from app.models.base import AnyRow
    from app.models.session import Session
    from app.models.statements import Query

    Wanted = tuple[Session, Query, Mapping[str, Any]]


def inbox(
    session: Session,
    queue: inboxes.Queue,
    condition: inboxes.Condition,
    keyset: inboxes.Keyset,
    thanas_on: date | None,
) -> None:
    """What a page of the inbox reads; the thanas of a day where it offers them."""
    asked = [
        inboxes.counting(queue),
        inboxes.paging(queue, condition, keyset),
        (offices.HOLIDAYS, {}),
        (releases.ACTIVE, {}),
    ]
    if thanas_on is not None:
        asked.append((offices.OF_KIND, {"kind": OfficeKind.THANA, "day": thanas_on}))
    together([(session, query, values) for query, values in asked])


def act(
    officer: Session, session: Session, case: AnyRow, task_id: UUID, officer_id: UUID, form: str, day: date
) -> None:
    """What an officer's act on a task of a locked case reads: under his own scope, then under the case's."""
    draft = {"officer_id": officer_id, "form": form, "user_task_id": task_id}
    together(
        [
            (officer, workflow.TASK, {"task_id": task_id}),
            (officer, drafts.of_task(), draft),
            *_step(session, case.id, case.data_key_id, day),
        ]
    )


def step(session: Session, case_id: UUID, data_key_id: UUID, day: date) -> None:
    """What a step of a locked case reads."""
    together(_step(session, case_id, data_key_id, day))


def facts(session: Session, case_id: UUID) -> None:
    """What a decision about a case reads, once the answer of this act is among it."""
    together(
        [
            (session, cases.LATEST_ANSWERS, {"case_id": case_id}),
            (session, cases.ENQUIRIES, {"case_id": case_id}),
        ]
    )


def _step(session: Session, case_id: UUID, data_key_id: UUID, day: date) -> list[Wanted]:
    of_case = {"case_id": case_id}
    return [
        (session, keys.WRAPPED, {"key_id": data_key_id}),
        (session, workflow.STATE, of_case),
        (session, workflow.OPEN_TASKS, of_case),
        (session, workflow.TIMERS, of_case),
        (session, workflow.OPEN_JOBS, of_case),
        (session, cases.LATEST_ANSWERS, of_case),
        (session, cases.ENQUIRIES, of_case),
        (session, offices.HOLIDAYS, {}),
        (session, offices.ONE_OF_A_KIND, {"day": day}),
    ]
