"""A letter's candidates come as a list: judged by the form, given back where faulty, taken once, taken back."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from app import spreadsheets
from app.domain.errors import Conflict, NotAllowed, NotFound
from app.domain.roles import Role
from app.formjs import Posted
from app.models.intake import department_queries
from app.models.intake import rosters as table
from app.models.intake.rosters import roster, roster_row
from app.models.scope import SystemReason, SystemScope
from app.models.tables.cases import case, data_key
from app.models.tables.officers import posting
from app.services.casework import cases
from app.services.desk import tasks
from app.services.intake import requisitions, rostercases, rosters, rosterwork, sheetcolumns, sheetlists
from app.services.store import audit, scopes
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.office import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from app.services.intake.asked import Letter
    from app.services.intake.sheetlists import ListView
    from tests.journey import Journey
    from tests.office import Office

HEADS = [
    *("नाम (हिन्दी)", "नाम (अंग्रेजी, प्रमाण पत्र के अनुसार)", "लिंग", "जन्म तिथि", "पिता/पति का नाम (हिन्दी)"),
    *(
        "पिता/पति का नाम (अंग्रेजी)",
        "स्थायी पता: ग्राम/मुहल्ला",
        "स्थायी पता: पिन कोड",
        "स्थायी पता: थाना",
        "मोबाइल संख्या",
    ),
]
NAME_HI, NAME_EN, GENDER, DOB, FATHER_HI, FATHER_EN, VILLAGE, PIN, THANA, MOBILE = range(10)
WORKER = SystemScope(SystemReason.WORKER, 218)
GIVEN = (("राहुल", "Rahul"), ("अमित", "Amit"), ("सुनील", "Sunil"), ("पूजा", "Puja"), ("मनोज", "Manoj"))


def person(number: int, **changes: Any) -> list[Any]:
    """A row without a fault; `changes` by the name of a column above."""
    hindi, english = GIVEN[number % len(GIVEN)]
    born = date(1990, 1, 1) + timedelta(days=number)
    row = [f"{hindi} कुमार", f"{english} Kumar", "पुरुष", born.strftime("%d-%m-%Y"), "विनय शर्मा"]
    row += ["Vinay Sharma", "रामपुर", "841301", "मांझी", ""]
    for name, value in changes.items():
        row[globals()[name]] = value
    return row


def sheet(rows: Iterable[Sequence[str]], heads: Sequence[str] = HEADS) -> bytes:
    return spreadsheets.marked("सूची", heads, [(row, {}, []) for row in rows], [])


class Desk:
    """The DM's assistant with a letter before him, and the worker beside him."""

    def __init__(self, journey: Journey, **letter: Any) -> None:
        self.journey, self.database = journey, journey.database
        self.actor = journey.staff.holder(Role.DM_ASSISTANT)
        self.letter = journey.register(candidate_count=40, **letter)

    def judged(self, data: bytes) -> UUID:
        """Hand a list in, confirm what its columns mean as proposed, and let it be checked."""
        roster_id = rosters.CANDIDATES.upload(self.database, self.actor, data, NOW, self.letter)
        chosen = self.view(roster_id).chosen
        rosters.CANDIDATES.explain(self.database, self.actor, roster_id, chosen, NOW)
        self.work()
        return roster_id

    def taken(self, data: bytes) -> UUID:
        roster_id = self.judged(data)
        self.take(roster_id)
        return roster_id

    def take(self, roster_id: UUID, *doubles: int) -> None:
        rosters.take(self.database, self.actor, roster_id, doubles, NOW)
        self.work()

    def work(self) -> None:
        while rosterwork.go_on(self.database, NOW):
            pass

    def view(self, roster_id: UUID) -> ListView[Letter]:
        return rosters.CANDIDATES.view(self.database, self.actor, roster_id, NOW)

    def told(self, roster_id: UUID) -> dict[int, dict[str, str]]:
        """Row -> field -> what is wrong."""
        return {
            each.number: {column.key if column else "": fault.key for column, _, fault in each.faults}
            for each in self.view(roster_id).told.rows
        }

    def rows(self, table_: Any, *conditions: Any) -> list[Any]:
        with self.database.engine.connect() as connection:
            return list(connection.execute(select(table_).where(*conditions)))

    def cases(self) -> list[Any]:
        return self.rows(case, case.c.requisition_id == self.letter)


