"""Queries on the feed of events: what was committed since a number, and what of it an officer may hear of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, or_, select

from app.models.scope import below, visible
from app.models.statements import Query
from app.models.tables.cases import case
from app.models.tables.offices import office
from app.models.tables.workflow import event

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from app.models.scope import OfficerScope
    from app.models.session import Session
    from app.models.tables.base import AnyRow

_SINCE = Query(
    lambda at: (
        select(event.c.district_id, event.c.seq, event.c.case_id, event.c.office_id)
        .where(at.visible(event), event.c.seq > at.seq)
        .order_by(event.c.seq)
    )
)
_SEES = Query(lambda at: select(case.c.id).where(at.visible(case), case.c.id == at.case_id))
_CASE = Query(lambda at: select(case.c.id).where(at.visible(case), case.c.number == at.number))


def since(session: Session, seq: int) -> Sequence[AnyRow]:
    """Every event after a number, of every district (system scope only)."""
    return _SINCE.all(session, seq=seq)


def sees(session: Session, case_id: UUID) -> bool:
    """Whether the scope sees this case, now."""
    return _SEES.first(session, case_id=case_id) is not None


def case_id_of(session: Session, number: str) -> UUID | None:
    """The case of this number, if the scope sees it."""
    found: UUID | None = _CASE.scalar(session, number=number)
    return found


def last(session: Session, offices: Collection[UUID] | None, case_id: UUID | None) -> int:
    """The number of the last event of a case, or of these offices (None: of the district); 0 where there is none."""
    statement = select(func.max(event.c.seq)).where(event.c.district_id == session.district_id)
    if case_id is not None:
        statement = statement.where(visible(case, session.scope), case.c.id == event.c.case_id)
        statement = statement.where(event.c.case_id == case_id, case.c.district_id == event.c.district_id)
    else:
        statement = statement.where(visible(event, session.scope))
        if offices is not None:
            statement = statement.where(event.c.office_id.in_(tuple(offices)))
    return int(session.connection.execute(statement).scalar() or 0)


def offices_under(session: Session, scope: OfficerScope) -> frozenset[UUID]:
    """The officer's own office and those below it."""
    rows = session.connection.execute(
        select(office.c.id).where(
            visible(office, session.scope), or_(office.c.id == scope.office_id, office.c.id.in_(below(scope)))
        )
    )
    return frozenset(row.id for row in rows)


def delete_events(session: Session, seq: int) -> None:
    """Let go of events up to a number: nobody asks for them any more."""
    session.connection.execute(delete(event).where(visible(event, session.scope), event.c.seq <= seq))
