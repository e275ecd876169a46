"""The officers of the demo district, each as he stands after signing in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from app.models.tables.officers import posting
from app.models.tables.offices import office
from app.services.access import officers
from app.services.store import scopes

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor, Role
    from app.services.store.database import Database


class Staff:
    """Looks up who holds which post, and signs him in the first time he is needed."""

    def __init__(self, database: Database, now: datetime) -> None:
        self._database, self._now = database, now
        self._actors: dict[UUID, Actor] = {}
        statement = select(posting.c.office_id, posting.c.role, posting.c.officer_id, office.c.key).join(
            office, posting.c.office_id == office.c.id
        )
        ordered = statement.order_by(office.c.key, posting.c.officer_id)
        self._posts = database.read(lambda rows: rows.connection.execute(ordered).all(), scopes.health())

    def officer(self, officer_id: UUID) -> Actor:
        if officer_id not in self._actors:
            entry = officers.enter_as(self._database, officer_id, self._now)
            standing = self._database.read(
                lambda session: officers.actor_for(session, entry.token, self._now), scopes.door()
            )
            assert standing is not None
            self._actors[officer_id] = standing.actor
        return self._actors[officer_id]

    def roles(self) -> list[str]:
        """List the roles that somebody holds."""
        return sorted({post.role for post in self._posts})

    def holder(self, role: Role | str, office_id: UUID | None = None) -> Actor:
        """Name the first officer of a role, in this office where one is given."""
        return self.officer(
            next(
                post.officer_id
                for post in self._posts
                if post.role == role and office_id in (None, post.office_id)
            )
        )

    def offices(self, role: Role | str) -> dict[str, UUID]:
        """List the offices where somebody holds the role: key -> id."""
        return {post.key: post.office_id for post in self._posts if post.role == role}
