"""Charge lists certified in the place of an officer who is gone: of whose post, on which order, what they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Date, Index, String, and_, select

from app.models.scope import visible
from app.models.statements import in_parts
from app.models.tables.base import Json, UtcDateTime, case_table, insert_or, uuid_column
from app.models.tables.cases import applicant, case, data_key
from app.models.tables.officers import officer, posting
from app.models.tables.offices import named, office
from app.models.tables.workflow import user_task

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

charge_list = case_table(
    "charge_list",
    uuid_column("posting_id"),  # whose charge it is
    Column("why", String(12), nullable=False),  # why he does not hand over himself
    Column("order_no", String(80), nullable=False),
    Column("order_on", Date, nullable=False),
    Column("content", Json, nullable=False),  # what waited: numbers, steps, ids of officers; no person's name
    uuid_column("certified_by"),
    uuid_column("certifier_office_id"),
    Column("certifier_role", String(24), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_charge_list_posting", "district_id", "posting_id", "at"),
    scope="district",
    parents=[
        ("posting_id", "posting"),
        ("certified_by", "officer"),
        ("certifier_office_id", "office"),
    ],
)


def insert_list(session: Session, row: Mapping[str, Any]) -> bool:
    """Keep a list; -> whether it is new: the same one sent twice is kept once."""
    statement = insert_or(session.connection, charge_list)
    once = statement.on_conflict_do_nothing(index_elements=["district_id", "id"]).returning(charge_list.c.id)
    values = {"district_id": session.district_id, **row}
    return session.connection.execute(once.values(**values)).one_or_none() is not None


def _lists(session: Session) -> Any:
    same = charge_list.c.district_id
    certifier = officer.alias()
    return (
        select(
            charge_list,
            posting.c.officer_id,
            posting.c.office_id,
            posting.c.role,
            posting.c.kind,
            officer.c.username,
            officer.c.name_hi,
            officer.c.name_en,
            officer.c.rank,
            certifier.c.name_hi.label("certifier_hi"),
            certifier.c.name_en.label("certifier_en"),
            certifier.c.rank.label("certifier_rank"),
            *named(office, "office"),
        )
        .join(posting, and_(posting.c.district_id == same, posting.c.id == charge_list.c.posting_id))
        .join(officer, and_(officer.c.district_id == same, officer.c.id == posting.c.officer_id))
        .join(certifier, and_(certifier.c.district_id == same, certifier.c.id == charge_list.c.certified_by))
        .join(office, and_(office.c.district_id == same, office.c.id == posting.c.office_id))
        .where(visible(charge_list, session.scope))
    )


def find(session: Session, list_id: UUID) -> AnyRow | None:
    """A certified list with its post, whose it was, and who certified it."""
    return session.connection.execute(_lists(session).where(charge_list.c.id == list_id)).one_or_none()


def of_office(session: Session, office_id: UUID, limit: int) -> Sequence[AnyRow]:
    """The certified lists of the posts of an office, the newest first."""
    statement = _lists(session).where(posting.c.office_id == office_id)
    newest = statement.order_by(charge_list.c.at.desc(), charge_list.c.id).limit(limit)
    return session.connection.execute(newest).all()


def held(session: Session, task_ids: Collection[UUID]) -> Iterator[AnyRow]:
    """In whose name these tasks are, and by which role they are done."""
    for part in in_parts(task_ids):
        yield from session.connection.execute(
            select(
                user_task.c.id,
                user_task.c.role,
                user_task.c.assigned_to,
                user_task.c.claimed_by,
                user_task.c.claim_until,
            ).where(visible(user_task, session.scope), user_task.c.id.in_(part))
        )


def persons(session: Session, numbers: Collection[str]) -> Iterator[AnyRow]:
    """Whom cases of these numbers are about, sealed, with the key; none that the scope does not show."""
    same = applicant.c.district_id
    for part in in_parts(numbers):
        yield from session.connection.execute(
            select(
                case.c.number,
                case.c.data_key_id,
                applicant.c.id.label("applicant_id"),
                applicant.c.name,
                data_key.c.wrapped,
            )
            .join(case, and_(case.c.district_id == same, case.c.id == applicant.c.case_id))
            .outerjoin(data_key, and_(data_key.c.district_id == same, data_key.c.id == case.c.data_key_id))
            .where(visible(applicant, session.scope), case.c.number.in_(part))
        )