@pytest.fixture
def desk(journey: Journey) -> Desk:
    return Desk(journey)


def test_every_row_is_judged_by_the_rules_of_the_form_and_good_ones_become_cases(desk):
    rows = [
        person(0),
        person(1, DOB=date(1991, 5, 3).isoformat(), GENDER="Male", THANA="Manjhi", MOBILE="९८७६५४३२१०"),
        person(2, NAME_HI="Sunil Kumar"),
        person(3, DOB="31-02-1994"),
        person(4, PIN="84130"),
        person(5, THANA="कहीं नहीं"),
        person(6, GENDER="पु०"),
        person(7, MOBILE="=A1"),
        person(8, NAME_EN="jke dqekj"),
        person(9, VILLAGE=""),
        person(10, VILLAGE="आधार 2345 6789 0124"),
        person(11, DOB="14-03-2020"),
    ]
    roster_id = desk.judged(sheet(rows))
    found = desk.view(roster_id)
    assert (found.row.state, dict(found.counts)) == ("checked", {"good": 2, "bad": 10})
    assert desk.told(roster_id) == {
        4: {"name_hi": "form.pattern"},
        5: {"dob": "form.no_such_day"},
        6: {"perm_pin": "form.pattern"},
        7: {"perm_thana": "roster.no_choice"},
        8: {"gender": "roster.one_of"},
        9: {"mobile": "roster.formula"},
        10: {"name_en": "roster.legacy"},
        11: {"perm_village": "form.required"},
        12: {"perm_village": "form.aadhaar"},
        13: {"dob": "form.too_late"},
    }
    assert desk.cases() == [], "nothing is made before an officer has looked"
    desk.take(roster_id)
    numbers = sorted(row.number for row in desk.cases())
    assert len(numbers) == 2
    assert [desk.journey.steps(number) for number in numbers] == [["scrutinise"]] * 2
    page = cases.see(desk.database, desk.actor, numbers[1], "tasks", NOW)
    assert page.particulars is not None
    assert (page.particulars.mobile, page.particulars.born) == ("9876543210", date(1991, 5, 3))
    assert [home.thana_hi for home in page.particulars.residences] == ["मांझी"]
    said = [row for answer in page.answers for row in answer.rows]
    assert any(text == "घोषणा प्राप्त नहीं" for _, text in said), "a list without the column says nothing of one"


def test_pressing_twice_or_a_second_worker_makes_no_second_case(desk):
    roster_id = desk.judged(sheet(map(person, range(5))))
    row = desk.database.read(lambda session: table.find(session, roster_id), WORKER)
    good = desk.database.read(lambda s: table.rows_in(s, roster_id, ["good"], 9), WORKER)
    for _ in range(2):
        desk.take(roster_id)
    assert len(desk.cases()) == 5
    assert {each.id for each in desk.cases()} == {each.id for each in good}, "a row's id is its case's"
    with pytest.raises(Conflict):
        desk.database.write(
            lambda s: rostercases._open_some(s, desk.actor, row, good, NOW), actor_scope(desk.actor)
        )
    assert len({each.number for each in desk.cases()}) == 5


def test_a_worker_that_dies_leaves_the_rest_to_the_next_and_numbers_without_a_gap(desk, monkeypatch):
    roster_id = desk.judged(sheet(map(person, range(6))))
    monkeypatch.setattr(rostercases, "_AT_ONCE", 2)
    rosters.take(desk.database, desk.actor, roster_id, [], NOW)
    rosterwork.go_on(desk.database, NOW)
    assert len(desk.cases()) == 2
    desk.database.write(lambda s: table.claim(s, roster_id, NOW, NOW + timedelta(minutes=5)), WORKER)
    assert not rosterwork.go_on(desk.database, NOW), "another worker has it in hand"
    later = NOW + timedelta(minutes=6)
    while rosterwork.go_on(desk.database, later):
        pass
    serials = sorted(int(each.number.rsplit("/", 1)[1]) for each in desk.cases())
    assert serials == list(range(serials[0], serials[0] + 6))


