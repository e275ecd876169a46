"""A candidate's particulars are corrected in a running case: nothing is overwritten, and who has the case is told."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.domain.errors import FormInvalid, NotAllowed
from app.domain.roles import Role
from app.models.tables.audit import audit
from app.models.tables.cases import address, answer, case
from app.services.access import stepup
from app.services.casefile import particulars
from app.services.casework import cases, correcting
from app.services.desk import tasks
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.domain.roles import Actor
    from tests.journey import Journey
    from tests.visitor import Visitor

THANA, OTHER = "th_mufassil", "th_garkha"
WHY = {"cause": "department_error", "reason": "विभाग का शुद्धि पत्र क-77 दिनांक 21-11-2026"}


@pytest.fixture(scope="module")
def office(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("particulars")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    made = Office(folder, NOW)
    yield made
    made.database.close()


def rows(journey: Journey, table: Any, number: str) -> list[Any]:
    with journey.database.engine.connect() as connection:
        known = select(case.c.id).where(case.c.number == number).scalar_subquery()
        return list(connection.execute(select(table).where(table.c.case_id == known)))


def case_address(number: str, tab: str = "") -> str:
    return f"/cases/{number.replace('/', '-')}/{tab}".rstrip("/")


def correct(browser: Visitor, number: str, **changes: str):
    """Send the page as it stands, with these changes."""
    shown = text_of(browser.get(case_address(number, "correct")))
    found = re.search(r'name="version" value="([^"]+)"', shown)
    version = found[1] if found else ""
    return browser.post(case_address(number, "correct"), {"version": version, **WHY, **changes})


def sheet_of(journey: Journey, actor: Actor, number: str) -> correcting.Sheet:
    return journey.database.read(
        lambda session: correcting.sheet(session, actor, number, journey.now), actor_scope(actor)
    )


def typed(of: correcting.Sheet, boxes: dict[str, list[str]]) -> particulars.Typed:
    return particulars.Typed(boxes, WHY["cause"], WHY["reason"], str(of.version))


def test_before_forwarding_the_assistant_corrects_name_and_police_station(journey: Journey) -> None:
    assistant, number = journey.staff.holder(Role.DM_ASSISTANT), journey.new_case([THANA])
    right = journey.staff.offices(Role.SHO)[OTHER]
    of = sheet_of(journey, assistant, number)
    boxes = {"father_hi": ["विनय कुमार शर्मा"], "perm_thana": [str(right)], "perm_village": ["गड़खा"]}
    correcting.correct(journey.database, assistant, number, typed(of, boxes), journey.now)
    [home] = rows(journey, address, number)
    assert home.office_id == right
    first, second = sorted(
        (row for row in rows(journey, answer, number) if row.form == "intake"), key=lambda row: row.id
    )
    assert second.supersedes_id == first.id
    found = journey.database.write(  # a search is recorded
        lambda s: cases.search(s, assistant, "विनय कुमार शर्मा", journey.now), actor_scope(assistant)
    )
    assert number in {line.number for line in found}
    journey.go_on(number, "accept_enquiry")
    [task] = journey.waiting(number)
    assert task.office_id == right  # the station that the correction named is the one that enquires
    with pytest.raises(NotAllowed):
        sheet_of(journey, assistant, number)  # it has gone to the police


def test_a_correction_of_a_running_case_stands_in_the_chronicle_and_is_told(office: Office) -> None:
    journey, head = office.journey, office.at(Role.DM_SECTION_HEAD)
    number = journey.new_case([THANA])
    journey.go_on(number, "visit", "check_registers", "search_records")
    assert correct(head, number, name_hi="राहुल कुमार वर्मा", mobile="9000000007").status_code == 303
    told = text_of(head.get(case_address(number, "timeline")))
    for wanted in ("अभ्यर्थी के विवरण में सुधार", "राहुल कुमार शर्मा", "राहुल कुमार वर्मा", WHY["reason"]):
        assert wanted in told
    assert "राहुल कुमार वर्मा" in text_of(head.get(case_address(number)))
    sho = office.at(Role.SHO, THANA)
    note = text_of(sho.get(case_address(number, "correspondence")))
    assert "अभ्यर्थी के विवरण में सुधार: नाम (हिन्दी)" in note
    assert WHY["reason"] in note
    assert "वर्मा" not in note.partition("<main")[2].partition('class="sheet note')[2]  # a note names no value
    seen = text_of(sho.get(case_address(number, "timeline")))
    assert "राहुल कुमार वर्मा" in seen
    assert "9000000007" in seen  # the thana calls him; the bureau does not
    searched = text_of(office.at(Role.DCRB).get(case_address(number, "timeline")))
    assert "राहुल कुमार वर्मा" in searched
    assert "9000000007" not in searched
    [row] = [row for row in _acts(journey) if row.stream == f"case:{_id_of(journey, number)}"]
    assert row.detail["fields"] == ["mobile", "name_hi"]
    assert "वर्मा" not in str(row.detail)


def _acts(journey: Journey) -> list[Any]:
    with journey.database.engine.connect() as connection:
        return list(connection.execute(select(audit).where(audit.c.action == "case:correct")))


def _id_of(journey: Journey, number: str) -> Any:
    with journey.database.engine.connect() as connection:
        return connection.execute(select(case.c.id).where(case.c.number == number)).scalar_one()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"cause": "", "name_hi": "मोहन"}, "सुधार का आधार सूची से चुनें"),
        ({"reason": "", "name_hi": "मोहन"}, "कारण 5 से 1000 अक्षरों में"),
        ({"reason": "आधार 2345 6789 0124 के अनुसार", "name_hi": "मोहन"}, "आधार संख्या न लिखें। इसे यहाँ से हटा दें"),
        ({"reason": "xyr uke fy[kk Fkk", "name_hi": "मोहन"}, "यूनिकोड हिन्दी में फिर से लिखें"),
        ({}, "कुछ बदला नहीं गया"),
        ({"name_hi": "Rahul"}, "व्यक्ति का नाम देवनागरी में लिखें"),
        ({"dob-d": "31", "dob-m": "2", "dob-y": "1998"}, "जन्म तिथि"),
    ],
)
def test_a_correction_that_lacks_something_is_told_and_keeps_what_was_typed(
    office: Office, waiting: str, changes: dict[str, str], says: str
) -> None:
    answer_ = correct(office.at(Role.DM_ASSISTANT), waiting, **changes)
    assert answer_.status_code == 422
    page = text_of(answer_)
    assert says in page
    assert all(text in page for text in changes.values() if text)


@pytest.fixture(scope="module")
def waiting(office: Office) -> str:
    return office.journey.new_case([THANA])


def test_who_was_slower_is_told_and_overwrites_nothing(office: Office) -> None:
    number, assistant = office.journey.new_case([THANA]), office.journey.staff.holder(Role.DM_ASSISTANT)
    of = sheet_of(office.journey, assistant, number)
    later = typed(of, {"father_hi": ["रामनाथ शर्मा"]})
    correcting.correct(
        office.journey.database, assistant, number, typed(of, {"father_hi": ["विनय शर्म्मा"]}), NOW
    )
    with pytest.raises(particulars.Refused, match="meanwhile"):
        correcting.correct(office.journey.database, assistant, number, later, NOW)
    again = replace(later, version=str(sheet_of(office.journey, assistant, number).version))
    correcting.correct(office.journey.database, assistant, number, again, NOW)


def test_after_forwarding_no_police_station_is_changed_behind_the_enquiry(office: Office) -> None:
    journey, head = office.journey, office.journey.staff.holder(Role.DM_SECTION_HEAD)
    number = journey.new_case([THANA])
    journey.go_on(number, "accept_enquiry")
    of = sheet_of(journey, head, number)
    right = journey.staff.offices(Role.SHO)[OTHER]
    with pytest.raises(particulars.Refused, match="nothing_changed"):
        correcting.correct(journey.database, head, number, typed(of, {"perm_thana": [str(right)]}), NOW)
    assert [task.office_id for task in journey.waiting(number)] == [journey.staff.offices(Role.SHO)[THANA]]


def test_a_child_of_no_age_is_no_correction(office: Office) -> None:
    number, assistant = office.journey.new_case([THANA]), office.journey.staff.holder(Role.DM_ASSISTANT)
    of = sheet_of(office.journey, assistant, number)
    boxes = {"dob-d": ["1"], "dob-m": ["1"], "dob-y": ["2020"]}
    with pytest.raises(FormInvalid):
        correcting.correct(office.journey.database, assistant, number, typed(of, boxes), NOW)


def test_once_the_paper_is_decided_only_the_paper_is_corrected(office: Office) -> None:
    journey = office.journey
    number = journey.new_case([THANA])
    journey.go_on(number, "dispatch")
    with pytest.raises(NotAllowed):
        sheet_of(journey, journey.staff.holder(Role.DM), number)
    assert "/correct" not in text_of(office.at(Role.DM).get(case_address(number)))


def test_a_code_asked_for_before_the_correction_signs_nothing(office: Office) -> None:
    """Whoever signs signs for the person that he saw."""
    journey, dm = office.journey, office.journey.staff.holder(Role.DM)
    number = journey.new_case([THANA])
    journey.go_on(number, "decide")
    [task] = journey.waiting(number)
    with pytest.raises(stepup.StepUpNeeded) as asked:
        tasks.complete(journey.database, dm, task.id, journey.form_of(task), [], NOW)
    journey.confirm(dm, asked.value.step_up_id)
    of = sheet_of(journey, dm, number)
    correcting.correct(journey.database, dm, number, typed(of, {"father_hi": ["विनय नाथ शर्मा"]}), NOW)
    with pytest.raises(stepup.ContentChanged):
        tasks.sign(journey.database, dm, task.id, asked.value.step_up_id, NOW)
    journey.go_on(number, "dispatch")  # a fresh code signs for the corrected person
