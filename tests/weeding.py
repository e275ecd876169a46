"""Lists that destroy entries of the crime register, from the years of a class to the SP's approval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.retention import EntryKind
from app.domain.roles import Role
from app.services.access import stepup
from app.services.casework import destruction
from app.services.district import policies, terms
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from tests.journey import Journey


def write(journey: Journey, role: Role, work: Callable[[Any, Any], Any]) -> Any:
    """Let the first officer of a role write."""
    actor = journey.staff.holder(role)
    return journey.database.write(lambda session: work(session, actor), actor_scope(actor))


def years(journey: Journey, **wanted: int) -> None:
    """Set the years of classes of entries by two."""
    now, typed = journey.now, {EntryKind(kind): each for kind, each in wanted.items()}
    write(
        journey,
        Role.PROCESS_ADMIN,
        lambda session, actor: terms.propose(session, actor, typed, now, terms.ENTRIES),
    )
    write(
        journey,
        Role.SP,
        lambda session, actor: policies.decide(session, actor, now, approves=True, key=terms.ENTRIES.key),
    )


def proposed(journey: Journey, kind: EntryKind, role: Role = Role.SP_READER) -> UUID:
    """Propose what is past its years in a class; -> the list."""
    return write(journey, role, lambda session, actor: destruction.propose(session, actor, kind, journey.now))


def approved(journey: Journey, list_id: UUID) -> None:
    """Approve a list with a fresh code, as the SP does."""
    sp, now = journey.staff.holder(Role.SP), journey.now
    wanted = write(
        journey, Role.SP, lambda session, actor: destruction.to_approve(session, actor, list_id, now)
    )
    journey.confirm(sp, wanted)
    asked = journey.database.read(lambda session: stepup.see(session, sp, wanted, now), actor_scope(sp))
    write(journey, Role.SP, lambda session, actor: destruction.approve(session, actor, asked, now))
