"""The program is killed wherever a paper is half made, and started again: one paper, one number, no gap."""

from __future__ import annotations

import ast
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.domain.retention import EntryKind
from app.domain.roles import Role
from app.models.issuing.bundles import bundle, bundle_piece
from app.models.tables.audit import audit
from app.models.tables.papers import certificate
from app.models.tables.workflow import job, notification, step, timer
from app.services.antecedents import crimebook
from app.services.casework import destruction
from app.services.store.scopes import actor_scope
from tests import sources, weeding

if TYPE_CHECKING:
    from uuid import UUID

    from app.models.scope import Session
    from tests.drill import Drill

#: Where a job may be cut off, in the order in which it passes there.
POINTS = ("claimed", "numbered", "drawn", "stored", "before_commit", "finished")
#: The one of them whose drill has two papers in hand.
OF_TWO_HANDS = "drawn"
#: Where a timer may be cut off; its drill stands beside those of the incidents.
OF_TIMERS = {"timer_fired"}
#: Where a signature made on an officer's own machine may be cut off; its drill stands beside that way of signing.
OF_HANDS = {"signature_put", "signature_kept"}
#: Where a letter between two districts may be cut off; its drill stands beside its walk.
OF_LETTERS = {"letter_received"}
#: Where the making of a file of many documents may be cut off, in the order in which it passes there.
OF_BUNDLES = ("bundle_piece_laid", "bundle_laid")
#: Where the destruction of entries of the crime register may be cut off.
OF_ENTRIES = {"entries_weeded"}

_TRIES = 3


def test_every_crash_point_of_the_program_has_its_drill() -> None:
    found = {
        call.args[0].value
        for path in sources.below("app", suffix=".py")
        for call in ast.walk(sources.tree(path))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") == "crash_point"
        and isinstance(call.args[0], ast.Constant)
    }
    assert found == {*POINTS} | OF_TIMERS | OF_HANDS | OF_LETTERS | {*OF_BUNDLES} | OF_ENTRIES


@pytest.mark.parametrize("point", [point for point in POINTS if point != OF_TWO_HANDS])
def test_a_paper_cut_off_anywhere_is_issued_once(drill: Drill, point: str) -> None:
    number = drill.new_case(until="decide")
    deaths = drill.site.said("crash_point")
    drill.restart(ESP_CRASH_AT=point)
    drill.journey().do(number, "decide")
    drill.wait_for(lambda: drill.site.said("crash_point") > deaths, f"the worker dies at {point}")
    drill.restart()
    drill.let_leases_end()
    drill.wait_for(lambda: drill.journey().steps(number) == ["dispatch"], "the case goes on to its dispatch")
    drill.assert_issued_once(number)


def test_two_papers_in_the_hands_of_a_worker_that_dies_are_each_issued_once(drill: Drill) -> None:
    """Each hand has its paper when the first of them dies, and all its process with it; numbers have no gap."""
    numbers = [drill.new_case(until="decide") for _ in range(2)]
    deaths = drill.site.said("crash_point")
    drill.site.kill()
    for number in numbers:
        drill.journey().do(number, "decide")
    drill.restart(wait=False, ESP_CRASH_AT=OF_TWO_HANDS, PAPERS_AT_ONCE="2")
    drill.wait_for(lambda: drill.site.said("crash_point") > deaths, "the worker dies over two papers")
    drill.wait_for(
        lambda: {each.state for number in numbers for each in drill.rows(job, number)} == {"running"},
        "both were in hand",
    )
    drill.restart(PAPERS_AT_ONCE="2")
    drill.let_leases_end()
    for number in numbers:
        drill.wait_for(
            lambda: drill.journey().steps(number) == ["dispatch"],  # noqa: B023
            "the case goes on to its dispatch",
        )
        drill.assert_issued_once(number)


@pytest.mark.parametrize("point", ["numbered", "drawn", "stored"])
def test_a_worker_that_was_taken_for_dead_finds_its_work_done_and_leaves_nothing(
    drill: Drill, point: str
) -> None:
    number = frozen(drill, point)
    assert drill.journey().work() == 1, "another worker takes the job up after the lease"
    assert drill.journey().steps(number) == ["dispatch"]
    lost = drill.site.said("job_lost")
    drill.site.thaw()
    drill.wait_for(lambda: drill.site.said("job_lost") > lost, "the first worker sees that it was too late")
    drill.assert_issued_once(number)
    assert drill.rows(job, number)[0].attempts == 2


def test_the_failure_of_a_worker_that_was_taken_for_dead_puts_nothing_back(drill: Drill) -> None:
    number = frozen(drill, "numbered")
    assert drill.journey().work() == 1
    failed = drill.site.said("job_failed")
    with drill.without_documents():
        drill.site.thaw()
        drill.wait_for(
            lambda: drill.site.said("job_failed") > failed, "the first worker cannot write its file"
        )
    drill.assert_issued_once(number)


def frozen(drill: Drill, point: str) -> str:
    """A case whose worker stands still over its paper for longer than its lease."""
    for _ in range(_TRIES):
        number = drill.new_case(until="decide")
        stops = drill.site.said("freeze_point")
        drill.restart(ESP_FREEZE_AT=point)
        drill.journey().do(number, "decide")
        drill.wait_for(lambda: drill.site.said("freeze_point") > stops, f"the worker freezes at {point}")  # noqa: B023
        try:
            drill.let_leases_end()
        except OperationalError:  # it stands still amid another write of its own: nobody gets at the rows
            drill.site.kill()
            drill.let_leases_end()
            drill.restart()
            drill.wait_for(lambda: drill.journey().steps(number) == ["dispatch"], "the paper is issued")  # noqa: B023
        else:
            return number
    raise AssertionError(f"the worker always stood still amid another write at {point}")


