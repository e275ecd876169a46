"""Today's signatures: clean cases are signed as a list by one code, the others wait to be opened one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.domain.errors import NotFound
from app.domain.roles import Role
from app.models.casefile import case_queries as cases
from app.models.tables.audit import audit
from app.services.access import stepup
from app.services.casefile.facts import CaseFacts
from app.services.desk import signatures, tasks
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session


class Evening:
    """The DM at the end of the day, with a few decisions on his desk."""

    def __init__(self, office: Office) -> None:
        self.office, self.journey = office, office.journey
        self.dm: Actor = self.journey.staff.holder(Role.DM)

    def waits(self, count: int = 1, until: str = "decide") -> list[str]:
        """So many clean cases of one letter, brought before the DM (or another)."""
        letter = self.journey.register(candidate_count=count)
        numbers = [self.journey.add(letter, name_hi=f"रमेश {'क' * (place + 1)}") for place in range(count)]
        for number in numbers:
            self.journey.go_on(number, until=until)
        return numbers

    def task(self, number: str):
        return self.office.task(number)

    def waiting(self, actor: Actor | None = None) -> signatures.Waiting:
        return signatures.waiting(self.office.database, actor or self.dm, self.journey.now)

    def reasons(self, number: str) -> tuple[str, ...]:
        [line] = [each for each in self.waiting().exceptions if each.case_number == number]
        return line.reasons

    def ask(self, *numbers: str) -> UUID:
        chosen = {self.task(number).id for number in numbers}
        return signatures.ask(self.office.database, self.dm, chosen, self.journey.now)

    def see(self, asked: UUID) -> stepup.StepUp:
        return self.office.database.read(
            lambda session: stepup.see(session, self.dm, asked, self.journey.now), actor_scope(self.dm)
        )

    def sign(self, asked: UUID) -> dict[str, str]:
        """Prove the list and sign it; -> what became of each case."""
        self.journey.confirm(self.dm, asked)
        signatures.sign(self.office.database, self.dm, self.see(asked), self.journey.now)
        return self.outcomes(asked)

    def outcomes(self, asked: UUID) -> dict[str, str]:
        found = self.office.database.read(
            lambda session: signatures.outcomes(session, self.dm, asked), actor_scope(self.dm)
        )
        return {each.case_number: each.state for each in found}

    def decision(self, number: str) -> dict[str, Any]:
        def read(session: Session) -> dict[str, Any]:
            case = cases.find_number(session, number)
            return CaseFacts(session, case, self.journey.now).answer("decide")

        return self.office.database.read(read, actor_scope(self.dm))

    def finish(self, number: str, **changes) -> None:
        task = self.task(number)
        self.journey.finish(task, self.journey.form_of(task, **changes), self.dm)


@pytest.fixture(scope="module")
def evening(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    folder = tmp_path_factory.mktemp("evening")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    office = Office(folder, NOW)
    yield Evening(office)
    office.database.close()


def test_clean_cases_of_a_letter_are_signed_by_one_code(evening: Evening) -> None:
    numbers = evening.waits(2)
    found = [group for group in evening.waiting().groups if group.lines[0].case_number in numbers]
    assert [line.case_number for group in found for line in group.lines] == numbers
    asked = evening.ask(*numbers)
    assert evening.sign(asked) == dict.fromkeys(numbers, "done")
    assert not set(numbers) & {line.case_number for line in evening.waiting().clean}
    evening.journey.work()
    assert [evening.journey.steps(number) for number in numbers] == [["dispatch"], ["dispatch"]]


def test_what_is_signed_is_what_the_form_would_have_sent(evening: Evening) -> None:
    by_list, by_hand = evening.waits(2)
    task = evening.task(by_hand)
    with pytest.raises(stepup.StepUpNeeded) as needed:
        tasks.complete(
            evening.office.database,
            evening.dm,
            task.id,
            evening.journey.form_of(task),
            [],
            evening.journey.now,
        )
    assert evening.reasons(by_hand) == ("begun",)
    [alone] = evening.see(needed.value.step_up_id).items
    sheet_of_list = evening.ask(by_list)
    [listed] = evening.see(sheet_of_list).items
    assert alone.id == task.id
    assert listed.id == evening.task(by_list).id
    assert evening.sign(sheet_of_list) == {by_list: "done"}
    evening.journey.confirm(evening.dm, needed.value.step_up_id)
    tasks.sign(evening.office.database, evening.dm, task.id, needed.value.step_up_id, evening.journey.now)
    assert evening.decision(by_list) == evening.decision(by_hand)


def test_each_signature_of_a_list_names_the_code_in_the_record(evening: Evening) -> None:
    numbers = evening.waits(2)
    asked = evening.ask(*numbers)
    evening.sign(asked)
    with evening.office.database.engine.connect() as connection:
        rows = [row for row in connection.execute(select(audit)) if row.detail.get("step_up") == str(asked)]
    assert [row.action for row in rows] == ["task:complete", "task:complete"]
    assert len({row.stream for row in rows}) == 2


def test_a_list_is_signed_once(evening: Evening) -> None:
    [number] = evening.waits()
    asked = evening.ask(number)
    wanted = evening.see(asked)
    evening.sign(asked)
    with pytest.raises(stepup.StepUpOver):
        signatures.sign(evening.office.database, evening.dm, wanted, evening.journey.now)
    assert evening.outcomes(asked) == {number: "done"}


def test_nothing_is_signed_without_the_code(evening: Evening) -> None:
    [number] = evening.waits()
    asked = evening.ask(number)
    with pytest.raises(stepup.StepUpOver):
        signatures.sign(evening.office.database, evening.dm, evening.see(asked), evening.journey.now)
    with pytest.raises(NotFound):
        evening.outcomes(asked)
    assert evening.journey.steps(number) == ["decide"]


def test_what_changed_after_it_was_shown_is_left_and_told_and_the_rest_is_signed(evening: Evening) -> None:
    stays, goes, other = evening.waits(3)
    asked = evening.ask(stays, goes, other)
    begun = evening.task(stays)
    posted = evening.journey.form_of(begun, lang="both")
    tasks.save_draft(evening.office.database, evening.dm, begun.id, posted, [], evening.journey.now)
    evening.finish(other)
    assert evening.sign(asked) == {stays: "open", goes: "done", other: "done"}
    assert evening.journey.steps(stays) == ["decide"]


def test_a_case_that_is_done_meanwhile_is_told_with_who_did_it(evening: Evening) -> None:
    [number] = evening.waits()
    asked = evening.ask(number)
    task = evening.task(number)
    adm = evening.journey.staff.holder(Role.ADM)
    [by_order] = [post for post in adm.posts if post.kind == "delegate"]
    adm = replace(adm, post=by_order)
    assert number in {line.case_number for line in evening.waiting(adm).clean}
    evening.journey.finish(task, evening.journey.form_of(task), adm)
    assert evening.sign(asked) == {number: "other"}


def test_a_case_with_facts_stands_apart_and_cannot_be_slipped_into_the_list(evening: Evening) -> None:
    number = evening.journey.new_case()
    evening.journey.go_on(number, until="recommend")
    evening.journey.do(number, "recommend", sp_outcome="attention", sp_reason="अभिलेखों का पुनः मिलान अपेक्षित है।")
    evening.journey.work()
    assert evening.reasons(number) == ("recommended",)
    with pytest.raises(signatures.NothingChosen):
        evening.ask(number)
    with evening.office.database.engine.connect() as connection:
        seen = [row for row in connection.execute(select(audit)) if row.detail.get("page") == signatures.PAGE]
    assert f"case:{evening.task(number).case_id}" in {row.object for row in seen}


def test_a_case_of_which_a_unit_told_stands_apart_though_it_counts_for_nothing(evening: Evening) -> None:
    journey = evening.journey
    told = {
        "fir_no": "39",
        "fir_year": 2015,
        "fir_date": "2015-02-11",
        "offence_date": "2015-02-10",
        "district": "218",
        "thana": str(journey.staff.offices(Role.SHO)["th_mufassil"]),
        "act": "ipc",
        "sections": "323, 504",
        "role": "accused_named",
        "stage": "compounded",
        "identity_basis": "father_village",
    }
    number = journey.add(journey.register(), dob="1999-06-15")
    journey.go_on(number, "check_registers", "search_records")
    journey.do(number, "check_registers", all_clear=False, chk_fir_index="found", cases=[told])
    journey.go_on(number, until="decide")
    assert evening.reasons(number) == ("record",)


def test_the_sp_signs_his_recommendations_as_a_list(evening: Evening) -> None:
    [number] = evening.waits(until="recommend")
    sp = evening.journey.staff.holder(Role.SP)
    here = [line for line in evening.waiting(sp).clean if line.case_number == number]
    assert [line.element_id for line in here] == ["recommend"]
    asked = signatures.ask(evening.office.database, sp, {here[0].task_id}, evening.journey.now)
    evening.journey.confirm(sp, asked)
    wanted = evening.office.database.read(
        lambda session: stepup.see(session, sp, asked, evening.journey.now), actor_scope(sp)
    )
    signatures.sign(evening.office.database, sp, wanted, evening.journey.now)
    assert evening.journey.steps(number) == ["decide"]


def test_the_pages_need_no_script_and_choose_nothing_by_themselves(evening: Evening) -> None:
    first, second = evening.waits(2)
    browser = evening.office.at(Role.DM)
    page = text_of(browser.get("/signatures"))
    assert first in page
    assert " checked" not in page
    assert text_of(browser.get("/signatures?choose=all")).count(" checked") == len(evening.waiting().clean)
    nothing = browser.post("/signatures", {})
    assert nothing.status_code == 422
    assert "कोई प्रकरण नहीं चुना गया" in text_of(nothing)
    tasks_of = {str(evening.task(first).id), str(evening.task(second).id)}
    answer = browser.post("/signatures", {"task": [*tasks_of, "nonsense"]})
    shown = text_of(browser.get(answer.headers["Location"]))
    assert first in shown
    assert second in shown
    assert "निर्गत करें" in shown
    done = browser.confirm(answer)
    assert done.headers["Location"].startswith("/signatures/")
    assert "2 में से 2 पर हस्ताक्षर हुए" in text_of(browser.get(done.headers["Location"]))


def test_another_officer_sees_nothing_of_the_list(evening: Evening) -> None:
    [number] = evening.waits()
    asked = evening.ask(number)
    evening.sign(asked)
    assert evening.office.at(Role.SP).get(f"/signatures/{asked}").status_code == 404
    assert evening.office.at(Role.SHO).get("/signatures").status_code == 403
