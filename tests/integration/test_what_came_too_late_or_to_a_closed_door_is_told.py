"""Bad input of the whole route: two answers for one unit, late answers, closed offices and purposes, a withdrawal."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from app.domain.errors import FormInvalid, ReplyTooLate, TaskAlreadyDone
from app.domain.roles import Role
from app.formjs import as_posted
from app.models.tables.cases import document, enquiry
from app.models.tables.offices import office as offices
from app.models.tables.papers import certificate
from app.models.tables.workflow import job
from app.services.casework import cases
from app.services.desk import tasks
from app.services.installation import setup
from app.services.jobs import jobs
from tests.districts import NOW
from tests.journey import CANDIDATE, LETTER
from tests.office import text_of
from tests.scripts import OUTSIDE, REASON, elsewhere, found_by_both
from tests.shipped_forms import FIR, form
from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Row

    from app.services.store.database import Database
    from app.services.workflow.work import Work
    from tests.journey import Journey
    from tests.office import Office
    from tests.traveller import Traveller

THANA = "th_mashrakh"
NO_ANSWER = {"od_state": "not_received", "no_reply_reason": "तीन स्मार पत्रों के बाद भी उत्तर नहीं मिला।"}
ANSWER = {
    "od_state": "received",
    "od_office": "पुलिस अधीक्षक, पटना",
    "od_memo_no": "4411/गो०",
    "od_result": "no_record",
}


def rows(database: Database, statement: Any) -> list[Row[Any]]:
    with database.engine.connect() as connection:
        return list(connection.execute(statement))


def refusal(work: Callable[[], Any]) -> dict[str, tuple[str, str]]:
    """What a form is refused for: place -> the words of the field in both languages, or the catalogue's key."""
    with pytest.raises(FormInvalid) as refused:
        work()
    found = refused.value.problems.items()
    return {place: (problem.hi or problem.key, problem.en or problem.key) for place, problem in found}


def close_thana(database: Database, key: str) -> None:
    """The thana exists no more since the day before yesterday; its officers have not been posted elsewhere yet."""
    with database.engine.begin() as connection:
        last = (NOW - timedelta(days=2)).date()
        connection.execute(update(offices).where(offices.c.key == key).values(valid_to=last))


# -- two answers for one unit ------------------------------------------------------------------------------------


def test_of_two_officers_who_answer_for_one_thana_the_second_is_told_who_was_first(journey: Journey) -> None:
    number = journey.new_case([THANA])
    journey.go_on(number, "check_registers", "search_records")
    task = next(each for each in journey.waiting(number) if each.element_id == "check_registers")
    posted = journey.form_of(task)
    munshi, sho = (
        journey.staff.holder(role, journey.staff.offices(Role.SHO)[THANA])
        for role in (Role.THANA_MUNSHI, Role.SHO)
    )
    tasks.complete(journey.database, munshi, task.id, posted, [], journey.now)
    with pytest.raises(TaskAlreadyDone) as lost:
        tasks.complete(journey.database, sho, task.id, posted, [], journey.now)
    assert (lost.value.params["winner_hi"], lost.value.params["winner_en"]) == (
        munshi.name_hi,
        munshi.name_en,
    )
    assert "check_registers" not in journey.steps(number)


def test_two_addresses_of_one_thana_are_one_enquiry_and_one_letter_goes_to_one_district(
    traveller: Traveller,
) -> None:
    number = traveller.begin(letter={"purpose": "bihar_police"}, person=OUTSIDE)
    traveller.walk(number, {}, until="route")
    task = traveller.waiting(number)[0]
    proposed = traveller.page_of(task).values
    twice = {name: proposed[name] * 2 for name in ("routes", "other_district")}
    traveller.act(number, task, **twice)
    asked = rows(traveller.database, select(enquiry.c.unit_kind))
    assert sorted(each.unit_kind for each in asked) == ["dcrb", "other_district", "special_branch", "thana"]


# -- another district's answer ------------------------------------------------------------------------------------


@pytest.mark.parametrize("until", ["recommend", "dispatch"])
def test_an_answer_of_another_district_that_comes_too_late_changes_nothing_and_says_what_to_do(
    traveller: Traveller, until: str
) -> None:
    number = traveller.begin(letter={"purpose": "central_forces"}, person=OUTSIDE)
    traveller.walk(number, {}, until="record_reply")
    task = traveller.waiting(number)[0]
    late = traveller.form_of(task, **ANSWER, od_date=traveller.now.date().isoformat())
    traveller.walk(number, {"record_reply": [NO_ANSWER]}, until=until)
    before = traveller.steps(number)
    with pytest.raises(ReplyTooLate) as lost:
        traveller.finish(task, late)
    assert lost.value.params["winner_hi"]
    assert traveller.steps(number) == before == [until]


