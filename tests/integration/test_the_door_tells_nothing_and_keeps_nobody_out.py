"""Signing in: one answer for every failure, strangers slowed, the owner's device let in, sessions that really end."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from itsdangerous import URLSafeSerializer
from sqlalchemy import select, update

from app import create_app
from app.config import Settings
from app.models.tables.officers import login_session, officer
from app.services.access import door, factors
from app.services.installation import setup
from app.web.guard.access import local_path
from tests.phone import Phone
from tests.visitor import Visitor, without_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

START = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


class Clock:
    """The clock of the application, moved by the test."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def goes_on(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def district(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a demo district and the list of its accounts, to be copied."""
    folder = tmp_path_factory.mktemp("district")
    (folder / "satyapan.db").write_bytes(empty_sqlite.read_bytes())
    app = create_app(Settings(folder, f"sqlite:///{folder / 'satyapan.db'}", demo=True, testing=True))
    setup.add_demo(app.extensions["database"], folder, START)
    app.extensions["database"].close()
    return folder


@pytest.fixture
def build(district: Path, tmp_path: Path, clock: Clock) -> Iterator[Callable[..., Flask]]:
    """Build the application over a copy of the district, with settings of the test's own."""
    (tmp_path / "satyapan.db").write_bytes((district / "satyapan.db").read_bytes())
    made: list[Flask] = []

    def build(**settings: bool) -> Flask:
        url = f"sqlite:///{tmp_path / 'satyapan.db'}"
        made.append(create_app(Settings(tmp_path, url, testing=True, **settings), clock=clock))
        return made[-1]

    yield build
    for app in made:
        app.extensions["database"].close()


@pytest.fixture
def site(build: Callable[..., Flask]) -> Flask:
    return build()


class Keys:
    """What the officers of the demo district know and have: passwords, and telephones with their codes."""

    def __init__(self, rows: list[dict[str, str]], clock: Clock) -> None:
        self.passwords = {row["username"]: row["password"] for row in rows}
        self._phones = {row["username"]: Phone(row["totp_secret"]) for row in rows}
        self._clock = clock

    def of(self, username: str) -> tuple[str, str, str]:
        """Name, password and the code of this moment, as the door asks for them."""
        return username, self.passwords[username], self._phones[username].code(self._clock.now)


@pytest.fixture
def keys(district: Path, clock: Clock) -> Keys:
    with (district / setup.ACCOUNTS).open(encoding="utf-8") as file:
        return Keys(list(csv.DictReader(file)), clock)


def come_in(site: Flask, keys: Keys, username: str = "dm") -> Visitor:
    visitor = Visitor(site)
    answer = visitor.sign_in(*keys.of(username))
    assert answer.status_code == 303
    return visitor


def is_in(visitor: Visitor) -> bool:
    return visitor.get("/account").status_code == 200


def test_the_front_leads_to_the_door_in_hindi(site: Flask) -> None:
    visitor = Visitor(site)
    assert visitor.get("/").headers["Location"] == "/sign-in"
    page = visitor.get("/sign-in").get_data(as_text=True)
    assert '<html lang="hi">' in page
    assert '<html lang="en">' in visitor.get("/sign-in?lang=en").get_data(as_text=True)


def test_name_password_and_code_lead_to_work(site: Flask, keys: Keys) -> None:
    visitor = Visitor(site)
    assert visitor.sign_in(*keys.of("dm")).headers["Location"] == "/"
    assert visitor.get("/").headers["Location"] == "/inbox"


def test_an_unknown_name_is_answered_like_a_wrong_password(site: Flask) -> None:
    known, unknown = (Visitor(site).sign_in(name, "wrong") for name in ("dm", "xy"))
    assert known.status_code == unknown.status_code == 422
    assert without_tokens(known.data).replace(b'value="dm"', b"") == without_tokens(unknown.data).replace(
        b'value="xy"', b""
    )


class Counting(door.Doorkeeper):
    """A doorkeeper whose work is counted: what a refusal costs in time is its hashes."""

    def __init__(self) -> None:
        super().__init__(memory_kib=8, rounds=1)
        self.hashes = 0

    def fits(self, stored: str | None, password: str) -> bool:
        self.hashes += 1
        return super().fits(stored, password)


def test_a_refusal_costs_the_same_whoever_is_named(site: Flask) -> None:
    """A name that nobody has, an officer's, one of a closed account, one whose password nobody has set yet."""
    database = site.extensions["database"]
    with database.engine.begin() as connection:
        connection.execute(update(officer).where(officer.c.username == "sp").values(active=False))
        connection.execute(update(officer).where(officer.c.username == "sho.garkha").values(password_hash=""))
    costs = []
    for name in ("nobody-has-it", "dm", "sp", "sho.garkha"):
        for _ in range(door.FREE_TRIES + 1):  # the last one has to wait
            keeper = Counting()
            attempt = door.Attempt(name, "guess", "000000", knows=lambda _: False)
            with pytest.raises(door.SignInRefused):
                door.sign_in(database, keeper, attempt, START)
            costs.append(keeper.hashes)
    assert set(costs) == {1}


