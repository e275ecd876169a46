"""What a requisition said before it was corrected: one row a correction, sealed under the letter's key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Integer, String, UniqueConstraint, and_, exists, select, update

from app.models.scope import visible
from app.models.statements import Query, inserting
from app.models.tables.base import Encrypted, UtcDateTime, case_table, uuid_column
from app.models.tables.cases import case, requisition
from app.models.tables.officers import officer
from app.models.tables.workflow import user_task

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

requisition_version = case_table(
    "requisition_version",
    uuid_column("requisition_id"),
    Column(
        "place", Integer, nullable=False
    ),  # 1: what was corrected first; two who correct at once meet here
    Column("cause", String(20), nullable=False),
    Column("facts", Encrypted, nullable=False),  # all answers as they stood, and the reason
    Column("at", UtcDateTime, nullable=False),  # until when they stood
    uuid_column("corrected_by"),
    UniqueConstraint("district_id", "requisition_id", "place"),
    scope="letter",
    parents=[("requisition_id", "requisition"), ("corrected_by", "officer")],
)


def insert_version(session: Session, row: Mapping[str, Any]) -> None:
    inserting(requisition_version).put(session, [row])


_OF_LETTER = Query(
    lambda at: (
        select(
            requisition_version, officer.c.name_hi.label("officer_hi"), officer.c.name_en.label("officer_en")
        )
        .join(
            officer,
            and_(
                officer.c.district_id == requisition_version.c.district_id,
                officer.c.id == requisition_version.c.corrected_by,
            ),
        )
        .where(at.visible(requisition_version), requisition_version.c.requisition_id == at.requisition_id)
        .order_by(requisition_version.c.place)
    )
)


def of_letter(session: Session, requisition_id: UUID) -> list[AnyRow]:
    """What a letter said before each of its corrections, the first one first."""
    return _OF_LETTER.all(session, requisition_id=requisition_id)


def set_requisition(session: Session, requisition_id: UUID, values: Mapping[str, Any]) -> None:
    """Let a letter say something else; what it said is kept as a version by whoever calls this."""
    session.connection.execute(
        update(requisition)
        .where(visible(requisition, session.scope), requisition.c.id == requisition_id)
        .values(**values)
    )


def has_done_step(session: Session, requisition_id: UUID, form: str) -> bool:
    """Whether a step with this form was done in any of a letter's cases."""
    done = (
        select(user_task.c.id)
        .join(case, and_(case.c.district_id == user_task.c.district_id, case.c.id == user_task.c.case_id))
        .where(
            visible(case, session.scope),
            case.c.requisition_id == requisition_id,
            user_task.c.form == form,
            user_task.c.state == "done",
        )
    )
    return bool(session.connection.execute(select(exists(done))).scalar_one())
