"""Which police station an address is likely to lie in, and how that is known; decided by the officer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain.areas import area_key
from app.models.district import area_queries as areas
from app.models.district import office_queries as offices
from app.services.district import calendars, gazetteer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

_ADDRESSES = ("perm", "pres")


class Known(StrEnum):
    """How a station is known: from a correction that the SP approved, from PIN code and block, or not at all."""

    LEARNT = "learnt"
    ONLY_ONE = "only_one"
    ONE_OF_SEVERAL = "one_of_several"
    UNKNOWN = "unknown"


WRITTEN = "written"  # the station stands in the candidate's own form
ANOTHER = "another"  # but a correction that the SP approved says another


@dataclass(frozen=True, slots=True)
class Told:
    """An address as it is typed (`perm` or `pres`): the station that is likely, and how that is known, in words."""

    which: str
    thana: tuple[str, str] | None
    known: str
    among: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Likely:
    """The station of an address, where one is likely; else those that come into question."""

    known: Known
    office_id: UUID | None = None
    among: tuple[UUID, ...] = ()


def likely(session: Session, place: Mapping[str, Any], day: date) -> Likely:
    """Where an address (`village`, `pin`, `block`) lies on a day. A station that takes no verifications is none."""
    pin, block, village = (str(place.get(part) or "") for part in ("pin", "block", "village"))
    key = area_key(pin, village)
    learnt = areas.thana_of(session, key, day) if key else None
    if learnt is not None and learnt in {row.id for row in _open(session, day)}:
        return Likely(Known.LEARNT, learnt)
    found = thanas(session, pin, block, day) if pin else []
    if len(found) == 1:
        return Likely(Known.ONLY_ONE, found[0])
    return Likely(Known.ONE_OF_SEVERAL if found else Known.UNKNOWN, None, tuple(found))


def thanas(session: Session, pin: str, block: str, day: date) -> list[UUID]:
    """The stations that may answer for an address on this day, by Hindi name; none when the PIN says nothing.

    A station's own PIN comes first, then the blocks in which post offices with the PIN lie. A block that the
    officer chose narrows them where it can.
    """
    there = _open(session, day)
    of_pin = gazetteer.of_district("pincodes", session.district_id)
    blocks = {row["block"] for row in of_pin if row["pin"] == pin and row["block"]}
    found = [row for row in there if row.facts.get("pin") == pin]
    found = found or [row for row in there if row.facts.get("block") in blocks]
    return [row.id for row in _narrowed(found, block)]


def _open(session: Session, day: date) -> list[AnyRow]:
    """The stations that take verifications on this day."""
    found = offices.of_kind(session, "thana", day)
    return [row for row in found if row.facts.get("receives_verification", True)]


def _narrowed(found: list[AnyRow], block: str) -> list[AnyRow]:
    inside = [row for row in found if block and row.facts.get("block") == block]
    return inside or found


def propose(session: Session, values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What was typed, with an address's station put in where none was named and only one is likely."""
    proposed = dict(values)
    for which in _ADDRESSES:
        pin = values.get(f"{which}_pin")
        if values.get(f"{which}_thana") or not isinstance(pin, str) or not pin:
            continue
        place = {part: values.get(f"{which}_{part}") for part in ("village", "pin", "block")}
        found = likely(session, place, calendars.day(now))
        if found.office_id is not None:
            proposed[f"{which}_thana"] = str(found.office_id)
    return proposed


def told(session: Session, values: Mapping[str, Any], now: datetime) -> list[Told]:
    """How the station of each address with a PIN is known, for whoever enters it; a chosen one is told, too."""
    day, found = calendars.day(now), []
    for which in _ADDRESSES:
        place = {part: values.get(f"{which}_{part}") for part in ("village", "pin", "block")}
        if not isinstance(place["pin"], str) or not place["pin"]:
            continue
        guess = likely(session, place, day)
        office_id, known = _chosen(str(values.get(f"{which}_thana") or ""), guess)
        among = [name for each in guess.among if (name := _name(session, each)) is not None]
        is_settled = known not in (Known.ONE_OF_SEVERAL, Known.UNKNOWN)
        found.append(Told(which, _name(session, office_id), known, [] if is_settled else among))
    return found


def _chosen(chosen: str, guess: Likely) -> tuple[UUID | str | None, str]:
    """The station to name, and how it is known: an approved correction stands before what was chosen."""
    if not chosen or chosen == str(guess.office_id):
        return guess.office_id, guess.known
    if guess.known is Known.LEARNT:
        return guess.office_id, ANOTHER
    return chosen, WRITTEN


def _name(session: Session, office_id: UUID | str | None) -> tuple[str, str] | None:
    try:
        row = offices.find(session, UUID(str(office_id))) if office_id else None
    except ValueError:
        return None
    return None if row is None else (row.name_hi, row.name_en)
