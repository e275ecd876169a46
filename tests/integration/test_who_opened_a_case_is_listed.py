"""DM and SP see who has opened a case and taken its papers; nobody else sees the list, and seeing it is recorded."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.pool import Pool

from app import create_app
from app.config import Settings
from app.domain.errors import NotFound
from app.domain.roles import Role
from app.models.scope import SystemReason, SystemScope
from app.models.tables.audit import audit as record
from app.models.tables.cases import case
from app.services.casefile import sightings
from app.services.casework import cases
from app.services.papers import certificates
from app.services.store import audit
from tests.districts import NOW
from tests.office import text_of
from tests.visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from tests.journey import Journey

THANA = "th_mufassil"
#: Every post that somebody holds in the demo district.
POSTS = [role for role in Role if role not in {Role.REQUESTER, Role.SUPERVISOR_VIEW, Role.AUDITOR}]


class Watched:
    """A case with a fact of class P3, of a letter of its own; and what the heads of both offices see of it."""

    def __init__(self, journey: Journey, folder: Path) -> None:
        self.journey, self.database, self.now = journey, journey.database, NOW
        self.app = create_app(Settings(folder, "", testing=True), self.database, clock=lambda: self.now)
        self.letter, self.number = self.case()
        with self.database.engine.connect() as connection:
            wanted = select(case.c.id).where(case.c.number == self.number)
            self.case_id = connection.execute(wanted).scalar_one()

    def case(self) -> tuple[UUID, str]:
        letter = self.journey.register()
        number = self.journey.add(
            letter, [THANA], declared_case="yes", declared_detail="मारपीट का एक कांड विचाराधीन है"
        )
        return letter, number

    def actor(self, role: Role) -> Any:
        thana = self.journey.staff.offices(Role.SHO)[THANA] if role in (Role.SHO, Role.THANA_MUNSHI) else None
        return self.journey.staff.holder(role, thana)

    def at(self, role: Role) -> Visitor:
        return Visitor(self.app).enter(self.actor(role).officer_id, self.now)

    def address(self, number: str = "", query: str = "") -> str:
        return f"/cases/{(number or self.number).replace('/', '-')}/opened{query}"

    def openings(self, role: Role = Role.SP, number: str = "", **part: Any) -> sightings.Openings:
        view = cases.see(
            *(self.database, self.actor(role), number or self.number, "opened", self.now),
            sightings.Part(**part),
        )
        assert view.openings is not None
        return view.openings

    def look(self, role: Role, number: str = "", tab: str = "tasks") -> None:
        self.now += timedelta(minutes=1)
        cases.see(self.database, self.actor(role), number or self.number, tab, self.now)


@pytest.fixture
def watched(journey: Journey, tmp_path: Path) -> Watched:
    return Watched(journey, tmp_path)


def test_a_list_begins_empty_and_says_so(watched: Watched) -> None:
    page = text_of(watched.at(Role.DM).get(watched.address()))
    assert "अभी तक किसी ने नहीं देखा।" in page
    assert "<table" not in page


def test_who_saw_the_facts_and_who_took_the_papers_is_listed_newest_first(watched: Watched) -> None:
    watched.journey.go_on(watched.number)
    before = len(watched.openings().lines)
    _, other = watched.case()
    watched.look(Role.ADM, other)
    watched.look(Role.DM_SECTION_HEAD)
    watched.look(Role.DM_SECTION_HEAD, tab="diagram")  # shows nothing that is watched
    watched.look(Role.SHO)
    head, now = watched.actor(Role.DM_SECTION_HEAD), watched.now
    held = cases.see(watched.database, head, watched.number, "documents", now).documents
    paper = next(each for each in held if each.field == "issued_paper")
    certificates.file(watched.database, head, paper.id, now)
    lines = watched.openings().lines
    told = [(line.action, line.role, line.office_kind, line.page or line.file, line.at) for line in lines]
    earlier = now - timedelta(minutes=2)
    assert told[: len(told) - before] == [
        ("document:see", "dm_section_head", "dm_office", paper.name, now),
        ("case:see", "sho", "thana", "tasks", now),
        ("case:see", "dm_section_head", "dm_office", "tasks", earlier),
        ("record:see", "sp", "sp_office", "", NOW),
    ]
    page = text_of(watched.at(Role.DM).get(watched.address()))
    assert head.name_hi in page
    assert paper.name in page
    assert "10:34" in page, "in Indian time"
    assert "थाना मुफस्सिल" in page


def test_a_look_at_the_letter_counts_and_a_step_of_the_route_is_called_by_its_name(watched: Watched) -> None:
    reader, thing = watched.actor(Role.SP_READER), f"requisition:{watched.letter}"
    sightings.note(watched.database, reader, thing, "requisition", {"P2", "P3"}, NOW)
    special, case_id = watched.actor(Role.SPECIAL_BRANCH), watched.case_id
    sightings.note(watched.database, special, f"case:{case_id}", "write_special_report", {"P4"}, NOW)
    step, letter = watched.openings().lines
    assert (step.role, step.page, step.classes) == ("special_branch", "", ["P4"])
    assert step.step_hi.startswith("विशेष शाखा")
    assert (letter.role, letter.page, letter.classes) == ("sp_reader", "requisition", ["P3"])


def test_the_list_is_for_dm_and_sp_alone(watched: Watched) -> None:
    for role in POSTS:
        answer, address = watched.at(role).get(watched.address()), watched.address()[: -len("/opened")]
        if role in (Role.DM, Role.SP):
            assert answer.status_code == 200, role
            assert f'href="{watched.address()}"' in text_of(watched.at(role).get(address)), role
        else:
            assert answer.status_code in (403, 404), role
            assert "opened" not in text_of(watched.at(role).get(address)), role
            with pytest.raises(NotFound):
                watched.openings(role)
    assert watched.at(Role.SP).get(watched.address("SRN/2026/99999")).status_code == 404


def test_seeing_the_list_is_recorded_and_the_record_stays_whole(watched: Watched) -> None:
    assert watched.at(Role.DM).get(watched.address()).status_code == 200
    [line] = watched.openings().lines
    assert (line.action, line.role, line.at) == ("record:see", "dm", NOW)
    statement = select(record.c.action, record.c.object, record.c.detail).where(
        record.c.action == "record:see"
    )
    with watched.database.engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(statement)]
    assert rows == [("record:see", f"case:{watched.case_id}", {})] * 2
    assert watched.database.read(audit.verify, SystemScope(SystemReason.AUDIT, 218)) == []


def test_fifty_stand_on_a_page_and_the_next_one_goes_on_where_it_ended(watched: Watched) -> None:
    for _ in range(52):
        watched.look(Role.SP_READER)
    first = text_of(watched.at(Role.DM).get(watched.address()))
    onward = re.search(r'href="([^"]+\?before=\d+)"', first)
    assert onward is not None
    assert first.count('<tr role="row">') == 51
    watched.look(Role.SP_READER)  # moves nobody to another page
    second = text_of(watched.at(Role.DM).get(onward[1]))
    assert second.count('<tr role="row">') == 3
    assert "10:32" in second
    assert "10:31" in second
    assert 'rel="next"' not in second


def test_the_list_is_narrowed_to_the_officers_of_one_office(watched: Watched) -> None:
    watched.look(Role.DM_SECTION_HEAD)
    watched.look(Role.SP_READER)
    sp_office = watched.actor(Role.SP).post.office_id
    found = watched.openings(office_id=sp_office)
    assert [line.role for line in found.lines] == ["sp_reader"]
    assert {each.office_kind for each in found.offices} == {"dm_office", "sp_office"}
    page = text_of(watched.at(Role.DM).get(watched.address(query=f"?office={sp_office}")))
    assert f'value="{sp_office}" selected' in page


@pytest.mark.parametrize(
    "query", ["?before=x", "?before=-1", "?before=१२", f"?before={'9' * 40}", "?office=x"]
)
def test_an_address_that_names_nothing_shows_the_newest(watched: Watched, query: str) -> None:
    watched.look(Role.SP_READER)
    page = text_of(watched.at(Role.DM).get(watched.address(query=query)))
    assert page.count('<tr role="row">') == 2


def test_the_list_is_found_without_reading_the_whole_record(watched: Watched) -> None:
    """Of SQLite, which plans without statistics; PostgreSQL plans by what its tables hold."""
    if not watched.database.is_sqlite:
        pytest.skip("the plan of PostgreSQL depends on the size of the table")
    asked: list[str] = []
    watched.openings()

    def listen(connection: Any, *_: Any) -> None:
        connection.set_trace_callback(asked.append)

    event.listen(Pool, "checkout", listen)
    try:
        watched.openings(before=9)
    finally:
        event.remove(Pool, "checkout", listen)
    reads = [each for each in asked if "document:see" in each and each.startswith("SELECT")]
    assert len(reads) == 2, "the rows, and their offices"
    with watched.database.engine.connect() as connection:
        for each in reads:
            plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {each}").all())
            assert "ix_audit_looks" in plan, plan
