"""What an officer keeps for himself at his lists: filters under a name, days on which he wants to look again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.domain.errors import DomainError, NotFound
from app.domain.ids import new_id
from app.domain.text import tidy, words_refused
from app.models.desk import desk_queries as table
from app.models.scope import SystemReason, SystemScope
from app.services.desk import holding
from app.services.district import calendars
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

LONGEST_NAME = 60  # characters
LONGEST_NOTE = 200
MOST_VIEWS = 20  # of one officer in one office, for one list
INBOX, CASES = table.INBOX, table.CASES  # the lists whose filters are saved
_FARTHEST = timedelta(days=366)


class Refused(DomainError):
    """What was typed cannot be kept; the key names the reason in the catalogue `errors` (422)."""

    key = "desk.name_missing"


@dataclass(frozen=True, slots=True)
class View:
    """A saved filter: its name, the filters by name of the list's address, whose it is, whether it is shared."""

    id: UUID
    name: str
    filters: dict[str, Any]
    is_shared: bool
    is_own: bool
    officer_hi: str
    officer_en: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The day on which the officer wants to look at a task again, and what he noted for it."""

    look_on: date
    note: str


# -- saved filters ---------------------------------------------------------------------------------------


def views(session: Session, actor: Actor, kind: str = INBOX) -> list[View]:
    """The officer's own saved filters of a list in his present office, and those that colleagues share there."""
    return [
        View(
            row.id,
            session.keys.unwrap(bytes(row.name), _place(row.id)).decode(),
            row.filters,
            bool(row.shared),
            row.officer_id == actor.officer_id,
            row.officer_hi,
            row.officer_en,
        )
        for row in table.views(session, actor.officer_id, actor.post.office_id, kind)
    ]


def save_view(
    session: Session,
    actor: Actor,
    name: str,
    filters: Mapping[str, Any],
    now: datetime,
    *,
    shared: bool,
    kind: str = INBOX,
) -> None:
    """Keep the filters of a list under a name, for this office; the officer's own of that name are replaced.

    Raises Refused: no name, too long a one, one that may not stand, or too many filters.
    """
    name = _checked(name, LONGEST_NAME)
    if not name:
        raise Refused
    own = [each for each in views(session, actor, kind) if each.is_own]
    before = next((each for each in own if each.name == name), None)
    if before is not None:
        table.set_view(session, before.id, actor.officer_id, {"filters": dict(filters), "shared": shared})
        return
    if len(own) >= MOST_VIEWS:
        raise Refused("desk.too_many_views", most=MOST_VIEWS)
    view_id = new_id(session.recorded_at)
    table.insert_view(
        session,
        {
            "id": view_id,
            "officer_id": actor.officer_id,
            "office_id": actor.post.office_id,
            "name": session.keys.wrap(name.encode(), _place(view_id)),
            "filters": dict(filters),
            "shared": shared,
            "list_kind": kind,
            "created_at": now,
        },
    )


def share_view(session: Session, actor: Actor, view_id: UUID, *, shared: bool) -> None:
    """Show one's own saved filter to the office, or keep it to oneself again. Raises NotFound."""
    if not table.set_view(session, view_id, actor.officer_id, {"shared": shared}):
        raise NotFound


def drop_view(session: Session, actor: Actor, view_id: UUID) -> None:
    """Forget one's own saved filter. Raises NotFound."""
    if not table.delete_view(session, view_id, actor.officer_id):
        raise NotFound


def _place(view_id: UUID) -> str:
    return f"saved_view|name|{view_id}"


# -- looking again ---------------------------------------------------------------------------------------


def follow_up(session: Session, actor: Actor, task: AnyRow) -> FollowUp | None:
    """The officer's own day for this task."""
    row = table.follow_up_of(session, actor.officer_id, task.id)
    return (
        None
        if row is None
        else FollowUp(row.look_on, note_of(session, actor, task.id, task.data_key_id, row.note))
    )


def note_of(session: Session, actor: Actor, task_id: UUID, key_id: UUID, sealed: bytes | None) -> str:
    """What the officer noted with his day, opened with the case's key; nothing once the case was erased."""
    if sealed is None:
        return ""
    try:
        key = keys.unlock(session, key_id)
    except keys.KeyDestroyed:
        return ""
    return keys.open_sealed(key, _place_of_note(actor, task_id), bytes(sealed)).decode()


def look_again(
    session: Session, actor: Actor, task_id: UUID, look_on: date | None, note: str, now: datetime
) -> None:
    """Note when to look at a task again; None forgets it. The task's clock goes on as before.

    Raises Refused for a day that is past or more than a year away, NotFound, NotAllowed, TaskAlreadyDone.
    """
    task = holding.find(session, task_id)
    holding.guard(actor, task)
    if look_on is None:
        table.delete_follow_up(session, actor.officer_id, task_id)
        return
    today = calendars.day(now)
    if not today <= look_on <= today + _FARTHEST:
        raise Refused("desk.day_out_of_reach")
    text = _checked(note, LONGEST_NOTE)
    key = keys.unlock(session, task.data_key_id)
    sealed = keys.seal(key, _place_of_note(actor, task_id), text.encode()) if text else None
    table.insert_follow_up(session, actor.officer_id, task_id, look_on, sealed, now)


def forget_settled(database: Database) -> int:
    """Forget the days of tasks that are open no more; -> how many there were. Once a day, for every district."""
    return database.write(table.delete_settled_follow_ups, SystemScope(SystemReason.WORKER))


def _place_of_note(actor: Actor, task_id: UUID) -> str:
    return f"follow_up|note|{actor.officer_id}|{task_id}"


def _checked(text: str, longest: int) -> str:
    """A text of one line in its one spelling. Raises Refused."""
    text = " ".join(tidy(text).split())
    if fault := words_refused(text):
        raise Refused(fault)
    if len(text) > longest:
        raise Refused("desk.too_long", most=longest)
    return text