def test_the_page_of_a_late_answer_says_what_to_do_and_shows_what_was_typed(office: Office) -> None:
    journey = office.journey
    letter = journey.register(purpose="central_forces")
    number = journey.add(letter, [THANA], **OUTSIDE)
    journey.go_on(number, "record_reply")
    task = office.task(number)
    reader = office.holder_of(task)
    posted = office.answers(task, **NO_ANSWER)
    reader.get(f"/tasks/{task.id}")
    assert reader.post(f"/tasks/{task.id}", posted).status_code == 303
    answer = reader.post(f"/tasks/{task.id}", {**posted, "od_office": ["पुलिस अधीक्षक, पटना का कार्यालय"]})
    page = text_of(answer)
    assert answer.status_code == 409
    assert "पुलिस अधीक्षक से इस इकाई की पुनः जाँच का आदेश लेकर उत्तर दर्ज करें" in page
    assert "पुलिस अधीक्षक, पटना का कार्यालय" in page
    reader.post("/account/language", {"language": "en"})
    answer = reader.post(f"/tasks/{task.id}", posted)
    assert "ask the SP to order a re-enquiry of this unit" in text_of(answer)


# -- a candidate of seventeen --------------------------------------------------------------------------------------


def test_what_a_candidate_of_seventeen_did_is_never_proposed_as_adverse(traveller: Traveller) -> None:
    thana = next(iter(traveller.staff.offices(Role.SHO).values()))
    row = {**FIR, "fir_year": 2025, "stage": "convicted", "stage_ref": "निर्णय 1/25"}
    row |= {"district": "218", "thana": str(thana)}
    number = traveller.begin(person={"dob": "2009-06-15"})
    traveller.walk(number, found_by_both(row), until="recommend")
    assert [hit for table, hit in traveller.answered if table == "outcome"][-1] == 15
    task = traveller.waiting(number)[0]
    assert traveller.page_of(task).facts["outcome"]["recommendation"] == "no_adverse"


def test_a_child_below_fourteen_is_no_candidate(journey: Journey) -> None:
    letter = journey.register()
    told = refusal(lambda: journey.add(letter, dob="2013-06-15"))
    assert told == {"dob": ("form.too_late", "form.too_late")}


# -- an address without a thana ------------------------------------------------------------------------------------


def test_an_address_without_a_thana_is_told_at_its_field(journey: Journey) -> None:
    letter = journey.register()
    inside = refusal(lambda: journey.add(letter, perm_thana=None))
    assert list(inside) == ["perm_thana"]
    assert re.search("थाना", inside["perm_thana"][0])
    assert re.search("police station", inside["perm_thana"][1])
    outside = refusal(lambda: journey.add(letter, **{**OUTSIDE, "pres_thana_other": ""}))
    assert list(outside) == ["pres_thana_other"]


# -- a purpose disabled --------------------------------------------------------------------------------------------


def disable(database: Database, folder: Path, purpose: str) -> None:
    """Put a release into force in which nobody may ask for this purpose."""
    for part in ("processes", "forms", "templates/papers"):
        shutil.copytree(ROOT / part, folder / part)
    table = folder / "processes" / "checks.dmn"
    enabled = rf'(<outputEntry id="checks_{purpose}_enabled">\s*<text>)"yes"'
    changed, times = re.subn(enabled, r'\1"no"', table.read_text("utf-8"))
    assert times == 1
    table.write_text(changed, "utf-8")
    assert setup.deploy(database, setup.DEMO_DISTRICT, NOW, folder)


def test_a_purpose_disabled_while_a_letter_is_typed_is_told_at_its_field(
    office: Office, tmp_path: Path
) -> None:
    assistant = office.at(Role.DM_ASSISTANT)
    posted = as_posted(form("requisition"), LETTER)
    assistant.get("/requisitions/new")
    assistant.post("/requisitions/new", {**posted, "_op": "draft"})
    disable(office.database, tmp_path / "release", "govt_service")
    answer = assistant.post("/requisitions/new", posted)
    page = text_of(answer)
    assert answer.status_code == 422
    assert 'href="#f-purpose"' in page
    assert "निदेशक (प्रशासन)" in page, "every other answer stays"