def test_a_refused_name_stays_typed_and_the_password_does_not(site: Flask) -> None:
    page = Visitor(site).sign_in("sho.garkha", "some wrong words").get_data(as_text=True)
    assert 'value="sho.garkha"' in page
    assert "some wrong words" not in page


def test_a_stranger_who_guesses_is_made_to_wait(site: Flask, keys: Keys, clock: Clock) -> None:
    stranger = Visitor(site)
    for _ in range(12):
        stranger.sign_in("dm", "guess")
    assert stranger.sign_in(*keys.of("dm")).status_code == 422, "even the right word, while he waits"
    clock.goes_on(minutes=16)
    assert stranger.sign_in(*keys.of("dm")).status_code == 303


def test_the_owner_gets_in_on_a_known_device_whoever_guesses(site: Flask, keys: Keys, clock: Clock) -> None:
    owner = come_in(site, keys)
    owner.get("/account")
    owner.post("/sign-out")
    for _ in range(20):
        Visitor(site).sign_in("dm", "guess")
    assert owner.sign_in(*keys.of("dm")).status_code == 303
    assert clock.now == START


def test_a_device_cookie_of_ones_own_making_is_worth_nothing(site: Flask, keys: Keys) -> None:
    stranger = Visitor(site)
    for _ in range(12):
        stranger.sign_in("dm", "guess")
    with site.extensions["database"].engine.connect() as connection:
        own = str(connection.execute(select(officer.c.id).where(officer.c.username == "dm")).scalar_one())
    forged = URLSafeSerializer("a key of his own", salt="device").dumps(
        {"device": "0" * 32, "officers": [own]}
    )
    stranger.client.set_cookie("esp-device", str(forged))
    assert stranger.sign_in(*keys.of("dm")).status_code == 422


def test_the_officer_is_told_of_the_last_time_and_of_failures(site: Flask, keys: Keys, clock: Clock) -> None:
    come_in(site, keys)
    clock.goes_on(hours=20)
    for _ in range(3):
        Visitor(site).sign_in("dm", "guess")
    page = come_in(site, keys).get("/account").get_data(as_text=True)
    assert "इससे पहले प्रवेश: 23-11-2026 10:30" in page
    assert "उसके बाद 3 असफल प्रयास हुए।" in page


def test_a_session_has_a_fresh_token_of_which_only_the_hash_is_kept(site: Flask, keys: Keys) -> None:
    tokens = []
    for _ in range(2):
        with come_in(site, keys).client.session_transaction() as cookie:
            tokens.append(cookie["token"])
    with site.extensions["database"].engine.connect() as connection:
        rows = connection.execute(select(login_session)).all()
    assert len(set(tokens)) == 2
    assert all(len(row.digest) == 32 for row in rows)
    assert not [row for row in rows for token in tokens if token.encode() in bytes(row.digest)]


def test_a_stolen_digest_is_no_token(site: Flask, keys: Keys) -> None:
    come_in(site, keys)
    with site.extensions["database"].engine.connect() as connection:
        digest = connection.execute(select(login_session.c.digest)).scalar_one()
    thief = Visitor(site)
    with thief.client.session_transaction() as cookie:
        cookie["token"] = digest.hex()
    assert not is_in(thief)


def test_signing_out_ends_the_session_for_good(site: Flask, keys: Keys) -> None:
    visitor = come_in(site, keys)
    old = visitor.client.get_cookie("esp").value
    visitor.get("/account")
    answer = visitor.post("/sign-out")
    assert answer.headers["Location"] == "/sign-in"
    assert "cache" in answer.headers["Clear-Site-Data"]
    thief = Visitor(site)
    thief.client.set_cookie("esp", old)
    assert not is_in(thief)


@pytest.mark.parametrize(
    ("waits", "is_let_in"),
    [
        (({"minutes": 29},), True),
        (({"minutes": 31},), False),
        (({"minutes": 25}, {"minutes": 25}), True),
        (({"minutes": 29},) * 21, False),
    ],
    ids=["29 minutes", "31 minutes", "twice 25 minutes", "ten hours of work"],
)
def test_a_session_ends_when_idle_or_old(
    site: Flask,
    keys: Keys,
    clock: Clock,
    waits: tuple[dict[str, float], ...],
    is_let_in: bool,  # noqa: FBT001 - pytest hands it by name
) -> None:
    visitor = come_in(site, keys)
    for wait in waits:
        clock.goes_on(**wait)
        found = is_in(visitor)
    assert found is is_let_in


