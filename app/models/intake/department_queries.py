"""Queries of requesting departments: their accounts, their letters by stage, the papers delivered to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, not_, or_, select

from app.models import guarded
from app.models.casefile.case_queries import first_open
from app.models.intake.rosters import is_taken_back
from app.models.scope import visible
from app.models.statements import inserting
from app.models.tables.base import insert_or, valid_on
from app.models.tables.cases import applicant, case, document, enquiry, letter_department, requisition
from app.models.tables.officers import posting
from app.models.tables.offices import office
from app.models.tables.papers import certificate, delivery, paper_act
from app.models.tables.workflow import user_task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

KIND = "requester"  # of an office, and of the role of whoever sits in it


def _joined(one: Any, other: Any, column: str, key: str = "id") -> Any:
    return and_(other.c.district_id == one.c.district_id, other.c[key] == one.c[column])


def _staffed(day: date) -> Any:
    """Whether somebody holds an account of the office on this day."""
    return (
        exists()
        .where(
            posting.c.district_id == office.c.district_id,
            posting.c.office_id == office.c.id,
            posting.c.role == KIND,
            *valid_on(posting.c, day),
        )
        .correlate(office)
    )


def departments(session: Session, day: date) -> Sequence[AnyRow]:
    """The departments with an office here, by name: id, names, since when, and whether an account is held."""
    own = office.c
    return session.connection.execute(
        select(own.id, own.name_hi, own.name_en, own.valid_from, _staffed(day).label("has_account"))
        .where(
            visible(office, session.scope),
            own.kind == KIND,
            *valid_on(own, day),
        )
        .order_by(own.name_hi, own.id)
    ).all()


def of_letter(session: Session, requisition_id: UUID, day: date) -> AnyRow | None:
    """The department to whose account a letter belongs, with `has_account`; None where it has none."""
    return session.connection.execute(
        select(office.c.id, office.c.name_hi, office.c.name_en, _staffed(day).label("has_account"))
        .select_from(letter_department)
        .join(office, _joined(letter_department, office, "office_id"))
        .where(
            visible(letter_department, session.scope), letter_department.c.requisition_id == requisition_id
        )
    ).one_or_none()


def insert_link(session: Session, row: Mapping[str, Any]) -> None:
    """Let a letter belong to a department's account, in place of the one before."""
    values = {"district_id": session.district_id, **row}
    changed = {name: row[name] for name in ("office_id", "linked_at", "linked_by")}
    session.connection.execute(
        insert_or(session.connection, letter_department)
        .values(values)
        .on_conflict_do_update(index_elements=["district_id", "requisition_id"], set_=changed)
    )


def _latest_paper() -> Any:
    """The paper of a case that was issued last."""
    newer = certificate.alias()
    return (
        select(newer.c.id)
        .where(
            newer.c.district_id == case.c.district_id,
            newer.c.case_id == case.c.id,
            newer.c.issued_at.is_not(None),
        )
        .order_by(newer.c.issued_at.desc(), newer.c.id.desc())
        .limit(1)
        .correlate(case)
        .scalar_subquery()
    )


def cases(session: Session, requisition_ids: Sequence[UUID]) -> Sequence[AnyRow]:
    """The cases of letters with what their stage is told from: status, open step and office kind, paper, delivery.

    Cases of a list that was taken back are none of the letter's: their persons come again, or were never asked for.
    """
    return _cases(session, and_(case.c.requisition_id.in_(requisition_ids), not_(is_taken_back())))


def cases_of(session: Session, case_ids: Sequence[UUID]) -> Sequence[AnyRow]:
    """These cases, told in the same way."""
    return _cases(session, case.c.id.in_(case_ids))


def _cases(session: Session, wanted: ColumnElement[bool]) -> Sequence[AnyRow]:
    asked = exists().where(enquiry.c.district_id == case.c.district_id, enquiry.c.case_id == case.c.id)
    return session.connection.execute(
        select(
            case.c.id,
            case.c.number,
            case.c.requisition_id,
            case.c.status,
            case.c.due_on,
            case.c.data_key_id,
            applicant.c.id.label("applicant_id"),
            applicant.c.name,
            user_task.c.element_id,
            office.c.kind.label("office_kind"),
            asked.correlate(case).label("is_asked"),
            certificate.c.id.label("paper_id"),
            certificate.c.status.label("paper_status"),
            delivery.c.id.label("delivery_id"),
            delivery.c.delivered_at,
            delivery.c.opened_at,
        )
        .select_from(case)
        .join(applicant, _joined(case, applicant, "id", "case_id"))
        .outerjoin(
            user_task, and_(user_task.c.district_id == case.c.district_id, user_task.c.id == first_open())
        )
        .outerjoin(office, _joined(user_task, office, "office_id"))
        .outerjoin(
            certificate,
            and_(certificate.c.district_id == case.c.district_id, certificate.c.id == _latest_paper()),
        )
        .outerjoin(delivery, _joined(certificate, delivery, "id", "certificate_id"))
        .where(visible(case, session.scope), wanted)
        .order_by(case.c.number)
    ).all()