def test_a_purpose_disabled_while_a_candidate_is_typed_is_told_and_the_draft_stays(
    office: Office, tmp_path: Path
) -> None:
    letter = office.journey.register()
    posted = dict(office.journey.form_of_person(letter, [THANA]).values)
    assistant, address = office.at(Role.DM_ASSISTANT), f"/requisitions/{letter}/new"
    assistant.get(address)
    disable(office.database, tmp_path / "release", "govt_service")
    answer = assistant.post(address, posted)
    assert answer.status_code == 422
    assert "यह प्रयोजन अब इस कार्यालय में नहीं लिया जाता" in text_of(answer)
    assistant.post("/account/language", {"language": "en"})
    assert "no longer taken" in text_of(assistant.post(address, posted))
    assert CANDIDATE["perm_village"] in text_of(assistant.get(address))


# -- an office closed ----------------------------------------------------------------------------------------------


def test_a_closed_thana_passes_on_what_waits_there_and_gets_nothing_new(traveller: Traveller) -> None:
    number = traveller.begin([THANA])
    traveller.walk(number, {}, until="accept_enquiry")
    close_thana(traveller.database, THANA)
    task = next(each for each in traveller.waiting(number) if each.element_id == "accept_enquiry")
    own = traveller.staff.offices(Role.SHO)[THANA]
    assert str(own) not in {each["value"] for each in traveller.page_of(task).options["other_thanas"]}
    traveller.walk(number, {"accept_enquiry": [elsewhere, {}]}, until="recommend")
    assert traveller.steps(number) == ["recommend"]
    told = refusal(lambda: traveller.add(traveller.register(), [THANA]))
    assert list(told) == ["perm_thana"]


def test_a_route_that_names_a_thana_closed_since_is_told_in_its_row(traveller: Traveller) -> None:
    number = traveller.begin([THANA])
    traveller.walk(number, {}, until="route")
    task = traveller.waiting(number)[0]
    posted = traveller.form_of(task)
    close_thana(traveller.database, THANA)
    told = refusal(lambda: traveller.finish(task, posted))
    assert list(told) == ["routes-0-thana"]
    assert all(not words.startswith("form.") for words in told["routes-0-thana"])
    assert traveller.steps(number) == ["route"]


def test_a_closed_thana_is_not_asked_again(traveller: Traveller) -> None:
    number = traveller.begin([THANA])
    traveller.walk(number, {}, until="recommend")
    task = traveller.waiting(number)[0]
    thana = next(each for each in traveller.page_of(task).options["units"] if "थाना" in each["hi"])
    again = {"action": "re_enquiry", "sp_reason": REASON}
    posted = traveller.form_of(task, **again, re_enquiry=[{"unit": thana["value"], "point": REASON}])
    close_thana(traveller.database, THANA)
    told = refusal(lambda: traveller.finish(task, posted))
    assert list(told) == ["re_enquiry-0-unit"]
    traveller.walk(number, {"recommend": [{"action": "return", "sp_reason": REASON}]}, until="scrutinise")
    assert traveller.steps(number) == ["scrutinise"], "the way out is the one that the page offers"


# -- withdrawn while its paper is drawn ----------------------------------------------------------------------------


def test_a_case_withdrawn_while_its_paper_is_drawn_issues_nothing(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = journey.new_case([THANA])
    journey.go_on(number, "decide")
    journey.do(number, "decide")
    draw = jobs.HANDLERS["issue_report"]

    def withdrawn_meanwhile(database: Database, row: Any) -> Work:
        done = draw(database, row)
        head = journey.staff.holder(Role.DM_SECTION_HEAD)
        cases.withdraw(database, head, number, {"reason": "विभाग का पत्र क-9 दिनांक 20-11-2026"}, journey.now)
        return done

    monkeypatch.setitem(jobs.HANDLERS, "issue_report", withdrawn_meanwhile)
    papers = rows(journey.database, select(document.c.id))
    journey.work()
    monkeypatch.setitem(jobs.HANDLERS, "issue_report", draw)
    journey.work()
    (only,) = rows(journey.database, select(certificate))
    assert (only.status, only.document_id, only.issued_at) == ("allotted", None, None)
    assert rows(journey.database, select(document.c.id)) == papers, (
        "what was drawn is no document of the case"
    )
    assert {
        each.state for each in rows(journey.database, select(job).where(job.c.kind == "issue_report"))
    } == {"cancelled"}
    assert journey.steps(number) == []
    again = journey.new_case([THANA])
    journey.go_on(again)
    first, second = sorted(each.number for each in rows(journey.database, select(certificate)))
    assert first == only.number
    assert second != first, "the number that was allotted is never given to another"
