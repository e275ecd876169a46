"""An account that is shut lets nobody in and holds no work; two administrators open it, and it begins anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from app.domain.roles import Role
from app.models.tables.audit import audit
from app.models.tables.officers import entry_code, officer, posting, recovery_code
from app.services.access import factors
from app.services.store import scopes
from tests.districts import NOW
from tests.doorway import (
    OTHER,
    Doorway,
    Person,
    codes_on,
    come_by,
    confirmed,
    is_in,
    key_on,
    second_administrator,
)
from tests.office import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from werkzeug.test import TestResponse

    from tests.office import Office

THANA = "th_mufassil"


@pytest.fixture
def doorway(demo_url: str, tmp_path: Path) -> Iterator[Doorway]:
    made = Doorway(demo_url, tmp_path, NOW)
    yield made
    made.close()


def since(day: str = "20", month: str = "11", why: str = "retired") -> dict[str, str]:
    """What is typed to shut an account: why, and the day."""
    return {"why": why, "since-d": day, "since-m": month, "since-y": "2026"}


def shut(doorway: Doorway, admin: Person, person: Person) -> TestResponse:
    address = f"/admin/accounts/{person.id}"
    admin.browser.get(address)
    return confirmed(doorway, admin, admin.browser.post(f"{address}/shut", since()))


def found(admin: Person, words: str, state: str = "open") -> str:
    """The page of the accounts, open or shut, with these signs in their names."""
    admin.browser.get("/admin/accounts")
    answer = admin.browser.post("/admin/accounts", {"words": words, "state": state})
    assert answer.status_code == 200, text_of(answer)[:300]
    return answer.get_data(as_text=True)


def acts_on(doorway: Doorway, person: Person) -> list[tuple[str, dict[str, Any]]]:
    """What the record of the administration tells of an account, the oldest first."""
    own = select(audit.c.action, audit.c.detail).where(
        audit.c.object == f"officer:{person.id}", audit.c.stream == "admin"
    )
    with doorway.database.engine.connect() as connection:
        return [(row.action, row.detail) for row in connection.execute(own.order_by(audit.c.seq))]


def test_a_shut_account_is_out_at_once_and_begins_anew_when_two_open_it(doorway: Doorway) -> None:
    person, admin = doorway.let_in("sho.garkha"), doorway.let_in("user_admin")
    [own_code] = doorway.database.write(
        lambda rows: factors.new_recovery_codes(rows, person.id, NOW)[:1], scopes.door(218)
    )
    listed = found(admin, "SHO.garkha")
    assert f'/admin/accounts/{person.id}"' in listed
    answer = shut(doorway, admin, person)
    page = text_of(admin.browser.get(answer.headers["Location"]))
    assert "खाता बंद हुआ" in page
    assert "सेवानिवृत्त · 20-11-2026" in page
    assert not is_in(person.browser), "his session has ended"
    doorway.goes_on(minutes=2)
    assert doorway.sign_in(person).status_code == 422
    assert doorway.sign_in(person, code=own_code).status_code == 422
    with doorway.database.engine.connect() as connection:
        row = connection.execute(select(officer).where(officer.c.id == person.id)).one()
        codes = connection.execute(select(recovery_code).where(recovery_code.c.officer_id == person.id)).all()
    assert (row.active, row.password_hash, row.totp_secret, codes) == (False, "", None, [])
    assert str(person.id) not in found(admin, "sho.garkha")
    assert str(person.id) in found(admin, "garkha", "shut")

    refused = admin.browser.post("/admin/entry-codes", {"username": "sho.garkha", "kind": "password"})
    assert refused.status_code == 422, "a code is no way around the second administrator"
    asked = confirmed(doorway, admin, admin.browser.post(f"/admin/accounts/{person.id}/reopen"))
    assert codes_on(asked) == []
    assert "बंद खाता फिर खोलना" in admin.browser.get("/admin/entry-codes").get_data(as_text=True)
    with doorway.database.engine.connect() as connection:
        request = select(entry_code.c.id).where(entry_code.c.closed_at.is_(None))
        request_id = connection.execute(request).scalar_one()
    assert admin.browser.post(f"/admin/entry-codes/{request_id}/allow").status_code == 422
    other = second_administrator(doorway)
    other.browser.get("/admin/entry-codes")
    allowed = confirmed(doorway, other, other.browser.post(f"/admin/entry-codes/{request_id}/allow"))
    assert doorway.sign_in(person).status_code == 422, "what he had before opens nothing"
    browser = come_by(doorway, "sho.garkha", codes_on(allowed)[0])
    phone = key_on(browser.get("/set-up"))
    typed = {"password": OTHER, "again": OTHER, "new_code": phone.code(doorway.now)}
    assert len(codes_on(browser.post("/set-up", typed))) == 10
    assert is_in(browser)
    told = acts_on(doorway, person)
    assert told[0] == ("account:shut", {"why": "retired", "since": "2026-11-20"})
    assert [action for action, _ in told] == ["account:shut", "entry:ask", "entry:allow", "account:reopen"]


def test_nobody_shuts_himself_nor_the_last_administrator_and_each_fault_is_told(doorway: Doorway) -> None:
    person, admin = doorway.person("sho.garkha"), doorway.let_in("user_admin")
    page, address = f"/admin/accounts/{person.id}", f"/admin/accounts/{person.id}/shut"
    admin.browser.get(page)
    wrong = admin.browser.post(address, since("31", "12", why="because"))
    assert wrong.status_code == 422
    told = wrong.get_data(as_text=True)
    assert "सूची से कारण चुनें" in told
    assert "आज या पिछले एक वर्ष की" in told
    assert admin.browser.post(f"/admin/accounts/{admin.id}/shut", since()).status_code == 422
    assert admin.browser.post(f"{page}/reopen").status_code == 404, "it is open"
    other = second_administrator(doorway)
    first, second = (
        (one, another, one.browser.get(f"/admin/accounts/{another.id}"))
        for one, another in ((admin, other), (other, admin))
    )
    began = [
        one.browser.post(f"/admin/accounts/{another.id}/shut", since()) for one, another, _ in (first, second)
    ]
    assert confirmed(doorway, admin, began[0]).status_code == 303
    assert confirmed(doorway, other, began[1]).status_code in (303, 401), "who is shut shuts nobody"
    with doorway.database.engine.connect() as connection:
        keepers = connection.execute(
            select(officer.c.active).where(officer.c.id.in_((admin.id, other.id)))
        ).scalars()
        assert sorted(keepers) == [False, True]
    # His post has ended while he was signed in: what he began as an administrator he may not finish.
    admin.browser.get(page)
    last = admin.browser.post(address, since())
    with doorway.database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(
            update(posting).where(posting.c.officer_id == admin.id).values(role="process_admin")
        )
    assert confirmed(doorway, admin, last).status_code in (403, 422)
    person.browser.get("/sign-in")
    assert doorway.sign_in(person).status_code == 303
    assert person.browser.get("/admin/accounts").status_code == 403


def test_what_a_shut_account_had_is_nobodys_and_its_post_is_vacant(office: Office) -> None:
    journey = office.journey
    number = journey.new_case([THANA])
    journey.go_on(number, "visit")
    visit = office.task(number, "visit")
    holder = journey.actor_of(visit)
    admin = office.at(Role.USER_ADMIN)
    address = f"/admin/accounts/{holder.officer_id}"
    admin.get(address)
    answer = admin.confirm(admin.post(f"{address}/shut", since(why="died")))
    assert "1 कार्य अब किसी के नाम नहीं" in admin.get(answer.headers["Location"]).text
    left = office.task(number, "visit")
    assert (left.assigned_to, left.claimed_by) == (None, None)
    sho = office.at(Role.SHO, THANA)
    assert number in sho.get("/inbox?holder=to_give").text
    assert holder.name_hi not in sho.get(f"/tasks/{visit.id}/reassign").text