def test_being_seen_is_written_once_a_minute_at_most(site: Flask, keys: Keys, clock: Clock) -> None:
    visitor = come_in(site, keys)

    def seen() -> datetime:
        with site.extensions["database"].engine.connect() as connection:
            return connection.execute(select(login_session.c.last_seen_at)).scalar_one()

    clock.goes_on(seconds=50)
    visitor.get("/account")
    assert seen() == START
    clock.goes_on(seconds=20)
    for address, by_itself in (("/account", {"X-Live": "1"}), ("/live/inbox", {})):
        assert visitor.client.get(address, headers=visitor.headers | by_itself).status_code == 200
    assert seen() == START, "what an open page asks for by itself keeps no session alive"
    visitor.get("/account")
    assert seen() == clock.now


def test_an_officer_made_inactive_is_out_at_the_next_request(site: Flask, keys: Keys) -> None:
    visitor = come_in(site, keys)
    assert is_in(visitor)
    with site.extensions["database"].engine.begin() as connection:
        connection.execute(update(officer).where(officer.c.username == "dm").values(active=False))
    assert not is_in(visitor)


def test_the_way_back_is_kept_and_leads_nowhere_else(site: Flask, keys: Keys) -> None:
    visitor = Visitor(site)
    door = visitor.get("/inbox?age=late").headers["Location"]
    visitor.get(door)
    answer = visitor.post(door, dict(zip(("username", "password", "code"), keys.of("dm"), strict=True)))
    assert answer.headers["Location"] == "/inbox?age=late"


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example/",
        "/\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\tevil",
        "/a\nb",
        "\\\\evil.example",
        "/a\\b",
        "",
        "inbox",
    ],
)
def test_no_address_leads_out_of_the_product(address: str) -> None:
    assert local_path(address) is None


def test_the_cookie_is_closed_to_scripts_and_other_sites(
    build: Callable[..., Flask], site: Flask, keys: Keys
) -> None:
    plain = Visitor(site).get("/sign-in").headers["Set-Cookie"]
    assert plain.startswith("esp=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(plain.split("; "))
    browser = Visitor(build(secure=True), **{"X-Forwarded-Proto": "https"})
    address = {"base_url": "https://localhost"}
    browser.get("/sign-in", **address)
    username, password, code = keys.of("dm")
    typed = {"username": username, "password": password, "code": code}
    answers = [
        browser.post("/sign-in", typed, **address),
        browser.get("/account", **address),
        browser.post("/account/typing", {"on": "on"}, **address),
        browser.post("/account/typing", {"on": ""}, **address),
        browser.get("/no/such/page", **address),
    ]
    assert [each.status_code for each in answers] == [303, 200, 204, 204, 404]
    told = [each for answer in answers for each in answer.headers.getlist("Set-Cookie")]
    names = {each.partition("=")[0] for each in told}
    assert names == {"__Host-esp", "__Host-esp-device", "__Host-esp-typing"}
    for each in told:
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(each.split("; ")), each
        assert "Domain" not in each
    for answer in answers:
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_nobody_enters_without_a_password_outside_the_demo(build: Callable[..., Flask], site: Flask) -> None:
    assert "demo.enter" not in site.view_functions
    assert "इस रूप में प्रवेश करें" not in Visitor(site).get("/sign-in").get_data(as_text=True)
    visitor = Visitor(build(demo=True))
    page = visitor.get("/sign-in").get_data(as_text=True)
    officer_id = page.split('name="officer" value="')[1].split('"')[0]
    assert visitor.post("/demo/enter", {"officer": officer_id}).status_code == 303
    assert is_in(visitor)
    visitor.get("/account")
    assert visitor.post("/demo/enter", {"officer": "nobody"}).status_code == 404


def test_the_language_belongs_to_the_officer(site: Flask, keys: Keys) -> None:
    visitor = come_in(site, keys)
    visitor.get("/account")
    page = visitor.post_and_follow("/account/language", {"language": "en", "next": "/account"})
    assert '<html lang="en">' in page.get_data(as_text=True)
    assert '<html lang="en">' in come_in(site, keys).get("/account").get_data(as_text=True)


def test_an_officer_without_a_post_is_told_so(site: Flask, keys: Keys) -> None:
    doorkeeper = site.extensions["doorkeeper"]
    with site.extensions["database"].engine.begin() as connection:
        row = connection.execute(select(officer).where(officer.c.username == "dm")).one()._asdict()
        key_ring, new_id = site.extensions["database"].keys, UUID(int=7)
        secret = factors.secret_of(key_ring, SimpleNamespace(**row))
        own = {"id": new_id, "username": "nobody", "password_hash": doorkeeper.hash("words")}
        own["totp_secret"] = factors.sealed(key_ring, new_id, secret)
        connection.execute(officer.insert().values(**{**row, **own}))
    answer = Visitor(site).sign_in("nobody", "words", keys.of("dm")[2])
    assert answer.status_code == 422
    assert "किसी पद पर पदस्थापित नहीं" in answer.get_data(as_text=True)


def test_demo_passwords_are_long_enough_for_a_cheap_hash(keys: Keys) -> None:
    assert min(map(len, keys.passwords.values())) >= 16
    assert len(set(keys.passwords.values())) == len(keys.passwords)
