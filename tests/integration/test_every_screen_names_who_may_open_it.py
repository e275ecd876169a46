"""Closed by default: every address names its permission or is public on purpose, and every post gets what it may."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from flask_limiter.util import get_qualified_name
from sqlalchemy import select

from app import create_app
from app.config import Settings
from app.domain.roles import PERMISSIONS, Permission, Role
from app.models.tables.officers import officer
from app.services.access import officers
from app.services.installation import setup
from app.services.store import scopes
from app.web.frame.helping import HELP_TOPICS, TOLD_WITH
from app.web.frame.navigation import NAVIGATION, entry_of
from app.web.guard.access import NEWCOMER, PUBLIC, OfPrograms
from tests.addresses import ADDRESSES, HELP
from tests.districts import NOW
from tests.staff import Staff

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from app.services.store.database import Database

#: What anybody may reach without signing in; a new one is a decision, and comes into this list by it.
OPEN_TO_ALL = {
    "api.document",
    "api.guide",
    "assets.serve",
    "demo.enter",
    "health.process",
    "health.readiness",
    "help.accessibility",
    "help.privacy",
    "help.topic",
    "newcomers.enter",
    "newcomers.show",
    "signin.ask_passkey",
    "signin.enter",
    "signin.front",
    "signin.show",
    "verify.ask",
    "verify.by_birth",
    "verify.by_file",
    "verify.key",
    "verify.scanned",
    "verify.show",
}
#: Addresses that people know by heart and other systems link to.
STABLE = ["/inbox", "/requisitions", "/tracking", "/modeler", "/reports", "/certificates", "/admin"]
STABLE_WITH_NAME = ["/tasks/<", "/cases/<", "/verify/<", "/healthz", "/readyz"]

#: Screens to which the navigation does not lead: before the door, one's own account, a case, a step-up.
OUTSIDE_THE_NAVIGATION = {
    "account", "assets", "bundles", "demo", "drafts", "finder", "health", "help", "live", "newcomers",
    "notices", "passkeys", "sessions", "signin", "stepup"
}  # fmt: skip
WITHOUT_A_PAGE = {"assets", "demo", "health", "help", "live"}  # they answer, and show nothing of their own
OWN_FACTORS = ["/account/factors/password", "/account/factors/factor", "/account/factors/codes"]
#: A dotted key as it would stand on a page; the names of a release's files look alike.
_KEY = re.compile(r"(?<![\w./@-])[a-z_]+(?:\.(?!bpmn|dmn|form\b|json)[a-z_]+)+(?![\w/-])")


@pytest.fixture(scope="module")
def site(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application over the demo district; nothing here changes a case."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "satyapan.db").write_bytes(empty_sqlite.read_bytes())
    settings = Settings(folder, f"sqlite:///{folder / 'satyapan.db'}", demo=True, testing=True)
    app = create_app(settings, clock=lambda: NOW)
    setup.add_demo(app.extensions["database"], folder, NOW)
    yield app
    app.extensions["database"].close()


def test_every_view_says_who_may_open_it(site: Flask) -> None:
    silent = [
        rule.endpoint
        for rule in site.url_map.iter_rules()
        if not hasattr(site.view_functions[rule.endpoint], "access")
    ]
    assert not silent, (
        "Mark the view with @requires(Permission...) or, by decision, @public (app/web/guard/access.py)"
    )


def test_every_view_has_the_name_under_which_its_requests_are_limited(site: Flask) -> None:
    """What limits requests is off in the tests, and fails at a view without one: that page would be a fault."""
    nameless = [name for name, view in site.view_functions.items() if not get_qualified_name(view)]
    assert not nameless


def test_every_view_says_how_it_answers_whom(site: Flask) -> None:
    silent = sorted(set(site.view_functions) - set(ADDRESSES))
    assert not silent, f"{', '.join(silent)}: {HELP}"
    gone = sorted(set(ADDRESSES) - set(site.view_functions))
    assert not gone, f"{', '.join(gone)}: there no more; take the lines out of tests/addresses.py"


def test_what_is_public_is_so_on_purpose(site: Flask) -> None:
    public = {name for name, view in site.view_functions.items() if view.access == PUBLIC}
    assert public == OPEN_TO_ALL


def test_every_permission_opens_something_or_is_not_there_yet(site: Flask) -> None:
    used = {view.access for view in site.view_functions.values()} - {PUBLIC, NEWCOMER}
    used = {access for access in used if not isinstance(access, OfPrograms)}
    assert used <= set(Permission)


def test_who_came_by_a_code_may_set_his_factors_and_nothing_else(site: Flask) -> None:
    newcomers = {name for name, view in site.view_functions.items() if view.access == NEWCOMER}
    assert newcomers == {"newcomers.set_up", "newcomers.finish"}


@pytest.mark.parametrize("address", STABLE + STABLE_WITH_NAME)
def test_the_stable_addresses_stay(site: Flask, address: str) -> None:
    assert any(rule.rule.startswith(address) for rule in site.url_map.iter_rules())


@pytest.mark.parametrize("address", STABLE)
def test_a_stranger_is_led_to_the_door(site: Flask, address: str) -> None:
    answer = site.test_client().get(address)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in?next=")


def plain_screens(site: Flask) -> dict[str, tuple[Permission, frozenset[int]]]:
    """Addresses without a name in them: what they ask for, and how they answer who has it."""
    return {
        rule.rule: (site.view_functions[rule.endpoint].access, ADDRESSES[rule.endpoint].gives)
        for rule in site.url_map.iter_rules()
        if "GET" in rule.methods
        and not rule.arguments
        and site.view_functions[rule.endpoint].access not in (PUBLIC, NEWCOMER)
        and not isinstance(site.view_functions[rule.endpoint].access, OfPrograms)  # no officer opens these
    }


@pytest.fixture(scope="module")
def enter(site: Flask) -> Callable[[Role], FlaskClient]:
    """`enter(role)` gives the browser of the first officer in this role."""
    database: Database = site.extensions["database"]
    staff = Staff(database, NOW)

    def enter(role: Role) -> FlaskClient:
        officer_id = staff.holder(role).officer_id
        client = site.test_client()
        token = officers.enter_as(database, officer_id, NOW).token
        with client.session_transaction() as session:
            session["token"] = token
        return client

    return enter


#: Roles that somebody holds in the demo district.
ROLES = [
    Role.DM,
    Role.ADM,
    Role.DM_SECTION_HEAD,
    Role.DM_ASSISTANT,
    Role.SP,
    Role.SP_READER,
    Role.SDPO,
    Role.SHO,
    Role.THANA_MUNSHI,
    Role.ENQUIRY_OFFICER,
    Role.PROCESS_ADMIN,
    Role.USER_ADMIN,
]


@pytest.mark.parametrize("role", ROLES)
def test_each_post_opens_what_it_may_and_nothing_else(
    site: Flask, enter: Callable[[Role], FlaskClient], role: Role
) -> None:
    client = enter(role)
    wrong = []
    for address, (permission, gives) in plain_screens(site).items():
        status = client.get(address).status_code
        right = gives if permission in PERMISSIONS[role] else {403}
        if status not in right:
            wrong.append(f"{address}: {status}, expected {sorted(right)}")
    assert not wrong


def let_speak(site: Flask, role: Role, language: str) -> None:
    """Let the officer of a post read his pages in this language."""
    database: Database = site.extensions["database"]
    actor = Staff(database, NOW).holder(role)
    database.write(
        lambda session: officers.set_language(session, actor, language), scopes.door(actor.district_id)
    )


@pytest.mark.parametrize("language", ["hi", "en"])
def test_no_screen_shows_a_key_in_place_of_its_text(
    site: Flask, enter: Callable[[Role], FlaskClient], language: str
) -> None:
    database: Database = site.extensions["database"]
    with database.engine.connect() as connection:
        usernames = set(connection.execute(select(officer.c.username)).scalars())  # they are written alike
    shown = []
    for role in ROLES:
        let_speak(site, role, language)
        client = enter(role)
        for address in [*plain_screens(site), *OWN_FACTORS]:
            if address == "/tracking.pdf" and Permission.TRACKING_SEE in PERMISSIONS[role]:
                continue  # dear to draw, and no page
            answer = client.get(address)
            page = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
            keys = set(_KEY.findall(re.sub(r"<[^>]+>", " ", page))) - usernames
            shown += [f"{address}: {key}" for key in sorted(keys)]
    assert not shown


@pytest.mark.parametrize("role", [Role.DM, Role.SHO, Role.USER_ADMIN])
def test_every_page_beneath_a_word_of_the_navigation_leads_back(
    site: Flask, enter: Callable[[Role], FlaskClient], role: Role
) -> None:
    client, entries = enter(role), {entry.endpoint for entry in NAVIGATION}
    lost = []
    for address in plain_screens(site):
        endpoint, _ = site.url_map.bind("").match(address, "GET")
        answer = client.get(address)
        is_page = answer.status_code == 200 and answer.mimetype == "text/html"
        if not is_page or endpoint in entries or entry_of(endpoint.split(".")[0]) is None:
            continue
        main = answer.get_data(as_text=True).partition("<main")[2]
        lost += [] if 'class="back' in main else [address]
    assert not lost


def test_help_names_the_pages_that_the_officer_comes_to_and_leads_back(
    enter: Callable[[Role], FlaskClient], site: Flask
) -> None:
    topics = {role: enter(role).get("/help/reports").get_data(as_text=True) for role in (Role.SHO, Role.DM)}
    assert "/help/papertexts" not in topics[Role.SHO]
    assert "/help/papertexts" in topics[Role.DM]
    assert '<a href="/reports">‹' in topics[Role.SHO].partition("<main")[2]
    stranger = site.test_client().get("/help/signin").get_data(as_text=True)
    assert "/help/papertexts" in stranger


def test_a_refusal_names_the_first_screen_of_the_post(
    site: Flask, enter: Callable[[Role], FlaskClient]
) -> None:
    for role, address, screen in (
        (Role.USER_ADMIN, "/inbox", "पदस्थापन"),
        (Role.SHO, "/posts/nowhere", "मेरे कार्य"),
    ):
        let_speak(site, role, "hi")
        main = enter(role).get(address).get_data(as_text=True).partition("<main")[2]
        assert f"{screen} पर जाएँ" in main


def test_every_screen_belongs_to_a_word_of_the_navigation_or_stands_outside_of_it(site: Flask) -> None:
    assert {name for name in site.blueprints if entry_of(name) is None} == OUTSIDE_THE_NAVIGATION


@pytest.mark.parametrize("topic", HELP_TOPICS)
def test_every_topic_of_help_has_a_page_in_both_languages(site: Flask, topic: str) -> None:
    told = []
    for lang in ("hi", "en"):
        page = site.test_client().get(f"/help/{topic}?lang={lang}")
        main = page.get_data(as_text=True).partition("<main")[2].partition("</nav>")[0].partition("<nav")[0]
        assert page.status_code == 200
        assert f"help.text.{topic}" not in main
        told.append(main)
    assert re.search("[\u0900-\u097f]{2}", told[0])
    assert told[0] != told[1]


def test_a_screen_without_a_page_of_help_is_told_of_on_its_twins(site: Flask) -> None:
    """A new screen comes with its page of help: write `help.screen` and `help.text`, and name it in HELP_TOPICS."""
    assert {*site.blueprints} - {*HELP_TOPICS} - {*TOLD_WITH} == WITHOUT_A_PAGE
    assert {*TOLD_WITH.values()} <= {*HELP_TOPICS}
    assert not {*TOLD_WITH} & {*HELP_TOPICS}


def test_a_screen_leads_to_its_own_page_of_help_and_a_department_to_its_own(
    enter: Callable[[Role], FlaskClient],
) -> None:
    for role, address, topic in (
        (Role.DM, "/signatures", "signatures"),
        (Role.DM, "/admin/rights", "rights"),
        (Role.SHO, "/charge", "charges"),
        (Role.DM_ASSISTANT, "/requisitions/sent", "lodgements"),
        (Role.REQUESTER, "/department/new", "department"),
        (Role.REQUESTER, "/department/tokens", "tokens"),
    ):
        assert f'href="/help/{topic}"' in enter(role).get(address).get_data(as_text=True), address
