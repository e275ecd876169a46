"""The queries behind the inbox: keyset pages per queue, and counts that are sums over a few due days."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select, true, union_all
from sqlalchemy import case as when

from app.domain.offices import UnitKind
from app.domain.roles import IN_PERSON
from app.models.statements import Query, one_of
from app.models.tables.base import first_of
from app.models.tables.cases import address, applicant, case, data_key, enquiry, requisition
from app.models.tables.clocks import stands_since
from app.models.tables.officers import officer
from app.models.tables.offices import named, office
from app.models.tables.workflow import is_open, is_to_give, queue_count, user_task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from app.models.scope import Session
    from app.models.statements import At
    from app.models.tables.base import AnyRow

    Wanted = tuple[Query, Mapping[str, Any]]


OFFICE, EVERYWHERE = "office", "everywhere"
_NOTHING = UUID(int=0)  # what a search that found nothing looks for


class Queue(NamedTuple):
    """The tasks of an office for these roles; `person` narrows them to those named for one officer.

    `to_give`: what is done in person and has nobody's name lies there too, of that OFFICE or of every one in sight.
    """

    office_id: UUID
    roles: tuple[str, ...]
    person: UUID | None
    to_give: str = ""  # OFFICE | EVERYWHERE

    @property
    def values(self) -> dict[str, Any]:
        return {"office_id": self.office_id, **({} if self.person is None else {"person": self.person})}


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter; what is None lets everything through, and a condition of Nones alone is falsy."""

    element_id: str | None = None
    due_from: datetime | None = None
    due_before: datetime | None = None
    thana_id: UUID | None = None
    purpose: str | None = None
    requisition: str | None = None
    claimed_by: UUID | None = None
    is_free: bool | None = None  # in nobody's name
    is_to_give: bool | None = None  # done in person, and in nobody's name
    case_ids: tuple[UUID, ...] | None = None
    task_ids: tuple[UUID, ...] | None = None

    def __bool__(self) -> bool:
        return bool(self.values)

    @property
    def is_counted(self) -> bool:
        """Whether it asks for no more than `counts` tells: what is to be done, when it is due, what nobody has."""
        return not self.values.keys() - {"element_id", "due_from", "due_before", "is_free", "is_to_give"}

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of its statement, whose names are its shape."""
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        cases, tasks = given.pop("case_ids"), given.pop("task_ids")
        found = {name: value for name, value in given.items() if value is not None}
        if cases is not None:
            found |= one_of("case_id", cases or (_NOTHING,))
        if tasks is not None:
            found |= one_of("id", tasks or (_NOTHING,))
        return found


@dataclass(frozen=True, slots=True)
class Keyset:
    """Where a page stands: its order, the row after which it begins, how many rows it has."""

    sort: str  # a key of ORDERS
    after: tuple[Any, UUID] | None
    limit: int

    @property
    def values(self) -> dict[str, Any]:
        if self.after is None:
            return {"limit": self.limit}
        return {"limit": self.limit, "after_key": self.after[0], "after_id": self.after[1]}


#: The orders of an inbox: the column each goes by, then the task itself; along an index, or against it.
ORDERS: dict[str, tuple[ColumnElement[Any], bool]] = {
    "due": (user_task.c.due_at, False),
    "received": (user_task.c.created_at, False),
    "newest": (user_task.c.created_at, True),
    "case": (user_task.c.case_id, False),
}


class _Shape(NamedTuple):
    """What the text of a statement depends on."""

    roles: tuple[str, ...]
    in_person: bool
    to_give: str = ""
    filters: frozenset[str] = frozenset()
    sort: str = ""
    has_after: bool = False


def counts(session: Session, queue: Queue) -> Sequence[AnyRow]:
    """(element_id, due_on, open, free, to_give) of a queue; of an officer named in person from his own tasks."""
    query, values = counting(queue)
    return query.all(session, **values)


def counting(queue: Queue) -> Wanted:
    """The statement of `counts`, for reading ahead."""
    make = _counts_of_office if queue.person is None else _counts_of_person
    return make(_shaped(queue)), queue.values


def _shaped(queue: Queue) -> _Shape:
    return _Shape(queue.roles, queue.person is not None, queue.to_give)


@cache
def _counts_of_office(shape: _Shape) -> Query:
    def statement(at: At) -> Any:
        own = queue_count.c
        nothing: Any = literal_column("0").label("to_give")
        counted = select(own.element_id, own.due_on, own.open, own.free, nothing).where(
            at.visible(queue_count), own.office_id == at.office_id, own.role.in_(shape.roles), own.open > 0
        )
        if not shape.to_give:
            return counted
        free = [own.free.label(name) for name in ("open", "free", "to_give")]
        return union_all(counted, select(own.element_id, own.due_on, *free).where(*_unnamed(at, shape)))

    return Query(statement)


def _unnamed(at: At, shape: _Shape) -> list[ColumnElement[bool]]:
    """The counts of what is done in person and has nobody's name, as far as it lies in this inbox."""
    own = queue_count.c
    here = [own.office_id == at.office_id] if shape.to_give == OFFICE else []
    return [at.visible(queue_count), *here, own.role.in_(sorted(IN_PERSON)), own.free > 0]


