"""What an officer does with his own account: password, authenticator, recovery codes, and his open sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from app.domain.roles import SESSION_LIMITS, Role, session_limits
from app.models.tables.audit import audit
from app.models.tables.officers import login_session
from tests.districts import NOW
from tests.doorway import OTHER, PASSWORD, Doorway, Person, codes_on, is_in, key_on
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def doorway(demo_url: str, tmp_path: Path) -> Iterator[Doorway]:
    made = Doorway(demo_url, tmp_path, NOW)
    yield made
    made.close()


def elsewhere(doorway: Doorway, person: Person) -> Visitor:
    """The same officer at a second browser."""
    doorway.goes_on(minutes=1)
    other = Visitor(doorway.app)
    assert other.sign_in(person.username, person.password, person.phone.code(doorway.now)).status_code == 303
    doorway.goes_on(minutes=1)
    return other


def cookie(browser: Visitor) -> str:
    return browser.client.get_cookie("esp").value


def with_cookie(doorway: Doorway, value: str) -> Visitor:
    thief = Visitor(doorway.app)
    thief.client.set_cookie("esp", value)
    return thief


def change(person: Person, what: str, **typed: str):
    person.browser.get(f"/account/factors/{what}")
    return person.browser.post(f"/account/factors/{what}", typed)


def test_a_new_password_ends_every_other_session_and_the_old_cookie(doorway: Doorway) -> None:
    person = doorway.let_in("dm")
    other, before = elsewhere(doorway, person), cookie(person.browser)
    code = person.phone.code(doorway.now)
    answer = change(person, "password", current=PASSWORD, password=OTHER, again=OTHER, code=code)
    assert answer.status_code == 303
    assert "पासवर्ड बदल गया" in person.browser.get("/account").get_data(as_text=True)
    assert not is_in(other)
    assert not is_in(with_cookie(doorway, before))
    doorway.goes_on(minutes=1)
    assert doorway.sign_in(person).status_code == 422
    person.password = OTHER
    assert doorway.sign_in(person).status_code == 303
    doorway.goes_on(days=800)
    assert doorway.sign_in(person).status_code == 303, "a password does not grow old"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"current": OTHER}, "अभी का पासवर्ड सही नहीं"),
        ({"code": "000000"}, "यह कोड सही नहीं है"),
        ({"password": "x", "again": "x"}, "कम से कम 12 अक्षर"),
        ({"password": "dm.saran.2026.x", "again": "dm.saran.2026.x"}, "आसानी से अनुमान"),
    ],
)
def test_what_does_not_pass_changes_nothing(doorway: Doorway, typed: dict, said: str) -> None:
    person = doorway.let_in("dm")
    doorway.goes_on(minutes=1)
    right = {"current": PASSWORD, "password": OTHER, "again": OTHER, "code": person.phone.code(doorway.now)}
    answer = change(person, "password", **{**right, **typed})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert said in page
    assert not [value for value in (PASSWORD, OTHER) if value in page]
    assert is_in(person.browser)


def test_an_old_code_is_needed_for_a_new_authenticator(doorway: Doorway) -> None:
    person = doorway.let_in("dm")
    doorway.goes_on(minutes=1)
    phone = key_on(person.browser.get("/account/factors/factor"))
    new = {"current": PASSWORD, "new_code": phone.code(doorway.now)}
    assert change(person, "factor", **new, code="000000").status_code == 422
    answer = change(person, "factor", **new, code=person.phone.code(doorway.now))
    assert len(codes_on(answer)) == 10
    assert is_in(person.browser)
    doorway.goes_on(minutes=1)
    assert doorway.sign_in(person).status_code == 422
    person.phone = phone
    assert doorway.sign_in(person).status_code == 303


def test_new_recovery_codes_void_the_old_ones_and_are_counted(doorway: Doorway) -> None:
    person = doorway.let_in("dm")
    doorway.goes_on(minutes=1)
    first = codes_on(change(person, "codes", code=person.phone.code(doorway.now)))
    second = codes_on(change(person, "codes", code=first[0]))
    assert len(set(first + second)) == 20
    assert doorway.sign_in(person, code=first[1]).status_code == 422
    assert doorway.sign_in(person, code=second[0]).status_code == 303
    assert "9 शेष" in person.browser.get("/account").get_data(as_text=True)


def test_who_guesses_at_an_open_session_is_made_to_wait(doorway: Doorway) -> None:
    person = doorway.let_in("dm")
    doorway.goes_on(minutes=1)
    for _ in range(5):
        change(person, "codes", code="000000")
    answer = change(person, "codes", code=person.phone.code(doorway.now))
    assert "थोड़ी प्रतीक्षा" in answer.get_data(as_text=True)
    doorway.goes_on(minutes=16)
    assert change(person, "codes", code=person.phone.code(doorway.now)).status_code == 200


def test_a_failure_is_recorded_with_what_it_was_for(doorway: Doorway) -> None:
    person = doorway.let_in("dm")
    change(person, "codes", code="000000")
    with doorway.database.engine.connect() as connection:
        rows = connection.execute(select(audit).where(audit.c.action == "factor:refuse")).all()
    assert [(row.object, row.detail) for row in rows] == [(f"officer:{person.id}", {"reason": "own_codes"})]


def test_each_session_is_listed_and_ended_by_itself_with_a_fresh_code(doorway: Doorway) -> None:
    person = doorway.let_in("dm")
    other, third = elsewhere(doorway, person), elsewhere(doorway, person)
    page = person.browser.get("/account").get_data(as_text=True)
    assert page.count("यह सत्र समाप्त करें") == 2
    with doorway.database.engine.connect() as connection:
        rows = connection.execute(select(login_session).order_by(login_session.c.created_at)).all()
    asked = person.browser.post(f"/account/sessions/{rows[1].id}/end").headers["Location"]
    assert "बाकी" not in person.browser.get(asked).get_data(as_text=True)
    assert person.browser.post(asked, {"code": "000000"}).status_code == 422
    assert is_in(other), "whoever finds an open desk ends nothing without a code"
    assert person.browser.post(asked, {"code": person.phone.code(doorway.now)}).status_code == 303
    page = person.browser.get("/account").get_data(as_text=True)
    assert "सत्र समाप्त हुए" in page
    assert "बाकी सभी सत्र समाप्त कर दिए" not in page, "one was ended"
    assert (is_in(person.browser), is_in(other), is_in(third)) == (True, False, True)
    asked = person.browser.post("/account/sessions").headers["Location"]
    doorway.goes_on(minutes=1)
    assert person.browser.post(asked, {"code": person.phone.code(doorway.now)}).status_code == 303
    assert (is_in(person.browser), is_in(third)) == (True, False)
    assert person.browser.post("/account/sessions").headers["Location"] == "/account", "none is left"


def test_an_administrator_ends_all_sessions_of_an_officer_with_a_fresh_code(doorway: Doorway) -> None:
    person, admin = doorway.let_in("dm"), doorway.let_in("user_admin")
    other = elsewhere(doorway, person)
    admin.browser.get("/admin/entry-codes")
    unknown = admin.browser.post("/admin/entry-codes/sessions", {"ending": "nobody-here"})
    assert unknown.status_code == 422
    assert "सत्र समाप्त नहीं हुए" in unknown.get_data(as_text=True)
    assert admin.browser.post("/admin/entry-codes/sessions", {"ending": admin.username}).status_code == 422
    asked = admin.browser.post("/admin/entry-codes/sessions", {"ending": " dm "}).headers["Location"]
    assert "(dm)" in admin.browser.get(asked).get_data(as_text=True)
    assert (is_in(person.browser), is_in(other)) == (True, True), "nothing has ended yet"
    assert admin.browser.post(asked, {"code": admin.phone.code(doorway.now)}).status_code == 303
    assert "कोई सत्र अब खुला नहीं है" in admin.browser.get("/admin/entry-codes").get_data(as_text=True)
    assert (is_in(person.browser), is_in(other)) == (False, False)
    with doorway.database.engine.connect() as connection:
        rows = connection.execute(select(audit).where(audit.c.action == "session:end")).all()
    assert [(row.actor_id, row.object, row.detail["reason"]) for row in rows] == [
        (admin.id, f"officer:{person.id}", "administrator")
    ]
    doorway.goes_on(minutes=1)
    assert doorway.sign_in(person).status_code == 303, "he comes in again with what he knows and has"


def test_nobody_ends_the_session_of_another(doorway: Doorway) -> None:
    person, other = doorway.let_in("dm"), doorway.let_in("sp")
    with doorway.database.engine.connect() as connection:
        theirs = connection.execute(
            select(login_session.c.id).where(login_session.c.officer_id == other.id)
        ).scalar_one()
    person.browser.get("/account")
    assert person.browser.post(f"/account/sessions/{theirs}/end").status_code == 404
    assert is_in(other.browser)


def test_coming_in_anew_ends_the_session_that_the_browser_had(doorway: Doorway) -> None:
    person, other = doorway.let_in("dm"), doorway.person("sp")
    before = cookie(person.browser)
    visitor = person.browser
    visitor.get("/account")
    fields = {"username": "sp", "password": PASSWORD, "code": other.phone.code(doorway.now)}
    assert visitor.post("/sign-in", fields).status_code == 303
    assert not is_in(with_cookie(doorway, before))
    assert is_in(visitor)


@pytest.mark.parametrize(
    ("username", "idle"), [("dm", 30), ("eo1.garkha", 30), ("munshi.garkha", 15), ("user_admin", 15)]
)
def test_an_idle_session_ends_as_its_role_has_it(doorway: Doorway, username: str, idle: int) -> None:
    person = doorway.let_in(username)
    doorway.goes_on(minutes=idle - 1)
    assert is_in(person.browser)
    doorway.goes_on(minutes=idle + 1)
    assert not is_in(person.browser)


def test_an_administrators_day_is_shorter(doorway: Doorway) -> None:
    person = doorway.let_in("user_admin")
    for _ in range(47):
        doorway.goes_on(minutes=10)
        assert is_in(person.browser)
    doorway.goes_on(minutes=11)
    assert not is_in(person.browser)


def test_every_role_has_its_limits() -> None:
    assert SESSION_LIMITS.keys() == set(Role)
    assert all(session_limits(role).idle < session_limits(role).whole for role in Role)


def test_a_phone_is_told_from_a_desk_in_the_list(doorway: Doorway) -> None:
    person = doorway.person("dm")
    person.browser.headers["User-Agent"] = "Mozilla/5.0 (Linux; Android 14) Mobile Safari/537.36"
    doorway.sign_in(person)
    elsewhere(doorway, person)
    page = person.browser.get("/account").get_data(as_text=True)
    assert "· फोन" in page
    assert "· कंप्यूटर" in page
