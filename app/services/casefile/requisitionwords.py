"""What a requisition says: now, and as it stood on an earlier day, before it was corrected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.errors import NotFound
from app.models.casefile import case_queries as cases
from app.models.intake import letterversions as table
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction of a requisition: all its answers before and after it, by whom, on which ground and why."""

    at: datetime
    officer_hi: str
    officer_en: str
    cause: str
    reason: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def opened(session: Session, row: AnyRow) -> dict[str, Any]:
    """The answers of the letter's form as they stand."""
    key = keys.unlock(session, row.data_key_id)
    found: dict[str, Any] = keys.open_json(key, f"requisition|values|{row.id}", row.values)
    return found


def sealed(session: Session, row: AnyRow, values: Mapping[str, Any]) -> bytes:
    """The same, to be kept in the letter's row."""
    return keys.seal_json(keys.unlock(session, row.data_key_id), f"requisition|values|{row.id}", values)


def seal_version(session: Session, row: AnyRow, version_id: UUID, reason: str) -> bytes:
    """What the letter says now, as a version of it, with the reason why it will say something else."""
    facts = {"values": opened(session, row), "reason": reason}
    return keys.seal_json(keys.unlock(session, row.data_key_id), _place(version_id), facts)


def as_of(session: Session, requisition_id: UUID, at: datetime | None) -> dict[str, Any]:
    """What the letter said at an instant (None: now). Raises NotFound for one out of sight."""
    row = cases.requisition_row(session, requisition_id)
    if row is None:
        raise NotFound
    for version in table.of_letter(session, requisition_id) if at is not None else ():
        if version.at > at:
            values: dict[str, Any] = _version(session, row, version)["values"]
            return values
    return opened(session, row)


def corrections(session: Session, requisition_id: UUID) -> list[Corrected]:
    """What was corrected in a letter, the first correction first; none of a letter out of sight."""
    row, versions = cases.requisition_row(session, requisition_id), table.of_letter(session, requisition_id)
    if row is None or not versions:
        return []
    facts = [_version(session, row, version) for version in versions]
    stood = [each["values"] for each in facts]
    followed = [*stood[1:], opened(session, row)]
    return [
        Corrected(
            version.at,
            version.officer_hi,
            version.officer_en,
            version.cause,
            str(fact["reason"]),
            before,
            after,
        )
        for version, fact, before, after in zip(versions, facts, stood, followed, strict=True)
    ]


def _version(session: Session, row: AnyRow, version: AnyRow) -> dict[str, Any]:
    key = keys.unlock(session, row.data_key_id)
    found: dict[str, Any] = keys.open_json(key, _place(version.id), version.facts)
    return found


def _place(version_id: UUID) -> str:
    return f"requisition_version|facts|{version_id}"
