"""A list for the crime register: judged row by row, approved by another officer, each entered once."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app import spreadsheets
from app.domain.errors import Conflict, NotAllowed, NotFound
from app.domain.roles import Role
from app.models.antecedents.crimes import accused
from app.models.intake.rosters import roster
from app.services.antecedents import crimesearch
from app.services.intake import crimelists, rosterwork, sheetcolumns
from app.services.store.scopes import actor_scope
from tests.office import MULTIPART, text_of

if TYPE_CHECKING:
    from uuid import UUID

    from app.services.intake.sheetlists import ListView
    from tests.journey import Journey
    from tests.office import Office

HEADS = [
    "क्रम",
    "Police station",
    "कांड संख्या",
    "Accused",
    "पिता/पति का नाम",
    "Village or ward",
    "Age",
    "धारा",
    "Stage",
]
KEYS = ["", "thana", "fir_no", "name", "father", "village", "age", "sections", "stage"]
GOOD = [
    ["1", "Manjhi", "112/2021", "Rakesh Rai", "Mohan Rai", "Daudpur", "25 वर्ष", "379/411", "Chargesheeted"],
    ["2", "मांझी", "११२/२१", "Suresh Rai", "Mohan Rai", "Daudpur", "28", "379/411", "आरोप पत्रित"],
    ["3", "गरखा", "7/2019", "मो० इरफान", "मो० सलीम", "बसंत", "", "323", "Trial"],
]
BAD = [
    ["4", "Atlantis", "9/2020", "Bhola Sah", "Ram Sah", "", "", "379", "Trial"],
    ["5", "Manjhi", "9/2049", "Bhola Sah", "Ram Sah", "", "", "379", "Trial"],
    ["6", "Manjhi", "9/2020", "jke dqekj", "=A1", "", "", "379", "Trial"],
    ["7", "Manjhi", "9/2020", "", "", "", "", "379", "Settled"],
]
TWICE = [["8", "Manjhi", "112/2021", "राकेश राय", "मोहन राय", "", "", "379", "Trial"]]


def sheet(rows: list[list[str]], heads: list[str] = HEADS) -> bytes:
    return spreadsheets.marked("सूची", heads, [(row, {}, ()) for row in rows], ())


def hand_in(journey: Journey, rows: list[list[str]], *, explained: bool = True) -> UUID:
    actor = journey.staff.holder(Role.DCRB)
    roster_id = crimelists.CRIMES.upload(journey.database, actor, sheet(rows), journey.now)
    if explained:
        chosen = {place: key for place, key in enumerate(KEYS) if key}
        crimelists.CRIMES.explain(journey.database, actor, roster_id, chosen, journey.now)
        work(journey)
    return roster_id


def work(journey: Journey) -> None:
    while rosterwork.go_on(journey.database, journey.now):
        pass


def seen(journey: Journey, roster_id: UUID, role: Role = Role.DCRB) -> ListView[None]:
    return crimelists.CRIMES.view(journey.database, journey.staff.holder(role), roster_id, journey.now)


def act(journey: Journey, role: Role, does: Any, *given: Any) -> None:
    actor = journey.staff.holder(role)
    journey.database.write(lambda s: does(s, actor, *given, journey.now), actor_scope(actor))


def entered(journey: Journey) -> int:
    with journey.database.engine.connect() as connection:
        return len(connection.execute(select(accused.c.id)).all())


def test_a_list_is_judged_approved_by_the_sp_and_entered_once(journey: Journey) -> None:
    roster_id = hand_in(journey, [*GOOD, *BAD, *TWICE])
    found = seen(journey, roster_id)
    assert (found.count("good"), found.count("bad")) == (3, 4)
    assert [(each.number, each.twin_row) for each in found.doubles] == [(9, 2)]
    faults = {each.number: {column.key for column, _, _ in each.faults if column} for each in found.told.rows}
    assert faults == {5: {"thana"}, 6: {"fir_year"}, 7: {"name", "father"}, 8: {"name", "stage"}}
    act(journey, Role.DCRB, crimelists.send, roster_id)
    work(journey)
    assert entered(journey) == 0, "nothing is entered before the SP's approval"
    act(journey, Role.SP, crimelists.give_back, roster_id, "थाना का नाम जाँचें")
    assert seen(journey, roster_id).note == "थाना का नाम जाँचें"
    act(journey, Role.DCRB, crimelists.send, roster_id)
    act(journey, Role.SP, crimelists.approve, roster_id)
    work(journey)
    assert seen(journey, roster_id, Role.SP).count("taken") == entered(journey) == 3
    actor = journey.staff.holder(Role.DCRB)
    hits = journey.database.read(
        lambda s: crimesearch.matching(s, crimesearch.Someone(("सुरेश राय",), ("मोहन राय",))),
        actor_scope(actor),
    ).hits
    assert [hit.entry.facts["fir_no"] for hit in hits if hit.match.band == "likely"] == ["112"]
    later = [[*GOOD[0][:8], "Convicted"], *GOOD[1:]]
    again = hand_in(journey, later)
    act(journey, Role.DCRB, crimelists.send, again)
    act(journey, Role.SP, crimelists.approve, again)
    work(journey)
    assert entered(journey) == 3, "the same accused of the same case, brought up to date"


def test_what_the_columns_mean_is_remembered_and_faults_go_back_in_the_same_columns(journey: Journey) -> None:
    actor = journey.staff.holder(Role.DCRB)
    hand_in(journey, GOOD)
    roster_id = hand_in(journey, [*GOOD, *BAD], explained=False)
    chosen = seen(journey, roster_id).chosen
    assert [chosen.get(place, "") for place in range(len(KEYS))] == KEYS
    with pytest.raises(sheetcolumns.ColumnsWrong):
        crimelists.CRIMES.explain(journey.database, actor, roster_id, {1: "thana", 2: "thana"}, journey.now)
    crimelists.CRIMES.explain(journey.database, actor, roster_id, chosen, journey.now)
    work(journey)
    heads, back = journey.database.read(
        lambda s: crimelists.CRIMES.to_mend(s, actor, roster_id, journey.now), actor_scope(actor)
    )
    assert heads == HEADS
    assert [texts for texts, _, _ in back] == BAD
    crimelists.CRIMES.drop(journey.database, actor, roster_id, journey.now)
    with pytest.raises(NotFound):
        journey.database.read(
            lambda s: crimelists.CRIMES.to_mend(s, actor, roster_id, journey.now), actor_scope(actor)
        )


def test_one_officer_alone_enters_no_list(journey: Journey) -> None:
    roster_id = hand_in(journey, GOOD)
    for does in (crimelists.approve, crimelists.send):
        with pytest.raises(NotAllowed):
            act(journey, Role.SP if does is crimelists.send else Role.DCRB, does, roster_id)
    for role in (Role.SHO, Role.SP_READER, Role.DM):
        with pytest.raises(NotAllowed):
            seen(journey, roster_id, role)
    act(journey, Role.DCRB, crimelists.send, roster_id)
    sp = journey.staff.holder(Role.SP)
    with journey.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(roster.update().values(asked_by=sp.officer_id))
    with pytest.raises(Conflict):
        act(journey, Role.SP, crimelists.approve, roster_id)


def test_the_pages_take_a_list_and_refuse_what_is_none(office: Office) -> None:
    dcrb = office.at(Role.DCRB)

    def send(data: bytes, name: str) -> Any:
        dcrb.get("/crimes/lists")
        return dcrb.post("/crimes/lists", data={"list": (BytesIO(data), name)}, **MULTIPART)

    assert send(b"PK\x03\x04 no sheet at all", "x.xlsx").status_code == 422
    assert dcrb.post("/crimes/lists", data={}, **MULTIPART).status_code == 422
    answer = send(sheet([*GOOD, *BAD]), "list.xlsx")
    assert answer.status_code == 303
    page = dcrb.get(answer.location)
    assert "Rakesh Rai" in text_of(page), "samples of each column"
    assert dcrb.get("/crimes/lists/template").status_code == 200
