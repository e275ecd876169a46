"""The procedure in force as administrators read it: its release, its files, its diagrams as they are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.models import releases as table
from app.services import releases

if TYPE_CHECKING:
    from datetime import datetime

    from app.models.scope import Session
    from app.services.releases import Plan


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    key: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class Procedure:
    version: int
    active_from: datetime | None
    sha256: str
    files: list[ReleaseFile]
    plans: list[Plan]


def in_force(session: Session) -> Procedure:
    """The active release of the district. Raises NotFound until the first deployment."""
    loaded = releases.active(session)
    row = table.active(session)
    contents = table.files(session, loaded.id)
    files = [ReleaseFile(name, _kind(name), len(data)) for name, data in sorted(contents.items())]
    return Procedure(
        row.version if row is not None else 0,
        row.active_from if row is not None else None,
        loaded.sha256.hex(),
        files,
        loaded.plans,
    )


def _kind(name: str) -> str:
    """What a file of a release is, by its ending."""
    return {"bpmn": "process", "dmn": "decision", "form": "form"}.get(name.rsplit(".", 1)[-1], "paper")
