"""The edge of a transaction: the clock, the officer's row scope, and one read or one write per request."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from flask import current_app, g, request

from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from app.domain.roles import Actor
    from app.services.access.door import Doorkeeper
    from app.services.access.officers import Standing
    from app.services.store.database import Database, Scope, Session

T = TypeVar("T")


def database() -> Database:
    """The database of this application."""
    _let_go()
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


def newcomer() -> Standing:
    """Who came by a code and has yet to set his factors; only behind a guard that let him in."""
    return g.newcomer  # type: ignore[no-any-return]


def doorkeeper() -> Doorkeeper:
    """Who checks passwords in this process."""
    return current_app.extensions["doorkeeper"]  # type: ignore[no-any-return]


def look(work: Callable[[Session], T], scope: Scope) -> T:
    """Run `work`, which asks who is there, and keep the picture: the page is read from the same one.

    Only until the first `read` or write, and only where the page is all that was asked for: a connection must
    not wait for a form that comes slowly.
    """
    if request.method != "GET":
        return database().read(work, scope)
    with ExitStack() as stack:
        session = stack.enter_context(database().picture(scope))
        found = work(session)
        g.picture = (session, stack.pop_all())
    return found


def read(work: Callable[[Session], T], scope: Scope | None = None) -> T:
    """Run `work` in a read transaction that sees what the officer (or the given scope) may see."""
    scope = scope or actor_scope(g.actor)
    kept = g.pop("picture", None)
    if kept is None:
        return database().read(work, scope)
    session, stack = kept
    with stack:
        return work(session.narrowed(scope))


def write(work: Callable[[Session], T], scope: Scope | None = None) -> T:
    """Run `work` in a write transaction, committed once.

    It may run again, so it has no effect but rows; and in another thread, so it knows neither request nor `g`.
    """
    return database().write(work, scope or actor_scope(g.actor))


def _let_go(_error: BaseException | None = None) -> None:
    """Close the picture that nobody read from."""
    kept = g.pop("picture", None)
    if kept is not None:
        kept[1].close()


def install(app: Flask) -> None:
    app.teardown_request(_let_go)
