"""An entry of the crime register ends: taken from search on an order, or destroyed once its years are over."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.domain.clock import add_months
from app.domain.errors import Conflict, NotAllowed, NotFound
from app.domain.retention import EntryKind
from app.domain.roles import Role
from app.models.antecedents.crimes import accused, accused_key, fir
from app.models.scope import SystemReason, SystemScope
from app.services.antecedents import crimebook, crimedesk, crimesearch, hits
from app.services.casework import destruction
from app.services.district import terms
from app.services.store import audit, keys
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.office import text_of
from tests.weeding import approved, proposed, write, years

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from tests.journey import Journey
    from tests.office import Office

SARAN = SystemScope(SystemReason.HEALTH, 218)
RECORD = SystemScope(SystemReason.AUDIT, 218)
ENTRY: dict[str, Any] = {
    "fir_year": 2001,
    "name": "Rahul Kr. Sharma",
    "father": "Binay Sharma",
    "village": "Rampur Tola",
    "sections": "379/411",
    "stage": "acquitted",
}


def answers(journey: Journey, **changes: Any) -> dict[str, Any]:
    thana = str(next(iter(journey.staff.offices(Role.SHO).values())))
    return {"thana": thana, **ENTRY, **changes}


def entered(journey: Journey, *rows: Mapping[str, Any]) -> list[UUID]:
    """Enter these in one act, which gives them one key."""
    actor = journey.staff.holder(Role.DCRB)
    told = [answers(journey, **row) for row in rows]
    put = journey.database.write(
        lambda session: crimebook.put(session, actor.officer_id, told, NOW), actor_scope(actor)
    )
    return [each.id for each in put]


def found(journey: Journey, **typed: str) -> list[UUID]:
    hits_ = write(
        journey, Role.DCRB, lambda session, actor: crimesearch.search(session, actor, typed, NOW)
    ).hits
    return [hit.entry.id for hit in hits_]


def row_of(journey: Journey, entry_id: UUID) -> Any:
    with journey.database.engine.connect() as connection:
        return connection.execute(select(accused).where(accused.c.id == entry_id)).one_or_none()


def digests_of(journey: Journey, entry_id: UUID) -> int:
    with journey.database.engine.connect() as connection:
        return len(connection.execute(select(accused_key).where(accused_key.c.accused_id == entry_id)).all())


def key_of(journey: Journey, entry_id: UUID) -> UUID:
    joined = select(fir.c.data_key_id).join(accused, accused.c.fir_id == fir.c.id)
    with journey.database.engine.connect() as connection:
        return connection.execute(joined.where(accused.c.id == entry_id)).scalar_one()


def withheld(journey: Journey, entry_id: UUID, why: str = "acquitted", order: str = "सत्र-17/2024") -> None:
    write(
        journey,
        Role.DCRB,
        lambda session, actor: crimedesk.withhold(session, actor, entry_id, why, order, NOW),
    )


def work(journey: Journey) -> None:
    while destruction.go_on(journey.database, NOW):
        pass


def listed(journey: Journey, list_id: UUID) -> destruction.Listed:
    sp = journey.staff.holder(Role.SP)
    return journey.database.read(lambda session: destruction.listed(session, sp, list_id), actor_scope(sp))


# -- on an order ----------------------------------------------------------------------------------------------


def test_an_order_takes_an_entry_from_search_at_once_and_another_brings_it_back(journey: Journey) -> None:
    [gone, stays] = entered(journey, {"fir_no": "311"}, {"fir_no": "312"})
    assert set(found(journey, name="राहुल कुमार शर्मा", father="Binay Sharma")) >= {gone, stays}
    for why, order in (("whim", "सत्र-1"), ("quashed", " "), ("quashed", "x" * 61)):
        with pytest.raises(crimedesk.OrderRefused):
            withheld(journey, gone, why, order)
    withheld(journey, gone)
    assert gone not in found(journey, name="राहुल कुमार शर्मा", father="Binay Sharma")
    assert stays in found(journey, name="राहुल कुमार शर्मा", father="Binay Sharma")
    assert digests_of(journey, gone) == 0
    with pytest.raises(NotFound):
        withheld(journey, gone)
    told = write(journey, Role.DCRB, crimedesk.withheld)
    assert gone in [each.entry.id for each in told]
    entered(journey, {"fir_no": "311", "court": "सत्र न्यायालय"})
    assert digests_of(journey, gone) == 0, "a list that names him again does not bring him back"
    journey.database.write(lambda session: crimebook.index_again(session, [gone]), SARAN)
    assert digests_of(journey, gone) == 0, "nor do new rules of names"

    def restore(session: Any, actor: Any) -> None:
        crimedesk.restore(session, actor, gone, "अपील-9/2026", NOW)

    write(journey, Role.DCRB, restore)
    assert gone in found(journey, name="राहुल कुमार शर्मा", father="Binay Sharma")
    with pytest.raises(Conflict):
        write(journey, Role.DCRB, restore)
    with pytest.raises(NotAllowed):
        write(
            journey,
            Role.SP_READER,
            lambda session, actor: crimedesk.withhold(session, actor, gone, "quashed", "9", NOW),
        )


def test_what_was_decided_of_an_entry_goes_into_no_form_once_an_order_took_it_from_search(
    journey: Journey,
) -> None:
    [entry_id] = entered(journey, {"fir_no": "313", "fir_year": 2021, "stage": "trial"})
    number = journey.new_case()
    journey.go_on(number, "search_records")
    task = next(each for each in journey.waiting(number) if each.element_id == "search_records")
    actor = journey.actor_of(task)
    said = {"verdict": "same", "basis": "father_village", "reason": "पिता, ग्राम वही"}
    journey.database.write(
        lambda session: hits.decide(session, actor, task.id, entry_id, said, NOW), actor_scope(actor)
    )
    assert hits.see(journey.database, actor, task.id, NOW).waiting == 1
    withheld(journey, entry_id, "expunged")
    page = hits.see(journey.database, actor, task.id, NOW)
    assert page.waiting == 0
    assert entry_id not in [line.entry.id for line in page.lines]
    assert [each.accused_id for each in page.gone] == [entry_id], "what the officer said stays in the case"
    with pytest.raises(NotFound):
        hits.see_one(journey.database, actor, task.id, entry_id, NOW)


def test_an_entry_taken_out_is_unreadable_though_others_shared_its_key(journey: Journey) -> None:
    gone, stays = entered(journey, {"fir_no": "314"}, {"fir_no": "314", "name": "Vikas Sahni"})
    shared, sealed = key_of(journey, gone), bytes(row_of(journey, gone).facts)
    assert shared == key_of(journey, stays)
    write(journey, Role.DCRB, lambda session, actor: crimedesk.remove(session, actor, gone, "court", NOW))
    with pytest.raises(keys.KeyDestroyed):
        journey.database.read(lambda session: keys.unlock(session, shared), SARAN)
    assert sealed
    known = journey.database.read(lambda session: crimebook.find(session, [stays]), SARAN)
    assert known[stays].facts["name"] == "Vikas Sahni", "what stays is sealed anew"
    assert stays in found(journey, name="Vikas Sahni", father="Binay Sharma")


# -- by its years ---------------------------------------------------------------------------------------------


def test_the_worker_renews_few_keys_at_a_time(journey: Journey) -> None:
    old = {"stage_date": "2009-05-02", "stage": "convicted"}
    gone = [entered(journey, {**old, "fir_no": f"51{each}"})[0] for each in range(10)]
    years(journey, convicted=10)
    approved(journey, proposed(journey, EntryKind.CONVICTED))
    assert destruction.go_on(journey.database, NOW)
    left = [each for each in gone if row_of(journey, each) is not None]
    assert len(left) == 8, "each lay under a key of its own, and what shares one is sealed anew with it"
    work(journey)
    assert [each for each in gone if row_of(journey, each) is not None] == []


def test_entries_past_the_years_of_their_class_are_destroyed_by_list(journey: Journey) -> None:
    old = {"fir_no": "411", "stage_date": "2010-05-02"}
    gone, young, open_, unclear = entered(
        journey,
        old,
        {**old, "fir_no": "412", "stage_date": add_months(NOW.date(), -9 * 12).isoformat()},
        {**old, "fir_no": "413", "stage": "appeal_acquittal"},
        {**old, "fir_no": "414", "stage_date": ""},
    )
    with pytest.raises(destruction.NothingPast):
        proposed(journey, EntryKind.CLEARED)  # the district has set no years
    years(journey, cleared=10)
    with pytest.raises(destruction.NothingPast):
        proposed(journey, EntryKind.CLEARED, Role.DM_SECTION_HEAD)
    list_id = proposed(journey, EntryKind.CLEARED)
    names = {line.accused_id for line in listed(journey, list_id).lines}
    assert gone in names
    assert not names & {young, open_, unclear}, "what nobody dated counts from the day it was entered"
    assert listed(journey, list_id).entries[gone].facts["fir_no"] == "411"
    approved(journey, list_id)
    work(journey)
    done = listed(journey, list_id)
    assert done.row.state == "done"
    assert {line.accused_id: line.state for line in done.lines}[gone] == "destroyed"
    assert gone not in done.entries
    assert row_of(journey, gone) is None
    assert digests_of(journey, gone) == 0
    assert row_of(journey, young) is not None
    assert journey.database.read(audit.verify, RECORD) == []


def test_an_entry_that_changed_its_class_or_is_asked_for_by_an_open_case_is_kept(journey: Journey) -> None:
    day = {"stage": "convicted", "stage_date": "2005-01-10"}
    changed, asked, gone = entered(journey, *({**day, "fir_no": number} for number in ("511", "512", "513")))
    years(journey, convicted=20)
    list_id = proposed(journey, EntryKind.CONVICTED)
    approved(journey, list_id)
    entered(journey, {"fir_no": "511", "stage": "appeal_conviction"})
    number = journey.new_case()
    journey.go_on(number, "search_records")
    task = next(each for each in journey.waiting(number) if each.element_id == "search_records")
    actor = journey.actor_of(task)
    said = {"verdict": "same", "basis": "father_village", "reason": "पिता, ग्राम वही"}
    journey.database.write(
        lambda session: hits.decide(session, actor, task.id, asked, said, NOW), actor_scope(actor)
    )
    work(journey)
    told = {line.accused_id: (line.state, line.why) for line in listed(journey, list_id).lines}
    assert (told[changed], told[asked]) == (("kept", "changed"), ("kept", "at_work"))
    assert told[gone] == ("destroyed", "")
    assert row_of(journey, changed) is not None


def test_what_an_order_took_from_search_counts_from_that_day(journey: Journey) -> None:
    [entry_id] = entered(journey, {"fir_no": "611", "stage_date": "2003-01-01"})
    withheld(journey, entry_id, "quashed")
    row = row_of(journey, entry_id)
    assert (row.kind, row.counts_from) == (EntryKind.WITHHELD, NOW.date())
    years(journey, withheld=1)
    later = NOW + timedelta(days=367)
    reader = journey.staff.holder(Role.SP_READER)
    classes = journey.database.read(
        lambda session: destruction.past(session, reader, later), actor_scope(reader)
    )
    past = next(each for each in classes if each.term.kind == EntryKind.WITHHELD)
    assert entry_id in [each.id for each in past.cases]


def test_years_of_entries_are_set_by_two_and_can_be_taken_back(journey: Journey) -> None:
    years(journey, cleared=12, convicted=30)
    for wrong in ({EntryKind.CLEARED: 0}, {EntryKind.CLEARED: 12, EntryKind.CONVICTED: 30}):
        with pytest.raises(terms.YearsRefused):
            write(
                journey,
                Role.PROCESS_ADMIN,
                lambda session, actor, wrong=wrong: terms.propose(session, actor, wrong, NOW, terms.ENTRIES),
            )
    years(journey, convicted=30)
    held = journey.database.read(lambda session: terms.of(session, terms.ENTRIES), SARAN)
    assert {kind: term.years for kind, term in held.items()} == {EntryKind.CONVICTED: 30}


# -- on the pages ---------------------------------------------------------------------------------------------


def test_the_pages_lead_from_the_order_to_the_list(office: Office) -> None:
    journey, dcrb = office.journey, office.at(Role.DCRB)
    [entry_id] = entered(journey, {"fir_no": "711"})
    address = f"/crimes/{entry_id}"
    assert "आदेश से खोज के बाहर करें" in text_of(dcrb.get(address))
    wrong = dcrb.post(f"{address}/withhold", {"why": "quashed", "order_no": ""})
    assert wrong.status_code == 422
    assert "आदेश संख्या एक पंक्ति में" in text_of(wrong)
    assert dcrb.post(f"{address}/withhold", {"why": "quashed", "order_no": "रिट-5/2025"}).status_code == 303
    assert "रिट-5/2025" in text_of(dcrb.get("/crimes/withheld"))
    assert "रिट-5/2025" in text_of(dcrb.get(address))
    assert dcrb.get(f"{address}/correct").status_code == 404
    again = dcrb.post(f"{address}/restore", {"order_no": ""})
    assert again.status_code == 422
    assert dcrb.post(f"{address}/restore", {"order_no": "अपील-6/2026"}).status_code == 303
    maker, sp = office.at(Role.PROCESS_ADMIN), office.at(Role.SP)
    for each in (maker, sp):
        assert "अवधि निर्धारित नहीं" in text_of(each.get("/admin/policies"))
    page = maker.post("/admin/policies/years", {"of": "entries", "cleared": "दस"})
    assert page.status_code == 422
    assert 'value="दस"' in page.text
    assert maker.post("/admin/policies/years", {"of": "entries", "cleared": "९"}).status_code == 303
    assert sp.post("/admin/policies/years/decide", {"of": "entries", "_op": "approve"}).status_code == 303
    assert "दोषमुक्त, उन्मोचित" in text_of(maker.get("/admin/policies"))
    entered(journey, {"fir_no": "712", "stage_date": date(2004, 4, 4).isoformat()})
    reader = office.at(Role.SP_READER)
    assert "1 प्रविष्टि" in text_of(reader.get("/retention"))
    listing = reader.post("/retention/propose", {"kind": "cleared"}).headers["Location"]
    assert "कांड सं० 712/2001" in text_of(sp.get(listing))
    assert "कांड सं० 712" not in text_of(office.at(Role.DM_SECTION_HEAD).get(listing))
    assert sp.confirm(sp.post(f"{listing}/approve")).headers["Location"] == listing
    work(journey)
    paper = text_of(sp.get(listing))
    assert "विनष्टीकरण प्रमाण पत्र" in paper
    assert "712" not in paper.partition("<main")[2].partition("</table>")[0].partition("<tbody")[2]
