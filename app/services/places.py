"""Which police station an address is likely to lie in: proposed from PIN code and block, decided by the officer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.models import office_queries as offices
from app.services import calendars, gazetteer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID

    from app.models.base import AnyRow
    from app.models.scope import Session

_ADDRESSES = ("perm", "pres")


def thanas(session: Session, pin: str, block: str, day: date) -> list[UUID]:
    """The stations that may answer for an address on this day, by Hindi name; none when the PIN says nothing.

    A station's own PIN comes first, then the blocks in which post offices with the PIN lie. A block that the
    officer chose narrows them where it can.
    """
    there = [
        row for row in offices.of_kind(session, "thana", day) if row.facts.get("receives_verification", True)
    ]
    of_pin = gazetteer.of_district("pincodes", session.district_id)
    blocks = {row["block"] for row in of_pin if row["pin"] == pin and row["block"]}
    found = [row for row in there if row.facts.get("pin") == pin]
    found = found or [row for row in there if row.facts.get("block") in blocks]
    return [row.id for row in _narrowed(found, block)]


def _narrowed(found: list[AnyRow], block: str) -> list[AnyRow]:
    inside = [row for row in found if block and row.facts.get("block") == block]
    return inside or found


def propose(session: Session, values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What was typed, with an address's station put in where none was named and only one is likely."""
    proposed = dict(values)
    for which in _ADDRESSES:
        pin, block = values.get(f"{which}_pin"), values.get(f"{which}_block")
        if values.get(f"{which}_thana") or not isinstance(pin, str) or not pin:
            continue
        found = thanas(session, pin, str(block or ""), calendars.day(now))
        if len(found) == 1:
            proposed[f"{which}_thana"] = str(found[0])
    return proposed
