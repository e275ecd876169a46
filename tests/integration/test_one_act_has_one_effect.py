"""Eight officers send the same form at the same moment, over real HTTP to the real program: one act, one effect."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import TYPE_CHECKING, Any

from app.domain.ids import new_id
from app.domain.offices import UnitKind
from app.domain.roles import Role
from app.models.district import setup_queries
from app.models.scope import SystemReason, SystemScope
from app.models.tables.cases import answer, case, enquiry, requisition
from app.models.tables.officers import draft
from app.models.tables.workflow import clock_event, engine_state, event, step, timer, user_task
from app.services.store import queues, scopes
from tests.caller import Caller, demo_code
from tests.rows import DISTRICT

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Row

    from tests.caller import Answer
    from tests.drill import Drill

TOGETHER = 8
NAMES = ("अनीता", "बृजेश", "चंदन", "दिव्या", "एकता", "फिरोज", "गीता", "हरेंद्र")


def section_heads(drill: Drill) -> dict[str, UUID]:
    """Eight officers posted to one seat, for this test: name -> id."""
    desk = drill.journey().staff.holder(Role.DM_SECTION_HEAD).post
    found = {name: new_id(drill.now) for name in NAMES}

    def post_them(session: Any) -> None:
        account = {"password_hash": "x", "rank": "", "phone": "", "active": True, "version": 1}
        account |= {"language": "hi", "failures": 0}
        setup_queries.insert_officers(
            session,
            [
                {"id": id_, "username": str(id_), "name_hi": name, "name_en": name, **account}
                for name, id_ in found.items()
            ],
        )
        place = {"office_id": desk.office_id, "role": desk.role.value, "kind": "regular", "valid_to": None}
        setup_queries.insert_postings(
            session,
            [
                {"id": new_id(drill.now), "officer_id": id_, "valid_from": drill.now.date(), **place}
                for id_ in found.values()
            ],
        )

    drill.database.write(post_them, SystemScope(SystemReason.SETUP, DISTRICT))
    return found


def at_once(*acts: Any) -> list[Any]:
    """Do all of it at the same moment; the outcomes in order."""
    line = threading.Barrier(len(acts), timeout=30)

    def start(act: Any) -> Any:
        line.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(start, act) for act in acts]]


def test_eight_officers_send_one_task_and_one_of_them_has_sent_it(drill: Drill) -> None:
    number = drill.new_case()
    task = drill.journey().waiting(number)[0]
    form = drill.journey().form_of(task).values
    officers = {name: Caller(drill.site.url).enter(id_) for name, id_ in section_heads(drill).items()}
    for caller in officers.values():
        assert caller.get(f"/tasks/{task.id}").status == 200
    typed = {name: f"{name} ने लिखा: पहले पता पूरा कराएँ" for name in officers}

    def send(name: str) -> Answer:
        return officers[name].post(f"/tasks/{task.id}", {**form, "instruction": typed[name]})

    answers = dict(zip(officers, at_once(*(lambda each=name: send(each) for name in officers)), strict=True))
    winners = [name for name, each in answers.items() if each.status == 303]
    assert len(winners) == 1, {name: each.status for name, each in answers.items()}
    for name, each in answers.items():
        if name == winners[0]:
            continue
        assert each.status == 409, each.text[:500]
        assert winners[0] in unescape(each.text), "the winner is named"
        assert typed[name] in unescape(each.text), "what the loser typed is on the page"
    assert_done_once(drill, number, task, winners[0])


def assert_done_once(drill: Drill, number: str, task: Any, winner: str) -> None:
    done = drill.rows(user_task, number, user_task.c.id == task.id)[0]
    kept = drill.rows(answer, number, answer.c.user_task_id == task.id)
    assert [each.answered_by for each in kept] == [done.done_by]
    assert drill.journey().staff.officer(done.done_by).name_hi == winner
    moves = [(each.kind, each.element_id) for each in drill.rows(step, number)]
    assert moves.count(("completed", "scrutinise")) == 1
    assert moves.count(("opened", "route")) == 1
    assert drill.journey().steps(number) == ["route"]
    assert len(drill.rows(timer, number)) == 1
    assert len(drill.rows(event, number)) == 3, "the feed: opened; then sent on, and received"
    assert sorted(each.kind for each in drill.rows(clock_event, number)) == ["start", "start", "stop"]
    assert drill.rows(engine_state, number)[0].revision == drill.case(number).revision
    assert drill.database.write(queues.recount, scopes.recount(DISTRICT)) == [], "the counts are right"


def test_one_officer_in_eight_windows_sends_it_once(drill: Drill) -> None:
    number = drill.new_case(until="endorse_enquiry")
    task = drill.journey().waiting(number)[0]
    form = drill.journey().form_of(task).values
    windows = [drill.caller(Role.SHO, task.office_id) for _ in range(TOGETHER)]
    for window in windows:
        window.get(f"/tasks/{task.id}")
    answers = at_once(*(lambda each=window: each.post(f"/tasks/{task.id}", form) for window in windows))
    assert sorted(each.status for each in answers) == [303] + [409] * 7
    assert len(drill.rows(answer, number, answer.c.user_task_id == task.id)) == 1
    assert drill.journey().steps(number) in (["recommend"], ["review_findings"])  # by lot


def test_one_code_signs_once_in_however_many_windows(drill: Drill) -> None:
    number = drill.new_case(until="recommend")
    task = drill.journey().waiting(number)[0]
    form = drill.journey().form_of(task).values
    windows = [drill.caller(Role.SP) for _ in range(TOGETHER)]
    asked = []
    for window in windows:
        window.get(f"/tasks/{task.id}")
        asked.append(window.post(f"/tasks/{task.id}", form).location)
        page = window.get(asked[-1])
    code = demo_code(page)
    answers = at_once(
        *(
            lambda each=window, address=address: each.post(address, {"code": code})
            for window, address in zip(windows, asked, strict=True)
        )
    )
    lost = [each.status for each in answers if each.status != 303]
    assert len(lost) == TOGETHER - 1
    assert set(lost) <= {409, 422}, "the code was used, or the task is done"
    assert len(drill.rows(answer, number, answer.c.user_task_id == task.id)) == 1
    assert drill.journey().steps(number) == ["decide"]


def test_two_thanas_act_on_one_case_at_the_same_moment_and_both_succeed(drill: Drill) -> None:
    thanas = list(drill.journey().staff.offices(Role.SHO))[:2]
    number = drill.new_case(thanas, until="accept_enquiry")
    tasks = drill.journey().waiting(number)
    forms = [drill.journey().form_of(task).values for task in tasks]
    chiefs = [drill.caller(Role.SHO, task.office_id) for task in tasks]
    for chief, task in zip(chiefs, tasks, strict=True):
        chief.get(f"/tasks/{task.id}")
    answers = at_once(
        *(
            lambda chief=chief, task=task, form=form: chief.post(f"/tasks/{task.id}", form)
            for chief, task, form in zip(chiefs, tasks, forms, strict=True)
        )
    )
    assert [each.status for each in answers] == [303, 303], [each.text[:500] for each in answers]
    assert drill.journey().steps(number) == ["check_registers"] * 2 + ["visit"] * 2
    assert len(drill.rows(answer, number, answer.c.form == "accept_enquiry")) == 2
    enquiring = [each for each in drill.rows(enquiry, number) if each.unit_kind == UnitKind.THANA]
    assert [bool(each.officer_id) for each in enquiring] == [True, True], "each thana has named its officer"
    assert drill.database.write(queues.recount, scopes.recount(DISTRICT)) == []


# -- forms that begin something: there is no task yet that could be done -------------------------------------


def windows_on(drill: Drill, address: str, count: int = TOGETHER) -> list[Caller]:
    """The assistant's browser in so many windows, each with the page open."""
    windows = [drill.caller(Role.DM_ASSISTANT) for _ in range(count)]
    for window in windows:
        assert window.get(address).status == 200
    return windows


