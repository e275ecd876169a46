"""Sessions ended by hand: one's own, or by the user administrator all of an officer; a fresh factor for each.

Whoever finds a desk unlocked cannot lock its officer out of his other devices without what the officer has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.errors import NotFound
from app.domain.roles import Permission
from app.models.staff import login_queries as table
from app.services.access import officers, stepup
from app.services.staff import entrycodes
from app.services.store import audit

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

OWN, OF_OFFICER = "session:end", "session:end_all"  # acts that take a fresh factor


def to_end(session: Session, actor: Actor, session_id: UUID | None, now: datetime) -> UUID | None:
    """Ask for a fresh factor to end one of the officer's own sessions, or all but this one; None where there is none.

    Raises NotFound for a session that is not his.
    """
    lines = [each for each in officers.open_sessions(session, actor, now) if not each.is_this]
    if session_id is not None:
        lines = [each for each in lines if each.id == session_id]
        if not lines:
            raise NotFound
    items = [_one(each.id) for each in lines]
    return stepup.begin(session, actor, OWN, items, now) if items else None


def end(session: Session, actor: Actor, wanted: stepup.StepUp, now: datetime) -> None:
    """End the sessions of a proven step-up that are still open."""
    stepup.use(session, actor, wanted.id, OWN, wanted.items, now)
    asked = {each.id for each in wanted.items}
    for row in table.open_sessions(session, actor.officer_id):
        if row.id in asked:
            table.set_session(session, row.id, ended_at=now)
    _note(session, actor.officer_id, actor, "own", now)


def to_end_all(session: Session, actor: Actor, username: str, now: datetime) -> UUID:
    """Ask for a fresh factor to end all sessions of an officer. Raises AccountUnknown, OwnAccount."""
    row = entrycodes.account_named(session, username)
    if row.id == actor.officer_id:
        raise entrycodes.OwnAccount
    return stepup.begin(session, actor, OF_OFFICER, [_all_of(row)], now)


def end_all(session: Session, actor: Actor, wanted: stepup.StepUp, now: datetime) -> None:
    """End every session of the officer of a proven step-up, also one that came by a code. Raises NotAllowed."""
    actor.require(Permission.ENTRY_CODE)
    row = officer_of(session, wanted.items[0])
    stepup.use(session, actor, wanted.id, OF_OFFICER, [_all_of(row)], now)
    table.end_others(session, row.id, None, now)
    _note(session, row.id, actor, "administrator", now)


def line_of(session: Session, actor: Actor, item: stepup.Item, now: datetime) -> officers.SessionLine | None:
    """The own session that a step-up is about; None for one that has ended meanwhile."""
    lines = officers.open_sessions(session, actor, now)
    return next((each for each in lines if each.id == item.id), None)


def officer_of(session: Session, item: stepup.Item) -> AnyRow:
    """The account that an administrator's step-up is about. Raises NotFound."""
    row = table.account(session, item.id)
    if row is None:
        raise NotFound
    return row


def _one(session_id: UUID) -> stepup.Item:
    return stepup.item(f"session:{session_id}", {"ends": True})


def _all_of(row: AnyRow) -> stepup.Item:
    return stepup.item(f"officer:{row.id}", {"username": row.username, "sessions": "all"})


def _note(session: Session, officer_id: UUID, actor: Actor, why: str, now: datetime) -> None:
    audit.record(session, "access", "session:end", f"officer:{officer_id}", actor, now, reason=why)
