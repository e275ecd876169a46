"""Searches that found nothing are kept by the bureau and the special branch, and signed as a list by one code."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.crypto import KeyRing
from app.domain.errors import FormInvalid, NotAllowed
from app.domain.roles import Role
from app.formjs import Posted, as_posted
from app.models.tables.audit import audit
from app.services.access import stepup
from app.services.antecedents import crimebook, crimedesk, hits
from app.services.desk import signatures, tasks
from app.services.store.database import Database
from app.services.store.scopes import actor_scope
from tests.districts import KINDS, NOW
from tests.journey import Journey
from tests.office import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from sqlalchemy import Row

    from app.domain.roles import Actor
    from tests.office import Office

SEARCH, REPORT = "search_records", "write_special_report"
ENTRY: dict[str, Any] = {
    "fir_no": "112",
    "fir_year": 2021,
    "name": "Rahul Kr. Sharma",
    "father": "Vinay Sharma",
    "village": "Rampur Tola",
    "age": 23,
    "act": "ipc",
    "sections": "379/411",
    "role": "accused_named",
    "stage": "chargesheeted",
    "stage_ref": "आरोप पत्र 45/21 दिनांक 02-06-2021",
}


class Searching:
    """The bureau and the special branch at their searches; every test brings its own cases."""

    def __init__(self, journey: Journey) -> None:
        self.journey, self.database = journey, journey.database
        self.bureau: Actor = journey.staff.holder(Role.DCRB)
        self.branch: Actor = journey.staff.holder(Role.SPECIAL_BRANCH)

    def comes(self, count: int = 1) -> list[str]:
        """Cases that both have to search for."""
        numbers = [self.journey.new_case(purpose="bihar_police") for _ in range(count)]
        for number in numbers:
            self.journey.go_on(number, "accept_enquiry", SEARCH, REPORT)
        return numbers

    def task(self, number: str, step: str = SEARCH) -> Row[Any]:
        return next(each for each in self.journey.waiting(number) if each.element_id == step)

    def keep(self, number: str, step: str = SEARCH, actor: Actor | None = None, **changes: Any) -> tasks.Kept:
        task = self.task(number, step)
        posted = self.journey.form_of(task, **changes)
        doer = actor or self.journey.actor_of(task)
        return tasks.keep_to_sign(self.database, doer, task.id, posted, [], self.journey.now)

    def waiting(self, actor: Actor) -> signatures.Waiting:
        return signatures.waiting(self.database, actor, self.journey.now)

    def ready(self, actor: Actor) -> set[str]:
        return {line.case_number for line in self.waiting(actor).clean}

    def ask(self, actor: Actor, *chosen: UUID) -> stepup.StepUp:
        asked = signatures.ask(self.database, actor, set(chosen), self.journey.now)
        return self.database.read(
            lambda session: stepup.see(session, actor, asked, self.journey.now), actor_scope(actor)
        )

    def ask_for(self, *numbers: str) -> stepup.StepUp:
        return self.ask(self.bureau, *(self.task(number).id for number in numbers))

    def sign(self, wanted: stepup.StepUp, actor: Actor | None = None) -> dict[str, str]:
        """Prove the list and sign it; -> what became of each case."""
        actor = actor or self.bureau
        self.journey.confirm(actor, wanted.id)
        signatures.sign(self.database, actor, wanted, self.journey.now)
        found = self.database.read(
            lambda session: signatures.outcomes(session, actor, wanted.id), actor_scope(actor)
        )
        return {each.case_number: each.state for each in found}

    def case_found(self) -> dict[str, Any]:
        """A criminal case as the bureau writes it into its search."""
        thana = str(next(iter(self.journey.staff.offices(Role.SHO).values())))
        told = {
            name: ENTRY[name]
            for name in ("fir_no", "fir_year", "act", "sections", "role", "stage", "stage_ref")
        }
        return {**told, "district": "218", "thana": thana, "identity_basis": "father_village"}

    def say_it_is_him(self, number: str) -> None:
        """The bureau takes an entry of the crime register for the person of this case."""
        thana = str(next(iter(self.journey.staff.offices(Role.SHO).values())))
        posted = Posted(as_posted(crimebook.form(), {"thana": thana, **ENTRY}))
        said = {"verdict": "same", "basis": "father_village", "reason": "केस डायरी में पिता, ग्राम वही"}
        now, task = self.journey.now, self.task(number)
        put = self.database.write(
            lambda session: crimedesk.enter(session, self.bureau, posted, now), actor_scope(self.bureau)
        )
        self.database.write(
            lambda session: hits.decide(session, self.bureau, task.id, put.id, said, now),
            actor_scope(self.bureau),
        )


@pytest.fixture(scope="module", params=KINDS)
def searching(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Searching]:
    folder = tmp_path_factory.mktemp("searching")
    if request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
        url = server.new_database(request.getfixturevalue("demo_postgres"))
    else:
        (folder / "demo.db").write_bytes(request.getfixturevalue("demo_sqlite").read_bytes())
        url = f"sqlite:///{folder / 'demo.db'}"
    made = Database(url, KeyRing.for_tests(), folder / "documents", clock_is_free=True)
    yield Searching(Journey(made, NOW))
    made.close()


def test_searches_that_were_kept_are_sent_by_one_code_just_as_they_were_filled_in(
    searching: Searching,
) -> None:
    by_list, at_once, by_hand = searching.comes(3)
    searching.keep(by_list)
    searching.keep(at_once, all_clear=True, cctns_searched=None, result=None)
    task = searching.task(by_hand)
    searching.journey.finish(task, searching.journey.form_of(task))
    assert SEARCH in searching.journey.steps(by_list), "nothing is sent before it is signed"
    assert searching.sign(searching.ask_for(by_list, at_once)) == {by_list: "done", at_once: "done"}
    for number in (by_list, at_once):
        assert searching.journey.steps(number) == searching.journey.steps(by_hand)
    assert not {by_list, at_once} & searching.ready(searching.bureau)


def test_each_signature_of_the_list_names_its_code_in_the_record_of_its_case(searching: Searching) -> None:
    numbers = searching.comes(2)
    for number in numbers:
        searching.keep(number)
    wanted = searching.ask_for(*numbers)
    assert len({each.digest for each in wanted.items}) == len(numbers), "each stands there with its own hash"
    searching.sign(wanted)
    with searching.database.engine.connect() as connection:
        rows = [
            row for row in connection.execute(select(audit)) if row.detail.get("step_up") == str(wanted.id)
        ]
    assert [row.action for row in rows] == ["task:complete", "task:complete"]
    assert len({row.stream for row in rows}) == len(numbers)


def test_the_special_branch_signs_its_own_that_have_nothing_adverse(searching: Searching) -> None:
    [number] = searching.comes()
    searching.keep(number, REPORT)
    [group] = [each for each in searching.waiting(searching.branch).groups if each.key == REPORT]
    assert number in {line.case_number for line in group.lines}, "by its step, whatever letter it came with"
    assert number not in searching.ready(searching.bureau), "what an officer keeps is his own"
    wanted = searching.ask(searching.branch, searching.task(number, REPORT).id)
    assert searching.sign(wanted, searching.branch) == {number: "done"}
    assert REPORT not in searching.journey.steps(number)


def test_a_search_with_something_to_tell_is_signed_by_itself(searching: Searching) -> None:
    [number] = searching.comes()
    telling: dict[str, list[dict[str, Any]]] = {
        SEARCH: [
            {"court_searched": "not_checked", "remarks": "न्यायालय बंद था"},
            {"cctns_searched": "false", "remarks": "सर्वर बंद था"},
            {"result": "record_found", "cases": [searching.case_found()]},
        ],
        REPORT: [
            {"sb_note": "सूचना की पुष्टि नहीं हो सकी।"},
            {"sb_result": "adverse", "sb_note": "सावधानी आवश्यक है।"},
        ],
    }
    for step, answers in telling.items():
        task = searching.task(number, step)
        actor = searching.journey.actor_of(task)
        for changes in answers:
            with pytest.raises(FormInvalid) as refused:
                searching.keep(number, step, **changes)
            told = [each.key for each in refused.value.problems.values()]
            assert told == ["signatures.problem.alone"], changes
            assert number not in searching.ready(actor)
            with pytest.raises(signatures.NothingChosen):
                searching.ask(actor, task.id)
        name, typed = next(iter(changes.items()))
        assert searching.journey.page_of(task).values[name] == typed, "what was typed is kept"
        searching.journey.finish(task, searching.journey.form_of(task, **changes))
        assert step not in searching.journey.steps(number)


def test_a_search_that_is_not_filled_in_to_the_end_is_not_kept_for_the_list(searching: Searching) -> None:
    [number] = searching.comes()
    with pytest.raises(FormInvalid) as refused:
        searching.keep(number, sign=False, search_names=[])
    assert set(refused.value.problems) == {"sign", "search_names"}
    assert number not in searching.ready(searching.bureau)


def test_a_draft_that_was_only_kept_is_not_taken_for_a_report(searching: Searching) -> None:
    [number] = searching.comes()
    task = searching.task(number)
    posted = replace(searching.journey.form_of(task, action=None), op="draft")
    tasks.save_draft(searching.database, searching.bureau, task.id, posted, [], searching.journey.now)
    assert number not in searching.ready(searching.bureau)


def test_what_was_written_on_after_it_was_shown_is_left_and_told(searching: Searching) -> None:
    stays, goes = searching.comes(2)
    for number in (stays, goes):
        searching.keep(number)
    wanted = searching.ask_for(stays, goes)
    searching.keep(stays, remarks="दो वर्तनी से देखा")
    assert searching.sign(wanted) == {stays: "open", goes: "done"}
    assert SEARCH in searching.journey.steps(stays)
    assert stays in searching.ready(searching.bureau), "as he has it now he may sign it anew"


def test_a_search_against_which_the_crime_register_speaks_leaves_the_list(searching: Searching) -> None:
    [number] = searching.comes()
    searching.keep(number)
    wanted = searching.ask_for(number)
    searching.say_it_is_him(number)
    assert searching.sign(wanted) == {number: "open"}
    [line] = [each for each in searching.waiting(searching.bureau).exceptions if each.case_number == number]
    assert line.reasons == ("register",)
    with pytest.raises(FormInvalid):
        searching.keep(number)


def test_nothing_is_sent_without_the_code_and_nobody_else_keeps_a_search(searching: Searching) -> None:
    [number] = searching.comes()
    searching.keep(number)
    wanted = searching.ask_for(number)
    with pytest.raises(stepup.StepUpOver):
        signatures.sign(searching.database, searching.bureau, wanted, searching.journey.now)
    assert SEARCH in searching.journey.steps(number)
    reader = searching.journey.staff.holder(Role.SP_READER)
    with pytest.raises(NotAllowed):
        searching.keep(number, actor=reader)


def test_the_pages_need_no_script_and_lead_from_one_search_to_the_next(office: Office) -> None:
    searching = Searching(office.journey)
    first, second = searching.comes(2)
    browser = office.at(Role.DCRB)
    task = office.task(first, SEARCH)
    assert "रखें, बाद में हस्ताक्षर" in text_of(browser.get(f"/tasks/{task.id}"))
    left_out = {"cctns_searched": "false", "remarks": "सर्वर बंद था"}
    refused = browser.post(f"/tasks/{task.id}", office.answers(task, **left_out) | {"_op": "to_sign"})
    assert refused.status_code == 422
    assert "यह खोज सूची में हस्ताक्षरित नहीं होती" in text_of(refused)
    kept = browser.post(f"/tasks/{task.id}", office.answers(task) | {"_op": "to_sign"})
    other = office.task(second, SEARCH)
    assert kept.headers["Location"] == f"/tasks/{other.id}"
    assert f"{first}: खोज रखी गई" in text_of(browser.get(kept.headers["Location"]))
    browser.post(f"/tasks/{other.id}", office.answers(other) | {"_op": "to_sign"})
    page = text_of(browser.get("/signatures"))
    assert " checked" not in page, "nothing is ticked in advance"
    assert "हस्ताक्षर के लिए तैयार खोजें (2)" in page
    asked = browser.post("/signatures", {"task": [str(task.id), str(other.id)]})
    listed = text_of(browser.get(asked.headers["Location"]))
    assert all(number in listed for number in (first, second))
    done = browser.confirm(asked)
    assert "2 में से 2 पर हस्ताक्षर हुए" in text_of(browser.get(done.headers["Location"]))
    assert not {SEARCH} & {*office.journey.steps(first), *office.journey.steps(second)}
