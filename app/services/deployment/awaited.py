"""What waits for an officer's yes as the second of two: counted for his inbox, and told to his post by a notice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.offices import OfficeKind
from app.domain.roles import Permission, Role
from app.models.desk import awaited as table
from app.models.desk import notification_queries as notifications
from app.models.district import office_queries as offices
from app.services.district import calendars, policies, terms

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.roles import Actor
    from app.models.scope import Session

NOTICE = "approval"
#: The setting in which an order to move running cases is asked for.
MOVE_WANTED = "cases.move_wanted"
#: Kind -> the right to say yes to it, in the order in which they are shown.
_RIGHTS = {
    "release": Permission.PROCESS_APPROVE,
    "move": Permission.MOVE_APPROVE,
    "values": Permission.VALUES_APPROVE,
    "area": Permission.AREA_APPROVE,
    "calendar": Permission.CALENDAR_APPROVE,
    "policy": Permission.POLICY_APPROVE,
}
_ROWS = {"values": table.values_proposed, "area": table.areas_proposed, "calendar": table.days_proposed}
#: Who approves changes of the route: both posts are told, and whoever is first decides.
_TOLD = ((OfficeKind.DM_OFFICE, Role.DM), (OfficeKind.SP_OFFICE, Role.SP))


@dataclass(frozen=True, slots=True)
class Awaited:
    """So many proposals of a kind that this officer may approve, none of them his own."""

    kind: str  # release | move | values | area | calendar | policy
    count: int


def of(session: Session, actor: Actor) -> list[Awaited]:
    """Every kind of which something waits for this officer."""
    kinds = [kind for kind, right in _RIGHTS.items() if actor.may(right)]
    if not kinds:
        return []
    own = str(actor.officer_id)
    keys = [MOVE_WANTED, *policies.proposed_under(policies.CLEAN_REPORTS, *terms.KEYS)]
    table.read_ahead(session, actor.officer_id, keys)
    counts = {kind: count(session, actor.officer_id) for kind, count in _ROWS.items() if kind in kinds}
    if "release" in kinds:
        counts["release"] = sum(own not in makers for makers in table.makers_of_sent(session))
    asked = table.settings_kept(session, keys)
    move = asked.pop(MOVE_WANTED, None)
    counts["move"] = int(
        move is not None and not move["returned"] and own not in {move["by"], *move["makers"]}
    )
    counts["policy"] = sum(value.get("by") != own for value in asked.values())
    return [Awaited(kind, counts[kind]) for kind in kinds if counts[kind]]


def tell(session: Session, now: datetime) -> None:
    """A notice for the posts that approve changes of the route; once a day at most, however often it is asked."""
    today = calendars.day(now)
    for kind, role in _TOLD:
        office_id = offices.only_of_kind(session, kind, today)
        if office_id is not None:
            notifications.add_once(session, office_id, role, None, NOTICE, now)
