"""What waits for a second officer's yes, counted: proposals of every kind that another officer has made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from app.models.deployment.proposals import proposal
from app.models.district.amendments import amendment
from app.models.scope import visible
from app.models.tables.cases import area_proposal
from app.models.tables.clocks import calendar_change
from app.models.tables.offices import setting

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from app.models.scope import Session


def makers_of_sent(session: Session) -> Sequence[list[str]]:
    """Of each release that was sent for approval: the ids of those who had a hand in it."""
    chosen = select(proposal.c.makers).where(visible(proposal, session.scope), proposal.c.status == "sent")
    return list(session.connection.execute(chosen).scalars())


def settings_kept(session: Session, keys: Collection[str]) -> dict[str, Any]:
    """The settings of these keys that are set."""
    chosen = select(setting.c.key, setting.c.value).where(
        visible(setting, session.scope), setting.c.key.in_(keys)
    )
    return {row.key: row.value for row in session.connection.execute(chosen)}


def values_proposed(session: Session, officer_id: UUID) -> int:
    """How many routing values wait that this officer did not propose himself."""
    return _count(session, amendment, officer_id)


def areas_proposed(session: Session, officer_id: UUID) -> int:
    """How many places of villages wait that this officer did not propose himself."""
    return _count(session, area_proposal, officer_id)


def days_proposed(session: Session, officer_id: UUID) -> int:
    """How many changes of the calendar wait that this officer did not propose himself."""
    return _count(session, calendar_change, officer_id)


def _count(session: Session, table: Any, officer_id: UUID) -> int:
    chosen = select(func.count()).where(
        visible(table, session.scope), table.c.state == "proposed", table.c.proposed_by != officer_id
    )
    return int(session.connection.execute(chosen).scalar_one())
