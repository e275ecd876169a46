"""Changes of routing values that one officer proposes and another approves: codes and ids, never a name or a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Index, Integer, String, and_, select, update

from app.models.scope import visible
from app.models.statements import inserting
from app.models.tables.base import Encrypted, Json, UtcDateTime, case_table, uuid_column
from app.models.tables.cases import case
from app.models.tables.officers import officer

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

amendment = case_table(
    "amendment",
    uuid_column("case_id"),
    uuid_column("incident_id"),
    Column(
        "unit", String(40), nullable=False, default=""
    ),  # the enquiry whose value it is; empty: the case's
    Column("name", String(120), nullable=False),  # the value as the route's conditions name it
    Column(
        "change", Json, nullable=False
    ),  # `before` (none where it was missing) and `after`: codes, numbers
    Column("reason", String(24), nullable=False),  # of a closed list: a free text would name somebody
    Column("state", String(10), nullable=False),  # proposed | done | refused | taken_back | undone
    Column("revision", Integer, nullable=False),  # of the case when it was proposed
    uuid_column("proposed_by"),
    Column("proposed_at", UtcDateTime, nullable=False),
    uuid_column("decided_by", nullable=True),
    Column("decided_at", UtcDateTime),
    Column("done_revision", Integer),  # of the case behind the change; as long as it is, there is a way back
    Column("kept", Encrypted),  # the case's state before, sealed with its key
    Index("ix_amendment_state", "district_id", "state", "proposed_at"),
    Index("ix_amendment_case", "district_id", "case_id", "state"),
    scope="district",
    parents=[
        ("case_id", "case"),
        ("incident_id", "incident"),
        ("proposed_by", "officer"),
        ("decided_by", "officer"),
    ],
)


def insert_amendment(session: Session, row: Mapping[str, Any]) -> None:
    inserting(amendment).put(session, [row])


def find(session: Session, amendment_id: UUID) -> AnyRow | None:
    chosen = select(amendment).where(visible(amendment, session.scope), amendment.c.id == amendment_id)
    return session.connection.execute(chosen).one_or_none()


def told(session: Session, amendment_id: UUID) -> AnyRow | None:
    """A change with its case's number and revision and who had a hand in it; not the state that is kept."""
    chosen = _told().where(visible(amendment, session.scope), amendment.c.id == amendment_id)
    return session.connection.execute(chosen).one_or_none()


def listing(session: Session, states: Collection[str], limit: int) -> Sequence[AnyRow]:
    """Changes in these states, the newest first, with the case's number and revision and who had a hand in them."""
    chosen = _told().where(visible(amendment, session.scope), amendment.c.state.in_(states))
    return session.connection.execute(
        chosen.order_by(amendment.c.proposed_at.desc(), amendment.c.id).limit(limit)
    ).all()


def of_case(session: Session, case_id: UUID, states: Collection[str]) -> Sequence[AnyRow]:
    """The same of one case, the oldest first."""
    chosen = _told().where(
        visible(amendment, session.scope), amendment.c.case_id == case_id, amendment.c.state.in_(states)
    )
    return session.connection.execute(chosen.order_by(amendment.c.proposed_at, amendment.c.id)).all()


def _told() -> Any:
    maker, decider = officer.alias(), officer.alias()
    own = amendment.c
    return (
        select(
            *(column for column in own if column.name != "kept"),
            case.c.number.label("case_number"),
            case.c.revision.label("case_revision"),
            case.c.release_id,
            maker.c.name_hi.label("proposed_by_hi"),
            maker.c.name_en.label("proposed_by_en"),
            decider.c.name_hi.label("decided_by_hi"),
            decider.c.name_en.label("decided_by_en"),
        )
        .join(case, and_(case.c.district_id == own.district_id, case.c.id == own.case_id))
        .join(maker, and_(maker.c.district_id == own.district_id, maker.c.id == own.proposed_by))
        .outerjoin(decider, and_(decider.c.district_id == own.district_id, decider.c.id == own.decided_by))
    )


def settle_amendment(session: Session, amendment_id: UUID, before: str, values: Mapping[str, Any]) -> bool:
    """Lead a change from one state on; False when it was in another by then."""
    statement = (
        update(amendment)
        .where(visible(amendment, session.scope), amendment.c.id == amendment_id, amendment.c.state == before)
        .values(**values)
        .returning(amendment.c.id)
    )
    return session.connection.execute(statement).first() is not None
