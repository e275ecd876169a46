"""Who has looked at what: a page that shows facts of class P3 or P4 leaves one row, before it leaves the house."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.secrecy import WATCHED
from app.services import audit
from app.services.drafts import actor_scope

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from app.domain.roles import Actor
    from app.services.database import Database


def note(
    database: Database, actor: Actor, thing: str, page: str, classes: Iterable[str], now: datetime
) -> None:
    """Record that the officer sees `thing` on a page that shows these classes; nothing where none is watched.

    Committed when it returns: whoever shows the page calls it first, and without the record there is no page.
    Raises Unavailable where the record cannot be written.
    """
    seen = sorted(WATCHED.intersection(classes))
    if seen:
        database.write(
            lambda session: audit.record(
                session, "access", "case:see", thing, actor, now, classes=seen, page=page
            ),
            actor_scope(actor),
        )
