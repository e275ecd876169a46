"""Identifiers: UUIDv7 (RFC 9562), which sort by the instant they were made at and need no common counter."""

from __future__ import annotations

import secrets
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