def _number_in_its_place() -> Any:
    """The number of the corrected paper that took the place of one."""
    return (
        select(paper_act.c.number)
        .where(
            paper_act.c.district_id == certificate.c.district_id,
            paper_act.c.certificate_id == certificate.c.id,
            paper_act.c.kind == "supersede",
            paper_act.c.number.is_not(None),
        )
        .limit(1)
        .correlate(certificate)
        .scalar_subquery()
    )


def _deliveries() -> Any:
    return (
        select(
            delivery,
            _number_in_its_place().label("new_number"),
            certificate.c.number,
            certificate.c.memo_number,
            certificate.c.status,
            certificate.c.status_on,
            certificate.c.valid_till,
            certificate.c.signed_with,
            certificate.c.document_id,
            case.c.number.label("case_number"),
            case.c.data_key_id,
            applicant.c.id.label("applicant_id"),
            applicant.c.name,
            requisition.c.letter_no,
            requisition.c.letter_date,
            office.c.name_hi.label("office_hi"),
            office.c.name_en.label("office_en"),
            office.c.kind.label("office_kind"),
        )
        .select_from(delivery)
        .join(certificate, _joined(delivery, certificate, "certificate_id"))
        .join(case, _joined(delivery, case, "case_id"))
        .join(applicant, _joined(case, applicant, "id", "case_id"))
        .join(requisition, _joined(case, requisition, "requisition_id"))
        .join(office, _joined(delivery, office, "office_id"))
    )


def deliveries(session: Session, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[AnyRow]:
    """The papers delivered to the department of the scope, newest first."""
    statement = (
        _deliveries()
        .where(visible(delivery, session.scope))
        .order_by(delivery.c.delivered_at.desc(), delivery.c.id.desc())
        .limit(limit)
    )
    if after is not None:
        at, last = after
        own = delivery.c
        statement = statement.where(or_(own.delivered_at < at, and_(own.delivered_at == at, own.id < last)))
    return session.connection.execute(statement).all()


def unopened(session: Session) -> int:
    """How many of the delivered papers nobody has opened yet."""
    return int(
        session.connection.execute(
            select(func.count()).where(visible(delivery, session.scope), delivery.c.opened_at.is_(None))
        ).scalar_one()
    )


def delivered(session: Session, delivery_id: UUID) -> AnyRow | None:
    return session.connection.execute(
        _deliveries().where(visible(delivery, session.scope), delivery.c.id == delivery_id)
    ).one_or_none()


def of_paper(session: Session, certificate_id: UUID) -> Sequence[AnyRow]:
    """Where a paper was delivered, and when it was opened there."""
    return session.connection.execute(
        _deliveries().where(visible(delivery, session.scope), delivery.c.certificate_id == certificate_id)
    ).all()


def _papers_of_letter(session: Session, requisition_id: UUID, columns: Sequence[Any]) -> Any:
    """The papers of a letter that stand, with their documents; the delivered ones alone where the scope says so."""
    return (
        select(*columns)
        .select_from(certificate)
        .join(case, _joined(certificate, case, "case_id"))
        .join(document, _joined(certificate, document, "document_id"))
        .outerjoin(delivery, _joined(certificate, delivery, "id", "certificate_id"))
        .where(
            visible(certificate, session.scope),
            visible(document, session.scope),
            case.c.requisition_id == requisition_id,
            certificate.c.status == "issued",
            document.c.destroyed_at.is_(None),
        )
    )


def papers_count(session: Session, requisition_id: UUID) -> int:
    """How many papers of a letter stand and may be seen."""
    count = [func.count(certificate.c.id.distinct())]
    return int(session.connection.execute(_papers_of_letter(session, requisition_id, count)).scalar_one())


def papers_of_letter(session: Session, requisition_id: UUID, skip: int, limit: int) -> Sequence[AnyRow]:
    """The documents of a letter's papers by number, with it, `delivery_id` and `issued_at`; a part of them."""
    columns = [document, delivery.c.id.label("delivery_id"), certificate.c.issued_at, certificate.c.number]
    statement = _papers_of_letter(session, requisition_id, columns)
    return session.connection.execute(
        statement.order_by(certificate.c.number, certificate.c.id).offset(skip).limit(limit)
    ).all()


def insert_delivery(session: Session, row: Mapping[str, Any]) -> None:
    inserting(delivery).put(session, [row])


def set_opened(session: Session, delivery_id: UUID, at: datetime, by: UUID) -> bool:
    """Note the first opening; False when it was opened before."""
    return guarded.change(
        session,
        delivery,
        delivery.c.id == delivery_id,
        delivery.c.opened_at.is_(None),
        opened_at=at,
        opened_by=by,
    )