def test_a_timer_cut_off_in_the_middle_fires_once(drill: Drill) -> None:
    drill.site.kill()
    number = drill.new_case(at=drill.now - timedelta(days=10))
    deaths = drill.site.said("crash_point")
    drill.restart(wait=False, ESP_CRASH_AT="timer_fired")
    drill.wait_for(lambda: drill.site.said("crash_point") > deaths, "the worker dies over the timer")
    assert [each.kind for each in drill.rows(step, number)] == ["started", "opened"], "nothing is half done"
    drill.restart()
    drill.wait_for(
        lambda: [each.state for each in drill.rows(job, number)] == ["done"], "the reminder is sent"
    )
    assert [each.element_id for each in drill.rows(step, number) if each.kind == "fired"] == [
        "warn_scrutinise"
    ]
    assert len(drill.rows(notification, number)) == 1
    assert drill.rows(timer, number) == [], "all that piled up fired once, and none is left"
    assert drill.journey().steps(number) == ["scrutinise"], "the step itself waits on"


def test_the_officer_reads_the_paper_that_was_cut_off(drill: Drill) -> None:
    """The bytes that come out of the door are those whose sum is in the register."""
    drill.up()
    number = drill.new_case(until="decide")
    drill.journey().do(number, "decide")
    drill.wait_for(lambda: drill.journey().steps(number) == ["dispatch"], "the paper is issued")
    paper = drill.rows(certificate, number)[0]
    answer = drill.caller(Role.DM).get(f"/documents/{paper.document_id}")
    assert (answer.status, sha256(answer.data).digest()) == (200, paper.sha256)


def test_a_file_of_many_documents_cut_off_anywhere_is_made_once(drill: Drill) -> None:
    letter = drill.new_letter()
    number = drill.journey().add(letter)
    drill.journey().go_on(number)
    address = ""
    for point in OF_BUNDLES:
        deaths = drill.site.said("crash_point")
        drill.restart(ESP_CRASH_AT=point)
        if not address:
            browser = drill.caller_as_it_is(Role.DM)
            browser.get(f"/requisitions/{letter}")
            address = browser.post(f"/requisitions/{letter}/papers", {"as": "print"}).location
        drill.wait_for(lambda: drill.site.said("crash_point") > deaths, f"the worker dies at {point}")  # noqa: B023
        for table in (bundle, bundle_piece):
            drill.change(
                table, table.c.lease_until.is_not(None), lease_until=drill.now - timedelta(seconds=1)
            )
    drill.restart()
    drill.wait_for(lambda: [each.state for each in drill.all_rows(bundle)] == ["ready"], "the file is made")
    browser = drill.caller(Role.DM)
    browser.get(address)
    assert browser.post(address).data.startswith(b"%PDF-")
    acts = [each.action for each in drill.all_rows(audit) if each.action.startswith("bundle:")]
    assert sorted(acts) == ["bundle:ask", "bundle:make", "bundle:take"]
    held = {each.id.hex for table in (bundle, bundle_piece) for each in drill.all_rows(table)}
    left = [path.name for path in (drill.instance / "documents").rglob("*") if path.name in held]
    assert left == [drill.all_rows(bundle)[0].id.hex], "its pieces are gone"


def test_a_list_of_entries_cut_off_is_destroyed_whole_and_recorded_once(drill: Drill) -> None:
    drill.up()
    journey = drill.journey()
    dcrb, sp = journey.staff.holder(Role.DCRB), journey.staff.holder(Role.SP)
    thana = str(next(iter(journey.staff.offices(Role.SHO).values())))
    entry = {"thana": thana, "fir_year": 2008, "name": "राहुल कुमार", "father": "विनय कुमार"}
    entry |= {"sections": "379", "stage": "convicted", "stage_date": "2009-05-02"}
    rows = [{**entry, "fir_no": str(each)} for each in (71, 72)]

    def put(session: Session) -> list[UUID]:
        return [each.id for each in crimebook.put(session, dcrb.officer_id, rows, drill.now)]

    ids = journey.database.write(put, actor_scope(dcrb))
    weeding.years(journey, convicted=10)
    deaths = drill.site.said("crash_point")
    drill.restart(ESP_CRASH_AT="entries_weeded")
    list_id = weeding.proposed(journey, EntryKind.CONVICTED)
    weeding.approved(journey, list_id)
    drill.wait_for(lambda: drill.site.said("crash_point") > deaths, "the worker dies over the entries")

    def states(session: Session) -> tuple[set[str], int]:
        found = destruction.listed(session, sp, list_id)
        return {line.state for line in found.lines}, len(found.entries)

    assert journey.database.read(states, actor_scope(sp)) == ({"listed"}, 2), "nothing is half done"
    drill.restart()
    drill.wait_for(
        lambda: journey.database.read(states, actor_scope(sp)) == ({"destroyed"}, 0), "they are destroyed"
    )
    with journey.database.engine.connect() as connection:
        told = (
            connection.execute(select(audit.c.detail).where(audit.c.action == "crime:weed")).scalars().all()
        )
    assert [sorted(each["entries"]) for each in told] == [sorted(map(str, ids))], "recorded once"
