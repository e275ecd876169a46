"""Cells of the rights matrix beyond one's own queue: a colleague's step, a draft, a register, an order, a count."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
from sqlalchemy import select

from app.domain.errors import NotAllowed, NotFound
from app.domain.roles import DELEGATE, Role
from app.domain.statement import Period
from app.models.tables.papers import certificate
from app.services.casework import foretold
from app.services.desk import inbox, tasks
from app.services.desk.inbox import InboxQuery
from app.services.district import policies
from app.services.reports import reports
from app.services.store.scopes import actor_scope
from app.services.timekeeping import orders
from tests.districts import NOW
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.domain.roles import Actor

THANA, OTHER = "th_mufassil", "th_garkha"
ORDER = "अभिलेख के तथ्य सहित प्रतिवेदन निर्गत किया जाए"


@pytest.fixture(scope="module")
def office(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("cells")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    made = Office(folder, NOW)
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def finished(office: Office) -> dict[str, str]:
    """Two cases whose papers are out and wait for their dispatch: a clear one, and one with facts."""
    journey = office.journey
    clear, adverse = journey.new_case([THANA]), journey.new_case([THANA])
    journey.go_on(clear, "dispatch")
    journey.go_on(adverse, "decide")
    journey.do(adverse, "decide", dm_decision="issue_with_detail", dm_reason=ORDER)
    journey.work()
    assert journey.steps(adverse) == ["dispatch"]
    return {"clear": clear, "adverse": adverse}


def slug(number: str) -> str:
    return number.replace("/", "-")


def in_inbox(office: Office, actor: Actor, task: Any) -> bool:
    found = office.database.read(lambda rows: inbox.page(rows, actor, InboxQuery(), NOW), actor_scope(actor))
    return task.id in {row.task_id for row in found.rows}


# -- a step of a colleague's -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "step"),
    [(Role.DM, "scrutinise"), (Role.ADM, "scrutinise"), (Role.SP, "route")],
)
def test_whom_the_matrix_names_for_a_step_does_it_from_the_case_and_not_from_his_inbox(
    office: Office, role: Role, step: str
) -> None:
    journey, actor = office.journey, office.journey.staff.holder(role)
    number = journey.new_case([THANA])
    journey.go_on(number, step)
    [task] = journey.waiting(number)
    page = text_of(office.at(role).get(f"/cases/{slug(number)}"))
    assert "आप भी कर सकते हैं" in page
    assert f"/tasks/{task.id}" in page
    assert not in_inbox(office, actor, task)
    tasks.complete(office.database, actor, task.id, journey.form_of(task), [], NOW)
    assert step not in journey.steps(number)


def test_an_enquiry_officer_checks_the_registers_for_his_own_enquiry_alone(office: Office) -> None:
    journey = office.journey
    number = journey.new_case([THANA])
    journey.go_on(number, "visit", "check_registers", "search_records")
    visit, check = (office.task(number, step) for step in ("visit", "check_registers"))
    named = journey.staff.officer(visit.assigned_to)
    others = journey.staff.holder(Role.ENQUIRY_OFFICER, journey.staff.offices(Role.SHO)[OTHER])
    with pytest.raises(NotFound):
        tasks.complete(office.database, others, check.id, journey.form_of(check), [], NOW)
    tasks.complete(office.database, named, check.id, journey.form_of(check), [], NOW)
    assert "check_registers" not in journey.steps(number)


def test_the_assistant_dispatches_what_is_clear_and_nothing_else(
    office: Office, finished: dict[str, str]
) -> None:
    journey, assistant = office.journey, office.journey.staff.holder(Role.DM_ASSISTANT)
    adverse = office.task(finished["adverse"], "dispatch")
    browser = office.at(Role.DM_ASSISTANT)
    assert f"/tasks/{adverse.id}" not in text_of(browser.get(f"/cases/{slug(finished['adverse'])}"))
    assert browser.get(f"/tasks/{adverse.id}").status_code == 403
    with pytest.raises(NotAllowed):
        tasks.complete(office.database, assistant, adverse.id, journey.form_of(adverse), [], NOW)
    clear = office.task(finished["clear"], "dispatch")
    assert f"/tasks/{clear.id}" in text_of(browser.get(f"/cases/{slug(finished['clear'])}"))
    assert browser.get(f"/tasks/{clear.id}").status_code == 200


def test_a_post_that_the_matrix_does_not_name_does_no_step_of_a_colleague(office: Office) -> None:
    journey = office.journey
    number = journey.new_case([THANA])
    [task] = journey.waiting(number)
    assistant = journey.staff.holder(Role.DM_ASSISTANT)
    with pytest.raises(NotAllowed):
        tasks.complete(office.database, assistant, task.id, journey.form_of(task), [], NOW)
    journey.go_on(number, "decide")
    [task] = journey.waiting(number)
    regular = next(post for post in journey.staff.holder(Role.ADM).posts if post.kind != DELEGATE)
    adm = replace(journey.staff.holder(Role.ADM), post=regular)
    with pytest.raises(NotAllowed):
        tasks.complete(office.database, adm, task.id, journey.form_of(task), [], NOW)


# -- the draft of a paper --------------------------------------------------------------------------------


def test_the_draft_of_a_paper_opens_to_whom_the_matrix_names_and_when(office: Office) -> None:
    journey = office.journey
    number = journey.new_case([THANA])
    journey.go_on(number, "recommend")
    sp, reader, head, assistant, dm, sho = (
        journey.staff.holder(role)
        for role in (Role.SP, Role.SP_READER, Role.DM_SECTION_HEAD, Role.DM_ASSISTANT, Role.DM, Role.SHO)
    )
    for actor in (sp, reader, dm):
        assert "प्रारूप" in said(foretold.draw(office.database, actor, slug(number), NOW))
    for actor in (head, assistant, sho):  # the SP has not reported; a station never
        with pytest.raises(NotFound):
            foretold.draw(office.database, actor, slug(number), NOW)
    journey.go_on(number, "decide")
    for role in (Role.DM_SECTION_HEAD, Role.DM_ASSISTANT):
        browser = office.at(role)
        assert "draft.pdf" in text_of(browser.get(f"/cases/{slug(number)}/documents"))
        assert browser.get(f"/cases/{slug(number)}/draft.pdf").mimetype == "application/pdf"
    assert office.at(Role.SHO, THANA).get(f"/cases/{slug(number)}/draft.pdf").status_code == 403


def test_the_assistant_sees_no_draft_that_tells_facts(office: Office) -> None:
    journey = office.journey
    number = journey.new_case([THANA])
    journey.go_on(number, "recommend")
    journey.do(number, "recommend", sp_outcome="attention", sp_reason="तथ्य सहित प्रतिवेदन भेजा जाए")
    assert office.at(Role.DM_ASSISTANT).get(f"/cases/{slug(number)}/draft.pdf").status_code == 404
    shown = office.at(Role.DM_SECTION_HEAD).get(f"/cases/{slug(number)}/draft.pdf")
    assert (
        shown.status_code == 422
    )  # for him there is one, and it says what it lacks: facts that nobody has found
    assert "तथ्य" in text_of(shown)


def said(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text


# -- the register of papers ------------------------------------------------------------------------------


def test_a_station_reads_the_register_of_the_papers_about_its_own_persons(
    office: Office, finished: dict[str, str]
) -> None:
    [clear] = papers(office, finished["clear"])
    own, other = (text_of(office.at(Role.SHO, key).get("/certificates")) for key in (THANA, OTHER))
    assert clear.number in own
    assert clear.number not in other
    assert office.at(Role.SHO, THANA).get(f"/certificates/{clear.id}").status_code == 200
    assert office.at(Role.SHO, OTHER).get(f"/certificates/{clear.id}").status_code == 404
    assert office.at(Role.SHO, THANA).get("/certificates/revocations").status_code == 403


def test_the_assistant_opens_clear_papers_and_is_told_of_the_others_that_they_are_out(
    office: Office, finished: dict[str, str]
) -> None:
    browser = office.at(Role.DM_ASSISTANT)
    [clear], [adverse] = (papers(office, finished[which]) for which in ("clear", "adverse"))
    page = text_of(browser.get("/certificates"))
    assert adverse.number in page
    assert f"/certificates/{adverse.id}" not in page
    assert f"/certificates/{clear.id}" in page
    assert browser.get(f"/certificates/{clear.id}").status_code == 200
    assert browser.get(f"/certificates/{adverse.id}").status_code == 404


def papers(office: Office, number: str) -> list[Any]:
    with office.database.engine.connect() as connection:
        rows = list(connection.execute(select(certificate)))
    case_id = office.task(number).case_id
    return [row for row in rows if row.case_id == case_id]


# -- orders, settings, counts ----------------------------------------------------------------------------


def an_order(office_id: Any, number: str) -> orders.Asked:
    day = date(2026, 11, 24)
    return orders.Asked("pause", office_id, day, day, 0, "election", number, date(2026, 11, 23))


def test_the_magistrate_stops_the_clock_of_his_own_office_alone(office: Office) -> None:
    dm, sp = (office.journey.staff.holder(role) for role in (Role.DM, Role.SP))
    thana = office.journey.staff.offices(Role.SHO)[THANA]
    for wanted in (None, thana):
        with pytest.raises(orders.Refused):
            issue(office, dm, an_order(wanted, f"क-{wanted}"))
    issue(office, dm, an_order(dm.post.office_id, "डीएम-1"))
    with pytest.raises(orders.Refused):
        issue(office, sp, an_order(dm.post.office_id, "एसपी-1"))
    issue(office, sp, an_order(None, "एसपी-2"))
    by_sp = next(row for row in listed(office, sp) if row.number == "एसपी-2")
    with pytest.raises(NotAllowed):
        office.database.write(lambda s: orders.cancel(s, dm, by_sp.id, NOW), actor_scope(dm))
    page = text_of(office.at(Role.DM).get("/orders"))
    assert "जिले के सभी जाँच कार्यालय</option>" not in page
    assert page.count("आदेश वापस लें") == 1  # his own


def issue(office: Office, actor: Actor, asked: orders.Asked) -> None:
    office.database.write(lambda s: orders.issue(s, actor, asked, NOW), actor_scope(actor))


def listed(office: Office, actor: Actor) -> Any:
    return office.database.read(lambda s: orders.listing(s, actor), actor_scope(actor))


def test_settings_are_approved_by_whom_the_magistrate_has_delegated_and_by_no_other(office: Office) -> None:
    maker, adm = (office.journey.staff.holder(role) for role in (Role.PROCESS_ADMIN, Role.ADM))
    office.database.write(lambda s: policies.propose(s, maker, 7, NOW), actor_scope(maker))
    ordinary, by_order = (
        replace(adm, post=next(post for post in adm.posts if (post.kind == DELEGATE) is delegated))
        for delegated in (False, True)
    )
    with pytest.raises(NotAllowed):
        office.database.write(
            lambda s: policies.decide(s, ordinary, NOW, approves=True), actor_scope(ordinary)
        )
    office.database.write(lambda s: policies.decide(s, by_order, NOW, approves=True), actor_scope(by_order))
    assert office.database.read(policies.daily_cap, actor_scope(by_order)) == 7


def test_outcomes_are_counted_by_purpose_for_those_who_may(office: Office) -> None:
    journey, period = office.journey, Period(date(2026, 11, 1), date(2026, 11, 30))
    before = counted(office, Role.SUPERVISOR_VIEW, period)
    clear = journey.new_case([OTHER])
    journey.go_on(clear)
    adverse = journey.new_case([OTHER])
    journey.go_on(adverse, "decide")
    journey.do(adverse, "decide", dm_decision="issue_with_detail", dm_reason=ORDER)
    journey.work()
    journey.go_on(adverse)
    after = counted(office, Role.SUPERVISOR_VIEW, period)
    gained = {name: after[name] - before.get(name, 0) for name in after if name != "facts_share"}
    assert gained == {
        "ended": 2,
        "issue_clear": 1,
        "issue_with_detail": 1,
        "refuse": 0,
        "withdrawn": 0,
        "closed_otherwise": 0,
    }
    assert counted(office, Role.SHO, period, OTHER)["ended"] == 2
    third = next(key for key in journey.staff.offices(Role.SHO) if key not in (THANA, OTHER))
    assert counted(office, Role.SHO, period, third).get("ended", 0) == 0
    page = text_of(office.at(Role.DM).get("/reports/outcomes?from=2026-11-01&to=2026-11-30"))
    assert "तथ्य सहित" in page
    assert office.at(Role.ENQUIRY_OFFICER).get("/reports/outcomes").status_code == 403


def counted(office: Office, role: Role, period: Period, thana: str = "") -> dict[str, int]:
    """The line of all purposes together, by column."""
    staff = office.journey.staff
    somebody = staff.holder(Role.SHO if thana else Role.DM, staff.offices(Role.SHO)[thana] if thana else None)
    actor = replace(somebody, post=replace(somebody.post, role=role))
    sheet = office.database.read(
        lambda s: reports.make(s, actor, "outcomes", period, "", NOW), actor_scope(actor)
    )
    total = next((line for line in sheet.lines if line.is_total), None)
    names = [column.key for column in sheet.columns]
    return dict(zip(names[1:], total.cells[1:], strict=True)) if total is not None else {}
