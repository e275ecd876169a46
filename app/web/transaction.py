"""The edge of a transaction: the clock, the officer's row scope, and one read or one write per request."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from flask import current_app, g

from app.services.drafts import actor_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.domain.roles import Actor
    from app.services.database import Database, Scope, Session

T = TypeVar("T")


def database() -> Database:
    """The database of this application."""
    return current_app.extensions["database"]  # type: ignore[no-any-return]


def now() -> datetime:
    """The instant of this request, the same for all that it does; aware, UTC."""
    if "now" not in g:
        g.now = current_app.extensions["clock"]()
    return g.now  # type: ignore[no-any-return]


def machine_clock() -> datetime:
    """The machine's clock; tests put another in its place."""
    return datetime.now(UTC)


def actor() -> Actor:
    """The officer who acts; only behind a guard that let somebody in."""
    return g.actor  # type: ignore[no-any-return]


def read(work: Callable[[Session], T], scope: Scope | None = None) -> T:
    """Run `work` in a read transaction that sees what the officer (or the given scope) may see."""
    return database().read(work, scope or actor_scope(g.actor))


def write(work: Callable[[Session], T], scope: Scope | None = None) -> T:
    """Run `work` in a write transaction, committed once.

    It may run again, so it has no effect but rows; and in another thread, so it knows neither request nor `g`.
    """
    return database().write(work, scope or actor_scope(g.actor))
