"""A letter between two districts of one installation is a task there, and its answer comes back by itself."""

from __future__ import annotations

import os
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from app.domain.errors import NotAllowed, NotFound
from app.domain.roles import Role
from app.models.intake import neighbours as table
from app.models.scope import CaseScope
from app.models.tables.audit import audit
from app.models.tables.cases import answer, case, data_key, document, enquiry
from app.models.tables.clocks import reminder
from app.models.tables.workflow import notification
from app.services.casework import cases
from app.services.desk import reasking
from app.services.district import neighbourhood
from app.services.intake import errands, lettermarking, neighbourdesk
from app.services.workflow import reminders
from tests import neighbours, outgoing
from tests.districts import NOW
from tests.journey import CANDIDATE
from tests.neighbours import STAY, WHERE, Pair
from tests.two_districts import BUXAR, SARAN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Row


@pytest.fixture(scope="module")
def plain(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    made = neighbours.on_sqlite(demo_sqlite, tmp_path_factory.mktemp("plain"), NOW)
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def walled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    server, demo = (request.getfixturevalue(name) for name in ("postgres_server", "demo_postgres"))
    made = neighbours.on_postgres(server, demo, tmp_path_factory.mktemp("walled"), NOW)
    yield made
    made.database.close()


@pytest.fixture(params=["plain", pytest.param("walled", marks=pytest.mark.postgres)])
def both(request: pytest.FixtureRequest) -> Pair:
    """Saran and Buxar on SQLite, and on PostgreSQL as its servers reach it."""
    found: Pair = request.getfixturevalue(request.param)
    return found


def test_the_letter_becomes_a_case_there_and_its_report_the_answer_here(both: Pair) -> None:
    number = both.ask()
    received = both.received(number)
    assert received is not None
    assert (both.letter(number).state, received.state) == ("sent", "waiting")
    theirs = both.accept(number)
    assert theirs.startswith("BUX/")
    assert both.buxar.steps(theirs) == ["route"], "what an SP asks is not scrutinised by the DM's office"
    assert (both.letter(number).state, both.letter(number).their_number) == ("sent", theirs)
    both.buxar.go_on(theirs)
    assert both.case(theirs).status == "issued"
    assert both.letter(number).state == "answered"
    assert both.saran.steps(number) != ["record_reply"], "nobody had to enter anything"
    own = both.case(number)
    scans = [row for row in both.rows(document, SARAN) if row.case_id == own.id and row.field == "od_scan"]
    [theirs_of] = [
        row
        for row in both.rows(document, BUXAR)
        if row.field == "issued_paper" and row.case_id == both.case(theirs).id
    ]
    assert [row.sha256 for row in scans] == [theirs_of.sha256]
    assert scans[0].data_key_id == own.data_key_id != theirs_of.data_key_id
    [reply] = [
        row for row in both.rows(answer, SARAN) if row.case_id == own.id and row.form == "record_reply"
    ]
    assert reply.answered_by is None
    both.saran.go_on(number)
    assert both.case(number).status == "issued"


def test_a_worker_that_dies_with_a_letter_half_carried_leaves_one_letter(both: Pair) -> None:
    known = {row.id for row in both.rows(table.ask, SARAN)}
    both.database.close()
    pid = os.fork()
    if pid == 0:
        os.environ["ESP_CRASH_AT"] = "letter_received"
        both.ask()
        os._exit(0)
    _, how = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(how) == 137, "it died once the letter lay there"
    [letter] = [row for row in both.rows(table.ask, SARAN) if row.id not in known]
    assert (letter.state, both.request(letter.id).state) == ("waiting", "waiting")
    both.saran.work()
    [letter] = [row for row in both.rows(table.ask, SARAN) if row.id not in known]
    assert letter.state == "sent"
    crossed = [row.detail["state"] for row in both.rows(audit, BUXAR) if row.object == f"letter:{letter.id}"]
    assert crossed == ["received"]


def test_what_crosses_is_what_the_letter_says(both: Pair) -> None:
    number = both.ask(mobile="9431000001", epic_no="ABC1234567")
    row = both.received(number)
    assert row is not None
    found = neighbourdesk.see(both.database, both.reader, row.id, NOW).letter
    [task] = both.saran.waiting(number)
    assert found.due == task.due_on, "the day of the step that waits for the answer"
    assert found.person["name_hi"] == CANDIDATE["name_hi"]
    assert [place["village"] for place in found.places] == [STAY["village"]]
    told = str(asdict(found))
    assert not [each for each in ("9431000001", "ABC1234567", CANDIDATE["perm_village"]) if each in told]


def test_the_other_district_reads_nothing_of_the_case_that_asks(both: Pair) -> None:
    number = both.ask()
    asking, letter = both.case(number), both.letter(number)
    for each in (table.ask, case, enquiry, document):
        assert asking.id not in {row.id for row in both.visible_to(both.reader, each)}
        assert not {row.district_id for row in both.visible_to(both.reader, each)} & {SARAN}
    assert letter.id not in {
        row.id for row in both.visible_to(both.saran.staff.holder(Role.SP), table.request)
    }
    with pytest.raises(NotFound):
        neighbourdesk.see(both.database, both.saran.staff.holder(Role.SP_READER), letter.id, NOW)
    with pytest.raises(NotAllowed):
        neighbourdesk.accept(both.database, both.buxar.staff.holder(Role.DM), letter.id, NOW)


def test_an_errand_done_twice_changes_nothing(both: Pair) -> None:
    number = both.ask()
    letter = both.letter(number)
    theirs = both.accept(number)
    both.buxar.go_on(theirs)
    both.saran.work()
    before = both.count(number, theirs)
    both.do_again(letter.id)
    assert both.count(number, theirs) == before
    assert both.letter(number).state == "answered"


def test_an_answer_of_a_district_that_was_never_asked_is_refused(both: Pair) -> None:
    """Forged: an errand of a third district, and one of the right district about a letter to another."""
    number = both.ask()
    letter = both.letter(number)
    with capture_logs() as logs:
        for liar, what in ((BUXAR, "answer"), (BUXAR, "accepted"), (222, "answer"), (222, "returned")):
            both.forge(liar, letter.id, what)
        both.saran.work()
    assert [each["event"] for each in logs].count("errand_failed") == 4
    assert both.letter(number).state == "sent"
    assert both.saran.steps(number) == ["record_reply"]
    both.drop_errands()


def test_a_letter_that_is_not_theirs_is_asked_again_elsewhere(plain: Pair) -> None:
    number = plain.ask()
    first = plain.letter(number)
    plain.give_back(number)
    assert plain.letter(number).state == "returned"
    [task] = plain.saran.waiting(number)
    asked = plain.saran.page_of(task).elsewhere.asked
    assert [(each.state, each.told) for each in asked] == [("returned", WHERE)]
    assert not [
        row
        for row in plain.rows(data_key, BUXAR)
        if row.id == plain.request(first.id).data_key_id and row.wrapped
    ]
    reader = plain.saran.staff.holder(Role.SP_READER)
    with pytest.raises(reasking.DistrictMissing):
        reasking.ask_again(plain.database, reader, task.id, str(SARAN), NOW)
    reasking.ask_again(
        plain.database, reader, task.id, "222", NOW
    )  # a district that is not in the installation
    plain.saran.work()
    assert [row.state for row in plain.letters(number)] == ["returned", "paper"]
    lines = [line for line in outgoing.listed(plain.saran).values() if line.cells[outgoing.CASE] == number]
    assert [line.cells[outgoing.WHAT] for line in lines].count("other_district") == 2, (
        "the first, and the second"
    )
    reasking.ask_again(plain.database, reader, task.id, str(BUXAR), NOW)
    plain.saran.work()
    assert plain.letter(number).state == "sent"
    theirs = plain.accept(number)
    plain.buxar.go_on(theirs)
    assert plain.letter(number).state == "answered"


def test_a_case_that_is_withdrawn_recalls_its_letter(both: Pair) -> None:
    waiting, accepted = both.ask(), both.ask()
    theirs = both.accept(accepted)
    for number in (waiting, accepted):
        cases.withdraw(
            both.database, both.saran.staff.holder(Role.DM), number, {"reason": "विभाग का पत्र"}, NOW
        )
    both.saran.work()
    assert {both.letter(number).state for number in (waiting, accepted)} == {"recalled"}
    assert both.case(theirs).status == "withdrawn"
    assert both.buxar.waiting(theirs) == []
    with pytest.raises(neighbourdesk.Settled):
        neighbourdesk.accept(both.database, both.reader, both.letter(waiting).id, NOW)


def test_an_answer_that_comes_after_the_officer_went_on_is_kept_as_late(plain: Pair) -> None:
    number = plain.ask()
    theirs = plain.accept(number)
    reason = {"od_state": "not_received", "no_reply_reason": "तीन स्मार पत्रों के बाद भी उत्तर नहीं मिला।"}
    plain.saran.do(number, "record_reply", **reason)
    plain.saran.go_on(number)
    plain.buxar.go_on(theirs)
    assert plain.letter(number).state == "late"
    own = plain.case(number)
    assert own.status == "issued"
    assert [row.field for row in plain.rows(document, SARAN) if row.id == plain.letter(number).id] == [
        "od_scan"
    ]


LATE = NOW + timedelta(days=40)


def remind(pair: Pair, number: str) -> Row[Any]:
    """Let the days of the step run out that waits for the answer; -> the reminder that was written of it."""
    own = pair.case(number)
    pair.database.write(lambda session: reminders.of_case(session, own.id, LATE), CaseScope(SARAN, own.id))
    [row] = [row for row in pair.rows(reminder, SARAN) if row.case_id == own.id]
    return row


def test_a_reminder_is_a_notice_there_and_no_letter_goes(both: Pair) -> None:
    number = both.ask()
    written = remind(both, number)
    errands.go_on(both.database, LATE + timedelta(seconds=1))
    row = both.received(number)
    assert row is not None
    assert (row.reminders, row.reminded_at) == (1, LATE)
    assert (written.memo_number, written.to_place) == (None, None)


def test_whose_letter_went_on_paper_is_reminded_by_a_letter_of_the_office_that_waits(both: Pair) -> None:
    with both.relieved(BUXAR):
        number = both.ask()
    written = remind(both, number)
    assert str(written.memo_number).startswith("SP-")
    assert written.to_place == str(BUXAR)
    errands.go_on(both.database, LATE + timedelta(seconds=1))
    assert both.received(number) is None
    told = [row.role for row in both.rows(notification, SARAN) if row.case_id == both.case(number).id]
    assert "sp_reader" in told, "his own office is told that the answer is overdue"


def test_of_a_letter_that_was_returned_the_office_itself_is_reminded(plain: Pair) -> None:
    number = plain.ask()
    plain.give_back(number)
    written = remind(plain, number)
    assert str(written.memo_number).startswith("DM-"), "to ask elsewhere is for the SP's office"
    assert written.to_place is None


def test_where_nobody_is_posted_the_letter_goes_on_paper(plain: Pair) -> None:
    """Buxar's SP and his reader are relieved for the time of the test."""
    with plain.relieved(BUXAR):
        [way] = neighbourhood.ways(plain.database, [{"district": str(BUXAR)}], NOW).values()
        number = plain.ask()
    assert way.reason == "no_officers"
    assert (plain.letter(number).state, plain.letter(number).reason) == ("paper", "no_officers")
    assert plain.received(number) is None
    [task] = plain.saran.waiting(number)
    assert plain.saran.page_of(task).elsewhere.may_ask_again
    reader = plain.saran.staff.holder(Role.SP_READER)
    reasking.ask_again(plain.database, reader, task.id, str(BUXAR), NOW)
    plain.saran.work()
    assert plain.letter(number).state == "sent"
    letters = [{"district": str(BUXAR)}, {"district": "222"}, {"district_other": "कोडरमा"}]
    ways = neighbourhood.ways(plain.database, letters, NOW)
    assert [each.reason for each in ways.values()] == ["", "no_district", "no_district"]


def test_whoever_marks_a_whole_letter_sees_of_each_case_which_way_its_letter_goes(plain: Pair) -> None:
    letter = plain.saran.register(candidate_count=2)
    away, at_home = plain.saran.add(letter, stays=[STAY]), plain.saran.add(letter)
    for number in (away, at_home):
        plain.saran.go_on(number, until="route")
    reader = plain.saran.staff.holder(Role.SP_READER)

    def ways() -> dict[str, list[tuple[int, str]]]:
        found = lettermarking.waiting(plain.database, reader, letter, NOW).found
        return {one.case_number: [(way.district, way.reason) for way in one.ways] for one in found.ready}

    assert ways() == {away: [(BUXAR, "")], at_home: []}
    with plain.relieved(BUXAR):
        assert ways() == {away: [(BUXAR, "no_officers")], at_home: []}


def test_both_chains_tell_it(plain: Pair) -> None:
    number = plain.ask()
    theirs = plain.accept(number)
    plain.buxar.go_on(theirs)
    letter = plain.letter(number)
    told = {
        code: [row.detail["state"] for row in plain.rows(audit, code) if row.object == f"letter:{letter.id}"]
        for code in (SARAN, BUXAR)
    }
    assert told == {SARAN: ["sent", "sent", "answered"], BUXAR: ["received", "accepted", "answered"]}
