"""What a department writes about a case of its own: an answer to defects, a paper, a wish to withdraw, a question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Index, String, and_, func, select

from app.models import guarded
from app.models.scope import visible
from app.models.statements import Query, inserting
from app.models.tables.base import Encrypted, UtcDateTime, case_table, uuid_column, valid_on
from app.models.tables.cases import applicant, case
from app.models.tables.officers import officer, posting
from app.models.tables.offices import named, office

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

memo = case_table(
    "department_memo",
    uuid_column("case_id"),
    uuid_column("office_id"),  # of the department
    Column("kind", String(12), nullable=False),  # answer | paper | withdrawal | query
    Column("state", String(10), nullable=False),  # sent | taken | noted | returned | back
    Column(
        "facts", Encrypted, nullable=False
    ),  # number and date of its letter, what it says, names of its files
    Column("reply", Encrypted),  # the answer to a question, or why it was returned
    uuid_column("sent_by"),
    Column("sent_at", UtcDateTime, nullable=False),
    uuid_column("settled_by", nullable=True),
    Column("settled_at", UtcDateTime),
    Index("ix_department_memo_case", "district_id", "case_id"),
    Index("ix_department_memo_state", "district_id", "state", "sent_at"),
    scope="case",
    parents=[
        ("case_id", "case"),
        ("office_id", "office"),
        ("sent_by", "officer"),
        ("settled_by", "officer"),
    ],
)


def insert_memo(session: Session, row: Mapping[str, Any]) -> None:
    inserting(memo).put(session, [row])


def find(session: Session, memo_id: UUID) -> AnyRow | None:
    """One of those that the scope may read, with its case."""
    return session.connection.execute(_memos(session).where(memo.c.id == memo_id)).one_or_none()


def of_case(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    """Those about a case, the newest first."""
    chosen = _memos(session).where(memo.c.case_id == case_id)
    return session.connection.execute(chosen.order_by(memo.c.sent_at.desc(), memo.c.id.desc())).all()


def waiting(session: Session, limit: int) -> Sequence[AnyRow]:
    """Those that nobody has settled, the oldest first."""
    chosen = _memos(session).where(memo.c.state == "sent").order_by(memo.c.sent_at, memo.c.id)
    return session.connection.execute(chosen.limit(limit)).all()


WAITING = Query(lambda at: select(func.count()).where(at.visible(memo), memo.c.state == "sent"))


def waiting_count(session: Session) -> int:
    """How many of those that the scope may read nobody has settled."""
    return int(WAITING.scalar(session))


def settle_memo(session: Session, memo_id: UUID, values: Mapping[str, Any]) -> bool:
    """Settle a memo; False when somebody did before."""
    return guarded.change(session, memo, memo.c.id == memo_id, memo.c.state == "sent", **values)


def _memos(session: Session) -> Any:
    own, one = memo.c, case.c
    return (
        select(
            memo,
            one.number,
            one.status,
            one.data_key_id,
            one.requisition_id,
            applicant.c.id.label("applicant_id"),
            applicant.c.name,
            *named(office, "office"),
        )
        .join(case, and_(one.district_id == own.district_id, one.id == own.case_id))
        .join(applicant, and_(applicant.c.district_id == own.district_id, applicant.c.case_id == own.case_id))
        .join(office, and_(office.c.district_id == own.district_id, office.c.id == own.office_id))
        .where(visible(memo, session.scope))
    )


def desk(session: Session, office_id: UUID, roles: Collection[str], day: date) -> Sequence[AnyRow]:
    """Who sits in these roles of an office today: name, rank, telephone, role."""
    own = officer.c
    chosen = (
        select(own.name_hi, own.name_en, own.rank, own.phone, posting.c.role)
        .join(posting, and_(posting.c.district_id == own.district_id, posting.c.officer_id == own.id))
        .where(
            visible(officer, session.scope),
            posting.c.office_id == office_id,
            posting.c.role.in_(roles),
            *valid_on(posting.c, day),
            own.active,
        )
    )
    return session.connection.execute(chosen.order_by(posting.c.role, own.name_hi, own.id)).all()
