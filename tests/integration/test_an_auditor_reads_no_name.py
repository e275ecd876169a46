"""An auditor reads every act and every stage, and no name: officers by a mark, persons by their first letters."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.domain.numbers import in_address
from app.domain.roles import Role
from app.models.audit import audit
from app.models.officers import officer, posting
from app.services.access import officers
from app.services.reports import recordbook
from tests.districts import NOW
from tests.journey import CANDIDATE
from tests.office import Office, text_of
from tests.two_districts import _post_further
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID


@pytest.fixture(scope="module")
def office(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A district with an auditor and a case that has its paper."""
    folder = tmp_path_factory.mktemp("record")
    shutil.copy(demo_sqlite, folder / "satyapan.db")
    made = Office(folder, NOW)
    _post_further(made.database, NOW)
    made.number = made.journey.new_case(["th_mufassil"])
    made.journey.go_on(made.number)
    yield made
    made.database.close()


def auditor_of(office: Office) -> UUID:
    with office.database.engine.connect() as connection:
        return connection.execute(
            select(posting.c.officer_id).where(posting.c.role == Role.AUDITOR)
        ).scalar_one()


@pytest.fixture
def auditor(office: Office) -> Visitor:
    return Visitor(office.app).enter(auditor_of(office), NOW)


def names(office: Office) -> set[str]:
    """Every officer's name, but the auditor's own, who stands in the head of each page."""
    own = auditor_of(office)
    with office.database.engine.connect() as connection:
        rows = connection.execute(select(officer.c.id, officer.c.name_hi)).all()
    mine = {row.name_hi for row in rows if row.id == own}
    return {row.name_hi for row in rows} - mine


def test_a_case_is_read_without_its_person_or_any_officer(office, auditor):
    page = text_of(auditor.get(f"/record/cases/{in_address(office.number)}"))
    assert office.number in page
    assert "रा*** कु*** श***" in page
    for field in ("name_hi", "father_hi", "perm_village", "perm_pin"):
        assert CANDIDATE[field] not in page, field
    assert not [name for name in names(office) if name in page]
    assert "पत्र निर्गत" in page or "निर्गत" in page


def test_a_chain_is_read_page_by_page_and_one_officer_has_one_mark(office, auditor):
    dm = office.journey.staff.holder(Role.DM)
    reader = officers.enter_as(office.database, auditor_of(office), NOW)
    actor = office.database.read(
        lambda rows: officers.actor_for(rows, reader.token, NOW), recordbook.scopes.door()
    ).actor
    found = recordbook.of_chain(office.database, actor, "access", None, NOW)
    seqs = [act.seq for act in found.acts]
    assert seqs == sorted(seqs, reverse=True)
    assert len(found.acts) <= recordbook.PAGE
    marks = {act.officer for act in found.acts if act.role == "dm"}
    assert len(marks) <= 1
    assert dm.name_hi not in "".join(marks)
    page = text_of(auditor.get("/record/chains/access"))
    assert not [name for name in names(office) if name in page]


def test_that_he_reads_is_recorded(office, auditor):
    auditor.get(f"/record/cases/{in_address(office.number)}")
    with office.database.engine.connect() as connection:
        last = connection.execute(
            select(audit.c.action, audit.c.role)
            .where(audit.c.stream == "access")
            .order_by(audit.c.seq.desc())
        ).first()
    assert tuple(last) == ("record:see", "auditor")


def test_the_case_itself_stays_closed_to_him(office, auditor):
    assert auditor.get(f"/cases/{in_address(office.number)}").status_code in (403, 404)
    for address in ("/record/cases/SRN-2026-99999", "/record/chains/case", "/record/cases/x"):
        assert auditor.get(address).status_code == 404, address
    auditor.get("/record")
    wrong = auditor.post("/record", {"number": "राहुल"})
    assert wrong.status_code == 422
    assert "राहुल" in text_of(wrong)
    right = auditor.post("/record", {"number": office.number})
    assert right.headers["Location"].endswith(in_address(office.number))


@pytest.mark.parametrize("role", [Role.SHO, Role.DM_SECTION_HEAD, Role.PROCESS_ADMIN, Role.USER_ADMIN])
def test_nobody_reads_it_whose_record_is_his_own_offices(office, role):
    assert office.at(role).get("/record").status_code == 403
