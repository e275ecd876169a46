"""Keys written by older rules are written anew by the upkeep or the command: each row once, going on after a stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, insert, select

from app.domain.roles import Role
from app.formjs import Posted, as_posted
from app.models.antecedents.crimes import accused_key
from app.models.tables.cases import case, search_key
from app.models.tables.offices import setting
from app.services.antecedents import crimebook, crimedesk, crimesearch
from app.services.casefile import searchkeys
from app.services.installation import reindexing
from app.services.store.scopes import actor_scope
from tests.office import text_of

if TYPE_CHECKING:
    from uuid import UUID

    from tests.journey import Journey
    from tests.office import Office

DISTRICT = 218
ENTRY = {
    "fir_no": "112",
    "fir_year": 2021,
    "name": "Jagdamba Lohar",
    "father": "Binay Lohar",
    "act": "ipc",
    "sections": "379/411",
    "role": "accused_named",
    "stage": "chargesheeted",
    "stage_ref": "आरोप पत्र 45/21 दिनांक 02-06-2021",
}


def case_of(journey: Journey, number: str) -> UUID:
    with journey.database.engine.connect() as connection:
        return connection.execute(select(case.c.id).where(case.c.number == number)).scalar_one()


def keys_of(journey: Journey, case_id: UUID) -> set[tuple[str, bytes]]:
    with journey.database.engine.connect() as connection:
        rows = connection.execute(select(search_key).where(search_key.c.case_id == case_id))
        return {(row.kind, bytes(row.digest)) for row in rows}


def test_a_name_in_its_own_letters_finds_the_case_and_stands_beside_the_name(office: Office) -> None:
    number = office.journey.add(office.journey.register(), own_name="محمد اسلم")
    found = office.at(Role.DM_SECTION_HEAD).get(f"/cases/{number.replace('/', '-')}", follow_redirects=True)
    assert "<bdi>(محمد اسلم)</bdi>" in text_of(found)
    scope = actor_scope(office.journey.staff.holder(Role.DM_SECTION_HEAD))
    ids = office.database.read(lambda rows: searchkeys.case_ids(rows, "اسلم محمد", 5), scope)
    assert case_of(office.journey, number) in ids


@pytest.fixture
def older(journey: Journey) -> tuple[str, set[tuple[str, bytes]]]:
    """A case and an entry of the register as an older version wrote them; the number, and the keys of today."""
    number = journey.new_case()
    actor = journey.staff.holder(Role.DCRB)
    thana = str(next(iter(journey.staff.offices(Role.SHO).values())))
    posted = Posted(as_posted(crimebook.form(), {"thana": thana, **ENTRY}))
    journey.database.write(
        lambda session: crimedesk.enter(session, actor, posted, journey.now), actor_scope(actor)
    )
    case_id = case_of(journey, number)
    today = keys_of(journey, case_id)
    with journey.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(delete(search_key).where(search_key.c.case_id == case_id))
        old = {"district_id": DISTRICT, "case_id": case_id, "kind": "name", "digest": b"12345678"}
        connection.execute(insert(search_key).values(old))
        connection.execute(delete(accused_key))
        connection.execute(delete(setting).where(setting.c.key == "search.keys"))
    return number, today


def found(journey: Journey, words: str) -> list[UUID]:
    head = journey.staff.holder(Role.DM_SECTION_HEAD)
    return journey.database.read(lambda rows: searchkeys.case_ids(rows, words, 50), actor_scope(head))


def hits(journey: Journey) -> list[Any]:
    actor = journey.staff.holder(Role.DCRB)
    return journey.database.write(
        lambda rows: crimesearch.search(rows, actor, {"name": "जगदंबा लोहार"}, journey.now), actor_scope(actor)
    ).hits


def test_a_case_and_an_entry_of_before_are_found_again(
    journey: Journey, older: tuple[str, set[tuple[str, bytes]]]
) -> None:
    number, today = older
    case_id = case_of(journey, number)
    assert case_id not in found(journey, "राहुल शर्मा")
    assert hits(journey) == []
    assert reindexing.go_on(journey.database) > 0
    assert keys_of(journey, case_id) == today, "those of today, and no other"
    assert case_id in found(journey, "राहुल शर्मा")
    assert [hit.entry.facts["fir_no"] for hit in hits(journey)] == ["112"]
    assert reindexing.go_on(journey.database) == 0, "done once"
    again = sum(reindexing.through(journey.database, DISTRICT, again=True))
    assert again > 0
    assert keys_of(journey, case_id) == today, "harmless when repeated"


def test_what_was_stopped_goes_on_where_it_came_to(
    journey: Journey, older: tuple[str, set[tuple[str, bytes]]]
) -> None:
    number, today = older
    slices = reindexing.through(journey.database, DISTRICT)
    first = next(slices)
    slices.close()
    rest = sum(reindexing.through(journey.database, DISTRICT))
    assert keys_of(journey, case_of(journey, number)) == today
    whole = sum(reindexing.through(journey.database, DISTRICT, again=True))
    assert first + rest == whole, "no row is seen twice"


def test_the_command_tells_how_far_it_is(office: Office) -> None:
    told = office.app.test_cli_runner().invoke(args=["database", "reindex", "--again"])
    assert told.exit_code == 0
    assert f"जिला {DISTRICT}" in told.output
    again = office.app.test_cli_runner().invoke(args=["database", "reindex"])
    assert "0 " in again.output
