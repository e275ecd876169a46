"""Records past their term: listed by class, approved behind a code for the very list, destroyed by the worker."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from app.domain.clock import add_months
from app.domain.errors import Conflict, NotAllowed, NotFound
from app.domain.numbers import in_address
from app.domain.retention import TERMS, Kind
from app.domain.roles import Role
from app.models.casefile import case_queries
from app.models.scope import SystemReason, SystemScope
from app.models.tables.cases import case, document, requisition
from app.models.tables.clocks import case_clock
from app.models.tables.papers import certificate
from app.models.tables.retention import case_hold, destruction_case
from app.models.tables.workflow import job, user_task
from app.services.access import stepup
from app.services.casework import destruction, holds
from app.services.district import policies, terms
from app.services.papers import papercheck
from app.services.store import audit, keys
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.journey import CANDIDATE, Journey, scan
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from uuid import UUID

    from app.domain.roles import Actor

SARAN = SystemScope(SystemReason.HEALTH, 218)
RECORD = SystemScope(SystemReason.AUDIT, 218)


def aged(journey: Journey, number: str, years: int) -> None:
    """Let a case have been disposed of so many years and two days ago."""
    day = add_months(NOW.date(), -years * 12) - timedelta(days=2)
    moment = NOW.replace(year=day.year, month=day.month, day=day.day)
    with journey.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(update(case).where(case.c.number == number).values(closed_at=moment))
        own = select(case.c.id).where(case.c.number == number)
        connection.execute(update(certificate).where(certificate.c.case_id.in_(own)).values(valid_till=None))


def walked(journey: Journey) -> str:
    """Take a case with a photo to its paper, a few minutes a step: clocks are told apart by their instants."""
    number = journey.add(journey.register(), ["th_mufassil"], [scan("photo")])
    while waiting := journey.waiting(number):
        journey.now += timedelta(minutes=2)
        journey.finish(waiting[0], journey.form_of(waiting[0]))
        journey.work()
    journey.now = NOW
    return number


@pytest.fixture(scope="module")
def past(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A folder with a district whose three cases have their papers, and the cases' numbers; to be copied."""
    folder = tmp_path_factory.mktemp("past")
    shutil.copy(demo_sqlite, folder / "satyapan.db")
    made = Office(folder, NOW)
    numbers = [walked(made.journey) for _ in range(3)]
    made.database.close()
    return folder, numbers


@pytest.fixture
def district(past: tuple[Path, list[str]], tmp_path: Path) -> Iterator[tuple[Office, list[str]]]:
    """A copy of that district at work, and the numbers of its cases."""
    folder, numbers = past
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    made = Office(tmp_path, NOW)
    yield made, numbers
    made.database.close()


def row(journey: Journey, number: str) -> Any:
    return journey.database.read(lambda session: case_queries.find_number(session, number), SARAN)


def proposed(journey: Journey, kind: Kind = Kind.CASE, role: Role = Role.DM_SECTION_HEAD) -> UUID:
    actor = journey.staff.holder(role)
    return journey.database.write(
        lambda rows: destruction.propose(rows, actor, kind, NOW), actor_scope(actor)
    )


def asked(journey: Journey, actor: Actor, list_id: UUID) -> stepup.StepUp:
    """A step-up for a list, proven."""
    scope = actor_scope(actor)
    wanted = journey.database.write(lambda rows: destruction.to_approve(rows, actor, list_id, NOW), scope)
    journey.confirm(actor, wanted)
    return journey.database.read(lambda rows: stepup.see(rows, actor, wanted, NOW), scope)


def approved(journey: Journey, list_id: UUID) -> None:
    dm = journey.staff.holder(Role.DM)
    wanted = asked(journey, dm, list_id)
    journey.database.write(lambda rows: destruction.approve(rows, dm, wanted, NOW), actor_scope(dm))


def work(journey: Journey) -> None:
    while destruction.go_on(journey.database, NOW):
        pass


def shown(journey: Journey, list_id: UUID) -> destruction.Listed:
    dm = journey.staff.holder(Role.DM)
    return journey.database.read(lambda rows: destruction.listed(rows, dm, list_id), actor_scope(dm))


