"""Dry runs: a proposal's files led over every way by made-up cases; how far each run is, and what it found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Index, Integer, LargeBinary, String, select

from app.models import guarded
from app.models.scope import visible
from app.models.statements import inserting
from app.models.tables.base import Json, UtcDateTime, case_table, uuid_column

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

#: States in which there is something left to do.
UNDER_WAY = ("queued", "running")

trial = case_table(
    "trial",
    uuid_column("proposal_id"),
    Column("sha256", LargeBinary(32), nullable=False),  # of the diagrams, decisions and forms that are tried
    Column("state", String(10), nullable=False),  # queued | running | done | cancelled | failed
    Column("cases", Integer, nullable=False, default=0),
    Column("acts", Integer, nullable=False, default=0),
    Column("found", Json, nullable=False),
    Column("lease_until", UtcDateTime),  # while a worker has the program running
    uuid_column("asked_by"),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Index("ix_trial_proposal", "district_id", "proposal_id", "asked_at"),
    Index("ix_trial_state", "state"),
    scope="district",
    parents=[("proposal_id", "proposal"), ("asked_by", "officer")],
)


def insert_trial(session: Session, row: Mapping[str, Any]) -> None:
    inserting(trial).put(session, [row])


def newest_trial(session: Session, proposal_id: UUID) -> AnyRow | None:
    """The last dry run of a proposal that anybody asked for."""
    chosen = select(trial).where(visible(trial, session.scope), trial.c.proposal_id == proposal_id)
    return session.connection.execute(
        chosen.order_by(trial.c.asked_at.desc(), trial.c.id.desc()).limit(1)
    ).one_or_none()


def done_for(session: Session, mark: bytes, since: datetime) -> AnyRow | None:
    """A dry run of this very route that came to its end since an instant."""
    chosen = select(trial).where(
        visible(trial, session.scope),
        trial.c.sha256 == mark,
        trial.c.state == "done",
        trial.c.ended_at >= since,
    )
    return session.connection.execute(chosen.order_by(trial.c.asked_at.desc()).limit(1)).one_or_none()


def next_trial(session: Session, now: datetime) -> AnyRow | None:
    """The oldest dry run with something left to do, that no worker has in hand."""
    return guarded.oldest_free(session, trial, now, trial.c.state.in_(UNDER_WAY))


def claim_trial(session: Session, trial_id: UUID, now: datetime, until: datetime) -> bool:
    """Take a dry run in hand until an instant; -> whether nobody was quicker."""
    wanted = trial.c.id == trial_id, trial.c.state.in_(UNDER_WAY)
    return guarded.take(session, trial, now, until, *wanted, state="running")


def set_trial(session: Session, trial_id: UUID, **values: Any) -> bool:
    """Change a dry run that is under way; -> whether it still was."""
    return guarded.change(session, trial, trial.c.id == trial_id, trial.c.state.in_(UNDER_WAY), **values)
