"""What waits for a second officer's yes, counted: proposals of every kind that another officer has made."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from app.models.deployment.proposals import proposal
from app.models.district.amendments import amendment
from app.models.statements import Query, one_of, together
from app.models.tables.cases import area_proposal
from app.models.tables.clocks import calendar_change
from app.models.tables.offices import setting

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from sqlalchemy import Table

    from app.models.scope import Session


@cache
def _settings(count: int) -> Query:
    return Query(
        lambda at: select(setting.c.key, setting.c.value).where(
            at.visible(setting), at.is_one_of(setting.c.key, count)
        )
    )


def _proposed(table: Table) -> Query:
    return Query(
        lambda at: select(func.count()).where(
            at.visible(table), table.c.state == "proposed", table.c.proposed_by != at.officer_id
        )
    )


_MAKERS = Query(lambda at: select(proposal.c.makers).where(at.visible(proposal), proposal.c.status == "sent"))
_VALUES, _AREAS, _DAYS = (_proposed(each) for each in (amendment, area_proposal, calendar_change))


def read_ahead(session: Session, officer_id: UUID, keys: Collection[str]) -> None:
    """Read in one wait what waits for this officer's yes, with the settings of these keys."""
    named, own = one_of("key", sorted(keys)), {"officer_id": officer_id}
    wanted: list[tuple[Query, dict[str, Any]]] = [(_MAKERS, {}), (_settings(len(named)), named)]
    wanted += [(each, own) for each in (_VALUES, _AREAS, _DAYS)]
    together([(session, query, values) for query, values in wanted])


def makers_of_sent(session: Session) -> Sequence[list[str]]:
    """Of each release that was sent for approval: the ids of those who had a hand in it."""
    return [row.makers for row in _MAKERS.all(session)]


def settings_kept(session: Session, keys: Collection[str]) -> dict[str, Any]:
    """The settings of these keys that are set."""
    named = one_of("key", sorted(keys))
    return {row.key: row.value for row in _settings(len(named)).all(session, **named)}


def values_proposed(session: Session, officer_id: UUID) -> int:
    """How many routing values wait that this officer did not propose himself."""
    return int(_VALUES.scalar(session, officer_id=officer_id))


def areas_proposed(session: Session, officer_id: UUID) -> int:
    """How many places of villages wait that this officer did not propose himself."""
    return int(_AREAS.scalar(session, officer_id=officer_id))


def days_proposed(session: Session, officer_id: UUID) -> int:
    """How many changes of the calendar wait that this officer did not propose himself."""
    return int(_DAYS.scalar(session, officer_id=officer_id))
