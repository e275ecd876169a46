"""The crime register: each accused once, found in either script with the reasons, decided by an officer alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app import create_app
from app.config import Settings
from app.domain.errors import FormInvalid, NotAllowed, NotFound
from app.domain.ids import new_id
from app.domain.roles import Role
from app.formjs import Posted, as_posted
from app.models.antecedents.crimes import accused, accused_key, fir
from app.models.tables.audit import audit
from app.services.antecedents import crimebook, crimedesk, crimesearch, hits
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.journey import CANDIDATE
from tests.visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path

    from app.domain.roles import Actor
    from app.services.antecedents.crimesearch import Found
    from tests.journey import Journey

ENTRY: dict[str, Any] = {
    "fir_no": "112",
    "fir_year": 2021,
    "name": "Rahul Kr. Sharma",
    "alias": "गोलू",
    "father": "Binay Sharma",
    "village": "Rampur Tola",
    "age": 23,
    "act": "ipc",
    "sections": "379/411",
    "role": "accused_named",
    "stage": "chargesheeted",
    "stage_ref": "आरोप पत्र 45/21 दिनांक 02-06-2021",
}


def enter(journey: Journey, **changes: Any) -> crimebook.Put:
    actor = journey.staff.holder(Role.DCRB)
    thana = str(next(iter(journey.staff.offices(Role.SHO).values())))
    posted = Posted(as_posted(crimebook.form(), {"thana": thana, **ENTRY, **changes}))
    return journey.database.write(
        lambda session: crimedesk.enter(session, actor, posted, journey.now), actor_scope(actor)
    )


def search(journey: Journey, role: Role = Role.DCRB, **typed: str) -> Found:
    actor = journey.staff.holder(role)
    return journey.database.write(
        lambda session: crimesearch.search(session, actor, typed, journey.now), actor_scope(actor)
    )


def acts(journey: Journey, action: str) -> list[Any]:
    with journey.database.engine.connect() as connection:
        return list(connection.execute(select(audit).where(audit.c.action == action).order_by(audit.c.seq)))


def count(journey: Journey, table: Any) -> int:
    with journey.database.engine.connect() as connection:
        return len(connection.execute(select(table)).all())


def test_an_accused_is_entered_once_and_changed_by_what_is_new(journey: Journey) -> None:
    first, before = enter(journey), (count(journey, fir), count(journey, accused))
    again = enter(journey, name="राहुल कुमार शर्मा", father="विनय शर्मा")
    assert again.id == first.id, "another spelling of the same two names in the same case"
    later = enter(journey, fir_no="0112", stage="convicted", alias="")
    assert (later.id, later.what) == (first.id, crimebook.CHANGED)
    other = enter(journey, name="Vikas Sharma", alias="")
    assert other.what == crimebook.NEW
    assert (count(journey, fir), count(journey, accused)) == (before[0], before[1] + 1)
    [hit] = search(journey, alias="Golu", father="विनय शर्मा").hits
    assert hit.entry.facts["stage"] == "convicted"
    assert hit.entry.facts["alias"] == "गोलू", "a box left empty takes nothing away"


def test_an_entry_is_found_in_either_script_with_the_reason_of_each_part(journey: Journey) -> None:
    enter(journey)
    enter(journey, name="Rahul Kumar", father="Mohan Singh", village="Maker", fir_no="9", age=60, alias="")
    found = search(journey, name="राहुल कुमार शर्मा", father="विनय शर्मा", village="रामपुर टोला", born="1998")
    first = found.hits[0]
    assert first.entry.facts["fir_no"] == "112"
    assert [(part.what, part.how) for part in first.match.parts] == [
        ("name", "sounds"),
        ("father", "sounds"),
        ("village", "sounds"),
        ("age", "same"),
    ]
    assert first.match.band == "likely"
    assert all(hit.match.score < first.match.score for hit in found.hits[1:])
    assert [hit.entry.facts["fir_no"] for hit in search(journey, father="Binay Sharma").hits] == ["112"]
    assert search(journey, name="Zubair Nomani").hits == []


def test_nothing_of_a_person_lies_in_the_open_and_each_search_is_recorded(journey: Journey) -> None:
    enter(journey)
    search(journey, name="राहुल")
    [row] = acts(journey, "crime:search")
    assert row.detail["found"] >= 1
    assert "राहुल" not in str(row)
    with journey.database.engine.connect() as connection:
        kept = b"".join(bytes(row.facts) for row in connection.execute(select(accused)))
        kept += b"".join(bytes(row.facts) for row in connection.execute(select(fir)))
    assert b"Rahul" not in kept
    assert b"379" not in kept


def test_what_is_typed_wrongly_is_told_at_its_box(journey: Journey) -> None:
    def faults(**changes: Any) -> set[str]:
        with pytest.raises(FormInvalid) as told:
            enter(journey, **changes)
        return set(told.value.problems)

    assert faults(fir_year=2047) == {"fir_year"}
    assert faults(thana="अज्ञात थाना") == {"thana"}
    assert faults(name="jke dqekj", father="=A1&B1") == {"name", "father"}
    assert faults(name="", stage="") == {"name", "stage"}
    assert faults(birth_year=2019) == {"birth_year"}
    for typed in (
        {"name": "jke dqekj"},
        {"born": "98", "name": "राहुल"},
        {"name": "श्री"},
        {"age": "30"},
        {"name": "राहुल", "age": "²"},
        {"name": "राहुल", "born": "①९९८"},
    ):
        with pytest.raises(crimesearch.Refused):
            search(journey, **typed)


def test_an_entry_is_corrected_and_taken_out_with_everything_that_found_it(journey: Journey) -> None:
    put, actor = enter(journey), journey.staff.holder(Role.DCRB)
    keys = count(journey, accused_key)
    known = journey.database.read(lambda s: crimebook.find(s, [put.id])[put.id], actor_scope(actor))
    typed = Posted(as_posted(crimebook.form(), {**known.facts, "alias": "", "father": "विनय शर्मा"}))
    done = journey.database.write(
        lambda s: crimedesk.correct(s, actor, put.id, typed, journey.now), actor_scope(actor)
    )
    assert done.id == put.id
    assert count(journey, accused_key) < keys, "nobody finds him by the alias any more"
    assert search(journey, alias="गोलू").hits == []

    def remove(session: Any) -> None:
        crimedesk.remove(session, actor, put.id, "wrong", journey.now)

    journey.database.write(remove, actor_scope(actor))
    assert search(journey, name="Rahul Sharma", father="Binay Sharma").hits == []
    assert [row.detail["reason"] for row in acts(journey, "crime:remove")] == ["wrong"]
    with pytest.raises(crimedesk.ReasonMissing):
        journey.database.write(
            lambda s: crimedesk.remove(s, actor, put.id, "whim", journey.now), actor_scope(actor)
        )


# -- at a case ------------------------------------------------------------------------------------------------


def at_task(journey: Journey, number: str, step: str) -> tuple[Actor, Any]:
    task = next(each for each in journey.waiting(number) if each.element_id == step)
    return journey.actor_of(task), task


def decide(journey: Journey, actor: Actor, task: Any, entry: Any, **typed: str) -> None:
    journey.database.write(
        lambda s: hits.decide(s, actor, task.id, entry, typed, journey.now), actor_scope(actor)
    )


def test_whoever_has_no_free_search_looks_for_the_person_of_his_own_case_alone(journey: Journey) -> None:
    put = enter(journey)
    stranger = enter(journey, name="Zubair Nomani", father="Salim Nomani", alias="", fir_no="7")
    number = journey.new_case()
    journey.go_on(number, "accept_enquiry", "search_records")
    actor, task = at_task(journey, number, "accept_enquiry")
    with pytest.raises(NotAllowed):
        search(journey, Role.SHO, name="राहुल")
    page = hits.see(journey.database, actor, task.id, journey.now)
    assert [line.entry.id for line in page.lines] == [put.id]
    assert acts(journey, "crime:search")[-1].detail["case"] == str(task.case_id)
    with pytest.raises(NotFound):
        hits.see_one(journey.database, actor, task.id, stranger.id, journey.now)
    hits.see_one(journey.database, actor, task.id, put.id, journey.now)
    assert acts(journey, "crime:see")[-1].object == f"accused:{put.id}"
    elsewhere = journey.staff.holder(Role.SHO, list(journey.staff.offices(Role.SHO).values())[5])
    with pytest.raises(NotFound):
        hits.see(journey.database, elsewhere, task.id, journey.now)


def test_a_confirmed_entry_is_offered_to_the_form_and_counts_once_the_officer_sends_it(
    journey: Journey,
) -> None:
    put = enter(journey)
    namesake = enter(journey, fir_no="55", village="", father="", age=60, alias="")
    number = journey.new_case()
    journey.go_on(number, "search_records")
    actor, task = at_task(journey, number, "search_records")
    for typed in (
        {},
        {"verdict": "same", "reason": "पिता, ग्राम वही"},
        {"verdict": "other", "reason": "न"},
        {"verdict": "other", "reason": "आधार 2345 6789 0124"},
    ):
        with pytest.raises(hits.Refused):
            decide(journey, actor, task, put.id, **typed)
    decide(
        journey,
        actor,
        task,
        put.id,
        verdict="same",
        basis="father_village",
        reason="केस डायरी में पिता, ग्राम वही",
    )
    decide(journey, actor, task, namesake.id, verdict="other", reason="आयु में बहुत अंतर")
    page = hits.see(journey.database, actor, task.id, journey.now)
    assert {line.entry.id: line.decision.verdict for line in page.lines if line.decision} == {
        put.id: "same",
        namesake.id: "other",
    }
    assert page.waiting == 1
    assert journey.page_of(task).values["result"] is None, (
        "nothing is answered before the officer asks for it"
    )
    offered = journey.database.write(lambda s: hits.offer(s, actor, task.id, journey.now), actor_scope(actor))
    again = journey.database.write(lambda s: hits.offer(s, actor, task.id, journey.now), actor_scope(actor))
    assert (offered, again) == (1, 0)
    assert next(each for each in journey.waiting(number) if each.id == task.id).state == "open"
    values = journey.page_of(task).values
    [row] = values["cases"]
    assert (row["fir_no"], row["stage"], row["identity_basis"]) == ("112", "chargesheeted", "father_village")
    journey.do(number, "search_records", result=values["result"], cases=values["cases"])
    journey.go_on(number, "review_findings", "recommend")
    [waiting] = journey.waiting(number)
    assert journey.page_of(waiting).facts["findings"]["chargesheeted"] is True
    said = [(row.detail["verdict"], row.detail["basis"]) for row in acts(journey, "crime:decide")]
    assert said == [("same", "father_village"), ("other", "")]


def test_an_entry_in_doubt_is_told_as_doubtful_and_the_last_word_stands(journey: Journey) -> None:
    put = enter(journey)
    number = journey.new_case()
    journey.go_on(number, "search_records")
    actor, task = at_task(journey, number, "search_records")
    decide(journey, actor, task, put.id, verdict="other", reason="पहले दूसरा माना")
    decide(journey, actor, task, put.id, verdict="unsure", basis="photo", reason="पिता का नाम अधूरा है")
    journey.database.write(lambda s: hits.offer(s, actor, task.id, journey.now), actor_scope(actor))
    values = journey.page_of(task).values
    assert values["result"] == "possible_match"
    assert [row["identity_basis"] for row in values["cases"]] == ["doubtful"]
    assert CANDIDATE["father_hi"] not in str(acts(journey, "crime:decide"))


def test_who_opens_an_entry_to_correct_it_or_to_enter_one_beside_it_is_recorded(
    journey: Journey, tmp_path: Path
) -> None:
    put = enter(journey)
    app = create_app(Settings(tmp_path, "", testing=True), journey.database, clock=lambda: journey.now)
    dcrb = Visitor(app).enter(journey.staff.holder(Role.DCRB).officer_id, journey.now)

    def seen(address: str) -> tuple[int, list[str]]:
        before = len(acts(journey, "crime:see"))
        status = dcrb.get(address).status_code
        return status, [row.object for row in acts(journey, "crime:see")[before:]]

    for address in (f"/crimes/{put.id}/correct", f"/crimes/new?beside={put.id}"):
        assert seen(address) == (200, [f"accused:{put.id}"])
    assert seen("/crimes/new") == (200, [])
    assert seen(f"/crimes/{new_id(NOW)}/correct") == (404, [])
