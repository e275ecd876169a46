"""The inbox while the district fills up: its time must not know how many tasks are open."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from app.domain.roles import Role
from app.services.desk import inbox
from app.services.store.scopes import actor_scope
from bench import crowd, measure, results, world
from tests.staff import Staff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.domain.roles import Actor
    from app.services.store.database import Database

_SIZES = (1_000, 100_000, 1_000_000)
_QUICK_SIZES = (1_000, 40_000)
#: The newest first would open copies, whose names are not sealed; it goes the way of `received`, backwards.
_ORDERS = ("received", "case")


def rows(ground: world.World, *, quick: bool) -> Iterator[results.Row]:
    """Measure the unfiltered first page and a filtered one on districts of growing size, interleaved."""
    sizes = _QUICK_SIZES if quick else _SIZES if ground.kind == "sqlite" else _SIZES[:2]
    districts = {size: _district(ground, size) for size in sizes}
    variants: dict[str, Callable[[], object]] = {}
    for size, (database, sho) in districts.items():
        variants[f"{size}"] = _page(database, sho, inbox.InboxQuery())
        variants[f"{size} filtered"] = _page(
            database, sho, inbox.InboxQuery(age="late", purpose="govt_service")
        )
        for sort in _ORDERS:
            variants[f"{size} {sort}"] = _page(database, sho, inbox.InboxQuery(sort=sort))
    found = measure.interleaved(variants, rounds=3 if quick else 20)
    # SQLite works inside the process, so CPU tells all and the neighbours' noise stays out; PostgreSQL does not.
    unit = "ms CPU" if ground.kind == "sqlite" else "ms"
    took = {name: one.cpu if ground.kind == "sqlite" else one.median for name, one in found.items()}
    small = took[f"{sizes[0]}"]
    yield results.told(f"inbox, first page of 25 at {sizes[0]:,} tasks", ground.kind, small, unit)
    for size in sizes[1:]:
        growth, filtered = took[f"{size}"] / small, took[f"{size} filtered"] / small
        ordered = max(took[f"{size} {sort}"] for sort in _ORDERS) / small
        yield results.at_most(f"inbox at {size:,} tasks", ground.kind, growth, "x small", 1.5)
        yield results.at_most(
            f"inbox, slowest order, at {size:,} tasks", ground.kind, ordered, "x small", 1.5
        )
        yield results.at_most(f"inbox, filtered, at {size:,} tasks", ground.kind, filtered, "x small", 3)
        yield results.told(f"inbox at {size:,} tasks, p99 of wall", ground.kind, found[f"{size}"].p99, "ms")
    for database, _ in districts.values():
        database.close()
    gc.collect()


def _district(ground: world.World, size: int) -> tuple[Database, Actor]:
    database = ground.open(ground.copy("ground"))
    crowd.fill(database, size, world.NOW)
    return database, Staff(database, world.NOW).holder(Role.SHO)


def _page(database: Database, actor: Actor, query: inbox.InboxQuery) -> Callable[[], object]:
    scope = actor_scope(actor)

    def once() -> object:
        return database.read(lambda session: inbox.page(session, actor, query, world.NOW), scope)

    return once
