"""The counts beside the inbox are rows of their own: after every kind of act they say what the tasks say."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from alembic import command
from sqlalchemy import func, select, text, update

from app.domain.errors import TaskAlreadyDone
from app.models.tables.workflow import queue_count, user_task
from app.services.desk import holding, inbox, tasks
from app.services.installation import migrations
from app.services.store import queues, scopes
from app.services.store.scopes import actor_scope
from tests.districts import NOW

THANAS = ["th_mufassil", "th_garkha"]


def page(journey, actor, **query):
    return journey.database.read(
        lambda session: inbox.page(session, actor, inbox.InboxQuery(**query), journey.now), actor_scope(actor)
    )


def differing(journey) -> list:
    """What a recount would put right; it must be asked on a database that may be written."""
    return journey.database.write(queues.recount, scopes.recount(218))


def rows_of_counts(journey, *conditions) -> int:
    with journey.database.engine.connect() as connection:
        return connection.execute(
            select(func.count()).select_from(queue_count).where(*conditions)
        ).scalar_one()


def claim(journey, task, actor) -> None:
    journey.database.write(lambda session: holding.claim(session, actor, task.id, NOW), actor_scope(actor))


def release(journey, task, actor) -> None:
    journey.database.write(lambda session: holding.release(session, actor, task.id, NOW), actor_scope(actor))


def test_they_hold_all_along_the_route(journey):
    number = journey.new_case(THANAS)
    for step in ("route", "accept_enquiry", "visit", "endorse_enquiry", "recommend", "decide"):
        journey.go_on(number, until=step)
        assert differing(journey) == [], step


def test_a_queue_that_is_empty_leaves_no_row(journey):
    number = journey.new_case(THANAS)
    journey.go_on(number, until="recommend")
    assert rows_of_counts(journey, queue_count.c.open == 0) == 0
    assert rows_of_counts(journey) == len(journey.waiting(number))


def test_what_is_in_an_officers_name_no_longer_waits_in_the_office(journey):
    number = journey.new_case(THANAS[:1])
    task = journey.waiting(number)[0]
    head = journey.actor_of(task)
    assert page(journey, head).tiles.office == 1
    claim(journey, task, head)
    assert page(journey, head).tiles.office == 0
    claim(journey, task, head)
    assert (page(journey, head).tiles.office, differing(journey)) == (0, [])
    release(journey, task, head)
    release(journey, task, head)
    assert (page(journey, head).tiles.office, differing(journey)) == (1, [])
    claim(journey, task, head)
    journey.go_on(number, until="route")
    assert differing(journey) == []


def test_an_enquiry_named_for_an_officer_waits_for_nobody_else(journey):
    number = journey.new_case(THANAS[:1])
    journey.go_on(number, until="visit")
    visit = next(each for each in journey.waiting(number) if each.element_id == "visit")
    assert visit.assigned_to is not None
    assert page(journey, journey.actor_of(visit)).tiles.office == 0
    assert differing(journey) == []


def test_claims_and_completions_at_once_leave_them_right(journey):
    cases = [journey.new_case(THANAS[:1]) for _ in range(4)]
    waiting = [journey.waiting(number)[0] for number in cases]

    def act(task) -> None:
        actor = journey.actor_of(task)
        try:
            claim(journey, task, actor)
            tasks.complete(journey.database, actor, task.id, journey.form_of(task), [], NOW)
            claim(journey, task, actor)
        except TaskAlreadyDone:
            pass

    for task in waiting:
        journey.actor_of(task)  # signed in one after the other
        journey.form_of(task)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, waiting * 2))
    assert all(task.element_id != "scrutinise" for number in cases for task in journey.waiting(number))
    assert differing(journey) == []


def test_a_recount_puts_both_numbers_right(journey):
    number = journey.new_case(THANAS[:1])
    task = journey.waiting(number)[0]
    with journey.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(update(queue_count).values(open=7, free=3))
    [(_, stored, true)] = differing(journey)
    assert (stored, true) == (queues.Counts(7, 3), queues.Counts(1, 1))
    assert page(journey, journey.actor_of(task)).tiles.office == 1


def test_a_filtered_page_says_how_many_there_are(journey):
    numbers = [journey.new_case(THANAS[:1]) for _ in range(3)]
    head = journey.actor_of(journey.waiting(numbers[0])[0])
    claim(journey, journey.waiting(numbers[1])[0], head)
    sought = {
        "tab": "scrutinise",
        "age": "left",
        "purpose": "govt_service",
        "sort": "received",
    }
    for name, value in sought.items():
        found = page(journey, head, **{name: value})
        assert (len(found.rows), found.found) == (3, None if name == "sort" else 3), name
    assert [row.case_number for row in page(journey, head, holder="mine").rows] == [numbers[1]]
    assert page(journey, head, age="late").found == 0
    assert page(journey, head, purpose="tenant").found == 0
    assert [row.case_number for row in page(journey, head, search=numbers[2]).rows] == [numbers[2]]
    assert page(journey, head, search="कोई और").found == 0


def test_pages_follow_one_another_in_either_order(journey):
    numbers = [journey.new_case(THANAS[:1]) for _ in range(60)]
    head = journey.actor_of(journey.waiting(numbers[0])[0])
    for sort in ("due", "received"):
        seen, after = [], ""
        while True:
            found = page(journey, head, sort=sort, after=after)
            seen += [row.case_number for row in found.rows]
            if not (after := found.next_after):
                break
        assert sorted(seen) == sorted(numbers), sort
        assert len(seen) == 60


def test_a_database_from_before_is_counted_when_it_is_migrated(journey):
    number = journey.new_case(THANAS)
    journey.go_on(number, until="endorse_enquiry")
    claim(journey, waiting := journey.waiting(number)[0], journey.actor_of(waiting))
    before = _picture(journey)
    with journey.database.engine.execution_options(writing=True).begin() as connection:
        config = migrations._config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")
        columns = connection.execute(select(text("*")).select_from(text("queue_count"))).keys()
        assert "free" not in columns
    assert migrations.upgrade(journey.database.engine) is True
    assert _picture(journey) == before


def _picture(journey) -> list:
    with journey.database.engine.connect() as connection:
        return [
            sorted(map(str, connection.execute(select(queue_count)))),
            sorted(map(str, connection.execute(select(user_task.c.id, user_task.c.purpose)))),
        ]
