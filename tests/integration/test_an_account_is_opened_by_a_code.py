"""The first administrator comes by the command line; a code stands for one factor, works once, and weakens none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from app.domain.roles import Role
from app.models.tables.audit import audit
from app.models.tables.officers import entry_code, login_session, officer, posting
from app.services.installation import setup
from app.services.staff import entrycodes
from tests.districts import NOW
from tests.doorway import (
    OTHER,
    PASSWORD,
    Doorway,
    Person,
    codes_on,
    come_by,
    confirmed,
    is_in,
    key_on,
    second_administrator,
)
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.phone import Phone

SARAN = 218
COMMAND = ["admin", "first", "anil.kumar", "--name-hi", "अनिल कुमार", "--name-en", "Anil Kumar"]


@pytest.fixture
def doorway(demo_url: str, tmp_path: Path) -> Iterator[Doorway]:
    made = Doorway(demo_url, tmp_path, NOW)
    yield made
    made.close()


@pytest.fixture
def bare(new_url: str, tmp_path: Path) -> Iterator[Doorway]:
    """A district without any officer, as it is after `flask district add`."""
    made = Doorway(new_url, tmp_path, NOW)
    setup.add_district(made.database, SARAN, NOW)
    yield made
    made.close()


def run(doorway: Doorway, *words: str):
    return doorway.app.test_cli_runner().invoke(args=list(words))


def code_in(text: str) -> str:
    found = re.search(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){6}", text)
    assert found is not None, text
    return found[0]


def is_led_to_set_up(browser: Visitor) -> bool:
    return browser.get("/set-up").status_code == 200


def set_up(doorway: Doorway, browser: Visitor, password: str = PASSWORD) -> tuple[Phone, list[str]]:
    """Fill in the page of a first code; -> the telephone that took the key, and the recovery codes."""
    phone = key_on(browser.get("/set-up"))
    answer = browser.post(
        "/set-up", {"password": password, "again": password, "new_code": phone.code(doorway.now)}
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return phone, codes_on(answer)


def test_the_first_administrator_comes_by_the_command_line(bare: Doorway) -> None:
    said = run(bare, *COMMAND)
    assert said.exit_code == 0, said.output
    browser = come_by(bare, "anil.kumar", code_in(said.output))
    assert browser.get("/admin").status_code == 303, "nothing opens before both factors are set"
    phone, recovery = set_up(bare, browser)
    assert len(recovery) == 10
    assert browser.get("/").headers["Location"] == "/posts"
    person = Person(None, "anil.kumar", phone, Visitor(bare.app))
    assert bare.sign_in(person).status_code == 303
    assert bare.sign_in(person, code=recovery[0]).status_code == 303


def test_a_fresh_district_has_no_password_that_anybody_knows(bare: Doorway) -> None:
    run(bare, *COMMAND)
    with bare.database.engine.connect() as connection:
        [row] = connection.execute(select(officer)).all()
    assert (row.password_hash, row.totp_secret) == ("", None)
    assert Visitor(bare.app).sign_in("anil.kumar", "", "").status_code == 422


def test_the_command_makes_only_the_first_and_says_so(bare: Doorway) -> None:
    first, second = run(bare, *COMMAND), run(bare, *COMMAND)
    assert code_in(first.output) != code_in(second.output), (
        "asked again before he came, it gives another code"
    )
    assert not is_led_to_set_up(come_by(bare, "anil.kumar", code_in(first.output)))
    set_up(bare, come_by(bare, "anil.kumar", code_in(second.output)))
    refused = run(bare, *COMMAND)
    assert refused.exit_code == 1
    assert "पहले से है" in refused.output
    assert "already" in refused.output


@pytest.mark.parametrize("name", ["A", "Anil Kumar", "अनिल", "x" * 41, "-x", ""])
def test_a_name_that_cannot_be_typed_at_the_door_is_refused(bare: Doorway, name: str) -> None:
    words = [*COMMAND[:2], "--name-hi", "अ", "--name-en", "A", "--", name]
    assert run(bare, *words).exit_code == 1


def test_the_name_of_another_officer_is_taken(doorway: Doorway) -> None:
    with doorway.database.engine.execution_options(writing=True).begin() as connection:
        holders = select(posting.c.officer_id).where(posting.c.role == Role.USER_ADMIN)
        connection.execute(update(officer).where(officer.c.id.in_(holders)).values(active=False))
    said = run(doorway, "admin", "first", "dm", "--name-hi", "अ", "--name-en", "A")
    assert said.exit_code == 1
    assert "dm" in said.output


def test_a_code_works_once(bare: Doorway) -> None:
    code = code_in(run(bare, *COMMAND).output)
    browser = come_by(bare, "anil.kumar", code)
    set_up(bare, browser)
    assert not is_led_to_set_up(come_by(bare, "anil.kumar", code))


def test_a_code_that_was_not_used_up_may_be_entered_again(bare: Doorway) -> None:
    code = code_in(run(bare, *COMMAND).output)
    come_by(bare, "anil.kumar", code)
    assert is_led_to_set_up(come_by(bare, "anil.kumar", code.lower().replace("-", " ")))


def test_a_code_runs_out_after_a_day_and_its_session_after_half_an_hour(bare: Doorway) -> None:
    code = code_in(run(bare, *COMMAND).output)
    bare.goes_on(hours=23)
    browser = come_by(bare, "anil.kumar", code)
    bare.goes_on(minutes=31)
    assert not is_led_to_set_up(browser)
    bare.goes_on(hours=1)
    assert not is_led_to_set_up(come_by(bare, "anil.kumar", code))


@pytest.mark.parametrize(
    ("name", "code"), [("nobody", ""), ("anil.kumar", "AAAA-BBBB"), ("", ""), ("dm", "x")]
)
def test_every_wrong_code_is_answered_alike(bare: Doorway, name: str, code: str) -> None:
    run(bare, *COMMAND)
    browser = Visitor(bare.app)
    browser.get("/sign-in/code")
    answer = browser.post("/sign-in/code", {"username": name, "entry_code": code})
    assert answer.status_code == 422
    assert "प्रवेश कोड सही नहीं है" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"password": "छोटा", "again": "छोटा"}, "कम से कम 12 अक्षर"),
        ({"password": "satyapan2026!!", "again": "satyapan2026!!"}, "आसानी से अनुमान"),
        ({"password": "बगुला " * 30, "again": "बगुला " * 30}, "अधिक से अधिक 128 अक्षर"),
        ({"again": OTHER}, "एक ही पासवर्ड नहीं"),
        ({"new_code": "000000"}, "नए ऐप का नहीं"),
    ],
)
def test_what_does_not_pass_is_told_and_changes_nothing(bare: Doorway, typed: dict, said: str) -> None:
    browser = come_by(bare, "anil.kumar", code_in(run(bare, *COMMAND).output))
    phone = key_on(browser.get("/set-up"))
    right = {"password": PASSWORD, "again": PASSWORD, "new_code": phone.code(bare.now)}
    answer = browser.post("/set-up", {**right, **typed})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert said in page
    assert PASSWORD not in page
    assert key_on(answer).secret == phone.secret, "the app that was added stays right"
    with bare.database.engine.connect() as connection:
        assert connection.execute(select(officer.c.password_hash)).scalar_one() == ""
    assert browser.post("/set-up", right).status_code == 200


# -- administrators in the browser -----------------------------------------------------------------------


def ask(doorway: Doorway, admin: Person, username: str, kind: str):
    admin.browser.get("/admin/entry-codes")
    answer = admin.browser.post("/admin/entry-codes", {"username": username, "kind": kind})
    return confirmed(doorway, admin, answer)


def test_who_forgot_his_password_still_shows_his_second_factor(doorway: Doorway) -> None:
    person, admin = doorway.let_in("sho.garkha"), doorway.let_in("user_admin")
    [code] = codes_on(ask(doorway, admin, "sho.garkha", "password"))
    assert not is_led_to_set_up(come_by(doorway, "dm", code)), "it is for nobody else"
    browser = come_by(doorway, "sho.garkha", code)
    page = browser.get("/set-up").get_data(as_text=True)
    assert "image/png" not in page, "no new authenticator is offered"
    typed = {"password": OTHER, "again": OTHER}
    assert browser.post("/set-up", {**typed, "code": "000000"}).status_code == 422
    doorway.goes_on(minutes=1)
    answer = browser.post("/set-up", {**typed, "code": person.phone.code(doorway.now)})
    assert answer.status_code == 303
    assert is_in(browser)
    assert not is_in(person.browser), "his other sessions end"
    doorway.goes_on(minutes=1)
    assert doorway.sign_in(person).status_code == 422
    assert doorway.sign_in(person, OTHER).status_code == 303


def test_a_lost_telephone_takes_two_administrators_and_the_password(doorway: Doorway) -> None:
    person, admin = doorway.person("sho.garkha"), doorway.let_in("user_admin")
    other = second_administrator(doorway)
    answer = ask(doorway, admin, "sho.garkha", "factor")
    assert (answer.status_code, codes_on(answer)) == (303, [])
    page = admin.browser.get("/admin/entry-codes").get_data(as_text=True)
    assert "किसी दूसरे प्रशासक की सहमति" in page
    with doorway.database.engine.connect() as connection:
        [row] = connection.execute(select(entry_code).where(entry_code.c.closed_at.is_(None))).all()
    assert row.digest is None
    assert admin.browser.post(f"/admin/entry-codes/{row.id}/allow").status_code == 422
    other.browser.get("/admin/entry-codes")
    asked = other.browser.post(f"/admin/entry-codes/{row.id}/allow")
    [code] = codes_on(confirmed(doorway, other, asked))
    browser = come_by(doorway, "sho.garkha", code)
    phone = key_on(browser.get("/set-up"))
    wrong = browser.post("/set-up", {"current": OTHER, "new_code": phone.code(doorway.now)})
    assert wrong.status_code == 422
    answer = browser.post("/set-up", {"current": PASSWORD, "new_code": phone.code(doorway.now)})
    assert len(codes_on(answer)) == 10
    doorway.goes_on(minutes=2)
    assert doorway.sign_in(person).status_code == 422, "the lost telephone opens nothing"
    person.phone = phone
    assert doorway.sign_in(person).status_code == 303


def test_no_code_is_made_before_the_administrator_has_confirmed_it(doorway: Doorway) -> None:
    admin = doorway.let_in("user_admin")
    admin.browser.get("/admin/entry-codes")
    answer = admin.browser.post("/admin/entry-codes", {"username": "sho.garkha", "kind": "password"})
    page = admin.browser.get(answer.headers["Location"]).get_data(as_text=True)
    assert "sho.garkha" in page
    refused = admin.browser.post(answer.headers["Location"], {"code": "000000"})
    assert (refused.status_code, codes_on(refused)) == (422, [])
    with doorway.database.engine.connect() as connection:
        assert connection.execute(select(entry_code)).all() == []


def test_who_lost_the_post_between_question_and_code_gets_none(doorway: Doorway) -> None:
    admin = doorway.let_in("user_admin")
    admin.browser.get("/admin/entry-codes")
    asked = admin.browser.post("/admin/entry-codes", {"username": "dm", "kind": "password"})
    with doorway.database.engine.execution_options(writing=True).begin() as connection:
        own = update(posting).where(posting.c.officer_id == admin.id)
        connection.execute(own.values(role=Role.PROCESS_ADMIN.value))
    doorway.goes_on(minutes=2)
    refused = admin.browser.post(asked.headers["Location"], {"code": admin.phone.code(doorway.now)})
    assert (refused.status_code, codes_on(refused)) == (403, [])
    with doorway.database.engine.connect() as connection:
        assert connection.execute(select(entry_code)).all() == []


def test_a_request_that_was_refused_gives_no_code(doorway: Doorway) -> None:
    admin, other = doorway.let_in("user_admin"), second_administrator(doorway)
    ask(doorway, admin, "sho.garkha", "factor")
    with doorway.database.engine.connect() as connection:
        code_id = connection.execute(select(entry_code.c.id)).scalar_one()
    other.browser.get("/admin/entry-codes")
    assert other.browser.post(f"/admin/entry-codes/{code_id}/refuse").status_code == 303
    assert other.browser.post(f"/admin/entry-codes/{code_id}/allow").status_code == 404


def test_nobody_makes_a_code_for_himself_and_an_unknown_name_is_told(doorway: Doorway) -> None:
    admin = doorway.let_in("user_admin")
    own, unknown = (ask(doorway, admin, name, "password") for name in ("user_admin", "nobody.here"))
    assert own.status_code == unknown.status_code == 422
    assert "किसी दूसरे प्रशासक" in own.get_data(as_text=True)
    assert "nobody.here" in unknown.get_data(as_text=True)


def test_who_is_no_user_administrator_finds_no_codes(doorway: Doorway) -> None:
    for username in ("dm", "process_admin"):
        person = doorway.let_in(username)
        assert person.browser.get("/admin/entry-codes").status_code == 403
        person.browser.get("/account")
        assert person.browser.post("/admin/entry-codes", {"username": "sp"}).status_code == 403


def test_a_code_leaves_rows_in_the_record_and_itself_nowhere(doorway: Doorway) -> None:
    admin = doorway.let_in("user_admin")
    [code] = codes_on(ask(doorway, admin, "sho.garkha", "password"))
    come_by(doorway, "sho.garkha", code)
    with doorway.database.engine.connect() as connection:
        rows = connection.execute(select(audit.c.action, audit.c.detail)).all()
        kept = connection.execute(select(entry_code.c.digest)).scalars().all()
    assert ("entry:allow", {"kind": entrycodes.PASSWORD}) in [(row.action, row.detail) for row in rows]
    plain = code.replace("-", "")
    assert not [row for row in rows if plain in str(row.detail)]
    assert not [digest for digest in kept if plain.encode() in bytes(digest)]


def test_the_only_administrator_gets_a_code_from_the_machine(doorway: Doorway) -> None:
    admin = doorway.person("user_admin")
    said = run(doorway, "admin", "code", "user_admin", "--lost", "factor", "--district", str(SARAN))
    browser = come_by(doorway, "user_admin", code_in(said.output))
    phone = key_on(browser.get("/set-up"))
    assert browser.post("/set-up", {"current": PASSWORD, "new_code": phone.code(NOW)}).status_code == 200
    assert run(doorway, "admin", "code", "nobody", "--lost", "password").exit_code == 1
    with doorway.database.engine.connect() as connection:
        stages = connection.execute(
            select(login_session.c.stage).where(login_session.c.officer_id == admin.id)
        ).scalars()
        assert set(stages) == {"open"}