def test_a_day_that_excel_tells_as_a_number_among_dates_is_that_day(desk):
    rows = [person(number, DOB=date(1990, 1, 1) + timedelta(days=number)) for number in range(3)]
    rows[1][DOB] = 32874  # the cell has lost its format
    rows[2][MOBILE] = 32875
    book = Workbook()
    for each in (list(HEADS), *rows):
        book.active.append(each)
    data = BytesIO()
    book.save(data)
    roster_id = desk.judged(data.getvalue())
    assert desk.view(roster_id).days_read == 1
    assert desk.told(roster_id) == {4: {"mobile": "form.pattern"}}
    assert desk.view(roster_id).count("good") == 2
    alone = desk.judged(sheet([person(5, DOB="32879")]))
    assert desk.told(alone) == {2: {"dob": "roster.day_number"}}, "no date beside it says what it is"


def test_one_person_twice_waits_for_the_officer_to_decide(desk):
    first = desk.taken(sheet([person(0)]))
    assert desk.view(first).row.state == "taken"
    rows = [person(1), person(0), person(1, FATHER_HI="मोहन शर्मा"), person(2)]
    roster_id = desk.judged(sheet(rows))
    found = desk.view(roster_id)
    assert dict(found.counts) == {"good": 2, "double": 2}
    (number,) = (each.number for each in desk.cases())
    assert [(each.number, each.twin_row, each.twin_case) for each in found.doubles] == [
        (3, None, number),
        (4, 2, ""),
    ]
    desk.take(roster_id, 4)
    assert len(desk.cases()) == 4
    assert desk.view(roster_id).counts == {"taken": 3, "double": 1}


def test_what_columns_meant_is_remembered_for_the_department_alone(journey):
    desk = Desk(journey)
    heads = ["अभ्यर्थी", *HEADS[1:], "टिप्पणी"]
    roster_id = rosters.CANDIDATES.upload(
        desk.database, desk.actor, sheet([person(0)], heads), NOW, desk.letter
    )
    chosen = desk.view(roster_id).chosen
    assert NAME_HI not in chosen
    with pytest.raises(sheetcolumns.ColumnsWrong) as missing:
        rosters.CANDIDATES.explain(desk.database, desk.actor, roster_id, chosen, NOW)
    assert [field.key for field in missing.value.fields] == ["name_hi"]
    with pytest.raises(sheetcolumns.ColumnsWrong, match="twice"):
        rosters.CANDIDATES.explain(desk.database, desk.actor, roster_id, {**chosen, 10: "name_en"}, NOW)
    rosters.CANDIDATES.explain(desk.database, desk.actor, roster_id, {**chosen, 0: "name_hi"}, NOW)
    again = rosters.CANDIDATES.upload(desk.database, desk.actor, sheet([person(1)], heads), NOW, desk.letter)
    assert desk.view(again).chosen[NAME_HI] == "name_hi"
    other = Desk(journey, requesting_dept="स्वास्थ्य विभाग, बिहार")
    third = rosters.CANDIDATES.upload(desk.database, desk.actor, sheet([person(2)], heads), NOW, other.letter)
    assert NAME_HI not in desk.view(third).chosen


def test_a_list_is_given_back_with_its_faults_and_comes_again_mended(desk):
    roster_id = desk.taken(sheet([person(0), person(1, PIN="84130"), person(2, NAME_HI="Sunil")]))
    heads, found = desk.database.read(
        lambda s: rosters.CANDIDATES.to_mend(s, desk.actor, roster_id, NOW), actor_scope(desk.actor)
    )
    assert [(texts[NAME_HI], list(at)) for texts, at, _ in found] == [
        ("अमित कुमार", [PIN]),
        ("Sunil", [NAME_HI]),
    ]
    back = spreadsheets.marked("सूची", heads, [(t, {}, ["गलत", "x"]) for t, _, _ in found], sheetlists.ERRORS)
    mended = [texts for _, texts in spreadsheets.rows(back)]
    mended[1][PIN], mended[2][NAME_HI] = "841301", "सुनील कुमार"
    second = desk.taken(sheet(mended[1:], mended[0]))
    assert desk.view(second).counts == {"taken": 2}
    assert len(desk.cases()) == 3


