"""Which other districts the installation holds, and whether a letter to one of them finds somebody there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.text import whole_number
from app.models.intake import neighbours as table
from app.models.scope import SystemReason, SystemScope
from app.services.district import calendars, englishnames

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from app.models.scope import Session
    from app.services.store.database import Database

#: Why a letter goes on paper.
NO_DISTRICT, NO_OFFICE, NO_OFFICERS = "no_district", "no_office", "no_officers"
NO_PURPOSE = "no_purpose"  # it takes no requests of other districts in this system
#: Reasons that are told: a district of the installation that cannot take a letter today.
TOLD = frozenset({NO_OFFICE, NO_OFFICERS, NO_PURPOSE})
OVER = "over"  # its answer was entered before it could go


@dataclass(frozen=True, slots=True)
class Way:
    """How a letter to a district goes: `reason` is empty where it goes into the inbox there."""

    district: int  # 0: of another state, called as it was written
    name_hi: str
    name_en: str
    reason: str


def ways(database: Database, letters: Iterable[Mapping[str, Any]], now: datetime) -> dict[str, Way]:
    """How these letters go today, each by `place_of` it; each district is looked at behind its own wall."""
    places = dict.fromkeys(place for each in letters if (place := place_of(each)))
    return {place: _way(database, place, now) for place in places}


def place_of(letter: Mapping[str, Any]) -> str:
    """Where a letter of the marking form goes: a district's code, or the name of one in another state."""
    return str(letter.get("district") or letter.get("district_other") or "").strip()


def _way(database: Database, place: str, now: datetime) -> Way:
    code = whole_number(place)
    if code is None:
        return Way(0, place, place, NO_DISTRICT)
    reason = database.read(lambda session: obstacle(session, now), there(code))
    return Way(code, *englishnames.district(code), reason)


def there(district: int) -> SystemScope:
    """The scope in which a letter is put before a district: that district alone, and nothing of one's own."""
    return SystemScope(SystemReason.CROSSING, district)


def obstacle(session: Session, now: datetime) -> str:
    """Why a letter cannot be put before the district of the session; empty where it can."""
    if table.district_of(session) is None:
        return NO_DISTRICT
    office = table.police_office(session, calendars.day(now))
    if office is None:
        return NO_OFFICE
    return "" if office.is_staffed else NO_OFFICERS
