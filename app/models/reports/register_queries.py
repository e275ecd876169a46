"""Queries of registers: work by step and officer, letters, dispatches, moves of cases; each with its row scope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, and_, case, cast, func, or_, select

from app.models.scope import visible
from app.models.tables.cases import answer, enquiry, requisition
from app.models.tables.cases import case as cases
from app.models.tables.clocks import case_clock, is_office
from app.models.tables.officers import officer
from app.models.tables.offices import named, office
from app.models.tables.papers import certificate, delivery
from app.models.tables.workflow import is_open, queue_count, step, user_task

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from app.models.scope import Session
    from app.models.tables.base import AnyRow


def _day(session: Session, moment: Any) -> Any:
    """The day in India of an instant, in the words of the database; SQLite answers with a text."""
    if session.dialect.name == "postgresql":
        return cast(func.timezone("Asia/Kolkata", moment), Date)
    return func.date(moment, "+330 minutes")


def open_by_step(session: Session, today: date) -> Sequence[AnyRow]:
    """Open tasks by step and day of receipt: how many, and how many of them are overdue."""
    received = _day(session, user_task.c.created_at).label("received_on")
    late = func.sum(case((user_task.c.due_on < today, 1), else_=0)).label("late")
    queues = select(queue_count.c.office_id).where(visible(queue_count, session.scope))
    statement = (
        select(user_task.c.element_id, received, func.count().label("number"), late)
        .where(user_task.c.district_id == session.district_id, user_task.c.office_id.in_(queues), is_open)
        .group_by(user_task.c.element_id, received)
    )
    return session.connection.execute(statement).all()


def by_officer(
    session: Session, first: datetime, until: datetime, today: date, officer_id: UUID | None = None
) -> Sequence[AnyRow]:
    """Tasks that name an officer (one, or each of the offices seen): given in a time, done, open, overdue now."""
    queues = select(queue_count.c.office_id).where(visible(queue_count, session.scope))
    mine = [] if officer_id is None else [officer.c.id == officer_id]

    def count(condition: ColumnElement[bool]) -> Any:
        return func.sum(case((condition, 1), else_=0))

    own = user_task.c
    is_pending = own.state == "open"
    statement = (
        select(
            officer.c.id,
            officer.c.name_hi,
            officer.c.name_en,
            officer.c.rank,
            *named(office, "office"),
            count(and_(own.created_at >= first, own.created_at < until)).label("given"),
            count(and_(own.state == "done", own.done_at >= first, own.done_at < until)).label("done"),
            count(is_pending).label("open"),
            count(and_(is_pending, own.due_on < today)).label("late"),
        )
        .select_from(user_task)
        .join(officer, and_(officer.c.district_id == own.district_id, officer.c.id == own.assigned_to))
        .join(office, and_(office.c.district_id == own.district_id, office.c.id == own.office_id))
        .where(own.district_id == session.district_id, own.office_id.in_(queues), *mine)
        .where(or_(is_pending, own.created_at >= first, own.done_at >= first))
        .group_by(officer.c.id, officer.c.name_hi, officer.c.name_en, officer.c.rank, office.c.id)
        .group_by(office.c.kind, office.c.name_hi, office.c.name_en)
        .order_by(office.c.name_hi, officer.c.name_hi, officer.c.id)
    )
    return session.connection.execute(statement).all()


def _had_a_part(session: Session) -> Any:
    """The cases in which an office whose work the reader may count had a part; counts hold no names."""
    return select(case_clock.c.case_id).where(visible(case_clock, session.scope), is_office)


def ended(session: Session, first: datetime, until: datetime) -> Sequence[AnyRow]:
    """The cases that ended in a time: their purpose, and how."""
    statement = select(cases.c.id, cases.c.purpose, cases.c.status).where(
        cases.c.district_id == session.district_id,
        cases.c.closed_at >= first,
        cases.c.closed_at < until,
        cases.c.id.in_(_had_a_part(session)),
    )
    return session.connection.execute(statement).all()


def decisions(
    session: Session, elements: Sequence[str], first: datetime, until: datetime
) -> Sequence[AnyRow]:
    """What was chosen at these steps in the cases that ended in a time, the last choice of each case last."""
    statement = (
        select(step.c.case_id, step.c.element_id, step.c.routing)
        .join(cases, and_(cases.c.district_id == step.c.district_id, cases.c.id == step.c.case_id))
        .where(
            step.c.district_id == session.district_id,
            step.c.kind == "completed",
            step.c.element_id.in_(elements),
            cases.c.closed_at >= first,
            cases.c.closed_at < until,
            step.c.case_id.in_(_had_a_part(session)),
        )
        .order_by(step.c.case_id, step.c.seq)
    )
    return session.connection.execute(statement).all()


def by_department(session: Session, first: date, last: date) -> Sequence[AnyRow]:
    """Letters received in a time by who sent them: persons entered, disposed of, pending."""
    still = func.sum(case((cases.c.status == "open", 1), else_=0))
    statement = (
        select(
            requisition.c.requester_hi,
            func.count(requisition.c.id.distinct()).label("letters"),
            func.count(cases.c.id).label("persons"),
            func.coalesce(still, 0).label("open"),
        )
        .outerjoin(
            cases,
            and_(
                cases.c.district_id == requisition.c.district_id, cases.c.requisition_id == requisition.c.id
            ),
        )
        .where(
            visible(requisition, session.scope),
            requisition.c.received_on >= first,
            requisition.c.received_on <= last,
        )
        .group_by(requisition.c.requester_hi)
        .order_by(func.count(cases.c.id).desc(), requisition.c.requester_hi)
    )
    return session.connection.execute(statement).all()


def letters(session: Session, first: date, last: date, limit: int) -> Sequence[AnyRow]:
    """Letters received in a time with their cases counted, by diary number."""
    still = func.sum(case((cases.c.status == "open", 1), else_=0))
    own = requisition.c
    statement = (
        select(
            own.id,
            own.number,
            own.received_on,
            own.requester_hi,
            own.letter_no,
            own.letter_date,
            own.purpose,
            own.candidate_count,
            func.count(cases.c.id).label("persons"),
            func.coalesce(still, 0).label("open"),
            func.min(cases.c.number).label("first_case"),
            func.max(cases.c.number).label("last_case"),
        )
        .outerjoin(cases, and_(cases.c.district_id == own.district_id, cases.c.requisition_id == own.id))
        .where(visible(requisition, session.scope), own.received_on >= first, own.received_on <= last)
        .group_by(own.district_id, own.id)
        .order_by(own.received_on, own.number, own.id)
        .limit(limit)
    )
    return session.connection.execute(statement).all()


def dispatches(
    session: Session, forms: Sequence[str], first: datetime, until: datetime, limit: int
) -> Sequence[AnyRow]:
    """What was entered at the dispatch of papers in a time, sealed, with its case and letter.

    The paper is the one that went out then, whatever became of it later: a register does not change.
    """
    told: list[Any] = [answer.c.id, answer.c["values"], answer.c.at, cases.c.number, cases.c.data_key_id]
    told += [requisition.c.requester_hi, cases.c.purpose, certificate.c.memo_number, delivery.c.opened_at]
    statement = (
        select(*told)
        .select_from(answer)
        .join(cases, and_(cases.c.district_id == answer.c.district_id, cases.c.id == answer.c.case_id))
        .join(
            requisition,
            and_(
                requisition.c.district_id == cases.c.district_id, requisition.c.id == cases.c.requisition_id
            ),
        )
        .outerjoin(
            certificate,
            and_(
                certificate.c.district_id == answer.c.district_id,
                certificate.c.id == _issued_before(),
            ),
        )
        .outerjoin(
            delivery,
            and_(
                delivery.c.district_id == certificate.c.district_id,
                delivery.c.certificate_id == certificate.c.id,
            ),
        )
        .where(visible(answer, session.scope), visible(requisition, session.scope))
        .where(answer.c.form.in_(forms), answer.c.at >= first, answer.c.at < until)
        .order_by(answer.c.at, answer.c.id)
        .limit(limit)
    )
    return session.connection.execute(statement).all()


def _issued_before() -> Any:
    """The newest paper of its case at the time of an answer, as a column of a query over answers."""
    own = certificate.alias("issued").c
    return (
        select(own.id)
        .where(own.district_id == answer.c.district_id, own.case_id == answer.c.case_id)
        .where(own.issued_at <= answer.c.at)
        .order_by(own.issued_at.desc(), own.id)
        .limit(1)
        .correlate(answer)
        .scalar_subquery()
    )


def re_enquiries(session: Session, first: datetime, until: datetime) -> dict[UUID, int]:
    """Enquiries of a second or third round that thanas received in a time."""
    queues = select(queue_count.c.office_id).where(visible(queue_count, session.scope))
    statement = (
        select(enquiry.c.office_id, func.count().label("number"))
        .where(
            enquiry.c.district_id == session.district_id,
            enquiry.c.office_id.in_(queues),
            enquiry.c.round > 0,
            enquiry.c.received_at >= first,
            enquiry.c.received_at < until,
        )
        .group_by(enquiry.c.office_id)
    )
    return {row[0]: row[1] for row in session.connection.execute(statement)}


def papers(session: Session, first: datetime, until: datetime, limit: int) -> Sequence[AnyRow]:
    """The papers issued in a time in the order of their numbers, with case and letter, and nobody's name."""
    own = certificate.c
    statement = (
        select(own.number, own.memo_number, own.issued_at, own.valid_till, own.status, own.status_on)
        .add_columns(cases.c.number.label("case_number"), cases.c.purpose, requisition.c.requester_hi)
        .add_columns(requisition.c.letter_no, requisition.c.letter_date, *named(office, "office"))
        .join(cases, and_(cases.c.district_id == own.district_id, cases.c.id == own.case_id))
        .join(
            requisition,
            and_(
                requisition.c.district_id == cases.c.district_id, requisition.c.id == cases.c.requisition_id
            ),
        )
        .join(office, and_(office.c.district_id == own.district_id, office.c.id == own.office_id))
        .where(visible(certificate, session.scope), visible(requisition, session.scope))
        .where(own.issued_at >= first, own.issued_at < until)
        .order_by(own.number)
        .limit(limit)
    )
    return session.connection.execute(statement).all()


def moves(
    session: Session, first: datetime, until: datetime, after: tuple[Any, int] | None, limit: int
) -> Sequence[AnyRow]:
    """Moves of cases received in a time, case by case in order, with the office of the unit and nobody's name."""
    own = step.c
    statement = (
        select(own.case_id, own.seq, own.kind, own.element_id, own.at, cases.c.number, cases.c.purpose)
        .add_columns(office.c.key.label("office_key"))
        .join(cases, and_(cases.c.district_id == own.district_id, cases.c.id == own.case_id))
        .outerjoin(office, and_(office.c.district_id == own.district_id, office.c.id == own.unit_office_id))
        .where(visible(step, session.scope), cases.c.opened_at >= first, cases.c.opened_at < until)
        .order_by(own.case_id, own.seq)
        .limit(limit)
    )
    if after is not None:
        case_id, seq = after
        statement = statement.where(or_(own.case_id > case_id, and_(own.case_id == case_id, own.seq > seq)))
    return session.connection.execute(statement).all()
