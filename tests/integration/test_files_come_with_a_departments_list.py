"""Scans and photos of a department: with its letter and each person, its own until sent, the case's once accepted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.domain.errors import NotAllowed, NotFound
from app.domain.roles import Role
from app.models.intake.rosters import roster, roster_row
from app.models.tables.cases import case, data_key, document
from app.services.intake import acceptance, asked, enclosures, lodgements, rosters
from app.services.store import documents, leftovers
from app.services.store.documents import Upload
from app.services.store.scopes import actor_scope
from tests import lodging
from tests.districts import NOW
from tests.journey import scan

if TYPE_CHECKING:
    from app.domain.roles import Actor
    from tests.journey import Journey

ONE, TWO = lodging.person(), lodging.person("अमित कुमार", "Amit Kumar", "15-03-1992")


class Desk:
    """A department's clerk with a letter of two persons, and the DM's assistant."""

    def __init__(self, journey: Journey) -> None:
        self.journey, self.database = journey, journey.database
        self.clerk = journey.staff.holder(Role.REQUESTER)
        self.assistant = journey.staff.holder(Role.DM_ASSISTANT)
        self.letter = lodging.written(journey, self.clerk, NOW)
        self.list = lodging.judged(journey, self.clerk, self.letter, lodging.sheet([ONE, TWO]), NOW)

    def rows(self, table: Any, *where: Any) -> list[Any]:
        with self.database.engine.connect() as connection:
            return list(connection.execute(select(table).where(*where)))

    def enclose(self, *uploads: Upload, number: int = 0) -> dict[str, Any]:
        if number:
            return enclosures.add_to_person(self.database, self.clerk, self.list, number, uploads, NOW)
        return enclosures.add_to_letter(self.database, self.clerk, self.letter, uploads, NOW)

    def held(self, number: int) -> dict[str, int]:
        return self.database.read(
            lambda rows: enclosures.of_person(rows, self.clerk, self.list, number, NOW)[1].held,
            actor_scope(self.clerk),
        )

    def files(self, actor: Actor) -> list[UUID]:
        return self.database.read(
            lambda rows: [
                each.id for place in self.places() for each in enclosures.filed.of_draft(rows, place)
            ],
            actor_scope(actor),
        )

    def places(self) -> list[UUID]:
        return [
            self.letter,
            *(each.id for each in self.rows(roster_row, roster_row.c.roster_id == self.list)),
        ]


@pytest.fixture
def desk(journey: Journey) -> Desk:
    return Desk(journey)


def test_scans_and_photos_reach_the_requisition_and_each_persons_case(desk: Desk) -> None:
    assert desk.enclose(scan("letter_scan"), scan("letter_scan")) == {}
    assert desk.enclose(scan("photo"), number=3) == {}
    assert desk.enclose(scan("person_attestation_form"), number=3) == {}
    assert desk.held(3) == {"photo": 1, "person_attestation_form": 1, "id_copy": 0, "docs": 0}
    assert desk.files(desk.assistant) == [], "what was not sent is the department's own"
    lodgements.send(desk.database, desk.clerk, desk.letter, NOW)
    assert len(desk.files(desk.assistant)) == 4
    acceptance.accept(desk.database, desk.assistant, desk.letter, NOW)
    lodging.work(desk.journey, NOW)
    rosters.take(desk.database, desk.assistant, desk.list, (), NOW)
    lodging.work(desk.journey, NOW)
    made = {each.id: each for each in desk.rows(case, case.c.requisition_id == desk.letter)}
    assert len(made) == 2
    of_letter = desk.rows(document, document.c.requisition_id == desk.letter)
    assert [each.field for each in of_letter] == ["letter_scan"] * 2
    theirs = desk.rows(document, document.c.case_id.in_(made))
    assert {(each.field, each.pii) for each in theirs} == {("photo", "P2"), ("person_attestation_form", "P3")}
    [owner] = {each.case_id for each in theirs}
    assert {each.data_key_id for each in theirs} == {made[owner].data_key_id}, "one key for the whole case"
    opened = desk.database.read(
        lambda rows: documents.read(rows, enclosures.filed.find(rows, theirs[0].id)),
        actor_scope(desk.assistant),
    )
    assert opened.data.startswith(b"\xff\xd8")
    month = NOW + timedelta(days=40)
    leftovers.destroy(desk.database, month)
    assert len(desk.rows(document, document.c.case_id.in_(made))) == 2


def test_a_person_without_the_photo_that_his_certificate_needs_is_right_once_it_is_there(
    journey: Journey,
) -> None:
    clerk = journey.staff.holder(Role.REQUESTER)
    letter = lodging.written(journey, clerk, NOW, purpose="bank_agent", post_name=None, post_group=None)
    mine = lodging.judged(journey, clerk, letter, lodging.sheet([ONE]), NOW)
    before = rosters.CANDIDATES.view(journey.database, clerk, mine, NOW)
    assert [[column for column, _, _ in each.faults] for each in before.told.rows] == [[None]]
    enclosures.add_to_person(journey.database, clerk, mine, before.told.rows[0].number, [scan("photo")], NOW)
    after = rosters.CANDIDATES.view(journey.database, clerk, mine, NOW)
    assert dict(after.counts) == {"good": 1}
    boxes = journey.database.read(
        lambda rows: enclosures.of_person(rows, clerk, mine, before.told.rows[0].number, NOW)[1],
        actor_scope(clerk),
    )
    photo = boxes.values["photo"][0]["id"]
    journey.database.write(
        lambda rows: enclosures.drop_from_person(
            rows, clerk, mine, before.told.rows[0].number, UUID(photo), NOW
        ),
        actor_scope(clerk),
    )
    assert dict(rosters.CANDIDATES.view(journey.database, clerk, mine, NOW).counts) == {"bad": 1}


def test_a_file_that_cannot_be_kept_is_told_at_its_box_and_the_others_are_taken(desk: Desk) -> None:
    wrong = Upload("docs", "x.pdf", "application/pdf", b"%PDF-1.4 nothing")
    problems = desk.enclose(scan("photo"), wrong, scan("letter_scan"), number=3)
    assert set(problems) == {"docs", ""}
    assert problems[""].params["names"] == "letter_scan"
    assert desk.held(3)["photo"] == 1
    assert set(desk.enclose(scan("photo"), number=3)) == {"photo"}, "one photo a person"
    with pytest.raises(NotFound):
        desk.enclose(scan("photo"), number=99)


def test_files_are_destroyed_with_the_list_or_letter_that_held_them(desk: Desk) -> None:
    desk.enclose(scan("letter_scan"))
    desk.enclose(scan("photo"), number=3)
    rows = {each.field: each for each in desk.rows(document, document.c.draft_id.in_(desk.places()))}
    lodging.judged(desk.journey, desk.clerk, desk.letter, lodging.sheet([ONE]), NOW)
    [photo] = desk.rows(document, document.c.id == rows["photo"].id)
    [key] = desk.rows(data_key, data_key.c.id == photo.data_key_id)
    assert (photo.destroyed_at is not None, key.wrapped) == (True, None)
    lodgements.drop(desk.database, desk.clerk, desk.letter, NOW)
    [letter] = desk.rows(document, document.c.id == rows["letter_scan"].id)
    assert letter.destroyed_at is not None
    leftovers.destroy(desk.database, NOW)
    assert desk.rows(document, document.c.id.in_([each.id for each in rows.values()])) == []


def test_files_of_a_letter_begun_long_ago_stay_as_long_as_the_letter(desk: Desk) -> None:
    desk.enclose(scan("letter_scan"))
    desk.enclose(scan("photo"), number=3)
    lodgements.send(desk.database, desk.clerk, desk.letter, NOW)
    leftovers.destroy(desk.database, NOW + timedelta(days=60))
    assert len(desk.files(desk.clerk)) == 2


def test_nobody_else_adds_takes_out_or_opens_a_departments_file(desk: Desk) -> None:
    desk.enclose(scan("photo"), number=3)
    [file] = desk.files(desk.clerk)
    found = enclosures.take_file(desk.database, desk.clerk, desk.letter, file, NOW)
    assert found.name == "photo.jpg"
    for actor, error in ((desk.assistant, NotFound), (desk.journey.staff.holder(Role.SHO), NotAllowed)):
        with pytest.raises(error):
            enclosures.take_file(desk.database, actor, desk.letter, file, NOW)
    lodgements.send(desk.database, desk.clerk, desk.letter, NOW)
    assert enclosures.take_file(desk.database, desk.assistant, desk.letter, file, NOW).name == "photo.jpg"
    for act in (
        lambda: desk.enclose(scan("letter_scan")),
        lambda: desk.enclose(scan("docs"), number=3),
        lambda: desk.database.write(
            lambda rows: enclosures.drop_from_person(rows, desk.clerk, desk.list, 3, file, NOW),
            actor_scope(desk.clerk),
        ),
    ):
        with pytest.raises(asked.Sent):
            act()
    other = desk.rows(roster, roster.c.id == desk.list)
    assert other[0].lodgement_id == desk.letter
