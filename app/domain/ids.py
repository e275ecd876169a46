"""Identifiers: UUIDv7 (RFC 9562), which sort by the instant they were made at and need no common counter."""

from __future__ import annotations

import secrets
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from datetime import datetime

_RANDOM_A, _RANDOM_B = 12, 62  # bits


def new_id(at: datetime) -> UUID:
    """An id of the instant `at` (the machine's clock, to the millisecond) and 74 random bits."""
    milliseconds = int(at.timestamp() * 1000)
    value = milliseconds << 80 | 0x7 << 76
    value |= secrets.randbits(_RANDOM_A) << 64
    value |= 0b10 << 62 | secrets.randbits(_RANDOM_B)
    return UUID(int=value)


def known_id(text: str | None) -> UUID | None:
    """The id that a form, an answer or an address names; None for what is none."""
    try:
        return UUID(text)
    except (TypeError, ValueError):
        return None


def day_place(day: date, row_id: UUID) -> str:
    """The row behind which the next page of rows by day goes on, as an address says it."""
    return f"{day.isoformat()}_{row_id.hex}"


def known_day_place(text: str) -> tuple[date, UUID] | None:
    """What `day_place` has written; None, and so the first page, for what is none."""
    day, _, last = text.partition("_")
    try:
        return date.fromisoformat(day), UUID(last)
    except ValueError:
        return None
