"""DM, SP and auditor say something about a row of the record: a further row, sealed; the row itself never changes."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app.domain.numbers import in_address
from app.domain.roles import Role
from app.models.tables.audit import audit as table
from app.models.tables.cases import case
from app.services.access import officers
from app.services.casework import remarks
from app.services.store import audit, keys, scopes
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.journey import CANDIDATE, Journey
from tests.office import Office, text_of
from tests.two_districts import _post_further

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.visitor import Visitor


SARAN = 218
REASON = "राहुल कुमार का प्रकरण मेरे मौखिक आदेश से खोला गया था"
WRITTEN = {"category": "ordered", "text": REASON}


@pytest.fixture(scope="module")
def office(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("annotated")
    shutil.copy(demo_sqlite, folder / "satyapan.db")
    made = Office(folder, NOW)
    _post_further(made.database, NOW)
    made.journey = Journey(made.database, NOW)  # which knows the auditor, too
    yield made
    made.database.close()


@pytest.fixture
def number(office: Office) -> str:
    """A case of its own for each test."""
    return office.journey.new_case(["th_mufassil"])


def auditor(office: Office) -> Visitor:
    return office.at(Role.AUDITOR)


def address(number: str, seq: int = 1) -> str:
    return f"/record/rows/{in_address(number)}/{seq}"


def main_of(answer: Any) -> str:
    page = text_of(answer)
    return page[page.index("<main") :]


def annotate(office: Office, role: Role, where: str, **changes: str) -> Visitor:
    """Write it as this officer, and confirm it."""
    visitor = office.at(role)
    visitor.get(where)
    asked = visitor.post(where, {**WRITTEN, **changes})
    assert asked.status_code == 303, text_of(asked)
    step_up = asked.headers["Location"]
    office.journey.confirm(office.journey.staff.holder(role), _id(step_up))
    done = visitor.post(step_up)
    assert done.status_code == 303
    assert done.headers["Location"].endswith(where)
    return visitor


def _id(step_up: str) -> UUID:
    return UUID(step_up.rsplit("/", 1)[-1])


def chain_of(office: Office, number: str) -> list[Any]:
    with office.database.engine.connect() as connection:
        case_id = connection.execute(select(case.c.id).where(case.c.number == number)).scalar_one()
        rows = select(table).where(table.c.stream == f"case:{case_id}").order_by(table.c.seq)
        return list(connection.execute(rows))


def test_an_annotation_is_a_further_row_that_names_the_other_and_leaves_it_as_it_was(office, number):
    before = chain_of(office, number)
    dm = annotate(office, Role.DM, address(number))
    after = chain_of(office, number)
    assert after[: len(before)] == before
    [added] = after[len(before) :]
    assert (added.action, added.object, added.role) == ("record:annotate", "row:1", "dm")
    assert added.detail["of"] == bytes(before[0].hash).hex()
    assert REASON not in str(added.detail)
    assert {"category", "text", "key", "step_up"} <= set(added.detail)
    assert office.database.read(audit.verify, scopes.record(SARAN)) == []
    tab = main_of(dm.get(f"/cases/{in_address(number)}/activity"))
    assert REASON in tab
    assert "आदेश से किया गया" in tab
    assert "पंक्ति 1 पर" in tab


def test_before_the_first_the_page_says_so_and_a_further_one_takes_back(office, number):
    sp = office.at(Role.SP)
    assert "अभी कोई टिप्पणी नहीं है" in main_of(sp.get(address(number)))
    annotate(office, Role.SP, address(number))
    annotate(office, Role.DM, address(number), category="withdrawn", text="पिछली टिप्पणी भूल से लिखी गई थी")
    page = main_of(sp.get(address(number)))
    assert page.index(REASON) < page.index("पूर्व टिप्पणी वापस")


def test_without_a_fresh_code_for_this_very_text_nothing_is_written(office, number):
    dm = office.at(Role.DM)
    dm.get(address(number))
    asked = dm.post(address(number), WRITTEN)
    step_up = asked.headers["Location"]
    assert REASON in main_of(dm.get(step_up)), "the very words that the code will sign"
    assert dm.post(step_up, {"code": "000000"}).status_code == 422
    assert all(row.action != "record:annotate" for row in chain_of(office, number))
    office.journey.confirm(office.journey.staff.holder(Role.DM), _id(step_up))
    assert dm.post(step_up).status_code == 303
    dm.post(step_up)
    said = [row for row in chain_of(office, number) if row.action == "record:annotate"]
    assert len(said) == 1, "a code is for one use"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"category": ""}, "सूची से चुनें"),
        ({"category": "gossip"}, "सूची से चुनें"),
        ({"text": "छोटा"}, "10 से 500"),
        ({"text": "अ" * 501}, "10 से 500"),
        ({"text": "आदेश से \u202eखोला गया था"}, "टिप्पणी"),
    ],
)
def test_what_cannot_stand_is_told_at_its_box_and_nothing_typed_is_lost(office, number, changes, told):
    dm = office.at(Role.DM)
    dm.get(address(number))
    refused = dm.post(address(number), {**WRITTEN, **changes})
    assert refused.status_code == 422
    page = main_of(refused)
    assert told in page
    assert {**WRITTEN, **changes}["text"] in page
    assert len([row for row in chain_of(office, number) if row.action == "record:annotate"]) == 0


def test_an_annotation_itself_is_not_annotated(office, number):
    dm = annotate(office, Role.DM, address(number))
    last = chain_of(office, number)[-1].seq
    page = main_of(dm.get(address(number, last)))
    assert "टिप्पणी पर टिप्पणी नहीं होती" in page
    assert 'id="category"' not in page
    assert dm.post(address(number, last), WRITTEN).status_code == 422


def test_a_row_takes_so_many_and_no_more(office, number, monkeypatch):
    annotate(office, Role.DM, address(number))
    monkeypatch.setattr(remarks, "MOST", 1)
    dm = office.at(Role.DM)
    dm.get(address(number))
    assert "अधिक से अधिक 1" in main_of(dm.post(address(number), WRITTEN))


def test_a_row_out_of_sight_is_not_there(office, number):
    dm, he = office.at(Role.DM), auditor(office)
    length = len(chain_of(office, number))
    for visitor in (dm, he):
        for where in (
            address("SRN/2026/99999"),
            address(number, length + 50),
            address(number, 0),
            f"/record/rows/{in_address(number)}/{2**70}",
            "/record/rows/nothing/1",
        ):
            assert visitor.get(where).status_code == 404, where
            assert visitor.post(where, WRITTEN).status_code == 404, where
    assert dm.get("/record/rows/admin/1").status_code == 404, "orders and posts are the auditor's to read"
    assert he.get("/record/rows/admin/1").status_code == 200
    for role in (Role.ADM, Role.SP_READER, Role.SHO, Role.DM_SECTION_HEAD, Role.PROCESS_ADMIN):
        assert office.at(role).get(address(number)).status_code == 403, role


def test_of_the_chain_of_access_the_heads_annotate_the_openings_alone(office, number):
    office.at(Role.SP).get(f"/cases/{in_address(number)}/opened")
    with office.database.engine.connect() as connection:
        rows = connection.execute(
            select(table.c.seq, table.c.action).where(table.c.stream == "access").order_by(table.c.seq)
        ).all()
    look = next(row.seq for row in reversed(rows) if row.action == "record:see")
    entry = next(row.seq for row in rows if row.action == "session:start")
    dm = office.at(Role.DM)
    assert dm.get(f"/record/rows/access/{entry}").status_code == 404
    he = auditor(office)
    for officer, chain in product((dm, he), remarks.CHAINS):
        offered = set(
            re.findall(r'href="(/record/rows/[^"]+)"', main_of(officer.get(f"/record/chains/{chain}")))
        )
        assert bool(offered) == (officer is not dm or chain == "access")
        assert {officer.get(each).status_code for each in offered} <= {200}, "what is offered is open"
    assert auditor(office).get(f"/record/rows/access/{entry}").status_code == 200
    annotate(office, Role.DM, f"/record/rows/access/{look}")
    assert REASON in main_of(dm.get(f"/cases/{in_address(number)}/opened"))
    hidden = main_of(auditor(office).get(f"/record/rows/access/{look}"))
    assert "मौखिक आदेश" in hidden, "its case is known, and so are the names in it"
    assert "राहुल" not in hidden
    listed = main_of(auditor(office).get("/record/chains/access"))
    assert "मौखिक आदेश" not in listed, "in a list of many cases nobody knows whose names to hide"


def test_an_auditor_reads_no_name_in_it_and_his_own_stands_beside(office, number):
    annotate(office, Role.DM, address(number), text=f"{REASON}, Rahul के पिता विनय से पूछें")
    he = auditor(office)
    page = main_of(he.get(f"/record/cases/{in_address(number)}"))
    assert "मौखिक आदेश" in page
    for name in ("राहुल", "Rahul", "विनय", CANDIDATE["name_hi"]):
        assert name not in page, name
    annotate(office, Role.AUDITOR, address(number), category="inquiry", text="प्रविष्टि का कारण पूछा गया है")
    tab = main_of(office.at(Role.DM).get(f"/cases/{in_address(number)}/activity"))
    assert "प्रविष्टि का कारण पूछा गया है" in tab
    assert "जाँच में" in tab


def test_who_reads_the_activity_without_the_right_sees_that_it_is_there_and_no_text(office, number):
    annotate(office, Role.DM, address(number))
    page = main_of(office.at(Role.ADM).get(f"/cases/{in_address(number)}/activity"))
    assert "अभिलेख पर टिप्पणी" in page
    assert REASON not in page
    assert "/record/rows/" not in page


def test_its_text_goes_with_the_key_of_the_case(office, number):
    annotate(office, Role.DM, address(number))
    with office.database.engine.connect() as connection:
        row = connection.execute(select(case).where(case.c.number == number)).one()
    office.database.write(
        lambda rows: keys.destroy(rows, row.data_key_id, NOW), actor_scope(actor_of(office, Role.DM))
    )
    page = main_of(auditor(office).get(address(number)))
    assert "टिप्पणी का पाठ भी उसके साथ गया" in page
    assert office.database.read(audit.verify, scopes.record(SARAN)) == []


def actor_of(office: Office, role: Role) -> Any:
    entry = officers.enter_as(office.database, office.journey.staff.holder(role).officer_id, NOW)
    return office.database.read(lambda rows: officers.actor_for(rows, entry.token, NOW), scopes.door()).actor


def test_reading_one_is_recorded(office, number):
    annotate(office, Role.DM, address(number))
    office.now = NOW + timedelta(minutes=1)
    office.at(Role.SP).get(address(number))
    with office.database.engine.connect() as connection:
        last = connection.execute(
            select(table.c.action, table.c.role, table.c.detail)
            .where(table.c.stream == "access")
            .order_by(table.c.seq.desc())
        ).first()
    assert (last.action, last.role, last.detail["page"]) == ("case:see", "sp", "annotation")


def test_verify_names_an_annotation_whose_row_is_another_now(office, number):
    """Somebody with the database's password writes the chain anew: the annotation still holds the old hash."""
    annotate(office, Role.DM, address(number))
    rows = chain_of(office, number)
    stream, last = rows[0].stream, rows[-1]
    forged = {"k": stream, "n": last.seq}
    kept = "select name, sql from sqlite_master where type = 'trigger' and tbl_name = 'audit'"
    with office.database.engine.execution_options(writing=True).begin() as connection:
        triggers = connection.execute(text(kept)).all()
        for trigger in triggers:
            connection.execute(text(f'drop trigger "{trigger.name}"'))
        connection.execute(text("update audit set object = 'row:2' where stream = :k and seq = :n"), forged)
    try:
        found = office.database.read(audit.verify, scopes.record(SARAN))
        assert {(each.stream, each.seq, each.what) for each in found} == {
            (stream, last.seq, "altered"),
            (stream, last.seq, "unpinned"),
        }
    finally:
        with office.database.engine.execution_options(writing=True).begin() as connection:
            connection.execute(
                text("update audit set object = 'row:1' where stream = :k and seq = :n"), forged
            )
            for trigger in triggers:
                connection.execute(text(trigger.sql))
