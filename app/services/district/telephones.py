"""Whom to call about a police station: its SHO, by the office's telephone, for those who supervise stations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.roles import DISTRICT_WIDE, OVER_THANAS, Role
from app.models.staff import officer_queries as officers

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session


@dataclass(frozen=True, slots=True)
class Head:
    """The SHO of a police station as one calls him; `phone` is never empty."""

    name_hi: str
    name_en: str
    phone: str


def of_thanas(session: Session, actor: Actor, office_ids: Collection[UUID], day: date) -> dict[UUID, Head]:
    """The SHOs of those of the offices that are police stations and have a number; nothing for other posts' eyes."""
    if actor.post.role not in DISTRICT_WIDE | OVER_THANAS or not office_ids:
        return {}
    rows = officers.holding(session, office_ids, Role.SHO, day)
    return {row.office_id: Head(row.name_hi, row.name_en, row.phone) for row in reversed(rows) if row.phone}