def mark_of(page: Answer) -> str:
    """What tells one filling of the form from another."""
    found = re.search(r'name="_sent_as" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def cases_of(drill: Drill, letter: UUID) -> list[Row[Any]]:
    return [each for each in drill.all_rows(case) if each.requisition_id == letter]


def assert_numbers_fit(drill: Drill) -> None:
    """Every case number was given to a case, and every case has its own key."""
    made = drill.all_rows(case)
    assert sorted(int(each.number[-5:]) for each in made) == list(range(1, len(made) + 1))
    assert len({each.data_key_id for each in made}) == len(made), "no key opens two cases"
    assert drill.database.write(queues.recount, scopes.recount(DISTRICT)) == []


def test_a_person_sent_eight_times_from_one_page_becomes_one_case(drill: Drill) -> None:
    letter = drill.new_letter(candidate_count=3)
    address = f"/requisitions/{letter}/new"
    windows = windows_on(drill, address)
    form = {**drill.journey().form_of_person(letter).values, "_sent_as": mark_of(windows[0].get(address))}
    answers = at_once(*(lambda each=window: each.post(address, form) for window in windows))
    assert [(each.status, each.location) for each in answers] == [(303, f"/requisitions/{letter}")] * TOGETHER
    made = cases_of(drill, letter)
    assert len(made) == 1
    assert drill.journey().steps(made[0].number) == ["scrutinise"]
    assert windows[0].post(address, form).status == 303, "pressed once more, after all that"
    assert len(cases_of(drill, letter)) == 1
    assert drill.all_rows(draft) == []
    assert_numbers_fit(drill)


def test_a_letter_sent_twice_from_one_page_is_entered_once(drill: Drill) -> None:
    first, second = windows_on(drill, "/requisitions/new", 2)
    day = drill.now.date()
    form = dict(
        drill.journey().form_of_letter(letter_date=day.isoformat(), received_date=day.isoformat()).values
    )
    form["_sent_as"] = mark_of(first.get("/requisitions/new"))
    before = len(drill.all_rows(requisition))
    answers = at_once(
        lambda: first.post("/requisitions/new", form), lambda: second.post("/requisitions/new", form)
    )
    answers.append(first.post("/requisitions/new", form))
    assert [each.status for each in answers] == [303] * 3
    assert len({each.location for each in answers}) == 1
    assert len(drill.all_rows(requisition)) == before + 1
    assert drill.all_rows(draft) == []


def test_eight_pages_of_one_draft_never_share_a_key(drill: Drill) -> None:
    """The officer has opened the form eight times and typed into it; each page may make its own case, or none."""
    letter = drill.new_letter(candidate_count=20)
    address = f"/requisitions/{letter}/new"
    windows = windows_on(drill, address)
    form = dict(drill.journey().form_of_person(letter).values)
    assert windows[0].post(address, {**form, "_op": "draft"}).status == 303
    marks = [mark_of(window.get(address)) for window in windows]
    assert len(set(marks)) == TOGETHER
    answers = at_once(
        *(
            lambda each=window, sent_as=mark: each.post(address, {**form, "_sent_as": sent_as})
            for window, mark in zip(windows, marks, strict=True)
        )
    )
    sent = [each.status for each in answers]
    assert set(sent) <= {303, 409}, sent
    assert 303 in sent
    assert len(cases_of(drill, letter)) == sent.count(303)
    for each in answers:
        if each.status == 409:
            assert "दूसरी विंडो से भेजा जा चुका है" in each.text
    assert_numbers_fit(drill)
