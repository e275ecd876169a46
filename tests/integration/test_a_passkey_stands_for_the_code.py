"""A passkey beside the password: added after a fresh factor, taken at the door and for one act, removed, doubted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.models.tables.audit import audit
from app.models.tables.officers import officer, passkey, passkey_challenge, step_up
from app.services.access import door, factors, passkeys
from app.services.staff import entrycodes, ownpasskeys
from app.services.store import scopes
from app.services.store.officekeys import NO_KEYS, OfficeKeys
from tests.authenticator import Authenticator, Rs256
from tests.districts import KINDS, NOW
from tests.doorway import PASSWORD, Doorway, Person, codes_on, is_in, key_on
from tests.office import text_of
from tests.visitor import Visitor, without_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from werkzeug.test import TestResponse

REFUSED = 422
NEW = "नदी किनारे पुराना बरगद 7"


class House(Doorway):
    """A doorway whose officers each come to one test; its clock only goes on."""

    def __init__(self, url: str, folder: Any) -> None:
        super().__init__(url, folder, NOW)
        with self.database.engine.connect() as connection:
            names = connection.execute(select(officer.c.username).order_by(officer.c.username)).scalars()
            self._names = iter([name for name in names if name.startswith(("eo", "sho"))])

    def somebody(self) -> Person:
        """Let in an officer whom no other test has met."""
        self.goes_on(minutes=2)
        person = self.let_in(next(self._names))
        self.goes_on(minutes=2)
        return person

    def with_key(self) -> tuple[Person, Authenticator]:
        person, key = self.somebody(), Authenticator()
        assert self.add(person, key).status_code == 303
        return person, key

    def step_up(self, person: Person, address: str) -> str:
        """Press a button that leads to a step-up; -> its address."""
        person.browser.get("/account")
        where = person.browser.post(address).headers["Location"]
        assert where.startswith("/step-up/")
        person.browser.get(where)
        return where

    def confirm(self, person: Person, where: str) -> TestResponse:
        self.goes_on(minutes=1)
        return person.browser.post(where, {"code": person.phone.code(self.now)})

    def page(self, person: Person) -> str:
        """Confirm that a passkey is to be added; -> the page that makes it."""
        answer = self.confirm(person, self.step_up(person, "/account/passkeys"))
        page = answer.headers["Location"]
        assert person.browser.get(page).status_code == 200
        return page

    def add(self, person: Person, key: Authenticator, name: str = "मेरा फोन", **wrong: Any) -> TestResponse:
        page = self.page(person)
        options = person.browser.post(f"{page}/options").json
        return person.browser.post(page, {"name": name, "passkey": key.make(options, **wrong)})

    def come(
        self, person: Person, key: Authenticator, password: str = PASSWORD, options: Any = None, **wrong: Any
    ) -> TestResponse:
        """Come to the door by the person's browser with password and passkey."""
        if is_in(person.browser):
            person.browser.post("/sign-out")
        person.browser.get("/sign-in")
        options = options or person.browser.post("/sign-in/passkey").json
        typed = {"username": person.username, "password": password, "code": ""}
        return person.browser.post("/sign-in", {**typed, "passkey": key.use(options, **wrong)})

    def said(self, person: Person, action: str) -> list[Any]:
        """The record's rows of this act on the officer's account."""
        with self.database.engine.connect() as connection:
            return list(
                connection.execute(
                    select(audit)
                    .where(audit.c.action == action, audit.c.object == f"officer:{person.id}")
                    .order_by(audit.c.seq)
                )
            )

    def rows(self, table: Any, **values: Any) -> list[Any]:
        with self.database.engine.connect() as connection:
            wanted = [table.c[name] == value for name, value in values.items()]
            return list(connection.execute(select(table).where(*wanted)))

    def change(self, table: Any, row_id: UUID, **values: Any) -> None:
        with self.database.engine.execution_options(writing=True).begin() as connection:
            connection.execute(update(table).where(table.c.id == row_id).values(**values))

    def why(self, person: Person) -> str:
        """Why the record says that a passkey was refused, the last time."""
        return str(self.said(person, "passkey:refuse")[-1].detail["reason"])