def held(journey: Journey, number: str, role: Role = Role.DM_SECTION_HEAD) -> None:
    actor = journey.staff.holder(role)
    typed = holds.Typed(number, "court", "सिविल-17/2026", date(2026, 11, 20))
    journey.database.write(lambda rows: holds.place(rows, actor, typed, NOW), actor_scope(actor))


def numbers_of(found: destruction.Listed) -> list[str]:
    return [line.number for line in found.lines]


def test_a_list_names_what_is_past_its_term_and_nothing_that_is_held_or_younger(district):
    journey, (old, young, kept) = district[0].journey, district[1]
    for number, years in ((old, 6), (young, 4), (kept, 7)):
        aged(journey, number, years)
    held(journey, kept)
    found = shown(journey, proposed(journey))
    assert numbers_of(found) == [old]
    assert found.lines[0].past_on == add_months(found.lines[0].closed_on, 60)
    with pytest.raises(destruction.NothingPast):
        proposed(journey)  # it stands on a list already
    with pytest.raises(destruction.NothingPast):
        proposed(journey, Kind.ARMS)


def test_the_district_sets_its_years_by_two_and_a_list_made_before_is_not_approved(district):
    journey, (old, *_) = district[0].journey, district[1]
    aged(journey, old, 6)
    list_id = proposed(journey)
    maker, dm = journey.staff.holder(Role.PROCESS_ADMIN), journey.staff.holder(Role.DM)

    def write(actor: Actor, work: Callable[[Any], None]) -> None:
        journey.database.write(work, actor_scope(actor))

    years = {Kind.ATTACHMENTS: 3, Kind.CASE: 7, Kind.ARMS: 10}
    for wrong in ({**years, Kind.CASE: 0}, {**years, Kind.CASE: 5}, {**years, Kind.ARMS: None}, {}):
        with pytest.raises(terms.YearsRefused):
            write(maker, lambda rows, wrong=wrong: terms.propose(rows, maker, wrong, NOW))
    with pytest.raises(NotAllowed):
        write(dm, lambda rows: terms.propose(rows, dm, years, NOW))
    write(maker, lambda rows: terms.propose(rows, maker, years, NOW))
    assert shown(journey, list_id).term.years == 5
    with pytest.raises(NotAllowed):
        write(maker, lambda rows: policies.decide(rows, maker, NOW, approves=True, key=terms.CASES.key))
    wanted = asked(journey, dm, list_id)
    write(dm, lambda rows: policies.decide(rows, dm, NOW, approves=True, key=terms.CASES.key))
    assert shown(journey, list_id).term.years == 7
    with pytest.raises(destruction.StillKept):
        write(dm, lambda rows: destruction.approve(rows, dm, wanted, NOW))
    write(dm, lambda rows: destruction.refuse(rows, dm, list_id, "वर्ष बढ़ाए गए", NOW))
    with pytest.raises(destruction.NothingPast):
        proposed(journey)
    write(maker, lambda rows: terms.propose(rows, maker, {**years, Kind.CASE: 6}, NOW))
    write(dm, lambda rows: policies.decide(rows, dm, NOW, approves=True, key=terms.CASES.key))
    assert numbers_of(shown(journey, proposed(journey))) == [old]


UNDER_WAY: dict[str, Callable[[UUID], Any]] = {
    "step": lambda case_id: update(user_task).where(user_task.c.case_id == case_id).values(state="open"),
    "clock": lambda case_id: (
        update(case_clock).where(case_clock.c.case_id == case_id).values(stopped_at=None)
    ),
    "job": lambda case_id: update(job).where(job.c.case_id == case_id).values(state="failed"),
    "valid_paper": lambda case_id: (
        update(certificate).where(certificate.c.case_id == case_id).values(valid_till=NOW.date())
    ),
}


@pytest.mark.parametrize("what", UNDER_WAY)
def test_a_case_with_anything_under_way_is_on_no_list(district, what):
    journey, number = district[0].journey, district[1][0]
    aged(journey, number, 6)
    change(journey, UNDER_WAY[what](row(journey, number).id))
    with pytest.raises(destruction.NothingPast):
        proposed(journey)


