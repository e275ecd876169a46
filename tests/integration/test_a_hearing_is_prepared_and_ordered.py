"""A hearing is prepared by the section head or the reader; whoever decides changes it, or confirms it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.domain.errors import NotFound
from app.domain.roles import Role
from app.models.tables.audit import audit
from app.models.tables.cases import answer, case
from app.models.tables.workflow import notification
from app.services.desk import signatures, tasks
from tests.districts import NOW
from tests.journey import scan
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.visitor import Visitor

THANA = "th_mufassil"
WHY = "अभ्यर्थी का पक्ष सुनना आवश्यक है।"
PLACE = "समाहरणालय, छपरा, कक्ष 4"
PROPOSED = {
    "hearing_date-d": "9",
    "hearing_date-m": "12",
    "hearing_date-y": "2026",
    "hearing_time-t": "11:30",
    "hearing_place": PLACE,
}


@pytest.fixture(scope="module")
def office(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("hearing")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    made = Office(folder, NOW)
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def at_dm(office: Office) -> str:
    """A case before the DM, in which nothing comes to be prepared."""
    return before(office, "decide")


def before(office: Office, step: str, **letter: Any) -> str:
    photo = [scan("photo")] if letter else []  # a certificate shows its person
    number = office.journey.add(office.journey.register(**letter), [THANA], photo)
    office.journey.go_on(number, step)
    return number


def address(number: str, tab: str = "hearing") -> str:
    return f"/cases/{number.replace('/', '-')}/{tab}".rstrip("/")


def prepare(browser: Visitor, number: str, reason: str, **changes: str) -> Any:
    browser.get(address(number))
    return browser.post(address(number), {**PROPOSED, reason: WHY, **changes})


def main(answer_: Any) -> str:
    return text_of(answer_).partition("<main")[2]


def kept(office: Office, number: str, act: str) -> list[Any]:
    with office.database.engine.connect() as connection:
        known = select(case.c.id).where(case.c.number == number).scalar_subquery()
        rows = select(answer).where(answer.c.case_id == known, answer.c.element_id == act)
        return list(connection.execute(rows.order_by(answer.c.id)))


def looks(office: Office, number: str) -> list[Any]:
    """What the record holds of those who have read what is prepared: the classes each time."""
    with office.database.engine.connect() as connection:
        known = connection.execute(select(case.c.id).where(case.c.number == number)).scalar_one()
        rows = connection.execute(select(audit).where(audit.c.action == "case:see").order_by(audit.c.seq))
        of_case = [row.detail for row in rows if row.object == f"case:{known}"]
    return [each["classes"] for each in of_case if each["page"] == "hearing"]


def test_what_the_section_head_prepares_is_changed_and_ordered_by_the_dm(office: Office) -> None:
    number = before(office, "recommend")
    head, dm, reader = office.at(Role.DM_SECTION_HEAD), office.at(Role.DM), office.at(Role.SP_READER)
    assert "सुनवाई तैयार करें" not in main(reader.get(address(number, "")))  # the DM signs here, not the SP
    assert reader.get(address(number)).status_code == 404
    office.journey.go_on(number, "decide")
    assert "सुनवाई तैयार करें" in main(head.get(address(number, "")))
    assert prepare(head, number, "dm_reason", hearing_place="सभा कक्ष").status_code == 303
    seen = looks(office, number)
    assert 'value="सभा कक्ष"' in main(head.get(address(number)))  # it is gone on with, not begun anew
    assert looks(office, number) == [*seen, ["P3"]], "who reads the reason there is recorded, as everywhere"
    assert prepare(head, number, "dm_reason").status_code == 303
    assert_recorded_beside_each_other(office, number)
    assert_told_to_who_decides_and_in_the_timeline(office, number)
    assert_read_in_the_office_alone(office, number)
    assert_signed_in_no_list(office, number)
    task = office.task(number, "decide")
    shown = main(dm.get(f"/tasks/{task.id}"))
    assert PLACE in shown.partition("सुनवाई का प्रस्ताव")[2].partition("</section>")[0]
    assert dm.get(address(number, "hearing/notice.pdf")).data.startswith(b"%PDF")
    assert dm.post(f"/tasks/{task.id}/hearing", {}).status_code == 303
    boxes = main(dm.get(f"/tasks/{task.id}"))
    assert f'value="{PLACE}"' in boxes
    assert 'name="_decided" value="dm_decision=hear_applicant"' in boxes
    assert office.journey.steps(number) == ["decide"]  # nothing was sent by that
    elsewhere = {"hearing_place": "अनुमंडल कार्यालय, छपरा", "dm_decision": "hear_applicant", "sign": False}
    office.journey.do(number, "decide", **elsewhere)
    assert office.journey.steps(number) == ["hold_hearing"]
    assert head.get(address(number)).status_code == 404  # it is ordered: nothing is left to prepare
    assert "अनुमंडल कार्यालय, छपरा" in main(head.get(address(number, "")))
    assert_over_with_the_decision_that_followed(office, number)


def test_of_a_signature_the_facts_say_who_and_when_and_not_that_a_box_was_ticked(
    office: Office, at_dm: str
) -> None:
    told = main(office.at(Role.DM).get(f"/tasks/{office.task(at_dm, 'decide').id}"))
    assert "पुलिस अधीक्षक की अनुशंसा" in told
    assert "इस निर्णय पर मेरे हस्ताक्षर हैं" in told  # his own, to be ticked
    assert "इस अनुशंसा पर मेरे हस्ताक्षर हैं" not in told


def assert_recorded_beside_each_other(office: Office, number: str) -> None:
    first, second = kept(office, number, "prepare_hearing")
    assert second.supersedes_id == first.id
    with office.database.engine.connect() as connection:
        wanted = audit.c.action == "hearing:prepare", audit.c.stream == f"case:{first.case_id}"
        rows = connection.execute(select(audit.c.detail).where(*wanted)).all()
    assert len(rows) == 2
    assert not [row for row in rows if "कक्ष" in str(row.detail)]


def assert_told_to_who_decides_and_in_the_timeline(office: Office, number: str) -> None:
    known = select(case.c.id).where(case.c.number == number).scalar_subquery()
    with office.database.engine.connect() as connection:
        wanted = notification.c.case_id == known, notification.c.kind == "hearing"
        assert [row.role for row in connection.execute(select(notification).where(*wanted))] == ["dm"]
    told = "सुनवाई का प्रस्ताव तैयार हुआ"
    assert main(office.at(Role.DM).get(address(number, "timeline"))).count(told) == 2
    assert told not in main(office.at(Role.SP).get(address(number, "timeline")))


def assert_read_in_the_office_alone(office: Office, number: str) -> None:
    for role in (Role.DM, Role.ADM):
        assert PLACE in main(office.at(role).get(address(number, ""))), role
    for role in (Role.DM_ASSISTANT, Role.SP, Role.SP_READER):
        assert PLACE not in main(office.at(role).get(address(number, ""))), role
    sho = office.at(Role.SHO, THANA)
    assert PLACE not in main(sho.get(address(number, "")))
    assert sho.get(address(number, "hearing/notice.pdf")).status_code == 404


def assert_signed_in_no_list(office: Office, number: str) -> None:
    waiting = signatures.waiting(office.database, office.journey.staff.holder(Role.DM), NOW)
    assert [line.reasons for line in waiting.exceptions if line.case_number == number] == [("prepared",)]


def assert_over_with_the_decision_that_followed(office: Office, number: str) -> None:
    later, dm = NOW + timedelta(minutes=1), office.journey.staff.holder(Role.DM)
    office.journey.now = later
    try:
        office.journey.do(number, "hold_hearing")
        with pytest.raises(NotFound):
            tasks.take_prepared(office.database, dm, office.task(number, "decide").id, later)
    finally:
        office.journey.now = NOW


def test_in_a_case_that_the_sp_signs_the_reader_prepares_for_him(office: Office) -> None:
    number = before(office, "recommend", purpose="bank_agent")
    reader, sp = office.at(Role.SP_READER), office.at(Role.SP)
    assert prepare(reader, number, "sp_reason").status_code == 303
    task = office.task(number, "recommend")
    assert PLACE in main(sp.get(f"/tasks/{task.id}"))
    assert sp.post(f"/tasks/{task.id}/hearing", {}).status_code == 303
    boxes = main(sp.get(f"/tasks/{task.id}"))
    assert f'value="{PLACE}"' in boxes
    assert WHY in boxes
    for other in (Role.DM_SECTION_HEAD, Role.DM_ASSISTANT):
        assert PLACE not in main(office.at(other).get(address(number, "")))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"hearing_date-d": "23", "hearing_date-m": "11"}, "24-11-2026 या उसके बाद का दिन लिखें"),
        ({"hearing_date-d": "31", "hearing_date-m": "2"}, "ऐसी कोई तिथि नहीं होती: 31-02-2026"),
        ({"hearing_place": ""}, "सुनवाई का स्थान लिखें"),
        ({"dm_reason": "छोटा"}, "कारण"),
        ({"hearing_time-t": "25:90"}, "समय लिखें"),
    ],
)
def test_a_preparation_that_lacks_something_is_told_at_its_box_and_keeps_what_was_typed(
    office: Office, at_dm: str, changes: dict[str, str], says: str
) -> None:
    refused = prepare(office.at(Role.DM_SECTION_HEAD), at_dm, "dm_reason", **changes)
    assert refused.status_code == 422
    page = text_of(refused).partition("<main")[2]
    assert says in page
    assert all(text in page for text in {**PROPOSED, **changes}.values() if text)
    assert not kept(office, at_dm, "prepare_hearing")


@pytest.mark.parametrize(
    ("role", "status"), [(Role.DM, 404), (Role.SP, 403), (Role.SP_READER, 404), (Role.DM_ASSISTANT, 403)]
)
def test_who_decides_writes_on_his_own_form_and_others_prepare_nothing(
    office: Office, at_dm: str, role: Role, status: int
) -> None:
    browser = office.at(role)
    assert browser.get(address(at_dm)).status_code == status
    assert browser.get(address(at_dm, "hearing/notice.pdf")).status_code == 404
