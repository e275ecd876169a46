"""Queries on requisitions, cases and the facts in them; every statement carries the caller's row scope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, insert, select, update
from sqlalchemy import case as when

from app.models.cases import (
    address,
    answer,
    applicant,
    case,
    document,
    enquiry,
    finding,
    requisition,
    search_key,
)
from app.models.officers import officer
from app.models.offices import office
from app.models.scope import visible
from app.models.workflow import user_task

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.base import AnyRow
    from app.models.scope import Session

_LETTER = (
    requisition.c.number.label("requisition_number"),
    requisition.c.requester_hi,
    requisition.c.letter_no,
    requisition.c.letter_date,
    requisition.c.routing.label("requisition_routing"),
)


def _case_with_letter() -> Any:
    return case.join(
        requisition,
        and_(requisition.c.district_id == case.c.district_id, requisition.c.id == case.c.requisition_id),
    )


def find(session: Session, case_id: UUID) -> AnyRow | None:
    statement = (
        select(case, *_LETTER)
        .select_from(_case_with_letter())
        .where(visible(case, session.scope), case.c.id == case_id)
    )
    return session.connection.execute(statement).one_or_none()


def find_number(session: Session, number: str) -> AnyRow | None:
    statement = (
        select(case, *_LETTER)
        .select_from(_case_with_letter())
        .where(visible(case, session.scope), case.c.number == number)
    )
    return session.connection.execute(statement).one_or_none()


def lock(session: Session, case_id: UUID) -> AnyRow | None:
    """The case row, locked until the transaction ends (SQLite has one writer, and needs no lock)."""
    statement = (
        select(case, *_LETTER)
        .select_from(_case_with_letter())
        .where(visible(case, session.scope), case.c.id == case_id)
        .with_for_update(of=case)
    )
    return session.connection.execute(statement).one_or_none()


def insert_case(session: Session, row: Mapping[str, Any]) -> None:
    _insert(session, case, [row])


def advance(session: Session, case_id: UUID, revision: int, values: Mapping[str, Any]) -> bool:
    """Move the case to the next revision; False when another step came first."""
    result = session.connection.execute(
        update(case)
        .where(visible(case, session.scope), case.c.id == case_id, case.c.revision == revision)
        .values(revision=revision + 1, **values)
    )
    return result.rowcount == 1


def insert_requisition(session: Session, row: Mapping[str, Any]) -> None:
    _insert(session, requisition, [row])


def requisition_row(session: Session, requisition_id: UUID) -> AnyRow | None:
    return session.connection.execute(
        select(requisition).where(visible(requisition, session.scope), requisition.c.id == requisition_id)
    ).one_or_none()


def requisitions(
    session: Session, *, search: str, after: tuple[Any, UUID] | None, limit: int
) -> Sequence[AnyRow]:
    """Letters, newest first, with how many of their persons are entered, open and late (`today` by the caller)."""
    entered = (
        select(func.count())
        .where(case.c.district_id == requisition.c.district_id, case.c.requisition_id == requisition.c.id)
        .scalar_subquery()
    )
    still = (
        select(func.count())
        .where(
            case.c.district_id == requisition.c.district_id,
            case.c.requisition_id == requisition.c.id,
            case.c.status == "open",
        )
        .scalar_subquery()
    )
    statement = (
        select(requisition, entered.label("entered"), still.label("open"))
        .where(visible(requisition, session.scope))
        .order_by(requisition.c.received_on.desc(), requisition.c.id.desc())
        .limit(limit)
    )
    if search:
        text = f"%{search.replace('%', '').replace('_', '')}%"
        statement = statement.where(
            requisition.c.letter_no.ilike(text)
            | requisition.c.number.ilike(text)
            | requisition.c.requester_hi.ilike(text)
        )
    if after is not None:
        day, last = after
        statement = statement.where(
            (requisition.c.received_on < day)
            | and_(requisition.c.received_on == day, requisition.c.id < last)
        )
    return session.connection.execute(statement).all()


def cases_of_requisition(session: Session, requisition_id: UUID) -> Sequence[AnyRow]:
    return _lines(session, case.c.requisition_id == requisition_id)


def lines(session: Session, case_ids: Collection[UUID]) -> Sequence[AnyRow]:
    """Cases as a list shows them: number, clock, sealed name, and the task that has been open longest."""
    return _lines(session, case.c.id.in_(tuple(case_ids))) if case_ids else ()


def _lines(session: Session, condition: Any) -> Sequence[AnyRow]:
    first = (
        select(user_task.c.id)
        .where(
            user_task.c.district_id == case.c.district_id,
            user_task.c.case_id == case.c.id,
            user_task.c.state == "open",
        )
        .order_by(user_task.c.due_at, user_task.c.id)
        .limit(1)
        .correlate(case)
        .scalar_subquery()
    )
    statement = (
        select(
            case.c.id,
            case.c.number,
            case.c.purpose,
            case.c.status,
            case.c.received_on,
            case.c.due_on,
            case.c.data_key_id,
            case.c.release_id,
            applicant.c.id.label("applicant_id"),
            applicant.c.name,
            user_task.c.element_id,
            user_task.c.due_on.label("task_due_on"),
            office.c.name_hi.label("office_hi"),
            office.c.name_en.label("office_en"),
        )
        .select_from(case)
        .join(
            applicant,
            and_(applicant.c.district_id == case.c.district_id, applicant.c.case_id == case.c.id),
        )
        .outerjoin(user_task, and_(user_task.c.district_id == case.c.district_id, user_task.c.id == first))
        .outerjoin(
            office,
            and_(office.c.district_id == user_task.c.district_id, office.c.id == user_task.c.office_id),
        )
        .where(visible(case, session.scope), condition)
        .order_by(case.c.number)
    )
    return session.connection.execute(statement).all()


def insert_applicant(session: Session, row: Mapping[str, Any]) -> None:
    _insert(session, applicant, [row])


def applicant_of(session: Session, case_id: UUID) -> AnyRow | None:
    return session.connection.execute(
        select(applicant).where(visible(applicant, session.scope), applicant.c.case_id == case_id)
    ).one_or_none()


def insert_addresses(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    _insert(session, address, rows)


def addresses_of(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    order = when({"permanent": 0, "present": 1, "stay": 2, "firm": 3}, value=address.c.kind)
    return session.connection.execute(
        select(address)
        .where(visible(address, session.scope), address.c.case_id == case_id)
        .order_by(order, address.c.id)
    ).all()


def insert_answer(session: Session, row: Mapping[str, Any]) -> None:
    _insert(session, answer, [row])


def answers_of(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    """Every submission of the case in order, with who gave it and for which unit."""
    unit = office.alias()
    statement = (
        select(
            answer,
            officer.c.name_hi.label("officer_hi"),
            officer.c.name_en.label("officer_en"),
            unit.c.name_hi.label("unit_hi"),
            unit.c.name_en.label("unit_en"),
        )
        .outerjoin(
            officer, and_(officer.c.district_id == answer.c.district_id, officer.c.id == answer.c.answered_by)
        )
        .outerjoin(
            enquiry, and_(enquiry.c.district_id == answer.c.district_id, enquiry.c.id == answer.c.enquiry_id)
        )
        .outerjoin(unit, and_(unit.c.district_id == enquiry.c.district_id, unit.c.id == enquiry.c.office_id))
        .where(visible(answer, session.scope), answer.c.case_id == case_id)
        .order_by(answer.c.at, answer.c.id)
    )
    return session.connection.execute(statement).all()


def last_answer(session: Session, case_id: UUID, form: str, enquiry_id: UUID | None = None) -> AnyRow | None:
    """The latest submission of a form in a case, for one unit where the form belongs to a unit."""
    statement = select(answer).where(
        visible(answer, session.scope), answer.c.case_id == case_id, answer.c.form == form
    )
    if enquiry_id is not None:
        statement = statement.where(answer.c.enquiry_id == enquiry_id)
    return session.connection.execute(
        statement.order_by(answer.c.at.desc(), answer.c.id.desc()).limit(1)
    ).one_or_none()


def insert_enquiries(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    _insert(session, enquiry, rows)


def enquiries_of(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    statement = (
        select(
            enquiry,
            office.c.name_hi.label("office_hi"),
            office.c.name_en.label("office_en"),
            officer.c.name_hi.label("officer_hi"),
            officer.c.name_en.label("officer_en"),
            officer.c.rank.label("officer_rank"),
        )
        .join(office, and_(office.c.district_id == enquiry.c.district_id, office.c.id == enquiry.c.office_id))
        .outerjoin(
            officer,
            and_(officer.c.district_id == enquiry.c.district_id, officer.c.id == enquiry.c.officer_id),
        )
        .where(visible(enquiry, session.scope), enquiry.c.case_id == case_id)
        .order_by(enquiry.c.round, enquiry.c.received_at, enquiry.c.id)
    )
    return session.connection.execute(statement).all()


def enquiry_row(session: Session, enquiry_id: UUID) -> AnyRow | None:
    return session.connection.execute(
        select(enquiry).where(visible(enquiry, session.scope), enquiry.c.id == enquiry_id)
    ).one_or_none()


def set_enquiry(session: Session, enquiry_id: UUID, **values: Any) -> None:
    session.connection.execute(
        update(enquiry).where(visible(enquiry, session.scope), enquiry.c.id == enquiry_id).values(**values)
    )


def insert_findings(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    _insert(session, finding, rows)


def supersede_findings(session: Session, enquiry_id: UUID) -> None:
    session.connection.execute(
        update(finding)
        .where(visible(finding, session.scope), finding.c.enquiry_id == enquiry_id)
        .values(superseded=True)
    )


def findings_of(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    return session.connection.execute(
        select(finding)
        .where(visible(finding, session.scope), finding.c.case_id == case_id, finding.c.superseded.is_(False))
        .order_by(finding.c.enquiry_id, finding.c.seq)
    ).all()


def insert_documents(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    _insert(session, document, rows)


def documents_of_case(session: Session, case_id: UUID, requisition_id: UUID) -> Sequence[AnyRow]:
    """The papers of a case and of the letter it came with, oldest first."""
    return session.connection.execute(
        select(document)
        .where(
            visible(document, session.scope),
            (document.c.case_id == case_id) | (document.c.requisition_id == requisition_id),
            document.c.destroyed_at.is_(None),
        )
        .order_by(document.c.created_at, document.c.id)
    ).all()


def documents_of_requisition(session: Session, requisition_id: UUID) -> Sequence[AnyRow]:
    return session.connection.execute(
        select(document)
        .where(
            visible(document, session.scope),
            document.c.requisition_id == requisition_id,
            document.c.destroyed_at.is_(None),
        )
        .order_by(document.c.created_at, document.c.id)
    ).all()


def documents_of_draft(session: Session, draft_id: UUID) -> Sequence[AnyRow]:
    return session.connection.execute(
        select(document)
        .where(
            visible(document, session.scope),
            document.c.draft_id == draft_id,
            document.c.destroyed_at.is_(None),
        )
        .order_by(document.c.created_at, document.c.id)
    ).all()


def document_row(session: Session, document_id: UUID) -> AnyRow | None:
    return session.connection.execute(
        select(document).where(
            visible(document, session.scope),
            document.c.id == document_id,
            document.c.destroyed_at.is_(None),
        )
    ).one_or_none()


def set_document(session: Session, document_id: UUID, **values: Any) -> None:
    session.connection.execute(
        update(document)
        .where(visible(document, session.scope), document.c.id == document_id)
        .values(**values)
    )


def insert_search_keys(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    _insert(session, search_key, rows)


def own_documents(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    """The files of a case alone; those of its letter belong to the other persons of the letter too."""
    return session.connection.execute(
        select(document.c.id, document.c.path).where(
            visible(document, session.scope), document.c.case_id == case_id
        )
    ).all()


def forget(session: Session, case_id: UUID, at: datetime) -> None:
    """Drop what a case could be found by, and mark its files as destroyed."""
    session.connection.execute(
        delete(search_key).where(visible(search_key, session.scope), search_key.c.case_id == case_id)
    )
    session.connection.execute(
        update(document)
        .where(visible(document, session.scope), document.c.case_id == case_id)
        .values(destroyed_at=at)
    )


def search(session: Session, keys: Mapping[str, Collection[bytes]], limit: int) -> Sequence[AnyRow]:
    """Cases that share the most search keys, best first; -> rows of (case_id, hits)."""
    wanted = [
        and_(search_key.c.kind == kind, search_key.c.digest.in_(tuple(digests)))
        for kind, digests in keys.items()
        if digests
    ]
    if not wanted:
        return ()
    condition = wanted[0]
    for other in wanted[1:]:
        condition = condition | other
    statement = (
        select(search_key.c.case_id, func.count().label("hits"))
        .where(visible(search_key, session.scope), condition)
        .group_by(search_key.c.case_id)
        .order_by(func.count().desc(), search_key.c.case_id)
        .limit(limit)
    )
    return session.connection.execute(statement).all()


def _insert(session: Session, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.connection.execute(
            insert(table), [{"district_id": session.district_id, **row} for row in rows]
        )