def change(journey: Journey, *statements: Any) -> None:
    with journey.database.engine.execution_options(writing=True).begin() as connection:
        for statement in statements:
            connection.execute(statement)


def test_an_approved_list_is_destroyed_with_its_letter_on_both_databases(journey):
    number, other = walked(journey), journey.new_case(["th_mufassil"])
    aged(journey, number, 6)
    gone = row(journey, number)
    files, paper = [each.path for each in documents(journey, gone.id)], paper_of(journey, gone.id)
    list_id = proposed(journey)
    approved(journey, list_id)
    work(journey)
    found = shown(journey, list_id)
    assert (found.row.state, found.counts, found.lines[0].files) == ("done", {"destroyed": 1}, len(files))
    assert files
    assert not any((journey.database.documents / path).exists() for path in files)
    for key_id in (gone.data_key_id, key_of_letter(journey, gone.requisition_id)):
        with pytest.raises(keys.KeyDestroyed):
            journey.database.read(lambda s, key=key_id: keys.unlock(s, key), SARAN)
    still = row(journey, other)
    for key_id in (still.data_key_id, key_of_letter(journey, still.requisition_id)):
        assert journey.database.read(lambda s, key=key_id: keys.unlock(s, key), SARAN)
    with pytest.raises(NotFound):  # what a reader of its QR code is told
        papercheck._judged(journey.database, bytes(paper.token_digest), NOW)
    assert acts(journey) == [
        "destruction:propose",
        "destruction:approve",
        "requisition:erase",
        "destruction:finish",
    ]
    assert journey.database.read(audit.verify, RECORD) == []


def acts(journey: Journey) -> list[str]:
    found = journey.database.read(
        lambda session: [each.action for each in audit.table.of_stream(session, "admin")], RECORD
    )
    return [each for each in found if each.startswith(("destruction:", "requisition:erase"))]


def key_of_letter(journey: Journey, requisition_id: UUID) -> UUID:
    with journey.database.engine.connect() as connection:
        return connection.execute(
            select(requisition.c.data_key_id).where(requisition.c.id == requisition_id)
        ).scalar_one()


def documents(journey: Journey, case_id: UUID) -> list[Any]:
    with journey.database.engine.connect() as connection:
        return list(connection.execute(select(document).where(document.c.case_id == case_id)))


def paper_of(journey: Journey, case_id: UUID) -> Any:
    with journey.database.engine.connect() as connection:
        return connection.execute(select(certificate).where(certificate.c.case_id == case_id)).one()


def test_what_is_held_or_taken_up_after_the_approval_is_kept_and_said_so(district):
    journey, (one, two, three) = district[0].journey, district[1]
    for number in (one, two, three):
        aged(journey, number, 6)
    list_id = proposed(journey)
    approved(journey, list_id)
    held(journey, one)
    change(journey, update(case).where(case.c.number == two).values(status="open"))
    work(journey)
    found = shown(journey, list_id)
    assert {line.number: (line.state, line.why) for line in found.lines} == {
        one: ("kept", "held"),
        two: ("kept", "at_work"),
        three: ("destroyed", ""),
    }
    for number in (one, two):
        key_id = row(journey, number).data_key_id
        assert journey.database.read(lambda s, key=key_id: keys.unlock(s, key), SARAN)


def test_files_handed_in_go_first_and_the_case_stays_readable(district):
    office, (number, *_) = district
    journey = office.journey
    aged(journey, number, TERMS[Kind.ATTACHMENTS].years)
    list_id = proposed(journey, Kind.ATTACHMENTS)
    approved(journey, list_id)
    work(journey)
    left = {each.field for each in documents(journey, row(journey, number).id) if each.destroyed_at is None}
    assert "photo" not in left
    assert "issued_paper" in left
    assert shown(journey, list_id).counts == {"destroyed": 1}
    for tab in ("", "/documents", "/timeline"):
        page = office.at(Role.DM).get(f"/cases/{in_address(number)}{tab}")
        assert page.status_code == 200, tab
        assert CANDIDATE["name_hi"] in text_of(page)


