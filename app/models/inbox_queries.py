"""The queries behind the inbox: keyset pages per queue, and counts that are sums over a few due days."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, func, or_, select, union_all

from app.models.cases import applicant, case, data_key, enquiry, requisition
from app.models.officers import officer
from app.models.offices import office
from app.models.scope import visible
from app.models.workflow import queue_count, user_task

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from app.models.base import AnyRow
    from app.models.scope import Session


class Queue(NamedTuple):
    """The tasks of an office for these roles; `person` narrows them to those named for one officer."""

    office_id: UUID
    roles: tuple[str, ...]
    person: UUID | None


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter; falsy when it lets everything through."""

    element_id: str
    age: str
    today: date
    thana_id: UUID | None
    purpose: str
    requisition: str
    claimed_by: UUID | None
    case_ids: tuple[UUID, ...] | None

    def __bool__(self) -> bool:
        return any(
            getattr(self, each.name) not in ("", None) for each in fields(self) if each.name != "today"
        )


def counts(session: Session, queue: Queue) -> Sequence[AnyRow]:
    """(element_id, due_on, open) of a queue; of an officer named in person counted from his own tasks."""
    if queue.person is None:
        statement = select(queue_count.c.element_id, queue_count.c.due_on, queue_count.c.open).where(
            visible(queue_count, session.scope),
            queue_count.c.office_id == queue.office_id,
            queue_count.c.role.in_(queue.roles),
            queue_count.c.open > 0,
        )
    else:
        statement = (
            select(user_task.c.element_id, user_task.c.due_on, func.count().label("open"))
            .where(visible(user_task, session.scope), *_in_queue(queue, queue.roles))
            .group_by(user_task.c.element_id, user_task.c.due_on)
        )
    return session.connection.execute(statement).all()


