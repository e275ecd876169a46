"""A form that came after its session had ended: sealed until its officer has signed in again, then shown to him once.

It lies where drafts lie, under a key of its own, and goes after a week when nobody comes back for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.services.store import drafts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.domain.roles import Actor
    from app.models.scope import Session

LONGEST = 64 * 1024  # signs of a form that is kept, its names among them


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent: where to, each box with its text, and whether a file came along, which is not kept."""

    address: str
    boxes: Sequence[tuple[str, str]]
    had_files: bool


def keep(session: Session, actor: Actor, sent: Sent, now: datetime) -> None:
    """Keep it for this officer; it takes the place of an earlier one that he never came back for."""
    boxes = [[name, text] for name, text in sent.boxes]
    drafts.save(
        session,
        actor,
        drafts.INTERRUPTED,
        {"address": sent.address, "boxes": boxes, "files": sent.had_files},
        now,
    )


def take(session: Session, actor: Actor, now: datetime) -> Sent | None:
    """What this officer sent and was kept; it is kept no longer. None where there is nothing."""
    draft = drafts.find(session, actor, drafts.INTERRUPTED)
    if draft is None:
        return None
    drafts.discard(session, draft, now)
    boxes = [(name, text) for name, text in draft.values["boxes"]]
    return Sent(draft.values["address"], boxes, draft.values["files"])