def test_a_list_changed_after_it_was_shown_is_not_approved(district):
    journey, (number, other, _) = district[0].journey, district[1]
    aged(journey, number, 6)
    list_id, dm = proposed(journey), journey.staff.holder(Role.DM)
    wanted = asked(journey, dm, list_id)
    another = {"case_id": row(journey, other).id, "number": other}
    change(journey, update(destruction_case).values(another))
    with pytest.raises(stepup.ContentChanged):
        journey.database.write(lambda rows: destruction.approve(rows, dm, wanted, NOW), actor_scope(dm))
    with pytest.raises(stepup.ContentChanged):  # nor is a code asked for what was never proposed
        asked(journey, dm, list_id)
    assert shown(journey, list_id).row.state == "proposed"


def test_each_list_is_decided_by_whom_it_belongs_to_and_can_be_sent_back(district):
    journey, number = district[0].journey, district[1][0]
    aged(journey, number, 6)
    list_id = proposed(journey)
    head, sp, dm = (journey.staff.holder(role) for role in (Role.DM_SECTION_HEAD, Role.SP, Role.DM))
    risen = replace(dm, officer_id=head.officer_id)  # whoever proposed it has become DM since
    for actor in (head, sp, risen):
        with pytest.raises(NotAllowed):
            asked(journey, actor, list_id)
    with pytest.raises(NotAllowed):
        proposed(journey, role=Role.DM)
    with pytest.raises(destruction.NothingPast):
        proposed(journey, role=Role.SP_READER)  # the SP's office issued no paper of these
    scope = actor_scope(dm)
    reason = "वर्ष 2026 की लेखापरीक्षा के बाद"
    with pytest.raises(destruction.ReasonWanted):
        journey.database.write(lambda rows: destruction.refuse(rows, dm, list_id, " ", NOW), scope)
    journey.database.write(lambda rows: destruction.refuse(rows, dm, list_id, reason, NOW), scope)
    with pytest.raises(Conflict):
        asked(journey, dm, list_id)
    work(journey)
    assert shown(journey, list_id).counts == {"listed": 1}
    assert proposed(journey), "what was sent back can be listed again"


def test_the_pages_lead_from_the_list_to_its_certificate_and_keep_what_is_typed(district):
    office, (number, *_) = district
    aged(office.journey, number, 6)
    head, dm = office.at(Role.DM_SECTION_HEAD), office.at(Role.DM)
    assert number in text_of(head.get("/retention"))
    typed = {"case": "SRN/2026/99999", "ground": "", "order_no": "सिविल-9", "dated": "2026-11-20"}
    wrong = head.post("/retention/holds", typed)
    assert wrong.status_code == 422
    assert "सिविल-9" in text_of(wrong)
    assert "प्रकरण की पूरी संख्या" in text_of(wrong)
    address = head.post("/retention/propose", {"kind": "case"}).headers["Location"]
    assert "सूची स्वीकृत करें" not in text_of(head.get(address))
    assert "सूची स्वीकृत करें" in text_of(dm.get(address))
    assert dm.post(f"{address}/refuse", {"reason": "-"}).status_code == 422
    done = dm.confirm(dm.post(f"{address}/approve"))
    assert done.headers["Location"] == address
    work(office.journey)
    paper = text_of(dm.get(address))
    assert "विनष्टीकरण प्रमाण पत्र" in paper
    assert number in paper
    assert CANDIDATE["name_hi"] not in paper


def test_a_hold_is_lifted_by_another_order_alone(district):
    office, (number, *_) = district
    aged(office.journey, number, 6)
    held(office.journey, number, Role.SP)
    dm = office.at(Role.DM)
    with office.database.engine.connect() as connection:
        hold_id = connection.execute(select(case_hold.c.id)).scalar_one()
    dm.get("/retention")
    assert dm.post(f"/retention/holds/{hold_id}/lift", {"lift_no": " "}).status_code == 422
    assert dm.post(f"/retention/holds/{hold_id}/lift", {"lift_no": "सिविल-18/2026"}).status_code == 303
    assert numbers_of(shown(office.journey, proposed(office.journey))) == [number]
    again = dm.post(f"/retention/holds/{hold_id}/lift", {"lift_no": "सिविल-19/2026"})
    assert again.status_code == 409