def test_a_list_is_taken_back_until_its_cases_are_forwarded(desk):
    roster_id = desk.taken(sheet(map(person, range(3))))
    first = min(each.number for each in desk.cases())
    desk.journey.do(first, "scrutinise")
    with pytest.raises(rosters.ReasonMissing):
        rosters.undo(desk.database, desk.actor, roster_id, " ", NOW)
    rosters.undo(desk.database, desk.actor, roster_id, "गलत पत्र में जोड़ी गई", NOW)
    desk.work()
    assert desk.view(roster_id).counts == {"undone": 2, "kept": 1}
    assert sorted(each.status for each in desk.cases()) == ["open", "withdrawn", "withdrawn"]
    line = requisitions.see(desk.database, desk.actor, desk.letter, NOW).line
    assert (line.entered, line.done) == (1, 0), "an error of the office is no answer to the letter"
    told = desk.database.read(lambda s: department_queries.cases(s, [desk.letter]), actor_scope(desk.actor))
    assert [each.number for each in told] == [first], (
        "neither its department nor its reply hears of the error"
    )
    number = next(each.number for each in desk.cases() if each.status == "withdrawn")
    page = cases.see(desk.database, desk.actor, number, "timeline", NOW)
    assert "गलत पत्र में जोड़ी गई" in str(page.events)
    again = desk.judged(sheet([person(1)]))
    assert desk.view(again).counts == {"good": 1}, "a case that was taken back is nobody's double"
    assert desk.database.read(audit.verify, scopes.record(218)) == []


def test_texts_of_persons_go_with_the_list(desk):
    whole = desk.taken(sheet([person(0)]))
    faulty = desk.judged(sheet([person(1, PIN="1")]))
    dropped = desk.judged(sheet([person(2)]))
    rosters.CANDIDATES.drop(desk.database, desk.actor, dropped, NOW)
    (kept,) = desk.rows(roster, roster.c.file.is_not(None) | roster.c.head.is_not(None))
    assert kept.id == faulty
    assert kept.file is None, "the file itself goes as soon as its rows are read"
    texts = roster_row.c.cells.is_not(None) | roster_row.c.answers.is_not(None)
    assert {each.roster_id for each in desk.rows(roster_row, texts)} == {faulty}
    own = {each.id: each.data_key_id for each in desk.rows(roster)}
    gone = {each.id for each in desk.rows(data_key, data_key.c.wrapped.is_(None))}
    assert gone == {own[whole], own[dropped]}
    assert rosterwork.destroy_old(desk.database, NOW + timedelta(days=29)) == 0
    assert rosterwork.destroy_old(desk.database, NOW + timedelta(days=31)) == 1
    assert desk.rows(roster_row, texts) == []
    with pytest.raises(NotFound):
        desk.database.read(
            lambda s: rosters.CANDIDATES.to_mend(s, desk.actor, faulty, NOW), actor_scope(desk.actor)
        )


def test_a_list_in_the_old_font_is_refused_with_help(desk):
    rows = [person(each, NAME_HI="jke dqekj", FATHER_HI="fot; flag") for each in range(3)]
    with pytest.raises(sheetcolumns.SheetRefused) as refused:
        rosters.CANDIDATES.upload(desk.database, desk.actor, sheet(rows), NOW, desk.letter)
    assert refused.value.code == "legacy"


def test_who_may_not_register_sees_no_list(desk):
    roster_id = desk.judged(sheet([person(0)]))
    for role in (Role.DM, Role.SP, Role.SHO):
        actor = desk.journey.staff.holder(role)
        with pytest.raises(NotAllowed):
            rosters.CANDIDATES.view(desk.database, actor, roster_id, NOW)
        with pytest.raises(NotAllowed):
            rosters.take(desk.database, actor, roster_id, [], NOW)


def test_an_officer_who_was_transferred_makes_no_more_cases(desk):
    roster_id = desk.judged(sheet([person(0)]))
    rosters.take(desk.database, desk.actor, roster_id, [], NOW)
    after = NOW + timedelta(days=1)
    with desk.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(
            posting.update().where(posting.c.id == desk.actor.post.posting_id).values(valid_to=NOW.date())
        )
    while rosterwork.go_on(desk.database, after):
        pass
    assert desk.cases() == []
    found = desk.database.read(lambda session: table.find(session, roster_id), WORKER)
    assert (found.state, found.reason) == ("checked", "transferred")


