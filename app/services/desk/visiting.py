"""What an enquiry officer does at the door, short of his report: a visit that failed leaves the task open."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid5

from app.domain.errors import FieldProblem, FormInvalid, NotFound
from app.models.casefile import case_queries as cases
from app.models.casefile import visit_queries as table
from app.models.scope import CaseScope
from app.services.casefile import visits
from app.services.desk import desk, holding, sheets
from app.services.store import audit, drafts
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.domain.roles import Actor
    from app.formjs import Posted
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.desk.sheets import Sheet
    from app.services.store.database import Database
    from app.services.store.documents import Upload


#: An answer of the form of a visit that says the house was locked, and those that come with it and count once.
_RESIDENCE, _LOCKED, _MET, _AT, _NEXT = "resident", "house_locked", "met_whom", "visit_dt", "next_visit"
_ONCE = frozenset({_RESIDENCE, _MET, _AT, _NEXT})


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


def found_locked(
    database: Database,
    actor: Actor,
    task_id: UUID,
    posted: Posted,
    uploads: Sequence[Upload],
    now: datetime,
) -> bool:
    """Keep the form of a visit that says the house was locked as a visit that failed; -> whether it says so.

    The task stays with its officer, to be looked at again on the day that he named; whatever else he typed, and his
    photos, are his draft. Sent twice it is kept once. Raises FormInvalid, and as `fail`.
    """
    sheet = database.read(lambda session: sheets.read(session, actor, task_id, now), actor_scope(actor))
    if not takes_visits(sheet.task):
        return False
    values = sheet.typed(posted, sheet.staged)
    if values.get(_RESIDENCE) != _LOCKED:
        return False
    problems = sheet.judge(values, now).problems
    if uploads:
        draft, refused_files = drafts.stage(database, actor, sheet.place, sheet.form, values, uploads, now)
        problems, values = {**problems, **refused_files}, sheet.typed(posted, draft.staged)
    if problems:
        raise FormInvalid(values, problems)
    try:
        database.write(lambda session: _keep_locked(session, actor, sheet, values, now), actor_scope(actor))
    except visits.Refused as refused:
        raise FormInvalid(values, {_RESIDENCE: FieldProblem(refused.key, **refused.params)}) from refused
    return True


def _keep_locked(session: Session, actor: Actor, sheet: Sheet, values: dict[str, Any], now: datetime) -> None:
    answers = sheet.clean(values)
    met, at = str(answers.get(_MET) or ""), answers.get(_AT)
    said = visits.Said(
        visits.LOCKED,
        met if met in visits.MET else visits.NOBODY,
        uuid5(sheet.task.id, f"{_LOCKED} {at}"),
        visited_at=datetime.fromisoformat(at) if at else None,
    )
    fail(session, actor, sheet.task.id, said, now)
    if answers.get(_NEXT):
        desk.look_again(session, actor, sheet.task.id, date.fromisoformat(answers[_NEXT]), "", now)
    rest = {name: value for name, value in values.items() if name not in _ONCE}
    drafts.save(session, actor, sheet.place, rest, now)
