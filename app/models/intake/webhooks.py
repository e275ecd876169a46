"""Where departments want to be told that something changed, and the outbox of what each is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Index, SmallInteger, String, and_, func, insert, select, update

from app.models import guarded
from app.models.intake.lodgements import lodgement
from app.models.scope import visible
from app.models.statements import inserting
from app.models.tables.base import Counter, Encrypted, Json, UtcDateTime, case_table, uuid_column
from app.models.tables.cases import case, letter_department, requisition
from app.models.tables.workflow import event

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

webhook = case_table(
    "webhook",
    uuid_column("office_id"),  # the department
    uuid_column("data_key_id"),
    Column("address", String(300), nullable=False),
    Column("secret", Encrypted, nullable=False),  # by which what is sent is signed
    uuid_column("made_by"),
    Column("made_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),  # letters that changed before are told
    Column("seen_seq", Counter, nullable=False),  # events up to here are told
    Column("stopped_at", UtcDateTime),
    Index("ix_webhook_office", "district_id", "office_id", "made_at"),
    scope="office",
    parents=[("office_id", "office"), ("data_key_id", "data_key"), ("made_by", "officer")],
)
webhook_call = case_table(
    "webhook_call",
    uuid_column("webhook_id"),
    uuid_column("office_id"),
    uuid_column(
        "requisition_id", nullable=True
    ),  # null: a trial; a letter not received yet has its id already
    Column("facts", Json, nullable=False),  # state and counts by stage: never a word about a person
    Column("state", String(8), nullable=False),  # queued | sent | failed
    Column("attempts", SmallInteger, nullable=False, default=0),
    Column("error", String(40), nullable=False, default=""),
    Column("at", UtcDateTime, nullable=False),
    Column("run_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Index("ix_webhook_call_due", "state", "run_at"),
    Index("ix_webhook_call_letter", "district_id", "webhook_id", "requisition_id", "at"),
    scope="office",
    parents=[("webhook_id", "webhook"), ("office_id", "office")],
)


def insert_webhook(session: Session, row: Mapping[str, Any]) -> None:
    inserting(webhook).put(session, [row])


def live(session: Session) -> Sequence[AnyRow]:
    """The addresses that are to be told."""
    chosen = select(webhook).where(visible(webhook, session.scope), webhook.c.stopped_at.is_(None))
    return session.connection.execute(chosen.order_by(webhook.c.made_at.desc(), webhook.c.id.desc())).all()


def set_webhook(session: Session, webhook_id: UUID, **values: Any) -> None:
    session.connection.execute(
        update(webhook).where(visible(webhook, session.scope), webhook.c.id == webhook_id).values(**values)
    )


def cancel_calls(session: Session, webhook_id: UUID) -> None:
    """Let what was not sent yet be sent no more."""
    session.connection.execute(
        update(webhook_call)
        .where(
            visible(webhook_call, session.scope),
            webhook_call.c.webhook_id == webhook_id,
            webhook_call.c.state == "queued",
        )
        .values(state="failed", error="stopped")
    )


def last_event(session: Session) -> int:
    """The number of the last event of the district."""
    chosen = select(func.max(event.c.seq)).where(event.c.district_id == session.district_id)
    return int(session.connection.execute(chosen).scalar() or 0)


def touched(session: Session, office_id: UUID, seq: int) -> Sequence[UUID]:
    """The letters of a department of whose cases something was committed after an event."""
    chosen = (
        select(case.c.requisition_id)
        .distinct()
        .select_from(event)
        .join(case, and_(case.c.district_id == event.c.district_id, case.c.id == event.c.case_id))
        .join(
            letter_department,
            and_(
                letter_department.c.district_id == case.c.district_id,
                letter_department.c.requisition_id == case.c.requisition_id,
            ),
        )
        .where(visible(case, session.scope), letter_department.c.office_id == office_id, event.c.seq > seq)
    )
    return session.connection.execute(chosen).scalars().all()


def moved(session: Session, office_id: UUID, since: datetime) -> Sequence[UUID]:
    """The letters that a department has sent, and that were accepted, returned or taken back since an instant."""
    chosen = select(lodgement.c.id).where(
        visible(lodgement, session.scope),
        lodgement.c.office_id == office_id,
        lodgement.c.sent_at.is_not(None),
        lodgement.c.changed_at >= since,
    )
    return session.connection.execute(chosen).scalars().all()


def states(session: Session, requisition_ids: Sequence[UUID]) -> dict[UUID, str]:
    """How each letter stands: `received`, or the state of what its department has lodged."""
    lodged = select(lodgement.c.id, lodgement.c.state).where(
        visible(lodgement, session.scope), lodgement.c.id.in_(list(requisition_ids))
    )
    received = select(requisition.c.id).where(
        visible(requisition, session.scope), requisition.c.id.in_(list(requisition_ids))
    )
    found = {row.id: str(row.state) for row in session.connection.execute(lodged)}
    return found | dict.fromkeys(session.connection.execute(received).scalars(), "received")


def insert_calls(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    own = {"district_id": session.district_id}
    session.connection.execute(insert(webhook_call), [{**own, **row} for row in rows])


def last_told(session: Session, webhook_id: UUID, requisition_id: UUID) -> Any:
    """What was told, or is about to be, of a letter; None where nothing was."""
    own = webhook_call.c
    chosen = select(own.facts).where(
        visible(webhook_call, session.scope),
        own.webhook_id == webhook_id,
        own.requisition_id == requisition_id,
    )
    return session.connection.execute(chosen.order_by(own.at.desc(), own.id.desc()).limit(1)).scalar()


def due(session: Session, now: datetime, limit: int) -> Sequence[AnyRow]:
    """What is to be sent now, with where to and by which key; the oldest first."""
    chosen = (
        select(webhook_call, webhook.c.address, webhook.c.secret, webhook.c.data_key_id)
        .join(
            webhook,
            and_(
                webhook.c.district_id == webhook_call.c.district_id,
                webhook.c.id == webhook_call.c.webhook_id,
            ),
        )
        .where(
            visible(webhook_call, session.scope),
            webhook_call.c.state == "queued",
            webhook_call.c.run_at <= now,
            webhook.c.stopped_at.is_(None),
        )
    )
    return session.connection.execute(chosen.order_by(webhook_call.c.run_at).limit(limit)).all()


def update_call(session: Session, call_id: UUID, known: int, values: Mapping[str, Any]) -> bool:
    """Note a try, or what became of it, while its tries are still the `known` number; -> whether they were."""
    own = webhook_call.c
    return guarded.change(
        session, webhook_call, own.id == call_id, own.state == "queued", own.attempts == known, **values
    )


def last_calls(session: Session, limit: int) -> Sequence[AnyRow]:
    """The newest of what a department was told, with what became of each."""
    chosen = select(webhook_call).where(visible(webhook_call, session.scope))
    newest = (webhook_call.c.at.desc(), webhook_call.c.id.desc())
    return session.connection.execute(chosen.order_by(*newest).limit(limit)).all()


def delete_calls(session: Session, before: datetime) -> None:
    """Forget what was settled long ago."""
    session.connection.execute(
        webhook_call.delete().where(
            visible(webhook_call, session.scope),
            webhook_call.c.state != "queued",
            webhook_call.c.at < before,
        )
    )
