"""Submissions: a filled form on its way into the tables, and how the answers of a case are kept for good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.errors import NotAllowed
from app.domain.ids import new_id
from app.models.casefile import case_queries as cases
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app import formjs
    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow


@dataclass(frozen=True, slots=True)
class Context:
    """One submission on its way into the tables; the session sees exactly this case."""

    session: Session
    actor: Actor | None  # None: an answer that came in by itself
    case: AnyRow
    task: AnyRow
    form: formjs.Form
    answers: dict[str, Any]
    facts: Mapping[str, Any]
    now: datetime
    act_id: UUID | None = None  # of the act on many cases that it is part of

    @property
    def key(self) -> bytes:
        return keys.unlock(self.session, self.case.data_key_id)

    @property
    def officer(self) -> Actor:
        """Whoever sends the form. Raises NotAllowed where nobody does."""
        if self.actor is None:
            raise NotAllowed
        return self.actor


def store(context: Context) -> UUID:
    """Keep one submission for good: sealed, never changed; a later one supersedes it."""
    session, task = context.session, context.task
    before = cases.last_answer(session, context.case.id, task.form, task.enquiry_id)
    return keep(
        context.session,
        context.case,
        {
            "user_task_id": task.id,
            "element_id": task.element_id,
            "element_path": task.element_path,
            "form": task.form,
            "enquiry_id": task.enquiry_id,
            "supersedes_id": before.id if before is not None else None,
            "at": context.now,
            "answered_by": context.actor.officer_id if context.actor is not None else None,
        },
        context.answers,
    )


def act_columns(actor: Actor, act: str, now: datetime) -> dict[str, Any]:
    """The columns of what an officer wrote outside the steps of the route: at the intake, at a withdrawal."""
    return {
        "user_task_id": None,
        "element_id": act,
        "element_path": act,
        "form": act,
        "enquiry_id": None,
        "supersedes_id": None,
        "at": now,
        "answered_by": actor.officer_id,
    }


def keep(session: Session, case: AnyRow, columns: dict[str, Any], answers: dict[str, Any]) -> UUID:
    """Seal these answers under the key of the case, beside the columns that say whose they are; -> their id."""
    answer_id = new_id(session.recorded_at)
    key = keys.unlock(session, case.data_key_id)
    sealed = keys.seal_json(key, f"answer|values|{answer_id}", answers)
    cases.insert_answer(session, {"id": answer_id, "case_id": case.id, "values": sealed, **columns})
    return answer_id
