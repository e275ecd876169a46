"""Series of पत्रांक: seen by those who may, set by two before the first number is given, never changed after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.domain.errors import NotAllowed
from app.domain.numbers import Outgoing, Series
from app.domain.roles import Role
from app.models.tables.audit import audit
from app.services.district import series
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.domain.roles import Actor

THIS, NEXT = 2026, 2027
PLACE = "/admin/series"


@pytest.fixture(scope="module")
def office(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("series")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    made = Office(folder, NOW)
    yield made
    made.database.close()


def of(office: Office, role: Role, key: str = "") -> Any:
    """The office in which a role sits."""
    staff = office.journey.staff
    return staff.offices(role)[key] if key else staff.holder(role).post.office_id


def propose(office: Office, wanted: series.Wanted) -> None:
    maker = office.journey.staff.holder(Role.PROCESS_ADMIN)
    office.database.write(lambda s: series.propose(s, maker, wanted, NOW), actor_scope(maker))


def decide(office: Office, actor: Actor, *, approves: bool = True) -> None:
    office.database.write(lambda s: series.decide(s, actor, NOW, approves=approves), actor_scope(actor))


def take(office: Office, role: Role, kind: Series, year: int, key: str = "") -> str:
    sp = office.journey.staff.holder(Role.SP)
    place = of(office, role, key)
    codes = {each.id: each.code for each in shown(office, sp).offices}
    given = series.Given(Outgoing.REPLY, date(year, 5, 1))
    return office.database.write(
        lambda s: series.take(s, (place, codes[place]), kind, given), actor_scope(sp)
    )


def shown(office: Office, actor: Actor) -> series.Page:
    return office.database.read(lambda s: series.show(s, actor, NOW), actor_scope(actor))


def test_the_series_of_next_year_is_proposed_on_the_page_and_holds_once_the_sp_approves(
    office: Office,
) -> None:
    maker, sp, dm = (office.at(role) for role in (Role.PROCESS_ADMIN, Role.SP, Role.DM))
    place = of(office, Role.SP)
    maker.get(PLACE)
    sent = {"of": f"{place}:letter", "year": str(NEXT), "prefix": "sp-srn/goa", "first": "१"}
    assert maker.post(PLACE, sent).status_code == 303
    for browser, buttons in ((maker, False), (dm, False), (sp, True)):
        page = text_of(browser.get(PLACE)).partition("<main")[2]
        assert "SP-SRN/GOA/2027/00001" in page
        assert ('value="approve"' in page) is buttons
    assert (
        dm.post(f"{PLACE}/decide", {"_op": "approve"}).status_code == 403
    )  # the police's series are the SP's
    assert sp.post(f"{PLACE}/decide", {"_op": "approve"}).status_code == 303
    assert "तय किया गया" in text_of(sp.get(PLACE))
    assert take(office, Role.SP, Series.LETTER, THIS).startswith("SP-CON/VER/2026/")  # this year's goes on
    assert take(office, Role.SP, Series.LETTER, NEXT) == "SP-SRN/GOA/2027/00001"
    assert take(office, Role.SP, Series.LETTER, NEXT + 1) == "SP-SRN/GOA/2028/00001"
    with office.database.engine.connect() as connection:
        rows = connection.execute(
            select(audit.c.action, audit.c.detail).where(audit.c.object == series.KEY)
        ).all()
    acts = {row.action for row in rows if row.detail["series"]["prefix"] == "SP-SRN/GOA"}
    assert acts == {"policy:propose", "policy:approve"}


def test_a_series_goes_on_where_the_offices_own_register_stands_if_none_was_given(office: Office) -> None:
    place = of(office, Role.SHO, "th_garkha")
    propose(office, series.Wanted(place, "letter", THIS, "PS-GARKHA/REP", 213))
    decide(office, office.journey.staff.holder(Role.SP))
    assert take(office, Role.SHO, Series.LETTER, THIS, "th_garkha") == "PS-GARKHA/REP/2026/00213"
    with pytest.raises(series.Refused, match="begun"):
        propose(office, series.Wanted(place, "letter", THIS, "PS-GARKHA/NEW", 1))


def test_a_number_given_meanwhile_stops_the_approval(office: Office) -> None:
    place = of(office, Role.SHO, "th_mashrakh")
    propose(office, series.Wanted(place, "letter", THIS, "PS-MSK/REP", 1))
    given = take(office, Role.SHO, Series.LETTER, THIS, "th_mashrakh")
    with pytest.raises(series.Refused, match="begun"):
        decide(office, office.journey.staff.holder(Role.SP))
    decide(office, office.journey.staff.holder(Role.SP), approves=False)  # it can still be put away
    following = take(office, Role.SHO, Series.LETTER, THIS, "th_mashrakh")
    assert given.rpartition("/")[0] == following.rpartition("/")[0]


def test_nobody_sets_a_series_alone(office: Office) -> None:
    place, sp = of(office, Role.SP), office.journey.staff.holder(Role.SP)
    with pytest.raises(NotAllowed):
        office.database.write(
            lambda s: series.propose(s, sp, series.Wanted(place, "memo", NEXT, "SP-A", 1), NOW),
            actor_scope(sp),
        )
    maker = office.journey.staff.holder(Role.PROCESS_ADMIN)
    propose(office, series.Wanted(place, "memo", NEXT, "SP-A", 1))
    with pytest.raises(NotAllowed):
        decide(office, maker)
    promoted = replace(sp, officer_id=maker.officer_id)  # since then he has the post of whoever approves
    waits = shown(office, promoted).proposed
    assert waits is not None
    assert not waits.may_decide
    with pytest.raises(NotAllowed):
        decide(office, promoted)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"of": ""}, "सूची से कार्यालय और शृंखला चुनें"),
        ({"of": "kein:letter"}, "सूची से कार्यालय और शृंखला चुनें"),
        ({"year": "2025"}, "वर्ष 2026 या 2027 चुनें"),
        ({"year": "जल्द"}, "वर्ष 2026 या 2027 चुनें"),
        ({"prefix": "गो०/12"}, "पत्रांक का पहला भाग अंग्रेजी अक्षरों"),
        ({"prefix": ""}, "पत्रांक का पहला भाग अंग्रेजी अक्षरों"),
        ({"prefix": "DM-GEN/CHAR"}, "दूसरी शृंखला का है"),
        ({"first": "0"}, "पहला क्रमांक 1 से"),
        ({"first": "9999999999999"}, "पहला क्रमांक 1 से"),
    ],
)
def test_what_cannot_be_a_series_is_told_and_what_was_typed_stays(
    office: Office, changes: dict[str, str], says: str
) -> None:
    maker = office.at(Role.PROCESS_ADMIN)
    maker.get(PLACE)
    sent = {"of": f"{of(office, Role.SP)}:memo", "year": str(NEXT), "prefix": "SP-B", "first": "1", **changes}
    refused = maker.post(PLACE, sent)
    assert refused.status_code == 422
    page = text_of(refused).partition("<main")[2]
    assert says in page
    assert f'value="{sent["prefix"]}"' in page
    assert f'value="{sent["first"]}"' in page


@pytest.mark.parametrize("role", [Role.DM_SECTION_HEAD, Role.SP_READER, Role.SHO, Role.ADM, Role.USER_ADMIN])
def test_others_do_not_come_to_the_page(office: Office, role: Role) -> None:
    assert office.at(role).get(PLACE).status_code == 403


def test_letters_of_the_route_carry_the_number_of_the_series(office: Office) -> None:
    """A letter of the route, not only a call of the service: the DM's forwarding goes out under what was set."""
    place = of(office, Role.DM)
    propose(office, series.Wanted(place, "letter", NEXT, "DM-SRN/SATYAPAN", 7))
    decide(office, office.journey.staff.holder(Role.DM))
    office.now = office.journey.now = NOW + timedelta(days=60)
    try:
        number = office.journey.new_case(
            ["th_mufassil"], letter_date="2027-01-18", received_date="2027-01-20"
        )
        office.journey.do(number, "scrutinise")
        page = office.at(Role.DM_SECTION_HEAD).get(f"/cases/{number.replace('/', '-')}/documents")
        assert "DM-SRN/SATYAPAN/2027/00007" in text_of(page)
    finally:
        office.now = office.journey.now = NOW