def test_the_pages_lead_from_the_template_to_the_cases(office: Office):
    visitor = office.at(Role.DM_ASSISTANT)
    letter = office.journey.register(candidate_count=3)
    begin = f"/requisitions/{letter}/lists"
    assert "सूची से अभ्यर्थी जोड़ें" in text_of(visitor.get(f"/requisitions/{letter}"))
    assert visitor.get(begin).status_code == 200
    given = visitor.get(f"{begin}/template")
    ((_, heads),) = spreadsheets.rows(given.data)
    assert set(HEADS) <= set(heads)

    def send(data: bytes) -> Any:
        visitor.get(begin)
        return visitor.post(begin, {"list": (BytesIO(data), "list.xlsx")}, content_type="multipart/form-data")

    refused = send(b"\xd0\xcf\x11\xe0 old")
    assert (refused.status_code, ".xls" in text_of(refused)) == (422, True)
    address = send(sheet([person(0), person(1, PIN="84130")])).headers["Location"]
    page = text_of(visitor.get(address))
    assert '<option value="name_hi" selected>' in page
    chosen = {f"column-{place}": "" for place in range(10)}
    answer = visitor.post(f"{address}/columns", chosen)
    assert answer.status_code == 422
    assert "नाम (हिन्दी)" in text_of(answer)
    fields = (
        "name_hi",
        "name_en",
        "gender",
        "dob",
        "father_hi",
        "father_en",
        "perm_village",
        "perm_pin",
        "perm_thana",
    )
    visitor.post(f"{address}/columns", {f"column-{place}": field for place, field in enumerate(fields)})
    assert "पंक्तियाँ जाँची जा रही हैं" in text_of(visitor.get(address))
    while rosterwork.go_on(office.database, NOW):
        pass
    page = text_of(visitor.get(address))
    assert "6 अंकों का पिन कोड लिखें" in page
    assert "84130" in page
    back = visitor.get(f"{address}/faults")
    texts = [row for _, row in spreadsheets.rows(back.data)]
    assert texts[0][-2:] == list(sheetlists.ERRORS)
    assert "Write the PIN code of 6 digits" in texts[1][-1]
    assert "6 अंकों का पिन कोड लिखें" in texts[1][-2]
    visitor.post(f"{address}/take")
    while rosterwork.go_on(office.database, NOW):
        pass
    assert "प्रकरण बने" in text_of(visitor.get(address))
    assert "राहुल कुमार" in text_of(visitor.get(f"/requisitions/{letter}"))
    for _ in range(2):
        office.journey.add(letter)
    page = text_of(visitor.get(f"/requisitions/{letter}"))
    assert "भेजी गई सूचियाँ" in page, "all are entered, one by the list"


def test_all_cases_of_a_letter_are_forwarded_in_one_act_each_for_itself(office: Office):
    journey = office.journey
    head = office.at(Role.DM_SECTION_HEAD)
    letter = journey.register(candidate_count=4)
    numbers = [journey.add(letter) for _ in range(4)]
    colleague = journey.staff.holder(Role.DM_SECTION_HEAD)
    address = f"/requisitions/{letter}/forward"
    page = text_of(head.get(f"/requisitions/{letter}"))
    assert "सभी की संवीक्षा कर प्रेषित करें" in page
    assert "भेजी गई सूचियाँ" not in page, "all are entered, and no list was sent"
    assert "संवीक्षा एवं प्रेषण</dt><dd>4" in page
    assert office.at(Role.DM_ASSISTANT).get(address).status_code == 403
    begun = office.task(numbers[1])
    tasks.save_draft(office.database, colleague, begun.id, Posted({"instruction": ["देखें"]}), [], NOW)
    assert "संवीक्षा में 3 प्रकरण एक साथ" in text_of(head.get(address))
    ticks = ["letter", "form", "declaration", "photo", "address"]
    refused = head.post(address, {"scrutiny": ticks[:4], "instruction": "शीघ्र"})
    assert refused.status_code == 422
    assert "पाँचों बिन्दु" in text_of(refused)
    assert "शीघ्र" in text_of(refused)
    assert [journey.steps(number) for number in numbers] == [["scrutinise"]] * 4
    told = text_of(head.post(address, {"scrutiny": ticks, "instruction": "शीघ्र"}))
    assert "3 में से 3" in told
    assert "प्रेषित हुए: 3" in told
    assert numbers[1] in told
    again = text_of(head.post(address, {"scrutiny": ticks, "instruction": "शीघ्र"}))
    assert "प्रेषित हुए" not in again, "pressed twice, nothing is forwarded twice"
    assert [journey.steps(number) for number in numbers] == [["route"], ["scrutinise"], ["route"], ["route"]]
