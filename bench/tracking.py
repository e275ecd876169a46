"""The page of the whole district while the district fills up: its time must not know how many tasks there are."""

from __future__ import annotations

import gc
from datetime import timedelta
from math import exp
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, text

from app.domain.roles import Role
from app.models.deployment.releases import release
from app.models.tables.offices import office
from app.models.tables.tallies import TOOK, pace_count
from app.services.reports import tracking
from app.services.store.scopes import actor_scope
from bench import crowd, measure, results, world
from tests.staff import Staff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.domain.roles import Actor
    from app.services.store.database import Database

_SIZES, _QUICK_SIZES = (10_000, 1_000_000), (10_000, 40_000)
_STEPS = ("accept_enquiry", "visit", "check_registers", "endorse_enquiry")
_PURPOSES = ("govt_service", "bihar_police", "contractor", "arms_licence_new", "bank_agent")
_STANDING = """
insert into standing_count (district_id, office_id, element_id, purpose, release_id, due_on, open)
select t.district_id, t.office_id, t.element_id, t.purpose, c.release_id, t.due_on, count(*)
from user_task t join "case" c on c.district_id = t.district_id and c.id = t.case_id where t.state = 'open'
group by t.district_id, t.office_id, t.element_id, t.purpose, c.release_id, t.due_on
"""


def rows(ground: world.World, *, quick: bool) -> Iterator[results.Row]:
    """Measure the page, the page with filters and the list behind a number, on districts of two sizes."""
    sizes = _QUICK_SIZES if quick else _SIZES if ground.kind == "sqlite" else (10_000, 100_000)
    districts = {size: _district(ground, size) for size in sizes}
    variants: dict[str, Callable[[], object]] = {}
    for size, (database, sp) in districts.items():
        variants[f"{size}"] = _overview(database, sp, tracking.Asked())
        filtered = tracking.Asked(purpose="govt_service", period="12m", against="2026-10")
        variants[f"{size} filtered"] = _overview(database, sp, filtered)
        variants[f"{size} list"] = _list(database, sp)
    found = measure.interleaved(variants, rounds=3 if quick else 15)
    unit = "ms CPU" if ground.kind == "sqlite" else "ms"
    took = {name: one.cpu if ground.kind == "sqlite" else one.median for name, one in found.items()}
    small, large = sizes
    yield results.told(f"tracking at {small:,} tasks", ground.kind, took[f"{small}"], unit)
    for name, what in (("", "tracking"), (" filtered", "tracking, filtered"), (" list", "cases at a step")):
        growth = took[f"{large}{name}"] / took[f"{small}{name}"]
        budget = 3 if name == " filtered" else 1.5  # as of the inbox
        yield results.at_most(f"{what}, at {large:,} tasks", ground.kind, growth, "x small", budget)
    for database, _ in districts.values():
        database.close()
    gc.collect()


def _district(ground: world.World, size: int) -> tuple[Database, Actor]:
    database = ground.open(ground.copy("ground"))
    crowd.fill(database, size, world.NOW)
    with database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(text(_STANDING))
        district_id, release_id = connection.execute(select(release.c.district_id, release.c.id)).one()
        thanas = connection.scalars(select(office.c.id).where(office.c.kind == "thana")).all()
        # A year in which as many tasks were done as are open now: every purpose and step in every thana and month.
        own = {"district_id": district_id, "release_id": release_id}
        cells = [
            {"office_id": thana, "element_id": step, "purpose": purpose, "month": month}
            for thana in thanas
            for step in _STEPS
            for purpose in _PURPOSES
            for month in ((world.NOW - timedelta(days=30 * back)).date().replace(day=1) for back in range(12))
        ]
        cells = list({tuple(cell.values()): cell for cell in cells}.values())
        Random(7).shuffle(cells)
        met = round(len(cells) * (1 - exp(-size / len(cells))))  # so many has chance met at least once
        done = dict.fromkeys(TOOK, max(1, size // len(cells) // len(TOOK)))
        connection.execute(insert(pace_count), [{**own, **cell, **done} for cell in cells[:met]])
    return database, Staff(database, world.NOW).holder(Role.SP)


def _overview(database: Database, actor: Actor, asked: tracking.Asked) -> Callable[[], object]:
    scope = actor_scope(actor)
    return lambda: database.read(lambda session: tracking.overview(session, actor, asked, world.NOW), scope)


def _list(database: Database, actor: Actor) -> Callable[[], object]:
    scope, asked = actor_scope(actor), tracking.Asked()
    return lambda: database.read(
        lambda session: tracking.waiting(session, actor, crowd.ELEMENT, asked, "", world.NOW), scope
    )
