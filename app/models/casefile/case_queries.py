"""Queries on requisitions, cases and the facts in them; every statement carries the caller's row scope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy import case as when

from app.models.issuing import paper_queries
from app.models.record.audit_queries import head_is_locked
from app.models.scope import visible
from app.models.statements import Query, Update, in_parts, inserting
from app.models.tables.cases import (
    address,
    answer,
    applicant,
    case,
    enquiry,
    finding,
    requisition,
)
from app.models.tables.clocks import stands_since
from app.models.tables.officers import officer
from app.models.tables.offices import named, office
from app.models.tables.workflow import user_task

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from app.models.session import Session
    from app.models.statements import At
    from app.models.tables.base import AnyRow

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


def _case(at: At) -> Any:
    return select(case, *_LETTER).select_from(_case_with_letter()).where(at.visible(case))


FIND = Query(lambda at: _case(at).where(case.c.id == at.case_id))
_FIND_NUMBER = Query(lambda at: _case(at).where(case.c.number == at.number))
LOCK = Query(lambda at: _case(at).where(case.c.id == at.case_id).with_for_update(of=case))


def find(session: Session, case_id: UUID) -> AnyRow | None:
    return FIND.one_or_none(session, case_id=case_id)


def find_number(session: Session, number: str) -> AnyRow | None:
    return _FIND_NUMBER.one_or_none(session, number=number)


def lock(session: Session, case_id: UUID) -> AnyRow | None:
    """The case row, locked until the transaction ends (SQLite has one writer, and needs no lock)."""
    row = LOCK.one_or_none(session, case_id=case_id)
    if row is not None:
        head_is_locked(session, case_id, row.audit_seq, row.audit_head)
        session.cache["revision", case_id] = row.revision
    return row


def insert_case(session: Session, row: Mapping[str, Any]) -> None:
    """Make a case. Nobody else sees it before the commit: it is locked like one that was asked for."""
    inserting(case).put(session, [{"revision": 0, "audit_seq": 0, **row}])
    head_is_locked(session, row["id"], 0, row["audit_head"])
    session.cache["revision", row["id"]] = 0


_ADVANCE = Update(case, lambda at: [case.c.id == at.case_id, case.c.revision == at.revision])


def advance(session: Session, case_id: UUID, revision: int, values: Mapping[str, Any]) -> bool:
    """Move the case to the next revision; False when another step came first.

    Whoever holds the lock of the case need not wait to hear that nobody did.
    """
    columns = {"revision": revision + 1, **values}
    locked = session.cache.get(("revision", case_id))
    if locked is not None:
        session.cache["revision", case_id] = revision + 1
        _ADVANCE.put(session, columns, case_id=case_id, revision=revision)
        return bool(locked == revision)
    return _ADVANCE.run(session, columns, case_id=case_id, revision=revision) == 1


def insert_requisition(session: Session, row: Mapping[str, Any]) -> None:
    inserting(requisition).put(session, [row])


_REQUISITION = Query(
    lambda at: select(requisition).where(at.visible(requisition), requisition.c.id == at.requisition_id)
)


def requisition_row(session: Session, requisition_id: UUID) -> AnyRow | None:
    return _REQUISITION.one_or_none(session, requisition_id=requisition_id)


def requisitions(
    session: Session, *, search: Collection[str], after: tuple[Any, UUID] | None, limit: int
) -> Sequence[AnyRow]:
    """Letters, newest first, that hold a text of `search` (all, if there is none), with their persons counted."""
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
        held = (requisition.c.letter_no, requisition.c.number, requisition.c.requester_hi)
        statement = statement.where(
            or_(*(column.icontains(text, autoescape=True) for column in held for text in search))
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


def first_open() -> Any:
    """The task of a case that has been open longest, as a column of a query over cases."""
    return (
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


def _lines(session: Session, condition: Any) -> Sequence[AnyRow]:
    first = first_open()
    statement = (
        select(
            case.c.id,
            case.c.number,
            case.c.purpose,
            case.c.status,
            paper_queries.is_revoked().label("is_revoked"),
            case.c.received_on,
            case.c.due_on,
            case.c.data_key_id,
            case.c.release_id,
            applicant.c.id.label("applicant_id"),
            applicant.c.name,
            user_task.c.element_id,
            user_task.c.due_on.label("task_due_on"),
            stands_since(),
            *named(office, "office"),
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
    inserting(applicant).put(session, [row])


_APPLICANT = Query(
    lambda at: select(applicant).where(at.visible(applicant), applicant.c.case_id == at.case_id)
)


def applicant_of(session: Session, case_id: UUID) -> AnyRow | None:
    return _APPLICANT.one_or_none(session, case_id=case_id)


_SET_APPLICANT = Update(applicant, lambda at: [applicant.c.id == at.applicant_id])


def set_applicant(session: Session, applicant_id: UUID, name: bytes, details: bytes) -> None:
    """Take corrected particulars of a person, sealed, in place of those before."""
    _SET_APPLICANT.put(session, {"name": name, "details": details}, applicant_id=applicant_id)


def insert_addresses(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    inserting(address).put(session, rows)


ADDRESSES = Query(
    lambda at: (
        select(address)
        .where(at.visible(address), address.c.case_id == at.case_id)
        .order_by(
            when({"permanent": 0, "present": 1, "stay": 2, "firm": 3}, value=address.c.kind), address.c.id
        )
    )
)


def addresses_of(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    return ADDRESSES.all(session, case_id=case_id)


_PLACE = Update(address, lambda at: [address.c.id == at.address_id])


def place_address(session: Session, address_id: UUID, office_id: UUID) -> None:
    """Say which thana answers for an address on which none was written."""
    _PLACE.put(session, {"office_id": office_id}, address_id=address_id)


_SET_ADDRESS = Update(address, lambda at: [address.c.id == at.address_id])


def set_address(session: Session, address_id: UUID, office_id: UUID | None, details: bytes) -> None:
    """Take a corrected address, sealed, with the thana that answers for it, in place of the one before."""
    _SET_ADDRESS.put(session, {"office_id": office_id, "details": details}, address_id=address_id)


_UNPLACE = Update(address, lambda at: [address.c.case_id == at.case_id])


def set_unplaced(session: Session, case_id: UUID) -> None:
    """Let no address of a case say any more which office answers for it."""
    _UNPLACE.put(session, {"office_id": None}, case_id=case_id)


def insert_answer(session: Session, row: Mapping[str, Any]) -> None:
    inserting(answer).put(session, [row])


def _answers(at: At) -> Any:
    unit = office.alias()
    return (
        select(
            answer,
            officer.c.name_hi.label("officer_hi"),
            officer.c.name_en.label("officer_en"),
            *named(unit, "unit"),
        )
        .outerjoin(
            officer, and_(officer.c.district_id == answer.c.district_id, officer.c.id == answer.c.answered_by)
        )
        .outerjoin(
            enquiry, and_(enquiry.c.district_id == answer.c.district_id, enquiry.c.id == answer.c.enquiry_id)
        )
        .outerjoin(unit, and_(unit.c.district_id == enquiry.c.district_id, unit.c.id == enquiry.c.office_id))
        .where(at.visible(answer), answer.c.case_id == at.case_id)
        .order_by(answer.c.at, answer.c.id)
    )


ANSWERS = Query(_answers)


def answers_of(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    """Every submission of the case in order, with who gave it and for which unit."""
    return ANSWERS.all(session, case_id=case_id)


def answered_by(session: Session, officer_id: UUID, form: str, case_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these cases in which an officer has submitted a form himself."""
    found: set[UUID] = set()
    for part in in_parts(case_ids):
        statement = select(answer.c.case_id).where(
            visible(answer, session.scope), answer.c.case_id.in_(part), answer.c.form == form
        )
        found.update(
            session.connection.execute(statement.where(answer.c.answered_by == officer_id)).scalars()
        )
    return found


