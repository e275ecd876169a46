"""Posts that nobody holds today, in the line of whoever posts others: with the work that waits in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain import posts as rules
from app.domain.offices import OfficeKind
from app.models.staff import posting_queries as table
from app.services.district import calendars
from app.services.staff import postings

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.roles import Actor, Role
    from app.models.scope import Session
    from app.services.staff.postings import Place


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A post of an office without an officer; how many tasks wait in it, as far as who asks sees tasks at all."""

    place: Place
    role: str
    waiting: int
    late: int


def of(session: Session, actor: Actor, now: datetime) -> list[Vacancy]:
    """Those that he may fill: what the route needs, and any other in which work waits; where most is late, first.

    Charge and substitution fill a post. Raises NotAllowed.
    """
    today = calendars.day(now)
    places = postings.places(session, actor, now)
    held, waiting = table.held(session, today), table.waiting(session, today)
    found = [
        Vacancy(where, role, *waiting.get((where.id, role), (0, 0)))
        for where in places
        for role in postings.roles_for(actor, where)
        if (where.id, role.value) not in held and (_is_needed(where, role) or (where.id, role) in waiting)
    ]
    return sorted(found, key=lambda each: (-each.late, -each.waiting, each.place.office_hi, each.role))


def _is_needed(where: Place, role: Role) -> bool:
    return where.has_cases and role in rules.NEEDED.get(OfficeKind(where.office_kind), ())