def rows(
    session: Session,
    queue: Queue,
    condition: Condition,
    *,
    sort: str,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[AnyRow]:
    """One page in keyset order. Each role's queue is read along its own index and the few rows are merged."""
    by = user_task.c.created_at if sort == "received" else user_task.c.due_at
    parts = [
        select(user_task.c.district_id, user_task.c.id, by.label("sort_key"))
        .select_from(_joined(condition))
        .where(
            visible(user_task, session.scope),
            *_in_queue(queue, (role,)),
            *_where(condition),
            *_past(by, after),
        )
        .order_by(by, user_task.c.id)
        .limit(limit)
        .subquery()
        for role in queue.roles
    ]
    keyset = union_all(*(select(part) for part in parts)).subquery()
    first = (
        select(keyset.c.district_id, keyset.c.id, keyset.c.sort_key)
        .order_by(keyset.c.sort_key, keyset.c.id)
        .limit(limit)
        .subquery()
    )
    return session.connection.execute(_page(first)).all()


def _page(first: Any) -> Any:
    thana, holder = office.alias(), officer.alias()
    same = case.c.district_id == user_task.c.district_id
    return (
        select(
            user_task.c.id,
            user_task.c.element_id,
            user_task.c.due_on,
            user_task.c.due_at,
            user_task.c.created_at,
            user_task.c.claimed_by,
            user_task.c.assigned_to,
            case.c.number,
            case.c.purpose,
            case.c.release_id,
            case.c.data_key_id,
            data_key.c.wrapped,
            requisition.c.number.label("requisition_number"),
            applicant.c.id.label("applicant_id"),
            applicant.c.name,
            thana.c.name_hi.label("thana_hi"),
            thana.c.name_en.label("thana_en"),
            holder.c.name_hi.label("holder_hi"),
            holder.c.name_en.label("holder_en"),
        )
        .select_from(first)
        .join(user_task, and_(user_task.c.district_id == first.c.district_id, user_task.c.id == first.c.id))
        .join(case, and_(same, case.c.id == user_task.c.case_id))
        .join(
            data_key, and_(data_key.c.district_id == case.c.district_id, data_key.c.id == case.c.data_key_id)
        )
        .join(
            requisition,
            and_(requisition.c.district_id == case.c.district_id, requisition.c.id == case.c.requisition_id),
        )
        .join(
            applicant, and_(applicant.c.district_id == case.c.district_id, applicant.c.case_id == case.c.id)
        )
        .outerjoin(
            enquiry,
            and_(enquiry.c.district_id == user_task.c.district_id, enquiry.c.id == user_task.c.enquiry_id),
        )
        .outerjoin(
            thana, and_(thana.c.district_id == enquiry.c.district_id, thana.c.id == enquiry.c.office_id)
        )
        .outerjoin(
            holder,
            and_(
                holder.c.district_id == user_task.c.district_id,
                holder.c.id == func.coalesce(user_task.c.claimed_by, user_task.c.assigned_to),
            ),
        )
        .order_by(first.c.sort_key, first.c.id)
    )


def capped_count(session: Session, queue: Queue, condition: Condition, cap: int) -> int:
    """How many tasks pass the filter, counted no further than `cap`."""
    inner = (
        select(user_task.c.id)
        .select_from(_joined(condition))
        .where(visible(user_task, session.scope), *_in_queue(queue, queue.roles), *_where(condition))
        .limit(cap)
        .subquery()
    )
    return session.connection.execute(select(func.count()).select_from(inner)).scalar_one()


def unclaimed(session: Session, queue: Queue, cap: int) -> int:
    """Tasks of the office in nobody's name, counted no further than `cap`."""
    inner = (
        select(user_task.c.id)
        .where(
            visible(user_task, session.scope),
            *_in_queue(queue, queue.roles),
            user_task.c.claimed_by.is_(None),
            user_task.c.assigned_to.is_(None),
        )
        .limit(cap)
        .subquery()
    )
    return session.connection.execute(select(func.count()).select_from(inner)).scalar_one()


def thanas(session: Session, queue: Queue) -> Sequence[AnyRow]:
    """The thanas to filter by: those of the district, for an office that is not itself one."""
    own = select(office.c.kind).where(visible(office, session.scope), office.c.id == queue.office_id)
    if session.connection.execute(own).scalar() == "thana":
        return ()
    return session.connection.execute(
        select(office.c.id, office.c.name_hi, office.c.name_en)
        .where(visible(office, session.scope), office.c.kind == "thana")
        .order_by(office.c.name_hi)
    ).all()


def _in_queue(queue: Queue, roles: tuple[str, ...]) -> list[ColumnElement[bool]]:
    own = [user_task.c.assigned_to == queue.person] if queue.person is not None else []
    return [
        user_task.c.office_id == queue.office_id,
        user_task.c.role == roles[0] if len(roles) == 1 else user_task.c.role.in_(roles),
        user_task.c.state == "open",
        *own,
    ]


def _joined(condition: Condition) -> Any:
    """The task alone, or with the rows that the filter reads."""
    source: Any = user_task
    if condition.purpose or condition.requisition:
        source = source.join(
            case, and_(case.c.district_id == user_task.c.district_id, case.c.id == user_task.c.case_id)
        )
    if condition.requisition:
        source = source.join(
            requisition,
            and_(requisition.c.district_id == case.c.district_id, requisition.c.id == case.c.requisition_id),
        )
    if condition.thana_id is not None:
        source = source.join(
            enquiry,
            and_(enquiry.c.district_id == user_task.c.district_id, enquiry.c.case_id == user_task.c.case_id),
        )
    return source


def _where(condition: Condition) -> list[ColumnElement[bool]]:
    ages = {
        "late": user_task.c.due_on < condition.today,
        "last_day": user_task.c.due_on == condition.today,
        "left": user_task.c.due_on > condition.today,
    }
    pairs = (
        (condition.element_id, user_task.c.element_id == condition.element_id),
        (condition.purpose, case.c.purpose == condition.purpose),
        (condition.requisition, requisition.c.number == condition.requisition),
        (condition.thana_id is not None, enquiry.c.office_id == condition.thana_id),
        (condition.claimed_by is not None, user_task.c.claimed_by == condition.claimed_by),
    )
    found = [clause for wanted, clause in pairs if wanted]
    if condition.age:
        found.append(ages[condition.age])
    if condition.case_ids is not None:
        found.append(user_task.c.case_id.in_(condition.case_ids))
    return found


def _past(by: Any, after: tuple[datetime, UUID] | None) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    at, last = after
    return [or_(by > at, and_(by == at, user_task.c.id > last))]
