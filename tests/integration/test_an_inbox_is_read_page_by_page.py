"""Pages of an inbox: every order, size and filter gives each task once, and the counts are those of the pages."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from app.domain import bands
from app.domain.errors import NotAllowed
from app.domain.roles import Role, roles_done_by
from app.models.tables.officers import posting
from app.models.tables.workflow import user_task
from app.services.desk import holding, inbox
from app.services.desk.inbox import InboxQuery
from app.services.store import queues, scopes
from app.services.store.scopes import actor_scope
from bench import crowd
from tests.districts import NOW

TASKS = 2_000


@pytest.fixture
def full(journey):
    """A district with so many open tasks that each thana's inbox has several pages, for two roles at two steps."""
    crowd.fill(journey.database, TASKS, NOW)
    with journey.database.engine.execution_options(writing=True).begin() as connection:
        for number, row in enumerate(
            connection.execute(select(user_task.c.id).limit(TASKS // 3)).scalars().all()
        ):
            values = {"role": "thana_munshi", "element_id": "check_registers"} if number % 2 else {}
            since = NOW - timedelta(days=number % 9)
            connection.execute(
                update(user_task).where(user_task.c.id == row).values(created_at=since, **values)
            )
    journey.database.write(queues.recount, scopes.recount(218))
    return journey


def pages(journey, actor, **query):
    after, found = "", []
    while True:
        page = journey.database.read(
            lambda rows, after=after: inbox.page(rows, actor, InboxQuery(**query, after=after), NOW),
            actor_scope(actor),
        )
        found.append(page)
        if not (after := page.next_after):
            return found


def queue(journey, actor):
    """The open tasks of the actor's post, straight from their table."""
    wanted = select(user_task).where(
        user_task.c.state == "open",
        user_task.c.office_id == actor.post.office_id,
        user_task.c.role.in_([each.value for each in roles_done_by(actor.post)]),
    )
    with journey.database.engine.connect() as connection:
        return connection.execute(wanted).all()


def busiest(journey):
    offices = journey.staff.offices(Role.SHO).values()
    heads = [journey.staff.holder(Role.SHO, office) for office in offices]
    return max(heads, key=lambda actor: len(queue(journey, actor)))


PLACES = {
    "due": lambda row: (row.due_at, row.id.int),
    "received": lambda row: (row.created_at, row.id.int),
    "newest": lambda row: (row.created_at, row.id.int),
    "case": lambda row: (row.case_id.int, row.id.int),
}


def test_every_order_gives_each_task_once_and_in_its_place(full):
    actor = busiest(full)
    rows = queue(full, actor)
    assert len(rows) > 50, "otherwise there is one page, and nothing is proved"
    assert set(PLACES) == set(inbox.SORTS)
    for sort, size in product(inbox.SORTS, inbox.SIZES):
        wanted = [row.id for row in sorted(rows, key=PLACES[sort], reverse=sort == "newest")]
        found = [row.task_id for page in pages(full, actor, sort=sort, size=size) for row in page.rows]
        assert found == wanted, (sort, size)


def test_a_place_of_another_order_or_a_forged_one_begins_at_the_first_page(full):
    actor = busiest(full)
    place = pages(full, actor, sort="due")[0].next_after
    first = pages(full, actor, sort="case")[0].rows
    for after in (place, "x", "ZHVlfHh8eA", "ZHVlfDIwMjYtMTEtMjN8MDA", "\u0939" * 9, "=" * 40):
        page = full.database.read(
            lambda rows, after=after: inbox.page(rows, actor, InboxQuery(sort="case", after=after), NOW),
            actor_scope(actor),
        )
        assert page.rows == first, after


def test_tiles_bands_and_tabs_count_what_their_pages_hold(full):
    actor = busiest(full)
    page = pages(full, actor)[0]
    for state in bands.STATES:
        shown = [row for each in pages(full, actor, age=state) for row in each.rows]
        assert len(shown) == getattr(page.tiles, state), state
        assert {row.age.kind for row in shown} <= {state}
    for band, count in page.bands:
        found = pages(full, actor, age=band, size=100)
        assert (sum(len(each.rows) for each in found), found[0].found) == (count, count), band
    assert sum(count for _, count in page.bands) == page.tiles.late + page.tiles.left
    for tab in page.tabs:
        found = pages(full, actor, tab=tab.element_id, size=100)
        assert sum(len(each.rows) for each in found) == tab.open
    free = pages(full, actor, holder="free", size=100)
    assert sum(len(each.rows) for each in free) == page.tiles.office == free[0].found


ACTS = st.lists(
    st.tuples(st.sampled_from(["claim", "release", "take", "expire"]), st.integers(0, 30)), max_size=12
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
def test_the_counts_follow_whatever_officers_do(crowded, acts):
    journey, actor, rival = crowded
    waiting = [row.id for row in queue(journey, actor)]
    for act, place in acts:
        task_id, who = waiting[place % len(waiting)], actor if place % 2 else rival
        if act == "expire":
            holding.expire(journey.database, NOW + timedelta(days=5))
            continue
        with suppress(holding.ReasonMissing, NotAllowed):
            journey.database.write(_acting(act, who, task_id), actor_scope(who))
    assert journey.database.write(queues.recount, scopes.recount(218)) == []
    rows = queue(journey, actor)
    tiles = pages(journey, actor)[0].tiles
    assert tiles.office == sum(row.claimed_by is None and row.assigned_to is None for row in rows)
    assert tiles.late + tiles.last_day + tiles.left == len(rows)


def _acting(act, who, task_id):
    if act == "release":
        return lambda rows: holding.release(rows, who, task_id, NOW)
    return lambda rows: holding.claim(rows, who, task_id, NOW, "urgent" if act == "take" else "")


@pytest.fixture
def crowded(full):
    """A thana's inbox, with a second officer posted beside its head."""
    actor = busiest(full)
    rival = full.staff.holder(Role.ADM)
    with full.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(
            update(posting)
            .where(posting.c.officer_id == rival.officer_id)
            .values(office_id=actor.post.office_id, role=Role.SHO.value)
        )
    full.staff._actors.pop(rival.officer_id)
    return full, actor, full.staff.officer(rival.officer_id)
