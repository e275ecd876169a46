"""The row scopes that may be asked for: an officer in his post, the door, a printed code, the health check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.models.district import setup_queries
from app.models.scope import OfficerScope, PublicScope, SystemReason, SystemScope

if TYPE_CHECKING:
    from app.domain.roles import Actor
    from app.services.store.database import Database


def actor_scope(actor: Actor) -> OfficerScope:
    """The row scope of an officer in the post he acts in."""
    return OfficerScope(actor.district_id, actor.officer_id, actor.post.office_id, actor.post.role)


def door(district_id: int | None = None) -> SystemScope:
    """Signing in: before anybody is known, no row belongs to anybody yet."""
    return SystemScope(SystemReason.SIGN_IN, district_id)


def public(digest: bytes) -> PublicScope:
    """The one paper that a digest leads to: of its printed code, of number and day of birth, or of its file."""
    return PublicScope(digest)


def health() -> SystemScope:
    return SystemScope(SystemReason.HEALTH)


def record(district_id: int) -> SystemScope:
    """Verifying and signing the record of a district."""
    return SystemScope(SystemReason.AUDIT, district_id)


def deployment(district_id: int) -> SystemScope:
    """Reading and deploying the releases of a district by command."""
    return SystemScope(SystemReason.DEPLOY, district_id)


def recount(district_id: int) -> SystemScope:
    """Comparing the counts of a district's queues with its tasks."""
    return SystemScope(SystemReason.RECOUNT, district_id)


def any_district(database: Database) -> SystemScope:
    """The installation's first district: for a page that must answer before it knows which district is meant."""
    codes = database.read(setup_queries.districts, health())
    return SystemScope(SystemReason.HEALTH, codes[0] if codes else None)