@pytest.fixture(scope="module")
def house(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    (folder / "demo.db").write_bytes(demo_sqlite.read_bytes())
    made = House(f"sqlite:///{folder / 'demo.db'}", folder)
    yield made
    made.close()


@pytest.fixture(scope="module", params=KINDS)
def either(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The house on either kind of database, for what hangs on its rows and locks."""
    if request.param == "sqlite":
        yield request.getfixturevalue("house")
        return
    server = request.getfixturevalue("postgres_server")
    url = server.new_database(template=request.getfixturevalue("demo_postgres"))
    made = House(url, tmp_path_factory.mktemp("house"))
    yield made
    made.close()


# -- added and removed -----------------------------------------------------------------------------------


def test_a_passkey_is_added_after_a_fresh_code_and_opens_the_door(either: House) -> None:
    person, key = either.with_key()
    page = text_of(person.browser.get("/account"))
    assert "पासकी जुड़ गई" in page
    assert "मेरा फोन" in page
    assert either.come(person, key).status_code == 303
    assert is_in(person.browser)
    assert len(either.said(person, "passkey:add")) == len(either.said(person, "passkey:use")) == 1


def test_without_a_proven_step_up_nothing_is_added(house: House) -> None:
    person = house.somebody()
    where = house.step_up(person, "/account/passkeys")
    page = where.replace("/step-up/", "/account/passkeys/")
    assert person.browser.get(page).status_code == REFUSED
    assert person.browser.post(f"{page}/options").status_code == REFUSED
    assert person.browser.post(page, {"name": "x", "passkey": "{}"}).status_code == REFUSED
    assert house.rows(passkey, officer_id=person.id) == []


def test_one_step_up_adds_one_passkey(house: House) -> None:
    person = house.somebody()
    page = house.page(person)
    for expected in (303, REFUSED):
        options = person.browser.post(f"{page}/options")
        text = Authenticator().make(options.json) if options.status_code == 200 else "{}"
        assert person.browser.post(page, {"name": "x", "passkey": text}).status_code == expected
    assert len(house.rows(passkey, officer_id=person.id)) == 1


def test_another_officer_does_not_use_the_step_up(house: House) -> None:
    person, other = house.somebody(), house.somebody()
    page = house.page(person)
    assert other.browser.get(page).status_code == 404
    assert other.browser.post(f"{page}/options").status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"origin": "https://evil.example"}, {"flags": 0x41}, {"challenge": "AAAA"}]
)
def test_what_a_browser_made_wrong_is_not_added_and_may_be_made_again(house: House, wrong: dict) -> None:
    person, key = house.somebody(), Authenticator()
    page = house.page(person)
    options = person.browser.post(f"{page}/options").json
    refused = person.browser.post(page, {"name": "मेरी कुंजी", "passkey": key.make(options, **wrong)})
    assert refused.status_code == REFUSED
    assert "पासकी नहीं जुड़ी" in text_of(refused)
    assert "मेरी कुंजी" in refused.get_data(as_text=True), "the name that was typed stays"
    late = person.browser.post(page, {"name": "मेरी कुंजी", "passkey": key.make(options)})
    assert late.status_code == REFUSED, "a challenge is answered once, be it wrongly"
    options = person.browser.post(f"{page}/options").json
    assert person.browser.post(page, {"name": "मेरी कुंजी", "passkey": key.make(options)}).status_code == 303


@pytest.mark.parametrize("name", ["", "  ", "न" * 61])
def test_a_passkey_has_a_name(house: House, name: str) -> None:
    person = house.somebody()
    refused = house.add(person, Authenticator(), name)
    assert refused.status_code == REFUSED
    assert "पासकी का नाम लिखें" in text_of(refused)


def test_a_key_that_somebody_has_is_not_added_again(either: House) -> None:
    person, key = either.with_key()
    assert "पहले से जुड़ी है" in text_of(either.add(person, key))
    assert "पहले से जुड़ी है" in text_of(either.add(either.somebody(), key))


def test_names_and_keys_do_not_stand_readable_in_the_table(house: House) -> None:
    person, key = house.with_key()
    [row] = house.rows(passkey, officer_id=person.id)
    assert "मेरा फोन".encode() not in bytes(row.name)
    assert key.key.public[-2] not in bytes(row.public_key)


def test_adding_and_removing_end_every_other_session(house: House) -> None:
    person = house.somebody()
    for act in ("add", "remove"):
        other = Visitor(house.app)
        house.goes_on(minutes=2)
        assert other.sign_in(person.username, PASSWORD, person.phone.code(house.now)).status_code == 303
        house.goes_on(minutes=2)
        if act == "add":
            assert house.add(person, Authenticator()).status_code == 303
        else:
            [row] = house.rows(passkey, officer_id=person.id)
            where = house.step_up(person, f"/account/passkeys/{row.id}/remove")
            assert house.confirm(person, where).status_code == 303
        assert not is_in(other), act
        assert is_in(person.browser), act


def test_a_removed_passkey_opens_nothing(either: House) -> None:
    person, key = either.with_key()
    [row] = either.rows(passkey, officer_id=person.id)
    where = either.step_up(person, f"/account/passkeys/{row.id}/remove")
    assert "मेरा फोन" in text_of(person.browser.get(where)), "the page says which"
    assert either.confirm(person, where).status_code == 303
    assert "पासकी हट गई" in text_of(person.browser.get("/account"))
    assert either.come(person, key).status_code == REFUSED
    assert either.why(person) == "owner"
    assert [each.detail["reason"] for each in either.said(person, "passkey:remove")] == ["own"]


def test_nobody_removes_anothers_passkey(house: House) -> None:
    person, _ = house.with_key()
    [row] = house.rows(passkey, officer_id=person.id)
    other = house.somebody()
    other.browser.get("/account")
    assert other.browser.post(f"/account/passkeys/{row.id}/remove").status_code == 404


def test_a_last_factor_stays(house: House) -> None:
    person, _ = house.with_key()
    house.change(officer, person.id, totp_secret=None)
    [row] = house.rows(passkey, officer_id=person.id)
    person.browser.get("/account")
    refused = person.browser.post(f"/account/passkeys/{row.id}/remove")
    assert refused.status_code == REFUSED
    assert "अंतिम दूसरा प्रमाण" in text_of(refused)


def test_an_officer_has_ten_passkeys_at_most(house: House) -> None:
    person, _ = house.with_key()
    [row] = house.rows(passkey, officer_id=person.id)
    with house.database.engine.execution_options(writing=True).begin() as connection:
        for number in range(1, ownpasskeys.MOST):
            more = {"id": UUID(int=row.id.int + number), "credential": bytes([number]) * 32}
            connection.execute(passkey.insert().values(row._asdict() | more))
    page = person.browser.get("/account")
    assert "पासकी जोड़ें" not in text_of(page)
    refused = person.browser.post("/account/passkeys")
    assert refused.status_code == REFUSED
    assert "इससे अधिक नहीं" in text_of(refused)


def test_a_new_factor_by_the_administrators_removes_every_passkey(house: House) -> None:
    person, key = house.with_key()
    person.browser.post("/sign-out")
    code = entrycodes.by_command(house.database, 218, person.username, entrycodes.FACTOR, house.now)
    assert house.come(person, key).status_code == 303, "a code that nobody has used takes nothing away"
    person.browser.post("/sign-out")
    person.browser.get("/sign-in/code")
    person.browser.post("/sign-in/code", {"username": person.username, "entry_code": code})
    phone = key_on(person.browser.get("/set-up"))
    refused = person.browser.post("/set-up", {"current": "wrong", "new_code": phone.code(house.now)})
    assert refused.status_code == REFUSED, "the code does not stand for the password"
    assert house.rows(passkey, officer_id=person.id), "nor does it remove anything before"
    done = person.browser.post("/set-up", {"current": PASSWORD, "new_code": phone.code(house.now)})
    assert len(codes_on(done)) == factors.RECOVERY_CODES
    assert house.rows(passkey, officer_id=person.id) == []
    assert house.come(person, key).status_code == REFUSED
    assert [each.detail["reason"] for each in house.said(person, "passkey:remove")] == ["reset"]


def test_a_passkey_of_rsa_counts_where_the_operator_has_opened_it_alone(house: House) -> None:
    person, key = house.somebody(), Authenticator(Rs256())
    assert house.add(person, key).status_code == REFUSED
    house.database.office_keys = OfficeKeys({}, "", takes_rsa_2048=True)
    try:
        assert house.add(person, key).status_code == 303
        assert house.come(person, key).status_code == 303
    finally:
        house.database.office_keys = NO_KEYS
    assert "Windows Hello की RSA कुंजी" in text_of(house.come(person, key)), "he reads what to do"
    assert house.why(person) == "weak"
    house.goes_on(minutes=2)
    assert person.browser.sign_in(person.username, PASSWORD, person.phone.code(house.now)).status_code == 303
    assert "यह पासकी अब नहीं चलती: इसकी कुंजी" in text_of(person.browser.get("/account"))


# -- at the door -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"origin": "https://esatyapan.example"}, "origin"),
        ({"site": "esatyapan.example"}, "site"),
        ({"challenge": "AAAA"}, "challenge"),
        ({"flags": 0x01}, "unverified"),
        ({"signer": Authenticator().key}, "signature"),
        ({"owner": bytes(16)}, "owner"),
        ({"credential": bytes(32)}, "owner"),
    ],
)
def test_an_answer_with_one_thing_wrong_opens_nothing(house: House, wrong: dict, fault: str) -> None:
    person, key = house.with_key()
    assert house.come(person, key, **wrong).status_code == REFUSED
    assert house.why(person) == fault
    assert house.come(person, key).status_code == 303, "and the next right one is let in"


def test_a_passkey_opens_nothing_without_the_password_and_the_refusal_tells_nothing(house: House) -> None:
    person, key = house.with_key()
    stranger = house.somebody()
    pages = [
        house.come(person, key, "not the password"),
        house.come(person, Authenticator()),
        house.come(stranger, key),
        house.come(Person(person.id, "nobody-here", person.phone, person.browser), key),
    ]
    assert {page.status_code for page in pages} == {REFUSED}
    names = (person.username, stranger.username, "nobody-here")
    plain = {without_tokens(page.data) for page in pages}
    for name in names:
        plain = {page.replace(f'value="{name}"'.encode(), b"") for page in plain}
    assert len(plain) == 1
    assert not is_in(person.browser)


def test_whoever_asks_at_the_door_is_told_of_no_officer_and_no_key(house: House) -> None:
    house.with_key()
    answers = []
    for _ in range(2):
        browser = Visitor(house.app)
        browser.get("/sign-in")
        answers.append(browser.post("/sign-in/passkey").json)
    for each in answers:
        assert each["allowCredentials"] == []
        assert set(each) == {"rpId", "challenge", "timeout", "allowCredentials", "userVerification"}
    assert answers[0]["challenge"] != answers[1]["challenge"]


def test_a_challenge_is_answered_once_whichever_process_is_asked(either: House) -> None:
    person, key = either.with_key()
    person.browser.post("/sign-out")
    other, again = either.again(), Visitor(either.app)
    person.browser.get("/sign-in")
    options = person.browser.post("/sign-in/passkey").json
    cookie = person.browser.client.get_cookie("esp").value
    answer = key.use(options)
    typed = {"username": person.username, "password": PASSWORD, "code": "", "passkey": answer}
    browsers = [person.browser, again, Visitor(other.app)]
    for browser in browsers[1:]:
        browser.client.set_cookie("esp", cookie)
        browser._token = person.browser._token
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda each: each.post("/sign-in", typed).status_code, browsers))
    assert sorted(answers) == [303, REFUSED, REFUSED]
    other.close()


def test_a_challenge_belongs_to_the_browser_that_asked_for_it(house: House) -> None:
    person, key = house.with_key()
    stranger = Visitor(house.app)
    stranger.get("/sign-in")
    options = stranger.post("/sign-in/passkey").json
    assert house.come(person, key, options=options).status_code == REFUSED
    assert house.why(person) == "challenge"


def test_a_challenge_holds_for_five_minutes(house: House) -> None:
    person, key = house.with_key()
    person.browser.post("/sign-out")
    person.browser.get("/sign-in")
    options = person.browser.post("/sign-in/passkey").json
    house.goes_on(minutes=6)
    assert house.come(person, key, options=options).status_code == REFUSED
    assert house.why(person) == "challenge"


def test_a_counter_that_goes_back_closes_the_key_and_its_officer_is_told(either: House) -> None:
    person, key = either.with_key()
    key.counter = 40
    assert either.come(person, key).status_code == 303
    key.counter = 7  # a copy of the key, made when it had signed less often
    assert either.come(person, key).status_code == REFUSED
    assert either.why(person) == "counter"
    assert len(either.said(person, "passkey:doubt")) == 1
    key.counter = 90
    assert either.come(person, key).status_code == REFUSED, "whichever of the two it is"
    assert either.why(person) == "doubted"
    either.goes_on(minutes=2)
    assert either.sign_in(person).status_code == 303
    assert "किसी और के पास होने की आशंका" in text_of(person.browser.get("/account"))


def test_a_key_that_does_not_count_may_be_used_again_and_again(house: House) -> None:
    person, key = house.with_key()
    for _ in range(2):
        key.counter = -1
        assert house.come(person, key).status_code == 303


def test_an_officer_who_is_disabled_does_not_come_in_and_is_put_out(house: House) -> None:
    person, key = house.with_key()
    assert is_in(person.browser)
    house.change(officer, person.id, active=False)
    assert not is_in(person.browser)
    assert house.come(person, key).status_code == REFUSED
    house.change(officer, person.id, active=True)


def test_a_key_moved_into_anothers_name_opens_nothing(house: House) -> None:
    thief, key = house.with_key()
    victim = house.somebody()
    [row] = house.rows(passkey, officer_id=thief.id)
    house.change(passkey, row.id, officer_id=victim.id)
    key.owner = victim.id.bytes
    assert house.come(victim, key).status_code == REFUSED
    assert house.why(victim) == "key"
    assert "?" in text_of(victim.browser.get("/account")) or not is_in(victim.browser)


def test_whoever_fails_by_passkey_is_made_to_wait_as_by_code(house: House) -> None:
    person, key = house.with_key()
    for _ in range(door.FREE_TRIES):
        assert house.come(person, key, origin="https://evil.example").status_code == REFUSED
    assert house.come(person, key).status_code == REFUSED
    house.goes_on(minutes=1)
    assert house.come(person, key).status_code == 303


# -- for one act -----------------------------------------------------------------------------------------


def confirm(
    person: Person, key: Authenticator, where: str, options: Any = None, **wrong: Any
) -> TestResponse:
    """Answer a step-up by a passkey."""
    options = options or person.browser.post(f"{where}/passkey").json
    return person.browser.post(where, {"code": "", "passkey": key.use(options, **wrong)})


def test_a_passkey_proves_a_step_up_once(either: House) -> None:
    person, key = either.with_key()
    where = either.step_up(person, "/account/passkeys")
    assert "पासकी से पुष्टि करें" in text_of(person.browser.get(where))
    options = person.browser.post(f"{where}/passkey").json
    assert [each["id"] for each in options["allowCredentials"]]
    assert confirm(person, key, where, options).headers["Location"].startswith("/account/passkeys/")
    assert person.browser.post(f"{where}/passkey").status_code == 404, "proven already"
    [said] = either.rows(audit, action="factor:confirm", object=where.replace("/step-up/", "step_up:"))
    assert said.detail["act"] == ownpasskeys.ADD


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"origin": "https://esatyapan.example"}, "origin"),
        ({"site": "esatyapan.example"}, "site"),
        ({"flags": 0x01}, "unverified"),
        ({"signer": Authenticator().key}, "signature"),
    ],
)
def test_a_wrong_answer_proves_no_step_up_and_a_code_still_does(
    house: House, wrong: dict, fault: str
) -> None:
    person, key = house.with_key()
    where = house.step_up(person, "/account/passkeys")
    refused = confirm(person, key, where, **wrong)
    assert refused.status_code == REFUSED
    assert "यह पासकी यहाँ स्वीकार नहीं हुई" in text_of(refused)
    assert house.why(person) == fault
    assert house.confirm(person, where).status_code == 303


def test_an_answer_proves_the_act_that_it_was_asked_for_and_no_other(house: House) -> None:
    person, key = house.with_key()
    first = house.step_up(person, "/account/passkeys")
    second = house.step_up(person, "/account/passkeys")
    options = person.browser.post(f"{first}/passkey").json
    person.browser.post(f"{second}/passkey")
    assert confirm(person, key, second, options).status_code == REFUSED
    assert house.why(person) == "challenge"
    assert confirm(person, key, first, options).status_code == 303


def test_what_a_passkey_signs_contains_what_the_act_covers(house: House) -> None:
    person, key = house.with_key()
    where = house.step_up(person, "/account/passkeys")
    options = person.browser.post(f"{where}/passkey").json
    house.change(step_up, UUID(where.removeprefix("/step-up/")), items=[["officer:another", "0" * 64]])
    assert confirm(person, key, where, options).status_code == REFUSED
    assert house.why(person) == "challenge"


def test_a_challenge_of_another_officer_proves_nothing(house: House) -> None:
    person, key = house.with_key()
    other, foreign = house.with_key()
    mine, his = (house.step_up(each, "/account/passkeys") for each in (person, other))
    options = other.browser.post(f"{his}/passkey").json
    person.browser.post(f"{mine}/passkey")
    assert confirm(person, key, mine, options).status_code == REFUSED
    assert confirm(person, foreign, mine).status_code == REFUSED
    assert house.why(person) == "owner"
    assert person.browser.post(f"{his}/passkey").status_code == 404


def test_an_answer_at_the_door_proves_no_act(house: House) -> None:
    person, key = house.with_key()
    where = house.step_up(person, "/account/passkeys")
    stranger = Visitor(house.app)
    stranger.get("/sign-in")
    options = stranger.post("/sign-in/passkey").json
    assert confirm(person, key, where, options).status_code == REFUSED


def test_who_has_no_passkey_is_offered_none(house: House) -> None:
    person = house.somebody()
    where = house.step_up(person, "/account/passkeys")
    assert "पासकी से पुष्टि करें" not in text_of(person.browser.get(where))
    assert person.browser.post(f"{where}/passkey").status_code == 404


def test_a_newer_question_takes_the_place_of_the_one_before(house: House) -> None:
    person, key = house.with_key()
    where = house.step_up(person, "/account/passkeys")
    before = person.browser.post(f"{where}/passkey").json
    after = person.browser.post(f"{where}/passkey").json
    assert len(house.rows(passkey_challenge, step_up_id=UUID(where.removeprefix("/step-up/")))) == 1
    assert confirm(person, key, where, before).status_code == REFUSED
    assert confirm(person, key, where, after).status_code == REFUSED, "used up by the answer before"
    assert confirm(person, key, where).status_code == 303


def test_questions_that_nobody_answered_are_swept(either: House) -> None:
    person, _ = either.with_key()
    where = either.step_up(person, "/account/passkeys")
    person.browser.post(f"{where}/passkey")
    either.goes_on(minutes=10)
    either.database.write(lambda session: passkeys.sweep(session, either.now), scopes.door(218))
    assert either.rows(passkey_challenge) == []


@pytest.mark.parametrize("what", ["codes", "password"])
def test_a_passkey_confirms_a_change_of_ones_own_factors(house: House, what: str) -> None:
    person, key = house.with_key()
    where, boxes = f"/account/factors/{what}", {"current": PASSWORD, "password": NEW, "again": NEW}
    assert "पासकी से पुष्टि करें" in text_of(person.browser.get(where))
    options = person.browser.post(f"{where}/passkey").json
    wrong = {**boxes, "passkey": key.use(options, origin="https://elsewhere.example")}
    assert person.browser.post(where, wrong).status_code == REFUSED
    assert house.why(person) == "origin"
    right = {**boxes, "passkey": key.use(options)}
    assert person.browser.post(where, right).status_code == REFUSED, "a challenge is answered once"
    other = "password" if what == "codes" else "codes"
    foreign = person.browser.post(f"/account/factors/{other}/passkey").json
    assert person.browser.post(where, {**boxes, "passkey": key.use(foreign)}).status_code == REFUSED
    options = person.browser.post(f"{where}/passkey").json
    done = person.browser.post(where, {**boxes, "passkey": key.use(options)})
    if what == "codes":
        assert len(codes_on(done)) == factors.RECOVERY_CODES
    else:
        assert done.headers["Location"] == "/account"
        assert is_in(person.browser)
        assert house.said(person, "password:set")


def test_who_has_no_passkey_is_offered_none_for_his_own_factors(house: House) -> None:
    person = house.somebody()
    assert "data-passkey" not in text_of(person.browser.get("/account/factors/codes"))
    assert person.browser.post("/account/factors/codes/passkey").status_code == 404
