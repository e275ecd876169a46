"""All cases of a letter marked to their thanas in one act: each address shown, the doubtful ones left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.errors import NotAllowed, NotFound
from app.domain.roles import Role, roles_done_by
from app.models.casefile import case_queries as cases
from app.models.desk import holding_queries as table
from app.services.desk import many, sending
from app.services.desk.many import Acting
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.desk.sending import Page
    from app.services.store.database import Database

#: The form that marks, which is its step's name too.
FORM = sending.FORMS[sending.MARK]
#: Cases whose addresses stand on one page; few letters are longer, and the next page has the rest.
MOST = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """Cases of a letter that wait to be marked: where each would go, which are left out, and how many come later."""

    letter: AnyRow
    found: Page | None  # None where no case waits
    more: int


def may(actor: Actor) -> bool:
    """Whether marking is among the tasks of the officer's post."""
    return Role.SP_READER in roles_done_by(actor.post)


def waiting(database: Database, actor: Actor, requisition_id: UUID, now: datetime) -> Waiting:
    """What would be marked where, and which way its letters go. Raises NotAllowed, NotFound."""
    letter, rows = database.read(
        lambda session: (
            _letter(session, actor, requisition_id),
            table.of_letter(session, requisition_id, FORM),
        ),
        actor_scope(actor),
    )
    shown = [row.id for row in rows[:MOST]]
    if not shown:
        return Waiting(letter, None, 0)
    found = sending.look(database, actor, sending.MARK, shown, now, MOST)
    return Waiting(letter, found, len(rows) - len(shown))


def mark(
    database: Database,
    actor: Actor,
    requisition_id: UUID,
    act_id: UUID | None,
    seals: Mapping[UUID, str],
    now: datetime,
) -> Acting:
    """Mark the chosen cases of the letter, case by case as it is asked for; what is not as it was shown stays.

    One letter goes to each thana. `act_id` is what the page called the act; `seals` are what it showed of each.
    Raises NothingChosen, NotAllowed, NotFound before any is marked.
    """
    database.read(lambda session: _letter(session, actor, requisition_id), actor_scope(actor))
    chosen = many.some(seals, MOST)
    items = sending.one_by_one(database, actor, sending.MARK, seals, sending.Said(act_id=act_id), now)
    return Acting(len(chosen), items, [])


def _letter(session: Session, actor: Actor, requisition_id: UUID) -> AnyRow:
    letter = cases.requisition_row(session, requisition_id)
    if letter is None:
        raise NotFound  # first: who may not mark learns of no letter beyond those he sees
    if not may(actor):
        raise NotAllowed
    return letter
