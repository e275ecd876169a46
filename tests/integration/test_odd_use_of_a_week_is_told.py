"""What was odd in a week is told from the record alone: who, how often, and the rows behind it."""

from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.domain.clock import IST
from app.domain.errors import NotAllowed, NotFound
from app.domain.roles import Role
from app.models.tables.cases import case
from app.models.tables.workflow import notification
from app.services.reports import watch
from app.services.reports.watch import Odd
from app.services.store import audit
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.domain.roles import Actor

MONDAY = date(2026, 11, 16)  # of the week that ended before NOW
NOON = datetime(2026, 11, 18, 12, 0, tzinfo=IST)
NIGHT = datetime(2026, 11, 18, 23, 30, tzinfo=IST)


@pytest.fixture(scope="module")
def office(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A district with a case of one thana; each test lets an officer of its own be odd."""
    folder = tmp_path_factory.mktemp("watch")
    shutil.copy(demo_sqlite, folder / "satyapan.db")
    made = Office(folder, NOW)
    made.number = made.journey.new_case(["th_mufassil"])
    made.journey.go_on(made.number, "endorse_enquiry")
    yield made
    made.database.close()


def record(
    office: Office, actor: Actor | None, action: str, at: datetime, thing: str = "x", **detail: Any
) -> None:
    scope = actor_scope(actor or office.journey.staff.holder(Role.DM))
    office.database.write(
        lambda session: audit.record(session, "access", action, thing, actor, at, **detail), scope
    )


def case_of(office: Office) -> str:
    with office.database.engine.connect() as connection:
        found = connection.execute(select(case.c.id).where(case.c.number == office.number)).scalar_one()
    return f"case:{found}"


def counts(office: Office, actor: Actor | None) -> dict[Odd, int]:
    """What the DM is told of one officer; None: of names that nobody has."""
    dm, period = office.journey.staff.holder(Role.DM), watch.week_of(MONDAY, NOW)
    week = office.database.read(lambda rows: watch.see(rows, dm, period), actor_scope(dm))
    who = actor.officer_id if actor is not None else None
    return {line.odd: line.count for line in week.lines if line.officer_id == who}


def looked(office: Office, actor: Actor, at: datetime, times: int = 1) -> None:
    for each in range(times):
        moment = at + timedelta(seconds=each)
        record(office, actor, "case:see", moment, case_of(office), classes=["P3"], page="tasks")


def test_who_looks_at_a_case_of_another_office_is_told_and_who_does_his_work_is_not(office):
    staff = office.journey.staff
    own = staff.holder(Role.SHO, staff.offices(Role.SHO)["th_mufassil"])
    foreign = staff.holder(Role.SHO, staff.offices(Role.SHO)["th_derni"])
    assistant = staff.holder(Role.DM_ASSISTANT)
    for actor in (own, foreign, assistant):
        looked(office, actor, NOON)
    assert counts(office, foreign) == {Odd.OUTSIDE_WORK: 1}
    assert counts(office, own) == {}
    assert counts(office, assistant) == {}, "he entered the case"


def test_fifty_openings_in_an_hour_are_work_and_one_more_is_odd(office):
    staff = office.journey.staff
    sdpo, head = staff.holder(Role.SDPO), staff.holder(Role.DM_SECTION_HEAD)
    looked(office, head, NOON, 50)
    assert Odd.MANY not in counts(office, head)
    looked(office, head, NOON + timedelta(minutes=50))
    assert counts(office, head)[Odd.MANY] == 51
    looked(office, sdpo, NOON, 26)
    looked(office, sdpo, NOON + timedelta(hours=2), 26)
    assert Odd.MANY not in counts(office, sdpo)


def test_night_searches_codes_and_exports_are_counted(office):
    actor = office.journey.staff.holder(Role.SP_READER)
    record(office, actor, "case:search", NIGHT, "search", digest="x", found=0)
    for each in range(31):
        record(office, actor, "case:search", NOON + timedelta(minutes=each), "search", digest="x", found=0)
    for _ in range(3):
        record(office, actor, "factor:refuse", NOON, reason="task:sign")
    record(office, actor, "events:export", NOON, "events", found=1)
    record(office, actor, "factor:confirm", NOON, "step_up:x", act="subject:export", sha256="x", things=1)
    record(office, actor, "factor:confirm", NOON, "step_up:x", act="task:sign", sha256="x", things=1)
    assert counts(office, actor) == {Odd.NIGHT: 1, Odd.SEARCHES: 31, Odd.REFUSALS: 3, Odd.EXPORTS: 2}


def test_refused_sign_ins_in_bulk_are_told_by_name_and_together_where_nobody_has_it(office):
    actor = office.journey.staff.holder(Role.DCRB)
    for _ in range(10):
        record(office, None, "session:refuse", NOON, f"officer:{actor.officer_id}")
        record(office, None, "session:refuse", NOON, "officer:unknown", digest="x")
    spared = office.journey.staff.holder(Role.CIRCLE_INSPECTOR)  # whom no other test lets look at anything
    record(office, None, "session:refuse", NOON, f"officer:{spared.officer_id}")
    assert counts(office, actor) == {Odd.DOOR: 10}
    assert counts(office, None) == {Odd.DOOR: 10}
    assert counts(office, spared) == {}


def test_each_line_opens_its_rows_on_a_page_that_names_no_applicant(office):
    staff = office.journey.staff
    munshi = staff.holder(Role.THANA_MUNSHI, staff.offices(Role.SHO)["th_derni"])
    looked(office, munshi, NOON, 2)
    dm = office.at(Role.DM)
    page = text_of(dm.get(f"/watch?week={MONDAY.isoformat()}"))
    assert munshi.name_hi in page
    rows = text_of(
        dm.get(f"/watch/rows?week={MONDAY.isoformat()}&odd=outside_work&officer={munshi.officer_id}")
    )
    assert office.number in rows
    assert "राहुल" not in page + rows
    for wrong in ("/watch?week=2026-11-17", "/watch?week=2020-01-06", "/watch?week=x", "/watch/rows?odd=no"):
        assert dm.get(wrong).status_code == 404, wrong


@pytest.mark.parametrize("role", [Role.DM_SECTION_HEAD, Role.SHO, Role.USER_ADMIN])
def test_nobody_but_the_heads_of_both_offices_reads_it(office, role):
    actor = office.journey.staff.holder(role)
    with pytest.raises(NotAllowed):
        office.database.read(
            lambda rows: watch.see(rows, actor, watch.week_of(None, NOW)), actor_scope(actor)
        )
    assert office.at(role).get("/watch").status_code == 403


def test_a_week_is_told_once_to_both_heads_and_only_where_there_is_anything(office):
    looked(office, office.journey.staff.holder(Role.ADM), NOON)
    assert watch.tell_due(office.database, NOW) == 2
    assert watch.tell_due(office.database, NOW + timedelta(days=1)) == 0
    quiet = NOW + timedelta(weeks=20)
    assert watch.tell_due(office.database, quiet) == 0
    with office.database.engine.connect() as connection:
        told = connection.execute(select(notification.c.role, notification.c.case_id, notification.c.kind))
        assert sorted(map(tuple, told)) == [("dm", None, "watch"), ("sp", None, "watch")]


def test_a_week_that_never_was_is_not_found():
    with pytest.raises(NotFound):
        watch.week_of(date(2026, 12, 7), NOW)
