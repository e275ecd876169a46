"""Replays: runs of a proposal over a district's past cases, done in slices; how far each is, and what it found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Date, Index, Integer, LargeBinary, String, func, select

from app.models import guarded
from app.models.scope import visible
from app.models.statements import inserting
from app.models.tables.base import Json, UtcDateTime, case_table, uuid_column
from app.models.tables.cases import case

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

#: States in which there is something left to do.
UNDER_WAY = ("queued", "running")

replay = case_table(
    "replay",
    uuid_column("proposal_id"),
    Column(
        "sha256", LargeBinary(32), nullable=False
    ),  # of the diagrams, decisions and forms that are replayed
    Column("since", Date, nullable=False),  # cases received from this day on
    Column("state", String(10), nullable=False),  # queued | running | done | cancelled | failed
    Column("done", Integer, nullable=False, default=0),  # cases
    Column("total", Integer, nullable=False),
    Column("report", Json, nullable=False),
    uuid_column("last_case_id", nullable=True),
    Column("lease_until", UtcDateTime),  # while a worker has a slice in hand
    uuid_column("asked_by"),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Index("ix_replay_proposal", "district_id", "proposal_id", "asked_at"),
    Index("ix_replay_state", "state"),
    scope="district",
    parents=[("proposal_id", "proposal"), ("asked_by", "officer")],
)


def insert_replay(session: Session, row: Mapping[str, Any]) -> None:
    inserting(replay).put(session, [row])


def newest(session: Session, proposal_id: UUID) -> AnyRow | None:
    """The last replay of a proposal that anybody asked for."""
    chosen = select(replay).where(visible(replay, session.scope), replay.c.proposal_id == proposal_id)
    return session.connection.execute(
        chosen.order_by(replay.c.asked_at.desc(), replay.c.id.desc()).limit(1)
    ).one_or_none()


def next_free(session: Session, now: datetime) -> AnyRow | None:
    """The oldest replay with something left to do, that no worker has in hand."""
    return guarded.oldest_free(session, replay, now, replay.c.state.in_(UNDER_WAY))


def claim_replay(session: Session, replay_id: UUID, now: datetime, until: datetime) -> bool:
    """Take a replay in hand until an instant; -> whether nobody was quicker."""
    wanted = replay.c.id == replay_id, replay.c.state.in_(UNDER_WAY)
    return guarded.take(session, replay, now, until, *wanted, state="running")


def set_values(session: Session, replay_id: UUID, **values: Any) -> bool:
    """Change a replay that is under way; -> whether it still was."""
    return guarded.change(session, replay, replay.c.id == replay_id, replay.c.state.in_(UNDER_WAY), **values)


def count_cases(session: Session, since: date) -> int:
    """How many cases were received from a day on."""
    chosen = select(func.count()).where(visible(case, session.scope), case.c.received_on >= since)
    return int(session.connection.execute(chosen).scalar_one())


def some_cases(session: Session, since: date, after: UUID | None, limit: int) -> Sequence[AnyRow]:
    """Id, number and key of the next cases received from a day on, in the order of their ids."""
    columns = (case.c.id, case.c.number, case.c.data_key_id)
    chosen = select(*columns).where(visible(case, session.scope), case.c.received_on >= since)
    if after is not None:
        chosen = chosen.where(case.c.id > after)
    return session.connection.execute(chosen.order_by(case.c.id).limit(limit)).all()


def newest_ended(session: Session, limit: int) -> Sequence[AnyRow]:
    """Id of the cases that came to an end last."""
    ended = select(case.c.id).where(visible(case, session.scope), case.c.closed_at.is_not(None))
    return session.connection.execute(ended.order_by(case.c.closed_at.desc(), case.c.id).limit(limit)).all()