@cache
def _counts_of_person(shape: _Shape) -> Query:
    return Query(
        lambda at: (
            select(
                user_task.c.element_id,
                user_task.c.due_on,
                func.count().label("open"),
                literal_column("0").label("free"),
                literal_column("0").label("to_give"),
            )
            .where(at.visible(user_task), *_in_queue(at, shape))
            .group_by(user_task.c.element_id, user_task.c.due_on)
        )
    )


def rows(session: Session, queue: Queue, condition: Condition, keyset: Keyset) -> Sequence[AnyRow]:
    """One page in keyset order."""
    query, values = paging(queue, condition, keyset)
    return query.all(session, **values)


def paging(queue: Queue, condition: Condition, keyset: Keyset) -> Wanted:
    """The statement of `rows`, for reading ahead."""
    shape, values = _asked(queue, condition, keyset)
    return _page(shape), values


def addresses(session: Session, queue: Queue, condition: Condition, keyset: Keyset) -> Sequence[AnyRow]:
    """(case_id, id, details) of every address of the cases of that page, in the order of the ids."""
    query, values = addressing(queue, condition, keyset)
    return query.all(session, **values)


def addressing(queue: Queue, condition: Condition, keyset: Keyset) -> Wanted:
    """The statement of `addresses`, for reading ahead."""
    shape, values = _asked(queue, condition, keyset)
    return _page_addresses(shape), values


def _asked(queue: Queue, condition: Condition, keyset: Keyset) -> tuple[_Shape, dict[str, Any]]:
    """The shape of a page's statement, and its parameters."""
    filters = condition.values
    shape = _shaped(queue)._replace(
        filters=frozenset(filters), sort=keyset.sort, has_after=keyset.after is not None
    )
    return shape, {**queue.values, **filters, **keyset.values}


@cache
def _page(shape: _Shape) -> Query:
    return Query(lambda at: _with_names(at, _first(at, shape), is_falling=ORDERS[shape.sort][1]))


@cache
def _page_addresses(shape: _Shape) -> Query:
    def statement(at: At) -> Any:
        first = _first(at, shape)
        task = and_(user_task.c.district_id == first.c.district_id, user_task.c.id == first.c.id)
        cases = select(user_task.c.case_id).select_from(first).join(user_task, task)
        return (
            select(address.c.case_id, address.c.id, address.c.details)
            .where(at.visible(address), address.c.case_id.in_(cases))
            .order_by(address.c.id)
        )

    return Query(statement)


def _first(at: At, shape: _Shape) -> Any:
    """The tasks of the page and their places in its order: the few rows of each part of the queue, merged."""
    keyset = union_all(*(select(_part(at, shape, part)) for part in _parts(at, shape))).subquery()
    return (
        select(keyset.c.district_id, keyset.c.id, keyset.c.sort_key)
        .order_by(*_ordered(keyset.c.sort_key, keyset.c.id, is_falling=ORDERS[shape.sort][1]))
        .limit(at.limit)
        .subquery()
    )


def _parts(at: At, shape: _Shape) -> list[list[ColumnElement[bool]]]:
    """The conditions of each part of the queue: those of each role, and what is to be given to somebody."""
    parts = [_in_queue(at, shape._replace(roles=(role,))) for role in shape.roles]
    if shape.to_give:
        offices = select(queue_count.c.office_id).where(*_unnamed(at, shape))
        parts.append([user_task.c.office_id.in_(offices), is_to_give])
    return parts


def _part(at: At, shape: _Shape, part: Sequence[ColumnElement[bool]]) -> Any:
    """The page of one part alone, read along the index of its queue."""
    by, is_falling = ORDERS[shape.sort]
    return (
        select(user_task.c.district_id, user_task.c.id, by.label("sort_key"))
        .select_from(_joined(shape.filters))
        .where(
            at.visible(user_task),
            *part,
            *_where(at, shape.filters),
            *(_past(at, by, is_falling=is_falling) if shape.has_after else ()),
        )
        .order_by(*_ordered(by, user_task.c.id, is_falling=is_falling))
        .limit(at.limit)
        .subquery()
    )


def _shown(unit: Any, holder: Any) -> list[ColumnElement[Any]]:
    """What the list shows of a task: step, case, letter, sealed name, which enquiry and whose, in whose name."""
    return [
        user_task.c.id,
        user_task.c.element_id,
        user_task.c.due_on,
        user_task.c.claimed_by,
        user_task.c.claim_until,
        user_task.c.assigned_to,
        user_task.c.office_id,
        user_task.c.role,
        case.c.number,
        case.c.purpose,
        case.c.release_id,
        case.c.data_key_id,
        data_key.c.wrapped,
        requisition.c.number.label("requisition_number"),
        requisition.c.requester_hi,
        applicant.c.id.label("applicant_id"),
        applicant.c.name,
        unit.c.id.label("unit_id"),
        *named(unit, "unit"),
        enquiry.c.id.label("enquiry_id"),
        enquiry.c.round,
        when((enquiry.c.unit_kind == UnitKind.OTHER_DISTRICT, enquiry.c.facts)).label("asked"),
        when((enquiry.c.unit_kind == UnitKind.THANA, enquiry.c.facts)).label("asked_here"),
        user_task.c.case_id,
        stands_since(),
        holder.c.name_hi.label("holder_hi"),
        holder.c.name_en.label("holder_en"),
    ]


