"""What waits for a second officer's yes, counted: proposals of every kind that another officer has made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from app.models.amendments import amendment
from app.models.cases import area_proposal
from app.models.clocks import calendar_change
from app.models.offices import setting
from app.models.proposals import proposal
from app.models.scope import visible

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from app.models.scope import Session

#: Each is a table of ours whose rows know who proposed them, and wait in the state `proposed`.
_TABLES = {"values": amendment, "area": area_proposal, "calendar": calendar_change}


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


def proposed(session: Session, kinds: Collection[str], officer_id: UUID) -> dict[str, int]:
    """How many changes of each kind (values, area, calendar) wait that this officer did not propose himself."""
    found = {}
    for kind in kinds:
        table = _TABLES[kind]
        chosen = select(func.count()).where(
            visible(table, session.scope), table.c.state == "proposed", table.c.proposed_by != officer_id
        )
        found[kind] = int(session.connection.execute(chosen).scalar_one())
    return found
