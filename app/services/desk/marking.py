"""Where the addresses of a case lie, and how that is known: what is told to whoever marks the case, or accepts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.models.casefile import case_queries as cases
from app.models.district import office_queries as offices
from app.services.casefile import units
from app.services.district import calendars, places
from app.services.district.places import ANOTHER, WRITTEN, Known
from app.services.store import keys

if TYPE_CHECKING:
    from uuid import UUID

    from app.models.tables.base import AnyRow
    from app.services.casefile.facts import CaseFacts
    from app.services.casefile.units import Said

_ROUTE = "route"
_ASKED = ("accept_enquiry", "visit")


@dataclass(frozen=True, slots=True)
class Place:
    """An address of the case: the thana that is proposed for it, and how it is known."""

    row: AnyRow
    details: dict[str, Any]
    office_id: UUID | None
    known: str
    among: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """The same in words."""

    address: Said
    thana: Said | None
    known: str
    among: list[Said]


def places_of(known: CaseFacts) -> list[Place]:
    """Every address of the district. An approved correction stands before what the candidate wrote."""
    own, found = str(known.session.district_id), []
    for row in cases.addresses_of(known.session, known.case.id):
        details = keys.open_json(known.key, f"address|details|{row.id}", row.details)
        found.append(_place(known, row, details, is_elsewhere=_is_elsewhere(details, own)))
    return found


def _is_elsewhere(details: dict[str, Any], own: str) -> bool:
    return details.get("district") not in (None, own) or bool(details.get("district_other"))


def _place(known: CaseFacts, row: AnyRow, details: dict[str, Any], *, is_elsewhere: bool) -> Place:
    if is_elsewhere and row.office_id is None:
        return Place(row, details, None, "")
    likely = places.likely(known.session, details, calendars.day(known.now))
    if row.office_id is None:
        return Place(row, details, likely.office_id, likely.known, likely.among)
    if likely.known is Known.LEARNT:
        says = Known.LEARNT if likely.office_id == row.office_id else ANOTHER
        return Place(row, details, likely.office_id, says)
    return Place(row, details, row.office_id, WRITTEN)


def told(known: CaseFacts, task: AnyRow) -> list[Line]:
    """What the step that marks says above its form; nothing at any other step."""
    if task.form != _ROUTE:
        return []
    lines = units.addresses(known)
    return [
        Line(
            lines[str(place.row.id)],
            _named(known, place.office_id),
            place.known,
            [named for each in place.among if (named := _named(known, each)) is not None],
        )
        for place in places_of(known)
        if place.known
    ]


def asked(known: CaseFacts, task: AnyRow) -> list[Said]:
    """The addresses of an enquiry, for the SHO who says whether they are his and for who goes there; else nothing."""
    return units.asked_about(known, task.enquiry_id) if task.form in _ASKED else []


def _named(known: CaseFacts, office_id: UUID | None) -> Said | None:
    row = offices.find(known.session, office_id) if office_id is not None else None
    return None if row is None else (row.name_hi, row.name_en)
