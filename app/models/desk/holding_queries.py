"""Queries on in whose name an open task is: claims and when they run out, hand-overs, who could have it instead."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select, union

from app.domain.roles import DELEGATE, Role, doers_of
from app.models.statements import Query, Update, inserting
from app.models.tables.base import first_of, valid_on
from app.models.tables.cases import case
from app.models.tables.officers import officer, posting
from app.models.tables.workflow import handover, is_open, user_task

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.models.session import Session
    from app.models.statements import At
    from app.models.tables.base import AnyRow

_SET = Update(user_task, lambda at: [user_task.c.id == at.task_id, is_open])


def set_claim(
    session: Session, task_id: UUID, officer_id: UUID | None, at: datetime | None, until: datetime | None
) -> bool:
    """Put an open task in an officer's name, or in nobody's; False when it is no longer open."""
    columns = {"claimed_by": officer_id, "claimed_at": at, "claim_until": until}
    return bool(_SET.run(session, columns, task_id=task_id))


_SET_NAMED = Update(
    user_task,
    lambda at: [user_task.c.enquiry_id == at.enquiry_id, user_task.c.assigned_to == at.officer_id, is_open],
)


def set_named(session: Session, enquiry_id: UUID, officer_id: UUID, other_id: UUID) -> int:
    """Name another officer for every open task of an enquiry that was one officer's; -> how many there were."""
    return _SET_NAMED.run(session, {"assigned_to": other_id}, enquiry_id=enquiry_id, officer_id=officer_id)


def set_assignee(session: Session, task_id: UUID, officer_id: UUID | None) -> bool:
    """Name an officer for one open task, or nobody: no claim on it stands. False when it is no longer open."""
    columns = {"assigned_to": officer_id, "claimed_by": None, "claimed_at": None, "claim_until": None}
    return bool(_SET.run(session, columns, task_id=task_id))


_RUN_OUT = Query(
    lambda at: (
        select(user_task.c.district_id, user_task.c.case_id, user_task.c.id)
        .where(
            at.visible(user_task),
            is_open,
            user_task.c.claim_until.is_not(None),
            user_task.c.claim_until <= at.now,
        )
        .order_by(user_task.c.claim_until)
        .limit(at.limit)
    )
)


def run_out(session: Session, now: datetime, limit: int) -> Sequence[AnyRow]:
    """The open tasks whose claim has run out, in every district (system scope only)."""
    return _RUN_OUT.all(session, now=now, limit=limit)


def _does(posted: Any) -> Any:
    """Whether a posting is one that does the task, in its office."""
    fits = []
    for role in Role:
        always, by_order = (sorted(each) for each in doers_of(role))
        ordered = and_(posted.c.role.in_(by_order), posted.c.kind == DELEGATE)
        fits.append(and_(user_task.c.role == role, or_(posted.c.role.in_(always), ordered)))
    return and_(posted.c.office_id == user_task.c.office_id, or_(*fits))


def _left_behind(at: At, column: Any, more: Sequence[Any]) -> Any:
    """Of the open tasks that `column` puts in a name, those whose officer holds no post any more that does them."""
    past, now = posting.alias(), posting.alias()
    does_it_today = (
        select(now.c.id)
        .where(
            now.c.district_id == officer.c.district_id,
            now.c.officer_id == officer.c.id,
            officer.c.active,
            *valid_on(now.c, at.day),
            _does(now),
        )
        .exists()
    )
    own = (
        user_task.c.district_id,
        user_task.c.case_id,
        user_task.c.id,
        user_task.c.office_id,
        user_task.c.role,
    )
    return (
        select(*own)
        .select_from(past)
        .join(officer, and_(officer.c.district_id == past.c.district_id, officer.c.id == past.c.officer_id))
        .join(
            user_task,
            and_(
                user_task.c.district_id == past.c.district_id,
                column == past.c.officer_id,
                user_task.c.office_id == past.c.office_id,
            ),
        )
        .where(
            at.visible(user_task),
            is_open,
            column.is_not(None),
            or_(past.c.valid_to < at.day, ~officer.c.active),
            ~does_it_today,
            *more,
        )
    )


def _of_all_who_left(at: At, more: Sequence[Any] = ()) -> Any:
    """Read from the posts that have ended: they are few, and each leads to the tasks in its officer's name."""
    named, claimed = (
        _left_behind(at, each, more) for each in (user_task.c.assigned_to, user_task.c.claimed_by)
    )
    return union(named, claimed).limit(at.limit)