def _with_names(at: At, first: Any, *, is_falling: bool) -> Any:
    """What the list shows of the tasks of a page."""
    unit, holder = office.alias(), officer.alias()
    same = case.c.district_id == user_task.c.district_id
    return (
        select(first.c.sort_key, *_shown(unit, holder))
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
            unit,
            and_(
                unit.c.district_id == enquiry.c.district_id,
                unit.c.id == enquiry.c.office_id,
                enquiry.c.office_id != at.office_id,
            ),
        )
        .outerjoin(
            holder,
            and_(
                holder.c.district_id == user_task.c.district_id,
                holder.c.id == first_of(user_task.c.claimed_by, user_task.c.assigned_to),
            ),
        )
        .order_by(*_ordered(first.c.sort_key, first.c.id, is_falling=is_falling))
    )


def capped_count(session: Session, queue: Queue, condition: Condition, cap: int) -> int:
    """How many tasks pass the filter, counted no further than `cap`."""
    filters = condition.values
    query = _capped_count(_shaped(queue)._replace(filters=frozenset(filters)))
    return int(query.scalar(session, **queue.values, **filters, limit=cap))


@cache
def _capped_count(shape: _Shape) -> Query:
    def statement(at: At) -> Any:
        of_parts = (
            select(user_task.c.id)
            .select_from(_joined(shape.filters))
            .where(at.visible(user_task), *part, *_where(at, shape.filters))
            for part in _parts(at, shape)
        )
        found = union_all(*of_parts).limit(at.limit).subquery()
        return select(func.count().label("found")).select_from(found)

    return Query(statement)


def _in_queue(at: At, shape: _Shape) -> list[ColumnElement[bool]]:
    roles = shape.roles
    return [
        user_task.c.office_id == at.office_id,
        user_task.c.role == roles[0] if len(roles) == 1 else user_task.c.role.in_(roles),
        is_open,
        *([user_task.c.assigned_to == at.person] if shape.in_person else []),
    ]


def _joined(filters: frozenset[str]) -> Any:
    """The task alone, or with the rows that the filter reads."""
    source: Any = user_task
    if "requisition" in filters:
        source = source.join(
            case, and_(case.c.district_id == user_task.c.district_id, case.c.id == user_task.c.case_id)
        ).join(
            requisition,
            and_(requisition.c.district_id == case.c.district_id, requisition.c.id == case.c.requisition_id),
        )
    if "thana_id" in filters:
        source = source.join(
            enquiry,
            and_(enquiry.c.district_id == user_task.c.district_id, enquiry.c.case_id == user_task.c.case_id),
        )
    return source


#: The condition of each filter. Days are read as instants, along the index that sorts by them.
_FILTERS: dict[str, Callable[[At], ColumnElement[bool]]] = {
    "element_id": lambda at: user_task.c.element_id == at.element_id,
    "due_from": lambda at: user_task.c.due_at >= at.due_from,
    "due_before": lambda at: user_task.c.due_at < at.due_before,
    "purpose": lambda at: user_task.c.purpose == at.purpose,
    "requisition": lambda at: requisition.c.number == at.requisition,
    "thana_id": lambda at: enquiry.c.office_id == at.thana_id,
    "claimed_by": lambda at: user_task.c.claimed_by == at.claimed_by,
    "is_free": lambda at: and_(
        user_task.c.claimed_by.is_(None), user_task.c.assigned_to.is_(None), at.is_free == true()
    ),
    "is_to_give": lambda at: and_(is_to_give, at.is_to_give == true()),
}


def _where(at: At, filters: frozenset[str]) -> list[ColumnElement[bool]]:
    found = [clause(at) for name, clause in _FILTERS.items() if name in filters]
    listed = (
        (column, sum(name.rpartition("_")[0] == column.key for name in filters))
        for column in (user_task.c.case_id, user_task.c.id)
    )
    return found + [at.is_one_of(column, places) for column, places in listed if places]


def _past(at: At, by: Any, *, is_falling: bool) -> list[ColumnElement[bool]]:
    """The rows behind the last one of the page before."""
    if is_falling:
        return [by <= at.after_key, or_(by < at.after_key, user_task.c.id < at.after_id)]
    return [by >= at.after_key, or_(by > at.after_key, user_task.c.id > at.after_id)]


def _ordered(*columns: Any, is_falling: bool) -> list[Any]:
    return [column.desc() if is_falling else column for column in columns]
