"""The procedure as it is read: each release with its files, its diagrams, and who made and approved it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.errors import NotFound
from app.models.deployment import releases as table
from app.services.procedure import releases

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.procedure.releases import Plan


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    key: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class Procedure:
    """One release; `row` tells its number, its note, its people and its days."""

    row: AnyRow
    contents: dict[str, bytes]
    plans: list[Plan]

    @property
    def is_in_force(self) -> bool:
        return bool(self.row.status == "active")

    @property
    def mark(self) -> str:
        return bytes(self.row.sha256).hex()

    @property
    def files(self) -> list[ReleaseFile]:
        return [
            ReleaseFile(name, releases.kind_of(name), len(data))
            for name, data in sorted(self.contents.items())
        ]


def listing(session: Session) -> Sequence[AnyRow]:
    """Every release that was ever in force, the newest first."""
    return table.listing(session)


def release(session: Session, version: int) -> Procedure:
    """The release of this number. Raises NotFound."""
    row = next((each for each in table.listing(session) if each.version == version), None)
    if row is None:
        raise NotFound
    return Procedure(row, table.files(session, row.id), releases.load(session, row.id).plans)


def in_force(session: Session) -> Procedure:
    """The release in force in the district. Raises NotFound until the first deployment."""
    row = next((each for each in table.listing(session) if each.status == "active"), None)
    if row is None:
        raise NotFound("error.no_release")
    return Procedure(row, table.files(session, row.id), releases.load(session, row.id).plans)


def contents(session: Session, release_id: UUID) -> dict[str, bytes]:
    """The files of a release by their names."""
    return table.files(session, release_id)
