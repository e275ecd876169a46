"""Reading ahead: what one act or one step is going to ask for, fetched in one wait for the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.roles import Permission
from app.models.casefile import case_queries as cases
from app.models.casefile import document_queries as filed
from app.models.casefile import key_queries as keys
from app.models.casefile import note_queries as notes
from app.models.deployment import releases
from app.models.desk import desk_queries as desks
from app.models.desk import draft_queries as drafts
from app.models.desk import inbox_queries as inboxes
from app.models.district import office_queries as offices
from app.models.district import setting_queries as settings
from app.models.execution import workflow_queries as workflow
from app.models.intake import lodgements, memos, neighbours
from app.models.issuing import bundles
from app.models.issuing import paper_queries as papers
from app.models.statements import nothing_yet, together
from app.models.timekeeping import clock_queries as clocks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.session import Session
    from app.models.statements import Query
    from app.models.tables.base import AnyRow

    Wanted = tuple[Session, Query, Mapping[str, Any]]


#: What is counted beside the inbox of a post that has the right to it.
_BESIDE = {Permission.ROSTER_TAKE: lodgements.WAITING, Permission.MEMO_TAKE: memos.WAITING}


def inbox(
    session: Session,
    queue: inboxes.Queue,
    actor: Actor,
    now: datetime,
    most_notes: int,
    policy: str,
    more: Sequence[inboxes.Wanted],
) -> None:
    """What a page of the inbox reads, with the setting `policy`, and what is counted beside it.

    `more`: the page itself where it is known, and what this inbox alone shows.
    """
    of_desk = {"officer_id": actor.officer_id, "office_id": queue.office_id}
    asked: list[inboxes.Wanted] = [
        inboxes.counting(queue),
        (desks.FOLLOW_UPS, of_desk),
        (desks.VIEWS, {**of_desk, "list_kind": desks.INBOX}),
        (notes.WAITING_COUNT, {"office_id": queue.office_id, "limit": most_notes}),
        (offices.CALENDAR, {}),
        (releases.ACTIVE, {}),
        (settings.VALUE, {"key": policy}),
        (bundles.UNTAKEN, {"officer_id": actor.officer_id, "now": now}),
        *((query, {}) for right, query in _BESIDE.items() if actor.may(right)),
        *more,
    ]
    together([(session, query, values) for query, values in asked])


def sheet(session: Session, task: AnyRow, officer_id: UUID) -> None:
    """What the form of a task reads: the case, what was answered and decided, what the officer typed before."""
    of_case = {"case_id": task.case_id}
    together(
        [
            (session, cases.FIND, of_case),
            (session, keys.WRAPPED, {"key_id": task.data_key_id}),
            (session, workflow.DECIDED, of_case),
            (session, cases.LATEST_ANSWERS, of_case),
            (session, cases.ENQUIRIES, of_case),
            (session, drafts.of_task(), {"officer_id": officer_id, "user_task_id": task.id}),
        ]
    )


def act(
    officer: Session, session: Session, task: AnyRow, officer_id: UUID, draft_id: UUID | None, day: date
) -> None:
    """Lock the case; behind the lock, what an officer's act reads: under his own scope, then under the case's.

    `draft_id`: of the draft that he had a moment ago, if any.
    """
    staged = [] if draft_id is None else [(officer, filed.OF_DRAFT, {"draft_id": draft_id})]
    together(
        [
            (session, cases.LOCK, {"case_id": task.case_id}),
            (officer, workflow.TASK, {"task_id": task.id}),
            (officer, drafts.of_task(), {"officer_id": officer_id, "user_task_id": task.id}),
            *staged,
            (session, offices.FIND, {"office_id": task.office_id}),
            *_step(session, task.case_id, task.data_key_id, day),
        ]
    )


def sent(officer: Session, session: Session, task: AnyRow, officer_id: UUID) -> None:
    """What the officer is told after his act: who has the case now, and what is next for him."""
    queue = {"office_id": task.office_id, "role": task.role, "element_id": task.element_id}
    together(
        [
            (officer, workflow.NEXT_IN_QUEUE, {**queue, "officer_id": officer_id}),
            (session, workflow.tasks_in(workflow.EVERY_STATE), {"case_id": task.case_id}),
            (session, offices.CALENDAR, {}),
        ]
    )


def step(session: Session, case_id: UUID, data_key_id: UUID, day: date) -> None:
    """What a step of a locked case reads."""
    together(_step(session, case_id, data_key_id, day))


def new_cases(sessions: Mapping[UUID, Session]) -> dict[UUID, AnyRow]:
    """The rows of cases that this transaction has made, each read under its own scope."""
    asked = [(session, cases.FIND, {"case_id": case_id}) for case_id, session in sessions.items()]
    together(asked)
    return {case_id: cases.FIND.one(session, case_id=case_id) for case_id, session in sessions.items()}


def first_step(session: Session, case_id: UUID, day: date) -> None:
    """What the first step reads of a case that this transaction has made: nothing has happened in it yet."""
    of_case = {"case_id": case_id}
    happened = (
        workflow.OPEN_TASKS,
        workflow.TIMERS,
        workflow.OPEN_JOBS,
        workflow.DECIDED,
        clocks.CLOCKS,
        cases.ENQUIRIES,
    )
    nothing_yet((session, query, of_case) for query in happened)
    together([(session, offices.CALENDAR, {}), (session, offices.ONE_OF_A_KIND, {"day": day})])


def marking(session: Session, case_id: UUID, thana_id: UUID) -> None:
    """What the marking of a case to its thanas reads: the offices above the first of them, the case's addresses."""
    together(
        [
            (session, offices.FIND, {"office_id": thana_id}),
            (session, offices.ABOVE, {"office_id": thana_id}),
            (session, cases.ADDRESSES, {"case_id": case_id}),
        ]
    )


def ending(session: Session, case_id: UUID) -> None:
    """What the last step of a case reads: whether its paper was issued, what its clocks ran, who had asked for it."""
    of_case = {"case_id": case_id}
    wanted = (papers.ISSUED, clocks.CLOCKS, workflow.DECIDED, workflow.CLOCK_EVENTS, neighbours.REQUEST)
    together([(session, query, of_case) for query in wanted])


def past(session: Session, case_id: UUID, data_key_id: UUID) -> None:
    """What is read of a case that is led through a release once more: all that was done in it, and answered."""
    of_case = {"case_id": case_id}
    every = workflow.tasks_in(workflow.EVERY_STATE)
    wanted = (cases.FIND, workflow.STEPS, every, cases.ANSWERS, cases.ENQUIRIES)
    together(
        [
            *((session, query, of_case) for query in wanted),
            (session, keys.WRAPPED, {"key_id": data_key_id}),
            (session, offices.CALENDAR, {}),
        ]
    )


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
        (session, workflow.DECIDED, of_case),
        (session, clocks.CLOCKS, of_case),
        (session, cases.LATEST_ANSWERS, of_case),
        (session, cases.ENQUIRIES, of_case),
        (session, offices.CALENDAR, {}),
        (session, offices.ONE_OF_A_KIND, {"day": day}),
    ]