def _latest(at: At) -> Any:
    """Of each form, and of each unit where it belongs to one, the submission that holds."""
    newest = func.row_number().over(
        partition_by=(answer.c.form, answer.c.enquiry_id), order_by=(answer.c.at.desc(), answer.c.id.desc())
    )
    ranked = (
        select(answer, newest.label("rank"))
        .where(at.visible(answer), answer.c.case_id == at.case_id)
        .subquery("ranked")
    )
    return select(*(ranked.c[column.name] for column in answer.c)).where(ranked.c.rank == 1)


LATEST_ANSWERS = Query(_latest)


def latest_answers(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    """Of each form of a case, and of each unit where it belongs to one, the submission that holds; sealed."""
    return LATEST_ANSWERS.all(session, case_id=case_id)


def last_answer(session: Session, case_id: UUID, form: str, enquiry_id: UUID | None = None) -> AnyRow | None:
    """The latest submission of a form in a case, for one unit where the form belongs to a unit."""
    found = [
        row
        for row in latest_answers(session, case_id)
        if row.form == form and enquiry_id in (None, row.enquiry_id)
    ]
    return max(found, key=lambda row: (row.at, row.id), default=None)


def insert_enquiries(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    inserting(enquiry).put(session, rows)


def _enquiries(at: At) -> Any:
    return (
        select(
            enquiry,
            *named(office, "office"),
            officer.c.name_hi.label("officer_hi"),
            officer.c.name_en.label("officer_en"),
            officer.c.rank.label("officer_rank"),
        )
        .join(office, and_(office.c.district_id == enquiry.c.district_id, office.c.id == enquiry.c.office_id))
        .outerjoin(
            officer,
            and_(officer.c.district_id == enquiry.c.district_id, officer.c.id == enquiry.c.officer_id),
        )
        .where(at.visible(enquiry), enquiry.c.case_id == at.case_id)
        .order_by(enquiry.c.round, enquiry.c.received_at, enquiry.c.id)
    )


ENQUIRIES = Query(_enquiries)


def enquiries_of(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    return ENQUIRIES.all(session, case_id=case_id)


_ENQUIRY = Query(lambda at: select(enquiry).where(at.visible(enquiry), enquiry.c.id == at.enquiry_id))
_SET_ENQUIRY = Update(enquiry, lambda at: [enquiry.c.id == at.enquiry_id])


def enquiry_row(session: Session, enquiry_id: UUID) -> AnyRow | None:
    return _ENQUIRY.one_or_none(session, enquiry_id=enquiry_id)


def set_enquiry(session: Session, enquiry_id: UUID, **values: Any) -> None:
    _SET_ENQUIRY.put(session, values, enquiry_id=enquiry_id)


def insert_findings(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    inserting(finding).put(session, rows)


_SUPERSEDE = Update(
    finding,
    lambda at: [
        finding.c.enquiry_id == at.enquiry_id,
        finding.c.answer_id.in_(
            select(answer.c.id).where(answer.c.enquiry_id == at.enquiry_id, answer.c.form == at.form)
        ),
    ],
)


def supersede_findings(session: Session, enquiry_id: UUID, form: str) -> None:
    """What a unit told on this form before holds no longer."""
    _SUPERSEDE.put(session, {"superseded": True}, enquiry_id=enquiry_id, form=form)