_LEFT_BEHIND = Query(_of_all_who_left)
_LEFT_BY_ONE = Query(lambda at: _of_all_who_left(at, [officer.c.id == at.officer_id]))


def left_behind(session: Session, day: date, limit: int, officer_id: UUID | None = None) -> Sequence[AnyRow]:
    """The open tasks in the name of an officer who holds no post on this day that does them (system scope only).

    (district_id, case_id, id, office_id, role), of one officer or of all.
    """
    if officer_id is None:
        return _LEFT_BEHIND.all(session, day=day, limit=limit)
    return _LEFT_BY_ONE.all(session, day=day, limit=limit, officer_id=officer_id)


def insert_handover(session: Session, row: Mapping[str, Any]) -> None:
    inserting(handover).put(session, [row])


def _handovers(at: At) -> Any:
    before, after, giver = officer.alias(), officer.alias(), officer.alias()

    def joined(source: Any, other: Any, column: Any) -> Any:
        same = and_(other.c.district_id == handover.c.district_id, other.c.id == column)
        return source.outerjoin(other, same)

    source = joined(handover, before, handover.c.from_officer_id)
    source = joined(source, after, handover.c.to_officer_id)
    source = joined(source, giver, handover.c.by_officer_id).outerjoin(
        user_task,
        and_(user_task.c.district_id == handover.c.district_id, user_task.c.id == handover.c.user_task_id),
    )
    return (
        select(
            handover.c.kind,
            handover.c.reason,
            handover.c.at,
            user_task.c.element_id,
            before.c.name_hi.label("from_hi"),
            before.c.name_en.label("from_en"),
            after.c.name_hi.label("to_hi"),
            after.c.name_en.label("to_en"),
            giver.c.name_hi.label("by_hi"),
            giver.c.name_en.label("by_en"),
            handover.c.by_officer_id,
            handover.c.office_id,
            user_task.c.role,
        )
        .select_from(source)
        .where(at.visible(handover), handover.c.case_id == at.case_id)
        .order_by(handover.c.at, handover.c.id)
    )


_HANDOVERS = Query(_handovers)


def handovers_of(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    """Which tasks of a case went from whom to whom, by whom and why, oldest first."""
    return _HANDOVERS.all(session, case_id=case_id)


def doers(
    session: Session, office_id: UUID, roles: Collection[str], by_order: Collection[str], day: date
) -> Sequence[AnyRow]:
    """Who holds one of these roles in an office on a day, or one of `by_order` by an order of delegation.

    With his open tasks there as `load`; the freest first.
    """
    return _doers(tuple(sorted(roles)), tuple(sorted(by_order))).all(session, office_id=office_id, day=day)


@cache
def _doers(roles: tuple[str, ...], by_order: tuple[str, ...]) -> Query:
    def statement(at: At) -> Any:
        in_name = first_of(user_task.c.claimed_by, user_task.c.assigned_to)
        load = (
            select(func.count())
            .where(
                user_task.c.district_id == officer.c.district_id,
                user_task.c.office_id == at.office_id,
                is_open,
                in_name == officer.c.id,
            )
            .correlate(officer)
            .scalar_subquery()
        )
        posted = (
            select(posting.c.officer_id)
            .where(
                posting.c.district_id == officer.c.district_id,
                posting.c.officer_id == officer.c.id,
                posting.c.office_id == at.office_id,
                or_(
                    posting.c.role.in_(roles),
                    and_(posting.c.role.in_(by_order), posting.c.kind == DELEGATE),
                ),
                *valid_on(posting.c, at.day),
            )
            .correlate(officer)
            .exists()
        )
        return (
            select(officer.c.id, officer.c.name_hi, officer.c.name_en, officer.c.rank, load.label("load"))
            .where(at.visible(officer), officer.c.active, posted)
            .order_by(load, officer.c.name_hi, officer.c.id)
        )

    return Query(statement)


_OF_LETTER = Query(
    lambda at: (
        select(user_task.c.id, user_task.c.case_id, user_task.c.claimed_by, user_task.c.claim_until)
        .add_columns(case.c.number)
        .join(case, and_(case.c.district_id == user_task.c.district_id, case.c.id == user_task.c.case_id))
        .where(
            at.visible(user_task),
            is_open,
            user_task.c.form == at.form,
            case.c.requisition_id == at.requisition_id,
        )
        .order_by(case.c.number)
    )
)


def of_letter(session: Session, requisition_id: UUID, form: str) -> Sequence[AnyRow]:
    """The open tasks with this form of all cases of a letter, in the order of their numbers."""
    return _OF_LETTER.all(session, requisition_id=requisition_id, form=form)
